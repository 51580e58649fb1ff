/* Inside base only, and there in crypt.c: libcrypto, loaded when it is first called
 * (base/lazy.h). */
#ifndef MK_LIBCRYPTO_H
#define MK_LIBCRYPTO_H

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/lazy.h"

#define CRYPTO_CALL(f) MK_LAZY("libcrypto.so.3", f)

#define EVP_CIPHER_CTX_free(...) CRYPTO_CALL(EVP_CIPHER_CTX_free)(__VA_ARGS__)
#define EVP_CIPHER_CTX_new(...) CRYPTO_CALL(EVP_CIPHER_CTX_new)(__VA_ARGS__)
#define EVP_CIPHER_CTX_set_padding(...) CRYPTO_CALL(EVP_CIPHER_CTX_set_padding)(__VA_ARGS__)
#define EVP_Digest(...) CRYPTO_CALL(EVP_Digest)(__VA_ARGS__)
#define EVP_DigestSign(...) CRYPTO_CALL(EVP_DigestSign)(__VA_ARGS__)
#define EVP_DigestSignInit(...) CRYPTO_CALL(EVP_DigestSignInit)(__VA_ARGS__)
#define EVP_DigestVerify(...) CRYPTO_CALL(EVP_DigestVerify)(__VA_ARGS__)
#define EVP_DigestVerifyInit(...) CRYPTO_CALL(EVP_DigestVerifyInit)(__VA_ARGS__)
#define EVP_EncryptInit_ex(...) CRYPTO_CALL(EVP_EncryptInit_ex)(__VA_ARGS__)
#define EVP_MD_CTX_free(...) CRYPTO_CALL(EVP_MD_CTX_free)(__VA_ARGS__)
#define EVP_MD_CTX_new(...) CRYPTO_CALL(EVP_MD_CTX_new)(__VA_ARGS__)
#define EVP_PKEY_free(...) CRYPTO_CALL(EVP_PKEY_free)(__VA_ARGS__)
#define EVP_PKEY_get_raw_public_key(...) CRYPTO_CALL(EVP_PKEY_get_raw_public_key)(__VA_ARGS__)
#define EVP_PKEY_new_raw_private_key(...) CRYPTO_CALL(EVP_PKEY_new_raw_private_key)(__VA_ARGS__)
#define EVP_PKEY_new_raw_public_key(...) CRYPTO_CALL(EVP_PKEY_new_raw_public_key)(__VA_ARGS__)
#define EVP_aes_128_ecb(...) CRYPTO_CALL(EVP_aes_128_ecb)(__VA_ARGS__)
#define EVP_aes_192_ecb(...) CRYPTO_CALL(EVP_aes_192_ecb)(__VA_ARGS__)
#define EVP_aes_256_ecb(...) CRYPTO_CALL(EVP_aes_256_ecb)(__VA_ARGS__)
#define EVP_sha256(...) CRYPTO_CALL(EVP_sha256)(__VA_ARGS__)
#define RAND_bytes(...) CRYPTO_CALL(RAND_bytes)(__VA_ARGS__)

static inline int
crypto_load(struct mk_err *e)
{
	return mk_lazy_load("libcrypto.so.3", "EVP_Digest", "libssl3", e);
}

#endif
