/* Records on their way into the store: several in one transaction, each printed once
 * it is durable. */
#include <string.h>

#include "cmd/mk-trace/trace.h"
#include "trace/rules.h"

#define BATCH_MAX 5000		/* records in one transaction */
#define BATCH_MS 50		/* and how long one may stay open */

static long
ms_since(const struct timespec *t)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - t->tv_sec) * 1000 + (now.tv_nsec - t->tv_nsec) / 1000000;
}

/* Print what is durable now. What cannot be printed stays stored. */
static void
acknowledge(struct cmd *c, struct trace_batch *b)
{
	const char *p = b->lines.p, *lf;
	struct mk_rec rec = {0};
	struct mk_err e;
	size_t column, left = b->lines.n;

	while (!b->deaf && left > 0 && (lf = memchr(p, '\n', left)) != NULL) {
		if (mk_rec_parse(&rec, p, (size_t)(lf - p), &column, &e) == -1 ||
		    cmd_put(c, &rec) == -1)
			b->deaf = true;
		left -= (size_t)(lf - p) + 1;
		p = lf + 1;
	}
	if (!b->deaf && !b->quiet && cmd_flush(c) == -1)
		b->deaf = true;
	if (b->deaf && b->why.code == 0)
		b->why = c->err;
	memset(&c->err, 0, sizeof c->err);
	mk_rec_clear(&rec);
	b->total += b->n;
	b->lines.n = b->n = 0;
}

int
trace_commit(struct cmd *c, struct trace_batch *b)
{
	if (b->n == 0)
		return 0;
	if (mk_store_commit(b->st, &c->err) == -1)
		return -1;
	acknowledge(c, b);
	return 0;
}

int
trace_begin(struct cmd *c, struct trace_batch *b)
{
	if (mk_time_now(&b->now, &c->err) == -1 || mk_store_begin(b->st, &c->err) == -1)
		return -1;
	(void)clock_gettime(CLOCK_MONOTONIC, &b->start);
	return 0;
}

/* Store one record. What a rule forbids is stored as it came, and held. */
static int
store(struct cmd *c, struct trace_batch *b, struct mk_rec *rec)
{
	const char *why = NULL;
	int r;

	if (c->conf.rules != 0 && mk_trace_forbidden(b->st, &c->conf, rec, &why, &c->err) == -1)
		return -1;
	r = mk_store_add(b->st, rec, &b->now, &c->err);
	if (r <= 0 || why == NULL)
		return r;
	mk_step_drop(rec, "hold");
	if (mk_step_stamp(rec, "hold", &c->conf, &b->now, "fail", why, &c->err) == -1)
		return -1;
	return mk_store_add(b->st, rec, &b->now, &c->err);
}

int
trace_put(struct cmd *c, struct trace_batch *b, struct mk_rec *rec, bool more)
{
	if (b->n == 0 && trace_begin(c, b) == -1)
		return -1;
	if (store(c, b, rec) == -1 || (!b->quiet && (mk_rec_line(rec, &b->lines, &c->err) == -1 ||
	    mk_buf_addc(&b->lines, '\n', &c->err) == -1))) {
		/* a record that is wrong was not begun: those before it are kept */
		if (b->n == 0 || (c->err.code != MK_EDATA && c->err.code != MK_EINTEGRITY)) {
			mk_store_rollback(b->st);
			b->lines.n = b->n = 0;
		}
		return -1;
	}
	b->n++;
	if (b->n >= BATCH_MAX || ms_since(&b->start) >= BATCH_MS || !more)
		return trace_commit(c, b);
	return 0;
}

void
trace_batch_clear(struct trace_batch *b)
{
	if (b->n > 0)
		mk_store_rollback(b->st);
	mk_buf_clear(&b->lines);
	mk_store_close(b->st);
	memset(b, 0, sizeof *b);
}
