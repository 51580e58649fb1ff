/* Finding a mark that cannot be read, by what it should be: so that its damage can be
 * counted. */
#ifndef MK_LOCATE_H
#define MK_LOCATE_H

#include "vision/plan.h"

/* Look for the symbol of modules `expected` (as plan has it; 1 is marked) where the
 * picture is busiest: at any angle, mirrored or not, dark on light or light on dark,
 * whole or torn.
 * 1 with the corners, light and mirrored of code filled; 0 if nothing looks like it;
 * -1 (MK_ENOMEM). It takes about 150 ms of CPU time at most. */
int mk_locate(const struct mk_image *im, const struct mk_plan *plan,
	const unsigned char *expected, struct mk_code *code, struct mk_err *e);

#endif
