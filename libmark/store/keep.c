#include "store/keep.h"

#include <stdlib.h>
#include <string.h>

#include "store/events.h"

#define PIECE 1000

int
mk_store_backup(struct mk_store *st, const char *path, struct mk_err *e)
{
	return mk_db_backup(st->db, path, e);
}

int
mk_store_analyze(struct mk_store *st, struct mk_err *e)
{
	return mk_db_script(st->db, "ANALYZE", e);
}

/* ---- rebuild ---- */

/* The derived tables, and two statements each that count the rows which only the old,
 * and only the new one has. */
#define COMPARE(t, cols) { t, "SELECT COUNT(*) FROM " t, \
	"SELECT COUNT(*) FROM (SELECT " cols " FROM was_" t " EXCEPT SELECT " cols " FROM " t ") x", \
	"SELECT COUNT(*) FROM (SELECT " cols " FROM " t " EXCEPT SELECT " cols " FROM was_" t ") x" }
static const struct {
	const char *name, *count, *wrong, *missing;
} tables[] = {
	COMPARE("alias", "name, item"),
	COMPARE("wordkey", "id, name, words, until"),
	COMPARE("word", "id, key, value"),
	COMPARE("run", "word, first, last"),
	COMPARE("ctx", "id, site, line, station, machine, operator, shift, day, lot, part, recipe, "
		"purpose"),
	COMPARE("tally", "hour, step, ctx, result, reason, n, first"),
	COMPARE("state", "item, seen, n, first, last, time, ctx, step, result, place, customer, "
		"document, hold, gone, doubt, successor"),
	COMPARE("edge_up", "child, parent, event, kind, since, until, ended"),
	COMPARE("edge_down", "child, parent, event, kind, since, until, ended"),
	COMPARE("loaded", "lot, event, place, since, until, ended")
};

static const char *const aside = "DROP INDEX alias_item; DROP INDEX state_hold; "
	"DROP INDEX state_doubt; DROP INDEX loaded_place; "
	"ALTER TABLE alias RENAME TO was_alias; ALTER TABLE wordkey RENAME TO was_wordkey; "
	"ALTER TABLE word RENAME TO was_word; ALTER TABLE run RENAME TO was_run; "
	"ALTER TABLE ctx RENAME TO was_ctx; ALTER TABLE tally RENAME TO was_tally; "
	"ALTER TABLE state RENAME TO was_state; ALTER TABLE edge_up RENAME TO was_edge_up; "
	"ALTER TABLE edge_down RENAME TO was_edge_down; ALTER TABLE loaded RENAME TO was_loaded;";
static const char *const gone = "DROP TABLE was_alias; DROP TABLE was_wordkey; DROP TABLE was_word; "
	"DROP TABLE was_run; DROP TABLE was_ctx; DROP TABLE was_tally; DROP TABLE was_state; "
	"DROP TABLE was_edge_up; DROP TABLE was_edge_down; DROP TABLE was_loaded;";

struct old {
	int64_t id, ctx, result;
	struct mk_time recorded;
	size_t at, n;
};

struct deriving {
	struct mk_store *st;
	struct mk_replay replay;
	struct old old[PIECE];
	size_t n;
	struct mk_buf text;
	int64_t done, all, changed;
	mk_rebuild_tick *tick;
	void *arg;
};

static int
read_piece(struct deriving *d, int64_t first, int64_t last, struct mk_err *e)
{
	struct mk_rows rows;
	int r;

	d->text.n = d->n = 0;
	r = mk_db_query(d->st->db, &rows, e, "SELECT id, ctx, result, recorded, recorded_off, line "
		"FROM event WHERE id >= ? AND id <= ? ORDER BY id LIMIT 1000", "ii", first, last);
	while (r != -1 && (r = mk_rows_next(&rows, e)) == 1) {
		struct old *o = &d->old[d->n++];
		const char *s = mk_rows_text(&rows, 5, &o->n);

		o->id = mk_rows_int(&rows, 0);
		o->ctx = mk_rows_int(&rows, 1);
		o->result = mk_rows_int(&rows, 2);
		o->recorded.ms = mk_rows_int(&rows, 3);
		o->recorded.off = (int)mk_rows_int(&rows, 4);
		o->at = d->text.n;
		if (mk_buf_add(&d->text, s, o->n, e) == -1)
			r = -1;
	}
	mk_rows_done(&rows);
	return r;
}

/* Derive a stretch of one origin. */
static int
derive(void *arg, int64_t first, int64_t last, struct mk_err *e)
{
	struct deriving *d = arg;
	size_t i, origin = (size_t)MK_EVENT_ORIGIN(first);
	int64_t *p;

	if (origin >= d->replay.n) {
		if ((p = realloc(d->replay.upto, (origin + 1) * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		memset(p + d->replay.n, 0, (origin + 1 - d->replay.n) * sizeof *p);
		d->replay.upto = p;
		d->replay.n = origin + 1;
	}
	do {
		if (read_piece(d, first, last, e) == -1)
			return -1;
		for (i = 0; i < d->n; i++) {
			const struct old *o = &d->old[i];

			if (mk_event_again(d->st, o->id, d->text.p + o->at, o->n, &o->recorded, o->ctx,
			    o->result, &d->changed, e) == -1)
				return -1;
			d->replay.upto[origin] = MK_EVENT_SEQ(o->id);
			first = o->id + 1;
		}
		d->done += (int64_t)d->n;
		if (d->tick != NULL && d->tick(d->arg, d->done, d->all, e) == -1)
			return -1;
	} while (d->n == PIECE);
	return 0;
}

/* All events, in the order in which they came: what follows from them depends on it. */
static int
derive_all(struct mk_store *st, mk_rebuild_tick *tick, void *arg, int64_t *changed,
	struct mk_err *e)
{
	struct deriving *d = calloc(1, sizeof *d);
	int r;

	if (d == NULL)
		return mk_err_nomem(e);
	d->st = st;
	d->tick = tick;
	d->arg = arg;
	st->replay = &d->replay;
	r = mk_db_value(st->db, &d->all, e, "SELECT COALESCE(SUM(seq), 0) FROM origin", "");
	if (r == 1)
		r = mk_arrival_each(st, derive, d, e);
	*changed = d->changed;
	st->replay = NULL;
	free(d->replay.upto);
	mk_buf_clear(&d->text);
	free(d);
	return r;
}

int
mk_store_rebuild(struct mk_store *st, bool replace, mk_rebuild_each *each,
	mk_rebuild_tick *tick, void *arg, struct mk_err *e)
{
	int64_t rows, wrong, missing, changed = 0;
	bool good = true;
	size_t i;
	int r;

	if (*st->hiwater == '\0' && (r = mk_schema_citus(st->db, e)) != 0)
		return r == -1 ? -1 : mk_err(e, MK_EUSAGE, "Citus does not let tables be made anew while "
			"they are in use: mk-trace export, and add to a new store");
	if (mk_schema_kind(st, e) == -1 || mk_store_begin(st, e) == -1)
		return -1;
	mk_index_forget(st, true);
	r = mk_db_script(st->db, aside, e);
	if (r == 0)
		r = mk_db_schema(st->db, mk_schema_derived, e);
	if (r == 0)
		r = derive_all(st, tick, arg, &changed, e);
	if (r == 0 && (mk_state_write(st, e) == -1 || mk_index_flush(st, e) == -1))
		r = -1;
	for (i = 0; r == 0 && i < sizeof tables / sizeof *tables; i++) {
		if (mk_db_value(st->db, &rows, e, tables[i].count, "") == -1 ||
		    mk_db_value(st->db, &wrong, e, tables[i].wrong, "") == -1 ||
		    mk_db_value(st->db, &missing, e, tables[i].missing, "") == -1)
			r = -1;
		else {
			good = good && wrong == 0 && missing == 0;
			r = each(arg, tables[i].name, rows, wrong, missing, e);
		}
	}
	if (r == 0 && (r = mk_db_value(st->db, &rows, e, "SELECT COUNT(*) FROM event", "")) != -1)
		r = each(arg, "event", rows, changed, 0, e);
	good = good && changed == 0;
	if (r == 0 && !good && replace) {
		r = mk_db_script(st->db, gone, e);
		if (r == 0)
			r = mk_roles_again(st, e);
		if (r == 0)
			return mk_store_commit(st, e) == -1 ? -1 : 0;
	}
	mk_store_rollback(st);
	return r == 0 ? good : -1;
}
