/* The store in a server: PostgreSQL, and engines that speak its protocol. What they
 * all take is plain: no triggers, no advisory locks, no multi-shard recursion. */
#ifdef HAVE_PQ
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/pqconn.h"

/* ---- statements ---- */

static struct mk_pq_stmt *
find(struct mk_pq *db, const char *sql, struct mk_err *e)
{
	size_t i = ((uintptr_t)sql >> 3) % STMTS, n;

	for (n = 0; n < STMTS && db->stmt[i].sql != NULL; n++, i = (i + 1) % STMTS)
		if (db->stmt[i].sql == sql)
			return &db->stmt[i];
	if (n == STMTS) {
		mk_err(e, MK_EBUG, "more than %d statements", STMTS);
		return NULL;
	}
	db->stmt[i].sql = sql;
	db->stmt[i].tables = mk_pq_tables(sql);
	db->stmt[i].get = &db->get;
	return &db->stmt[i];
}

static int
prepare(struct mk_pq *db, struct mk_pq_stmt *st, const struct mk_param *p, size_t n, const char *name,
	struct mk_err *e)
{
	Oid type[MK_WIRE_MAX];
	struct mk_buf text = {0};
	PGresult *res = NULL;
	size_t i;
	int r = -1;

	for (i = 0; i < n; i++)
		type[i] = p[i].type == MK_PARAM_INT ? MK_OID_INT8 : p[i].type == MK_PARAM_TEXT ?
			MK_OID_TEXT : p[i].type == MK_PARAM_BLOB ? MK_OID_BYTEA :
			p[i].type == MK_PARAM_INTS ? MK_OID_INT8S :
			p[i].type == MK_PARAM_NUMBERS ? MK_OID_INT8S :
			p[i].type == MK_PARAM_TEXTS ? MK_OID_TEXTS : 0;
	if (mk_pq_settle(db, 0, e) == -1)	/* the connection is free for it */
		return -1;
	if (mk_wire_sql(st->sql, p, &text, e) == 0 && (!st->makes ||
	    (mk_buf_adds(&text, " RETURNING id", e) == 0 && mk_buf_str(&text, e) != NULL))) {
		res = PQprepare(db->h, name, text.p, (int)n, type);
		if (PQresultStatus(res) == PGRES_COMMAND_OK) {
			PQclear(res);
			st->prepared = true;
			r = 0;
		} else
			mk_pq_failed(db, res, e);
	}
	mk_buf_clear(&text);
	return r;
}

void
mk_pq_name(const struct mk_pq *db, const struct mk_pq_stmt *st, char name[24])
{
	(void)snprintf(name, 24, "s%zu", (size_t)(st - db->stmt));
}

struct mk_pq_stmt *
mk_pq_ready(struct mk_pq *db, const char *sql, const struct mk_param *p, size_t n, struct mk_err *e)
{
	struct mk_pq_stmt *st = find(db, sql, e);
	char name[24];

	if (st == NULL)
		return NULL;
	if (n > MK_WIRE_MAX || st->busy) {
		mk_err(e, MK_EBUG, "a statement serves one query at a time: %.60s", sql);
		return NULL;
	}
	mk_pq_name(db, st, name);
	return st->prepared || prepare(db, st, p, n, name, e) == 0 ? st : NULL;
}

/* ---- questions ---- */

static int
start(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, void **stmt,
	struct mk_err *e)
{
	struct mk_pq *db = (struct mk_pq *)base;
	struct mk_pq_stmt *st;
	struct mk_param array;
	struct mk_wire v;
	char name[24];
	ExecStatusType got;

	if ((st = find(db, sql, e)) == NULL || mk_pq_settle(db, st->tables, e) == -1 ||
	    (st = mk_pq_ready(db, sql, p, n, e)) == NULL)
		return -1;
	if (n == 1 && p->type == MK_PARAM_INTS) {
		if (mk_wire_array(p->p, p->n, &db->array, e) == -1)
			return -1;
		array = (struct mk_param){ .type = MK_PARAM_BLOB, .p = db->array.p, .n = db->array.n };
		p = &array;
	}
	mk_wire_encode(&v, p, n);
	mk_pq_name(db, st, name);
	st->res = PQexecPrepared(db->h, name, (int)n, v.val, v.len, v.fmt, 1);
	got = PQresultStatus(st->res);
	if (got != PGRES_COMMAND_OK && got != PGRES_TUPLES_OK) {
		PGresult *res = st->res;

		st->res = NULL;
		return mk_pq_failed(db, res, e);
	}
	st->row = -1;
	st->rows = PQntuples(st->res);
	st->busy = true;
	*stmt = st;
	return 0;
}

static int
step(struct mk_db *base, void *stmt, struct mk_err *e)
{
	struct mk_pq_stmt *st = stmt;

	(void)base;
	(void)e;
	if (st->row + 1 >= st->rows)
		return 0;
	st->row++;
	return 1;
}

static void
done(void *stmt)
{
	struct mk_pq_stmt *st = stmt;

	PQclear(st->res);
	st->res = NULL;
	st->busy = false;
}

static int64_t
changed(struct mk_db *base, void *stmt)
{
	struct mk_pq_stmt *st = stmt;

	(void)base;
	return strtoll(PQcmdTuples(st->res), NULL, 10);
}

static int64_t
col_int(void *stmt, int col)
{
	struct mk_pq_stmt *st = stmt;

	return st->get->isnull(st->res, st->row, col) ? 0 : mk_wire_int(st->get->value(st->res, st->row,
		col), st->get->length(st->res, st->row, col), st->get->type(st->res, col));
}

static const char *
col_text(void *stmt, int col, size_t *n)
{
	struct mk_pq_stmt *st = stmt;

	*n = (size_t)st->get->length(st->res, st->row, col);
	return st->get->value(st->res, st->row, col);
}

static int
make(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, int64_t *id,
	struct mk_err *e)
{
	struct mk_pq_stmt *st = find((struct mk_pq *)base, sql, e);
	void *stmt;
	int r;

	if (st == NULL)
		return -1;
	st->makes = true;
	if (start(base, sql, p, n, &stmt, e) == -1)
		return -1;
	if ((r = step(base, stmt, e)) == 1)
		*id = col_int(stmt, 0);
	done(stmt);
	return r;
}

static int
begin(struct mk_db *base, struct mk_err *e)
{
	struct mk_pq *db = (struct mk_pq *)base;

	mk_pq_forget(db);
	if (mk_pq_script(base, "BEGIN", e) == -1)
		return -1;
	db->inside = true;
	return 0;
}

static int
begin_read(struct mk_db *base, struct mk_err *e)
{
	return mk_pq_script(base, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", e);
}

static void
rollback(struct mk_db *base)
{
	struct mk_pq *db = (struct mk_pq *)base;

	mk_pq_forget(db);
	db->inside = false;
	if (PQtransactionStatus(db->h) != PQTRANS_IDLE)
		PQclear(PQexec(db->h, "ROLLBACK"));
}

/* Texts are in the order of their bytes, whatever the database has been made with. */
static const char *const words[][2] = {
	{ "ROWKEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY" }, { "BYTES", "BYTEA" },
	{ " CLUSTERED", "" }, { "TEXT", "TEXT COLLATE \"C\"" },
	{ "ITEMKEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY" }, { "NAMEKEY", "UNIQUE" },
	{ "EVENTKEY", "BIGINT PRIMARY KEY" }, { " EVENTEND", "" }, { NULL, NULL }
};
static const char *const spread[][2] = {
	{ "ITEMKEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY" }, { "NAMEKEY", "PRIMARY KEY" },
	{ "EVENTKEY", "BIGINT NOT NULL" }, { " EVENTEND", ", PRIMARY KEY(item, id)" }, { NULL, NULL }
};

const struct mk_engine mk_postgres = {
	.arrays = true,
	.words = words,
	.spread = spread,
	.close = mk_pq_close,
	.exposed = mk_pq_exposed,
	.script = mk_pq_script,
	.begin = begin,
	.begin_read = begin_read,
	.rollback = rollback,
	.run = mk_pq_run,
	.insert = mk_pq_insert,
	.make = make,
	.start = start,
	.step = step,
	.done = done,
	.changed = changed,
	.col_int = col_int,
	.col_text = col_text,
	.person = mk_pq_person
};

#endif
