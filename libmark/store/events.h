/* Inside store/: events on their way in, and chains. */
#ifndef MK_EVENTS_H
#define MK_EVENTS_H

#include "base/step.h"
#include "store/index.h"

struct mk_scratch {
	const struct mk_keyinfo **info;	/* of each field of the record */
	struct mk_newfield *field;	/* of the event's line */
	size_t cap, ninfo, nfield;
	unsigned round;			/* steps of the record that have a time bear it */
	struct mk_buf name;
	struct mk_digest *digest;	/* of the chain */
	struct mk_field id;
	struct mk_time recorded;
	char recorded_text[MK_TIME_LEN];
};

/* Whether f is one of the event_ fields. */
bool mk_event_own(const struct mk_field *f);

/* Store an exported event, with its origin, seq and prev. rec was classified. */
int mk_event_take(struct mk_store *st, const struct mk_rec *rec, struct mk_err *e);

/* Derive all that follows from an event of the log once more. *changed is counted up if
 * its ctx or result were other ones. */
int mk_event_again(struct mk_store *st, int64_t id, const char *line, size_t n,
	const struct mk_time *recorded, int64_t ctx, int64_t result, int64_t *changed,
	struct mk_err *e);

void mk_event_free(struct mk_store *st);

/* The chain of an origin as the store has it: 1, 0 there is none, -1. */
int mk_chain_read(struct mk_store *st, struct mk_chain *c, const char *name, struct mk_err *e);
/* Call it when c, the store's own or other chain, was read in a transaction: if it is not
 * where our last transaction left it, somebody else adds to it. */
void mk_chain_check(struct mk_store *st, const struct mk_chain *c);
int mk_chain_write(struct mk_store *st, struct mk_chain *c, struct mk_err *e);

/* ---- arrival.c ---- */

/* The event that c gets now is its seq-th. */
int mk_arrival_note(struct mk_store *st, const struct mk_chain *c, int64_t seq, struct mk_err *e);
/* All events in the order in which they came in: stretches of one origin, by the first and
 * the last number that an event of it may have. */
typedef int mk_arrival_stretch(void *arg, int64_t first, int64_t last, struct mk_err *e);
int mk_arrival_each(struct mk_store *st, mk_arrival_stretch *each, void *arg, struct mk_err *e);

#endif
