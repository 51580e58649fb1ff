/* Inside store/: the states of items as they are changed in a transaction: that of the
 * item at hand, or those of many that were asked for ahead. */
#ifndef MK_STATES_H
#define MK_STATES_H

#include "store/index.h"

struct mk_current {
	int64_t item;		/* 0: none is loaded */
	bool dirty, stored;
	bool held, ops;		/* held: the three are kept; ops: an event had an op */
	int64_t before, tried;	/* as seen: before this transaction; in it, refusals apart */
	int64_t seen, n, first, last, time, ctx, step, result, place, customer, document, hold,
		gone, doubt, successor;
};

/* The state that is held of an item, or NULL. */
struct mk_current *mk_states_held(const struct mk_store *st, int64_t item);
/* Load the state of one, which may have none. */
int mk_states_load(struct mk_store *st, int64_t item, struct mk_current *s, struct mk_err *e);
/* Write it, if it was changed. */
int mk_states_write(struct mk_store *st, struct mk_current *s, struct mk_err *e);

#endif
