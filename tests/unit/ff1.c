/* FF1: the sample vectors of NIST SP 800-38G, and that it permutes. */
#include <stdlib.h>

#include "serial/ff1.h"
#include "tests/tap.h"

static const unsigned char key[32] = {
	0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF,
	0x4F, 0x3C, 0xEF, 0x43, 0x59, 0xD8, 0xD5, 0x80, 0xAA, 0x4F, 0x7F, 0x03, 0x6D, 0x6F,
	0x04, 0xFC, 0x6A, 0x94
};
static const unsigned char tweak10[] = { 0x39, 0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32,
	0x31, 0x30 };
static const unsigned char tweak11[] = { 0x37, 0x37, 0x37, 0x37, 0x70, 0x71, 0x72, 0x73,
	0x37, 0x37, 0x37 };
static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

static uint64_t
num(const char *s, unsigned n, unsigned radix)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v * radix + (uint64_t)(strchr(digits, *s++) - digits);
	return v;
}

static void
vector(int no, size_t nkey, const unsigned char *tweak, size_t nt, unsigned radix, const char *in,
	const char *want)
{
	unsigned n = (unsigned)strlen(in), u = n / 2;
	struct mk_ff1_pair x = { num(in, u, radix), num(in + u, n - u, radix) };
	struct mk_ff1 *f = NULL;
	struct mk_err e;

	ok(mk_ff1_new(&f, key, nkey, tweak, nt, radix, n, &e) == 0 &&
		mk_ff1_encrypt(f, &x, 1, &e) == 0 && x.a == num(want, u, radix) &&
		x.b == num(want + u, n - u, radix), "NIST SP 800-38G, FF1 sample %d", no);
	mk_ff1_free(f);
}

static void
permutes(uint64_t total)
{
	unsigned char *seen = calloc(1, total);
	uint64_t *x = malloc(total * sizeof *x), i, fixed = 0, back;
	struct mk_ff1 *f = NULL;
	struct mk_err e;
	int good = 1;

	for (i = 0; i < total; i++)
		x[i] = i;
	ok(mk_ff1_new_range(&f, key, 16, tweak10, 8, total, &e) == 0 &&
		mk_ff1_permute(f, x, total, &e) == 0, "a range of %llu", (unsigned long long)total);
	for (i = 0; i < total; i++) {
		good = good && x[i] < total && seen[x[i]]++ == 0;
		fixed += x[i] == i;
	}
	ok(good, "each number once");
	ok(fixed < 20, "and in another place (%llu are not)", (unsigned long long)fixed);
	i = 5;
	ok(mk_ff1_permute(f, &i, 1, &e) == 0 && i == x[5], "one alone as in a batch");
	for (i = back = 0; i < total; i += total / 100) {
		uint64_t y = x[i];

		back += mk_ff1_origin(f, &y, &e) == 0 && y == i;
	}
	ok(back == (total + total / 100 - 1) / (total / 100), "and back (%llu)",
		(unsigned long long)back);
	mk_ff1_free(f);
	free(seen);
	free(x);
}

int
main(void)
{
	struct mk_ff1 *f = NULL;
	struct mk_err e;

	vector(1, 16, tweak10, 0, 10, "0123456789", "2433477484");
	vector(2, 16, tweak10, 10, 10, "0123456789", "6124200773");
	vector(3, 16, tweak11, 11, 36, "0123456789abcdefghi", "a9tv40mll9kdu509eum");
	vector(4, 24, tweak10, 0, 10, "0123456789", "2830668132");
	vector(5, 24, tweak10, 10, 10, "0123456789", "2496655549");
	vector(6, 24, tweak11, 11, 36, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr");
	vector(7, 32, tweak10, 0, 10, "0123456789", "6657667009");
	vector(8, 32, tweak10, 10, 10, "0123456789", "1001623463");
	vector(9, 32, tweak11, 11, 36, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd");
	permutes(3000);
	permutes((1 << 20) + 1);
	ok(mk_ff1_new(&f, key, 16, tweak10, 0, 10, 5, &e) == -1 && e.code == MK_EDATA,
		"100,000 strings are too few: %s", e.msg);
	ok(mk_ff1_new(&f, key, 15, tweak10, 0, 10, 6, &e) == -1, "a short key: %s", e.msg);
	ok(mk_ff1_new_range(&f, key, 16, tweak10, 0, 0, &e) == -1, "no range");
	return done();
}
