#include <errno.h>
#include <png.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "image/image.h"

/* All that must survive a longjmp out of libpng lives here, in the caller's frame. */
struct state {
	png_structp png;
	png_infop info;
	const char *name;
	FILE *f;
	int fd;
	struct mk_image *im;
	unsigned char *rows;	/* one row, or all of them if interlaced */
	png_bytep *row;
	struct mk_err *e;
	int ioerr;
};

static void
on_error(png_structp png, png_const_charp msg)
{
	struct state *s = png_get_error_ptr(png);

	if (!s->ioerr)
		mk_err(s->e, MK_EDATA, "%s: no usable PNG: %s", s->name, msg);
	png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp msg)
{
	(void)png;
	(void)msg;
}

static void
on_read(png_structp png, png_bytep p, size_t n)
{
	struct state *s = png_get_io_ptr(png);

	if (fread(p, 1, n, s->f) == n)
		return;
	if (ferror(s->f)) {
		s->ioerr = 1;
		mk_err_sys(s->e, MK_EIO, "%s: cannot read", s->name);
	}
	png_error(png, "the file is cut short");
}

static void
on_write(png_structp png, png_bytep p, size_t n)
{
	struct state *s = png_get_io_ptr(png);

	if (mk_io_write(s->fd, p, n, s->name, s->e) == 0)
		return;
	s->ioerr = 1;
	png_error(png, "write");
}

static void
on_flush(png_structp png)
{
	(void)png;
}

/* ---- reading ---- */

static unsigned
over_white(unsigned v, unsigned alpha)
{
	return (v * alpha + 255 * (255 - alpha) + 127) / 255;
}

/* One row of 1..4 channels to grey. 299 + 587 + 114 = 1000: BT.601. */
static void
to_grey(const unsigned char *in, int channels, int w, unsigned char *out)
{
	int x;

	for (x = 0; x < w; x++, in += channels) {
		unsigned v = channels < 3 ? in[0]
			: (299u * in[0] + 587u * in[1] + 114u * in[2] + 500) / 1000;

		if (channels == 2 || channels == 4)
			v = over_white(v, in[channels - 1]);
		out[x] = (unsigned char)v;
	}
}

static int
read_rows(struct state *s, int passes)
{
	int channels = png_get_channels(s->png, s->info), y;
	size_t stride = png_get_rowbytes(s->png, s->info);
	size_t w = (size_t)s->im->w, h = (size_t)s->im->h;

	s->rows = calloc(passes > 1 ? h : 1, stride);
	s->row = passes > 1 ? calloc(h, sizeof *s->row) : NULL;
	if (s->rows == NULL || (passes > 1 && s->row == NULL))
		return mk_err_nomem(s->e);
	if (passes > 1) {
		for (y = 0; y < s->im->h; y++)
			s->row[y] = s->rows + (size_t)y * stride;
		png_read_image(s->png, s->row);
	}
	for (y = 0; y < s->im->h; y++) {
		if (passes == 1)
			png_read_row(s->png, s->rows, NULL);
		to_grey(passes > 1 ? s->row[y] : s->rows, channels, s->im->w,
			s->im->px + (size_t)y * w);
	}
	return 0;
}

static int
read_png(struct state *s)
{
	png_uint_32 w, h;
	int passes;

	if (setjmp(png_jmpbuf(s->png)) != 0)
		return -1;
	png_set_read_fn(s->png, s, on_read);
	png_set_user_limits(s->png, MK_IMAGE_SIDE_MAX, MK_IMAGE_SIDE_MAX);
	png_read_info(s->png, s->info);
	png_set_expand(s->png);
	png_set_strip_16(s->png);
	passes = png_set_interlace_handling(s->png);
	png_read_update_info(s->png, s->info);
	w = png_get_image_width(s->png, s->info);
	h = png_get_image_height(s->png, s->info);
	if (mk_image_new(s->im, (int)w, (int)h, s->e) == -1 || read_rows(s, passes) == -1)
		return -1;
	png_read_end(s->png, NULL);
	return 0;
}

/* From s->f, which is closed. */
static int
read_stream(struct state *s)
{
	int r = -1;

	memset(s->im, 0, sizeof *s->im);
	s->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, s, on_error, on_warning);
	if (s->png != NULL)
		s->info = png_create_info_struct(s->png);
	if (s->info == NULL)
		mk_err_nomem(s->e);
	else
		r = read_png(s);
	png_destroy_read_struct(&s->png, &s->info, NULL);
	free(s->row);
	free(s->rows);
	(void)fclose(s->f);
	if (r == -1)
		mk_image_clear(s->im);
	return r;
}

int
mk_png_read(const char *path, struct mk_image *im, struct mk_err *e)
{
	struct state s = { .name = path, .im = im, .e = e };

	if ((s.f = fopen(path, "rbe")) == NULL)
		return mk_err_sys(e, MK_EIO, "%s: cannot open", path);
	return read_stream(&s);
}

int
mk_png_decode(const void *p, size_t n, const char *name, struct mk_image *im, struct mk_err *e)
{
	struct state s = { .name = name, .im = im, .e = e };

	/* opened for reading only, it does not write */
	if ((s.f = fmemopen((void *)(uintptr_t)p, n, "rb")) == NULL)
		return mk_err_nomem(e);
	return read_stream(&s);
}

bool
mk_png_is(const void *p, size_t n)
{
	return n >= 8 && png_sig_cmp(p, 0, 8) == 0;
}

/* ---- writing ---- */

static int
write_png(struct state *s, int w, int h, int channels, const unsigned char *px)
{
	int y;

	if (setjmp(png_jmpbuf(s->png)) != 0)
		return -1;
	png_set_write_fn(s->png, s, on_write, on_flush);
	png_set_IHDR(s->png, s->info, (png_uint_32)w, (png_uint_32)h, 8,
		channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	/* pictures are mostly noise: more effort costs time and gains nothing */
	png_set_compression_level(s->png, 2);
	png_set_filter(s->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
	png_write_info(s->png, s->info);
	for (y = 0; y < h; y++)
		png_write_row(s->png, px + (size_t)y * (size_t)w * (size_t)channels);
	png_write_end(s->png, NULL);
	return 0;
}

static int
write_to(int fd, const char *name, int w, int h, int channels, const unsigned char *px,
	struct mk_err *e)
{
	struct state s = { .name = name, .fd = fd, .e = e };
	int r = -1;

	s.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning);
	if (s.png != NULL)
		s.info = png_create_info_struct(s.png);
	if (s.info == NULL)
		mk_err_nomem(e);
	else
		r = write_png(&s, w, h, channels, px);
	png_destroy_write_struct(&s.png, &s.info);
	return r;
}

int
mk_png_write(int fd, const char *name, const struct mk_image *im, struct mk_err *e)
{
	return write_to(fd, name, im->w, im->h, 1, im->px, e);
}

int
mk_png_write_rgb(int fd, const char *name, int w, int h, const unsigned char *rgb,
	struct mk_err *e)
{
	return write_to(fd, name, w, h, 3, rgb, e);
}
