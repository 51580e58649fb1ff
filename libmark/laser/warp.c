#include "laser/warp.h"

#include <math.h>
#include <stddef.h>

#define ONE 65536
#define FAR 3		/* widths, of the camera */
#define SUB 256

static int64_t
fixed(double v)
{
	return (int64_t)lround(v * ONE);
}

static int64_t
value(const uint16_t *in, int w, int h, int64_t x, int64_t y)
{
	return x < 0 || y < 0 || x >= w || y >= h ? 0 : in[(size_t)y * (size_t)w + (size_t)x];
}

/* At a point in 1/SUB pixels. */
static uint16_t
between(const uint16_t *in, int w, int h, int64_t px, int64_t py)
{
	/* never below 0: >> of a negative number is not for all compilers */
	int64_t x = (px + (int64_t)SUB * 65536) / SUB - 65536, fx = px - x * SUB;
	int64_t y = (py + (int64_t)SUB * 65536) / SUB - 65536, fy = py - y * SUB;
	int64_t top = value(in, w, h, x, y) * (SUB - fx) + value(in, w, h, x + 1, y) * fx;
	int64_t low = value(in, w, h, x, y + 1) * (SUB - fx) + value(in, w, h, x + 1, y + 1) * fx;

	return (uint16_t)((top * (SUB - fy) + low * fy) / (SUB * SUB));
}

static int64_t
limit(int64_t v, int64_t max)
{
	return v < -max ? -max : v > max ? max : v;
}

void
mk_warp(const uint16_t *in, uint16_t *out, int w, int h, int32_t tilt, int32_t turn)
{
	const double degree = acos(-1) / 180000;
	int64_t ct = fixed(cos(tilt * degree)), st = fixed(sin(tilt * degree));
	int64_t cr = fixed(cos(turn * degree)), sr = fixed(sin(turn * degree));
	int64_t far = (int64_t)FAR * w * SUB;
	int x, y;

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++) {
			/* 1/SUB pixels from the middle; y up is away from the camera */
			int64_t u = ((int64_t)2 * x - w + 1) * SUB / 2, v = (h - 1 - (int64_t)2 * y) * SUB / 2;
			int64_t b = far * v * ONE / (far * ct - v * st);
			int64_t a = u * (far + b * st / ONE) / far, px, py;

			px = limit((a * cr + b * sr) / ONE, (int64_t)SUB * 32768);
			py = limit((b * cr - a * sr) / ONE, (int64_t)SUB * 32768);
			out[(size_t)y * (size_t)w + (size_t)x] = between(in, w, h,
				px + ((int64_t)w - 1) * SUB / 2, ((int64_t)h - 1) * SUB / 2 - py);
		}
}
