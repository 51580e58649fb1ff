/* Keeping a store: copies, proofs that what is derived is right, newer versions. */
#ifndef MK_KEEP_H
#define MK_KEEP_H

#include "store/store.h"

/* Copy the store, as it is at one moment, to a file that is not there yet; writers go
 * on meanwhile. */
int mk_store_backup(struct mk_store *st, const char *path, struct mk_err *e);

/* Let the engine count what it has, so that it chooses its indexes well. */
int mk_store_analyze(struct mk_store *st, struct mk_err *e);

/* Make all that follows from the events anew, in one transaction, and compare: each
 * sees every table, with its rows, how many it had that are wrong, and how many were
 * missing. Writers wait; in a server readers, too. 1: nothing was wrong, and nothing is
 * changed; 0: something was, and is put right if replace; -1. */
typedef int mk_rebuild_each(void *arg, const char *table, int64_t rows, int64_t wrong,
	int64_t missing, struct mk_err *e);
typedef int mk_rebuild_tick(void *arg, int64_t done, int64_t all, struct mk_err *e);
int mk_store_rebuild(struct mk_store *st, bool replace, mk_rebuild_each *each,
	mk_rebuild_tick *tick, void *arg, struct mk_err *e);

/* Bring a store of an older version to this one, in pieces: an interrupted migration
 * goes on where it was. Tools refuse the store meanwhile. 1; 0: it is of this version
 * already; -1. tick (may be NULL) sees how far it is. */
int mk_store_migrate(const char *path, const struct mk_conf *conf, mk_rebuild_tick *tick, void *arg,
	struct mk_err *e);

#endif
