/* Inside store/: the edges of the genealogy, by child and by parent. */
#ifndef MK_EDGES_H
#define MK_EDGES_H

#include "store/ask.h"
#include "store/schema.h"

int mk_edge_add(struct mk_store *st, const struct mk_edge *edge, struct mk_err *e);

/* End the open edges of one kind: of a child (for CONSUME: of a parent), to one
 * other item, or to any (other is 0). */
int mk_edges_end(struct mk_store *st, int64_t item, int64_t other, enum mk_edge_kind kind,
	int64_t until, int64_t event, struct mk_err *e);

/* All that is in item now, packed or assembled, to any depth: each item once, a level of
 * them at a time. */
typedef int mk_edges_each(void *arg, const int64_t *item, size_t n, struct mk_err *e);
int mk_edges_inside(struct mk_store *st, int64_t item, mk_edges_each *each, void *arg,
	struct mk_err *e);

#endif
