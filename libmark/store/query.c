/* Asking: which part is meant, its history, which parts bear these words. */
#include <stdlib.h>
#include <string.h>

#include "base/step.h"
#include "store/schema.h"

#define TAIL 12
#define LAST "\xf4\x8f\xbf\xbf"	/* U+10FFFF: behind any text that goes on */

/* A value as users write it: as it is spelt on a line if it could stand there,
 * else as the bytes themselves. Appends the spelling. */
static int
spell(const char *s, size_t n, struct mk_buf *out, struct mk_err *e)
{
	struct mk_buf line = {0};
	struct mk_rec rec = {0};
	struct mk_err no;
	size_t column;
	int r = -1;

	if (mk_buf_adds(&line, "a:", e) == -1 || mk_buf_add(&line, s, n, e) == -1)
		goto out;
	if (mk_rec_parse(&rec, line.p, line.n, &column, &no) == 0 && rec.n == 1)
		r = mk_buf_add(out, s, n, e);
	else
		r = mk_escape(out, s, n, e);
out:
	mk_rec_clear(&rec);
	mk_buf_clear(&line);
	return r;
}

/* The name of the one item that a query gives: 1, 0 none, -1 (also if several). */
static int
one_name(struct mk_rows *rows, const char *arg, const char *ending, size_t n,
	struct mk_buf *name, struct mk_err *e)
{
	const char *s;
	size_t len, found = 0;
	int r;

	name->n = 0;
	while ((r = mk_rows_next(rows, e)) == 1) {
		s = mk_rows_text(rows, 0, &len);
		if (len < n || (n > 0 && memcmp(s + len - n, ending, n) != 0))
			continue;
		if (++found > 1)
			return mk_err(e, MK_EDATA, "%s: several parts are meant, one of them %.*s: "
				"give more of its id", arg, (int)(len > 80 ? 80 : len), s);
		if (mk_buf_add(name, s, len, e) == -1)
			return -1;
	}
	return r == -1 ? -1 : found > 0;
}

static int
by_word(struct mk_store *st, const char *key, const char *arg, const char *val, size_t n,
	struct mk_buf *name, struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT i.name FROM word w JOIN item_word x ON "
	    "x.word = w.id JOIN item i ON i.id = x.item WHERE w.key = ? AND w.value = ? LIMIT 2",
	    "st", key, val, n) == 0)
		r = one_name(&rows, arg, "", 0, name, e);
	mk_rows_done(&rows);
	return r;
}

static int
by_ending(struct mk_store *st, const char *arg, const char *val, size_t n, struct mk_buf *name,
	struct mk_err *e)
{
	char low[TAIL], high[TAIL + sizeof LAST - 1];
	size_t i, k = n < TAIL ? n : TAIL;
	struct mk_rows rows;
	int r = -1;

	if (n == 0)
		return 0;
	for (i = 0; i < k; i++)
		if (((low[i] = val[n - 1 - i]) & 0x80) != 0)
			return 0;	/* endings beyond ASCII are not indexed */
	memcpy(high, low, k);
	memcpy(high + k, LAST, sizeof LAST - 1);
	if (mk_db_query(st->db, &rows, e, "SELECT name FROM item WHERE tail >= ? AND tail < ?",
	    "tt", low, k, high, k + sizeof LAST - 1) == 0)
		r = one_name(&rows, arg, val, n, name, e);
	mk_rows_done(&rows);
	return r;
}

int
mk_store_resolve(struct mk_store *st, const char *arg, struct mk_buf *name, struct mk_err *e)
{
	struct mk_buf val = {0};
	int64_t id;
	int r;

	if (spell(arg, strlen(arg), &val, e) == -1)
		return -1;
	r = mk_item_id(st, val.p, val.n, false, &id, e);
	if (r == 1) {
		name->n = 0;
		r = mk_buf_add(name, val.p, val.n, e) == -1 ? -1 : 1;
	}
	if (r == 0)
		r = by_word(st, "code", arg, val.p, val.n, name, e);
	/* a scanner may put an AIM identifier such as ]d2 before the code */
	if (r == 0 && val.n > 3 && val.p[0] == ']')
		r = by_word(st, "code", arg, val.p + 3, val.n - 3, name, e);
	if (r == 0)
		r = by_word(st, "hri", arg, val.p, val.n, name, e);
	if (r == 0)
		r = by_ending(st, arg, val.p, val.n, name, e);
	mk_buf_clear(&val);
	return r;
}

/* ---- history ---- */

/* All lines of an item's events, each ended by LF, into out. The number, or -1. */
static int
lines_of(struct mk_store *st, int64_t item, struct mk_buf *out, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t len;
	int r = -1, n = 0;

	out->n = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT line FROM event WHERE item = ? ORDER BY time, id",
	    "i", item) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			s = mk_rows_text(&rows, 0, &len);
			if (mk_buf_add(out, s, len, e) == -1 || mk_buf_addc(out, '\n', e) == -1) {
				r = -1;
				break;
			}
			n++;
		}
	mk_rows_done(&rows);
	return r == -1 ? -1 : n;
}

/* Give each line of b to each, as a record. */
static int
each_line(const struct mk_buf *b, mk_store_each *each, void *arg, struct mk_err *e)
{
	const char *p = b->p, *lf;
	struct mk_rec rec = {0};
	size_t column, left = b->n;
	int r = 0;

	while (r == 0 && left > 0 && (lf = memchr(p, '\n', left)) != NULL) {
		r = mk_rec_parse(&rec, p, (size_t)(lf - p), &column, e);
		if (r == -1)
			mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
		else
			r = each(arg, &rec, e);
		left -= (size_t)(lf - p) + 1;
		p = lf + 1;
	}
	mk_rec_clear(&rec);
	return r;
}

int
mk_store_history(struct mk_store *st, const char *name, size_t n, mk_store_each *each,
	void *arg, struct mk_err *e)
{
	struct mk_buf lines = {0};
	int64_t id;
	int r = mk_item_id(st, name, n, false, &id, e);

	if (r == 1) {
		r = lines_of(st, id, &lines, e);
		if (r > 0 && each_line(&lines, each, arg, e) == -1)
			r = -1;
	}
	mk_buf_clear(&lines);
	return r;
}

/* ---- find ---- */

struct term {
	const char *key;
	size_t klen;
	struct mk_buf val;
	bool indexed;
	int64_t word;
};

struct ids {
	int64_t *id;
	size_t n, cap;
};

static int
add_id(struct ids *s, int64_t id, struct mk_err *e)
{
	size_t cap = s->cap == 0 ? 256 : s->cap * 2;
	int64_t *p;

	if (s->n == s->cap) {
		if ((p = realloc(s->id, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		s->id = p;
		s->cap = cap;
	}
	s->id[s->n++] = id;
	return 0;
}

static int
collect(struct mk_rows *rows, struct ids *s, struct mk_err *e)
{
	int r;

	while ((r = mk_rows_next(rows, e)) == 1)
		if (add_id(s, mk_rows_int(rows, 0), e) == -1)
			return -1;
	return r;
}

static int
parse_term(struct term *t, const char *text, struct mk_err *e)
{
	const char *colon = strchr(text, ':');

	if (colon == NULL || !mk_key_ok(text, (size_t)(colon - text)))
		return mk_err(e, MK_EUSAGE, "'%s' is no term: write key:value", text);
	t->key = text;
	t->klen = (size_t)(colon - text);
	if (spell(colon + 1, strlen(colon + 1), &t->val, e) == -1)
		return -1;
	t->indexed = mk_word_indexed(t->key, t->klen, t->val.n);
	return 0;
}

/* The items that the indexed terms leave; all if there is none. 0, 1 if a term's
 * word was never seen (nothing can match), -1. */
static int
candidates(struct mk_store *st, struct term *t, size_t n, struct ids *s, struct mk_err *e)
{
	struct mk_rows rows;
	size_t i, k, kept;
	bool first = true;
	int64_t one;
	int r;

	for (i = 0; i < n; i++) {
		if (!t[i].indexed)
			continue;
		r = mk_db_value(st->db, &t[i].word, e, "SELECT id FROM word WHERE key = ? AND "
			"value = ?", "tt", t[i].key, t[i].klen, t[i].val.p, t[i].val.n);
		if (r != 1)
			return r == 0 ? 1 : -1;
		if (first) {
			r = mk_db_query(st->db, &rows, e, "SELECT item FROM item_word WHERE "
				"word = ? ORDER BY item", "i", t[i].word);
			if (r == 0)
				r = collect(&rows, s, e);
			mk_rows_done(&rows);
			if (r == -1)
				return -1;
			first = false;
			continue;
		}
		for (k = kept = 0; k < s->n; k++) {
			r = mk_db_value(st->db, &one, e, "SELECT 1 FROM item_word WHERE word = ? "
				"AND item = ?", "ii", t[i].word, s->id[k]);
			if (r == -1)
				return -1;
			if (r == 1)
				s->id[kept++] = s->id[k];
		}
		s->n = kept;
	}
	if (!first)
		return 0;
	r = mk_db_query(st->db, &rows, e, "SELECT id FROM item ORDER BY id", "");
	if (r == 0)
		r = collect(&rows, s, e);
	mk_rows_done(&rows);
	return r;
}

struct merge {
	struct mk_rec rec;
	struct term *t;
	size_t n;
	bool *hit;
	const struct mk_conf *conf;
};

/* Lay one event over what is known of the item. */
static int
merge_event(void *arg, struct mk_rec *ev, struct mk_err *e)
{
	struct merge *m = arg;
	const struct mk_field *last = &ev->f[ev->n - 1];
	size_t i, k, n = mk_step_len(m->conf, last->key, last->klen);
	char step[MK_KEY_MAX + 1];

	memcpy(step, last->key, n);
	step[n] = '\0';
	if (n > 0)
		mk_step_drop(&m->rec, step);
	for (i = 0; i < ev->n; i++) {
		if (mk_rec_copy(&m->rec, &ev->f[i], e) == -1)
			return -1;
		for (k = 0; k < m->n; k++)
			if (m->t[k].klen == ev->f[i].klen && m->t[k].val.n == ev->f[i].vlen &&
			    memcmp(m->t[k].key, ev->f[i].key, m->t[k].klen) == 0 &&
			    memcmp(m->t[k].val.p, ev->f[i].val, ev->f[i].vlen) == 0)
				m->hit[k] = true;
	}
	return 0;
}

/* Merge the item's events and give the record out if all terms were met. 1, 0, -1. */
static int
one_item(struct mk_store *st, int64_t id, struct merge *m, struct mk_buf *lines,
	mk_store_each *each, void *arg, struct mk_err *e)
{
	size_t k;
	int r = lines_of(st, id, lines, e);

	if (r <= 0)
		return r;
	mk_rec_reset(&m->rec);
	for (k = 0; k < m->n; k++)
		m->hit[k] = false;
	if (each_line(lines, merge_event, m, e) == -1)
		return -1;
	for (k = 0; k < m->n; k++)
		if (!m->hit[k])
			return 0;
	return each(arg, &m->rec, e) == -1 ? -1 : 1;
}

int
mk_store_find(struct mk_store *st, const char *const *text, size_t n, mk_store_each *each,
	void *arg, struct mk_err *e)
{
	struct merge m = { .n = n, .conf = st->conf };
	struct mk_buf lines = {0};
	struct ids ids = {0};
	size_t i;
	int r = -1, found = 0;

	m.t = calloc(n + 1, sizeof *m.t);
	m.hit = calloc(n + 1, sizeof *m.hit);
	if (m.t == NULL || m.hit == NULL) {
		mk_err_nomem(e);
		goto out;
	}
	for (i = 0; i < n; i++)
		if (parse_term(&m.t[i], text[i], e) == -1)
			goto out;
	r = candidates(st, m.t, n, &ids, e);
	for (i = 0; r == 0 && i < ids.n; i++) {
		int got = one_item(st, ids.id[i], &m, &lines, each, arg, e);

		if (got == -1)
			r = -1;
		found += got > 0;
	}
out:
	for (i = 0; m.t != NULL && i < n; i++)
		mk_buf_clear(&m.t[i].val);
	free(m.t);
	free(m.hit);
	free(ids.id);
	mk_rec_clear(&m.rec);
	mk_buf_clear(&lines);
	return r == -1 ? -1 : found;
}
