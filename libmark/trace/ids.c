#include "trace/ids.h"

#include <stdlib.h>
#include <string.h>

void
mk_ids_clear(struct mk_ids *s)
{
	free(s->id);
	free(s->slot);
	memset(s, 0, sizeof *s);
}

static size_t
slot_of(const struct mk_ids *s, int64_t id)
{
	size_t i = (size_t)((uint64_t)id * 0x9e3779b97f4a7c15u >> 20) & (s->nslot - 1);

	while (s->slot[i] != 0 && s->id[s->slot[i] - 1] != id)
		i = (i + 1) & (s->nslot - 1);
	return i;
}

static void
place_all(struct mk_ids *s)
{
	size_t i;

	memset(s->slot, 0, s->nslot * sizeof *s->slot);
	for (i = 0; i < s->n; i++)
		s->slot[slot_of(s, s->id[i])] = (uint32_t)i + 1;
}

static int
grow(struct mk_ids *s, struct mk_err *e)
{
	size_t cap = s->cap == 0 ? 64 : s->cap * 2;
	int64_t *id;
	uint32_t *slot;

	if (cap > UINT32_MAX / 4 || (id = realloc(s->id, cap * sizeof *id)) == NULL)
		return mk_err_nomem(e);
	s->id = id;
	if ((slot = malloc(2 * cap * sizeof *slot)) == NULL)
		return mk_err_nomem(e);
	free(s->slot);
	s->slot = slot;
	s->cap = cap;
	s->nslot = 2 * cap;
	place_all(s);
	return 0;
}

int
mk_ids_add(struct mk_ids *s, int64_t id, struct mk_err *e)
{
	size_t i;

	if (s->n == s->cap && grow(s, e) == -1)
		return -1;
	i = slot_of(s, id);
	if (s->slot[i] != 0)
		return 0;
	s->id[s->n++] = id;
	s->slot[i] = (uint32_t)s->n;
	return 1;
}

size_t
mk_ids_find(const struct mk_ids *s, int64_t id)
{
	size_t i;

	if (s->n == 0)
		return SIZE_MAX;
	i = slot_of(s, id);
	return s->slot[i] == 0 ? SIZE_MAX : s->slot[i] - 1;
}

static int
ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

void
mk_ids_sort(struct mk_ids *s)
{
	if (s->n == 0)
		return;
	qsort(s->id, s->n, sizeof *s->id, ascending);
	place_all(s);
}
