/* Fills: from the dark modules of a symbol to strokes. */
#ifndef MK_FILL_H
#define MK_FILL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "ident/symbol.h"
#include "layout/stroke.h"

enum mk_direction {
	MK_BEST,	/* each module along its row or its column, for the fewest runs */
	MK_ROWS, MK_COLUMNS
};

struct mk_hatch {
	double mx, my;		/* µm, width and height of a module */
	double pitch;		/* µm between lines, as asked for */
	double line;		/* µm, width of one line; less than a module; 0: not known */
	enum mk_direction way;
	bool cross;		/* and all again, across */
	bool turns;		/* the beam stays on from one line of a run to the next */
	uint16_t sym;		/* the symbol's number, from 1, for those who order */
};

/* The lines of a module of that width: how many there are, how far (µm) the first is
 * from the module's edge, and the next from the one before. Their number makes
 * the pitch divide the module evenly, at most 6 % over what was asked for. Lines
 * wider than that pitch move inwards, so that the module does not outgrow its
 * edges: the first and the last lie half a line inside. */
struct mk_hatch_rows {
	int n;
	double first, step;
};
struct mk_hatch_rows mk_hatch_rows(const struct mk_hatch *h, double module);

/* Scratch memory of fills; {0} at first. */
struct mk_filler {
	struct mk_buf along, work, seen;
};
void mk_filler_clear(struct mk_filler *f);

/* Append the fill: straight runs of dark modules, equal ones beside each other as
 * one block, each a meander of lines (or, without turns, so many single lines),
 * half a line shorter at both ends. The symbol's centre is at t's origin, its top
 * towards t's y. */
int mk_fill_hatch(struct mk_filler *f, const struct mk_matrix *m, const struct mk_hatch *h,
	const struct mk_affine *t, struct mk_strokes *out, struct mk_err *e);

/* Append a dot of us µs in the middle of each dark module. */
int mk_fill_dots(const struct mk_matrix *m, const struct mk_hatch *h, uint32_t us,
	const struct mk_affine *t, struct mk_strokes *out, struct mk_err *e);

/* Append the outlines of the dark regions (modules that touch by a corner alone are
 * parted), half a line inside them, as closed strokes. */
int mk_fill_outline(struct mk_filler *f, const struct mk_matrix *m, const struct mk_hatch *h,
	const struct mk_affine *t, struct mk_strokes *out, struct mk_err *e);

#endif
