/* The order in which strokes are marked: the beam off for as short as possible. */
#ifndef MK_ORDER_H
#define MK_ORDER_H

#include "layout/stroke.h"

/* Reorder, and turn round, the strokes from number first on: each time the
 * nearest end to where the beam is, beginning at *at, which is left at the end. */
void mk_order_nearest(struct mk_strokes *l, size_t first, struct mk_point *at);

#endif
