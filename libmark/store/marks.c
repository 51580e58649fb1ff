/* The ledger of marks: begin before the beam, end after it. */
#include <string.h>

#include "base/step.h"
#include "store/schema.h"

/* Copy rec without job as "marked by device, outcome unknown" into out; its line
 * goes to text, which out points into. */
static int
doubtful(struct mk_store *st, const char *device, const struct mk_rec *rec,
	const struct mk_time *t, struct mk_rec *out, struct mk_buf *text, struct mk_err *e)
{
	size_t column;

	if (mk_rec_line(rec, text, e) == -1 ||
	    mk_rec_parse(out, text->p, text->n, &column, e) == -1)
		return -1;
	mk_rec_del(out, "job");
	mk_step_drop(out, "mark");
	if (mk_step_stamp(out, "mark", st->conf, t, "unknown", "interrupted", e) == -1)
		return -1;
	return mk_rec_set(out, "mark_device", device, strlen(device), e);
}

static const char *
state_name(const char *s, size_t n)
{
	static const char *const names[] = { "open", "ok", "fail", "unknown" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == n && memcmp(names[i], s, n) == 0)
			return names[i];
	return "unknown";
}

/* The key was marked elsewhere, and its event came here: 1 (*state), 0, -1. */
static int
marked(struct mk_store *st, int64_t item, const struct mk_field *op, const char **state,
	struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r;

	if (mk_db_query(st->db, &rows, e, "SELECT w.value FROM event v JOIN step s ON s.id = v.step "
	    "JOIN word w ON w.id = v.result WHERE v.item = ? AND v.op = ? AND s.name = 'mark' AND "
	    "w.value <> 'refused' ORDER BY v.id DESC LIMIT 1", "it", item,
	    op == NULL ? "" : op->val, op == NULL ? (size_t)0 : (size_t)op->vlen) == -1)
		return -1;
	r = mk_rows_next(&rows, e);
	if (r == 1) {
		s = mk_rows_text(&rows, 0, &n);
		*state = state_name(s, n);
	}
	mk_rows_done(&rows);
	return r;
}

/* How the key's mark stands: 1 it was begun (*state), 0 it may be begun, -1. */
static int
begun(struct mk_store *st, int64_t item, const struct mk_field *op, const char **state,
	struct mk_err *e)
{
	struct mk_rows rows;
	bool unmarked = false;
	const char *s;
	size_t n;
	int r;

	if (mk_db_query(st->db, &rows, e, "SELECT state FROM mark WHERE item = ? AND op = ?", "it",
	    item, op == NULL ? "" : op->val, op == NULL ? (size_t)0 : (size_t)op->vlen) == -1)
		return -1;
	r = mk_rows_next(&rows, e);
	if (r == 1) {
		s = mk_rows_text(&rows, 0, &n);
		unmarked = n == 8 && memcmp(s, "unmarked", 8) == 0;
		if (unmarked)
			r = 0;
		else
			*state = state_name(s, n);
	}
	mk_rows_done(&rows);
	return r == 0 && !unmarked ? marked(st, item, op, state, e) : r;
}

/* How often the key was marked, or may have been: that many, or -1. */
static int64_t
attempts(struct mk_store *st, int64_t item, const struct mk_field *op, struct mk_err *e)
{
	struct mk_rows rows;
	int64_t n = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT count(*) FROM event v JOIN step s ON s.id = v.step "
	    "JOIN word w ON w.id = v.result WHERE v.item = ? AND v.op = ? AND s.name = 'mark' AND "
	    "w.value <> 'refused'", "it", item, op == NULL ? "" : op->val,
	    op == NULL ? (size_t)0 : (size_t)op->vlen) == -1)
		return -1;
	if (mk_rows_next(&rows, e) == 1)
		n = mk_rows_int(&rows, 0);
	mk_rows_done(&rows);
	return n;
}

/* Inside a transaction: whether the key may be begun: 1, 0 (m->state), -1. */
static int
ask(struct mk_store *st, const struct mk_rec *rec, const char *remark, struct mk_mark *m,
	int64_t *item, struct mk_err *e)
{
	const struct mk_field *op = mk_rec_get(rec, "op");
	struct mk_buf name = {0};
	int64_t n;
	int r = mk_item_name(rec, &name, e);

	m->state = NULL;
	if (r == 0)
		r = mk_item_id(st, name.p, name.n, true, item, e);
	mk_buf_clear(&name);
	if (r == -1 || (r = begun(st, *item, op, &m->state, e)) == -1)
		return -1;
	if (r == 1 && (remark == NULL || strcmp(m->state, "open") == 0))
		return 0;
	if ((r = mk_item_voided(st, *item, e)) != 0) {
		m->state = "void";
		return r == -1 ? -1 : 0;
	}
	m->state = NULL;
	if ((n = attempts(st, *item, op, e)) == -1)
		return -1;
	m->attempt = (unsigned)n + 1;
	return 1;
}

/* Inside a transaction: rec is the doubtful event. */
static int
begin(struct mk_store *st, const char *device, struct mk_rec *rec, const struct mk_time *t,
	const char *remark, struct mk_mark *m, struct mk_err *e)
{
	const struct mk_field *op;
	struct mk_buf line = {0};
	char time[MK_TIME_LEN];
	int64_t item;
	int r = ask(st, rec, remark, m, &item, e);

	if (r != 1)
		return r;
	mk_time_format(t, time);
	if (mk_rec_setf(rec, e, "mark_attempt", "%u", m->attempt) == -1 ||
	    (remark != NULL && mk_rec_set(rec, "mark_remark", remark, strlen(remark), e) == -1))
		return -1;
	op = mk_rec_get(rec, "op");
	if (mk_rec_line(rec, &line, e) == -1 ||
	    mk_db_run(st->db, NULL, e, "INSERT INTO mark(item, op, device, state, time, line) "
	    "VALUES(?, ?, ?, 'open', ?, ?) ON CONFLICT(item, op) DO UPDATE SET "
	    "device = excluded.device, state = 'open', time = excluded.time, line = excluded.line",
	    "itsst", item, op == NULL ? "" : op->val, op == NULL ? (size_t)0 : (size_t)op->vlen,
	    device, time, line.p, line.n) == -1)
		r = -1;
	mk_buf_clear(&line);
	return r;
}

int
mk_store_mark_begin(struct mk_store *st, const char *device, const struct mk_rec *rec,
	const struct mk_time *t, const char *remark, struct mk_mark *m, struct mk_err *e)
{
	struct mk_buf text = {0};
	struct mk_rec copy = {0};
	int r = -1;

	if (doubtful(st, device, rec, t, &copy, &text, e) == -1 || mk_store_begin(st, e) == -1)
		goto out;
	r = begin(st, device, &copy, t, remark, m, e);
	if (r != 1)
		mk_store_rollback(st);
	else if (mk_store_commit(st, e) == -1)
		r = -1;
out:
	mk_rec_clear(&copy);
	mk_buf_clear(&text);
	return r;
}

int
mk_store_mark_ask(struct mk_store *st, const struct mk_rec *rec, const char *remark,
	struct mk_mark *m, struct mk_err *e)
{
	int64_t item;
	int r;

	if (mk_store_begin(st, e) == -1)
		return -1;
	r = ask(st, rec, remark, m, &item, e);
	mk_store_rollback(st);
	return r;
}

/* Inside a transaction: the mark event of rec, and its begin closed. */
static int
finish(struct mk_store *st, const char *device, const struct mk_rec *rec, struct mk_err *e)
{
	const struct mk_field *op = mk_rec_get(rec, "op"), *res = mk_rec_get(rec, "mark_result");
	struct mk_buf name = {0};
	struct mk_time now;
	const char *state;
	int64_t item = 0, changed;
	size_t n;
	int r = mk_item_name(rec, &name, e);

	if (r == 0)
		r = mk_item_id(st, name.p, name.n, false, &item, e);
	mk_buf_clear(&name);
	if (r == -1 || mk_time_now(&now, e) == -1)
		return -1;
	if (res == NULL)
		return mk_err(e, MK_EBUG, "a mark event without mark_result");
	state = res->val;
	n = res->vlen;
	if (mk_rec_is(rec, "mark_result", "refused")) {
		state = mk_rec_is(rec, "mark_attempt", "1") ? "unmarked" : "unknown";
		n = strlen(state);
	}
	if (mk_db_run(st->db, &changed, e, "UPDATE mark SET state = ? WHERE item = ? AND op = ? "
	    "AND device = ? AND state = 'open'", "tits", state, n, item,
	    op == NULL ? "" : op->val, op == NULL ? (size_t)0 : (size_t)op->vlen, device) == -1)
		return -1;
	if (r == 0 || changed != 1)
		return mk_err(e, MK_EINTEGRITY, "a mark ended that was never begun on %s", device);
	return mk_event_put(st, rec, "mark", &now, e) == -1 ? -1 : 0;
}

int
mk_store_mark_end(struct mk_store *st, const char *device, const struct mk_rec *rec,
	struct mk_err *e)
{
	if (mk_store_begin(st, e) == -1)
		return -1;
	if (finish(st, device, rec, e) == 0)
		return mk_store_commit(st, e);
	mk_store_rollback(st);
	return -1;
}

/* The line of one open begin of the device: 1, 0 if there is none, -1. */
static int
next_open(struct mk_store *st, const char *device, struct mk_buf *line, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r;

	line->n = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT line FROM mark WHERE device = ? AND "
	    "state = 'open' ORDER BY time LIMIT 1", "s", device) == -1)
		return -1;
	r = mk_rows_next(&rows, e);
	if (r == 1) {
		s = mk_rows_text(&rows, 0, &n);
		if (mk_buf_add(line, s, n, e) == -1)
			r = -1;
	}
	mk_rows_done(&rows);
	return r;
}

int
mk_store_mark_recover(struct mk_store *st, const char *device, mk_store_each *each, void *arg,
	struct mk_err *e)
{
	struct mk_buf line = {0};
	struct mk_rec rec = {0};
	size_t column;
	int r, n = 0;

	while ((r = next_open(st, device, &line, e)) == 1) {
		if (mk_rec_parse(&rec, line.p, line.n, &column, e) == -1 ||
		    mk_store_mark_end(st, device, &rec, e) == -1 ||
		    (each != NULL && each(arg, &rec, e) == -1)) {
			r = -1;
			break;
		}
		n++;
	}
	mk_rec_clear(&rec);
	mk_buf_clear(&line);
	return r == -1 ? -1 : n;
}
