#include "image/image.h"

#include <stdlib.h>

int
mk_image_new(struct mk_image *im, int w, int h, struct mk_err *e)
{
	im->px = NULL;
	im->w = im->h = 0;
	if (w < 1 || h < 1 || w > MK_IMAGE_SIDE_MAX || h > MK_IMAGE_SIDE_MAX)
		return mk_err(e, MK_EDATA, "a picture of %dx%d pixels: each side is 1 to %d",
			w, h, MK_IMAGE_SIDE_MAX);
	im->px = calloc((size_t)w, (size_t)h);
	if (im->px == NULL)
		return mk_err_nomem(e);
	im->w = w;
	im->h = h;
	return 0;
}

void
mk_image_clear(struct mk_image *im)
{
	free(im->px);
	im->px = NULL;
	im->w = im->h = 0;
}
