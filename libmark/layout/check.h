/* Checks of what was laid out, before it becomes a job. */
#ifndef MK_CHECK_H
#define MK_CHECK_H

#include <stdbool.h>

#include "base/err.h"
#include "layout/stroke.h"

/* Every point of the strokes from number first on inside w by h µm around the
 * origin; MK_EDATA names the first one outside. */
int mk_check_area(const struct mk_strokes *l, size_t first, double w, double h,
	struct mk_err *e);

/* A symbol with its quiet zone: a box of half-sizes hw, hh (µm) around t's origin,
 * turned with t. */
struct mk_quiet {
	struct mk_affine t;
	double hw, hh;
};

/* Whether the strokes from first up to (not with) end, marked line µm wide, stay
 * out of q. */
bool mk_check_quiet(const struct mk_strokes *l, size_t first, size_t end, double line,
	const struct mk_quiet *q);

#endif
