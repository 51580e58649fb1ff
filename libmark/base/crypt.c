#include "base/crypt.h"

#include <stdlib.h>
#include <string.h>

#include "base/libcrypto.h"

int
mk_sha256(const void *p, size_t n, unsigned char out[MK_SHA256_LEN], struct mk_err *e)
{
	if (crypto_load(e) == -1)
		return -1;
	if (EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL) != 1)
		return mk_err(e, MK_EBUG, "libcrypto: SHA-256 failed");
	return 0;
}

struct mk_digest {
	EVP_MD_CTX *ctx;
	__typeof__(EVP_DigestInit_ex2) *init;	/* small pieces, often: found once */
	__typeof__(EVP_DigestUpdate) *update;
	__typeof__(EVP_DigestFinal_ex) *final;
};

int
mk_digest_new(struct mk_digest **out, struct mk_err *e)
{
	struct mk_digest *d;

	if (crypto_load(e) == -1)
		return -1;
	if ((d = calloc(1, sizeof *d)) == NULL || (d->ctx = EVP_MD_CTX_new()) == NULL) {
		free(d);
		return mk_err_nomem(e);
	}
	d->init = CRYPTO_CALL(EVP_DigestInit_ex2);
	d->update = CRYPTO_CALL(EVP_DigestUpdate);
	d->final = CRYPTO_CALL(EVP_DigestFinal_ex);
	if (d->init(d->ctx, EVP_sha256(), NULL) != 1) {
		mk_digest_free(d);
		return mk_err(e, MK_EBUG, "libcrypto: SHA-256 failed");
	}
	*out = d;
	return 0;
}

void
mk_digest_free(struct mk_digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

int
mk_digest_sum(struct mk_digest *d, const void *p, size_t n, unsigned char out[MK_SHA256_LEN],
	struct mk_err *e)
{
	/* without a type it is the one that the context has */
	if (d->init(d->ctx, NULL, NULL) != 1 || d->update(d->ctx, p, n) != 1 ||
	    d->final(d->ctx, out, NULL) != 1)
		return mk_err(e, MK_EBUG, "libcrypto: SHA-256 failed");
	return 0;
}

struct mk_aes {
	EVP_CIPHER_CTX *ctx;
	__typeof__(EVP_EncryptUpdate) *update;	/* many small pieces go through it */
};

int
mk_aes_new(struct mk_aes **out, const unsigned char *key, size_t n, struct mk_err *e)
{
	const EVP_CIPHER *c;
	struct mk_aes *a;

	if (crypto_load(e) == -1)
		return -1;
	c = n == 16 ? EVP_aes_128_ecb() : n == 24 ? EVP_aes_192_ecb()
		: n == 32 ? EVP_aes_256_ecb() : NULL;
	if (c == NULL)
		return mk_err(e, MK_EDATA, "an AES key has 16, 24 or 32 bytes, not %zu", n);
	if ((a = calloc(1, sizeof *a)) == NULL || (a->ctx = EVP_CIPHER_CTX_new()) == NULL) {
		free(a);
		return mk_err_nomem(e);
	}
	if (EVP_EncryptInit_ex(a->ctx, c, NULL, key, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(a->ctx, 0) != 1) {
		mk_aes_free(a);
		return mk_err(e, MK_EBUG, "libcrypto: AES failed");
	}
	a->update = CRYPTO_CALL(EVP_EncryptUpdate);
	*out = a;
	return 0;
}

void
mk_aes_free(struct mk_aes *a)
{
	if (a == NULL)
		return;
	EVP_CIPHER_CTX_free(a->ctx);
	free(a);
}

int
mk_aes_blocks(struct mk_aes *a, unsigned char *p, size_t n, struct mk_err *e)
{
	int len;

	if (n > 1u << 26 || a->update(a->ctx, p, &len, p, (int)(n * 16)) != 1 ||
	    (size_t)len != n * 16)
		return mk_err(e, MK_EBUG, "libcrypto: AES failed");
	return 0;
}

int
mk_random(void *p, size_t n, struct mk_err *e)
{
	if (crypto_load(e) == -1)
		return -1;
	if (n > 1024 || RAND_bytes(p, (int)n) != 1)
		return mk_err(e, MK_EBUG, "libcrypto: no random bytes");
	return 0;
}

void
mk_hex(const unsigned char *p, size_t n, char *out)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = hex[p[i] >> 4];
		out[2 * i + 1] = hex[p[i] & 15];
	}
	out[2 * n] = '\0';
}

int
mk_unhex(const char *s, size_t n, unsigned char *out)
{
	static const char digits[] = "0123456789abcdef";
	const char *a, *b;
	size_t i;

	for (i = 0; i < n; i++) {
		if ((a = memchr(digits, s[2 * i], 16)) == NULL ||
		    (b = memchr(digits, s[2 * i + 1], 16)) == NULL)
			return -1;
		out[i] = (unsigned char)((a - digits) << 4 | (b - digits));
	}
	return 0;
}

/* ---- signatures ---- */

int
mk_sign(const unsigned char key[MK_KEY_LEN], const void *p, size_t n,
	unsigned char sig[MK_SIG_LEN], struct mk_err *e)
{
	EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key, MK_KEY_LEN);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t len = MK_SIG_LEN;
	int ok = k != NULL && c != NULL && EVP_DigestSignInit(c, NULL, NULL, NULL, k) == 1 &&
		EVP_DigestSign(c, sig, &len, p, n) == 1 && len == MK_SIG_LEN;

	EVP_MD_CTX_free(c);
	EVP_PKEY_free(k);
	return ok ? 0 : mk_err(e, MK_EBUG, "libcrypto: Ed25519 failed");
}

int
mk_sign_public(const unsigned char key[MK_KEY_LEN], unsigned char pub[MK_KEY_LEN],
	struct mk_err *e)
{
	EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key, MK_KEY_LEN);
	size_t len = MK_KEY_LEN;
	int ok = k != NULL && EVP_PKEY_get_raw_public_key(k, pub, &len) == 1 && len == MK_KEY_LEN;

	EVP_PKEY_free(k);
	return ok ? 0 : mk_err(e, MK_EBUG, "libcrypto: Ed25519 failed");
}

int
mk_verify(const unsigned char pub[MK_KEY_LEN], const void *p, size_t n,
	const unsigned char sig[MK_SIG_LEN], struct mk_err *e)
{
	EVP_PKEY *k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, MK_KEY_LEN);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	int r = -1;

	if (k != NULL && c != NULL && EVP_DigestVerifyInit(c, NULL, NULL, NULL, k) == 1)
		r = EVP_DigestVerify(c, sig, MK_SIG_LEN, p, n) == 1;
	else
		mk_err(e, MK_EBUG, "libcrypto: Ed25519 failed");
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(k);
	return r;
}
