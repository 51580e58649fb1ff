#include "vision/grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MATCH_MIN .3	/* what looks less like the symbol is none */
#define GOOD .97		/* what matches so well need not be moved */
#define SURE .88			/* and this is the symbol, not something beside it */
#define POINTS 300	/* modules that are compared for a match, about */
#define ROUNDS 5	/* of the fit, at most */
#define STILL .004	/* modules: a corner that moves less stands */
#define REACH 3		/* modules to either side that tell where a centre is */

static double
apart(struct mk_point a, struct mk_point b)
{
	return hypot(a.x - b.x, a.y - b.y);
}

/* ---- where it is: the fixed patterns are matched near the corners given ---- */

/* What module r, c should be: 1 marked, 0 not (as the quiet zone), -1 not known. */
static int
wanted(const struct mk_plan *p, const unsigned char *truth, int r, int c)
{
	size_t i = (size_t)(r * p->cols + c);

	if (r < 0 || c < 0 || r >= p->rows || c >= p->cols)
		return 0;
	if (truth != NULL)
		return truth[i];
	return p->use[i] == MK_USE_DATA || p->use[i] == MK_USE_FORMAT ? -1 : p->on[i];
}

/* The mean of a few points in the middle of a module, as a share of white. */
static double
middle(const struct mk_image *im, const struct mk_plane *plane, int r, int c)
{
	static const double at[5][2] = { { 0, 0 }, { -.08, -.08 }, { .08, -.08 }, { -.08, .08 },
		{ .08, .08 } };
	double sum = 0;
	int i;

	for (i = 0; i < 5; i++)
		sum += mk_plane_grey(im, mk_plane_at(plane, c + .5 + at[i][0], r + .5 + at[i][1]));
	return sum / (5 * 255);
}

/* What is looked at for a match: centres of modules, and what they should be. */
struct spot {
	double u, v, want;
};

/* The known modules and the quiet zone, some of them if they are many; how many. */
static int
spots(const struct mk_plan *p, const unsigned char *truth, struct spot *s)
{
	int known = 0, n = 0, seen = 0, r, c, w, step;

	for (r = -1; r <= p->rows; r++)
		for (c = -1; c <= p->cols; c++)
			known += wanted(p, truth, r, c) >= 0;
	step = (known + POINTS - 1) / POINTS;
	for (r = -1; r <= p->rows; r++)
		for (c = -1; c <= p->cols; c++)
			if ((w = wanted(p, truth, r, c)) >= 0 && seen++ % step == 0)
				s[n++] = (struct spot){ c + .5, r + .5, w };
	return n;
}

/* How what is seen at the spots goes with what is wanted: marked is dark. */
static double
correlate(const struct mk_image *im, const struct mk_plane *plane, const struct spot *s, int n)
{
	double sw = 0, sv = 0, sww = 0, svv = 0, swv = 0, v, d;
	int i;

	for (i = 0; i < n; i++) {
		v = mk_plane_grey(im, mk_plane_at(plane, s[i].u, s[i].v)) / 255;
		sw += s[i].want;
		sv += v;
		sww += s[i].want * s[i].want;
		svv += v * v;
		swv += s[i].want * v;
	}
	d = (n * sww - sw * sw) * (n * svv - sv * sv);
	return d > 1e-9 ? -(n * swv - sw * sv) / sqrt(d) : 0;
}

struct search {
	const struct mk_image *im;
	const struct mk_plan *p;
	struct spot spot[POINTS];
	int n;
	double sign, best;
	struct mk_point q[4];
};

static double
match_at(const struct search *s, const struct mk_point q[4])
{
	struct mk_plane plane;

	return mk_plane_corners(&plane, s->p->cols, s->p->rows, q)
		? s->sign * correlate(s->im, &plane, s->spot, s->n) : -2;
}

/* Move the corners of a set (bit i: corner i) by u columns and v rows, if the match is
 * better there. */
static void
move(struct search *s, int set, double u, double v)
{
	struct mk_point q[4], *was = s->q;
	double got;
	int i;

	for (i = 0; i < 4; i++) {
		/* the sides at this corner: along a row, along a column */
		int a = i ^ 1, b = 3 - i;
		double right = u * (i == 1 || i == 2 ? -1 : 1) / s->p->cols;
		double down = v * (i >= 2 ? -1 : 1) / s->p->rows;

		q[i] = was[i];
		if ((set >> i & 1) == 0)
			continue;
		q[i].x += right * (was[a].x - was[i].x) + down * (was[b].x - was[i].x);
		q[i].y += right * (was[a].y - was[i].y) + down * (was[b].y - was[i].y);
	}
	got = match_at(s, q);
	if (got > s->best + 1e-6) {
		s->best = got;
		memcpy(s->q, q, sizeof q);
	}
}

/* Move corners, sides and all of it to where the match is better, in smaller and
 * smaller steps. */
static void
settle(struct search *s)
{
	static const unsigned char sets[] = { 1, 2, 4, 8, 3, 6, 12, 9, 15 };
	double step;
	size_t i;
	int k, turn;

	s->best = match_at(s, s->q);
	for (step = s->best > GOOD ? .5 : 1; step > .2; step /= 2)
		for (turn = 0; turn < 3; turn++) {
			double before = s->best;

			for (i = 0; i < sizeof sets && s->best < GOOD; i++)
				for (k = 0; k < 9; k++)
					if (k != 4)
						move(s, sets[i], (k % 3 - 1) * step, (k / 3 - 1) * step);
			if (s->best < before + .005)
				break;
		}
}

/* From the corners given, and, unless that is right at once, from places around them. */
static void
search(struct search *s, const struct mk_point corner[4])
{
	struct mk_point best[4];
	double most = -2;
	int k;

	for (k = 0; k < 9 && most < SURE; k++) {
		int way = k == 0 ? 4 : k == 4 ? 0 : k;

		memcpy(s->q, corner, sizeof s->q);
		s->best = -2;
		if (way != 4)
			move(s, 15, (way % 3 - 1) * .7, (way / 3 - 1) * .7);
		settle(s);
		if (s->best > most) {
			most = s->best;
			memcpy(best, s->q, sizeof best);
		}
	}
	s->best = most;
	memcpy(s->q, best, sizeof best);
}

/* ---- edges ---- */

/* An edge between module r, c and its neighbour to the right, or below it (down). */
struct edge {
	double u, v;		/* its middle, modules */
	double off;		/* measured: so far to the right, or below; modules */
	int dark;		/* +1 if the marked side is left, or above */
	bool down;
};

struct fit {
	const struct mk_image *im;
	const struct mk_plan *p;
	const unsigned char *truth;
	struct mk_grid *g;
	double *level;		/* (rows + 2) * (cols + 2), the quiet zone too: marked is low */
	double contrast, split;
	struct edge *edge;
	int n;
	int lines;		/* profiles across an edge */
};

static double *
level_at(const struct fit *f, int r, int c)
{
	return &f->level[(r + 1) * (f->p->cols + 2) + c + 1];
}

static bool
marked(const struct fit *f, int r, int c)
{
	int w = wanted(f->p, f->truth, r, c);

	return w < 0 ? *level_at(f, r, c) < f->split : w;
}

/* Levels of all modules, and what parts marked ones from the others. False if that
 * cannot be told. */
static bool
levels(struct fit *f)
{
	double sum[2] = {0}, v;
	int n[2] = {0}, r, c, w;

	for (r = -1; r <= f->p->rows; r++)
		for (c = -1; c <= f->p->cols; c++) {
			v = middle(f->im, &f->g->plane, r, c);
			v = f->g->light ? 1 - v : v;
			*level_at(f, r, c) = v;
			if ((w = wanted(f->p, f->truth, r, c)) >= 0) {
				sum[w] += v;
				n[w]++;
			}
		}
	if (n[0] == 0 || n[1] == 0)
		return false;
	f->split = (sum[0] / n[0] + sum[1] / n[1]) / 2;
	f->contrast = sum[0] / n[0] - sum[1] / n[1];
	return f->contrast > .01;
}

/* From the middle of one module to that of the next: where the step between their
 * levels is, by the area under the profile; 0 is half-way, in modules. */
static double
crossing(const struct fit *f, int r, int c, bool down, double a, double b)
{
	double px = down ? f->g->dy : f->g->dx, sum = 0, v, t, across;
	int steps = px < 5 ? 8 : px > 12 ? 20 : (int)(1.7 * px), i, k;

	for (k = 0; k < f->lines; k++) {
		across = .5 + .24 * (k / (f->lines - 1.0) - .5);
		for (i = 0; i < steps; i++) {
			/* each line a little further, so that pixels and steps never beat */
			t = .5 + (i + (k + .5) / f->lines) / steps;
			v = mk_plane_grey(f->im, mk_plane_at(&f->g->plane, c + (down ? across : t),
				r + (down ? t : across))) / 255;
			v = ((f->g->light ? 1 - v : v) - b) / (a - b);
			sum += v < -.5 ? -.5 : v > 1.5 ? 1.5 : v;
		}
	}
	return sum / (steps * f->lines) - .5;
}

static void
find_edge(struct fit *f, int r, int c, bool down)
{
	int r2 = r + (down ? 1 : 0), c2 = c + (down ? 0 : 1);
	bool on = marked(f, r, c), on2 = marked(f, r2, c2);
	double a = *level_at(f, r, c), b = *level_at(f, r2, c2);

	/* what is damaged has no edge where it should have one */
	if (on == on2 || (on ? b - a : a - b) < .4 * f->contrast)
		return;
	f->edge[f->n++] = (struct edge){ down ? c + .5 : c + 1, down ? r + 1 : r + .5,
		crossing(f, r, c, down, a, b), on ? 1 : -1, down };
}

static void
find_edges(struct fit *f)
{
	int r, c;

	f->n = 0;
	for (r = -1; r <= f->p->rows; r++)
		for (c = -1; c <= f->p->cols; c++) {
			if (c < f->p->cols && r >= 0 && r < f->p->rows)
				find_edge(f, r, c, false);
			if (r < f->p->rows && c >= 0 && c < f->p->cols)
				find_edge(f, r, c, true);
		}
}

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
		w = fabs(rest) / scale;
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
	g->dx = (apart(q[1], q[0]) + apart(q[2], q[3])) / (2 * g->cols);
	g->dy = (apart(q[3], q[0]) + apart(q[2], q[1])) / (2 * g->rows);
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

		if (!levels(f))
			return false;
		f->lines = round == 0 ? 2 : 3;
		find_edges(f);
		if (!solve(f, .6, x, x) || !solve(f, .35, x, x) || !solve(f, .35, x, x))
			return false;
		for (i = 0; i < 4; i++) {
			double u = i == 1 || i == 2 ? 1 : -1, v = i >= 2 ? 1 : -1;
			double ratio = (double)g->rows / g->cols, bend = u * x[6] + v * x[7];

			at[i] = mk_plane_at(&g->plane,
				(u + 1) / 2 * g->cols + x[0] + u * x[1] + v * x[2] + u * bend,
				(v + 1) / 2 * g->rows + x[3] + u * x[4] + v * x[5] + v * ratio * bend);
			moved = fmax(moved, apart(at[i], q[i]) / g->x);
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
	if (!levels(f))
		return false;
	f->lines = 5;
	find_edges(f);
	return true;
}

/* ---- the real centres ---- */

/* Where the edges around say that a centre is: sums of weights and of distances from
 * the plane's place, of column lines (x) and of row lines (y). */
struct pull {
	double x, wx, y, wy;
};

static void
spread(const struct fit *f, const struct edge *k, struct pull *sum)
{
	const struct mk_grid *g = f->g;
	double off = k->off - k->dark * (k->down ? g->grow_y : g->grow_x);
	int r0 = (int)k->v, c0 = (int)k->u, i, side;

	if (fabs(off) > .75)
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
		}
}

static int
find_nodes(struct fit *f, struct mk_err *e)
{
	struct mk_grid *g = f->g;
	size_t n = (size_t)g->rows * (size_t)g->cols, i;
	struct pull *sum = calloc(n, sizeof *sum);
	double across = 0, down = 0;
	int k;

	g->node = calloc(n, sizeof *g->node);
	if (sum == NULL || g->node == NULL) {
		free(sum);
		return mk_err_nomem(e);
	}
	for (k = 0; k < f->n; k++)
		spread(f, &f->edge[k], sum);
	for (i = 0; i < n; i++)
		g->node[i] = mk_plane_at(&g->plane,
			(double)(i % (size_t)g->cols) + .5 + (sum[i].wx > 3 ? sum[i].x / sum[i].wx : 0),
			(double)(i / (size_t)g->cols) + .5 + (sum[i].wy > 3 ? sum[i].y / sum[i].wy : 0));
	free(sum);
	for (k = 0; k < g->rows; k++)
		across += apart(g->node[k * g->cols], g->node[(k + 1) * g->cols - 1]);
	for (k = 0; k < g->cols; k++)
		down += apart(g->node[k], g->node[(g->rows - 1) * g->cols + k]);
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
			if ((d = apart(g->node[r * g->cols + c], mk_plane_at(&ideal, c, r))) > most)
				most = d;
	return most / g->x;
}

int
mk_grid_fit(const struct mk_image *im, const struct mk_plan *plan, const struct mk_point corner[4],
	bool light, const unsigned char *truth, struct mk_grid *g, struct mk_err *e)
{
	struct fit f = { .im = im, .p = plan, .truth = truth, .g = g };
	size_t ring = (size_t)(plan->rows + 2) * (size_t)(plan->cols + 2);
	struct search *near = calloc(1, sizeof *near);
	struct mk_point q[4];
	int r = 0;

	*g = (struct mk_grid){ .rows = plan->rows, .cols = plan->cols, .light = light };
	if (near == NULL)
		return mk_err_nomem(e);
	*near = (struct search){ .im = im, .p = plan, .sign = light ? -1 : 1 };
	near->n = spots(plan, truth, near->spot);
	search(near, corner);
	memcpy(q, near->q, sizeof q);
	g->match = near->best;
	if (g->match < MATCH_MIN || !mk_plane_corners(&g->plane, g->cols, g->rows, q)) {
		free(near);
		return 0;
	}
	measure(g);
	f.level = calloc(ring, sizeof *f.level);
	f.edge = calloc(2 * ring, sizeof *f.edge);
	if (f.level == NULL || f.edge == NULL)
		r = mk_err_nomem(e);
	else if (refine(&f, q)) {
		g->match = match_at(near, q);
		r = g->match < MATCH_MIN ? 0 : find_nodes(&f, e) == -1 ? -1 : 1;
	}
	free(f.level);
	free(f.edge);
	free(near);
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
