/* ISO/IEC 15416: ten scan reflectance profiles across the bars. Edges are where a
 * profile crosses the middle between two neighbours' reflectances. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vision/aperture.h"
#include "vision/code128.h"
#include "vision/grading.h"

#define STEPS 12		/* samples a module */
#define QUIET 10	/* modules of quiet zone that Code 128 wants */
#define NOISE .03	/* of the contrast: a crossing that goes no further is none */
#define ELEMENTS 1000
#define CHARS 160

/* A scan line, its samples, and what is in them. */
struct profile {
	double *r;		/* reflectances */
	int n;
	int first, last;	/* samples at the ends of the symbol, about */
	int elements;		/* bars and spaces; the quiet zones are the first and the last */
	int from[ELEMENTS];	/* the first sample of an element; [elements] is n */
};

struct scan {
	struct mk_point a, b;	/* ends of the symbol */
	double v[9], grade[9];	/* as names[] */
	int value[CHARS], chars;
};

enum { DECODE, CONTRAST, RMIN, ECMIN, MODULATION, DEFECTS, DECODABILITY, QUIETZONE, PARAMS };

static const char *const names[PARAMS][2] = {
	{ "decode", "decode" }, { "sc", "symbol contrast" }, { "rmin", "minimum reflectance" },
	{ "ecmin", "minimum edge contrast" }, { "mod", "modulation" }, { "defects", "defects" },
	{ "decodability", "decodability" }, { "qz", "quiet zones" }
};

/* ---- where the bars are ---- */

struct bars {
	struct mk_point mid;	/* of the symbol */
	double ax, ay;		/* one pixel across the bars, from start to stop */
	double bx, by;		/* one pixel along the bars */
	double half, low, high;	/* half its length; its lower and upper end along the bars */
};

static struct mk_point
at(const struct bars *b, double across, double along)
{
	return (struct mk_point){ b->mid.x + across * b->ax + along * b->bx,
		b->mid.y + across * b->ay + along * b->by };
}

/* How the grey levels along a line that is shifted by s go with those of the middle. */
static double
alike(const struct mk_image *im, const struct bars *b, double along, double s)
{
	double n = 0, x, y, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, d, t;

	for (t = -b->half; t <= b->half; t += 1, n++) {
		x = mk_plane_grey(im, at(b, t, 0));
		y = mk_plane_grey(im, at(b, t + s, along));
		sx += x;
		sy += y;
		sxx += x * x;
		syy += y * y;
		sxy += x * y;
	}
	d = (n * sxx - sx * sx) * (n * syy - sy * sy);
	return d > 0 ? (n * sxy - sx * sy) / sqrt(d) : 0;
}

/* The line that an engine saw need not be square to the bars: they lean by so much. */
static double
lean(const struct mk_image *im, const struct bars *b, double reach)
{
	double best = -1, slope = 0, s, got, up = reach;
	int turn;

	for (turn = 0; turn < 3; turn++, up *= 2) {
		double around = slope, wide = turn == 0 ? 1 : .4 / turn;

		best = -1;
		for (s = around - wide; s <= around + wide; s += wide / 16) {
			got = alike(im, b, up, s * up) + alike(im, b, -up, -s * up);
			if (got > best) {
				best = got;
				slope = s;
			}
		}
	}
	return slope;
}

static bool
find_bars(const struct mk_image *im, const struct mk_point q[4], struct bars *b)
{
	struct mk_point s = { (q[0].x + q[3].x) / 2, (q[0].y + q[3].y) / 2 };
	struct mk_point e = { (q[1].x + q[2].x) / 2, (q[1].y + q[2].y) / 2 };
	double len = hypot(e.x - s.x, e.y - s.y), slope, k;

	if (!(len > 30))
		return false;
	*b = (struct bars){ .mid = { (s.x + e.x) / 2, (s.y + e.y) / 2 }, .ax = (e.x - s.x) / len,
		.ay = (e.y - s.y) / len, .half = len / 2 };
	b->bx = -b->ay;
	b->by = b->ax;
	slope = lean(im, b, fmax(2, len / 200));
	/* along the bars; and across is square to that */
	k = hypot(1, slope);
	s = (struct mk_point){ (b->bx + slope * b->ax) / k, (b->by + slope * b->ay) / k };
	b->bx = s.x;
	b->by = s.y;
	b->ax = s.y;
	b->ay = -s.x;
	b->half /= k;
	for (b->high = 0; b->high < 10 * len && alike(im, b, b->high + 1, 0) > .6; b->high++)
		;
	for (b->low = 0; b->low > -10 * len && alike(im, b, b->low - 1, 0) > .6; b->low--)
		;
	return b->high - b->low > 3;
}

/* ---- a profile ---- */

/* What is beyond the spaces beside the first and the last bar is not the symbol's. */
static void
trim(struct profile *p)
{
	int a = 0, b = p->elements - 1;

	while (a + 2 < b && p->from[a + 1] < p->first - 2 * STEPS)
		a += 2;
	while (b - 2 > a && p->from[b] > p->last + 2 * STEPS)
		b -= 2;
	p->elements = b - a + 1;
	memmove(p->from, p->from + a, (size_t)(p->elements + 1) * sizeof *p->from);
}

/* Parts the samples at the middle between the highest and the lowest. */
static void
elements(struct profile *p)
{
	double low = 9, high = -9, mid, least;
	int i, from = 0;
	bool dark = false;

	for (i = 0; i < p->n; i++) {
		low = fmin(low, p->r[i]);
		high = fmax(high, p->r[i]);
	}
	mid = (low + high) / 2;
	least = NOISE * (high - low);
	/* it begins and ends in the light, not in something dark beside the symbol */
	for (i = 0; i < p->n - 1 && p->r[i] < mid; i++)
		;
	while (p->n > i + 1 && p->r[p->n - 1] < mid)
		p->n--;
	p->from[0] = i;
	p->elements = 1;
	for (i++; i < p->n && p->elements < ELEMENTS - 1; i++) {
		if ((p->r[i] < mid) != (p->r[i - 1] < mid))
			from = i;
		if ((p->r[i] < mid) == dark || fabs(p->r[i] - mid) < least)
			continue;
		dark = !dark;
		p->from[p->elements++] = from;
	}
	p->from[p->elements] = p->n;
	trim(p);
}

static double
extreme(const struct profile *p, int k, bool high)
{
	double v = p->r[p->from[k]];
	int i;

	for (i = p->from[k]; i < p->from[k + 1]; i++)
		v = high ? fmax(v, p->r[i]) : fmin(v, p->r[i]);
	return v;
}

/* Where the edge between elements k - 1 and k is, in samples. */
static double
edge(const struct profile *p, int k)
{
	bool bar = k % 2 == 1;
	double level = (extreme(p, k - 1, bar) + extreme(p, k, !bar)) / 2, a, b;
	int i, best = p->from[k];

	/* of the crossings of that level, the one nearest to where the elements part */
	for (i = 0; i < 2 * STEPS; i++) {
		int s = p->from[k] + (i % 2 == 0 ? i / 2 : -(i + 1) / 2);

		if (s < 1 || s >= p->n)
			continue;
		if ((p->r[s] < level) != (p->r[s - 1] < level)) {
			best = s;
			break;
		}
	}
	a = p->r[best - 1];
	b = p->r[best];
	return best - 1 + (a == b ? .5 : (a - level) / (a - b));
}

/* Element reflectance nonuniformity: of a space its highest peak less its lowest valley
 * between two peaks, of a bar the highest peak between two valleys less its lowest. */
static double
nonuniformity(const struct profile *p, int k)
{
	int from = p->from[k], to = p->from[k + 1], i, n = to - from;
	double sign = k % 2 == 1 ? 1 : -1, best = 0, left = 9, *right, lowest = 9;

	if (n < 3 || (right = calloc((size_t)n, sizeof *right)) == NULL)
		return 0;
	right[n - 1] = sign * p->r[to - 1];
	for (i = n - 2; i >= 0; i--)
		right[i] = fmin(right[i + 1], sign * p->r[from + i]);
	lowest = right[0];
	for (i = 0; i < n - 1; i++) {
		double v = sign * p->r[from + i];

		if (v > left && v > right[i + 1])
			best = fmax(best, v - lowest);
		left = fmin(left, v);
	}
	free(right);
	return best;
}

/* ---- grades ---- */

static void
reflectances(const struct profile *p, struct scan *s)
{
	static const double sc_limit[4] = { .70, .55, .40, .20 }, mod_limit[4] = { .70, .60, .50, .40 };
	static const double defect_limit[4] = { .15, .20, .25, .30 };
	double low = 9, high = -9, least = 9, ern = 0;
	int i;

	for (i = p->from[0]; i < p->from[p->elements]; i++) {
		low = fmin(low, p->r[i]);
		high = fmax(high, p->r[i]);
	}
	for (i = 1; i < p->elements; i++)
		least = fmin(least, fabs(extreme(p, i, i % 2 == 0) - extreme(p, i - 1, i % 2 == 1)));
	for (i = 0; i < p->elements; i++)
		ern = fmax(ern, nonuniformity(p, i));
	s->v[CONTRAST] = high - low;
	s->grade[CONTRAST] = mk_grade_of(high - low, sc_limit, false);
	s->v[RMIN] = low;
	s->grade[RMIN] = low <= .5 * high ? 4 : 0;
	s->v[ECMIN] = least;
	s->grade[ECMIN] = least >= .15 ? 4 : 0;
	s->v[MODULATION] = high > low ? least / (high - low) : 0;
	s->grade[MODULATION] = mk_grade_of(s->v[MODULATION], mod_limit, false);
	s->v[DEFECTS] = high > low ? ern / (high - low) : 1;
	s->grade[DEFECTS] = mk_grade_of(s->v[DEFECTS], defect_limit, false);
}

static void
decode(const struct profile *p, struct scan *s)
{
	static const double limit[4] = { .62, .50, .37, .25 };
	double width[ELEMENTS], total, v = 0;
	int n = p->elements - 2, i;

	s->chars = -1;
	if (n >= 25 && p->elements % 2 == 1) {
		for (i = 0; i < n; i++)
			width[i] = edge(p, i + 2) - edge(p, i + 1);
		s->chars = mk_code128_read(width, n, s->value, CHARS, &v);
	}
	s->v[DECODE] = NAN;
	s->grade[DECODE] = s->chars > 0 ? 4 : 0;
	s->v[DECODABILITY] = s->chars > 0 ? fmax(0, v) : 0;
	s->grade[DECODABILITY] = mk_grade_of(s->v[DECODABILITY], limit, false);
	s->v[QUIETZONE] = 0;
	if (s->chars > 0) {
		double x = (edge(p, n + 1) - edge(p, 1)) / (11 * s->chars + 13);

		/* whichever is shorter, in modules; a sample may be missing at its end */
		total = fmin(edge(p, 1) - p->from[0], p->from[n + 2] - 1 - edge(p, n + 1)) / x;
		s->v[QUIETZONE] = fmin(total, QUIET);
	}
	s->grade[QUIETZONE] = s->v[QUIETZONE] >= QUIET - .5 ? 4 : 0;
}

/* Samples of a line across the bars and their quiet zones, as far as the picture goes. */
static int
sample(const struct mk_image *im, const struct mk_grade_ask *ask, const struct bars *b,
	double along, double x, const struct mk_aperture *ap, struct profile *p, struct mk_err *e)
{
	double reach = b->half + (QUIET + .2) * x, t, step = x / STEPS;
	int max = (int)(2 * reach / step) + 2;

	if ((p->r = calloc((size_t)max, sizeof *p->r)) == NULL)
		return mk_err_nomem(e);
	p->n = p->first = p->last = 0;
	for (t = -reach; t <= reach && p->n < max; t += step) {
		struct mk_point q = at(b, t, along);

		if (t < -b->half)
			p->first = p->n;
		if (t <= b->half)
			p->last = p->n;
		if (q.x >= 0 && q.y >= 0 && q.x < im->w && q.y < im->h)
			p->r[p->n++] = mk_calibration_of(ask->cal, mk_aperture_at(ap, im, q));
	}
	elements(p);
	return 0;
}

/* X by one line: its length over the modules that so many elements have. 0 if they are
 * no symbol. */
static double
module_of(const struct profile *p, double step)
{
	int n = p->elements - 2;

	/* six elements a character, seven of the stop */
	if (n < 25 || n % 6 != 1)
		return 0;
	return (edge(p, n + 1) - edge(p, 1)) * step / (11 * ((n - 7) / 6) + 13);
}

/* X, by the middle of the bars, or a little beside it, where that is damaged. 0 if there
 * is no symbol. */
static double
module(const struct mk_image *im, const struct mk_grade_ask *ask, const struct bars *b,
	struct mk_err *e)
{
	static const double part[] = { .5, .37, .63, .25, .75 };
	double guess = fmin(2 * b->half / 90, 4), x = 0;
	struct mk_aperture one;
	struct profile p;
	size_t i;

	if (mk_aperture_new(&one, 1, e) == -1)
		return -1;
	for (i = 0; i < sizeof part / sizeof *part && x == 0; i++) {
		if (sample(im, ask, b, b->low + part[i] * (b->high - b->low), guess, &one, &p, e) == -1) {
			x = -1;
			break;
		}
		x = module_of(&p, guess / STEPS);
		free(p.r);
	}
	mk_aperture_clear(&one);
	return x;
}

static void
conclude(struct mk_grade *g, const struct scan *s)
{
	double sum = 0;
	int i, k;

	for (k = 0; k < PARAMS; k++) {
		double v = 0, grade = 0;

		for (i = 0; i < MK_SCANS; i++) {
			v += s[i].v[k] / MK_SCANS;
			grade += s[i].grade[k] / MK_SCANS;
		}
		mk_grade_add(g, names[k][0], names[k][1], v, floor(grade * 10 + 1e-6) / 10, true);
	}
	for (i = 0; i < MK_SCANS; i++) {
		double low = 4;

		for (k = 0; k < PARAMS; k++)
			low = fmin(low, s[i].grade[k]);
		g->scan[i][0] = s[i].a;
		g->scan[i][1] = s[i].b;
		g->scan_grade[i] = low;
		sum += low;
	}
	g->scans = MK_SCANS;
	g->grade = floor(sum * 10 / MK_SCANS + 1e-6) / 10;
}

int
mk_grade_linear(const struct mk_image *im, const struct mk_code *code,
	const struct mk_grade_ask *ask, struct mk_grade *g, struct mk_err *e)
{
	struct scan *s = calloc(MK_SCANS, sizeof *s);
	struct mk_aperture ap = {0};
	struct profile *p = calloc(1, sizeof *p);
	struct bars b;
	int i, r = s == NULL || p == NULL ? mk_err_nomem(e) : 0;

	if (r == 0 && find_bars(im, code->corner, &b) && (g->x = module(im, ask, &b, e)) > 0)
		r = 1;
	else if (r == 0 && g->x < 0)
		r = -1;
	if (r == 1 && ask->aperture_um > 0 && ask->cal != NULL && ask->cal->um > 0)
		g->aperture = ask->aperture_um / (g->x * ask->cal->um);
	if (r == 1 && mk_aperture_new(&ap, g->aperture * g->x, e) == -1)
		r = -1;
	/* ten scans, evenly in the inner 80 % of the bars' height */
	for (i = 0; i < MK_SCANS && r == 1; i++) {
		double along = b.low + (b.high - b.low) * (.1 + .8 * (i + .5) / MK_SCANS);

		s[i].a = at(&b, -b.half, along);
		s[i].b = at(&b, b.half, along);
		if (sample(im, ask, &b, along, g->x, &ap, p, e) == -1) {
			r = -1;
			break;
		}
		reflectances(p, &s[i]);
		decode(p, &s[i]);
		free(p->r);
	}
	if (r == 1) {
		g->decoded = true;
		for (i = 0; i < MK_SCANS; i++)
			g->decoded &= s[i].chars > 0;
		conclude(g, s);
	}
	mk_aperture_clear(&ap);
	free(p);
	free(s);
	return r;
}
