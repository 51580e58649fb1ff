/* Operations on grey pictures. Each makes a new picture in out, which must not
 * be in; 0, or -1 with e (out of memory, or a side that grew over the limit). */
#ifndef MK_RASTER_H
#define MK_RASTER_H

#include "image/image.h"

/* A border of n pixels all around, that repeats the outermost ones. */
int mk_raster_pad(const struct mk_image *in, int n, struct mk_image *out, struct mk_err *e);

/* Twice the size, linear between pixel centres. */
int mk_raster_up2(const struct mk_image *in, struct mk_image *out, struct mk_err *e);

/* Half the size, rounded down, at least 1: means of 2x2. */
int mk_raster_half(const struct mk_image *in, struct mk_image *out, struct mk_err *e);

/* The same for 1/n of the size, n from 1 on: means of n x n. */
int mk_raster_shrink(const struct mk_image *in, int n, struct mk_image *out, struct mk_err *e);

/* The mean of the (2r+1)² pixels around each one, the border repeated; twice,
 * which is close to a Gaussian of sigma r·0.8. r is 1..100. */
int mk_raster_blur(const struct mk_image *in, int r, struct mk_image *out, struct mk_err *e);

/* Grey opening by a square of 2r+1: the darkest, then the lightest; dark things
 * grow together, light specks smaller than the square vanish. r is 1..100. */
int mk_raster_open(const struct mk_image *in, int r, struct mk_image *out, struct mk_err *e);

/* Grey levels stretched so that the darkest and the lightest 1 % are 0 and 255. */
int mk_raster_stretch(const struct mk_image *in, struct mk_image *out, struct mk_err *e);

/* Grey closing, the other way round: light things grow together, dark specks vanish. */
int mk_raster_close(const struct mk_image *in, int r, struct mk_image *out, struct mk_err *e);

/* Each pixel as its distance from the mean of the (2r+1)² around it, in their
 * standard deviations: 128 is the mean, 80 levels are one. Evens out shadows and
 * brings up what is faint. r is 1..1000. */
int mk_raster_level(const struct mk_image *in, int r, struct mk_image *out, struct mk_err *e);

/* A part of it. MK_EDATA if it is not inside. */
int mk_raster_crop(const struct mk_image *in, int x, int y, int w, int h, struct mk_image *out,
	struct mk_err *e);

int mk_raster_flip(const struct mk_image *in, struct mk_image *out, struct mk_err *e); /* left is right */
int mk_raster_invert(const struct mk_image *in, struct mk_image *out, struct mk_err *e); /* 255 - v */

#endif
