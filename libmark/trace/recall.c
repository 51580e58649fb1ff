#include "trace/recall.h"

#include <stdlib.h>
#include <string.h>

#include "trace/neighbour.h"

#define TICK 4096	/* parts between two looks at how far it is */

const char *const mk_why_name[] = { "suspect", "neighbour", "tied", "contains", "renamed" };

int
mk_same_parse(const char *text, struct mk_same *same, struct mk_err *e)
{
	const char *p, *comma;
	size_t n, i;

	*same = (struct mk_same){ .within = INT64_MAX };
	for (p = text; *p != '\0'; p = comma + (*comma == ',')) {
		comma = strchrnul(p, ',');
		n = (size_t)(comma - p);
		if (n > 2 && (memcmp(p, "±", 2) == 0 || memcmp(p, "+-", 2) == 0)) {
			if (mk_when_length(p + 2, n - 2, &same->within, e) == -1)
				return -1;
			continue;
		}
		for (i = 0; i < MK_DIM_N; i++)
			if (strlen(mk_dim_name[i]) == n && memcmp(mk_dim_name[i], p, n) == 0)
				break;
		if (i == MK_DIM_N)
			return mk_err(e, MK_EUSAGE, "'%.*s': what is the same may be site, line, "
				"station, machine, operator, shift, day, lot, part or recipe, and "
				"a time ±30m", (int)(n > 40 ? 40 : n), p);
		same->dims |= 1u << i;
	}
	if (same->dims == 0)
		return mk_err(e, MK_EUSAGE, "'%s' says nothing that is the same: write "
			"lot,station,±30m", text);
	return 0;
}

/* ---- the suspects ---- */

/* A term such as lot:ADH77 also means the thing of that name: what it was consumed by,
 * and what was made where it was loaded. */
static int
things(const struct mk_recall *r, struct mk_ids *out, struct mk_err *e)
{
	const struct mk_terms *ts = &r->query.terms;
	size_t i, n = ts->ngroup == 0 ? 0 : ts->end[ts->ngroup - 1];
	struct mk_buf name = {0};
	int64_t item;
	int got = 0;

	for (i = 0; got != -1 && i < n; i++) {
		const struct mk_term *t = &ts->term[i];

		if (t->turned || t->op != MK_TERM_IS || t->event)
			continue;
		name.n = 0;
		if (mk_buf_addf(&name, e, "%.*s:", (int)t->klen, t->key) == -1 ||
		    mk_buf_add(&name, t->val, t->vlen, e) == -1)
			got = -1;
		else
			got = mk_ask_item(r->query.st, name.p, name.n, &item, e);
		if (got == 1)
			got = mk_ids_add(out, item, e);
	}
	mk_buf_clear(&name);
	return got == -1 ? -1 : 0;
}

/* Whether the event that ties a part to a thing is one that was asked for: of the
 * terms that tell of one happening, all must hold. */
struct tie {
	const struct mk_query *q;
	struct mk_rec rec;
};

static int
asked_for(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct tie *t = arg;
	const struct mk_terms *ts = &t->q->terms;
	size_t g, i = 0, column;
	bool all;
	int r;

	if (ev->time.ms < t->q->within.from || ev->time.ms >= t->q->within.to)
		return 0;
	if (mk_rec_parse(&t->rec, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	for (g = 0; g < ts->ngroup; g++) {
		for (all = true; i < ts->end[g]; i++)
			if (ts->term[i].event) {
				if ((r = mk_query_holds(t->q->st, &ts->term[i], &t->rec, ev, e)) == -1)
					return -1;
				all = all && r == 1;
			}
		if (all)
			return 1;
	}
	return 0;
}

/* ---- the list ---- */

/* Whether the name is that of a thing, "kind:…", and not of a part. */
static int
is_thing(struct mk_store *st, int64_t item, struct mk_buf *name, bool *yes, struct mk_err *e)
{
	static const char *const kinds[] = { "lot:", "tool:", "station:", "machine:", "line:",
		"order:", "operator:", "case:", "place:", "customer:", "context:" };
	size_t i;

	name->n = 0;
	if (mk_ask_name(st, item, name, e) == -1)
		return -1;
	*yes = false;
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		*yes = *yes || (name->n > strlen(kinds[i]) &&
			memcmp(name->p, kinds[i], strlen(kinds[i])) == 0);
	return 0;
}

struct box {
	uint32_t at;		/* its node */
	bool renamed;		/* it went by another number when the part came into it */
};

/* A unit under its last number. */
static uint32_t
renamed(const struct mk_family *f, const struct mk_affected *part, uint32_t at)
{
	size_t new, hops;

	for (hops = 0; hops < 64 && part[at].place.successor != 0; hops++) {
		new = mk_ids_find(&f->node, part[at].place.successor);
		if (new == SIZE_MAX)
			break;
		at = (uint32_t)new;
	}
	return at;
}

/* The container of each node, by its place in the walk; itself if it is in none. */
static void
containers(const struct mk_family *f, struct mk_affected *part, struct box *in)
{
	size_t i;

	for (i = 0; i < f->node.n; i++)
		in[i].at = (uint32_t)i;
	for (i = 0; i < f->nlink; i++) {
		const struct mk_link *l = &f->link[i];

		if (l->load || l->until != MK_EDGE_OPEN)
			continue;
		if (l->kind == MK_EDGE_ASSEMBLE || l->kind == MK_EDGE_PACK) {
			in[l->from].at = renamed(f, part, l->to);
			in[l->from].renamed = in[l->from].at != l->to;
		}
		if (l->kind == MK_EDGE_PACK)
			part[l->to].box = true;
		if (l->kind == MK_EDGE_ASSEMBLE)
			part[l->from].inside = true;
	}
}

/* Each part is where its outermost container is: from there inwards, once each. */
static int
settle(struct mk_affected *part, const struct box *in, size_t n, struct mk_err *e)
{
	bool *done = calloc(n + 1, sizeof *done);
	size_t i;

	if (done == NULL)
		return mk_err_nomem(e);
	for (i = 0; i < n; i++) {
		uint32_t path[64];
		size_t k = 0;
		uint32_t at = (uint32_t)i;

		while (!done[at] && k < 64) {
			path[k++] = at;
			done[at] = true;
			if (in[at].at == at)
				break;
			at = in[at].at;
		}
		while (k-- > 0) {
			const struct box *b = &in[path[k]];

			if (b->at != path[k])
				mk_place_inside(&part[path[k]].place, part[b->at].item,
					&part[b->at].place, b->renamed);
		}
	}
	free(done);
	return 0;
}

static int
list(struct mk_recall *r, const struct mk_family *f, size_t nsuspect, size_t nstart,
	struct mk_err *e)
{
	struct mk_store *st = r->query.st;
	struct box *in = calloc(f->node.n + 1, sizeof *in);
	struct mk_buf name = {0};
	size_t i;
	int got = 0;

	r->part = calloc(f->node.n + 1, sizeof *r->part);
	if (in == NULL || r->part == NULL)
		got = mk_err_nomem(e);
	if (got == 0)
		got = mk_ask_soon(st, f->node.id, f->node.n, e);
	for (i = 0; got != -1 && i < f->node.n; i++) {
		struct mk_affected *a = &r->part[i];
		struct mk_state s = { .item = f->node.id[i] };

		if (r->tick != NULL && i % TICK == 0 &&
		    r->tick(r->arg, (int64_t)i, (int64_t)f->node.n, e) == -1)
			got = -1;
		a->item = f->node.id[i];
		a->level = f->level[i];
		a->why = i < nsuspect ? MK_WHY_SUSPECT : i < nstart ? MK_WHY_NEIGHBOUR :
			a->level == 0 ? MK_WHY_RENAMED : MK_WHY_BUILT;
		if (got != -1)
			got = mk_ask_state(st, a->item, &s, e);
		if (got != -1)
			mk_place_of(&s, &a->place);
		if (got != -1 && (a->level == 0 || i < 64))
			got = is_thing(st, a->item, &name, &a->thing, e);
	}
	for (i = 0; got != -1 && i < f->nlink; i++)
		if (f->link[i].load || f->link[i].kind == MK_EDGE_CONSUME)
			r->part[f->link[i].to].why = r->part[f->link[i].to].level == 0 ?
				r->part[f->link[i].to].why : MK_WHY_TIED;
	if (got != -1) {
		r->n = f->node.n;
		containers(f, r->part, in);
		got = settle(r->part, in, r->n, e);
	}
	mk_buf_clear(&name);
	free(in);
	return got == -1 ? -1 : 0;
}

/* Whether the terms leave nothing out. */
static bool
everything(const struct mk_recall *r)
{
	return r->query.terms.ngroup == 0 && r->query.within.from == INT64_MIN &&
		r->query.within.to == INT64_MAX;
}

static int
gather(struct mk_recall *r, struct mk_ids *start, struct mk_err *e)
{
	struct tie tie = { .q = &r->query };
	struct mk_family f = { .st = r->query.st, .up = true, .tie = asked_for, .tie_arg = &tie, .tick = r->tick, .arg = r->arg,
		.at = r->ever ? MK_FAMILY_EVER : MK_FAMILY_NOW };
	size_t i, nsuspect;
	int got = 0;

	if (!everything(r))
		got = mk_query_items(&r->query, start, e);
	for (i = 0; got != -1 && r->given && i < r->nsuspect; i++)
		got = mk_ids_add(start, r->suspect[i], e);
	if (got != -1)
		got = things(r, start, e);
	nsuspect = start->n;
	if (got == 0 && r->same.dims != 0)
		got = mk_neighbours(&r->query, &r->same, nsuspect, start, e);
	if (got == 0 && r->since != NULL)
		got = mk_neighbours_since(&r->query, r->since, nsuspect, start, e);
	if (got == 0)
		got = mk_family_walk(&f, start->id, start->n, e);
	if (got == 0)
		got = list(r, &f, nsuspect, start->n, e);
	mk_family_clear(&f);
	mk_rec_clear(&tie.rec);
	return got;
}

int
mk_recall(struct mk_recall *r, struct mk_err *e)
{
	struct mk_ids start = {0};
	int got;

	if (!r->given && everything(r))
		return mk_err(e, MK_EUSAGE, "recall of everything: say what is suspect, such as "
			"lot:L42 or station:ST3 date:yesterday");
	if (mk_ask_begin(r->query.st, e) == -1)
		return -1;
	got = gather(r, &start, e);
	mk_ask_end(r->query.st);
	mk_ids_clear(&start);
	return got;
}

void
mk_recall_clear(struct mk_recall *r)
{
	free(r->part);
	r->part = NULL;
	r->n = 0;
}
