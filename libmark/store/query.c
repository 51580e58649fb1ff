/* A part's events, and the parts that bear these words. */
#include <stdlib.h>
#include <string.h>

#include "base/step.h"
#include "store/index.h"

struct handler {
	mk_store_each *each;
	void *arg;
	struct mk_rec rec;
	int n;
};

static int
one_event(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct handler *h = arg;
	size_t column;

	if (mk_rec_parse(&h->rec, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "event %s/%lld is no record: mk-trace audit",
			ev->origin, (long long)ev->seq);
	h->n++;
	return h->each(h->arg, &h->rec, e);
}

static int
history(struct mk_store *st, int64_t item, mk_store_each *each, void *arg, struct mk_err *e)
{
	struct handler h = { .each = each, .arg = arg };
	int r = mk_ask_history(st, item, one_event, &h, e);

	mk_rec_clear(&h.rec);
	return r == -1 ? -1 : h.n;
}

int
mk_store_history(struct mk_store *st, const char *name, size_t n, mk_store_each *each,
	void *arg, struct mk_err *e)
{
	int64_t id;
	int r = mk_item_id(st, name, n, false, &id, e);

	return r == 1 ? history(st, id, each, arg, e) : r;
}

/* ---- find ---- */

struct term {
	const char *key;
	size_t klen;
	struct mk_buf val;
};

static int
parse_term(struct term *t, const char *text, struct mk_err *e)
{
	const char *colon = strchr(text, ':');

	if (colon == NULL || !mk_key_ok(text, (size_t)(colon - text)))
		return mk_err(e, MK_EUSAGE, "'%s' is no term: write key:value", text);
	t->key = text;
	t->klen = (size_t)(colon - text);
	return mk_spell(colon + 1, strlen(colon + 1), &t->val, e);
}

struct ids {
	int64_t *id;
	size_t n, cap;
	const struct mk_buf *val;	/* what a line must hold */
};

static int
see_item(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct ids *s = arg;
	size_t cap = s->cap == 0 ? 256 : s->cap * 2;
	int64_t *p;

	if ((s->val->n > 0 && memmem(ev->line, ev->n, s->val->p, s->val->n) == NULL) ||
	    (s->n > 0 && s->id[s->n - 1] == ev->item))
		return 0;
	if (s->n == s->cap) {
		if ((p = realloc(s->id, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		s->id = p;
		s->cap = cap;
	}
	s->id[s->n++] = ev->item;
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The items that the rarest term leaves, in the order of their numbers. */
static int
candidates(struct mk_store *st, struct term *t, size_t n, struct ids *s, struct mk_err *e)
{
	struct mk_spans best = {0}, spans = {0};
	struct mk_ask_filter f = { .in = &best };
	size_t i, k, kept;
	bool is_kept;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++) {
		r = mk_ask_word(st, t[i].key, t[i].klen, t[i].val.p, t[i].val.n, &spans, &is_kept, e);
		if (r == 0 && (i == 0 || mk_spans_size(&spans) < mk_spans_size(&best))) {
			struct mk_spans swap = best;

			best = spans;
			spans = swap;
			s->val = &t[i].val;
		}
	}
	if (r == 0)
		r = mk_ask_events(st, &f, see_item, s, e);
	mk_spans_clear(&best);
	mk_spans_clear(&spans);
	if (r == -1 || s->n == 0)
		return r;
	qsort(s->id, s->n, sizeof *s->id, by_number);
	for (kept = 1, k = 1; k < s->n; k++)
		if (s->id[k] != s->id[kept - 1])
			s->id[kept++] = s->id[k];
	s->n = kept;
	return 0;
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
one_item(struct mk_store *st, int64_t id, struct merge *m, mk_store_each *each, void *arg,
	struct mk_err *e)
{
	size_t k;
	int r;

	mk_rec_reset(&m->rec);
	for (k = 0; k < m->n; k++)
		m->hit[k] = false;
	if ((r = history(st, id, merge_event, m, e)) <= 0)
		return r;
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
		int got = one_item(st, ids.id[i], &m, each, arg, e);

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
	return r == -1 ? -1 : found;
}
