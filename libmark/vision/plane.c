#include "vision/plane.h"

#include <math.h>
#include <string.h>

bool
mk_plane_solve(double *a, int n, double *x)
{
	int w = n + 1, i, k, c, best;
	double f;

	for (c = 0; c < n; c++) {
		for (best = c, i = c + 1; i < n; i++)
			if (fabs(a[i * w + c]) > fabs(a[best * w + c]))
				best = i;
		if (fabs(a[best * w + c]) < 1e-12)
			return false;
		for (k = c; k < w && best != c; k++) {
			f = a[c * w + k];
			a[c * w + k] = a[best * w + k];
			a[best * w + k] = f;
		}
		for (i = 0; i < n; i++) {
			if (i == c)
				continue;
			f = a[i * w + c] / a[c * w + c];
			for (k = c; k < w; k++)
				a[i * w + k] -= f * a[c * w + k];
		}
	}
	for (i = 0; i < n; i++)
		x[i] = a[i * w + n] / a[i * w + i];
	return true;
}

bool
mk_plane_corners(struct mk_plane *p, double w, double h, const struct mk_point q[4])
{
	/* Heckbert's closed form for the unit square, then scaled */
	double dx1 = q[1].x - q[2].x, dx2 = q[3].x - q[2].x, sx = q[0].x - q[1].x + q[2].x - q[3].x;
	double dy1 = q[1].y - q[2].y, dy2 = q[3].y - q[2].y, sy = q[0].y - q[1].y + q[2].y - q[3].y;
	double det = dx1 * dy2 - dx2 * dy1, g, k;
	double area = (q[1].x - q[0].x) * (q[3].y - q[0].y) - (q[3].x - q[0].x) * (q[1].y - q[0].y);

	if (!(fabs(det) > 1e-9) || !(fabs(area) > 1e-9) || !(w > 0) || !(h > 0))
		return false;
	g = (sx * dy2 - dx2 * sy) / det;
	k = (dx1 * sy - sx * dy1) / det;
	*p = (struct mk_plane){ {
		(q[1].x - q[0].x + g * q[1].x) / w, (q[3].x - q[0].x + k * q[3].x) / h, q[0].x,
		(q[1].y - q[0].y + g * q[1].y) / w, (q[3].y - q[0].y + k * q[3].y) / h, q[0].y,
		g / w, k / h, 1 } };
	return 1 + g > 1e-6 && 1 + k > 1e-6 && 1 + g + k > 1e-6;
}

struct mk_point
mk_plane_at(const struct mk_plane *p, double x, double y)
{
	const double *m = p->m;
	double w = m[6] * x + m[7] * y + m[8];

	return (struct mk_point){ (m[0] * x + m[1] * y + m[2]) / w,
		(m[3] * x + m[4] * y + m[5]) / w };
}

struct mk_plane
mk_plane_after(const struct mk_plane *a, const struct mk_plane *b)
{
	struct mk_plane c;
	int i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++)
			c.m[3 * i + k] = a->m[3 * i] * b->m[k] + a->m[3 * i + 1] * b->m[3 + k] +
				a->m[3 * i + 2] * b->m[6 + k];
	return c;
}

double
mk_plane_grey(const struct mk_image *im, struct mk_point at)
{
	double x = at.x - .5, y = at.y - .5, fx, fy;
	const unsigned char *p;
	int c, r, right, down;

	/* written so that what is no number ends at the edge, too */
	x = x > 0 ? x < im->w - 1 ? x : im->w - 1 : 0;
	y = y > 0 ? y < im->h - 1 ? y : im->h - 1 : 0;
	c = (int)x;
	r = (int)y;
	fx = x - c;
	fy = y - r;
	right = c + 1 < im->w;
	down = r + 1 < im->h ? im->w : 0;
	p = im->px + (size_t)r * (size_t)im->w + (size_t)c;
	return (p[0] * (1 - fx) + p[right] * fx) * (1 - fy) +
		(p[down] * (1 - fx) + p[down + right] * fx) * fy;
}
