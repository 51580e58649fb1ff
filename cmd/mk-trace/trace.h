/* Inside cmd/mk-trace only: what its files share. main.c has the verbs. */
#ifndef MK_CMD_TRACE_H
#define MK_CMD_TRACE_H

#include "cmd/cmd.h"
#include "store/store.h"

/* Open the store that --store, $MK_STORE or mk.conf names. */
int trace_open(struct cmd *c, struct mk_store **st);

/* add.c */
extern const struct cmd_opt trace_add_opts[];
int trace_add(struct cmd *c);

/* push.c */
extern const struct cmd_opt trace_push_opts[];
int trace_push(struct cmd *c);

#endif
