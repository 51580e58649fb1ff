#include "laser/metal.h"

#include <stdlib.h>
#include <string.h>

#include "laser/beam.h"
#include "laser/rng.h"

#define RADIUS_MAX 128

enum { GRAIN = 1, SHADE, NOISE, GLARE };	/* streams of random numbers */

static const struct mk_material materials[] = {
	{ "steel", 178, 38, 16, 4, 5000, 0 },		/* annealed, brushed */
	{ "aluminium", 206, 30, 9, 2, 8000, 0 },	/* black on it */
	{ "plastic", 44, 168, 2, 6, 4000, 512 }		/* light on dark; foams, then chars */
};

const struct mk_material *
mk_material_at(size_t i)
{
	return i < sizeof materials / sizeof *materials ? &materials[i] : NULL;
}

const struct mk_material *
mk_material(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof materials / sizeof *materials; i++)
		if (strcmp(materials[i].name, name) == 0)
			return &materials[i];
	return NULL;
}

/* A first-order low pass over white noise, as long as 2^shift pixels. gain brings
 * it to about the grey levels of sigma: 2^(shift/2) makes up for the loss. */
static int32_t
brush(int32_t *state, int shift, struct mk_rng *r)
{
	*state += (mk_rng_normal(r) * 16 - *state) / (1 << shift);
	return *state;
}

/* The bare surface, 1/256 grey levels. */
static void
ground(int32_t *g, int w, int h, const struct mk_material *m, uint64_t seed)
{
	struct mk_rng r = mk_rng_of(seed, GRAIN), s = mk_rng_of(seed, SHADE);
	int64_t tilt_x = (int64_t)mk_rng_below(&s, 4000) - 2000;
	int64_t tilt_y = (int64_t)mk_rng_below(&s, 8000) - 4000;
	int64_t side = w > h ? w : h;
	int32_t row = 0;
	int x, y, i;

	for (y = 0; y < h; y++) {
		int32_t slow = 0, fast = 0, streak;

		streak = brush(&row, 1, &r);
		for (i = 0; i < 200; i++)	/* let the filters forget that they began at 0 */
			(void)brush(&slow, 6, &r);
		for (x = 0; x < w; x++) {
			int64_t dx = 2 * (int64_t)x - w, dy = 2 * (int64_t)y - h;
			int64_t v, grain = streak * 2 / 9;

			grain += brush(&slow, 6, &r) * 3;
			grain += brush(&fast, 2, &r) / 2;
			/* the light falls off as it does on a surface of 178 */
			v = (tilt_x * dx + tilt_y * dy) / side;
			v -= 5000 * (dx * dx + dy * dy) / (side * side);
			if (m->bare != 178)
				v = v * m->bare / 178;
			v += m->bare * 256 + grain * m->brushed / 16;
			g[(size_t)y * (size_t)w + (size_t)x] = (int32_t)v;
		}
	}
}

/* Where the beam was, the surface has another shade and its grain is mostly gone. */
static void
mark(int32_t *g, const uint16_t *dark, size_t n, const struct mk_material *m)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int64_t burnt = m->marked * 256 + (int64_t)(g[i] - m->bare * 256) * m->kept / 16;

		g[i] = (int32_t)(g[i] + (burnt - g[i]) * dark[i] / MK_DARK_ONE);
	}
}

/* Light that the grain mirrors into the lens, over whatever is marked there. */
static void
glare(int32_t *g, int w, int h, uint32_t stripes, uint64_t seed)
{
	struct mk_rng r = mk_rng_of(seed, GLARE);

	for (; stripes > 0; stripes--) {
		int64_t middle = (int64_t)mk_rng_below(&r, (uint32_t)h);
		int64_t half = 2 + (int64_t)mk_rng_below(&r, (uint32_t)h / 48 + 1);
		int64_t light = 90 + (int64_t)mk_rng_below(&r, 130);
		int64_t slope = (int64_t)mk_rng_below(&r, 65) - 32;	/* 1/1024 */
		int64_t y;
		int x;

		for (x = 0; x < w; x++) {
			int64_t at = middle + slope * (2 * x - w) / 2048;

			for (y = at - half; y <= at + half; y++)
				if (y >= 0 && y < h)
					g[(size_t)y * (size_t)w + (size_t)x] += (int32_t)(light * 256 *
						(half * half - (y - at) * (y - at)) / (half * half));
		}
	}
}

static int32_t
mean(const int32_t *c, int i, int n, size_t step, const uint32_t *k, int r)
{
	int64_t sum = (int64_t)k[0] * c[(size_t)i * step];
	int j;

	for (j = 1; j <= r; j++) {
		int a = i - j < 0 ? 0 : i - j, b = i + j >= n ? n - 1 : i + j;

		sum += (int64_t)k[j] * ((int64_t)c[(size_t)a * step] + c[(size_t)b * step]);
	}
	return (int32_t)(sum / 65536);
}

static void
lens(int32_t *g, int32_t *tmp, int w, int h, uint32_t blur)
{
	uint32_t k[RADIUS_MAX + 1];
	int r = mk_beam_kernel(blur, RADIUS_MAX, k), x, y;
	size_t sw = (size_t)w;

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++)
			tmp[(size_t)y * sw + (size_t)x] = mean(g + (size_t)y * sw, x, w, 1, k, r);
	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++)
			g[(size_t)y * sw + (size_t)x] = mean(tmp + x, y, h, sw, k, r);
}

static void
sensor(const int32_t *g, struct mk_image *im, uint32_t noise, uint64_t seed)
{
	struct mk_rng r = mk_rng_of(seed, NOISE);
	size_t i, n = (size_t)im->w * (size_t)im->h;

	for (i = 0; i < n; i++) {
		int64_t v = g[i] + (int64_t)mk_rng_normal(&r) * noise / MK_RNG_SIGMA;

		v = (v + 128) / 256;
		im->px[i] = (unsigned char)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

int
mk_metal_paint(const struct mk_metal *m, const uint16_t *dark, struct mk_image *im,
	struct mk_err *e)
{
	size_t n = (size_t)im->w * (size_t)im->h;
	int32_t *g = malloc(n * sizeof *g), *tmp = malloc(n * sizeof *tmp);
	int r = 0;

	if (g == NULL || tmp == NULL)
		r = mk_err_nomem(e);
	else {
		ground(g, im->w, im->h, m->material, m->seed);
		mark(g, dark, n, m->material);
		glare(g, im->w, im->h, m->glare, m->seed);
		if (m->blur > 0)
			lens(g, tmp, im->w, im->h, m->blur);
		sensor(g, im, m->noise, m->seed);
	}
	free(g);
	free(tmp);
	return r;
}
