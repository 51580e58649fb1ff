/* mk-trace yield, pareto, spc. */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/num.h"
#include "cmd/mk-trace/plot.h"
#include "trace/spc.h"
#include "trace/yield.h"

static const char *opt_by, *opt_step, *opt_rules, *opt_limits, *opt_freeze, *opt_without, *opt_plot;

#define BY { "by", 0, "KEY,...", &opt_by, "broken down by line, station, shift, day, lot, machine, " \
	"operator, hour, week, ..." }
const struct cmd_opt ask_yield_opts[] = { ASK_WHEN, BY, {0} };
const struct cmd_opt ask_pareto_opts[] = {
	ASK_WHEN, BY,
	{ "plot", 0, "FILE.svg|png", &opt_plot, "draw it with gnuplot" },
	{0}
};
const struct cmd_opt ask_spc_opts[] = {
	ASK_WHEN, BY,
	{ "step", 0, "STEP", &opt_step, "which step judges (verify)" },
	{ "rules", 0, "we|3s,...", &opt_rules, "which rules: all of Western Electric's (we), or some of "
	  "3s, 2of3, 4of5, 8run" },
	{ "limits", 0, "FILE", &opt_limits, "limits that were frozen" },
	{ "freeze", 0, "FILE", &opt_freeze, "freeze these limits into a file" },
	{ "without", 0, "N,...", &opt_without, "make the limits without these points: their cause is known" },
	{ "plot", 0, "FILE.svg|png", &opt_plot, "draw it with gnuplot" },
	{0}
};

/* ---- terms that tallies can answer ---- */

#define ONLY_MAX 32

struct stats {
	struct ask a;
	struct mk_query q;
	struct mk_yield y;
	struct mk_only only[ONLY_MAX];
	char *owned[2 * ONLY_MAX];
	size_t nowned;
};

static int
add_only(struct stats *s, int key, const char *val, size_t n, bool turned)
{
	struct cmd *c = s->a.c;
	struct mk_only *o = &s->only[s->y.nonly];

	if (s->y.nonly == ONLY_MAX)
		return cmd_usage(c, "more than %d terms", ONLY_MAX);
	if ((s->owned[s->nowned] = strndup(val, n)) == NULL)
		return mk_err_nomem(&c->err);
	*o = (struct mk_only){ key, s->owned[s->nowned++], turned };
	s->y.nonly++;
	return 0;
}

/* shift:2026-03-01/B: every event has its shift and day on it, so that no hour is cut. */
static int
by_shift(struct stats *s, const struct mk_term *t)
{
	struct mk_time at;
	char day[MK_DAY_LEN];
	const char *name;

	mk_when_local(t->when.from, &at);
	name = mk_shift_at(&s->a.c->conf.shifts, &at, day);
	return add_only(s, MK_CTX_DAY, day, strlen(day), false) == -1 ? -1 :
		add_only(s, MK_CTX_SHIFT, name, strlen(name), false);
}

static int
take_term(struct stats *s, const struct mk_term *t)
{
	struct cmd *c = s->a.c;
	struct mk_by key;
	struct mk_err no;
	char name[MK_KEY_MAX + 1] = "";

	memcpy(name, t->key, t->klen);
	name[t->klen] = '\0';
	if (t->op == MK_TERM_DATE && strcmp(name, "shift") == 0 && !t->turned)
		return by_shift(s, t);
	if (t->op == MK_TERM_DATE && t->event && !t->turned) {
		if (t->when.from > s->y.when.from)
			s->y.when.from = t->when.from;
		if (t->when.to < s->y.when.to)
			s->y.when.to = t->when.to;
		return 0;
	}
	if (mk_by_parse(name, &key, &no) == -1 || (key.key[0] >= MK_BY_HOUR &&
	    key.key[0] <= MK_BY_MONTH) || (t->op != MK_TERM_IS && t->op != MK_TERM_NOT))
		return cmd_usage(c, "%s: it is counted by whole values of the context, lot, part, "
			"recipe, purpose, step, result and reason, and by date", name);
	return add_only(s, key.key[0], t->val, t->vlen, t->turned != (t->op == MK_TERM_NOT));
}

static int
open_stats(struct stats *s, struct cmd *c, size_t first, const char *by)
{
	struct mk_ids none = {0};
	bool given = false;
	size_t i;
	int r = ask_open(&s->a, c);

	if (r == 0)
		r = ask_query(&s->a, first, &s->q, &none, &given);
	mk_ids_clear(&none);
	if (r == 0 && (given || s->q.terms.ngroup > 1))
		r = cmd_usage(c, "%s counts by terms that all hold: not by '-' or 'or'", c->verb->name);
	s->y.st = s->a.st;
	s->y.when = s->q.within;
	s->y.only = s->only;
	s->y.judged = true;
	for (i = 0; r == 0 && s->q.terms.ngroup == 1 && i < s->q.terms.end[0]; i++)
		r = take_term(s, &s->q.terms.term[i]);
	for (i = 0; i < s->y.nonly; i++)	/* who asks for a step by name gets it */
		if (s->only[i].key == MK_BY_STEP && !s->only[i].turned)
			s->y.judged = false;
	if (r == 0)
		r = mk_by_parse(by, &s->y.by, &c->err);
	return r;
}

static void
close_stats(struct stats *s)
{
	size_t i;

	for (i = 0; i < s->nowned; i++)
		free(s->owned[i]);
	mk_yield_clear(&s->y);
	mk_terms_clear(&s->q.terms);
	ask_close(&s->a);
}

static int
set_keys(struct stats *s, const struct mk_row *row, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ask_set(&s->a, mk_by_name(s->y.by.key[i]), mk_row_key(row, i)) == -1)
			return -1;
	return 0;
}

/* The columns: what it is by, then the rest. */
static int
columns(struct stats *s, size_t n, const char *rest)
{
	struct mk_buf b = {0};
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++)
		r = mk_buf_addf(&b, &s->a.c->err, "%s,", mk_by_name(s->y.by.key[i]));
	if (r == 0)
		r = mk_buf_adds(&b, rest, &s->a.c->err);
	if (r == 0)
		r = mk_buf_str(&b, &s->a.c->err) == NULL ? -1 : cmd_columns(s->a.c, b.p);
	mk_buf_clear(&b);
	return r;
}

/* ---- yield ---- */

static int
set_share(struct ask *a, const char *key, double v)
{
	return mk_rec_setf(&a->row, &a->c->err, key, "%.4f", v);
}

/* Rows of equal keys but for the step, which is the last one. */
static size_t
group_end(const struct mk_yield *y, size_t i)
{
	size_t n = y->row[i].nkey - strlen(mk_row_key(&y->row[i], y->by.n - 1)) - 1, k;

	for (k = i + 1; k < y->n; k++)
		if (y->row[k].nkey < n || memcmp(y->row[k].key, y->row[i].key, n) != 0 ||
		    y->row[k].nkey - strlen(mk_row_key(&y->row[k], y->by.n - 1)) - 1 != n)
			break;
	return k;
}

static int
put_yield(struct stats *s, size_t from, size_t to)
{
	struct ask *a = &s->a;
	struct mk_err *e = &a->c->err;
	double rty = 1;
	bool any = false;
	size_t i;

	for (i = from; i < to; i++) {
		const struct mk_row *row = &s->y.row[i];
		double fpy = row->first > 0 ? (double)row->first_ok / (double)row->first : 1;

		any = any || row->first > 0;
		rty *= fpy;
		if (set_keys(s, row, s->y.by.n) == -1 ||
		    mk_rec_setf(&a->row, e, "units", "%lld", (long long)row->first) == -1 ||
		    mk_rec_setf(&a->row, e, "ok_at_first", "%lld", (long long)row->first_ok) == -1 ||
		    (row->first > 0 && set_share(a, "fpy", fpy) == -1) ||
		    mk_rec_setf(&a->row, e, "attempts", "%lld", (long long)row->all) == -1 ||
		    mk_rec_setf(&a->row, e, "setup", "%lld", (long long)row->setup) == -1 ||
		    (i + 1 == to && any && set_share(a, "rty", rty) == -1) || ask_put(a) == -1)
			return -1;
	}
	return 0;
}

int
ask_yield(struct cmd *c)
{
	struct stats s = {0};
	struct mk_buf by = {0};
	size_t i, k;
	int r = mk_buf_addf(&by, &c->err, "%s%sstep", opt_by == NULL ? "" : opt_by,
		opt_by == NULL || *opt_by == '\0' ? "" : ",");

	if (r == 0 && mk_buf_str(&by, &c->err) == NULL)
		r = -1;
	if (r == 0)
		r = open_stats(&s, c, 0, by.p);
	for (i = 0; r == 0 && i + 1 < s.y.by.n; i++)
		if (s.y.by.key[i] >= MK_BY_RESULT || s.y.by.key[i] == MK_BY_STEP)
			r = cmd_usage(c, "yield is always by step, and not by result or reason");
	if (r == 0)
		r = mk_yield(&s.y, &c->err);
	if (r == 0)
		r = columns(&s, s.y.by.n, "units,ok_at_first,fpy,attempts,setup,rty");
	for (i = 0; r == 0 && i < s.y.n; i = k) {
		k = group_end(&s.y, i);
		r = put_yield(&s, i, k);
	}
	if (r == 0 && s.y.n == 0)
		cmd_status(c, CMD_FAILED);
	close_stats(&s);
	mk_buf_clear(&by);
	return r;
}

/* ---- pareto ---- */

static int
most_first(const void *a, const void *b)
{
	const struct mk_row *x = a, *y = b;

	if (x->all != y->all)
		return x->all > y->all ? -1 : 1;
	return strcmp(x->key, y->key);
}

/* "STEP REASON", as it stands under a bar. */
static int
label(const struct mk_row *row, size_t n, struct mk_buf *out, struct mk_err *e)
{
	size_t i;
	int r = 0;

	out->n = 0;
	for (i = 0; r == 0 && i < n; i++)
		r = mk_buf_addf(out, e, "%s%s", i > 0 ? " " : "", mk_row_key(row, i));
	return r == 0 && mk_buf_str(out, e) == NULL ? -1 : r;
}

static int
put_pareto(struct stats *s, struct plot *p)
{
	struct ask *a = &s->a;
	struct mk_buf text = {0};
	int64_t total = 0, sum = 0;
	size_t i;
	int r = 0;

	for (i = 0; i < s->y.n; i++)
		total += s->y.row[i].all;
	for (i = 0; r == 0 && i < s->y.n; i++) {
		const struct mk_row *row = &s->y.row[i];

		sum += row->all;
		if (row->all == 0)
			continue;
		if (set_keys(s, row, s->y.by.n) == -1 ||
		    mk_rec_setf(&a->row, &a->c->err, "n", "%lld", (long long)row->all) == -1 ||
		    set_share(a, "share", (double)row->all / (double)total) == -1 ||
		    set_share(a, "sum", (double)sum / (double)total) == -1 || ask_put(a) == -1 ||
		    label(row, s->y.by.n, &text, &a->c->err) == -1)
			r = -1;
		else if (p != NULL)
			r = plot_bar(p, text.p, (double)row->all, (double)sum / (double)total);
	}
	mk_buf_clear(&text);
	return r;
}

int
ask_pareto(struct cmd *c)
{
	struct stats s = {0};
	struct plot p = { .c = c, .file = opt_plot };
	int r = opt_plot == NULL ? 0 : plot_check(&p);

	if (r == 0)
		r = open_stats(&s, c, 0, opt_by == NULL ? "step,reason" : opt_by);
	if (r == 0)
		r = add_only(&s, MK_BY_RESULT, "ok", 2, true);
	if (r == 0)
		r = mk_yield(&s.y, &c->err);
	if (r == 0 && s.y.n > 0)
		qsort(s.y.row, s.y.n, sizeof *s.y.row, most_first);
	if (r == 0)
		r = columns(&s, s.y.by.n, "n,share,sum");
	if (r == 0)
		r = put_pareto(&s, opt_plot == NULL ? NULL : &p);
	if (r == 0 && s.y.n == 0)
		cmd_status(c, CMD_FAILED);
	else if (r == 0 && opt_plot != NULL)
		r = plot_pareto(&p);
	plot_clear(&p);
	close_stats(&s);
	return r;
}

/* ---- spc ---- */

static int
leave_out(struct cmd *c, struct mk_spc_point *pt, size_t n)
{
	const char *p, *comma;
	uint64_t at;

	for (p = opt_without; p != NULL && *p != '\0'; p = comma + (*comma == ',')) {
		comma = strchrnul(p, ',');
		if (mk_num_u64(p, (size_t)(comma - p), 1, n, &at, &c->err) == -1)
			return mk_err_at(&c->err, "--without");
		pt[at - 1].left_out = true;
	}
	return 0;
}

static int
limits(struct cmd *c, enum mk_spc_kind kind, struct mk_spc_point *pt, size_t n, double *centre)
{
	struct mk_buf b = {0};
	int r;

	if (opt_limits != NULL)
		return mk_spc_frozen(opt_limits, kind, centre, &c->err);
	r = leave_out(c, pt, n);
	if (r == 0)
		r = mk_spc_centre(kind, pt, n, centre, &c->err);
	if (r == 0 && opt_freeze != NULL) {
		r = mk_spc_freeze(kind, *centre, &b, &c->err);
		if (r == 0)
			r = mk_io_replace(opt_freeze, b.p, b.n, &c->err);
	}
	mk_buf_clear(&b);
	return r;
}

static int
put_point(struct stats *s, size_t i, const struct mk_spc_point *pt, double centre)
{
	struct ask *a = &s->a;
	struct mk_err *e = &a->c->err;
	struct mk_buf rules = {0};
	int r = mk_rec_setf(&a->row, e, "point", "%zu", i + 1);

	if (r == 0 && (set_keys(s, &s->y.row[i], s->y.by.n) == -1 ||
	    mk_rec_setf(&a->row, e, "n", "%lld", (long long)pt->n) == -1 ||
	    mk_rec_setf(&a->row, e, "bad", "%lld", (long long)pt->x) == -1 ||
	    mk_rec_setf(&a->row, e, "value", "%.6f", pt->value) == -1 ||
	    mk_rec_setf(&a->row, e, "lcl", "%.6f", pt->lcl) == -1 ||
	    mk_rec_setf(&a->row, e, "centre", "%.6f", centre) == -1 ||
	    mk_rec_setf(&a->row, e, "ucl", "%.6f", pt->ucl) == -1))
		r = -1;
	if (r == 0 && pt->rules != 0) {
		cmd_status(a->c, CMD_FAILED);
		r = mk_spc_rules(pt->rules, &rules, e);
		if (r == 0)
			r = mk_rec_set(&a->row, "violates", rules.p, rules.n, e);
	}
	mk_buf_clear(&rules);
	return r == 0 ? ask_put(a) : -1;
}

static int
in_time(const void *a, const void *b)
{
	const struct mk_row *x = a, *y = b;
	size_t n = x->nkey < y->nkey ? x->nkey : y->nkey;

	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return memcmp(x->key, y->key, n);
}

static int
chart(struct stats *s, enum mk_spc_kind kind, unsigned mask, struct plot *p)
{
	struct cmd *c = s->a.c;
	struct mk_yield *y = &s->y;
	struct mk_spc_point *pt = calloc(y->n + 1, sizeof *pt);
	struct mk_buf text = {0};
	double centre = 0;
	size_t i;
	int r = pt == NULL ? mk_err_nomem(&c->err) : 0;

	if (y->n > 0)
		qsort(y->row, y->n, sizeof *y->row, in_time);
	for (i = 0; r == 0 && i < y->n; i++) {
		pt[i].n = kind == MK_SPC_C ? 1 : y->row[i].first;
		pt[i].x = kind == MK_SPC_P ? y->row[i].first - y->row[i].first_ok :
			y->row[i].all - y->row[i].all_ok;
	}
	if (r == 0)
		r = limits(c, kind, pt, y->n, &centre);
	if (r == 0) {
		mk_spc_judge(kind, centre, mask, pt, y->n);
		r = columns(s, y->by.n, "point,n,bad,value,lcl,centre,ucl,violates");
	}
	for (i = 0; r == 0 && i < y->n; i++) {
		r = put_point(s, i, &pt[i], centre);
		if (r == 0 && p != NULL && (r = label(&y->row[i], y->by.n, &text, &c->err)) == 0)
			r = plot_point(p, text.p, &pt[i], centre);
	}
	free(pt);
	mk_buf_clear(&text);
	return r;
}

int
ask_spc(struct cmd *c)
{
	struct stats s = {0};
	struct plot p = { .c = c, .file = opt_plot };
	enum mk_spc_kind kind = MK_SPC_P;
	unsigned mask = 0;
	const char *step = opt_step == NULL ? "verify" : opt_step;
	int r;

	if (c->narg == 0)
		return cmd_usage(c, "spc takes p, u or c");
	if (opt_limits != NULL && (opt_freeze != NULL || opt_without != NULL))
		return cmd_usage(c, "--limits brings limits: --freeze and --without make new ones");
	if (mk_spc_kind(c->arg[0], &kind, &c->err) == -1 ||
	    mk_spc_mask(opt_rules == NULL ? "we" : opt_rules, &mask, &c->err) == -1 ||
	    (opt_plot != NULL && plot_check(&p) == -1))
		return -1;
	r = open_stats(&s, c, 1, opt_by == NULL ? "day,shift" : opt_by);
	if (r == 0)
		r = add_only(&s, MK_BY_STEP, step, strlen(step), false);
	if (r == 0)
		r = mk_yield(&s.y, &c->err);
	if (r == 0 && s.y.n == 0)
		cmd_status(c, CMD_FAILED);
	else if (r == 0 && (r = chart(&s, kind, mask, opt_plot == NULL ? NULL : &p)) == 0 &&
	    opt_plot != NULL)
		r = plot_chart(&p, c->arg[0]);
	plot_clear(&p);
	close_stats(&s);
	return r;
}
