#include "layout/curve.h"

#include <math.h>

#define CHORDS 1000	/* of one curve, at most */

int
mk_curve_cubic(struct mk_strokes *l, struct mk_point b, struct mk_point c, struct mk_point d,
	double tolerance, struct mk_err *e)
{
	struct mk_point a = l->pt[l->npt - 1];
	double bend = fmax(hypot(a.x - 2 * b.x + c.x, a.y - 2 * b.y + c.y),
		hypot(b.x - 2 * c.x + d.x, b.y - 2 * c.y + d.y));
	/* the distance of chords falls with the square of their number */
	double n = fmin(fmax(ceil(sqrt(0.75 * bend / tolerance)), 1), CHORDS);
	int i;

	for (i = 1; i <= (int)n; i++) {
		double t = i / n, u = 1 - t;
		struct mk_point q = {
			u * u * u * a.x + 3 * u * u * t * b.x + 3 * u * t * t * c.x + t * t * t * d.x,
			u * u * u * a.y + 3 * u * u * t * b.y + 3 * u * t * t * c.y + t * t * t * d.y
		};

		if (mk_strokes_to(l, q, e) == -1)
			return -1;
	}
	return 0;
}

int
mk_curve_arc(struct mk_strokes *l, struct mk_point o, double rx, double ry, double phi,
	double a0, double a1, double tolerance, struct mk_err *e)
{
	double r = fmax(rx, ry), each = 2 * acos(fmax(1 - tolerance / r, 0));
	double n = fmin(fmax(ceil(fabs(a1 - a0) / each), 1), CHORDS);
	double c = cos(phi), s = sin(phi);
	int i;

	for (i = 1; i <= (int)n; i++) {
		double a = a0 + (a1 - a0) * i / n, x = rx * cos(a), y = ry * sin(a);
		struct mk_point q = { o.x + c * x - s * y, o.y + s * x + c * y };

		if (mk_strokes_to(l, q, e) == -1)
			return -1;
	}
	return 0;
}

int
mk_curve_close(struct mk_strokes *l, struct mk_err *e)
{
	struct mk_stroke *s = &l->s[l->n - 1];
	struct mk_point a = l->pt[s->first], z = l->pt[l->npt - 1];

	if (s->n > 1 && hypot(a.x - z.x, a.y - z.y) < 1e-6)
		l->pt[l->npt - 1] = a;
	else if (mk_strokes_to(l, a, e) == -1)
		return -1;
	l->s[l->n - 1].form = MK_CLOSED;
	return 0;
}
