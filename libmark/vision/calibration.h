/* What grey levels of a camera mean: a file that says which reflectances they are, and
 * under which light. */
#ifndef MK_CALIBRATION_H
#define MK_CALIBRATION_H

#include "base/err.h"

#define MK_CALIBRATION_POINTS 16

struct mk_calibration {
	int points;		/* at least 2, the grey levels rising */
	double grey[MK_CALIBRATION_POINTS];	/* 0..255 */
	double reflectance[MK_CALIBRATION_POINTS];	/* 0..1 */
	double um;		/* of the part, a pixel; 0: not said */
	int wavelength;		/* nm; 0: not said */
	char lighting[8];	/* "45Q"; "": not said */
	/* ISO/IEC 29158: the reference target's reflectance, its mean light level (grey) and
	 * the system response (exposure times gain) when it was seen; r_cal 0: not said. */
	double r_cal, ml_cal, sr_cal, sr_target;
};

/* Read a calibration file. MK_ECONF, MK_EIO, MK_ENOMEM. */
int mk_calibration_read(struct mk_calibration *c, const char *path, struct mk_err *e);

/* The reflectance of a grey level, 0..255: linear between the points, and beyond them.
 * c may be NULL: black is 0 and white 1. */
double mk_calibration_of(const struct mk_calibration *c, double grey);

/* Whether s is a lighting of ISO/IEC 29158: 30Q 45Q 90Q 30T 45T 30S 45S 90 D. */
int mk_lighting_ok(const char *s);

#endif
