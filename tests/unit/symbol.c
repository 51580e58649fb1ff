#include <string.h>

#include "ident/symbol.h"
#include "tests/tap.h"

static struct mk_err e;
static struct mk_symbol *s;
static struct mk_symbol_ask ask;
static struct mk_matrix m;

static int
encode(const char *data)
{
	memset(&e, 0, sizeof e);
	return mk_symbol_encode(s, &ask, data, strlen(data), &m, &e);
}

static unsigned
dark(int row, int col)
{
	return m.dark[row * m.cols + col];
}

/* The solid L and the alternating edges of a Data Matrix of one region. */
static int
finder(void)
{
	int i, good = 1;

	for (i = 0; i < m.rows; i++) {
		good &= dark(i, 0) == 1 && dark(m.rows - 1, i) == 1;
		good &= dark(0, i) == (i % 2 == 0) && dark(i, m.cols - 1) == (unsigned)(i % 2);
	}
	return good;
}

static void
picture(const char *want, const char *what)
{
	char got[27 * 27], *p = got;
	int r, c;

	for (r = 0; r < m.rows; r++) {
		for (c = 0; c < m.cols; c++)
			*p++ = dark(r, c) ? '#' : '.';
		*p++ = '\n';
	}
	isn(got, (size_t)(p - got), want, what);
}

static void
refused(const char *data, const char *msg, const char *what)
{
	ok(encode(data) == -1 && e.code == MK_EDATA, "%s", what);
	is(e.msg, msg, "  and says why");
}

static void
test_plain(void)
{
	ok(encode("123456") == 0 && m.rows == 10 && m.cols == 10 && finder(),
		"six digits make the smallest symbol");
	/* as two independent readers read it */
	picture(
		"#.#.#.#.#.\n"
		"##..#.##.#\n"
		"##.....#..\n"
		"##...###.#\n"
		"##....#...\n"
		"#.....####\n"
		"###.##....\n"
		"####.##..#\n"
		"#..###.#..\n"
		"##########\n", "its modules");
	ok(mk_symbol_encode(s, &ask, "a\0b", 3, &m, &e) == 0 && m.rows == 10, "NUL is data");
	ask.size = mk_symbol_size(ask.type, 24, 24);
	ok(encode("123456") == 0 && m.rows == 24 && m.cols == 24 && finder(), "a size asked for");
	refused("the quick brown fox jumps over the lazy dog, THE QUICK BROWN FOX",
		"data: 64 bytes do not fit a datamatrix of 24x24 modules", "and nothing larger");
	ask.size = NULL;
	refused("", "data: empty: a symbol needs at least one byte", "no data");
}

static void
test_gs1(void)
{
	unsigned char plain[26 * 26];

	ok(encode("010950600013435221000000001") == 0 && m.rows == 18, "digits as they are");
	memcpy(plain, m.dark, 18 * 18);
	ask.gs1 = true;
	ok(encode("010950600013435221000000001") == 0 && m.rows == 18 &&
		memcmp(plain, m.dark, 18 * 18) != 0, "the same as GS1 has FNC1 first");
	ask.gs1 = false;
	ok(encode("010950600013435221000000001") == 0 && memcmp(plain, m.dark, 18 * 18) == 0,
		"and leaves nothing behind in the encoder");
	ask.gs1 = true;
	refused("10a[b", "data: byte 0x5b cannot stand in GS1 data", "a bracket in GS1");
	refused("10a b", "data: byte 0x20 cannot stand in GS1 data", "a blank in GS1");
	refused("10\xc3\xa4", "data: byte 0xc3 cannot stand in GS1 data", "an umlaut in GS1");
	refused("10ab\x1d", "data: a GS1 separator with nothing behind it", "a separator last");
	refused("\x1d" "10ab", "data: a GS1 separator with nothing before it", "a separator first");
	refused("10a\x1d\x1d" "21b", "data: a GS1 separator with nothing behind it", "two of them");
	ask.gs1 = false;
}

static void
test_limits(void)
{
	static char big[20000];

	memset(big, 'x', sizeof big - 1);
	refused(big, "data: 19999 bytes do not fit any datamatrix", "more than libzint takes");
	big[2000] = '\0';
	refused(big, "data: 2000 bytes need a datamatrix of 144x144 modules, which not every reader "
		"reads: write readers=any if yours does", "144x144 is not chosen by itself");
	ask.size = mk_symbol_size(ask.type, 144, 144);
	refused(big, "not every reader reads such a datamatrix: write readers=any if yours does",
		"nor made when asked for");
	ask.any = true;
	ok(encode(big) == 0 && m.rows == 144, "but if any reader will do");
	ask.any = false;
	ask.size = NULL;
}

/* Every size is what its row in the table says. */
static void
test_sizes(void)
{
	const struct mk_symbol_size *z;
	int good = 0, n = 0;

	ask.any = true;
	for (z = ask.type->sizes; z->rows != 0; z++, n++) {
		ask.size = z;
		good += encode("A1") == 0 && m.rows == z->rows && m.cols == z->cols;
	}
	ok(good == 48 && n == 48, "all 24 square sizes of Data Matrix, 6 rectangles, 18 of DMRE");
	ask.type = mk_symbol_type("qr");
	for (good = n = 0, z = ask.type->sizes; z->rows != 0; z++, n++) {
		ask.size = z;
		good += encode("A1") == 0 && m.rows == z->rows && m.cols == z->cols;
	}
	ok(good == 40 && n == 40, "all 40 sizes of QR code");
	ask.size = NULL;
	ask.any = false;
	ask.type = mk_symbol_type("datamatrix-rect");
	ok(encode("A1") == 0 && m.rows == 8 && m.cols == 18, "the smallest rectangle");
	ok(encode("THE QUICK BROWN FOX") == 0 && m.rows == 12 && m.cols == 26, "one that holds more");
	refused("THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG THE QUICK BROWN FOX JUMPS OVER THE DOG",
		"data: 82 bytes do not fit any datamatrix-rect", "too much for any of them");
	ask.type = mk_symbol_type("datamatrix");
	ok(mk_symbol_size(ask.type, 21, 21) == NULL, "21x21 is none");
}

static void
kind(const char *name, const char *data, bool gs1, int rows, const char *why)
{
	ask = (struct mk_symbol_ask){ .type = mk_symbol_type(name), .gs1 = gs1 };
	ok(ask.type != NULL && (encode(data) == 0) == (why == NULL) && (why != NULL || m.rows == rows),
		"%s of %s", name, data);
	if (why != NULL)
		is(e.msg, why, "  is refused");
	ask = (struct mk_symbol_ask){ .type = mk_symbol_type("datamatrix") };
}

static void
test_kinds(void)
{
	int low, high;

	kind("datamatrix", "71549142846550549911530", false, 16, NULL);	/* Infineon */
	ask.type = mk_symbol_type("datamatrix-rect");	/* SEMI T7: 8x32 */
	ask.size = mk_symbol_size(ask.type, 8, 32);
	ok(encode("ABCDEFGHXYC3") == 0 && m.rows == 8 && m.cols == 32, "SEMI T7 in 8x32");
	kind("qr", "HELLO", false, 21, NULL);
	kind("qr", "10A%", true, 0, "data: not every reader reads a GS1 qr with '%': write readers=any if "
		"yours does");
	kind("microqr", "1", false, 0, "not every reader reads such a microqr: write readers=any if yours "
		"does");
	kind("aztec", "HELLO", false, 15, NULL);
	kind("pdf417", "HELLO", false, 18, NULL);
	kind("code128", "HELLO", false, 1, NULL);
	kind("code128", "0109506000134352", true, 1, NULL);
	kind("code39", "HELLO", false, 1, NULL);
	kind("code39", "10A", true, 1, "data: there is no GS1 code39");
	kind("code93", "HELLO", false, 1, NULL);
	kind("itf", "1234", false, 1, NULL);
	kind("itf", "123", false, 1, "data: itf holds a multiple of 2 digits, these are 3");
	kind("ean13", "4006381333931", false, 1, NULL);
	kind("ean13", "400638133393", false, 1, "data: ean13 holds 13 digits, these are 12");
	kind("ean13", "400638133393A", false, 1, "data: ean13 holds digits only");
	ask = (struct mk_symbol_ask){ .type = mk_symbol_type("qr"), .level = 1 };
	low = encode("0123456789012345678901234567890123456789") == 0 ? m.rows : 0;
	ask.level = 4;
	high = encode("0123456789012345678901234567890123456789") == 0 ? m.rows : 0;
	ok(low > 0 && high > low, "more correction makes a larger qr: %d, %d", low, high);
	ask = (struct mk_symbol_ask){ .type = mk_symbol_type("datamatrix") };
}

int
main(void)
{
	ok(mk_symbol_new(&s, &e) == 0, "an encoder");
	ask.type = mk_symbol_type("datamatrix");
	ok(ask.type != NULL && mk_symbol_types(0) == ask.type && ask.type->quiet == 1,
		"Data Matrix is there");
	ok(mk_symbol_type("datamatrixx") == NULL && mk_symbol_types(99) == NULL, "others are not");
	test_plain();
	test_gs1();
	test_limits();
	test_sizes();
	test_kinds();
	mk_symbol_free(s);
	return done();
}
