/* Inside mk-verify: codes that were good before. */
#ifndef SEEN_H
#define SEEN_H

#include "cmd/cmd.h"

extern const char *opt_duplicates;

struct seen;
int seen_open(struct cmd *c, struct seen **s);
void seen_close(struct seen *s);	/* NULL is allowed */

/* Whether the part's code (of that op) was good before: in this run, or, if asked for,
 * by the store. 1, 0, -1. seen_add: it is good now. */
int seen_before(struct cmd *c, struct seen *s, const struct mk_rec *rec);
int seen_add(struct cmd *c, struct seen *s, const struct mk_rec *rec);

#endif
