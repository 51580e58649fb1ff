/* The connection to a server: opened, named, closed; what the server says when
 * something is wrong. */
#ifdef HAVE_PQ
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/pqconn.h"

static bool
state_is(const PGresult *res, const char *sqlstate)
{
	const char *s = res == NULL ? NULL : PQresultErrorField(res, PG_DIAG_SQLSTATE);

	return s != NULL && strncmp(s, sqlstate, strlen(sqlstate)) == 0;
}

int
mk_pq_failed(struct mk_pq *db, PGresult *res, struct mk_err *e)
{
	const char *text = res == NULL ? NULL : PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *mend = "";
	int code = MK_ESTORE, n;

	if (PQstatus(db->h) == CONNECTION_BAD || state_is(res, "57") || state_is(res, "08"))
		mend = ": the server or the network is gone: try again";
	else if (state_is(res, "40"))
		mend = ": another program was at it: try again";
	else if (state_is(res, "25006"))
		mend = ": this server follows another one: write to that";
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

int
mk_pq_script(struct mk_db *base, const char *sql, struct mk_err *e)
{
	struct mk_pq *db = (struct mk_pq *)base;
	PGresult *res;
	ExecStatusType st;

	if (mk_pq_settle(db, ~0u, e) == -1)
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
		return mk_pq_failed(db, res, e);
	if (strcmp(sql, "COMMIT") == 0)
		db->inside = false;
	PQclear(res);
	return 0;
}

void
mk_pq_close(struct mk_db *base)
{
	struct mk_pq *db = (struct mk_pq *)base;
	size_t i;

	for (i = 0; i < STMTS; i++)
		PQclear(db->stmt[i].res);
	for (i = 0; i < COPIES_MAX; i++) {
		mk_buf_clear(&db->copy[i].head);
		mk_buf_clear(&db->copy[i].rows);
	}
	mk_buf_clear(&db->text);
	mk_buf_clear(&db->array);
	free(db->wait);
	PQfinish(db->h);
	free(db->place);
	free(db);
}

/* The server by its name, for messages. */
static int
name_place(struct mk_pq *db, struct mk_err *e)
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

bool
mk_pq_exposed(const struct mk_db *base)
{
	const struct mk_pq *db = (const struct mk_pq *)base;
	const char *host = PQhost(db->h);

	if (host == NULL || *host == '\0' || *host == '/' || *host == '@' ||	/* a Unix socket */
	    strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0)
		return false;
	return PQsslInUse(db->h) == 0 && PQgssEncInUse(db->h) == 0;
}

/* A password in the text would stand in ps and in logs. What libpq says of a text that
 * it does not understand may quote it. */
static int
no_password(const char *uri, struct mk_err *e)
{
	const char *at = strrchr(uri, '@'), *colon = strchr(uri + strcspn(uri, ":") + 1, ':');
	char *why = NULL;
	PQconninfoOption *all = PQconninfoParse(uri, &why), *o;
	int r = 0;

	if (all == NULL) {
		if (why == NULL)
			return mk_err_nomem(e);
		if ((at != NULL && colon != NULL && colon < at) || strstr(uri, "password") != NULL)
			mk_err(e, MK_EUSAGE, "store: this is no name of a store in a server: write "
				"postgresql://user@host/database");
		else
			mk_err(e, MK_EUSAGE, "store: %.*s", (int)strcspn(why, "\n"), why);
		PQfreemem(why);
		return -1;
	}
	for (o = all; o->keyword != NULL; o++)	/* "*": what is not to be shown */
		if (*o->dispchar == '*' && o->val != NULL && *o->val != '\0')
			r = mk_err(e, MK_EUSAGE, "store: a password has no place in a store's name, which ps "
				"shows to all: write it into ~/.pgpass (0600), or into the file that "
				"PGPASSFILE names");
	PQconninfoFree(all);
	return r;
}

/* Names and values are UTF-8: a server that converts them loses some. */
static int
unfit(struct mk_pq *db, struct mk_err *e)
{
	const char *enc = PQparameterStatus(db->h, "server_encoding");

	if (enc == NULL || strcmp(enc, "UTF8") == 0)
		return 0;
	return mk_err(e, MK_EUSAGE, "the database's encoding is %s: make one with createdb -E UTF8 "
		"-T template0", enc);
}

static void
silent(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

/* Whether it is no use to try again: libpq tells why a connection failed in words only.
 * In another language than English it is tried. */
static bool
refused(const char *text)
{
	static const char *const words[] = { "does not exist", "authentication failed",
		"no pg_hba.conf entry", "no password supplied", "is not permitted to log in",
		"permission denied for database" };
	size_t i;

	if (strstr(text, "FATAL") == NULL && strstr(text, "no password supplied") == NULL)
		return false;
	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(text, words[i]) != NULL)
			return true;
	return false;
}

int
mk_postgres_open(struct mk_db **out, const char *uri, struct mk_err *e)
{
	struct mk_pq *db;
	/* what comes before the name may be said otherwise in it: a network that lets all
	 * disappear is noticed within a minute */
	const char *keys[] = { "connect_timeout", "keepalives_idle", "keepalives_interval",
		"keepalives_count", "tcp_user_timeout", "dbname", "application_name",
		"client_encoding", NULL };
	const char *vals[] = { "10", "20", "10", "3", "40000", uri, "mk", "UTF8", NULL };

	*out = NULL;
	if (mk_lazy_load(MK_PQ_SONAME, "PQexec", "libpq5", e) == -1)
		return -1;
	if (no_password(uri, e) == -1)
		return -1;
	if ((db = calloc(1, sizeof *db)) == NULL)
		return mk_err_nomem(e);
	db->db.engine = &mk_postgres;
	db->get = (struct mk_pq_get){ PQ_CALL(PQgetvalue), PQ_CALL(PQgetlength), PQ_CALL(PQgetisnull),
		PQ_CALL(PQftype) };
	db->h = PQconnectdbParams(keys, vals, 1);
	if (db->h == NULL || name_place(db, e) == -1) {
		if (db->h == NULL)
			mk_err_nomem(e);
		goto fail;
	}
	if (PQstatus(db->h) != CONNECTION_OK) {
		const char *text = PQerrorMessage(db->h);

		mk_err(e, MK_ESTORE, "%.*s: %s", (int)strcspn(text, "\n"), text, refused(text) ?
			"the server is there and refuses: see mk-central(7)" :
			"is the server up, and the name right?");
		e->retry = !refused(text);
		goto fail;
	}
	if (unfit(db, e) == -1)
		goto fail;
	(void)PQsetNoticeReceiver(db->h, silent, NULL);
	/* who died with a transaction open must not hold up the others */
	PQclear(PQexec(db->h, "SET idle_in_transaction_session_timeout = '60s'"));
	PQclear(PQexec(db->h, "SET lock_timeout = '30s'"));
	/* a plan made for any range of numbers reads the whole table and sorts it */
	PQclear(PQexec(db->h, "SET plan_cache_mode = force_custom_plan"));
	/* what a list of thousands of names seems to cost is not worth compiling it */
	PQclear(PQexec(db->h, "SET jit = off"));
	/* nor must it go on with a question whose asker was interrupted */
	PQclear(PQexec(db->h, "SET client_connection_check_interval = '1s'"));
	*out = &db->db;
	return 0;
fail:
	mk_pq_close(&db->db);
	return -1;
}

#endif
