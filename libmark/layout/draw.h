/* An element of a template, for one record, as strokes; inside layout/. */
#ifndef MK_DRAW_H
#define MK_DRAW_H

#include "layout/check.h"
#include "layout/fill.h"
#include "layout/order.h"
#include "layout/region.h"
#include "layout/template.h"

/* Kept for its memory; {0} at first. */
struct mk_drawer {
	struct mk_symbol *symbol;
	struct mk_filler filler;
	struct mk_region region;
	struct mk_strokes outline;
	struct mk_buf swapped;
	uint16_t symbols;	/* drawn for this record so far */
	double join;		/* µm, the widest step between hatch lines of a symbol */
};
int mk_drawer_init(struct mk_drawer *d, struct mk_err *e);
void mk_drawer_clear(struct mk_drawer *d);

/* What to draw it with. */
struct mk_draw {
	const struct mk_element *el;
	const struct mk_lay_pen *pen;
	struct mk_pace pace;
	struct mk_affine t;	/* from the element's coordinates to the field's */
	const void *data;	/* of a symbol or a text */
	size_t n;
	bool gs1;
};

/* Append the strokes. Of a symbol *q gets the box of its quiet zone, and *rows and *cols
 * its size. *why is the reason of an MK_EDATA. */
int mk_draw_element(struct mk_drawer *d, const struct mk_draw *what, struct mk_strokes *out,
	struct mk_quiet *q, int *rows, int *cols, const char **why, struct mk_err *e);

#endif
