/* The simulated laser's materials, and what the camera makes of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/image.h"
#include "laser/beam.h"
#include "laser/laser.h"
#include "laser/metal.h"
#include "laser/warp.h"
#include "tests/tap.h"

#define W 120
#define H 90

static struct mk_err e;
static uint16_t dark[W * H], seen[W * H];
static struct mk_image im;

static double
mean(int x0, int x1)
{
	double sum = 0;
	int x, y;

	for (y = 0; y < H; y++)
		for (x = x0; x < x1; x++)
			sum += im.px[y * W + x];
	return sum / H / (x1 - x0);
}

/* The left half bare, the right one marked. */
static void
materials(void)
{
	const struct mk_material *m;
	size_t i;
	int k;

	for (k = 0; k < W * H; k++)
		dark[k] = k % W < W / 2 ? 0 : MK_DARK_ONE;
	for (i = 0; (m = mk_material_at(i)) != NULL; i++) {
		const struct mk_metal metal = { m, 0, 0, 0, 5 };
		double bare, marked;

		ok(mk_metal_paint(&metal, dark, &im, &e) == 0 && mk_material(m->name) == m, "%s", m->name);
		bare = mean(0, W / 2);
		marked = mean(W / 2, W);
		ok(fabs(bare - m->bare) < 25 && fabs(marked - m->marked) < 15, "bare %.0f, marked %.0f",
			bare, marked);
	}
	ok(i == 3 && mk_material("wood") == NULL, "three of them, and no other");
}

/* How dark a row of lines gets at that power, 0 to 1. */
static double
answer(const struct mk_material *m, uint32_t power, int beam_um)
{
	const struct mk_beam b = { .w = W, .h = H, .px = 20, .beam_um = beam_um, .percent = 100,
		.e0 = m->e0, .burnt = m->burnt };
	const struct mk_pen pen = { power, 30000, 1000, 0 };
	struct mk_job j = {0};
	int y, bad = mk_job_pen(&j, &pen, &e);

	for (y = -500; y <= 500; y += 50)
		bad |= mk_job_jump(&j, -1000, y, &e) | mk_job_mark(&j, 1000, y, &e);
	bad |= mk_beam_burn(&j, &b, dark, NULL, NULL, &e);
	mk_job_clear(&j);
	return bad ? NAN : dark[H / 2 * W + W / 2] / (double)MK_DARK_ONE;
}

static void
powers(void)
{
	const struct mk_material *steel = mk_material("steel"), *plastic = mk_material("plastic");
	double low = answer(steel, 100, 80), mid = answer(steel, 250, 80), high = answer(steel, 800, 80);

	ok(low < 0.2 && mid > 0.4 && mid < 0.8 && high > 0.98, "steel darkens with power: %.2f %.2f %.2f",
		low, mid, high);
	ok(answer(mk_material("aluminium"), 400, 80) < answer(steel, 400, 80) - 0.1,
		"aluminium needs more than steel");
	ok(answer(plastic, 350, 80) > 0.9 && answer(plastic, 1000, 80) < 0.2,
		"plastic is light at 35 %%, and burnt at 100 %%");
	ok(answer(steel, 400, 80) > 0.9, "in focus");
}

static void
warps(void)
{
	int x, y, top, low, n;

	memset(dark, 0, sizeof dark);
	for (y = 20; y < 70; y++)
		for (x = 30; x < 90; x++)
			dark[y * W + x] = 1000;
	mk_warp(dark, seen, W, H, 0, 0);
	ok(memcmp(dark, seen, sizeof seen) == 0, "neither turned nor tilted is the same");
	mk_warp(dark, seen, W, H, 0, 90000);
	for (n = 0, y = 0; y < H; y++)
		n += seen[y * W + W / 2] > 500;
	ok(n == 60, "turned by 90 degrees, 60 pixels wide are %d high", n);
	mk_warp(dark, seen, W, H, 40000, 0);
	for (n = 0, y = 0; y < H; y++)
		n += seen[y * W + W / 2] > 500;
	for (top = 0, low = 0, x = 0; x < W; x++) {
		top += seen[(H / 2 - n / 2 + 2) * W + x] > 500;
		low += seen[(H / 2 + n / 2 - 3) * W + x] > 500;
	}
	ok(n >= 36 && n <= 40, "tilted by 40 degrees, 50 high are %d", n);
	ok(top < 60 && low > 60, "its far side is narrower: %d, %d", top, low);
}

static void
glare(void)
{
	const struct mk_metal metal = { mk_material("steel"), 0, 0, 3, 5 }, none = { mk_material("steel"), 0, 0, 0, 5 };
	int k, n = 0, was = 0;

	for (k = 0; k < W * H; k++)
		dark[k] = MK_DARK_ONE;
	ok(mk_metal_paint(&none, dark, &im, &e) == 0, "no glare");
	for (k = 0; k < W * H; k++)
		was += im.px[k] > 100;
	ok(mk_metal_paint(&metal, dark, &im, &e) == 0, "three stripes");
	for (k = 0; k < W * H; k++)
		n += im.px[k] > 100;
	ok(was == 0 && n > W && n < W * H / 2, "mirror light from %d pixels of a dark mark", n);
}

/* The darkest pixel across the middle of one line that a device burns. */
static int
darkest(const char *device)
{
	struct mk_conf conf = {0};
	struct mk_laser *l = NULL;
	struct mk_image got = {0};
	struct mk_job j = {0};
	struct mk_buf b = {0};
	const struct mk_pen pen = { 100, 30000, 500, 0 };
	struct mk_burn burn;
	int k, low = 255;

	if (mk_job_pen(&j, &pen, &e) == 0 && mk_job_jump(&j, -2000, 0, &e) == 0 &&
	    mk_job_mark(&j, 2000, 0, &e) == 0 && mk_buf_adds(&b, "id:a\tjob:", &e) == 0 &&
	    mk_job_write(&j, &b, &e) == 0 && mk_laser_open(&l, device, &conf, &e) == 0 &&
	    mk_laser_burn(l, b.p, b.n, NULL, &burn, &e) == 1 && mk_png_read(burn.image, &got, &e) == 0)
		for (k = 0; k < got.h; k++)
			low = got.px[k * got.w + got.w / 2] < low ? got.px[k * got.w + got.w / 2] : low;
	mk_image_clear(&got);
	mk_job_clear(&j);
	mk_buf_clear(&b);
	mk_laser_close(l);
	return low;
}

static void
devices(void)
{
	struct mk_conf conf = {0};
	struct mk_laser *l = NULL;
	int sharp = darkest("sim:d?noise=0&px=60&beam=0.06"), soft = darkest("sim:d?noise=0&px=60&beam=0.06&defocus=5");

	ok(sharp < 135 && soft > sharp + 20, "out of focus a line is weaker: %d, %d", sharp, soft);
	ok(darkest("sim:d?noise=0&px=60&beam=0.06&defocus=-5") == soft, "above as below");
	ok(mk_laser_open(&l, "sim:d?material=wood", &conf, &e) == -1 && e.code == MK_EUSAGE, "no such material");
	is(e.msg, "device sim:d: material=wood: there is steel aluminium plastic", "  says what there is");
	ok(mk_laser_open(&l, "sim:d?tilt=61", &conf, &e) == -1, "a camera that lies down");
	is(e.msg, "device sim:d: tilt=61: 61 is out of range: -60 to 60", "  is refused");
}

int
main(void)
{
	char dir[] = "/tmp/mk-test.XXXXXX", cmd[64];

	if (mkdtemp(dir) == NULL || chdir(dir) == -1 || mk_image_new(&im, W, H, &e) == -1)
		return 1;
	materials();
	powers();
	warps();
	glare();
	devices();
	mk_image_clear(&im);
	(void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd) == 0 ? done() : 1;
}
