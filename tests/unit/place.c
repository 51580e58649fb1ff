/* Where a part lies: pictures that were moved and turned by what is known. */
#include "vision/place.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/tap.h"

static struct mk_err e;

/* A part with edges, holes and a slope, as a function of the plane. */
static double
part(double x, double y)
{
	double v = 60 + x * .05;

	if (fabs(x) < 150 && fabs(y) < 90)
		v = 170 + y * .1;
	if (hypot(x - 80, y - 30) < 25 || hypot(x + 100, y + 20) < 15)
		v = 20;
	if (x > -40 && x < 20 && y > -70 && y < -50)
		v = 230;
	return v;
}

static void
draw(struct mk_image *im, int w, int h, double dx, double dy, double rot, double gain, int noise)
{
	double c = cos(rot * M_PI / 180), s = sin(rot * M_PI / 180);
	uint32_t seed = 7;
	int x, y, i, k;

	if (mk_image_new(im, w, h, &e) == -1)
		abort();
	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++) {
			double v = 0;

			for (i = 0; i < 3; i++)
				for (k = 0; k < 3; k++) {
					double px = x + (i + .5) / 3 - w / 2.0 - dx, py = y + (k + .5) / 3 - h / 2.0 - dy;

					v += part(c * px + s * py, -s * px + c * py) / 9;
				}
			seed = seed * 1664525u + 1013904223u;
			v = v * gain + (noise > 0 ? (int)(seed >> 8) % (2 * noise + 1) - noise : 0);
			im->px[y * w + x] = (unsigned char)(v < 0 ? 0 : v > 255 ? 255 : v);
		}
}

static void
moved(double dx, double dy, double rot, double gain, int noise)
{
	struct mk_image ref, im;
	struct mk_place p = {0};
	int r;

	draw(&ref, 480, 360, 0, 0, 0, 1, 0);
	draw(&im, 480, 360, dx, dy, rot, gain, noise);
	r = mk_place_find(&ref, &im, &p, &e);
	ok(r == 0 && fabs(p.dx - dx) < .3 && fabs(p.dy - dy) < .3 && fabs(p.rot - rot) < .1 && p.fit > .8,
		"%g, %g, %g degrees, gain %g, noise %d: %.2f, %.2f, %.3f, fit %.3f", dx, dy, rot, gain, noise,
		p.dx, p.dy, p.rot, p.fit);
	mk_image_clear(&ref);
	mk_image_clear(&im);
}

int
main(void)
{
	struct mk_image a, b, grey;
	struct mk_place p = {0};
	int i;

	moved(0, 0, 0, 1, 0);
	moved(12.3, -7.6, 0, 1, 0);
	moved(0, 0, 4.4, 1, 0);
	moved(-60.5, 40.2, -8.7, .7, 10);
	moved(3, 2, 9.5, 1.2, 5);
	draw(&a, 480, 360, 0, 0, 0, 1, 0);
	draw(&b, 480, 360, 0, 0, 0, 1, 0);
	for (i = 0; i < 480 * 360; i++)
		b.px[i] = (unsigned char)((i * 7919 >> 4) % 200);
	ok(mk_place_find(&a, &b, &p, &e) == 0 && p.fit < .5, "another part: fit %.2f", p.fit);
	mk_image_clear(&b);
	draw(&b, 200, 360, 0, 0, 0, 1, 0);
	ok(mk_place_find(&a, &b, &p, &e) == -1 && e.code == MK_EDATA, "another size");
	is(e.msg, "the reference is of 480x360 pixels, the picture of 200x360", "which it says");
	if (mk_image_new(&grey, 480, 360, &e) == -1)
		abort();
	ok(mk_place_find(&grey, &a, &p, &e) == -1 && e.code == MK_EDATA, "a reference of one grey");
	ok(mk_place_find(&a, &grey, &p, &e) == 0 && p.fit < .5, "nothing there: fit %.2f", p.fit);
	mk_image_clear(&a);
	mk_image_clear(&b);
	mk_image_clear(&grey);
	return done();
}
