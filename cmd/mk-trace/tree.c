/* mk-trace made-from, used-in: genealogy, and its drawing. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/format.h"
#include "cmd/mk-trace/ask.h"
#include "trace/family.h"

static const char *opt_at, *opt_depth, *opt_stop, *opt_ever;

#define TREE_OPTS \
	{ "at", 0, "TIME", &opt_at, "as it was built then" }, \
	{ "ever", 0, NULL, &opt_ever, "also what was taken out again" }, \
	{ "depth", 0, "N", &opt_depth, "no more than N links away" }

const struct cmd_opt ask_made_opts[] = { TREE_OPTS, {0} };
const struct cmd_opt ask_used_opts[] = {
	TREE_OPTS,
	{ "stop-at", 0, "shipped", &opt_stop, "not beyond what was shipped" },
	{0}
};

static const char *
how(const struct mk_link *l)
{
	static const char *const names[] = { "", "assemble", "pack", "consume", "replace" };

	return l->load ? "load" : names[l->kind];
}

/* ---- the order in which people read a tree ---- */

struct tree {
	struct ask *a;
	struct mk_family f;
	uint32_t *via;		/* of each node: 1 + the link that reached it first; 0: a start */
	uint32_t *child, *next;	/* of each node: 1 + its first child, and its next sibling */
};

static int
plant(struct tree *t)
{
	struct mk_family *f = &t->f;
	size_t i, n = f->node.n + 1;

	t->via = calloc(n, sizeof *t->via);
	t->child = calloc(n, sizeof *t->child);
	t->next = calloc(n, sizeof *t->next);
	if (t->via == NULL || t->child == NULL || t->next == NULL)
		return mk_err_nomem(&t->a->c->err);
	for (i = 0; i < f->nlink; i++) {
		const struct mk_link *l = &f->link[i];
		bool nearer = f->level[l->to] > f->level[l->from] || l->kind == MK_EDGE_REPLACE;

		if (t->via[l->to] == 0 && nearer && l->to > l->from)
			t->via[l->to] = (uint32_t)i + 1;
	}
	for (i = f->node.n; i-- > 0;)	/* backwards, so that children come out in order */
		if (t->via[i] != 0) {
			uint32_t from = f->link[t->via[i] - 1].from;

			t->next[i] = t->child[from];
			t->child[from] = (uint32_t)i + 1;
		}
	return 0;
}

static int
put_node(struct tree *t, uint32_t at)
{
	struct ask *a = t->a;
	const struct mk_link *l = t->via[at] == 0 ? NULL : &t->f.link[t->via[at] - 1];
	const char *name = ask_name(a, t->f.node.id[at]);
	bool table = cmd_is_table(a->c);

	if (name == NULL)
		return -1;
	if (mk_rec_setf(&a->row, &a->c->err, "depth", "%u", t->f.level[at]) == -1)
		return -1;
	if (table) {	/* spaces need no escape, and names are spelt already */
		struct mk_buf b = {0};
		int r = mk_buf_addf(&b, &a->c->err, "%*s%s", (int)(2 * t->f.level[at]), "", name);

		if (r == 0)
			r = mk_buf_str(&b, &a->c->err) == NULL ? -1 : ask_set(a, "id", b.p);
		mk_buf_clear(&b);
		if (r == -1)
			return -1;
	} else if (ask_set(a, "id", name) == -1)
		return -1;
	if (l != NULL && (ask_set(a, "how", how(l)) == -1 ||
	    ask_set(a, "of", ask_name(a, t->f.node.id[l->from])) == -1 ||
	    (l->since > 0 && ask_set_time(a, "since", l->since) == -1) ||
	    (l->until != MK_EDGE_OPEN && ask_set_time(a, "until", l->until) == -1)))
		return -1;
	if (ask_set_made(a, t->f.node.id[at]) == -1)
		return -1;
	return ask_put(a);
}

/* Depth first, without recursion: a chain may be long. The number of nodes. */
static size_t
depth_first(const struct tree *t, uint32_t *order)
{
	size_t i, n = 0;

	for (i = 0; i < t->f.node.n; i++) {
		uint32_t at = (uint32_t)i;

		if (t->via[i] != 0)
			continue;
		for (;;) {
			order[n++] = at;
			if (t->child[at] != 0) {
				at = t->child[at] - 1;
				continue;
			}
			while (t->next[at] == 0 && t->via[at] != 0)
				at = t->f.link[t->via[at] - 1].from;
			if (t->via[at] == 0)
				break;
			at = t->next[at] - 1;
		}
	}
	return n;
}

static int
put_tree(struct tree *t)
{
	uint32_t *order = malloc((t->f.node.n + 1) * sizeof *order);
	int64_t *item = malloc((t->f.node.n + 1) * sizeof *item);
	size_t i, n;
	int r = -1;

	if (order == NULL || item == NULL) {
		mk_err_nomem(&t->a->c->err);
		goto out;
	}
	n = depth_first(t, order);
	for (i = 0; i < n; i++)
		item[i] = t->f.node.id[order[i]];
	r = mk_ask_soon(t->a->st, item, n, &t->a->c->err);
	for (i = 0; r == 0 && i < n; i++)
		r = put_node(t, order[i]);
out:
	free(order);
	free(item);
	return r;
}

static void
fell(struct tree *t)
{
	free(t->via);
	free(t->child);
	free(t->next);
	mk_family_clear(&t->f);
}

/* ---- dot ---- */

static int
dot_node(struct ask *a, int64_t item, bool start, struct mk_buf *b)
{
	const char *name = ask_name(a, item);
	struct mk_err *e = &a->c->err;

	if (name == NULL || mk_buf_adds(b, "\t", e) == -1 ||
	    cmd_dot_text(b, name, strlen(name), e) == -1)
		return -1;
	return mk_buf_adds(b, start ? " [penwidth=2];\n" : ";\n", e);
}

static int
dot_links(struct ask *a, const struct mk_family *f, struct mk_buf *b)
{
	struct mk_err *e = &a->c->err;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < f->nlink; i++) {
		const struct mk_link *l = &f->link[i];
		int64_t child = f->node.id[f->up ? l->from : l->to];
		int64_t parent = f->node.id[f->up ? l->to : l->from];
		const char *name;

		if ((name = ask_name(a, child)) == NULL || mk_buf_adds(b, "\t", e) == -1 ||
		    cmd_dot_text(b, name, strlen(name), e) == -1 ||
		    (name = ask_name(a, parent)) == NULL || mk_buf_adds(b, " -> ", e) == -1 ||
		    cmd_dot_text(b, name, strlen(name), e) == -1)
			return -1;
		r = mk_buf_addf(b, e, " [label=\"%s\"%s];\n", how(l),
			l->until == MK_EDGE_OPEN ? "" : ",style=dashed");
	}
	return r;
}

static int
walk(struct ask *a, struct mk_family *f, const int64_t *start, size_t n)
{
	int r;

	if (mk_ask_begin(a->st, &a->c->err) == -1)
		return -1;
	r = mk_family_walk(f, start, n, &a->c->err);
	mk_ask_end(a->st);
	return r;
}

static int
draw(struct ask *a, const struct mk_ids *start, struct mk_family *f, int dir)
{
	struct cmd *c = a->c;
	struct mk_ids drawn = {0};
	struct mk_buf b = {0};
	size_t i, k;
	int r = mk_buf_adds(&b, "digraph history {\n\trankdir=BT;\n\tnode [shape=box];\n", &c->err);

	for (k = 0; r == 0 && k < 2; k++) {
		if (dir != 2 && dir != (int)k)
			continue;
		f[k].st = a->st;
		f[k].up = k == 1;
		r = walk(a, &f[k], start->id, start->n);
		for (i = 0; r == 0 && i < f[k].node.n; i++)
			if ((r = mk_ids_add(&drawn, f[k].node.id[i], &c->err)) == 1)
				r = dot_node(a, f[k].node.id[i], f[k].level[i] == 0, &b);
		if (r == 0)
			r = dot_links(a, &f[k], &b);
	}
	if (r == 0)
		r = cmd_puts(c, "%.*s}\n", (int)b.n, b.p);
	mk_buf_clear(&b);
	mk_ids_clear(&drawn);
	return r;
}

static int
keep(struct ask *a, int64_t item, void *arg)
{
	return mk_ids_add(arg, item, &a->c->err) == -1 ? -1 : 0;
}

int
ask_draw(struct ask *a)
{
	struct mk_ids start = {0};
	struct mk_family f[2] = { { .at = MK_FAMILY_EVER }, { .at = MK_FAMILY_EVER } };
	int r = ask_items(a, keep, &start);

	if (r == 0 && start.n > 0)
		r = draw(a, &start, f, 2);
	mk_family_clear(&f[0]);
	mk_family_clear(&f[1]);
	mk_ids_clear(&start);
	return r;
}

/* ---- the verbs ---- */

static int
options(struct ask *a, struct mk_family *f)
{
	struct cmd *c = a->c;
	struct mk_period at;
	uint64_t depth = 0;

	f->at = opt_ever != NULL ? MK_FAMILY_EVER : MK_FAMILY_NOW;
	if (opt_at != NULL) {
		if (opt_ever != NULL)
			return cmd_usage(c, "--at and --ever: one of them");
		if (mk_when(opt_at, strlen(opt_at), &a->now, &c->conf.shifts, &at, &c->err) == -1)
			return mk_err_at(&c->err, "--at");
		f->at = at.from;
	}
	if (opt_depth != NULL && mk_num_u64(opt_depth, strlen(opt_depth), 1, 1000000, &depth,
	    &c->err) == -1)
		return mk_err_at(&c->err, "--depth");
	if (opt_stop != NULL && strcmp(opt_stop, "shipped") != 0)
		return cmd_usage(c, "--stop-at '%s': it stops at shipped", opt_stop);
	f->depth = (size_t)depth;
	f->stop_shipped = opt_stop != NULL;
	return 0;
}

static int
family(struct cmd *c, bool up)
{
	struct ask a;
	struct mk_ids start = {0};
	struct tree t = { .a = &a };
	struct mk_family f[2] = {{0}};
	int r;

	if (c->narg == 0)
		return cmd_usage(c, "%s takes an ID", c->verb->name);
	r = ask_open(&a, c);
	if (r == 0)
		r = options(&a, &t.f);
	if (r == 0)
		r = ask_items(&a, keep, &start);
	if (r == 0 && start.n > 0 && cmd_is_dot(c)) {
		f[up] = t.f;
		r = draw(&a, &start, f, up);
		mk_family_clear(&f[up]);
		memset(&t.f, 0, sizeof t.f);
	} else if (r == 0 && start.n > 0) {
		t.f.st = a.st;
		t.f.up = up;
		r = walk(&a, &t.f, start.id, start.n);
		if (r == 0 && t.f.node.n == start.n)	/* nothing but itself */
			cmd_status(c, CMD_FAILED);
		if (r == 0)
			r = plant(&t);
		if (r == 0)
			r = put_tree(&t);
	}
	fell(&t);
	mk_ids_clear(&start);
	ask_close(&a);
	return r;
}

int
ask_made_from(struct cmd *c)
{
	return family(c, false);
}

int
ask_used_in(struct cmd *c)
{
	return family(c, true);
}
