/* mk-trace push: what happened here, into a central store. The line never waits for
 * it: it reads what is stored, when it can. */
#include <poll.h>
#include <string.h>

#include "base/num.h"
#include "cmd/mk-trace/trace.h"
#include "store/push.h"

#define BATCH 2000
#define TRIES 6			/* of a push by cron; one that follows never gives up */
#define WAIT_MS 250		/* after the first failure; twice as long after each */
#define WAIT_MOST_MS 30000
#define LOOK_MS 500		/* how often one that follows looks for more */

static const char *opt_to, *opt_follow, *opt_batch;

const struct cmd_opt trace_push_opts[] = {
	{ "to", 0, "STORE", &opt_to, "the central store, such as postgresql://mk@centre/mk" },
	{ "follow", 'f', NULL, &opt_follow, "go on for ever, with what is stored meanwhile" },
	{ "batch", 0, "N", &opt_batch, "how many events in one transaction, 1 to 10000 (2000)" },
	{0}
};

struct pushing {
	struct mk_store *from, *to;
	struct mk_push p;
	int64_t kept;		/* what this store remembers of how far the other is */
	size_t batch;
	int failures;
};

static void
wait_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

static int
arguments(struct cmd *c, struct pushing *p)
{
	uint64_t n = BATCH;

	if (c->narg > 0)
		return cmd_usage(c, "push takes no argument");
	if (opt_to == NULL)
		return cmd_usage(c, "--to STORE is missing");
	if (opt_batch != NULL && mk_num_u64(opt_batch, strlen(opt_batch), 1, 10000, &n,
	    &c->err) == -1) {
		c->err.code = MK_EUSAGE;
		return mk_err_at(&c->err, "--batch");
	}
	p->batch = (size_t)n;
	return 0;
}

/* One batch: 1 there may be more, 0 level, -1. */
static int
batch(struct cmd *c, struct pushing *p)
{
	struct mk_time now;
	int r;

	if (p->to == NULL && mk_store_open(&p->to, opt_to, &c->conf, &c->err) == -1)
		return -1;
	r = mk_store_push(p->from, p->to, p->batch, &p->p, &c->err);
	if (r == -1 || p->kept == p->p.seq)
		return r;
	if (mk_time_now(&now, &c->err) == -1 ||
	    mk_store_pushed(p->from, p->p.seq, &now, &c->err) == -1)
		return -1;
	p->kept = p->p.seq;
	return r;
}

/* After a failure: whether to try again. */
static bool
again(struct cmd *c, struct pushing *p)
{
	int ms = WAIT_MS;

	if (!c->err.retry || (opt_follow == NULL && p->failures + 1 >= TRIES))
		return false;
	if (p->failures == 0)
		cmd_warn(c, "%s: trying again", c->err.msg);
	for (int i = 0; i < p->failures && ms < WAIT_MOST_MS; i++)
		ms *= 2;
	p->failures++;
	mk_store_close(p->to);
	p->to = NULL;
	memset(&c->err, 0, sizeof c->err);
	wait_ms(ms < WAIT_MOST_MS ? ms : WAIT_MOST_MS);
	return true;
}

int
trace_push(struct cmd *c)
{
	struct pushing p = { .kept = -1 };
	int r = -1;

	if (arguments(c, &p) == 0 && trace_open(c, &p.from) == 0)
		for (;;) {
			r = batch(c, &p);
			if (r == -1 && !again(c, &p))
				break;
			if (r == -1)
				continue;
			p.failures = 0;
			if (r == 0 && opt_follow == NULL)
				break;
			if (r == 0)
				wait_ms(LOOK_MS);
		}
	mk_store_close(p.to);
	mk_store_close(p.from);
	return r;
}
