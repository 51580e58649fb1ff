#include "store/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "store/index.h"
#include "store/wire.h"

#define SLOTS 16384	/* a power of two */

struct known {
	struct known *next, *next_in;	/* of the slot; of all, in their order */
	uint64_t hash;
	int64_t id;		/* 0: not known */
	bool own;		/* an event is its own */
	bool fresh;		/* made, and nothing said of it yet */
	size_t n;
	char name[];
};

struct mk_ahead {
	struct mk_arena arena;
	struct known *slot[SLOTS], *first, **last;
	size_t n;
};

static struct known *
find(const struct mk_ahead *a, uint64_t h, const char *name, size_t n)
{
	struct known *k;

	for (k = a->slot[h % SLOTS]; k != NULL; k = k->next)
		if (k->hash == h && k->n == n && memcmp(k->name, name, n) == 0)
			return k;
	return NULL;
}

static int
add(struct mk_ahead *a, const char *name, size_t n, bool own, struct mk_err *e)
{
	uint64_t h = mk_index_hash(MK_HASH0, name, n);
	struct known *k = find(a, h, name, n);

	if (k != NULL) {
		k->own = k->own || own;
		return 0;
	}
	if ((k = mk_arena_alloc(&a->arena, sizeof *k + n, e)) == NULL)
		return -1;
	memset(k, 0, sizeof *k);
	k->hash = h;
	k->own = own;
	k->n = n;
	memcpy(k->name, name, n);
	k->next = a->slot[h % SLOTS];
	a->slot[h % SLOTS] = k;
	*a->last = k;
	a->last = &k->next_in;
	a->n++;
	return 0;
}

/* The items that a line names behind its own. */
static int
others(struct mk_ahead *a, const char *p, const char *end, struct mk_err *e)
{
	static const char *const keys[] = { "assemble_into:", "pack_into:", "consume_from:",
		"remove_from:", "unpack_from:", "replace_by:" };
	const char *tab;
	size_t i, n;

	for (; p < end; p = tab + 1) {
		if ((tab = memchr(p, '\t', (size_t)(end - p))) == NULL)
			tab = end;
		for (i = 0; i < sizeof keys / sizeof *keys; i++) {
			n = strlen(keys[i]);
			if ((size_t)(tab - p) > n && *p == *keys[i] && memcmp(p, keys[i], n) == 0 &&
			    add(a, p + n, (size_t)(tab - p) - n, false, e) == -1)
				return -1;
		}
	}
	return 0;
}

/* The names on each line; that of the event's item comes first. */
static int
names(struct mk_ahead *a, const struct mk_buf *lines, struct mk_err *e)
{
	const char *p = lines->p, *end = lines->p + lines->n, *tab, *lf;

	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			return mk_err(e, MK_EBUG, "no line");
		tab = memchr(p, '\t', (size_t)(lf - p));
		if (tab != NULL && tab - p > 3 && memcmp(p, "id:", 3) == 0 &&
		    (add(a, p + 3, (size_t)(tab - p) - 3, true, e) == -1 ||
		    others(a, tab + 1, lf, e) == -1))
			return -1;
	}
	return 0;
}

/* The rows (id, name) of an answer. */
static int
learn(struct mk_ahead *a, struct mk_rows *rows, struct mk_err *e)
{
	struct known *k;
	const char *s;
	size_t n;
	int r;

	while ((r = mk_rows_next(rows, e)) == 1) {
		s = mk_rows_text(rows, 1, &n);
		if ((k = find(a, mk_index_hash(MK_HASH0, s, n), s, n)) != NULL)
			k->id = mk_rows_int(rows, 0);
	}
	return r;
}

/* The items that are there. */
static int
ask_items(struct mk_store *st, struct mk_ahead *a, struct mk_err *e)
{
	struct mk_buf array = {0};
	struct mk_rows rows = {0};
	struct known *k;
	int r = mk_wire_texts(&array, e);

	for (k = a->first; r == 0 && k != NULL; k = k->next_in)
		r = mk_wire_text(&array, k->name, k->n, e);
	if (r == 0)
		r = mk_db_query(st->db, &rows, e, "SELECT id, name FROM item WHERE name = ANY(?)", "a",
			array.p, array.n);
	if (r == 0)
		r = learn(a, &rows, e);
	mk_rows_done(&rows);
	mk_buf_clear(&array);
	return r;
}

/* So many numbers of items, given to nobody else. */
static int
reserve(struct mk_store *st, int64_t *id, size_t n, struct mk_err *e)
{
	struct mk_rows rows;
	size_t i = 0;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT nextval('item_id_seq') FROM "
	    "generate_series(1, ?)", "i", (int64_t)n) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1 && i < n)
			id[i++] = mk_rows_int(&rows, 0);
	mk_rows_done(&rows);
	return r == -1 ? -1 : i == n ? 0 : mk_err(e, MK_EBUG, "too few numbers of items");
}

/* Those that have events and are not there are made. Who writes takes turns, so that
 * nobody else has made them meanwhile. */
static int
make_items(struct mk_store *st, struct mk_ahead *a, struct mk_err *e)
{
	int64_t *id = malloc((a->n + 1) * sizeof *id);
	char tail[MK_TAIL];
	struct known *k;
	size_t n = 0, i = 0;
	int r = id == NULL ? mk_err_nomem(e) : 0;

	for (k = a->first; k != NULL; k = k->next_in)
		n += k->id == 0 && k->own;
	if (r == 0 && n > 0)
		r = reserve(st, id, n, e);
	for (k = a->first; r == 0 && k != NULL; k = k->next_in)
		if (k->id == 0 && k->own) {
			k->id = id[i++];
			k->fresh = true;
			mk_item_tail(k->name, k->n, tail);
			r = mk_db_insert(st->db, e, "INSERT INTO item(id, name, tail) VALUES(?, ?, ?)",
				"itt", k->id, k->name, k->n, tail, sizeof tail);
		}
	free(id);
	return r;
}

static int
ask_states(struct mk_store *st, struct mk_ahead *a, struct mk_err *e)
{
	int64_t *id = malloc((a->n + 1) * sizeof *id);
	struct known *k;
	size_t n = 0, old = 0;
	int r;

	if (id == NULL)
		return mk_err_nomem(e);
	for (k = a->first; k != NULL; k = k->next_in)	/* of new ones there is none to ask for */
		if (k->id != 0 && k->own && !k->fresh)
			id[n++] = k->id;
	old = n;
	for (k = a->first; k != NULL; k = k->next_in)
		if (k->id != 0 && k->fresh)
			id[n++] = k->id;
	r = mk_states_hold(st, id, n, old, e);
	free(id);
	return r;
}

int
mk_ahead_ask(struct mk_store *st, const struct mk_buf *lines, struct mk_err *e)
{
	struct mk_ahead *a = st->ahead;

	if (!mk_db_far(st->db))
		return 0;
	if (a == NULL && (a = st->ahead = calloc(1, sizeof *a)) == NULL)
		return mk_err_nomem(e);
	mk_ahead_forget(st);
	if (names(a, lines, e) == -1 || a->n == 0)
		return a->n == 0 ? 0 : -1;
	return ask_items(st, a, e) == -1 || make_items(st, a, e) == -1 ? -1 : ask_states(st, a, e);
}

int
mk_ahead_item(struct mk_store *st, const char *name, size_t n, int64_t *id)
{
	struct known *k;
	bool fresh;

	if (st->ahead == NULL || st->ahead->n == 0 ||
	    (k = find(st->ahead, mk_index_hash(MK_HASH0, name, n), name, n)) == NULL || k->id == 0)
		return 0;
	*id = k->id;
	fresh = k->fresh;
	k->fresh = false;
	return fresh ? 2 : 1;
}

void
mk_ahead_learn(struct mk_store *st, const char *name, size_t n, int64_t id)
{
	struct known *k;

	if (st->ahead != NULL && st->ahead->n > 0 &&
	    (k = find(st->ahead, mk_index_hash(MK_HASH0, name, n), name, n)) != NULL)
		k->id = id;
}

void
mk_ahead_forget(struct mk_store *st)
{
	struct mk_ahead *a = st->ahead;

	if (a == NULL)
		return;
	mk_arena_reset(&a->arena);
	if (a->n > 0)
		memset(a->slot, 0, sizeof a->slot);
	a->first = NULL;
	a->last = &a->first;
	a->n = 0;
}

void
mk_ahead_free(struct mk_store *st)
{
	if (st->ahead == NULL)
		return;
	mk_arena_clear(&st->ahead->arena);
	free(st->ahead);
	st->ahead = NULL;
}
