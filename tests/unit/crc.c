/* Check values of others: CRC-32, SHA-256, hexadecimal; random bytes differ. */
#include "base/crc.h"
#include "base/crypt.h"
#include "tests/tap.h"

static void
sha(const char *s, const char *want)
{
	unsigned char out[MK_SHA256_LEN];
	char hex[2 * MK_SHA256_LEN + 1];
	struct mk_err e;

	ok(mk_sha256(s, strlen(s), out, &e) == 0, "hashed");
	mk_hex(out, sizeof out, hex);
	is(hex, want, s);
}

int
main(void)
{
	unsigned char a[32] = {0}, b[32] = {0};
	struct mk_err e;
	char hex[5];

	ok(mk_crc32(0, "123456789", 9) == 0xcbf43926, "the check value of CRC-32/ISO-HDLC");
	ok(mk_crc32(mk_crc32(0, "1234", 4), "56789", 5) == 0xcbf43926, "in two pieces");
	ok(mk_crc32(0, "", 0) == 0 && mk_crc32(7, "", 0) == 7, "of nothing");
	/* FIPS 180-4's examples */
	sha("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	mk_hex((const unsigned char *)"\0\xaf", 2, hex);
	is(hex, "00af", "lower-case hexadecimal");
	ok(mk_random(a, sizeof a, &e) == 0 && mk_random(b, sizeof b, &e) == 0 &&
		memcmp(a, b, sizeof a) != 0, "random bytes");
	return done();
}
