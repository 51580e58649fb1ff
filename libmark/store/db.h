/* SQL inside store/: a thin layer over one engine's handle. Statements are
 * literals: each is prepared once per handle and found again by its address.
 *
 * A SELECT that ends with the comment "lock" holds its rows to the end of the write
 * transaction, where an engine lets several write at once.
 *
 * Parameters follow a format, one letter each: i int64_t, t const char * and
 * size_t (text), b const void * and size_t (blob), s const char * (text to its
 * NUL), n nothing (NULL), a and A an array of texts and of
 * numbers as wire.h makes it (const void * and size_t), where mk_db_far. Text and blobs need live only during the call for
 * mk_db_run and mk_db_value, until mk_rows_done for mk_db_query. */
#ifndef MK_DB_H
#define MK_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct mk_db;
struct mk_rows {
	struct mk_db *db;
	void *stmt;
};

/* Whether path names a server's database (postgresql://...), not a file. */
bool mk_db_served(const char *path);

/* Whether the engine is across a network: many questions are better asked at once. */
bool mk_db_far(const struct mk_db *db);

/* Open a file (create: it must not be there). WAL, synchronous=FULL. */
int mk_db_open(struct mk_db **db, const char *path, bool create, struct mk_err *e);
void mk_db_close(struct mk_db *db);
/* Plain text goes to and from another host. */
bool mk_db_exposed(const struct mk_db *db);

int mk_db_script(struct mk_db *db, const char *sql, struct mk_err *e);
/* The same for definitions of tables, in which ROWKEY, BYTES and CLUSTERED stand for
 * what the engine calls a 64-bit primary key that it gives by itself, bytes, and a
 * table that is its primary key's index, and so on (engine.h, words). */
int mk_db_schema(struct mk_db *db, const char *sql, struct mk_err *e);
/* From now on each key has the column by which its table is spread over machines: false
 * if the engine knows of none. */
bool mk_db_spread(struct mk_db *db);
/* Append such definitions as the engine spells them. */
int mk_db_spell(struct mk_db *db, const char *sql, struct mk_buf *out, struct mk_err *e);

/* A write transaction. rollback never fails; commit that fails has rolled back. */
int mk_db_begin(struct mk_db *db, struct mk_err *e);
int mk_db_commit(struct mk_db *db, struct mk_err *e);
void mk_db_rollback(struct mk_db *db);
/* A read transaction: one state of the store until rollback. */
int mk_db_read(struct mk_db *db, struct mk_err *e);

/* Copy all of it, as it is at one moment, to a file that is not there yet. */
int mk_db_backup(struct mk_db *db, const char *path, struct mk_err *e);

/* A statement without rows: 0, -1. *changed: rows changed; if it is NULL the statement
 * may be put off, behind what mk_db_insert puts off: let it name its rows by their key. */
int mk_db_run(struct mk_db *db, int64_t *changed, struct mk_err *e, const char *sql,
	const char *fmt, ...);
/* INSERT INTO table(columns) VALUES(?, ...), and nothing more: where that is quicker it
 * is put off until the next answer or the commit, which then fails in its place. */
int mk_db_insert(struct mk_db *db, struct mk_err *e, const char *sql, const char *fmt, ...);
/* What is derived from events is numbered by the statement itself, MAX(id) + 1: a server
 * leaves gaps where a transaction was undone, and nothing would have the same number
 * when it is derived again.
 *
 * An INSERT into a table with a ROWKEY named id: 1, and *id is the new row's; 0 if ON
 * CONFLICT kept it out; -1. */
int mk_db_make(struct mk_db *db, int64_t *id, struct mk_err *e, const char *sql,
	const char *fmt, ...);
/* The first column of the first row as a number: 1, 0 if there is no row, -1. */
int mk_db_value(struct mk_db *db, int64_t *out, struct mk_err *e, const char *sql,
	const char *fmt, ...);

/* Rows: next gives 1, 0 at the end, -1. done must follow, whatever happened; a
 * statement can serve one query at a time. */
int mk_db_query(struct mk_db *db, struct mk_rows *r, struct mk_err *e, const char *sql,
	const char *fmt, ...);
int mk_rows_next(struct mk_rows *r, struct mk_err *e);
int64_t mk_rows_int(struct mk_rows *r, int col);
const char *mk_rows_text(struct mk_rows *r, int col, size_t *n);	/* until next or done */
void mk_rows_done(struct mk_rows *r);

/* The rows for each of n numbers, in no order among them: sql has one ?, in "column = ?".
 * An engine across a network is asked once for thousands. each returns 0 to go on, 1 to
 * stop, -1, and does not ask the same itself. 0, -1. */
typedef int mk_db_found(void *arg, struct mk_rows *r, struct mk_err *e);
int mk_db_each(struct mk_db *db, const char *sql, const int64_t *key, size_t n,
	mk_db_found *each, void *arg, struct mk_err *e);

/* One statement that a person wrote, which may read and do nothing else (MK_EUSAGE).
 * each gets the names of the columns first (val NULL), then each row; a value is NULL
 * if SQL says so. */
typedef int mk_db_row(void *arg, int n, const char *const *name, const char *const *val,
	const size_t *len, struct mk_err *e);
int mk_db_person(struct mk_db *db, const char *sql, mk_db_row *each, void *arg,
	struct mk_err *e);

#endif
