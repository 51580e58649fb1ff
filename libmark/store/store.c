/* Making, opening and closing a store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/io.h"
#include "base/num.h"
#include "store/ahead.h"
#include "store/events.h"

#define VAR_STATE "/var/lib/mk-state"

bool
mk_store_exposed(const struct mk_store *st)
{
	return mk_db_exposed(st->db);
}

bool
mk_store_served(const char *path)
{
	return mk_db_served(path);
}

int
mk_meta_get(struct mk_db *db, const char *key, struct mk_buf *out, struct mk_err *e)
{
	struct mk_rows r;
	const char *s;
	size_t n;
	int got = -1;

	if (mk_db_query(db, &r, e, "SELECT value FROM meta WHERE key = ?", "s", key) == 0 &&
	    (got = mk_rows_next(&r, e)) == 1) {
		s = mk_rows_text(&r, 0, &n);
		if (mk_buf_add(out, s, n, e) == -1)
			got = -1;
	}
	mk_rows_done(&r);
	return got;
}

static int
meta_set(struct mk_db *db, const char *key, const char *val, struct mk_err *e)
{
	return mk_db_run(db, NULL, e, "INSERT INTO meta(key, value) VALUES(?, ?)", "ss", key, val);
}

int
mk_meta_set_int(struct mk_db *db, const char *key, int64_t val, struct mk_err *e)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", (long long)val);
	return mk_db_run(db, NULL, e, "INSERT INTO meta(key, value) VALUES(?, ?) "
		"ON CONFLICT(key) DO UPDATE SET value = excluded.value", "ss", key, text);
}

int
mk_meta_get_int(struct mk_db *db, const char *key, int64_t *val, struct mk_err *e)
{
	struct mk_buf b = {0};
	int r = mk_meta_get(db, key, &b, e);

	if (r == 1)
		r = mk_num_i64(b.p, b.n, INT64_MIN, INT64_MAX, val, e);
	else if (r == 0)
		r = mk_err(e, MK_EINTEGRITY, "the store has lost its %s", key);
	mk_buf_clear(&b);
	return r;
}

/* The folder for the high-water file, absolute; made if missing. */
static int
state_dir(const char *state, struct mk_buf *out, struct mk_err *e)
{
	const char *home = getenv("HOME");
	char *cwd;

	if (state == NULL) {
		struct mk_err no;

		if (mk_io_mkdirs(VAR_STATE, &no) == 0 && access(VAR_STATE, W_OK) == 0)
			return mk_buf_adds(out, VAR_STATE, e);
		if (home == NULL)
			return mk_err(e, MK_EUSAGE, "no place for the high-water file: say --state "
				"DIR or set MK_STATE");
		if (mk_buf_addf(out, e, "%s/.local/state/mk", home) == -1)
			return -1;
	} else if (*state == '/') {
		if (mk_buf_adds(out, state, e) == -1)
			return -1;
	} else {
		if ((cwd = getcwd(NULL, 0)) == NULL)
			return mk_err_sys(e, MK_EIO, "the current folder");
		if (mk_buf_addf(out, e, "%s/%s", cwd, state) == -1) {
			free(cwd);
			return -1;
		}
		free(cwd);
	}
	return mk_buf_str(out, e) == NULL ? -1 : mk_io_mkdirs(out->p, e);
}

int
mk_state_file(const char *state, const char *origin, struct mk_buf *out, struct mk_err *e)
{
	return state_dir(state, out, e) == -1 ? -1 : mk_buf_addf(out, e, "/%s", origin);
}

int
mk_schema_citus(struct mk_db *db, struct mk_err *e)
{
	int64_t n;

	return mk_db_value(db, &n, e, "SELECT COUNT(*) FROM pg_extension WHERE extname = 'citus'", "")
		== -1 ? -1 : n > 0;
}

int
mk_schema_kind(struct mk_store *st, struct mk_err *e)
{
	struct mk_buf b = {0};
	int r = mk_meta_get(st->db, "distributed", &b, e);

	mk_buf_clear(&b);
	if (r == 1)
		(void)mk_db_spread(st->db);
	return r == -1 ? -1 : 0;
}

/* What the engine must be told. */
static int
spread_script(struct mk_db *db, struct mk_buf *out, struct mk_err *e)
{
	const struct mk_table *t = mk_schema_tables;
	int64_t yuga;
	int r, citus = mk_schema_citus(db, e);

	if (citus == -1 || mk_db_value(db, &yuga, e, "SELECT CASE WHEN version() LIKE '%-YB-%' THEN 1 "
	    "ELSE 0 END", "") == -1)
		return -1;
	if (yuga == 1)
		return mk_buf_adds(out, "-- YugabyteDB spreads tables by itself: nothing is to be run.\n", e);
	r = mk_buf_adds(out, citus ? "-- To be run in this database before anything is stored:\n" :
		"-- This server has no Citus: it is for one that has.\n", e);
	for (; r == 0 && t->name != NULL; t++)
		r = t->column == NULL ?
			mk_buf_addf(out, e, "SELECT create_reference_table('%s');\n", t->name) :
			mk_buf_addf(out, e, "SELECT create_distributed_table('%s', '%s');\n", t->name,
				t->column);
	return r;
}

static int
fill(struct mk_db *db, bool spread, const char *origin, const char *hiwater, struct mk_err *e)
{
	static const unsigned char zero[MK_SHA256_LEN];
	char version[16];

	(void)snprintf(version, sizeof version, "%d", MK_SCHEMA_VERSION);
	if (mk_db_begin(db, e) == -1)
		return -1;
	if (mk_db_schema(db, mk_schema_kept, e) == 0 &&
	    mk_db_schema(db, mk_schema_event, e) == 0 &&
	    mk_db_schema(db, mk_schema_derived, e) == 0 &&
	    mk_db_schema(db, mk_schema_pulled, e) == 0 &&
	    (!spread || (mk_db_script(db, mk_schema_spread_more, e) == 0 &&
	    meta_set(db, "distributed", "1", e) == 0)) &&
	    meta_set(db, "origin", origin, e) == 0 &&
	    meta_set(db, "hiwater", hiwater, e) == 0 &&
	    meta_set(db, "reservations", "0", e) == 0 &&
	    meta_set(db, "numbers", "0", e) == 0 &&
	    meta_set(db, "epoch", "0", e) == 0 &&
	    meta_set(db, "lost", "0", e) == 0 &&
	    mk_db_run(db, NULL, e, "INSERT INTO origin(name, seq, head) VALUES(?, 0, ?)",
		"sb", origin, zero, sizeof zero) == 0 &&
	    /* last: a store without its version was never finished */
	    meta_set(db, "version", version, e) == 0)
		return mk_db_commit(db, e);
	mk_db_rollback(db);
	return -1;
}

int
mk_store_init(const char *path, const char *state, struct mk_buf *spread, struct mk_err *e)
{
	unsigned char rnd[MK_ORIGIN_LEN / 2];
	char origin[MK_ORIGIN_LEN + 1];
	const struct mk_hiwater none = {0};
	struct mk_buf dir = {0};
	struct mk_db *db = NULL;
	int r = -1;

	if (mk_random(rnd, sizeof rnd, e) == -1)
		return -1;
	mk_hex(rnd, sizeof rnd, origin);
	if (mk_db_served(path)) {	/* it issues nothing: there is no high-water file */
		if (mk_db_open(&db, path, true, e) == 0)
			r = fill(db, spread != NULL && mk_db_spread(db), origin, "", e);
		if (r == 0 && spread != NULL)
			r = spread_script(db, spread, e);
		mk_db_close(db);
		return r;
	}
	if (spread != NULL)
		return mk_err(e, MK_EUSAGE, "a store in a file lies on one machine: name one in a server "
			"(postgresql://...)");
	if (mk_state_file(state, origin, &dir, e) == -1 || mk_buf_str(&dir, e) == NULL ||
	    mk_db_open(&db, path, true, e) == -1)
		goto out;
	if (mk_hiwater_make(dir.p, origin, &none, e) == 0 && fill(db, false, origin, dir.p, e) == 0)
		r = mk_io_syncdir(path, e);
	mk_db_close(db);
	if (r == -1) {
		(void)unlink(path);
		(void)unlink(dir.p);
	}
out:
	mk_buf_clear(&dir);
	return r;
}

static int
load_meta(struct mk_store *st, const char *path, struct mk_buf *version, struct mk_err *e)
{
	struct mk_buf b = {0};
	int r = mk_meta_get(st->db, "version", version, e);

	/* a file that is no store has no table meta: say so rather than quote SQL */
	if (r == 0 || (r == -1 && (e->code == MK_EINTEGRITY || strstr(e->msg, "no such table") != NULL)))
		return mk_err(e, MK_EINTEGRITY, "%s: not a store (mk-trace init makes one)", path);
	if (r == 1 && (r = mk_meta_get(st->db, "origin", &b, e)) == 1 && b.n == MK_ORIGIN_LEN) {
		memcpy(st->origin, b.p, MK_ORIGIN_LEN);
		memcpy(st->own.name, b.p, MK_ORIGIN_LEN);
		b.n = 0;
		if ((r = mk_meta_get(st->db, "hiwater", &b, e)) == 1 && mk_buf_str(&b, e) != NULL) {
			st->hiwater = b.p;
			return 0;
		}
	}
	mk_buf_clear(&b);
	return r == -1 ? -1 : mk_err(e, MK_EINTEGRITY, "%s: the store lacks its origin or "
		"high-water path", path);
}

int
mk_store_open_any(struct mk_store **out, const char *path, const struct mk_conf *conf,
	struct mk_buf *version, struct mk_err *e)
{
	struct mk_store *st = calloc(1, sizeof *st);

	*out = NULL;
	if (st == NULL)
		return mk_err_nomem(e);
	st->conf = conf;
	st->known = -1;
	if (mk_db_open(&st->db, path, false, e) == -1 || load_meta(st, path, version, e) == -1) {
		mk_store_close(st);
		return -1;
	}
	*out = st;
	return 0;
}

int
mk_store_open(struct mk_store **out, const char *path, const struct mk_conf *conf,
	struct mk_err *e)
{
	struct mk_buf version = {0};
	uint64_t v = 0;
	struct mk_err no;
	int r = mk_store_open_any(out, path, conf, &version, e);

	if (r == 0 && mk_num_u64(version.p, version.n, 1, 1000000, &v, &no) == -1)
		r = mk_err(e, MK_EUSAGE, "%s: its migration was interrupted: mk-trace migrate goes on "
			"with it", path);
	else if (r == 0 && v < MK_SCHEMA_VERSION)
		r = mk_err(e, MK_EUSAGE, "%s: a store of version %d: mk-trace migrate brings it to "
			"version %d", path, (int)v, MK_SCHEMA_VERSION);
	else if (r == 0 && v > MK_SCHEMA_VERSION)
		r = mk_err(e, MK_EUSAGE, "%s: a store of version %d, this program knows %d: use the "
			"program that wrote it", path, (int)v, MK_SCHEMA_VERSION);
	mk_buf_clear(&version);
	if (r == -1) {
		mk_store_close(*out);
		*out = NULL;
	}
	return r;
}

void
mk_store_close(struct mk_store *st)
{
	if (st == NULL)
		return;
	mk_soon_free(st);
	mk_asking_free(st);
	mk_index_free(st);
	mk_event_free(st);
	mk_state_free(st);
	mk_ahead_free(st);
	mk_db_close(st->db);
	free(st->hiwater);
	mk_buf_clear(&st->line);
	mk_buf_clear(&st->out);
	free(st);
}

/* ---- write transactions ---- */

int
mk_chain_read(struct mk_store *st, struct mk_chain *c, const char *name, struct mk_err *e)
{
	struct mk_rows rows;
	const char *h;
	size_t n;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT id, seq, head FROM origin WHERE name = ? "
	    "/* lock */", "s",
	    name) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		c->id = mk_rows_int(&rows, 0);
		c->seq = mk_rows_int(&rows, 1);
		h = mk_rows_text(&rows, 2, &n);
		if (n == sizeof c->head)
			memcpy(c->head, h, n);
		else
			r = mk_err(e, MK_EINTEGRITY, "the store has lost the head of the chain %s",
				name);
		if (c->name != name)
			memcpy(c->name, name, MK_ORIGIN_LEN + 1);
		c->moved = false;
	}
	mk_rows_done(&rows);
	return r;
}

int
mk_chain_write(struct mk_store *st, struct mk_chain *c, struct mk_err *e)
{
	if (!c->moved)
		return 0;
	c->moved = false;
	return mk_db_run(st->db, NULL, e, "UPDATE origin SET seq = ?, head = ? WHERE id = ?", "ibi",
		c->seq, c->head, sizeof c->head, c->id);
}

void
mk_chain_check(struct mk_store *st, const struct mk_chain *c)
{
	const struct mk_chain *was = &st->left[c == &st->other];

	if (strcmp(was->name, c->name) != 0 || was->seq != c->seq)
		mk_index_forget_runs(st);
}

int
mk_store_begin(struct mk_store *st, struct mk_err *e)
{
	int r;

	if (mk_db_begin(st->db, e) == -1)
		return -1;
	st->other.name[0] = '\0';
	st->arriving = 0;
	r = mk_chain_read(st, &st->own, st->own.name, e);
	if (r != 1) {
		if (r == 0)
			mk_err(e, MK_EINTEGRITY, "the store has lost its own chain");
		mk_db_rollback(st->db);
		return -1;
	}
	/* others may have written meanwhile */
	mk_ahead_forget(st);
	mk_soon_drop(st);
	mk_state_forget(st);
	if (st->own.seq != st->known)
		mk_index_forget(st, false);
	mk_chain_check(st, &st->own);
	return 0;
}

int
mk_store_commit(struct mk_store *st, struct mk_err *e)
{
	if (mk_state_write(st, e) == -1 || mk_index_flush(st, e) == -1 ||
	    mk_chain_write(st, &st->own, e) == -1 || mk_chain_write(st, &st->other, e) == -1 ||
	    mk_db_commit(st->db, e) == -1) {
		mk_store_rollback(st);
		return -1;
	}
	st->known = st->other.name[0] == '\0' ? st->own.seq : -1;
	st->left[0] = st->own;
	if (st->other.name[0] != '\0')
		st->left[1] = st->other;
	return 0;
}

void
mk_store_rollback(struct mk_store *st)
{
	mk_db_rollback(st->db);
	mk_ahead_forget(st);
	mk_state_forget(st);
	mk_index_forget(st, true);
	st->left[0].name[0] = st->left[1].name[0] = '\0';
	st->known = -1;
}
