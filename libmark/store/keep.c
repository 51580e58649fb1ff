#include "store/keep.h"

#include <stdio.h>
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

static int
derive_all(struct mk_store *st, mk_rebuild_tick *tick, void *arg, int64_t *changed,
	struct mk_err *e)
{
	static const char sql[] = "SELECT id, ctx, result, recorded, recorded_off, line FROM event "
		"WHERE id > ? ORDER BY id LIMIT 1000";
	struct old old[PIECE];
	struct mk_buf text = {0};
	struct mk_rows rows;
	int64_t at = 0, done = 0, all = 0;
	size_t i, n;
	int r;

	if (mk_db_value(st->db, &all, e, "SELECT COALESCE(SUM(seq), 0) FROM origin", "") == -1)
		return -1;
	do {
		text.n = n = 0;
		r = mk_db_query(st->db, &rows, e, sql, "i", at);
		while (r != -1 && (r = mk_rows_next(&rows, e)) == 1) {
			const char *s = mk_rows_text(&rows, 5, &old[n].n);

			old[n].id = mk_rows_int(&rows, 0);
			old[n].ctx = mk_rows_int(&rows, 1);
			old[n].result = mk_rows_int(&rows, 2);
			old[n].recorded.ms = mk_rows_int(&rows, 3);
			old[n].recorded.off = (int)mk_rows_int(&rows, 4);
			old[n].at = text.n;
			if (mk_buf_add(&text, s, old[n++].n, e) == -1)
				r = -1;
		}
		mk_rows_done(&rows);
		for (i = 0; r == 0 && i < n; i++) {
			at = old[i].id;
			r = mk_event_again(st, at, text.p + old[i].at, old[i].n, &old[i].recorded,
				old[i].ctx, old[i].result, changed, e);
		}
		done += (int64_t)n;
		if (r == 0 && tick != NULL)
			r = tick(arg, done, all, e);
	} while (r == 0 && n == PIECE);
	mk_buf_clear(&text);
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

	if (mk_store_begin(st, e) == -1)
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
			return mk_store_commit(st, e) == -1 ? -1 : 0;
	}
	mk_store_rollback(st);
	return r == 0 ? good : -1;
}
