/* Inside store only, and there in the four files of the engine in a server: pqconn.c
 * (the connection, what goes wrong with it), pqwait.c (what is put off until an answer
 * is needed), postgres.c (statements and transactions), pqperson.c (SQL that a person wrote). */
#ifndef MK_PQCONN_H
#define MK_PQCONN_H

#include "store/pq.h"
#include "store/wire.h"

#define STMTS 256	/* a power of two, more than there are literals */

/* What is called for each value: found once, not each time (base/lazy.h). */
struct mk_pq_get {
	__typeof__(PQgetvalue) *value;
	__typeof__(PQgetlength) *length;
	__typeof__(PQgetisnull) *isnull;
	__typeof__(PQftype) *type;
};

struct mk_pq_stmt {
	const struct mk_pq_get *get;
	const char *sql;	/* the literal: its address is the key */
	bool prepared, busy, makes;	/* makes: the new row's id is asked for */
	unsigned tables;	/* mk_pq_tables */
	PGresult *res;
	int row, rows;
};

/* A statement that waits for the next one whose answer is needed. */
struct mk_pq_waiting {
	struct mk_pq_stmt *st;
	size_t n, at;		/* parameters, and where in text they begin */
	struct mk_param p[MK_WIRE_MAX];
};

/* Rows that wait to be copied into a table. */
struct mk_pq_copying {
	const char *sql;	/* the INSERT that they would be */
	unsigned tables;
	struct mk_buf head, rows;
};

enum { WAIT_MAX = 512, COPIES_MAX = 8, COPY_BYTES = 1 << 20, STREAM_BYTES = 1 << 16 };

/* Inside a transaction nothing that writes is waited for: rows to be inserted go by
 * COPY, other statements in one go, when the next answer is needed or at the end. */
struct mk_pq {
	struct mk_db db;
	bool inside;		/* a transaction */
	struct mk_pq_waiting *wait;
	size_t nwait;
	unsigned waiting;	/* the tables that those are about */
	struct mk_buf text;	/* the parameters of those that wait */
	struct mk_buf array;	/* the parameter at hand */
	struct mk_pq_copying copy[COPIES_MAX], *open;	/* open: is being copied */
	PGconn *h;
	struct mk_pq_get get;
	char *place;		/* for messages: never with a password */
	struct mk_pq_stmt stmt[STMTS];
};


/* ---- pqconn.c ---- */

/* Fill e from what the server said (res NULL: the connection), and free res. */
int mk_pq_failed(struct mk_pq *db, PGresult *res, struct mk_err *e);
int mk_pq_script(struct mk_db *base, const char *sql, struct mk_err *e);
void mk_pq_close(struct mk_db *base);
bool mk_pq_exposed(const struct mk_db *base);

/* ---- postgres.c ---- */

extern const struct mk_engine mk_postgres;

/* The statement of a literal, prepared. NULL: e is filled. */
struct mk_pq_stmt *mk_pq_ready(struct mk_pq *db, const char *sql, const struct mk_param *p,
	size_t n, struct mk_err *e);
void mk_pq_name(const struct mk_pq *db, const struct mk_pq_stmt *st, char name[24]);

/* ---- pqperson.c ---- */

int mk_pq_person(struct mk_db *base, const char *sql, mk_db_row *each, void *arg,
	struct mk_err *e);

/* ---- pqwait.c ---- */

/* The tables that a statement names, a bit each; all if it names none that is known. */
unsigned mk_pq_tables(const char *sql);
/* Send what waits for those tables, and read all answers; then the connection is free. */
int mk_pq_settle(struct mk_pq *db, unsigned tables, struct mk_err *e);
/* Nothing waits any more. */
void mk_pq_forget(struct mk_pq *db);
int mk_pq_insert(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n,
	struct mk_err *e);
int mk_pq_run(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n,
	struct mk_err *e);

#endif
