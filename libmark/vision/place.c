#include "vision/place.h"

#include <math.h>
#include <stdlib.h>

#include "image/raster.h"

#define LEVELS 10
#define COARSE 72		/* pixels of the longer side that a search begins with */
#define POINTS 900		/* of the reference that are compared */
#define ANGLE 10		/* degrees to either side */
#ifndef M_PI
#define M_PI 3.14159265358979323846
#endif

struct points {
	int n;
	double x[POINTS], y[POINTS], v[POINTS];	/* from the middle */
	double mean, dev;
};

struct pyramid {
	int n;
	struct mk_image im[LEVELS];	/* [0] is borrowed */
};

static void
pyramid_clear(struct pyramid *p)
{
	while (p->n > 1)
		mk_image_clear(&p->im[--p->n]);
}

static int
pyramid_make(struct pyramid *p, const struct mk_image *im, struct mk_err *e)
{
	p->im[0] = *im;
	p->n = 1;
	while (p->n < LEVELS && (p->im[p->n - 1].w > COARSE || p->im[p->n - 1].h > COARSE)) {
		if (mk_raster_half(&p->im[p->n - 1], &p->im[p->n], e) == -1) {
			pyramid_clear(p);
			return -1;
		}
		p->n++;
	}
	return 0;
}

static int
steepness(const struct mk_image *im, int x, int y)
{
	const unsigned char *p = im->px + (size_t)y * (size_t)im->w + x;

	return abs(p[1] - p[-1]) + abs(p[im->w] - p[-im->w]);
}

/* Points spread over the picture: the steepest of each cell of a grid. */
static void
choose(const struct mk_image *im, struct points *p)
{
	int side = 30, cx, cy, x, y, i;
	double sum = 0, square = 0;

	p->n = 0;
	for (cy = 0; cy < side; cy++)
		for (cx = 0; cx < side; cx++) {
			int x0 = 1 + cx * (im->w - 2) / side, x1 = 1 + (cx + 1) * (im->w - 2) / side;
			int y0 = 1 + cy * (im->h - 2) / side, y1 = 1 + (cy + 1) * (im->h - 2) / side;
			int best = -1, bx = 0, by = 0;

			for (y = y0; y < y1; y++)
				for (x = x0; x < x1; x++)
					if (steepness(im, x, y) > best) {
						best = steepness(im, x, y);
						bx = x;
						by = y;
					}
			if (best < 0)
				continue;
			p->x[p->n] = bx + 0.5 - im->w / 2.0;
			p->y[p->n] = by + 0.5 - im->h / 2.0;
			p->v[p->n++] = im->px[by * im->w + bx];
		}
	for (i = 0; i < p->n; i++) {
		sum += p->v[i];
		square += p->v[i] * p->v[i];
	}
	p->mean = sum / p->n;
	p->dev = sqrt(fmax(0, square / p->n - p->mean * p->mean));
}

static double
pixel(const struct mk_image *im, double x, double y)
{
	int ix, iy;
	double fx, fy;
	const unsigned char *p;

	x -= 0.5;
	y -= 0.5;
	if (x < 0 || y < 0 || x >= im->w - 1 || y >= im->h - 1)
		return -1;
	ix = (int)x;
	iy = (int)y;
	fx = x - ix;
	fy = y - iy;
	p = im->px + (size_t)iy * (size_t)im->w + ix;
	return (p[0] * (1 - fx) + p[1] * fx) * (1 - fy) + (p[im->w] * (1 - fx) + p[im->w + 1] * fx) * fy;
}

/* The correlation of the points with the picture at that place; -1 if half of them
 * would be outside. */
static double
fit(const struct points *p, const struct mk_image *im, double dx, double dy, double rot)
{
	double c = cos(rot * M_PI / 180), s = sin(rot * M_PI / 180);
	double sv = 0, svv = 0, sr = 0, srr = 0, srv = 0, n = 0, var;
	int i;

	for (i = 0; i < p->n; i++) {
		double v = pixel(im, im->w / 2.0 + c * p->x[i] - s * p->y[i] + dx,
			im->h / 2.0 + s * p->x[i] + c * p->y[i] + dy), r = p->v[i];

		if (v < 0)
			continue;
		n++;
		sv += v;
		svv += v * v;
		sr += r;
		srr += r * r;
		srv += r * v;
	}
	if (n * 2 < p->n || n < 16)
		return -1;
	var = (svv - sv * sv / n) * (srr - sr * sr / n);
	return var < 1e-6 ? -1 : (srv - sv * sr / n) / sqrt(var);
}

/* Everywhere, on the coarsest level. */
static void
search(const struct points *p, const struct mk_image *im, struct mk_place *out)
{
	double rot, f;
	int dx, dy;

	out->fit = -2;
	for (rot = -ANGLE; rot <= ANGLE; rot += 1)
		for (dy = -im->h / 4; dy <= im->h / 4; dy++)
			for (dx = -im->w / 4; dx <= im->w / 4; dx++)
				if ((f = fit(p, im, dx, dy, rot)) > out->fit)
					*out = (struct mk_place){ dx, dy, rot, f };
}

/* Uphill from there, by steps that shrink to step pixels and turn degrees. */
static void
climb(const struct points *p, const struct mk_image *im, double step, double turn, double end,
	struct mk_place *out)
{
	static const int way[6][3] = { { 1, 0, 0 }, { -1, 0, 0 }, { 0, 1, 0 }, { 0, -1, 0 }, { 0, 0, 1 },
		{ 0, 0, -1 } };
	bool better;
	int i;

	out->fit = fit(p, im, out->dx, out->dy, out->rot);
	for (; step >= end; step /= 2, turn /= 2)
		do {
			struct mk_place from = *out;

			better = false;
			for (i = 0; i < 6; i++) {
				double x = from.dx + way[i][0] * step, y = from.dy + way[i][1] * step;
				double r = from.rot + way[i][2] * turn, f = fit(p, im, x, y, r);

				if (f > out->fit + 1e-9) {
					*out = (struct mk_place){ x, y, r, f };
					better = true;
				}
			}
		} while (better);
}

static int
find(const struct pyramid *a, const struct pyramid *b, struct points *p, struct mk_place *out,
	struct mk_err *e)
{
	int level = a->n - 1;

	choose(&a->im[level], p);
	if (p->n < 16 || p->dev < 1)
		return mk_err(e, MK_EDATA, "the reference is all of one grey, or too small");
	search(p, &b->im[level], out);
	climb(p, &b->im[level], 1, 1, 0.25, out);
	while (--level >= 0) {
		out->dx *= (double)a->im[level].w / a->im[level + 1].w;
		out->dy *= (double)a->im[level].h / a->im[level + 1].h;
		choose(&a->im[level], p);
		climb(p, &b->im[level], 1, 0.5, level == 0 ? 0.02 : 0.25, out);
	}
	if (a->n == 1)
		climb(p, &b->im[0], 0.25, 0.25, 0.02, out);
	return 0;
}

int
mk_place_find(const struct mk_image *reference, const struct mk_image *im, struct mk_place *out,
	struct mk_err *e)
{
	struct pyramid a, b;
	struct points *p;
	int r = -1;

	if (reference->w != im->w || reference->h != im->h)
		return mk_err(e, MK_EDATA, "the reference is of %dx%d pixels, the picture of %dx%d",
			reference->w, reference->h, im->w, im->h);
	if ((p = malloc(sizeof *p)) == NULL)
		return mk_err_nomem(e);
	if (pyramid_make(&a, reference, e) == 0) {
		if (pyramid_make(&b, im, e) == 0) {
			r = find(&a, &b, p, out, e);
			pyramid_clear(&b);
		}
		pyramid_clear(&a);
	}
	free(p);
	return r;
}
