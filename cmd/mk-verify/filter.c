/* mk-verify without a verb: each record gets its verdict. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/step.h"
#include "cmd/mk-verify/verify.h"

static const char *opt_field;

const struct cmd_opt opts_filter[] = {
	{ "image-field", 0, "KEY", &opt_field, "the field that names each part's picture" },
	OPT_CAMERA,
	OPTS_LOOK,
	{0}
};

struct run {
	struct look look;
	struct mk_buf code, path;
};

/* What the verdict is; why is for people. */
struct verdict {
	const char *result, *reason;
	const char *why;
	bool stop;		/* the stream ends behind this part, with status */
	int status;
};

static const struct verdict passed = { "ok", NULL, NULL, false, 0 };

static struct verdict
failed(const char *reason, const char *why)
{
	return (struct verdict){ "fail", reason, why, false, CMD_FAILED };
}

static struct verdict
refused(const char *reason, const char *why)
{
	return (struct verdict){ "refused", reason, why, false, CMD_FAILED };
}

/* ---- what a part should say ---- */

/* The kind and size that mk-layout gave the symbol; any, if it does not say. */
static void
expected(const struct run *r, const struct mk_rec *rec, struct mk_scan_want *want)
{
	const struct mk_field *f = mk_rec_get(rec, "lay_symbol");
	enum mk_kind kind;

	if (f != NULL) {
		if (mk_scan_symbol(f->val, f->vlen, &kind, &want->rows, &want->cols) == 0)
			want->kinds = kind;
		else
			want->rows = want->cols = 0;
	}
	if (r->code.n <= sizeof want->data) {
		want->expect = true;
		want->n = r->code.n;
		memcpy(want->data, r->code.p, r->code.n);
	}
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

/* Whether the symbol is of a kind that is one thing with FNC1 and another without. */
static bool
has_fnc1(const struct mk_code *k)
{
	return (k->kind & (MK_DATAMATRIX | MK_QR | MK_CODE128)) != 0;
}

static struct verdict
judge(const struct run *r, const struct mk_rec *rec)
{
	const struct mk_code *k = look_code(&r->look);
	const char *why, *fault = look_fault(&r->look, &why);

	if (fault != NULL)
		return failed(fault, why);
	if (!says_code(r, k))
		return failed("mismatch", "the mark says something else");
	if (has_fnc1(k) && k->fnc1 != is_gs1(rec))
		return failed("fnc1", k->fnc1
			? "the symbol begins with FNC1, but the id is no GS1 id"
			: "the symbol does not begin with FNC1, as GS1 demands");
	if (r->look.want.all && r->look.scan.codes > 1)
		return failed("unexpected", "there is another code in the picture");
	return passed;
}

/* The picture, and what is in it. */
static int
look(struct cmd *c, struct run *r, const struct mk_rec *rec, struct verdict *v)
{
	struct mk_scan_want want = r->look.want;
	int k = r->look.camera != NULL ? look_grab(c, &r->look) : look_file(c, &r->look, r->path.p);

	if (k == -1)
		return -1;
	if (k == 0 && r->look.camera != NULL) {
		cmd_warn(c, "%s", r->look.why.msg);
		*v = (struct verdict){ "fail", "camera", "no picture could be taken", true, CMD_DEVICE };
		return 0;
	}
	expected(r, rec, &want);
	if (k == 1 && look_scan(c, &r->look, &want) == -1)
		return -1;
	if (r->look.end == MK_READ_NONE)
		cmd_warn(c, "%s", r->look.why.msg);
	*v = judge(r, rec);
	return 0;
}

/* What the work needs, or why there is none to do. */
static int
gather(struct cmd *c, struct run *r, const struct mk_rec *rec, struct verdict *v)
{
	const struct mk_field *id = mk_rec_get(rec, "id");
	int code, path = 0;

	r->code.n = r->path.n = 0;
	code = mk_rec_bytes(rec, "code", &r->code, &c->err);
	if (opt_field != NULL)
		path = mk_rec_bytes(rec, opt_field, &r->path, &c->err);
	if (code == -1 || path == -1 || mk_buf_str(&r->path, &c->err) == NULL)
		return -1;
	*v = passed;
	if (id == NULL || id->vlen == 0)
		*v = refused("no_id", "no id");
	else if (code == 0 || r->code.n == 0)
		*v = refused("no_code", "no code to compare with");
	else if (opt_field != NULL && (path == 0 || r->path.n == 0 || strlen(r->path.p) != r->path.n))
		*v = refused("no_image", "no picture");
	return 0;
}

static int
describe(struct cmd *c, const struct run *r, struct mk_rec *rec, const struct mk_time *t,
	const struct verdict *v, long ms)
{
	const struct mk_code *k = look_code(&r->look);
	struct mk_err *e = &c->err;

	mk_step_drop(rec, "verify");
	if (mk_step_stamp(rec, "verify", &c->conf, t, v->result, v->reason, e) == -1)
		return -1;
	if (strcmp(v->result, "refused") == 0)
		return 0;
	if (look_describe(&r->look, rec, "verify_", e) == -1)
		return -1;
	if (k != NULL && !says_code(r, k) && mk_rec_set(rec, "verify_read", k->data, k->n, e) == -1)
		return -1;
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

	cmd_status(c, v->status);
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
	look_reset(&r->look);
	if (mk_time_now(&now, &c->err) == -1 || gather(c, r, rec, &v) == -1)
		return -1;
	if (v.reason == NULL && look(c, r, rec, &v) == -1)
		return -1;
	if (ms_since(&begin, &ms, &c->err) == -1 || describe(c, r, rec, &now, &v, ms) == -1)
		return -1;
	if (v.reason != NULL)
		tell(c, rec, &v);
	return v.stop ? 2 : 1;
}

static int
sources(struct cmd *c)
{
	if (c->narg > 0)
		return cmd_usage(c, "%s: no argument expected", c->arg[0]);
	if (opt_field == NULL && opt_camera == NULL)
		return cmd_usage(c, "no pictures: say --image-field KEY, such as "
			"--image-field mark_image, or -c SPEC");
	if (opt_field != NULL && opt_camera != NULL)
		return cmd_usage(c, "--image-field or -c: one of the two");
	if (opt_field != NULL && !mk_key_ok(opt_field, strlen(opt_field)))
		return cmd_usage(c, "--image-field: '%s' is no field name", opt_field);
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
	if ((k = sources(c)) == 0 && (k = look_open(c, &r->look)) == 0)
		k = cmd_filter(c, true, each, r);
	look_close(&r->look);
	mk_buf_clear(&r->code);
	mk_buf_clear(&r->path);
	free(r);
	return k;
}
