/* The store: everything that lasts. One file per station (SQLite); all SQL is
 * in this room. Handles are for one thread. No call leaves a transaction open
 * unless it says so. */
#ifndef MK_STORE_H
#define MK_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/rec.h"

struct mk_store;

/* Make a store at path and its high-water file in the folder state (NULL:
 * /var/lib/mk-state if it can be written, else ~/.local/state/mk). A file that is
 * there already is MK_EUSAGE. */
int mk_store_init(const char *path, const char *state, struct mk_err *e);

/* Open an existing store. The configuration tells the site's steps (borrowed). */
int mk_store_open(struct mk_store **st, const char *path, const struct mk_conf *conf,
	struct mk_err *e);
void mk_store_close(struct mk_store *st);	/* NULL is allowed */

/* ---- marks: every part that may carry one is known ---- */

/* Commit "this part (rec: id, op) is about to be marked on device". rec is the
 * whole record without its job and without a mark group; t becomes mark_time.
 * 1: begun. 0: refused, the key was begun before, and *state says how that
 * ended: "open", "ok", "fail", "unknown" (static). -1. */
int mk_store_mark_begin(struct mk_store *st, const char *device, const struct mk_rec *rec,
	const struct mk_time *t, const char **state, struct mk_err *e);

/* Commit the mark event in rec (its mark group) and close its begin, in one
 * transaction. No open begin for it is MK_EINTEGRITY. */
int mk_store_mark_end(struct mk_store *st, const char *device, const struct mk_rec *rec,
	struct mk_err *e);

/* Close each begin that device left open with an event mark_result:unknown,
 * mark_reason:interrupted, at the time of its begin; each (may be NULL) sees the
 * record of each. Hold the device's lock. The number of them, or -1. */
typedef int mk_store_each(void *arg, struct mk_rec *rec, struct mk_err *e);
int mk_store_mark_recover(struct mk_store *st, const char *device, mk_store_each *each,
	void *arg, struct mk_err *e);

#endif
