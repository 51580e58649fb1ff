/* Pictures of marks whose truth is known: the reflectance of every point of the plane
 * is a formula, a pixel that an edge may cross is the mean of SIM_SS x SIM_SS points of it. What a grader
 * must find follows from the struct, not from a picture. */
#ifndef SIM_MARK_H
#define SIM_MARK_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"

#define SIM_SS 12

/* Lengths in modules, unless told; {0} for what is not varied. */
struct sim {
	int rows, cols;
	const unsigned char *on;	/* rows * cols */
	const double *level;		/* rows * cols reflectances instead, where not negative */
	double px;			/* pixels a module */
	double angle;			/* degrees, clockwise */
	double light, dark;		/* reflectances, 0..1 */
	double gain;			/* grey levels of reflectance 1; 0: 255 */
	double stretch;			/* columns so many times wider than rows are high; 0: 1 */
	double grow;			/* each edge of what is on, outwards */
	double dot;			/* what is on are discs of that diameter; 0: squares */
	double bulge;			/* columns bend: moved right by so much in the middle */
	double blur;			/* sigma of a Gaussian */
	double persp_x, persp_y;	/* keystone: (1 + persp * (-1..1)) is the scale */
	double shift_x, shift_y;	/* pixels: the middle's distance from the picture's */
	double noise;			/* sigma, grey levels */
	double stripe, stripe_add;	/* width of diagonal stripes every 8; reflectance added */
	int quiet;			/* modules around; 0: 4 */
	int w, h;			/* pixels of the picture; 0: as it needs */
	bool invert, mirror;		/* light marks on a dark ground; seen in a mirror */
	uint32_t seed;
	int spots;			/* marked modules outside the symbol */
	int spot[4][2];			/* row, column */
};

struct sim_view {
	const struct sim *s;
	double m[9], inv[9];		/* modules to pixels, and back */
};

static void
sim_mul(const double a[9], const double b[9], double c[9])
{
	double t[9];
	int i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++)
			t[3 * i + k] = a[3 * i] * b[k] + a[3 * i + 1] * b[3 + k] + a[3 * i + 2] * b[6 + k];
	memcpy(c, t, sizeof t);
}

static void
sim_invert(const double m[9], double o[9])
{
	int i, k;
	double d = m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
		m[2] * (m[3] * m[7] - m[4] * m[6]);

	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++) {
			int a = (k + 1) % 3, b = (k + 2) % 3, c = (i + 1) % 3, e = (i + 2) % 3;

			o[3 * i + k] = (m[3 * a + c] * m[3 * b + e] - m[3 * a + e] * m[3 * b + c]) / d;
		}
}

static void
sim_map(const double m[9], double x, double y, double *u, double *v)
{
	double w = m[6] * x + m[7] * y + m[8];

	*u = (m[0] * x + m[1] * y + m[2]) / w;
	*v = (m[3] * x + m[4] * y + m[5]) / w;
}

/* The picture's size, and where modules are in it. */
static void
sim_aim(struct sim *s, struct sim_view *v)
{
	double sx = s->px * (s->stretch > 0 ? s->stretch : 1), sy = s->px, a = s->angle * M_PI / 180;
	int q = s->quiet > 0 ? s->quiet : 4;
	double w = (s->cols + 2 * q) * sx, h = (s->rows + 2 * q) * sy;
	double size = fabs(w * cos(a)) + fabs(h * sin(a)), high = fabs(w * sin(a)) + fabs(h * cos(a));
	double persp = 1 + fabs(s->persp_x) + fabs(s->persp_y);

	if (s->w == 0) {
		s->w = (int)ceil(size * persp) + 2;
		s->h = (int)ceil(high * persp) + 2;
	}
	{
		const double centre[9] = { 1, 0, -s->cols / 2.0, 0, 1, -s->rows / 2.0, 0, 0, 1 };
		const double scale[9] = { (s->mirror ? -sx : sx), 0, 0, 0, sy, 0, 0, 0, 1 };
		const double turn[9] = { cos(a), -sin(a), 0, sin(a), cos(a), 0, 0, 0, 1 };
		const double keystone[9] = { 1, 0, 0, 0, 1, 0, -2 * s->persp_x / size,
			-2 * s->persp_y / high, 1 };
		const double move[9] = { 1, 0, s->w / 2.0 + s->shift_x, 0, 1,
			s->h / 2.0 + s->shift_y, 0, 0, 1 };

		v->s = s;
		sim_mul(scale, centre, v->m);
		sim_mul(turn, v->m, v->m);
		sim_mul(keystone, v->m, v->m);
		sim_mul(move, v->m, v->m);
		sim_invert(v->m, v->inv);
	}
}

/* Corner i (clockwise from that of row 0, column 0) of the symbol, in pixels. */
__attribute__((unused)) static void
sim_corner(const struct sim_view *v, int i, double *x, double *y)
{
	sim_map(v->m, i == 1 || i == 2 ? v->s->cols : 0, i >= 2 ? v->s->rows : 0, x, y);
}

static int
sim_on(const struct sim *s, int r, int c)
{
	int i;

	for (i = 0; i < s->spots; i++)
		if (s->spot[i][0] == r && s->spot[i][1] == c)
			return 1;
	return r >= 0 && c >= 0 && r < s->rows && c < s->cols && s->on[r * s->cols + c];
}

/* Whether the point is inside what module r, c marks. */
static int
sim_in(const struct sim *s, int r, int c, double u, double v)
{
	double x = u - c - .5, y = v - r - .5;

	if (!sim_on(s, r, c))
		return 0;
	if (s->dot > 0)
		return x * x + y * y < s->dot * s->dot / 4;
	return fabs(x) < .5 + s->grow && fabs(y) < .5 + s->grow;
}

static double
sim_point(const struct sim *s, double u, double v)
{
	double seen = u, hit;
	int r, c, y, x, on = 0, k;

	/* where the bend has moved this point from */
	if (s->bulge != 0 && u > 0 && u < s->cols)
		for (k = 0; k < 8; k++)
			u = seen - s->bulge * 4 * (u / s->cols) * (1 - u / s->cols);
	r = (int)floor(v);
	c = (int)floor(u);
	if (s->level != NULL && r >= 0 && c >= 0 && r < s->rows && c < s->cols &&
	    s->level[r * s->cols + c] >= 0)
		return s->level[r * s->cols + c];
	if (s->grow <= 0 || s->dot > 0)
		on = sim_in(s, r, c, u, v);
	else
		for (y = -1; y <= 1; y++)
			for (x = -1; x <= 1; x++)
				on |= sim_in(s, r + y, c + x, u, v);
	hit = on != s->invert ? s->dark : s->light;
	if (s->stripe > 0 && fmod(u + v + 800, 8) < s->stripe)
		hit += s->stripe_add;
	return hit;
}

/* The mean over the SIM_SS by SIM_SS points of a pixel, spread evenly; its corners and its
 * middle tell whether an edge crosses it at all. */
static double
sim_mean(const struct sim_view *v, int x, int y)
{
	double sum = 0, a, b, first = 0;
	bool same = true;
	int i, k;

	for (i = 0; i < 5 && same; i++) {
		sim_map(v->inv, x + (i == 4 ? .5 : i % 2), y + (i == 4 ? .5 : i / 2), &a, &b);
		first = i == 0 ? sim_point(v->s, a, b) : first;
		same = i == 0 || sim_point(v->s, a, b) == first;
	}
	if (same)
		return first;
	for (i = 0; i < SIM_SS; i++)
		for (k = 0; k < SIM_SS; k++) {
			sim_map(v->inv, x + (k + .5) / SIM_SS, y + (i + .5) / SIM_SS, &a, &b);
			sum += sim_point(v->s, a, b);
		}
	return sum / (SIM_SS * SIM_SS);
}

static double
sim_random(uint32_t *seed)
{
	double sum = -6;
	int i;

	for (i = 0; i < 12; i++) {	/* nearly Gaussian, sigma 1 */
		*seed = *seed * 1664525u + 1013904223u;
		sum += (double)(*seed >> 8) / 16777216.0;
	}
	return sum;
}

/* A Gaussian along one axis: step 1 or w. */
static void
sim_blur(float *p, int n, int step, double sigma, float *line)
{
	int r = (int)ceil(sigma * 4), i, k;

	for (i = 0; i < n; i++)
		line[i] = p[i * step];
	for (i = 0; i < n; i++) {
		double sum = 0, weight = 0;

		for (k = -r; k <= r; k++) {
			int at = i + k < 0 ? 0 : i + k >= n ? n - 1 : i + k;
			double g = exp(-k * k / (2 * sigma * sigma));

			sum += g * (double)line[at];
			weight += g;
		}
		p[i * step] = (float)(sum / weight);
	}
}

/* Render. Fills s->w, s->h if they were 0; v tells where the modules are. */
__attribute__((unused)) static int
sim_render(struct sim *s, struct sim_view *v, struct mk_image *im, struct mk_err *e)
{
	double gain = s->gain > 0 ? s->gain : 255;
	uint32_t seed = s->seed + 1;
	float *f, *line;
	int x, y, i;

	sim_aim(s, v);
	if (mk_image_new(im, s->w, s->h, e) == -1)
		return -1;
	f = calloc((size_t)s->w * (size_t)s->h, sizeof *f);
	line = calloc((size_t)(s->w + s->h), sizeof *line);
	if (f == NULL || line == NULL)
		abort();
	for (y = 0; y < s->h; y++)
		for (x = 0; x < s->w; x++)
			f[y * s->w + x] = (float)(sim_mean(v, x, y) * gain);
	if (s->blur > 0) {
		for (y = 0; y < s->h; y++)
			sim_blur(f + y * s->w, s->w, 1, s->blur * s->px, line);
		for (x = 0; x < s->w; x++)
			sim_blur(f + x, s->h, s->w, s->blur * s->px, line);
	}
	for (i = 0; i < s->w * s->h; i++) {
		double g = (double)f[i] + (s->noise > 0 ? s->noise * sim_random(&seed) : 0);

		im->px[i] = (unsigned char)(g < 0 ? 0 : g > 255 ? 255 : g + .5);
	}
	free(f);
	free(line);
	return 0;
}

#endif
