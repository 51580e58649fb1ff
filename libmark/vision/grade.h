/* Print and mark quality: ISO/IEC 15415:2011 and ISO/IEC 29158:2020 (direct part marks)
 * for Data Matrix and QR code, ISO/IEC 15416 for Code 128. One picture is graded, as it
 * was taken; never one that was made clearer. */
#ifndef MK_GRADE_H
#define MK_GRADE_H

#include "vision/calibration.h"
#include "vision/grid.h"

enum mk_standard {
	MK_STANDARD_AUTO,	/* 15416 for linear codes, 29158 for others */
	MK_ISO15415,		/* grades are whole */
	MK_ISO29158,		/* grades have tenths */
	MK_ISO15416
};

/* One parameter. Some are parts of another, or informative: they do not count by
 * themselves in the symbol's grade. */
struct mk_param {
	const char *name;	/* of its field, "sc" */
	const char *title;	/* for people, "symbol contrast" */
	double value;		/* NAN: it has none */
	double grade;		/* 0 to 4; -1: it is not graded */
	bool counts;
};

#define MK_PARAMS 24
#define MK_SCANS 10		/* of a linear code */

struct mk_grade_ask {
	enum mk_standard standard;
	double aperture;	/* of X; 0: 0.8 */
	double aperture_um;	/* instead, in µm, by the calibration's pixel; 0: not said */
	const struct mk_calibration *cal;	/* NULL: it is a process grade */
	/* The modules that the symbol should have, 1 is marked, if they are known: they
	 * are used if it cannot be decoded. rows * cols, as struct mk_matrix has them. */
	const unsigned char *expected;
	int rows, cols;
};

struct mk_grade {
	enum mk_standard standard;
	double grade;		/* of the symbol: the lowest that counts */
	bool decoded;		/* by the reference decode at the grid's centres */
	int params;
	struct mk_param param[MK_PARAMS];
	double aperture;	/* of X */
	double x;		/* X, pixels */
	int damaged;		/* modules that are not as they should be; -1: not known */
	/* matrix symbols: */
	struct mk_plan plan;
	struct mk_grid grid;
	unsigned char *seen;	/* rows * cols, 1 is marked; owned */
	unsigned char *truth;	/* what should be; NULL: not known; owned */
	double *quality;	/* of each module: the grade of its modulation, 0 if wrong; owned */
	/* linear codes: */
	struct mk_point scan[MK_SCANS][2];
	double scan_grade[MK_SCANS];
	int scans;
};

/* Grade the code that was read there, or, with ask->expected, that is to be found there
 * though it cannot be read (code has its kind, rows and cols, and n 0; its corners, unless
 * they are all 0, are where such a mark was before). 1; 0 if it cannot be graded: its kind has no
 * grades here, or its grid is not to be found. -1 with e. */
int mk_grade(const struct mk_image *im, const struct mk_code *code,
	const struct mk_grade_ask *ask, struct mk_grade *g, struct mk_err *e);
void mk_grade_clear(struct mk_grade *g);

/* A parameter by its name, or NULL. */
const struct mk_param *mk_grade_param(const struct mk_grade *g, const char *name);

/* The standard's notation, "3.2/10/660/45Q", "DPM3.2/…" of ISO/IEC 29158: the aperture
 * in thousandths of an inch, or "0.8X" if um (of a pixel) is 0. What is not known (0,
 * "") is "-". */
#define MK_GRADE_TEXT_MAX 48
void mk_grade_text(const struct mk_grade *g, double um, int wavelength, const char *lighting,
	char text[MK_GRADE_TEXT_MAX]);

/* "A" to "F": of 3.5, 2.5, 1.5, 0.5 and more; ISO/IEC 15415:2011, 5.2. */
char mk_grade_letter(double grade);

const char *mk_standard_name(enum mk_standard s);	/* "15415" … */
int mk_standard_of(const char *name, enum mk_standard *s);	/* 0, or -1 */

#endif
