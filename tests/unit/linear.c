/* ISO/IEC 15416: Code 128, its characters against libzint's, its grades against pictures
 * whose truth is analytic. */
#include "tests/sim/grading.h"
#include "vision/code128.h"

#define HIGH 24		/* modules, of the bars */

static struct mk_symbol *enc;
static unsigned char on[HIGH * 400];
static double level[HIGH * 400];
static struct sim s;
static struct shot t;
static int cols;

static void
symbol(const char *text)
{
	struct mk_symbol_ask ask = { .type = mk_symbol_type("code128") };
	struct mk_matrix m;
	int r, c;

	(void)mk_symbol_encode(enc, &ask, text, strlen(text), &m, &shot_e);
	cols = m.cols;
	for (r = 0; r < HIGH; r++)
		for (c = 0; c < cols; c++) {
			on[r * cols + c] = m.dark[c];
			level[r * cols + c] = -1;
		}
	s = (struct sim){ .rows = HIGH, .cols = cols, .on = on, .level = level, .quiet = 12,
		.light = .85, .dark = .05 };
}

static void
column(int c, double v)
{
	int r;

	for (r = 0; r < HIGH; r++)
		level[r * cols + c] = v;
}

/* The widths of a row's bars and spaces, in modules; how many. */
static int
widths(double *w)
{
	int c, n = 0;

	for (c = 0; c < cols; c++) {
		if (c == 0 || on[c] != on[c - 1])
			w[n++] = 0;
		w[n - 1]++;
	}
	return n;
}

/* All 103 characters and the three starts, in symbols of libzint's. */
static void
characters(void)
{
	double w[400], v;
	int value[80], seen[107] = {0}, i, k, n, all = 0, good = 1;
	char text[16];

	for (i = 0; i < 128 + 100; i++) {
		/* figures in pairs make set C, a lone character A or B */
		(void)snprintf(text, sizeof text, i < 128 ? "%c" : "%02d%02d", i < 128 ? i : i - 128,
			i - 128);
		if (i == 0)
			continue;
		symbol(text);
		n = mk_code128_read(w, widths(w), value, 80, &v);
		good &= n > 0 && v > .999;
		for (k = 0; k < n; k++)
			seen[value[k]] = 1;
	}
	for (i = 0; i < 106; i++)
		all += seen[i];
	ok(good, "libzint's Code 128 is read, with a decodability of 1");
	ok(all >= 103, "and %d of 106 characters were seen", all);
}

static void
decodability(void)
{
	double w[400], v;
	int value[80], n, i;

	symbol("MK-128");
	n = widths(w);
	for (i = 0; i < n; i++)
		w[i] += i % 2 == 0 ? .1 : -.1;
	ok(mk_code128_read(w, n, value, 80, &v) == 8 && fabs(v - (1.75 - .3) / 1.75) < 1e-9,
		"bars wider by .1: V2 is (1.75 - .3) / 1.75");
	n = widths(w);
	w[8] += .2;
	w[9] -= .2;		/* one edge moves: its distances to similar edges do, by .2 */
	ok(mk_code128_read(w, n, value, 80, &v) == 8 && fabs(v - .6) < 1e-9,
		"one edge out by .2: V1 is (.5 - .2) / .5");
	n = widths(w);
	w[8] += .6;
	w[9] -= .6;
	ok(mk_code128_read(w, n, value, 80, &v) == -1, "out by .6: another character, or none");
	n = widths(w);
	ok(mk_code128_read(w, n - 1, value, 80, &v) == -1 && mk_code128_read(w, 13, value, 80, &v) == -1,
		"too short");
}

static int
graded(void)
{
	static const double off[4][2] = { { .4, 0 }, { -.5, .3 }, { .3, .3 }, { -.3, -.3 } };
	struct mk_code code = { .kind = MK_CODE128, .n = 1 };
	struct sim_view v;
	struct mk_image im;
	int i;

	s.w = s.h = 0;
	mk_grade_clear(&t.g);
	t.s = s;
	if (sim_render(&s, &v, &im, &shot_e) == -1)
		return 0;
	for (i = 0; i < 4; i++) {
		sim_map(v.m, i == 1 || i == 2 ? cols : 0, HIGH / 2.0, &code.corner[i].x, &code.corner[i].y);
		code.corner[i].x += off[i][0] * s.px;
		code.corner[i].y += off[i][1] * s.px;
	}
	t.graded = mk_grade(&im, &code, &t.ask, &t.g, &shot_e);
	mk_image_clear(&im);
	return t.graded == 1 && t.g.standard == MK_ISO15416;
}

static int
all(const char *name, double value, double grade)
{
	static const double views[][2] = { { 0, 8 }, { 12, 5 }, { 45, 10 }, { 5, 6.3 } };
	int i, good = 1;

	for (i = 0; i < 4; i++) {
		s.angle = views[i][0];
		s.px = views[i][1];
		good &= graded() && shot_has(&t, name, value, grade);
	}
	return good;
}

static void
grades(void)
{
	static const double sc[][3] = { { .80, .75, 4 }, { .65, .60, 3 }, { .50, .45, 2 },
		{ .35, .30, 1 }, { .20, .15, 0 } };
	static const double grow[][3] = { { .05, 1 - .3 / 1.75, 4 }, { .16, 1 - .96 / 1.75, 2 } };
	int i, c;

	symbol("MK-15416");
	ok(all("decode", NAN, 4) && t.g.grade == 4 && t.g.decoded && t.g.scans == 10,
		"a good Code 128 has 4");
	ok(all("decodability", 1, 4) && all("defects", 0, 4) && all("mod", 1, 4) && all("qz", 10, 4),
		"by all its parameters, at any angle and resolution");
	s.noise = 10;
	ok(all("decode", NAN, 4) && shot_is(&t, "decodability") == 4 && t.g.grade >= 3,
		"and in noise, which makes no bars");
	s.noise = 0;
	for (i = 0; i < 5; i++) {
		s.light = sc[i][0];
		ok(all("sc", sc[i][1], sc[i][2]), "SC %.2f is %g", sc[i][1], sc[i][2]);
	}
	s.light = .85;
	s.dark = .45;
	ok(all("rmin", .45, 0), "bars lighter than half of the light: Rmin is 0");
	s.dark = .05;
	t.ask.aperture = .5;	/* that still sees the narrowest space whole */
	for (i = 0; i < 2; i++) {
		s.grow = grow[i][0];
		ok(all("decodability", grow[i][1], grow[i][2]) && shot_has(&t, "sc", .8, 4),
			"bars wider by %.2f on each side: decodability %.2f is %g", s.grow, grow[i][1],
			grow[i][2]);
	}
	s.grow = t.ask.aperture = 0;
	/* a space one module wide, less light */
	for (c = 1; on[c] || !on[c - 1] || !on[c + 1]; c++)
		;
	column(c, .05 + .65 * .8);
	ok(all("ecmin", .65 * .8, 4) && shot_has(&t, "mod", .65, 3) && shot_has(&t, "sc", .8, 4),
		"a narrow space of .57: ECmin .52, MOD .65 is 3");
	column(c, -1);
	/* a bar of three modules or four, its middle less dark */
	for (c = 2; !on[c - 1] || !on[c] || !on[c + 1]; c++)
		;
	column(c, .05 + .17 * .8);
	ok(all("defects", .17, 3) && shot_is(&t, "decode") == 4, "a bar with a lighter middle: 3");
	column(c, .05 + .33 * .8);
	ok(all("defects", .33, 0) && t.g.grade == 0, "lighter: 0");
	column(c, -1);
	/* two valleys of one bar: the lower counts, wherever it is */
	column(c - 1, .13);
	column(c, .05 + .22 * .8);
	ok(all("defects", .22, 2), "a bar that is darker on one side: 2");
	column(c - 1, -1);
	column(c, -1);
	/* the same in the upper half only: five scans of ten */
	for (i = 0; i < HIGH / 2; i++)
		level[i * cols + c] = .05 + .33 * .8;
	ok(all("defects", NAN, 2) && fabs(t.g.grade - 2) < .11, "in half the scans: the mean is 2");
	column(c, -1);
	s.spots = 2;	/* two modules high: one scan, perhaps two, see it */
	for (i = 0; i < 2; i++) {
		s.spot[i][0] = 11 + i;
		s.spot[i][1] = -6;
	}
	ok(all("decode", NAN, 4) && shot_is(&t, "qz") < 3.95 && shot_is(&t, "qz") >= 3.2,
		"a spot in the quiet zone of some scans");
	s.spots = 0;
}

static void
none(void)
{
	struct mk_code code = { .kind = MK_CODE128, .n = 1, .corner = { { 10, 50 }, { 190, 50 }, { 190, 52 },
		{ 10, 52 } } };
	struct mk_image im;
	int i;

	(void)mk_image_new(&im, 200, 100, &shot_e);
	ok(mk_grade(&im, &code, &t.ask, &t.g, &shot_e) == 0, "no bars at all");
	for (i = 0; i < 200 * 100; i++)
		im.px[i] = (unsigned char)(i % 7 * 30);
	ok(mk_grade(&im, &code, &t.ask, &t.g, &shot_e) == 0, "stripes that are no code");
	code.corner[1].x = 11;
	ok(mk_grade(&im, &code, &t.ask, &t.g, &shot_e) == 0, "too short");
	code.corner[1].x = NAN;
	ok(mk_grade(&im, &code, &t.ask, &t.g, &shot_e) == 0, "nowhere");
	mk_image_clear(&im);
}

int
main(void)
{
	ok(mk_symbol_new(&enc, &shot_e) == 0, "an encoder");
	characters();
	decodability();
	grades();
	none();
	mk_grade_clear(&t.g);
	mk_symbol_free(enc);
	return done();
}
