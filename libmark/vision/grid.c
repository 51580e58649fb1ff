#include "vision/grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vision/fit.h"

#define MATCH_MIN .3	/* what looks less like the symbol is none */
#define ROUNDS 5	/* of the fit, at most */
#define STILL .004	/* modules: a corner that moves less stands */
#define FAR .75		/* modules: an edge so far from the bend's place is another one */
#define STRONG .3	/* modules: a bend by so much is begun with the clock tracks */
#define TURNS 8		/* to follow a bend, at most */
#define PASSES 6	/* over the real centres */
#define REACH 3		/* modules to either side that tell where a centre is */

/* ---- the plane through the edges ---- */

/* What a small projective change of the modules' plane, and growth, do to an edge:
 * a row of ten factors. Coordinates run from -1 to 1. */
static void
effect(const struct fit *f, const struct edge *k, double row[10])
{
	double x = 2 * k->u / f->p->cols - 1, y = 2 * k->v / f->p->rows - 1;

	memset(row, 0, 10 * sizeof *row);
	if (!k->down) {
		row[0] = 1;
		row[1] = x;
		row[2] = y;
		row[6] = x * x;
		row[7] = x * y;
		row[8] = k->dark;
	} else {
		/* the same projective terms, in the other side's modules */
		double ratio = (double)f->p->rows / f->p->cols;

		row[3] = 1;
		row[4] = x;
		row[5] = y;
		row[6] = x * y * ratio;
		row[7] = y * y * ratio;
		row[9] = k->dark;
	}
}

static bool
outside(const struct fit *f, const struct edge *k)
{
	return k->down ? k->v == 0 || k->v == f->p->rows : k->u == 0 || k->u == f->p->cols;
}

/* One weighted least-squares fit; edges far from it count little, or nothing. */
static bool
solve(const struct fit *f, double scale, const double was[10], double x[10])
{
	double a[10 * 11], row[10], rest, w;
	int i, j, k, used = 0;

	memset(a, 0, sizeof a);
	for (i = 0; i < f->n; i++) {
		effect(f, &f->edge[i], row);
		for (rest = f->edge[i].off, j = 0; j < 10; j++)
			rest -= row[j] * was[j];
		/* the symbol's outline is no other edge's neighbour */
		w = fabs(rest) / (outside(f, &f->edge[i]) ? 2 * FAR : scale);
		if (w >= 1)
			continue;
		w = (1 - w * w) * (1 - w * w);
		used++;
		for (j = 0; j < 10; j++) {
			for (k = 0; k < 10; k++)
				a[j * 11 + k] += w * row[j] * row[k];
			a[j * 11 + 10] += w * row[j] * f->edge[i].off;
		}
	}
	for (j = 0; j < 10; j++)
		a[j * 11 + j] += 1e-6;
	return used >= 12 && mk_plane_solve(a, 10, x);
}

static void
measure(struct mk_grid *g)
{
	struct mk_point *q = g->corner;
	int i;

	for (i = 0; i < 4; i++)
		q[i] = mk_plane_at(&g->plane, i == 1 || i == 2 ? g->cols : 0, i >= 2 ? g->rows : 0);
	g->dx = (mk_apart(q[1], q[0]) + mk_apart(q[2], q[3])) / (2 * g->cols);
	g->dy = (mk_apart(q[3], q[0]) + mk_apart(q[2], q[1])) / (2 * g->rows);
	g->x = (g->dx + g->dy) / 2;
}

/* Edges are measured at the plane, the plane is moved to them, and again. */
static bool
refine(struct fit *f, struct mk_point q[4])
{
	struct mk_grid *g = f->g;
	int round, i;

	for (round = 0; round < ROUNDS; round++) {
		double x[10] = {0};
		struct mk_point at[4];
		double moved = 0;

		if (!mk_fit_levels(f))
			return false;
		f->lines = round == 0 ? 2 : 3;
		mk_fit_edges(f);
		if (!solve(f, .6, x, x) || !solve(f, .35, x, x) || !solve(f, .35, x, x))
			return false;
		for (i = 0; i < 4; i++) {
			double u = i == 1 || i == 2 ? 1 : -1, v = i >= 2 ? 1 : -1;
			double ratio = (double)g->rows / g->cols, bend = u * x[6] + v * x[7];

			at[i] = mk_plane_at(&g->plane,
				(u + 1) / 2 * g->cols + x[0] + u * x[1] + v * x[2] + u * bend,
				(v + 1) / 2 * g->rows + x[3] + u * x[4] + v * x[5] + v * ratio * bend);
			moved = fmax(moved, mk_apart(at[i], q[i]) / g->x);
		}
		memcpy(q, at, sizeof at);
		if (!mk_plane_corners(&g->plane, g->cols, g->rows, q))
			return false;
		measure(g);
		g->grow_x = x[8];
		g->grow_y = x[9];
		if (moved < STILL)
			break;
	}
	if (!mk_fit_levels(f))
		return false;
	f->lines = 5;
	mk_fit_edges(f);
	return true;
}

/* ---- the real centres ---- */

/* The terms of a gentle bend at a place (-1 to 1), and of growth. */
static void
bend_terms(double x, double y, double dark, double row[7])
{
	const double term[7] = { 1, x, y, x * x, x * y, y * y, dark };

	memcpy(row, term, sizeof term);
}

static bool
fit_bend(const struct fit *f, bool down, double x[7])
{
	double a[7 * 8], row[7], rest, w;
	int i, j, k, turn, used = 0;

	memset(x, 0, 7 * sizeof *x);
	for (turn = 0; turn < 2; turn++) {
		memset(a, 0, sizeof a);
		for (used = 0, i = 0; i < f->n; i++) {
			const struct edge *s = &f->edge[i];

			if (s->down != down)
				continue;
			bend_terms(2 * s->u / f->p->cols - 1, 2 * s->v / f->p->rows - 1, s->dark, row);
			for (rest = s->off, j = 0; j < 7; j++)
				rest -= row[j] * x[j];
			w = turn == 0 ? 0 : fabs(rest) / .8;
			w = w < 1 ? (1 - w * w) * (1 - w * w) : 0;
			used += w > 0;
			for (j = 0; j < 7; j++) {
				for (k = 0; k < 7; k++)
					a[j * 8 + k] += w * row[j] * row[k];
				a[j * 8 + 7] += w * row[j] * s->off;
			}
		}
		for (j = 0; j < 7; j++)
			a[j * 8 + j] += 1e-6;
		if (used < 14 || !mk_plane_solve(a, 7, x))
			return false;
	}
	return true;
}

/* How far a place is off by the gentle bend alone. */
static struct mk_point
bent(const struct fit *f, double u, double v)
{
	struct mk_point to = { 0, 0 };
	double row[7];
	int i;

	bend_terms(2 * u / f->p->cols - 1, 2 * v / f->p->rows - 1, 0, row);
	for (i = 0; i < 6; i++) {
		to.x += row[i] * f->bend_x[i];
		to.y += row[i] * f->bend_y[i];
	}
	return to;
}

/* All centres go along with a bend; how far the farthest goes. */
static double
take_bend(struct fit *f, const double x[7], const double y[7])
{
	double moved = 0;
	int i, n = f->p->rows * f->p->cols;

	memcpy(f->bend_x, x, sizeof f->bend_x);
	memcpy(f->bend_y, y, sizeof f->bend_y);
	f->g->grow_x = x[6];
	f->g->grow_y = y[6];
	for (i = 0; i < n; i++) {
		struct mk_point to = bent(f, i % f->p->cols + .5, i / f->p->cols + .5);

		moved = fmax(moved, mk_apart(to, f->shift[i]));
		f->shift[i] = to;
	}
	return moved;
}

/* A symbol on a round part, or stretched on one side, bends gently over its whole: that
 * is followed first, as it may be by more than half a module; from where the clock
 * tracks are, if it is by so much that edges could be taken for their neighbours. */
static void
find_bend(struct fit *f)
{
	double x[7], y[7], moved = 1;
	int turn;

	if (!mk_fit_track(f, false, x))
		memset(x, 0, sizeof x);
	if (!mk_fit_track(f, true, y))
		memset(y, 0, sizeof y);
	if (take_bend(f, x, y) > STRONG) {
		(void)mk_fit_levels(f);
		mk_fit_edges(f);
	} else {
		memset(x, 0, sizeof x);
		(void)take_bend(f, x, x);
	}
	for (turn = 0; turn < TURNS && moved > .02; turn++) {
		if (turn > 0) {
			(void)mk_fit_levels(f);
			mk_fit_edges(f);
		}
		if (!fit_bend(f, false, x) || !fit_bend(f, true, y))
			break;
		moved = take_bend(f, x, y);
	}
	if (turn > 1) {
		(void)mk_fit_levels(f);
		mk_fit_edges(f);
	}
}

/* Where the edges around say that a centre is: sums of weights and of distances from
 * the bend's place, of column lines (x) and of row lines (y). */
struct pull {
	double x, wx, wwx, y, wy, wwy;
};

/* How far an edge is from the bend's place, growth aside. */
static double
beyond(const struct fit *f, const struct edge *k)
{
	struct mk_point base = bent(f, k->u, k->v);

	return k->off - k->dark * (k->down ? f->g->grow_y : f->g->grow_x) -
		(k->down ? base.y : base.x);
}

static void
spread(const struct fit *f, const struct edge *k, struct pull *sum)
{
	const struct mk_grid *g = f->g;
	double off = beyond(f, k);
	int r0 = (int)k->v, c0 = (int)k->u, i, side;

	if (fabs(off) > FAR)
		return;
	for (side = -1; side <= 0; side++)
		for (i = -REACH; i <= REACH; i++) {
			int r = k->down ? r0 + side : r0 + i, c = k->down ? c0 + i : c0 + side;
			double w = REACH + 1 - abs(i);
			struct pull *s;

			if (r < 0 || c < 0 || r >= g->rows || c >= g->cols)
				continue;
			s = &sum[r * g->cols + c];
			*(k->down ? &s->y : &s->x) += w * off;
			*(k->down ? &s->wy : &s->wx) += w;
			*(k->down ? &s->wwy : &s->wwx) += w * w;
		}
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* How noisy the edges are: a standard deviation from the median of their distances from
 * the bend's place. -1 if out of memory. */
static double
noise(const struct fit *f, struct mk_err *e)
{
	double *v = calloc((size_t)f->n + 1, sizeof *v), s;
	int i;

	if (v == NULL)
		return mk_err_nomem(e);
	for (i = 0; i < f->n; i++)
		v[i] = fabs(beyond(f, &f->edge[i]));
	qsort(v, (size_t)f->n, sizeof *v, rising);
	s = v[f->n / 2] * 1.4826;
	free(v);
	return s;
}

/* The mean of some edges, less what noise alone makes of it (James and Stein). */
static double
mean(double sum, double w, double ww, double sigma)
{
	double m, error2;

	if (w <= 3)
		return 0;
	m = sum / w;
	error2 = sigma * sigma * ww / (w * w);
	return m * m > error2 ? m * (1 - error2 / (m * m)) : 0;
}

/* Edges are measured from where the centres are known to be, the centres are moved, and
 * again: a symbol that bends by more than half a module is followed, too. */
static int
find_shifts(struct fit *f, struct mk_err *e)
{
	size_t n = (size_t)f->g->rows * (size_t)f->g->cols, i;
	struct pull *sum = calloc(n, sizeof *sum);
	double moved = 1, sigma;
	int k, pass;

	if (sum == NULL)
		return mk_err_nomem(e);
	find_bend(f);
	if ((sigma = noise(f, e)) < 0) {
		free(sum);
		return -1;
	}
	for (pass = 0; pass < PASSES && moved > .012; pass++) {
		memset(sum, 0, n * sizeof *sum);
		if (pass > 0) {
			(void)mk_fit_levels(f);
			mk_fit_edges(f);
		}
		for (k = 0; k < f->n; k++)
			spread(f, &f->edge[k], sum);
		for (moved = 0, i = 0; i < n; i++) {
			int cols = f->p->cols;
			struct mk_point was = f->shift[i];

			f->shift[i] = bent(f, (int)i % cols + .5, (int)i / cols + .5);
			f->shift[i].x += mean(sum[i].x, sum[i].wx, sum[i].wwx, sigma);
			f->shift[i].y += mean(sum[i].y, sum[i].wy, sum[i].wwy, sigma);
			moved = fmax(moved, mk_apart(was, f->shift[i]));
		}
	}
	free(sum);
	return 0;
}

static int
find_nodes(struct fit *f, struct mk_err *e)
{
	struct mk_grid *g = f->g;
	int n = g->rows * g->cols, k;
	double across = 0, down = 0;

	g->node = calloc((size_t)n, sizeof *g->node);
	if (g->node == NULL)
		return mk_err_nomem(e);
	if (find_shifts(f, e) == -1)
		return -1;
	for (k = 0; k < n; k++)
		g->node[k] = mk_plane_at(&g->plane, k % g->cols + .5 + f->shift[k].x,
			k / g->cols + .5 + f->shift[k].y);
	for (k = 0; k < g->rows; k++)
		across += mk_apart(g->node[k * g->cols], g->node[(k + 1) * g->cols - 1]);
	for (k = 0; k < g->cols; k++)
		down += mk_apart(g->node[k], g->node[(g->rows - 1) * g->cols + k]);
	g->dx = across / (g->rows * (g->cols - 1));
	g->dy = down / (g->cols * (g->rows - 1));
	g->x = (g->dx + g->dy) / 2;
	return 0;
}

/* The largest distance from the grid that parts the space between the corners equally. */
static double
bend(const struct mk_grid *g)
{
	const struct mk_point q[4] = { g->node[0], g->node[g->cols - 1],
		g->node[g->rows * g->cols - 1], g->node[(g->rows - 1) * g->cols] };
	struct mk_plane ideal;
	double most = 0, d;
	int r, c;

	if (!mk_plane_corners(&ideal, g->cols - 1, g->rows - 1, q))
		return 1;
	for (r = 0; r < g->rows; r++)
		for (c = 0; c < g->cols; c++)
			if ((d = mk_apart(g->node[r * g->cols + c], mk_plane_at(&ideal, c, r))) > most)
				most = d;
	return most / g->x;
}

int
mk_grid_fit(const struct mk_image *im, const struct mk_plan *plan, const struct mk_point corner[4],
	bool light, const unsigned char *truth, struct mk_grid *g, struct mk_err *e)
{
	struct fit f = { .im = im, .p = plan, .truth = truth, .g = g };
	size_t ring = (size_t)(plan->rows + 2) * (size_t)(plan->cols + 2);
	struct mk_point q[4];
	int r = 0;

	*g = (struct mk_grid){ .rows = plan->rows, .cols = plan->cols, .light = light };
	memcpy(q, corner, sizeof q);
	g->match = mk_fit_near(&f, q);
	if (g->match < MATCH_MIN || !mk_plane_corners(&g->plane, g->cols, g->rows, q))
		return 0;
	measure(g);
	f.level = calloc(ring, sizeof *f.level);
	f.edge = calloc(2 * ring, sizeof *f.edge);
	f.shift = calloc((size_t)plan->rows * (size_t)plan->cols, sizeof *f.shift);
	if (f.level == NULL || f.edge == NULL || f.shift == NULL)
		r = mk_err_nomem(e);
	else if (refine(&f, q)) {
		g->match = mk_fit_match(&f, q);
		r = g->match < MATCH_MIN ? 0 : find_nodes(&f, e) == -1 ? -1 : 1;
	}
	free(f.level);
	free(f.edge);
	free(f.shift);
	if (r == 1)
		g->bend = bend(g);
	else
		mk_grid_clear(g);
	return r;
}

void
mk_grid_clear(struct mk_grid *g)
{
	free(g->node);
	g->node = NULL;
}
