/* The options of grading, and the fields of a grade. */
#include "cmd/mk-verify/grade.h"
#include "cmd/mk-verify/part.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/subst.h"
#include "ident/symbol.h"

const char *opt_standard, *opt_aperture, *opt_lighting, *opt_wavelength, *opt_calibration,
	*opt_annotate;

struct grader {
	enum mk_standard standard;
	double aperture, aperture_um;	/* of X, or in µm */
	int wavelength;
	const char *lighting;
	bool calibrated;
	struct mk_calibration cal;
	struct mk_symbol *enc;
	struct mk_subst annotate;	/* of the file's name; n is 0: none */
	struct mk_buf path, expected;
	struct mk_code unread;		/* what stands for a mark that was not read */
	struct mk_code last;		/* where the last one was that could be graded */
	struct mk_err drawn;		/* of the last drawing */
};

/* ---- options ---- */

/* "0.8" of X, "8mil", "200um". */
static int
take_aperture(struct cmd *c, struct grader *g)
{
	size_t n = opt_aperture == NULL ? 0 : strlen(opt_aperture);
	bool mil = n > 3 && strcmp(opt_aperture + n - 3, "mil") == 0;
	bool um = n > 2 && strcmp(opt_aperture + n - 2, "um") == 0;
	int64_t v, most = mil ? 100000 : um ? 2500000 : 1000, least = mil || um ? 1000 : 200;

	if (opt_aperture == NULL)
		return 0;
	if (mk_num_fix(opt_aperture, n - (mil ? 3 : um ? 2 : 0), 3, least, most, &v, &c->err) == -1)
		return cmd_usage(c, "--aperture: '%s' is no aperture: 0.2 to 1 of X, or 1mil to 100mil, "
			"1um to 2500um", opt_aperture);
	if ((mil || um) && (!g->calibrated || g->cal.um <= 0))
		return cmd_usage(c, "--aperture: '%s': how large a pixel is must be known: say "
			"--calibration FILE, with a line pixel UM", opt_aperture);
	if (mil || um)
		g->aperture_um = (double)v / 1000 * (mil ? 25.4 : 1);
	else
		g->aperture = (double)v / 1000;
	return 0;
}

static int
take_light(struct cmd *c, struct grader *g)
{
	uint64_t nm = (uint64_t)(g->cal.wavelength > 0 ? g->cal.wavelength : 0);

	g->lighting = opt_lighting != NULL ? opt_lighting : g->cal.lighting;
	if (opt_lighting != NULL && !mk_lighting_ok(opt_lighting))
		return cmd_usage(c, "--lighting: '%s' is no lighting of ISO/IEC 29158: 30Q 45Q 90Q 30T "
			"45T 30S 45S 90 or D", opt_lighting);
	if (opt_wavelength != NULL && mk_num_u64(opt_wavelength, strlen(opt_wavelength), 200, 2000,
	    &nm, &c->err) == -1)
		return cmd_usage(c, "--wavelength: '%s' is not 200 to 2000 nm", opt_wavelength);
	g->wavelength = (int)nm;
	return 0;
}

static int
take(struct cmd *c, struct grader *g)
{
	if (opt_standard != NULL && mk_standard_of(opt_standard, &g->standard) == -1)
		return cmd_usage(c, "--standard: '%s' is unknown: 15415, 29158, 15416, auto or none",
			opt_standard);
	if (opt_calibration != NULL) {
		if (mk_calibration_read(&g->cal, opt_calibration, &c->err) == -1)
			return -1;
		g->calibrated = true;
	}
	if (take_aperture(c, g) == -1 || take_light(c, g) == -1)
		return -1;
	if (opt_annotate != NULL && mk_subst_parse(&g->annotate, opt_annotate, strlen(opt_annotate),
	    &c->err) == -1) {
		c->err.code = MK_EUSAGE;
		return mk_err_at(&c->err, "--annotate");
	}
	return mk_symbol_new(&g->enc, &c->err);
}

int
grader_open(struct cmd *c, struct grader **out)
{
	struct grader *g;

	*out = NULL;
	if (opt_standard != NULL && strcmp(opt_standard, "none") == 0) {
		if (opt_annotate != NULL || opt_calibration != NULL || opt_aperture != NULL)
			return cmd_usage(c, "--standard none: then nothing is graded, and --annotate, "
				"--aperture and --calibration mean nothing");
		return 0;
	}
	if ((g = calloc(1, sizeof *g)) == NULL)
		return mk_err_nomem(&c->err);
	if (take(c, g) == -1) {
		grader_close(g);
		return -1;
	}
	*out = g;
	return 0;
}

void
grader_close(struct grader *g)
{
	if (g == NULL)
		return;
	mk_symbol_free(g->enc);
	mk_subst_clear(&g->annotate);
	mk_buf_clear(&g->path);
	mk_buf_clear(&g->expected);
	free(g);
}

double
grader_um(const struct grader *g)
{
	return g != NULL && g->calibrated ? g->cal.um : 0;
}

/* ---- what the modules should be ---- */

/* The modules of what is wanted, in g->expected; 0 if that cannot be told. */
static int
expect(struct grader *g, const struct mk_scan_want *want, enum mk_kind kind, int rows, int cols,
	bool gs1, struct mk_grade_ask *ask, struct mk_err *e)
{
	const char *name = mk_kind_name(kind);
	struct mk_symbol_ask how = { .type = name == NULL ? NULL : mk_symbol_type(name), .any = true,
		.gs1 = gs1 };
	struct mk_matrix m;

	if (!want->expect || how.type == NULL ||
	    (rows > 0 && (how.size = mk_symbol_size(how.type, rows, cols)) == NULL))
		return 0;
	if (mk_symbol_encode(g->enc, &how, want->data, want->n, &m, e) == -1)
		return e->code == MK_ENOMEM ? -1 : 0;
	g->expected.n = 0;
	if (mk_buf_add(&g->expected, m.dark, (size_t)m.rows * (size_t)m.cols, e) == -1)
		return -1;
	ask->expected = (const unsigned char *)g->expected.p;
	ask->rows = m.rows;
	ask->cols = m.cols;
	return 1;
}

/* ---- fields ---- */

static int
put(struct mk_rec *rec, const char *prefix, const char *name, const char *more, const char *val,
	struct mk_err *e)
{
	char key[MK_KEY_MAX + 1];

	(void)snprintf(key, sizeof key, "%s%s%s", prefix, name, more);
	return mk_rec_set(rec, key, val, strlen(val), e);
}

static int
put_number(struct mk_rec *rec, const char *prefix, const char *name, const char *more,
	int decimals, double v, struct mk_err *e)
{
	char val[32];

	(void)snprintf(val, sizeof val, "%.*f", decimals, v);
	return put(rec, prefix, name, more, val, e);
}

static int
put_params(const struct mk_grade *m, struct mk_rec *rec, const char *prefix, struct mk_err *e)
{
	int i;

	for (i = 0; i < m->params; i++) {
		const struct mk_param *p = &m->param[i];

		if (p->grade >= 0 && put_number(rec, prefix, p->name, "", 1, p->grade, e) == -1)
			return -1;
		if (!isnan(p->value) && put_number(rec, prefix, p->name, "_value", 3, p->value, e) == -1)
			return -1;
	}
	return 0;
}

static int
put_grade(const struct grader *g, const struct mk_grade *m, const char *text,
	struct mk_rec *rec, const char *prefix, struct mk_err *e)
{
	if (put_number(rec, prefix, "grade", "", 1, m->grade, e) == -1 ||
	    put(rec, prefix, "grade_text", "", text, e) == -1 ||
	    put(rec, prefix, "grade_kind", "", g->calibrated ? "calibrated" : "process", e) == -1 ||
	    put(rec, prefix, "standard", "", mk_standard_name(m->standard), e) == -1)
		return -1;
	if (m->damaged >= 0 && put_number(rec, prefix, "damage", "", 0, m->damaged, e) == -1)
		return -1;
	if (put_number(rec, prefix, "x", "_value", 3, m->x, e) == -1)
		return -1;
	return put_params(m, rec, prefix, e);
}

static int
draw(struct grader *g, const struct mk_image *im, const struct mk_grade *m, const char *text,
	const char *kind, const struct mk_rec *rec, struct mk_err *e)
{
	if (g->annotate.n == 0)
		return 0;
	g->path.n = 0;
	if (mk_subst_eval(&g->annotate, mk_subst_rec, (void *)(uintptr_t)rec, &g->path, e) == -1)
		return mk_err_at(e, "--annotate");
	if (mk_buf_str(&g->path, e) == NULL)
		return -1;
	return annotate(g->path.p, im, m, text, kind, e);
}

int
grader_describe(struct grader *g, const struct mk_image *im, const struct mk_code *code,
	const struct mk_scan_want *want, struct mk_rec *rec, const char *prefix, struct mk_err *e)
{
	struct mk_grade_ask ask = { .standard = g->standard, .aperture = g->aperture,
		.aperture_um = g->aperture_um, .cal = g->calibrated ? &g->cal : NULL };
	char text[MK_GRADE_TEXT_MAX], kind[64];
	struct mk_code *unread = &g->unread;
	struct mk_grade m;
	int r;

	g->drawn.code = 0;
	if (im->px == NULL)
		return 0;
	if (code == NULL) {
		*unread = (struct mk_code){ .kind = (enum mk_kind)want->kinds, .fnc1 = part_is_gs1(rec) };
		if ((r = expect(g, want, unread->kind, want->rows, want->cols, unread->fnc1, &ask, e)) != 1)
			return r;
		unread->rows = ask.rows;
		unread->cols = ask.cols;
		/* on a line, parts lie where the ones before lay */
		if (g->last.rows == ask.rows && g->last.cols == ask.cols) {
			memcpy(unread->corner, g->last.corner, sizeof unread->corner);
			unread->light = g->last.light;
		}
		code = unread;
	} else if (expect(g, want, code->kind, code->rows, code->cols, code->fnc1, &ask, e) == -1)
		return -1;
	if ((r = mk_grade(im, code, &ask, &m, e)) != 1)
		return r;
	if (code->n > 0 && m.scans == 0) {
		memcpy(g->last.corner, m.grid.corner, sizeof g->last.corner);
		g->last.rows = m.grid.rows;
		g->last.cols = m.grid.cols;
		g->last.light = m.grid.light;
	}
	mk_grade_text(&m, g->calibrated ? g->cal.um : 0, g->wavelength, g->lighting, text);
	(void)snprintf(kind, sizeof kind, "ISO/IEC %s%s", mk_standard_name(m.standard),
		g->calibrated ? " grade" : "-style process grade");
	r = put_grade(g, &m, text, rec, prefix, e);
	if (r == 0 && draw(g, im, &m, text, kind, rec, e) == -1) {
		g->drawn = *e;
		r = e->code == MK_EIO ? 0 : -1;
	}
	mk_grade_clear(&m);
	return r;
}

const struct mk_err *
grader_complaint(const struct grader *g)
{
	return g == NULL || g->drawn.code == 0 ? NULL : &g->drawn;
}
