#include "layout/check.h"

#include <math.h>

#define SLACK 1.0	/* µm, what rounding may cost */

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

struct mk_box
mk_check_box(const struct mk_strokes *l, size_t first, size_t end)
{
	struct mk_box b = { INFINITY, INFINITY, -INFINITY, -INFINITY };
	size_t i, k;

	for (i = first; i < end; i++)
		for (k = l->s[i].first; k < l->s[i].first + l->s[i].n; k++) {
			b.x0 = least(b.x0, l->pt[k].x);
			b.y0 = least(b.y0, l->pt[k].y);
			b.x1 = most(b.x1, l->pt[k].x);
			b.y1 = most(b.y1, l->pt[k].y);
		}
	return b;
}

int
mk_check_area(const struct mk_box *b, double w, double h, struct mk_err *e)
{
	double x = -b->x0 > b->x1 ? b->x0 : b->x1, y = -b->y0 > b->y1 ? b->y0 : b->y1;

	if (fabs(x) <= w / 2 && fabs(y) <= h / 2)
		return 0;
	return mk_err(e, MK_EDATA, "reaches %s=%.3f: outside the work area of %g x %g mm",
		fabs(x) > w / 2 ? "x" : "y", (fabs(x) > w / 2 ? x : y) / 1000, w / 1000, h / 1000);
}

/* Narrow [*from, *to], the part of a segment p + u d that is inside |x| < half. */
static bool
clip(double p, double d, double half, double *from, double *to)
{
	double a, b;

	if (d == 0)
		return fabs(p) < half;
	a = (-half - p) / d;
	b = (half - p) / d;
	*from = most(*from, least(a, b));
	*to = least(*to, most(a, b));
	return *from < *to;
}

bool
mk_check_quiet(const struct mk_strokes *l, size_t first, size_t end, double line,
	const struct mk_quiet *q)
{
	double grow = line / 2 - SLACK;
	size_t i, k;

	for (i = first; i < end; i++) {
		const struct mk_stroke *s = &l->s[i];
		struct mk_point a = mk_affine_back(&q->t, l->pt[s->first]), b;

		for (k = s->n > 1; k < s->n; k++, a = b) {
			double from = 0, to = 1;

			b = mk_affine_back(&q->t, l->pt[s->first + k]);
			if (clip(a.x, b.x - a.x, q->hw + grow, &from, &to) &&
			    clip(a.y, b.y - a.y, q->hh + grow, &from, &to))
				return false;
		}
	}
	return true;
}

/* ---- elements apart ---- */

static bool
boxes_meet(const struct mk_box *a, const struct mk_box *b, double near)
{
	return a->x0 <= b->x1 + near && b->x0 <= a->x1 + near && a->y0 <= b->y1 + near &&
		b->y0 <= a->y1 + near;
}

/* Squared distance of p from the segment a b. */
static double
from_segment(struct mk_point p, struct mk_point a, struct mk_point b)
{
	double dx = b.x - a.x, dy = b.y - a.y, d2 = dx * dx + dy * dy;
	double u = d2 > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / d2 : 0;

	u = least(most(u, 0), 1);
	dx = a.x + u * dx - p.x;
	dy = a.y + u * dy - p.y;
	return dx * dx + dy * dy;
}

static double
side(struct mk_point a, struct mk_point b, struct mk_point p)
{
	return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

static bool
segments_meet(const struct mk_point *a, const struct mk_point *b, double near)
{
	double n2 = near * near;

	if (least(a[0].x, a[1].x) > most(b[0].x, b[1].x) + near ||
	    least(b[0].x, b[1].x) > most(a[0].x, a[1].x) + near ||
	    least(a[0].y, a[1].y) > most(b[0].y, b[1].y) + near ||
	    least(b[0].y, b[1].y) > most(a[0].y, a[1].y) + near)
		return false;
	if (side(a[0], a[1], b[0]) * side(a[0], a[1], b[1]) < 0 &&
	    side(b[0], b[1], a[0]) * side(b[0], b[1], a[1]) < 0)
		return true;
	return from_segment(a[0], b[0], b[1]) < n2 || from_segment(a[1], b[0], b[1]) < n2 ||
		from_segment(b[0], a[0], a[1]) < n2 || from_segment(b[1], a[0], a[1]) < n2;
}

/* Segment number k of a stroke; a dot is one without length. */
static void
segment(const struct mk_strokes *l, const struct mk_stroke *s, size_t k, struct mk_point p[2])
{
	p[0] = l->pt[s->first + k];
	p[1] = l->pt[s->first + (s->n > 1 ? k + 1 : k)];
}

static bool
strokes_meet(const struct mk_strokes *l, const struct mk_stroke *s, const struct mk_stroke *u,
	double near)
{
	struct mk_point a[2], b[2];
	size_t i, k;

	for (i = 0; i + 1 < s->n || i == 0; i++) {
		segment(l, s, i, a);
		for (k = 0; k + 1 < u->n || k == 0; k++) {
			segment(l, u, k, b);
			if (segments_meet(a, b, near))
				return true;
		}
	}
	return false;
}

bool
mk_check_apart(const struct mk_strokes *l, const struct mk_piece *a, const struct mk_piece *b)
{
	double near = (a->line + b->line) / 2 - SLACK;
	size_t i, k;

	if (near < 0)
		near = 0;
	if (!boxes_meet(&a->box, &b->box, near))
		return true;
	for (i = a->first; i < a->end; i++) {
		struct mk_box one = mk_check_box(l, i, i + 1);

		if (!boxes_meet(&one, &b->box, near))
			continue;
		for (k = b->first; k < b->end; k++) {
			struct mk_box other = mk_check_box(l, k, k + 1);

			if (boxes_meet(&one, &other, near) && strokes_meet(l, &l->s[i], &l->s[k], near))
				return false;
		}
	}
	return true;
}
