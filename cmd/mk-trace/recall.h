/* Inside cmd/mk-trace only: recall.c and case.c. A case is an item case:NAME; each
 * part on its list bears an event with that case, an observation or a hold. */
#ifndef MK_CMD_RECALL_H
#define MK_CMD_RECALL_H

#include "cmd/mk-trace/ask.h"
#include "trace/recall.h"

/* Freeze the list of r under that name; hold what is in stock. */
int recall_open(struct ask *a, const char *name, const struct mk_recall *r, bool hold);
/* Note that a customer was told. */
int recall_contacted(struct ask *a, const char *name, const char *customer);
/* What has become of the list since; also what is outstanding, part by part. */
int recall_status(struct ask *a, const char *name, bool list);

#endif
