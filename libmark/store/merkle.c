#include "store/merkle.h"

#include <string.h>

#include "base/buf.h"

int
mk_merkle_leaf(const void *leaf, size_t n, mk_hash out, struct mk_err *e)
{
	struct mk_buf b = {0};
	int r = -1;

	if (mk_buf_addc(&b, 0, e) == 0 && mk_buf_add(&b, leaf, n, e) == 0)
		r = mk_sha256(b.p, b.n, out, e);
	mk_buf_clear(&b);
	return r;
}

int
mk_merkle_node(const mk_hash left, const mk_hash right, mk_hash out, struct mk_err *e)
{
	unsigned char b[1 + 2 * MK_SHA256_LEN] = { 1 };

	memcpy(b + 1, left, MK_SHA256_LEN);
	memcpy(b + 1 + MK_SHA256_LEN, right, MK_SHA256_LEN);
	return mk_sha256(b, sizeof b, out, e);
}

int
mk_merkle_add(struct mk_merkle *t, const mk_hash leaf, mk_merkle_made *made, void *arg,
	struct mk_err *e)
{
	uint64_t pos = t->size;
	int level = 0;

	memcpy(t->peak[t->n++], leaf, MK_SHA256_LEN);
	if (made != NULL && made(arg, 0, pos, leaf, e) == -1)
		return -1;
	while ((pos & 1) != 0) {
		mk_hash h;

		if (mk_merkle_node(t->peak[t->n - 2], t->peak[t->n - 1], h, e) == -1)
			return -1;
		memcpy(t->peak[--t->n - 1], h, sizeof h);
		pos >>= 1;
		level++;
		if (made != NULL && made(arg, level, pos, h, e) == -1)
			return -1;
	}
	t->size++;
	return 0;
}

int
mk_merkle_root(const struct mk_merkle *t, mk_hash out, struct mk_err *e)
{
	int i;

	if (t->n == 0)
		return mk_sha256("", 0, out, e);
	memcpy(out, t->peak[t->n - 1], MK_SHA256_LEN);
	for (i = t->n - 2; i >= 0; i--) {
		mk_hash h;

		if (mk_merkle_node(t->peak[i], out, h, e) == -1)
			return -1;
		memcpy(out, h, sizeof h);
	}
	return 0;
}

/* The largest power of two below n (> 1), as an exponent. */
static int
split(uint64_t n)
{
	int k = 0;

	while ((uint64_t)2 << k < n)
		k++;
	return k;
}

int
mk_merkle_range(uint64_t lo, uint64_t hi, mk_merkle_get *get, void *arg, mk_hash out,
	struct mk_err *e)
{
	uint64_t n = hi - lo;
	mk_hash left, right;
	int k = 0;

	while (((uint64_t)1 << k) < n)
		k++;
	if (((uint64_t)1 << k) == n && lo % n == 0)
		return get(arg, k, lo >> k, out, e);
	k = split(n);
	if (mk_merkle_range(lo, lo + ((uint64_t)1 << k), get, arg, left, e) == -1 ||
	    mk_merkle_range(lo + ((uint64_t)1 << k), hi, get, arg, right, e) == -1)
		return -1;
	return mk_merkle_node(left, right, out, e);
}

int
mk_merkle_path(uint64_t m, uint64_t n, mk_merkle_get *get, void *arg, mk_hash path[64],
	struct mk_err *e)
{
	uint64_t lo = 0, hi = n, from[64], to[64];
	int len = 0, i;

	while (hi - lo > 1) {
		uint64_t mid = lo + ((uint64_t)1 << split(hi - lo));

		if (m < mid) {
			from[len] = mid;
			to[len++] = hi;
			hi = mid;
		} else {
			from[len] = lo;
			to[len++] = mid;
			lo = mid;
		}
	}
	for (i = 0; i < len; i++)
		if (mk_merkle_range(from[len - 1 - i], to[len - 1 - i], get, arg, path[i], e) == -1)
			return -1;
	return len;
}

int
mk_merkle_climb(uint64_t m, uint64_t n, const mk_hash leaf, const mk_hash *path, int len,
	mk_hash root, struct mk_err *e)
{
	uint64_t fn = m, sn = n - 1;
	int i;

	/* RFC 9162, 2.1.3.2: the same tree, a loop instead of a recursion */
	memcpy(root, leaf, MK_SHA256_LEN);
	if (m >= n)
		return mk_err(e, MK_EINTEGRITY, "the tree is smaller than that");
	for (i = 0; i < len; i++) {
		mk_hash h;

		if (sn == 0)
			return mk_err(e, MK_EINTEGRITY, "the path is too long");
		if ((fn & 1) != 0 || fn == sn) {
			if (mk_merkle_node(path[i], root, h, e) == -1)
				return -1;
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else if (mk_merkle_node(root, path[i], h, e) == -1)
			return -1;
		memcpy(root, h, sizeof h);
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 ? 0 : mk_err(e, MK_EINTEGRITY, "the path is too short");
}
