/* Pictures of parts, named by the part. Inside libmark/laser only. */
#ifndef MK_PICTURE_H
#define MK_PICTURE_H

#include <stddef.h>

#include "base/err.h"
#include "base/rec.h"
#include "image/image.h"

#define MK_PICTURE_NAME_MAX 256

/* The name, without ".png", of the picture of a part: its id, then "-" and its op
 * if there is one; runs of bytes other than A-Z a-z 0-9 . _ - become one '_', at
 * most 100 bytes each; "part" if nothing is left. */
int mk_picture_name(const struct mk_rec *rec, char out[MK_PICTURE_NAME_MAX], struct mk_err *e);

/* Write a part's file into the folder dirfd as NAME.ext, or NAME-2.ext, NAME-3.ext …
 * if there is one: nothing is overwritten, nothing half written is seen. path gets
 * dir/NAME.ext; write writes the whole file. */
typedef int mk_picture_write(int fd, const char *name, const void *arg, struct mk_err *e);
int mk_picture_put(int dirfd, const char *dir, const struct mk_rec *rec, const char *ext,
	mk_picture_write *write, const void *arg, char *path, size_t size, struct mk_err *e);

/* The same with a picture, as PNG. */
int mk_picture_save(int dirfd, const char *dir, const struct mk_rec *rec,
	const struct mk_image *im, char *path, size_t size, struct mk_err *e);

#endif
