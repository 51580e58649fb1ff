/* What a person asks a server in SQL. */
#ifdef HAVE_PQ
#include <string.h>

#include "store/pqconn.h"

#define COLUMNS_MAX 256

static int
refused(struct mk_err *e)
{
	return mk_err(e, MK_EUSAGE, "sql: it may read (SELECT), and nothing else");
}

/* What the server says of the question, and free res. */
static int
wrong(struct mk_pq *db, PGresult *res, struct mk_err *e)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE),
		*text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (state == NULL || text == NULL || PQstatus(db->h) == CONNECTION_BAD)
		return mk_pq_failed(db, res, e);
	if (strcmp(state, "25006") == 0)	/* read-only transaction */
		refused(e);
	else if (strstr(text, "multiple commands") != NULL)
		mk_err(e, MK_EUSAGE, "sql: write one SELECT");
	else if (strncmp(state, "42", 2) == 0 || strncmp(state, "22", 2) == 0)
		mk_err(e, MK_EUSAGE, "sql: %.200s: see mk-trace schema", text);
	else
		return mk_pq_failed(db, res, e);
	PQclear(res);
	return -1;
}

/* It is prepared first: what gives no rows (COPY, SET, ...) is not run. */
static int
look(struct mk_pq *db, const char *sql, struct mk_err *e)
{
	PGresult *res = PQprepare(db->h, "", sql, 0, NULL);
	int n;

	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		return wrong(db, res, e);
	PQclear(res);
	res = PQdescribePrepared(db->h, "");
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		return wrong(db, res, e);
	n = PQnfields(res);
	PQclear(res);
	if (n == 0)
		return refused(e);
	return n <= COLUMNS_MAX ? 0 : mk_err(e, MK_EUSAGE, "sql: more than %d columns", COLUMNS_MAX);
}

static int
give(const PGresult *res, bool head, mk_db_row *each, void *arg, struct mk_err *e)
{
	const char *name[COLUMNS_MAX], *val[COLUMNS_MAX];
	size_t len[COLUMNS_MAX];
	int i, k, n = PQnfields(res), rows = PQntuples(res);

	for (i = 0; i < n; i++)
		name[i] = PQfname(res, i);
	if (head && each(arg, n, name, NULL, NULL, e) == -1)
		return -1;
	for (k = 0; k < rows; k++) {
		for (i = 0; i < n; i++) {
			val[i] = PQgetisnull(res, k, i) ? NULL : PQgetvalue(res, k, i);
			len[i] = (size_t)PQgetlength(res, k, i);
		}
		if (each(arg, n, name, val, len, e) == -1)
			return -1;
	}
	return 0;
}

/* Row by row: libpq holds one. */
static int
answer(struct mk_pq *db, mk_db_row *each, void *arg, struct mk_err *e)
{
	PGresult *res;
	ExecStatusType st;
	bool head = true;
	int r = 0;

	if (PQsendQueryPrepared(db->h, "", 0, NULL, NULL, NULL, 0) != 1)
		return mk_pq_failed(db, NULL, e);
	(void)PQsetSingleRowMode(db->h);
	while ((res = PQgetResult(db->h)) != NULL) {
		st = PQresultStatus(res);
		if (r == 0 && st != PGRES_SINGLE_TUPLE && st != PGRES_TUPLES_OK) {
			r = wrong(db, res, e);
			continue;
		}
		if (r == 0)
			r = give(res, head, each, arg, e);
		head = false;
		PQclear(res);
	}
	return r;
}

int
mk_pq_person(struct mk_db *base, const char *sql, mk_db_row *each, void *arg, struct mk_err *e)
{
	struct mk_pq *db = (struct mk_pq *)base;
	int r;

	if (sql[strspn(sql, "; \t\r\n")] == '\0')
		return mk_err(e, MK_EUSAGE, "sql: write one SELECT");
	if (db->db.engine->begin_read(base, e) == -1)
		return -1;
	r = look(db, sql, e);
	if (r == 0)
		r = answer(db, each, arg, e);
	db->db.engine->rollback(base);
	return r;
}

#endif
