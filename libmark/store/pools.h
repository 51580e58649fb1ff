/* Pools in the store: no number twice. */
#ifndef MK_POOLS_H
#define MK_POOLS_H

#include "store/store.h"

#define MK_HASH_LEN 64	/* hex digits of a definition's SHA-256 */

/* Keep a pool's definition. 1: kept. 0: the same is there already. A different one
 * replaces a pool that has issued nothing, else MK_EDATA. */
int mk_store_pool_define(struct mk_store *st, const char *name, const char *hash,
	const char *text, size_t n, struct mk_err *e);

/* Append a pool's definition to text; hash gets its hash. 1, 0 if there is no such
 * pool, -1. */
int mk_store_pool_get(struct mk_store *st, const char *name, struct mk_buf *text,
	char hash[MK_HASH_LEN + 1], struct mk_err *e);

/* The index of the next number of a period, from 0. Nothing is reserved. */
int mk_store_pool_next(struct mk_store *st, const char *name, const char *period,
	uint64_t *next, struct mk_err *e);

/* One range of numbers to be reserved; filled in by the caller but for the last two. */
struct mk_reserve {
	const char *pool;	/* its name */
	const char *period;	/* what its counter restarts with; "" if never */
	uint64_t count;
	uint64_t total;		/* how many numbers a period has */
	uint64_t most;		/* up to which index they may be issued, <= total */
	const char *why;	/* what the numbers from most on are kept for; NULL */
	const char *stem;	/* what the identities of the range have in common */
	const char *fields;	/* what they were taken for: a record line, or "" */
	const char *once;	/* the key of an order that gets numbers once; NULL */

	uint64_t first;		/* the index of the first */
	bool again;		/* the order had its numbers before: these are they, and
				 * count is how many; stem and fields go to text */
	struct mk_buf text;	/* stem NUL fields NUL period NUL if again; the caller clears it */
};

/* Reserve n ranges durably, in one transaction of the store and then in the
 * high-water file. They are the caller's whatever happens next. day is counted for
 * the pool's rate of use. MK_EDATA: not so many are left. MK_EINTEGRITY: the store
 * is behind its high-water file, or that file is gone. MK_EUSAGE: no such pool. */
int mk_store_reserve(struct mk_store *st, struct mk_reserve *r, size_t n,
	const struct mk_time *t, const char *day, struct mk_err *e);

/* Whether the store is not behind its high-water file, whose path is told (NULL: a
 * central store has none); what would be refused is MK_EINTEGRITY here, too. */
int mk_store_hiwater(struct mk_store *st, const char **path, struct mk_err *e);

/* The store was restored: let this pool go on. floor is the index at which its
 * counters begin anew at least, -1: as many numbers are skipped as the high-water
 * file knows to be lost (MK_EUSAGE if it is gone). until is the pool's period now. */
int mk_store_after_restore(struct mk_store *st, const char *name, int64_t floor,
	const char *until, struct mk_err *e);

/* How a pool stands. */
struct mk_pool_use {
	char name[65];
	uint64_t used;		/* numbers issued, all periods */
	uint64_t period_used;	/* in the period that issued last */
	char last[MK_TIME_LEN];	/* when a number was issued last, or "" */
	uint64_t recent;		/* numbers issued on the days after `since`, up to `day` */
	char first[MK_DAY_LEN];		/* the first of those days, or "" */
	uint64_t listed;	/* of a list: how many are active */
};
typedef int mk_store_pool_each(void *arg, const struct mk_pool_use *u, const char *text,
	size_t n, struct mk_err *e);
/* Each pool, by name. The number of them. */
int mk_store_pools(struct mk_store *st, const char *since, const char *day,
	mk_store_pool_each *each, void *arg, struct mk_err *e);

/* The same of one pool. */
int mk_store_pool_use(struct mk_store *st, const char *name, const char *since, const char *day,
	struct mk_pool_use *u, struct mk_err *e);

/* The ranges that a pool has issued, in their order. No transaction is open
 * meanwhile. The number of them. */
struct mk_issue {
	const char *period, *stem, *fields;
	uint64_t first, count;
	const char *time;
};
typedef int mk_store_issue_each(void *arg, const struct mk_issue *i, struct mk_err *e);
int mk_store_issues(struct mk_store *st, const char *name, mk_store_issue_each *each,
	void *arg, struct mk_err *e);

/* What became of an identity: its mark was ever begun; it was made void. id is as
 * it is spelt on a line. */
struct mk_id_state {
	bool begun, voided;
};
int mk_store_id_state(struct mk_store *st, const char *id, size_t n, struct mk_id_state *s,
	struct mk_err *e);

/* When the store last heard of anything: its latest event or issue; ms 0: never. */
int mk_store_latest(struct mk_store *st, struct mk_time *t, struct mk_err *e);

/* ---- lists: numbers that an authority issued ---- */

/* Begin an import: what an earlier one left unfinished is removed. *total: how many
 * are active. */
int mk_store_import_begin(struct mk_store *st, const char *pool, uint64_t *total,
	struct mk_err *e);
/* Stage values, in transactions of their own: number `at` on. 0; 1: value is there
 * already (*which says which of the n); -1. */
int mk_store_import_stage(struct mk_store *st, const char *pool, uint64_t at,
	const char *const *value, const size_t *len, size_t n, size_t *which,
	struct mk_err *e);
/* Make all up to total active, by one row. */
int mk_store_import_end(struct mk_store *st, const char *pool, uint64_t total,
	struct mk_err *e);
/* Append the value with that index. */
int mk_store_listed(struct mk_store *st, const char *pool, uint64_t index, struct mk_buf *out,
	struct mk_err *e);
/* The index of a value: 1, 0 if it is not in the list, -1. */
int mk_store_listed_index(struct mk_store *st, const char *pool, const char *value, size_t n,
	uint64_t *index, struct mk_err *e);
/* How many are active. */
int mk_store_list_total(struct mk_store *st, const char *pool, uint64_t *total,
	struct mk_err *e);

#endif
