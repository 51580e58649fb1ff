/* Grey-scale pictures: 8 bits a pixel, 0 black, row by row from the top. */
#ifndef MK_IMAGE_H
#define MK_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define MK_IMAGE_SIDE_MAX 20000

struct mk_image {
	int w, h;
	unsigned char *px;	/* w * h bytes, owned */
};

/* A picture of w by h pixels, all 0. MK_EDATA if a side is not 1..20000. */
int mk_image_new(struct mk_image *im, int w, int h, struct mk_err *e);
void mk_image_clear(struct mk_image *im);

/* Read any PNG as grey (colour by ITU-R BT.601 luma, alpha over white, 16 bits
 * cut to 8). MK_EIO if the file cannot be read, MK_EDATA if it is no PNG. */
int mk_png_read(const char *path, struct mk_image *im, struct mk_err *e);

int mk_png_decode(const void *p, size_t n, const char *name, struct mk_image *im, struct mk_err *e);
bool mk_png_is(const void *p, size_t n);	/* it begins as a PNG does */

/* Any picture file's n bytes as grey: PNG, and, with leptonica, JPEG, TIFF (its
 * first page), WebP, PNM, BMP, GIF. MK_EDATA if it is none; name is for messages.
 * Bytes of strangers belong into a process that may crash (vision/reader.h). */
int mk_image_decode(const void *p, size_t n, const char *name, struct mk_image *im,
	struct mk_err *e);

/* Write an 8-bit grey PNG to fd (not synced, not closed); name is for messages. */
int mk_png_write(int fd, const char *name, const struct mk_image *im, struct mk_err *e);

/* The same in colour: 3 bytes a pixel, red, green, blue. */
int mk_png_write_rgb(int fd, const char *name, int w, int h, const unsigned char *rgb,
	struct mk_err *e);

#endif
