/* What was lent: the pool's own indices, and those that the lessee counts. */
#include <inttypes.h>
#include <stdlib.h>

#include "serial/pool.h"

void
mk_pool_lent(struct mk_pool *p, struct mk_lease *l, size_t n)
{
	free(p->lease);
	p->lease = l;
	p->nlease = n;
	p->total = 0;
	for (; n > 0 && p->total == 0; n--)	/* what was dropped is empty */
		p->total = l[n - 1].count == 0 ? 0 : l[n - 1].base + l[n - 1].count;
}

int
mk_lent_index(const struct mk_pool *p, uint64_t i, uint64_t *index, struct mk_err *e)
{
	const struct mk_lease *l;
	size_t k;

	*index = i;
	if (p->lease == NULL)
		return 0;
	for (k = p->nlease; k > 0; k--) {
		l = &p->lease[k - 1];
		if (i >= l->base && i - l->base < l->count) {
			*index = l->first + (i - l->base);
			return 0;
		}
	}
	return mk_err(e, MK_EINTEGRITY, "number %" PRIu64 " was not lent to this store", i);
}

int
mk_lessee_index(const struct mk_pool *p, uint64_t *index)
{
	const struct mk_lease *l;
	size_t k;

	if (p->lease == NULL)
		return 1;
	for (k = 0; k < p->nlease; k++) {
		l = &p->lease[k];
		if (*index >= l->first && *index - l->first < l->count) {
			*index = l->base + (*index - l->first);
			return 1;
		}
	}
	return 0;
}
