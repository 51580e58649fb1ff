#include "vision/locate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/raster.h"
#include "vision/engine.h"
#include "vision/fit.h"

#define SMALL 400	/* pixels: the longer side of what is searched */
#define MIN_SIDE 20	/* pixels: in less there is no mark */
#define BLOCK 8		/* pixels of it */
#define PLACES 3	/* that are tried */
#define MS 150		/* of CPU time: what is not found by then is not */
#define SURE .85	/* a match that ends the search */
#define ENOUGH .4	/* one that counts at all */
#define AGREE .62	/* the least share of modules that are as they should be */
#define SIDE 177	/* modules, of the largest symbol */
#define WHOLE 52	/* modules: larger symbols are to have all their columns */
#define LEAST .4	/* smaller ones so many of them */

/* The picture made small, and its blocks. */
struct field {
	struct mk_image im;	/* owned */
	int shrink;
	int bw, bh;
	unsigned char *busy;	/* of each block: lightest less darkest; owned */
	int *place;		/* of each block: which place it belongs to, 0 none; owned */
	int *stack;		/* owned */
	double until;		/* CPU time, ms */
};

struct place {
	int id;
	double weight;
};

static int
shrink(const struct mk_image *im, struct field *f, struct mk_err *e)
{
	int longer = im->w > im->h ? im->w : im->h;

	f->shrink = (longer + SMALL - 1) / SMALL;
	return mk_raster_shrink(im, f->shrink, &f->im, e);
}

static int
blocks(struct field *f, struct mk_err *e)
{
	int bx, by, x, y;
	size_t n;

	f->bw = (f->im.w + BLOCK - 1) / BLOCK;
	f->bh = (f->im.h + BLOCK - 1) / BLOCK;
	n = (size_t)f->bw * (size_t)f->bh;
	f->busy = calloc(n, 1);
	f->place = calloc(n, sizeof *f->place);
	f->stack = calloc(n, sizeof *f->stack);
	if (f->busy == NULL || f->place == NULL || f->stack == NULL)
		return mk_err_nomem(e);
	for (by = 0; by < f->bh; by++)
		for (bx = 0; bx < f->bw; bx++) {
			unsigned char low = 255, high = 0;

			for (y = by * BLOCK; y < (by + 1) * BLOCK && y < f->im.h; y++)
				for (x = bx * BLOCK; x < (bx + 1) * BLOCK && x < f->im.w; x++) {
					unsigned char v = f->im.px[y * f->im.w + x];

					low = v < low ? v : low;
					high = v > high ? v : high;
				}
			f->busy[by * f->bw + bx] = high > low ? (unsigned char)(high - low) : 0;
		}
	return 0;
}

/* Half of what the busiest twentieth of the blocks has. */
static int
busy_limit(const struct field *f)
{
	int count[256] = {0}, n = f->bw * f->bh, i, sum = 0;

	for (i = 0; i < n; i++)
		count[f->busy[i]]++;
	for (i = 255; i > 0 && sum + count[i] <= n / 20; i--)
		sum += count[i];
	return i / 2 > 6 ? i / 2 : 6;
}

/* The blocks that hang together with one; the sum of how busy they are. */
static double
flood(struct field *f, int from, int limit, int id)
{
	static const int step[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
	double weight = 0;
	int n = 0, i;

	f->place[from] = id;
	f->stack[n++] = from;
	while (n > 0) {
		int b = f->stack[--n], x = b % f->bw, y = b / f->bw;

		weight += f->busy[b];
		for (i = 0; i < 4; i++) {
			int nx = x + step[i][0], ny = y + step[i][1], k = ny * f->bw + nx;

			if (nx < 0 || ny < 0 || nx >= f->bw || ny >= f->bh || f->place[k] != 0 ||
			    f->busy[k] < limit)
				continue;
			f->place[k] = id;
			f->stack[n++] = k;
		}
	}
	return weight;
}

/* The heaviest places, the first the heaviest; how many. */
static int
places(struct field *f, struct place out[PLACES])
{
	int limit = busy_limit(f), i, k, id = 0, n = 0;

	for (i = 0; i < f->bw * f->bh; i++) {
		struct place p;

		if (f->place[i] != 0 || f->busy[i] < limit)
			continue;
		p.id = ++id;
		p.weight = flood(f, i, limit, p.id);
		for (k = n < PLACES ? n++ : PLACES; k > 0 && out[k - 1].weight < p.weight; k--)
			if (k < PLACES)
				out[k] = out[k - 1];
		if (k < PLACES)
			out[k] = p;
	}
	return n;
}

/* ---- the rectangle around what is marked ---- */

static bool
inside(const struct field *f, int id, int x, int y)
{
	return f->place[y / BLOCK * f->bw + x / BLOCK] == id;
}

/* The marked pixels of a place: on the other side of the middle of its levels than most
 * of what is around it. */
struct marks {
	struct mk_point *pt;		/* not owned */
	int n;
	bool light;			/* they are the lighter ones */
	double middle;
};

static void
marked(const struct field *f, int id, struct marks *m)
{
	int low = 255, high = 0, around[256] = {0}, all = 0, x, y, v, n = 0;

	for (y = 0; y < f->im.h; y++)
		for (x = 0; x < f->im.w; x++) {
			v = f->im.px[y * f->im.w + x];
			if (inside(f, id, x, y)) {
				low = v < low ? v : low;
				high = v > high ? v : high;
			} else {
				around[v]++;
				all++;
			}
		}
	for (v = 0; v < 255 && all > 0 && n <= all / 2; v++)
		n += around[v];
	m->middle = (low + high) / 2.0;
	m->light = v < m->middle;
	for (y = 0; y < f->im.h; y++)
		for (x = 0; x < f->im.w; x++) {
			v = f->im.px[y * f->im.w + x];
			if (inside(f, id, x, y) && (m->light ? v > m->middle : v < m->middle))
				m->pt[m->n++] = (struct mk_point){ x + .5, y + .5 };
		}
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Between which values nearly all are: two in a thousand on either side are not. */
static void
range(const struct mk_point *pt, int n, double c, double s, double *work, double r[2])
{
	int i;

	for (i = 0; i < n; i++)
		work[i] = pt[i].x * c + pt[i].y * s;
	qsort(work, (size_t)n, sizeof *work, rising);
	r[0] = work[n / 500] - .5;
	r[1] = work[n - 1 - n / 500] + .5;
}

/* The smallest rectangle around them, at whatever angle. */
static void
rectangle(const struct mk_point *pt, int n, double *work, struct mk_point q[4])
{
	double best = INFINITY, u[2], v[2], area, c, s, a;
	int deg, i;

	for (deg = 0; deg < 90; deg += 2) {
		a = deg * M_PI / 180;
		c = cos(a);
		s = sin(a);
		range(pt, n, c, s, work, u);
		range(pt, n, -s, c, work, v);
		area = (u[1] - u[0]) * (v[1] - v[0]);
		if (area >= best)
			continue;
		best = area;
		for (i = 0; i < 4; i++) {
			double x = u[i == 1 || i == 2], y = v[i >= 2];

			q[i] = (struct mk_point){ x * c - y * s, x * s + y * c };
		}
	}
}

/* ---- which way round ---- */

/* The symbol laid over what is there: its corners, and how many of its modules are as
 * they should be. */
struct laid {
	struct mk_point corner[4];
	bool mirrored;
	double agree;
};

/* The rectangle cut into rows and columns of modules, as they are seen. */
struct cells {
	struct mk_plane plane;		/* from modules to pixels of the small picture */
	int rows, cols;
	unsigned char on[SIDE * SIDE];
};

static bool
cut(const struct field *f, const struct marks *m, const struct mk_point corner[4], int rows,
	int cols, struct cells *s)
{
	int r, c;
	double v;

	if (rows < 1 || rows > SIDE || cols > SIDE || !mk_plane_corners(&s->plane, cols, rows, corner))
		return false;
	s->rows = rows;
	s->cols = cols;
	for (r = 0; r < rows; r++)
		for (c = 0; c < cols; c++) {
			v = mk_plane_grey(&f->im, mk_plane_at(&s->plane, c + .5, r + .5));
			s->on[r * cols + c] = m->light ? v > m->middle : v < m->middle;
		}
	return true;
}

/* The share of the symbol's modules that are as they should be, if the cells are those
 * from r0, c0 on, and nothing is marked around them. */
static double
agreement(const struct mk_plan *p, const unsigned char *expected, const struct cells *s, int r0, int c0)
{
	int r, c, n = 0;

	for (r = 0; r < p->rows; r++)
		for (c = 0; c < p->cols; c++) {
			bool in = r >= r0 && c >= c0 && r < r0 + s->rows && c < c0 + s->cols;
			int seen = in ? s->on[(r - r0) * s->cols + c - c0] : 0;

			n += seen == expected[r * p->cols + c];
		}
	return (double)n / (p->rows * p->cols);
}

/* Where in the symbol the cells lie best. */
static void
slide(const struct mk_plan *p, const unsigned char *expected, const struct cells *s, bool mirrored,
	struct laid *best)
{
	int r, c, i;

	for (r = 0; r <= p->rows - s->rows; r++)
		for (c = 0; c <= p->cols - s->cols; c++) {
			double agree = agreement(p, expected, s, r, c);

			if (agree <= best->agree)
				continue;
			best->agree = agree;
			best->mirrored = mirrored;
			for (i = 0; i < 4; i++)
				best->corner[i] = mk_plane_at(&s->plane, (i == 1 || i == 2 ? p->cols : 0) - c,
					(i >= 2 ? p->rows : 0) - r);
		}
}

/* The rectangle is as wide as the symbol, or, if that is torn, as some of its columns: for
 * each number of them, of the eight ways to lay it, the one that agrees best. */
static void
lay(const struct field *f, const struct marks *m, const struct mk_plan *p,
	const unsigned char *expected, const struct mk_point q[4], struct cells *s, struct laid *best)
{
	int least = p->cols > WHOLE ? p->cols : (int)(p->cols * LEAST), cols, way, i;

	for (cols = p->cols; cols >= least && best->agree < 1; cols--)
		for (way = 0; way < 8 && mk_cpu_ms() < f->until; way++) {
			struct mk_point corner[4];
			double along, down;

			for (i = 0; i < 4; i++)
				corner[i] = q[(way + (way >= 4 ? 4 - i : i)) % 4];
			along = mk_apart(corner[0], corner[1]);
			down = mk_apart(corner[0], corner[3]);
			if (cut(f, m, corner, (int)floor(down / along * cols + .5), cols, s))
				slide(p, expected, s, way >= 4, best);
		}
}

/* Fit the grid there, and take it if it matches better than *best. */
static int
settle(const struct mk_image *im, const struct mk_plan *plan, const unsigned char *expected,
	const struct field *f, bool light, const struct laid *l, double *best, struct mk_code *code,
	struct mk_err *e)
{
	struct mk_point corner[4];
	struct mk_grid g;
	int i, r;

	for (i = 0; i < 4; i++)
		corner[i] = (struct mk_point){ l->corner[i].x * f->shrink, l->corner[i].y * f->shrink };
	if ((r = mk_grid_fit(im, plan, corner, light, expected, &g, e)) != 1)
		return r;
	if (g.match > *best) {
		*best = g.match;
		memcpy(code->corner, g.corner, sizeof code->corner);
		code->light = light;
		code->mirrored = l->mirrored;
	}
	mk_grid_clear(&g);
	return 0;
}

static int
try_places(const struct mk_image *im, const struct mk_plan *plan, const unsigned char *expected,
	struct field *f, double *best, struct mk_code *code, struct mk_err *e)
{
	size_t all = (size_t)f->im.w * (size_t)f->im.h;
	struct mk_point *pt = calloc(all, sizeof *pt), q[4];
	double *work = calloc(all, sizeof *work);
	struct cells *s = calloc(1, sizeof *s);
	struct place place[PLACES];
	int n = places(f, place), i, k, r = 0;

	if (pt == NULL || work == NULL || s == NULL)
		r = mk_err_nomem(e);
	for (i = 0; i < n && r == 0 && *best < SURE; i++) {
		struct marks m = { .pt = pt };
		struct laid laid = { .agree = AGREE };
		int some;

		marked(f, place[i].id, &m);
		if (m.n < 50)
			continue;
		/* enough of them, evenly */
		for (some = m.n / 3000 + 1, k = 0; k * some < m.n; k++)
			pt[k] = pt[k * some];
		rectangle(pt, k, work, q);
		lay(f, &m, plan, expected, q, s, &laid);
		if (laid.agree > AGREE)
			r = settle(im, plan, expected, f, m.light, &laid, best, code, e);
	}
	free(pt);
	free(work);
	free(s);
	return r;
}

int
mk_locate(const struct mk_image *im, const struct mk_plan *plan, const unsigned char *expected,
	struct mk_code *code, struct mk_err *e)
{
	struct field f = { .until = mk_cpu_ms() + MS };
	double best = 0;
	int r;

	if (im->w < MIN_SIDE || im->h < MIN_SIDE)
		return 0;
	if (shrink(im, &f, e) == -1)
		return -1;
	r = blocks(&f, e);
	if (r == 0)
		r = try_places(im, plan, expected, &f, &best, code, e);
	mk_image_clear(&f.im);
	free(f.busy);
	free(f.place);
	free(f.stack);
	return r == -1 ? -1 : best >= ENOUGH;
}
