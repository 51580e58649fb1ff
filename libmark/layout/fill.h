/* Fills: from the dark modules of a symbol to strokes. */
#ifndef MK_FILL_H
#define MK_FILL_H

#include "base/err.h"
#include "ident/symbol.h"
#include "layout/stroke.h"

struct mk_hatch {
	double module;		/* µm, side of a module */
	double pitch;		/* µm between lines, as asked for */
	double line;		/* µm, width of one line; less than module; 0: not known */
};

/* The lines of one module row: how many there are, how far (µm) the first is from
 * the module's upper edge, and the next from the one before. Their number makes
 * the pitch divide the module evenly, at most 6 % over what was asked for. Lines
 * wider than that pitch move inwards, so that the module does not outgrow its
 * edges: the first and the last lie half a line inside. */
struct mk_hatch_rows {
	int n;
	double first, step;
};
struct mk_hatch_rows mk_hatch_rows(const struct mk_hatch *h);

/* Append the fill: lines along the rows of m, dark neighbours merged, each line
 * half a line width shorter at both ends; to and fro from the top. The symbol's
 * centre is at t's origin, its top towards t's y. */
int mk_fill_hatch(const struct mk_matrix *m, const struct mk_hatch *h,
	const struct mk_affine *t, struct mk_strokes *out, struct mk_err *e);

#endif
