/* Pull: what a line must know of parts that were worked on elsewhere. The events of
 * other origins are read from a central store, behind a cursor for each origin, and of
 * each part and step the latest is kept, in a table of its own: it is no event of this
 * store, enters no chain, and is not pushed on. What this store has stored itself is
 * never touched. The same event twice changes nothing. What is older than somebody asks
 * for is not read, and dropped again, but for holds that nobody has released. */
#ifndef MK_PULL_H
#define MK_PULL_H

#include "store/store.h"

struct mk_pull {
	int64_t since;		/* ms: what happened before is not wanted; INT64_MIN: all is */
	int64_t events;		/* of other origins that were read, so far */
	int64_t behind;		/* that are there and were not read, by what is known */
	char back[17];		/* an origin of which the other store has less than was read:
				 * it was restored from an earlier copy; "": none */
};

/* Read a batch of at most n events of each other origin in from and commit what they
 * say. 1: there may be more; 0: all was read; -1: e->retry if the same again may
 * succeed. */
int mk_store_pull(struct mk_store *st, struct mk_store *from, size_t n, struct mk_pull *p,
	struct mk_err *e);

/* Drop what happened before that time, a little at a time. */
int mk_store_pull_drop(struct mk_store *st, int64_t before, struct mk_err *e);

/* Keep in this store that at t all was read. */
int mk_store_pulled(struct mk_store *st, const struct mk_time *t, struct mk_err *e);

/* When that was: 1, 0 if it never was, -1. */
int mk_store_pull_state(struct mk_store *st, struct mk_time *at, struct mk_err *e);

/* The latest that happened elsewhere to the part of that name (as spelt) at a step,
 * refusals apart. */
struct mk_elsewhere {
	const char *step, *result;	/* result "": it says none */
	const char *note;		/* of a hold the reason, of a shipment the customer */
	const char *part;		/* the part's type; "" */
	const char *origin;		/* of the store that says so */
	int64_t time;			/* ms */
};
typedef int mk_elsewhere_each(void *arg, const struct mk_elsewhere *w, struct mk_err *e);
/* each must not ask the store. The number of them, or -1. */
int mk_store_elsewhere(struct mk_store *st, const char *name, size_t n, mk_elsewhere_each *each,
	void *arg, struct mk_err *e);

#endif
