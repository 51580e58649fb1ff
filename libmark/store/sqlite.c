/* The store in a file: SQLite. */
#include <sqlite3.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "store/engine.h"

#define BUSY_MS 10000	/* how long another writer is waited for, */
#define BUSY_SLEEP_US 2000	/* and how long before it is looked at again */
#define STMTS 256	/* a power of two, more than there are literals */

struct file {
	struct mk_db db;
	sqlite3 *h;
	char *path;
	struct {
		const char *sql;
		sqlite3_stmt *st;
	} stmt[STMTS];
};

static const struct mk_engine sqlite;

/* Wait for another writer. SQLite's own handler sleeps ever longer, and a writer that
 * comes again at once is always before one that sleeps. */
static int
busy(void *arg, int times)
{
	const struct timespec t = { 0, BUSY_SLEEP_US * 1000 };

	(void)arg;
	if (times >= BUSY_MS * 1000 / BUSY_SLEEP_US)
		return 0;
	(void)nanosleep(&t, NULL);
	return 1;
}

static int
failed(struct file *db, int rc, struct mk_err *e)
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
	case SQLITE_IOERR:
		mend = sys == ENOSPC ? ": make room" : ": is there room, and is the disk well?";
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

static int
script(struct mk_db *base, const char *sql, struct mk_err *e)
{
	struct file *db = (struct file *)base;
	int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : failed(db, rc, e);
}

static void
close_file(struct mk_db *base)
{
	struct file *db = (struct file *)base;
	size_t i;

	for (i = 0; i < STMTS; i++)
		(void)sqlite3_finalize(db->stmt[i].st);
	(void)sqlite3_close(db->h);
	free(db->path);
	free(db);
}

int
mk_sqlite_open(struct mk_db **out, const char *path, bool create, struct mk_err *e)
{
	struct file *db = calloc(1, sizeof *db);
	int rc, fd, flags = SQLITE_OPEN_READWRITE;

	*out = NULL;
	if (db == NULL || (db->path = strdup(path)) == NULL) {
		free(db);
		return mk_err_nomem(e);
	}
	db->db.engine = &sqlite;
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
	/* its counting of memory takes a mutex at every allocation; refused, and no matter,
	 * when a store was opened before */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	rc = sqlite3_open_v2(path, &db->h, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK) {
		failed(db, rc, e);
		goto fail;
	}
	(void)sqlite3_extended_result_codes(db->h, 1);
	(void)sqlite3_busy_handler(db->h, busy, NULL);
	/* 8 MiB of pages stay in the processor's own cache; 32 make storing an eighth dearer,
	 * and help no question. What is stored is kept: nothing to overwrite with zeros. */
	if ((create && script(&db->db, "PRAGMA journal_mode=WAL", e) == -1) ||
	    script(&db->db, "PRAGMA synchronous=FULL; PRAGMA secure_delete=OFF; PRAGMA cache_size=-8192; "
	    "PRAGMA wal_autocheckpoint=4000", e) == -1)
		goto fail;
	*out = &db->db;
	return 0;
fail:
	close_file(&db->db);
	return -1;
}

static sqlite3_stmt *
prepare(struct file *db, const char *sql, struct mk_err *e)
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
bind(struct file *db, sqlite3_stmt *st, const struct mk_param *p, size_t n, struct mk_err *e)
{
	int i, rc = SQLITE_OK;

	for (i = 1; n > 0 && rc == SQLITE_OK; n--, i++, p++) {
		if (p->type == MK_PARAM_INT)
			rc = sqlite3_bind_int64(st, i, p->i);
		else if (p->type == MK_PARAM_TEXT)
			rc = sqlite3_bind_text64(st, i, p->p, p->n, SQLITE_STATIC, SQLITE_UTF8);
		else if (p->type == MK_PARAM_BLOB)
			rc = sqlite3_bind_blob64(st, i, p->p, p->n, SQLITE_STATIC);
		else
			rc = sqlite3_bind_null(st, i);
	}
	return rc == SQLITE_OK ? 0 : failed(db, rc, e);
}

static void
done(void *stmt)
{
	(void)sqlite3_reset(stmt);	/* each start binds all parameters anew */
}

static int
start(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, void **stmt,
	struct mk_err *e)
{
	struct file *db = (struct file *)base;
	sqlite3_stmt *st = prepare(db, sql, e);

	if (st == NULL)
		return -1;
	if (bind(db, st, p, n, e) == -1) {
		done(st);
		return -1;
	}
	*stmt = st;
	return 0;
}

static int
step(struct mk_db *base, void *stmt, struct mk_err *e)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : failed((struct file *)base, rc, e);
}

static int64_t
changed(struct mk_db *base, void *stmt)
{
	(void)stmt;
	return sqlite3_changes64(((struct file *)base)->h);
}

static int
make(struct mk_db *base, const char *sql, const struct mk_param *p, size_t n, int64_t *id,
	struct mk_err *e)
{
	sqlite3 *h = ((struct file *)base)->h;
	void *stmt;
	int r;

	if (start(base, sql, p, n, &stmt, e) == -1)
		return -1;
	r = step(base, stmt, e);
	if (r == 0 && sqlite3_changes64(h) == 1) {
		*id = sqlite3_last_insert_rowid(h);
		r = 1;
	}
	done(stmt);
	return r;
}

static int64_t
col_int(void *stmt, int col)
{
	return sqlite3_column_int64(stmt, col);
}

static const char *
col_text(void *stmt, int col, size_t *n)
{
	const char *s = sqlite3_column_blob(stmt, col);

	*n = (size_t)sqlite3_column_bytes(stmt, col);
	return s == NULL ? "" : s;
}

static int
begin(struct mk_db *base, struct mk_err *e)
{
	return script(base, "BEGIN IMMEDIATE", e);
}

static int
begin_read(struct mk_db *base, struct mk_err *e)
{
	return script(base, "BEGIN", e);
}

static void
rollback(struct mk_db *base)
{
	struct file *db = (struct file *)base;

	if (sqlite3_get_autocommit(db->h) == 0)
		(void)sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- what a person asks ---- */

#define COLUMNS_MAX 256

static int
may(void *arg, int action, const char *a, const char *b, const char *c, const char *d)
{
	(void)arg;
	(void)a;
	(void)c;
	(void)d;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b != NULL && sqlite3_stricmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

static int
each_row(struct file *db, sqlite3_stmt *st, mk_db_row *each, void *arg, struct mk_err *e)
{
	const char *name[COLUMNS_MAX], *val[COLUMNS_MAX];
	size_t len[COLUMNS_MAX];
	int i, rc, n = sqlite3_column_count(st);

	if (n > COLUMNS_MAX)
		return mk_err(e, MK_EUSAGE, "sql: more than %d columns", COLUMNS_MAX);
	for (i = 0; i < n; i++)
		if ((name[i] = sqlite3_column_name(st, i)) == NULL)
			return mk_err_nomem(e);
	if (each(arg, n, name, NULL, NULL, e) == -1)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		for (i = 0; i < n; i++) {
			val[i] = sqlite3_column_type(st, i) == SQLITE_NULL ? NULL :
				sqlite3_column_blob(st, i);
			len[i] = (size_t)sqlite3_column_bytes(st, i);
			if (val[i] == NULL && len[i] == 0 && sqlite3_column_type(st, i) != SQLITE_NULL)
				val[i] = "";
		}
		if (each(arg, n, name, val, len, e) == -1)
			return -1;
	}
	return rc == SQLITE_DONE ? 0 : failed(db, rc, e);
}

static int
person(struct mk_db *base, const char *sql, mk_db_row *each, void *arg, struct mk_err *e)
{
	struct file *db = (struct file *)base;
	sqlite3_stmt *st = NULL;
	const char *rest = NULL;
	int rc, r;

	(void)sqlite3_set_authorizer(db->h, may, NULL);
	rc = sqlite3_prepare_v2(db->h, sql, -1, &st, &rest);
	(void)sqlite3_set_authorizer(db->h, NULL, NULL);
	if (rc == SQLITE_AUTH || (st != NULL && !sqlite3_stmt_readonly(st)))
		r = mk_err(e, MK_EUSAGE, "sql: it may read (SELECT), and nothing else");
	else if (rc != SQLITE_OK)
		r = mk_err(e, MK_EUSAGE, "sql: %s: see mk-trace schema", sqlite3_errmsg(db->h));
	else if (st == NULL || rest[strspn(rest, "; \t\r\n")] != '\0')
		r = mk_err(e, MK_EUSAGE, "sql: write one SELECT");
	else
		r = each_row(db, st, each, arg, e);
	(void)sqlite3_finalize(st);
	return r;
}

/* One step copies all: were there several, each write of another program would make it
 * begin anew. What is written meanwhile waits in the WAL. */
static int
backup(struct mk_db *base, const char *path, struct mk_err *e)
{
	struct file *db = (struct file *)base;
	struct mk_db *to;
	sqlite3_backup *b;
	int rc;

	if (mk_sqlite_open(&to, path, true, e) == -1)
		return -1;
	b = sqlite3_backup_init(((struct file *)to)->h, "main", db->h, "main");
	rc = b == NULL ? SQLITE_ERROR : sqlite3_backup_step(b, -1);
	rc = b == NULL ? rc : sqlite3_backup_finish(b) == SQLITE_OK && rc == SQLITE_DONE ? SQLITE_OK : rc;
	if (rc != SQLITE_OK)
		failed((struct file *)to, rc, e);
	close_file(to);
	if (rc != SQLITE_OK) {
		(void)unlink(path);
		return -1;
	}
	return mk_io_syncdir(path, e);
}

static const char *const words[][2] = {
	{ "ROWKEY", "INTEGER PRIMARY KEY" }, { "BYTES", "BLOB" }, { "CLUSTERED", "WITHOUT ROWID" },
	{ "ITEMKEY", "INTEGER PRIMARY KEY" }, { "NAMEKEY", "UNIQUE" },
	{ "EVENTKEY", "INTEGER PRIMARY KEY" }, { " EVENTEND", "" },
	{ NULL, NULL }
};

static const struct mk_engine sqlite = {
	.words = words,
	.close = close_file,
	.script = script,
	.begin = begin,
	.begin_read = begin_read,
	.rollback = rollback,
	.make = make,
	.backup = backup,
	.start = start,
	.step = step,
	.done = done,
	.changed = changed,
	.col_int = col_int,
	.col_text = col_text,
	.person = person
};
