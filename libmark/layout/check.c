#include "layout/check.h"

#include <math.h>

#define SLACK 1.0	/* µm, what rounding may cost */

int
mk_check_area(const struct mk_strokes *l, size_t first, double w, double h, struct mk_err *e)
{
	size_t i = first < l->n ? l->s[first].first : l->npt;

	for (; i < l->npt; i++)
		if (fabs(l->pt[i].x) > w / 2 || fabs(l->pt[i].y) > h / 2)
			return mk_err(e, MK_EDATA, "reaches %.3f,%.3f: outside the work area of "
				"%g x %g mm", l->pt[i].x / 1000, l->pt[i].y / 1000, w / 1000, h / 1000);
	return 0;
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
	*from = fmax(*from, fmin(a, b));
	*to = fmin(*to, fmax(a, b));
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

		for (k = 1; k < s->n; k++, a = b) {
			double from = 0, to = 1;

			b = mk_affine_back(&q->t, l->pt[s->first + k]);
			if (clip(a.x, b.x - a.x, q->hw + grow, &from, &to) &&
			    clip(a.y, b.y - a.y, q->hh + grow, &from, &to))
				return false;
		}
	}
	return true;
}
