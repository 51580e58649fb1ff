/* Strokes: what stands between the shapes (text, fills) and the job. Points are
 * in µm, y up; nothing is rounded before the job is made. */
#ifndef MK_STROKE_H
#define MK_STROKE_H

#include <stddef.h>

#include "base/err.h"

struct mk_point {
	double x, y;
};

struct mk_stroke {
	size_t first, n;	/* its points; the beam is on from the first to the last */
};

struct mk_strokes {
	struct mk_point *pt;
	size_t npt, ptcap;
	struct mk_stroke *s;
	size_t n, cap;
};

void mk_strokes_clear(struct mk_strokes *l);	/* frees; {0} is an empty list */
void mk_strokes_reset(struct mk_strokes *l);	/* empties it, keeps its memory */

/* Begin a stroke at p; carry the last one on to p (there must be one). More
 * strokes than a job can hold are MK_EDATA. */
int mk_strokes_begin(struct mk_strokes *l, struct mk_point p, struct mk_err *e);
int mk_strokes_to(struct mk_strokes *l, struct mk_point p, struct mk_err *e);

/* x' = a x + b y + x0, y' = c x + d y + y0 */
struct mk_affine {
	double a, b, c, d, x0, y0;
};

/* Turn by mdeg thousandths of a degree counter-clockwise, then move to at.
 * Quarter turns are exact. */
struct mk_affine mk_affine_place(struct mk_point at, long mdeg);
struct mk_point mk_affine_to(const struct mk_affine *t, double x, double y);
/* The way back, for transforms that mk_affine_place made. */
struct mk_point mk_affine_back(const struct mk_affine *t, struct mk_point p);

#endif
