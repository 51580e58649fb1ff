#include <math.h>
#include <string.h>

#include "ident/symbol.h"
#include "layout/check.h"
#include "layout/cut.h"
#include "layout/fill.h"
#include "layout/order.h"
#include "layout/region.h"
#include "tests/cover.h"
#include "tests/tap.h"

static struct mk_err e;
static struct mk_strokes l;
static struct mk_filler f;
static struct mk_region region;
static const struct mk_affine upright = { 1, 0, 0, 1, 0, 0 };

static int
near(double a, double b)
{
	return fabs(a - b) < 1e-6;
}

static void
rows(double module, double pitch, double line, int n, double first, double step)
{
	const struct mk_hatch h = { .mx = module, .my = module, .pitch = pitch, .line = line };
	struct mk_hatch_rows r = mk_hatch_rows(&h, module);

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

static void
test_cover(struct mk_symbol *s, double module, double pitch, double line, enum mk_direction way)
{
	const struct mk_symbol_ask ask = { .type = mk_symbol_type("datamatrix") };
	const struct mk_hatch h = { .mx = module, .my = module, .pitch = pitch, .line = line,
		.way = way, .turns = true, .sym = 1 };
	struct mk_matrix m;
	double dark, light;

	mk_strokes_reset(&l);
	ok(mk_symbol_encode(s, &ask, "A1B2C3", 6, &m, &e) == 0 &&
		mk_fill_hatch(&f, &m, &h, &upright, &l, &e) == 0, "module %g, pitch %g, line %g, way %d: "
		"filled", module, pitch, line, (int)way);
	cover(&l, &m, module, line, &dark, &light);
	ok(dark >= 90 && light <= 6, "dark modules covered %.1f %% at least, light ones %.1f %% at most",
		dark, light);
}

/* Outlines, and those filled at an angle, stay inside, too. */
static void
test_outline(struct mk_symbol *s)
{
	const struct mk_symbol_ask ask = { .type = mk_symbol_type("datamatrix") };
	const struct mk_hatch h = { .mx = 400, .my = 400, .pitch = 50, .line = 50 };
	const struct mk_region_fill at = { .angle = 30, .pitch = 45, .turns = true };
	struct mk_strokes outline = {0};
	struct mk_matrix m;
	double dark, light;
	size_t i, closed = 0;

	mk_strokes_reset(&l);
	ok(mk_symbol_encode(s, &ask, "A1B2C3", 6, &m, &e) == 0 &&
		mk_fill_outline(&f, &m, &h, &upright, &l, &e) == 0, "outlines");
	cover(&l, &m, 400, 50, &dark, &light);
	for (i = 0; i < l.n; i++)
		closed += l.s[i].form == MK_CLOSED && l.pt[l.s[i].first].x ==
			l.pt[l.s[i].first + l.s[i].n - 1].x;
	ok(closed == l.n && light < 0.5 && dark < 60, "closed, half a line inside: light "
		"ones covered %.1f %%", light);
	outline = l;
	memset(&l, 0, sizeof l);
	ok(mk_region_hatch(&region, &outline, 0, outline.n, &at, &l, NULL, &e) == 0, "filled at 30 degrees");
	cover(&l, &m, 400, 50, &dark, &light);
	ok(dark >= 90 && light <= 6, "dark modules covered %.1f %% at least, light ones %.1f %% at most",
		dark, light);
	mk_strokes_clear(&outline);
}

/* Two rows of three modules: #.# and ##. */
static void
test_strokes(void)
{
	static const unsigned char dark[] = { 1, 0, 1, 1, 1, 0 };
	const struct mk_matrix m = { 2, 3, dark };
	struct mk_hatch h = { .mx = 400, .my = 400, .pitch = 200, .line = 100, .way = MK_ROWS, .turns = true,
		.sym = 3 };
	const struct mk_affine t = mk_affine_place((struct mk_point){ 1000, 0 }, 180000);
	const struct mk_stroke *s;

	mk_strokes_reset(&l);
	ok(mk_fill_hatch(&f, &m, &h, &t, &l, &e) == 0 && l.n == 3 && l.npt == 12,
		"runs along rows are meanders");
	s = &l.s[2];
	ok(s->form == MK_MEANDER && s->sym == 3 && s->r0 == 1 && s->c0 == 0 && s->r1 == 2 && s->c1 == 2 &&
		near(l.pt[8].x, 1550) && near(l.pt[8].y, 100) && near(l.pt[9].x, 850) &&
		near(l.pt[10].x, 850) && near(l.pt[10].y, 300) && near(l.pt[11].x, 1550),
		"half a line short, there and back, turned as asked");
	mk_strokes_reset(&l);
	h.way = MK_BEST;
	ok(mk_fill_hatch(&f, &m, &h, &t, &l, &e) == 0 && l.n == 3, "as few runs as there can be");
	h.cross = true;
	mk_strokes_reset(&l);
	ok(mk_fill_hatch(&f, &m, &h, &t, &l, &e) == 0 && l.n == 6, "crossed, the other way too");
	h.cross = h.turns = false;
	mk_strokes_reset(&l);
	ok(mk_fill_hatch(&f, &m, &h, &t, &l, &e) == 0 && l.n == 6 && l.s[0].form == MK_OPEN &&
		l.s[0].n == 2, "without turns, each line by itself");
	mk_strokes_reset(&l);
	ok(mk_fill_dots(&m, &h, 500, &upright, &l, &e) == 0 && l.n == 4 && l.s[3].us == 500 &&
		near(l.pt[3].x, 0) && near(l.pt[3].y, -200), "a dot in each dark module");
}

/* ---- the cut is exact: against all ways to choose, on small matrices ---- */

static int
count_runs(const struct mk_matrix *m, const unsigned char *along)
{
	int r, c, n = 0;

	for (r = 0; r < m->rows; r++)
		for (c = 0; c < m->cols; c++) {
			int i = r * m->cols + c, before = along[i] ? (r > 0 ? i - m->cols : -1) : (c > 0 ? i - 1 : -1);

			if (m->dark[i])
				n += before < 0 || !m->dark[before] || along[before] != along[i];
		}
	return n;
}

static void
test_cut(void)
{
	unsigned char dark[12], try[12];
	struct mk_matrix m = { 3, 4, dark };
	struct mk_buf out = {0}, work = {0};
	unsigned seed = 7, bits, i;
	int round, worse = 0, failed = 0;

	for (round = 0; round < 60; round++) {
		int least = 99, n;

		for (i = 0; i < 12; i++) {
			seed = seed * 1103515245u + 12345u;
			dark[i] = (seed >> 16) % 3 != 0;
		}
		failed |= mk_cut(&m, &out, &work, &e);
		for (bits = 0; bits < 1u << 12; bits++) {
			for (i = 0; i < 12; i++)
				try[i] = bits >> i & 1;
			n = count_runs(&m, try);
			least = n < least ? n : least;
		}
		worse += count_runs(&m, (const unsigned char *)out.p) != least;
	}
	ok(failed == 0 && worse == 0, "60 matrices fall into the fewest runs there can be: %d do not",
		worse);
	mk_buf_clear(&out);
	mk_buf_clear(&work);
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

static void
test_apart(void)
{
	static const struct { double x0, y0, x1, y1; bool apart; const char *what; } c[] = {
		{ 0, -500, 0, 500, false, "a line across" }, { -500, 90, 500, 90, false, "one nearer than a line" },
		{ -500, 110, 500, 110, true, "one farther" }, { 1200, 0, 1200, 900, true, "one behind the end" },
		{ 0, 90, 0, 90, false, "a dot near it" }, { 1050, -80, 1300, 300, false, "by a corner" }
	};
	struct mk_piece a = { 0, 1, 100, { 0, 0, 0, 0 } }, b = { 1, 2, 100, { 0, 0, 0, 0 } };
	size_t i;

	for (i = 0; i < sizeof c / sizeof *c; i++) {
		bool dot = c[i].x0 == c[i].x1 && c[i].y0 == c[i].y1;

		mk_strokes_reset(&l);
		ok(mk_strokes_begin(&l, (struct mk_point){ -1000, 0 }, &e) == 0 &&
			mk_strokes_to(&l, (struct mk_point){ 1000, 0 }, &e) == 0 &&
			mk_strokes_begin(&l, (struct mk_point){ c[i].x0, c[i].y0 }, &e) == 0 &&
			(dot || mk_strokes_to(&l, (struct mk_point){ c[i].x1, c[i].y1 }, &e) == 0), "two strokes");
		a.box = mk_check_box(&l, 0, 1);
		b.box = mk_check_box(&l, 1, 2);
		ok(mk_check_apart(&l, &a, &b) == c[i].apart && mk_check_apart(&l, &b, &a) == c[i].apart,
			"  overlap: %s", c[i].what);
	}
}

int
main(void)
{
	struct mk_symbol *s = NULL;

	test_rows();
	test_strokes();
	test_cut();
	test_quiet();
	test_apart();
	ok(mk_symbol_new(&s, &e) == 0, "an encoder");
	test_cover(s, 400, 100, 100, MK_BEST);
	test_cover(s, 400, 100, 100, MK_ROWS);
	test_cover(s, 400, 100, 100, MK_COLUMNS);
	test_cover(s, 10000 / 24.0, 100, 100, MK_BEST);
	test_cover(s, 8000 / 18.0, 50, 50, MK_BEST);
	test_cover(s, 300, 50, 100, MK_BEST);
	test_cover(s, 200, 50, 80, MK_BEST);
	test_outline(s);
	mk_symbol_free(s);
	mk_filler_clear(&f);
	mk_region_clear(&region);
	mk_strokes_clear(&l);
	return done();
}
