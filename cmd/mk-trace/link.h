/* Inside cmd/mk-trace only: push and pull: a line's store, a central one, and the
 * network between them. */
#ifndef MK_CMD_LINK_H
#define MK_CMD_LINK_H

#include "cmd/mk-trace/trace.h"

struct link {
	const char *verb;		/* "push" or "pull" */
	const char *place;		/* of the central store */
	bool follow;
	struct mk_store *st, *centre;	/* centre NULL: not reached */
	size_t batch;
	int failures;			/* since it was reached last */
	int lock;
};

/* Read the arguments: place and batch (NULL: n) are options' values. */
int link_arguments(struct cmd *c, struct link *l, const char *place, const char *option,
	const char *batch, size_t n);

/* Call each, with both stores open, until it says that nothing is left (0), or, if the
 * link follows, until a signal asks for the end; 1: there is more. Failures of the
 * network are waited for; each must stand to be called again after any. One process
 * for each verb and store. 0, -1; the link is closed then. */
typedef int link_each(struct cmd *c, struct link *l, void *arg);
int link_run(struct cmd *c, struct link *l, link_each *each, void *arg);

#endif
