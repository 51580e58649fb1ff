#include "serial/ff1.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"

#define TWEAK_MAX 16
#define BATCH 512	/* strings whose rounds go through AES together */

typedef unsigned __int128 u128;	/* y mod radix^m of the standard, 12 bytes at most */

struct mk_ff1 {
	struct mk_aes *aes;
	unsigned radix, n, u, v;	/* n = u + v numerals */
	uint64_t ru, rv;		/* radix^u, radix^v */
	unsigned b, d;			/* bytes of NUM(B), and of y */
	unsigned char tweak[TWEAK_MAX];
	size_t ntweak;
	size_t nq;			/* bytes of Q, a multiple of 16 */
	unsigned char p[16];		/* CIPH(P): the same for all strings */
	uint64_t total;			/* of mk_ff1_permute */
	unsigned char (*block)[16];	/* BATCH blocks at work */
};

void
mk_ff1_free(struct mk_ff1 *f)
{
	if (f == NULL)
		return;
	mk_aes_free(f->aes);
	free(f->block);
	free(f);
}

/* radix^k, or 0 if it is 2^63 or more. */
static uint64_t
power(unsigned radix, unsigned k)
{
	uint64_t v = 1;

	for (; k > 0; k--) {
		if (v > ((uint64_t)1 << 63) / radix)
			return 0;
		v *= radix;
	}
	return v >> 63 != 0 ? 0 : v;
}

/* Steps 1 to 5 of algorithm 7: what does not depend on the string. */
static int
set_up(struct mk_ff1 *f, struct mk_err *e)
{
	const unsigned char p[16] = {
		1, 2, 1, (unsigned char)(f->radix >> 16), (unsigned char)(f->radix >> 8),
		(unsigned char)f->radix, 10, (unsigned char)f->u,
		0, 0, 0, (unsigned char)f->n, 0, 0, 0, (unsigned char)f->ntweak
	};
	uint64_t top = f->rv - 1;

	for (f->b = 0; top > 0; top >>= 8)
		f->b++;
	f->d = 4 * ((f->b + 3) / 4) + 4;
	f->nq = (f->ntweak + 1 + f->b + 15) / 16 * 16;
	memcpy(f->p, p, sizeof p);
	return mk_aes_blocks(f->aes, f->p, 1, e);
}

int
mk_ff1_new(struct mk_ff1 **out, const unsigned char *key, size_t nkey,
	const unsigned char *tweak, size_t ntweak, unsigned radix, unsigned n, struct mk_err *e)
{
	struct mk_ff1 *f;
	uint64_t ru = power(radix, n / 2), rv = power(radix, n - n / 2);

	if (radix < 2 || radix > 36 || n < 2 || n > 126 || rv == 0 || ntweak > TWEAK_MAX ||
	    (u128)ru * rv < 1000000)
		return mk_err(e, MK_EDATA, "FF1: %u numerals of radix %u: too few strings (1,000,000 "
			"are the least) or too many", n, radix);
	if ((f = calloc(1, sizeof *f)) == NULL ||
	    (f->block = calloc(BATCH, sizeof *f->block)) == NULL) {
		free(f);
		return mk_err_nomem(e);
	}
	f->radix = radix;
	f->n = n;
	f->u = n / 2;
	f->v = n - f->u;
	f->ru = ru;
	f->rv = rv;
	memcpy(f->tweak, tweak, ntweak);
	f->ntweak = ntweak;
	if (mk_aes_new(&f->aes, key, nkey, e) == -1 || set_up(f, e) == -1) {
		mk_ff1_free(f);
		return -1;
	}
	*out = f;
	return 0;
}

/* Q of one string in one round: tweak, zeros, the round, NUM(B). */
static void
make_q(const struct mk_ff1 *f, unsigned round, uint64_t b, unsigned char *q)
{
	unsigned i;

	memset(q, 0, f->nq);
	memcpy(q, f->tweak, f->ntweak);
	q[f->nq - f->b - 1] = (unsigned char)round;
	for (i = 0; i < f->b; i++, b >>= 8)
		q[f->nq - 1 - i] = (unsigned char)b;
}

/* y mod radix^m from R, the last block of the PRF, of which d bytes are taken. */
static uint64_t
reduce(const struct mk_ff1 *f, const unsigned char *r, uint64_t mod)
{
	u128 y = 0;
	unsigned i;

	for (i = 0; i < f->d; i++)
		y = y << 8 | r[i];
	return (uint64_t)(y % mod);
}

/* PRF(P || Q) of one round and up to BATCH strings: CBC over Q from CIPH(P) on. B of
 * the round is b of the pairs on the way there, a on the way back. */
static int
prf(struct mk_ff1 *f, unsigned i, bool back, const struct mk_ff1_pair *x, size_t k,
	struct mk_err *e)
{
	unsigned char q[48];
	size_t s, at, j;

	for (at = 0; at < f->nq; at += 16) {
		for (s = 0; s < k; s++) {
			const unsigned char *before = at == 0 ? f->p : f->block[s];

			make_q(f, i, back ? x[s].a : x[s].b, q);
			for (j = 0; j < 16; j++)
				f->block[s][j] = before[j] ^ q[at + j];
		}
		if (mk_aes_blocks(f->aes, f->block[0], k, e) == -1)
			return -1;
	}
	return 0;
}

static int
round_of(struct mk_ff1 *f, unsigned i, struct mk_ff1_pair *x, size_t k, struct mk_err *e)
{
	uint64_t mod = i % 2 == 0 ? f->ru : f->rv, c;
	size_t s;

	if (prf(f, i, false, x, k, e) == -1)
		return -1;
	for (s = 0; s < k; s++) {
		c = (uint64_t)(((u128)x[s].a + reduce(f, f->block[s], mod)) % mod);
		x[s].a = x[s].b;
		x[s].b = c;
	}
	return 0;
}

int
mk_ff1_encrypt(struct mk_ff1 *f, struct mk_ff1_pair *x, size_t k, struct mk_err *e)
{
	size_t at, n;
	unsigned i;

	for (at = 0; at < k; at += n) {
		n = k - at < BATCH ? k - at : BATCH;
		for (i = 0; i < 10; i++)
			if (round_of(f, i, x + at, n, e) == -1)
				return -1;
	}
	return 0;
}

/* The string that becomes x (FF1.Decrypt, algorithm 8). */
static int
decrypt(struct mk_ff1 *f, struct mk_ff1_pair *x, struct mk_err *e)
{
	unsigned i;

	for (i = 10; i-- > 0;) {
		uint64_t mod = i % 2 == 0 ? f->ru : f->rv, a;

		if (prf(f, i, true, x, 1, e) == -1)
			return -1;
		a = (uint64_t)(((u128)x->b + mod - reduce(f, f->block[0], mod)) % mod);
		x->b = x->a;
		x->a = a;
	}
	return 0;
}

int
mk_ff1_new_range(struct mk_ff1 **f, const unsigned char *key, size_t nkey,
	const unsigned char *tweak, size_t ntweak, uint64_t total, struct mk_err *e)
{
	unsigned bits = 20;	/* 2^20: the lowest power of two that FF1 takes */

	while (bits < 62 && (uint64_t)1 << bits < total)
		bits++;
	if (total == 0 || (uint64_t)1 << bits < total)
		return mk_err(e, MK_EDATA, "FF1: a range of %llu numbers",
			(unsigned long long)total);
	if (mk_ff1_new(f, key, nkey, tweak, ntweak, 2, bits, e) == -1)
		return -1;
	(*f)->total = total;
	return 0;
}

int
mk_ff1_permute(struct mk_ff1 *f, uint64_t *x, size_t k, struct mk_err *e)
{
	struct mk_ff1_pair pair[BATCH];
	size_t at, i, n, out[BATCH], walking;

	for (at = 0; at < k; at += n) {
		n = walking = k - at < BATCH ? k - at : BATCH;
		for (i = 0; i < n; i++) {
			pair[i].a = x[at + i] >> f->v;
			pair[i].b = x[at + i] & (f->rv - 1);
			out[i] = at + i;
		}
		while (walking > 0) {	/* those that left the range go on */
			size_t still = 0;

			if (mk_ff1_encrypt(f, pair, walking, e) == -1)
				return -1;
			for (i = 0; i < walking; i++) {
				uint64_t y = pair[i].a << f->v | pair[i].b;

				if (y < f->total) {
					x[out[i]] = y;
					continue;
				}
				pair[still] = pair[i];
				out[still++] = out[i];
			}
			walking = still;
		}
	}
	return 0;
}

int
mk_ff1_origin(struct mk_ff1 *f, uint64_t *x, struct mk_err *e)
{
	struct mk_ff1_pair pair = { *x >> f->v, *x & (f->rv - 1) };

	do
		if (decrypt(f, &pair, e) == -1)
			return -1;
	while ((*x = pair.a << f->v | pair.b) >= f->total);
	return 0;
}
