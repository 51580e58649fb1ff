/* Tree heads, audit paths and signatures against published vectors: RFC 6962's test
 * data (certificate-transparency's eight leaves), RFC 8032, 7.1. */
#include <string.h>

#include "store/merkle.h"
#include "tests/tap.h"

static const char *const leaves[] = { "", "00", "10", "2021", "3031", "40414243",
	"5051525354555657", "606162636465666768696a6b6c6d6e6f" };
/* the heads of the first n of them */
static const char *const roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" };

static mk_hash leaf[8];

static int
from_leaves(void *arg, int level, uint64_t pos, mk_hash out, struct mk_err *e)
{
	struct mk_merkle t = {0};
	uint64_t i;

	(void)arg;
	for (i = pos << level; i < (pos + 1) << level; i++)
		if (mk_merkle_add(&t, leaf[i], NULL, NULL, e) == -1)
			return -1;
	return mk_merkle_root(&t, out, e);
}

static int made;
static int
count(void *arg, int level, uint64_t pos, const mk_hash h, struct mk_err *e)
{
	mk_hash again;

	(void)arg;
	made += from_leaves(NULL, level, pos, again, e) == 0 && memcmp(again, h, sizeof again) == 0;
	return 0;
}

static bool
is_hex(const unsigned char *p, size_t n, const char *want)
{
	char hex[2 * 64 + 1];

	mk_hex(p, n, hex);
	return strcmp(hex, want) == 0;
}

static void
signatures(void)
{
	/* RFC 8032, 7.1, TEST 2 */
	unsigned char key[MK_KEY_LEN], pub[MK_KEY_LEN], sig[MK_SIG_LEN];
	struct mk_err e;

	ok(mk_unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", sizeof key,
	    key) == 0 && mk_sign_public(key, pub, &e) == 0 && is_hex(pub, sizeof pub,
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), "RFC 8032: public key");
	ok(mk_sign(key, "\x72", 1, sig, &e) == 0 && is_hex(sig, sizeof sig,
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"), "RFC 8032: signature");
	ok(mk_verify(pub, "\x72", 1, sig, &e) == 1, "it is good");
	ok(mk_verify(pub, "\x73", 1, sig, &e) == 0, "for that text only");
	sig[3] ^= 1;
	ok(mk_verify(pub, "\x72", 1, sig, &e) == 0, "an altered one is not");
	ok(mk_unhex("0g", 1, key) == -1 && mk_unhex("AB", 1, key) == -1, "what is no lower-case hex");
}

int
main(void)
{
	struct mk_merkle t = {0};
	struct mk_err e;
	unsigned char raw[16];
	mk_hash root, path[64], other;
	uint64_t n, m;
	int len, good = 0, bad = 0, all = 0;

	for (n = 0; n <= 8; n++) {
		ok(mk_merkle_root(&t, root, &e) == 0 && is_hex(root, sizeof root, roots[n]),
			"the head of %d leaves", (int)n);
		if (n == 8)
			break;
		if (mk_unhex(leaves[n], strlen(leaves[n]) / 2, raw) != 0 ||
		    mk_merkle_leaf(raw, strlen(leaves[n]) / 2, leaf[n], &e) != 0 ||
		    mk_merkle_add(&t, leaf[n], count, NULL, &e) != 0)
			bad++;
	}
	ok(bad == 0 && made == 15, "every whole subtree was told, with its hash (%d)", made);
	for (n = 1; n <= 8; n++)
		for (m = 0; m < n; m++) {
			all++;
			len = mk_merkle_path(m, n, from_leaves, NULL, path, &e);
			if (len >= 0 && mk_merkle_climb(m, n, leaf[m], (const mk_hash *)path, len, root, &e) == 0 &&
			    is_hex(root, sizeof root, roots[n]))
				good++;
			/* another leaf, or the same one elsewhere, gives another head or none */
			memcpy(other, leaf[m], sizeof other);
			other[0] ^= 1;
			if (mk_merkle_climb(m, n, other, (const mk_hash *)path, len, root, &e) == 0 &&
			    is_hex(root, sizeof root, roots[n]))
				bad++;
			if (n > 1 && mk_merkle_climb((m + 1) % n, n, leaf[m], (const mk_hash *)path, len, root,
			    &e) == 0 && is_hex(root, sizeof root, roots[n]))
				bad++;
			if (mk_merkle_climb(m, n, leaf[m], (const mk_hash *)path, len + 1, root, &e) == 0 ||
			    (len > 0 && mk_merkle_climb(m, n, leaf[m], (const mk_hash *)path, len - 1, root,
			    &e) == 0))
				bad++;
		}
	ok(good == all, "every leaf's path leads to the head (%d of %d)", good, all);
	ok(bad == 0, "nothing else does (%d)", bad);
	signatures();
	return done();
}
