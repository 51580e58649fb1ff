/* Grades of QR code, and of direct part marks (ISO/IEC 29158), against pictures whose
 * truth is analytic. */
#include "tests/sim/grading.h"

static struct mk_symbol *enc;
static struct shot t;

/* ---- ISO/IEC 29158 ---- */

/* Levels and their numbers, sorted: the threshold of least added variances, tried out
 * one by one; what is darker and lighter on the mean. */
static void
lobes(const double *level, const int *count, int n, double *md, double *ml, double *t2)
{
	double best = 9;
	int i, k, side;

	for (i = 1; i < n; i++) {
		double mean[2], var[2];

		for (side = 0; side < 2; side++) {
			double sum = 0, all = 0;

			for (k = side ? i : 0; k < (side ? n : i); k++) {
				sum += count[k] * level[k];
				all += count[k];
			}
			mean[side] = sum / all;
			for (sum = 0, k = side ? i : 0; k < (side ? n : i); k++)
				sum += count[k] * (level[k] - mean[side]) * (level[k] - mean[side]);
			var[side] = sum / all;
		}
		if (var[0] + var[1] < best) {
			best = var[0] + var[1];
			*md = mean[0];
			*ml = mean[1];
			*t2 = (level[i - 1] + level[i]) / 2;
		}
	}
}

static void
cell_contrast(void)
{
	static const double v[][4] = { { .60, .20, 2 / 3.0, 4 }, { .50, .36, .28, 3.6 },
		{ .50, .385, .23, 2.6 }, { .40, .328, .18, 1.6 }, { .40, .352, .12, 0 } };
	int i;

	for (i = 0; i < 5; i++) {
		t.s.light = v[i][0];
		t.s.dark = v[i][1];
		ok(shot_all(&t, "cc", v[i][2], v[i][3]) && t.g.decoded &&
			shot_is(&t, "cm") == 4 && mk_grade_param(&t.g, "sc") == NULL,
			"CC %.2f is %.1f", v[i][2], v[i][3]);
	}
	t.s.light = .6;
	t.s.dark = .2;
}

/* k light modules that are darker than the others. */
static void
cell_modulation(void)
{
	static const double want[] = { 4, 4, 4, 3, 2.8 };
	int k, i, n[2] = { 0, 0 };

	for (i = 0; i < 256; i++)
		n[t.right[i]]++;
	for (k = 1; k <= 4; k++) {
		double level[3] = { .2, .42, .6 }, md = 0, ml = 0, t2 = 0, cm;
		int count[3], at;

		for (i = 0; t.right[at = shot_module(&t, 3 * k, i)]; i++)
			;
		t.level[at] = .42;
		count[0] = n[1];
		count[1] = k;
		count[2] = n[0] - k;
		lobes(level, count, 3, &md, &ml, &t2);
		cm = (.42 - t2) / (ml - t2);
		/* three leave a notional UEC of 1/2, which is 3.0; four have their own grade */
		ok(shot_all(&t, "cm", NAN, want[k]) && fabs(shot_value(&t, "cm") - cm) < .05,
			"%d codewords with CM %.3f: %.1f", k, cm, want[k]);
	}
	shot_clean(&t);
}

static void
reflectance(void)
{
	struct mk_calibration c = { .points = 2, .grey = { 0, 255 }, .reflectance = { 0, 1 } };

	t.s.dark = .005;
	t.s.light = .04;
	ok(shot_all(&t, "mr", .04, 0) && t.g.grade == 0, "light modules of .04: MR is 0");
	t.s.light = .065;
	ok(shot_all(&t, "mr", .065, 4), "of .065: 4");
	/* the target had reflectance .5 at grey 128 under half the exposure */
	c.r_cal = .5;
	c.ml_cal = 128;
	c.sr_cal = 1;
	c.sr_target = 2;
	t.ask.cal = &c;
	t.s.light = .6;
	t.s.dark = .2;
	ok(shot_all(&t, "mr", .5 * (1 / 2.0) * (.6 * 255 / 128), 4), "MR by the target and exposure");
	c.r_cal = 0;
	c.grey[0] = 51;			/* .2 is black, .6 is .5 */
	c.grey[1] = 153;
	c.reflectance[0] = .01;
	c.reflectance[1] = .5;
	ok(shot_all(&t, "cc", (.5 - .01) / .5, 4) && shot_has(&t, "mr", .5, 4),
		"grey levels become the reflectances of the calibration");
	t.ask.standard = MK_ISO15415;
	ok(shot_all(&t, "sc", .49, 2), "symbol contrast, too");
	t.ask.standard = MK_ISO29158;
	t.ask.cal = NULL;
}

static void
tenths(void)
{
	int k;

	t.s.stretch = 1.07;	/* AN .0676: 3 + (.08 - .0676) / .02 */
	ok(shot_all(&t, "an", .0676, 3.6) && fabs(t.g.grade - 3.6) < .11, "AN .068 is 3.6");
	t.s.stretch = 0;
	t.s.bulge = .44 / .879;
	ok(shot_all(&t, "gn", .44, 3.5), "GN .44 is 3.5");
	t.s.bulge = 0;
	for (k = 1; k <= 4; k++)
		t.on[shot_module(&t, 5 * k, 1)] ^= 1;
	ok(shot_all(&t, "uec", 1 / 3.0, 1.6) && fabs(t.g.grade - 1.6) < .01, "UEC .333 is 1.6");
	shot_clean(&t);
}

static void
dots(void)
{
	t.s.dot = .8;
	ok(shot_all(&t, "decode", NAN, 4) && shot_is(&t, "fpd") == 4 && t.g.damaged == 0,
		"dots of .8 X, with an aperture of .8 X");
	t.ask.aperture = .5;
	t.s.dot = .65;
	ok(shot_all(&t, "cc", 2 / 3.0, 4) && t.g.damaged == 0 && t.g.grade >= 3.9,
		"dots of .65 X, with one of .5 X");
	t.ask.aperture = 0;
	t.s.dot = 0;
}

/* ---- QR ---- */

static void
errors(int data, int words, int spare)
{
	int k, most = (words - data - spare) / 2;

	for (k = 1; k <= most; k++)
		t.on[shot_module(&t, 2 * k, k % 8)] ^= 1;
	ok(shot_all(&t, "uec", 1 - 2.0 * most / (words - data - spare), 0) && t.g.decoded &&
		t.g.damaged == most, "%d of %d codewords wrong", most, words);
	shot_clean(&t);
	for (k = 1; k <= 3; k++)
		t.on[shot_module(&t, 2 * k, k % 8)] ^= 1;
	ok(shot_all(&t, "uec", 1 - 6.0 / (words - data - spare), k = 1 - 6.0 /
		(words - data - spare) >= .62 ? 4 : 3), "three");
	shot_clean(&t);
}

static void
finders(void)
{
	static const int at[3][4] = { { 0, 3 * 25 + 3, 6 * 25, 25 + 1 }, { 24, 25 + 20, 7 * 25 + 18, 48 },
		{ 18 * 25 + 6, 24 * 25, 20 * 25 + 2, 23 * 25 + 3 } };
	static const char *const name[] = { "a1", "a2", "a3" };
	int i, k;

	for (i = 0; i < 3; i++) {
		for (k = 0; k < 4; k++) {
			t.on[at[i][k]] ^= 1;
			ok(shot_all(&t, name[i], NAN, 3 - k) && t.g.damaged == k + 1 &&
				shot_is(&t, name[(i + 1) % 3]) == 4 && shot_is(&t, "fpd") == 3 - k &&
				shot_is(&t, "b1") == 4 && shot_is(&t, "c") == 4, "%s: %d modules wrong", name[i],
				k + 1);
		}
		shot_clean(&t);
	}
	t.s.spots = 1;
	t.s.spot[0][0] = -1;
	t.s.spot[0][1] = 3;
	ok(shot_all(&t, "a1", NAN, 3), "a spot beside one");
	shot_clean(&t);
}

static void
others(void)
{
	/* 9 timing modules each way: 1 is .111 */
	t.on[6 * 25 + 10] ^= 1;
	ok(shot_all(&t, "b1", 1 / 9.0, 1) && shot_is(&t, "b2") == 4 && shot_is(&t, "fpd") == 1,
		"a timing module across is wrong");
	ok(shot_has(&t, "ag", 3.5, 3), "4 4 4 1 4 4: the mean of six is 3.5, AG 3");
	t.on[12 * 25 + 6] ^= 1;
	ok(shot_all(&t, "b2", 1 / 9.0, 1) && shot_is(&t, "b1") == 1, "and one down");
	t.on[14 * 25 + 6] ^= 1;
	ok(shot_all(&t, "b2", 2 / 9.0, 0), "two");
	shot_clean(&t);
	t.on[18 * 25 + 18] ^= 1;
	t.on[16 * 25 + 16] ^= 1;
	ok(shot_all(&t, "c", 2 / 25.0, 3), "two of the alignment pattern's 25");
	t.on[17 * 25 + 17] ^= 1;
	ok(shot_all(&t, "c", 3 / 25.0, 2), "three");
	shot_clean(&t);
	t.on[8 * 25] ^= 1;
	t.on[8 * 25 + 1] ^= 1;
	ok(shot_all(&t, "fi", 0, 4), "one copy of the format information damaged");
	t.on[8 * 25 + 24] ^= 1;
	ok(shot_all(&t, "fi", NAN, 3) && t.g.grade == 3, "the other, too");
	shot_clean(&t);
}

int
main(void)
{
	int k;

	ok(mk_symbol_new(&enc, &shot_e) == 0, "an encoder");
	shot_new(&t, enc, "datamatrix", 16, 16, 0);
	t.ask.standard = MK_ISO29158;
	t.s.light = .6;
	t.s.dark = .2;
	ok(shot_all(&t, "decode", NAN, 4) && t.g.grade == 4, "a good part mark has 4.0");
	cell_contrast();
	cell_modulation();
	reflectance();
	tenths();
	dots();
	shot_free(&t);
	shot_new(&t, enc, "qr", 25, 25, 2);
	ok(shot_all(&t, "decode", NAN, 4) && t.g.grade == 4 && t.g.damaged == 0, "a good QR code");
	t.s.invert = t.s.mirror = true;
	ok(shot_all(&t, "sc", .8, 4) && t.g.grade == 4, "light on dark, mirrored");
	t.s.invert = t.s.mirror = false;
	errors(28, 44, 0);
	finders();
	others();
	shot_free(&t);
	shot_new(&t, enc, "qr", 21, 21, 1);
	t.on[3] ^= 1;
	ok(shot_all(&t, "ag", 3.8, 3) && mk_grade_param(&t.g, "c") == NULL,
		"version 1 has no alignment pattern: 3 4 4 4 4 are 3.8");
	shot_free(&t);
	/* 24 timing modules each way, beside the alignment pattern: 1 is .042, 4 are .167 */
	shot_new(&t, enc, "qr", 45, 45, 1);
	for (k = 0; k < 4; k++) {
		t.on[6 * 45 + 10 + 2 * k] ^= 1;
		ok(shot_all(&t, "b1", (k + 1) / 24.0, 3 - k), "%d timing modules", k + 1);
	}
	shot_clean(&t);
	t.on[34] ^= 1;
	ok(shot_all(&t, "vi", NAN, 4) && t.g.damaged == 1 && shot_is(&t, "uec") == 4,
		"version information: one copy damaged");
	t.on[34 * 45] ^= 1;
	ok(shot_all(&t, "vi", NAN, 3), "both");
	shot_free(&t);
	mk_symbol_free(enc);
	return done();
}
