/* The genealogy's edges, and the asking for them. */
#include <stdlib.h>
#include <string.h>

#include "store/edges.h"

int
mk_edge_add(struct mk_store *st, const struct mk_edge *g, struct mk_err *e)
{
	if (mk_db_insert(st->db, e, "INSERT INTO edge_up(child, parent, event, kind, since, "
	    "until, ended) VALUES(?, ?, ?, ?, ?, ?, ?)", "iiiiiii", g->child,
	    g->parent, g->event, (int64_t)g->kind, g->from, g->until, g->end) == -1)
		return -1;
	return mk_db_insert(st->db, e, "INSERT INTO edge_down(parent, child, event, kind, since, "
		"until, ended) VALUES(?, ?, ?, ?, ?, ?, ?)", "iiiiiii",
		g->parent, g->child, g->event, (int64_t)g->kind, g->from, g->until, g->end);
}

struct finding {
	mk_ask_edge *each;
	void *arg;
};

static int
found(void *arg, struct mk_rows *rows, struct mk_err *e)
{
	const struct finding *f = arg;
	const struct mk_edge g = {
		.child = mk_rows_int(rows, 0), .parent = mk_rows_int(rows, 1),
		.event = mk_rows_int(rows, 2), .kind = (enum mk_edge_kind)mk_rows_int(rows, 3),
		.from = mk_rows_int(rows, 4), .until = mk_rows_int(rows, 5), .end = mk_rows_int(rows, 6)
	};

	return f->each(f->arg, &g, e);
}

static int
by_number(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* By number, so that every engine gives the same edges in the same order. */
int
mk_ask_edges(struct mk_store *st, const int64_t *item, size_t n, bool up, mk_ask_edge *each,
	void *arg, struct mk_err *e)
{
	struct finding f = { each, arg };
	int64_t *sorted = NULL;
	int r;

	if (n > 1) {
		if ((sorted = malloc(n * sizeof *sorted)) == NULL)
			return mk_err_nomem(e);
		memcpy(sorted, item, n * sizeof *sorted);
		qsort(sorted, n, sizeof *sorted, by_number);
		item = sorted;
	}
	r = mk_db_each(st->db, up ? "SELECT child, parent, event, kind, since, until, ended FROM "
		"edge_up WHERE child = ? ORDER BY child, parent, event" : "SELECT child, parent, event, "
		"kind, since, until, ended FROM edge_down WHERE parent = ? ORDER BY parent, child, event",
		item, n, found, &f, e);
	free(sorted);
	return r;
}

/* ---- sets ---- */

struct edges {
	struct mk_edge *g;
	size_t n, cap;
};

static int
keep(void *arg, const struct mk_edge *g, struct mk_err *e)
{
	struct edges *s = arg;
	struct mk_edge *p;

	if (g->until != MK_EDGE_OPEN)
		return 0;
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 16 : s->cap * 2;
		if ((p = realloc(s->g, s->cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		s->g = p;
	}
	s->g[s->n++] = *g;
	return 0;
}

int
mk_edges_end(struct mk_store *st, int64_t item, int64_t other, enum mk_edge_kind kind,
	int64_t until, int64_t event, struct mk_err *e)
{
	struct edges s = {0};
	bool up = kind != MK_EDGE_CONSUME;
	int r = mk_ask_edges(st, &item, 1, up, keep, &s, e);
	size_t i;

	for (i = 0; r == 0 && i < s.n; i++) {
		const struct mk_edge *g = &s.g[i];

		if (g->kind != kind || (other != 0 && (up ? g->parent : g->child) != other))
			continue;
		r = mk_db_run(st->db, NULL, e, "UPDATE edge_up SET until = ?, ended = ? WHERE "
			"child = ? AND parent = ? AND event = ?", "iiiii", until, event, g->child,
			g->parent, g->event);
		if (r == 0)
			r = mk_db_run(st->db, NULL, e, "UPDATE edge_down SET until = ?, ended = ? "
				"WHERE parent = ? AND child = ? AND event = ?", "iiiii", until, event,
				g->parent, g->child, g->event);
	}
	free(s.g);
	return r;
}

/* Item numbers that were met: a hash set. */
struct met {
	int64_t *slot;
	size_t n, cap;
};

static int
meet(struct met *m, int64_t item, struct mk_err *e)
{
	size_t i, k;
	int64_t *old = m->slot;

	if (m->n * 2 >= m->cap) {
		size_t cap = m->cap == 0 ? 64 : m->cap * 2;

		if ((m->slot = calloc(cap, sizeof *m->slot)) == NULL) {
			m->slot = old;
			return mk_err_nomem(e);
		}
		for (i = 0; i < m->cap; i++)
			if (old[i] != 0) {
				for (k = (size_t)old[i] * 0x9e3779b97f4a7c15u >> 20;
				    m->slot[k % cap] != 0; k++)
					;
				m->slot[k % cap] = old[i];
			}
		free(old);
		m->cap = cap;
	}
	for (k = (size_t)item * 0x9e3779b97f4a7c15u >> 20; m->slot[k % m->cap] != 0; k++)
		if (m->slot[k % m->cap] == item)
			return 0;
	m->slot[k % m->cap] = item;
	m->n++;
	return 1;
}

/* The items that the edges come from and that are met for the first time, into next. */
static int
level(struct met *m, const struct edges *s, int64_t **next, size_t *n, struct mk_err *e)
{
	size_t i;
	int r;

	*n = 0;
	if ((*next = malloc((s->n + 1) * sizeof **next)) == NULL)
		return mk_err_nomem(e);
	for (i = 0; i < s->n; i++) {
		if (s->g[i].kind != MK_EDGE_PACK && s->g[i].kind != MK_EDGE_ASSEMBLE)
			continue;
		if ((r = meet(m, s->g[i].child, e)) == -1)
			return -1;
		if (r == 1)
			(*next)[(*n)++] = s->g[i].child;
	}
	return 0;
}

int
mk_edges_inside(struct mk_store *st, int64_t item, mk_edges_each *each, void *arg,
	struct mk_err *e)
{
	struct edges s = {0};
	struct met m = {0};
	int64_t *at = NULL, *next;
	size_t n;
	int r = meet(&m, item, e) == -1 ? -1 : mk_ask_edges(st, &item, 1, false, keep, &s, e);

	while (r == 0 && s.n > 0) {
		next = NULL;
		r = level(&m, &s, &next, &n, e);
		free(at);
		at = next;
		s.n = 0;
		if (r == 0 && n > 0)
			r = each(arg, at, n, e);
		if (r == 0 && n > 0)
			r = mk_ask_edges(st, at, n, false, keep, &s, e);
	}
	free(at);
	free(s.g);
	free(m.slot);
	return r == -1 ? -1 : 0;
}
