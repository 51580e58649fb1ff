/* Hashes and random bytes. */
#ifndef MK_CRYPT_H
#define MK_CRYPT_H

#include <stddef.h>

#include "base/err.h"

#define MK_SHA256_LEN 32

/* SHA-256 (FIPS 180-4) of the n bytes at p. */
int mk_sha256(const void *p, size_t n, unsigned char out[MK_SHA256_LEN], struct mk_err *e);

/* The same of many pieces, one after the other, by one context: what a call costs
 * beside its bytes is paid once. */
struct mk_digest;
int mk_digest_new(struct mk_digest **d, struct mk_err *e);
void mk_digest_free(struct mk_digest *d);
int mk_digest_sum(struct mk_digest *d, const void *p, size_t n, unsigned char out[MK_SHA256_LEN],
	struct mk_err *e);

/* AES (FIPS 197) with a key of 16, 24 or 32 bytes, block by block (ECB): what other
 * modes are made of. A key of another length is MK_EDATA. */
struct mk_aes;
int mk_aes_new(struct mk_aes **a, const unsigned char *key, size_t n, struct mk_err *e);
void mk_aes_free(struct mk_aes *a);
/* Encrypt n blocks of 16 bytes in place; n * 16 is at most 1 GiB. */
int mk_aes_blocks(struct mk_aes *a, unsigned char *p, size_t n, struct mk_err *e);

/* Ed25519 (RFC 8032), raw keys and signatures. */
#define MK_KEY_LEN 32
#define MK_SIG_LEN 64
int mk_sign(const unsigned char key[MK_KEY_LEN], const void *p, size_t n,
	unsigned char sig[MK_SIG_LEN], struct mk_err *e);
int mk_sign_public(const unsigned char key[MK_KEY_LEN], unsigned char pub[MK_KEY_LEN],
	struct mk_err *e);
/* 1 the signature is good, 0 it is not, -1. */
int mk_verify(const unsigned char pub[MK_KEY_LEN], const void *p, size_t n,
	const unsigned char sig[MK_SIG_LEN], struct mk_err *e);

/* n bytes that nobody can guess. */
int mk_random(void *p, size_t n, struct mk_err *e);

/* Lower-case hexadecimal with a NUL: out has room for 2n + 1. */
void mk_hex(const unsigned char *p, size_t n, char *out);
/* n bytes of 2n such digits: 0, or -1 if they are none (no message). */
int mk_unhex(const char *s, size_t n, unsigned char *out);

#endif
