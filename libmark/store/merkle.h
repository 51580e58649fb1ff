/* Merkle trees of RFC 6962, 2.1 (SHA-256); nothing here knows a store. */
#ifndef MK_MERKLE_H
#define MK_MERKLE_H

#include <stdint.h>

#include "base/crypt.h"
#include "base/err.h"

typedef unsigned char mk_hash[MK_SHA256_LEN];

/* SHA-256(0x00 || leaf), SHA-256(0x01 || left || right). */
int mk_merkle_leaf(const void *leaf, size_t n, mk_hash out, struct mk_err *e);
int mk_merkle_node(const mk_hash left, const mk_hash right, mk_hash out, struct mk_err *e);

/* A tree that grows: the hashes of its whole subtrees, largest first. {0} is empty. */
struct mk_merkle {
	uint64_t size;
	mk_hash peak[64];
	int n;
};
/* Called for each whole subtree that becomes complete: 2^level leaves, the pos-th of
 * that size. May be NULL. */
typedef int mk_merkle_made(void *arg, int level, uint64_t pos, const mk_hash h, struct mk_err *e);
int mk_merkle_add(struct mk_merkle *t, const mk_hash leaf, mk_merkle_made *made, void *arg,
	struct mk_err *e);
int mk_merkle_root(const struct mk_merkle *t, mk_hash out, struct mk_err *e);

/* The hash of leaves [lo, hi), from whoever knows whole subtrees (2^level leaves). */
typedef int mk_merkle_get(void *arg, int level, uint64_t pos, mk_hash out, struct mk_err *e);
int mk_merkle_range(uint64_t lo, uint64_t hi, mk_merkle_get *get, void *arg, mk_hash out,
	struct mk_err *e);

/* The audit path of leaf m (from 0) in a tree of n, from the leaf up: how many. */
int mk_merkle_path(uint64_t m, uint64_t n, mk_merkle_get *get, void *arg, mk_hash path[64],
	struct mk_err *e);
/* The root that leaf m of n and its path make. 0; MK_EINTEGRITY if the path is of
 * another length. */
int mk_merkle_climb(uint64_t m, uint64_t n, const mk_hash leaf, const mk_hash *path, int len,
	mk_hash root, struct mk_err *e);

#endif
