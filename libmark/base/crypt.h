/* Hashes and random bytes. */
#ifndef MK_CRYPT_H
#define MK_CRYPT_H

#include <stddef.h>

#include "base/err.h"

#define MK_SHA256_LEN 32

/* SHA-256 (FIPS 180-4) of the n bytes at p. */
int mk_sha256(const void *p, size_t n, unsigned char out[MK_SHA256_LEN], struct mk_err *e);

/* n bytes that nobody can guess. */
int mk_random(void *p, size_t n, struct mk_err *e);

/* Lower-case hexadecimal with a NUL: out has room for 2n + 1. */
void mk_hex(const unsigned char *p, size_t n, char *out);

#endif
