#include "trace/family.h"

#include <stdlib.h>
#include <string.h>

#define TICK 4096	/* links between two looks at how far it is */

/* ---- nodes and links ---- */

/* The node of an item, made if it is new: *made. */
static int
node(struct mk_family *f, int64_t item, uint32_t level, uint32_t *at, bool *made,
	struct mk_err *e)
{
	int r = mk_ids_add(&f->node, item, e);
	uint32_t *p;

	if (r == -1)
		return -1;
	*made = r == 1;
	*at = (uint32_t)mk_ids_find(&f->node, item);
	if (r == 0)
		return 0;
	if (f->node.n > f->ncap) {
		if ((p = realloc(f->level, f->node.cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		f->level = p;
		f->ncap = f->node.cap;
	}
	f->level[*at] = level;
	return 0;
}

/* A link, and the node that it leads to. */
static int
join(struct mk_family *f, uint32_t from, int64_t to, const struct mk_link *as, struct mk_err *e)
{
	struct mk_link *l;
	uint32_t at, level = f->level[from] + (as->kind != MK_EDGE_REPLACE);
	bool made;
	size_t cap = f->lcap == 0 ? 256 : f->lcap * 2;

	if (node(f, to, level, &at, &made, e) == -1)
		return -1;
	if (as->kind == MK_EDGE_REPLACE && !made)
		return 0;
	if (f->nlink == f->lcap) {
		if ((l = realloc(f->link, cap * sizeof *l)) == NULL)
			return mk_err_nomem(e);
		f->link = l;
		f->lcap = cap;
	}
	l = &f->link[f->nlink++];
	*l = *as;
	l->from = from;
	l->to = at;
	return 0;
}

static bool
holds(const struct mk_family *f, int64_t since, int64_t until)
{
	return f->at == MK_FAMILY_EVER || (since <= f->at && f->at < until);
}

static int
on_edge(void *arg, const struct mk_edge *edge, struct mk_err *e)
{
	struct mk_family *f = arg;
	struct mk_link as = { .kind = edge->kind, .since = edge->from, .until = edge->until };
	size_t from = mk_ids_find(&f->node, f->up ? edge->child : edge->parent);

	if (edge->kind == MK_EDGE_REPLACE || !holds(f, edge->from, edge->until))
		return 0;
	if (f->tick != NULL && f->nlink % TICK == 0 &&
	    f->tick(f->arg, (int64_t)f->node.n, 0, e) == -1)
		return -1;
	return join(f, (uint32_t)from, f->up ? edge->parent : edge->child, &as, e);
}

/* ---- one part under two numbers ---- */

static int
on_replace(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct mk_family *f = arg;
	size_t cap = f->rcap == 0 ? 16 : f->rcap * 2;
	int64_t (*p)[2];
	struct mk_state s;
	int r = mk_ask_state(f->st, ev->item, &s, e);

	if (r == -1 || r == 0 || s.successor == 0)
		return r == -1 ? -1 : 0;
	if (f->nrenamed == f->rcap) {
		if ((p = realloc(f->renamed, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		f->renamed = p;
		f->rcap = cap;
	}
	f->renamed[f->nrenamed][0] = ev->item;
	f->renamed[f->nrenamed++][1] = s.successor;
	return mk_ids_add(&f->either, ev->item, e) == -1 ||
		mk_ids_add(&f->either, s.successor, e) == -1 ? -1 : 0;
}

static int
find_renamed(struct mk_family *f, struct mk_err *e)
{
	struct mk_spans in = {0};
	struct mk_ask_filter filter = { .in = &in, .step = "replace" };
	bool kept;
	int r = mk_ask_word(f->st, "step", 4, "replace", 7, &in, &kept, e);

	if (r == 0 && in.n > 0)
		r = mk_ask_events(f->st, &filter, on_replace, f, e);
	mk_spans_clear(&in);
	return r;
}

/* The other numbers of a node become nodes beside it. */
static int
add_renamed(struct mk_family *f, size_t at, struct mk_err *e)
{
	static const struct mk_link as = { .kind = MK_EDGE_REPLACE, .until = MK_EDGE_OPEN };
	int64_t item = f->node.id[at];
	size_t i;

	if (f->nrenamed == 0 || mk_ids_find(&f->either, item) == SIZE_MAX)
		return 0;
	for (i = 0; i < f->nrenamed; i++)
		if ((f->renamed[i][0] == item || f->renamed[i][1] == item) &&
		    join(f, (uint32_t)at, f->renamed[i][f->renamed[i][0] == item], &as, e) == -1)
			return -1;
	return 0;
}

/* ---- lots that were loaded somewhere ---- */

struct mk_family_loads {
	struct mk_load *load;	/* their places are owned */
	size_t n, cap;
	struct mk_ids lot;	/* which lots they are */
	struct mk_family *f;
	uint32_t from;		/* the node whose loads or events are looked at */
	const struct mk_load *now;
};

static int
on_load(void *arg, const struct mk_load *load, struct mk_err *e)
{
	struct mk_family_loads *l = arg;
	size_t cap = l->cap == 0 ? 64 : l->cap * 2;
	struct mk_load *p;

	if (l->n == l->cap) {
		if ((p = realloc(l->load, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		l->load = p;
		l->cap = cap;
	}
	l->load[l->n] = *load;
	if ((l->load[l->n].place = strdup(load->place)) == NULL)
		return mk_err_nomem(e);
	l->n++;
	return mk_ids_add(&l->lot, load->lot, e) == -1 ? -1 : 0;
}

static int
find_loads(struct mk_family *f, struct mk_err *e)
{
	if ((f->loads = calloc(1, sizeof *f->loads)) == NULL)
		return mk_err_nomem(e);
	f->loads->f = f;
	return mk_ask_loads(f->st, 0, NULL, on_load, f->loads, e);
}

/* Whether something was made of, or done to, a part at that place: 1, 0, -1. */
static int
made_at(struct mk_family *f, const struct mk_event *ev, const char *place, struct mk_err *e)
{
	static const char *const not[] = { "load", "unload", "setup", "calibrate", "ship", "receive",
		"move", "void", "correct", "resolve", "replace" };
	const struct mk_ctx *c;
	size_t i;
	int r;

	if (strcmp(ev->result, "refused") == 0)
		return 0;
	for (i = 0; i < sizeof not / sizeof *not; i++)
		if (strcmp(ev->step, not[i]) == 0)
			return 0;
	if ((r = mk_ask_ctx(f->st, ev->ctx, &c, e)) != 1)
		return r;
	if (strcmp(c->dim[MK_CTX_STATION], place) != 0 &&
	    strcmp(c->dim[MK_CTX_MACHINE], place) != 0)
		return 0;
	return f->tie == NULL ? 1 : f->tie(f->tie_arg, ev, e);
}

/* What a part was assembled into: glue that went on with the part stays in the unit,
 * also when the part is taken out again. 1, 0 none, -1. */
static int
assembled_into(struct mk_family *f, const struct mk_event *ev, int64_t *parent,
	struct mk_err *e)
{
	struct mk_rec rec = {0};
	const struct mk_field *into;
	size_t column;
	int r = 0;

	if (strcmp(ev->step, "assemble") != 0)
		return 0;
	if (mk_rec_parse(&rec, ev->line, ev->n, &column, e) == -1)
		r = mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	else if ((into = mk_rec_get(&rec, "assemble_into")) != NULL)
		r = mk_ask_item(f->st, into->val, into->vlen, parent, e);
	mk_rec_clear(&rec);
	return r;
}

static int
tie_part(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct mk_family_loads *l = arg;
	struct mk_link as = { .load = true, .kind = MK_EDGE_CONSUME, .since = ev->time.ms,
		.until = MK_EDGE_OPEN };
	int64_t unit;
	int r = made_at(l->f, ev, l->now->place, e);

	if (r != 1 || ev->time.ms < l->now->from || ev->time.ms >= l->now->until)
		return r == -1 ? -1 : 0;
	if (join(l->f, l->from, ev->item, &as, e) == -1)
		return -1;
	r = assembled_into(l->f, ev, &unit, e);
	return r == 1 ? join(l->f, l->from, unit, &as, e) : r;
}

/* Up from a lot: to all that was made where it was loaded meanwhile. */
static int
loads_up(struct mk_family *f, size_t at, struct mk_err *e)
{
	struct mk_family_loads *l = f->loads;
	size_t i;
	int r = 0;

	if (mk_ids_find(&l->lot, f->node.id[at]) == SIZE_MAX)
		return 0;
	l->from = (uint32_t)at;
	for (i = 0; r == 0 && i < l->n; i++) {
		struct mk_spans in = {0}, here = {0};
		struct mk_ask_filter filter = { .in = &in, .from = l->load[i].from,
			.to = l->load[i].until };
		bool kept = false;

		if (l->load[i].lot != f->node.id[at])
			continue;
		l->now = &l->load[i];
		r = mk_ask_when(f->st, filter.from, filter.to, &in, e);
		if (r == 0)
			r = mk_ask_word(f->st, "station", 7, l->now->place, strlen(l->now->place),
				&here, &kept, e);
		if (r == 0 && kept && here.n > 0)
			r = mk_spans_and(&in, &here, e);
		if (r == 0)
			r = mk_ask_events(f->st, &filter, tie_part, l, e);
		mk_spans_clear(&in);
		mk_spans_clear(&here);
	}
	return r;
}

/* Down from a part: to the lots that were loaded where something was done to it. */
static int
tie_lots(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct mk_family_loads *l = arg;
	struct mk_link as = { .load = true, .kind = MK_EDGE_CONSUME, .since = ev->time.ms,
		.until = MK_EDGE_OPEN };
	size_t i;
	int r = 0;

	for (i = 0; i < l->n; i++) {
		if (ev->time.ms < l->load[i].from || ev->time.ms >= l->load[i].until)
			continue;
		r = made_at(l->f, ev, l->load[i].place, e);
		if (r == -1 || (r == 1 && join(l->f, l->from, l->load[i].lot, &as, e) == -1))
			return -1;
	}
	return 0;
}

static int
loads_down(struct mk_family *f, size_t at, struct mk_err *e)
{
	f->loads->from = (uint32_t)at;
	if (mk_ids_find(&f->loads->lot, f->node.id[at]) != SIZE_MAX)
		return 0;
	return mk_ask_history(f->st, f->node.id[at], tie_lots, f->loads, e);
}

/* ---- the walk ---- */

/* Whether to go on from a node: 1, 0, -1. */
static int
goes_on(struct mk_family *f, size_t at, struct mk_err *e)
{
	struct mk_state s;
	int r;

	if (!f->stop_shipped || f->level[at] == 0)
		return 1;
	r = mk_ask_state(f->st, f->node.id[at], &s, e);
	return r == 1 ? s.gone != MK_GONE_SHIPPED : r == 0 ? 1 : -1;
}

/* All nodes from first up to the last there is: one level and, as they are met, the
 * other numbers of its parts. */
static int
expand(struct mk_family *f, size_t first, struct mk_err *e)
{
	int64_t *on;
	size_t i, last, n = 0;
	int r = 0;

	for (i = first; i < f->node.n; i++)
		if (add_renamed(f, i, e) == -1)
			return -1;
	last = f->node.n;
	if ((on = malloc((last - first) * sizeof *on)) == NULL)
		return mk_err_nomem(e);
	for (i = first; r == 0 && i < last; i++) {
		int go = goes_on(f, i, e);

		if (go == -1)
			r = -1;
		else if (go == 1)
			on[n++] = f->node.id[i];
	}
	if (r == 0 && n > 0)
		r = mk_ask_edges(f->st, on, n, f->up, on_edge, f, e);
	for (i = first; r == 0 && f->loads->n > 0 && i < last; i++)
		r = f->up ? loads_up(f, i, e) : loads_down(f, i, e);
	free(on);
	return r;
}

int
mk_family_walk(struct mk_family *f, const int64_t *start, size_t n, struct mk_err *e)
{
	size_t i, first = 0, next;
	uint32_t at;
	bool made;

	if (find_renamed(f, e) == -1 || find_loads(f, e) == -1)
		return -1;
	for (i = 0; i < n; i++)
		if (node(f, start[i], 0, &at, &made, e) == -1)
			return -1;
	while (first < f->node.n && (f->depth == 0 || f->level[first] < f->depth)) {
		next = first;
		if (expand(f, first, e) == -1)
			return -1;
		/* the level that was walked ends where the next one begins */
		while (next < f->node.n && f->level[next] == f->level[first])
			next++;
		first = next;
	}
	return 0;
}

void
mk_family_clear(struct mk_family *f)
{
	size_t i;

	for (i = 0; f->loads != NULL && i < f->loads->n; i++)
		free((char *)(uintptr_t)f->loads->load[i].place);
	if (f->loads != NULL) {
		free(f->loads->load);
		mk_ids_clear(&f->loads->lot);
	}
	free(f->loads);
	free(f->level);
	free(f->link);
	free(f->renamed);
	mk_ids_clear(&f->either);
	mk_ids_clear(&f->node);
	memset(f, 0, sizeof *f);
}
