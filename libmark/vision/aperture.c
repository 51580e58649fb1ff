#include "vision/aperture.h"

#include <math.h>
#include <stdlib.h>

#include "vision/plane.h"

#define PHASES 8
#define LARGE 24	/* pixels: from this radius on, parts of a pixel do not matter */

/* A pixel has an aperture of its own, half a pixel to either side. The disc and that
 * together are not to reach further than the disc should: so it ends half a pixel
 * earlier, over one pixel. */
static float
weight(double radius, double x, double y)
{
	double w = radius - hypot(x, y);

	return (float)(w <= 0 ? 0 : w >= 1 ? 1 : w);
}

int
mk_aperture_new(struct mk_aperture *a, double diameter, struct mk_err *e)
{
	int side, i, k, r, c;
	float *m;

	a->radius = diameter > 1 ? diameter / 2 : .5;
	a->radius = a->radius < 2000 ? a->radius : 2000;
	a->reach = (int)ceil(a->radius) + 1;
	a->phases = a->radius < LARGE ? PHASES : 1;
	side = 2 * a->reach + 1;
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
