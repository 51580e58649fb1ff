/* What the parts of grading share. Inside libmark/vision only (and its tests). */
#ifndef MK_GRADING_H
#define MK_GRADING_H

#include "vision/grade.h"

/* The modules with a ring of quiet zone around: element (r + 1) * (cols + 2) + c + 1. */
struct mk_modules {
	int rows, cols;
	double *level;		/* reflectance through the aperture */
	double *quality;	/* grade of its modulation, 0 to 4; 0 if it is wrong */
	double *modulation;	/* the same, right or wrong */
	unsigned char *seen;	/* 1: marked */
	signed char *want;	/* 1: should be marked, 0, -1: not known */
};

#define MK_AT(m, r, c) (((r) + 1) * ((m)->cols + 2) + (c) + 1)

/* Grade a value by thresholds for 4, 3, 2, 1: at least that much, or, rising, at most
 * that. Below the last it is 0. With tenths: linear between them, cut to tenths. */
double mk_grade_of(double value, const double limit[4], bool tenths);

void mk_grade_add(struct mk_grade *g, const char *name, const char *title, double value,
	double grade, bool counts);

/* Fixed pattern damage with its segments, and what else is fixed (format and version
 * information of QR): adds the parameters. */
void mk_grade_fixed(struct mk_grade *g, const struct mk_modules *m);

/* ISO/IEC 15416. As mk_grade. */
int mk_grade_linear(const struct mk_image *im, const struct mk_code *code,
	const struct mk_grade_ask *ask, struct mk_grade *g, struct mk_err *e);

#endif
