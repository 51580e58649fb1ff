#include "ident/symbol.h"

#include <stdlib.h>
#include <string.h>
#include <zint.h>

#include "base/buf.h"

#define GS 0x1d

static const struct mk_symbol_size datamatrix[] = {
	{ 10, 10, 1, false }, { 12, 12, 2, false }, { 14, 14, 3, false }, { 16, 16, 4, false },
	{ 18, 18, 5, false }, { 20, 20, 6, false }, { 22, 22, 7, false }, { 24, 24, 8, false },
	{ 26, 26, 9, false }, { 32, 32, 10, false }, { 36, 36, 11, false }, { 40, 40, 12, false },
	{ 44, 44, 13, false }, { 48, 48, 14, false }, { 52, 52, 15, false }, { 64, 64, 16, false },
	{ 72, 72, 17, false }, { 80, 80, 18, false }, { 88, 88, 19, false }, { 96, 96, 20, false },
	{ 104, 104, 21, false }, { 120, 120, 22, false }, { 132, 132, 23, false },
	{ 144, 144, 24, true },		/* libdmtx cannot read it */
	{ 8, 18, 25, false }, { 8, 32, 26, false }, { 12, 26, 27, false },
	{ 12, 36, 28, false }, { 16, 36, 29, false }, { 16, 48, 30, false },
	/* DMRE: libdmtx has none of them */
	{ 8, 48, 31, true }, { 8, 64, 32, true }, { 8, 80, 33, true }, { 8, 96, 34, true },
	{ 8, 120, 35, true }, { 8, 144, 36, true }, { 12, 64, 37, true }, { 12, 88, 38, true },
	{ 16, 64, 39, true }, { 20, 36, 40, true }, { 20, 44, 41, true }, { 20, 64, 42, true },
	{ 22, 48, 43, true }, { 24, 48, 44, true }, { 24, 64, 45, true }, { 26, 40, 46, true },
	{ 26, 48, 47, true }, { 26, 64, 48, true },
	{0}
};
static const struct mk_symbol_size rectangles[] = {	/* by the data they hold */
	{ 8, 18, 25, false }, { 8, 32, 26, false }, { 12, 26, 27, false },
	{ 12, 36, 28, false }, { 16, 36, 29, false }, { 16, 48, 30, false },
	{0}
};

#define V(n) { 17 + 4 * n, 17 + 4 * n, n, false }
static const struct mk_symbol_size qr[] = {
	V(1), V(2), V(3), V(4), V(5), V(6), V(7), V(8), V(9), V(10),
	V(11), V(12), V(13), V(14), V(15), V(16), V(17), V(18), V(19), V(20),
	V(21), V(22), V(23), V(24), V(25), V(26), V(27), V(28), V(29), V(30),
	V(31), V(32), V(33), V(34), V(35), V(36), V(37), V(38), V(39), V(40),
	{0}
};
#undef V
static const struct mk_symbol_size microqr[] = {
	{ 11, 11, 1, false }, { 13, 13, 2, false }, { 15, 15, 3, false }, { 17, 17, 4, false }, {0}
};

/* A new symbol of zint's is a row here. */
static const struct mk_symbol_type types[] = {
	{ .name = "datamatrix", .quiet = 1, .sizes = datamatrix, .zint = BARCODE_DATAMATRIX,
	  .zint_gs1 = BARCODE_DATAMATRIX, .automatic = DM_SQUARE },
	{ .name = "datamatrix-rect", .quiet = 1, .sizes = rectangles, .zint = BARCODE_DATAMATRIX,
	  .zint_gs1 = BARCODE_DATAMATRIX, .tries = true },
	{ .name = "qr", .quiet = 4, .sizes = qr, .levels = true, .zint = BARCODE_QRCODE,
	  .zint_gs1 = BARCODE_QRCODE },
	{ .name = "microqr", .quiet = 2, .sizes = microqr, .levels = true, .ask = true,
	  .zint = BARCODE_MICROQR },
	{ .name = "aztec", .zint = BARCODE_AZTEC, .zint_gs1 = BARCODE_AZTEC },
	{ .name = "pdf417", .quiet = 2, .zint = BARCODE_PDF417 },
	{ .name = "code128", .quiet = 10, .linear = true, .zint = BARCODE_CODE128,
	  .zint_gs1 = BARCODE_GS1_128 },
	{ .name = "code39", .quiet = 10, .linear = true, .zint = BARCODE_CODE39 },
	{ .name = "code93", .quiet = 10, .linear = true, .zint = BARCODE_CODE93 },
	{ .name = "itf", .quiet = 10, .linear = true, .zint = BARCODE_C25INTER, .digits = -1 },
	{ .name = "ean13", .quiet = 11, .linear = true, .zint = BARCODE_EANX, .digits = 13 }
};
#define NTYPES (sizeof types / sizeof *types)
#define PDF417_ROW 3	/* modules, of a row of PDF417 */

struct mk_symbol {
	struct zint_symbol *z;
	struct mk_buf in;	/* what libzint gets */
	struct mk_buf dark;
};

const struct mk_symbol_type *
mk_symbol_types(size_t i)
{
	return i < NTYPES ? &types[i] : NULL;
}

const struct mk_symbol_type *
mk_symbol_type(const char *name)
{
	size_t i;

	for (i = 0; i < NTYPES; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

const struct mk_symbol_size *
mk_symbol_size(const struct mk_symbol_type *t, int rows, int cols)
{
	const struct mk_symbol_size *s;

	for (s = t->sizes; s != NULL && s->rows != 0; s++)
		if (s->rows == rows && s->cols == cols)
			return s;
	return NULL;
}

int
mk_symbol_new(struct mk_symbol **out, struct mk_err *e)
{
	struct mk_symbol *s = calloc(1, sizeof *s);

	if (s == NULL || (s->z = ZBarcode_Create()) == NULL) {
		free(s);
		return mk_err_nomem(e);
	}
	*out = s;
	return 0;
}

void
mk_symbol_free(struct mk_symbol *s)
{
	if (s == NULL)
		return;
	ZBarcode_Delete(s->z);
	mk_buf_clear(&s->in);
	mk_buf_clear(&s->dark);
	free(s);
}

/* ZBarcode_Clear leaves inputs as the last symbol left them: set every one. */
static void
reset(struct zint_symbol *z, const struct mk_symbol_ask *ask)
{
	ZBarcode_Clear(z);
	z->symbology = ask->gs1 ? ask->type->zint_gs1 : ask->type->zint;
	z->height = 0;
	z->scale = 1;
	z->whitespace_width = z->whitespace_height = z->border_width = 0;
	z->output_options = 0;
	z->primary[0] = '\0';
	z->option_1 = ask->level > 0 ? ask->level : -1;
	z->option_2 = ask->size == NULL ? 0 : ask->size->zint;
	z->option_3 = ask->size == NULL ? ask->type->automatic : 0;
	z->show_hrt = 0;
	z->input_mode = ask->gs1 ? GS1_MODE | GS1NOCHECK_MODE : DATA_MODE;
	z->eci = 0;
	memset(&z->structapp, 0, sizeof z->structapp);
	z->warn_level = WARN_FAIL_ALL;
	z->debug = 0;
}

/* libzint's own GS1 parser knows too few AIs and loses separators: it gets "[]"
 * for each FNC1 and is told not to check. */
static int
element_string(struct mk_symbol *s, const char *p, size_t n, struct mk_err *e)
{
	size_t i;

	if (mk_buf_adds(&s->in, "[]", e) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == GS) {
			if (i == 0 || i + 1 == n || p[i + 1] == GS)
				return mk_err(e, MK_EDATA, "data: a GS1 separator with nothing %s it",
					i == 0 ? "before" : "behind");
			if (mk_buf_adds(&s->in, "[]", e) == -1)
				return -1;
			continue;
		}
		if (c <= 0x20 || c > 0x7e || c == '[' || c == ']')
			return mk_err(e, MK_EDATA, "data: byte 0x%02x cannot stand in GS1 data", c);
		if (mk_buf_addc(&s->in, (char)c, e) == -1)
			return -1;
	}
	return 0;
}

static int
zint_failed(const struct mk_symbol_ask *ask, int rc, const char *why, size_t n, struct mk_err *e)
{
	switch (rc) {
	case ZINT_ERROR_TOO_LONG:
		if (ask->size != NULL)
			return mk_err(e, MK_EDATA, "data: %zu bytes do not fit a %s of %dx%d modules",
				n, ask->type->name, ask->size->rows, ask->size->cols);
		return mk_err(e, MK_EDATA, "data: %zu bytes do not fit any %s", n, ask->type->name);
	case ZINT_ERROR_MEMORY:
		return mk_err_nomem(e);
	case ZINT_ERROR_ENCODING_PROBLEM:
		return mk_err(e, MK_EBUG, "libzint: %s", why);
	default:
		return mk_err(e, MK_EDATA, "data: no %s holds it: libzint: %s", ask->type->name, why);
	}
}

/* Take the modules out, having seen that the symbol is what was asked for. */
static int
modules(struct mk_symbol *s, const struct mk_symbol_ask *ask, size_t n, struct mk_matrix *m,
	struct mk_err *e)
{
	const struct zint_symbol *z = s->z;
	const struct mk_symbol_size *got = mk_symbol_size(ask->type, z->rows, z->width);
	int times = ask->type->zint == BARCODE_PDF417 ? PDF417_ROW : 1, x, y, i;
	unsigned char *p;

	if ((ask->type->sizes != NULL && got == NULL) || (ask->size != NULL && got != ask->size) ||
	    (ask->type->linear && z->rows != 1))
		return mk_err(e, MK_EBUG, "libzint made a %s of %dx%d modules, not the one asked for",
			ask->type->name, z->rows, z->width);
	if (!ask->any && got != NULL && got->ask)
		return mk_err(e, MK_EDATA, "data: %zu bytes need a %s of %dx%d modules, which not "
			"every reader reads: write readers=any if yours does", n,
			ask->type->name, got->rows, got->cols);
	s->dark.n = 0;
	if (mk_buf_grow(&s->dark, (size_t)z->rows * (size_t)times * (size_t)z->width, e) == -1)
		return -1;
	p = (unsigned char *)s->dark.p;
	m->rows = z->rows * times;
	m->cols = z->width;
	m->dark = p;
	for (y = 0; y < z->rows; y++)
		for (i = 0; i < times; i++)
			for (x = 0; x < z->width; x++)
				*p++ = (z->encoded_data[y][x >> 3] >> (x & 7)) & 1;
	return 0;
}

/* What is known of a type before libzint is asked. */
static int
fits_type(const struct mk_symbol_ask *ask, const char *p, size_t n, struct mk_err *e)
{
	const struct mk_symbol_type *t = ask->type;
	size_t i;

	if (n == 0)
		return mk_err(e, MK_EDATA, "data: empty: a symbol needs at least one byte");
	if (ask->gs1 && t->zint_gs1 == 0)
		return mk_err(e, MK_EDATA, "data: there is no GS1 %s", t->name);
	if (!ask->any && (t->ask || (ask->size != NULL && ask->size->ask)))
		return mk_err(e, MK_EDATA, "not every reader reads such a %s: write readers=any if "
			"yours does", t->name);
	if (!ask->any && ask->gs1 && t->zint == BARCODE_QRCODE && memchr(p, '%', n) != NULL)
		return mk_err(e, MK_EDATA, "data: not every reader reads a GS1 qr with '%%': write "
			"readers=any if yours does");
	for (i = 0; t->digits != 0 && i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return mk_err(e, MK_EDATA, "data: %s holds digits only", t->name);
	if ((t->digits > 0 && n != (size_t)t->digits) || (t->digits < 0 && n % 2 != 0))
		return mk_err(e, MK_EDATA, "data: %s holds %s%d digits, these are %zu", t->name,
			t->digits < 0 ? "a multiple of " : "", t->digits < 0 ? 2 : t->digits, n);
	return 0;
}

static int
encode(struct mk_symbol *s, const struct mk_symbol_ask *ask)
{
	reset(s->z, ask);
	return ZBarcode_Encode(s->z, (const unsigned char *)s->in.p, (int)s->in.n);
}

int
mk_symbol_encode(struct mk_symbol *s, const struct mk_symbol_ask *ask, const void *data,
	size_t n, struct mk_matrix *m, struct mk_err *e)
{
	struct mk_symbol_ask a = *ask;
	int rc;

	if (fits_type(ask, data, n, e) == -1)
		return -1;
	s->in.n = 0;
	if ((ask->gs1 ? element_string(s, data, n, e) : mk_buf_add(&s->in, data, n, e)) == -1)
		return -1;
	if (s->in.n > ZINT_MAX_DATA_LEN)
		return zint_failed(ask, ZINT_ERROR_TOO_LONG, "", n, e);
	if (a.size == NULL && a.type->tries)
		a.size = a.type->sizes;
	rc = encode(s, &a);
	while (rc == ZINT_ERROR_TOO_LONG && ask->size == NULL && a.type->tries &&
	    (++a.size)->rows != 0)
		rc = encode(s, &a);
	/* warnings are errors (WARN_FAIL_ALL): what libzint overrode is not what was asked for */
	if (rc != 0)
		return zint_failed(ask, rc, s->z->errtxt, n, e);
	return modules(s, &a, n, m, e);
}
