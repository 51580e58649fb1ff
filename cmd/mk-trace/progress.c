/* How far long work is, for a person who waits at a terminal. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd/mk-trace/trace.h"

static int64_t
ms_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
trace_progress_start(struct trace_progress *p, const struct cmd *c, uint64_t total)
{
	*p = (struct trace_progress){ .c = c, .total = total, .start = -1 };
	if (isatty(STDERR_FILENO))
		p->start = p->last = ms_now();
}

void
trace_progress(struct trace_progress *p, uint64_t done)
{
	int64_t now;
	uint64_t rate;

	if (p->start == -1 || (now = ms_now()) - p->last < 1000)
		return;
	p->last = now;
	p->shown = true;
	rate = done * 1000 / (uint64_t)(now - p->start);
	(void)fprintf(stderr, "\r%s: %llu", p->c->verb->name, (unsigned long long)done);
	if (p->total > 0)
		(void)fprintf(stderr, " of %llu", (unsigned long long)p->total);
	(void)fprintf(stderr, ", %llu/s", (unsigned long long)rate);
	if (p->total > done && rate > 0)
		(void)fprintf(stderr, ", %llu s left",
			(unsigned long long)((p->total - done) / rate));
	(void)fputs("\033[K", stderr);
}

void
trace_progress_end(struct trace_progress *p)
{
	if (p->shown)
		(void)fputs("\r\033[K", stderr);
	p->shown = false;
}

int
trace_tick(void *arg, int64_t done, int64_t all, struct mk_err *e)
{
	struct trace_progress *p = arg;

	(void)e;
	p->total = (uint64_t)all;
	trace_progress(p, (uint64_t)done);
	return 0;
}
