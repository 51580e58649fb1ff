/* ship --expect: what is about to leave is what was ordered. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/mk-trace/trace.h"
#include "store/ask.h"

struct order {
	struct cmd *c;
	struct mk_store *st;
	const char *key, *val, *part, *customer;
	uint64_t want, have;
	struct mk_rec last;	/* fields of one part, as they were last */
	int64_t *open;		/* boxes that are still to be looked into */
	size_t n, cap;
	bool box;
};

static int
see_field(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct order *o = arg;
	struct mk_rec rec = {0};
	size_t column, i;
	int r = mk_rec_parse(&rec, ev->line, ev->n, &column, e);

	for (i = 0; r == 0 && i < rec.n; i++)
		r = mk_rec_copy(&o->last, &rec.f[i], e);
	mk_rec_clear(&rec);
	return r;
}

static int
see_child(void *arg, const struct mk_edge *g, struct mk_err *e)
{
	struct order *o = arg;
	size_t cap = o->cap == 0 ? 64 : o->cap * 2, i;
	int64_t *p;

	if (g->kind != MK_EDGE_PACK || g->until != MK_EDGE_OPEN)
		return 0;
	o->box = true;
	for (i = 0; i < o->n; i++)
		if (o->open[i] == g->child)
			return 0;
	if (o->n == o->cap) {
		if ((p = realloc(o->open, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		o->open = p;
		o->cap = cap;
	}
	o->open[o->n++] = g->child;
	return 0;
}

/* 1 the part is as ordered, 0 not (told), -1. */
static int
one_part(struct order *o, int64_t item)
{
	const char *wrong = NULL, *want = NULL;
	struct mk_buf name = {0};
	const struct mk_field *f;

	mk_rec_reset(&o->last);
	if (mk_ask_history(o->st, item, see_field, o, &o->c->err) == -1)
		return -1;
	o->have++;
	if (!mk_rec_is(&o->last, "part", o->part)) {
		wrong = "part";
		want = o->part;
	} else if (!mk_rec_is(&o->last, o->key, o->val)) {
		wrong = o->key;
		want = o->val;
	} else if (mk_rec_get(&o->last, "customer") != NULL &&
	    !mk_rec_is(&o->last, "customer", o->customer)) {
		wrong = "customer";
		want = o->customer;
	}
	if (wrong == NULL)
		return 1;
	f = mk_rec_get(&o->last, wrong);
	if (mk_ask_name(o->st, item, &name, &o->c->err) == -1)
		return -1;
	cmd_warn(o->c, "%.*s: %s is %.*s, expected is %s; nothing was stored", (int)name.n, name.p,
		wrong, f == NULL ? 7 : (int)f->vlen, f == NULL ? "not set" : f->val, want);
	cmd_status(o->c, CMD_FAILED);
	mk_buf_clear(&name);
	return 0;
}

static int
all_parts(struct order *o, const char *names)
{
	const char *lf;
	int64_t item;
	size_t i;
	int r = 1;

	for (; r == 1 && (lf = strchr(names, '\n')) != NULL; names = lf + 1) {
		r = mk_ask_item(o->st, names, (size_t)(lf - names), &item, &o->c->err);
		if (r == 0) {
			cmd_warn(o->c, "%.*s: nothing is known of it; nothing was stored",
				(int)(lf - names), names);
			cmd_status(o->c, CMD_FAILED);
		}
		if (r == 1)
			r = see_child(o, &(struct mk_edge){ .child = item, .kind = MK_EDGE_PACK,
				.until = MK_EDGE_OPEN }, &o->c->err) == -1 ? -1 : 1;
	}
	for (i = 0; r == 1 && i < o->n; i++) {
		item = o->open[i];
		o->box = false;
		if (mk_ask_edges(o->st, &item, 1, false, see_child, o, &o->c->err) == -1)
			r = -1;
		else if (!o->box)
			r = one_part(o, item);
	}
	return r;
}

int
trace_expected(struct cmd *c, struct mk_store *st, const char *spec, const char *customer,
	const char *names)
{
	struct order o = { .c = c, .st = st, .customer = customer };
	char *text = strdup(spec), *colon, *eq, *star;
	int r = -1;

	if (text == NULL)
		return mk_err_nomem(&c->err);
	colon = strchr(text, ':');
	star = strrchr(text, '*');
	if (star != NULL)
		*star = '\0';
	eq = colon == NULL ? NULL : strchr(colon, '=');
	if (star == NULL || eq == NULL || !mk_key_ok(text, (size_t)(colon - text)) ||
	    mk_num_u64(star + 1, strlen(star + 1), 0, UINT64_MAX, &o.want, &c->err) == -1) {
		cmd_usage(c, "--expect is KEY:VALUE=PART*N, such as order:4711=P-100*20");
		goto out;
	}
	*colon = *eq = '\0';
	o.key = text;
	o.val = colon + 1;
	o.part = eq + 1;
	r = all_parts(&o, names);
	if (r == 1 && o.have != o.want) {
		cmd_warn(c, "%llu parts, %llu were expected; nothing was stored",
			(unsigned long long)o.have, (unsigned long long)o.want);
		cmd_status(c, CMD_FAILED);
		r = 0;
	}
out:
	mk_rec_clear(&o.last);
	free(o.open);
	free(text);
	return r;
}
