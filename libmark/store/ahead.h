/* Inside store/: many exported events on their way into an engine that is asked across
 * a network: what storing them will ask one by one is asked for all of them at once:
 * their items (which are made), those that they went into or came from, and the items'
 * states. names.c and state.c look here
 * first. It lasts to the end of the transaction. An engine beside us is asked as ever. */
#ifndef MK_AHEAD_H
#define MK_AHEAD_H

#include "store/schema.h"

/* lines: exported events, each with its LF. Inside the write transaction. */
int mk_ahead_ask(struct mk_store *st, const struct mk_buf *lines, struct mk_err *e);

/* The slow way has made an item of that name. */
void mk_ahead_learn(struct mk_store *st, const char *name, size_t n, int64_t id);

/* The item of that name: 1, 2 if it was made for this and nothing was said of it yet, 0
 * if it was not asked for. */
int mk_ahead_item(struct mk_store *st, const char *name, size_t n, int64_t *id);

void mk_ahead_forget(struct mk_store *st);
void mk_ahead_free(struct mk_store *st);

#endif
