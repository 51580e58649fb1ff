/* Asking: items, events, states, contexts, counts. */
#include <stdlib.h>
#include <string.h>

#include "store/index.h"

#define PIECE 2000		/* events read at a time, */
#define NAMED 64
#define PIECE_BYTES (4u << 20)	/* and bytes of them, at most */

const char *const mk_dim_name[MK_DIM_N] = {
	"site", "line", "station", "machine", "operator", "shift", "day", "lot", "part",
	"recipe", "purpose"
};

/* What was asked before and cannot change: texts, contexts, by number. */
struct known {
	void **p;
	size_t cap;
};

struct mk_asking {
	struct mk_arena arena;
	struct known word, ctx, step, origin;
	bool open;		/* between mk_ask_begin and mk_ask_end */
	struct {
		int64_t item;
		struct mk_buf name;
	} named[NAMED];		/* some names: boxes come up again and again */
};

static struct mk_asking *
asking(struct mk_store *st, struct mk_err *e)
{
	if (st->asking == NULL && (st->asking = calloc(1, sizeof *st->asking)) == NULL)
		mk_err_nomem(e);
	return st->asking;
}

void
mk_asking_free(struct mk_store *st)
{
	struct mk_asking *a = st->asking;
	size_t i;

	if (a == NULL)
		return;
	mk_arena_clear(&a->arena);
	for (i = 0; i < NAMED; i++)
		mk_buf_clear(&a->named[i].name);
	free(a->word.p);
	free(a->ctx.p);
	free(a->step.p);
	free(a->origin.p);
	free(a);
	st->asking = NULL;
}

/* The slot of number id, made if need be. */
static void **
slot(struct known *k, int64_t id, struct mk_err *e)
{
	size_t cap = k->cap == 0 ? 256 : k->cap, i = (size_t)id;
	void **p;

	if (id < 0 || id > (int64_t)1 << 40) {
		mk_err(e, MK_EINTEGRITY, "the store holds a number that is none: mk-trace rebuild");
		return NULL;
	}
	if (i >= k->cap) {
		while (cap <= i)
			cap *= 2;
		if ((p = realloc(k->p, cap * sizeof *p)) == NULL) {
			mk_err_nomem(e);
			return NULL;
		}
		memset(p + k->cap, 0, (cap - k->cap) * sizeof *p);
		k->p = p;
		k->cap = cap;
	}
	return &k->p[i];
}

int
mk_ask_begin(struct mk_store *st, struct mk_err *e)
{
	struct mk_asking *a = asking(st, e);

	if (a == NULL || mk_db_read(st->db, e) == -1)
		return -1;
	mk_soon_drop(st);
	a->open = true;
	return 0;
}

void
mk_ask_end(struct mk_store *st)
{
	if (st->asking != NULL && st->asking->open)
		mk_db_rollback(st->db);
	if (st->asking != NULL)
		st->asking->open = false;
}

/* ---- texts by number ---- */

/* The one text that a query gives for id; NULL: -1. "" if there is none. */
static const char *
text(struct mk_store *st, struct known *k, int64_t id, const char *sql, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	void **to;
	size_t n;
	int r = -1;

	if (id == 0)
		return "";
	if ((to = slot(k, id, e)) == NULL)
		return NULL;
	if (*to != NULL)
		return *to;
	if (mk_db_query(st->db, &rows, e, sql, "i", id) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		if ((*to = mk_arena_dup(&st->asking->arena, s, n, e)) == NULL)
			r = -1;
	}
	mk_rows_done(&rows);
	return r == 1 ? *to : r == 0 ? "" : NULL;
}

const char *
mk_ask_text(struct mk_store *st, int64_t word, struct mk_err *e)
{
	struct mk_asking *a = asking(st, e);

	return a == NULL ? NULL : text(st, &a->word, word, "SELECT value FROM word WHERE id = ?", e);
}

const char *
mk_ask_step(struct mk_store *st, int64_t step, struct mk_err *e)
{
	struct mk_asking *a = asking(st, e);

	return a == NULL ? NULL : text(st, &a->step, step, "SELECT name FROM step WHERE id = ?", e);
}

static const char *
origin_text(struct mk_store *st, int64_t origin, struct mk_err *e)
{
	struct mk_asking *a = asking(st, e);

	return a == NULL ? NULL : text(st, &a->origin, origin, "SELECT name FROM origin WHERE id = ?",
		e);
}

int
mk_ask_ctx(struct mk_store *st, int64_t ctx, const struct mk_ctx **out, struct mk_err *e)
{
	struct mk_asking *a = asking(st, e);
	struct mk_rows rows;
	struct mk_ctx *c;
	const char *s;
	void **to;
	size_t n;
	int i, r = -1;

	if (a == NULL || (to = slot(&a->ctx, ctx, e)) == NULL)
		return -1;
	if (*to != NULL) {
		*out = *to;
		return 1;
	}
	if ((c = mk_arena_alloc(&a->arena, sizeof *c, e)) == NULL)
		return -1;
	if (mk_db_query(st->db, &rows, e, "SELECT site, line, station, machine, operator, shift, day, "
	    "lot, part, recipe, purpose FROM ctx WHERE id = ?", "i", ctx) == 0)
		r = mk_rows_next(&rows, e);
	for (i = 0; r == 1 && i < MK_DIM_N; i++) {
		s = mk_rows_text(&rows, i, &n);
		if ((c->dim[i] = mk_arena_dup(&a->arena, s, n, e)) == NULL)
			r = -1;
	}
	mk_rows_done(&rows);
	if (r == 1)
		*to = c;
	*out = c;
	return r;
}

/* ---- items ---- */

int
mk_ask_item(struct mk_store *st, const char *name, size_t n, int64_t *item, struct mk_err *e)
{
	struct mk_rows rows;
	int r = mk_item_id(st, name, n, false, item, e), found = 0;

	if (r != 0)
		return r;
	r = -1;
	if (mk_db_query(st->db, &rows, e, "SELECT item FROM alias WHERE name = ? LIMIT 2", "t", name,
	    n) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			*item = mk_rows_int(&rows, 0);
			found++;
		}
	mk_rows_done(&rows);
	if (r == 0 && found > 1)
		return mk_err(e, MK_EDATA, "%.*s: several parts are called so: give an id",
			(int)(n > 80 ? 80 : n), name);
	return r == -1 ? -1 : found;
}

int
mk_ask_name(struct mk_store *st, int64_t item, struct mk_buf *out, struct mk_err *e)
{
	struct mk_asking *a = asking(st, e);
	struct mk_rows rows;
	struct mk_buf *kept;
	const char *s;
	size_t n;
	int r = a == NULL ? -1 : mk_soon_name(st, item, out, e);

	if (r != 0)
		return r == 1 ? 0 : -1;
	kept = &a->named[(uint64_t)item % NAMED].name;
	if (a->named[(uint64_t)item % NAMED].item == item)
		return mk_buf_add(out, kept->p, kept->n, e);
	kept->n = 0;
	r = -1;
	if (mk_db_query(st->db, &rows, e, "SELECT name FROM item WHERE id = ?", "i", item) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		r = mk_buf_add(out, s, n, e) == -1 || mk_buf_add(kept, s, n, e) == -1 ? -1 : 1;
	}
	a->named[(uint64_t)item % NAMED].item = r == 1 ? item : 0;
	mk_rows_done(&rows);
	if (r == 0)
		return mk_err(e, MK_EINTEGRITY, "the store has lost a part's name");
	return r == -1 ? -1 : 0;
}

struct names {
	struct mk_buf text;	/* NUL-ended */
	int64_t *item;
	size_t n, cap;
};

static int
add_name(struct names *l, int64_t item, const char *s, size_t n, struct mk_err *e)
{
	size_t cap = l->cap == 0 ? 64 : l->cap * 2;
	int64_t *p;

	if (l->n == l->cap) {
		if ((p = realloc(l->item, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		l->item = p;
		l->cap = cap;
	}
	if (mk_buf_add(&l->text, s, n, e) == -1 || mk_buf_addc(&l->text, '\0', e) == -1)
		return -1;
	l->item[l->n++] = item;
	return 0;
}

static int
each_name(struct names *l, int r, mk_ask_item_each *each, void *arg, struct mk_err *e)
{
	const char *s = l->text.p;
	size_t i;

	for (i = 0; r == 0 && i < l->n; i++, s += strlen(s) + 1)
		r = each(arg, l->item[i], s, strlen(s), e);
	mk_buf_clear(&l->text);
	free(l->item);
	return r == -1 ? -1 : 0;
}

int
mk_ask_named(struct mk_store *st, const char *prefix, size_t n, mk_ask_item_each *each,
	void *arg, struct mk_err *e)
{
	struct mk_buf end = {0};
	struct names l = {0};
	struct mk_rows rows = {0};
	const char *s;
	size_t len;
	int r = -1;

	if (mk_buf_add(&end, prefix, n, e) == 0 && (r = mk_text_behind(&end, e)) != -1)
		r = r == 1 ? mk_db_query(st->db, &rows, e, "SELECT id, name FROM item WHERE name >= ? "
			"AND name < ? ORDER BY name", "tt", prefix, n, end.p, end.n) :
			mk_db_query(st->db, &rows, e, "SELECT id, name FROM item WHERE name >= ? "
			"ORDER BY name", "t", prefix, n);
	while (r != -1 && (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 1, &len);
		if ((r = add_name(&l, mk_rows_int(&rows, 0), s, len, e)) == -1)
			break;
	}
	mk_rows_done(&rows);
	mk_buf_clear(&end);
	return each_name(&l, r, each, arg, e);
}

int
mk_ask_aliases(struct mk_store *st, int64_t item, mk_ask_item_each *each, void *arg,
	struct mk_err *e)
{
	struct names l = {0};
	struct mk_rows rows;
	const char *s;
	size_t len;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT name FROM alias WHERE item = ? ORDER BY name", "i",
	    item) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			s = mk_rows_text(&rows, 0, &len);
			if ((r = add_name(&l, item, s, len, e)) == -1)
				break;
		}
	mk_rows_done(&rows);
	return each_name(&l, r, each, arg, e);
}

/* ---- events ---- */

void
mk_piece_clear(struct mk_piece *p)
{
	free(p->ev);
	free(p->step);
	free(p->result);
	mk_buf_clear(&p->text);
}

static int
piece_room(struct mk_piece *p, struct mk_err *e)
{
	size_t cap = p->cap == 0 ? 128 : p->cap * 2;
	void *q;

	if (p->n < p->cap)
		return 0;
	if ((q = realloc(p->ev, cap * sizeof *p->ev)) == NULL)
		return mk_err_nomem(e);
	p->ev = q;
	if ((q = realloc(p->step, cap * sizeof *p->step)) == NULL)
		return mk_err_nomem(e);
	p->step = q;
	if ((q = realloc(p->result, cap * sizeof *p->result)) == NULL)
		return mk_err_nomem(e);
	p->result = q;
	p->cap = cap;
	return 0;
}

int
mk_piece_row(struct mk_piece *p, struct mk_rows *rows, struct mk_err *e)
{
	struct mk_event *ev;
	const char *s;

	if (piece_room(p, e) == -1)
		return -1;
	ev = &p->ev[p->n];
	ev->id = mk_rows_int(rows, 0);
	ev->item = mk_rows_int(rows, 1);
	ev->ctx = mk_rows_int(rows, 2);
	p->step[p->n] = mk_rows_int(rows, 3);
	p->result[p->n] = mk_rows_int(rows, 4);
	ev->time.ms = mk_rows_int(rows, 5);
	ev->time.off = (int)mk_rows_int(rows, 6);
	ev->recorded.ms = mk_rows_int(rows, 7);
	ev->recorded.off = (int)mk_rows_int(rows, 8);
	s = mk_rows_text(rows, 9, &ev->n);
	ev->seq = (int64_t)p->text.n;
	if (mk_buf_add(&p->text, s, ev->n, e) == -1)
		return -1;
	p->n++;
	return 0;
}

int
mk_piece_whole(struct mk_store *st, struct mk_piece *p, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		struct mk_event *ev = &p->ev[i];

		ev->line = p->text.p + ev->seq;
		ev->seq = MK_EVENT_SEQ(ev->id);
		if ((ev->step = mk_ask_step(st, p->step[i], e)) == NULL ||
		    (ev->result = mk_ask_text(st, p->result[i], e)) == NULL ||
		    (ev->origin = origin_text(st, MK_EVENT_ORIGIN(ev->id), e)) == NULL)
			return -1;
	}
	return 0;
}

/* Give all of the piece to each, and empty it. */
static int
piece_give(struct mk_store *st, struct mk_piece *p, mk_ask_event *each, void *arg, struct mk_err *e)
{
	size_t i;
	int r = mk_piece_whole(st, p, e);

	for (i = 0; r == 0 && i < p->n; i++)
		r = each(arg, &p->ev[i], e);
	p->n = 0;
	p->text.n = 0;
	return r;
}

int
mk_ask_history(struct mk_store *st, int64_t item, mk_ask_event *each, void *arg,
	struct mk_err *e)
{
	struct mk_piece p = {0};
	struct mk_rows rows;
	int r = mk_soon_history(st, item, each, arg, e);

	if (r != 0)
		return r == 1 ? 0 : -1;
	r = -1;
	if (mk_db_query(st->db, &rows, e, "SELECT " MK_EVENT_COLS " FROM event WHERE item = ? "
	    "ORDER BY time, id", "i", item) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1)
			if ((r = mk_piece_row(&p, &rows, e)) == -1)
				break;
	mk_rows_done(&rows);
	if (r == 0)
		r = piece_give(st, &p, each, arg, e);
	mk_piece_clear(&p);
	return r == -1 ? -1 : 0;
}

int
mk_ask_one(struct mk_store *st, int64_t id, mk_ask_event *each, void *arg, struct mk_err *e)
{
	struct mk_piece p = {0};
	struct mk_rows rows;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT " MK_EVENT_COLS " FROM event WHERE id = ?", "i",
	    id) == 0 && (r = mk_rows_next(&rows, e)) == 1)
		r = mk_piece_row(&p, &rows, e) == -1 ? -1 : 1;
	mk_rows_done(&rows);
	if (r == 1 && piece_give(st, &p, each, arg, e) == -1)
		r = -1;
	mk_piece_clear(&p);
	return r;
}

int
mk_ask_seq(struct mk_store *st, const char *origin, int64_t seq, int64_t *id, struct mk_err *e)
{
	int64_t number;
	int r = mk_db_value(st->db, &number, e, "SELECT id FROM origin WHERE name = ?", "s",
		*origin == '\0' ? st->origin : origin);

	if (r != 1)
		return r;
	*id = MK_EVENT_ID(number, seq);
	return mk_db_value(st->db, &number, e, "SELECT 1 FROM event WHERE id = ?", "i", *id);
}

/* Read a piece of one span, from *at on; *at goes behind what was read. */
static int
read_piece(struct mk_store *st, struct mk_piece *p, int64_t *at, int64_t last,
	const struct mk_ask_filter *f, int64_t step, struct mk_err *e)
{
	int64_t from = f->from < f->to ? f->from : INT64_MIN, to = f->from < f->to ? f->to : INT64_MAX;
	struct mk_rows rows;
	int64_t seen = 0;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT " MK_EVENT_COLS " FROM event WHERE id >= ? AND "
	    "id <= ? ORDER BY id LIMIT 2000", "ii", *at, last) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			int64_t time = mk_rows_int(&rows, 5);

			*at = mk_rows_int(&rows, 0) + 1;
			seen++;
			if (time >= from && time < to && (step == 0 || mk_rows_int(&rows, 3) == step) &&
			    mk_piece_row(p, &rows, e) == -1) {
				r = -1;
				break;
			}
			if (p->n >= PIECE || p->text.n >= PIECE_BYTES)
				break;
		}
	mk_rows_done(&rows);
	return r == 0 && seen == PIECE ? 1 : r;
}

int
mk_ask_events(struct mk_store *st, const struct mk_ask_filter *f, mk_ask_event *each, void *arg,
	struct mk_err *e)
{
	struct mk_piece p = {0};
	int64_t at, step = 0;
	size_t i;
	int r = 1;

	if (f->step != NULL)
		r = mk_db_value(st->db, &step, e, "SELECT id FROM step WHERE name = ?", "s", f->step);
	if (r != 1)
		return r;
	for (i = 0, r = 0; r == 0 && i < f->in->n; i++) {
		at = f->in->s[i].first;
		do {
			r = read_piece(st, &p, &at, f->in->s[i].last, f, step, e);
			if (r != -1 && (p.n >= PIECE || p.text.n >= PIECE_BYTES || i + 1 == f->in->n)) {
				int got = piece_give(st, &p, each, arg, e);

				if (got != 0)
					r = got == -1 ? -1 : 2;
			}
		} while (r == 1);
	}
	mk_piece_clear(&p);
	return r == -1 ? -1 : 0;
}
