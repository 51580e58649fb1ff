/* mk-layout: records get their vector job (mk-layout(1)). */
#include "cmd/cmd.h"

#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/step.h"
#include "layout/layout.h"
#include "job/svg.h"

static const char *opt_template, *opt_device, *opt_svg, *opt_strict;

static const struct cmd_opt opts[] = {
	{ "template", 't', "FILE", &opt_template, "what to mark, mklay(5)" },
	{ "device", 0, "NAME", &opt_device, "time model of this device of mk.conf, not the first" },
	{ "svg", 0, "FILE", &opt_svg, "draw the first job" },
	{ "strict", 0, NULL, &opt_strict, "stop at a record that cannot be laid out" },
	{0}
};

struct run {
	struct mk_layout *l;
	long n;			/* records read: one a line */
	bool drawn;
};

static int
draw(struct cmd *c, struct run *r)
{
	struct mk_buf b = {0};
	const struct mk_job *j;
	const double *line;
	size_t n;
	int got;

	j = mk_layout_job(r->l, &line, &n);
	got = mk_svg_job(j, line, n, &b, &c->err);
	if (got == 0)
		got = mk_io_replace(opt_svg, b.p, b.n, &c->err);
	mk_buf_clear(&b);
	r->drawn = true;
	return got;
}

/* "bracket.lay:4: (01)…: what": which line of the template, which record. */
static void
place(struct cmd *c, const struct run *r, const struct mk_rec *rec, const struct mk_refusal *why)
{
	const struct mk_field *id = mk_rec_get(rec, "id");

	if (id != NULL && id->vlen > 0 && id->vlen <= 80)
		mk_err_at(&c->err, "%s:%ld: %.*s", opt_template, why->line, (int)id->vlen, id->val);
	else
		mk_err_at(&c->err, "%s:%ld: stdin:%ld", opt_template, why->line, r->n);
}

static int
refused(struct cmd *c, const struct run *r, struct mk_rec *rec, const struct mk_refusal *why)
{
	struct mk_time now;

	place(c, r, rec, why);
	if (opt_strict != NULL)
		return -1;
	cmd_warn(c, "%s", c->err.msg);
	memset(&c->err, 0, sizeof c->err);
	cmd_status(c, CMD_FAILED);
	mk_rec_del(rec, "job");
	mk_step_drop(rec, "lay");
	if (mk_time_now(&now, &c->err) == -1 ||
	    mk_step_stamp(rec, "lay", &c->conf, &now, "refused", why->word, &c->err) == -1)
		return -1;
	return 1;
}

static int
each(struct cmd *c, struct mk_rec *rec, void *arg)
{
	struct run *r = arg;
	struct mk_refusal why;
	int got;

	r->n++;
	if (mk_step_failed(&c->conf, rec, "lay") != NULL)
		return 1;
	got = mk_layout_rec(r->l, rec, &why, &c->err);
	if (got == 0)
		return refused(c, r, rec, &why);
	if (got == 1 && opt_svg != NULL && !r->drawn && draw(c, r) == -1)
		return -1;
	return got;
}

static int
run(struct cmd *c)
{
	const struct mk_device *d;
	struct run r = {0};
	int got;

	if (c->narg > 0)
		return cmd_usage(c, "'%s': records are read from standard input", c->arg[0]);
	if (opt_template == NULL)
		return cmd_usage(c, "no template: say -t FILE");
	d = mk_conf_device(&c->conf, opt_device);
	if (d == NULL && opt_device != NULL)
		return cmd_usage(c, "--device %s: mk.conf has no such device line", opt_device);
	if (mk_layout_new(&r.l, opt_template, d, &c->err) == -1)
		return -1;
	got = cmd_filter(c, false, each, &r);
	if (got == 0 && opt_svg != NULL && !r.drawn)
		cmd_warn(c, "--svg %s: not written: no record got a job", opt_svg);
	mk_layout_free(r.l);
	return got;
}

static const struct cmd_verb verbs[] = {
	{ NULL, "< records > records", "", opts, CMD_CONF | CMD_CONTEXT | CMD_OUTPUT,
	  "id,recipe,lay_symbol,lay_strokes,lay_mark_mm,lay_ms,lay_result,lay_reason", run },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = {
		"mk-layout", "Adds to each record the vector job that marks it.", verbs
	};

	return cmd_main(&tool, argc, argv);
}
