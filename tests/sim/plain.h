/* Marks of our own encoder (ecc200.h) as plain pictures: what tests of reading share. */
#ifndef SIM_PLAIN_H
#define SIM_PLAIN_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "tests/ecc200.h"
#include "vision/scan.h"

static struct mk_err e;
static uint32_t seed = 12345;

static unsigned
rnd(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* The symbol as a picture: px pixels a module, four modules of quiet zone. */
__attribute__((unused)) static void
render(const struct ecc *s, int px, int dark, int light, int noise, struct mk_image *im)
{
	int side = (s->side + 8) * px, x, y;

	if (mk_image_new(im, side, side, &e) == -1)
		abort();
	for (y = 0; y < side; y++)
		for (x = 0; x < side; x++) {
			int r = y / px - 4, c = x / px - 4;
			int on = r >= 0 && c >= 0 && r < s->side && c < s->side && s->m[r][c];
			int v = (on ? dark : light) + (noise > 0 ?
				(int)rnd((unsigned)(2 * noise + 1)) - noise : 0);

			im->px[y * side + x] = (unsigned char)(v < 0 ? 0 : v > 255 ? 255 : v);
		}
}

__attribute__((unused)) static int
says(const struct mk_scan *s, const char *text, size_t n)
{
	return s->codes > 0 && s->code[0].n == n && memcmp(s->code[0].data, text, n) == 0;
}

#endif
