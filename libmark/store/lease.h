/* Leases: ranges of a pool's numbers that a central store lends to the stores of
 * lines. A line issues from what it was lent, and needs no network for it; the
 * centre lends no number twice.
 *
 * A lease belongs to one origin and epoch and has a number, from 1. Who asks names
 * the last lease that it had: a store that was copied back, or a second copy of one,
 * does not know of the latest and gets none. An answer that was lost on its way is
 * given again to who shows the same token.
 *
 * In the line's store a pool's indices count only what it was lent: those of a lease
 * go from base on, and stand for the pool's own indices from first on. */
#ifndef MK_LEASE_H
#define MK_LEASE_H

#include "store/pools.h"

#define MK_TOKEN_LEN 32	/* hex digits */

struct mk_lease {
	int64_t no;		/* below 0: the centre, itself restored, knows nothing of it */
	uint64_t first, count;	/* of the pool's own indices */
	uint64_t base;		/* in the line's counting */
	uint64_t returned;	/* so many behind them were given back, never used */
};

/* What a line asks with. */
struct mk_lease_ask {
	char origin[17], token[MK_TOKEN_LEN + 1];
	int64_t epoch, last;
	uint64_t unused;	/* numbers lent and not yet issued */
};

/* ---- in the line's store ---- */

/* The leases of a pool, in their order; the caller frees *l. The number of them; 0:
 * the pool issues by itself. */
int mk_store_leases(struct mk_store *st, const char *pool, struct mk_lease **l,
	struct mk_err *e);

/* Make, and commit, what to ask with: an unanswered ask is asked again. MK_EDATA: the
 * pool has issued numbers that nobody lent. */
int mk_store_lease_ask(struct mk_store *st, const char *pool, struct mk_lease_ask *ask,
	struct mk_err *e);

/* Commit a lease that was granted; from then on its numbers may be issued. */
int mk_store_lease_take(struct mk_store *st, const char *pool, struct mk_lease *l,
	struct mk_err *e);

/* Commit that nothing more is issued from what was lent so far; *left: how many
 * numbers that were. The centre is told by mk_store_lease_returned for each. */
int mk_store_lease_drop(struct mk_store *st, const char *pool, uint64_t *left,
	struct mk_err *e);

/* After a restore: what was lent is dropped, and last is the last lease that the
 * centre knows of. */
int mk_store_lease_restored(struct mk_store *st, const char *pool, int64_t last,
	struct mk_err *e);

/* ---- in the central store ---- */

/* Lend count numbers of the pool with that definition, none from most on, to who
 * asks. MK_EDATA: not so many are left, or the definition is another. MK_EINTEGRITY:
 * who asks is a store that was copied. */
int mk_store_lease_grant(struct mk_store *st, const char *pool, const char *hash,
	const struct mk_lease_ask *ask, uint64_t count, uint64_t most, const struct mk_time *t,
	struct mk_lease *l, struct mk_err *e);

/* The line has committed its latest lease: the token is good for nothing more. */
int mk_store_lease_confirm(struct mk_store *st, const char *pool, const char *origin,
	int64_t no, struct mk_err *e);

/* The last lease of a pool that an origin was given; 0: none. */
int mk_store_lease_last(struct mk_store *st, const char *pool, const char *origin,
	int64_t *last, struct mk_err *e);

/* Note that so many numbers at a lease's end came back. They are never lent again. */
int mk_store_lease_returned(struct mk_store *st, const char *pool, const char *origin,
	int64_t no, uint64_t returned, struct mk_err *e);

/* Every lease that the store knows of, by pool: lent by it, or to it. */
typedef int mk_store_lease_each(void *arg, const char *pool, const char *origin,
	const struct mk_lease *l, const char *time, struct mk_err *e);
int mk_store_lease_list(struct mk_store *st, mk_store_lease_each *each, void *arg,
	struct mk_err *e);

#endif
