/* Inside mk-verify: grading a mark, and its fields. */
#ifndef GRADE_H
#define GRADE_H

#include "cmd/cmd.h"
#include "vision/grade.h"

extern const char *opt_standard, *opt_aperture, *opt_lighting, *opt_wavelength, *opt_calibration,
	*opt_annotate;
#define OPTS_GRADE \
	{ "standard", 0, "NAME", &opt_standard, \
	  "grade to 15415, 29158 or 15416; auto (the default), none" }, \
	{ "aperture", 0, "SIZE", &opt_aperture, \
	  "the measuring aperture: of X (0.8), or 8mil, or 200um" }, \
	{ "lighting", 0, "NAME", &opt_lighting, "45Q, 30Q, 30T, 30S, 90, D: for the grade's text" }, \
	{ "wavelength", 0, "NM", &opt_wavelength, "of the light: for the grade's text" }, \
	{ "calibration", 0, "FILE", &opt_calibration, "what grey levels and pixels mean" }, \
	{ "annotate", 0, "FILE", &opt_annotate, \
	  "draw the grid, damaged modules and grades into a PNG; {FIELD} of the record" }

struct grader;

/* By the options. *g is NULL if nothing is to be graded. */
int grader_open(struct cmd *c, struct grader **g);
void grader_close(struct grader *g);	/* NULL is allowed */

/* How large a pixel is on the part, in µm, by --calibration; 0: not known. */
double grader_um(const struct grader *g);	/* NULL is allowed */

/* Grade the mark of code (NULL: nothing was read) in a picture, want being what it
 * should say, and add its fields to rec, each with the prefix before its name. A mark
 * that cannot be graded has none. */
int grader_describe(struct grader *g, const struct mk_image *im, const struct mk_code *code,
	const struct mk_scan_want *want, struct mk_rec *rec, const char *prefix, struct mk_err *e);

/* What was wrong when the last mark was drawn (NULL: nothing). A drawing that cannot
 * be written changes no verdict. */
const struct mk_err *grader_complaint(const struct grader *g);	/* NULL is allowed */

/* annotate.c: draw the mark, its grid, its damaged modules and its grades to a PNG file.
 * text is the grade's, kind says of what standard it is. */
int annotate(const char *path, const struct mk_image *im, const struct mk_grade *g,
	const char *text, const char *kind, struct mk_err *e);

#endif
