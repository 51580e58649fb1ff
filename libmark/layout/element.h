/* The lines of a template that mark something; inside layout/. */
#ifndef MK_ELEMENT_H
#define MK_ELEMENT_H

#include "layout/setting.h"

#define MK_LAY_GROUPS 16	/* inside each other */

/* Where the elements of a group stand. */
struct mk_lay_group {
	struct mk_affine t;
	double scale;
};

/* Whether the line's word is an element's; then add it, made ready: 1. 0, -1. */
int mk_element_add(struct mk_lay_line *in, const struct mk_lay_group *g, size_t op,
	struct mk_err *e);

/* "datamatrix, qr, … and ean13" into out. */
const char *mk_symbol_names(char *out, size_t n);

#endif
