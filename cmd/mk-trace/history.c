/* mk-trace history: everything that happened to a part, and to what it is built into. */
#include <stdlib.h>
#include <string.h>

#include "cmd/mk-trace/ask.h"
#include "trace/family.h"

#define DEEP 16		/* units in units in boxes */

static const char *opt_own;

const struct cmd_opt ask_history_opts[] = {
	ASK_WHEN,
	{ "own", 0, NULL, &opt_own, "not what happened to the units and boxes that it was in" },
	{0}
};

/* Events, gathered and then put in order. */
struct kept {
	int64_t time, id, item;
	const char *step;
	size_t at, n;		/* in text */
};

struct story {
	struct ask *a;
	struct mk_period when;
	struct kept *ev;
	size_t n, cap;
	struct mk_buf text;
	struct mk_ids seen;
	bool renamed;		/* some part somewhere goes by another number now */
	/* of the item that is read now */
	int64_t from, until;
	int depth;
};

static int
keep(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct story *s = arg;
	size_t cap = s->cap == 0 ? 64 : s->cap * 2;
	struct kept *p;

	if (ev->time.ms < s->from || ev->time.ms >= s->until ||
	    ev->time.ms < s->when.from || ev->time.ms >= s->when.to)
		return 0;
	if (s->n == s->cap) {
		if ((p = realloc(s->ev, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		s->ev = p;
		s->cap = cap;
	}
	s->ev[s->n++] = (struct kept){ ev->time.ms, ev->id, ev->item, ev->step, s->text.n, ev->n };
	return mk_buf_add(&s->text, ev->line, ev->n, e);
}

/* What an item was in, and when; what it was called before and after. */
struct ins {
	struct mk_edge *in;
	size_t n, cap;
};

static int
on_edge(void *arg, const struct mk_edge *edge, struct mk_err *e)
{
	struct ins *in = arg;
	size_t cap = in->cap == 0 ? 8 : in->cap * 2;
	struct mk_edge *p;

	if (edge->kind == MK_EDGE_CONSUME)
		return 0;
	if (in->n == in->cap) {
		if ((p = realloc(in->in, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		in->in = p;
		in->cap = cap;
	}
	in->in[in->n++] = *edge;
	return 0;
}

static int
on_older(void *arg, const struct mk_edge *edge, struct mk_err *e)
{
	return edge->kind == MK_EDGE_REPLACE ? on_edge(arg, edge, e) : 0;
}

static int tell(struct story *s, int64_t item, int64_t from, int64_t until, int depth);

/* Go on to what the item was in while [from, until) lasted. */
static int
outwards(struct story *s, int64_t item, int64_t from, int64_t until, int depth)
{
	struct mk_err *e = &s->a->c->err;
	struct ins in = {0};
	size_t i, outer;
	int r = mk_ask_edges(s->a->st, &item, 1, true, on_edge, &in, e);

	outer = in.n;
	if (r == 0 && s->renamed)
		r = mk_ask_edges(s->a->st, &item, 1, false, on_older, &in, e);
	for (i = 0; r == 0 && i < in.n; i++) {
		const struct mk_edge *d = &in.in[i];

		if (d->kind == MK_EDGE_REPLACE)	/* the same part under another number */
			r = tell(s, i < outer ? d->parent : d->child, from, until, depth);
		else if (opt_own == NULL)
			r = tell(s, d->parent, d->from > from ? d->from : from,
				d->until < until ? d->until : until, depth + 1);
	}
	free(in.in);
	return r;
}

static int
tell(struct story *s, int64_t item, int64_t from, int64_t until, int depth)
{
	struct mk_err *e = &s->a->c->err;
	int r;

	if (from >= until || depth > DEEP)
		return 0;
	r = mk_ids_add(&s->seen, item, e);
	if (r != 1)	/* a unit that it was in twice is told once, from the first time on */
		return r;
	s->from = from;
	s->until = until;
	if (mk_ask_history(s->a->st, item, keep, s, e) == -1)
		return -1;
	return outwards(s, item, from, until, depth);
}

static int
in_order(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int
show(struct story *s, int64_t item)
{
	struct ask *a = s->a;
	struct cmd *c = a->c;
	struct mk_rec rec = {0};
	size_t i, column;
	int r = 0;

	if (cmd_is_table(c) && (ask_name(a, item) == NULL ||
	    cmd_puts(c, "%.*s\n", (int)a->name.n, a->name.p) == -1))
		return -1;
	qsort(s->ev, s->n, sizeof *s->ev, in_order);
	for (i = 0; r == 0 && i < s->n; i++) {
		const struct kept *k = &s->ev[i];
		const char *of = NULL;

		if (mk_rec_parse(&rec, s->text.p + k->at, k->n, &column, &c->err) == -1)
			r = mk_err(&c->err, MK_EINTEGRITY, "an event in the store is no record");
		else if (!cmd_is_table(c))
			r = cmd_put(c, &rec);
		else if (k->item != item && (of = ask_name(a, k->item)) == NULL)
			r = -1;
		else if ((r = ask_event_row(a, &rec, k->step, of)) == 0)
			r = ask_put(a);
	}
	mk_rec_clear(&rec);
	return r;
}

static int
any_renamed(struct story *s)
{
	struct mk_spans in = {0};
	bool kept;
	int r = mk_ask_word(s->a->st, "step", 4, "replace", 7, &in, &kept, &s->a->c->err);

	s->renamed = in.n > 0;
	mk_spans_clear(&in);
	return r;
}

static int
one(struct ask *a, int64_t item, void *arg)
{
	struct story *s = arg;
	int r;

	s->a = a;
	if (mk_ask_begin(a->st, &a->c->err) == -1)
		return -1;
	r = any_renamed(s);
	if (r == 0)
		r = tell(s, item, INT64_MIN, INT64_MAX, 0);
	mk_ask_end(a->st);
	if (r == 0 && s->n == 0)
		cmd_status(a->c, CMD_FAILED);
	if (r == 0)
		r = show(s, item);
	s->n = 0;
	s->text.n = 0;
	mk_ids_clear(&s->seen);
	return r;
}

int
ask_history(struct cmd *c)
{
	struct ask a;
	struct story s = {0};
	struct mk_query q = {0};
	struct mk_ids none = {0};
	bool given;
	size_t narg = c->narg;
	int r;

	if (narg == 0)
		return cmd_usage(c, "history takes an ID");
	r = ask_open(&a, c);
	c->narg = 0;
	if (r == 0)
		r = ask_query(&a, 0, &q, &none, &given);	/* -S and -U */
	c->narg = narg;
	s.when = q.within;
	if (r == 0)
		r = cmd_is_dot(c) ? ask_draw(&a) : ask_items(&a, one, &s);
	mk_terms_clear(&q.terms);
	free(s.ev);
	mk_buf_clear(&s.text);
	mk_ids_clear(&s.seen);
	ask_close(&a);
	return r;
}
