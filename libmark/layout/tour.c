#include "layout/tour.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAME 0.7		/* µm: points that round to one */
#define EFFORT 40
#define SEGMENT 3		/* as many nodes are moved at once */
#define FAR 1e18

/* fmin and fmax mind NaN, and are calls. */
static inline double
least(double a, double b)
{
	return a < b ? a : b;
}

static inline double
most(double a, double b)
{
	return a > b ? a : b;
}

void
mk_tour_clear(struct mk_tour *t)
{
	free(t->node);
	free(t->way);
	free(t->order);
	free(t->via);
	free(t->pos);
	free(t->cell);
	free(t->entry);
	free(t->owner);
	free(t->live);
	free(t->best);
	free(t->cost);
	memset(t, 0, sizeof *t);
}

static int
grow(void *pp, size_t n, size_t each, struct mk_err *e)
{
	void *p, *old;

	memcpy(&old, pp, sizeof old);
	if ((p = realloc(old, n * each)) == NULL)
		return mk_err_nomem(e);
	memcpy(pp, &p, sizeof p);
	return 0;
}

int
mk_tour_room(struct mk_tour *t, int n, int nway, struct mk_err *e)
{
	if (n > t->cap) {
		size_t m = (size_t)n + (size_t)n / 2 + 64;

		if (grow(&t->node, m, sizeof *t->node, e) == -1 ||
		    grow(&t->order, m, sizeof *t->order, e) == -1 ||
		    grow(&t->via, m, sizeof *t->via, e) == -1 ||
		    grow(&t->pos, m, sizeof *t->pos, e) == -1)
			return -1;
		t->cap = (int)m;
	}
	if (nway > t->waycap) {
		size_t m = (size_t)nway + (size_t)nway / 2 + 64;

		if (grow(&t->way, m, sizeof *t->way, e) == -1 ||
		    grow(&t->owner, m, sizeof *t->owner, e) == -1 ||
		    grow(&t->entry, m, sizeof *t->entry, e) == -1 ||
		    grow(&t->best, m, sizeof *t->best, e) == -1 ||
		    grow(&t->cost, m, sizeof *t->cost, e) == -1)
			return -1;
		t->waycap = (int)m;
	}
	if (nway + 2 > t->cellcap) {
		size_t m = (size_t)nway + (size_t)nway / 2 + 64;

		if (grow(&t->cell, m, sizeof *t->cell, e) == -1 ||
		    grow(&t->live, m, sizeof *t->live, e) == -1)
			return -1;
		t->cellcap = (int)m;
	}
	t->n = n;
	t->nway = nway;
	return 0;
}

/* ---- costs ---- */

static bool
neighbours(int a, int b)
{
	int row, col;

	if (a < 0 || b < 0 || a >> 20 != b >> 20)
		return false;
	row = (a >> 10 & 1023) - (b >> 10 & 1023);
	col = (a & 1023) - (b & 1023);
	return abs(row) + abs(col) <= 1;
}

double
mk_tour_step(const struct mk_tour *t, const struct mk_way *a, const struct mk_way *b,
	bool *joined)
{
	double dx = b->x0 - a->x1, dy = b->y0 - a->y1, d2 = dx * dx + dy * dy, d, off, on;

	if (d2 > t->join * t->join && d2 > SAME * SAME) {
		if (joined != NULL)
			*joined = false;
		return sqrt(d2) * t->pace.jump + t->pace.gap;
	}
	d = sqrt(d2);
	off = d * t->pace.jump + t->pace.gap;
	on = FAR;
	if (d <= SAME)
		on = t->pace.corner;
	else if (neighbours(a->cell1, b->cell0))
		on = d * t->pace.mark + 2 * t->pace.corner;
	if (joined != NULL)
		*joined = on <= off;
	return on <= off ? on : off;
}

static const struct mk_way *
at(const struct mk_tour *t, int i)
{
	return &t->way[t->via[t->order[i]]];
}

static int
turned(const struct mk_tour *t, int node, int way)
{
	const struct mk_node *v = &t->node[node];

	return v->same ? way : v->first + ((way - v->first) ^ 1);
}

/* ---- a grid over where ways begin ---- */

static int
column(const struct mk_tour *t, double x)
{
	int i = (int)((x - t->gx) / t->side);

	return i < 0 ? 0 : i >= t->gw ? t->gw - 1 : i;
}

static int
row(const struct mk_tour *t, double y)
{
	int i = (int)((y - t->gy) / t->side);

	return i < 0 ? 0 : i >= t->gh ? t->gh - 1 : i;
}

static void
measure(struct mk_tour *t)
{
	double x1 = -FAR, y1 = -FAR, w, h, cells = t->nway / 3.0 + 1;
	int i;

	t->gx = t->gy = FAR;
	for (i = 0; i < t->nway; i++) {
		t->gx = least(t->gx, t->way[i].x0);
		t->gy = least(t->gy, t->way[i].y0);
		x1 = most(x1, t->way[i].x0);
		y1 = most(y1, t->way[i].y0);
	}
	w = x1 - t->gx + 1;
	h = y1 - t->gy + 1;
	t->side = most(sqrt(w * h / cells), most(w, h) / cells) + 1;
	t->gw = (int)(w / t->side) + 1;
	t->gh = (int)(h / t->side) + 1;
	while ((double)t->gw * t->gh > t->cellcap - 2) {
		t->side *= 1.2;
		t->gw = (int)(w / t->side) + 1;
		t->gh = (int)(h / t->side) + 1;
	}
}

static void
grid(struct mk_tour *t)
{
	int i, k, cells;

	measure(t);
	cells = t->gw * t->gh;
	memset(t->cell, 0, ((size_t)cells + 1) * sizeof *t->cell);
	for (i = 0; i < t->nway; i++)
		t->cell[row(t, t->way[i].y0) * t->gw + column(t, t->way[i].x0) + 1]++;
	for (i = 0; i < cells; i++)
		t->cell[i + 1] += t->cell[i];
	memcpy(t->live, t->cell, (size_t)cells * sizeof *t->live);
	for (i = 0; i < t->n; i++)
		for (k = t->node[i].first; k < t->node[i].first + t->node[i].n; k++) {
			int c = row(t, t->way[k].y0) * t->gw + column(t, t->way[k].x0);

			t->owner[k] = i;
			t->entry[t->live[c]++] = k;
		}
}

/* ---- nearest neighbour ---- */

struct nearest {
	double x, y, d2;
	int way;
};

/* The nearest way of an unvisited node in a cell; visited ones leave the cell. */
static void
look(struct mk_tour *t, int c, struct nearest *best)
{
	int i = t->cell[c];

	while (i < t->live[c]) {
		int k = t->entry[i];
		double dx, dy, d2;

		t->work++;
		if (t->pos[t->owner[k]] >= 0) {
			t->entry[i] = t->entry[--t->live[c]];
			t->entry[t->live[c]] = k;
			continue;
		}
		dx = t->way[k].x0 - best->x;
		dy = t->way[k].y0 - best->y;
		d2 = dx * dx + dy * dy;
		if (d2 < best->d2) {
			best->d2 = d2;
			best->way = k;
		}
		i++;
	}
}

static int
nearest(struct mk_tour *t, double x, double y)
{
	struct nearest best = { x, y, FAR, -1 };
	int cx = column(t, x), cy = row(t, y), r, i, last = t->gw > t->gh ? t->gw : t->gh;
	/* from outside the grid its edge is no nearer than the point's own cell */
	for (r = 0; r <= last; r++) {
		double seen = (r - 1) * t->side;

		if (best.way >= 0 && seen > 0 && seen * seen > best.d2)
			break;
		for (i = -r; i <= r; i++) {
			int step = i == -r || i == r ? 1 : 2 * r, j;

			if (cy + i < 0 || cy + i >= t->gh)
				continue;
			for (j = -r; j <= r; j += step > 0 ? step : 1)
				if (cx + j >= 0 && cx + j < t->gw)
					look(t, (cy + i) * t->gw + cx + j, &best);
		}
	}
	return best.way;
}

static void
greedy(struct mk_tour *t, double x, double y)
{
	int i, k;

	for (i = 0; i < t->n; i++)
		t->pos[i] = -1;
	for (i = 0; i < t->n; i++) {
		k = nearest(t, x, y);
		t->order[i] = t->owner[k];
		t->via[t->owner[k]] = k;
		t->pos[t->owner[k]] = i;
		x = t->way[k].x1;
		y = t->way[k].y1;
	}
}

/* ---- the best way through each node for an order: dynamic programming ---- */

static void
ways(struct mk_tour *t, const struct mk_way *start)
{
	int i, k, u, end = -1;

	for (i = 0; i < t->n; i++) {
		const struct mk_node *v = &t->node[t->order[i]];
		const struct mk_node *p = i == 0 ? NULL : &t->node[t->order[i - 1]];

		for (k = v->first; k < v->first + v->n; k++) {
			if (p == NULL) {
				t->cost[k] = mk_tour_step(t, start, &t->way[k], NULL);
				continue;
			}
			t->cost[k] = FAR;
			for (u = p->first; u < p->first + p->n; u++) {
				double c = t->cost[u] + mk_tour_step(t, &t->way[u], &t->way[k], NULL);

				if (c < t->cost[k] - 1e-9) {
					t->cost[k] = c;
					t->best[k] = u;
				}
			}
		}
	}
	for (i = t->n - 1; i >= 0; i--) {
		const struct mk_node *v = &t->node[t->order[i]];

		if (i == t->n - 1)
			for (end = k = v->first; k < v->first + v->n; k++)
				if (t->cost[k] < t->cost[end] - 1e-9)
					end = k;
		t->via[t->order[i]] = end;
		end = t->best[end];
	}
}

/* ---- exchanges ---- */

/* The way at place i of the order, the start before it, NULL behind the last. */
static const struct mk_way *
stop(const struct mk_tour *t, const struct mk_way *start, int i)
{
	return i < 0 ? start : i >= t->n ? NULL : at(t, i);
}

static double
step(const struct mk_tour *t, const struct mk_way *a, const struct mk_way *b)
{
	return b == NULL ? 0 : mk_tour_step(t, a, b, NULL);
}

static void
place(struct mk_tour *t, int i, int node)
{
	t->order[i] = node;
	t->pos[node] = i;
}

/* Turn round what is visited from place i to place j. */
static void
reverse(struct mk_tour *t, int i, int j)
{
	t->work += j - i;
	for (; i <= j; i++, j--) {
		int a = t->order[i], b = t->order[j];

		t->via[a] = turned(t, a, t->via[a]);
		if (i != j)
			t->via[b] = turned(t, b, t->via[b]);
		place(t, i, b);
		place(t, j, a);
	}
}

/* Go from place i on to the way k, whose node comes later, and what is between
 * backwards. */
static bool
two_opt(struct mk_tour *t, const struct mk_way *start, int i, int k)
{
	int j = t->pos[t->owner[k]];
	const struct mk_way *a = stop(t, start, i), *next, *end;
	struct mk_way first;
	double gain;

	if (j <= i + 1 || turned(t, t->owner[k], t->via[t->owner[k]]) != k)
		return false;
	next = at(t, i + 1);
	end = stop(t, start, j + 1);
	first = t->way[turned(t, t->order[i + 1], t->via[t->order[i + 1]])];
	gain = step(t, a, next) + step(t, at(t, j), end) - step(t, a, &t->way[k]) -
		step(t, &first, end);
	if (gain <= 1e-6)
		return false;
	reverse(t, i + 1, j);
	return true;
}

/* Move what is visited from place from to place to (len places) behind place i. */
static void
move(struct mk_tour *t, int from, int len, int i)
{
	int hold[SEGMENT], k;

	for (k = 0; k < len; k++)
		hold[k] = t->order[from + k];
	if (i > from) {
		for (k = from; k + len <= i; k++)
			place(t, k, t->order[k + len]);
		t->work += i - from;
	} else {
		i++;
		for (k = from + len - 1; k - len >= i; k--)
			place(t, k, t->order[k - len]);
		t->work += from - i;
		from = i;
		for (k = 0; k < len; k++)
			place(t, from + k, hold[k]);
		return;
	}
	for (k = 0; k < len; k++)
		place(t, i - len + 1 + k, hold[k]);
}

/* Bring the node of way k, alone by that way or with those that follow it now,
 * to behind place i. */
static bool
or_opt(struct mk_tour *t, const struct mk_way *start, int i, int k)
{
	int node = t->owner[k], from = t->pos[node], len, was = t->via[node];
	const struct mk_way *a = stop(t, start, i), *next = stop(t, start, i + 1);
	const struct mk_way *in = &t->way[k];
	double base;

	if (from == i || from == i + 1)
		return false;
	base = step(t, a, next) - step(t, a, in);
	for (len = 1; len <= SEGMENT && from + len <= t->n; len++) {
		const struct mk_way *before = stop(t, start, from - 1);
		const struct mk_way *after = stop(t, start, from + len);
		const struct mk_way *out = len == 1 ? in : at(t, from + len - 1);
		double gain;

		if (len > 1 && (was != k || (i >= from && i < from + len)))
			break;
		gain = base + step(t, before, at(t, from)) + step(t, at(t, from + len - 1), after) -
			step(t, before, after) - step(t, out, next);
		if (gain <= 1e-6 || (after == NULL && next == NULL))
			continue;
		move(t, from, len, i);
		if (len == 1)
			t->via[node] = k;
		return true;
	}
	return false;
}

/* Try to go elsewhere from place i, to what begins nearer than what is next. */
static bool
improve(struct mk_tour *t, const struct mk_way *start, int i)
{
	const struct mk_way *a = stop(t, start, i);
	const struct mk_way *next = stop(t, start, i + 1);
	double dx = next->x0 - a->x1, dy = next->y0 - a->y1, limit = dx * dx + dy * dy;
	double reach = least(sqrt(limit), 3 * t->side);
	int x0 = column(t, a->x1 - reach), x1 = column(t, a->x1 + reach);
	int y0 = row(t, a->y1 - reach), y1 = row(t, a->y1 + reach), x, y, q;

	for (y = y0; y <= y1; y++)
		for (x = x0; x <= x1; x++) {
			int c = y * t->gw + x;

			t->work += t->cell[c + 1] - t->cell[c];
			for (q = t->cell[c]; q < t->cell[c + 1]; q++) {
				int k = t->entry[q];
				double ex = t->way[k].x0 - a->x1, ey = t->way[k].y0 - a->y1;

				if (ex * ex + ey * ey >= limit || t->owner[k] == t->order[i + 1] ||
				    (i >= 0 && t->owner[k] == t->order[i]))
					continue;
				if (two_opt(t, start, i, k) || or_opt(t, start, i, k))
					return true;
			}
		}
	return false;
}

static bool
exchanges(struct mk_tour *t, const struct mk_way *start)
{
	bool any = false;
	int i, tries;

	for (i = -1; i + 1 < t->n; i++)
		for (tries = 0; tries < 8 && t->work < (long)EFFORT * t->n; tries++) {
			if (!improve(t, start, i))
				break;
			any = true;
		}
	return any;
}

void
mk_tour_solve(struct mk_tour *t, double x, double y)
{
	const struct mk_way start = { x, y, x, y, -1, -1 };
	bool again = false;
	int i;

	if (t->n == 0)
		return;
	t->work = 0;
	grid(t);
	greedy(t, x, y);
	ways(t, &start);
	t->work = 0;
	/* the ways are as good as they get when the order is: twice is enough */
	for (i = 0; i < 2; i++) {
		while (exchanges(t, &start))
			again = true;
		if (again)
			ways(t, &start);
		again = false;
	}
}
