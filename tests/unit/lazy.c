/* Libraries that are loaded when they are first called. */
#include "base/crypt.h"
#include "base/lazy.h"
#include "tests/tap.h"

int
main(void)
{
	struct mk_err e = {0};
	struct mk_digest *d = NULL;
	unsigned char out[MK_SHA256_LEN];
	char hex[2 * MK_SHA256_LEN + 1];

	ok(mk_lazy("libmk-none.so.9", "mk_none") == NULL, "a library that is not there");
	ok(mk_lazy_load("libmk-none.so.9", "mk_none", "mk-none", &e) == -1 && e.code == MK_EUSAGE,
	    "is an error");
	is(e.msg, "libmk-none.so.9 cannot be loaded: install mk-none", "that says what brings it");
	ok(mk_lazy("libcrypto.so.3", "mk_none") == NULL, "a function that is in none");
	ok(mk_lazy_load("libcrypto.so.3", "EVP_Digest", "libssl3", &e) == 0, "one that is there");
	ok(mk_lazy("libcrypto.so.3", "EVP_Digest") == mk_lazy("libcrypto.so.3", "EVP_Digest"),
	    "and stays where it is");
	/* FIPS 180-4, "abc" */
	ok(mk_sha256("abc", 3, out, &e) == 0, "SHA-256 by it");
	mk_hex(out, sizeof out, hex);
	is(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "as published");
	ok(mk_digest_new(&d, &e) == 0 && mk_digest_sum(d, "a", 1, out, &e) == 0 &&
	    mk_digest_sum(d, "abc", 3, out, &e) == 0, "the same, the second of one context");
	mk_hex(out, sizeof out, hex);
	is(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "as published");
	mk_digest_free(d);
	return done();
}
