/* Where an item stands, as its events say one after the other. */
#include <stdlib.h>
#include <string.h>

#include "store/edges.h"
#include "store/states.h"
#include "store/wire.h"

enum {
	K_OTHER, K_MARK, K_RESOLVE, K_HOLD, K_RELEASE, K_SCRAP, K_VOID, K_MOVE, K_RECEIVE, K_SHIP,
	K_REPLACE, K_ASSEMBLE, K_REMOVE, K_PACK, K_UNPACK, K_CONSUME, K_LOAD, K_UNLOAD, K_CORRECT
};

int
mk_state_kind(const char *step)
{
	static const char *const name[] = { "", "mark", "resolve", "hold", "release", "scrap", "void",
		"move", "receive", "ship", "replace", "assemble", "remove", "pack", "unpack",
		"consume", "load", "unload", "correct" };
	int i;

	for (i = 1; i < (int)(sizeof name / sizeof *name); i++)
		if (strcmp(name[i], step) == 0)
			return i;
	return K_OTHER;
}

static const struct mk_newfield *
own(const struct mk_new *ev, const char *bare)
{
	size_t i, n = strlen(bare);

	for (i = 0; i < ev->nfield; i++) {
		const struct mk_keyinfo *k = ev->field[i].info;

		if (k->step == ev->step && k->klen == k->skip + n &&
		    memcmp(k->key + k->skip, bare, n) == 0)
			return &ev->field[i];
	}
	return NULL;
}

/* A value in the dictionary of texts; 0 if the event has no such field. */
static int
text(struct mk_store *st, const struct mk_new *ev, const char *bare, int64_t *word,
	struct mk_err *e)
{
	const struct mk_newfield *f = own(ev, bare);

	*word = 0;
	if (f == NULL || f->f->vlen == 0)
		return 0;
	return mk_index_word(st, "@text", f->f->val, f->f->vlen, true, word, e) == -1 ? -1 : 0;
}

static int64_t
bit_of(const struct mk_stepinfo *s)
{
	return s->id > 0 && s->id < 63 ? (int64_t)1 << s->id : (int64_t)1;
}

int
mk_state_load(struct mk_store *st, struct mk_new *ev, bool *seen, struct mk_err *e)
{
	struct mk_current *s = mk_states_held(st, ev->item);

	if (s == NULL && st->one == NULL && (st->one = calloc(1, sizeof *s)) == NULL)
		return mk_err_nomem(e);
	if (s == NULL && (s = st->one)->item != ev->item) {
		if (mk_states_write(st, s, e) == -1)
			return -1;
		memset(s, 0, sizeof *s);
		if (ev->fresh)
			s->item = ev->item;
		else if (mk_states_load(st, ev->item, s, e) == -1)
			return -1;
	}
	st->cur = s;
	if (s->held && s->before == -1)
		s->before = s->seen;
	*seen = (s->seen & bit_of(ev->step)) != 0;
	ev->behind = s->n > 0 && ev->time.ms < s->time;
	return 0;
}

int
mk_state_tried(struct mk_store *st, const struct mk_new *ev)
{
	const struct mk_current *s = st->cur;
	int64_t bit = bit_of(ev->step);

	if (!s->held || s->ops || ev->op != NULL || bit == 1)
		return -1;
	return (s->tried & bit) != 0 ? 1 : (s->before & bit) != 0 ? -1 : 0;
}

/* ---- other names ---- */

/* Whether n digits end in their check digit (GS1 General Specifications 7.9.1). */
static bool
checked(const char *s, size_t n)
{
	unsigned sum = 0, i;

	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		sum += (unsigned)(s[i] - '0') * ((n - i) % 2 == 0 ? 3 : 1);
	}
	return sum % 10 == 0;
}

/* Whether a code follows from the id, so that asking with a scan makes the id of it
 * again: it is the same; or the id begins with a GTIN and they are the same but for
 * brackets, separators and an AIM identifier. */
static bool
follows(const struct mk_field *id, const struct mk_field *code)
{
	const char *p = id->val, *pe = p + id->vlen, *q = code->val, *qe = q + code->vlen;

	if (qe - q > 3 && *q == ']')
		q += 3;
	if (pe - p == qe - q && memcmp(p, q, id->vlen) == 0)
		return true;
	if (pe - p < 19 || memcmp(p, "(01)", 4) != 0 || !checked(p + 4, 14) || p[18] != '(')
		return false;
	for (;;) {
		while (p < pe && (*p == '(' || *p == ')'))
			p++;
		while (q < qe && (*q == '(' || *q == ')' || (qe - q >= 4 && memcmp(q, "\\x1d", 4) == 0)))
			q += *q == '\\' ? 4 : 1;
		if (p == pe || q == qe)
			return p == pe && q == qe;
		if (*p++ != *q++)
			return false;
	}
}

static int
add_alias(struct mk_store *st, int64_t item, const struct mk_field *f, struct mk_err *e)
{
	if (f->vlen > MK_NAME_MAX)	/* a code may be as long as its symbol holds */
		return 0;
	return mk_db_run(st->db, NULL, e, "INSERT INTO alias(name, item) VALUES(?, ?) "
		"ON CONFLICT DO NOTHING", "ti", f->val, (size_t)f->vlen, item);
}

static int
aliases(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	const struct mk_newfield *a = own(ev, "alias");
	size_t i;

	if (a != NULL && a->f->vlen > 0 && add_alias(st, ev->item, a->f, e) == -1)
		return -1;
	for (i = 1; i < ev->nfield; i++) {
		const struct mk_keyinfo *k = ev->field[i].info;

		if (k->step == NULL && ((k->klen == 4 && memcmp(k->key, "code", 4) == 0) ||
		    (k->klen == 3 && memcmp(k->key, "hri", 3) == 0)) && ev->field[i].f->vlen > 0 &&
		    !follows(ev->field[0].f, ev->field[i].f) &&
		    add_alias(st, ev->item, ev->field[i].f, e) == -1)
			return -1;
	}
	return 0;
}

/* ---- what steps do ---- */

/* One that is held goes along: false, it is not held. */
static bool
held_goes_along(struct mk_store *st, int64_t item)
{
	const struct mk_current *s = st->cur;
	struct mk_current *in = mk_states_held(st, item);

	if (in == NULL)
		return false;
	if (!in->stored && !in->dirty)	/* of what nothing is known nothing is said */
		return true;
	in->place = s->place;
	in->customer = s->customer;
	in->document = s->document;
	if (in->gone == MK_GONE_NOT || in->gone == MK_GONE_SHIPPED)
		in->gone = s->gone;
	return in->dirty = true;
}

#define GO_ALONG "UPDATE state SET place = ?, customer = ?, document = ?, " \
	"gone = CASE WHEN gone = 0 OR gone = ? THEN CAST(? AS BIGINT) ELSE gone END WHERE item = "

/* Shipped, received or moved: all that is in it goes with it. */
static int
goes_along(void *arg, const int64_t *item, size_t n, struct mk_err *e)
{
	struct mk_store *st = arg;
	const struct mk_current *s = st->cur;
	struct mk_buf array = {0};
	int64_t *far = mk_db_far(st->db) ? malloc(n * sizeof *far) : NULL;
	size_t i, nfar = 0;
	int r = 0;

	if (far == NULL && mk_db_far(st->db))
		return mk_err_nomem(e);
	for (i = 0; r == 0 && i < n; i++) {
		if (held_goes_along(st, item[i]))
			continue;
		if (far != NULL)
			far[nfar++] = item[i];
		else
			r = mk_db_run(st->db, NULL, e, GO_ALONG "?", "iiiiii", s->place, s->customer,
				s->document, (int64_t)MK_GONE_SHIPPED, s->gone, item[i]);
	}
	if (nfar > 0 && mk_wire_array(far, nfar, &array, e) == -1)
		r = -1;
	if (r == 0 && nfar > 0)
		r = mk_db_run(st->db, NULL, e, GO_ALONG "ANY(?)", "iiiiiA", s->place, s->customer,
			s->document, (int64_t)MK_GONE_SHIPPED, s->gone, array.p, array.n);
	mk_buf_clear(&array);
	free(far);
	return r;
}

static int
travels(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	struct mk_current *s = st->cur;

	switch (ev->step->kind) {
	case K_MOVE:
		if (text(st, ev, "to", &s->place, e) == -1)
			return -1;
		break;
	case K_RECEIVE:
		if (text(st, ev, "at", &s->place, e) == -1)
			return -1;
		s->customer = s->document = 0;
		if (s->gone == MK_GONE_SHIPPED)
			s->gone = MK_GONE_NOT;
		break;
	default:
		if (text(st, ev, "to", &s->customer, e) == -1 ||
		    text(st, ev, "doc", &s->document, e) == -1)
			return -1;
		s->place = 0;
		s->gone = MK_GONE_SHIPPED;
	}
	return mk_edges_inside(st, ev->item, goes_along, st, e);
}

/* The item that a field names, made if need be: 1, 0 no such field, -1. */
static int
other(struct mk_store *st, const struct mk_field *f, int64_t *item, struct mk_err *e)
{
	if (f == NULL || f->vlen == 0)
		return 0;
	return mk_item_id(st, f->val, f->vlen, true, item, e) == -1 ? -1 : 1;
}

static int
join(struct mk_store *st, const struct mk_new *ev, const char *bare, enum mk_edge_kind kind,
	struct mk_err *e)
{
	const struct mk_newfield *f = own(ev, bare);
	struct mk_edge edge = { .child = ev->item, .parent = 0, .kind = kind,
		.from = ev->time.ms, .until = MK_EDGE_OPEN, .event = ev->id };
	int r = other(st, f == NULL ? NULL : f->f, &edge.parent, e);

	if (r != 1)
		return r;
	if (kind == MK_EDGE_CONSUME) {
		edge.child = edge.parent;
		edge.parent = ev->item;
	}
	if (kind == MK_EDGE_REPLACE)
		st->cur->successor = edge.parent;
	return mk_edge_add(st, &edge, e);
}

static int
part(struct mk_store *st, const struct mk_new *ev, enum mk_edge_kind kind, struct mk_err *e)
{
	const struct mk_newfield *f = own(ev, "from");
	int64_t parent = 0;

	if (other(st, f == NULL ? NULL : f->f, &parent, e) == -1)
		return -1;
	return mk_edges_end(st, ev->item, parent, kind, ev->time.ms, ev->id, e);
}

static int
loads(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	const struct mk_newfield *f = own(ev, "at");
	const char *at = "";
	int64_t ended;
	size_t n = 0;

	if (f == NULL && ev->step->kind == K_LOAD)
		f = own(ev, "station");
	if (f != NULL) {
		at = f->f->val;
		n = f->f->vlen;
		if (n > 8 && memcmp(at, "station:", 8) == 0) {
			at += 8;
			n -= 8;
		}
	}
	if (mk_name_fits("a place", n, e) == -1)
		return -1;
	if (ev->step->kind == K_LOAD)
		return mk_db_insert(st->db, e, "INSERT INTO loaded(lot, event, place, since, "
			"until, ended) VALUES(?, ?, ?, ?, ?, ?)", "iitiii", ev->item, ev->id, at, n,
			ev->time.ms, MK_EDGE_OPEN, (int64_t)0);
	/* at once: a load that comes after it is none of those that end */
	return mk_db_run(st->db, &ended, e, "UPDATE loaded SET until = ?, ended = ? WHERE lot = ? AND "
		"until = ? AND (place = ? OR ? = '')", "iiiitt", ev->time.ms, ev->id, ev->item,
		MK_EDGE_OPEN, at, n, at, n);
}

/* "correct_KEY:value" takes the place of what KEY said; the event that said it stays. */
static int
corrects(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	static const struct {
		const char *bare;
		enum mk_edge_kind kind;
	} edges[] = {
		{ "assemble_into", MK_EDGE_ASSEMBLE }, { "pack_into", MK_EDGE_PACK },
		{ "consume_from", MK_EDGE_CONSUME }, { "replace_by", MK_EDGE_REPLACE }
	};
	struct mk_current *s = st->cur;
	int64_t word;
	size_t i;

	for (i = 0; i < sizeof edges / sizeof *edges; i++)
		if (own(ev, edges[i].bare) != NULL &&
		    (mk_edges_end(st, ev->item, 0, edges[i].kind, ev->time.ms, ev->id, e) == -1 ||
		    join(st, ev, edges[i].bare, edges[i].kind, e) == -1))
			return -1;
	if (own(ev, "ship_to") != NULL && text(st, ev, "ship_to", &s->customer, e) == -1)
		return -1;
	if (own(ev, "ship_doc") != NULL && text(st, ev, "ship_doc", &s->document, e) == -1)
		return -1;
	if (own(ev, "move_to") != NULL && text(st, ev, "move_to", &s->place, e) == -1)
		return -1;
	if (text(st, ev, "hold_reason", &word, e) == -1)
		return -1;
	if (word != 0 && s->hold != 0)
		s->hold = word;
	return 0;
}

/* A resolution says how a mark stands in the ledger of begins. */
static int
resolves(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	static const char *const as[][2] = { { "marked", "ok" }, { "partial", "fail" },
		{ "unmarked", "unmarked" } };
	const struct mk_newfield *f = own(ev, "as");
	const char *op = ev->op == NULL ? "" : ev->op->val, *state = "unknown";
	size_t n = ev->op == NULL ? 0 : ev->op->vlen, i;

	for (i = 0; i < sizeof as / sizeof *as; i++)
		if (f != NULL && f->f->vlen == strlen(as[i][0]) &&
		    memcmp(f->f->val, as[i][0], f->f->vlen) == 0)
			state = as[i][1];
	return mk_db_run(st->db, NULL, e, "INSERT INTO mark(item, op, device, state, time, line) "
		"VALUES(?, ?, '', ?, '', '') ON CONFLICT(item, op) DO UPDATE SET "
		"state = excluded.state WHERE mark.state <> 'open'", "its", ev->item, op, n, state);
}

/* A key that was resolved as unmarked is marked now, unless it was refused again. */
static int
marks(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	const struct mk_newfield *f = own(ev, "result");

	if (ev->first || f == NULL || (f->f->vlen == 7 && memcmp(f->f->val, "refused", 7) == 0))
		return 0;
	return mk_db_run(st->db, NULL, e, "UPDATE mark SET state = ? WHERE item = ? AND op = ? AND "
		"state = 'unmarked'", "tit", f->f->val, (size_t)f->f->vlen, ev->item,
		ev->op == NULL ? "" : ev->op->val, ev->op == NULL ? (size_t)0 :
		(size_t)ev->op->vlen);
}

static int
does(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	struct mk_current *s = st->cur;

	switch (ev->step->kind) {
	case K_RESOLVE:
		s->doubt = 0;
		return resolves(st, ev, e);
	case K_RELEASE:
		s->hold = 0;
		return 0;
	case K_SCRAP:
		s->gone = MK_GONE_SCRAP;
		return 0;
	case K_VOID:
		s->gone = MK_GONE_VOID;
		return 0;
	case K_MOVE:
	case K_RECEIVE:
	case K_SHIP:
		return travels(st, ev, e);
	case K_REPLACE:
		s->gone = MK_GONE_REPLACED;
		return join(st, ev, "by", MK_EDGE_REPLACE, e);
	case K_ASSEMBLE:
		return join(st, ev, "into", MK_EDGE_ASSEMBLE, e);
	case K_PACK:
		return join(st, ev, "into", MK_EDGE_PACK, e);
	case K_CONSUME:
		return join(st, ev, "from", MK_EDGE_CONSUME, e);
	case K_REMOVE:
		return part(st, ev, MK_EDGE_ASSEMBLE, e);
	case K_UNPACK:
		return part(st, ev, MK_EDGE_PACK, e);
	case K_LOAD:
	case K_UNLOAD:
		return loads(st, ev, e);
	case K_CORRECT:
		return corrects(st, ev, e);
	default:
		return 0;
	}
}

static bool
result_is(const struct mk_new *ev, const char *what)
{
	const struct mk_newfield *f = own(ev, "result");

	return f != NULL && f->f->vlen == strlen(what) && memcmp(f->f->val, what, f->f->vlen) == 0;
}

int
mk_state_event(struct mk_store *st, const struct mk_new *ev, struct mk_err *e)
{
	struct mk_current *s = st->cur;

	s->dirty = true;
	s->n++;
	s->seen |= bit_of(ev->step);
	s->ops = s->ops || ev->op != NULL;
	if (!ev->refused)
		s->tried |= bit_of(ev->step);
	s->last = ev->id;
	if (s->first == 0)
		s->first = ev->id;
	s->time = ev->time.ms;
	if (aliases(st, ev, e) == -1)
		return -1;
	if (ev->refused)
		return 0;
	s->ctx = ev->ctx;
	s->step = ev->step->id;
	s->result = ev->result;
	if (ev->step->kind == K_HOLD) {
		if (text(st, ev, "reason", &s->hold, e) == -1)
			return -1;
		return s->hold != 0 ? 0 : mk_index_word(st, "@text", "-", 1, true, &s->hold,
			e) == -1 ? -1 : 0;
	}
	if (ev->step->kind == K_MARK) {
		s->doubt = result_is(ev, "unknown");
		return marks(st, ev, e);
	}
	return result_is(ev, "fail") ? 0 : does(st, ev, e);
}
