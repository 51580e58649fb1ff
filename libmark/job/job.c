#include "job/job.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"

#define POWER_MAX 1000u
#define HZ_MAX 1000000000u
#define SPEED_MAX 1000000u	/* mm/s */
#define NS_MAX 1000000000u
#define DOT_MAX 60000000u	/* µs: a minute */
#define WAIT_MAX 3600000000u	/* µs: an hour */
#define VALUE_MAX 1000000000	/* of an axis */

#define OP_LEN_MAX 48		/* " P1000,1000000000,1000000,1000000000" and more */

void
mk_job_clear(struct mk_job *j)
{
	free(j->op);
	memset(j, 0, sizeof *j);
}

/* ---- what makes an op and a job good: shared by add, read and write ---- */

static const char *
pen_fault(const struct mk_pen *p)
{
	if (p->power > POWER_MAX)
		return "a power over 1000 (0.1 %)";
	if (p->hz > HZ_MAX)
		return "a frequency over 1 GHz";
	if (p->speed < 1 || p->speed > SPEED_MAX)
		return "a speed that is not 1 to 1000000 mm/s";
	return p->ns > NS_MAX ? "a pulse over 1 s" : NULL;
}

static bool
within(int32_t v, int32_t max)
{
	return v >= -max && v <= max;
}

/* NULL, or what is out of range in the op. */
static const char *
op_fault(const struct mk_op *op)
{
	switch (op->kind) {
	case 'M':
	case 'L':
		return within(op->u.to.x, MK_JOB_XY_MAX) && within(op->u.to.y, MK_JOB_XY_MAX)
			? NULL : "a coordinate beyond 10 m";
	case 'P':
		return pen_fault(&op->u.pen);
	case 'D':
		return op->u.us >= 1 && op->u.us <= DOT_MAX ? NULL
			: "a dot that is not 1 to 60000000 µs";
	case 'W':
		return op->u.us >= 1 && op->u.us <= WAIT_MAX ? NULL
			: "a wait that is not 1 to 3600000000 µs";
	case 'Z':
		return within(op->u.value, MK_JOB_XY_MAX) ? NULL : "a focus beyond 10 m";
	case 'A':
		if (op->axis < 'A' || op->axis > 'Z')
			return "an axis that is not A to Z";
		return within(op->u.value, VALUE_MAX) ? NULL : "an axis value over 1000000000";
	default:
		return "an unknown op";
	}
}

/* What must have come before an op; the state is of one pass over a job. */
struct order {
	bool pen, at;
};

static const char *
order_fault(struct order *o, char kind)
{
	if (kind == 'P')
		o->pen = true;
	else if (kind == 'M')
		o->at = true;
	else if ((kind == 'L' || kind == 'D') && !(o->pen && o->at))
		return o->pen ? "no M before it: the beam would go on at an unknown place"
			: "no P before it: the beam would go on with an unknown power";
	return NULL;
}

/* ---- building ---- */

static int
room(struct mk_job *j, struct mk_err *e)
{
	size_t cap = j->cap == 0 ? 256 : j->cap * 2;
	struct mk_op *op;

	if (j->n < j->cap)
		return 0;
	if (j->n >= MK_JOB_OPS_MAX)
		return mk_err(e, MK_EDATA, "a job of more than %u ops", MK_JOB_OPS_MAX);
	if ((op = realloc(j->op, cap * sizeof *op)) == NULL)
		return mk_err_nomem(e);
	j->op = op;
	j->cap = cap;
	return 0;
}

int
mk_job_add(struct mk_job *j, const struct mk_op *op, struct mk_err *e)
{
	const char *fault = op_fault(op);

	if (fault != NULL)
		return mk_err(e, MK_EDATA, "job: op %zu: %s", j->n + 1, fault);
	if (room(j, e) == -1)
		return -1;
	j->op[j->n++] = *op;
	return 0;
}

int
mk_job_pen(struct mk_job *j, const struct mk_pen *pen, struct mk_err *e)
{
	struct mk_op op = { .kind = 'P' };

	op.u.pen = *pen;
	return mk_job_add(j, &op, e);
}

static int
add_to(struct mk_job *j, char kind, int32_t x, int32_t y, struct mk_err *e)
{
	struct mk_op op = { .kind = kind };

	op.u.to.x = x;
	op.u.to.y = y;
	return mk_job_add(j, &op, e);
}

int
mk_job_jump(struct mk_job *j, int32_t x, int32_t y, struct mk_err *e)
{
	return add_to(j, 'M', x, y, e);
}

int
mk_job_mark(struct mk_job *j, int32_t x, int32_t y, struct mk_err *e)
{
	return add_to(j, 'L', x, y, e);
}

/* ---- reading ---- */

struct text {
	const char *p, *end;
};

/* A whole number in its one spelling: no sign, no leading zero. */
static bool
number(struct text *t, uint32_t *out)
{
	const char *s = t->p;
	uint64_t v = 0;

	while (t->p < t->end && *t->p >= '0' && *t->p <= '9' && t->p - s < 10)
		v = v * 10 + (uint64_t)(*t->p++ - '0');
	if (t->p == s || (*s == '0' && t->p - s > 1) || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool
signed_number(struct text *t, int32_t *out)
{
	bool neg = t->p < t->end && *t->p == '-';
	uint32_t v;

	t->p += neg;
	if (!number(t, &v) || v > INT32_MAX || (neg && v == 0))
		return false;
	*out = neg ? -(int32_t)v : (int32_t)v;
	return true;
}

static bool
comma(struct text *t)
{
	if (t->p == t->end || *t->p != ',')
		return false;
	t->p++;
	return true;
}

static bool
read_pen(struct text *t, struct mk_pen *p)
{
	p->ns = 0;
	if (!number(t, &p->power) || !comma(t) || !number(t, &p->hz) || !comma(t) ||
	    !number(t, &p->speed))
		return false;
	/* 0 would be a second spelling of "the source's default" */
	return !comma(t) || (number(t, &p->ns) && p->ns != 0);
}

/* One op from t. False if it is malformed. */
static bool
read_op(struct text *t, struct mk_op *op)
{
	op->axis = 0;
	op->kind = t->p < t->end ? *t->p++ : '\0';
	switch (op->kind) {
	case 'M':
	case 'L':
		return signed_number(t, &op->u.to.x) && comma(t) && signed_number(t, &op->u.to.y);
	case 'P':
		return read_pen(t, &op->u.pen);
	case 'D':
	case 'W':
		return number(t, &op->u.us);
	case 'Z':
		return signed_number(t, &op->u.value);
	case 'A':
		op->axis = t->p < t->end ? *t->p++ : '\0';
		return comma(t) && signed_number(t, &op->u.value);
	default:
		return false;
	}
}

static bool
literal(struct text *t, const char *s)
{
	size_t n = strlen(s);

	if ((size_t)(t->end - t->p) < n || memcmp(t->p, s, n) != 0)
		return false;
	t->p += n;
	return true;
}

static bool
read_crc(struct text *t, uint32_t *crc)
{
	int i;

	*crc = 0;
	for (i = 0; i < 8; i++, t->p++) {
		uint32_t d;

		if (t->p == t->end)
			return false;
		if (*t->p >= '0' && *t->p <= '9')
			d = (uint32_t)(*t->p - '0');
		else if (*t->p >= 'a' && *t->p <= 'f')
			d = (uint32_t)(*t->p - 'a') + 10;
		else
			return false;
		*crc = *crc << 4 | d;
	}
	return true;
}

/* The head, up to the space before the first op. */
static int
read_head(struct text *t, uint32_t *count, uint32_t *crc, struct mk_err *e)
{
	uint32_t got;

	if (!literal(t, "v1 "))
		return mk_err(e, MK_ESYNTAX, "job: does not begin with \"v1 \": it is no job, or one "
			"of another version");
	if (!literal(t, "n=") || !number(t, count) || !literal(t, " "))
		return mk_err(e, MK_ESYNTAX, "job: no n=COUNT behind v1");
	if (*count == 0 || *count > MK_JOB_OPS_MAX)
		return mk_err(e, MK_EDATA, "job: n=%lu: a job has 1 to %u ops",
			(unsigned long)*count, MK_JOB_OPS_MAX);
	if (!literal(t, "crc=") || !read_crc(t, crc) || t->p == t->end || *t->p != ' ')
		return mk_err(e, MK_ESYNTAX, "job: no crc= of eight digits 0-9a-f behind n=");
	got = mk_crc32(0, t->p + 1, (size_t)(t->end - t->p - 1));
	if (got != *crc)
		return mk_err(e, MK_EDATA, "job: crc=%08lx, but its ops have %08lx: it was cut or "
			"changed on its way", (unsigned long)*crc, (unsigned long)got);
	return 0;
}

int
mk_job_read(struct mk_job *j, const char *text, size_t n, uint32_t *crc, struct mk_err *e)
{
	struct text t = { text, text + n };
	struct order order = {0};
	uint32_t count = 0, sum = 0;
	const char *fault;

	j->n = 0;
	if (read_head(&t, &count, &sum, e) == -1)
		return -1;
	while (t.p < t.end) {
		struct mk_op op;
		const char *start = ++t.p;	/* behind the space */

		if (!read_op(&t, &op) || (t.p < t.end && *t.p != ' '))
			return mk_err(e, MK_ESYNTAX, "job: op %zu: '%.*s' is malformed", j->n + 1,
				(int)(t.end - start < 24 ? t.end - start : 24), start);
		if ((fault = op_fault(&op)) != NULL || (fault = order_fault(&order, op.kind)) != NULL)
			return mk_err(e, MK_EDATA, "job: op %zu: %c: %s", j->n + 1, op.kind, fault);
		if (room(j, e) == -1)
			return -1;
		j->op[j->n++] = op;
	}
	if (j->n != count)
		return mk_err(e, MK_EDATA, "job: n=%lu, but it has %zu ops", (unsigned long)count, j->n);
	if (crc != NULL)
		*crc = sum;
	return 0;
}

/* ---- writing ---- */

static char *
put_number(char *p, uint32_t v)
{
	char tmp[10];
	int i = 0;

	do
		tmp[i++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	while (i > 0)
		*p++ = tmp[--i];
	return p;
}

static char *
put_signed(char *p, int32_t v)
{
	if (v < 0)
		*p++ = '-';
	return put_number(p, v < 0 ? (uint32_t)-(int64_t)v : (uint32_t)v);
}

static char *
put_op(char *p, const struct mk_op *op)
{
	*p++ = ' ';
	*p++ = op->kind;
	switch (op->kind) {
	case 'M':
	case 'L':
		p = put_signed(p, op->u.to.x);
		*p++ = ',';
		return put_signed(p, op->u.to.y);
	case 'P':
		p = put_number(p, op->u.pen.power);
		*p++ = ',';
		p = put_number(p, op->u.pen.hz);
		*p++ = ',';
		p = put_number(p, op->u.pen.speed);
		if (op->u.pen.ns == 0)
			return p;
		*p++ = ',';
		return put_number(p, op->u.pen.ns);
	case 'A':
		*p++ = op->axis;
		*p++ = ',';
		return put_signed(p, op->u.value);
	case 'Z':
		return put_signed(p, op->u.value);
	default:
		return put_number(p, op->u.us);
	}
}

static int
write_ops(const struct mk_job *j, struct mk_buf *out, struct mk_err *e)
{
	struct order order = {0};
	const char *fault;
	size_t i;

	for (i = 0; i < j->n; i++) {
		const struct mk_op *op = &j->op[i];

		if ((fault = op_fault(op)) != NULL || (fault = order_fault(&order, op->kind)) != NULL)
			return mk_err(e, MK_EDATA, "job: op %zu: %s", i + 1, fault);
		if (out->cap - out->n < OP_LEN_MAX && mk_buf_grow(out, OP_LEN_MAX, e) == -1)
			return -1;
		out->n = (size_t)(put_op(out->p + out->n, op) - out->p);
	}
	return 0;
}

int
mk_job_write(const struct mk_job *j, struct mk_buf *out, struct mk_err *e)
{
	static const char hex[] = "0123456789abcdef";
	size_t start = out->n, ops;
	uint32_t crc;
	int i;

	if (j->n == 0 || j->n > MK_JOB_OPS_MAX)
		return mk_err(e, MK_EDATA, "job: %zu ops: a job has 1 to %u", j->n, MK_JOB_OPS_MAX);
	if (mk_buf_addf(out, e, "v1 n=%zu crc=........", j->n) == -1)
		return -1;
	ops = out->n;
	if (write_ops(j, out, e) == -1) {
		out->n = start;
		return -1;
	}
	crc = mk_crc32(0, out->p + ops + 1, out->n - ops - 1);
	for (i = 0; i < 8; i++, crc >>= 4)
		out->p[ops - 1 - (size_t)i] = hex[crc & 15];
	return 0;
}

/* ---- limits ---- */

static int
check_pen(size_t no, const struct mk_pen *pen, const struct mk_job_limits *lim, struct mk_err *e)
{
	if (lim->speed_max != 0 && pen->speed > lim->speed_max)
		return mk_err(e, MK_EDATA, "job: op %zu: P: %lu mm/s is over the %lu mm/s that this "
			"device can do", no, (unsigned long)pen->speed, (unsigned long)lim->speed_max);
	if (pen->power != 0 && pen->power < lim->power_min)
		return mk_err(e, MK_EDATA, "job: op %zu: P: %g %% is under the %g %% that is this "
			"device's least", no, pen->power / 10.0, lim->power_min / 10.0);
	return 0;
}

int
mk_job_check(const struct mk_job *j, const struct mk_job_limits *lim, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < j->n; i++) {
		const struct mk_op *op = &j->op[i];

		if ((op->kind == 'M' || op->kind == 'L') &&
		    (!within(op->u.to.x, lim->w / 2) || !within(op->u.to.y, lim->h / 2)))
			return mk_err(e, MK_EDATA, "job: op %zu: %c%ld,%ld is outside the field of "
				"%g x %g mm", i + 1, op->kind, (long)op->u.to.x, (long)op->u.to.y,
				lim->w / 1000.0, lim->h / 1000.0);
		if (op->kind == 'A' && !lim->has_axes)
			return mk_err(e, MK_EDATA, "job: op %zu: A: this device has no axes", i + 1);
		if (op->kind == 'Z' && !lim->has_focus)
			return mk_err(e, MK_EDATA, "job: op %zu: Z: this device has no focus axis",
				i + 1);
		if (op->kind == 'D' && lim->no_dots)
			return mk_err(e, MK_EDATA, "job: op %zu: D: this device marks no dots: draw "
				"lines", i + 1);
		if (op->kind == 'P' && check_pen(i + 1, &op->u.pen, lim, e) == -1)
			return -1;
	}
	return 0;
}
