#include "base/crypt.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

int
mk_sha256(const void *p, size_t n, unsigned char out[MK_SHA256_LEN], struct mk_err *e)
{
	if (EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL) != 1)
		return mk_err(e, MK_EBUG, "libcrypto: SHA-256 failed");
	return 0;
}

int
mk_random(void *p, size_t n, struct mk_err *e)
{
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
