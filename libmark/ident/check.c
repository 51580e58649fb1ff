#include "ident/check.h"

#include <string.h>

static const char alnum[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char set43[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
static const char set82[] =
	"!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/* The value of a character: its place in a set. */
static int
value(const char *set, char c)
{
	const char *p = c == '\0' ? NULL : strchr(set, c);

	return p == NULL ? -1 : (int)(p - set);
}

/* ---- each algorithm: of n characters of its set, the check characters ---- */

char
mk_mod10(const char *s, size_t n)
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < n; i++)	/* from the right: 3, 1, 3, 1 … */
		sum += (unsigned)(s[n - 1 - i] - '0') * (i % 2 == 0 ? 3 : 1);
	return (char)('0' + (10 - sum % 10) % 10);
}

static void
mod10(const char *s, size_t n, char c[2])
{
	c[0] = mk_mod10(s, n);
}

/* Weights are the primes, from the right; the sum mod 1021 gives two characters
 * of five bits each. */
static void
gmn(const char *s, size_t n, char c[2])
{
	static const unsigned char prime[] = { 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47,
		53, 59, 61, 67, 71, 73, 79, 83 };
	static const char set32[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (unsigned)value(set82, s[n - 1 - i]) * prime[i];
	sum %= 1021;
	c[0] = set32[sum >> 5];
	c[1] = set32[sum & 31];
}

static void
mod43(const char *s, size_t n, char c[2])
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (unsigned)value(set43, s[i]);
	c[0] = set43[sum % 43];
}

/* Letters count as digits (I, O and Q are none), 16 of them without the ninth. */
static void
vin(const char *s, size_t n, char c[2])
{
	static const char digit[] = "0123456789" "12345678" "*" "12345" "*" "7" "*" "9" "23456789";
	static const unsigned char weight[] = { 8, 7, 6, 5, 4, 3, 2, 10, 9, 8, 7, 6, 5, 4, 3, 2 };
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (unsigned)(digit[value(alnum, s[i])] - '0') * weight[i];
	sum %= 11;
	c[0] = sum == 10 ? 'X' : (char)('0' + sum);
}

/* Reckoned over the data and "A0" in the place of the check characters. */
static void
semi(const char *s, size_t n, char c[2])
{
	unsigned r = 0;
	size_t i;

	for (i = 0; i < n + 2; i++)
		r = (8 * r + (unsigned)((i < n ? s[i] : "A0"[i - n]) - 32)) % 59;
	r = (59 - r) % 59;
	c[0] = (char)('A' + (r >> 3));
	c[1] = (char)('0' + (r & 7));
}

static void
iso37(const char *s, size_t n, char c[2])
{
	unsigned p = 36;
	size_t i;

	for (i = 0; i < n; i++) {
		p = (p + (unsigned)value(alnum, s[i])) % 36;
		p = (p == 0 ? 36 : p) * 2 % 37;
	}
	c[0] = alnum[(37 - p) % 36];
}

static void
iso97(const char *s, size_t n, char c[2])
{
	unsigned r = 0, v;
	size_t i;

	for (i = 0; i < n; i++) {
		v = (unsigned)value(alnum, s[i]);
		r = (r * (v < 10 ? 10 : 100) + v) % 97;
	}
	r = 98 - r * 100 % 97;
	c[0] = (char)('0' + r / 10);
	c[1] = (char)('0' + r % 10);
}

static void
iso11(const char *s, size_t n, char c[2])
{
	unsigned p = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] != '-')
			p = (p + (unsigned)(s[i] - '0')) * 2 % 11;
	p = (12 - p) % 11;
	c[0] = p == 10 ? 'X' : (char)('0' + p);
}

static void
luhn(const char *s, size_t n, char c[2])
{
	unsigned sum = 0, d;
	size_t i;

	for (i = 0; i < n; i++) {
		d = (unsigned)(s[n - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1);
		sum += d / 10 + d % 10;
	}
	c[0] = (char)('0' + (10 - sum % 10) % 10);
}

static void
damm(const char *s, size_t n, char c[2])
{
	static const char table[10][11] = { "0317598642", "7092154863", "4206871359", "1750983426",
		"6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790" };
	size_t i;

	c[0] = '0';
	for (i = 0; i < n; i++)
		c[0] = table[c[0] - '0'][s[i] - '0'];
}

/* The product of the dihedral group D5: 0..4 turn, 5..9 turn and flip. */
static unsigned
d5(unsigned a, unsigned b)
{
	unsigned turn = a < 5 ? (a + b % 5) % 5 : (a + 5 - b % 5) % 5;

	return turn + ((a < 5) == (b < 5) ? 0 : 5);
}

static void
verhoeff(const char *s, size_t n, char c[2])
{
	static const unsigned char move[] = { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 };
	unsigned sum = 0, d;
	size_t i, k;

	for (i = 0; i < n; i++) {
		d = (unsigned)(s[n - 1 - i] - '0');
		for (k = 0; k < (i + 1) % 8; k++)
			d = move[d];
		sum = d5(sum, d);
	}
	c[0] = (char)('0' + (sum < 5 ? (5 - sum) % 5 : sum));
}

/* ---- the table ---- */

static const struct alg {
	const char *name;
	void (*fn)(const char *s, size_t n, char c[2]);
	const char *set, *what;	/* of the data's characters */
	int len, place;
	size_t min, max;	/* how many characters of data */
} algs[] = {
	{ "mod10", mod10, "0123456789", "digits", 1, -1, 1, 1 << 20 },
	{ "gmn", gmn, set82, "GS1 set 82", 2, -1, 1, 23 },
	{ "mod43", mod43, set43, "0-9 A-Z - . blank $ / + %", 1, -1, 1, 1 << 20 },
	{ "vin", vin, "0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "0-9 A-Z without I, O, Q", 1, 8, 16, 16 },
	{ "semi", semi, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.", "0-9 A-Z - .", 2, -1, 1, 1 << 20 },
	{ "iso7064-37-36", iso37, alnum, "0-9 A-Z", 1, -1, 1, 1 << 20 },
	{ "iso7064-97-10", iso97, alnum, "0-9 A-Z", 2, -1, 1, 1 << 20 },
	{ "iso7064-11-2", iso11, "0123456789-", "digits and hyphens", 1, -1, 1, 1 << 20 },
	{ "luhn", luhn, "0123456789", "digits", 1, -1, 1, 1 << 20 },
	{ "damm", damm, "0123456789", "digits", 1, -1, 1, 1 << 20 },
	{ "verhoeff", verhoeff, "0123456789", "digits", 1, -1, 1, 1 << 20 }
};
#define ALGS ((int)(sizeof algs / sizeof *algs))

int
mk_check_find(const char *name)
{
	int i;

	for (i = 0; i < ALGS; i++)
		if (strcmp(algs[i].name, name) == 0)
			return i;
	return -1;
}

const char *
mk_check_name(int alg)
{
	return alg >= 0 && alg < ALGS ? algs[alg].name : NULL;
}

int
mk_check_len(int alg)
{
	return algs[alg].len;
}

int
mk_check_place(int alg)
{
	return algs[alg].place;
}

static int
reckon(const struct alg *a, const char *s, size_t n, char c[2], struct mk_err *e)
{
	size_t i;

	if (n < a->min || n > a->max)
		return mk_err(e, MK_EDATA, "%s is made of %zu to %zu characters, here are %zu", a->name,
			a->min, a->max, n);
	for (i = 0; i < n; i++)
		if (value(a->set, s[i]) == -1)
			return mk_err(e, MK_EDATA, "character %zu is not allowed for %s: only %s", i + 1,
				a->name, a->what);
	a->fn(s, n, c);
	return 0;
}

/* The data of a VIN that has its check character, or a stand-in for it. */
static size_t
take_out(const struct alg *a, const char *s, size_t n, char data[16])
{
	if (a->place == -1 || n != 17)
		return 0;
	memcpy(data, s, 8);
	memcpy(data + 8, s + 9, 8);
	return 16;
}

int
mk_check_append(int alg, const char *s, size_t n, struct mk_buf *out, struct mk_err *e)
{
	const struct alg *a = &algs[alg];
	char c[2], data[16];

	if (take_out(a, s, n, data) != 0) {
		s = data;
		n = sizeof data;
	}
	return reckon(a, s, n, c, e) == -1 ? -1 : mk_buf_add(out, c, (size_t)a->len, e);
}

int
mk_check_complete(int alg, const char *s, size_t n, struct mk_buf *out, struct mk_err *e)
{
	const struct alg *a = &algs[alg];
	size_t start = out->n, head = a->place == -1 ? n : (size_t)a->place, tail = head;

	if (a->place != -1 && n == 17)
		tail++;
	if (tail > n)
		head = tail = n;
	if (mk_buf_add(out, s, head, e) == -1 || mk_check_append(alg, s, n, out, e) == -1 ||
	    mk_buf_add(out, s + tail, n - tail, e) == -1) {
		out->n = start;
		return -1;
	}
	return 0;
}

int
mk_check_verify(int alg, const char *s, size_t n, struct mk_buf *want, struct mk_err *e)
{
	const struct alg *a = &algs[alg];
	size_t len = (size_t)a->len;
	const char *given = s + n - len;
	char c[2], data[16];

	if (n <= len || (a->place != -1 && n != 17))
		return mk_err(e, MK_EDATA, "%zu characters are %s for %s", n, n < 17 ? "too few" :
			"too many", a->name);
	n -= len;
	if (a->place != -1) {
		given = s + a->place;
		n = take_out(a, s, 17, data);
		s = data;
	}
	if (reckon(a, s, n, c, e) == -1)
		return -1;
	if (memcmp(c, given, len) == 0)
		return 1;
	return want != NULL && mk_buf_add(want, c, len, e) == -1 ? -1 : 0;
}
