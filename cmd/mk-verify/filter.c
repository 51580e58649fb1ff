/* mk-verify without a verb: each record gets its verdict. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/step.h"
#include "cmd/mk-verify/verify.h"
#include "image/image.h"
#include "vision/reader.h"

#define LIMIT_MS 200
#define HARD_MORE_MS 2000	/* on top, before the reader is killed */

static const char *opt_field, *opt_limit;

const struct cmd_opt opts_filter[] = {
	{ "image-field", 0, "KEY", &opt_field, "the field that names each part's picture" },
	{ "time-limit", 0, "MS", &opt_limit, "CPU time to look for the code, 10..60000 (200)" },
	{0}
};

struct run {
	struct mk_reader *reader;
	int ms;
	struct mk_buf code, path;
	struct mk_scan scan;
};

/* What the verdict is; why is for people, NULL if the reason says it all. */
struct verdict {
	const char *result, *reason;
	const char *why;
};

static const struct verdict passed = { "ok", NULL, NULL };

/* ---- what a part should say ---- */

/* The size that mk-layout gave the symbol; any, if it does not say. */
static void
expected_size(const struct mk_rec *rec, struct mk_scan_want *want)
{
	const struct mk_field *f = mk_rec_get(rec, "lay_symbol");

	enum mk_kind kind;

	if (f == NULL)
		return;
	if (mk_scan_symbol(f->val, f->vlen, &kind, &want->rows, &want->cols) == 0)
		want->kinds = kind;
	else
		want->rows = want->cols = 0;
}

/* An id in element string form, "(01)…", means a GS1 symbol. */
static bool
is_gs1(const struct mk_rec *rec)
{
	const struct mk_field *f = mk_rec_get(rec, "id");

	return f != NULL && f->vlen > 4 && f->val[0] == '(' && f->val[1] >= '0' &&
		f->val[1] <= '9' && f->val[2] >= '0' && f->val[2] <= '9';
}

/* ---- what it says ---- */

static bool
says_code(const struct run *r, const struct mk_code *k)
{
	return k->n == r->code.n && memcmp(k->data, r->code.p, k->n) == 0;
}

static struct verdict
judge(const struct run *r, const struct mk_rec *rec, enum mk_read_end end)
{
	const struct mk_code *k = r->scan.best < 0 ? NULL : &r->scan.code[r->scan.best];

	if (end == MK_READ_CRASH)
		return (struct verdict){ "fail", "crash", "the reader crashed on this picture" };
	if (end == MK_READ_TIMEOUT)
		return (struct verdict){ "fail", "timeout", "the reader had to be stopped" };
	if (k == NULL)
		return (struct verdict){ "fail", "noread", "no code can be read" };
	if (r->scan.conflict)
		return (struct verdict){ "fail", "conflict", "the mark was read in two ways" };
	if (!says_code(r, k))
		return (struct verdict){ "fail", "mismatch", "the mark says something else" };
	if (k->fnc1 != is_gs1(rec))
		return (struct verdict){ "fail", "fnc1", k->fnc1
			? "the symbol begins with FNC1, but the id is no GS1 id"
			: "the symbol does not begin with FNC1, as GS1 demands" };
	return passed;
}

static int
look(struct cmd *c, struct run *r, const struct mk_rec *rec, struct verdict *v)
{
	struct mk_scan_want want = { .ms = r->ms };
	enum mk_read_end end;
	struct mk_image im;
	struct mk_err e;
	int k;

	if (mk_png_read(r->path.p, &im, &e) == -1) {
		if (e.code == MK_ENOMEM) {
			c->err = e;
			return -1;
		}
		cmd_warn(c, "%s", e.msg);
		*v = (struct verdict){ "fail", "image", "its picture cannot be read" };
		return 0;
	}
	expected_size(rec, &want);
	if (r->code.n <= sizeof want.data) {
		want.expect = true;
		want.n = r->code.n;
		memcpy(want.data, r->code.p, r->code.n);
	}
	k = mk_reader_scan(r->reader, &im, &want, &r->scan, &end, &c->err);
	mk_image_clear(&im);
	if (k == 0)
		*v = judge(r, rec, end);
	return k;
}

/* What the work needs, or why there is none to do. */
static int
gather(struct cmd *c, struct run *r, const struct mk_rec *rec, struct verdict *v)
{
	const struct mk_field *id = mk_rec_get(rec, "id");
	int code, path;

	r->code.n = r->path.n = 0;
	code = mk_rec_bytes(rec, "code", &r->code, &c->err);
	path = mk_rec_bytes(rec, opt_field, &r->path, &c->err);
	if (code == -1 || path == -1 || mk_buf_str(&r->path, &c->err) == NULL)
		return -1;
	*v = passed;
	if (id == NULL || id->vlen == 0)
		*v = (struct verdict){ "refused", "no_id", "no id" };
	else if (code == 0 || r->code.n == 0)
		*v = (struct verdict){ "refused", "no_code", "no code to compare with" };
	else if (path == 0 || r->path.n == 0 || strlen(r->path.p) != r->path.n)
		*v = (struct verdict){ "refused", "no_image", "no picture" };
	return 0;
}

static int
describe(struct cmd *c, const struct run *r, struct mk_rec *rec, const struct mk_time *t,
	const struct verdict *v, long ms)
{
	struct mk_err *e = &c->err;
	const struct mk_code *k = r->scan.best < 0 ? NULL : &r->scan.code[r->scan.best];
	char name[MK_SCAN_NAME_MAX];

	mk_step_drop(rec, "verify");
	if (mk_step_stamp(rec, "verify", &c->conf, t, v->result, v->reason, e) == -1)
		return -1;
	if (strcmp(v->result, "refused") == 0)
		return 0;
	if (k != NULL) {
		mk_scan_name(k, name);
		if (mk_rec_setf(rec, e, "verify_symbol", "%s", name) == -1)
			return -1;
		if (!says_code(r, k) && mk_rec_set(rec, "verify_read", k->data, k->n, e) == -1)
			return -1;
	}
	return mk_rec_setf(rec, e, "verify_ms", "%ld", ms);
}

static int
ms_since(const struct timespec *a, long *ms, struct mk_err *e)
{
	struct timespec b;

	if (clock_gettime(CLOCK_MONOTONIC, &b) == -1)
		return mk_err_sys(e, MK_EBUG, "clock");
	*ms = (long)(b.tv_sec - a->tv_sec) * 1000 + (b.tv_nsec - a->tv_nsec) / 1000000;
	return 0;
}

static void
tell(struct cmd *c, const struct mk_rec *rec, const struct verdict *v)
{
	const struct mk_field *id = mk_rec_get(rec, "id");

	cmd_status(c, CMD_FAILED);
	if (id == NULL || id->vlen == 0)
		cmd_warn(c, "a record without an id: %s: %s", v->result, v->why);
	else
		cmd_warn(c, "%.*s: %s: %s", (int)id->vlen, id->val, v->result, v->why);
}

static int
each(struct cmd *c, struct mk_rec *rec, void *arg)
{
	struct run *r = arg;
	struct timespec begin = {0};
	struct verdict v;
	struct mk_time now;
	long ms = 0;

	if (mk_step_failed(&c->conf, rec, "verify") != NULL)
		return 1;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	r->scan.codes = 0;
	r->scan.best = -1;
	if (mk_time_now(&now, &c->err) == -1 || gather(c, r, rec, &v) == -1)
		return -1;
	if (v.reason == NULL && look(c, r, rec, &v) == -1)
		return -1;
	if (ms_since(&begin, &ms, &c->err) == -1 || describe(c, r, rec, &now, &v, ms) == -1)
		return -1;
	if (v.reason != NULL)
		tell(c, rec, &v);
	return 1;
}

int
run_filter(struct cmd *c)
{
	struct run r = { .ms = LIMIT_MS };
	uint64_t ms;
	int k;

	c->epipe = CMD_DEVICE;
	if (c->narg > 0)
		return cmd_usage(c, "%s: no argument expected", c->arg[0]);
	if (opt_field == NULL)
		return cmd_usage(c, "no pictures: say --image-field KEY, such as "
			"--image-field mark_image");
	if (!mk_key_ok(opt_field, strlen(opt_field)))
		return cmd_usage(c, "--image-field: '%s' is no field name", opt_field);
	if (opt_limit != NULL) {
		if (mk_num_u64(opt_limit, strlen(opt_limit), 10, 60000, &ms, &c->err) == -1) {
			c->err.code = MK_EUSAGE;
			return mk_err_at(&c->err, "--time-limit");
		}
		r.ms = (int)ms;
	}
	if (mk_reader_new(&r.reader, r.ms + HARD_MORE_MS, &c->err) == -1)
		return -1;
	k = cmd_filter(c, true, each, &r);
	mk_reader_free(r.reader);
	mk_buf_clear(&r.code);
	mk_buf_clear(&r.path);
	return k;
}
