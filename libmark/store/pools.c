/* Pools: their definitions, what they have issued, imported lists. */
#include "store/pools.h"

#include <stdio.h>
#include <string.h>

#include "store/schema.h"

static int
pool_id(struct mk_store *st, const char *name, int64_t *id, struct mk_err *e)
{
	int r = mk_db_value(st->db, id, e, "SELECT id FROM pool WHERE name = ?", "s", name);

	return r == 0 ? mk_err(e, MK_EUSAGE, "no pool '%s': mk-serial define makes one", name)
		: r == -1 ? -1 : 0;
}

static int
define(struct mk_store *st, const char *name, const char *hash, const char *text, size_t n,
	struct mk_err *e)
{
	int64_t v, id, epoch;
	int r = mk_db_value(st->db, &v, e, "SELECT hash = ? FROM pool WHERE name = ?", "ss", hash,
		name);

	if (r == 1 && v == 1)	/* limits may have changed, and the place of the key */
		return mk_db_run(st->db, NULL, e, "UPDATE pool SET text = ? WHERE name = ?", "ts",
			text, n, name);
	if (r == 1) {
		if (pool_id(st, name, &id, e) == -1)
			return -1;
		r = mk_db_value(st->db, &v, e, "SELECT COALESCE(SUM(next), 0) FROM counter WHERE pool = ?",
			"i", id);
		if (r == 1 && v > 0)
			return mk_err(e, MK_EDATA, "pool %s has issued %lld numbers under another "
				"definition: give the changed one another name", name, (long long)v);
	}
	if (r == -1 || mk_meta_get_int(st->db, "epoch", &epoch, e) == -1 ||
	    mk_db_run(st->db, NULL, e, "INSERT INTO pool(name, hash, text, epoch, skip, skip_until) "
	    "VALUES(?, ?, ?, ?, 0, '') ON CONFLICT(name) DO UPDATE SET hash = excluded.hash, "
	    "text = excluded.text", "ssti", name, hash, text, n, epoch) == -1)
		return -1;
	return 1;
}

int
mk_store_pool_define(struct mk_store *st, const char *name, const char *hash, const char *text,
	size_t n, struct mk_err *e)
{
	int r;

	if (mk_db_begin(st->db, e) == -1)
		return -1;
	r = define(st, name, hash, text, n, e);
	if (r != -1 && mk_db_commit(st->db, e) == -1)
		r = -1;
	mk_db_rollback(st->db);
	return r;
}

int
mk_store_pool_get(struct mk_store *st, const char *name, struct mk_buf *text,
	char hash[MK_HASH_LEN + 1], struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT text, hash FROM pool WHERE name = ?", "s", name) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		if (mk_buf_add(text, s, n, e) == -1)
			r = -1;
		s = mk_rows_text(&rows, 1, &n);
		memcpy(hash, s, n < MK_HASH_LEN ? n : MK_HASH_LEN);
		hash[n < MK_HASH_LEN ? n : MK_HASH_LEN] = '\0';
	}
	mk_rows_done(&rows);
	return r;
}

/* ---- use ---- */

/* One number of a query about a pool; 0 if there is no row. */
static int
count(struct mk_store *st, uint64_t *out, struct mk_err *e, const char *sql, int64_t id)
{
	int64_t v = 0;
	int r = mk_db_value(st->db, &v, e, sql, "i", id);

	*out = v < 0 ? 0 : (uint64_t)v;
	return r == -1 ? -1 : 0;
}

/* Copy a text of a row into a buffer of cap bytes, cut short if it does not fit. */
static void
copy_text(struct mk_rows *rows, int column, char *out, size_t cap)
{
	size_t n;
	const char *s = mk_rows_text(rows, column, &n);

	if (n >= cap)
		n = cap - 1;
	memcpy(out, s, n);
	out[n] = '\0';
}

static int
recent(struct mk_store *st, int64_t id, const char *since, const char *day, struct mk_pool_use *u,
	struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT COALESCE(SUM(count), 0), COALESCE(MIN(day), '') "
	    "FROM pool_day WHERE pool = ? AND day > ? AND day <= ?", "iss", id, since, day) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		u->recent = (uint64_t)mk_rows_int(&rows, 0);
		copy_text(&rows, 1, u->first, sizeof u->first);
	}
	mk_rows_done(&rows);
	return r == -1 ? -1 : 0;
}

static int
use_of(struct mk_store *st, int64_t id, const char *since, const char *day,
	struct mk_pool_use *u, struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	u->last[0] = '\0';
	u->period_used = 0;
	if (count(st, &u->used, e, "SELECT COALESCE(SUM(next), 0) FROM counter WHERE pool = ?", id) == -1 ||
	    count(st, &u->listed, e, "SELECT total FROM list_total WHERE pool = ?", id) == -1 ||
	    recent(st, id, since, day, u, e) == -1)
		return -1;
	if (mk_db_query(st->db, &rows, e, "SELECT i.last, c.next FROM issue i JOIN counter c ON "
	    "c.pool = i.pool AND c.period = i.period WHERE i.pool = ? ORDER BY i.last DESC, "
	    "i.id DESC LIMIT 1", "i", id) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		copy_text(&rows, 0, u->last, sizeof u->last);
		u->period_used = (uint64_t)mk_rows_int(&rows, 1);
	}
	mk_rows_done(&rows);
	return r == -1 ? -1 : 0;
}

int
mk_store_pool_use(struct mk_store *st, const char *name, const char *since, const char *day,
	struct mk_pool_use *u, struct mk_err *e)
{
	int64_t id;

	(void)snprintf(u->name, sizeof u->name, "%s", name);
	return pool_id(st, name, &id, e) == -1 ? -1 : use_of(st, id, since, day, u, e);
}

/* The pool behind `name`, in the order of names: 1, 0 if there is none, -1. */
static int
next_pool(struct mk_store *st, struct mk_pool_use *u, int64_t *id, struct mk_buf *text,
	struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	text->n = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT name, text, id FROM pool WHERE name > ? "
	    "ORDER BY name LIMIT 1", "s", u->name) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		copy_text(&rows, 0, u->name, sizeof u->name);
		s = mk_rows_text(&rows, 1, &n);
		if (mk_buf_add(text, s, n, e) == -1)
			r = -1;
		*id = mk_rows_int(&rows, 2);
	}
	mk_rows_done(&rows);
	return r;
}

int
mk_store_pools(struct mk_store *st, const char *since, const char *day, mk_store_pool_each *each,
	void *arg, struct mk_err *e)
{
	struct mk_pool_use u = {0};
	struct mk_buf text = {0};
	int64_t id;
	int r, n = 0;

	while ((r = next_pool(st, &u, &id, &text, e)) == 1) {
		if (use_of(st, id, since, day, &u, e) == -1 || each(arg, &u, text.p, text.n, e) == -1) {
			r = -1;
			break;
		}
		n++;
	}
	mk_buf_clear(&text);
	return r == -1 ? -1 : n;
}

/* ---- what was issued ---- */

/* The range behind the row `last`: 1, 0, -1. Its strings are in text. */
static int
next_issue(struct mk_store *st, int64_t pool, int64_t *last, struct mk_issue *i,
	struct mk_buf *text, struct mk_err *e)
{
	struct mk_rows rows;
	size_t n, at[4];
	int r = -1, k;

	text->n = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT id, first, count, period, stem, fields, time FROM "
	    "issue WHERE pool = ? AND id > ? ORDER BY id LIMIT 1", "ii", pool, *last) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		*last = mk_rows_int(&rows, 0);
		i->first = (uint64_t)mk_rows_int(&rows, 1);
		i->count = (uint64_t)mk_rows_int(&rows, 2);
		for (k = 0; r == 1 && k < 4; k++) {
			const char *s = mk_rows_text(&rows, 3 + k, &n);

			at[k] = text->n;
			if (mk_buf_add(text, s, n, e) == -1 || mk_buf_addc(text, '\0', e) == -1)
				r = -1;
		}
	}
	mk_rows_done(&rows);
	if (r == 1) {
		i->period = text->p + at[0];
		i->stem = text->p + at[1];
		i->fields = text->p + at[2];
		i->time = text->p + at[3];
	}
	return r;
}

int
mk_store_issues(struct mk_store *st, const char *name, mk_store_issue_each *each, void *arg,
	struct mk_err *e)
{
	struct mk_buf text = {0};
	struct mk_issue i;
	int64_t pool, last = 0;
	int r, n = 0;

	if (pool_id(st, name, &pool, e) == -1)
		return -1;
	while ((r = next_issue(st, pool, &last, &i, &text, e)) == 1) {
		if (each(arg, &i, e) == -1) {
			r = -1;
			break;
		}
		n++;
	}
	mk_buf_clear(&text);
	return r == -1 ? -1 : n;
}

int
mk_item_voided(struct mk_store *st, int64_t item, struct mk_err *e)
{
	int64_t one;

	return mk_db_value(st->db, &one, e, "SELECT 1 FROM event WHERE item = ? AND step = "
		"(SELECT id FROM step WHERE name = 'void') LIMIT 1", "i", item);
}

int
mk_store_id_state(struct mk_store *st, const char *id, size_t n, struct mk_id_state *s,
	struct mk_err *e)
{
	int64_t item, one;
	int r = mk_item_id(st, id, n, false, &item, e);

	s->begun = s->voided = false;
	if (r != 1)
		return r;
	r = mk_db_value(st->db, &one, e, "SELECT 1 FROM mark WHERE item = ? AND "
		"state <> 'unmarked' LIMIT 1", "i", item);
	s->begun = r == 1;
	if (r != -1) {
		r = mk_item_voided(st, item, e);
		s->voided = r == 1;
	}
	return r == -1 ? -1 : 0;
}

int
mk_store_latest(struct mk_store *st, struct mk_time *t, struct mk_err *e)
{
	struct mk_rows rows;
	struct mk_time x;
	const char *s;
	size_t n;
	int r = -1;

	t->ms = 0;
	t->off = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT recorded, recorded_off FROM event WHERE id < ? "
	    "ORDER BY id DESC LIMIT 1", "i", MK_EVENT_ID(2, 0)) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		t->ms = mk_rows_int(&rows, 0);
		t->off = (int)mk_rows_int(&rows, 1);
	}
	mk_rows_done(&rows);
	if (r == -1)
		return -1;
	r = -1;
	if (mk_db_query(st->db, &rows, e, "SELECT last FROM issue ORDER BY id DESC LIMIT 1",
	    "") == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		if (mk_time_parse(s, n, &x, e) == -1)
			r = -1;
		else if (x.ms > t->ms)
			*t = x;
	}
	mk_rows_done(&rows);
	return r == -1 ? -1 : 0;
}

/* ---- lists ---- */

#define PIECE 5000	/* rows in one transaction */

int
mk_store_list_total(struct mk_store *st, const char *pool, uint64_t *total, struct mk_err *e)
{
	int64_t id;

	if (pool_id(st, pool, &id, e) == -1)
		return -1;
	return count(st, total, e, "SELECT total FROM list_total WHERE pool = ?", id);
}

int
mk_store_import_begin(struct mk_store *st, const char *pool, uint64_t *total, struct mk_err *e)
{
	int64_t id, gone = PIECE;

	if (mk_store_list_total(st, pool, total, e) == -1 || pool_id(st, pool, &id, e) == -1)
		return -1;
	while (gone == PIECE)
		if (mk_db_run(st->db, &gone, e, "DELETE FROM listed WHERE pool = ? AND n IN (SELECT "
		    "n FROM listed WHERE pool = ? AND n >= ? LIMIT 5000)", "iii", id, id,
		    (int64_t)*total) == -1)
			return -1;
	return 0;
}

int
mk_store_import_stage(struct mk_store *st, const char *pool, uint64_t at,
	const char *const *value, const size_t *len, size_t n, size_t *which, struct mk_err *e)
{
	int64_t id, changed;
	size_t i;

	if (pool_id(st, pool, &id, e) == -1 || mk_db_begin(st->db, e) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		if (mk_db_run(st->db, &changed, e, "INSERT INTO listed(pool, n, value) "
		    "VALUES(?, ?, ?) ON CONFLICT DO NOTHING", "iit", id, (int64_t)(at + i),
		    value[i], len[i]) == -1) {
			mk_db_rollback(st->db);
			return -1;
		}
		if (changed == 0) {
			mk_db_rollback(st->db);
			*which = i;
			return 1;
		}
	}
	return mk_db_commit(st->db, e);
}

int
mk_store_import_end(struct mk_store *st, const char *pool, uint64_t total, struct mk_err *e)
{
	int64_t id;

	if (pool_id(st, pool, &id, e) == -1)
		return -1;
	return mk_db_run(st->db, NULL, e, "INSERT INTO list_total(pool, total) VALUES(?, ?) "
		"ON CONFLICT(pool) DO UPDATE SET total = excluded.total", "ii", id, (int64_t)total);
}

int
mk_store_listed(struct mk_store *st, const char *pool, uint64_t index, struct mk_buf *out,
	struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT l.value FROM listed l JOIN pool p ON p.id = l.pool "
	    "WHERE p.name = ? AND l.n = ?", "si", pool, (int64_t)index) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		if (mk_buf_add(out, s, n, e) == -1)
			r = -1;
	}
	mk_rows_done(&rows);
	if (r == 0)
		return mk_err(e, MK_EINTEGRITY, "pool %s: number %llu of its list is gone", pool,
			(unsigned long long)index);
	return r == -1 ? -1 : 0;
}

int
mk_store_listed_index(struct mk_store *st, const char *pool, const char *value, size_t n,
	uint64_t *index, struct mk_err *e)
{
	int64_t id, at = 0;
	int r;

	if (pool_id(st, pool, &id, e) == -1)
		return -1;
	r = mk_db_value(st->db, &at, e, "SELECT n FROM listed WHERE pool = ? AND value = ?", "it", id,
		value, n);
	*index = (uint64_t)at;
	return r;
}
