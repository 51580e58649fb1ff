/* Reading ahead: across a network what is asked for part by part is read for hundreds
 * of parts at a time. */
#include <stdlib.h>
#include <string.h>

#include "store/index.h"

enum {
	SOON = 500,	/* items read at a time */
	LOOK = 2000,	/* how many of the list may be passed over, */
	NEAR = 16	/* once all but so many of those that were read were asked for */
};

struct known {
	int64_t item;
	size_t pos;		/* in the list */
	size_t name, len;	/* in names */
	size_t from, n;		/* among the events */
	bool named, stated;
	struct mk_state s;
};

struct mk_soon {
	int64_t *list;		/* what will be asked for */
	size_t n, at;		/* at: behind the last that was read */
	size_t asked;		/* behind the last that was asked for */
	struct known known[SOON];	/* by their items */
	size_t nknown, fill;
	struct mk_buf names;
	struct mk_piece events;
	bool giving;		/* a callback is at what was read: let it be */
};

void
mk_soon_drop(struct mk_store *st)
{
	if (st->soon != NULL)
		st->soon->n = st->soon->nknown = 0;
}

void
mk_soon_free(struct mk_store *st)
{
	if (st->soon == NULL)
		return;
	free(st->soon->list);
	mk_buf_clear(&st->soon->names);
	mk_piece_clear(&st->soon->events);
	free(st->soon);
	st->soon = NULL;
}

int
mk_ask_soon(struct mk_store *st, const int64_t *item, size_t n, struct mk_err *e)
{
	struct mk_soon *a = st->soon;
	int64_t *p;

	if (!mk_db_far(st->db) || (a != NULL && a->giving))
		return 0;
	mk_soon_drop(st);	/* also where nothing is worth it: what was read is old */
	if (n < 2)
		return 0;
	if (a == NULL && (a = st->soon = calloc(1, sizeof *a)) == NULL)
		return mk_err_nomem(e);
	a->n = a->at = a->asked = a->nknown = 0;
	if ((p = realloc(a->list, n * sizeof *p)) == NULL)
		return mk_err_nomem(e);
	memcpy(p, item, n * sizeof *p);
	a->list = p;
	a->n = n;
	return 0;
}

/* ---- reading ---- */

static struct known *
known_of(struct mk_soon *a, int64_t item)
{
	size_t lo = 0, hi = a->nknown;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (a->known[mid].item == item)
			return &a->known[mid];
		if (a->known[mid].item < item)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static int
on_name(void *arg, int64_t item, const char *name, size_t n, struct mk_err *e)
{
	struct mk_soon *a = arg;
	struct known *k = known_of(a, item);

	if (k == NULL)
		return 0;
	k->name = a->names.n;
	k->len = n;
	k->named = true;
	return mk_buf_add(&a->names, name, n, e);
}

static int
on_state(void *arg, const struct mk_state *s, struct mk_err *e)
{
	struct known *k = known_of(arg, s->item);

	(void)e;
	if (k != NULL) {
		k->s = *s;
		k->stated = true;
	}
	return 0;
}

static int
on_event(void *arg, struct mk_rows *rows, struct mk_err *e)
{
	struct mk_soon *a = arg;
	struct known *k = known_of(a, mk_rows_int(rows, 1));

	if (k != NULL && k->n++ == 0)
		k->from = a->events.n;
	return k == NULL ? 0 : mk_piece_row(&a->events, rows, e);
}

static int
by_item(const void *x, const void *y)
{
	const struct known *a = x, *b = y;

	return a->item < b->item ? -1 : a->item > b->item;
}

/* The next of the list from i on. */
static int
read_on(struct mk_store *st, size_t i, struct mk_err *e)
{
	struct mk_soon *a = st->soon;
	int64_t item[SOON];
	size_t k, n = 0;

	a->nknown = a->names.n = a->events.n = a->events.text.n = 0;
	for (; i < a->n && n < SOON; i++)
		a->known[n++] = (struct known){ .item = a->list[i], .pos = i };
	a->at = i;
	qsort(a->known, n, sizeof *a->known, by_item);
	for (i = k = 0; i < n; i++)
		if (k == 0 || a->known[k - 1].item != a->known[i].item)
			a->known[k++] = a->known[i];
	for (i = 0; i < k; i++)
		item[i] = a->known[i].item;
	a->nknown = k;
	if (mk_item_names(st, item, k, on_name, a, e) == 0 &&
	    mk_ask_states_of(st, item, k, on_state, a, e) == 0 &&
	    mk_db_each(st->db, "SELECT " MK_EVENT_COLS " FROM event WHERE item = ? ORDER BY item, time, id",
		item, k, on_event, a, e) == 0 && mk_piece_whole(st, &a->events, e) == 0)
		return 0;
	a->n = a->nknown = 0;
	return -1;
}

/* What is known of the item: 1, 0, -1. */
static int
find(struct mk_store *st, int64_t item, struct known **k, struct mk_err *e)
{
	struct mk_soon *a = st->soon;
	size_t i;

	if (a == NULL || a->n == 0)
		return 0;
	if ((*k = known_of(a, item)) != NULL)
		return 1;
	if (a->giving || a->asked + NEAR < a->at)
		return 0;
	for (i = a->at; i < a->n && i < a->at + LOOK; i++)
		if (a->list[i] == item)
			break;
	if (i == a->n || i == a->at + LOOK)
		return 0;
	if (read_on(st, i, e) == -1)
		return -1;
	*k = known_of(a, item);
	return *k != NULL;
}

/* ---- what is asked for ---- */

int
mk_soon_name(struct mk_store *st, int64_t item, struct mk_buf *out, struct mk_err *e)
{
	struct known *k;
	int r = find(st, item, &k, e);

	if (r != 1 || !k->named)
		return r == -1 ? -1 : 0;
	return mk_buf_add(out, st->soon->names.p + k->name, k->len, e) == -1 ? -1 : 1;
}

int
mk_soon_state(struct mk_store *st, int64_t item, struct mk_state *s, struct mk_err *e)
{
	struct known *k;
	int r = find(st, item, &k, e);

	if (r == 1)
		st->soon->asked = k->pos + 1;
	if (r == 1 && k->stated)
		*s = k->s;
	return r == 1 && !k->stated ? 2 : r;
}

int
mk_soon_history(struct mk_store *st, int64_t item, mk_ask_event *each, void *arg,
	struct mk_err *e)
{
	struct mk_soon *a = st->soon;
	bool outer;
	struct known *k;
	size_t i;
	int r = find(st, item, &k, e), got = 0;

	if (r != 1)
		return r;
	a->asked = k->pos + 1;
	outer = !a->giving;
	a->giving = true;
	for (i = 0; got == 0 && i < k->n; i++)
		got = each(arg, &a->events.ev[k->from + i], e);
	if (outer)
		a->giving = false;
	return got == -1 ? -1 : 1;
}

int
mk_ask_made(struct mk_store *st, int64_t item, int64_t *ctx, struct mk_err *e)
{
	struct known *k;
	struct mk_state s;
	size_t i;
	int r = find(st, item, &k, e);

	if (r == 1)
		st->soon->asked = k->pos + 1;
	if (r == 1 && k->stated)
		for (i = 0; i < k->n; i++)
			if (st->soon->events.ev[k->from + i].id == k->s.first) {
				*ctx = st->soon->events.ev[k->from + i].ctx;
				return 1;
			}
	if (r != -1)
		r = mk_ask_state(st, item, &s, e);
	return r != 1 ? r : mk_db_value(st->db, ctx, e, "SELECT ctx FROM event WHERE id = ?", "i",
		s.first);
}
