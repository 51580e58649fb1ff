/* Asking: where items stand, what is loaded, counts. */
#include <stdlib.h>
#include <string.h>

#include "store/index.h"

/* Rows are gathered, then given: nothing is open while a callback runs. */
struct rows {
	char *p;
	size_t n, cap, size;
};

static void *
more(struct rows *l, struct mk_err *e)
{
	size_t cap = l->cap == 0 ? 64 : l->cap * 2;
	char *p;

	if (l->n == l->cap) {
		if ((p = realloc(l->p, cap * l->size)) == NULL) {
			mk_err_nomem(e);
			return NULL;
		}
		l->p = p;
		l->cap = cap;
	}
	return l->p + l->size * l->n++;
}

#define PIECE 5000
#define STATE_COLS "item, first, last, n, time, ctx, step, result, place, customer, document, hold, " \
	"gone, doubt, successor"

struct state_row {
	struct mk_state s;
	int64_t step, result;
};

static void
read_state(struct mk_rows *rows, struct state_row *row)
{
	struct mk_state *s = &row->s;

	s->item = mk_rows_int(rows, 0);
	s->first = mk_rows_int(rows, 1);
	s->last = mk_rows_int(rows, 2);
	s->n = mk_rows_int(rows, 3);
	s->time = mk_rows_int(rows, 4);
	s->ctx = mk_rows_int(rows, 5);
	row->step = mk_rows_int(rows, 6);
	row->result = mk_rows_int(rows, 7);
	s->place = mk_rows_int(rows, 8);
	s->customer = mk_rows_int(rows, 9);
	s->document = mk_rows_int(rows, 10);
	s->hold = mk_rows_int(rows, 11);
	s->gone = (enum mk_gone)mk_rows_int(rows, 12);
	s->doubt = mk_rows_int(rows, 13) != 0;
	s->successor = mk_rows_int(rows, 14);
}

static int
name_state(struct mk_store *st, struct state_row *row, struct mk_err *e)
{
	if ((row->s.step = mk_ask_step(st, row->step, e)) == NULL ||
	    (row->s.result = mk_ask_text(st, row->result, e)) == NULL)
		return -1;
	return 0;
}

int
mk_ask_state(struct mk_store *st, int64_t item, struct mk_state *s, struct mk_err *e)
{
	struct state_row row;
	struct mk_rows rows;
	int r = mk_soon_state(st, item, s, e);

	if (r != 0)
		return r == 2 ? 0 : r;
	r = -1;
	/* a writer may ask, too, in the midst of its transaction */
	if (mk_state_write(st, e) == -1)
		return -1;
	if (mk_db_query(st->db, &rows, e, "SELECT " STATE_COLS " FROM state WHERE item = ?", "i",
	    item) == 0 && (r = mk_rows_next(&rows, e)) == 1)
		read_state(&rows, &row);
	mk_rows_done(&rows);
	if (r == 1 && name_state(st, &row, e) == -1)
		r = -1;
	if (r == 1)
		*s = row.s;
	return r;
}

static int
keep_state(void *arg, struct mk_rows *rows, struct mk_err *e)
{
	struct state_row *row = more(arg, e);

	if (row == NULL)
		return -1;
	read_state(rows, row);
	return 0;
}

int
mk_ask_states_of(struct mk_store *st, const int64_t *item, size_t n, mk_ask_state_each *each,
	void *arg, struct mk_err *e)
{
	struct rows l = { .size = sizeof(struct state_row) };
	size_t i;
	int r = mk_db_each(st->db, "SELECT " STATE_COLS " FROM state WHERE item = ? ORDER BY item",
		item, n, keep_state, &l, e);

	for (i = 0; r == 0 && i < l.n; i++) {
		struct state_row *row = (struct state_row *)(void *)l.p + i;

		r = name_state(st, row, e) == -1 ? -1 : each(arg, &row->s, e);
	}
	free(l.p);
	return r == -1 ? -1 : 0;
}

static int
query_states(struct mk_store *st, int list, int64_t after, struct mk_rows *rows,
	struct mk_err *e)
{
	switch (list) {
	case MK_LIST_HELD:
		return mk_db_query(st->db, rows, e, "SELECT " STATE_COLS " FROM state WHERE hold <> 0 "
			"AND item > ? ORDER BY item LIMIT 5000", "i", after);
	case MK_LIST_DOUBT:
		return mk_db_query(st->db, rows, e, "SELECT " STATE_COLS " FROM state WHERE doubt <> 0 "
			"AND item > ? ORDER BY item LIMIT 5000", "i", after);
	case MK_LIST_STOCK:
		return mk_db_query(st->db, rows, e, "SELECT " STATE_COLS " FROM state WHERE gone = 0 "
			"AND item > ? ORDER BY item LIMIT 5000", "i", after);
	default:
		return mk_db_query(st->db, rows, e, "SELECT " STATE_COLS " FROM state WHERE item > ? "
			"ORDER BY item LIMIT 5000", "i", after);
	}
}

int
mk_ask_states(struct mk_store *st, int list, int64_t after, mk_ask_state_each *each, void *arg,
	struct mk_err *e)
{
	struct rows l = { .size = sizeof(struct state_row) };
	struct mk_rows rows;
	struct state_row *row;
	size_t i;
	int r, got;

	do {
		l.n = 0;
		got = query_states(st, list, after, &rows, e);
		while (got != -1 && l.n < PIECE && (got = mk_rows_next(&rows, e)) == 1) {
			if ((row = more(&l, e)) == NULL) {
				got = -1;
				break;
			}
			read_state(&rows, row);
		}
		mk_rows_done(&rows);
		r = got == -1 ? -1 : 0;
		for (i = 0; r == 0 && i < l.n; i++) {
			row = (struct state_row *)(void *)l.p + i;
			after = row->s.item;
			r = name_state(st, row, e) == -1 ? -1 : each(arg, &row->s, e);
		}
	} while (r == 0 && l.n == PIECE);
	free(l.p);
	return r == -1 ? -1 : 0;
}

/* ---- loads ---- */

struct load_row {
	struct mk_load load;
	size_t place;
};

int
mk_ask_loads(struct mk_store *st, int64_t lot, const char *place, mk_ask_load *each, void *arg,
	struct mk_err *e)
{
	struct rows l = { .size = sizeof(struct load_row) };
	struct load_row *row;
	struct mk_buf text = {0};
	struct mk_rows rows;
	const char *s;
	size_t i, n;
	int r;

	if (lot != 0)
		r = mk_db_query(st->db, &rows, e, "SELECT lot, place, since, until, event, ended FROM "
			"loaded WHERE lot = ? ORDER BY event", "i", lot);
	else if (place != NULL)
		r = mk_db_query(st->db, &rows, e, "SELECT lot, place, since, until, event, ended FROM "
			"loaded WHERE place = ? ORDER BY since", "s", place);
	else
		r = mk_db_query(st->db, &rows, e, "SELECT lot, place, since, until, event, ended FROM "
			"loaded ORDER BY event, lot", "");
	while (r != -1 && (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 1, &n);
		if (lot != 0 && place != NULL && !(strlen(place) == n && memcmp(place, s, n) == 0))
			continue;
		if ((row = more(&l, e)) == NULL || (row->place = text.n,
		    mk_buf_add(&text, s, n, e) == -1 || mk_buf_addc(&text, '\0', e) == -1)) {
			r = -1;
			break;
		}
		row->load.lot = mk_rows_int(&rows, 0);
		row->load.from = mk_rows_int(&rows, 2);
		row->load.until = mk_rows_int(&rows, 3);
		row->load.event = mk_rows_int(&rows, 4);
		row->load.end = mk_rows_int(&rows, 5);
	}
	mk_rows_done(&rows);
	for (i = 0; r == 0 && i < l.n; i++) {
		row = (struct load_row *)(void *)l.p + i;
		row->load.place = text.p + row->place;
		r = each(arg, &row->load, e);
	}
	free(l.p);
	mk_buf_clear(&text);
	return r == -1 ? -1 : 0;
}

/* ---- counts ---- */

struct tally_row {
	struct mk_tally t;
	int64_t step, result, reason;
};

int
mk_ask_tallies(struct mk_store *st, int64_t from, int64_t to, const char *step,
	mk_ask_tally *each, void *arg, struct mk_err *e)
{
	struct rows l = { .size = sizeof(struct tally_row) };
	struct tally_row *row;
	struct mk_rows rows;
	int64_t id = 0;
	size_t i;
	int r = 1;

	if (step != NULL)
		r = mk_db_value(st->db, &id, e, "SELECT id FROM step WHERE name = ?", "s", step);
	if (r != 1)
		return r;
	r = mk_db_query(st->db, &rows, e, "SELECT hour, ctx, step, result, reason, n, first FROM tally "
		"WHERE hour >= ? AND hour < ? ORDER BY hour, step, ctx", "ii", from, to);
	while (r != -1 && (r = mk_rows_next(&rows, e)) == 1) {
		if (id != 0 && mk_rows_int(&rows, 2) != id)
			continue;
		if ((row = more(&l, e)) == NULL) {
			r = -1;
			break;
		}
		row->t.hour = mk_rows_int(&rows, 0);
		row->t.ctx = mk_rows_int(&rows, 1);
		row->step = mk_rows_int(&rows, 2);
		row->result = mk_rows_int(&rows, 3);
		row->reason = mk_rows_int(&rows, 4);
		row->t.n = mk_rows_int(&rows, 5);
		row->t.first = mk_rows_int(&rows, 6);
	}
	mk_rows_done(&rows);
	for (i = 0; r == 0 && i < l.n; i++) {
		row = (struct tally_row *)(void *)l.p + i;
		if ((row->t.step = mk_ask_step(st, row->step, e)) == NULL ||
		    (row->t.result = mk_ask_text(st, row->result, e)) == NULL ||
		    (row->t.reason = mk_ask_text(st, row->reason, e)) == NULL)
			r = -1;
		else
			r = each(arg, &row->t, e);
	}
	free(l.p);
	return r == -1 ? -1 : 0;
}

/* ---- the rest ---- */

int
mk_ask_open_marks(struct mk_store *st, mk_ask_open *each, void *arg, struct mk_err *e)
{
	struct rows l = { .size = sizeof(int64_t) };
	struct mk_buf text = {0};
	struct mk_rows rows;
	const char *s;
	int64_t *item;
	size_t i, n;
	int k, r = mk_db_query(st->db, &rows, e, "SELECT item, device, time FROM mark WHERE "
		"state = 'open' ORDER BY time", "");

	while (r != -1 && (r = mk_rows_next(&rows, e)) == 1) {
		if ((item = more(&l, e)) == NULL) {
			r = -1;
			break;
		}
		*item = mk_rows_int(&rows, 0);
		for (k = 1; r == 1 && k < 3; k++) {
			s = mk_rows_text(&rows, k, &n);
			if (mk_buf_add(&text, s, n, e) == -1 || mk_buf_addc(&text, '\0', e) == -1)
				r = -1;
		}
		if (r == -1)
			break;
	}
	mk_rows_done(&rows);
	for (i = 0, s = text.p; r == 0 && i < l.n; i++) {
		const char *time = s + strlen(s) + 1;

		r = each(arg, ((int64_t *)(void *)l.p)[i], s, time, e);
		s = time + strlen(time) + 1;
	}
	free(l.p);
	mk_buf_clear(&text);
	return r == -1 ? -1 : 0;
}

int
mk_ask_totals(struct mk_store *st, struct mk_totals *t, struct mk_err *e)
{
	t->events = t->items = t->last = 0;
	t->origin = st->origin;
	if (mk_db_value(st->db, &t->events, e, "SELECT COALESCE(SUM(seq), 0) FROM origin", "") == -1 ||
	    mk_db_value(st->db, &t->items, e, "SELECT COALESCE(MAX(id), 0) FROM item", "") == -1 ||
	    mk_db_value(st->db, &t->last, e, "SELECT COALESCE(MAX(id), 0) FROM event", "") == -1)
		return -1;
	return 0;
}

int
mk_ask_skewed(struct mk_store *st, const struct mk_event *ev, const char *how, size_t n,
	struct mk_err *e)
{
	int64_t before;
	int r;

	if (n == 6 && memcmp(how, "future", n) == 0)
		return ev->time.ms > ev->recorded.ms + MK_SKEW_MS;
	if (n != 6 || memcmp(how, "behind", n) != 0)
		return 0;
	r = mk_db_value(st->db, &before, e, "SELECT time FROM event WHERE item = ? AND id < ? "
		"ORDER BY id DESC LIMIT 1", "ii", ev->item, ev->id);
	return r != 1 ? r : ev->time.ms < before;
}
