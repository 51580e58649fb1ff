/* One part, from its record to its verdict. */
#include "cmd/mk-verify/part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/step.h"

const char *opt_field, *opt_stop_after;

const struct verdict passed = { "ok", NULL, NULL, false, 0 };

struct verdict
failed(const char *reason, const char *why)
{
	return (struct verdict){ "fail", reason, why, false, CMD_FAILED };
}

static struct verdict
refused(const char *reason, const char *why)
{
	return (struct verdict){ "refused", reason, why, false, CMD_FAILED };
}

int
run_open(struct cmd *c, struct run *r)
{
	if (opt_stop_after != NULL &&
	    mk_num_u64(opt_stop_after, strlen(opt_stop_after), 1, 1000000, &r->stop_after, &c->err) == -1) {
		c->err.code = MK_EUSAGE;
		return mk_err_at(&c->err, "--stop-after");
	}
	if (gate_open(c, &r->gate) == -1 || keep_open(c, &r->keep) == -1 || seen_open(c, &r->seen) == -1)
		return -1;
	return look_open(c, &r->look);
}

void
run_close(struct run *r)
{
	look_close(&r->look);
	gate_close(r->gate);
	keep_close(r->keep);
	seen_close(r->seen);
	mk_buf_clear(&r->code);
	mk_buf_clear(&r->path);
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

bool
part_is_gs1(const struct mk_rec *rec)
{
	const struct mk_field *f = mk_rec_get(rec, "id");

	return f != NULL && f->vlen > 4 && f->val[0] == '(' && f->val[1] >= '0' &&
		f->val[1] <= '9' && f->val[2] >= '0' && f->val[2] <= '9';
}

int
part_gather(struct cmd *c, struct run *r, const struct mk_rec *rec, struct verdict *v)
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

struct verdict
part_judge(const struct run *r, const struct mk_rec *rec)
{
	const struct mk_code *k = look_code(&r->look);
	const char *why, *fault = look_fault(&r->look, &why);

	if (fault != NULL)
		return failed(fault, why);
	if (!says_code(r, k))
		return failed("mismatch", "the mark says something else");
	if (has_fnc1(k) && !r->look.no_aim && k->fnc1 != part_is_gs1(rec))
		return failed("fnc1", k->fnc1
			? "the symbol begins with FNC1, but the id is no GS1 id"
			: "the symbol does not begin with FNC1, as GS1 demands");
	if (r->look.want.all && r->look.scan.codes > 1)
		return failed("unexpected", "there is another code in the picture");
	return passed;
}

int
part_look(struct cmd *c, struct run *r, const struct mk_rec *rec, struct verdict *v)
{
	struct mk_scan_want want = r->look.want;
	int k;

	expected(r, rec, &want);
	if ((k = look_next(c, &r->look, r->path.p, &want)) == -1)
		return -1;
	if (k == 0) {
		cmd_warn(c, "%s", r->look.why.msg);
		*v = (struct verdict){ "fail", r->look.smart != NULL ? "reader" : "camera",
			r->look.smart != NULL ? "the reader gave no answer" : "no picture could be taken",
			true, CMD_DEVICE };
		return 0;
	}
	if (r->look.end == MK_READ_NONE)
		cmd_warn(c, "%s", r->look.why.msg);
	*v = part_judge(r, rec);
	return 0;
}

/* ---- its verdict ---- */

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

/* Fields behind the head of the group. */
static int
describe(struct cmd *c, const struct run *r, struct mk_rec *rec, long ms)
{
	const struct mk_code *k = look_code(&r->look);
	struct mk_err *e = &c->err;

	if (look_describe(c, &r->look, rec, "verify_") == -1)
		return -1;
	if (k != NULL && !says_code(r, k) && mk_rec_set(rec, "verify_read", k->data, k->n, e) == -1)
		return -1;
	return mk_rec_setf(rec, e, "verify_ms", "%ld", ms);
}

/* What speaks against a part that says the right thing. */
static int
second_thoughts(struct cmd *c, struct run *r, struct mk_rec *rec, struct verdict *v)
{
	int k = seen_before(c, r->seen, rec);

	if (k == -1)
		return -1;
	if (k == 1)
		*v = failed("duplicate", "this code was verified before");
	if ((k = gate_part(c, r->gate, rec, r->why, sizeof r->why)) == -1)
		return -1;
	if (k == 0 && v->reason == NULL)
		*v = failed("grade", r->why);
	return v->reason == NULL ? seen_add(c, r->seen, rec) : 0;
}

/* The picture, in the record and on the disk. What cannot be kept is told, and changes
 * no verdict. */
static int
keep(struct cmd *c, struct run *r, struct mk_rec *rec, const struct mk_time *now, bool bad)
{
	int k = keep_picture(c, r->keep, rec, &r->look.shot, now, bad);

	if (k == 1)
		k = keep_record(c, r->keep, rec);
	if (k == -1 && c->err.code == MK_ENOMEM)
		return -1;
	if (k == -1) {
		cmd_warn(c, "a picture is not kept: %s", c->err.msg);
		cmd_status(c, CMD_DEVICE);
		memset(&c->err, 0, sizeof c->err);
	}
	return 0;
}

static int
settle(struct mk_rec *rec, const struct verdict *v, struct mk_err *e)
{
	if (v->reason == NULL) {
		mk_rec_del(rec, "verify_reason");
		return 0;
	}
	return mk_rec_setf(rec, e, "verify_result", "%s", v->result) == -1 ? -1
		: mk_rec_setf(rec, e, "verify_reason", "%s", v->reason);
}

static void
count(struct cmd *c, struct run *r, struct verdict *v)
{
	r->in_a_row = strcmp(v->result, "fail") == 0 ? r->in_a_row + 1 : 0;
	if (r->stop_after == 0 || r->in_a_row < r->stop_after || v->stop)
		return;
	cmd_warn(c, "%llu parts in a row failed: the run ends, as --stop-after says",
		(unsigned long long)r->in_a_row);
	v->stop = true;
}

int
part_conclude(struct cmd *c, struct run *r, struct mk_rec *rec, const struct verdict *first,
	const struct mk_time *now, const struct timespec *begin)
{
	struct verdict v = *first;
	struct mk_err *e = &c->err;
	long ms = 0;

	mk_step_drop(rec, "verify");
	/* the head of the group has a place for a reason, in case that there will be one */
	if (mk_step_stamp(rec, "verify", &c->conf, now, v.result, v.reason == NULL ? "-" : v.reason, e) == -1)
		return -1;
	if (strcmp(v.result, "refused") != 0) {
		if (ms_since(begin, &ms, e) == -1 || describe(c, r, rec, ms) == -1)
			return -1;
		if (v.reason == NULL && second_thoughts(c, r, rec, &v) == -1)
			return -1;
		if (settle(rec, &v, e) == -1)
			return -1;
		if (keep(c, r, rec, now, v.reason != NULL) == -1)
			return -1;
	}
	if (v.reason != NULL)
		tell(c, rec, &v);
	count(c, r, &v);
	return v.stop ? CMD_LAST : 1;
}
