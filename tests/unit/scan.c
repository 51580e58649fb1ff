/* Reading: what libdmtx says is believed only with the guard's consent, and what
 * kills it kills nobody else. Marks come from an encoder of our own (ecc200.h). */
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "ident/symbol.h"
#include "image/raster.h"
#include "tests/sim/plain.h"
#include "tests/tap.h"
#include "vision/dmtx.h"
#include "vision/reader.h"

static void
plain(const char *text, size_t n, int gs1, int side, const char *what)
{
	struct ecc s;
	struct mk_image im;
	struct mk_scan got;
	struct mk_scan_want any = {0}, size;

	ok(ecc_make(&s, text, n, gs1, side) == side, "%s: a symbol of %d modules", what, side);
	render(&s, 5, 40, 200, 0, &im);
	ok(mk_scan_image(&im, &any, &got, &e) == 0 && says(&got, text, n) && got.code[0].fnc1 == gs1 &&
		got.code[0].rows == side && got.code[0].cols == side && got.tries == 1, "is read at once");
	size = (struct mk_scan_want){ .rows = side, .cols = side };
	ok(mk_scan_image(&im, &size, &got, &e) == 0 && says(&got, text, n), "with its size known");
	size = (struct mk_scan_want){ .rows = side + 2, .cols = side + 2, .ms = 40 };
	ok(mk_scan_image(&im, &size, &got, &e) == 0 && got.codes == 0 && got.best == -1,
		"and not as another size");
	mk_image_clear(&im);
}

/* ---- corners ---- */

/* How far the corners are from where the symbol was drawn, in modules; turns counts
 * quarter turns of the picture to the right. */
static double
off_by(const struct mk_code *c, int side, int px, int turns, int mirrored)
{
	double far = 0;
	int i;

	for (i = 0; i < 4; i++) {
		double x = i == 1 || i == 2, y = i >= 2, t;
		int k;

		for (k = 0; k < turns; k++) {
			t = x;
			x = 1 - y;
			y = t;
		}
		if (mirrored)
			x = 1 - x;
		far = fmax(far, hypot(c->corner[i].x / px - 4 - x * side, c->corner[i].y / px - 4 - y * side));
	}
	return far;
}

static void
turn(struct mk_image *im)
{
	struct mk_image out;
	int x, y;

	if (mk_image_new(&out, im->h, im->w, &e) == -1)
		abort();
	for (y = 0; y < im->h; y++)
		for (x = 0; x < im->w; x++)
			out.px[x * out.w + out.w - 1 - y] = im->px[y * im->w + x];
	mk_image_clear(im);
	*im = out;
}

/* Every engine gives the corners in the same order, however the picture is turned,
 * mirrored, light on dark, or made clearer. */
static void
corners(void)
{
	struct mk_scan_want any = {0};
	struct mk_image im, flipped;
	struct mk_scan got;
	struct ecc s;
	double off;
	size_t i;
	int t, dark, r;

	(void)ecc_make(&s, "PART-000123", 11, 0, 18);
	for (dark = 0; dark < 2; dark++) {
		render(&s, 6, dark ? 200 : 40, dark ? 40 : 200, 0, &im);
		for (t = 0; t < 4; t++, turn(&im)) {
			const struct mk_engine *g;

			for (i = 0; (g = mk_engine(i)) != NULL; i++) {
				memset(&got, 0, sizeof got);
				if (dark && !g->light)
					continue;
				r = g->scan(&im, &any, 500, &got, &e);
				off = off_by(got.code, 18, 6, t, 0);
				ok(r == 1 && off < 0.5, "corners by %s, %d quarters%s: %.2f modules off",
					g->name, t, dark ? ", light on dark" : "", off);
				ok(got.code[0].light == dark && !got.code[0].mirrored, "which it says");
			}
			r = mk_scan_image(&im, &any, &got, &e);
			off = off_by(got.code, 18, 6, t, 0);
			ok(r == 0 && got.best == 0 && off < 0.5 && got.code[0].light == dark,
				"and by the way \"%s\" %.2f", got.code[0].way, off);
			if (mk_raster_flip(&im, &flipped, &e) == -1)
				abort();
			r = mk_scan_image(&flipped, &any, &got, &e);
			off = off_by(got.code, 18, 6, t, 1);
			ok(r == 0 && got.best == 0 && got.code[0].mirrored && off < 0.5,
				"mirrored, by the way \"%s\" of %s: %.2f", got.code[0].way,
				got.code[0].engine, off);
			mk_image_clear(&flipped);
		}
		mk_image_clear(&im);
	}
}

static void
hard_light(void)
{
	struct ecc s;
	struct mk_image im;
	struct mk_scan got;
	struct mk_scan_want any = {0};

	(void)ecc_make(&s, "PART-000123", 11, 0, 18);
	render(&s, 6, 200, 40, 0, &im);
	ok(mk_scan_image(&im, &any, &got, &e) == 0 && says(&got, "PART-000123", 11), "light on dark");
	mk_image_clear(&im);
	render(&s, 6, 90, 150, 30, &im);
	ok(mk_scan_image(&im, &any, &got, &e) == 0 && says(&got, "PART-000123", 11),
		"half the contrast is noise (%d tries)", got.tries);
	mk_image_clear(&im);
	render(&s, 6, 120, 120, 0, &im);
	ok(mk_scan_image(&im, &any, &got, &e) == 0 && got.codes == 0, "no contrast, no read");
	mk_image_clear(&im);
	(void)mk_image_new(&im, 1, 1, &e);
	ok(mk_scan_image(&im, &any, &got, &e) == 0 && got.codes == 0, "one pixel");
	mk_image_clear(&im);
}

/* Dots that do not touch, in pictures so large that their gaps are many pixels wide. Where
 * it was read is told in the picture's own pixels. */
static void
dotted(void)
{
	static const int px[] = { 15, 24, 33 };
	struct mk_scan_want want = { .ms = 400 };
	struct mk_scan got;
	struct mk_image im;
	struct ecc s;
	size_t i;
	int x, y;

	(void)ecc_make(&s, "PART-000123", 11, 0, 18);
	for (i = 0; i < sizeof px / sizeof *px; i++) {
		int n = px[i];

		render(&s, n, 60, 180, 12, &im);
		for (y = 0; y < im.h; y++)
			for (x = 0; x < im.w; x++) {
				double u = x % n + .5 - n / 2.0, v = y % n + .5 - n / 2.0;

				if (hypot(u, v) > .36 * n && im.px[y * im.w + x] < 120)
					im.px[y * im.w + x] = 180;
			}
		ok(mk_scan_image(&im, &want, &got, &e) == 0 && says(&got, "PART-000123", 11) &&
			fabs(got.code[0].corner[0].x - 4 * n) < n && fabs(got.code[0].corner[2].y - 22 * n) < n,
			"dots of %d pixels (%s)", n, got.code[0].way);
		mk_image_clear(&im);
	}
}

/* Every size that is made without asking for it, from libzint's hand: with blocks
 * interleaved and with several regions. Damaged within reason, too. */
static void
one_size(struct mk_symbol *enc, const struct mk_symbol_ask *ask, int *read, int *mended)
{
	struct mk_scan_want want = { .rows = ask->size->rows, .cols = ask->size->cols };
	static const char text[] = "0123456789ABCDEFGHIJ";
	size_t n = want.rows * want.cols <= 256 ? 4 : 20;
	struct mk_scan got;
	struct mk_matrix m;
	struct mk_image im;
	int px = 4, x, y, k;

	if (mk_symbol_encode(enc, ask, text, n, &m, &e) == -1 ||
	    mk_image_new(&im, (m.cols + 8) * px, (m.rows + 8) * px, &e) == -1) {
		printf("# %dx%d: %s\n", want.rows, want.cols, e.msg);
		return;
	}
	for (y = 0; y < im.h; y++)
		for (x = 0; x < im.w; x++) {
			int r = y / px - 4, c = x / px - 4;

			im.px[y * im.w + x] = r >= 0 && c >= 0 && r < m.rows && c < m.cols &&
				m.dark[r * m.cols + c] ? 50 : 190;
		}
	*read += mk_scan_image(&im, &want, &got, &e) == 0 && says(&got, text, n) && !got.code[0].fnc1;
	/* one module turned around */
	for (k = 0; k < 16; k++) {
		unsigned char *p = &im.px[(im.h / 2 / px * px + k / 4) * im.w + im.w / 3 / px * px + k % 4];

		*p = *p > 128 ? 50 : 190;
	}
	*mended += mk_scan_image(&im, &want, &got, &e) == 0 && says(&got, text, n);
	mk_image_clear(&im);
}

static void
all_sizes(void)
{
	struct mk_symbol_ask ask = { .type = mk_symbol_type("datamatrix") };
	struct mk_symbol *enc = NULL;
	int sizes = 0, read = 0, mended = 0;

	ok(mk_symbol_new(&enc, &e) == 0 && ask.type != NULL, "an encoder");
	for (ask.size = ask.type->sizes; ask.size->rows != 0; ask.size++) {
		int before = read;

		if (ask.size->ask)	/* libdmtx cannot read it */
			continue;
		sizes++;
		one_size(enc, &ask, &read, &mended);
		if (read == before)
			printf("# %dx%d is not read\n", ask.size->rows, ask.size->cols);
	}
	mk_symbol_free(enc);
	ok(sizes >= 23 && read == sizes, "%d of all %d sizes are read", read, sizes);
	ok(mended == sizes, "and %d with a wrong module", mended);
}

/* The other kinds, through libzint's hand: what they say, their corners and their size,
 * straight and mirrored. */
static void
other_kind(struct mk_symbol *enc, const char *kind, const char *text, int gs1, int level)
{
	struct mk_symbol_ask ask = { .type = mk_symbol_type(kind), .gs1 = gs1, .any = true, .level = level };
	struct mk_image im, flipped;
	struct mk_scan got;
	struct mk_scan_want any = {0};
	struct mk_matrix m;
	double off = 0, off2 = 0;
	int px = 4, x, y, high, r, i, sized;

	if (mk_symbol_encode(enc, &ask, text, strlen(text), &m, &e) == -1) {
		ok(0, "%s: %s", kind, e.msg);
		return;
	}
	high = m.rows == 1 ? 30 : m.rows;
	if (mk_image_new(&im, (m.cols + 20) * px, (high + 20) * px, &e) == -1)
		abort();
	for (y = 0; y < im.h; y++)
		for (x = 0; x < im.w; x++) {
			int row = y / px - 10, c = x / px - 10;

			im.px[y * im.w + x] = row >= 0 && c >= 0 && row < high && c < m.cols &&
				m.dark[(m.rows == 1 ? 0 : row) * m.cols + c] ? 50 : 190;
		}
	r = mk_scan_image(&im, &any, &got, &e);
	for (i = 0; i < 4; i++)
		off = fmax(off, hypot(got.code[0].corner[i].x / px - 10 - (i == 1 || i == 2) * m.cols,
			got.code[0].corner[i].y / px - 10 - (i >= 2) * high));
	sized = got.code[0].rows == 0 ? m.rows == 1 || strcmp(kind, "qr") != 0
		: got.code[0].rows == m.rows && got.code[0].cols == m.cols;
	ok(r == 0 && says(&got, text, strlen(text)) && got.code[0].kind == mk_kind_of(kind, strlen(kind)) &&
		got.code[0].fnc1 == gs1 && sized, "%s of %dx%d", kind, m.rows, m.cols);
	if (strcmp(kind, "qr") != 0)
		goto out;
	ok(off < 0.6, "its corners: %.2f modules off", off);
	if (mk_raster_flip(&im, &flipped, &e) == -1)
		abort();
	r = mk_scan_image(&flipped, &any, &got, &e);
	for (i = 0; i < 4; i++)
		off2 = fmax(off2, hypot((im.w - got.code[0].corner[i].x) / px - 10 - (i == 1 || i == 2) * m.cols,
			got.code[0].corner[i].y / px - 10 - (i >= 2) * high));
	ok(r == 0 && got.codes == 1 && got.code[0].mirrored && off2 < 0.6, "mirrored: %.2f", off2);
	mk_image_clear(&flipped);
out:
	mk_image_clear(&im);
}

static void
other_kinds(void)
{
	struct mk_symbol *enc = NULL;
	int level;

	if ((mk_scan_kinds() & MK_QR) == 0) {
		ok(1, "other kinds # SKIP built without zxing-cpp");
		return;
	}
	ok(mk_symbol_new(&enc, &e) == 0, "an encoder");
	for (level = 1; level <= 4; level++)
		other_kind(enc, "qr", "PART-000123 of the lot that was made at night", 0, level);
	other_kind(enc, "qr", "0109506000134352211234", 1, 2);
	other_kind(enc, "code128", "PART-000123", 0, 0);
	other_kind(enc, "code128", "0109506000134352211234", 1, 0);
	other_kind(enc, "microqr", "12345", 0, 0);
	other_kind(enc, "aztec", "PART-000123", 0, 0);
	other_kind(enc, "code39", "PART-000123", 0, 0);
	other_kind(enc, "code93", "PART-000123", 0, 0);
	other_kind(enc, "itf", "12345678", 0, 0);
	other_kind(enc, "ean13", "9506000134352", 0, 0);
	mk_symbol_free(enc);
}

/* ---- damage: a wrong read is worse than none ---- */

/* Brushed metal without a code, 5 megapixels: given up at the time limit. */
static void
brushed(void)
{
	struct mk_scan_want want = { .ms = 200 };
	struct mk_scan got;
	struct mk_image im;
	double ms;
	int x, y;

	if (mk_image_new(&im, 2592, 1944, &e) == -1)
		abort();
	for (y = 0; y < im.h; y++) {
		int row = (int)rnd(60) - 30;

		for (x = 0; x < im.w; x++)
			im.px[y * im.w + x] = (unsigned char)(128 + row + (int)rnd(31) - 15);
	}
	ms = mk_cpu_ms();
	ok(mk_scan_image(&im, &want, &got, &e) == 0 && got.best == -1, "brushed metal has no code");
	ms = mk_cpu_ms() - ms;
	ok(ms < 1000, "5 megapixels end at the time limit, 200 ms and the step that it falls into: %.0f", ms);
	mk_image_clear(&im);
}

/* ---- the reader's process ---- */

static void
readers(void)
{
	struct mk_reader *r = NULL;
	struct mk_scan_want any = {0};
	struct mk_scan got;
	struct mk_image im, big;
	struct ecc s;
	enum mk_read_end end = MK_READ_CRASH;
	pid_t first;

	(void)ecc_make(&s, "0109506000134352211234", 22, 1, 0);
	render(&s, 6, 50, 180, 10, &im);
	ok(mk_reader_new(&r, 0, &e) == 0, "a reader");
	first = mk_reader_pid(r);
	ok(mk_reader_scan(r, &(struct mk_picture){ .im = &im }, &any, &got, &end, &e) == 0 && end == MK_READ_DONE && got.code[0].fnc1 &&
		says(&got, "0109506000134352211234", 22), "reads");
	ok(kill(first, SIGKILL) == 0 && mk_reader_scan(r, &(struct mk_picture){ .im = &im }, &any, &got, &end, &e) == 0 &&
		(end == MK_READ_CRASH || says(&got, "0109506000134352211234", 22)),
		"killed between two pictures");
	ok(mk_reader_scan(r, &(struct mk_picture){ .im = &im }, &any, &got, &end, &e) == 0 && end == MK_READ_DONE && got.code[0].n == 22 &&
		mk_reader_pid(r) != first && mk_reader_pid(r) > 0, "it is another one that reads on");
	/* stopped, it cannot read what it is sent, and is killed in the midst of it */
	ok(kill(mk_reader_pid(r), SIGSTOP) == 0, "a reader that hangs");
	mk_reader_free(r);
	ok(mk_reader_new(&r, 200, &e) == 0 && kill(mk_reader_pid(r), SIGSTOP) == 0 &&
		mk_image_new(&big, 2000, 2000, &e) == 0, "another, given a large picture");
	ok(mk_reader_scan(r, &(struct mk_picture){ .im = &big }, &any, &got, &end, &e) == 0 && end == MK_READ_TIMEOUT &&
		got.codes == 0, "is given up after its hard limit");
	mk_image_clear(&big);
	ok(mk_reader_scan(r, &(struct mk_picture){ .im = &im }, &any, &got, &end, &e) == 0 && end == MK_READ_DONE && got.code[0].n == 22,
		"and the next picture is read");
	mk_reader_free(r);
	mk_reader_free(NULL);
	mk_image_clear(&im);
}

static void
triplet(unsigned char *w, int a, int b, int c)
{
	int v = 1600 * a + 40 * b + c + 1;

	w[0] = (unsigned char)(v >> 8);
	w[1] = (unsigned char)v;
}

/* In C40, an upper shift before FNC1 (shift 2, 30, shift 2, 27): a byte beyond 255,
 * at which libdmtx asserts. Others, at random, may do whatever: never to us. */
static void
crafted(int symbols)
{
	struct mk_reader *r = NULL;
	struct mk_scan_want want = { .kinds = MK_DATAMATRIX, .rows = 12, .cols = 12, .ms = 100,
		.all = true };
	struct mk_scan got;
	struct mk_image im;
	struct ecc s;
	enum mk_read_end end;
	unsigned char w[12];
	int i, k, bad = 0, crashed = 0;

	ok(mk_reader_new(&r, 0, &e) == 0, "a reader for crafted symbols");
	for (i = 0; i < symbols; i++) {
		w[0] = (unsigned char)(i % 2 == 0 ? 230 : 229 + i % 12);
		for (k = 1; k < 5; k++)
			w[k] = (unsigned char)rnd(256);
		if (i % 10 == 0) {
			triplet(w + 1, 1, 30, 1);
			triplet(w + 3, 27, 4, 5);
		}
		ecc_check(w, 5, 7);
		ecc_draw(&s, 12, w);
		render(&s, 5, 40, 200, 0, &im);
		bad += mk_reader_scan(r, &(struct mk_picture){ .im = &im }, &want, &got, &end, &e) != 0;
		crashed += end == MK_READ_CRASH;
		bad += i % 10 == 0 && end != MK_READ_CRASH;
		mk_image_clear(&im);
	}
	printf("# %d crafted symbols: the reader died of %d\n", symbols, crashed);
	ok(bad == 0, "each crafted symbol has an answer, an assertion is one");
	mk_reader_free(r);
}

/* S is "datamatrix-20x20" and the like. */
static int
symbol(const char *s, enum mk_kind want, int rows, int cols)
{
	enum mk_kind kind;
	int r, c;

	if (mk_scan_symbol(s, strlen(s), &kind, &r, &c) == -1)
		return want == 0;
	return kind == want && r == rows && c == cols;
}

static void
sizes(void)
{
	ok(symbol("datamatrix-20x20", MK_DATAMATRIX, 20, 20) && symbol("qr-177x177", MK_QR, 177, 177) &&
		symbol("datamatrix-rect-8x32", MK_DATAMATRIX, 8, 32), "sizes");
	ok(symbol("code128-1x101", MK_CODE128, 0, 0) && symbol("qr", MK_QR, 0, 0) &&
		symbol("aztec-15x15", MK_AZTEC, 0, 0), "sizes that say nothing");
	ok(symbol("datamatrix-", 0, 0, 0) && symbol("dot-21x21", 0, 0, 0) &&
		symbol("datamatrix-20", 0, 0, 0) && symbol("datamatrix-20x200", 0, 0, 0) &&
		symbol("datamatrix-x20", 0, 0, 0) && symbol("-20x20", 0, 0, 0) && symbol("", 0, 0, 0),
		"none of these");
}

int
main(void)
{
	plain("A12", 3, 0, 10, "the smallest");
	plain("0109506000134352211234567890", 28, 1, 18, "GS1");
	plain("0109506000134352" "10A\x1d" "21B12", 25, 1, 22, "GS1 with a separator");
	plain("the quick brown fox jumps over", 30, 0, 22, "text");
	all_sizes();
	corners();
	hard_light();
	dotted();
	other_kinds();
	brushed();
	readers();
	crafted(60);
	sizes();
	return done();
}
