/* Events: their lines, the chain, and all that follows when one is stored. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/num.h"
#include "store/events.h"
#include "store/index.h"

/* ---- the line ---- */

static int
classify(struct mk_store *st, const struct mk_rec *rec, struct mk_err *e)
{
	struct mk_scratch *s = st->scratch;
	void *p;
	size_t i;

	if (s == NULL && (s = st->scratch = calloc(1, sizeof *s)) == NULL)
		return mk_err_nomem(e);
	if (s->digest == NULL && mk_digest_new(&s->digest, e) == -1)
		return -1;
	if (s->cap < rec->n + 1) {
		if ((p = realloc(s->info, (rec->n + 16) * sizeof *s->info)) == NULL)
			return mk_err_nomem(e);
		s->info = p;
		if ((p = realloc(s->field, (rec->n + 16) * sizeof *s->field)) == NULL)
			return mk_err_nomem(e);
		s->field = p;
		s->cap = rec->n + 16;
	}
	s->round++;
	for (i = 0; i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];
		const struct mk_keyinfo *k = i < s->ninfo ? s->info[i] : NULL;

		/* records that follow each other mostly have the same keys in the same order */
		if ((k == NULL || k->klen != f->klen || memcmp(k->key, f->key, f->klen) != 0) &&
		    (k = mk_index_key(st, f->key, f->klen, e)) == NULL) {
			s->ninfo = i;
			return -1;
		}
		s->info[i] = k;
		if (k->what == MK_FIELD_TIME)
			k->step->timed = s->round;
	}
	s->ninfo = rec->n;
	return 0;
}

static int
add_field(struct mk_store *st, const struct mk_field *f, const struct mk_keyinfo *info,
	struct mk_err *e)
{
	struct mk_scratch *s = st->scratch;
	struct mk_buf *b = &st->line;

	s->field[s->nfield].f = f;
	s->field[s->nfield++].info = info;
	if (mk_buf_grow(b, (size_t)f->klen + f->vlen + 2, e) == -1)
		return -1;
	if (b->n > 0)
		b->p[b->n++] = '\t';
	memcpy(b->p + b->n, f->key, f->klen);
	b->n += f->klen;
	b->p[b->n++] = ':';
	if (f->vlen > 0)
		memcpy(b->p + b->n, f->val, f->vlen);
	b->n += f->vlen;
	return 0;
}

static bool
named(const struct mk_field *f, const char *key)
{
	return strlen(key) == f->klen && memcmp(f->key, key, f->klen) == 0;
}

/* The event's line: id, op, the item fields in their order, the group. *group is
 * where the group starts. */
static int
event_line(struct mk_store *st, const struct mk_rec *rec, const struct mk_stepinfo *step,
	size_t *group, struct mk_err *e)
{
	struct mk_scratch *s = st->scratch;
	const struct mk_keyinfo *kid = mk_index_key(st, "id", 2, e);
	const struct mk_field *op = NULL;
	size_t i;

	st->line.n = s->name.n = s->nfield = 0;
	if (kid == NULL || mk_item_name(rec, &s->name, e) == -1)
		return -1;
	s->id = (struct mk_field){ "id", s->name.p, 2, (uint32_t)s->name.n };
	if (add_field(st, &s->id, kid, e) == -1)
		return -1;
	for (i = 0; i < rec->n; i++)
		if (named(&rec->f[i], "op")) {
			op = &rec->f[i];
			if (add_field(st, op, s->info[i], e) == -1)
				return -1;
		}
	for (i = 0; i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];
		const struct mk_stepinfo *its = s->info[i]->step;

		if (its != NULL ? its->timed == s->round :
		    named(f, "id") || f == op || named(f, "job") || mk_event_own(f))
			continue;
		if (add_field(st, f, s->info[i], e) == -1)
			return -1;
	}
	*group = st->line.n + 1;
	for (i = 0; i < rec->n; i++)
		if (s->info[i]->step == step && add_field(st, &rec->f[i], s->info[i], e) == -1)
			return -1;
	return 0;
}

/* What is there of the same item, op, step and time: 0 nothing, 1 the same event,
 * 2 only others. */
static int
known(struct mk_store *st, const struct mk_new *ev, const char *group, size_t ngroup,
	struct mk_err *e)
{
	struct mk_rows r;
	char mark[MK_KEY_MAX + 3];
	int got, found = 0;

	(void)snprintf(mark, sizeof mark, "\t%s_", ev->step->name);
	if (mk_db_query(st->db, &r, e, "SELECT line FROM event WHERE item = ? AND step = ? AND "
	    "time = ? AND op = ?", "iiit", ev->item, ev->step->id, ev->time.ms,
	    ev->op == NULL ? "" : ev->op->val, ev->op == NULL ? (size_t)0 :
	    (size_t)ev->op->vlen) == -1)
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

/* Whether an event was derived again already. */
static bool
replayed(const struct mk_replay *p, int64_t id)
{
	size_t origin = (size_t)MK_EVENT_ORIGIN(id);

	return origin < p->n && MK_EVENT_SEQ(id) <= p->upto[origin];
}

/* Whether the item was at this step (and op) before, refusals apart: 1, 0, -1. */
static int
tried(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	struct mk_rows rows;
	int64_t refused = 0;
	int r = mk_state_tried(st, ev);

	if (r != -1)
		return r;
	if (mk_index_word(st, "result", "refused", 7, false, &refused, e) == -1)
		return -1;
	r = mk_db_query(st->db, &rows, e, "SELECT id FROM event WHERE item = ? AND step = ? AND "
		"op = ? AND result <> ?", "iiti", ev->item, ev->step->id,
		ev->op == NULL ? "" : ev->op->val, ev->op == NULL ? (size_t)0 :
		(size_t)ev->op->vlen, refused == 0 ? (int64_t)-1 : refused);
	if (r == 0)
		while ((r = mk_rows_next(&rows, e)) == 1)
			if (st->replay == NULL || replayed(st->replay, mk_rows_int(&rows, 0)))
				break;
	mk_rows_done(&rows);
	return r;
}

/* ---- the chain ---- */

static char *
text(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

static char *
digits(char *p, int64_t n)
{
	char d[20];
	size_t k = sizeof d;

	do
		d[--k] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	return text(p, d + k, sizeof d - k);
}

/* The exported line is what the chain hashes: the event's line and these four. */
int
mk_event_export(struct mk_buf *out, const char *line, size_t n, const char *origin, int64_t seq,
	const char *recorded, const unsigned char prev[MK_SHA256_LEN], struct mk_err *e)
{
	char *p;

	if (mk_buf_grow(out, n + 200, e) == -1)
		return -1;
	p = text(out->p + out->n, line, n);
	p = text(p, "\tevent_origin:", 14);
	p = text(p, origin, MK_ORIGIN_LEN);
	p = text(p, "\tevent_seq:", 11);
	p = digits(p, seq);
	p = text(p, "\tevent_recorded:", 16);
	p = text(p, recorded, strlen(recorded));
	p = text(p, "\tevent_prev:", 12);
	mk_hex(prev, MK_SHA256_LEN, p);
	out->n = (size_t)(p - out->p) + 2 * MK_SHA256_LEN;
	return 0;
}

static int
append(struct mk_store *st, struct mk_chain *c, struct mk_new *ev, struct mk_err *e)
{
	struct mk_scratch *s = st->scratch;
	unsigned char head[MK_SHA256_LEN];
	int64_t seq = c->seq + 1;

	if (s->recorded.ms != ev->recorded.ms || s->recorded.off != ev->recorded.off ||
	    s->recorded_text[0] == '\0') {
		mk_time_format(&ev->recorded, s->recorded_text);
		s->recorded = ev->recorded;
	}
	st->out.n = 0;
	if (mk_arrival_note(st, c, seq, e) == -1 || mk_event_export(&st->out, st->line.p, st->line.n, c->name, seq, s->recorded_text,
	    c->head, e) == -1 || mk_digest_sum(s->digest, st->out.p, st->out.n, head, e) == -1 ||
	    mk_db_insert(st->db, e, "INSERT INTO event(id, item, op, step, time, time_off, ctx, "
	    "result, recorded, recorded_off, prev, line) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
	    "?)", "iitiiiiiiibt", ev->id, ev->item, ev->op == NULL ? "" : ev->op->val,
	    ev->op == NULL ? (size_t)0 : (size_t)ev->op->vlen, ev->step->id, ev->time.ms,
	    (int64_t)ev->time.off, ev->ctx, ev->result, ev->recorded.ms,
	    (int64_t)ev->recorded.off, c->head, sizeof c->head, st->line.p, st->line.n) == -1)
		return -1;
	c->seq = seq;
	memcpy(c->head, head, sizeof head);
	c->moved = true;
	return 0;
}

/* Store the event whose line is made. verbatim: it is not looked for, its chain
 * tells. */
static int
put(struct mk_store *st, struct mk_chain *c, struct mk_new *ev, size_t group, bool verbatim,
	struct mk_err *e)
{
	struct mk_scratch *s = st->scratch;
	int r = mk_item_id(st, s->name.p, s->name.n, true, &ev->item, e), was = 0, k = 0;
	bool seen;

	if (r == -1 || mk_index_step(st, ev->step, e) == -1)
		return -1;
	ev->fresh = r == 2;
	ev->field = s->field;
	ev->nfield = s->nfield;
	ev->op = s->nfield > 1 && named(s->field[1].f, "op") ? s->field[1].f : NULL;
	ev->id = MK_EVENT_ID(c->id, c->seq + 1);
	if (ev->op != NULL && mk_name_fits("op", ev->op->vlen, e) == -1)
		return -1;
	if (mk_state_load(st, ev, &seen, e) == -1 || mk_index_context(st, ev, e) == -1)
		return -1;
	if (seen && !verbatim) {
		was = known(st, ev, st->line.p + group, st->line.n - group, e);
		if (was == -1 || was == 1)
			return was == -1 ? -1 : 0;
	}
	if (seen && !ev->refused && (k = tried(st, ev, e)) == -1)
		return -1;
	ev->first = !ev->refused && k == 0;
	if (append(st, c, ev, e) == -1 || mk_index_event(st, ev, e) == -1 ||
	    mk_index_tally(st, ev, e) == -1 || mk_state_event(st, ev, e) == -1)
		return -1;
	return was == 2 ? 2 : 1;
}

/* The time of the step that the i-th field bears. */
static int
step_time(struct mk_store *st, const struct mk_rec *rec, size_t i, struct mk_err *e)
{
	const struct mk_field *f = &rec->f[i];

	if (mk_time_parse(f->val, f->vlen, &st->scratch->info[i]->step->time, e) == -1)
		return mk_err_at(e, "%.*s", (int)f->klen, f->key);
	return 0;
}

/* The event of a step whose time is read. */
static int
put_step(struct mk_store *st, const struct mk_rec *rec, struct mk_stepinfo *step,
	const struct mk_time *now, struct mk_err *e)
{
	struct mk_new ev = { .step = step, .time = step->time, .recorded = *now };
	size_t group = 0;

	if (event_line(st, rec, step, &group, e) == -1)
		return -1;
	return put(st, &st->own, &ev, group, false, e);
}

int
mk_event_put(struct mk_store *st, const struct mk_rec *rec, const char *step,
	const struct mk_time *now, struct mk_err *e)
{
	size_t i;

	if (classify(st, rec, e) == -1)
		return -1;
	for (i = 0; i < rec->n; i++) {
		const struct mk_keyinfo *k = st->scratch->info[i];

		if (k->what == MK_FIELD_TIME && strcmp(k->step->name, step) == 0)
			return step_time(st, rec, i, e) == -1 ? -1 : put_step(st, rec, k->step, now, e);
	}
	return mk_err(e, MK_EBUG, "no %s_time", step);
}

/* ---- taken in as it was exported ---- */

bool
mk_event_own(const struct mk_field *f)
{
	return f->klen > 6 && memcmp(f->key, "event_", 6) == 0;
}

/* Make st->other the chain of that origin. */
static int
choose_chain(struct mk_store *st, const struct mk_field *f, struct mk_chain **c, struct mk_err *e)
{
	static const unsigned char zero[MK_SHA256_LEN];
	char name[MK_ORIGIN_LEN + 1];
	int r;

	if (f->vlen != MK_ORIGIN_LEN || strspn(f->val, "0123456789abcdef") < MK_ORIGIN_LEN)
		return mk_err(e, MK_EDATA, "event_origin: no origin: 16 hexadecimal digits");
	memcpy(name, f->val, MK_ORIGIN_LEN);
	name[MK_ORIGIN_LEN] = '\0';
	*c = &st->own;
	if (strcmp(name, st->own.name) == 0)
		return 0;
	*c = &st->other;
	if (strcmp(name, st->other.name) == 0)
		return 0;
	if (mk_chain_write(st, &st->other, e) == -1 ||
	    (r = mk_chain_read(st, &st->other, name, e)) == -1)
		return -1;
	mk_chain_check(st, &st->other);
	if (r == 1)
		return 0;
	if (mk_db_run(st->db, NULL, e, "INSERT INTO origin(name, seq, head) VALUES(?, 0, ?)", "sb",
	    name, zero, sizeof zero) == -1)
		return -1;
	return mk_chain_read(st, &st->other, name, e) == 1 ? 0 : -1;
}

/* The event of that number is there: is it this one? 0 it is, -1. */
static int
same_event(struct mk_store *st, const struct mk_chain *c, int64_t seq, struct mk_err *e)
{
	int64_t one;
	int r = mk_db_value(st->db, &one, e, "SELECT 1 FROM event WHERE id = ? AND line = ?", "it",
		MK_EVENT_ID(c->id, seq), st->line.p, st->line.n);

	if (r == 0)
		mk_err(e, MK_EINTEGRITY, "event %s/%lld is in the store and says something else: one "
			"of the two was altered, or the store it comes from was copied", c->name,
			(long long)seq);
	return r == 1 ? 0 : -1;
}

int
mk_event_take(struct mk_store *st, const struct mk_rec *rec, struct mk_err *e)
{
	static const char *const keys[] = { "event_origin", "event_seq", "event_recorded",
		"event_prev" };
	unsigned char prev[MK_SHA256_LEN];
	char again[MK_TIME_LEN];
	const struct mk_field *f = rec->n < 6 ? rec->f : rec->f + rec->n - 4;
	struct mk_new ev = {0};
	struct mk_chain *c = &st->own;
	const struct mk_field *own = rec->f;
	int64_t seq;
	size_t i, group = 0, n = rec->n - 4;

	while (!mk_event_own(own))
		own++;
	for (i = 0; i < 4; i++)
		if (rec->n < 6 || !named(&rec->f[n + i], keys[i]))
			return mk_err(e, MK_EDATA, "%.*s: event_ fields are the store's own: leave "
				"them out, or give all four as mk-trace export does", (int)own->klen, own->key);
	if (mk_num_i64(f[1].val, f[1].vlen, 1, MK_EVENT_SEQ(-1), &seq, e) == -1)
		return mk_err_at(e, "event_seq");
	if (mk_time_parse(f[2].val, f[2].vlen, &ev.recorded, e) == -1)
		return mk_err_at(e, "event_recorded");
	mk_time_format(&ev.recorded, again);
	if (!(strlen(again) == f[2].vlen && memcmp(again, f[2].val, f[2].vlen) == 0) ||
	    f[3].vlen != 2 * sizeof prev || mk_unhex(f[3].val, sizeof prev, prev) == -1)
		return mk_err(e, MK_EDATA, "event_recorded or event_prev: not as mk-trace export "
			"writes it");
	if ((ev.step = st->scratch->info[n - 1]->step) == NULL || ev.step->timed != st->scratch->round)
		return mk_err(e, MK_EDATA, "%.*s: no event of a known step: a step of the other site "
			"needs its line in mk.conf", (int)rec->f[n - 1].klen, rec->f[n - 1].key);
	for (i = 0; i < n; i++)
		if (st->scratch->info[i]->step == ev.step &&
		    st->scratch->info[i]->what == MK_FIELD_TIME && step_time(st, rec, i, e) == -1)
			return -1;
	ev.time = ev.step->time;
	if (choose_chain(st, &f[0], &c, e) == -1 || event_line(st, rec, ev.step, &group, e) == -1)
		return -1;
	/* but for the four fields the line must be what it was */
	if (rec->line != NULL && (st->line.n > rec->len ||
	    memcmp(rec->line, st->line.p, st->line.n) != 0 || rec->line[st->line.n] != '\t'))
		return mk_err(e, MK_EDATA, "not as mk-trace export writes it: id, op, the part's "
			"fields, one group, the event's fields");
	if (seq <= c->seq)
		return same_event(st, c, seq, e);
	if (seq != c->seq + 1 || memcmp(prev, c->head, sizeof prev) != 0)
		return mk_err(e, MK_EINTEGRITY, "event %s/%lld does not follow %lld, the last that is "
			"here: give the export from there on", c->name, (long long)seq,
			(long long)c->seq);
	return put(st, c, &ev, group, true, e);
}

/* ---- once more ---- */

int
mk_event_again(struct mk_store *st, int64_t id, const char *line, size_t n,
	const struct mk_time *recorded, int64_t ctx, int64_t result, int64_t *changed,
	struct mk_err *e)
{
	struct mk_new ev = { .id = id, .recorded = *recorded };
	struct mk_scratch *s;
	struct mk_rec rec = {0};
	size_t column, group, i;
	bool seen;
	int r = -1, k = 0;

	if (mk_rec_parse(&rec, line, n, &column, e) == -1 || classify(st, &rec, e) == -1)
		goto out;
	s = st->scratch;
	if ((ev.step = s->info[rec.n - 1]->step) == NULL) {
		mk_err(e, MK_EINTEGRITY, "event %lld is of no known step: mk-trace audit",
			(long long)MK_EVENT_SEQ(id));
		goto out;
	}
	for (i = 0; i < rec.n; i++)
		if (s->info[i]->step == ev.step && s->info[i]->what == MK_FIELD_TIME &&
		    mk_time_parse(rec.f[i].val, rec.f[i].vlen, &ev.time, e) == -1)
			goto out;
	if (event_line(st, &rec, ev.step, &group, e) == -1 ||
	    mk_item_id(st, s->name.p, s->name.n, true, &ev.item, e) == -1 ||
	    mk_index_step(st, ev.step, e) == -1)
		goto out;
	ev.field = s->field;
	ev.nfield = s->nfield;
	ev.op = s->nfield > 1 && named(s->field[1].f, "op") ? s->field[1].f : NULL;
	if (mk_state_load(st, &ev, &seen, e) == -1 || mk_index_context(st, &ev, e) == -1 ||
	    (seen && !ev.refused && (k = tried(st, &ev, e)) == -1))
		goto out;
	ev.first = !ev.refused && k == 0;
	if (ev.ctx != ctx || ev.result != result) {
		++*changed;
		if (mk_db_run(st->db, NULL, e, "UPDATE event SET ctx = ?, result = ? WHERE id = ?", "iii",
		    ev.ctx, ev.result, id) == -1)
			goto out;
	}
	if (mk_index_event(st, &ev, e) == 0 && mk_index_tally(st, &ev, e) == 0 &&
	    mk_state_event(st, &ev, e) == 0)
		r = 0;
out:
	mk_rec_clear(&rec);
	return r;
}

/* ---- mk_store_add ---- */

/* All that can be wrong with a record, before anything of it is stored. The number
 * of its events, or -1; *verbatim if it is an exported one. */
static int
check(struct mk_store *st, const struct mk_rec *rec, bool *verbatim, struct mk_err *e)
{
	struct mk_scratch *s = st->scratch;
	int events = 0;
	size_t i;

	s->name.n = 0;
	*verbatim = false;
	if (mk_item_name(rec, &s->name, e) == -1)
		return -1;
	for (i = 0; i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];

		if (mk_event_own(f)) {
			*verbatim = true;
			return 1;
		}
		if (s->info[i]->what != MK_FIELD_TIME)
			continue;
		if (step_time(st, rec, i, e) == -1)
			return -1;
		events++;
	}
	if (events == 0)
		return mk_err(e, MK_EDATA, "no event: nothing happened to this part (a field such "
			"as observe_time makes one)");
	return events;
}

int
mk_store_add(struct mk_store *st, struct mk_rec *rec, const struct mk_time *now,
	struct mk_err *e)
{
	bool conflict = false, verbatim;
	int r, stored = 0;
	size_t i;

	if (classify(st, rec, e) == -1 || check(st, rec, &verbatim, e) == -1)
		return -1;
	if (verbatim)
		return mk_event_take(st, rec, e);
	for (i = 0; i < rec->n; i++) {
		const struct mk_keyinfo *k = st->scratch->info[i];

		if (k->what != MK_FIELD_TIME)
			continue;
		if ((r = put_step(st, rec, k->step, now, e)) == -1)
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

void
mk_event_free(struct mk_store *st)
{
	if (st->scratch == NULL)
		return;
	free(st->scratch->info);
	free(st->scratch->field);
	mk_buf_clear(&st->scratch->name);
	mk_digest_free(st->scratch->digest);
	free(st->scratch);
	st->scratch = NULL;
}
