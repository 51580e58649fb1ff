/* mk-trace recall: from what is suspect to all that is at risk, and where it is. */
#include <stdlib.h>
#include <string.h>

#include "cmd/mk-trace/recall.h"

static const char *opt_same, *opt_last, *opt_ever, *opt_summary, *opt_goods, *opt_customer, *opt_hold;

const struct cmd_opt ask_recall_opts[] = {
	ASK_WHEN,
	{ "same", 0, "KEY,...,±TIME", &opt_same, "also what was made under the same conditions, "
	  "such as lot,station,±30m" },
	{ "since-last", 0, "STEP:RESULT", &opt_last, "also what was made there since the last "
	  "calibrate:ok, say" },
	{ "ever", 0, NULL, &opt_ever, "also units from which the part was taken out again" },
	{ "summary", 0, NULL, &opt_summary, "counts, no lists" },
	{ "goods", 0, NULL, &opt_goods, "list finished goods only, not the parts inside" },
	{ "customer", 0, "NAME", &opt_customer, "list what went to one customer" },
	{ "hold", 0, NULL, &opt_hold, "open: hold what is in stock" },
	{0}
};

static bool
is_good(const struct mk_affected *p)
{
	return !p->inside && !p->box && !p->thing;
}

/* ---- counts: of each state, of what was shipped by customer and document ---- */

static int
in_groups(const void *a, const void *b)
{
	const struct mk_affected *x = *(const struct mk_affected *const *)a;
	const struct mk_affected *y = *(const struct mk_affected *const *)b;

	if (x->place.state != y->place.state)
		return x->place.state < y->place.state ? -1 : 1;
	if (x->place.customer != y->place.customer)
		return x->place.customer < y->place.customer ? -1 : 1;
	if (x->place.document != y->place.document)
		return x->place.document < y->place.document ? -1 : 1;
	if (is_good(x) != is_good(y))
		return is_good(x) ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

static bool
same_group(const struct mk_affected *x, const struct mk_affected *y)
{
	return x->place.state == y->place.state && x->place.customer == y->place.customer &&
		x->place.document == y->place.document;
}

static int
put_count(struct ask *a, const struct mk_affected *of, const char *state, size_t goods,
	size_t parts)
{
	struct mk_err *e = &a->c->err;

	if (ask_set(a, "state", state) == -1 ||
	    (of != NULL && (ask_set(a, "customer", ask_text(a, of->place.customer)) == -1 ||
	    ask_set(a, "document", ask_text(a, of->place.document)) == -1)) ||
	    mk_rec_setf(&a->row, e, "goods", "%zu", goods) == -1 ||
	    mk_rec_setf(&a->row, e, "parts", "%zu", parts) == -1)
		return -1;
	return ask_put(a);
}

static int
put_counts(struct ask *a, const struct mk_affected *const *p, size_t n)
{
	size_t i, goods = 0, parts = 0, all_goods = 0, all_parts = 0;

	if (cmd_columns(a->c, "state,customer,document,goods,parts") == -1)
		return -1;
	for (i = 0; i < n; i++) {
		goods += is_good(p[i]);
		parts += !p[i]->thing && !p[i]->box;
		if (i + 1 < n && same_group(p[i], p[i + 1]))
			continue;
		all_goods += goods;
		all_parts += parts;
		if (parts > 0 && put_count(a, p[i], mk_place_name[p[i]->place.state], goods,
		    parts) == -1)
			return -1;
		goods = parts = 0;
	}
	return put_count(a, NULL, "all", all_goods, all_parts);
}

/* ---- the list ---- */

static int
put_part(struct ask *a, const struct mk_affected *p)
{
	const struct mk_place *w = &p->place;
	const struct mk_ctx *c;
	int r;

	if (ask_set(a, "id", ask_name(a, p->item)) == -1 ||
	    ask_set(a, "why", mk_why_name[p->why]) == -1 ||
	    ask_set(a, "state", mk_place_name[w->state]) == -1 ||
	    (w->top != p->item && ask_set(a, "in", ask_name(a, w->top)) == -1))
		return -1;
	if (w->state != MK_PLACE_SHIPPED && w->at != 0) {
		if (ask_set(a, "place", ask_text(a, w->at)) == -1)
			return -1;
	} else if (w->state == MK_PLACE_STOCK) {	/* never moved: where it was made */
		if ((r = mk_ask_ctx(a->st, w->ctx, &c, &a->c->err)) == -1 ||
		    (r == 1 && ask_set(a, "place", c->dim[MK_CTX_STATION]) == -1))
			return -1;
	}
	if (ask_set(a, "customer", ask_text(a, w->customer)) == -1 ||
	    ask_set(a, "document", ask_text(a, w->document)) == -1 ||
	    ask_set(a, "hold", ask_text(a, w->hold)) == -1)
		return -1;
	return ask_set_made(a, p->item);
}

static int
soon(struct ask *a, const struct mk_affected *const *p, size_t n)
{
	int64_t *item = malloc((n + 1) * sizeof *item);
	size_t i;
	int r;

	if (item == NULL)
		return mk_err_nomem(&a->c->err);
	for (i = 0; i < n; i++)
		item[i] = p[i]->item;
	r = mk_ask_soon(a->st, item, n, &a->c->err);
	free(item);
	return r;
}

static int
put_list(struct ask *a, const struct mk_affected *const *p, size_t n)
{
	struct trace_progress bar;
	size_t i;
	int r = soon(a, p, n);

	if (cmd_columns(a->c, "id,why,state,in,place,customer,document,hold,part,lot") == -1)
		return -1;
	trace_progress_start(&bar, a->c, n);
	for (i = 0; r == 0 && i < n; i++) {
		const char *customer = ask_text(a, p[i]->place.customer);

		trace_progress(&bar, i);
		if (customer == NULL)
			return -1;
		if (p[i]->thing || p[i]->box || (opt_goods != NULL && !is_good(p[i])) ||
		    (opt_customer != NULL && strcmp(customer, opt_customer) != 0))
			continue;
		if ((r = put_part(a, p[i])) == 0)
			r = ask_put(a);
	}
	trace_progress_end(&bar);
	return r;
}

static int
show(struct ask *a, struct mk_recall *r)
{
	const struct mk_affected **p = calloc(r->n + 1, sizeof *p);
	bool rows = cmd_is_rows(a->c);	/* of one kind: the list is what a letter is made of */
	size_t i;
	int got = 0;

	if (p == NULL)
		return mk_err_nomem(&a->c->err);
	for (i = 0; i < r->n; i++)
		p[i] = &r->part[i];
	qsort(p, r->n, sizeof *p, in_groups);
	if (!rows || opt_summary != NULL)
		got = put_counts(a, p, r->n);
	if (got == 0 && opt_summary == NULL)
		got = put_list(a, p, r->n);
	free(p);
	return got;
}

/* ---- the verb ---- */

static int
run(struct ask *a, size_t first, struct mk_recall *r)
{
	struct cmd *c = a->c;
	struct mk_ids given = {0};
	bool is_given;
	int got = ask_query(a, first, &r->query, &given, &is_given);

	r->ever = opt_ever != NULL;
	r->since = opt_last;
	if (got == 0 && opt_same != NULL)
		got = mk_same_parse(opt_same, &r->same, &c->err);
	r->given = is_given;
	r->suspect = given.id;
	r->nsuspect = given.n;
	if (got == 0)
		got = mk_recall(r, &c->err);
	trace_progress_end(r->arg);
	r->suspect = NULL;
	mk_ids_clear(&given);
	return got;
}

int
ask_recall(struct cmd *c)
{
	struct ask a;
	struct trace_progress bar;
	struct mk_recall r = { .tick = trace_tick, .arg = &bar };
	const char *sub = c->narg > 0 ? c->arg[0] : "";
	int got;

	if (c->narg == 0 && ask_since == NULL && ask_until == NULL)
		return cmd_usage(c, "recall takes terms, such as lot:L42");
	if (ask_open(&a, c) == -1) {
		ask_close(&a);
		return -1;
	}
	trace_progress_start(&bar, c, 0);
	if (strcmp(sub, "open") == 0 && c->narg > 2) {
		got = run(&a, 2, &r);
		if (got == 0 && (got = recall_open(&a, c->arg[1], &r, opt_hold != NULL)) == 0)
			got = show(&a, &r);
	} else if (strcmp(sub, "contacted") == 0 && c->narg == 3)
		got = recall_contacted(&a, c->arg[1], c->arg[2]);
	else if (strcmp(sub, "status") == 0 && c->narg == 2)
		got = recall_status(&a, c->arg[1], opt_summary == NULL);
	else if (strchr(sub, ':') == NULL && strcmp(sub, "not") != 0 && strcmp(sub, "-") != 0 &&
	    *sub != '\0')
		got = cmd_usage(c, "recall takes terms, or open CASE TERM..., contacted CASE "
			"CUSTOMER, status CASE");
	else {
		got = run(&a, 0, &r);
		if (got == 0)
			got = show(&a, &r);
		if (got == 0 && r.n == 0)
			cmd_status(c, CMD_FAILED);
	}
	mk_recall_clear(&r);
	mk_terms_clear(&r.query.terms);
	ask_close(&a);
	return got;
}
