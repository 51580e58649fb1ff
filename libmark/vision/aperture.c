#include "vision/aperture.h"

#include <math.h>
#include <stdlib.h>

#include "vision/plane.h"

#define SPAN 400		/* phases times the mask's side: how fine it is, and how large */

/* A pixel has an aperture of its own, half a pixel to either side. The disc and that
 * together are not to reach further than the disc should: so it ends half a pixel
 * earlier. What of the pixel at x, y is inside, its edge taken for straight there: as
 * the shares of one edge's pixels always make the same sum, it does not matter where
 * between them it is. */
static float
weight(double radius, double x, double y)
{
	double d = sqrt(x * x + y * y), in = radius - .5 - d;
	double a = d > 0 ? fabs(x) / d : 1, b = d > 0 ? fabs(y) / d : 0;
	double far = (a + b) / 2, near = fabs(a - b) / 2, rest = far - fabs(in), w;

	if (rest <= 0)
		return in > 0;
	w = fabs(in) <= near ? .5 - fabs(in) / fmax(a, b) : rest * rest / (2 * a * b);
	return (float)(in > 0 ? 1 - w : w);
}

int
mk_aperture_new(struct mk_aperture *a, double diameter, struct mk_err *e)
{
	int side, i, k, r, c;
	float *m;

	a->radius = diameter > 1 ? diameter / 2 : .5;
	a->radius = a->radius < 2000 ? a->radius : 2000;
	a->reach = (int)ceil(a->radius) + 1;
	side = 2 * a->reach + 1;
	for (a->phases = 1; a->phases < 32 && 2 * a->phases * side <= SPAN; a->phases *= 2)
		;
	m = a->mask = calloc((size_t)(a->phases * a->phases * side * side), sizeof *a->mask);
	if (m == NULL)
		return mk_err_nomem(e);
	for (i = 0; i < a->phases; i++)
		for (k = 0; k < a->phases; k++)
			for (r = -a->reach; r <= a->reach; r++)
				for (c = -a->reach; c <= a->reach; c++)
					*m++ = weight(a->radius, c + .5 - (k + .5) / a->phases,
						r + .5 - (i + .5) / a->phases);
	return 0;
}

void
mk_aperture_clear(struct mk_aperture *a)
{
	free(a->mask);
	a->mask = NULL;
}

double
mk_aperture_at(const struct mk_aperture *a, const struct mk_image *im, struct mk_point at)
{
	int side = 2 * a->reach + 1, x0, y0, x, y;
	double sum = 0, all = 0, fx, fy;
	const float *m;

	if (!(at.x >= 0 && at.x < im->w && at.y >= 0 && at.y < im->h))
		return mk_plane_grey(im, at);
	x0 = (int)at.x;
	y0 = (int)at.y;
	fx = at.x - x0;
	fy = at.y - y0;
	m = a->mask + ((int)(fy * a->phases) * a->phases + (int)(fx * a->phases)) * side * side;
	for (y = y0 - a->reach; y <= y0 + a->reach; y++) {
		const unsigned char *row = im->px + (ptrdiff_t)y * im->w;

		for (x = x0 - a->reach; x <= x0 + a->reach; x++, m++)
			if (*m > 0 && y >= 0 && y < im->h && x >= 0 && x < im->w) {
				sum += (double)*m * row[x];
				all += (double)*m;
			}
	}
	return all > 0 ? sum / all : mk_plane_grey(im, at);
}
