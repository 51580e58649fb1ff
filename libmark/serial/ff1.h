/* FF1, format-preserving encryption (NIST SP 800-38G rev. 1, algorithm 7), over AES:
 * a keyed permutation, so that serials look random, never repeat, and nothing has to
 * be looked up. */
#ifndef MK_FF1_H
#define MK_FF1_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mk_ff1;

/* For strings of n numerals of radix 2..36, radix^ceil(n/2) < 2^63, and at least
 * 1,000,000 strings in all (the lowest that the standard allows): else MK_EDATA. The
 * tweak has at most 16 bytes. The key is that of AES. */
int mk_ff1_new(struct mk_ff1 **f, const unsigned char *key, size_t nkey,
	const unsigned char *tweak, size_t ntweak, unsigned radix, unsigned n,
	struct mk_err *e);
void mk_ff1_free(struct mk_ff1 *f);

/* A string as two numbers, its first floor(n/2) numerals and the rest. */
struct mk_ff1_pair {
	uint64_t a, b;
};

/* Encrypt k strings in place. */
int mk_ff1_encrypt(struct mk_ff1 *f, struct mk_ff1_pair *x, size_t k, struct mk_err *e);

/* A permutation of 0 .. total-1: x[i] becomes its image. By cycle-walking over
 * binary strings, so on average less than two encryptions each where total is at
 * least 2^19. A new f for total; x[i] < total. */
int mk_ff1_new_range(struct mk_ff1 **f, const unsigned char *key, size_t nkey,
	const unsigned char *tweak, size_t ntweak, uint64_t total, struct mk_err *e);
int mk_ff1_permute(struct mk_ff1 *f, uint64_t *x, size_t k, struct mk_err *e);
/* The way back: *x becomes the number whose image it is. */
int mk_ff1_origin(struct mk_ff1 *f, uint64_t *x, struct mk_err *e);

#endif
