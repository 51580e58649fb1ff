/* Inside trace only: parts made under the same conditions as the suspects. */
#ifndef MK_NEIGHBOUR_H
#define MK_NEIGHBOUR_H

#include "trace/query.h"
#include "trace/recall.h"

/* Add to set the neighbours of its first n items: those with an event of the same
 * step, the same dimensions, and near enough in time. */
int mk_neighbours(const struct mk_query *q, const struct mk_same *same, size_t n,
	struct mk_ids *set, struct mk_err *e);

/* The same, of what was done at the suspects' stations from the last event "step:result"
 * there before a suspect's, up to the next one. */
int mk_neighbours_since(const struct mk_query *q, const char *since, size_t n,
	struct mk_ids *set, struct mk_err *e);

#endif
