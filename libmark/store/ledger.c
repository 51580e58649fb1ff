/* Pools and what they have issued. Order: commit, sync the high-water file, and
 * only then is a number the caller's. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "store/schema.h"

int
mk_store_pool_get(struct mk_store *st, const char *name, struct mk_buf *text, uint64_t *next,
	struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT text, next FROM pool WHERE name = ?", "s",
	    name) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		*next = (uint64_t)mk_rows_int(&rows, 1);
		if (mk_buf_add(text, s, n, e) == -1)
			r = -1;
	}
	mk_rows_done(&rows);
	return r;
}

static int
define(struct mk_store *st, const char *name, const char *hash, const char *text, size_t n,
	struct mk_err *e)
{
	int64_t same;
	int r = mk_db_value(st->db, &same, e, "SELECT hash = ? FROM pool WHERE name = ?", "ss",
		hash, name);

	if (r == -1 || (r == 1 && same == 1))
		return r == -1 ? -1 : 0;
	if (r == 1) {
		r = mk_db_value(st->db, &same, e, "SELECT next FROM pool WHERE name = ?", "s", name);
		if (r == 1 && same > 0)
			return mk_err(e, MK_EDATA, "pool %s has issued %lld numbers under another "
				"definition: give the changed one another name", name,
				(long long)same);
	}
	if (r == -1 || mk_db_run(st->db, NULL, e, "INSERT INTO pool(name, hash, text, next) "
	    "VALUES(?, ?, ?, 0) ON CONFLICT(name) DO UPDATE SET hash = excluded.hash, "
	    "text = excluded.text", "sst", name, hash, text, n) == -1)
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
	if (r == 1 && mk_db_commit(st->db, e) == -1)
		r = -1;
	mk_db_rollback(st->db);
	return r;
}

/* How many reservations the store has committed. */
static int
reserved(struct mk_store *st, uint64_t *count, struct mk_err *e)
{
	struct mk_buf b = {0};
	int r = mk_meta_get(st->db, "reserved", &b, e);

	if (r == 1)
		r = mk_num_u64(b.p, b.n, 0, UINT64_MAX, count, e) == -1 ? -1 : 1;
	else if (r == 0)
		r = mk_err(e, MK_EINTEGRITY, "the store has lost its count of reservations");
	mk_buf_clear(&b);
	return r == 1 ? 0 : -1;
}

static int
set_reserved(struct mk_store *st, uint64_t count, struct mk_err *e)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRIu64, count);
	return mk_db_run(st->db, NULL, e, "UPDATE meta SET value = ? WHERE key = 'reserved'", "s",
		text);
}

/* Inside a transaction: take the block and count it. */
static int
take(struct mk_store *st, const char *name, uint64_t count, uint64_t total, const char *fields,
	size_t n, const struct mk_time *t, uint64_t mark, uint64_t *first, uint64_t *now,
	struct mk_err *e)
{
	char time[MK_TIME_LEN];
	int64_t next;
	int r;

	if (reserved(st, now, e) == -1)
		return -1;
	if (*now < mark)
		return mk_err(e, MK_EINTEGRITY, "the store is behind its high-water file (%" PRIu64
			" of %" PRIu64 " reservations): it was copied back from earlier, numbers "
			"would be issued twice: see --after-restore in mk-serial(1)", *now, mark);
	r = mk_db_value(st->db, &next, e, "SELECT next FROM pool WHERE name = ?", "s", name);
	if (r == 0)
		return mk_err(e, MK_EUSAGE, "no pool '%s': mk-serial define makes one", name);
	if (r == -1)
		return -1;
	if ((uint64_t)next > total || count > total - (uint64_t)next)
		return mk_err(e, MK_EDATA, "pool %s: %" PRIu64 " numbers are asked for, %" PRIu64
			" of %" PRIu64 " are left", name, count,
			(uint64_t)next > total ? 0 : total - (uint64_t)next, total);
	mk_time_format(t, time);
	*first = (uint64_t)next;
	if (mk_db_run(st->db, NULL, e, "UPDATE pool SET next = next + ? WHERE name = ?", "is",
		(int64_t)count, name) == -1 ||
	    mk_db_run(st->db, NULL, e, "INSERT INTO issue(pool, first, count, time, fields) "
		"SELECT id, ?, ?, ?, ? FROM pool WHERE name = ?", "iists", next,
		(int64_t)count, time, fields, n, name) == -1)
		return -1;
	*now += 1;
	return set_reserved(st, *now, e);
}

int
mk_store_reserve(struct mk_store *st, const char *name, uint64_t count, uint64_t total,
	const char *fields, size_t n, const struct mk_time *t, uint64_t *first, struct mk_err *e)
{
	uint64_t mark, now;
	int r = -1, fd = mk_hiwater_lock(st->hiwater, st->origin, &mark, e);

	if (fd == -1)
		return -1;
	if (mk_db_begin(st->db, e) == 0) {
		r = take(st, name, count, total, fields, n, t, mark, first, &now, e);
		if (r == 0)
			r = mk_db_commit(st->db, e);
		mk_db_rollback(st->db);
	}
	if (r == 0)
		r = mk_hiwater_write(fd, st->hiwater, st->origin, now, e);
	(void)close(fd);
	return r;
}

/* Inside a transaction: both counts past what either knew, the pool at floor. */
static int
restore(struct mk_store *st, const char *name, uint64_t floor, uint64_t mark, uint64_t *now,
	struct mk_err *e)
{
	int64_t changed;

	if (reserved(st, now, e) == -1 ||
	    mk_db_run(st->db, &changed, e, "UPDATE pool SET next = max(next, ?) WHERE name = ?",
		"is", (int64_t)floor, name) == -1)
		return -1;
	if (changed != 1)
		return mk_err(e, MK_EUSAGE, "no pool '%s': mk-serial define makes one", name);
	*now = (*now > mark ? *now : mark) + 1;
	return set_reserved(st, *now, e);
}

int
mk_store_after_restore(struct mk_store *st, const char *name, uint64_t floor, struct mk_err *e)
{
	uint64_t mark, now;
	int r = -1, fd;

	if (access(st->hiwater, F_OK) == -1 &&
	    mk_hiwater_make(st->hiwater, st->origin, e) == -1)
		return -1;
	if ((fd = mk_hiwater_lock(st->hiwater, st->origin, &mark, e)) == -1)
		return -1;
	if (mk_db_begin(st->db, e) == 0) {
		r = restore(st, name, floor, mark, &now, e);
		if (r == 0)
			r = mk_db_commit(st->db, e);
		mk_db_rollback(st->db);
	}
	if (r == 0)
		r = mk_hiwater_write(fd, st->hiwater, st->origin, now, e);
	(void)close(fd);
	return r;
}
