/* The order in which strokes are marked: the least time under the device's own
 * time model. */
#ifndef MK_ORDER_H
#define MK_ORDER_H

#include <stdbool.h>

#include "base/err.h"
#include "job/job.h"
#include "layout/stroke.h"

/* What ways cost, in µs, and µs per µm. */
struct mk_pace {
	double mark, jump;	/* per µm */
	double gap;		/* for the beam to go off, and on elsewhere, beside the way */
	double corner;
};
struct mk_pace mk_pace_of(const struct mk_timing *t, uint32_t speed);

/* Whether to turn, by two corners, into a line step µm away is quicker than to
 * go there with the beam off. */
bool mk_pace_turns(const struct mk_pace *p, double step);

/* Scratch memory of an ordering; {0} at first, may be used again and again. */
struct mk_order;
int mk_order_new(struct mk_order **o, struct mk_err *e);
void mk_order_free(struct mk_order *o);		/* NULL is allowed */

/* Put the strokes first up to (not with) end into the order, and turn each the way,
 * that takes the least time from *at on, as far as the search finds it: the
 * nearest end each time, then exchanges (2-opt, Or-opt) and the best way through
 * every stroke for that order. joined is set where the beam rather stays on: the
 * strokes meet, or are neighbours in one symbol not more than join µm apart.
 * *at is left at the end. The effort is bounded by the number of strokes; the same
 * strokes always get the same order. */
int mk_order_strokes(struct mk_order *o, struct mk_strokes *l, size_t first, size_t end,
	const struct mk_pace *pace, double join, struct mk_point *at, struct mk_err *e);

#endif
