/* What waits for the next answer that is needed: rows to be copied into tables, and
 * statements that go together. */
#ifdef HAVE_PQ
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/pqconn.h"

/* ---- which tables a statement is about ---- */

static const char *const table[] = { "event", "edge_up", "edge_down", "state", "item", "step",
	"word", "wordkey", "run", "ctx", "tally", "alias", "mark", "loaded", "origin", "arrival" };

/* Whether a table's name stands at p. */
static bool
stands(const char *p, const char *name)
{
	size_t n = strlen(name);

	return strncmp(p, name, n) == 0 && (p[n] == '\0' || strchr(" (,.", p[n]) != NULL);
}

unsigned
mk_pq_tables(const char *sql)
{
	const char *p;
	unsigned set = 0;
	size_t i;

	for (p = sql; p != NULL; p = strchr(p, ' '), p = p == NULL ? NULL : p + 1)
		for (i = 0; i < sizeof table / sizeof *table; i++)
			if (stands(p, table[i]))
				set |= 1u << i;
	return set == 0 ? ~0u : set;
}

/* The table that an INSERT or UPDATE writes. */
static unsigned
written(const char *sql)
{
	const char *p = strncmp(sql, "INSERT INTO ", 12) == 0 ? sql + 12 :
		strncmp(sql, "UPDATE ", 7) == 0 ? sql + 7 : NULL;
	size_t i;

	for (i = 0; p != NULL && i < sizeof table / sizeof *table; i++)
		if (stands(p, table[i]))
			return 1u << i;
	return ~0u;
}

/* ---- rows that are copied ---- */

/* Begin to copy into c's table: until it is ended the connection does nothing else. */
static int
begin_copy(struct mk_pq *db, struct mk_pq_copying *c, struct mk_err *e)
{
	static const char head[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
	PGresult *res = PQexec(db->h, c->head.p);

	if (PQresultStatus(res) != PGRES_COPY_IN)
		return mk_pq_failed(db, res, e);
	PQclear(res);
	db->open = c;
	(void)PQsetnonblocking(db->h, 1);	/* we go on while it is being sent */
	return PQputCopyData(db->h, head, sizeof head) == 1 ? 0 : mk_pq_failed(db, NULL, e);
}

static int
put_rows(struct mk_pq *db, struct mk_pq_copying *c, struct mk_err *e)
{
	int r = PQputCopyData(db->h, c->rows.p, (int)c->rows.n);

	c->rows.n = 0;
	(void)PQflush(db->h);
	return r == 1 ? 0 : mk_pq_failed(db, NULL, e);
}

/* why: NULL, or the rows are not wanted any more. */
static int
end_copy(struct mk_pq *db, const char *why, struct mk_err *e)
{
	static const char end[2] = "\377\377";
	PGresult *res;
	int r = 0;

	if (db->open == NULL)
		return 0;
	if ((why == NULL && db->open->rows.n > 0 && put_rows(db, db->open, e) == -1) ||
	    (why == NULL && PQputCopyData(db->h, end, sizeof end) != 1) ||
	    PQputCopyEnd(db->h, why) != 1)
		r = mk_pq_failed(db, NULL, e);
	db->open = NULL;
	(void)PQsetnonblocking(db->h, 0);
	while ((res = PQgetResult(db->h)) != NULL) {
		if (r == 0 && PQresultStatus(res) != PGRES_COMMAND_OK) {
			r = mk_pq_failed(db, res, e);
			continue;
		}
		PQclear(res);
		if (PQstatus(db->h) == CONNECTION_BAD)
			break;
	}
	return r;
}

static int
copy_rows(struct mk_pq *db, struct mk_pq_copying *c, struct mk_err *e)
{
	if (c->rows.n == 0)
		return 0;
	return begin_copy(db, c, e) == -1 || put_rows(db, c, e) == -1 ? -1 : end_copy(db, NULL, e);
}

/* ---- statements ---- */

static bool
is_bytes(const struct mk_param *p)
{
	return p->type != MK_PARAM_NULL && p->type != MK_PARAM_INT;
}

/* Send all that waits, and read all answers. */
static int
send_waiting(struct mk_pq *db, struct mk_err *e)
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
		return mk_pq_failed(db, NULL, e);
	for (i = 0; r == 0 && i < db->nwait; i++) {
		struct mk_pq_waiting *w = &db->wait[i];

		for (k = 0; k < w->n; k++)	/* the text may have moved since */
			if (is_bytes(&w->p[k]))
				w->p[k].p = db->text.p + (size_t)w->p[k].i;
		mk_wire_encode(&v, w->p, w->n);
		mk_pq_name(db, w->st, name);
		if (PQsendQueryPrepared(db->h, name, (int)w->n, v.val, v.len, v.fmt, 1) != 1)
			r = mk_pq_failed(db, NULL, e);
	}
	if (r == 0 && PQpipelineSync(db->h) != 1)
		r = mk_pq_failed(db, NULL, e);
	/* each statement's answer ends with a NULL, the last answer is the sync's */
	sync = r == -1;
	while (!sync && null < 2) {
		res = PQgetResult(db->h);
		null = res == NULL ? null + 1 : 0;
		sync = res != NULL && PQresultStatus(res) == PGRES_PIPELINE_SYNC;
		if (r == 0 && res != NULL && PQresultStatus(res) == PGRES_FATAL_ERROR)
			r = mk_pq_failed(db, res, e);
		else
			PQclear(res);
	}
	if (PQexitPipelineMode(db->h) != 1 && r == 0)
		r = mk_pq_failed(db, NULL, e);
	db->nwait = 0;
	db->text.n = 0;
	db->waiting = 0;
	return r;
}

int
mk_pq_settle(struct mk_pq *db, unsigned tables, struct mk_err *e)
{
	size_t i;

	if (end_copy(db, NULL, e) == -1)
		return -1;
	if ((db->waiting & tables) != 0)
		tables = ~0u;
	for (i = 0; i < COPIES_MAX; i++)
		if ((db->copy[i].tables & tables) != 0 && copy_rows(db, &db->copy[i], e) == -1)
			return -1;
	return tables == ~0u ? send_waiting(db, e) : 0;
}

void
mk_pq_forget(struct mk_pq *db)
{
	struct mk_err no;
	size_t i;

	(void)end_copy(db, "given up", &no);
	db->waiting = 0;
	for (i = 0; i < COPIES_MAX; i++)
		db->copy[i].rows.n = 0;
	db->nwait = db->text.n = 0;
}

int
mk_pq_insert(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, struct mk_err *e)
{
	struct mk_pq *db = (struct mk_pq *)base;
	struct mk_pq_copying *c = db->copy;
	struct mk_wire v;

	while (c < db->copy + COPIES_MAX - 1 && c->sql != NULL && c->sql != sql)
		c++;
	if (c->sql == NULL) {
		if (mk_wire_copy(sql, &c->head, e) == -1)
			return -1;
		c->sql = sql;
		c->tables = written(sql);
	}
	if (c->sql != sql)
		return mk_err(e, MK_EBUG, "more than %d tables to copy into", COPIES_MAX);
	mk_wire_encode(&v, p, n);
	if (mk_wire_row(&c->rows, &v, n, e) == -1)
		return -1;
	if (!db->inside || (c != db->open && db->open != NULL && c->rows.n > COPY_BYTES))
		return mk_pq_settle(db, ~0u, e);
	/* the server takes in the first that has much while we go on */
	if (c->rows.n < STREAM_BYTES || (db->open != NULL && db->open != c))
		return 0;
	if (db->open == NULL && begin_copy(db, c, e) == -1)
		return -1;
	return put_rows(db, c, e);
}

int
mk_pq_run(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, struct mk_err *e)
{
	struct mk_pq *db = (struct mk_pq *)base;
	struct mk_pq_waiting *w;
	size_t i;

	if (db->wait == NULL && (db->wait = calloc(WAIT_MAX, sizeof *db->wait)) == NULL)
		return mk_err_nomem(e);
	w = &db->wait[db->nwait];
	if ((w->st = mk_pq_ready(db, sql, p, n, e)) == NULL)
		return -1;
	w->n = n;
	db->waiting |= written(sql);
	for (i = 0; i < n; i++) {
		w->p[i] = p[i];
		if (!is_bytes(&p[i]))
			continue;
		w->p[i].i = (int64_t)db->text.n;
		if (mk_buf_add(&db->text, p[i].p, p[i].n, e) == -1 ||
		    mk_buf_addc(&db->text, '\0', e) == -1)
			return -1;
	}
	db->nwait++;
	return !db->inside || db->nwait == WAIT_MAX ? mk_pq_settle(db, ~0u, e) : 0;
}

#endif
