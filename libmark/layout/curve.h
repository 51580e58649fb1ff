/* Curves as chords; inside layout/. */
#ifndef MK_CURVE_H
#define MK_CURVE_H

#include "base/err.h"
#include "layout/stroke.h"

/* Carry the last stroke on from its last point by a cubic Bézier curve; no chord is
 * further than tolerance from it. */
int mk_curve_cubic(struct mk_strokes *l, struct mk_point b, struct mk_point c, struct mk_point d,
	double tolerance, struct mk_err *e);

/* Carry it on along an ellipse (radii rx and ry, turned by phi) around o, from angle a0
 * to a1 (radians in the ellipse's own circle), whose first point is there already. */
int mk_curve_arc(struct mk_strokes *l, struct mk_point o, double rx, double ry, double phi,
	double a0, double a1, double tolerance, struct mk_err *e);

/* The last stroke ends where it began. */
int mk_curve_close(struct mk_strokes *l, struct mk_err *e);

#endif
