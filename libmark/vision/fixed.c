/* Fixed pattern damage: ISO/IEC 16022:2006, annex M with Cor.1:2008, and
 * ISO/IEC 18004, annex on symbol quality. Each module has the grade of its modulation;
 * at each grade level, the modules below it count as damaged, and the segment has the
 * best of what comes out (the overlay of ISO/IEC 15415, 7.8.4).
 *
 * Where the numbers are from: the segments of Data Matrix and AG's levels are public
 * (Cor.1:2008); those of QR (three finders, two timing patterns, the alignment patterns)
 * are what verifiers' manuals list. The allowances of all segments, and what counts
 * for QR's format and version information, are known at second hand: whoever claims
 * conformity compares them with the standards first. */
#include <math.h>
#include <stdlib.h>

#include "vision/grading.h"

#define SEGMENTS 6
#define SEGMENT 1200	/* modules, at most: QR 40 has 46 alignment patterns */

/* The modules of a segment, as grades. */
struct segment {
	double q[SEGMENT];
	int n;
};

static void
take(struct segment *s, const struct mk_modules *m, int r, int c)
{
	if (s->n < SEGMENT)
		s->q[s->n++] = m->quality[MK_AT(m, r, c)];
}

static double
below(const struct segment *s, double level)
{
	int i, n = 0;

	for (i = 0; i < s->n; i++)
		n += s->q[i] < level;
	return n;
}

/* The share of modules that are plainly wrong. */
static double
wrong(const struct segment *s)
{
	return s->n == 0 ? 0 : below(s, .05) / s->n;
}

/* The overlay, with the share of damaged modules that each grade from 4 on allows. */
static double
overlay(const struct segment *s, const double allow[4])
{
	double best = 0, share, g;
	int level, i;

	for (level = 4; level >= 1 && s->n > 0; level--) {
		share = below(s, level) / s->n;
		for (i = 0; i < 4 && share > allow[i] + 1e-9; i++)
			;
		g = 4 - i < level ? 4 - i : level;
		best = g > best ? g : best;
	}
	return s->n == 0 ? 4 : best;
}

/* ---- Data Matrix ---- */

static const double solid_allow[4] = { 0, .09, .13, .17 };	/* table M.1 */
static const double track_allow[4] = { .10, .15, .20, .25 };

/* A line of modules: from r, c in steps of dr, dc. */
struct line {
	int r, c, dr, dc, n;
};

static struct segment
along(const struct mk_modules *m, const struct line *l)
{
	struct segment s = { .n = 0 };
	int i;

	for (i = 0; i < l->n; i++)
		take(&s, m, l->r + i * l->dr, l->c + i * l->dc);
	return s;
}

static int
transitions(const struct mk_modules *m, const struct line *l)
{
	int i, n = 0;

	for (i = 1; i < l->n; i++)
		n += m->seen[MK_AT(m, l->r + i * l->dr, l->c + i * l->dc)] !=
			m->seen[MK_AT(m, l->r + (i - 1) * l->dr, l->c + (i - 1) * l->dc)];
	return n;
}

/* No more than two damaged in any five adjacent modules of a clock track. */
static double
regularity(const struct segment *s)
{
	double best = 0;
	int level, i, k;

	for (level = 4; level >= 1; level--) {
		int most = 0;

		for (i = 0; i + 5 <= s->n; i++) {
			int n = 0;

			for (k = 0; k < 5; k++)
				n += s->q[i + k] < level;
			most = n > most ? n : most;
		}
		if (most <= 2 && level > best)
			best = level;
	}
	return best;
}

/* A clock track with the solid line (quiet zone, or the next region's bar) outside. */
static double
track_grade(const struct mk_modules *m, const struct line *track, const struct line *solid,
	double *share)
{
	static const double ratio_allow[4] = { .06, .08, .10, .12 };
	struct segment t = along(m, track), s = along(m, solid);
	int tc = transitions(m, track), ts = transitions(m, solid), i;
	double ratio = tc > 1 ? (ts > 1 ? ts - 1.0 : 0) / (tc - 1) : 1, g;

	for (i = 0; i < 4 && ratio >= ratio_allow[i]; i++)
		;
	g = fmin(4 - i, regularity(&t));
	g = fmin(g, fmin(overlay(&t, track_allow), overlay(&s, track_allow)));
	*share = fmax(*share, fmax(wrong(&t), wrong(&s)));
	return g;
}

struct found {
	double grade, share;
};

static void
worse(struct found *f, double grade, double share)
{
	f->grade = fmin(f->grade, grade);
	f->share = fmax(f->share, share);
}

static void
solid(struct found *f, const struct mk_modules *m, struct line l)
{
	struct segment s = along(m, &l);

	worse(f, overlay(&s, solid_allow), wrong(&s));
}

/* The five segments of the annex. In a symbol of several regions each region's part of
 * an L and its quiet zone counts by itself, too, and so do the bars between regions. */
static int
datamatrix(const struct mk_plan *p, const struct mk_modules *m, struct found f[SEGMENTS])
{
	int r, c, rr = p->rrows, cc = p->rcols;

	for (r = 0; r < p->rows; r += rr)
		for (c = 0; c < p->cols; c += cc) {
			struct line left = { r, c, 1, 0, rr }, low = { r + rr - 1, c, 0, 1, cc };
			struct line top = { r, c, 0, 1, cc }, right = { r, c + cc - 1, 1, 0, rr };
			struct line over = { r - 1, c, 0, 1, cc }, beside = { r, c + cc, 1, 0, rr };
			double share = 0, g;

			solid(&f[0], m, left);
			solid(&f[1], m, low);
			if (c == 0)
				solid(&f[2], m, (struct line){ r, -1, 1, 0, rr });
			if (r + rr == p->rows)
				solid(&f[3], m, (struct line){ p->rows, c, 0, 1, cc });
			g = fmin(track_grade(m, &top, &over, &share),
				track_grade(m, &right, &beside, &share));
			worse(&f[4], g, share);
		}
	solid(&f[0], m, (struct line){ 0, 0, 1, 0, p->rows });
	solid(&f[1], m, (struct line){ p->rows - 1, 0, 0, 1, p->cols });
	solid(&f[2], m, (struct line){ 0, -1, 1, 0, p->rows });
	solid(&f[3], m, (struct line){ p->rows, 0, 0, 1, p->cols });
	return 5;
}

/* ---- QR ---- */

/* The overlay by the number of damaged modules: none, one, two, three. */
static double
by_number(const struct segment *s)
{
	double allow[4];
	int i;

	for (i = 0; i < 4; i++)
		allow[i] = s->n > 0 ? (double)i / s->n : 0;
	return overlay(s, allow);
}

static struct segment
of_use(const struct mk_plan *p, const struct mk_modules *m, enum mk_use use)
{
	struct segment s = { .n = 0 };
	int r, c;

	for (r = 0; r < p->rows; r++)
		for (c = 0; c < p->cols; c++)
			if (p->use[r * p->cols + c] == use)
				take(&s, m, r, c);
	return s;
}

/* The timing pattern across, or down. */
static struct segment
timing(const struct mk_plan *p, const struct mk_modules *m, bool down)
{
	struct segment s = { .n = 0 };
	int i;

	for (i = 0; i < p->cols; i++)
		if (p->use[down ? i * p->cols + 6 : 6 * p->cols + i] == MK_USE_TIMING)
			take(&s, m, down ? i : 6, down ? 6 : i);
	return s;
}

/* A finder with its separator, and the quiet zone beside it. */
static struct segment
finder(const struct mk_plan *p, const struct mk_modules *m, enum mk_use use)
{
	struct segment s = of_use(p, m, use);
	int n = p->cols, i, k;

	for (i = 0; i < 8; i++) {
		k = use == MK_USE_FINDER2 ? n - 8 + i : i;
		take(&s, m, use == MK_USE_FINDER3 ? n : -1, k);
		k = use == MK_USE_FINDER3 ? n - 8 + i : i;
		take(&s, m, k, use == MK_USE_FINDER2 ? n : -1);
	}
	return s;
}

/* The better of the two copies of the format, or version, information. */
static struct found
twice(const struct mk_plan *p, const struct mk_modules *m, enum mk_use use)
{
	struct segment s[2] = { { .n = 0 }, { .n = 0 } };
	double a, b;
	int r, c;

	for (r = 0; r < p->rows; r++)
		for (c = 0; c < p->cols; c++)
			if (p->use[r * p->cols + c] == use)
				take(&s[use == MK_USE_FORMAT ? r > 8 || c > 8 : r > c], m, r, c);
	a = by_number(&s[0]);
	b = by_number(&s[1]);
	return a > b ? (struct found){ a, wrong(&s[0]) } : (struct found){ b, wrong(&s[1]) };
}

static int
qr(const struct mk_plan *p, const struct mk_modules *m, struct found f[SEGMENTS])
{
	static const double timing_allow[4] = { 0, .07, .11, .14 };
	static const double align_allow[4] = { 0, .10, .20, .30 };
	struct segment s;
	int i;

	for (i = 0; i < 3; i++) {
		s = finder(p, m, (enum mk_use)(MK_USE_FINDER1 + i));
		worse(&f[i], by_number(&s), wrong(&s));
	}
	for (i = 0; i < 2; i++) {
		s = timing(p, m, i == 1);
		worse(&f[3 + i], overlay(&s, timing_allow), wrong(&s));
	}
	s = of_use(p, m, MK_USE_ALIGN);
	if (s.n == 0)
		return 5;	/* version 1 has none */
	worse(&f[5], overlay(&s, align_allow), wrong(&s));
	return 6;
}

/* ---- both ---- */

/* AG: the mean of the segments; 4, and at least 3.5, 3, 2.5 for 3, 2, 1. */
static double
average_grade(double mean)
{
	return mean >= 4 ? 4 : mean >= 3.5 ? 3 : mean >= 3 ? 2 : mean >= 2.5 ? 1 : 0;
}

void
mk_grade_fixed(struct mk_grade *g, const struct mk_modules *m)
{
	static const char *const names[2][SEGMENTS][2] = {
		{ { "l1", "left side of the L" }, { "l2", "lower side of the L" },
		  { "qzl1", "quiet zone left" }, { "qzl2", "quiet zone below" },
		  { "ct", "clock tracks" }, { NULL, NULL } },
		{ { "a1", "finder, upper left" }, { "a2", "finder, upper right" },
		  { "a3", "finder, lower left" }, { "b1", "timing pattern across" },
		  { "b2", "timing pattern down" }, { "c", "alignment patterns" } }
	};
	bool is_qr = g->plan.kind == MK_QR;
	struct found f[SEGMENTS], info;
	double mean = 0, low = 4, ag;
	int i, n;

	for (i = 0; i < SEGMENTS; i++)
		f[i] = (struct found){ 4, 0 };
	n = (is_qr ? qr : datamatrix)(&g->plan, m, f);
	for (i = 0; i < n; i++) {
		mean += f[i].grade;
		low = fmin(low, f[i].grade);
	}
	mean /= n;
	ag = average_grade(mean);
	mk_grade_add(g, "fpd", "fixed pattern damage", NAN, fmin(low, ag), true);
	if (is_qr) {
		info = twice(&g->plan, m, MK_USE_FORMAT);
		mk_grade_add(g, "fi", "format information", info.share, info.grade, true);
		if (g->plan.rows >= 45) {
			info = twice(&g->plan, m, MK_USE_VERSION);
			mk_grade_add(g, "vi", "version information", info.share, info.grade, true);
		}
	}
	for (i = 0; i < n; i++)
		mk_grade_add(g, names[is_qr][i][0], names[is_qr][i][1], f[i].share, f[i].grade, false);
	mk_grade_add(g, "ag", "average of segments", mean, ag, false);
}
