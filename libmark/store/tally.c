/* What events have in common, and how many there were of a kind. */
#include <string.h>

#include "store/index.h"

static bool
is(const char *s, const char *p, size_t n)
{
	return strlen(s) == n && memcmp(s, p, n) == 0;
}

/* ---- contexts ---- */

static int
find_context(struct mk_store *st, const char *const dim[MK_DIM_N], const size_t len[MK_DIM_N],
	int64_t *id, struct mk_err *e)
{
	int r = mk_db_value(st->db, id, e, "SELECT id FROM ctx WHERE site = ? AND line = ? AND "
		"station = ? AND machine = ? AND operator = ? AND shift = ? AND day = ? AND "
		"lot = ? AND part = ? AND recipe = ? AND purpose = ?", "ttttttttttt", dim[0],
		len[0], dim[1], len[1], dim[2], len[2], dim[3], len[3], dim[4], len[4], dim[5],
		len[5], dim[6], len[6], dim[7], len[7], dim[8], len[8], dim[9], len[9], dim[10],
		len[10]);

	if (r != 0)
		return r == -1 ? -1 : 0;
	return mk_db_make(st->db, id, e, "INSERT INTO ctx(id, site, line, station, machine, operator, "
		"shift, day, lot, part, recipe, purpose) SELECT COALESCE(MAX(id), 0) + 1, ?, ?, ?, ?, "
		"?, ?, ?, ?, ?, ?, ? FROM ctx", "ttttttttttt", dim[0], len[0], dim[1], len[1], dim[2], len[2], dim[3],
		len[3], dim[4], len[4], dim[5], len[5], dim[6], len[6], dim[7], len[7], dim[8],
		len[8], dim[9], len[9], dim[10], len[10]) == 1 ? 0 : -1;
}

static int
context(struct mk_store *st, const char *const dim[MK_DIM_N], const size_t len[MK_DIM_N],
	int64_t *id, struct mk_err *e)
{
	struct mk_index *ix = st->ix;
	struct mk_buf *b = &ix->dims;
	struct mk_context *c, **slot;
	uint64_t h;
	int i;

	b->n = 0;
	for (i = 0; i < MK_DIM_N; i++)
		if (mk_buf_add(b, dim[i], len[i], e) == -1 || mk_buf_addc(b, '\t', e) == -1)
			return -1;
	c = ix->ctx_last;
	if (c != NULL && c->n == b->n && memcmp(c->dims, b->p, b->n) == 0) {
		*id = c->id;
		return 0;
	}
	h = mk_index_hash(MK_HASH0, b->p, b->n);
	slot = &ix->ctx[h % MK_BUCKETS];
	for (c = *slot; c != NULL; c = c->next)
		if (c->n == b->n && memcmp(c->dims, b->p, b->n) == 0)
			break;
	if (c == NULL) {
		if (find_context(st, dim, len, id, e) == -1 ||
		    (c = mk_arena_alloc(&ix->words, sizeof *c + b->n, e)) == NULL)
			return -1;
		c->id = *id;
		c->n = b->n;
		memcpy(c->dims, b->p, b->n);
		c->next = *slot;
		*slot = c;
		ix->nword++;
	}
	ix->ctx_last = c;
	*id = c->id;
	return 0;
}

int
mk_index_context(struct mk_store *st, struct mk_new *ev, struct mk_err *e)
{
	const char *dim[MK_DIM_N];
	size_t len[MK_DIM_N] = {0}, i;

	for (i = 0; i < MK_DIM_N; i++)
		dim[i] = "";
	ev->result = ev->reason = 0;
	ev->refused = false;
	for (i = 0; i < ev->nfield; i++) {
		const struct mk_keyinfo *k = ev->field[i].info;
		const struct mk_field *f = ev->field[i].f;

		if (k->step != NULL && k->step != ev->step)
			continue;
		if (k->dim != -1 && f->vlen <= MK_WORD_MAX) {
			dim[k->dim] = f->val;
			len[k->dim] = f->vlen;
		}
		if ((k->what == MK_FIELD_RESULT && mk_index_word(st, "result", f->val, f->vlen,
		    true, &ev->result, e) == -1) ||
		    (k->what == MK_FIELD_REASON && mk_index_word(st, "reason", f->val, f->vlen,
		    true, &ev->reason, e) == -1))
			return -1;
		if (k->what == MK_FIELD_RESULT)
			ev->refused = is("refused", f->val, f->vlen);
	}
	return context(st, dim, len, &ev->ctx, e);
}

/* ---- counts ---- */

int
mk_tallies_write(struct mk_store *st, struct mk_err *e)
{
	struct mk_index *ix = st->ix;
	size_t i;

	for (i = 0; i < ix->ntally; i++)
		if (mk_db_run(st->db, NULL, e, "INSERT INTO tally(hour, step, ctx, result, reason, "
		    "n, first) VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(hour, step, ctx, result, "
		    "reason) DO UPDATE SET n = tally.n + excluded.n, first = tally.first + "
		    "excluded.first", "iiiiiii", ix->tally[i].hour, ix->tally[i].step,
		    ix->tally[i].ctx, ix->tally[i].result, ix->tally[i].reason, ix->tally[i].n,
		    ix->tally[i].first) == -1)
			return -1;
	ix->ntally = 0;
	return 0;
}

int
mk_index_tally(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	struct mk_index *ix = st->ix;
	int64_t hour = ev->time.ms / MK_HOUR_MS * MK_HOUR_MS;
	size_t i;

	for (i = 0; i < ix->ntally; i++)
		if (ix->tally[i].hour == hour && ix->tally[i].step == ev->step->id &&
		    ix->tally[i].ctx == ev->ctx && ix->tally[i].result == ev->result &&
		    ix->tally[i].reason == ev->reason)
			break;
	if (i == ix->ntally) {
		if (i == MK_TALLIES) {
			if (mk_tallies_write(st, e) == -1)
				return -1;
			i = 0;
		}
		ix->tally[i].hour = hour;
		ix->tally[i].step = ev->step->id;
		ix->tally[i].ctx = ev->ctx;
		ix->tally[i].result = ev->result;
		ix->tally[i].reason = ev->reason;
		ix->tally[i].n = ix->tally[i].first = 0;
		ix->ntally = i + 1;
	}
	ix->tally[i].n++;
	ix->tally[i].first += ev->first;
	return 0;
}
