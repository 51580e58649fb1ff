#include "vision/rs.h"

#include <string.h>

#define WORDS 255

struct field {
	unsigned char exp[2 * WORDS], log[WORDS + 1];
};

static void
field_of(const struct mk_rs *c, struct field *f)
{
	unsigned v = 1;
	int i;

	f->log[0] = 0;
	for (i = 0; i < WORDS; i++) {
		f->exp[i] = f->exp[i + WORDS] = (unsigned char)v;
		f->log[v] = (unsigned char)i;
		v = (v & 0x80) != 0 ? (v << 1) ^ c->poly : v << 1;
	}
}

static unsigned char
times(const struct field *f, unsigned char a, unsigned char b)
{
	return a == 0 || b == 0 ? 0 : f->exp[f->log[a] + f->log[b]];
}

static unsigned char
over(const struct field *f, unsigned char a, unsigned char b)
{
	return a == 0 ? 0 : f->exp[f->log[a] + WORDS - f->log[b]];
}

/* The word as a polynomial at the roots, its first word the highest power. */
static bool
syndromes(const struct field *f, const struct mk_rs *c, const unsigned char *word, int n,
	int check, unsigned char *s)
{
	bool zero = true;
	int i, k;

	for (i = 0; i < check; i++) {
		unsigned char root = f->exp[(i + c->first) % WORDS], sum = 0;

		for (k = 0; k < n; k++)
			sum = (unsigned char)(times(f, sum, root) ^ word[k]);
		s[i] = sum;
		zero = zero && sum == 0;
	}
	return zero;
}

bool
mk_rs_holds(const struct mk_rs *c, const unsigned char *word, int n, int check)
{
	unsigned char s[WORDS];
	struct field f;

	field_of(c, &f);
	return syndromes(&f, c, word, n, check, s);
}

/* Berlekamp and Massey: the shortest recurrence that makes the syndromes; its length. */
static int
locator(const struct field *f, const unsigned char *s, int check, unsigned char *loc)
{
	unsigned char prev[WORDS + 1] = {1}, keep[WORDS + 1], last = 1;
	int len = 0, shift = 1, i, k;

	memset(loc, 0, WORDS + 1);
	loc[0] = 1;
	for (i = 0; i < check; i++, shift++) {
		unsigned char miss = s[i], by;

		for (k = 1; k <= len; k++)
			miss ^= times(f, loc[k], s[i - k]);
		if (miss == 0)
			continue;
		memcpy(keep, loc, sizeof keep);
		by = over(f, miss, last);
		for (k = shift; k <= check; k++)
			loc[k] ^= times(f, by, prev[k - shift]);
		if (2 * len <= i) {
			len = i + 1 - len;
			memcpy(prev, keep, sizeof prev);
			last = miss;
			shift = 0;
		}
	}
	return len;
}

static unsigned char
at(const struct field *f, const unsigned char *poly, int n, int power)
{
	unsigned char sum = 0;
	int i;

	for (i = 0; i < n; i++)
		if (poly[i] != 0)
			sum ^= f->exp[(f->log[poly[i]] + i * power) % WORDS];
	return sum;
}

/* Forney: what is wrong at each root of the locator. False if the roots are not as
 * many as its degree, all inside the word. */
static bool
mend(const struct field *f, const struct mk_rs *c, const unsigned char *s, int check,
	const unsigned char *loc, int len, unsigned char *word, int n)
{
	unsigned char value[WORDS + 1] = {0}, slope[WORDS + 1] = {0}, by;
	int i, k, found = 0;

	for (i = 0; i < check; i++)
		for (k = 0; k <= i && k <= len; k++)
			value[i] ^= times(f, loc[k], s[i - k]);
	for (i = 1; i <= len; i += 2)
		slope[i - 1] = loc[i];
	for (i = 0; i < n; i++) {
		int inverse = (WORDS - i) % WORDS;

		if (at(f, loc, len + 1, inverse) != 0)
			continue;
		if ((by = at(f, slope, len + 1, inverse)) == 0)
			return false;
		by = over(f, at(f, value, check, inverse), by);
		/* with first root 1 the factor X^(1 - first) is one */
		if (c->first == 0)
			by = times(f, by, f->exp[i % WORDS]);
		word[n - 1 - i] ^= by;
		found++;
	}
	return found == len;
}

int
mk_rs_mend(const struct mk_rs *c, unsigned char *word, int n, int check, int most)
{
	unsigned char s[WORDS], loc[WORDS + 1], try[WORDS];
	struct field f;
	int len;

	if (n < 1 || n > WORDS || check < 1 || check >= n)
		return -1;
	field_of(c, &f);
	if (syndromes(&f, c, word, n, check, s))
		return 0;
	len = locator(&f, s, check, loc);
	if (len > most)
		return -1;
	memcpy(try, word, (size_t)n);
	if (!mend(&f, c, s, check, loc, len, try, n) || !syndromes(&f, c, try, n, check, s))
		return -1;
	memcpy(word, try, (size_t)n);
	return len;
}
