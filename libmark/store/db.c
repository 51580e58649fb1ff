/* db.h over whichever engine a store has. */
#include "store/db.h"

#include <stdarg.h>
#include <string.h>

#include "store/engine.h"

#define PARAMS_MAX 32
#define EACH_MAX 10000	/* numbers in one question */

bool
mk_db_served(const char *path)
{
	return strncmp(path, "postgresql://", 13) == 0 || strncmp(path, "postgres://", 11) == 0;
}

int
mk_db_open(struct mk_db **db, const char *path, bool create, struct mk_err *e)
{
	*db = NULL;
	if (mk_db_served(path))
#ifdef HAVE_PQ
		return mk_postgres_open(db, path, e);
#else
		return mk_err(e, MK_EUSAGE, "this build has no PostgreSQL: configure it without "
			"--without-pq");
#endif
	if (strstr(path, "://") != NULL)
		return mk_err(e, MK_EUSAGE, "%.80s: no kind of store that is known: a store is a file, or "
			"postgresql://user@host/database", path);
	return mk_sqlite_open(db, path, create, e);
}

bool
mk_db_far(const struct mk_db *db)
{
	return db->engine->arrays;
}

void
mk_db_close(struct mk_db *db)
{
	if (db != NULL)
		db->engine->close(db);
}

bool
mk_db_exposed(const struct mk_db *db)
{
	return db->engine->exposed != NULL && db->engine->exposed(db);
}

int
mk_db_script(struct mk_db *db, const char *sql, struct mk_err *e)
{
	return db->engine->script(db, sql, e);
}

bool
mk_db_spread(struct mk_db *db)
{
	db->spread = db->engine->spread != NULL;
	return db->spread;
}

static const char *const *
word_at(const char *sql, const char *const (*w)[2])
{
	for (; (*w)[0] != NULL; w++)
		if (strncmp(sql, (*w)[0], strlen((*w)[0])) == 0)
			return *w;
	return NULL;
}

int
mk_db_spell(struct mk_db *db, const char *sql, struct mk_buf *out, struct mk_err *e)
{
	const char *const *w;
	int r = 0;

	while (r == 0 && *sql != '\0') {
		w = db->spread ? word_at(sql, db->engine->spread) : NULL;
		if (w == NULL)
			w = word_at(sql, db->engine->words);
		if (w != NULL) {
			r = mk_buf_adds(out, w[1], e);
			sql += strlen(w[0]);
		} else
			r = mk_buf_addc(out, *sql++, e);
	}
	return r;
}

int
mk_db_schema(struct mk_db *db, const char *sql, struct mk_err *e)
{
	struct mk_buf b = {0};
	int r = mk_db_spell(db, sql, &b, e);

	if (r == 0)
		r = mk_buf_str(&b, e) == NULL ? -1 : mk_db_script(db, b.p, e);
	mk_buf_clear(&b);
	return r;
}

int
mk_db_begin(struct mk_db *db, struct mk_err *e)
{
	return db->engine->begin(db, e);
}

int
mk_db_read(struct mk_db *db, struct mk_err *e)
{
	return db->engine->begin_read(db, e);
}

int
mk_db_backup(struct mk_db *db, const char *path, struct mk_err *e)
{
	if (db->engine->backup == NULL)
		return mk_err(e, MK_EUSAGE, "a store in a server is copied by the server's own means: "
			"pg_dump -Fc -f %s URI", path);
	return db->engine->backup(db, path, e);
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
	db->engine->rollback(db);
}

/* The arguments of a format, as parameters. */
static int
params(struct mk_param *p, size_t *n, const char *fmt, va_list ap, struct mk_err *e)
{
	for (*n = 0; *fmt != '\0'; fmt++, p++, (*n)++) {
		if (*n == PARAMS_MAX)
			return mk_err(e, MK_EBUG, "more than %d parameters", PARAMS_MAX);
		switch (*fmt) {
		case 'i':
			p->type = MK_PARAM_INT;
			p->i = va_arg(ap, int64_t);
			break;
		case 't':
		case 's':
			p->type = MK_PARAM_TEXT;
			p->p = va_arg(ap, const char *);
			if (p->p == NULL)
				p->p = "";
			p->n = *fmt == 't' ? va_arg(ap, size_t) : strlen(p->p);
			break;
		case 'a':
		case 'A':
		case 'b':
			p->type = *fmt == 'a' ? MK_PARAM_TEXTS : *fmt == 'A' ? MK_PARAM_NUMBERS :
				MK_PARAM_BLOB;
			p->p = va_arg(ap, const void *);
			p->n = va_arg(ap, size_t);
			break;
		case 'n':
			p->type = MK_PARAM_NULL;
			break;
		default:
			return mk_err(e, MK_EBUG, "parameter format '%c'", *fmt);
		}
	}
	return 0;
}

static int
start(struct mk_db *db, void **stmt, struct mk_err *e, const char *sql, const char *fmt,
	va_list ap)
{
	struct mk_param p[PARAMS_MAX];
	size_t n;

	if (params(p, &n, fmt, ap, e) == -1)
		return -1;
	return db->engine->start(db, sql, p, n, stmt, e);
}

/* A statement whose answer nobody waits for. */
static int
put(struct mk_db *db, int64_t *changed, struct mk_err *e, const char *sql,
	const struct mk_param *p, size_t n)
{
	void *stmt;
	int r;

	if (db->engine->start(db, sql, p, n, &stmt, e) == -1)
		return -1;
	r = db->engine->step(db, stmt, e);
	if (changed != NULL)
		*changed = db->engine->changed(db, stmt);
	db->engine->done(stmt);
	return r == -1 ? -1 : 0;
}

int
mk_db_run(struct mk_db *db, int64_t *changed, struct mk_err *e, const char *sql,
	const char *fmt, ...)
{
	struct mk_param p[PARAMS_MAX];
	va_list ap;
	size_t n;
	int r;

	va_start(ap, fmt);
	r = params(p, &n, fmt, ap, e);
	va_end(ap);
	if (r == -1)
		return -1;
	if (changed == NULL && db->engine->run != NULL)
		return db->engine->run(db, sql, p, n, e);
	return put(db, changed, e, sql, p, n);
}

int
mk_db_insert(struct mk_db *db, struct mk_err *e, const char *sql, const char *fmt, ...)
{
	struct mk_param p[PARAMS_MAX];
	va_list ap;
	size_t n;
	int r;

	va_start(ap, fmt);
	r = params(p, &n, fmt, ap, e);
	va_end(ap);
	if (r == -1)
		return -1;
	if (db->engine->insert != NULL)
		return db->engine->insert(db, sql, p, n, e);
	return put(db, NULL, e, sql, p, n);
}

int
mk_db_make(struct mk_db *db, int64_t *id, struct mk_err *e, const char *sql, const char *fmt, ...)
{
	struct mk_param p[PARAMS_MAX];
	va_list ap;
	size_t n;
	int r;

	va_start(ap, fmt);
	r = params(p, &n, fmt, ap, e);
	va_end(ap);
	return r == -1 ? -1 : db->engine->make(db, sql, p, n, id, e);
}

int
mk_db_value(struct mk_db *db, int64_t *out, struct mk_err *e, const char *sql,
	const char *fmt, ...)
{
	void *stmt;
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = start(db, &stmt, e, sql, fmt, ap);
	va_end(ap);
	if (r == -1)
		return -1;
	r = db->engine->step(db, stmt, e);
	if (r == 1)
		*out = db->engine->col_int(stmt, 0);
	db->engine->done(stmt);
	return r;
}

int
mk_db_query(struct mk_db *db, struct mk_rows *r, struct mk_err *e, const char *sql,
	const char *fmt, ...)
{
	va_list ap;
	int rc;

	r->db = db;
	r->stmt = NULL;
	va_start(ap, fmt);
	rc = start(db, &r->stmt, e, sql, fmt, ap);
	va_end(ap);
	return rc;
}

int
mk_rows_next(struct mk_rows *r, struct mk_err *e)
{
	return r->db->engine->step(r->db, r->stmt, e);
}

int64_t
mk_rows_int(struct mk_rows *r, int col)
{
	return r->db->engine->col_int(r->stmt, col);
}

const char *
mk_rows_text(struct mk_rows *r, int col, size_t *n)
{
	return r->db->engine->col_text(r->stmt, col, n);
}

void
mk_rows_done(struct mk_rows *r)
{
	if (r->stmt != NULL)
		r->db->engine->done(r->stmt);
	r->stmt = NULL;
}

int
mk_db_each(struct mk_db *db, const char *sql, const int64_t *key, size_t n, mk_db_found *each,
	void *arg, struct mk_err *e)
{
	const size_t piece = db->engine->arrays ? EACH_MAX : 1;
	struct mk_param p = {0};
	struct mk_rows rows = { .db = db };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < n; i += piece) {
		p.type = db->engine->arrays ? MK_PARAM_INTS : MK_PARAM_INT;
		p.p = &key[i];
		p.n = n - i < piece ? n - i : piece;
		p.i = key[i];
		if (db->engine->start(db, sql, &p, 1, &rows.stmt, e) == -1)
			return -1;
		while (r == 0 && (r = mk_rows_next(&rows, e)) == 1)
			r = each(arg, &rows, e);
		mk_rows_done(&rows);
	}
	return r == -1 ? -1 : 0;
}

int
mk_db_person(struct mk_db *db, const char *sql, mk_db_row *each, void *arg, struct mk_err *e)
{
	if (db->engine->person == NULL)
		return mk_err(e, MK_EUSAGE, "this kind of store takes no SQL here");
	return db->engine->person(db, sql, each, arg, e);
}
