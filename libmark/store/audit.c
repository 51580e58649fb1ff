/* The audit: every event, its chain, the seals and the anchors. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/step.h"
#include "store/index.h"
#include "store/seal.h"

#define PIECE 1000
#define NODE_LEVEL 8

/* A row of the log, with what its numbers stand for. */
struct row {
	int64_t id, item, time, time_off, recorded, recorded_off;
	size_t at[5 + MK_DIM_N], len[5 + MK_DIM_N];	/* name op step line result dims, in text */
	bool whole;		/* all that it points to is there */
	mk_hash prev;
};
enum { R_NAME, R_OP, R_STEP, R_LINE, R_RESULT, R_DIM };

struct audit {
	struct mk_store *st;
	struct mk_audit *out;
	const char *origin;	/* its name */
	int64_t number, seq;	/* its number, its last event */
	int64_t all;		/* events of all origins */
	mk_hash end;		/* its head */
	struct row row[PIECE];
	struct row *by_item[PIECE];	/* those rows, by their items */
	size_t n, named;
	struct mk_buf text, line;
	mk_hash head;		/* of the event before */
	struct mk_digest *digest;
	bool sealed;		/* there is a seal or an anchor of this origin */
	struct mk_merkle tree;	/* of its events, if so */
	int64_t good;		/* the largest size at which a seal or an anchor agreed */
	uint64_t block;		/* the first block of 256 that is not what was sealed, +1 */
};

static int
wrong(struct audit *a, struct mk_err *e, int64_t seq, const char *what)
{
	if (a->out->wrong.n > 0)
		return 0;
	return mk_buf_addf(&a->out->wrong, e, "event %s/%" PRId64 ": %s", a->origin, seq, what);
}

/* ---- reading ---- */

static int
read_row(struct audit *a, struct mk_rows *rows, struct mk_err *e)
{
	struct row *r = &a->row[a->n];
	const char *s;
	size_t n;
	int i;

	r->id = mk_rows_int(rows, 0);
	r->time = mk_rows_int(rows, 1);
	r->time_off = mk_rows_int(rows, 2);
	r->recorded = mk_rows_int(rows, 3);
	r->recorded_off = mk_rows_int(rows, 4);
	r->whole = mk_rows_int(rows, 5) == 1;
	s = mk_rows_text(rows, 6, &n);
	if (n != sizeof r->prev)
		r->whole = false;
	memset(r->prev, 0, sizeof r->prev);
	memcpy(r->prev, s, n < sizeof r->prev ? n : sizeof r->prev);
	r->item = mk_rows_int(rows, 7);
	r->len[R_NAME] = SIZE_MAX;
	for (i = R_NAME + 1; i < R_DIM + MK_DIM_N; i++) {
		s = mk_rows_text(rows, 7 + i, &n);
		r->at[i] = a->text.n;
		r->len[i] = n;
		if (mk_buf_add(&a->text, s, n, e) == -1)
			return -1;
	}
	a->by_item[a->n] = r;
	a->n++;
	return 0;
}

static int
by_item(const void *x, const void *y)
{
	const struct row *a = *(struct row *const *)x, *b = *(struct row *const *)y;

	return a->item < b->item ? -1 : a->item > b->item;
}

/* Names come by number. */
static int
name_rows(void *arg, int64_t item, const char *name, size_t n, struct mk_err *e)
{
	struct audit *a = arg;
	size_t at = a->text.n;

	if (mk_buf_add(&a->text, name, n, e) == -1)
		return -1;
	for (; a->named < a->n && a->by_item[a->named]->item <= item; a->named++)
		if (a->by_item[a->named]->item == item) {
			a->by_item[a->named]->at[R_NAME] = at;
			a->by_item[a->named]->len[R_NAME] = n;
		}
	return 0;
}

/* The items are asked for by themselves: they may lie on another machine than their
 * events. */
static int
name_piece(struct audit *a, struct mk_err *e)
{
	int64_t item[PIECE];
	size_t i, k = 0;

	qsort(a->by_item, a->n, sizeof *a->by_item, by_item);
	for (i = 0; i < a->n; i++)
		if (k == 0 || item[k - 1] != a->by_item[i]->item)
			item[k++] = a->by_item[i]->item;
	a->named = 0;
	if (mk_item_names(a->st, item, k, name_rows, a, e) == -1)
		return -1;
	for (i = 0; i < a->n; i++)
		if (a->row[i].len[R_NAME] == SIZE_MAX) {
			a->row[i].len[R_NAME] = 0;
			a->row[i].whole = false;
		}
	return 0;
}

static int
read_piece(struct audit *a, int64_t from, struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	a->n = a->text.n = 0;
	if (mk_db_query(a->st->db, &rows, e, "SELECT v.id, v.time, v.time_off, v.recorded, "
	    "v.recorded_off, CASE WHEN s.id IS NULL OR c.id IS NULL OR (w.id IS NULL "
	    "AND v.result <> 0) THEN 0 ELSE 1 END, v.prev, v.item, v.op, s.name, v.line, w.value, "
	    "c.site, c.line, c.station, c.machine, c.operator, c.shift, c.day, c.lot, c.part, "
	    "c.recipe, c.purpose FROM event v LEFT JOIN step s ON s.id = v.step LEFT JOIN ctx c ON c.id = v.ctx LEFT JOIN word w ON w.id = v.result "
	    "WHERE v.id >= ? AND v.id < ? ORDER BY v.id LIMIT 1000", "ii", from,
	    MK_EVENT_ID(a->number + 1, 0)) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1)
			if (read_row(a, &rows, e) == -1) {
				r = -1;
				break;
			}
	mk_rows_done(&rows);
	return r == -1 ? -1 : name_piece(a, e);
}

static int
prev_of(struct audit *a, int64_t id, mk_hash out, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(a->st->db, &rows, e, "SELECT prev FROM event WHERE id = ?", "i", id) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		memset(out, 0, sizeof(mk_hash));
		memcpy(out, s, n < sizeof(mk_hash) ? n : sizeof(mk_hash));
	}
	mk_rows_done(&rows);
	return r;
}

/* ---- one event ---- */

static bool
same(const struct audit *a, const struct row *r, int what, const char *s, size_t n)
{
	return r->len[what] == n && memcmp(a->text.p + r->at[what], s, n) == 0;
}

static bool
same_field(const struct audit *a, const struct row *r, int what, const struct mk_field *f)
{
	return same(a, r, what, f == NULL ? "" : f->val, f == NULL ? 0 : f->vlen);
}

static const struct mk_field *
own(const struct mk_rec *rec, const char *step, size_t n, const char *what)
{
	char key[MK_KEY_MAX + 16];

	(void)snprintf(key, sizeof key, "%.*s_%s", (int)n, step, what);
	return mk_rec_get(rec, key);
}

/* Whether the columns say what the line says; what does not, or NULL. */
static const char *
columns(const struct audit *a, const struct row *r, const struct mk_rec *rec)
{
	const char *step = a->text.p + r->at[R_STEP];
	size_t n = r->len[R_STEP];
	const struct mk_field *last = &rec->f[rec->n - 1], *f;
	struct mk_time t;
	struct mk_err no;
	int i;

	if (!same_field(a, r, R_NAME, mk_rec_get(rec, "id")))
		return "its item";
	if (last->klen <= n || last->key[n] != '_' || memcmp(last->key, step, n) != 0)
		return "its step";
	if (!same_field(a, r, R_OP, mk_rec_get(rec, "op")))
		return "its op";
	if ((f = own(rec, step, n, "time")) == NULL || mk_time_parse(f->val, f->vlen, &t, &no) == -1 ||
	    t.ms != r->time || t.off != r->time_off)
		return "its time";
	if (!same_field(a, r, R_RESULT, own(rec, step, n, "result")))
		return "its result";
	for (i = 0; i < MK_DIM_N; i++) {
		f = i < MK_CTX_N ? own(rec, step, n, mk_dim_name[i]) : mk_rec_get(rec, mk_dim_name[i]);
		if ((f == NULL || f->vlen <= MK_WORD_MAX) && !same_field(a, r, R_DIM + i, f))
			return "its context";
	}
	return NULL;
}

/* The row as it is exported, with prev; its hash. */
static int
hash_of(struct audit *a, const struct row *r, const mk_hash prev, mk_hash out, struct mk_err *e)
{
	const struct mk_time t = { r->recorded, (int)r->recorded_off };
	char recorded[MK_TIME_LEN];

	mk_time_format(&t, recorded);
	a->line.n = 0;
	if (mk_event_export(&a->line, a->text.p + r->at[R_LINE], r->len[R_LINE], a->origin,
	    MK_EVENT_SEQ(r->id), recorded, prev, e) == -1)
		return -1;
	return mk_digest_sum(a->digest, a->line.p, a->line.n, out, e);
}

/* The row's prev is not the hash of the event before it: which of the two was altered? */
static int
broken(struct audit *a, const struct row *r, struct mk_err *e)
{
	int64_t seq = MK_EVENT_SEQ(r->id);
	mk_hash next, stored;
	int more = prev_of(a, r->id + 1, next, e);

	if (more == -1 || hash_of(a, r, r->prev, stored, e) == -1)
		return -1;
	if (more == 1 && memcmp(next, a->head, sizeof next) == 0)
		return wrong(a, e, seq, "it and the one behind it have changed places");
	if (more == 0)
		memcpy(next, a->end, sizeof next);
	/* if this one is what the next one says, the one before it was altered */
	if (seq > 1 && memcmp(stored, next, sizeof next) == 0)
		return wrong(a, e, seq - 1, "it was altered (its hash is not the one that the next event "
			"names)");
	return wrong(a, e, seq, "it was altered (it does not name the event before it)");
}

static int
one(struct audit *a, const struct row *r, int64_t want, struct mk_err *e)
{
	struct mk_rec rec = {0};
	const char *what;
	char text[128];
	size_t column;
	struct mk_err no;
	int rc;

	if (MK_EVENT_SEQ(r->id) != want)
		return wrong(a, e, want, "it is missing");
	if (want > a->seq)
		return wrong(a, e, want, "it was put in behind the end of the chain");
	if (memcmp(r->prev, a->head, sizeof a->head) != 0)
		return broken(a, r, e);
	if (r->recorded < 0 || r->recorded > 253402300799999 || r->recorded_off < -1439 ||
	    r->recorded_off > 1439)
		return wrong(a, e, want, "it was altered (when it was recorded)");
	if (hash_of(a, r, r->prev, a->head, e) == -1)
		return -1;
	if (want == a->seq && memcmp(a->head, a->end, sizeof a->head) != 0)
		return wrong(a, e, want, "it was altered (its hash is not the head of the chain)");
	if (!r->whole)
		return wrong(a, e, want, "it was altered (it points to what is not there)");
	if (mk_rec_parse(&rec, a->text.p + r->at[R_LINE], r->len[R_LINE], &column, &no) == -1)
		rc = wrong(a, e, want, "it was altered (it is no record)");
	else if ((what = columns(a, r, &rec)) != NULL) {
		(void)snprintf(text, sizeof text, "it was altered (%s is not what its line says)", what);
		rc = wrong(a, e, want, text);
	} else
		rc = 0;
	mk_rec_clear(&rec);
	return rc;
}

/* ---- seals ---- */

static int
block_made(void *arg, int level, uint64_t pos, const mk_hash h, struct mk_err *e)
{
	struct audit *a = arg;
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (level != NODE_LEVEL || a->block != 0)
		return 0;
	if (mk_db_query(a->st->db, &rows, e, "SELECT hash FROM node WHERE origin = ? AND level = ? AND "
	    "pos = ?", "iii", a->number, (int64_t)level, (int64_t)pos) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		if (n != sizeof(mk_hash) || memcmp(s, h, n) != 0)
			a->block = pos + 1;
	}
	mk_rows_done(&rows);
	return r == -1 ? -1 : 0;
}

/* A seal of the size that the tree has now. */
static int
compare(struct audit *a, const struct mk_seal *s, const char *what, struct mk_err *e)
{
	int64_t first = a->good + 1, last = s->size;
	mk_hash root;

	if (mk_merkle_root(&a->tree, root, e) == -1)
		return -1;
	if (memcmp(root, s->root, sizeof root) == 0 && memcmp(a->head, s->head, sizeof a->head) == 0) {
		a->good = s->size;
		return 0;
	}
	if (a->out->wrong.n > 0)
		return 0;
	if (a->block != 0 && (int64_t)a->block << NODE_LEVEL <= last) {
		first = ((int64_t)(a->block - 1) << NODE_LEVEL) + 1;
		last = (int64_t)a->block << NODE_LEVEL;
	}
	return mk_buf_addf(&a->out->wrong, e, "event %s/%" PRId64 " to %" PRId64 ": one was altered and "
		"the chain made anew: %s of %s says otherwise", a->origin, first, last, what, s->time);
}

static int
seals_at(struct audit *a, const struct mk_seal *all, size_t n, size_t own_n, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(all[i].origin, a->origin) == 0 && (uint64_t)all[i].size == a->tree.size) {
			if (compare(a, &all[i], i < own_n ? "the seal" : "the anchor", e) == -1)
				return -1;
			a->out->seals++;
		}
	return 0;
}

/* ---- one origin ---- */

static int
chain(struct audit *a, const struct mk_seal *all, size_t n, size_t own_n, struct mk_err *e)
{
	int64_t at = MK_EVENT_ID(a->number, 0), want = 1;
	mk_hash leaf;
	size_t i;
	int r;

	memset(a->head, 0, sizeof a->head);
	memset(&a->tree, 0, sizeof a->tree);
	a->good = 0;
	a->block = 0;
	a->sealed = false;
	for (i = 0; i < n; i++)
		a->sealed = a->sealed || strcmp(all[i].origin, a->origin) == 0;
	do {
		if (read_piece(a, at + 1, e) == -1)
			return -1;
		for (i = 0; i < a->n; i++, want++) {
			at = a->row[i].id;
			r = one(a, &a->row[i], want, e);
			if (r == -1 || a->out->wrong.n > 0)
				return r;
			a->out->events++;
			if (!a->sealed)
				continue;
			if (mk_merkle_leaf(a->line.p, a->line.n, leaf, e) == -1 ||
			    mk_merkle_add(&a->tree, leaf, block_made, a, e) == -1 ||
			    seals_at(a, all, n, own_n, e) == -1)
				return -1;
			if (a->out->wrong.n > 0)
				return 0;
		}
		if (a->out->tick != NULL && a->out->tick(a->out->arg, a->out->events, a->all, e) == -1)
			return -1;
	} while (a->n == PIECE);
	if (want <= a->seq)
		return wrong(a, e, want, "it is missing, and all behind it");
	return 0;
}

static void
take(struct mk_rows *rows, int col, unsigned char *to, size_t n)
{
	size_t len;
	const char *s = mk_rows_text(rows, col, &len);

	memcpy(to, s, len < n ? len : n);
}

/* Whether every seal of the store is signed. */
static int
signatures(struct mk_audit *out, const struct mk_seal *s, size_t n, struct mk_err *e)
{
	struct mk_buf line = {0};
	struct mk_seal again;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < n && out->wrong.n == 0; i++) {
		line.n = 0;
		if ((r = mk_seal_line(&s[i], &line, e)) == 0 &&
		    mk_seal_read(&again, line.p, line.n, e) == -1)
			r = e->code != MK_EINTEGRITY ? -1 : mk_buf_addf(&out->wrong, e,
				"the seal of %s: its signature is not good", s[i].time);
	}
	mk_buf_clear(&line);
	return r;
}

/* All seals of the store, of its own origin, then the anchors. */
static int
gather(struct mk_store *st, const struct mk_seal *anchor, size_t n, struct mk_seal **all,
	size_t *total, size_t *own_n, struct mk_err *e)
{
	struct mk_rows rows;
	struct mk_seal *p = calloc(n + 1, sizeof *p), *q;
	const char *s;
	size_t len, k = 0;
	int r = -1;

	if (p == NULL)
		return mk_err_nomem(e);
	if (mk_db_query(st->db, &rows, e, "SELECT s.size, s.time, s.root, s.head, s.pubkey, s.sig, "
	    "o.name FROM seal s JOIN origin o ON o.id = s.origin ORDER BY s.origin, s.size", "") == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			if ((q = realloc(p, (k + n + 2) * sizeof *p)) == NULL) {
				r = mk_err_nomem(e);
				break;
			}
			p = q;
			memset(&p[k], 0, sizeof p[k]);
			p[k].size = mk_rows_int(&rows, 0);
			s = mk_rows_text(&rows, 1, &len);
			memcpy(p[k].time, s, len < sizeof p[k].time ? len : sizeof p[k].time - 1);
			take(&rows, 2, p[k].root, sizeof p[k].root);
			take(&rows, 3, p[k].head, sizeof p[k].head);
			take(&rows, 4, p[k].key, sizeof p[k].key);
			take(&rows, 5, p[k].sig, sizeof p[k].sig);
			s = mk_rows_text(&rows, 6, &len);
			(void)snprintf(p[k].origin, sizeof p[k].origin, "%.*s", (int)len, s);
			k++;
		}
	mk_rows_done(&rows);
	if (n > 0)
		memcpy(p + k, anchor, n * sizeof *p);
	*all = p;
	*own_n = k;
	*total = k + n;
	return r == -1 ? -1 : 0;
}

static int
next_origin(struct audit *a, int64_t after, char name[MK_ORIGIN_LEN + 1], struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(a->st->db, &rows, e, "SELECT id, name, seq, head FROM origin WHERE id > ? "
	    "ORDER BY id LIMIT 1", "i", after) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		a->number = mk_rows_int(&rows, 0);
		s = mk_rows_text(&rows, 1, &n);
		(void)snprintf(name, MK_ORIGIN_LEN + 1, "%.*s", (int)n, s);
		a->origin = name;
		a->seq = mk_rows_int(&rows, 2);
		s = mk_rows_text(&rows, 3, &n);
		memset(a->end, 0, sizeof a->end);
		memcpy(a->end, s, n < sizeof a->end ? n : sizeof a->end);
	}
	mk_rows_done(&rows);
	return r;
}

/* Seals and anchors of more events than there are. */
static int
cut_off(struct audit *a, const struct mk_seal *all, size_t n, size_t own_n, struct mk_err *e)
{
	const char *why = strcmp(a->origin, a->st->origin) == 0 ? "the tail was cut off" :
		"the tail was cut off, or has not come here yet";
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(all[i].origin, a->origin) == 0 && all[i].size > a->seq &&
		    a->out->wrong.n == 0)
			return mk_buf_addf(&a->out->wrong, e, "event %s/%" PRId64 ": %s: %s of %s knows %"
				PRId64 " events, %" PRId64 " are here", a->origin, a->seq + 1, why,
				i < own_n ? "the seal" : "the anchor", all[i].time, all[i].size, a->seq);
	return 0;
}

/* Whether all anchors are of origins that are here. */
static int
known(struct mk_store *st, const struct mk_seal *anchor, size_t n, struct mk_err *e)
{
	int64_t one;
	size_t i;
	int r = 1;

	for (i = 0; i < n && r == 1; i++)
		if ((r = mk_db_value(st->db, &one, e, "SELECT 1 FROM origin WHERE name = ?", "s",
		    anchor[i].origin)) == 0)
			mk_err(e, MK_EDATA, "the anchor is of another store (%s, this is %s, and nothing of "
				"that one is here)", anchor[i].origin, st->origin);
	return r == 1 ? 0 : -1;
}

int
mk_store_audit(struct mk_store *st, const struct mk_seal *anchor, size_t n, struct mk_audit *out,
	struct mk_err *e)
{
	struct audit *a = calloc(1, sizeof *a);
	struct mk_seal *all = NULL;
	char name[MK_ORIGIN_LEN + 1];
	size_t total = 0, own_n = 0;
	int r = -1;

	*out = (struct mk_audit){ .tick = out->tick, .arg = out->arg };
	if (a == NULL)
		return mk_err_nomem(e);
	a->st = st;
	a->out = out;
	if (known(st, anchor, n, e) == -1 || mk_digest_new(&a->digest, e) == -1 ||
	    mk_db_value(st->db, &a->all, e, "SELECT COALESCE(SUM(seq), 0) FROM origin", "") == -1)
		goto out;
	r = gather(st, anchor, n, &all, &total, &own_n, e);
	if (r == 0)
		r = signatures(out, all, own_n, e);
	while (r == 0 && out->wrong.n == 0 && (r = next_origin(a, a->number, name, e)) == 1) {
		r = chain(a, all, total, own_n, e);
		if (r == 0)
			r = cut_off(a, all, total, own_n, e);
	}
out:
	free(all);
	mk_digest_free(a->digest);
	mk_buf_clear(&a->text);
	mk_buf_clear(&a->line);
	free(a);
	return r == -1 ? -1 : 0;
}
