#include "vision/grade.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vision/aperture.h"
#include "vision/grading.h"
#include "vision/locate.h"

#define APERTURE .8	/* of X: ISO/IEC 15415:2011, 7.3.3 */

/* ---- what all grades share ---- */

double
mk_grade_of(double value, const double limit[4], bool tenths)
{
	double sign = limit[0] > limit[3] ? 1 : -1, v = sign * value, part;
	int i;

	for (i = 0; i < 4 && v < sign * limit[i] - 1e-9; i++)
		;
	if (i == 0 || i == 4 || !tenths)
		return 4 - i;
	part = (value - limit[i]) / (limit[i - 1] - limit[i]);
	return 4 - i + fmin(.9, floor(part * 10 + 1e-6) / 10);
}

void
mk_grade_add(struct mk_grade *g, const char *name, const char *title, double value, double grade,
	bool counts)
{
	if (g->params < MK_PARAMS)
		g->param[g->params++] = (struct mk_param){ name, title, value, grade, counts };
}

const struct mk_param *
mk_grade_param(const struct mk_grade *g, const char *name)
{
	int i;

	for (i = 0; i < g->params; i++)
		if (strcmp(g->param[i].name, name) == 0)
			return &g->param[i];
	return NULL;
}

char
mk_grade_letter(double grade)
{
	return grade >= 3.5 ? 'A' : grade >= 2.5 ? 'B' : grade >= 1.5 ? 'C' : grade >= .5 ? 'D' : 'F';
}

static const char *const standards[] = { "auto", "15415", "29158", "15416" };

const char *
mk_standard_name(enum mk_standard s)
{
	return standards[s];
}

int
mk_standard_of(const char *name, enum mk_standard *s)
{
	size_t i;

	for (i = 0; i < 4; i++)
		if (strcmp(standards[i], name) == 0) {
			*s = (enum mk_standard)i;
			return 0;
		}
	return -1;
}

void
mk_grade_text(const struct mk_grade *g, double um, int wavelength, const char *lighting,
	char text[MK_GRADE_TEXT_MAX])
{
	char aperture[16], light[16] = "-";

	if (wavelength > 0)
		(void)snprintf(light, sizeof light, "%d", wavelength);
	if (um > 0)
		(void)snprintf(aperture, sizeof aperture, "%02.0f", g->aperture * g->x * um / 25.4);
	else
		(void)snprintf(aperture, sizeof aperture, "%.2gX", g->aperture);
	(void)snprintf(text, MK_GRADE_TEXT_MAX, "%s%.1f/%s/%s/%s",
		g->standard == MK_ISO29158 ? "DPM" : "", g->grade, aperture, light,
		*lighting != '\0' ? lighting : "-");
}

/* ---- matrix symbols ---- */

struct work {
	const struct mk_image *im;
	const struct mk_grade_ask *ask;
	struct mk_grade *g;
	struct mk_modules m;
	struct mk_aperture a;
	bool tenths;
	int most;		/* percent of modules that may be wrong: more is something else */
	double low, high, split;	/* Rmin, Rmax, GT; or MD, ML, T2 */
	struct mk_plan_read read;
};

static int
modules_new(struct mk_modules *m, int rows, int cols, struct mk_err *e)
{
	size_t n = (size_t)(rows + 2) * (size_t)(cols + 2);

	m->rows = rows;
	m->cols = cols;
	m->level = calloc(n, sizeof *m->level);
	m->quality = calloc(n, sizeof *m->quality);
	m->modulation = calloc(n, sizeof *m->modulation);
	m->seen = calloc(n, 1);
	m->want = calloc(n, 1);
	return m->level == NULL || m->quality == NULL || m->modulation == NULL || m->seen == NULL ||
		m->want == NULL ? mk_err_nomem(e) : 0;
}

static void
modules_clear(struct mk_modules *m)
{
	free(m->level);
	free(m->quality);
	free(m->modulation);
	free(m->seen);
	free(m->want);
}

static double
reflectance(const struct work *w, struct mk_point at)
{
	return mk_calibration_of(w->ask->cal, mk_aperture_at(&w->a, w->im, at));
}

/* Through the aperture at the real centre of each module; of the quiet zone where the
 * grid goes on. */
static void
sample(struct work *w)
{
	const struct mk_grid *g = &w->g->grid;
	int r, c;

	for (r = -1; r <= g->rows; r++)
		for (c = -1; c <= g->cols; c++)
			w->m.level[MK_AT(&w->m, r, c)] = reflectance(w,
				r >= 0 && c >= 0 && r < g->rows && c < g->cols ? g->node[r * g->cols + c]
				: mk_plane_at(&g->plane, c + .5, r + .5));
}

/* ISO/IEC 15415: the highest and the lowest reflectance anywhere in the symbol and its
 * quiet zone; the aperture goes in steps of half a module. */
static void
extremes(struct work *w)
{
	const struct mk_grid *g = &w->g->grid;
	double v;
	int r, c, i;

	w->low = 9;
	w->high = -9;
	for (i = 0; i < (g->rows + 2) * (g->cols + 2); i++) {
		w->low = fmin(w->low, w->m.level[i]);
		w->high = fmax(w->high, w->m.level[i]);
	}
	for (r = -1; r <= 2 * g->rows + 1; r++)
		for (c = -1 + ((r & 1) != 0); c <= 2 * g->cols + 1; c += (r & 1) != 0 ? 2 : 1) {
			v = reflectance(w, mk_plane_at(&g->plane, c / 2.0, r / 2.0));
			w->low = fmin(w->low, v);
			w->high = fmax(w->high, v);
		}
	w->split = (w->low + w->high) / 2;
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* ISO/IEC 29158: the threshold that makes the variances of what is darker and of what is
 * lighter, added, the least; and the means of both. */
static int
lobes(struct work *w, struct mk_err *e)
{
	const struct mk_grid *g = &w->g->grid;
	int n = g->rows * g->cols, i;
	double *v = calloc((size_t)n, sizeof *v), sum = 0, squares = 0, s = 0, q = 0, best = INFINITY;

	if (v == NULL)
		return mk_err_nomem(e);
	for (i = 0; i < n; i++) {
		v[i] = w->m.level[MK_AT(&w->m, i / g->cols, i % g->cols)];
		sum += v[i];
		squares += v[i] * v[i];
	}
	qsort(v, (size_t)n, sizeof *v, rising);
	for (i = 1; i < n; i++) {
		double a, b, both;

		s += v[i - 1];
		q += v[i - 1] * v[i - 1];
		a = s / i;
		b = (sum - s) / (n - i);
		both = q / i - a * a + (squares - q) / (n - i) - b * b;
		if (v[i] > v[i - 1] && both < best - 1e-12) {
			best = both;
			w->low = a;
			w->high = b;
			w->split = (v[i - 1] + v[i]) / 2;
		}
	}
	if (best == INFINITY)
		w->low = w->high = w->split = sum / n;
	free(v);
	return 0;
}

static const double mod_limit[4] = { .50, .40, .30, .20 };

/* How far a level is from the threshold, as a share of how far it could be. */
static double
modulation(const struct work *w, double level)
{
	double room;

	if (w->g->standard == MK_ISO15415)
		return w->high > w->low ? 2 * fabs(level - w->split) / (w->high - w->low) : 0;
	room = level < w->split ? w->split - w->low : w->high - w->split;
	return room > 0 ? fabs(level - w->split) / room : 0;
}

static void
binarise(struct work *w)
{
	struct mk_modules *m = &w->m;
	const struct mk_grid *g = &w->g->grid;
	int i, r, c;

	for (i = 0; i < (m->rows + 2) * (m->cols + 2); i++) {
		m->seen[i] = (m->level[i] < w->split) != g->light;
		m->modulation[i] = mk_grade_of(modulation(w, m->level[i]), mod_limit, w->tenths);
	}
	for (r = 0; r < g->rows; r++)
		for (c = 0; c < g->cols; c++)
			w->g->seen[r * g->cols + c] = m->seen[MK_AT(m, r, c)];
}

/* What the modules should be: what the mark says after error correction, or else what
 * it is expected to be. */
static int
find_truth(struct work *w, struct mk_err *e)
{
	struct mk_grade *g = w->g;
	const struct mk_grade_ask *ask = w->ask;
	size_t n = (size_t)g->grid.rows * (size_t)g->grid.cols;

	if ((g->truth = calloc(n, 1)) == NULL)
		return mk_err_nomem(e);
	if (mk_plan_read(&g->plan, g->seen, g->truth, &w->read, e) == -1)
		return -1;
	g->decoded = w->read.decoded;
	if (g->decoded)
		return 0;
	if (ask->expected != NULL && ask->rows == g->grid.rows && ask->cols == g->grid.cols) {
		memcpy(g->truth, ask->expected, n);
		if (mk_plan_compare(&g->plan, g->seen, g->truth, &w->read, e) == -1)
			return -1;
		w->read.unused = 0;
		return 0;
	}
	free(g->truth);
	g->truth = NULL;
	return 0;
}

static void
judge_modules(struct work *w)
{
	struct mk_grade *g = w->g;
	struct mk_modules *m = &w->m;
	int r, c, at, i;

	g->damaged = g->truth == NULL ? -1 : 0;
	for (r = -1; r <= m->rows; r++)
		for (c = -1; c <= m->cols; c++) {
			bool in = r >= 0 && c >= 0 && r < m->rows && c < m->cols;

			i = in ? r * m->cols + c : -1;
			at = MK_AT(m, r, c);
			m->want[at] = (signed char)(!in ? 0 : g->truth != NULL ? g->truth[i]
				: g->plan.use[i] == MK_USE_DATA ? -1 : g->plan.on[i]);
			m->quality[at] = m->want[at] >= 0 && m->want[at] != m->seen[at] ? 0
				: m->modulation[at];
			if (in)
				g->quality[i] = m->quality[at];
			if (in && g->truth != NULL)
				g->damaged += m->want[at] != m->seen[at];
		}
}

/* The overlay of ISO/IEC 15415:2011, 7.8.4: a codeword has the grade of its worst
 * module. At each grade level the codewords below it are taken for errors, and the
 * level counts as the grade of the error correction left, if that is lower. */
static int
overlay(struct work *w, const double *quality, double *grade, struct mk_err *e)
{
	static const double unused_limit[4] = { .62, .50, .37, .25 };
	const struct mk_plan *p = &w->g->plan;
	int step = w->tenths ? 1 : 10, level, i, r, c, b, *errors;
	double *word, left, g;

	*grade = 0;
	if (p->data == 0)
		return 0;
	word = calloc((size_t)p->words, sizeof *word);
	errors = calloc((size_t)p->blocks, sizeof *errors);
	if (word == NULL || errors == NULL) {
		free(word);
		free(errors);
		return mk_err_nomem(e);
	}
	for (i = 0; i < p->words; i++)
		word[i] = 4;
	for (r = 0; r < p->rows; r++)
		for (c = 0; c < p->cols; c++)
			if ((b = p->bit[r * p->cols + c]) >= 0)
				word[b / 8] = fmin(word[b / 8], quality[MK_AT(&w->m, r, c)]);
	for (level = 40; level > 0; level -= step) {
		memset(errors, 0, (size_t)p->blocks * sizeof *errors);
		for (i = 0; i < p->words; i++)
			if (word[i] < level / 10.0 - 1e-9)
				errors[mk_plan_place(p, i).block]++;
		for (left = 1, i = 0; i < p->blocks; i++)
			left = fmin(left, mk_plan_unused(p, mk_plan_place(p, 0).check, errors[i]));
		g = fmin(level / 10.0, mk_grade_of(left, unused_limit, w->tenths));
		*grade = fmax(*grade, g);
	}
	free(word);
	free(errors);
	return 0;
}

static double
worst_modulation(const struct work *w)
{
	const struct mk_plan *p = &w->g->plan;
	double low = 1;
	int i;

	for (i = 0; i < p->rows * p->cols; i++)
		if (p->bit[i] >= 0)
			low = fmin(low, modulation(w, w->m.level[MK_AT(&w->m, i / p->cols, i % p->cols)]));
	return low;
}

static void
contrast(struct work *w)
{
	static const double sc_limit[4] = { .70, .55, .40, .20 }, cc_limit[4] = { .30, .25, .20, .15 };
	double v;

	if (w->g->standard == MK_ISO15415) {
		v = w->high - w->low;
		mk_grade_add(w->g, "sc", "symbol contrast", v, mk_grade_of(v, sc_limit, false), true);
	} else {
		v = w->high > 0 ? (w->high - w->low) / w->high : 0;
		mk_grade_add(w->g, "cc", "cell contrast", v, mk_grade_of(v, cc_limit, w->tenths), true);
	}
}

/* ISO/IEC 29158: the reflectance that the light modules really have. */
static void
minimum_reflectance(struct work *w)
{
	const struct mk_calibration *c = w->ask->cal;
	double r = w->high, grey = 0;
	int n = 0, i;

	if (c != NULL && c->r_cal > 0) {
		for (i = 0; i < w->m.rows * w->m.cols; i++)
			if (w->g->seen[i] == (w->g->grid.light ? 1 : 0)) {
				grey += mk_aperture_at(&w->a, w->im, w->g->grid.node[i]);
				n++;
			}
		r = n > 0 ? c->r_cal * (c->sr_cal / c->sr_target) * (grey / n / c->ml_cal) : 0;
	}
	mk_grade_add(w->g, "mr", "minimum reflectance", r, r >= .05 ? 4 : 0, true);
}

static int
parameters(struct work *w, struct mk_err *e)
{
	static const double an_limit[4] = { .06, .08, .10, .12 }, gn_limit[4] = { .38, .50, .63, .75 };
	static const double uec_limit[4] = { .62, .50, .37, .25 };
	bool dpm = w->g->standard == MK_ISO29158;
	struct mk_grade *g = w->g;
	double an = fabs(g->grid.dx - g->grid.dy) / g->grid.x, mod, margin;

	if (overlay(w, w->m.modulation, &mod, e) == -1 || overlay(w, w->m.quality, &margin, e) == -1)
		return -1;
	mk_grade_add(g, "decode", "decode", NAN, g->decoded ? 4 : 0, true);
	contrast(w);
	mk_grade_add(g, dpm ? "cm" : "mod", dpm ? "cell modulation" : "modulation",
		worst_modulation(w), mod, true);
	mk_grade_add(g, "rm", "reflectance margin", NAN, g->truth != NULL ? margin : 0, true);
	mk_grade_fixed(g, &w->m);
	mk_grade_add(g, "an", "axial nonuniformity", an, mk_grade_of(an, an_limit, w->tenths), true);
	mk_grade_add(g, "gn", "grid nonuniformity", g->grid.bend,
		mk_grade_of(g->grid.bend, gn_limit, w->tenths), true);
	mk_grade_add(g, "uec", "unused error correction", w->read.unused,
		mk_grade_of(w->read.unused, uec_limit, w->tenths), true);
	if (dpm)
		minimum_reflectance(w);
	/* ISO/IEC 15415, 7.8.9: of the marked part of the clock tracks, 0.5 is nominal and
	 * 0.35 to 0.65 allowed; informative */
	mk_grade_add(g, "pgx", "print growth across", g->grid.grow_x / .15, -1, false);
	mk_grade_add(g, "pgy", "print growth down", g->grid.grow_y / .15, -1, false);
	return 0;
}

static int
grade_matrix(struct work *w, struct mk_err *e)
{
	struct mk_grade *g = w->g;
	size_t n = (size_t)g->grid.rows * (size_t)g->grid.cols;
	int i;

	g->seen = calloc(n, 1);
	g->quality = calloc(n, sizeof *g->quality);
	if (g->seen == NULL || g->quality == NULL)
		return mk_err_nomem(e);
	if (modules_new(&w->m, g->grid.rows, g->grid.cols, e) == -1 ||
	    mk_aperture_new(&w->a, g->aperture * g->x, e) == -1)
		return -1;
	sample(w);
	if (g->standard == MK_ISO15415)
		extremes(w);
	else if (lobes(w, e) == -1)
		return -1;
	binarise(w);
	if (find_truth(w, e) == -1)
		return -1;
	judge_modules(w);
	if (g->damaged > w->most * (int)n / 100)
		return 0;
	if (parameters(w, e) == -1)
		return -1;
	for (g->grade = 4, i = 0; i < g->params; i++)
		if (g->param[i].counts)
			g->grade = fmin(g->grade, g->param[i].grade);
	return 1;
}

/* Fit the grid: where the code was read, or where what is expected is found. */
static int
fit(struct work *w, const struct mk_code *code, struct mk_err *e)
{
	const struct mk_grade_ask *ask = w->ask;
	const struct mk_image *im = w->im;
	struct mk_grade *g = w->g;
	struct mk_code found = { .kind = code->kind };
	int r;

	w->most = 100;
	if (code->n > 0)
		return mk_grid_fit(im, &g->plan, code->corner, code->light, NULL, &g->grid, e);
	if (ask->expected == NULL || ask->rows != code->rows || ask->cols != code->cols)
		return 0;
	/* half of the modules are right by chance, and more if it is searched for */
	w->most = 42;
	if (code->corner[2].x > 0 && (r = mk_grid_fit(im, &g->plan, code->corner, code->light,
	    ask->expected, &g->grid, e)) != 0)
		return r;
	w->most = 36;
	r = mk_locate(im, &g->plan, ask->expected, &found, e);
	return r != 1 ? r : mk_grid_fit(im, &g->plan, found.corner, found.light, ask->expected,
		&g->grid, e);
}

int
mk_grade(const struct mk_image *im, const struct mk_code *code, const struct mk_grade_ask *ask,
	struct mk_grade *g, struct mk_err *e)
{
	struct work w = { .im = im, .ask = ask, .g = g };
	int r;

	memset(g, 0, sizeof *g);
	g->damaged = -1;
	g->aperture = ask->aperture > 0 ? ask->aperture : APERTURE;
	g->standard = ask->standard;
	if (code->kind == MK_CODE128 && code->n > 0) {
		g->standard = MK_ISO15416;
		return mk_grade_linear(im, code, ask, g, e);
	}
	if ((code->kind != MK_DATAMATRIX && code->kind != MK_QR) || code->rows == 0 ||
	    ask->standard == MK_ISO15416)
		return 0;
	if (g->standard == MK_STANDARD_AUTO)
		g->standard = MK_ISO29158;
	w.tenths = g->standard == MK_ISO29158;
	if (mk_plan_new(&g->plan, code->kind, code->rows, code->cols, e) == -1)
		return e->code == MK_EDATA ? 0 : -1;
	r = fit(&w, code, e);
	g->x = g->grid.x;
	if (r == 1 && ask->aperture_um > 0 && ask->cal != NULL && ask->cal->um > 0)
		g->aperture = ask->aperture_um / (g->x * ask->cal->um);
	if (r == 1)
		r = grade_matrix(&w, e);
	modules_clear(&w.m);
	mk_aperture_clear(&w.a);
	if (r != 1)
		mk_grade_clear(g);
	return r;
}

void
mk_grade_clear(struct mk_grade *g)
{
	mk_plan_clear(&g->plan);
	mk_grid_clear(&g->grid);
	free(g->seen);
	free(g->truth);
	free(g->quality);
	g->seen = g->truth = NULL;
	g->quality = NULL;
}
