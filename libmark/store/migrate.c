/* Older versions of the store become this one, a version at a time. Version 1 (2026):
 * a row for each word of an item, no state, no edges, no counts. Version 2: nothing
 * pulled, and not in which order origins came. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "store/events.h"
#include "store/keep.h"

#define PIECE 500	/* events in one transaction */

/* The old tables go aside, what this version adds is made. The version says that the
 * migration is under way: other programs refuse the store. */
static int
put_aside(struct mk_store *st, struct mk_err *e)
{
	static const char kept[] =
		"ALTER TABLE event RENAME TO event_v1; DROP INDEX event_item;"
		"ALTER TABLE item RENAME TO item_v1; DROP INDEX item_tail;"
		"ALTER TABLE mark RENAME TO mark_v1; DROP INDEX mark_open;"
		"ALTER TABLE step RENAME TO step_v1; ALTER TABLE word RENAME TO word_v1;"
		"INSERT INTO meta(key, value) SELECT 'seq_v1', CAST(seq AS TEXT) FROM origin WHERE id = 1;"
		"ALTER TABLE origin RENAME TO origin_v1;";
	const char *from = strstr(mk_schema_kept, "CREATE TABLE origin"),
		*to = strstr(mk_schema_kept, "CREATE TABLE pool"),
		*more = strstr(mk_schema_kept, "CREATE TABLE alloc");
	static const unsigned char zero[MK_SHA256_LEN];
	struct mk_buf sql = {0};
	int r = -1;

	if (mk_db_begin(st->db, e) == -1)
		return -1;
	/* of what is kept, pools and what else mk-serial had are as they were */
	if (mk_buf_add(&sql, from, (size_t)(to - from), e) == 0 && mk_buf_adds(&sql, more, e) == 0 &&
	    mk_buf_str(&sql, e) != NULL &&
	    mk_db_script(st->db, kept, e) == 0 && mk_db_schema(st->db, sql.p, e) == 0 &&
	    mk_db_schema(st->db, mk_schema_event, e) == 0 &&
	    mk_db_schema(st->db, mk_schema_derived, e) == 0 &&
	    mk_db_run(st->db, NULL, e, "INSERT INTO origin(id, name, seq, head) VALUES(1, ?, 0, ?)",
		"sb", st->origin, zero, sizeof zero) == 0 &&
	    mk_db_run(st->db, NULL, e, "UPDATE meta SET value = '1>2' WHERE key = 'version'", "") == 0)
		r = mk_db_commit(st->db, e);
	mk_db_rollback(st->db);
	mk_buf_clear(&sql);
	return r;
}

/* The lines of the next piece, as they are exported. */
static int
old_lines(struct mk_store *st, int64_t after, struct mk_buf *out, struct mk_err *e)
{
	unsigned char prev[MK_SHA256_LEN];
	char recorded[MK_TIME_LEN];
	struct mk_rows rows;
	const char *line, *s;
	size_t n, len;
	int r = -1, k = 0;

	out->n = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT seq, recorded, prev, line FROM event_v1 WHERE "
	    "origin = 1 AND seq > ? ORDER BY seq LIMIT 500", "i", after) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			s = mk_rows_text(&rows, 1, &n);
			memset(recorded, 0, sizeof recorded);
			memcpy(recorded, s, n < sizeof recorded ? n : sizeof recorded - 1);
			s = mk_rows_text(&rows, 2, &n);
			memcpy(prev, s, n < sizeof prev ? n : sizeof prev);
			line = mk_rows_text(&rows, 3, &len);
			if (mk_event_export(out, line, len, st->origin, mk_rows_int(&rows, 0), recorded,
			    prev, e) == -1 || mk_buf_addc(out, '\n', e) == -1) {
				r = -1;
				break;
			}
			k++;
		}
	mk_rows_done(&rows);
	return r == -1 ? -1 : k;
}

static int
take_lines(struct mk_store *st, const struct mk_buf *b, struct mk_err *e)
{
	const char *p = b->p, *lf, *end = b->p + b->n;
	struct mk_time now = {0};
	struct mk_rec rec = {0};
	size_t column;
	int r = 0;

	for (; r == 0 && p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (mk_rec_parse(&rec, p, (size_t)(lf - p), &column, e) == -1 ||
		    mk_store_add(st, &rec, &now, e) == -1)
			r = -1;
	}
	mk_rec_clear(&rec);
	return r;
}

static int
events(struct mk_store *st, mk_rebuild_tick *tick, void *arg, struct mk_err *e)
{
	struct mk_buf b = {0};
	int64_t all = 0;
	int r, n = 0;

	if (mk_meta_get_int(st->db, "seq_v1", &all, e) == -1)
		return -1;
	do {
		if ((r = mk_store_begin(st, e)) == -1)
			break;
		n = old_lines(st, st->own.seq, &b, e);
		if (n == -1 || take_lines(st, &b, e) == -1) {
			mk_store_rollback(st);
			r = -1;
			break;
		}
		r = mk_store_commit(st, e);
		if (r == 0 && tick != NULL)
			r = tick(arg, st->own.seq, all, e);
	} while (r == 0 && n == PIECE);
	mk_buf_clear(&b);
	if (r == 0 && st->own.seq != all)
		return mk_err(e, MK_EINTEGRITY, "the old store has lost event %lld",
			(long long)st->own.seq + 1);
	return r;
}

/* Begun marks refer to items by their old numbers; some of those have no event. */
static int
marks(struct mk_store *st, struct mk_err *e)
{
	struct mk_rows rows;
	struct mk_buf name = {0};
	const char *s;
	int64_t old = 0, item;
	size_t n;
	int r;

	do {
		name.n = 0;
		r = mk_db_query(st->db, &rows, e, "SELECT i.id, i.name FROM item_v1 i JOIN mark_v1 m ON "
			"m.item = i.id WHERE i.id > ? ORDER BY i.id LIMIT 1", "i", old);
		if (r == 0 && (r = mk_rows_next(&rows, e)) == 1) {
			old = mk_rows_int(&rows, 0);
			s = mk_rows_text(&rows, 1, &n);
			r = mk_buf_add(&name, s, n, e) == -1 ? -1 : 1;
		}
		mk_rows_done(&rows);
		if (r == 1 && (mk_item_id(st, name.p, name.n, true, &item, e) == -1 ||
		    mk_db_run(st->db, NULL, e, "INSERT INTO mark(item, op, device, state, time, line) "
		    "SELECT CAST(? AS BIGINT), op, device, state, time, line FROM mark_v1 WHERE item = ? "
		    "ON CONFLICT DO NOTHING", "ii", item, old) == -1))
			r = -1;
	} while (r == 1);
	mk_buf_clear(&name);
	return r;
}

static int
finish(struct mk_store *st, struct mk_err *e)
{
	int64_t same = 0;

	if (mk_db_value(st->db, &same, e, "SELECT COUNT(*) FROM origin n JOIN origin_v1 o ON "
	    "o.id = n.id AND o.head = n.head AND o.seq = n.seq WHERE n.id = 1", "") == -1)
		return -1;
	if (same != 1)
		return mk_err(e, MK_EINTEGRITY, "the chain does not end as the old store says: it was "
			"altered; nothing of it was removed");
	if (mk_store_begin(st, e) == -1)
		return -1;
	if (marks(st, e) == 0 && mk_db_script(st->db, "DROP TABLE event_v1; DROP TABLE mark_v1; "
	    "DROP TABLE item_v1; DROP TABLE step_v1; DROP TABLE word_v1; DROP TABLE item_word; "
	    "DROP TABLE origin_v1; DELETE FROM meta WHERE key = 'seq_v1'; "
	    "UPDATE meta SET value = '2' WHERE key = 'version'", e) == 0)
		return mk_store_commit(st, e);
	mk_store_rollback(st);
	return -1;
}

/* ---- from 2 to 3 ---- */

/* In which order several origins came is not known any more: by their numbers, which say
 * which of them was here first. A store that was of version 1 has noted it since. */
static const char arrival[] =
	"CREATE TABLE IF NOT EXISTS arrival(no ROWKEY, origin BIGINT NOT NULL, first BIGINT NOT NULL);"
	"INSERT INTO arrival(origin, first) SELECT id, 1 FROM origin WHERE seq > 0 AND "
	"NOT EXISTS (SELECT 1 FROM arrival) ORDER BY id;";

static int
to_3(struct mk_store *st, struct mk_err *e)
{
	int r = -1;

	if (mk_db_begin(st->db, e) == -1)
		return -1;
	if (mk_db_schema(st->db, arrival, e) == 0 && mk_db_schema(st->db, mk_schema_pulled, e) == 0 &&
	    mk_db_run(st->db, NULL, e, "UPDATE meta SET value = '3' WHERE key = 'version'", "") == 0)
		r = mk_db_commit(st->db, e);
	mk_db_rollback(st->db);
	return r;
}

int
mk_store_migrate(const char *path, const struct mk_conf *conf, mk_rebuild_tick *tick, void *arg,
	struct mk_err *e)
{
	struct mk_store *st;
	struct mk_buf version = {0};
	int from = 0, r = mk_store_open_any(&st, path, conf, &version, e);

	if (r == 0 && version.n == 3 && memcmp(version.p, "1>2", 3) == 0)
		from = 1;
	else if (r == 0 && version.n == 1 && version.p[0] >= '1' && version.p[0] <= '3')
		from = version.p[0] - '0';
	else if (r == 0)
		r = mk_err(e, MK_EUSAGE, "%s: a store of version %.*s: no way from there is known",
			path, (int)version.n, version.p);
	if (r == 0 && from == 1 && version.n == 1)
		r = put_aside(st, e);
	if (r == 0 && from == 1 && (events(st, tick, arg, e) == -1 || finish(st, e) == -1))
		r = -1;
	if (r == 0 && from <= 2)
		r = to_3(st, e);
	mk_store_close(st);
	mk_buf_clear(&version);
	return r == -1 ? -1 : from < MK_SCHEMA_VERSION;
}
