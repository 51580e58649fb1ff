/* Grades of Data Matrix to ISO/IEC 15415 against pictures whose truth is analytic. Each
 * case is seen at four angles and resolutions. */
#include "tests/sim/grading.h"

static struct mk_symbol *enc;
static struct shot t;

static void
contrast(void)
{
	static const double v[][4] = { { .80, .05, .75, 4 }, { .80, .20, .60, 3 },
		{ .80, .30, .50, 2 }, { .80, .45, .35, 1 }, { .70, .55, .15, 0 } };
	int i;

	for (i = 0; i < 5; i++) {
		t.s.light = v[i][0];
		t.s.dark = v[i][1];
		ok(shot_all(&t, "sc", v[i][2], v[i][3]) && t.g.decoded && t.g.damaged == 0,
			"SC %.2f is %g", v[i][2], v[i][3]);
	}
	t.s.light = .85;
	t.s.dark = .05;
}

static void
unused(void)
{
	static const double want[] = { 4, 4, 4, 3, 1, 0, 0 };
	int k;

	for (k = 0; k <= 6; k++) {
		if (k > 0) {
			int at = shot_module(&t, 3 * k, k % 8);

			t.on[at] = !t.on[at];
		}
		ok(shot_all(&t, "uec", 1 - k / 6.0, want[k]) && t.g.damaged == k &&
			t.g.grade == want[k] && shot_is(&t, "rm") == want[k],
			"%d wrong codewords: UEC %.3f is %g", k, 1 - k / 6.0, want[k]);
	}
	t.on[shot_module(&t, 21, 0)] ^= 1;
	ok(shot_all(&t, "decode", NAN, 0) && t.g.damaged == -1 && t.g.grade == 0,
		"one more: not decoded, and nobody knows what should be");
	t.ask.expected = t.right;
	t.ask.rows = t.ask.cols = 16;
	ok(shot_all(&t, "decode", NAN, 0) && t.g.damaged == 7 && shot_has(&t, "uec", 0, 0) &&
		shot_is(&t, "mod") == 4 && shot_is(&t, "fpd") == 4,
		"with what is expected: 7 modules are damaged, the rest is good");
	t.ask.expected = NULL;
	shot_clean(&t);
}

/* Modules whose modulation is .25 by themselves, dark ones and light ones. */
static void
weak(void)
{
	static const double want[] = { 4, 4, 4, 3, 1, 1 };
	double gt = (t.s.light + t.s.dark) / 2, sc = t.s.light - t.s.dark;
	int k, at;

	for (k = 1; k <= 5; k++) {
		at = shot_module(&t, 4 * k, 2);
		t.level[at] = gt + (t.on[at] ? -.25 : .25) * sc / 2;
		/* a pixel at the edge has a part of the neighbours, at 5 pixels a module */
		ok(shot_all(&t, "mod", NAN, want[k]) && shot_is(&t, "rm") == want[k] &&
			fabs(shot_value(&t, "mod") - .25) < .04 && t.g.grade == want[k],
			"%d weak codewords: MOD is %g", k, want[k]);
	}
	/* one that is just on the wrong side: its modulation is low, its margin is none */
	shot_clean(&t);
	for (k = 1; k <= 4; k++) {
		at = shot_module(&t, 4 * k, 2);
		t.level[at] = gt + (t.on[at] ? .45 : -.45) * sc / 2;
	}
	ok(shot_all(&t, "mod", NAN, 3) && shot_is(&t, "rm") == 1 && t.g.damaged == 4,
		"modules on the wrong side: MOD is 3, reflectance margin 1");
	shot_clean(&t);
	for (k = 0; k < 4; k++)		/* .45 is grade 3, .35 grade 2 */
		t.level[shot_module(&t, 2 + 3 * k, 5)] = gt + (t.on[shot_module(&t, 2 + 3 * k, 5)]
			? -.35 : .35) * sc / 2;
	ok(shot_all(&t, "mod", NAN, 2), "four codewords of grade 2: MOD is 2");
	shot_clean(&t);
}

static void
axes(void)
{
	static const double v[][3] = { { 1.05, .0488, 4 }, { 1.08, .0769, 3 }, { 1.10, .0952, 2 },
		{ 1.115, .1088, 1 }, { 1.13, .1221, 0 } };
	int i;

	for (i = 0; i < 5; i++) {
		t.s.stretch = v[i][0];
		ok(shot_all(&t, "an", v[i][1], v[i][2]) && fabs(shot_value(&t, "an") - v[i][1]) < .002,
			"columns %.3f as wide: AN %.4f is %g", v[i][0], v[i][1], v[i][2]);
	}
	t.s.stretch = 0;
}

static void
bends(void)
{
	static const double v[][2] = { { .25, 4 }, { .45, 3 }, { .57, 2 }, { .70, 1 }, { .80, 0 },
		{ .90, 0 } };
	int i;

	for (i = 0; i < 6; i++) {
		/* centres of the outer columns are half a module inside, where it bends too */
		double out = 4 * (.5 / 16) * (1 - .5 / 16);

		t.s.bulge = v[i][0] / (1 - out);
		ok(shot_all(&t, "gn", v[i][0], v[i][1]) && t.g.decoded,
			"a bend of %.2f X: GN is %g", v[i][0], v[i][1]);
	}
	t.s.bulge = 0;
}

static void
growth(void)
{
	static const double v[] = { -.1, -.05, .05, .1 };
	int i;

	for (i = 0; i < 4; i++) {
		t.s.grow = v[i];
		ok(shot_all(&t, "pgx", v[i] / .15, -1) && shot_all(&t, "pgy", v[i] / .15, -1),
			"edges %.2f X outside: print growth %.2f", v[i], v[i] / .15);
	}
	t.s.grow = 0;
}

/* ---- fixed patterns ---- */

static void
flip(int r, int c)
{
	t.on[r * t.s.cols + c] ^= 1;
}

static void
spot(int r, int c)
{
	t.s.spot[t.s.spots][0] = r;
	t.s.spot[t.s.spots++][1] = c;
}

static void
solid_lines(void)
{
	static const double want[] = { 4, 3, 2, 0 };
	int k;

	for (k = 1; k <= 3; k++) {
		flip(2 + 4 * k, 0);
		ok(shot_all(&t, "l1", k / 16.0, want[k]) && shot_is(&t, "l2") == 4 &&
			shot_is(&t, "fpd") == want[k] && t.g.damaged == k,
			"%d of 16 modules of the L: %.2f %% are %g", k, k * 6.25, want[k]);
	}
	shot_clean(&t);
	for (k = 1; k <= 3; k++) {
		flip(15, 2 + 4 * k);
		ok(shot_all(&t, "l2", k / 16.0, want[k]) && shot_is(&t, "l1") == 4, "and of its foot");
	}
	shot_clean(&t);
	spot(6, -1);
	ok(shot_all(&t, "qzl1", 1 / 16.0, 3) && shot_is(&t, "qzl2") == 4 && shot_is(&t, "fpd") == 3,
		"a spot in the quiet zone left");
	spot(16, 4);
	ok(shot_all(&t, "qzl2", 1 / 16.0, 3), "and one below");
	shot_clean(&t);
	/* weak, not wrong: the overlay. MOD .25 is grade 1, .35 grade 2 */
	for (k = 0; k < 3; k++)
		t.level[(3 + 4 * k) * 16] = .45 - .35 * .4;
	ok(shot_all(&t, "l1", 0, 2), "three weak modules of the L: 2");
	shot_clean(&t);
	for (k = 0; k < 2; k++)
		t.level[(3 + 4 * k) * 16] = .45 - .35 * .4;
	ok(shot_all(&t, "l1", 0, 2), "two");
	shot_clean(&t);
	t.level[3 * 16] = .45 - .25 * .4;
	ok(shot_all(&t, "l1", 0, 3), "one that is weaker: 3, as if it were damaged");
	shot_clean(&t);
}

static void
tracks(void)
{
	static const double want[] = { 4, 4, 3, 2, 1, 0 };
	int k;

	for (k = 1; k <= 5; k++) {
		flip(0, 3 * k - 1);
		ok(shot_all(&t, "ct", k / 16.0, want[k]) && shot_is(&t, "fpd") == want[k],
			"%d of 16 modules of a clock track: %g", k, want[k]);
	}
	shot_clean(&t);
	for (k = 0; k < 3; k++)
		flip(5 + k, 15);
	ok(shot_all(&t, "ct", 3 / 16.0, 0), "three side by side: irregular, 0");
	shot_clean(&t);
	flip(5, 15);
	flip(6, 15);
	ok(shot_all(&t, "ct", 2 / 16.0, 3), "two side by side: 3");
	shot_clean(&t);
	spot(-1, 5);
	ok(shot_all(&t, "ct", 1 / 16.0, 3), "a spot beside: transitions 1 of 14 are .071, 3");
	spot(-1, 9);
	ok(shot_all(&t, "ct", 2 / 16.0, 0), "two: 3 of 14 are .21, 0");
	shot_clean(&t);
	spot(-1, 0);
	ok(shot_all(&t, "ct", 1 / 16.0, 4), "a spot at the end is one transition, which is none");
	shot_clean(&t);
}

static void
average(void)
{
	flip(6, 0);
	ok(shot_all(&t, "ag", 3.8, 3) && shot_is(&t, "fpd") == 3, "4 4 4 4 3: AG is 3");
	flip(15, 5);
	spot(8, -1);
	ok(shot_all(&t, "ag", 3.4, 2) && shot_is(&t, "fpd") == 2, "4 4 3 3 3: AG is 2, and lower");
	spot(16, 9);
	spot(-1, 5);
	ok(shot_all(&t, "ag", 3, 2) && shot_is(&t, "fpd") == 2, "five 3: AG is 2");
	flip(10, 0);
	flip(15, 8);
	ok(shot_all(&t, "ag", 2.6, 1), "2 2 3 3 3: AG is 1");
	shot_clean(&t);
}

/* A symbol of four regions: its inner bars count, too. */
static void
regions(void)
{
	shot_free(&t);
	shot_new(&t, enc, "datamatrix", 32, 32, 0);
	ok(shot_all(&t, "fpd", NAN, 4) && t.g.decoded, "32x32 is whole");
	flip(5, 16);
	ok(shot_all(&t, "l1", 1 / 16.0, 3), "a module of the upright bar inside");
	ok(shot_is(&t, "ct") == 3, "is a spot beside the clock track left of it, too");
	shot_clean(&t);
	flip(16, 3);
	ok(shot_all(&t, "ct", 1 / 16.0, 4) && shot_is(&t, "l1") == 4, "of an inner clock track");
	shot_clean(&t);
	flip(15, 20);
	flip(15, 24);
	ok(shot_all(&t, "l2", 2 / 16.0, 2), "two of a foot inside: 2 of 16 of its region's");
	shot_clean(&t);
}

static void
same(void)
{
	int k;

	t.s.invert = true;
	ok(shot_all(&t, "sc", .8, 4) && t.g.grade == 4 && t.g.damaged == 0, "light on dark");
	t.s.mirror = true;
	ok(shot_all(&t, "sc", .8, 4) && t.g.grade == 4 && t.g.damaged == 0, "and mirrored");
	t.s.invert = t.s.mirror = false;
	t.s.persp_x = .04;
	t.s.persp_y = -.02;
	ok(shot_all(&t, "gn", .01, 4) && t.g.grade == 4, "keystone");
	t.s.persp_x = t.s.persp_y = 0;
	t.s.noise = 8;
	for (k = 1; k <= 2; k++)
		t.on[shot_module(&t, 3 * k, 1)] ^= 1;
	ok(shot_all(&t, "uec", 4 / 6.0, 4) && shot_is(&t, "fpd") == 4 && shot_is(&t, "mod") == 4,
		"noise");
	shot_clean(&t);
	t.s.noise = 0;
	t.s.dot = .9;
	ok(shot_all(&t, "sc", .8, 4) && t.g.grade == 4, "dots");
	t.s.dot = 0;
}

/* Nothing decodes and nobody says where the mark is, but what it should be is known. */
static void
unread(void)
{
	static const int damaged[] = { 8, 20, 45 };
	int i, k;

	t.unread = true;
	t.ask.expected = t.right;
	t.ask.rows = t.ask.cols = 16;
	for (i = 0; i < 3; i++) {
		/* spread over data modules */
		for (k = 0; k < damaged[i]; k++)
			t.on[shot_module(&t, k * 7 % 24, k / 24 * 3 + 1)] ^= 1;
		ok(shot_all(&t, "decode", NAN, 0) && t.g.damaged == damaged[i],
			"%d modules wrong: found, and counted", damaged[i]);
		shot_clean(&t);
	}
	/* half of it is not there, on each side */
	for (i = 0; i < 4; i++) {
		int damage = 0;

		for (k = 0; k < 256; k++) {
			int across = i % 2 == 0 ? k / 16 : k % 16;

			if (i < 2 ? across < 8 : across >= 8) {
				damage += t.on[k];
				t.on[k] = 0;
			}
		}
		ok(shot_all(&t, "decode", NAN, 0) && t.g.damaged == damage && t.g.grade == 0,
			"half of it is missing, side %d: %d modules are damaged", i, t.g.damaged);
		shot_clean(&t);
	}
	t.s.invert = true;
#ifndef __SANITIZE_ADDRESS__
	t.s.mirror = true;	/* the last ways that are tried: instrumented, time is over */
#endif
	for (k = 0; k < 8; k++)
		t.on[shot_module(&t, k * 3, 2)] ^= 1;
	ok(shot_all(&t, "decode", NAN, 0) && t.g.damaged == 8, "light on dark, mirrored");
	shot_clean(&t);
	t.s.mirror = t.s.invert = false;
	for (i = 0; i < 256; i++)
		t.on[i] = (unsigned char)((unsigned)i * 2654435761u >> 13 & 1);
	ok(!shot_grade(&t) && t.graded == 0, "something else is not taken for it");
	shot_clean(&t);
	t.unread = false;
	t.ask.expected = NULL;
}

int
main(void)
{
	ok(mk_symbol_new(&enc, &shot_e) == 0, "an encoder");
	shot_new(&t, enc, "datamatrix", 16, 16, 0);
	ok(shot_all(&t, "decode", NAN, 4) && t.g.grade == 4, "a good mark has 4");
	contrast();
	unused();
	weak();
	axes();
	bends();
	growth();
	solid_lines();
	tracks();
	average();
	same();
	unread();
	regions();
	shot_free(&t);
	mk_symbol_free(enc);
	return done();
}
