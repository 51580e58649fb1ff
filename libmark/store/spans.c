/* Ranges of events' numbers: which events may hold an answer. */
#include <stdlib.h>
#include <string.h>

#include "base/step.h"
#include "store/index.h"

void
mk_spans_clear(struct mk_spans *s)
{
	free(s->s);
	memset(s, 0, sizeof *s);
}

static int
add(struct mk_spans *s, int64_t first, int64_t last, struct mk_err *e)
{
	struct mk_span *p;
	size_t cap = s->cap == 0 ? 16 : s->cap * 2;

	if (first > last)
		return 0;
	if (s->n > 0 && first <= s->s[s->n - 1].last + 1 && first >= s->s[s->n - 1].first) {
		if (last > s->s[s->n - 1].last)
			s->s[s->n - 1].last = last;
		return 0;
	}
	if (s->n == s->cap) {
		if ((p = realloc(s->s, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		s->s = p;
		s->cap = cap;
	}
	s->s[s->n++] = (struct mk_span){ first, last };
	return 0;
}

static int
by_first(const void *a, const void *b)
{
	const struct mk_span *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Sort, and join what touches. */
static void
tidy(struct mk_spans *s)
{
	size_t i, k = 0;

	if (s->n == 0)
		return;
	qsort(s->s, s->n, sizeof *s->s, by_first);
	for (i = 1; i < s->n; i++)
		if (s->s[i].first <= s->s[k].last + 1) {
			if (s->s[i].last > s->s[k].last)
				s->s[k].last = s->s[i].last;
		} else
			s->s[++k] = s->s[i];
	s->n = k + 1;
}

int
mk_spans_and(struct mk_spans *a, const struct mk_spans *b, struct mk_err *e)
{
	struct mk_spans out = {0};
	size_t i = 0, k = 0;

	while (i < a->n && k < b->n) {
		int64_t first = a->s[i].first > b->s[k].first ? a->s[i].first : b->s[k].first;
		int64_t last = a->s[i].last < b->s[k].last ? a->s[i].last : b->s[k].last;

		if (add(&out, first, last, e) == -1) {
			mk_spans_clear(&out);
			return -1;
		}
		if (a->s[i].last < b->s[k].last)
			i++;
		else
			k++;
	}
	mk_spans_clear(a);
	*a = out;
	return 0;
}

uint64_t
mk_spans_size(const struct mk_spans *s)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s->n; i++)
		n += (uint64_t)(s->s[i].last - s->s[i].first) + 1;
	return n;
}

int
mk_ask_all(struct mk_store *st, int64_t after, struct mk_spans *out, struct mk_err *e)
{
	struct mk_rows rows;
	int64_t id, first;
	int r = -1;

	out->n = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT id, seq FROM origin WHERE seq > 0 ORDER BY id",
	    "") == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			id = mk_rows_int(&rows, 0);
			first = MK_EVENT_ID(id, 1);
			if ((r = add(out, first > after ? first : after + 1,
			    MK_EVENT_ID(id, mk_rows_int(&rows, 1)), e)) == -1)
				break;
		}
	mk_rows_done(&rows);
	return r == -1 ? -1 : 0;
}

/* Add the runs that a query gives. */
static int
runs(struct mk_rows *rows, struct mk_spans *out, struct mk_err *e)
{
	int r;

	while ((r = mk_rows_next(rows, e)) == 1)
		if (add(out, mk_rows_int(rows, 0), mk_rows_int(rows, 1), e) == -1)
			return -1;
	return r;
}

/* Add what is kept of one bare key and value. 1 if the key is still kept, 0 not, -1. */
static int
one_key(struct mk_store *st, const char *key, size_t klen, const char *val, size_t vlen,
	struct mk_spans *out, struct mk_err *e)
{
	struct mk_rows rows;
	struct mk_spans rest = {0};
	int64_t id = 0, until = 0;
	int r = -1;
	size_t i;

	if (mk_db_query(st->db, &rows, e, "SELECT id, until FROM wordkey WHERE name = ?", "t", key,
	    klen) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		id = mk_rows_int(&rows, 0);
		until = mk_rows_int(&rows, 1);
	}
	mk_rows_done(&rows);
	if (r != 1)
		return r == -1 ? -1 : 1;	/* no such key: it never came up */
	r = -1;
	if (mk_db_query(st->db, &rows, e, "SELECT r.first, r.last FROM word w JOIN run r ON "
	    "r.word = w.id WHERE w.key = ? AND w.value = ? ORDER BY r.first", "it", id, val,
	    vlen) == 0)
		r = runs(&rows, out, e);
	mk_rows_done(&rows);
	if (r == -1 || until == 0)
		return r == -1 ? -1 : 1;
	if ((r = mk_ask_all(st, until - 1, &rest, e)) == 0)
		for (i = 0; r == 0 && i < rest.n; i++)
			r = add(out, rest.s[i].first, rest.s[i].last, e);
	mk_spans_clear(&rest);
	return r;
}

int
mk_ask_word(struct mk_store *st, const char *key, size_t klen, const char *val, size_t vlen,
	struct mk_spans *out, bool *kept, struct mk_err *e)
{
	size_t n = mk_step_len(st->conf, key, klen), skip = n > 0 ? n + 1 : 0;
	int r;

	out->n = 0;
	*kept = false;
	if (!mk_word_kept(key, klen, vlen))
		return mk_ask_all(st, 0, out, e);
	/* bare, and as it stands: a step may have become known since */
	if ((r = one_key(st, key + skip, klen - skip, val, vlen, out, e)) == -1)
		return -1;
	*kept = r == 1;
	if (skip > 0) {
		if ((r = one_key(st, key, klen, val, vlen, out, e)) == -1)
			return -1;
		*kept = *kept && r == 1;
	}
	tidy(out);
	return 0;
}

int
mk_ask_when(struct mk_store *st, int64_t from, int64_t to, struct mk_spans *out,
	struct mk_err *e)
{
	struct mk_rows rows;
	char lo[MK_HOUR_LEN], hi[MK_HOUR_LEN];
	int r = -1;

	out->n = 0;
	if (from < 0)
		from = 0;
	if (from >= to)
		return 0;
	mk_hour_text(from, lo);
	mk_hour_text(to - 1, hi);
	if (mk_db_query(st->db, &rows, e, "SELECT r.first, r.last FROM wordkey k JOIN word w ON "
	    "w.key = k.id JOIN run r ON r.word = w.id WHERE k.name = '@hour' AND w.value >= ? AND "
	    "w.value <= ?", "ss", lo, hi) == 0)
		r = runs(&rows, out, e);
	mk_rows_done(&rows);
	if (r == -1)
		return -1;
	tidy(out);
	return 0;
}

int
mk_ask_values(struct mk_store *st, const char *key, mk_ask_value *each, void *arg,
	struct mk_err *e)
{
	struct mk_buf b = {0};
	struct mk_rows rows;
	const char *s, *lf;
	size_t n, at;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT w.value FROM wordkey k JOIN word w ON w.key = k.id "
	    "WHERE k.name = ?", "s", key) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			s = mk_rows_text(&rows, 0, &n);
			if ((r = mk_buf_add(&b, s, n, e)) == -1 || (r = mk_buf_addc(&b, '\n', e)) == -1)
				break;
		}
	mk_rows_done(&rows);
	for (at = 0; r == 0 && at < b.n; at += (size_t)(lf - (b.p + at)) + 1) {
		lf = memchr(b.p + at, '\n', b.n - at);
		if (lf == NULL)
			break;
		r = each(arg, b.p + at, (size_t)(lf - (b.p + at)), e);
	}
	mk_buf_clear(&b);
	return r == -1 ? -1 : 0;
}
