/* mk-trace push and pull: what happened here, into a central store; what happened
 * elsewhere, from it. The line never waits for either: push reads what is stored, pull
 * writes a little at a time. */
#include <string.h>

#include "base/num.h"
#include "cmd/mk-trace/link.h"
#include "store/pull.h"
#include "store/push.h"

#define PUSH_BATCH 10000
#define PULL_BATCH 1000

#define PULL_DAYS 366
#define DAY_MS INT64_C(86400000)

static const char *opt_to, *opt_from, *opt_follow, *opt_batch, *opt_days;

const struct cmd_opt trace_push_opts[] = {
	{ "to", 0, "STORE", &opt_to, "the central store, such as postgresql://mk@centre/mk" },
	{ "follow", 'f', NULL, &opt_follow, "go on for ever, with what is stored meanwhile" },
	{ "batch", 0, "N", &opt_batch, "how many events in one transaction, 1 to 10000 (10000)" },
	{0}
};

const struct cmd_opt trace_pull_opts[] = {
	{ "from", 0, "STORE", &opt_from, "the central store, such as postgresql://mk@centre/mk" },
	{ "follow", 'f', NULL, &opt_follow, "go on for ever, with what comes in meanwhile" },
	{ "days", 0, "N", &opt_days, "keep what happened in the last N days, and holds; 0: all (366)" },
	{ "batch", 0, "N", &opt_batch, "how many events in one transaction, 1 to 10000 (1000)" },
	{0}
};

/* ---- push ---- */

struct pushing {
	struct mk_push p;
	int64_t kept;		/* what this store remembers of how far the other is */
};

static int
push_batch(struct cmd *c, struct link *l, void *arg)
{
	struct pushing *p = arg;
	struct mk_time now;
	int r = mk_store_push(l->st, l->centre, l->batch, &p->p, &c->err);

	if (r != -1 && p->p.lost > 0) {
		cmd_warn(c, "of %lld events that had arrived there %lld are not there any more: it was "
			"restored from an earlier copy: they are sent again; numbers that it lends "
			"may have been lent before: see mk-central(7)",
			(long long)p->p.lost_of, (long long)p->p.lost);
		p->p.lost = 0;
	}
	if (r == -1 || p->kept == p->p.seq)
		return r;
	if (mk_time_now(&now, &c->err) == -1 ||
	    mk_store_pushed(l->st, l->centre, p->p.seq, &now, &c->err) == -1)
		return -1;
	p->kept = p->p.seq;
	return r;
}

int
trace_push(struct cmd *c)
{
	struct link l = { .verb = "push", .follow = opt_follow != NULL };
	struct pushing p = { .kept = -1 };

	if (link_arguments(c, &l, opt_to, "--to", opt_batch, PUSH_BATCH) == -1)
		return -1;
	return link_run(c, &l, push_batch, &p);
}

/* ---- pull ---- */

#define SAY_MS 30000		/* how often one that follows writes down that all was read */

struct pulling {
	struct mk_pull p;
	char back[sizeof ((struct mk_pull *)0)->back];	/* told of already */
	int64_t said;		/* ms */
	uint64_t days;
};

static int
pull_batch(struct cmd *c, struct link *l, void *arg)
{
	struct pulling *p = arg;
	struct mk_time now;
	int r;

	if (mk_time_now(&now, &c->err) == -1)
		return -1;
	p->p.since = p->days == 0 ? INT64_MIN : now.ms - (int64_t)p->days * DAY_MS;
	r = mk_store_pull(l->st, l->centre, l->batch, &p->p, &c->err);
	if (r != -1 && *p->p.back != '\0' && strcmp(p->back, p->p.back) != 0) {
		cmd_warn(c, "%s: it has fewer events of %s than were pulled: it was restored from "
			"an earlier copy; when that line has pushed again, all is well", l->place,
			p->p.back);
		memcpy(p->back, p->p.back, sizeof p->back);
	}
	if (r != 0)
		return r;
	if (now.ms - p->said < (l->follow ? SAY_MS : 1))
		return 0;
	p->said = now.ms;
	if (mk_store_pull_drop(l->st, p->p.since, &c->err) == -1)
		return -1;
	return mk_store_pulled(l->st, &now, &c->err);
}

int
trace_pull(struct cmd *c)
{
	struct link l = { .verb = "pull", .follow = opt_follow != NULL };
	struct pulling p = { .days = PULL_DAYS };

	if (opt_days != NULL &&
	    mk_num_u64(opt_days, strlen(opt_days), 0, 36525, &p.days, &c->err) == -1) {
		c->err.code = MK_EUSAGE;
		return mk_err_at(&c->err, "--days");
	}
	if (link_arguments(c, &l, opt_from, "--from", opt_batch, PULL_BATCH) == -1)
		return -1;
	return link_run(c, &l, pull_batch, &p);
}
