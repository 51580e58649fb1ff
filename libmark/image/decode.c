/* Picture files of any kind. The one file that knows leptonica. */
#include "image/image.h"

#ifdef HAVE_LEPTONICA
#include <leptonica/allheaders.h>

static int
take(PIX *grey, struct mk_image *im, struct mk_err *e)
{
	l_uint32 *data = pixGetData(grey);
	int wpl = pixGetWpl(grey), x, y;

	if (mk_image_new(im, pixGetWidth(grey), pixGetHeight(grey), e) == -1)
		return -1;
	for (y = 0; y < im->h; y++) {
		const l_uint32 *line = data + (size_t)y * (size_t)wpl;
		unsigned char *out = im->px + (size_t)y * (size_t)im->w;

		for (x = 0; x < im->w; x++)
			out[x] = (unsigned char)GET_DATA_BYTE(line, x);
	}
	return 0;
}

/* BT.601 as in png.c; alpha over white. NULL if there is no memory for it. */
static PIX *
to_grey(PIX *pix)
{
	PIX *flat, *grey;

	flat = pixGetSpp(pix) == 4 ? pixRemoveAlpha(pix) : pixRemoveColormap(pix, REMOVE_CMAP_BASED_ON_SRC);
	if (flat == NULL)
		return NULL;
	grey = pixGetDepth(flat) == 32 ? pixConvertRGBToGray(flat, 0.299f, 0.587f, 0.114f)
		: pixConvertTo8(flat, 0);
	pixDestroy(&flat);
	return grey;
}

static int
decode(const void *p, size_t n, const char *name, struct mk_image *im, struct mk_err *e)
{
	PIX *pix, *grey;
	l_int32 w = 0, h = 0;
	int r;

	(void)setMsgSeverity(L_SEVERITY_NONE);
	/* the head first: what claims to be huge is not unpacked */
	if (pixReadHeaderMem(p, n, NULL, &w, &h, NULL, NULL, NULL) != 0)
		return mk_err(e, MK_EDATA, "%s: no usable picture: PNG, JPEG, TIFF, WebP or PNM is", name);
	if (w < 1 || h < 1 || w > MK_IMAGE_SIDE_MAX || h > MK_IMAGE_SIDE_MAX)
		return mk_err(e, MK_EDATA, "%s: a picture of %dx%d pixels: each side is 1 to %d", name,
			w, h, MK_IMAGE_SIDE_MAX);
	pix = pixReadMem(p, n);
	if (pix == NULL)
		return mk_err(e, MK_EDATA, "%s: no usable picture: it is cut short or damaged", name);
	grey = to_grey(pix);
	pixDestroy(&pix);
	if (grey == NULL)
		return mk_err(e, MK_EDATA, "%s: no usable picture: its pixels cannot be made grey", name);
	r = take(grey, im, e);
	pixDestroy(&grey);
	return r;
}
#else
static int
decode(const void *p, size_t n, const char *name, struct mk_image *im, struct mk_err *e)
{
	(void)p;
	(void)n;
	(void)im;
	return mk_err(e, MK_EDATA, "%s: no PNG: this program was built without leptonica, which "
		"reads JPEG, TIFF, WebP and PNM", name);
}
#endif

int
mk_image_decode(const void *p, size_t n, const char *name, struct mk_image *im, struct mk_err *e)
{
	im->px = NULL;
	im->w = im->h = 0;
	if (n == 0)
		return mk_err(e, MK_EDATA, "%s: no usable picture: it is empty", name);
	return mk_png_is(p, n) ? mk_png_decode(p, n, name, im, e) : decode(p, n, name, im, e);
}
