/* A template tried out with sample values. */
#include <stdio.h>
#include <string.h>

#include "layout/inside.h"

/* What common fields hold at their longest: a GTIN has 14 digits, a serial number or a
 * lot of GS1 20 characters. Wide characters are the longest on the part. */
static const struct mk_lay_sample longest[] = {
	{ "id", "(01)09506000134352(21)MWMWMWMWMWMWMWMWMWMW" },
	{ "code", "010950600013435221MWMWMWMWMWMWMWMWMWMW" },
	{ "hri", "(01)09506000134352(21)MWMWMWMWMWMWMWMWMWMW" },
	{ "gtin", "09506000134352" }, { "sn", "MWMWMWMWMWMWMWMWMWMW" },
	{ "lot", "MWMWMWMWMWMWMWMWMWMW" }, { "n", "999999999" }, { "tray", "999" },
	{ "part", "MWMWMWMWMWMWMWMWMWMW" }, { "order", "MWMWMWMWMWMW" },
	{ "check_dx", "0" }, { "check_dy", "0" }, { "check_rot", "0" }
};
#define SAMPLE "MWMWMWMWMWMW"	/* of any other */
#define DAY "2026-09-30"

struct linting {
	struct mk_layout *l;
	struct mk_rec rec;
	mk_lint_fn *tell;
	void *arg;
	size_t faults;
};

static const char *
said(const struct mk_lay_sample *s, size_t n, const char *key)
{
	/* the last line counts */
	while (n-- > 0)
		if (strcmp(s[n].key, key) == 0)
			return s[n].val;
	return NULL;
}

static int
note(struct linting *t, long line, const char *key, const char *val, struct mk_err *e)
{
	struct mk_err msg;

	mk_err(&msg, MK_EDATA, "%ld: no sample of '%s': tried with '%s'", line, key, val);
	return t->tell(t->arg, false, msg.msg, e);
}

/* The fields of one {FIELD} text get values: those with a format, or the others. */
static int
fields(struct linting *t, const struct mk_subst *s, bool formatted, long line, struct mk_err *e)
{
	const struct mk_template *m = &t->l->t;
	char digits[20];
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct mk_subst_part *p = &s->part[i];
		bool date = p->name != NULL && strchr(p->text, '%') != NULL;
		const char *v;

		if (p->name == NULL || formatted != (p->n > 0) ||
		    mk_rec_get(&t->rec, p->name) != NULL)
			continue;
		v = said(m->sample, m->nsample, p->name);
		if (v == NULL) {
			v = date ? DAY : said(longest, sizeof longest / sizeof *longest, p->name);
			if (p->n > 0 && !date) {	/* {FIELD:DIGITS}, which was checked */
				size_t n = p->n == 1 ? (size_t)(p->text[0] - '0')
					: 10 * (size_t)(p->text[0] - '0') + (size_t)(p->text[1] - '0');

				memset(digits, '9', n);
				digits[n] = '\0';
				v = digits;
			}
			if (v == NULL)
				v = SAMPLE;
			if (note(t, line, p->name, v, e) == -1)
				return -1;
		}
		if (mk_rec_set(&t->rec, p->name, v, strlen(v), e) == -1)
			return -1;
	}
	return 0;
}

/* A symbol of {code} is a GS1 one or not as the id says: the two go together. */
static int
sample(struct linting *t, struct mk_err *e)
{
	const struct mk_template *m = &t->l->t;
	const char *id = said(m->sample, m->nsample, "id");
	size_t i, k;

	if (id == NULL && said(m->sample, m->nsample, "code") == NULL)
		id = longest[0].val;
	if (id != NULL && mk_rec_set(&t->rec, "id", id, strlen(id), e) == -1)
		return -1;
	/* a format tells what a field can hold wherever else it is used */
	for (k = 0; k < 2; k++) {
		for (i = 0; i < m->nel; i++)
			if (fields(t, &m->el[i].data, k == 0, m->el[i].line, e) == -1)
				return -1;
		for (i = 0; i < 3; i++)
			if (fields(t, &m->offset[i], k == 0, m->offset_line, e) == -1)
				return -1;
	}
	return 0;
}

static int
fault(struct linting *t, const struct mk_refusal *why, const char *op, uint64_t nest,
	const struct mk_err *what, struct mk_err *e)
{
	struct mk_err msg;
	char at[120] = "";

	if (op != NULL || nest > 0)
		(void)snprintf(at, sizeof at, " (%s%.60s%s%s%.0d)", op != NULL ? "op " : "",
			op != NULL ? op : "", op != NULL && nest > 0 ? ", " : "",
			nest > 0 ? "nest " : "", (int)nest);
	t->faults++;
	mk_err(&msg, MK_EDATA, "%ld: %s%s", why->line, what->msg, at);
	return t->tell(t->arg, true, msg.msg, e);
}

/* One try: in one op, in one nest. */
static int
once(struct linting *t, const char *op, uint64_t nest, struct mk_err *e)
{
	struct mk_refusal why;
	struct mk_err what;
	int r;

	if (op != NULL && mk_rec_set(&t->rec, "op", op, strlen(op), e) == -1)
		return -1;
	if (nest > 0 && (mk_rec_setf(&t->rec, e, "tray", "1") == -1 ||
	    mk_rec_setf(&t->rec, e, "nest", "%llu", (unsigned long long)nest) == -1))
		return -1;
	r = mk_layout_rec(t->l, &t->rec, &why, &what);
	if (r == -1) {
		*e = what;
		return -1;
	}
	return r == 1 ? 0 : fault(t, &why, op, nest, &what, e);
}

/* The corners of a tray are its first and its last nest. */
static int
nests(struct linting *t, const char *op, struct mk_err *e)
{
	const struct mk_lay_array *a = &t->l->t.array;
	uint64_t first = 1, last = (uint64_t)a->cols * (uint64_t)a->rows;
	struct mk_point at;

	if (a->cols == 0)
		return once(t, op, 0, e);
	while (!mk_lay_nest(a, first, &at))
		first++;
	while (!mk_lay_nest(a, last, &at))
		last--;
	if (once(t, op, first, e) == -1)
		return -1;
	return first == last ? 0 : once(t, op, last, e);
}

int
mk_layout_lint(struct mk_layout *l, mk_lint_fn *tell, void *arg, struct mk_err *e)
{
	struct linting t = { .l = l, .tell = tell, .arg = arg };
	size_t i;
	int r = sample(&t, e);

	if (r == 0 && l->t.nop == 0)
		r = nests(&t, NULL, e);
	for (i = 0; r == 0 && i < l->t.nop; i++)
		r = nests(&t, l->t.op[i].name, e);
	mk_rec_clear(&t.rec);
	return r == -1 ? -1 : t.faults > 0 ? 1 : 0;
}
