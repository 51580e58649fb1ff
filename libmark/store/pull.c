#include "store/pull.h"

#include <stdio.h>
#include <string.h>

#include "base/step.h"
#include "store/schema.h"

/* An origin of the other store, by number: how far it is there. */
static int
there(struct mk_store *from, int64_t after, struct mk_chain *c, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(from->db, &rows, e, "SELECT id, name, seq FROM origin WHERE id > ? "
	    "ORDER BY id LIMIT 1", "i", after) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		c->id = mk_rows_int(&rows, 0);
		s = mk_rows_text(&rows, 1, &n);
		(void)snprintf(c->name, sizeof c->name, "%.*s", (int)n, s);
		c->seq = mk_rows_int(&rows, 2);
	}
	mk_rows_done(&rows);
	return r;
}

/* The cursor: the last event of that origin that was read. */
static int
cursor(struct mk_store *st, const char *origin, int64_t *seq, struct mk_err *e)
{
	*seq = 0;
	return mk_db_value(st->db, seq, e, "SELECT seq FROM pull WHERE origin = ?", "s",
		origin) == -1 ? -1 : 0;
}

/* Up to n event lines behind seq, each with its LF: those since then, and holds of any
 * age. The number, or -1; *to is how far that reaches. */
static int
gather(struct mk_store *from, const struct mk_chain *c, int64_t seq, size_t n, int64_t since,
	struct mk_buf *out, int64_t *to, struct mk_err *e)
{
	struct mk_rows rows;
	const char *line;
	size_t len;
	size_t got = 0;
	int r = -1;

	*to = seq;
	if (mk_db_query(from->db, &rows, e, "SELECT line, id FROM event WHERE id > ? AND id <= ? "
	    "AND (time >= ? OR step IN (SELECT id FROM step WHERE name IN ('hold', 'release'))) "
	    "ORDER BY id LIMIT ?", "iiii", MK_EVENT_ID(c->id, seq), MK_EVENT_ID(c->id, c->seq),
	    since, (int64_t)n) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			line = mk_rows_text(&rows, 0, &len);
			*to = MK_EVENT_SEQ(mk_rows_int(&rows, 1));
			if (mk_buf_add(out, line, len, e) == -1 || mk_buf_addc(out, '\n', e) == -1) {
				r = -1;
				break;
			}
			got++;
		}
	mk_rows_done(&rows);
	if (got < n)
		*to = c->seq;
	return r == -1 ? -1 : (int)got;
}

/* What the event says of its step: "step_KEY", or NULL. */
static const struct mk_field *
said(const struct mk_rec *rec, const char *step, const char *bare)
{
	char key[2 * MK_KEY_MAX];

	(void)snprintf(key, sizeof key, "%s_%s", step, bare);
	return mk_rec_get(rec, key);
}

static bool
is(const struct mk_field *f, const char *val)
{
	return f != NULL && f->vlen == strlen(val) && memcmp(f->val, val, f->vlen) == 0;
}

/* A shipment, a receipt, a release that failed has changed nothing. */
static bool
idle(const char *step, const struct mk_field *result)
{
	return is(result, "refused") || (is(result, "fail") && (strcmp(step, "ship") == 0 ||
		strcmp(step, "receive") == 0 || strcmp(step, "release") == 0));
}

/* Keep one event, if it is the latest of its part and step. */
static int
keep(struct mk_store *st, const char *origin, const struct mk_rec *rec, struct mk_err *e)
{
	static const struct mk_field none = { "", "", 0, 0 };
	const struct mk_field *last = &rec->f[rec->n - 1], *id = mk_rec_get(rec, "id"), *result,
		*note, *part = mk_rec_get(rec, "part"), *when;
	size_t n = mk_step_len(st->conf, last->key, last->klen);
	char step[MK_KEY_MAX + 1];
	struct mk_time t;

	if (id == NULL || n == 0)	/* a step of another site that this one does not know */
		return 0;
	(void)snprintf(step, sizeof step, "%.*s", (int)n, last->key);
	result = said(rec, step, "result");
	if ((when = said(rec, step, "time")) == NULL || idle(step, result))
		return 0;
	if (mk_time_parse(when->val, when->vlen, &t, e) == -1)
		return -1;
	note = strcmp(step, "hold") == 0 ? said(rec, step, "reason") : strcmp(step, "ship") == 0 ?
		said(rec, step, "to") : NULL;
	result = result == NULL ? &none : result;
	note = note == NULL ? &none : note;
	part = part == NULL ? &none : part;
	return mk_db_run(st->db, NULL, e, "INSERT INTO pulled(name, step, time, result, note, part, "
		"origin) VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(name, step) DO UPDATE SET "
		"time = excluded.time, result = excluded.result, note = excluded.note, "
		"part = CASE WHEN excluded.part = '' THEN pulled.part ELSE excluded.part END, "
		"origin = excluded.origin WHERE excluded.time >= pulled.time", "tsittts", id->val,
		(size_t)id->vlen, step, t.ms, result->val, (size_t)result->vlen, note->val,
		(size_t)note->vlen, part->val, (size_t)part->vlen, origin);
}

/* Keep them all, and that they reach from seq to to, in one transaction. */
static int
take(struct mk_store *st, const struct mk_chain *c, int64_t seq, int64_t to,
	const struct mk_buf *lines, struct mk_err *e)
{
	const char *p = lines->p, *end = lines->p + lines->n, *lf;
	struct mk_rec rec = {0};
	size_t column;
	int64_t now = 0;
	int r = mk_db_begin(st->db, e);

	if (r == 0)
		r = cursor(st, c->name, &now, e);
	if (r == 0 && now != seq) {	/* somebody else pulls: look again */
		mk_db_rollback(st->db);
		return 0;
	}
	for (; r == 0 && p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (mk_rec_parse(&rec, p, (size_t)(lf - p), &column, e) == -1 || rec.n == 0)
			r = mk_err(e, MK_EINTEGRITY, "an event of %s behind %lld is no record in the "
				"other store: mk-trace audit there", c->name, (long long)seq);
		else
			r = keep(st, c->name, &rec, e);
	}
	if (r == 0)
		r = mk_db_run(st->db, NULL, e, "INSERT INTO pull(origin, seq) VALUES(?, ?) "
			"ON CONFLICT(origin) DO UPDATE SET seq = excluded.seq", "si", c->name, to);
	if (r == 0)
		r = mk_db_commit(st->db, e);
	mk_db_rollback(st->db);
	mk_rec_clear(&rec);
	return r;
}

int
mk_store_pull(struct mk_store *st, struct mk_store *from, size_t n, struct mk_pull *p,
	struct mk_err *e)
{
	struct mk_chain c = {0};
	struct mk_buf lines = {0};
	int64_t seq, to;
	int r, got, more = 0;

	if (strcmp(st->origin, from->origin) == 0)
		return mk_err(e, MK_EUSAGE, "a store pulls nothing from itself, nor from a copy of it");
	p->behind = 0;
	p->back[0] = '\0';
	while ((r = there(from, c.id, &c, e)) == 1) {
		if (strcmp(c.name, st->origin) == 0)
			continue;
		if ((r = cursor(st, c.name, &seq, e)) == -1)
			break;
		if (seq > c.seq)
			(void)snprintf(p->back, sizeof p->back, "%s", c.name);
		if (seq >= c.seq)
			continue;
		lines.n = 0;
		if ((got = gather(from, &c, seq, n, p->since, &lines, &to, e)) == -1 ||
		    take(st, &c, seq, to, &lines, e) == -1) {
			r = -1;
			break;
		}
		p->events += got;
		p->behind += c.seq - to;
		more = more || to < c.seq;
	}
	mk_buf_clear(&lines);
	return r == -1 ? -1 : more;
}

/* ---- what this store remembers of it ---- */

int
mk_store_pull_drop(struct mk_store *st, int64_t before, struct mk_err *e)
{
	/* a hold goes before its release does: alone it would stand again */
	static const char *const sql[] = {
		"DELETE FROM pulled WHERE step = 'hold' AND name IN (SELECT h.name FROM pulled h "
		"JOIN pulled r ON r.name = h.name AND r.step = 'release' AND r.time > h.time "
		"WHERE h.step = 'hold' AND h.time < ? LIMIT 1000)",
		"DELETE FROM pulled WHERE step <> 'hold' AND time < ? AND name IN (SELECT name "
		"FROM pulled WHERE step <> 'hold' AND time < ? LIMIT 1000)"
	};
	size_t i;

	for (i = 0; i < 2; i++) {
		int64_t changed = 0;
		int r;

		do {
			if (mk_db_begin(st->db, e) == -1)
				return -1;
			r = mk_db_run(st->db, &changed, e, sql[i], i == 0 ? "i" : "ii", before, before);
			if (r == 0)
				r = mk_db_commit(st->db, e);
			mk_db_rollback(st->db);
		} while (r == 0 && changed > 0);
		if (r == -1)
			return -1;
	}
	return 0;
}

int
mk_store_pulled(struct mk_store *st, const struct mk_time *t, struct mk_err *e)
{
	int r;

	if (mk_db_begin(st->db, e) == -1)
		return -1;
	r = mk_meta_set_int(st->db, "pulled_ms", t->ms, e);
	if (r == 0)
		r = mk_db_commit(st->db, e);
	mk_db_rollback(st->db);
	return r;
}

int
mk_store_pull_state(struct mk_store *st, struct mk_time *at, struct mk_err *e)
{
	struct mk_buf b = {0};
	int r = mk_meta_get(st->db, "pulled_ms", &b, e);

	mk_buf_clear(&b);
	at->off = 0;
	return r != 1 ? r : mk_meta_get_int(st->db, "pulled_ms", &at->ms, e) == -1 ? -1 : 1;
}

int
mk_store_elsewhere(struct mk_store *st, const char *name, size_t n, mk_elsewhere_each *each,
	void *arg, struct mk_err *e)
{
	struct mk_buf text = {0};
	struct mk_elsewhere w;
	struct mk_rows rows;
	size_t at[5], len;
	int i, r = -1, count = 0;

	if (mk_db_query(st->db, &rows, e, "SELECT step, result, note, part, origin, time FROM pulled "
	    "WHERE name = ?", "t", name, n) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			text.n = 0;
			for (i = 0; r == 1 && i < 5; i++) {
				const char *s = mk_rows_text(&rows, i, &len);

				at[i] = text.n;
				if (mk_buf_add(&text, s, len, e) == -1 || mk_buf_addc(&text, '\0', e) == -1)
					r = -1;
			}
			if (r == -1)
				break;
			w = (struct mk_elsewhere){ text.p + at[0], text.p + at[1], text.p + at[2],
				text.p + at[3], text.p + at[4], mk_rows_int(&rows, 5) };
			if (each(arg, &w, e) == -1) {
				r = -1;
				break;
			}
			count++;
		}
	mk_rows_done(&rows);
	mk_buf_clear(&text);
	return r == -1 ? -1 : count;
}
