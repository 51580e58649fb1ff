/* Where a part lies, by a picture of one that lies right. */
#ifndef MK_PLACE_H
#define MK_PLACE_H

#include "image/image.h"

/* What was at p in the reference is at c + R(rot)(p - c) + (dx, dy) now, where c is the
 * middle of the pictures. */
struct mk_place {
	double dx, dy;		/* pixels, to the right and down */
	double rot;		/* degrees, clockwise */
	double fit;		/* correlation, 1 is the same picture; below 0.5: another part */
};

/* Looked for within 10 degrees and a quarter of the picture's sides. MK_EDATA if the
 * pictures have not the same size, or one is all of one grey. */
int mk_place_find(const struct mk_image *reference, const struct mk_image *im,
	struct mk_place *out, struct mk_err *e);

#endif
