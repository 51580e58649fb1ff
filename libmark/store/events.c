/* Items, events, and the words that find them. */
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "base/step.h"
#include "store/schema.h"

#define TAIL 12
#define WORD_MAX 200	/* longer values are found by reading, not by index */

static size_t
tail_of(const char *name, size_t n, char out[TAIL])
{
	size_t i, k = n < TAIL ? n : TAIL;

	for (i = 0; i < k; i++)
		out[i] = name[n - 1 - i];
	/* half a UTF-8 character is no text: leave it out */
	while (k > 0 && k < n && (out[k - 1] & 0xc0) == 0x80)
		k--;
	return k;
}

int
mk_item_id(struct mk_store *st, const char *name, size_t n, bool make, int64_t *id,
	struct mk_err *e)
{
	char tail[TAIL];
	int r = mk_db_value(st->db, id, e, "SELECT id FROM item WHERE name = ?", "t", name, n);

	if (r != 0 || !make)
		return r;
	if (mk_db_run(st->db, NULL, e, "INSERT INTO item(name, tail) VALUES(?, ?)", "tt",
	    name, n, tail, tail_of(name, n, tail)) == -1)
		return -1;
	*id = mk_db_rowid(st->db);
	return 1;
}

int
mk_item_name(const struct mk_rec *rec, struct mk_buf *out, struct mk_err *e)
{
	const struct mk_field *f = mk_rec_get(rec, "id");

	if (f != NULL && f->vlen > 0)
		return mk_buf_add(out, f->val, f->vlen, e);
	if ((f = mk_rec_get(rec, "arrival")) == NULL || f->vlen == 0)
		return mk_err(e, MK_EDATA, "neither id nor arrival: a part without a name cannot "
			"be stored");
	if (mk_buf_adds(out, "arrival:", e) == -1)
		return -1;
	return mk_buf_add(out, f->val, f->vlen, e);
}

static bool
key_is(const struct mk_field *f, const char *key)
{
	return strlen(key) == f->klen && memcmp(f->key, key, f->klen) == 0;
}

/* Whether f belongs to a group that is an event. */
static bool
in_event(const struct mk_store *st, const struct mk_rec *rec, const struct mk_field *f)
{
	char key[MK_KEY_MAX + 8];
	size_t n = mk_step_len(st->conf, f->key, f->klen);

	if (n == 0)
		return false;
	(void)snprintf(key, sizeof key, "%.*s_time", (int)n, f->key);
	return mk_rec_get(rec, key) != NULL;
}

static bool
in_step(const struct mk_field *f, const char *step, size_t n)
{
	return f->klen > n + 1 && f->key[n] == '_' && memcmp(f->key, step, n) == 0;
}

static int
add_field(struct mk_buf *b, const struct mk_field *f, struct mk_err *e)
{
	if ((b->n > 0 && mk_buf_addc(b, '\t', e) == -1) ||
	    mk_buf_add(b, f->key, f->klen, e) == -1 || mk_buf_addc(b, ':', e) == -1)
		return -1;
	return mk_buf_add(b, f->val, f->vlen, e);
}

/* The event's line: id, op, the item fields in their order, the group. *group is
 * where the group starts. */
static int
event_line(struct mk_store *st, const struct mk_rec *rec, const char *step, size_t *group,
	struct mk_err *e)
{
	struct mk_buf *b = &st->line;
	const struct mk_field *op = mk_rec_get(rec, "op");
	size_t i, n = strlen(step);

	b->n = 0;
	if (mk_buf_adds(b, "id:", e) == -1 || mk_item_name(rec, b, e) == -1 ||
	    (op != NULL && add_field(b, op, e) == -1))
		return -1;
	for (i = 0; i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];

		if (key_is(f, "id") || key_is(f, "op") || key_is(f, "job") || in_event(st, rec, f))
			continue;
		if (add_field(b, f, e) == -1)
			return -1;
	}
	*group = b->n + 1;
	for (i = 0; i < rec->n; i++)
		if (in_step(&rec->f[i], step, n) && add_field(b, &rec->f[i], e) == -1)
			return -1;
	return 0;
}

static int
step_id(struct mk_store *st, const char *step, int64_t *id, struct mk_err *e)
{
	int r = mk_db_value(st->db, id, e, "SELECT id FROM step WHERE name = ?", "s", step);

	if (r != 0)
		return r == -1 ? -1 : 0;
	if (mk_db_run(st->db, NULL, e, "INSERT INTO step(name) VALUES(?)", "s", step) == -1)
		return -1;
	*id = mk_db_rowid(st->db);
	return 0;
}

/* What is there of the same item, op, step and time: 0 nothing, 1 the same event,
 * 2 only others. */
static int
known(struct mk_store *st, int64_t item, const struct mk_field *op, int64_t step,
	const char *name, int64_t ms, const char *group, size_t ngroup, struct mk_err *e)
{
	struct mk_rows r;
	char mark[MK_KEY_MAX + 3];
	int got, found = 0;

	(void)snprintf(mark, sizeof mark, "\t%s_", name);
	if (mk_db_query(st->db, &r, e, "SELECT line FROM event WHERE item = ? AND step = ? AND "
	    "time = ? AND op = ?", "iiit", item, step, ms, op == NULL ? "" : op->val,
	    op == NULL ? (size_t)0 : (size_t)op->vlen) == -1)
		return -1;
	while (found != 1 && (got = mk_rows_next(&r, e)) != 0) {
		size_t n;
		const char *line, *g;

		if (got == -1) {
			found = -1;
			break;
		}
		line = mk_rows_text(&r, 0, &n);
		g = memmem(line, n, mark, strlen(mark));
		found = 2;
		if (g != NULL && (size_t)(line + n - (g + 1)) == ngroup &&
		    memcmp(g + 1, group, ngroup) == 0)
			found = 1;
	}
	mk_rows_done(&r);
	return found;
}

/* Measured values and times are many and are asked for by range, not by word. */
static bool
indexed(const struct mk_field *f)
{
	static const char *const no[] = { "_time", "_ms", "_mm", "_crc", "_image", "_vectors",
		"_strokes", "_hash" };
	size_t i, n;

	if (f->vlen > WORD_MAX || key_is(f, "id"))
		return false;
	for (i = 0; i < sizeof no / sizeof *no; i++) {
		n = strlen(no[i]);
		if (f->klen > n && memcmp(f->key + f->klen - n, no[i], n) == 0)
			return false;
	}
	return true;
}

bool
mk_word_indexed(const char *key, size_t klen, size_t vlen)
{
	struct mk_field f = { key, NULL, (uint32_t)klen, vlen > WORD_MAX ? WORD_MAX + 1 : 0 };

	return indexed(&f);
}

static int
add_words(struct mk_store *st, int64_t item, struct mk_err *e)
{
	struct mk_rec rec = {0};
	size_t i, column;
	int r = mk_rec_parse(&rec, st->line.p, st->line.n, &column, e);

	for (i = 0; r == 0 && i < rec.n; i++) {
		const struct mk_field *f = &rec.f[i];
		size_t kn = f->klen, vn = f->vlen;
		int64_t word;

		if (!indexed(f))
			continue;
		r = mk_db_value(st->db, &word, e, "SELECT id FROM word WHERE key = ? AND value = ?",
			"tt", f->key, kn, f->val, vn);
		if (r == 0) {
			r = mk_db_run(st->db, NULL, e, "INSERT INTO word(key, value) VALUES(?, ?)",
				"tt", f->key, kn, f->val, vn);
			word = mk_db_rowid(st->db);
		}
		if (r != -1)
			r = mk_db_run(st->db, NULL, e, "INSERT INTO item_word(word, item) "
				"VALUES(?, ?) ON CONFLICT DO NOTHING", "ii", word, item);
	}
	mk_rec_clear(&rec);
	return r == -1 ? -1 : 0;
}

/* The exported line is what the chain hashes: the event's line and these four. */
int
mk_event_export(struct mk_buf *out, const char *line, size_t n, const char *origin, int64_t seq,
	const char *recorded, const unsigned char prev[MK_SHA256_LEN], struct mk_err *e)
{
	char hex[2 * MK_SHA256_LEN + 1];

	mk_hex(prev, MK_SHA256_LEN, hex);
	if (mk_buf_add(out, line, n, e) == -1)
		return -1;
	return mk_buf_addf(out, e, "\tevent_origin:%s\tevent_seq:%lld\tevent_recorded:%s\t"
		"event_prev:%s", origin, (long long)seq, recorded, hex);
}

static int
append(struct mk_store *st, int64_t item, const struct mk_field *op, int64_t step, int64_t ms,
	const struct mk_time *now, struct mk_err *e)
{
	unsigned char prev[MK_SHA256_LEN], head[MK_SHA256_LEN];
	char recorded[MK_TIME_LEN];
	struct mk_buf out = {0};
	struct mk_rows rows;
	int64_t seq = 0;
	size_t n = 0;
	int r;

	mk_time_format(now, recorded);
	if (mk_db_query(st->db, &rows, e, "SELECT seq, head FROM origin WHERE id = 1", "") == -1)
		return -1;
	r = mk_rows_next(&rows, e);
	if (r == 1) {
		const char *h = mk_rows_text(&rows, 1, &n);

		seq = mk_rows_int(&rows, 0) + 1;
		if (n == sizeof prev)
			memcpy(prev, h, n);
	}
	mk_rows_done(&rows);
	if (r == -1)
		return -1;
	if (n != sizeof prev)
		return mk_err(e, MK_EINTEGRITY, "the store has lost the head of its chain");
	r = -1;
	if (mk_event_export(&out, st->line.p, st->line.n, st->origin, seq, recorded, prev, e) == 0 &&
	    mk_sha256(out.p, out.n, head, e) == 0 &&
	    mk_db_run(st->db, NULL, e, "INSERT INTO event(origin, seq, item, op, step, time, "
		"recorded, prev, line) VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?)", "iitiisbt", seq, item,
		op == NULL ? "" : op->val, op == NULL ? (size_t)0 : (size_t)op->vlen, step, ms,
		recorded, prev, sizeof prev, st->line.p, st->line.n) == 0)
		r = mk_db_run(st->db, NULL, e, "UPDATE origin SET seq = ?, head = ? WHERE id = 1",
			"ib", seq, head, sizeof head);
	mk_buf_clear(&out);
	return r;
}

int
mk_event_put(struct mk_store *st, const struct mk_rec *rec, const char *step,
	const struct mk_time *now, struct mk_err *e)
{
	char key[MK_KEY_MAX + 8];
	const struct mk_field *f, *op = mk_rec_get(rec, "op");
	struct mk_buf name = {0};
	int64_t item, sid;
	struct mk_time t;
	size_t group = 0;
	int r;

	(void)snprintf(key, sizeof key, "%s_time", step);
	if ((f = mk_rec_get(rec, key)) == NULL)
		return mk_err(e, MK_EBUG, "no %s", key);
	if (mk_time_parse(f->val, f->vlen, &t, e) == -1)
		return mk_err_at(e, "%s", key);
	if (event_line(st, rec, step, &group, e) == -1)
		return -1;
	r = mk_item_name(rec, &name, e);
	if (r == 0)
		r = mk_item_id(st, name.p, name.n, true, &item, e);
	mk_buf_clear(&name);
	if (r == -1 || step_id(st, step, &sid, e) == -1)
		return -1;
	r = known(st, item, op, sid, step, t.ms, st->line.p + group, st->line.n - group, e);
	if (r == -1 || r == 1)
		return r == -1 ? -1 : 0;
	if (append(st, item, op, sid, t.ms, now, e) == -1 || add_words(st, item, e) == -1)
		return -1;
	return r == 2 ? 2 : 1;
}

/* ---- mk_store_add ---- */

int
mk_store_begin(struct mk_store *st, struct mk_err *e)
{
	return mk_db_begin(st->db, e);
}

int
mk_store_commit(struct mk_store *st, struct mk_err *e)
{
	return mk_db_commit(st->db, e);
}

void
mk_store_rollback(struct mk_store *st)
{
	mk_db_rollback(st->db);
}

/* The step whose "_time" field f is, or 0 bytes. */
static size_t
time_of(const struct mk_store *st, const struct mk_field *f)
{
	size_t n = mk_step_len(st->conf, f->key, f->klen);

	return n > 0 && f->klen == n + 5 && memcmp(f->key + n, "_time", 5) == 0 ? n : 0;
}

/* All that can be wrong with a record, before anything of it is stored. The number
 * of its events, or -1. */
static int
check(struct mk_store *st, const struct mk_rec *rec, struct mk_err *e)
{
	struct mk_buf name = {0};
	struct mk_time t;
	int r = mk_item_name(rec, &name, e), events = 0;
	size_t i;

	mk_buf_clear(&name);
	for (i = 0; r == 0 && i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];

		if (f->klen > 6 && memcmp(f->key, "event_", 6) == 0)
			return mk_err(e, MK_EDATA, "%.*s: event_ fields are the store's own: leave "
				"them out", (int)f->klen, f->key);
		if (time_of(st, f) == 0)
			continue;
		if (mk_time_parse(f->val, f->vlen, &t, e) == -1)
			return mk_err_at(e, "%.*s", (int)f->klen, f->key);
		events++;
	}
	if (r == 0 && events == 0)
		return mk_err(e, MK_EDATA, "no event: nothing happened to this part (a field such "
			"as observe_time makes one)");
	return r == -1 ? -1 : events;
}

int
mk_store_add(struct mk_store *st, struct mk_rec *rec, const struct mk_time *now,
	struct mk_err *e)
{
	char step[MK_KEY_MAX + 1];
	size_t i, n;
	int r, stored = 0;
	bool conflict = false;

	if (check(st, rec, e) == -1)
		return -1;
	for (i = 0; i < rec->n; i++) {
		if ((n = time_of(st, &rec->f[i])) == 0)
			continue;
		(void)snprintf(step, sizeof step, "%.*s", (int)n, rec->f[i].key);
		if ((r = mk_event_put(st, rec, step, now, e)) == -1)
			return -1;
		stored += r > 0;
		conflict = conflict || r == 2;
	}
	if (!conflict)
		return stored;
	mk_step_drop(rec, "hold");
	if (mk_step_stamp(rec, "hold", st->conf, now, "fail", "conflict", e) == -1 ||
	    mk_event_put(st, rec, "hold", now, e) == -1)
		return -1;
	return stored + 1;
}
