/* What finds events again: words and the stretches in which they came up, contexts,
 * counts by the hour. All of it follows from the events. What an event changes is
 * kept in memory and written once per transaction: on a line the lot, the station
 * and the operator stay the same for thousands of events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/step.h"
#include "store/index.h"

struct mk_kept {
	struct mk_kept *next, *next_dirty;
	struct mk_wordkey *key;
	uint64_t hash;
	int64_t id, first, last;
	unsigned gen;		/* run_gen of the index when the run was loaded */
	bool opened, dirty;	/* the run is not in the store yet; is to be written */
	bool listed;		/* among the dirty */
	size_t n;
	char val[];
};

uint64_t
mk_index_hash(uint64_t h, const char *p, size_t n)
{
	while (n-- > 0)
		h = (h ^ (unsigned char)*p++) * 0x100000001b3u;
	return h;
}

static bool
is(const char *s, const char *p, size_t n)
{
	return strlen(s) == n && memcmp(s, p, n) == 0;
}

static struct mk_index *
index_of(struct mk_store *st, struct mk_err *e)
{
	if (st->ix == NULL && (st->ix = calloc(1, sizeof *st->ix)) == NULL)
		mk_err_nomem(e);
	else if (st->ix->gen == 0)
		st->ix->gen = st->ix->run_gen = 1;
	return st->ix;
}

/* ---- keys ---- */

bool
mk_word_kept(const char *key, size_t klen, size_t vlen)
{
	static const char *const no[] = { "_time", "_ms", "_mm", "_crc", "_image", "_vectors",
		"_strokes", "_hash", "_value" };
	static const char *const own[] = { "id", "code", "hri", "job" };
	size_t i, n;

	if (vlen > MK_WORD_MAX)
		return false;
	for (i = 0; i < sizeof own / sizeof *own; i++)
		if (is(own[i], key, klen))
			return false;
	for (i = 0; i < sizeof no / sizeof *no; i++) {
		n = strlen(no[i]);
		if (klen > n && memcmp(key + klen - n, no[i], n) == 0)
			return false;
	}
	return true;
}

static struct mk_stepinfo *
step_of(struct mk_index *ix, const char *name, size_t n, struct mk_err *e)
{
	struct mk_stepinfo *s;

	for (s = ix->step; s != NULL; s = s->next)
		if (s->n == n && memcmp(s->name, name, n) == 0)
			return s;
	if ((s = mk_arena_alloc(&ix->keys, sizeof *s, e)) == NULL)
		return NULL;
	memset(s, 0, sizeof *s);
	if ((s->name = mk_arena_dup(&ix->keys, name, n, e)) == NULL)
		return NULL;
	s->n = n;
	s->kind = mk_state_kind(s->name);
	s->next = ix->step;
	ix->step = s;
	return s;
}

static struct mk_wordkey *
wordkey_of(struct mk_index *ix, const char *name, size_t n, struct mk_err *e)
{
	struct mk_wordkey *k;

	for (k = ix->wordkey; k != NULL; k = k->next)
		if (k->n == n && memcmp(k->name, name, n) == 0)
			return k;
	if ((k = mk_arena_alloc(&ix->keys, sizeof *k, e)) == NULL)
		return NULL;
	memset(k, 0, sizeof *k);
	if ((k->name = mk_arena_dup(&ix->keys, name, n, e)) == NULL)
		return NULL;
	k->n = n;
	k->next = ix->wordkey;
	ix->wordkey = k;
	return k;
}

/* What a key means; skip, step and the rest of i are filled. */
static int
classify(struct mk_store *st, struct mk_keyinfo *i, struct mk_err *e)
{
	size_t n = mk_step_len(st->conf, i->key, i->klen), k;
	const char *bare = i->key;
	size_t blen = i->klen;

	i->dim = -1;
	if (n > 0) {
		if ((i->step = step_of(st->ix, i->key, n, e)) == NULL)
			return -1;
		i->skip = (uint32_t)n + 1;
		bare += i->skip;
		blen -= i->skip;
		if (is("time", bare, blen))
			i->what = MK_FIELD_TIME;
		else if (is("result", bare, blen))
			i->what = MK_FIELD_RESULT;
		else if (is("reason", bare, blen))
			i->what = MK_FIELD_REASON;
	}
	for (k = 0; k < MK_DIM_N; k++)
		if ((n > 0) == (k < MK_CTX_N) && is(mk_dim_name[k], bare, blen))
			i->dim = (int)k;
	if (mk_word_kept(i->key, i->klen, 0) &&
	    (i->wk = wordkey_of(st->ix, bare, blen, e)) == NULL)
		return -1;
	return 0;
}

struct mk_keyinfo *
mk_index_key(struct mk_store *st, const char *key, size_t n, struct mk_err *e)
{
	struct mk_index *ix = index_of(st, e);
	struct mk_keyinfo *i, **slot;

	if (ix == NULL)
		return NULL;
	slot = &ix->info[mk_index_hash(MK_HASH0, key, n) % MK_BUCKETS];
	for (i = *slot; i != NULL; i = i->next)
		if (i->klen == n && memcmp(i->key, key, n) == 0)
			return i;
	if ((i = mk_arena_alloc(&ix->keys, sizeof *i, e)) == NULL)
		return NULL;
	memset(i, 0, sizeof *i);
	if ((i->key = mk_arena_dup(&ix->keys, key, n, e)) == NULL)
		return NULL;
	i->klen = (uint32_t)n;
	if (classify(st, i, e) == -1)
		return NULL;
	i->next = *slot;
	*slot = i;
	return i;
}

int
mk_index_step(struct mk_store *st, struct mk_stepinfo *s, struct mk_err *e)
{
	int r;

	if (s->id != 0)
		return 0;
	r = mk_db_value(st->db, &s->id, e, "SELECT id FROM step WHERE name = ?", "t", s->name, s->n);
	if (r != 0)
		return r == -1 ? -1 : 0;
	return mk_db_make(st->db, &s->id, e, "INSERT INTO step(id, name) SELECT "
		"COALESCE(MAX(id), 0) + 1, ? FROM step", "t",
		s->name, s->n) == 1 ? 0 : -1;
}

/* ---- words ---- */

/* Across a network: all keys at once. */
static int
load_keys(struct mk_store *st, struct mk_err *e)
{
	struct mk_index *ix = st->ix;
	struct mk_wordkey *k;
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	for (k = ix->wordkey; k != NULL; k = k->next) {
		k->id = k->words = k->until = 0;
		k->gen = ix->gen;
	}
	if (mk_db_query(st->db, &rows, e, "SELECT name, id, words, until FROM wordkey", "") == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			s = mk_rows_text(&rows, 0, &n);
			if ((k = wordkey_of(ix, s, n, e)) == NULL) {
				r = -1;
				break;
			}
			k->id = mk_rows_int(&rows, 1);
			k->words = mk_rows_int(&rows, 2);
			k->until = mk_rows_int(&rows, 3);
			k->gen = ix->gen;
		}
	mk_rows_done(&rows);
	ix->keys_gen = ix->gen;
	return r;
}

static int
load_key(struct mk_store *st, struct mk_wordkey *k, bool make, struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	if (mk_db_far(st->db) && st->ix->keys_gen != st->ix->gen && load_keys(st, e) == -1)
		return -1;
	if (k->gen == st->ix->gen && (k->id != 0 || !make))
		return k->id != 0;
	k->id = k->words = k->until = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT id, words, until FROM wordkey WHERE name = ?", "t",
	    k->name, k->n) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		k->id = mk_rows_int(&rows, 0);
		k->words = mk_rows_int(&rows, 1);
		k->until = mk_rows_int(&rows, 2);
	}
	mk_rows_done(&rows);
	if (r == -1)
		return -1;
	if (r == 0 && make) {
		r = mk_db_make(st->db, &k->id, e, "INSERT INTO wordkey(id, name, words, until) "
			"SELECT COALESCE(MAX(id), 0) + 1, ?, 0, 0 FROM wordkey", "t", k->name, k->n);
		if (r != 1)
			return -1;
	}
	k->gen = st->ix->gen;
	return r;
}

static int
write_run(struct mk_store *st, struct mk_kept *w, struct mk_err *e)
{
	int r;

	if (w->opened)
		r = mk_db_insert(st->db, e, "INSERT INTO run(word, first, last) VALUES(?, ?, ?)",
			"iii", w->id, w->first, w->last);
	else
		r = mk_db_run(st->db, NULL, e, "UPDATE run SET last = ? WHERE word = ? AND "
			"first = ?", "iii", w->last, w->id, w->first);
	w->opened = w->dirty = false;
	return r;
}

/* The run of w that could go on at event id. */
static int
load_run(struct mk_store *st, struct mk_kept *w, int64_t id, struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	w->first = w->last = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT first, last FROM run WHERE word = ? AND "
	    "first <= ? ORDER BY first DESC LIMIT 1", "ii", w->id, id) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		w->first = mk_rows_int(&rows, 0);
		w->last = mk_rows_int(&rows, 1);
	}
	mk_rows_done(&rows);
	w->gen = st->ix->run_gen;
	return r == -1 ? -1 : 0;
}

static int
touch(struct mk_store *st, struct mk_kept *w, int64_t id, struct mk_err *e)
{
	if (w->gen != st->ix->run_gen || id < w->first ||
	    MK_EVENT_ORIGIN(id) != MK_EVENT_ORIGIN(w->last)) {
		if ((w->dirty && write_run(st, w, e) == -1) || load_run(st, w, id, e) == -1)
			return -1;
	}
	if (w->last >= id)
		return 0;
	if (w->first == 0 || id - w->last > MK_GAP) {
		if (w->dirty && write_run(st, w, e) == -1)
			return -1;
		w->first = id;
		w->opened = true;
	}
	w->last = id;
	w->dirty = true;
	if (!w->listed) {
		w->listed = true;
		w->next_dirty = st->ix->dirty;
		st->ix->dirty = w;
	}
	return 0;
}

/* The word, from memory or the store; made if at, the event that needs it, is not 0
 * and its key is kept still. 1, 0, -1. */
static int
find_word(struct mk_store *st, struct mk_wordkey *k, const char *val, size_t n, int64_t at,
	bool always, struct mk_kept **out, struct mk_err *e)
{
	struct mk_index *ix = st->ix;
	struct mk_kept *w = k->last, **slot;
	bool made = false;
	uint64_t h;
	int64_t id;
	int r;

	if (w != NULL && w->n == n && memcmp(w->val, val, n) == 0) {
		*out = w;
		return 1;
	}
	h = mk_index_hash((uintptr_t)k * MK_HASH0, val, n);
	slot = &ix->word[h % MK_BUCKETS];
	for (w = *slot; w != NULL; w = w->next)
		if (w->hash == h && w->key == k && w->n == n && memcmp(w->val, val, n) == 0) {
			*out = k->last = w;
			return 1;
		}
	if ((r = load_key(st, k, at != 0, e)) != 1)
		return r;
	r = mk_db_value(st->db, &id, e, "SELECT id FROM word WHERE key = ? AND value = ?", "it",
		k->id, val, n);
	if (r == -1 || (r == 0 && at == 0))
		return r;
	if (r == 0) {
		if (!always && k->words >= MK_WORDS_FREE &&
		    k->words > MK_EVENT_SEQ(at) / MK_WORDS_SHARE) {
			k->until = at;
			return mk_db_run(st->db, NULL, e, "UPDATE wordkey SET until = ? WHERE id = ?",
				"ii", at, k->id);
		}
		if (mk_name_fits("a value", n, e) == -1)
			return -1;
		if (mk_db_make(st->db, &id, e, "INSERT INTO word(id, key, value) SELECT "
		    "COALESCE(MAX(id), 0) + 1, ?, ? FROM word", "it", k->id, val, n) != 1)
			return -1;
		made = true;
		k->words++;
		if (mk_db_run(st->db, NULL, e, "UPDATE wordkey SET words = ? WHERE id = ?", "ii",
		    k->words, k->id) == -1)
			return -1;
	}
	if ((w = mk_arena_alloc(&ix->words, sizeof *w + n, e)) == NULL)
		return -1;
	memset(w, 0, sizeof *w);
	if (made) {		/* it has no stretch yet: nothing is to be loaded */
		w->gen = ix->run_gen;
		w->last = at - 1;
	}
	w->key = k;
	w->hash = h;
	w->id = id;
	w->n = n;
	memcpy(w->val, val, n);
	w->next = *slot;
	*slot = w;
	ix->nword++;
	*out = k->last = w;
	return 1;
}

int
mk_index_word(struct mk_store *st, const char *key, const char *val, size_t n, bool make,
	int64_t *id, struct mk_err *e)
{
	struct mk_index *ix = index_of(st, e);
	struct mk_wordkey *k;
	struct mk_kept *w;
	int r;

	if (ix == NULL || (k = wordkey_of(ix, key, strlen(key), e)) == NULL)
		return -1;
	r = find_word(st, k, val, n, make ? 1 : 0, true, &w, e);
	if (r == 1)
		*id = w->id;
	return r;
}

static int
add_word(struct mk_store *st, struct mk_wordkey *k, const char *val, size_t n, int64_t id,
	bool always, struct mk_err *e)
{
	struct mk_kept *w;
	int r;

	if (k->until != 0 && id >= k->until && k->gen == st->ix->gen && !always)
		return 0;
	if ((r = load_key(st, k, true, e)) == -1)
		return -1;
	if (k->until != 0 && id >= k->until && !always)
		return 0;
	r = find_word(st, k, val, n, id, always, &w, e);
	return r == 1 ? touch(st, w, id, e) : r;
}

static int
add_made_up(struct mk_store *st, const char *key, const char *val, size_t n, int64_t id,
	struct mk_err *e)
{
	struct mk_wordkey *k = wordkey_of(st->ix, key, strlen(key), e);

	return k == NULL ? -1 : add_word(st, k, val, n, id, true, e);
}

void
mk_hour_text(int64_t ms, char out[MK_HOUR_LEN])
{
	int64_t hour = ms / MK_HOUR_MS;
	int i;

	for (i = MK_HOUR_LEN - 2; i >= 0; i--, hour /= 10)
		out[i] = (char)('0' + hour % 10);
	out[MK_HOUR_LEN - 1] = '\0';
}

int
mk_index_event(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	char hour[MK_HOUR_LEN];
	size_t i;

	for (i = 0; i < ev->nfield; i++) {
		const struct mk_newfield *f = &ev->field[i];

		if (f->info->wk != NULL && f->f->vlen <= MK_WORD_MAX &&
		    add_word(st, f->info->wk, f->f->val, f->f->vlen, ev->id, false, e) == -1)
			return -1;
	}
	mk_hour_text(ev->time.ms, hour);
	if (add_made_up(st, "@hour", hour, MK_HOUR_LEN - 1, ev->id, e) == -1 ||
	    add_made_up(st, "step", ev->step->name, ev->step->n, ev->id, e) == -1)
		return -1;
	if (ev->time.ms > ev->recorded.ms + MK_SKEW_MS &&
	    add_made_up(st, "skew", "future", 6, ev->id, e) == -1)
		return -1;
	if (ev->behind && add_made_up(st, "skew", "behind", 6, ev->id, e) == -1)
		return -1;
	return 0;
}

/* ---- transactions ---- */

int
mk_index_flush(struct mk_store *st, struct mk_err *e)
{
	struct mk_index *ix = st->ix;
	struct mk_kept *w;

	if (ix == NULL)
		return 0;
	while ((w = ix->dirty) != NULL) {
		if (w->dirty && write_run(st, w, e) == -1)
			return -1;
		ix->dirty = w->next_dirty;
		w->listed = false;
	}
	if (mk_tallies_write(st, e) == -1)
		return -1;
	if (ix->nword > 16 * MK_BUCKETS)	/* memory stays flat, whatever comes */
		mk_index_forget(st, true);
	return 0;
}

void
mk_index_forget(struct mk_store *st, bool all)
{
	struct mk_index *ix = st->ix;
	struct mk_wordkey *k;
	struct mk_stepinfo *s;

	if (ix == NULL)
		return;
	ix->gen++;
	if (!all)
		return;
	ix->run_gen++;
	mk_arena_reset(&ix->words);
	memset(ix->word, 0, sizeof ix->word);
	memset(ix->ctx, 0, sizeof ix->ctx);
	ix->ctx_last = NULL;
	ix->dirty = NULL;
	ix->nword = ix->ntally = 0;
	for (k = ix->wordkey; k != NULL; k = k->next)
		k->last = NULL;
	for (s = ix->step; s != NULL; s = s->next)
		s->id = 0;
}

void
mk_index_forget_runs(struct mk_store *st)
{
	if (st->ix != NULL)
		st->ix->run_gen++;
}

void
mk_index_free(struct mk_store *st)
{
	struct mk_index *ix = st->ix;

	if (ix == NULL)
		return;
	mk_arena_clear(&ix->keys);
	mk_arena_clear(&ix->words);
	mk_buf_clear(&ix->dims);
	free(ix);
	st->ix = NULL;
}
