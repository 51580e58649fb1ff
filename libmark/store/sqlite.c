/* db.h over SQLite. */
#include <sqlite3.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/db.h"

#define BUSY_MS 10000	/* how long another writer is waited for */
#define STMTS 128	/* a power of two, more than there are literals */

struct mk_db {
	sqlite3 *h;
	char *path;
	struct {
		const char *sql;
		sqlite3_stmt *st;
	} stmt[STMTS];
};

static int
failed(struct mk_db *db, int rc, struct mk_err *e)
{
	int code = MK_ESTORE, sys = sqlite3_system_errno(db->h);
	const char *mend = "";

	switch (rc & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		code = MK_EINTEGRITY;
		mend = ": is this a store?";
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		mend = ": another program holds it, try again";
		break;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		mend = ": look at the rights of the file and its folder";
		break;
	case SQLITE_FULL:
		mend = ": make room";
		break;
	case SQLITE_NOMEM:
		return mk_err_nomem(e);
	default:
		break;
	}
	mk_err(e, code, "%s: %s%s", db->path, sqlite3_errmsg(db->h), mend);
	e->sys = sys;
	return -1;
}

int
mk_db_script(struct mk_db *db, const char *sql, struct mk_err *e)
{
	int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : failed(db, rc, e);
}

int
mk_db_open(struct mk_db **out, const char *path, bool create, struct mk_err *e)
{
	struct mk_db *db = calloc(1, sizeof *db);
	int rc, fd, flags = SQLITE_OPEN_READWRITE;

	*out = NULL;
	if (db == NULL || (db->path = strdup(path)) == NULL) {
		free(db);
		return mk_err_nomem(e);
	}
	if (create) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
		if (fd == -1) {
			mk_err_sys(e, errno == EEXIST ? MK_EUSAGE : MK_ESTORE,
				"%s: cannot make the store", path);
			goto fail;
		}
		(void)close(fd);
	} else if (access(path, F_OK) == -1) {
		mk_err_sys(e, errno == ENOENT ? MK_EUSAGE : MK_ESTORE,
			"%s: no store (mk-trace init makes one)", path);
		goto fail;
	}
	rc = sqlite3_open_v2(path, &db->h, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK) {
		failed(db, rc, e);
		goto fail;
	}
	(void)sqlite3_extended_result_codes(db->h, 1);
	(void)sqlite3_busy_timeout(db->h, BUSY_MS);
	if ((create && mk_db_script(db, "PRAGMA journal_mode=WAL", e) == -1) ||
	    mk_db_script(db, "PRAGMA synchronous=FULL; PRAGMA cache_size=-32768", e) == -1)
		goto fail;
	*out = db;
	return 0;
fail:
	mk_db_close(db);
	return -1;
}

void
mk_db_close(struct mk_db *db)
{
	size_t i;

	if (db == NULL)
		return;
	for (i = 0; i < STMTS; i++)
		(void)sqlite3_finalize(db->stmt[i].st);
	(void)sqlite3_close(db->h);
	free(db->path);
	free(db);
}

static sqlite3_stmt *
prepare(struct mk_db *db, const char *sql, struct mk_err *e)
{
	size_t i = ((uintptr_t)sql >> 3) % STMTS, n;
	int rc;

	for (n = 0; n < STMTS && db->stmt[i].sql != NULL; n++, i = (i + 1) % STMTS)
		if (db->stmt[i].sql == sql)
			return db->stmt[i].st;
	if (n == STMTS) {
		mk_err(e, MK_EBUG, "more than %d statements", STMTS);
		return NULL;
	}
	rc = sqlite3_prepare_v3(db->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &db->stmt[i].st, NULL);
	if (rc != SQLITE_OK) {
		failed(db, rc, e);
		return NULL;
	}
	db->stmt[i].sql = sql;
	return db->stmt[i].st;
}

static int
bind(struct mk_db *db, sqlite3_stmt *st, const char *fmt, va_list ap, struct mk_err *e)
{
	int i, rc = SQLITE_OK;
	const void *p;
	size_t n;

	for (i = 1; *fmt != '\0' && rc == SQLITE_OK; fmt++, i++) {
		switch (*fmt) {
		case 'i':
			rc = sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
			break;
		case 't':
			p = va_arg(ap, const char *);
			n = va_arg(ap, size_t);
			rc = sqlite3_bind_text64(st, i, p == NULL ? "" : p, n, SQLITE_STATIC,
				SQLITE_UTF8);
			break;
		case 's':
			p = va_arg(ap, const char *);
			rc = sqlite3_bind_text(st, i, p, -1, SQLITE_STATIC);
			break;
		case 'b':
			p = va_arg(ap, const void *);
			n = va_arg(ap, size_t);
			rc = sqlite3_bind_blob64(st, i, p, n, SQLITE_STATIC);
			break;
		case 'n':
			rc = sqlite3_bind_null(st, i);
			break;
		default:
			return mk_err(e, MK_EBUG, "parameter format '%c'", *fmt);
		}
	}
	return rc == SQLITE_OK ? 0 : failed(db, rc, e);
}

static void
reset(sqlite3_stmt *st)
{
	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
}

static int
run(struct mk_db *db, struct mk_err *e, const char *sql, const char *fmt, va_list ap,
	sqlite3_stmt **out)
{
	sqlite3_stmt *st = prepare(db, sql, e);

	*out = st;
	if (st == NULL)
		return -1;
	if (bind(db, st, fmt, ap, e) == -1) {
		reset(st);
		return -1;
	}
	return 0;
}

static int
step(struct mk_db *db, sqlite3_stmt *st, struct mk_err *e)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : failed(db, rc, e);
}

int
mk_db_run(struct mk_db *db, int64_t *changed, struct mk_err *e, const char *sql,
	const char *fmt, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = run(db, e, sql, fmt, ap, &st);
	va_end(ap);
	if (r == -1)
		return -1;
	r = step(db, st, e);
	if (changed != NULL)
		*changed = sqlite3_changes64(db->h);
	reset(st);
	return r == -1 ? -1 : 0;
}

int
mk_db_value(struct mk_db *db, int64_t *out, struct mk_err *e, const char *sql,
	const char *fmt, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = run(db, e, sql, fmt, ap, &st);
	va_end(ap);
	if (r == -1)
		return -1;
	r = step(db, st, e);
	if (r == 1)
		*out = sqlite3_column_int64(st, 0);
	reset(st);
	return r;
}

int64_t
mk_db_rowid(struct mk_db *db)
{
	return sqlite3_last_insert_rowid(db->h);
}

int
mk_db_query(struct mk_db *db, struct mk_rows *r, struct mk_err *e, const char *sql,
	const char *fmt, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = run(db, e, sql, fmt, ap, &st);
	va_end(ap);
	r->db = db;
	r->stmt = rc == -1 ? NULL : st;
	return rc;
}

int
mk_rows_next(struct mk_rows *r, struct mk_err *e)
{
	return step(r->db, r->stmt, e);
}

int64_t
mk_rows_int(struct mk_rows *r, int col)
{
	return sqlite3_column_int64(r->stmt, col);
}

const char *
mk_rows_text(struct mk_rows *r, int col, size_t *n)
{
	const char *s = sqlite3_column_blob(r->stmt, col);

	*n = (size_t)sqlite3_column_bytes(r->stmt, col);
	return s == NULL ? "" : s;
}

void
mk_rows_done(struct mk_rows *r)
{
	if (r->stmt != NULL)
		reset(r->stmt);
	r->stmt = NULL;
}

int
mk_db_begin(struct mk_db *db, struct mk_err *e)
{
	return mk_db_script(db, "BEGIN IMMEDIATE", e);
}

int
mk_db_commit(struct mk_db *db, struct mk_err *e)
{
	if (mk_db_script(db, "COMMIT", e) == 0)
		return 0;
	mk_db_rollback(db);
	return -1;
}

void
mk_db_rollback(struct mk_db *db)
{
	if (sqlite3_get_autocommit(db->h) == 0)
		(void)sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
}
