/* The store in a server: PostgreSQL, and engines that speak its protocol. What they
 * all take is plain: no triggers, no advisory locks, no multi-shard recursion. */
#ifdef HAVE_PQ
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/pq.h"
#include "store/wire.h"

#define STMTS 256	/* a power of two, more than there are literals */

struct stmt {
	const char *sql;	/* the literal: its address is the key */
	bool prepared, busy, makes;	/* makes: the new row's id is asked for */
	PGresult *res;
	int row, rows;
};

/* A statement that waits for the next one whose answer is needed. */
struct waiting {
	struct stmt *st;
	size_t n, at;		/* parameters, and where in text they begin */
	struct mk_param p[MK_WIRE_MAX];
};

/* Rows that wait to be copied into a table. */
struct copying {
	const char *sql;	/* the INSERT that they would be */
	struct mk_buf head, rows;
};

enum { WAIT_MAX = 512, COPIES_MAX = 8, COPY_BYTES = 1 << 20 };

/* Inside a transaction nothing that writes is waited for: rows to be inserted go by
 * COPY, other statements in one go, when the next answer is needed or at the end. */
struct server {
	struct mk_db db;
	bool inside;		/* a transaction */
	struct waiting *wait;
	size_t nwait;
	struct mk_buf text;	/* the parameters of those that wait */
	struct copying copy[COPIES_MAX];
	PGconn *h;
	char *place;		/* for messages: never with a password */
	struct stmt stmt[STMTS];
};

static const struct mk_engine postgres;
static int settle(struct server *db, struct mk_err *e);

static bool
state_is(const PGresult *res, const char *sqlstate)
{
	const char *s = res == NULL ? NULL : PQresultErrorField(res, PG_DIAG_SQLSTATE);

	return s != NULL && strncmp(s, sqlstate, strlen(sqlstate)) == 0;
}

/* Fill e from what the server said, and free res. */
static int
failed(struct server *db, PGresult *res, struct mk_err *e)
{
	const char *text = res == NULL ? NULL : PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *mend = "";
	int code = MK_ESTORE, n;

	if (PQstatus(db->h) == CONNECTION_BAD || state_is(res, "57") || state_is(res, "08"))
		mend = ": the server or the network is gone: try again";
	else if (state_is(res, "40"))
		mend = ": another program was at it: try again";
	else if (state_is(res, "53100"))
		mend = ": make room on the server";
	else if (state_is(res, "42501"))
		mend = ": this user's role may not do that: see mk-central(7)";
	else if (state_is(res, "42P01"))
		code = MK_EINTEGRITY, mend = ": is this a store? (mk-trace init makes one)";
	else if (state_is(res, "42P07"))
		code = MK_EUSAGE, mend = ": there is a store already";
	else if (state_is(res, "42") || state_is(res, "22") || state_is(res, "0A"))
		code = MK_EBUG;
	if (text == NULL)
		text = PQerrorMessage(db->h);
	n = (int)strcspn(text, "\n");
	mk_err(e, code, "%s: %.*s%s", db->place, n > 120 ? 120 : n, text, mend);
	e->retry = *mend != '\0' && (state_is(res, "40") || PQstatus(db->h) == CONNECTION_BAD ||
		state_is(res, "57") || state_is(res, "08"));
	PQclear(res);
	return -1;
}

static int
script(struct mk_db *base, const char *sql, struct mk_err *e)
{
	struct server *db = (struct server *)base;
	PGresult *res;
	ExecStatusType st;

	if (settle(db, e) == -1)
		return -1;
	res = PQexec(db->h, sql);
	st = PQresultStatus(res);

	/* a COMMIT of a failed transaction is answered by ROLLBACK, and no error */
	if (st == PGRES_COMMAND_OK && strcmp(sql, "COMMIT") == 0 &&
	    strcmp(PQcmdStatus(res), "COMMIT") != 0) {
		PQclear(res);
		return mk_err(e, MK_ESTORE, "%s: the server rolled back: try again", db->place);
	}
	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK)
		return failed(db, res, e);
	if (strcmp(sql, "COMMIT") == 0)
		db->inside = false;
	PQclear(res);
	return 0;
}

static void
close_server(struct mk_db *base)
{
	struct server *db = (struct server *)base;
	size_t i;

	for (i = 0; i < STMTS; i++)
		PQclear(db->stmt[i].res);
	for (i = 0; i < COPIES_MAX; i++) {
		mk_buf_clear(&db->copy[i].head);
		mk_buf_clear(&db->copy[i].rows);
	}
	mk_buf_clear(&db->text);
	free(db->wait);
	PQfinish(db->h);
	free(db->place);
	free(db);
}

/* The server by its name, for messages. */
static int
name_place(struct server *db, struct mk_err *e)
{
	const char *host = PQhost(db->h), *name = PQdb(db->h);
	struct mk_buf b = {0};

	if (mk_buf_addf(&b, e, "postgresql://%s/%s", host == NULL ? "" : host,
	    name == NULL ? "" : name) == -1 || mk_buf_str(&b, e) == NULL) {
		mk_buf_clear(&b);
		return -1;
	}
	db->place = b.p;
	return 0;
}

/* A password in the text would stand in ps and in logs. */
static int
no_password(const char *uri, struct mk_err *e)
{
	char *why = NULL;
	PQconninfoOption *all = PQconninfoParse(uri, &why), *o;
	int r = 0;

	if (all == NULL) {
		mk_err(e, MK_EUSAGE, "store: %.*s", why == NULL ? 13 : (int)strcspn(why, "\n"),
			why == NULL ? "out of memory" : why);
		PQfreemem(why);
		return -1;
	}
	for (o = all; o->keyword != NULL; o++)
		if (strcmp(o->keyword, "password") == 0 && o->val != NULL && *o->val != '\0')
			r = mk_err(e, MK_EUSAGE, "store: a password has no place in a store's name: "
				"write it into ~/.pgpass (0600)");
	PQconninfoFree(all);
	return r;
}

static void
silent(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

int
mk_postgres_open(struct mk_db **out, const char *uri, struct mk_err *e)
{
	struct server *db;
	const char *keys[] = { "dbname", "application_name", "client_encoding", "connect_timeout", NULL };
	const char *vals[] = { uri, "mk", "UTF8", "10", NULL };

	*out = NULL;
	if (mk_lazy_load(MK_PQ_SONAME, "PQexec", "libpq5", e) == -1)
		return -1;
	if (no_password(uri, e) == -1)
		return -1;
	if ((db = calloc(1, sizeof *db)) == NULL)
		return mk_err_nomem(e);
	db->db.engine = &postgres;
	db->h = PQconnectdbParams(keys, vals, 1);
	if (db->h == NULL || name_place(db, e) == -1) {
		if (db->h == NULL)
			mk_err_nomem(e);
		goto fail;
	}
	if (PQstatus(db->h) != CONNECTION_OK) {
		const char *text = PQerrorMessage(db->h);

		mk_err(e, MK_ESTORE, "%.*s: is the server up, and the name right?",
			(int)strcspn(text, "\n"), text);
		e->retry = true;
		goto fail;
	}
	(void)PQsetNoticeReceiver(db->h, silent, NULL);
	/* who died with a transaction open must not hold up the others */
	PQclear(PQexec(db->h, "SET idle_in_transaction_session_timeout = '60s'"));
	PQclear(PQexec(db->h, "SET lock_timeout = '30s'"));
	*out = &db->db;
	return 0;
fail:
	close_server(&db->db);
	return -1;
}

/* ---- statements ---- */

static struct stmt *
find(struct server *db, const char *sql, struct mk_err *e)
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
	return &db->stmt[i];
}

static int
prepare(struct server *db, struct stmt *st, const struct mk_param *p, size_t n, const char *name,
	struct mk_err *e)
{
	Oid type[MK_WIRE_MAX];
	struct mk_buf text = {0};
	PGresult *res = NULL;
	size_t i;
	int r = -1;

	for (i = 0; i < n; i++)
		type[i] = p[i].type == MK_PARAM_INT ? MK_OID_INT8 : p[i].type == MK_PARAM_TEXT ?
			MK_OID_TEXT : p[i].type == MK_PARAM_BLOB ? MK_OID_BYTEA : 0;
	if (mk_wire_sql(st->sql, &text, e) == 0 && (!st->makes ||
	    (mk_buf_adds(&text, " RETURNING id", e) == 0 && mk_buf_str(&text, e) != NULL))) {
		res = PQprepare(db->h, name, text.p, (int)n, type);
		if (PQresultStatus(res) == PGRES_COMMAND_OK) {
			PQclear(res);
			st->prepared = true;
			r = 0;
		} else
			failed(db, res, e);
	}
	mk_buf_clear(&text);
	return r;
}

static void
name_of(const struct server *db, const struct stmt *st, char name[24])
{
	(void)snprintf(name, 24, "s%zu", (size_t)(st - db->stmt));
}

/* The statement of a literal, prepared. */
static struct stmt *
ready(struct server *db, const char *sql, const struct mk_param *p, size_t n, struct mk_err *e)
{
	struct stmt *st = find(db, sql, e);
	char name[24];

	if (st == NULL)
		return NULL;
	if (n > MK_WIRE_MAX || st->busy) {
		mk_err(e, MK_EBUG, "a statement serves one query at a time: %.60s", sql);
		return NULL;
	}
	name_of(db, st, name);
	return st->prepared || prepare(db, st, p, n, name, e) == 0 ? st : NULL;
}

/* ---- what waits ---- */

static int
copy_rows(struct server *db, struct copying *c, struct mk_err *e)
{
	static const char begin[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0", end[2] = "\377\377";
	PGresult *res;
	int r = 0;

	if (c->rows.n == 0)
		return 0;
	res = PQexec(db->h, c->head.p);
	if (PQresultStatus(res) != PGRES_COPY_IN)
		return failed(db, res, e);
	PQclear(res);
	if (PQputCopyData(db->h, begin, sizeof begin) != 1 ||
	    PQputCopyData(db->h, c->rows.p, (int)c->rows.n) != 1 ||
	    PQputCopyData(db->h, end, sizeof end) != 1 || PQputCopyEnd(db->h, NULL) != 1)
		r = failed(db, NULL, e);
	c->rows.n = 0;
	while ((res = PQgetResult(db->h)) != NULL) {
		if (r == 0 && PQresultStatus(res) != PGRES_COMMAND_OK) {
			r = failed(db, res, e);
			continue;
		}
		PQclear(res);
	}
	return r;
}

/* Send all that waits, and read all answers. */
static int
send_waiting(struct server *db, struct mk_err *e)
{
	struct mk_wire v;
	char name[24];
	PGresult *res;
	size_t i, k, null = 0;
	bool sync;
	int r = 0;

	if (db->nwait == 0)
		return 0;
	if (PQenterPipelineMode(db->h) != 1)
		return failed(db, NULL, e);
	for (i = 0; r == 0 && i < db->nwait; i++) {
		struct waiting *w = &db->wait[i];

		for (k = 0; k < w->n; k++)	/* the text may have moved since */
			if (w->p[k].type == MK_PARAM_TEXT || w->p[k].type == MK_PARAM_BLOB)
				w->p[k].p = db->text.p + (size_t)w->p[k].i;
		mk_wire_encode(&v, w->p, w->n);
		name_of(db, w->st, name);
		if (PQsendQueryPrepared(db->h, name, (int)w->n, v.val, v.len, v.fmt, 1) != 1)
			r = failed(db, NULL, e);
	}
	if (r == 0 && PQpipelineSync(db->h) != 1)
		r = failed(db, NULL, e);
	/* each statement's answer ends with a NULL, the last answer is the sync's */
	sync = r == -1;
	while (!sync && null < 2) {
		res = PQgetResult(db->h);
		null = res == NULL ? null + 1 : 0;
		sync = res != NULL && PQresultStatus(res) == PGRES_PIPELINE_SYNC;
		if (r == 0 && res != NULL && PQresultStatus(res) == PGRES_FATAL_ERROR)
			r = failed(db, res, e);
		else
			PQclear(res);
	}
	if (PQexitPipelineMode(db->h) != 1 && r == 0)
		r = failed(db, NULL, e);
	db->nwait = 0;
	db->text.n = 0;
	return r;
}

static int
settle(struct server *db, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < COPIES_MAX; i++)
		if (copy_rows(db, &db->copy[i], e) == -1)
			return -1;
	return send_waiting(db, e);
}

static void
forget(struct server *db)
{
	size_t i;

	for (i = 0; i < COPIES_MAX; i++)
		db->copy[i].rows.n = 0;
	db->nwait = db->text.n = 0;
}

static int
insert(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, struct mk_err *e)
{
	struct server *db = (struct server *)base;
	struct copying *c = db->copy;
	struct mk_wire v;

	while (c < db->copy + COPIES_MAX - 1 && c->sql != NULL && c->sql != sql)
		c++;
	if (c->sql == NULL) {
		if (mk_wire_copy(sql, &c->head, e) == -1)
			return -1;
		c->sql = sql;
	}
	if (c->sql != sql)
		return mk_err(e, MK_EBUG, "more than %d tables to copy into", COPIES_MAX);
	mk_wire_encode(&v, p, n);
	if (mk_wire_row(&c->rows, &v, n, e) == -1)
		return -1;
	return !db->inside || c->rows.n > COPY_BYTES ? settle(db, e) : 0;
}

static int
run(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, struct mk_err *e)
{
	struct server *db = (struct server *)base;
	struct waiting *w;
	size_t i;

	if (db->wait == NULL && (db->wait = calloc(WAIT_MAX, sizeof *db->wait)) == NULL)
		return mk_err_nomem(e);
	w = &db->wait[db->nwait];
	if ((w->st = ready(db, sql, p, n, e)) == NULL)
		return -1;
	w->n = n;
	for (i = 0; i < n; i++) {
		w->p[i] = p[i];
		if (p[i].type != MK_PARAM_TEXT && p[i].type != MK_PARAM_BLOB)
			continue;
		w->p[i].i = (int64_t)db->text.n;
		if (mk_buf_add(&db->text, p[i].p, p[i].n, e) == -1 ||
		    mk_buf_addc(&db->text, '\0', e) == -1)
			return -1;
	}
	db->nwait++;
	return !db->inside || db->nwait == WAIT_MAX ? settle(db, e) : 0;
}

/* ---- questions ---- */

static int
start(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, void **stmt,
	struct mk_err *e)
{
	struct server *db = (struct server *)base;
	struct stmt *st;
	struct mk_wire v;
	char name[24];
	ExecStatusType got;

	if (settle(db, e) == -1 || (st = ready(db, sql, p, n, e)) == NULL)
		return -1;
	mk_wire_encode(&v, p, n);
	name_of(db, st, name);
	st->res = PQexecPrepared(db->h, name, (int)n, v.val, v.len, v.fmt, 1);
	got = PQresultStatus(st->res);
	if (got != PGRES_COMMAND_OK && got != PGRES_TUPLES_OK) {
		PGresult *res = st->res;

		st->res = NULL;
		return failed(db, res, e);
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
	struct stmt *st = stmt;

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
	struct stmt *st = stmt;

	PQclear(st->res);
	st->res = NULL;
	st->busy = false;
}

static int64_t
changed(struct mk_db *base, void *stmt)
{
	struct stmt *st = stmt;

	(void)base;
	return strtoll(PQcmdTuples(st->res), NULL, 10);
}

static int64_t
col_int(void *stmt, int col)
{
	struct stmt *st = stmt;

	return PQgetisnull(st->res, st->row, col) ? 0 : mk_wire_int(PQgetvalue(st->res, st->row, col),
		PQgetlength(st->res, st->row, col), PQftype(st->res, col));
}

static const char *
col_text(void *stmt, int col, size_t *n)
{
	struct stmt *st = stmt;

	*n = (size_t)PQgetlength(st->res, st->row, col);
	return PQgetvalue(st->res, st->row, col);
}

static int
make(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, int64_t *id,
	struct mk_err *e)
{
	struct stmt *st = find((struct server *)base, sql, e);
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
	struct server *db = (struct server *)base;

	forget(db);
	if (script(base, "BEGIN", e) == -1)
		return -1;
	db->inside = true;
	return 0;
}

static int
begin_read(struct mk_db *base, struct mk_err *e)
{
	return script(base, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", e);
}

static void
rollback(struct mk_db *base)
{
	struct server *db = (struct server *)base;

	forget(db);
	db->inside = false;
	if (PQtransactionStatus(db->h) != PQTRANS_IDLE)
		PQclear(PQexec(db->h, "ROLLBACK"));
}

static const char *const words[][2] = {
	{ "ROWKEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY" }, { "BYTES", "BYTEA" },
	{ "CLUSTERED", "" }, { NULL, NULL }
};

static const struct mk_engine postgres = {
	.words = words,
	.close = close_server,
	.script = script,
	.begin = begin,
	.begin_read = begin_read,
	.rollback = rollback,
	.run = run,
	.insert = insert,
	.make = make,
	.start = start,
	.step = step,
	.done = done,
	.changed = changed,
	.col_int = col_int,
	.col_text = col_text
};

#endif
