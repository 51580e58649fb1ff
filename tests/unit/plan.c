/* What each module is for, held against libzint's symbols: every size of Data Matrix,
 * every version and level of QR code. A wrong table or placement cannot give codewords
 * of the code. */
#include <stdint.h>
#include <stdlib.h>

#include "ident/symbol.h"
#include "tests/tap.h"
#include "vision/plan.h"
#include "vision/rs.h"

static struct mk_err e;
static uint32_t seed = 7;

static int
rnd(int n)
{
	seed = seed * 1664525u + 1013904223u;
	return (int)((seed >> 8) % (unsigned)n);
}

/* Turn one module of `words` different codewords of the block around. */
static void
damage(const struct mk_plan *p, unsigned char *on, int block, int words)
{
	int n = p->rows * p->cols, done_word[256] = {0}, at;

	while (words > 0) {
		struct mk_plan_place place;

		at = rnd(n);
		if (p->bit[at] < 0)
			continue;
		place = mk_plan_place(p, p->bit[at] / 8);
		if (place.block != block || done_word[place.index]++)
			continue;
		on[at] = !on[at];
		words--;
	}
}

/* The symbol is decoded without errors, with as many as can be, and not with more. */
static int
one(struct mk_symbol *enc, const struct mk_symbol_ask *ask, enum mk_kind kind)
{
	static const char text[] = "4711ABC";
	size_t n = ask->size->rows <= 8 || ask->size->rows * ask->size->cols <= 100 ? 4 : 7, i, all;
	unsigned char on[177 * 177], truth[177 * 177];
	struct mk_plan_read r;
	struct mk_matrix m;
	struct mk_plan p;
	int good, most, block;

	if (mk_symbol_encode(enc, ask, text, n, &m, &e) == -1 ||
	    mk_plan_new(&p, kind, m.rows, m.cols, &e) == -1)
		return 0;
	all = (size_t)(m.rows * m.cols);
	memcpy(on, m.dark, all);
	good = mk_plan_read(&p, on, truth, &r, &e) == 0 && r.decoded && r.wrong_words == 0 &&
		r.unused > .9999 && memcmp(on, truth, all) == 0;
	for (i = 0; i < all; i++)
		good &= p.use[i] == MK_USE_DATA || p.on[i] == on[i];
	if (!good)
		printf("# %dx%d level %d: decoded %d, %d wrong\n", m.rows, m.cols, p.level, r.decoded,
			r.wrong_words);
	block = rnd(p.blocks);
	most = (mk_plan_place(&p, 0).check - p.spare) / 2;
	damage(&p, on, block, most);
	good &= mk_plan_read(&p, on, truth, &r, &e) == 0 && r.decoded && r.errors == most &&
		r.wrong_words == most && r.worst == block && memcmp(m.dark, truth, all) == 0;
	good &= mk_plan_compare(&p, on, truth, &r, &e) == 0 && r.decoded && r.errors == most;
	memcpy(on, m.dark, all);
	damage(&p, on, block, most + 1);
	good &= mk_plan_read(&p, on, truth, &r, &e) == 0 &&
		(!r.decoded || memcmp(m.dark, truth, all) != 0);
	good &= mk_plan_compare(&p, on, m.dark, &r, &e) == 0 && !r.decoded && r.errors == most + 1;
	mk_plan_clear(&p);
	return good;
}

static void
sizes(struct mk_symbol *enc)
{
	struct mk_symbol_ask ask = { .type = mk_symbol_type("datamatrix"), .any = true };
	int n = 0, good = 0;

	for (ask.size = ask.type->sizes; ask.size->rows != 0; ask.size++, n++)
		good += one(enc, &ask, MK_DATAMATRIX);
	ok(n == 48 && good == n, "Data Matrix: %d of %d sizes", good, n);
	ask.type = mk_symbol_type("qr");
	for (n = good = 0, ask.size = ask.type->sizes; ask.size->rows != 0; ask.size++)
		for (ask.level = 1; ask.level <= 4; ask.level++, n++)
			good += one(enc, &ask, MK_QR);
	ok(n == 160 && good == n, "QR code: %d of %d versions and levels", good, n);
}

static void
spares(void)
{
	static const struct { int rows, cols, errors; double unused; } want[] = {
		{ 10, 10, 1, .5 }, { 10, 10, 2, 0 }, { 12, 12, 3, 0 }, { 8, 18, 1, 2 / 3.0 },
		{ 16, 16, 1, 5 / 6.0 }, { 8, 32, 5, 0 }, { 14, 14, 4, .2 }
	};
	size_t i;

	for (i = 0; i < sizeof want / sizeof *want; i++) {
		struct mk_plan p;
		double got;

		(void)mk_plan_new(&p, MK_DATAMATRIX, want[i].rows, want[i].cols, &e);
		got = mk_plan_unused(&p, mk_plan_place(&p, 0).check, want[i].errors);
		ok(got > want[i].unused - 1e-9 && got < want[i].unused + 1e-9,
			"%dx%d with %d errors: %.3f is unused", want[i].rows, want[i].cols,
			want[i].errors, got);
		mk_plan_clear(&p);
	}
}

static void
refused(void)
{
	static const int bad[][2] = { { 0, 0 }, { 11, 11 }, { 28, 28 }, { -4, 8 }, { 178, 178 } };
	struct mk_plan p;
	size_t i;
	int n = 0;

	for (i = 0; i < 5; i++)
		n += mk_plan_new(&p, MK_DATAMATRIX, bad[i][0], bad[i][1], &e) == -1 &&
			e.code == MK_EDATA && p.bit == NULL;
	n += mk_plan_new(&p, MK_QR, 22, 22, &e) == -1 && mk_plan_new(&p, MK_QR, 21, 25, &e) == -1;
	ok(n == 6, "sizes that no symbol has");
}

/* A QR code's format information is read with up to three wrong bits, from either copy. */
static void
format(struct mk_symbol *enc)
{
	struct mk_symbol_ask ask = { .type = mk_symbol_type("qr"), .level = 3 };
	unsigned char on[25 * 25];
	struct mk_matrix m;
	struct mk_plan p;
	int i, mask;

	ask.size = mk_symbol_size(ask.type, 25, 25);
	(void)mk_symbol_encode(enc, &ask, "FORMAT", 6, &m, &e);
	(void)mk_plan_new(&p, MK_QR, 25, 25, &e);
	memcpy(on, m.dark, sizeof on);
	ok(mk_plan_format(&p, on) && p.level == 3, "level Q");
	mask = p.mask;
	for (i = 0; i < 8; i++)
		on[8 * 25 + i] = !on[8 * 25 + i];
	ok(mk_plan_format(&p, on) && p.level == 3 && p.mask == mask, "one copy gone");
	on[8 * 25 + 24] ^= 1;
	on[8 * 25 + 23] ^= 1;
	on[24 * 25 + 8] ^= 1;
	ok(mk_plan_format(&p, on) && p.level == 3 && p.mask == mask, "three bits of the other, too");
	mk_plan_clear(&p);
}

int
main(void)
{
	struct mk_symbol *enc = NULL;

	ok(mk_symbol_new(&enc, &e) == 0, "an encoder");
	sizes(enc);
	spares();
	refused();
	format(enc);
	mk_symbol_free(enc);
	return done();
}
