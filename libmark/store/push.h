/* Push: what a store has stored, in order and exactly once, into another one. The
 * chain tells: (seq, head) of each origin there must be a state that this store went
 * through, and what follows it here follows it there. An answer that was lost is no
 * matter, the other side has moved on; a store that was copied back, or has been
 * written to in two places, is told from that. */
#ifndef MK_PUSH_H
#define MK_PUSH_H

#include "store/store.h"

struct mk_push {
	int64_t sent;		/* events, so far */
	int64_t seq;		/* this store's own that are there */
	int64_t behind;		/* events that are here and not there, by what is known */
	int64_t lost, lost_of;	/* of lost_of own events that had arrived, lost are not there any
				 * more: it is an earlier copy; 0 */
	int64_t seals;		/* seals that are here, and there */
};

/* Send a batch of at most n events, all in one transaction of the other store; where it
 * has all events, seals that it has not. 1:
 * there may be more, 0: the other side has all, -1: MK_EINTEGRITY if this store was
 * restored or copied; e->retry if the same again may succeed. */
int mk_store_push(struct mk_store *from, struct mk_store *to, size_t n, struct mk_push *p,
	struct mk_err *e);

/* Keep in this store that seq, the last of its own events then, has arrived in to. */
int mk_store_pushed(struct mk_store *from, const struct mk_store *to, int64_t seq,
	const struct mk_time *t, struct mk_err *e);

/* How far behind the last push left this store's own events: 1, 0 if it never pushed,
 * -1. at gets the time of that push. */
int mk_store_push_state(struct mk_store *from, int64_t *behind, struct mk_time *at,
	struct mk_err *e);

#endif
