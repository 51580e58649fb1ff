/* Which part is meant. */
#ifndef MK_TRACE_NAME_H
#define MK_TRACE_NAME_H

#include "store/store.h"

/* What an engineer calls a part: its id, the text beside its symbol, another name of
 * it, a scan of its code (with or without AIM identifier), or an ending of its id that
 * no other shares. name gets the id as it is spelt on a line. 1; 0 none; -1, MK_EDATA
 * if several are meant. The GS1 dictionary is loaded only if it takes a scan to tell. */
int mk_trace_resolve(struct mk_store *st, const char *arg, struct mk_buf *name,
	struct mk_err *e);

/* The same for what only others have stored, too, by its identity or a scan of it: 2, if
 * what is known of it was pulled. */
int mk_trace_known(struct mk_store *st, const char *arg, struct mk_buf *name,
	struct mk_err *e);

#endif
