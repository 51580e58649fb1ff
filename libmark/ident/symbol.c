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
	{0}
};

static const struct mk_symbol_type types[] = {
	{ "datamatrix", 1, datamatrix, BARCODE_DATAMATRIX, DM_SQUARE, true }
};
#define NTYPES (sizeof types / sizeof *types)

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

	for (s = t->sizes; s->rows != 0; s++)
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
	z->symbology = ask->type->zint;
	z->height = 0;
	z->scale = 1;
	z->whitespace_width = z->whitespace_height = z->border_width = 0;
	z->output_options = 0;
	z->primary[0] = '\0';
	z->option_1 = -1;
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
	unsigned char *p;
	int x, y;

	if (got == NULL || (ask->size != NULL && got != ask->size))
		return mk_err(e, MK_EBUG, "libzint made a %s of %dx%d modules, not the one asked for",
			ask->type->name, z->rows, z->width);
	if (ask->size == NULL && got->ask)
		return mk_err(e, MK_EDATA, "data: %zu bytes need a %s of %dx%d modules, which not "
			"every reader reads: ask for that size if yours does", n,
			ask->type->name, got->rows, got->cols);
	s->dark.n = 0;
	if (mk_buf_grow(&s->dark, (size_t)z->rows * (size_t)z->width, e) == -1)
		return -1;
	p = (unsigned char *)s->dark.p;
	m->rows = z->rows;
	m->cols = z->width;
	m->dark = p;
	for (y = 0; y < z->rows; y++)
		for (x = 0; x < z->width; x++)
			*p++ = (z->encoded_data[y][x >> 3] >> (x & 7)) & 1;
	return 0;
}

int
mk_symbol_encode(struct mk_symbol *s, const struct mk_symbol_ask *ask, const void *data,
	size_t n, struct mk_matrix *m, struct mk_err *e)
{
	int rc;

	if (n == 0)
		return mk_err(e, MK_EDATA, "data: empty: a symbol needs at least one byte");
	if (ask->gs1 && !ask->type->gs1)
		return mk_err(e, MK_EDATA, "data: there is no GS1 %s", ask->type->name);
	s->in.n = 0;
	if ((ask->gs1 ? element_string(s, data, n, e) : mk_buf_add(&s->in, data, n, e)) == -1)
		return -1;
	if (s->in.n > ZINT_MAX_DATA_LEN)
		return zint_failed(ask, ZINT_ERROR_TOO_LONG, "", n, e);
	reset(s->z, ask);
	rc = ZBarcode_Encode(s->z, (const unsigned char *)s->in.p, (int)s->in.n);
	/* warnings are errors (WARN_FAIL_ALL): what libzint overrode is not what was asked for */
	if (rc != 0)
		return zint_failed(ask, rc, s->z->errtxt, n, e);
	return modules(s, ask, n, m, e);
}
