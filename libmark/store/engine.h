/* What is behind db.h: one engine, one file, one table of functions. Inside store/
 * only. Errors as in db.h. */
#ifndef MK_ENGINE_H
#define MK_ENGINE_H

#include "store/db.h"

struct mk_param {
	enum { MK_PARAM_NULL, MK_PARAM_INT, MK_PARAM_TEXT, MK_PARAM_BLOB,
		MK_PARAM_INTS, MK_PARAM_TEXTS, MK_PARAM_NUMBERS } type;
	int64_t i;
	const void *p;
	size_t n;		/* bytes of p (TEXTS, NUMBERS: as wire.h has them), or how many int64_t */
};

struct mk_engine {
	bool arrays;		/* MK_PARAM_INTS may be the one parameter, TEXTS and NUMBERS any */
	const char *const (*words)[2];	/* mk_db_schema's, and what they are here; NULL ends */
	const char *const (*spread)[2];	/* and those that are others after mk_db_spread */
	void (*close)(struct mk_db *db);
	bool (*exposed)(const struct mk_db *db);	/* mk_db_exposed; NULL: never */
	int (*script)(struct mk_db *db, const char *sql, struct mk_err *e);
	int (*begin)(struct mk_db *db, struct mk_err *e);
	int (*begin_read)(struct mk_db *db, struct mk_err *e);
	void (*rollback)(struct mk_db *db);
	/* A statement without an answer, and one that inserts a row and no more: they may
	 * be put off until an answer is needed. NULL: start, step, done do it. */
	int (*run)(struct mk_db *db, const char *sql, const struct mk_param *p, size_t n,
		struct mk_err *e);
	int (*insert)(struct mk_db *db, const char *sql, const struct mk_param *p, size_t n,
		struct mk_err *e);
	/* mk_db_make. */
	int (*make)(struct mk_db *db, const char *sql, const struct mk_param *p, size_t n,
		int64_t *id, struct mk_err *e);
	int (*backup)(struct mk_db *db, const char *path, struct mk_err *e);
	/* Bind, and run as far as the first row; *stmt is what the others take. The
	 * parameters live until done. After -1 there is no statement. */
	int (*start)(struct mk_db *db, const char *sql, const struct mk_param *p, size_t n,
		void **stmt, struct mk_err *e);
	int (*step)(struct mk_db *db, void *stmt, struct mk_err *e);	/* 1, 0 at the end, -1 */
	void (*done)(void *stmt);
	int64_t (*changed)(struct mk_db *db, void *stmt);
	int64_t (*col_int)(void *stmt, int col);
	const char *(*col_text)(void *stmt, int col, size_t *n);	/* until step or done */
	/* mk_db_person; NULL: the engine has none */
	int (*person)(struct mk_db *db, const char *sql, mk_db_row *each, void *arg,
		struct mk_err *e);
};

struct mk_db {			/* first in each engine's own */
	const struct mk_engine *engine;
	bool spread;
};

int mk_sqlite_open(struct mk_db **db, const char *path, bool create, struct mk_err *e);

/* A place with a password in it is MK_EUSAGE. Errors after which the same again may
 * succeed have e->retry. */
int mk_postgres_open(struct mk_db **db, const char *uri, struct mk_err *e);

#endif
