/* mk-verify without a verb: each record gets its verdict. */
#include <stdlib.h>
#include <string.h>

#include "base/step.h"
#include "cmd/mk-verify/blank.h"
#include "cmd/mk-verify/part.h"
#include "cmd/mk-verify/window.h"

const struct cmd_opt opts_filter[] = {
	{ "image-field", 0, "KEY", &opt_field, "the field that names each part's picture" },
	OPT_CAMERA,
	OPT_READER,
	OPTS_LOOK,
	OPTS_PART,
	OPT_WINDOW,
	OPTS_BLANK,
	{0}
};

static int
each(struct cmd *c, struct mk_rec *rec, void *arg)
{
	struct run *r = arg;
	struct timespec begin = {0};
	struct verdict v;
	struct mk_time now;

	if (mk_step_failed(&c->conf, rec, "verify") != NULL)
		return 1;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	look_reset(&r->look);
	if (mk_time_now(&now, &c->err) == -1 || part_gather(c, r, rec, &v) == -1)
		return -1;
	if (v.reason == NULL && part_look(c, r, rec, &v) == -1)
		return -1;
	return part_conclude(c, r, rec, &v, &now, &begin);
}

static int
sources(struct cmd *c)
{
	if (c->narg > 0)
		return cmd_usage(c, "%s: no argument expected", c->arg[0]);
	if (opt_field == NULL && opt_camera == NULL && opt_reader == NULL)
		return cmd_usage(c, "no pictures: say --image-field KEY, such as "
			"--image-field mark_image, -c SPEC or -r PROFILE");
	if ((opt_field != NULL) + (opt_camera != NULL) + (opt_reader != NULL) > 1)
		return cmd_usage(c, "--image-field, -c, -r: one of them");
	if (opt_field != NULL && !mk_key_ok(opt_field, strlen(opt_field)))
		return cmd_usage(c, "--image-field: '%s' is no field name", opt_field);
	if (opt_window != NULL && opt_field != NULL)
		return cmd_usage(c, "--window: what is read must come by itself: say -c or -r");
	if (opt_reference != NULL && opt_blank == NULL)
		return cmd_usage(c, "--reference: it belongs to --check-blank");
	if (opt_blank != NULL && opt_window != NULL)
		return cmd_usage(c, "--check-blank or --window: one of the two");
	return 0;
}

int
run_filter(struct cmd *c)
{
	struct run *r = calloc(1, sizeof *r);
	int k;

	if (r == NULL)
		return mk_err_nomem(&c->err);
	c->epipe = CMD_DEVICE;
	if ((k = sources(c)) == 0 && (k = run_open(c, r)) == 0)
		k = opt_blank != NULL ? run_blank(c, r) : opt_window != NULL ? run_window(c, r)
			: cmd_filter(c, true, each, r);
	run_close(r);
	free(r);
	return k;
}
