/* Checks of what was laid out, before it becomes a job. */
#ifndef MK_CHECK_H
#define MK_CHECK_H

#include <stdbool.h>

#include "base/err.h"
#include "layout/stroke.h"

struct mk_box {
	double x0, y0, x1, y1;
};

/* The box around the strokes from first up to (not with) end. */
struct mk_box mk_check_box(const struct mk_strokes *l, size_t first, size_t end);

/* The box inside w by h µm around the origin; MK_EDATA names the farthest point. */
int mk_check_area(const struct mk_box *b, double w, double h, struct mk_err *e);

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

/* What an element came to. */
struct mk_piece {
	size_t first, end;	/* its strokes */
	double line;		/* µm, how wide they are */
	struct mk_box box;
};

/* Whether the strokes of two elements stay apart. */
bool mk_check_apart(const struct mk_strokes *l, const struct mk_piece *a, const struct mk_piece *b);

#endif
