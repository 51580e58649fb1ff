/* mk-trace: store and answer. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "base/num.h"
#include "base/step.h"
#include "store/store.h"

#define BATCH_MAX 500		/* records in one transaction */
#define BATCH_MS 50		/* and how long one may stay open */

static const char *opt_quiet, *opt_expect;

static const struct cmd_opt add_opts[] = {
	{ "quiet", 'q', NULL, &opt_quiet, "store, print nothing" },
	{ "expect", 0, "N", &opt_expect, "exit with 1 if fewer than N records came" },
	{0}
};

static int
open_store(struct cmd *c, struct mk_store **st)
{
	const char *path = cmd_store(c);

	*st = NULL;
	return path == NULL ? -1 : mk_store_open(st, path, &c->conf, &c->err);
}

static int
run_init(struct cmd *c)
{
	const char *path = cmd_store(c);

	if (c->narg > 0)
		return cmd_usage(c, "init takes no argument");
	return path == NULL ? -1 : mk_store_init(path, c->conf.state, &c->err);
}

/* ---- add ---- */

struct batch {
	struct mk_store *st;
	struct mk_buf lines;	/* stored in the open transaction, not yet printed */
	size_t n;		/* of them */
	struct timespec start;
	bool deaf;		/* our reader is gone, or cannot be written to: store on */
	struct mk_err why;
	uint64_t total;
};

static long
ms_since(const struct timespec *t)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - t->tv_sec) * 1000 + (now.tv_nsec - t->tv_nsec) / 1000000;
}

/* Print what is durable now. What cannot be printed stays stored. */
static void
acknowledge(struct cmd *c, struct batch *b)
{
	const char *p = b->lines.p, *lf;
	struct mk_rec rec = {0};
	struct mk_err e;
	size_t column, left = b->lines.n;

	while (!b->deaf && opt_quiet == NULL && left > 0 && (lf = memchr(p, '\n', left)) != NULL) {
		if (mk_rec_parse(&rec, p, (size_t)(lf - p), &column, &e) == -1 ||
		    cmd_put(c, &rec) == -1)
			b->deaf = true;
		left -= (size_t)(lf - p) + 1;
		p = lf + 1;
	}
	if (!b->deaf && opt_quiet == NULL && cmd_flush(c) == -1)
		b->deaf = true;
	if (b->deaf && b->why.code == 0)
		b->why = c->err;
	memset(&c->err, 0, sizeof c->err);
	mk_rec_clear(&rec);
	b->total += b->n;
	b->lines.n = b->n = 0;
}

static int
commit(struct cmd *c, struct batch *b)
{
	if (b->n == 0)
		return 0;
	if (mk_store_commit(b->st, &c->err) == -1)
		return -1;
	acknowledge(c, b);
	return 0;
}

static int
add_one(struct cmd *c, struct batch *b, struct mk_rdr *in, struct mk_rec *rec)
{
	struct mk_err why;
	struct mk_time now;

	if (mk_time_now(&now, &c->err) == -1)
		return -1;
	if (b->n == 0) {
		if (mk_store_begin(b->st, &c->err) == -1)
			return -1;
		(void)clock_gettime(CLOCK_MONOTONIC, &b->start);
	}
	if (mk_store_add(b->st, rec, &now, &c->err) == -1) {
		mk_err_at(&c->err, "stdin:%ld", in->lineno);
		/* a record that is wrong was not begun: those before it are kept */
		if (c->err.code == MK_EDATA) {
			why = c->err;
			if (commit(c, b) == 0)
				c->err = why;
		}
		mk_store_rollback(b->st);
		return -1;
	}
	if (mk_rec_line(rec, &b->lines, &c->err) == -1 ||
	    mk_buf_addc(&b->lines, '\n', &c->err) == -1) {
		mk_store_rollback(b->st);
		return -1;
	}
	b->n++;
	if (b->n >= BATCH_MAX || ms_since(&b->start) >= BATCH_MS || !mk_rdr_ready(in))
		return commit(c, b);
	return 0;
}

static int
run_add(struct cmd *c)
{
	struct batch b = {0};
	struct mk_rdr in;
	struct mk_rec rec = {0};
	struct mk_err why;
	uint64_t expect = 0;
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "add reads standard input and takes no argument");
	if (opt_expect != NULL && mk_num_u64(opt_expect, strlen(opt_expect), 0, UINT64_MAX, &expect,
	    &c->err) == -1)
		return mk_err_at(&c->err, "--expect");
	c->epipe = CMD_DEVICE;
	if (open_store(c, &b.st) == -1)
		return -1;
	mk_rdr_init(&in, STDIN_FILENO, "stdin");
	while ((r = mk_rec_read(&in, &rec, &c->err)) == 1)
		if ((r = add_one(c, &b, &in, &rec)) == -1)
			break;
	if (r == -1 && b.n > 0) {	/* the input is wrong further on: keep what came */
		why = c->err;
		if (commit(c, &b) == 0)
			c->err = why;
	}
	if (r == 0 && b.deaf) {
		c->err = b.why;
		r = -1;
	}
	if (b.total < expect) {
		cmd_warn(c, "%llu records came, %llu were expected", (unsigned long long)b.total,
			(unsigned long long)expect);
		cmd_status(c, CMD_FAILED);
	}
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	mk_buf_clear(&b.lines);
	mk_store_close(b.st);
	return r;
}

/* ---- history ---- */

/* What a person reads of an event: one row, its step's own fields in one cell. */
static int
as_row(struct cmd *c, const struct mk_rec *ev, struct mk_rec *row)
{
	static const char *const cols[] = { "time", "result", "reason", "station", "operator",
		"shift" };
	const struct mk_field *last = &ev->f[ev->n - 1], *f;
	size_t i, k, n = mk_step_len(&c->conf, last->key, last->klen);
	struct mk_buf more = {0};
	char key[MK_KEY_MAX + 16];
	int r = 0;

	mk_rec_reset(row);
	if (mk_rec_setf(row, &c->err, "step", "%.*s", (int)n, last->key) == -1)
		return -1;
	for (i = 0; i < sizeof cols / sizeof *cols; i++) {
		struct mk_field cell;

		(void)snprintf(key, sizeof key, "%.*s_%s", (int)n, last->key, cols[i]);
		if ((f = mk_rec_get(ev, key)) == NULL)
			continue;
		cell = *f;
		cell.key = cols[i];
		cell.klen = (uint32_t)strlen(cols[i]);
		if (mk_rec_copy(row, &cell, &c->err) == -1)
			return -1;
	}
	for (i = 0; r == 0 && i < ev->n; i++) {
		const char *name;
		size_t len;

		f = &ev->f[i];
		if (f->klen <= n + 1 || f->key[n] != '_' || memcmp(f->key, last->key, n) != 0)
			continue;
		name = f->key + n + 1;
		len = f->klen - n - 1;
		for (k = 0; k < sizeof cols / sizeof *cols; k++)
			if (strlen(cols[k]) == len && memcmp(cols[k], name, len) == 0)
				break;
		for (int j = 0; j < MK_CTX_N; j++)
			if (strlen(mk_ctx_name[j]) == len && memcmp(mk_ctx_name[j], name, len) == 0)
				k = 0;
		if (k == sizeof cols / sizeof *cols)
			r = mk_buf_addf(&more, &c->err, "%s%.*s=%.*s", more.n > 0 ? " " : "",
				(int)len, name, (int)f->vlen, f->val);
	}
	if (r == 0 && more.n > 0) {
		struct mk_field cell = { "details", more.p, 7, (uint32_t)more.n };

		r = mk_rec_copy(row, &cell, &c->err);
	}
	mk_buf_clear(&more);
	return r;
}

struct history {
	struct cmd *c;
	struct mk_rec row;
};

static int
show_event(void *arg, struct mk_rec *ev, struct mk_err *e)
{
	struct history *h = arg;
	int r;

	if (!cmd_is_table(h->c))
		r = cmd_put(h->c, ev);
	else
		r = as_row(h->c, ev, &h->row) == -1 ? -1 : cmd_put(h->c, &h->row);
	*e = h->c->err;
	return r;
}

static int
run_history(struct cmd *c)
{
	struct history h = { .c = c };
	struct mk_buf name = {0};
	struct mk_store *st;
	int r;

	if (c->narg != 1)
		return cmd_usage(c, "history takes one ID");
	if (open_store(c, &st) == -1)
		return -1;
	r = mk_store_resolve(st, c->arg[0], &name, &c->err);
	if (r == 1) {
		if (cmd_is_table(c))
			r = cmd_puts(c, "%.*s\n", (int)name.n, name.p);
		if (r != -1)
			r = mk_store_history(st, name.p, name.n, show_event, &h, &c->err);
	}
	if (r == 0) {
		cmd_warn(c, "%s: no such part in the store", c->arg[0]);
		cmd_status(c, CMD_FAILED);
	}
	mk_store_close(st);
	mk_rec_clear(&h.row);
	mk_buf_clear(&name);
	return r == -1 ? -1 : 0;
}

/* ---- find ---- */

static int
show_part(void *arg, struct mk_rec *rec, struct mk_err *e)
{
	struct cmd *c = arg;

	if (cmd_put(c, rec) == 0)
		return 0;
	*e = c->err;
	return -1;
}

static int
run_find(struct cmd *c)
{
	struct mk_store *st;
	int r;

	if (c->narg == 0)
		return cmd_usage(c, "find takes one or more key:value");
	if (open_store(c, &st) == -1)
		return -1;
	r = mk_store_find(st, c->arg, c->narg, show_part, c, &c->err);
	mk_store_close(st);
	if (r == 0)
		cmd_status(c, CMD_FAILED);
	return r == -1 ? -1 : 0;
}

static const struct cmd_verb verbs[] = {
	{ "init", "", "make a store and its high-water file", NULL, CMD_CONF | CMD_STORE, NULL,
	  run_init },
	{ "add", "", "store what happened; print each record once it is durable", add_opts,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT,
	  "id,mark_result,mark_reason,verify_result,verify_reason,hold_reason", run_add },
	{ "history", "ID", "what happened to a part, in the order of time", NULL,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT, "time,step,result,reason,station,operator,shift,details",
	  run_history },
	{ "find", "KEY:VALUE...", "the parts that bore all these words", NULL,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT,
	  "id,lot,mark_time,mark_result,mark_reason,verify_result,verify_reason", run_find },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = { "mk-trace", "Stores the history of parts and answers "
		"questions about it.", verbs };

	return cmd_main(&tool, argc, argv);
}
