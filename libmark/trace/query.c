#include "trace/query.h"

#include <string.h>

#include "base/step.h"

static bool
key_is(const struct mk_term *t, const char *key)
{
	return strlen(key) == t->klen && memcmp(t->key, key, t->klen) == 0;
}

/* ---- where to look: the fewest events that must hold an answer ---- */

struct group {
	const struct mk_query *q;
	const struct mk_term *term;	/* n of them */
	size_t n;
	struct mk_spans in;
	const struct mk_term *by;	/* in is of this term; NULL: of all that tell of one event */
};

/* Narrow in to what t leaves, if the store can tell. 1: it could, 0, -1. */
static int
narrow(const struct group *g, const struct mk_term *t, struct mk_spans *in, struct mk_err *e)
{
	struct mk_spans s = {0};
	bool kept = true;
	int r;

	if (t->turned || (t->op != MK_TERM_IS && !(t->op == MK_TERM_DATE && t->event)))
		return 0;
	if (t->op == MK_TERM_DATE)
		r = mk_ask_when(g->q->st, t->when.from, t->when.to, &s, e);
	else
		r = mk_ask_word(g->q->st, t->key, t->klen, t->val, t->vlen, &s, &kept, e);
	if (r == 0 && kept)
		r = mk_spans_and(in, &s, e);
	mk_spans_clear(&s);
	return r == -1 ? -1 : kept;
}

static int
whole(const struct group *g, struct mk_spans *out, struct mk_err *e)
{
	struct mk_spans s = {0};
	int r = mk_ask_all(g->q->st, g->q->after, out, e);

	if (r == 0 && (g->q->within.from != INT64_MIN || g->q->within.to != INT64_MAX)) {
		r = mk_ask_when(g->q->st, g->q->within.from, g->q->within.to, &s, e);
		if (r == 0)
			r = mk_spans_and(out, &s, e);
		mk_spans_clear(&s);
	}
	return r == -1 ? -1 : 0;
}

/* Those terms that tell of one happening share an event; any other term may be met
 * by an event of its own, from whenever it was. */
static int
where(struct group *g, struct mk_err *e)
{
	struct mk_spans s = {0};
	size_t i;
	int r = whole(g, &g->in, e);

	for (i = 0; r == 0 && i < g->n; i++)
		if (g->term[i].event && narrow(g, &g->term[i], &g->in, e) == -1)
			r = -1;
	for (i = 0; r == 0 && i < g->n; i++) {
		if (g->term[i].event)
			continue;
		mk_spans_clear(&s);
		if (mk_ask_all(g->q->st, 0, &s, e) == -1 ||
		    (r = narrow(g, &g->term[i], &s, e)) == -1)
			r = -1;
		else if (r == 1 && mk_spans_size(&s) < mk_spans_size(&g->in)) {
			struct mk_spans old = g->in;

			g->in = s;
			s = old;
			g->by = &g->term[i];
		}
		r = r == -1 ? -1 : 0;
	}
	mk_spans_clear(&s);
	return r;
}

/* ---- does it hold? ---- */

int
mk_query_holds(struct mk_store *st, const struct mk_term *t, const struct mk_rec *rec,
	const struct mk_event *ev, struct mk_err *e)
{
	int r = mk_term_holds(t, rec, ev->step, ev->time.ms);

	if (t->klen == 4 && memcmp(t->key, "skew", 4) == 0 && t->op == MK_TERM_IS)
		r = mk_ask_skewed(st, ev, t->val, t->vlen, e);	/* no line says so */
	return r == -1 ? -1 : (r == 1) != t->turned;
}

static bool
counts(const struct mk_query *q, const struct mk_event *ev)
{
	return ev->time.ms >= q->within.from && ev->time.ms < q->within.to && ev->id > q->after;
}

/* An item's events, read one after the other. */
struct verdict {
	const struct group *g;
	struct mk_rec rec;
	bool hit[64];		/* of each term that tells of the part */
	bool happened;		/* there was an event of which the rest holds */
};

static int
weigh(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct verdict *v = arg;
	bool all = counts(v->g->q, ev);
	size_t i, column;

	if (mk_rec_parse(&v->rec, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	for (i = 0; i < v->g->n; i++) {
		const struct mk_term *t = &v->g->term[i];
		int r;

		if (t->event) {
			if ((r = mk_query_holds(v->g->q->st, t, &v->rec, ev, e)) == -1)
				return -1;
			all = all && r == 1;
		} else
			v->hit[i] = v->hit[i] || mk_term_holds(t, &v->rec, ev->step, ev->time.ms);
	}
	v->happened = v->happened || all;
	return 0;
}

/* Whether the item has all that the group asks for: 1, 0, -1. */
static int
item_holds(const struct group *g, int64_t item, struct mk_err *e)
{
	struct verdict v = { .g = g };
	size_t i;
	int r = mk_ask_history(g->q->st, item, weigh, &v, e);

	mk_rec_clear(&v.rec);
	if (r == -1)
		return -1;
	for (i = 0; i < g->n; i++)
		if (!g->term[i].event && v.hit[i] == g->term[i].turned)
			return 0;
	return v.happened;
}

/* ---- items ---- */

struct scan {
	const struct group *g;
	struct mk_rec rec;
	struct mk_ids sure, maybe;
	mk_ask_event *each;	/* of events: who gets them */
	void *arg;
};

/* An event from where the group looks: what of it decides whether its item may, or
 * does, have all that is asked for. */
static int
look(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct scan *s = arg;
	const struct group *g = s->g;
	bool all = counts(g->q, ev), driven = g->by != NULL || all, turned = false;
	size_t i, column;

	if (s->each == NULL && mk_ids_find(&s->sure, ev->item) != SIZE_MAX)
		return 0;
	if (mk_rec_parse(&s->rec, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	for (i = 0; i < g->n; i++) {
		const struct mk_term *t = &g->term[i];
		int r = mk_query_holds(g->q->st, t, &s->rec, ev, e);
		bool holds = r == 1;

		if (r == -1)
			return -1;
		all = all && holds;
		turned = turned || (t->turned && !t->event);
		if (t == g->by || (g->by == NULL && t->event))
			driven = driven && holds;
	}
	if (s->each != NULL)
		return all ? s->each(s->arg, ev, e) : 0;
	if (all && !turned)
		return mk_ids_add(&s->sure, ev->item, e) == -1 ? -1 : 0;
	return driven && mk_ids_add(&s->maybe, ev->item, e) == -1 ? -1 : 0;
}

/* A term "id:…" names its items by itself. 1: it did, 0, -1. */
static int
add_named(void *arg, int64_t item, const char *name, size_t n, struct mk_err *e)
{
	(void)name;
	(void)n;
	return mk_ids_add(arg, item, e) == -1 ? -1 : 0;
}

static int
by_id(const struct group *g, struct mk_ids *maybe, struct mk_err *e)
{
	size_t i;
	int64_t item;
	int r;

	for (i = 0; i < g->n; i++) {
		const struct mk_term *t = &g->term[i];

		if (!key_is(t, "id") || t->turned)
			continue;
		if (t->op == MK_TERM_IS) {
			r = mk_ask_item(g->q->st, t->val, t->vlen, &item, e);
			if (r == 1)
				r = mk_ids_add(maybe, item, e);
			return r == -1 ? -1 : 1;
		}
		if (t->op == MK_TERM_BEGINS)
			return mk_ask_named(g->q->st, t->val, t->vlen, add_named, maybe, e) == -1 ?
				-1 : 1;
	}
	return 0;
}

static int
group_items(struct group *g, struct mk_ids *out, struct mk_err *e)
{
	struct scan s = { .g = g };
	struct mk_ask_filter f = { .in = &g->in };
	size_t i;
	int r = by_id(g, &s.maybe, e);

	if (r == 0) {
		r = where(g, e);
		if (r == 0)
			r = mk_ask_events(g->q->st, &f, look, &s, e);
	} else if (r == 1)
		r = 0;
	for (i = 0; r == 0 && i < s.sure.n; i++)
		if (mk_ids_add(out, s.sure.id[i], e) == -1)
			r = -1;
	if (r == 0)
		r = mk_ask_soon(g->q->st, s.maybe.id, s.maybe.n, e);
	for (i = 0; r == 0 && i < s.maybe.n; i++) {
		int got;

		if (mk_ids_find(&s.sure, s.maybe.id[i]) != SIZE_MAX)
			continue;
		got = item_holds(g, s.maybe.id[i], e);
		if (got == -1 || (got == 1 && mk_ids_add(out, s.maybe.id[i], e) == -1))
			r = -1;
	}
	mk_ids_clear(&s.sure);
	mk_ids_clear(&s.maybe);
	mk_rec_clear(&s.rec);
	return r;
}

static int
each_group(const struct mk_query *q, size_t i, struct group *g, struct mk_err *e)
{
	size_t from = i == 0 ? 0 : q->terms.end[i - 1];

	*g = (struct group){ .q = q, .term = q->terms.term + from };
	g->n = q->terms.ngroup == 0 ? 0 : q->terms.end[i] - from;
	if (g->n > 64)
		return mk_err(e, MK_EUSAGE, "more than 64 terms between two \"or\"");
	return 0;
}

int
mk_query_items(const struct mk_query *q, struct mk_ids *out, struct mk_err *e)
{
	struct group g;
	size_t i = 0;
	int r;

	do {
		r = each_group(q, i, &g, e);
		if (r == 0)
			r = group_items(&g, out, e);
		mk_spans_clear(&g.in);
	} while (r == 0 && ++i < q->terms.ngroup);
	mk_ids_sort(out);
	return r;
}

/* ---- events ---- */

int
mk_query_events(const struct mk_query *q, mk_ask_event *each, void *arg, struct mk_err *e)
{
	struct group g;
	struct scan s = { .g = &g, .each = each, .arg = arg };
	struct mk_ask_filter f = { .in = &g.in, .step = q->step };
	size_t i = 0, k;
	int r;

	do {
		r = each_group(q, i, &g, e);
		if (r == 0)
			r = whole(&g, &g.in, e);
		for (k = 0; r == 0 && k < g.n; k++)
			if (narrow(&g, &g.term[k], &g.in, e) == -1)
				r = -1;
		if (r == 0 && q->step != NULL) {
			struct mk_term step = { .key = "step", .klen = 4, .op = MK_TERM_IS,
				.val = q->step, .vlen = strlen(q->step) };

			r = narrow(&g, &step, &g.in, e) == -1 ? -1 : 0;
		}
		if (r == 0)
			r = mk_ask_events(q->st, &f, look, &s, e);
		mk_spans_clear(&g.in);
	} while (r == 0 && ++i < q->terms.ngroup);
	mk_rec_clear(&s.rec);
	return r;
}

/* ---- a part, altogether ---- */

struct merge {
	const struct mk_conf *conf;
	struct mk_rec *rec, ev;
	int n;
};

static int
lay_over(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct merge *m = arg;
	size_t i, column;

	if (mk_rec_parse(&m->ev, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	mk_step_drop(m->rec, ev->step);
	for (i = 0; i < m->ev.n; i++)
		if (mk_rec_copy(m->rec, &m->ev.f[i], e) == -1)
			return -1;
	m->n++;
	return 0;
}

int
mk_query_part(struct mk_store *st, const struct mk_conf *conf, int64_t item,
	struct mk_rec *rec, struct mk_err *e)
{
	struct merge m = { .conf = conf, .rec = rec };
	int r;

	mk_rec_reset(rec);
	r = mk_ask_history(st, item, lay_over, &m, e);
	mk_rec_clear(&m.ev);
	return r == -1 ? -1 : m.n;
}
