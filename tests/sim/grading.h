/* Grading pictures whose truth is known (mark.h): what tests of grades share. */
#ifndef SIM_GRADING_H
#define SIM_GRADING_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "ident/symbol.h"
#include "tests/sim/mark.h"
#include "tests/tap.h"
#include "vision/grade.h"

/* A symbol to be rendered, its modules free to be changed. */
struct shot {
	struct sim s;
	struct mk_plan plan;
	unsigned char on[177 * 177], right[177 * 177];
	double level[177 * 177];
	struct mk_grade_ask ask;
	struct mk_grade g;		/* of the last picture */
	int graded;
	bool unread;			/* nobody knows where it is */
};

static struct mk_err shot_e;

__attribute__((unused)) static void
shot_new(struct shot *t, struct mk_symbol *enc, const char *type, int rows, int cols, int level)
{
	struct mk_symbol_ask ask = { .type = mk_symbol_type(type), .any = true, .level = level };
	struct mk_matrix m;
	int i;

	memset(t, 0, sizeof *t);
	ask.size = mk_symbol_size(ask.type, rows, cols);
	if (mk_symbol_encode(enc, &ask, "12AB34CD56", rows == 10 ? 4 : 10, &m, &shot_e) == -1 ||
	    mk_plan_new(&t->plan, strcmp(type, "qr") == 0 ? MK_QR : MK_DATAMATRIX, rows, cols,
	    &shot_e) == -1) {
		printf("Bail out! %s\n", shot_e.msg);
		exit(1);
	}
	memcpy(t->on, m.dark, (size_t)(rows * cols));
	memcpy(t->right, m.dark, (size_t)(rows * cols));
	for (i = 0; i < rows * cols; i++)
		t->level[i] = -1;
	t->s = (struct sim){ .rows = rows, .cols = cols, .on = t->on, .level = t->level, .px = 10,
		.light = .85, .dark = .05 };
	t->ask.standard = MK_ISO15415;
	(void)mk_plan_format(&t->plan, t->on);
}

__attribute__((unused)) static void
shot_free(struct shot *t)
{
	mk_grade_clear(&t->g);
	mk_plan_clear(&t->plan);
}

/* All modules right again, none weak. */
__attribute__((unused)) static void
shot_clean(struct shot *t)
{
	int i;

	memcpy(t->on, t->right, sizeof t->on);
	for (i = 0; i < t->s.rows * t->s.cols; i++)
		t->level[i] = -1;
	t->s.spots = 0;
}

/* The n-th module (from 0) of codeword `word`. */
__attribute__((unused)) static int
shot_module(const struct shot *t, int word, int bit)
{
	int i;

	for (i = 0; i < t->s.rows * t->s.cols; i++)
		if (t->plan.bit[i] == 8 * word + bit)
			return i;
	printf("Bail out! no codeword %d\n", word);
	exit(1);
}

/* Render, and grade from corners that are off by a third of a module. 1 if graded. */
__attribute__((unused)) static int
shot_grade(struct shot *t)
{
	static const double off[4][2] = { { .3, -.2 }, { -.3, .3 }, { .2, .3 }, { -.1, -.3 } };
	struct mk_code code = { .kind = t->plan.kind, .rows = t->s.rows, .cols = t->s.cols,
		.light = t->s.invert, .mirrored = t->s.mirror, .n = t->unread ? 0 : 1 };
	struct sim_view v;
	struct mk_image im;
	int i;

	mk_grade_clear(&t->g);
	t->s.w = t->s.h = 0;
	if (sim_render(&t->s, &v, &im, &shot_e) == -1)
		return 0;
	for (i = 0; i < 4 && !t->unread; i++) {
		sim_corner(&v, i, &code.corner[i].x, &code.corner[i].y);
		code.corner[i].x += off[i][0] * t->s.px;
		code.corner[i].y += off[i][1] * t->s.px;
	}
	t->graded = mk_grade(&im, &code, &t->ask, &t->g, &shot_e);
	mk_image_clear(&im);
	return t->graded == 1;
}

__attribute__((unused)) static double
shot_value(const struct shot *t, const char *name)
{
	const struct mk_param *p = mk_grade_param(&t->g, name);

	return t->graded == 1 && p != NULL ? p->value : NAN;
}

__attribute__((unused)) static double
shot_is(const struct shot *t, const char *name)
{
	const struct mk_param *p = mk_grade_param(&t->g, name);

	return t->graded == 1 && p != NULL ? p->grade : NAN;
}

/* The parameter has that value within 0.02 of its scale, and that grade within 0.1. */
__attribute__((unused)) static int
shot_has(const struct shot *t, const char *name, double value, double grade)
{
	double v = shot_value(t, name), g = shot_is(t, name);
	int good = (isnan(value) || fabs(v - value) <= .02) && fabs(g - grade) <= .1 + 1e-9;

	if (!good)
		printf("# %s at %g degrees, %g px: %.4f has %.1f, should be %.4f with %.1f\n", name,
			t->s.angle, t->s.px, v, g, value, grade);
	return good;
}

/* The same at other angles and resolutions. */
static const double shot_views[][2] = { { 0, 10 }, { 17, 5 }, { 45, 20 }, { 31, 7.3 } };
#define SHOT_VIEWS 4

__attribute__((unused)) static int
shot_all(struct shot *t, const char *name, double value, double grade)
{
	int i, good = 1;

	for (i = 0; i < SHOT_VIEWS; i++) {
		t->s.angle = shot_views[i][0];
		t->s.px = shot_views[i][1];
		good &= shot_grade(t) && shot_has(t, name, value, grade);
	}
	return good;
}

#endif
