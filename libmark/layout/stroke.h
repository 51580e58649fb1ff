/* Strokes: what stands between the shapes (text, fills) and the job. Points are
 * in µm, y up; nothing is rounded before the job is made. */
#ifndef MK_STROKE_H
#define MK_STROKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mk_point {
	double x, y;
};

/* What may be done with a stroke when strokes are put in order. */
enum mk_form {
	MK_OPEN,	/* marked from either end; one point alone is a dot */
	MK_CLOSED,	/* the last point is the first: marked from any point, round and back */
	MK_MEANDER	/* parallel lines, two points each: may begin at either end of the
			 * first or of the last */
};

struct mk_stroke {
	size_t first, n;	/* its points; the beam is on from the first to the last */
	enum mk_form form;
	uint32_t us;		/* of a dot: how long */
	/* Of a meander: the modules r0 <= row < r1, c0 <= column < c1 of symbol number
	 * sym (from 1; 0: none) that it fills, its first line along r0 or c0. */
	uint16_t sym, r0, c0, r1, c1;
	uint16_t owner;		/* whose it is: an element's number */
	bool across;		/* its lines run along columns */
	bool joined;		/* the beam stays on from the stroke before (order.h) */
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
int mk_strokes_dot(struct mk_strokes *l, struct mk_point p, uint32_t us, struct mk_err *e);

/* x' = a x + b y + x0, y' = c x + d y + y0 */
struct mk_affine {
	double a, b, c, d, x0, y0;
};

/* Turn by mdeg thousandths of a degree counter-clockwise, then move to at.
 * Quarter turns are exact. */
struct mk_affine mk_affine_place(struct mk_point at, long mdeg);
/* First u, then t. */
struct mk_affine mk_affine_then(const struct mk_affine *u, const struct mk_affine *t);
struct mk_point mk_affine_to(const struct mk_affine *t, double x, double y);
/* The way back, for turns, moves and mirrors (no scale). */
struct mk_point mk_affine_back(const struct mk_affine *t, struct mk_point p);

#endif
