#include <math.h>
#include <string.h>

#include "ident/symbol.h"
#include "layout/check.h"
#include "layout/fill.h"
#include "tests/tap.h"

static struct mk_err e;
static struct mk_strokes l;

static int
near(double a, double b)
{
	return fabs(a - b) < 1e-6;
}

static void
rows(double module, double pitch, double line, int n, double first, double step)
{
	const struct mk_hatch h = { module, pitch, line };
	struct mk_hatch_rows r = mk_hatch_rows(&h);

	ok(r.n == n && near(r.first, first) && near(r.step, step),
		"a module of %g, pitch %g, line %g: %d lines, the first at %g, then every %g",
		module, pitch, line, r.n, r.first, r.step);
}

static void
test_rows(void)
{
	rows(400, 100, 100, 4, 50, 100);
	rows(400, 100, 50, 4, 50, 100);		/* thin lines lie evenly */
	rows(420, 100, 100, 4, 52.5, 105);	/* up to 6 % over */
	rows(425, 100, 100, 5, 50, 81.25);	/* not more */
	rows(400, 50, 100, 8, 50, 300 / 7.0);	/* wide lines stay inside */
	rows(400, 500, 100, 1, 200, 400);
	rows(10000 / 24.0, 100, 100, 4, 10000 / 192.0, 10000 / 96.0);
}

/* Where a line of that width passes over a point. */
static int
burnt(double x, double y, double line)
{
	size_t i;

	for (i = 0; i < l.n; i++) {
		struct mk_point a = l.pt[l.s[i].first], b = l.pt[l.s[i].first + 1];
		double cx;

		if (fabs(y - a.y) > line / 2)
			continue;
		cx = fmin(fmax(x, fmin(a.x, b.x)), fmax(a.x, b.x));
		if (hypot(x - cx, y - a.y) <= line / 2)
			return 1;
	}
	return 0;
}

#define SIDE 23

/* The worst cover, in percent, of dark and of light modules; in so many samples
 * that they do not keep step with the lines. */
static void
cover(const struct mk_matrix *m, const struct mk_hatch *h, double *dark, double *light)
{
	int r, c, i, k;

	*dark = 100;
	*light = 0;
	for (r = 0; r < m->rows; r++)
		for (c = 0; c < m->cols; c++) {
			double n = 0;

			for (i = 0; i < SIDE; i++)
				for (k = 0; k < SIDE; k++)
					n += burnt((c + (k + 0.5) / SIDE - m->cols / 2.0) * h->module,
						(m->rows / 2.0 - r - (i + 0.5) / SIDE) * h->module, h->line);
			if (m->dark[r * m->cols + c])
				*dark = fmin(*dark, n * 100 / (SIDE * SIDE));
			else
				*light = fmax(*light, n * 100 / (SIDE * SIDE));
		}
}

static void
test_cover(struct mk_symbol *s, double module, double pitch, double line)
{
	static const struct mk_affine upright = { 1, 0, 0, 1, 0, 0 };
	const struct mk_symbol_ask ask = { mk_symbol_type("datamatrix"), NULL, false };
	const struct mk_hatch h = { module, pitch, line };
	struct mk_matrix m;
	double dark, light;

	mk_strokes_reset(&l);
	ok(mk_symbol_encode(s, &ask, "A1B2C3", 6, &m, &e) == 0 &&
		mk_fill_hatch(&m, &h, &upright, &l, &e) == 0, "module %g, pitch %g, line %g: filled",
		module, pitch, line);
	cover(&m, &h, &dark, &light);
	ok(dark >= 90 && light <= 6, "dark modules covered %.1f %% at least, light ones %.1f %% at most",
		dark, light);
}

/* Two rows of three modules: #.# and .#. */
static void
test_strokes(void)
{
	static const unsigned char dark[] = { 1, 0, 1, 1, 1, 0 };
	const struct mk_matrix m = { 2, 3, dark };
	const struct mk_hatch h = { 400, 200, 100 };
	static const double want[][3] = {	/* y, from, to */
		{ 300, -550, -250 }, { 300, 250, 550 }, { 100, 550, 250 }, { 100, -250, -550 },
		{ -100, -550, 150 }, { -300, 150, -550 }
	};
	const struct mk_affine t = mk_affine_place((struct mk_point){ 1000, 0 }, 180000);
	size_t i;
	int good = 1;

	mk_strokes_reset(&l);
	ok(mk_fill_hatch(&m, &h, &t, &l, &e) == 0 && l.n == 6, "runs are merged");
	for (i = 0; i < l.n && i < 6; i++)
		good &= near(l.pt[2 * i].x, 1000 - want[i][1]) && near(l.pt[2 * i].y, -want[i][0]) &&
			near(l.pt[2 * i + 1].x, 1000 - want[i][2]);
	ok(good, "to and fro, half a line short, turned as asked");
}

static void
test_quiet(void)
{
	const struct mk_quiet q = { mk_affine_place((struct mk_point){ 1000, 0 }, 90000), 500, 300 };
	static const struct { double x0, y0, x1, y1; int out; const char *what; } c[] = {
		{ 1000, 0, 1000, 0, 0, "a point inside" }, { 0, 0, 2000, 0, 0, "a line across" },
		{ 600, -2000, 600, 2000, 1, "a line beside" }, { 680, -2000, 680, 2000, 0, "a line that grazes" },
		{ 0, 0, 640, 0, 1, "a line that ends before" }, { 0, -1000, 1000, 1000, 0, "a slanted one through" },
		{ 400, 300, 1000, 1100, 1, "a slanted one by a corner" }
	};
	size_t i;

	for (i = 0; i < sizeof c / sizeof *c; i++) {
		mk_strokes_reset(&l);
		ok(mk_strokes_begin(&l, (struct mk_point){ c[i].x0, c[i].y0 }, &e) == 0 &&
			mk_strokes_to(&l, (struct mk_point){ c[i].x1, c[i].y1 }, &e) == 0 &&
			mk_check_quiet(&l, 0, 1, 100, &q) == (c[i].out != 0), "quiet zone: %s", c[i].what);
	}
}

int
main(void)
{
	struct mk_symbol *s = NULL;

	test_rows();
	test_strokes();
	test_quiet();
	ok(mk_symbol_new(&s, &e) == 0, "an encoder");
	test_cover(s, 400, 100, 100);
	test_cover(s, 10000 / 24.0, 100, 100);
	test_cover(s, 8000 / 18.0, 50, 50);
	test_cover(s, 300, 50, 100);
	test_cover(s, 200, 50, 80);
	mk_symbol_free(s);
	mk_strokes_clear(&l);
	return done();
}
