/* What cannot be true of parts: a person's slip, told before anything is stored. add
 * stores what machines say as it comes. */
#include <string.h>

#include "cmd/mk-trace/trace.h"
#include "store/ask.h"

#define DEEP 64

struct sense {
	struct cmd *c;
	struct mk_store *st;
	enum mk_edge_kind kind;
	int64_t parent;		/* what the edge being looked for leads to, 0: any */
	bool found;
};

/* An open edge to the parent asked for, which it then is. */
static int
see(void *arg, const struct mk_edge *g, struct mk_err *e)
{
	struct sense *s = arg;

	(void)e;
	if (g->until != MK_EDGE_OPEN || g->kind != s->kind ||
	    (s->parent != 0 && g->parent != s->parent))
		return 0;
	s->parent = g->parent;
	s->found = true;
	return 1;
}

/* What the item is in, by an edge of the kind: 1 and *parent, 0 nothing, -1. */
static int
in(struct sense *s, int64_t item, int64_t want, int64_t *parent)
{
	s->parent = want;
	s->found = false;
	if (mk_ask_edges(s->st, &item, 1, true, see, s, &s->c->err) == -1)
		return -1;
	*parent = s->parent;
	return s->found;
}

/* Tell what is wrong with a part, the name of another item in it at %s. */
static int
slip(struct sense *s, const char *id, size_t n, const char *before, int64_t other, const char *behind)
{
	struct mk_buf name = {0};
	int r = other == 0 ? 0 : mk_ask_name(s->st, other, &name, &s->c->err);

	if (r == 0) {
		cmd_warn(s->c, "%.*s: %s%.*s%s; nothing was stored", (int)n, id, before, (int)name.n,
			name.n == 0 ? "" : name.p, behind);
		cmd_status(s->c, CMD_FAILED);
	}
	mk_buf_clear(&name);
	return r == -1 ? -1 : 1;
}

/* Into itself, into what is in it, or into two things at once. Of a lot there is more
 * than one piece. */
static int
goes_in(struct sense *s, int64_t item, int64_t target, const char *id, size_t n)
{
	const char *out = s->kind == MK_EDGE_PACK ? ": mk-trace unpack it first" :
		": mk-trace remove it first";
	int64_t up = target, parent = 0;
	int i, r = 0;

	if (item == 0)	/* nothing is known of it yet */
		return 0;
	for (i = 0; r != -1 && up != 0 && i < DEEP; i++) {
		enum mk_edge_kind kind = s->kind;

		s->kind = MK_EDGE_ASSEMBLE;
		r = in(s, up, 0, &parent);
		s->kind = MK_EDGE_PACK;
		if (r == 0)
			r = in(s, up, 0, &parent);
		s->kind = kind;
		up = r == 1 ? parent : 0;
		if (up == item)
			return slip(s, id, n, "", target, " is in it");
	}
	if (r != -1 && (n < 4 || memcmp(id, "lot:", 4) != 0) && (r = in(s, item, 0, &parent)) == 1)
		return parent == target ? slip(s, id, n, "it is in ", parent, " already") :
			slip(s, id, n, "it is in ", parent, out);
	return r;
}

static int
comes_out(struct sense *s, int64_t item, int64_t target, const struct mk_buf *name, const char *id,
	size_t n)
{
	int64_t parent;
	int r = item == 0 || (target == 0 && name->n > 0) ? 0 : in(s, item, target, &parent);

	if (r != 0)
		return r == -1 ? -1 : 0;
	if (name->n == 0)
		return slip(s, id, n, s->kind == MK_EDGE_PACK ? "it is in no box" :
			"it is in no other part", 0, "");
	cmd_warn(s->c, "%.*s: it is not in %.*s; nothing was stored", (int)n, id, (int)name->n, name->p);
	cmd_status(s->c, CMD_FAILED);
	return 1;
}

static int
goes_by(struct sense *s, int64_t item, int64_t target, const char *id, size_t n)
{
	struct mk_state now;
	int r;

	if ((r = mk_ask_state(s->st, item, &now, &s->c->err)) == 1 && now.successor != 0)
		return slip(s, id, n, "it was replaced by ", now.successor, " already");
	if (r != -1 && target != 0 && (r = mk_ask_state(s->st, target, &now, &s->c->err)) == 1 &&
	    now.successor != 0)
		return slip(s, id, n, "", target, " was itself replaced");
	return r == -1 ? -1 : 0;
}

int
trace_slip(struct cmd *c, struct mk_store *st, const char *step, const char *id, size_t n,
	const struct mk_buf *target)
{
	struct sense s = { c, st, MK_EDGE_ASSEMBLE, 0, false };
	bool same = target->n == n && memcmp(target->p, id, n) == 0;
	int64_t item = 0, to = 0;

	if (mk_ask_item(st, id, n, &item, &c->err) == -1 || (target->n > 0 &&
	    mk_ask_item(st, target->p, target->n, &to, &c->err) == -1))
		return -1;
	if (strcmp(step, "pack") == 0 || strcmp(step, "unpack") == 0)
		s.kind = MK_EDGE_PACK;
	if (strcmp(step, "assemble") == 0 || strcmp(step, "pack") == 0)
		return same ? slip(&s, id, n, "it cannot go into itself", 0, "") :
			goes_in(&s, item, to, id, n);
	if (strcmp(step, "remove") == 0 || strcmp(step, "unpack") == 0)
		return comes_out(&s, item, to, target, id, n);
	if (strcmp(step, "replace") == 0)
		return same ? slip(&s, id, n, "it cannot be replaced by itself", 0, "") :
			goes_by(&s, item, to, id, n);
	return 0;
}
