/* mk-trace stock, shipments: what is here, and what went where. */
#include <stdlib.h>
#include <string.h>

#include "cmd/mk-trace/ask.h"
#include "trace/place.h"

static const char *opt_list;

const struct cmd_opt ask_stock_opts[] = {
	ASK_WHEN,
	{ "list", 0, NULL, &opt_list, "each part, not only how many" },
	{0}
};
const struct cmd_opt ask_shipments_opts[] = {
	ASK_WHEN,
	{ "list", 0, NULL, &opt_list, "each part, not only how many" },
	{0}
};

/* ---- groups of equal rows, counted ---- */

struct group {
	char *key;		/* cells, NUL behind each */
	size_t nkey;
	int64_t first, last;	/* ms */
	size_t n;
};

struct groups {
	struct ask *a;
	struct group *g;	/* sorted by key */
	size_t n, cap;
	struct mk_buf key;
	const struct mk_ids *only;	/* NULL: all */
	struct mk_rec ev;
	size_t listed;		/* rows of --list */
	struct trace_progress bar;
	uint64_t looked;
};

static int
compare(const struct group *g, const struct mk_buf *key)
{
	size_t n = g->nkey < key->n ? g->nkey : key->n;
	int d = n == 0 ? 0 : memcmp(g->key, key->p, n);

	return d != 0 ? d : g->nkey < key->n ? -1 : g->nkey > key->n;
}

/* Count one of the group gs->key. */
static int
count(struct groups *gs, int64_t time, size_t n)
{
	size_t lo = 0, hi = gs->n, cap = gs->cap == 0 ? 64 : gs->cap * 2;
	struct group *p;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (compare(&gs->g[mid], &gs->key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == gs->n || compare(&gs->g[lo], &gs->key) != 0) {
		if (gs->n == gs->cap) {
			if ((p = realloc(gs->g, cap * sizeof *p)) == NULL)
				return mk_err_nomem(&gs->a->c->err);
			gs->g = p;
			gs->cap = cap;
		}
		memmove(&gs->g[lo + 1], &gs->g[lo], (gs->n - lo) * sizeof *gs->g);
		gs->g[lo] = (struct group){ .nkey = gs->key.n, .first = time, .last = time };
		gs->n++;
		if ((gs->g[lo].key = malloc(gs->key.n + 1)) == NULL)
			return mk_err_nomem(&gs->a->c->err);
		memcpy(gs->g[lo].key, gs->key.p, gs->key.n);
	}
	p = &gs->g[lo];
	p->n += n;
	p->first = time < p->first ? time : p->first;
	p->last = time > p->last ? time : p->last;
	return 0;
}

static int
cell(struct groups *gs, const char *text)
{
	if (text == NULL)
		return -1;
	return mk_buf_adds(&gs->key, text, &gs->a->c->err) == -1 ? -1 :
		mk_buf_addc(&gs->key, '\0', &gs->a->c->err);
}

static void
groups_clear(struct groups *gs)
{
	size_t i;

	for (i = 0; i < gs->n; i++)
		free(gs->g[i].key);
	free(gs->g);
	mk_buf_clear(&gs->key);
	mk_rec_clear(&gs->ev);
}

/* ---- stock ---- */

static bool
is_thing(const char *name)
{
	static const char *const kinds[] = { "lot:", "tool:", "station:", "machine:", "line:", "case:",
		"order:", "operator:", "customer:", "box:", "pallet:", "context:", "site:" };
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

static const char *
first_of(const char *a, const char *b)
{
	return a == NULL || *a == '\0' ? b : a;
}

static int
in_stock(void *arg, const struct mk_state *s, struct mk_err *e)
{
	struct groups *gs = arg;
	struct ask *a = gs->a;
	const struct mk_ctx *c, *made;
	struct mk_place w;
	const char *name, *at;
	int r;

	trace_progress(&gs->bar, ++gs->looked);
	if (gs->only != NULL && mk_ids_find(gs->only, s->item) == SIZE_MAX)
		return 0;
	if ((name = ask_name(a, s->item)) == NULL || (r = mk_place(a->st, s->item, &w, e)) == -1 ||
	    (at = ask_text(a, w.at)) == NULL || (r = mk_ask_ctx(a->st, s->ctx, &c, e)) == -1)
		goto fail;
	/* what is built into another part is no stock of its own */
	if (r == 0 || is_thing(name) || w.state != MK_PLACE_STOCK || w.built)
		return 0;
	if (opt_list != NULL) {
		if (ask_set(a, "id", name) == -1 || ask_set(a, "place", first_of(at,
		    c->dim[MK_CTX_STATION])) == -1 || (w.in != 0 &&
		    ask_set(a, "in", ask_name(a, w.in)) == -1) ||
		    ask_set(a, "hold", ask_text(a, w.hold)) == -1 ||
		    ask_set_made(a, s->item) == -1 || ask_put(a) == -1)
			goto fail;
		gs->listed++;
		return 0;
	}
	gs->key.n = 0;
	if (ask_made(a, s->item, &made) != 1 ||
	    cell(gs, first_of(at, c->dim[MK_CTX_STATION])) == -1 ||
	    cell(gs, made->dim[MK_DIM_PART]) == -1 || cell(gs, made->dim[MK_DIM_LOT]) == -1 ||
	    cell(gs, w.hold != 0 ? "hold" : "") == -1 || count(gs, s->time, 1) == -1)
		goto fail;
	return 0;
fail:
	if (e != &a->c->err && a->c->err.code != 0)
		*e = a->c->err;
	return -1;
}

static int
put_groups(struct groups *gs, const char *const *names, size_t n, bool times)
{
	struct ask *a = gs->a;
	size_t i, k;

	for (i = 0; i < gs->n; i++) {
		const char *p = gs->g[i].key;

		for (k = 0; k < n; k++, p += strlen(p) + 1)
			if (ask_set(a, names[k], p) == -1)
				return -1;
		if (times && (ask_set_time(a, "first", gs->g[i].first) == -1 ||
		    ask_set_time(a, "last", gs->g[i].last) == -1))
			return -1;
		if (mk_rec_setf(&a->row, &a->c->err, "n", "%zu", gs->g[i].n) == -1 ||
		    ask_put(a) == -1)
			return -1;
	}
	return 0;
}

/* The items that operands and -S, -U leave; NULL in gs->only if they leave all. */
static int
narrow(struct groups *gs, struct mk_query *q, struct mk_ids *found)
{
	struct mk_ids given = {0};
	bool is_given;
	int r = ask_query(gs->a, 0, q, &given, &is_given);

	if (r == 0 && (gs->a->c->narg > 0 || ask_since != NULL || ask_until != NULL)) {
		r = ask_found(gs->a, q, is_given ? &given : NULL, found);
		gs->only = found;
	}
	mk_ids_clear(&given);
	return r;
}

int
ask_stock(struct cmd *c)
{
	static const char *const names[] = { "place", "part", "lot", "hold" };
	struct ask a;
	struct groups gs = { .a = &a };
	struct mk_query q = {0};
	struct mk_ids found = {0};
	int r = ask_open(&a, c);

	if (r == 0 && opt_list != NULL)
		r = cmd_columns(c, "id,place,in,hold,part,lot");
	if (r == 0)
		r = narrow(&gs, &q, &found);
	trace_progress_start(&gs.bar, c, 0);
	if (r == 0)
		r = mk_ask_states(a.st, MK_LIST_STOCK, 0, in_stock, &gs, &c->err);
	trace_progress_end(&gs.bar);
	if (r == 0)
		r = put_groups(&gs, names, 4, false);
	if (r == 0 && gs.n + gs.listed == 0)
		cmd_status(c, CMD_FAILED);
	groups_clear(&gs);
	mk_ids_clear(&found);
	mk_terms_clear(&q.terms);
	ask_close(&a);
	return r;
}

/* ---- shipments ---- */

static int
down(void *arg, const struct mk_edge *edge, struct mk_err *e)
{
	(void)e;
	*(size_t *)arg += edge->kind == MK_EDGE_PACK && edge->until == MK_EDGE_OPEN;
	return 0;
}

static const char *
of_ship(struct groups *gs, const char *key, struct mk_buf *out)
{
	const struct mk_field *f = mk_rec_get(&gs->ev, key);

	out->n = 0;
	if (f != NULL && mk_buf_add(out, f->val, f->vlen, &gs->a->c->err) == -1)
		return NULL;
	return mk_buf_str(out, &gs->a->c->err);
}

static int
shipped(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct groups *gs = arg;
	struct ask *a = gs->a;
	struct mk_buf to = {0}, doc = {0};
	const char *customer, *document;
	size_t column, inside = 0;
	int r = -1;

	if (strcmp(ev->result, "refused") == 0)
		return 0;
	if (mk_rec_parse(&gs->ev, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	customer = of_ship(gs, "ship_to", &to);
	document = of_ship(gs, "ship_doc", &doc);
	gs->key.n = 0;
	if (customer == NULL || document == NULL ||
	    mk_ask_edges(a->st, &ev->item, 1, false, down, &inside, &a->c->err) == -1)
		goto out;
	if (opt_list != NULL) {
		if (ask_set(a, "customer", customer) == -1 || ask_set(a, "document", document) == -1 ||
		    ask_set_time(a, "time", ev->time.ms) == -1 ||
		    ask_set(a, "id", ask_name(a, ev->item)) == -1 ||
		    (inside > 0 && mk_rec_setf(&a->row, &a->c->err, "holds", "%zu", inside) == -1) ||
		    ask_set_made(a, ev->item) == -1 || ask_put(a) == -1)
			goto out;
		gs->listed++;
	} else if (cell(gs, customer) == -1 || cell(gs, document) == -1 ||
	    count(gs, ev->time.ms, inside > 0 ? inside : 1) == -1)
		goto out;
	r = 0;
out:
	mk_buf_clear(&to);
	mk_buf_clear(&doc);
	if (r == -1 && e != &a->c->err)
		*e = a->c->err;
	return r;
}

int
ask_shipments(struct cmd *c)
{
	static const char *const names[] = { "customer", "document" };
	struct ask a;
	struct groups gs = { .a = &a };
	struct mk_query q = {0};
	struct mk_ids none = {0};
	bool given = false;
	int r = ask_open(&a, c);

	if (r == 0)
		r = ask_query(&a, 0, &q, &none, &given);
	if (r == 0 && given)
		r = cmd_usage(c, "shipments takes terms, not '-'");
	q.step = "ship";
	if (r == 0 && opt_list != NULL)
		r = cmd_columns(c, "customer,document,time,id,holds,part,lot");
	if (r == 0)
		r = mk_query_events(&q, shipped, &gs, &c->err);
	if (r == 0)
		r = put_groups(&gs, names, 2, true);
	if (r == 0 && gs.n + gs.listed == 0)
		cmd_status(c, CMD_FAILED);
	groups_clear(&gs);
	mk_terms_clear(&q.terms);
	mk_ids_clear(&none);
	ask_close(&a);
	return r;
}
