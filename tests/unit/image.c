/* Pictures: PNG in and out, and what is done to them. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crc.h"
#include "image/image.h"
#include "image/raster.h"
#include "tests/tap.h"

static struct mk_err e;
static char path[] = "/tmp/mk-image.XXXXXX";

static int
put_file(const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");
	int good = f != NULL && fwrite(p, 1, n, f) == n;

	if (f != NULL && fclose(f) != 0)
		good = 0;
	return good;
}

/* ---- a PNG made by hand: stored deflate blocks, no filter ---- */

static void
be32(struct mk_buf *b, uint32_t v)
{
	char c[4] = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v };

	(void)mk_buf_add(b, c, 4, &e);
}

static void
chunk(struct mk_buf *b, const char *type, const void *p, size_t n)
{
	size_t at;

	be32(b, (uint32_t)n);
	at = b->n;
	(void)mk_buf_adds(b, type, &e);
	(void)mk_buf_add(b, p, n, &e);
	be32(b, mk_crc32(0, b->p + at, b->n - at));
}

/* raw: the rows, each with its filter byte 0 before it. */
static void
make_png(struct mk_buf *b, uint32_t w, uint32_t h, int depth, int colour, int interlace,
	const void *raw, size_t n)
{
	struct mk_buf head = {0}, z = {0};
	const unsigned char *u = raw;
	uint32_t s1 = 1, s2 = 0;
	size_t i;
	char c[5] = { (char)depth, (char)colour, 0, 0, (char)interlace };
	char len[5] = { 1, (char)n, (char)(n >> 8), (char)~n, (char)(~n >> 8) };

	be32(&head, w);
	be32(&head, h);
	(void)mk_buf_add(&head, c, 5, &e);
	for (i = 0; i < n; i++) {
		s1 = (s1 + u[i]) % 65521;
		s2 = (s2 + s1) % 65521;
	}
	(void)mk_buf_add(&z, "\x78\x01", 2, &e);
	(void)mk_buf_add(&z, len, 5, &e);
	(void)mk_buf_add(&z, raw, n, &e);
	be32(&z, s2 << 16 | s1);
	b->n = 0;
	(void)mk_buf_add(b, "\x89PNG\r\n\x1a\n", 8, &e);
	chunk(b, "IHDR", head.p, head.n);
	if (colour == 3)
		chunk(b, "PLTE", "\xff\x00\x00\x00\x00\xff", 6);
	chunk(b, "IDAT", z.p, z.n);
	chunk(b, "IEND", "", 0);
	mk_buf_clear(&head);
	mk_buf_clear(&z);
}

static void
reads(const char *what, int depth, int colour, const char *row, size_t n, const int want[2])
{
	struct mk_buf b = {0};
	struct mk_image im = {0};

	make_png(&b, 2, 1, depth, colour, 0, row, n);
	ok(put_file(b.p, b.n) && mk_png_read(path, &im, &e) == 0 && im.w == 2 && im.h == 1 &&
		im.px[0] == want[0] && im.px[1] == want[1], "%s: %d %d", what, want[0], want[1]);
	mk_image_clear(&im);
	mk_buf_clear(&b);
}

static void
kinds(void)
{
	reads("8-bit grey", 8, 0, "\0\x0a\xf0", 3, (int[]){ 10, 240 });
	reads("1-bit grey", 1, 0, "\0\x40", 2, (int[]){ 0, 255 });
	reads("16-bit grey", 16, 0, "\0\x12\x34\xff\xff", 5, (int[]){ 0x12, 255 });
	reads("grey with alpha, over white", 8, 4, "\0\x00\x00\x64\xff", 5, (int[]){ 255, 100 });
	reads("half transparent black", 8, 4, "\0\x00\x80\x00\xff", 5, (int[]){ 127, 0 });
	reads("colour: red, green", 8, 2, "\0\xff\x00\x00\x00\xff\x00", 7, (int[]){ 76, 150 });
	reads("colour with alpha", 8, 6, "\0\x00\x00\xff\xff\x00\x00\xff\x00", 9,
		(int[]){ 29, 255 });
	reads("palette: red, blue", 8, 3, "\0\x00\x01", 3, (int[]){ 76, 29 });
}

/* 3x3, Adam7: pass 1 has pixel 0; 4 column 2; 5 row 2; 6 column 1; 7 row 1. */
static void
interlaced(void)
{
	static const char raw[] = "\0\1" "\0\3" "\0\7\x09" "\0\2" "\0\x08" "\0\4\5\6";
	struct mk_buf b = {0};
	struct mk_image im = {0};
	int i, bad = 0;

	make_png(&b, 3, 3, 8, 0, 1, raw, sizeof raw - 1);
	ok(put_file(b.p, b.n) && mk_png_read(path, &im, &e) == 0 && im.w == 3 && im.h == 3,
		"an interlaced picture");
	for (i = 0; im.px != NULL && i < 9; i++)
		bad += im.px[i] != i + 1;
	ok(im.px != NULL && bad == 0, "has its pixels in place");
	mk_image_clear(&im);
	mk_buf_clear(&b);
}

static void
bad_files(void)
{
	struct mk_buf b = {0};
	struct mk_image im = {0};
	size_t n;
	int accepted = 0, other = 0;

	make_png(&b, 2, 1, 8, 6, 0, "\0\x00\x00\xff\xff\x00\x00\xff\x00", 9);
	/* without the end of IEND everything is there: that one may be read or not */
	for (n = 0; n < b.n - 12; n++) {
		accepted += !put_file(b.p, n) || mk_png_read(path, &im, &e) == 0;
		other += e.code != MK_EDATA || im.px != NULL;
	}
	ok(accepted == 0 && other == 0, "cut short anywhere: MK_EDATA, nothing left behind");
	for (n = 8; n < b.n; n++) {
		b.p[n] ^= 0x55;
		if (put_file(b.p, b.n) && mk_png_read(path, &im, &e) == 0)
			mk_image_clear(&im);
		b.p[n] ^= 0x55;
	}
	ok(im.px == NULL, "any byte changed: no crash, no leak");
	make_png(&b, 20001, 1, 8, 0, 0, "\0", 1);
	ok(put_file(b.p, b.n) && mk_png_read(path, &im, &e) == -1 && e.code == MK_EDATA,
		"too wide is refused: %s", e.msg);
	ok(put_file("id:x\n", 5) && mk_png_read(path, &im, &e) == -1 && e.code == MK_EDATA &&
		strstr(e.msg, "no usable PNG") != NULL && strstr(e.msg, path) == e.msg,
		"no PNG: %s", e.msg);
	ok(mk_png_read("/nowhere/x.png", &im, &e) == -1 && e.code == MK_EIO, "no file: %s", e.msg);
	ok(mk_png_read("/", &im, &e) == -1 && e.code == MK_EIO, "a folder: %s", e.msg);
	mk_buf_clear(&b);
}

static void
round_trip(void)
{
	struct mk_image a, b = {0};
	int fd, i;

	ok(mk_image_new(&a, 301, 77, &e) == 0, "a picture");
	for (i = 0; i < a.w * a.h; i++)
		a.px[i] = (unsigned char)((unsigned)i * 2654435761u >> 13);
	fd = open(path, O_WRONLY | O_TRUNC);
	ok(mk_png_write(fd, path, &a, &e) == 0 && close(fd) == 0, "written");
	ok(mk_png_read(path, &b, &e) == 0 && b.w == 301 && b.h == 77 &&
		memcmp(a.px, b.px, 301 * 77) == 0, "and read back the same");
	mk_image_clear(&b);
	fd = open("/dev/full", O_WRONLY);
	ok(mk_png_write(fd, "full", &a, &e) == -1 && e.code == MK_EIO &&
		strcmp(e.msg, "full: cannot write: No space left on device") == 0, "%s", e.msg);
	(void)close(fd);
	mk_image_clear(&a);
	ok(mk_image_new(&a, 0, 5, &e) == -1 && e.code == MK_EDATA, "no picture of 0 pixels");
	ok(mk_image_new(&a, 5, 20001, &e) == -1 && e.code == MK_EDATA, "nor of a side too long");
}

/* ---- rasters ---- */

static void
fill(struct mk_image *im, int w, int h, const char *px)
{
	if (mk_image_new(im, w, h, &e) == 0)
		memcpy(im->px, px, (size_t)w * (size_t)h);
}

static int
same(struct mk_image *im, int w, int h, const char *px)
{
	int r = im->px != NULL && im->w == w && im->h == h &&
		memcmp(im->px, px, (size_t)w * (size_t)h) == 0;

	mk_image_clear(im);
	return r;
}

static void
rasters(void)
{
	struct mk_image a, b, flat;
	int i, bad = 0;

	fill(&a, 2, 2, "\1\2\3\4");
	ok(mk_raster_pad(&a, 1, &b, &e) == 0 && same(&b, 4, 4,
		"\1\1\2\2" "\1\1\2\2" "\3\3\4\4" "\3\3\4\4"), "a border repeats the edge");
	mk_image_clear(&a);
	fill(&a, 2, 1, "\0\x40");
	ok(mk_raster_up2(&a, &b, &e) == 0 && same(&b, 4, 2, "\0\x10\x30\x40\0\x10\x30\x40"),
		"twice the size, linear between");
	mk_image_clear(&a);
	fill(&a, 3, 2, "\1\2\7\3\6\7");
	ok(mk_raster_half(&a, &b, &e) == 0 && same(&b, 1, 1, "\3"), "half the size");
	ok(mk_raster_shrink(&a, 3, &b, &e) == 0 && same(&b, 1, 1, "\5"),
		"a third of it, which is less than one pixel high: the last row counts again");
	ok(mk_raster_open(&a, 1, &b, &e) == 0 && same(&b, 3, 2, "\1\2\2\1\2\2"),
		"an opening takes lights away that are smaller than its square");
	mk_image_clear(&a);
	fill(&a, 5, 1, "\x09\x01\x09\x09\x09");
	ok(mk_raster_open(&a, 1, &b, &e) == 0 && same(&b, 5, 1, "\x01\x01\x09\x09\x09"),
		"and leaves darks as they are");
	mk_image_clear(&a);
	fill(&a, 4, 1, "\x64\x64\x6e\x78");
	ok(mk_raster_stretch(&a, &b, &e) == 0 && same(&b, 4, 1, "\0\0\x7f\xff"), "stretched");
	mk_image_clear(&a);
	(void)mk_image_new(&flat, 9, 7, &e);
	memset(flat.px, 77, 63);
	ok(mk_raster_blur(&flat, 3, &b, &e) == 0, "blurred");
	for (i = 0; i < 63; i++)
		bad += b.px[i] != 77;
	ok(bad == 0, "what is flat stays flat, to its edges");
	mk_image_clear(&b);
	ok(mk_raster_stretch(&flat, &b, &e) == 0, "one grey level can be stretched");
	mk_image_clear(&b);
	flat.px[31] = 77 + 81;
	ok(mk_raster_blur(&flat, 1, &b, &e) == 0 && b.px[31] > 77 && b.px[31] < 77 + 27 &&
		b.px[30] > 77 && b.px[22] > 77 && b.px[33] > 77 && b.px[34] == 77,
		"a point spreads to both sides, and no further than twice the radius");
	mk_image_clear(&b);
	mk_image_clear(&flat);
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd == -1 || close(fd) == -1)
		return 1;
	kinds();
	interlaced();
	bad_files();
	round_trip();
	rasters();
	(void)unlink(path);
	return done();
}
