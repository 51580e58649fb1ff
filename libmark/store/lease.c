/* Lending numbers and borrowing them. Whatever the network does, a range is lent
 * once: the centre commits it with the token of who asked; the line commits that
 * token before it asks, and the range before it issues from it. */
#include "store/lease.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "store/schema.h"

static int
pool_id(struct mk_store *st, const char *name, int64_t *id, struct mk_err *e)
{
	int r = mk_db_value(st->db, id, e, "SELECT id FROM pool WHERE name = ?", "s", name);

	return r == 0 ? mk_err(e, MK_EUSAGE, "no pool '%s': mk-serial define makes one", name)
		: r == -1 ? -1 : 0;
}

static void
lease_of(struct mk_rows *rows, int column, struct mk_lease *l)
{
	l->no = mk_rows_int(rows, column);
	l->first = (uint64_t)mk_rows_int(rows, column + 1);
	l->count = (uint64_t)mk_rows_int(rows, column + 2);
	l->base = (uint64_t)mk_rows_int(rows, column + 3);
	l->returned = (uint64_t)mk_rows_int(rows, column + 4);
}

/* The leases that origin has of a pool. */
static int
leases_of(struct mk_store *st, int64_t pool, const char *origin, struct mk_lease **out,
	struct mk_err *e)
{
	struct mk_lease *l = NULL, *p;
	struct mk_rows rows;
	size_t n = 0, cap = 0;
	int r = -1;

	*out = NULL;
	if (mk_db_query(st->db, &rows, e, "SELECT no, first, count, base, returned FROM lease WHERE "
	    "pool = ? AND origin = ? ORDER BY base, no", "is", pool, origin) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			if (n == cap) {
				cap = cap == 0 ? 16 : cap * 2;
				if ((p = realloc(l, cap * sizeof *l)) == NULL) {
					r = mk_err_nomem(e);
					break;
				}
				l = p;
			}
			lease_of(&rows, 0, &l[n++]);
		}
	mk_rows_done(&rows);
	if (r == -1) {
		free(l);
		return -1;
	}
	*out = l;
	return (int)n;
}

int
mk_store_leases(struct mk_store *st, const char *name, struct mk_lease **l, struct mk_err *e)
{
	int64_t pool;

	*l = NULL;
	return pool_id(st, name, &pool, e) == -1 ? -1 : leases_of(st, pool, st->origin, l, e);
}

/* How far the pool has issued, in the line's counting. */
static int
issued(struct mk_store *st, int64_t pool, uint64_t *next, struct mk_err *e)
{
	int64_t n = 0;

	if (mk_db_value(st->db, &n, e, "SELECT next FROM counter WHERE pool = ? AND period = ''",
	    "i", pool) == -1)
		return -1;
	*next = (uint64_t)n;
	return 0;
}

/* Where the line's counting ends; what was dropped is empty. */
static uint64_t
end_of(const struct mk_lease *l, int n)
{
	while (n > 0 && l[n - 1].count == 0)
		n--;
	return n == 0 ? 0 : l[n - 1].base + l[n - 1].count;
}

static int
make_ask(struct mk_store *st, const char *name, struct mk_lease_ask *ask, struct mk_err *e)
{
	unsigned char rnd[MK_TOKEN_LEN / 2];
	struct mk_lease *l;
	struct mk_rows rows;
	const char *s;
	uint64_t next;
	int64_t pool;
	size_t len;
	int r = -1, n;

	if (pool_id(st, name, &pool, e) == -1 || issued(st, pool, &next, e) == -1 ||
	    mk_meta_get_int(st->db, "epoch", &ask->epoch, e) == -1 ||
	    (n = leases_of(st, pool, st->origin, &l, e)) == -1)
		return -1;
	free(l);
	if (n == 0 && next > 0)
		return mk_err(e, MK_EDATA, "pool %s has issued %" PRIu64 " numbers that nobody lent: "
			"only a new pool can be lent to", name, next);
	if (mk_random(rnd, sizeof rnd, e) == -1)
		return -1;
	mk_hex(rnd, sizeof rnd, ask->token);
	if (mk_db_run(st->db, NULL, e, "INSERT INTO lease_ask(pool, token, last) VALUES(?, ?, 0) "
	    "ON CONFLICT(pool) DO NOTHING", "is", pool, ask->token) == -1 ||
	    mk_db_run(st->db, NULL, e, "UPDATE lease_ask SET token = ? WHERE pool = ? AND token = ''",
		"si", ask->token, pool) == -1)
		return -1;
	if (mk_db_query(st->db, &rows, e, "SELECT token, last FROM lease_ask WHERE pool = ?", "i",
	    pool) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &len);
		(void)snprintf(ask->token, sizeof ask->token, "%.*s", (int)len, s);
		ask->last = mk_rows_int(&rows, 1);
	}
	mk_rows_done(&rows);
	return r == -1 ? -1 : 0;
}

int
mk_store_lease_ask(struct mk_store *st, const char *name, struct mk_lease_ask *ask,
	struct mk_err *e)
{
	struct mk_lease *l = NULL;
	uint64_t next = 0, end;
	int64_t pool;
	int r, n;

	memset(ask, 0, sizeof *ask);
	(void)snprintf(ask->origin, sizeof ask->origin, "%s", st->origin);
	if (mk_db_begin(st->db, e) == -1)
		return -1;
	r = make_ask(st, name, ask, e);
	if (r == 0)
		r = mk_db_commit(st->db, e);
	mk_db_rollback(st->db);
	if (r == -1 || pool_id(st, name, &pool, e) == -1 || issued(st, pool, &next, e) == -1 ||
	    (n = leases_of(st, pool, st->origin, &l, e)) == -1)
		return -1;
	end = end_of(l, n);
	ask->unused = end > next ? end - next : 0;
	free(l);
	return 0;
}

/* Inside a transaction of the line's store. */
static int
keep(struct mk_store *st, const char *name, struct mk_lease *l, struct mk_err *e)
{
	struct mk_lease *had;
	struct mk_time t;
	char time[MK_TIME_LEN];
	uint64_t next;
	int64_t pool, epoch;
	int n;

	if (mk_time_now(&t, e) == -1 || pool_id(st, name, &pool, e) == -1 ||
	    issued(st, pool, &next, e) == -1 ||
	    mk_meta_get_int(st->db, "epoch", &epoch, e) == -1 ||
	    (n = leases_of(st, pool, st->origin, &had, e)) == -1)
		return -1;
	l->base = end_of(had, n) > next ? end_of(had, n) : next;
	free(had);
	mk_time_format(&t, time);
	if (mk_db_run(st->db, NULL, e, "INSERT INTO lease(pool, origin, no, epoch, first, count, base, "
	    "returned, token, time) VALUES(?, ?, ?, ?, ?, ?, ?, 0, '', ?)", "isiiiiis", pool,
	    st->origin, l->no, epoch, (int64_t)l->first, (int64_t)l->count, (int64_t)l->base,
	    time) == -1)
		return -1;
	return mk_db_run(st->db, NULL, e, "UPDATE lease_ask SET token = '', last = ? WHERE pool = ?",
		"ii", l->no, pool);
}

int
mk_store_lease_take(struct mk_store *st, const char *name, struct mk_lease *l, struct mk_err *e)
{
	int r;

	if (mk_db_begin(st->db, e) == -1)
		return -1;
	r = keep(st, name, l, e);
	if (r == 0)
		r = mk_db_commit(st->db, e);
	mk_db_rollback(st->db);
	return r;
}

/* Inside a transaction: shorten what was lent to what was issued of it. */
static int
drop(struct mk_store *st, int64_t pool, uint64_t *left, struct mk_err *e)
{
	struct mk_lease *l;
	uint64_t next, used;
	int r = 0, i, n;

	*left = 0;
	if (issued(st, pool, &next, e) == -1 || (n = leases_of(st, pool, st->origin, &l, e)) == -1)
		return -1;
	for (i = 0; r == 0 && i < n; i++) {
		used = next <= l[i].base ? 0 : next - l[i].base < l[i].count ? next - l[i].base
			: l[i].count;
		*left += l[i].count - used;
		if (used < l[i].count)
			r = mk_db_run(st->db, NULL, e, "UPDATE lease SET count = ?, returned = "
				"returned + ? WHERE pool = ? AND origin = ? AND no = ?", "iiisi",
				(int64_t)used, (int64_t)(l[i].count - used), pool, st->origin,
				l[i].no);
	}
	free(l);
	return r;
}

static int
drop_all(struct mk_store *st, const char *name, uint64_t *left, int64_t last, struct mk_err *e)
{
	int64_t pool;
	int r;

	if (mk_db_begin(st->db, e) == -1)
		return -1;
	r = pool_id(st, name, &pool, e);
	if (r == 0)
		r = drop(st, pool, left, e);
	if (r == 0 && last >= 0)	/* a centre that was restored gives their numbers again */
		r = mk_db_run(st->db, NULL, e, "UPDATE lease SET no = -no - 1000000 * (SELECT COUNT(*) "
			"FROM lease WHERE pool = ? AND origin = ? AND no < 0) WHERE pool = ? AND origin = ? "
			"AND no > ?", "isisi", pool, st->origin, pool, st->origin, last);
	if (r == 0 && last >= 0)
		r = mk_db_run(st->db, NULL, e, "INSERT INTO lease_ask(pool, token, last) "
			"VALUES(?, '', ?) ON CONFLICT(pool) DO UPDATE SET token = '', "
			"last = excluded.last", "ii", pool, last);
	if (r == 0)
		r = mk_db_commit(st->db, e);
	mk_db_rollback(st->db);
	return r;
}

int
mk_store_lease_drop(struct mk_store *st, const char *name, uint64_t *left, struct mk_err *e)
{
	return drop_all(st, name, left, -1, e);
}

int
mk_store_lease_restored(struct mk_store *st, const char *name, int64_t last, struct mk_err *e)
{
	uint64_t left;

	return drop_all(st, name, &left, last, e);
}

/* ---- in the central store ---- */

/* The lease that was given to a token: 1, 0, -1. */
static int
given(struct mk_store *st, int64_t pool, const struct mk_lease_ask *ask, struct mk_lease *l,
	struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT no, first, count, base, returned FROM lease WHERE "
	    "pool = ? AND origin = ? AND token = ?", "iss", pool, ask->origin, ask->token) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1)
		lease_of(&rows, 0, l);
	mk_rows_done(&rows);
	return r;
}

int
mk_store_lease_last(struct mk_store *st, const char *name, const char *origin, int64_t *last,
	struct mk_err *e)
{
	int64_t pool;

	if (pool_id(st, name, &pool, e) == -1)
		return -1;
	return mk_db_value(st->db, last, e, "SELECT COALESCE(MAX(no), 0) FROM lease WHERE pool = ? "
		"AND origin = ?", "is", pool, origin) == -1 ? -1 : 0;
}

/* Whether who asks is what it says it is. */
static int
trust(struct mk_store *st, const char *name, int64_t pool, const struct mk_lease_ask *ask,
	struct mk_err *e)
{
	int64_t last, epoch;

	if (mk_store_lease_last(st, name, ask->origin, &last, e) == -1 ||
	    mk_db_value(st->db, &epoch, e, "SELECT COALESCE(MAX(epoch), 0) FROM lease WHERE pool = ? "
		"AND origin = ?", "is", pool, ask->origin) == -1)
		return -1;
	if (last != ask->last || ask->epoch < epoch)
		return mk_err(e, MK_EINTEGRITY, "pool %s: this store knows of %" PRId64 " leases, the "
			"centre of %" PRId64 ": it was copied or restored: see --after-restore in "
			"mk-serial(1)", name, ask->last, last);
	return 0;
}

static int
lend(struct mk_store *st, const char *name, int64_t pool, const struct mk_lease_ask *ask,
	uint64_t count, uint64_t most, const char *time, struct mk_lease *l, struct mk_err *e)
{
	int64_t next, changed;

	if (trust(st, name, pool, ask, e) == -1 ||
	    mk_db_run(st->db, &changed, e, "UPDATE alloc SET next = next + ? WHERE pool = ? AND "
		"next + ? <= ?", "iiii", (int64_t)count, pool, (int64_t)count, (int64_t)most) == -1 ||
	    mk_db_value(st->db, &next, e, "SELECT next FROM alloc WHERE pool = ?", "i", pool) == -1)
		return -1;
	if (changed == 0)
		return mk_err(e, MK_EDATA, "pool %s: %" PRIu64 " numbers are asked for, %" PRIu64
			" are left to lend", name, count, most > (uint64_t)next ? most - (uint64_t)next : 0);
	l->no = ask->last + 1;
	l->first = (uint64_t)next - count;
	l->count = count;
	l->base = l->returned = 0;
	return mk_db_run(st->db, NULL, e, "INSERT INTO lease(pool, origin, no, epoch, first, count, "
		"base, returned, token, time) VALUES(?, ?, ?, ?, ?, ?, 0, 0, ?, ?)", "isiiiiss", pool,
		ask->origin, l->no, ask->epoch, (int64_t)l->first, (int64_t)count, ask->token, time);
}

static int
grant(struct mk_store *st, const char *name, const char *hash, const struct mk_lease_ask *ask,
	uint64_t count, uint64_t most, const char *time, struct mk_lease *l, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	int64_t pool;
	size_t n;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT id, hash FROM pool WHERE name = ?", "s", name) == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		pool = mk_rows_int(&rows, 0);
		s = mk_rows_text(&rows, 1, &n);
		if (n != strlen(hash) || memcmp(s, hash, n) != 0)
			r = mk_err(e, MK_EDATA, "pool %s: the centre defines it otherwise: define the "
				"same here and there", name);
	}
	mk_rows_done(&rows);
	if (r != 1)
		return r == -1 ? -1 : mk_err(e, MK_EUSAGE, "no pool '%s' at the centre: mk-serial "
			"define it there", name);
	/* the pool's row is ours until the commit: those who ask for it take turns */
	if (mk_db_run(st->db, NULL, e, "INSERT INTO alloc(pool, next) VALUES(?, 0) "
	    "ON CONFLICT(pool) DO NOTHING", "i", pool) == -1 ||
	    mk_db_run(st->db, NULL, e, "UPDATE alloc SET next = next WHERE pool = ?", "i", pool) == -1)
		return -1;
	r = given(st, pool, ask, l, e);
	return r == 0 ? lend(st, name, pool, ask, count, most, time, l, e) : r == 1 ? 0 : -1;
}

int
mk_store_lease_grant(struct mk_store *st, const char *name, const char *hash,
	const struct mk_lease_ask *ask, uint64_t count, uint64_t most, const struct mk_time *t,
	struct mk_lease *l, struct mk_err *e)
{
	char time[MK_TIME_LEN];
	int r;

	mk_time_format(t, time);
	if (mk_db_begin(st->db, e) == -1)
		return -1;
	r = grant(st, name, hash, ask, count, most, time, l, e);
	if (r == 0)
		r = mk_db_commit(st->db, e);
	mk_db_rollback(st->db);
	return r;
}

int
mk_store_lease_confirm(struct mk_store *st, const char *name, const char *origin, int64_t no,
	struct mk_err *e)
{
	int64_t pool;

	if (pool_id(st, name, &pool, e) == -1)
		return -1;
	return mk_db_run(st->db, NULL, e, "UPDATE lease SET token = '' WHERE pool = ? AND "
		"origin = ? AND no = ?", "isi", pool, origin, no);
}

int
mk_store_lease_returned(struct mk_store *st, const char *name, const char *origin, int64_t no,
	uint64_t returned, struct mk_err *e)
{
	int64_t pool, changed;

	if (pool_id(st, name, &pool, e) == -1 ||
	    mk_db_run(st->db, &changed, e, "UPDATE lease SET returned = ? WHERE pool = ? AND "
		"origin = ? AND no = ? AND returned <= ?", "iisii", (int64_t)returned, pool, origin, no,
		(int64_t)returned) == -1)
		return -1;
	return changed == 1 ? 0 : mk_err(e, MK_EINTEGRITY, "pool %s: the centre does not know lease "
		"%" PRId64 " of %s", name, no, origin);
}

int
mk_store_lease_list(struct mk_store *st, mk_store_lease_each *each, void *arg, struct mk_err *e)
{
	struct mk_buf text[3] = {{0}, {0}, {0}};
	struct mk_lease l;
	struct mk_rows rows;
	char pool[65] = "", origin[17] = "";
	int64_t no = 0;
	size_t n;
	int r, i, count = 0;

	do {
		r = -1;
		if (mk_db_query(st->db, &rows, e, "SELECT p.name, l.origin, l.time, l.no, l.first, "
		    "l.count, l.base, l.returned FROM lease l JOIN pool p ON p.id = l.pool WHERE "
		    "p.name > ? OR (p.name = ? AND (l.origin > ? OR (l.origin = ? AND l.no > ?))) "
		    "ORDER BY p.name, l.origin, l.no LIMIT 1", "ssssi", pool, pool, origin, origin,
		    no) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
			for (i = 0; r == 1 && i < 3; i++) {
				const char *s = mk_rows_text(&rows, i, &n);

				text[i].n = 0;
				if (mk_buf_add(&text[i], s, n, e) == -1 ||
				    mk_buf_str(&text[i], e) == NULL)
					r = -1;
			}
			lease_of(&rows, 3, &l);
		}
		mk_rows_done(&rows);
		if (r == 1) {
			(void)snprintf(pool, sizeof pool, "%s", text[0].p);
			(void)snprintf(origin, sizeof origin, "%s", text[1].p);
			no = l.no;
			count++;
			if (each(arg, pool, origin, &l, text[2].p, e) == -1)
				r = -1;
		}
	} while (r == 1);
	for (i = 0; i < 3; i++)
		mk_buf_clear(&text[i]);
	return r == -1 ? -1 : count;
}
