/* Inside trace only: a set of items' numbers that remembers the order in which they
 * came, and where each stands in it. */
#ifndef MK_IDS_H
#define MK_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mk_ids {
	int64_t *id;		/* n of them, in order */
	size_t n, cap;
	uint32_t *slot;		/* 0: free, else 1 + index */
	size_t nslot;		/* a power of two */
};

void mk_ids_clear(struct mk_ids *s);
/* 1: was not there, 0: was, -1. */
int mk_ids_add(struct mk_ids *s, int64_t id, struct mk_err *e);
/* Where it stands; SIZE_MAX: nowhere. */
size_t mk_ids_find(const struct mk_ids *s, int64_t id);
/* Put them in ascending order; the places change. */
void mk_ids_sort(struct mk_ids *s);

#endif
