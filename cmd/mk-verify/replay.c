/* mk-verify replay: kept pictures by other rules. challenge: parts whose verdict is
 * known, before a shift begins. */
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/step.h"
#include "cmd/mk-verify/part.h"
#include "cmd/mk-verify/replay.h"

const struct cmd_opt opts_replay[] = {
	OPTS_LOOK,
	OPTS_GATE,
	{0}
};
const struct cmd_opt opts_challenge[] = {
	{ "image-field", 0, "KEY", &opt_field, "the field that names each part's picture" },
	OPT_CAMERA,
	OPT_READER,
	OPTS_LOOK,
	OPTS_GATE,
	{0}
};

/* ---- one record, judged ---- */

/* Its result and reason, as fields are. */
static int
judge(struct cmd *c, struct run *r, struct mk_rec *rec)
{
	struct timespec begin = {0};
	struct verdict v;
	struct mk_time now;

	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	look_reset(&r->look);
	if (mk_time_now(&now, &c->err) == -1 || part_gather(c, r, rec, &v) == -1)
		return -1;
	if (v.reason == NULL && part_look(c, r, rec, &v) == -1)
		return -1;
	if (v.stop) {
		c->err = r->look.why;
		return -1;
	}
	return part_conclude(c, r, rec, &v, &now, &begin) == -1 ? -1 : 0;
}

static bool
same_field(const struct mk_rec *rec, const char *a, const char *b)
{
	const struct mk_field *x = mk_rec_get(rec, a), *y = mk_rec_get(rec, b);

	if (x == NULL || y == NULL)
		return x == y;
	return x->vlen == y->vlen && memcmp(x->val, y->val, x->vlen) == 0;
}

static int
open_run(struct cmd *c, struct run **r)
{
	if ((*r = calloc(1, sizeof **r)) == NULL)
		return mk_err_nomem(&c->err);
	opt_duplicates = "off";		/* a part may be there twice */
	return run_open(c, *r);
}

/* ---- replay ---- */

/* What was: verify_result and verify_reason become kept_result and kept_reason. */
static int
set_aside(struct mk_rec *rec, const char *from, const char *to, struct mk_err *e)
{
	const struct mk_field *f = mk_rec_get(rec, from);

	return f == NULL ? 0 : mk_rec_setf(rec, e, to, "%.*s", (int)f->vlen, f->val);
}

/* The picture beside NAME.rec, whatever its ending is: its path in out, or false. */
static bool
picture_of(const char *rec_path, char out[PATH_MAX])
{
	static const char *const ends[] = { "png", "jpg", "tif", "webp", "pgm", "ppm", "bmp", "img" };
	size_t i, n = strlen(rec_path) - 3;

	for (i = 0; i < sizeof ends / sizeof *ends; i++) {
		(void)snprintf(out, PATH_MAX, "%.*s%s", (int)n, rec_path, ends[i]);
		if (access(out, F_OK) == 0)
			return true;
	}
	return false;
}

static int
replay_one(struct cmd *c, struct run *r, struct mk_rec *rec, const char *path, int *other)
{
	static const char key[] = "kept_image";
	char picture[PATH_MAX];

	if (!picture_of(path, picture)) {
		cmd_warn(c, "%s: its picture is not there", path);
		cmd_status(c, CMD_FAILED);
		return 0;
	}
	if (mk_rec_set(rec, key, picture, strlen(picture), &c->err) == -1 ||
	    set_aside(rec, "verify_result", "kept_result", &c->err) == -1 ||
	    set_aside(rec, "verify_reason", "kept_reason", &c->err) == -1)
		return -1;
	opt_field = key;
	if (judge(c, r, rec) == -1)
		return -1;
	*other += !same_field(rec, "verify_result", "kept_result") ||
		!same_field(rec, "verify_reason", "kept_reason");
	return cmd_put(c, rec);
}

static int
replay_file(struct cmd *c, struct run *r, const char *path, int *n, int *other)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), k;
	struct mk_rec rec = {0};
	struct mk_rdr in;

	if (fd == -1)
		return mk_err_sys(&c->err, MK_EIO, "%s: cannot open", path);
	mk_rdr_init(&in, fd, path);
	if ((k = mk_rec_read(&in, &rec, &c->err)) == 1) {
		(*n)++;
		k = replay_one(c, r, &rec, path, other);
	}
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	(void)close(fd);
	return k;
}

static int
is_record(const struct dirent *d)
{
	return fnmatch("*.rec", d->d_name, FNM_PERIOD) == 0;
}

/* In the order of their times, which end the names. */
static int
by_time(const struct dirent **a, const struct dirent **b)
{
	const char *x = (*a)->d_name, *y = (*b)->d_name;
	const char *s = strchr(x, '.'), *t = strchr(y, '.');
	int k = strcmp(s, t);

	return k != 0 ? k : strcmp(x, y);
}

int
run_replay(struct cmd *c)
{
	struct run *r = NULL;
	struct dirent **d = NULL;
	char path[PATH_MAX];
	int n = 0, i, k, read = 0, other = 0;

	if (c->narg != 1)
		return cmd_usage(c, "name the folder of the pictures that were kept");
	k = open_run(c, &r);
	if (k == 0 && (n = scandir(c->arg[0], &d, is_record, by_time)) == -1)
		k = mk_err_sys(&c->err, MK_EIO, "%s", c->arg[0]);
	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", c->arg[0], d[i]->d_name);
		if (k == 0)
			k = replay_file(c, r, path, &read, &other);
		free(d[i]);
	}
	free(d);
	if (k == 0 && read == 0) {
		cmd_warn(c, "%s: no picture was kept there", c->arg[0]);
		cmd_status(c, CMD_FAILED);
	} else if (k == 0)
		cmd_warn(c, "%d pictures: %d are judged otherwise now", read, other);
	if (r != NULL)
		run_close(r);
	free(r);
	return k;
}

/* ---- challenge ---- */

struct challenge {
	int parts, wrong;
};

/* A part that is shown by hand: on a terminal, wait for Enter. */
static void
wait_for(struct cmd *c, const struct mk_rec *rec)
{
	const struct mk_field *id = mk_rec_get(rec, "id");
	char ch = 0;

	if (opt_field != NULL || !isatty(STDIN_FILENO))
		return;
	cmd_warn(c, "show %.*s, then press Enter", id == NULL ? 8 : (int)id->vlen,
		id == NULL ? "the part" : id->val);
	while (mk_io_read(STDIN_FILENO, &ch, 1) == 1 && ch != '\n')
		;
}

static int
challenge_one(struct cmd *c, struct run *r, struct mk_rec *rec, struct challenge *ch)
{
	const struct mk_field *id, *want = mk_rec_get(rec, "want"), *got;
	bool good, should = want == NULL || mk_rec_is(rec, "want", "ok");
	int before = c->status;

	if (want != NULL && !should && !mk_rec_is(rec, "want", "fail") && mk_rec_get(rec, "want")->vlen == 0)
		return mk_err(&c->err, MK_EDATA, "want: ok, fail, or a reason");
	wait_for(c, rec);
	if (judge(c, r, rec) == -1)
		return -1;
	c->status = before;	/* a known bad part that fails is as it should be */
	good = mk_rec_is(rec, "verify_result", "ok");
	id = mk_rec_get(rec, "id");
	got = mk_rec_get(rec, "verify_reason");
	want = mk_rec_get(rec, "want");
	ch->parts++;
	if (good == should && (should || mk_rec_is(rec, "want", "fail") ||
	    (got != NULL && got->vlen == want->vlen && memcmp(got->val, want->val, got->vlen) == 0)))
		return 0;
	ch->wrong++;
	cmd_warn(c, "%.*s: should be %.*s, and is %.*s", id == NULL ? 6 : (int)id->vlen,
		id == NULL ? "a part" : id->val, want == NULL ? 2 : (int)want->vlen,
		want == NULL ? "ok" : want->val, got == NULL ? 2 : (int)got->vlen, got == NULL ? "ok" : got->val);
	return 0;
}

static int
challenge_set(struct cmd *c, struct run *r, struct challenge *ch)
{
	int fd = open(c->arg[0], O_RDONLY | O_CLOEXEC), k;
	struct mk_rec rec = {0};
	struct mk_rdr in;

	if (fd == -1)
		return mk_err_sys(&c->err, MK_ECONF, "%s: cannot open", c->arg[0]);
	mk_rdr_init(&in, fd, c->arg[0]);
	while ((k = mk_rec_read(&in, &rec, &c->err)) == 1)
		if ((k = challenge_one(c, r, &rec, ch)) == -1)
			break;
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	(void)close(fd);
	if (k == 0 && ch->parts == 0)
		return mk_err(&c->err, MK_EDATA, "%s: no parts in it", c->arg[0]);
	return k;
}

/* The event of the station. */
static int
challenge_event(struct cmd *c, const struct challenge *ch)
{
	struct mk_rec rec = {0};
	struct mk_err *e = &c->err;
	const char *station;
	struct mk_time now;
	int r = -1;

	if (mk_time_now(&now, e) == -1)
		return -1;
	if (mk_step_stamp(&rec, "calibrate", &c->conf, &now, ch->wrong == 0 ? "ok" : "fail",
	    ch->wrong == 0 ? NULL : "challenge", e) == 0) {
		const struct mk_field *f = mk_rec_get(&rec, "calibrate_station");
		struct mk_rec out = {0};
		size_t i;

		station = f == NULL ? "verify" : f->val;
		r = mk_rec_setf(&out, e, "id", "station:%.*s", f == NULL ? 6 : (int)f->vlen, station);
		for (i = 0; i < rec.n && r == 0; i++)
			r = mk_rec_copy(&out, &rec.f[i], e);
		if (r == 0 && (mk_rec_set(&out, "calibrate_set", c->arg[0], strlen(c->arg[0]), e) == -1 ||
		    mk_rec_setf(&out, e, "calibrate_parts", "%d", ch->parts) == -1 ||
		    mk_rec_setf(&out, e, "calibrate_wrong", "%d", ch->wrong) == -1 || cmd_put(c, &out) == -1))
			r = -1;
		mk_rec_clear(&out);
	}
	mk_rec_clear(&rec);
	return r;
}

int
run_challenge(struct cmd *c)
{
	struct challenge ch = {0};
	struct run *r = NULL;
	int k;

	if (c->narg != 1)
		return cmd_usage(c, "name the file of the parts that are known");
	if ((opt_field != NULL) + (opt_camera != NULL) + (opt_reader != NULL) != 1)
		return cmd_usage(c, "say one of --image-field KEY, -c SPEC, -r PROFILE");
	if ((k = open_run(c, &r)) == 0 && (k = challenge_set(c, r, &ch)) == 0 &&
	    (k = challenge_event(c, &ch)) == 0 && ch.wrong > 0)
		cmd_status(c, CMD_FAILED);
	if (r != NULL)
		run_close(r);
	free(r);
	return k;
}
