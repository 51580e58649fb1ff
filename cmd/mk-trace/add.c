/* mk-trace add: store what happened, print it once it is durable. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "cmd/mk-trace/trace.h"

#define BATCH_MAX 5000		/* records in one transaction */
#define BATCH_MS 50		/* and how long one may stay open */

static const char *opt_quiet, *opt_expect;

const struct cmd_opt trace_add_opts[] = {
	{ "quiet", 'q', NULL, &opt_quiet, "store, print nothing" },
	{ "expect", 0, "N", &opt_expect, "exit with 1 if fewer than N records came" },
	{0}
};

struct batch {
	struct mk_store *st;
	struct mk_buf lines;	/* stored in the open transaction, not yet printed */
	size_t n;		/* of them */
	struct timespec start;
	struct mk_time now;	/* of its begin: when its records were stored */
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

	if (b->n == 0) {
		if (mk_store_begin(b->st, &c->err) == -1 || mk_time_now(&b->now, &c->err) == -1)
			return -1;
		(void)clock_gettime(CLOCK_MONOTONIC, &b->start);
	}
	if (mk_store_add(b->st, rec, &b->now, &c->err) == -1) {
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
	if (opt_quiet == NULL && (mk_rec_line(rec, &b->lines, &c->err) == -1 ||
	    mk_buf_addc(&b->lines, '\n', &c->err) == -1)) {
		mk_store_rollback(b->st);
		return -1;
	}
	b->n++;
	if (b->n >= BATCH_MAX || ms_since(&b->start) >= BATCH_MS || !mk_rdr_ready(in))
		return commit(c, b);
	return 0;
}

int
trace_add(struct cmd *c)
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
	if (trace_open(c, &b.st) == -1)
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

