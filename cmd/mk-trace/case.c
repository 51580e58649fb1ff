/* mk-trace recall open, contacted, status: a recall's list, frozen, and what becomes
 * of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/step.h"
#include "cmd/mk-trace/recall.h"

#define BATCH 200	/* events in one transaction */

/* The item of the case: 1, 0 there is none, -1. */
static int
case_item(struct ask *a, const char *name, int64_t *item)
{
	struct mk_buf b = {0};
	int r = mk_buf_adds(&b, "case:", &a->c->err);

	if (r == 0)
		r = mk_store_spell(name, &b, &a->c->err);
	if (r == 0)
		r = mk_ask_item(a->st, b.p, b.n, item, &a->c->err);
	mk_buf_clear(&b);
	return r;
}

/* Begin the event of a step, of an item whose name is spelt so, in a->row. */
static int
event(struct ask *a, const char *name, const char *step, const char *result, const char *reason)
{
	mk_rec_reset(&a->row);
	if (ask_set(a, "id", name) == -1)
		return -1;
	return mk_step_stamp(&a->row, step, &a->c->conf, &a->now, result, reason, &a->c->err);
}

static int
set_key(struct ask *a, const char *step, const char *key, const char *spelt)
{
	char full[2 * MK_KEY_MAX];

	(void)snprintf(full, sizeof full, "%s_%s", step, key);
	return ask_set(a, full, spelt);
}

/* Store a->row in a transaction of its own. */
static int
store(struct ask *a)
{
	if (mk_store_begin(a->st, &a->c->err) == -1)
		return -1;
	if (mk_store_add(a->st, &a->row, &a->now, &a->c->err) == -1) {
		mk_store_rollback(a->st);
		return -1;
	}
	mk_rec_reset(&a->row);
	return mk_store_commit(a->st, &a->c->err);
}

static int
freeze_part(struct ask *a, const char *name, const struct mk_affected *p, bool hold)
{
	bool held = hold && p->place.state == MK_PLACE_STOCK;
	const char *step = held ? "hold" : "observe";
	struct mk_buf spelt = {0};
	int r = mk_store_spell(name, &spelt, &a->c->err);

	if (r == 0 && mk_buf_str(&spelt, &a->c->err) == NULL)
		r = -1;
	if (r == 0)
		r = event(a, ask_name(a, p->item), step, held ? "fail" : "ok", "recall");
	if (r == 0 && (set_key(a, step, "case", spelt.p) == -1 ||
	    set_key(a, step, "state", mk_place_name[p->place.state]) == -1 ||
	    set_key(a, step, "to", ask_text(a, p->place.customer)) == -1 ||
	    set_key(a, step, "doc", ask_text(a, p->place.document)) == -1))
		r = -1;
	mk_buf_clear(&spelt);
	return r == 0 && mk_store_add(a->st, &a->row, &a->now, &a->c->err) == -1 ? -1 : r;
}

static int
freeze_all(struct ask *a, const char *name, const struct mk_recall *r, bool hold, size_t *n)
{
	size_t i;
	int got = 0;

	*n = 0;
	for (i = 0; got == 0 && i < r->n; i++) {
		if (r->part[i].thing || r->part[i].box)
			continue;
		if (*n % BATCH == 0)
			got = mk_store_begin(a->st, &a->c->err);
		if (got == 0 && (got = freeze_part(a, name, &r->part[i], hold)) == -1)
			mk_store_rollback(a->st);
		if (got == 0 && ++*n % BATCH == 0)
			got = mk_store_commit(a->st, &a->c->err);
	}
	return got == 0 && *n % BATCH != 0 ? mk_store_commit(a->st, &a->c->err) : got;
}

/* The question as it was put. */
static int
set_terms(struct ask *a)
{
	struct mk_buf b = {0};
	size_t i;
	int r = 0;

	for (i = 2; r == 0 && i < a->c->narg; i++)
		r = mk_buf_addf(&b, &a->c->err, "%s%s", i > 2 ? " " : "", a->c->arg[i]);
	if (r == 0)
		r = mk_rec_set(&a->row, "observe_terms", b.p, b.n, &a->c->err);
	mk_buf_clear(&b);
	return r;
}

int
recall_open(struct ask *a, const char *name, const struct mk_recall *r, bool hold)
{
	struct mk_totals t;
	struct mk_state s;
	struct mk_buf id = {0};
	int64_t item;
	size_t n;
	int got = case_item(a, name, &item);

	if (got == 1)
		got = mk_ask_state(a->st, item, &s, &a->c->err);
	if (got == 1)
		return mk_err(&a->c->err, MK_EUSAGE, "%s: there is such a case: see mk-trace recall "
			"status %s, or take another name", name, name);
	for (n = 0; n < r->n && (r->part[n].thing || r->part[n].box); n++)
		;
	if (got == 0 && n == r->n) {
		cmd_warn(a->c, "%s: nothing is at risk: no case was opened", name);
		cmd_status(a->c, CMD_FAILED);
		return 0;
	}
	if (got == -1 || mk_ask_totals(a->st, &t, &a->c->err) == -1 ||
	    freeze_all(a, name, r, hold, &n) == -1)
		return -1;
	/* the case comes last: a list that was cut short has none, and is made again */
	got = mk_buf_adds(&id, "case:", &a->c->err);
	if (got == 0)
		got = mk_store_spell(name, &id, &a->c->err);
	if (got == 0 && mk_buf_str(&id, &a->c->err) == NULL)
		got = -1;
	if (got == 0)
		got = event(a, id.p, "observe", "ok", "recall");
	if (got == 0)
		got = set_terms(a);
	if (got == 0 && (mk_rec_setf(&a->row, &a->c->err, "observe_parts", "%zu", n) == -1 ||
	    mk_rec_setf(&a->row, &a->c->err, "observe_head", "%s/%lld", t.origin,
		(long long)(t.last & (((int64_t)1 << 40) - 1))) == -1))
		got = -1;
	mk_buf_clear(&id);
	return got == 0 ? store(a) : -1;
}

int
recall_contacted(struct ask *a, const char *name, const char *customer)
{
	int64_t item;
	int r = case_item(a, name, &item);

	if (r == 0)
		return mk_err(&a->c->err, MK_EUSAGE, "%s: no such case: mk-trace recall open makes "
			"one", name);
	if (r == -1 || event(a, ask_name(a, item), "observe", "ok", "contacted") == -1 ||
	    mk_rec_set(&a->row, "observe_contacted", customer, strlen(customer),
		&a->c->err) == -1)
		return -1;
	return store(a);
}

/* ---- status ---- */

struct listed {
	int64_t item;
	char *state, *customer;	/* when it was listed; as spelt */
	enum { OUTSTANDING, RETURNED, DESTROYED, RELEASED } now;
};

struct status {
	struct ask *a;
	struct mk_rec rec;
	struct mk_ids seen;
	struct listed *l;
	size_t n, cap;
	struct mk_buf told;	/* customers, NUL behind each */
};

static char *
copy(const struct mk_rec *rec, const char *step, const char *key)
{
	char full[2 * MK_KEY_MAX];
	const struct mk_field *f;

	(void)snprintf(full, sizeof full, "%s_%s", step, key);
	f = mk_rec_get(rec, full);
	return f == NULL ? strdup("") : strndup(f->val, f->vlen);
}

static int
on_listed(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct status *s = arg;
	size_t column, cap = s->cap == 0 ? 64 : s->cap * 2;
	struct listed *p;
	int r = mk_ids_add(&s->seen, ev->item, e);

	if (r != 1)
		return r;
	if (mk_rec_parse(&s->rec, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	if (s->n == s->cap) {
		if ((p = realloc(s->l, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		s->l = p;
		s->cap = cap;
	}
	p = &s->l[s->n++];
	*p = (struct listed){ .item = ev->item, .state = copy(&s->rec, ev->step, "state"),
		.customer = copy(&s->rec, ev->step, "to") };
	return p->state == NULL || p->customer == NULL ? mk_err_nomem(e) : 0;
}

static int
on_case(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct status *s = arg;
	const struct mk_field *f;
	size_t column;

	if (mk_rec_parse(&s->rec, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	if ((f = mk_rec_get(&s->rec, "observe_contacted")) == NULL)
		return 0;
	return mk_buf_add(&s->told, f->val, f->vlen, e) == -1 ? -1 :
		mk_buf_addc(&s->told, '\0', e);
}

static bool
was_told(const struct status *s, const char *customer)
{
	const char *p = s->told.p, *end = p + s->told.n;

	for (; s->told.n > 0 && p < end; p += strlen(p) + 1)
		if (strcmp(p, customer) == 0)
			return true;
	return false;
}

static int
now(struct status *s, struct listed *l)
{
	struct mk_place w;
	int r = mk_place(s->a->st, l->item, &w, &s->a->c->err), hops;

	/* what became of a part that goes by another number now is what became of that one */
	for (hops = 0; r == 1 && w.state == MK_PLACE_REPLACED && w.successor != 0 && hops < 64; hops++)
		r = mk_place(s->a->st, w.successor, &w, &s->a->c->err);
	if (r != 1)
		return r;
	if (w.state == MK_PLACE_SCRAPPED || w.state == MK_PLACE_VOID)
		l->now = DESTROYED;
	else if (strcmp(l->state, "shipped") == 0 && w.state != MK_PLACE_SHIPPED)
		l->now = RETURNED;
	else if (strcmp(l->state, "shipped") != 0 && w.state == MK_PLACE_STOCK && w.hold == 0)
		l->now = RELEASED;
	return 0;
}

static int
by_group(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;
	int d = strcmp(x->state, y->state);

	if (d == 0)
		d = strcmp(x->customer, y->customer);
	return d != 0 ? d : x->item < y->item ? -1 : x->item > y->item;
}

static int
put_row(struct status *s, const char *state, const char *customer, const size_t n[4])
{
	struct ask *a = s->a;
	struct mk_err *e = &a->c->err;
	size_t all = n[0] + n[1] + n[2] + n[3];

	if (ask_set(a, "state", state) == -1 || ask_set(a, "customer", customer) == -1 ||
	    mk_rec_setf(&a->row, e, "listed", "%zu", all) == -1 ||
	    mk_rec_setf(&a->row, e, "contacted", "%zu", *customer != '\0' &&
		was_told(s, customer) ? all : 0) == -1 ||
	    mk_rec_setf(&a->row, e, "returned", "%zu", n[RETURNED]) == -1 ||
	    mk_rec_setf(&a->row, e, "destroyed", "%zu", n[DESTROYED]) == -1 ||
	    mk_rec_setf(&a->row, e, "released", "%zu", n[RELEASED]) == -1 ||
	    mk_rec_setf(&a->row, e, "outstanding", "%zu", n[OUTSTANDING]) == -1)
		return -1;
	return ask_put(a);
}

static int
put_status(struct status *s, bool list)
{
	struct ask *a = s->a;
	size_t i, n[4] = {0};
	int r = 0;

	if (s->n > 0)
		qsort(s->l, s->n, sizeof *s->l, by_group);
	if (cmd_columns(a->c, "state,customer,listed,contacted,returned,destroyed,released,outstanding") == -1)
		return -1;
	for (i = 0; r == 0 && i < s->n; i++) {
		r = now(s, &s->l[i]);
		n[s->l[i].now]++;
		if (i + 1 < s->n && strcmp(s->l[i].state, s->l[i + 1].state) == 0 &&
		    strcmp(s->l[i].customer, s->l[i + 1].customer) == 0)
			continue;
		if (r == 0)
			r = put_row(s, s->l[i].state, s->l[i].customer, n);
		memset(n, 0, sizeof n);
	}
	if (cmd_columns(a->c, "id,listed_as,customer,part,lot") == -1)
		return -1;
	for (i = 0; r == 0 && list && i < s->n; i++) {
		if (s->l[i].now != OUTSTANDING)
			continue;
		if (ask_set(a, "id", ask_name(a, s->l[i].item)) == -1 ||
		    ask_set(a, "listed_as", s->l[i].state) == -1 ||
		    ask_set(a, "customer", s->l[i].customer) == -1 ||
		    ask_set_made(a, s->l[i].item) == -1)
			return -1;
		r = ask_put(a);
	}
	return r;
}

int
recall_status(struct ask *a, const char *name, bool list)
{
	struct status s = { .a = a };
	struct mk_query q = { .st = a->st, .conf = &a->c->conf, .within = MK_PERIOD_ALL };
	struct mk_buf b = {0};
	const char *word;
	int64_t item;
	size_t i;
	int r = case_item(a, name, &item);

	if (r == 0)
		r = mk_err(&a->c->err, MK_EUSAGE, "%s: no such case: mk-trace recall open makes "
			"one", name);
	if (r == 1)
		r = mk_buf_addf(&b, &a->c->err, "case:=%s", name);
	if (r == 0 && (word = mk_buf_str(&b, &a->c->err)) == NULL)
		r = -1;
	if (r == 0)
		r = mk_terms_parse(&q.terms, &word, 1, &a->c->conf, &a->now, &a->c->err);
	if (r == 0)
		r = mk_query_events(&q, on_listed, &s, &a->c->err);
	if (r == 0)
		r = mk_ask_history(a->st, item, on_case, &s, &a->c->err);
	if (r == 0)
		r = put_status(&s, list && !cmd_is_rows(a->c));
	for (i = 0; i < s.n; i++) {
		free(s.l[i].state);
		free(s.l[i].customer);
	}
	free(s.l);
	mk_ids_clear(&s.seen);
	mk_buf_clear(&s.told);
	mk_rec_clear(&s.rec);
	mk_buf_clear(&b);
	mk_terms_clear(&q.terms);
	return r;
}
