/* What people and scripts say happened: one event for each part that they name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/step.h"
#include "cmd/mk-trace/trace.h"
#include "store/ask.h"
#include "trace/rules.h"

static const char *opt_into, *opt_from, *opt_at, *opt_to, *opt_doc, *opt_by, *opt_reason, *opt_as,
	*opt_expect, *opt_time, *opt_new, *opt_quiet;

#define COMMON { "time", 0, "TIME", &opt_time, "when it happened; now if not said" }, \
	{ "quiet", 'q', NULL, &opt_quiet, "store, print nothing" }, {0}
#define NEW { "new", 0, NULL, &opt_new, "take identities of which nothing is known yet" }
#define REASON { "reason", 0, "TEXT", &opt_reason, "why" }

const struct cmd_opt trace_write_opts[] = { NEW, COMMON };
const struct cmd_opt trace_into_opts[] = {
	{ "into", 0, "ID", &opt_into, "what they go into" }, NEW, COMMON };
const struct cmd_opt trace_from_opts[] = {
	{ "from", 0, "ID", &opt_from, "what they are taken from" }, NEW, COMMON };
const struct cmd_opt trace_at_opts[] = {
	{ "at", 0, "PLACE", &opt_at, "where, such as station:ST40" }, NEW, COMMON };
const struct cmd_opt trace_move_opts[] = {
	{ "to", 0, "PLACE", &opt_to, "where to" }, NEW, COMMON };
const struct cmd_opt trace_ship_opts[] = {
	{ "to", 0, "CUSTOMER", &opt_to, "who gets them" },
	{ "doc", 0, "N", &opt_doc, "with which document" },
	{ "expect", 0, "KEY:VALUE=PART*N", &opt_expect, "refuse anything but N of PART with that field" },
	NEW, COMMON };
const struct cmd_opt trace_reason_opts[] = { REASON, NEW, COMMON };
const struct cmd_opt trace_replace_opts[] = {
	{ "by", 0, "ID", &opt_by, "its new identity" }, REASON, COMMON };
const struct cmd_opt trace_resolve_opts[] = {
	{ "as", 0, "WHAT", &opt_as, "marked, partial or unmarked" },
	{ "by", 0, "WHOM", &opt_by, "picture or operator" }, REASON, COMMON };

/* A verb, the step it says, and what its options say. */
struct said {
	const char *field;	/* of the step's group */
	const char *const *val;
	bool must, item;	/* it must be given; it names an item */
};
static const struct kind {
	const char *verb, *step, *result;
	struct said said[3];
} kinds[] = {
	{ "assemble", "assemble", "ok", { { "into", &opt_into, true, true } } },
	{ "remove", "remove", "ok", { { "from", &opt_from, false, true } } },
	{ "consume", "consume", "ok", { { "from", &opt_from, true, true } } },
	{ "load", "load", "ok", { { "at", &opt_at, true, false } } },
	{ "unload", "unload", "ok", { { "at", &opt_at, false, false } } },
	{ "setup", "setup", "ok", {{0}} },
	{ "calibrate", "calibrate", "ok", {{0}} },
	{ "pack", "pack", "ok", { { "into", &opt_into, true, true } } },
	{ "unpack", "unpack", "ok", { { "from", &opt_from, false, true } } },
	{ "ship", "ship", "ok", { { "to", &opt_to, true, false }, { "doc", &opt_doc, true, false } } },
	{ "receive", "receive", "ok", { { "at", &opt_at, false, false } } },
	{ "move", "move", "ok", { { "to", &opt_to, true, false } } },
	{ "hold", "hold", "fail", { { "reason", &opt_reason, true, false } } },
	{ "release", "release", "ok", { { "reason", &opt_reason, false, false } } },
	{ "rework", "rework", "ok", { { "reason", &opt_reason, false, false } } },
	{ "scrap", "scrap", "ok", { { "reason", &opt_reason, true, false } } },
	{ "void", "void", "ok", { { "reason", &opt_reason, true, false } } },
	{ "replace", "replace", "ok", { { "by", &opt_by, true, true },
	  { "reason", &opt_reason, true, false } } },
	{ "alias", "observe", "ok", {{0}} },
	{ "resolve", "resolve", "ok", { { "as", &opt_as, true, false }, { "by", &opt_by, true, false },
	  { "reason", &opt_reason, true, false } } },
	{0}
};

struct writing {
	struct cmd *c;
	struct trace_batch b;
	const char *step, *result;
	const struct kind *kind;
	struct mk_time when;
	struct mk_rec fields;		/* key=value, with their step */
	struct names {			/* of the parts, each ended by LF */
		struct mk_buf text;
		size_t n;
	} id;
	struct mk_buf target[3];	/* what said[] names, as spelt */
};

/* ---- operands ---- */

static bool
has_kind(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");

	return n > 0 && s[n] == ':' && s[n + 1] != '\0';
}

static int
add_line(struct names *l, const char *s, size_t n, struct mk_err *e)
{
	if (mk_buf_add(&l->text, s, n, e) == -1 || mk_buf_addc(&l->text, '\n', e) == -1)
		return -1;
	l->n++;
	return 0;
}

/* The name of what arg means, into name: of the store, or, if new ones are taken, as it
 * is spelt. */
static int
meant(struct writing *w, const char *arg, bool fresh, struct mk_buf *name)
{
	struct cmd *c = w->c;
	int r = mk_trace_known(w->b.st, arg, name, &c->err);

	if (r != 0)
		return r == -1 ? -1 : 0;
	if (!fresh && !has_kind(arg) && opt_new == NULL)
		return mk_err(&c->err, MK_EDATA, "%s: nothing is known of this part: look at it again, "
			"or say --new", arg);
	if (*arg == '\0')
		return mk_err(&c->err, MK_EUSAGE, "an empty identity");
	name->n = 0;
	return mk_store_spell(arg, name, &c->err);
}

static int
add_id(struct writing *w, const char *arg)
{
	struct mk_buf name = {0};
	int r = meant(w, arg, false, &name);

	if (r == 0)
		r = add_line(&w->id, name.p, name.n, &w->c->err);
	mk_buf_clear(&name);
	return r;
}

/* Identities on standard input: records, or one to a line. */
static int
read_ids(struct writing *w)
{
	struct cmd *c = w->c;
	struct mk_rec rec = {0};
	struct mk_buf id = {0};
	struct mk_err no;
	char *line = NULL;
	size_t room = 0, column;
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = getline(&line, &room, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[--n] = '\0';
		id.n = 0;
		if (n == 0)
			continue;
		if (mk_rec_parse(&rec, line, (size_t)n, &column, &no) == 0 &&
		    mk_rec_get(&rec, "id") != NULL)
			r = mk_rec_bytes(&rec, "id", &id, &c->err) == -1 ? -1 : 0;
		else
			r = mk_buf_add(&id, line, (size_t)n, &c->err);
		if (r == 0)
			r = mk_buf_str(&id, &c->err) == NULL ? -1 : add_id(w, id.p);
	}
	if (r == 0 && ferror(stdin))
		r = mk_err_sys(&c->err, MK_EIO, "stdin: cannot read");
	free(line);
	mk_rec_clear(&rec);
	mk_buf_clear(&id);
	return r;
}

/* key=value: a field of the step's group. 1 if arg was one, 0 not, -1. */
static int
add_key(struct writing *w, const char *prefix, const char *arg)
{
	const char *eq = strchr(arg, '=');
	size_t n = strlen(prefix), k;
	char key[2 * MK_KEY_MAX + 2];

	if (eq == NULL || !mk_key_ok(arg, (size_t)(eq - arg)))
		return 0;
	k = (size_t)(eq - arg);
	if (k > n + 1 && memcmp(arg, prefix, n) == 0 && arg[n] == '_')
		(void)snprintf(key, sizeof key, "%.*s", (int)k, arg);
	else
		(void)snprintf(key, sizeof key, "%s_%.*s", prefix, (int)k, arg);
	if (!mk_key_ok(key, strlen(key)))
		return mk_err(&w->c->err, MK_EUSAGE, "%s: no key: at most %d letters with its step", arg,
			MK_KEY_MAX);
	if (strcmp(key + n, "_time") == 0)
		return mk_err(&w->c->err, MK_EUSAGE, "%s: say --time", arg);
	return mk_rec_set(&w->fields, key, eq + 1, strlen(eq + 1), &w->c->err) == -1 ? -1 : 1;
}

static int
operands(struct writing *w, size_t first)
{
	struct cmd *c = w->c;
	size_t i;
	int r;

	for (i = first; i < c->narg; i++) {
		if ((r = add_key(w, w->step, c->arg[i])) == 1)
			continue;
		if (r == 0)
			r = strcmp(c->arg[i], "-") == 0 ? read_ids(w) : add_id(w, c->arg[i]);
		if (r == -1)
			return -1;
	}
	return 0;
}

static int
one_child(void *arg, const struct mk_edge *g, struct mk_err *e)
{
	struct writing *w = arg;
	struct mk_buf name = {0};
	int r = 0;

	if (g->kind == MK_EDGE_PACK && g->until == MK_EDGE_OPEN) {
		r = mk_ask_name(w->b.st, g->child, &name, e);
		if (r == 0)
			r = add_line(&w->id, name.p, name.n, e);
	}
	mk_buf_clear(&name);
	return r;
}

/* unpack --from BOX alone: all that is in it. */
static int
all_of(struct writing *w, const struct mk_buf *box)
{
	int64_t item;
	int r = mk_ask_item(w->b.st, box->p, box->n, &item, &w->c->err);

	return r != 1 ? r : mk_ask_edges(w->b.st, &item, 1, false, one_child, w, &w->c->err);
}

/* What the options say, and nothing that would contradict. */
static int
targets(struct writing *w)
{
	const struct said *s = w->kind->said;
	int i;

	for (i = 0; i < 3 && s[i].field != NULL; i++) {
		const char *val = *s[i].val;

		if (val == NULL || *val == '\0') {
			if (s[i].must)
				return cmd_usage(w->c, "--%s must be said", s[i].field);
			continue;
		}
		if (s[i].item ? meant(w, val, strcmp(w->step, "replace") == 0, &w->target[i]) == -1
			: mk_store_spell(val, &w->target[i], &w->c->err) == -1)
			return -1;
	}
	if (strcmp(w->step, "resolve") == 0 && strcmp(opt_as, "marked") != 0 &&
	    strcmp(opt_as, "partial") != 0 && strcmp(opt_as, "unmarked") != 0)
		return cmd_usage(w->c, "--as is marked, partial or unmarked, not '%s'", opt_as);
	return 0;
}

/* ---- the record ---- */

static int
set_spelt(struct mk_rec *rec, const char *step, const char *what, const struct mk_buf *val,
	struct mk_err *e)
{
	char key[MK_KEY_MAX + 1];
	struct mk_field f = { key, val->p, 0, (uint32_t)val->n };

	f.klen = (uint32_t)snprintf(key, sizeof key, "%s_%s", step, what);
	return mk_rec_copy(rec, &f, e);
}

static int
make(struct writing *w, struct mk_rec *rec, const char *name, size_t n)
{
	struct mk_err *e = &w->c->err;
	struct mk_field id = { "id", name, 2, (uint32_t)n };
	size_t i;

	mk_rec_reset(rec);
	if (mk_rec_copy(rec, &id, e) == -1 ||
	    mk_step_stamp(rec, w->step, &w->c->conf, &w->when, w->result, NULL, e) == -1)
		return -1;
	for (i = 0; w->kind != NULL && i < 3 && w->kind->said[i].field != NULL; i++)
		if (w->target[i].n > 0 && set_spelt(rec, w->step, w->kind->said[i].field, &w->target[i],
		    e) == -1)
			return -1;
	for (i = 0; i < w->fields.n; i++)
		if (mk_rec_copy(rec, &w->fields.f[i], e) == -1)
			return -1;
	return 0;
}

/* Whether the site's rules let it be done to all of them; the first that they do not
 * is told. 1, 0, -1. */
static int
allowed(struct writing *w)
{
	struct cmd *c = w->c;
	struct mk_buf detail = {0};
	const char *p = w->id.text.p, *lf, *why = NULL;
	size_t i;
	int r = 0;

	for (i = 0; c->conf.rules != 0 && r == 0 && i < w->id.n; i++, p = lf + 1) {
		lf = strchr(p, '\n');
		detail.n = 0;
		r = mk_trace_may(w->b.st, &c->conf, w->step, p, (size_t)(lf - p), NULL, &why, &detail,
			&c->err);
		if (r == 0 && why != NULL) {
			cmd_warn(c, "%.*s: %s: %.*s; nothing was stored", (int)(lf - p), p, why,
				(int)detail.n, detail.p);
			cmd_status(c, CMD_FAILED);
			break;
		}
	}
	mk_buf_clear(&detail);
	return r == -1 ? -1 : why == NULL;
}

/* Whether it can be true of all of them: 1, 0 the first of which it cannot is told, -1. */
static int
sensible(struct writing *w)
{
	const char *p = w->id.text.p, *lf;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < w->id.n; i++, p = lf + 1) {
		lf = strchr(p, '\n');
		r = trace_slip(w->c, w->b.st, w->step, p, (size_t)(lf - p), &w->target[0]);
	}
	return r == -1 ? -1 : r == 0;
}

/* Store one event for each part. */
static int
store_all(struct writing *w)
{
	struct cmd *c = w->c;
	struct mk_rec rec = {0};
	const char *p = w->id.text.p, *lf;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < w->id.n; i++, p = lf + 1) {
		lf = strchr(p, '\n');
		r = make(w, &rec, p, (size_t)(lf - p));
		if (r == 0)
			r = trace_put(c, &w->b, &rec, i + 1 < w->id.n);
	}
	if (r == 0 && w->b.deaf) {
		c->err = w->b.why;
		r = -1;
	}
	mk_rec_clear(&rec);
	return r;
}

static int
start(struct writing *w, struct cmd *c, const char *step)
{
	memset(w, 0, sizeof *w);
	w->c = c;
	w->step = step;
	w->result = "ok";
	w->b.quiet = opt_quiet != NULL;
	c->epipe = CMD_DEVICE;
	if (opt_time != NULL ? mk_time_parse(opt_time, strlen(opt_time), &w->when, &c->err) == -1 :
	    mk_time_now(&w->when, &c->err) == -1)
		return opt_time != NULL ? mk_err_at(&c->err, "--time") : -1;
	return trace_open(c, &w->b.st);
}

static void
finish(struct writing *w)
{
	int i;

	trace_batch_clear(&w->b);
	mk_rec_clear(&w->fields);
	mk_buf_clear(&w->id.text);
	for (i = 0; i < 3; i++)
		mk_buf_clear(&w->target[i]);
}

static int
go(struct writing *w, size_t first)
{
	struct cmd *c = w->c;
	int r;

	if ((w->kind != NULL && targets(w) == -1) || operands(w, first) == -1)
		return -1;
	if (w->id.n == 0 && strcmp(w->step, "unpack") == 0 && w->target[0].n > 0) {
		if (all_of(w, &w->target[0]) == -1)
			return -1;
		if (w->id.n == 0) {
			cmd_warn(c, "%s: nothing is in it", opt_from);
			cmd_status(c, CMD_FAILED);
			return 0;
		}
	}
	if (w->id.n == 0)
		return cmd_usage(c, "%s takes one or more identities (- reads them)", c->verb->name);
	if (mk_buf_str(&w->id.text, &c->err) == NULL)
		return -1;
	if (strcmp(w->step, "ship") == 0 && opt_expect != NULL) {
		r = trace_expected(c, w->b.st, opt_expect, opt_to, w->id.text.p);
		if (r != 1)
			return r;
	}
	if ((r = sensible(w)) != 1 || (r = allowed(w)) != 1)
		return r;
	return store_all(w);
}

int
trace_write(struct cmd *c)
{
	const struct kind *k = kinds;
	struct writing w;
	int r;

	while (k->verb != NULL && strcmp(k->verb, c->verb->name) != 0)
		k++;
	if (k->verb == NULL)
		return mk_err(&c->err, MK_EBUG, "no step for %s", c->verb->name);
	r = start(&w, c, k->step);
	w.kind = k;
	w.result = k->result;
	if (r == 0)
		r = go(&w, 0);
	finish(&w);
	return r;
}

int
trace_log(struct cmd *c)
{
	struct writing w;
	int r;

	if (c->narg < 2)
		return cmd_usage(c, "log takes a step and one or more identities");
	if (!mk_step_known(&c->conf, c->arg[0], strlen(c->arg[0])))
		return mk_err(&c->err, MK_EUSAGE, "%s: no step: see mkrec(5), or add step %s to mk.conf",
			c->arg[0], c->arg[0]);
	r = start(&w, c, c->arg[0]);
	if (r == 0)
		r = go(&w, 1);
	finish(&w);
	return r;
}

/* The name of a part finds that part, whatever other one it is said to be the name of. */
static int
another(struct writing *w, const char *alias)
{
	struct mk_buf name = {0};
	int64_t item;
	struct mk_buf its = {0};
	int r = mk_store_spell(alias, &name, &w->c->err);

	if (r == 0 && (r = mk_ask_item(w->b.st, name.p, name.n, &item, &w->c->err)) == -1 &&
	    w->c->err.code == MK_EDATA)
		r = 0;	/* several have it as another name, none as its own */
	if (r == 1 && (r = mk_ask_name(w->b.st, item, &its, &w->c->err)) == 0 &&
	    its.n == name.n && memcmp(its.p, name.p, its.n) == 0)
		r = mk_err(&w->c->err, MK_EDATA, "%s: there is a part of that name", alias);
	mk_buf_clear(&its);
	mk_buf_clear(&name);
	return r == -1 ? -1 : 0;
}

int
trace_alias(struct cmd *c)
{
	struct writing w;
	int r;

	if (c->narg != 2)
		return cmd_usage(c, "alias takes an identity and its other name");
	r = start(&w, c, "observe");
	if (r == 0)
		r = mk_rec_set(&w.fields, "observe_alias", c->arg[1], strlen(c->arg[1]), &c->err);
	if (r == 0)
		r = add_id(&w, c->arg[0]);
	if (r == 0)
		r = another(&w, c->arg[1]);
	if (r == 0)
		r = mk_buf_str(&w.id.text, &c->err) == NULL ? -1 : store_all(&w);
	finish(&w);
	return r;
}

/* ---- correct ---- */

static int
name_of(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct writing *w = arg;
	const char *tab = memchr(ev->line, '\t', ev->n);
	char text[64];
	int n = snprintf(text, sizeof text, "%s/%lld", ev->origin, (long long)ev->seq);

	if (tab == NULL || mk_rec_set(&w->fields, "correct_event", text, (size_t)n, e) == -1)
		return -1;
	return add_line(&w->id, ev->line + 3, (size_t)(tab - ev->line) - 3, e);
}

static int
correct(struct writing *w)
{
	struct cmd *c = w->c;
	const char *ev = c->arg[0], *bar = strchr(ev, '/');
	char origin[17] = "";
	int64_t seq, id;
	size_t i;
	int r;

	if (bar != NULL && bar - ev == 16)
		(void)snprintf(origin, sizeof origin, "%.16s", ev);
	else if (bar != NULL)
		return mk_err(&c->err, MK_EUSAGE, "%s: no event: its number, or ORIGIN/NUMBER", ev);
	bar = bar == NULL ? ev : bar + 1;
	if (mk_num_i64(bar, strlen(bar), 1, INT64_MAX, &seq, &c->err) == -1)
		return mk_err_at(&c->err, "%s", ev);
	r = mk_ask_seq(w->b.st, origin, seq, &id, &c->err);
	if (r == 1)
		r = mk_ask_one(w->b.st, id, name_of, w, &c->err);
	if (r == 0)
		mk_err(&c->err, MK_EDATA, "%s: no such event in the store", ev);
	if (r != 1)
		return -1;
	if (mk_rec_set(&w->fields, "correct_reason", opt_reason, strlen(opt_reason), &c->err) == -1)
		return -1;
	for (i = 1; i < c->narg; i++) {
		r = add_key(w, "correct", c->arg[i]);
		if (r != 1)
			return r == -1 ? -1 : cmd_usage(c, "'%s' is no key=value", c->arg[i]);
	}
	return mk_buf_str(&w->id.text, &c->err) == NULL ? -1 : store_all(w);
}

int
trace_correct(struct cmd *c)
{
	const char *ctx[MK_CTX_N];
	struct mk_arena arena = {0};
	struct writing w;
	int r;

	if (c->narg < 2)
		return cmd_usage(c, "correct takes an event and one or more key=value");
	if (opt_reason == NULL || *opt_reason == '\0')
		return cmd_usage(c, "--reason must be said");
	r = start(&w, c, "correct");
	if (r == 0)
		r = mk_conf_context(&c->conf, &w.when, ctx, &arena, NULL, NULL, &c->err);
	if (r == 0 && ctx[MK_CTX_OPERATOR] == NULL)
		r = cmd_usage(c, "who corrects? Say --operator, or set it");
	if (r == 0)
		r = correct(&w);
	mk_arena_clear(&arena);
	finish(&w);
	return r;
}
