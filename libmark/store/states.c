#include "store/states.h"

#include <stdlib.h>
#include <string.h>

/* Those held, by their items: a hash table, twice as large as it need be. */
struct mk_states {
	struct mk_current *s;
	size_t n, cap;		/* cap: a power of two */
};

struct mk_current *
mk_states_held(const struct mk_store *st, int64_t item)
{
	const struct mk_states *h = st->states;
	size_t i;

	if (h == NULL || h->n == 0)
		return NULL;
	for (i = (size_t)((uint64_t)item * 0x9e3779b97f4a7c15u >> 20); h->s[i & (h->cap - 1)].item != 0;
	    i++)
		if (h->s[i & (h->cap - 1)].item == item)
			return &h->s[i & (h->cap - 1)];
	return NULL;
}

static void
put_held(struct mk_states *h, int64_t item)
{
	size_t i = (size_t)((uint64_t)item * 0x9e3779b97f4a7c15u >> 20);

	while (h->s[i & (h->cap - 1)].item != 0)
		i++;
	h->s[i & (h->cap - 1)].item = item;
	h->s[i & (h->cap - 1)].held = true;
	h->s[i & (h->cap - 1)].before = -1;
	h->n++;
}

int
mk_states_write(struct mk_store *st, struct mk_current *s, struct mk_err *e)
{
	int r;

	if (!s->dirty)
		return 0;
	if (s->stored)
		r = mk_db_run(st->db, NULL, e, "UPDATE state SET seen = ?, n = ?, first = ?, "
			"last = ?, time = ?, ctx = ?, step = ?, result = ?, place = ?, customer = ?, "
			"document = ?, hold = ?, gone = ?, doubt = ?, successor = ? WHERE item = ?",
			"iiiiiiiiiiiiiiii", s->seen, s->n, s->first, s->last, s->time, s->ctx,
			s->step, s->result, s->place, s->customer, s->document, s->hold, s->gone,
			s->doubt, s->successor, s->item);
	else
		r = mk_db_insert(st->db, e, "INSERT INTO state(seen, n, first, last, time, ctx, "
			"step, result, place, customer, document, hold, gone, doubt, successor, item) "
			"VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			"iiiiiiiiiiiiiiii", s->seen, s->n, s->first, s->last, s->time, s->ctx,
			s->step, s->result, s->place, s->customer, s->document, s->hold, s->gone,
			s->doubt, s->successor, s->item);
	s->dirty = false;
	s->stored = true;
	return r;
}

int
mk_state_write(struct mk_store *st, struct mk_err *e)
{
	struct mk_states *h = st->states;
	size_t i;

	if (st->one != NULL && mk_states_write(st, st->one, e) == -1)
		return -1;
	for (i = 0; h != NULL && h->n > 0 && i < h->cap; i++)
		if (mk_states_write(st, &h->s[i], e) == -1)
			return -1;
	return 0;
}

void
mk_state_forget(struct mk_store *st)
{
	if (st->one != NULL)
		memset(st->one, 0, sizeof *st->one);
	if (st->states != NULL)
		st->states->n = 0;
	st->cur = st->one;
}

void
mk_state_free(struct mk_store *st)
{
	if (st->states != NULL)
		free(st->states->s);
	free(st->states);
	free(st->one);
}

#define STATE_COLUMNS "seen, n, first, last, time, ctx, step, result, place, customer, document, " \
	"hold, gone, doubt, successor"

/* Those columns of a row, from the first on. */
static void
take(struct mk_current *s, struct mk_rows *rows, int first)
{
	int64_t *to[] = { &s->seen, &s->n, &s->first, &s->last, &s->time, &s->ctx, &s->step,
		&s->result, &s->place, &s->customer, &s->document, &s->hold, &s->gone, &s->doubt,
		&s->successor };
	int i;

	for (i = 0; i < (int)(sizeof to / sizeof *to); i++)
		*to[i] = mk_rows_int(rows, first + i);
	s->stored = true;
}

int
mk_states_load(struct mk_store *st, int64_t item, struct mk_current *s, struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	memset(s, 0, sizeof *s);
	if (mk_db_query(st->db, &rows, e, "SELECT " STATE_COLUMNS " FROM state WHERE item = ?", "i",
	    item) == 0 && (r = mk_rows_next(&rows, e)) == 1)
		take(s, &rows, 0);
	mk_rows_done(&rows);
	if (r != -1)
		s->item = item;
	return r == -1 ? -1 : 0;
}

static int
take_held(void *arg, struct mk_rows *rows, struct mk_err *e)
{
	struct mk_current *s = mk_states_held(arg, mk_rows_int(rows, 0));

	(void)e;
	if (s != NULL)
		take(s, rows, 1);
	return 0;
}

int
mk_states_hold(struct mk_store *st, const int64_t *item, size_t n, size_t old, struct mk_err *e)
{
	struct mk_states *h = st->states;
	size_t i;

	if (h == NULL && (h = st->states = calloc(1, sizeof *h)) == NULL)
		return mk_err_nomem(e);
	if (h->cap < 2 * n) {
		free(h->s);
		h->n = 0;
		for (h->cap = 1024; h->cap < 2 * n; h->cap *= 2)
			;
		if ((h->s = malloc(h->cap * sizeof *h->s)) == NULL) {
			h->cap = 0;
			return mk_err_nomem(e);
		}
	}
	memset(h->s, 0, h->cap * sizeof *h->s);
	for (i = h->n = 0; i < n; i++)
		put_held(h, item[i]);
	return mk_db_each(st->db, "SELECT item, " STATE_COLUMNS " FROM state WHERE item = ?", item, old,
		take_held, st, e);
}
