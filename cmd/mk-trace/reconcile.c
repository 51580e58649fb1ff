/* mk-trace reconcile: of what was issued, what was begun, marked, verified; who is
 * missing where. */
#include <stdlib.h>
#include <string.h>

#include "cmd/mk-trace/ask.h"
#include "store/pools.h"

static const char *opt_summary;

const struct cmd_opt ask_reconcile_opts[] = {
	ASK_WHEN,
	{ "summary", 0, NULL, &opt_summary, "counts, no lists" },
	{0}
};

struct pool {
	char *name;		/* "": of no pool */
	uint64_t issued, begun, marked, verified, good, gone;
};

/* A part that got stuck. */
struct stuck {
	int64_t item;
	const char *at;		/* the step that is due */
	const char *why;
};

struct reconcile {
	struct ask *a;
	struct mk_query *q;
	struct pool *pool;
	size_t n, cap;
	struct stuck *stuck;
	size_t nstuck, scap;
	struct mk_ids open;	/* begun and not ended */
	const char *name;	/* of the pool whose issues are read */
	uint64_t issued;
	struct mk_rec rec;
};

static struct pool *
pool_of(struct reconcile *x, const char *name, size_t n)
{
	size_t i, cap = x->cap == 0 ? 16 : x->cap * 2;
	struct pool *p;

	for (i = 0; i < x->n; i++)
		if (strlen(x->pool[i].name) == n && memcmp(x->pool[i].name, name, n) == 0)
			return &x->pool[i];
	if (x->n == x->cap) {
		if ((p = realloc(x->pool, cap * sizeof *p)) == NULL) {
			mk_err_nomem(&x->a->c->err);
			return NULL;
		}
		x->pool = p;
		x->cap = cap;
	}
	p = &x->pool[x->n];
	*p = (struct pool){ .name = strndup(name, n) };
	if (p->name == NULL) {
		mk_err_nomem(&x->a->c->err);
		return NULL;
	}
	x->n++;
	return p;
}

/* ---- issued: by range, under the fields that the numbers were taken for ---- */

/* Whether the numbers were taken for what the terms ask of parts. */
static bool
taken_for(const struct mk_terms *ts, const struct mk_rec *rec)
{
	size_t g, i = 0;
	bool all;

	for (g = 0; g < ts->ngroup; g++) {
		for (all = true; i < ts->end[g]; i++)
			if (!ts->term[i].event)
				all = all && mk_term_holds(&ts->term[i], rec, "issue", 0) !=
					ts->term[i].turned;
		if (all)
			return true;
	}
	return ts->ngroup == 0;
}

static int
on_issue(void *arg, const struct mk_issue *i, struct mk_err *e)
{
	struct reconcile *x = arg;
	struct mk_rec rec = {0};
	struct mk_time t;
	struct mk_err no;
	size_t column;
	int r = 0;

	if (mk_time_parse(i->time, strlen(i->time), &t, &no) == 0 &&
	    (t.ms < x->q->within.from || t.ms >= x->q->within.to))
		return 0;
	if (*i->fields != '\0')
		r = mk_rec_parse(&rec, i->fields, strlen(i->fields), &column, e);
	if (r == 0)
		r = mk_rec_setf(&rec, e, "pool", "%s", x->name);
	if (r == 0 && taken_for(&x->q->terms, &rec))
		x->issued += i->count;
	mk_rec_clear(&rec);
	return r;
}

static int
on_pool(void *arg, const struct mk_pool_use *u, const char *text, size_t n, struct mk_err *e)
{
	struct reconcile *x = arg;

	(void)text;
	(void)n;
	if (pool_of(x, u->name, strlen(u->name)) != NULL)
		return 0;
	*e = x->a->c->err;
	return -1;
}

static int
count_issued(struct reconcile *x)
{
	struct mk_err *e = &x->a->c->err;
	char day[MK_DAY_LEN];
	size_t i;
	int r;

	(void)mk_shift_at(&x->a->c->conf.shifts, &x->a->now, day);
	r = mk_store_pools(x->a->st, day, day, on_pool, x, e) == -1 ? -1 : 0;
	for (i = 0; r == 0 && i < x->n; i++) {
		x->name = x->pool[i].name;
		x->issued = 0;
		r = mk_store_issues(x->a->st, x->name, on_issue, x, e) == -1 ? -1 : 0;
		x->pool[i].issued = x->issued;
	}
	return r;
}

/* ---- the parts ---- */

static int
note(struct reconcile *x, int64_t item, const char *at, const char *why)
{
	size_t cap = x->scap == 0 ? 64 : x->scap * 2;
	struct stuck *p;

	if (x->nstuck == x->scap) {
		if ((p = realloc(x->stuck, cap * sizeof *p)) == NULL)
			return mk_err_nomem(&x->a->c->err);
		x->stuck = p;
		x->scap = cap;
	}
	x->stuck[x->nstuck++] = (struct stuck){ item, at, why };
	return 0;
}

static int
sort_out(struct reconcile *x, int64_t item)
{
	struct mk_state s = { .gone = MK_GONE_NOT };
	const struct mk_field *f;
	struct pool *p;
	bool ended, marked;
	int r = mk_query_part(x->a->st, &x->a->c->conf, item, &x->rec, &x->a->c->err);

	if (r == -1 || mk_ask_state(x->a->st, item, &s, &x->a->c->err) == -1)
		return -1;
	f = mk_rec_get(&x->rec, "pool");
	ended = mk_rec_get(&x->rec, "mark_time") != NULL && !mk_rec_is(&x->rec, "mark_result", "refused");
	marked = ended && mk_rec_is(&x->rec, "mark_result", "ok");
	if (f == NULL && !ended && mk_ids_find(&x->open, item) == SIZE_MAX)
		return 0;	/* a lot, a tool, a part that is not marked here */
	if ((p = pool_of(x, f == NULL ? "" : f->val, f == NULL ? 0 : f->vlen)) == NULL)
		return -1;
	p->begun += ended || mk_ids_find(&x->open, item) != SIZE_MAX;
	p->marked += marked;
	p->gone += s.gone == MK_GONE_SCRAP || s.gone == MK_GONE_VOID;
	if (mk_rec_get(&x->rec, "verify_time") != NULL) {
		p->verified++;
		p->good += mk_rec_is(&x->rec, "verify_result", "ok");
	}
	if (s.gone != MK_GONE_NOT)
		return 0;
	if (mk_ids_find(&x->open, item) != SIZE_MAX)
		return note(x, item, "mark", "begun and not ended");
	if (s.doubt)
		return note(x, item, "resolve", "its mark is in doubt");
	if (!marked)
		return note(x, item, "mark", ended ? "the mark failed" : "never begun");
	if (mk_rec_get(&x->rec, "verify_time") == NULL)
		return note(x, item, "verify", "marked and not verified");
	return 0;
}

static int
on_open(void *arg, int64_t item, const char *device, const char *time, struct mk_err *e)
{
	(void)device;
	(void)time;
	return mk_ids_add(arg, item, e) == -1 ? -1 : 0;
}

static int
look_at_parts(struct reconcile *x)
{
	struct mk_ids ids = {0};
	struct trace_progress p;
	size_t i;
	int r = mk_ask_open_marks(x->a->st, on_open, &x->open, &x->a->c->err);

	if (r == 0)
		r = mk_query_items(x->q, &ids, &x->a->c->err);
	for (i = 0; r == 0 && x->q->terms.ngroup == 0 && i < x->open.n; i++)
		r = mk_ids_add(&ids, x->open.id[i], &x->a->c->err) == -1 ? -1 : 0;
	trace_progress_start(&p, x->a->c, ids.n);
	if (r == 0)
		r = mk_ask_soon(x->a->st, ids.id, ids.n, &x->a->c->err);
	for (i = 0; r == 0 && i < ids.n; i++) {
		r = sort_out(x, ids.id[i]);
		trace_progress(&p, i + 1);
	}
	trace_progress_end(&p);
	mk_ids_clear(&ids);
	return r;
}

/* ---- what comes out ---- */

static int
put_n(struct ask *a, const char *key, uint64_t n)
{
	return mk_rec_setf(&a->row, &a->c->err, key, "%llu", (unsigned long long)n);
}

static int
put_all(struct reconcile *x)
{
	struct ask *a = x->a;
	size_t i;

	if (cmd_columns(a->c, "pool,issued,begun,never_begun,marked,verified,good,gone") == -1)
		return -1;
	for (i = 0; i < x->n; i++) {
		const struct pool *p = &x->pool[i];

		if (p->issued == 0 && p->begun == 0)
			continue;
		if (ask_set(a, "pool", p->name) == -1 ||
		    put_n(a, "issued", p->issued) == -1 || put_n(a, "begun", p->begun) == -1 ||
		    put_n(a, "never_begun", p->issued > p->begun ? p->issued - p->begun : 0) == -1 ||
		    put_n(a, "marked", p->marked) == -1 || put_n(a, "verified", p->verified) == -1 ||
		    put_n(a, "good", p->good) == -1 || put_n(a, "gone", p->gone) == -1 ||
		    ask_put(a) == -1)
			return -1;
	}
	if (opt_summary != NULL || cmd_is_rows(a->c))
		return 0;
	if (cmd_columns(a->c, "id,due,why") == -1)
		return -1;
	for (i = 0; i < x->nstuck; i++)
		if (ask_set(a, "id", ask_name(a, x->stuck[i].item)) == -1 ||
		    ask_set(a, "due", x->stuck[i].at) == -1 ||
		    ask_set(a, "why", x->stuck[i].why) == -1 || ask_put(a) == -1)
			return -1;
	return 0;
}

int
ask_reconcile(struct cmd *c)
{
	struct ask a;
	struct mk_query q = {0};
	struct mk_ids none = {0};
	struct reconcile x = { .a = &a, .q = &q };
	bool given = false;
	size_t i;
	int r = ask_open(&a, c);

	if (r == 0)
		r = ask_query(&a, 0, &q, &none, &given);
	if (r == 0 && given)
		r = cmd_usage(c, "reconcile takes terms, not '-'");
	if (r == 0)
		r = count_issued(&x);
	if (r == 0)
		r = look_at_parts(&x);
	if (r == 0)
		r = put_all(&x);
	for (i = 0; r == 0 && i < x.n; i++)
		if (x.pool[i].issued > x.pool[i].begun)
			cmd_status(c, CMD_FAILED);
	if (r == 0 && x.nstuck > 0)
		cmd_status(c, CMD_FAILED);
	for (i = 0; i < x.n; i++)
		free(x.pool[i].name);
	free(x.pool);
	free(x.stuck);
	mk_ids_clear(&x.open);
	mk_ids_clear(&none);
	mk_rec_clear(&x.rec);
	mk_terms_clear(&q.terms);
	ask_close(&a);
	return r;
}
