#include "layout/region.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OVER 1.06	/* how much wider than asked for the pitch may be */
#define NEAR 1.5	/* pitches by which the ends of joined lines may differ */
#define NONE ((size_t)-1)

struct edge {
	double x0, y0, x1, y1;	/* y0 < y1 */
	int up;			/* 1, or -1 if it was drawn downwards */
};

struct crossing {
	double x;
	int up;
};

struct run {		/* a line, or a part of one, inside the region */
	double x0, x1, y;
	size_t next;	/* the run that carries it on, or NONE */
	bool carried, loose;	/* carries one on; joined at one side only */
};

void
mk_region_clear(struct mk_region *r)
{
	mk_buf_clear(&r->edges);
	mk_buf_clear(&r->cross);
	mk_buf_clear(&r->runs);
	mk_buf_clear(&r->here);
	mk_buf_clear(&r->there);
	mk_buf_clear(&r->work);
}

static int
add(struct mk_buf *b, const void *p, size_t n, struct mk_err *e)
{
	return mk_buf_add(b, p, n, e);
}

static struct edge *
edges(const struct mk_region *r)
{
	return (struct edge *)(void *)r->edges.p;
}

static struct run *
runs(const struct mk_region *r)
{
	return (struct run *)(void *)r->runs.p;
}

/* The outlines' sides, turned so that the lines lie flat. */
static int
load(struct mk_region *r, const struct mk_strokes *in, size_t first, size_t end, double c,
	double s, double y[2], struct mk_err *e)
{
	size_t i, k;

	r->edges.n = 0;
	y[0] = INFINITY;
	y[1] = -INFINITY;
	for (i = first; i < end; i++) {
		const struct mk_point *p = in->pt + in->s[i].first;

		for (k = 0; in->s[i].form == MK_CLOSED && k + 1 < in->s[i].n; k++) {
			struct edge d = {
				c * p[k].x + s * p[k].y, c * p[k].y - s * p[k].x,
				c * p[k + 1].x + s * p[k + 1].y, c * p[k + 1].y - s * p[k + 1].x, 1
			};

			if (d.y0 > d.y1)
				d = (struct edge){ d.x1, d.y1, d.x0, d.y0, -1 };
			y[0] = fmin(y[0], d.y0);
			y[1] = fmax(y[1], d.y1);
			if (d.y0 < d.y1 && add(&r->edges, &d, sizeof d, e) == -1)
				return -1;
		}
	}
	return 0;
}

static int
by_y(const void *a, const void *b)
{
	const struct edge *p = a, *q = b;

	return p->y0 < q->y0 ? -1 : p->y0 > q->y0;
}

static int
by_x(const void *a, const void *b)
{
	const struct crossing *p = a, *q = b;

	return p->x < q->x ? -1 : p->x > q->x;
}

/* What of the line y is inside, as pairs of x in to, each end moved in by shrink. */
static int
inside(struct mk_region *r, double y, double shrink, bool evenodd, struct mk_buf *to,
	struct mk_err *e)
{
	const struct edge *d = edges(r);
	size_t n = r->edges.n / sizeof *d, i;
	const struct crossing *c;
	int round = 0;
	double from = 0;

	r->cross.n = to->n = 0;
	for (i = 0; i < n && d[i].y0 <= y; i++)
		if (y < d[i].y1) {
			struct crossing x = { d[i].x0 + (d[i].x1 - d[i].x0) * (y - d[i].y0) /
				(d[i].y1 - d[i].y0), d[i].up };

			if (add(&r->cross, &x, sizeof x, e) == -1)
				return -1;
		}
	c = (const struct crossing *)(const void *)r->cross.p;
	n = r->cross.n / sizeof *c;
	if (n > 1)
		qsort(r->cross.p, n, sizeof *c, by_x);
	for (i = 0; i < n; i++) {
		int was = round;

		round = evenodd ? !round : round + c[i].up;
		if (was == 0)
			from = c[i].x + shrink;
		else if (round == 0 && c[i].x - shrink >= from) {
			double pair[2] = { from, c[i].x - shrink };

			if (add(to, pair, sizeof pair, e) == -1)
				return -1;
		}
	}
	return 0;
}

/* a becomes what is in both a and b. */
static int
both(struct mk_buf *a, const struct mk_buf *b, struct mk_buf *work, struct mk_err *e)
{
	const double *p = (const double *)(const void *)a->p, *q = (const double *)(const void *)b->p;
	size_t n = a->n / sizeof *p, m = b->n / sizeof *q, i = 0, k = 0;

	work->n = 0;
	while (i < n && k < m) {
		double pair[2] = { fmax(p[i], q[k]), fmin(p[i + 1], q[k + 1]) };

		if (pair[0] <= pair[1] && add(work, pair, sizeof pair, e) == -1)
			return -1;
		if (p[i + 1] < q[k + 1])
			i += 2;
		else
			k += 2;
	}
	a->n = 0;
	return add(a, work->p, work->n, e);
}

struct scan {
	struct mk_region *r;
	const struct mk_region_fill *f;
	size_t before, last;	/* the runs of the line before: from .. up to last */
	double pitch;
};

/* Where a round beam of that width may pass on the line y: tried at its middle, its
 * edges and between. */
static int
room(struct scan *s, double y, struct mk_err *e)
{
	static const double up[] = { 1, 0.70711, -0.70711, -1 };
	double half = s->f->line / 2;
	size_t i;

	if (inside(s->r, y, half, s->f->evenodd, &s->r->here, e) == -1)
		return -1;
	for (i = 0; half > 0 && i < 4 && s->r->here.n > 0; i++)
		/* a hair less than the edge itself, which may be the region's */
		if (inside(s->r, y + up[i] * half * 0.998, half * sqrt(1 - up[i] * up[i]),
		    s->f->evenodd, &s->r->there, e) == -1 ||
		    both(&s->r->here, &s->r->there, &s->r->work, e) == -1)
			return -1;
	return 0;
}

/* Carry on the one run of the line before that this one alone continues. */
static void
link_up(struct scan *s, size_t i, size_t from, size_t to)
{
	struct run *q = runs(s->r), *b = &q[i];
	size_t k, found = NONE;

	for (k = s->before; k < s->last; k++)
		if (q[k].x0 <= b->x1 && q[k].x1 >= b->x0) {
			if (found != NONE)
				return;
			found = k;
		}
	if (found == NONE || q[found].next != NONE)
		return;
	for (k = from; k < to; k++)
		if (k != i && q[k].x0 <= q[found].x1 && q[k].x1 >= q[found].x0)
			return;
	if (fabs(q[found].x0 - b->x0) > NEAR * s->pitch && fabs(q[found].x1 - b->x1) > NEAR * s->pitch)
		return;
	b->loose = fabs(q[found].x0 - b->x0) > NEAR * s->pitch ||
		fabs(q[found].x1 - b->x1) > NEAR * s->pitch;
	q[found].next = i;
	b->carried = true;
}

static int
scan_line(struct scan *s, double y, struct mk_err *e)
{
	size_t from = s->r->runs.n / sizeof(struct run), to, i;
	const double *x;

	if (room(s, y, e) == -1)
		return -1;
	x = (const double *)(const void *)s->r->here.p;
	for (i = 0; i < s->r->here.n / sizeof *x; i += 2) {
		struct run q = { x[i], x[i + 1], y, NONE, false, false };

		if (add(&s->r->runs, &q, sizeof q, e) == -1)
			return -1;
	}
	to = s->r->runs.n / sizeof(struct run);
	for (i = from; s->f->turns && i < to; i++)
		link_up(s, i, from, to);
	s->before = from;
	s->last = to;
	return 0;
}

static int
point(struct mk_strokes *out, double x, double y, double c, double s, bool first,
	struct mk_err *e)
{
	struct mk_point p = { c * x - s * y, s * x + c * y };

	return (first ? mk_strokes_begin : mk_strokes_to)(out, p, e);
}

/* The chain of runs that begins with run i. Where its next run may be joined at one
 * side only, it is begun at the side from which that side comes up, or is cut. */
static int
chain(struct mk_region *r, size_t i, double near, double c, double s, struct mk_strokes *out,
	struct mk_err *e)
{
	const struct run *q = runs(r);
	bool back = false, first = true, loose = false;

	for (; i != NONE; i = q[i].next, back = !back) {
		double a = back ? q[i].x1 : q[i].x0, b = back ? q[i].x0 : q[i].x1;

		if (!first && q[i].loose) {
			const struct mk_point *p = &out->pt[out->npt - 1];
			double was = c * p->x + s * p->y;

			if (fabs(was - a) > near) {
				out->s[out->n - 1].form = loose ? MK_OPEN : MK_MEANDER;
				first = true;
				loose = false;
			} else
				loose = true;
		}
		if (point(out, a, q[i].y, c, s, first, e) == -1 || point(out, b, q[i].y, c, s, false, e) == -1)
			return -1;
		first = false;
	}
	out->s[out->n - 1].form = loose ? MK_OPEN : MK_MEANDER;
	return 0;
}

static int
scan_all(struct scan *s, double y0, double y1, struct mk_err *e)
{
	double height = y1 - y0 - s->f->line, n, step;
	int i;

	n = height <= 0 ? 1 : ceil(height / (s->f->pitch * OVER) - 1e-9) + 1;
	if (s->f->line <= 0 && height > 0)
		n = fmax(1, n - 1);
	if (n > 1e6)
		return mk_err(e, MK_EDATA, "more than a million lines: choose a wider pitch");
	step = s->f->line > 0 ? (n > 1 ? height / (n - 1) : 0) : (y1 - y0) / n;
	s->pitch = step > 0 ? step : s->f->pitch;
	for (i = 0; i < (int)n; i++) {
		double y = height <= 0 ? (y0 + y1) / 2
			: s->f->line > 0 ? y0 + s->f->line / 2 + i * step : y0 + (i + 0.5) * step;

		if (scan_line(s, y, e) == -1)
			return -1;
	}
	return 0;
}

int
mk_region_hatch(struct mk_region *r, const struct mk_strokes *in, size_t first, size_t end,
	const struct mk_region_fill *f, struct mk_strokes *out, bool *empty, struct mk_err *e)
{
	double a = f->angle * acos(-1) / 180, c = cos(a), n = sin(a), y[2];
	struct scan s = { .r = r, .f = f };
	size_t i;

	r->runs.n = 0;
	if (load(r, in, first, end, c, n, y, e) == -1)
		return -1;
	if (r->edges.n > 0) {
		qsort(r->edges.p, r->edges.n / sizeof(struct edge), sizeof(struct edge), by_y);
		if (scan_all(&s, y[0], y[1], e) == -1)
			return -1;
	}
	for (i = 0; i < r->runs.n / sizeof(struct run); i++)
		if (!runs(r)[i].carried && chain(r, i, NEAR * s.pitch, c, n, out, e) == -1)
			return -1;
	if (empty != NULL)
		*empty = r->runs.n == 0 && r->edges.n > 0;
	return 0;
}
