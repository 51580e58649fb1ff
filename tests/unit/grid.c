/* The fitted grid against pictures whose truth is known: corners within 0.05 module from
 * 5 pixels a module on, at any angle, from seeds that are off by a module; axes, growth
 * and bend as rendered. */
#include <stdio.h>
#include <stdlib.h>

#include "ident/symbol.h"
#include "tests/sim/mark.h"
#include "tests/tap.h"
#include "vision/grid.h"

static struct mk_err e;
static struct mk_symbol *enc;
static uint32_t seed = 99;

static double
rnd(void)	/* -1..1 */
{
	seed = seed * 1664525u + 1013904223u;
	return (double)(seed >> 8) / 8388608.0 - 1;
}

/* A picture of the plan's symbol as s says, its grid fitted from corners that are off
 * by up to `off` modules; the largest distance of a corner from its place, in modules;
 * 9 if nothing was found. */
static double
fit(struct sim *s, const struct mk_plan *p, double off, struct mk_grid *g)
{
	struct mk_point q[4], at;
	struct sim_view v;
	struct mk_image im;
	double worst = 0, d;
	int i;

	s->w = s->h = 0;
	if (sim_render(s, &v, &im, &e) == -1)
		return 9;
	for (i = 0; i < 4; i++) {
		sim_corner(&v, i, &q[i].x, &q[i].y);
		q[i].x += off * s->px * rnd();
		q[i].y += off * s->px * rnd();
	}
	if (mk_grid_fit(&im, p, q, s->invert, NULL, g, &e) != 1) {
		mk_image_clear(&im);
		return 9;
	}
	for (i = 0; i < 4; i++) {
		sim_corner(&v, i, &at.x, &at.y);
		d = hypot(at.x - g->corner[i].x, at.y - g->corner[i].y) / s->px;
		worst = d > worst ? d : worst;
	}
	mk_image_clear(&im);
	return worst;
}

static void
symbol(const char *type, int rows, int cols, struct sim *s, struct mk_plan *p, unsigned char *on)
{
	struct mk_symbol_ask ask = { .type = mk_symbol_type(type), .any = true };
	struct mk_matrix m;

	ask.size = mk_symbol_size(ask.type, rows, cols);
	if (mk_symbol_encode(enc, &ask, "0123456789", rows == 10 ? 4 : 10, &m, &e) == -1 ||
	    mk_plan_new(p, strcmp(type, "qr") == 0 ? MK_QR : MK_DATAMATRIX, rows, cols, &e) == -1)
		abort();
	memcpy(on, m.dark, (size_t)(rows * cols));
	*s = (struct sim){ .rows = rows, .cols = cols, .on = on, .px = 8, .light = .8, .dark = .1 };
}

/* All angles and resolutions of one symbol: how often a corner is off by more. */
static void
corners(const char *type, int rows, int cols, double blur, double noise, double persp)
{
	static const double px[] = { 5, 7.3, 20 };
	unsigned char on[144 * 144];
	struct mk_plan p;
	struct mk_grid g;
	struct sim s;
	double worst = 0, d;
	int n = 0, bad = 0, a, i;

	symbol(type, rows, cols, &s, &p, on);
	s.blur = blur;
	s.noise = noise;
	s.persp_x = persp;
	for (a = 0; a <= 45; a += 15)
		for (i = 0; i < 3; i++, n++) {
			if (rows > 40 && px[i] > 8)
				continue;
			s.angle = a + 90 * (n % 4);
			s.px = px[i];
			s.shift_x = rnd();
			s.invert = n % 3 == 2;
			s.mirror = n % 5 == 4;
			s.seed = (uint32_t)n;
			d = fit(&s, &p, .6, &g);
			bad += d > .05;
			worst = d > worst ? d : worst;
			mk_grid_clear(&g);
		}
	ok(bad == 0, "%s %dx%d, blur %.1f, noise %.0f, keystone %.2f: corners within %.3f of a module",
		type, rows, cols, blur, noise, persp, worst);
	mk_plan_clear(&p);
}

/* What is measured, at one angle and resolution. */
static void
measured(double angle, double px, double worst[4])
{
	unsigned char on[18 * 18];
	struct mk_plan p;
	struct mk_grid g;
	struct sim s;
	double d;

	symbol("datamatrix", 18, 18, &s, &p, on);
	s.angle = angle;
	s.px = px;
	s.stretch = 1.08;
	(void)fit(&s, &p, .5, &g);
	d = fabs(g.dx / g.dy - 1.08);
	worst[0] = d > worst[0] ? d : worst[0];
	mk_grid_clear(&g);
	s.stretch = 0;
	for (s.grow = -.1; s.grow < .11; s.grow += .1) {
		(void)fit(&s, &p, .5, &g);
		d = fmax(fabs(g.grow_x - s.grow), fabs(g.grow_y - s.grow));
		worst[1] = d > worst[1] ? d : worst[1];
		worst[2] = g.bend > worst[2] ? g.bend : worst[2];
		mk_grid_clear(&g);
	}
	s.grow = 0;
	s.bulge = .4;
	(void)fit(&s, &p, .3, &g);
	/* the middle of the symbol is .4 out, less what the corners' centres are */
	d = fabs(g.bend - .4 * (1 - 4 * (.5 / 18) * (1 - .5 / 18)));
	worst[3] = d > worst[3] ? d : worst[3];
	mk_grid_clear(&g);
	mk_plan_clear(&p);
}

static void
measures(void)
{
	static const double px[] = { 5, 11 };
	double worst[4] = {0};
	int a, i;

	for (a = 0; a <= 45; a += 15)
		for (i = 0; i < 2; i++)
			measured(a, px[i], worst);
	ok(worst[0] < .004, "stretch within %.4f", worst[0]);
	ok(worst[1] < .010, "growth of edges within %.4f of a module", worst[1]);
	ok(worst[2] < .03, "a straight grid bends by at most %.4f", worst[2]);
	ok(worst[3] < .03, "a bend is found within %.4f", worst[3]);
}

static void
nothing(void)
{
	struct mk_point q[4] = { { 20, 20 }, { 120, 20 }, { 120, 120 }, { 20, 120 } };
	unsigned char on[18 * 18];
	struct mk_image im;
	struct mk_plan p;
	struct mk_grid g;
	struct sim s;
	int i;

	symbol("datamatrix", 18, 18, &s, &p, on);
	(void)mk_image_new(&im, 140, 140, &e);
	ok(mk_grid_fit(&im, &p, q, false, NULL, &g, &e) == 0, "nothing in a black picture");
	for (i = 0; i < 140 * 140; i++)
		im.px[i] = (unsigned char)(128 + 100 * rnd());
	ok(mk_grid_fit(&im, &p, q, false, NULL, &g, &e) == 0, "nor in noise");
	q[2] = q[1];
	ok(mk_grid_fit(&im, &p, q, false, NULL, &g, &e) == 0, "corners that are no square");
	q[2].x = NAN;
	ok(mk_grid_fit(&im, &p, q, false, NULL, &g, &e) == 0, "or no numbers");
	mk_image_clear(&im);
	mk_plan_clear(&p);
}

int
main(void)
{
	ok(mk_symbol_new(&enc, &e) == 0, "an encoder");
	corners("datamatrix", 10, 10, 0, 0, 0);
	corners("datamatrix", 16, 16, .2, 0, 0);
	corners("datamatrix", 18, 18, .3, 8, .03);
	corners("datamatrix", 8, 32, .2, 4, 0);
	corners("datamatrix", 32, 32, 0, 0, .03);
	corners("datamatrix", 52, 52, 0, 0, 0);
	corners("qr", 25, 25, .2, 4, .02);
	measures();
	nothing();
	mk_symbol_free(enc);
	return done();
}
