/* What mk-laser does without a verb: burn each part's job on a device, and know of
 * every part whether it may carry a mark. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/step.h"
#include "cmd/mk-laser/burn.h"
#include "cmd/mk-laser/verbs.h"
#include "job/timing.h"

static const char *opt_device, *opt_no_store, *opt_interlock, *opt_reset, *opt_remark, *opt_dry,
	*opt_estimate, *opt_on_fail, *opt_timeout, *opt_per, *opt_skip;

const struct cmd_opt laser_burn_opts[] = {
	{ "device", 'd', "KIND:PLACE[?KEY=VALUE&...]", &opt_device, "the device, such as sim:out" },
	{ "no-store", 0, NULL, &opt_no_store, "mark without a store: nobody will know" },
	{ "interlock", 0, "SIGNAL...", &opt_interlock, "no beam while it is low; may be repeated" },
	{ "reset", 0, NULL, &opt_reset, "go on after an interlock stopped the beam" },
	{ "remark", 0, "REASON", &opt_remark, "mark again what was begun before" },
	{ "dry-run", 0, NULL, &opt_dry, "do all but light; jobs stay" },
	{ "estimate", 0, NULL, &opt_estimate, "say how long it will take; no device, no store" },
	{ "on-fail", 0, "stop|continue", &opt_on_fail,
	  "end with the first part that fails, or go on even after a device that failed" },
	{ "timeout", 0, "SECONDS", &opt_timeout, "what takes longer is stopped, and in doubt" },
	{ "per", 0, "tray", &opt_per, "burn the parts of a tray as one job" },
	{ "skip", 0, "NEST,...", &opt_skip, "leave out the parts in these nests" },
	{0}
};

/* ---- an estimate ---- */

static int
estimate_one(struct cmd *c, struct mk_rec *rec, void *arg)
{
	struct burning *b = arg;
	const struct mk_field *f = mk_rec_get(rec, "job"), *id = mk_rec_get(rec, "id");
	struct mk_rec row = {0};
	struct mk_job_stats s;
	double ms;
	int r = 0;

	if (f == NULL || mk_step_failed(&c->conf, rec, "mark") != NULL)
		return 0;
	if (mk_job_read(&b->all, f->val, f->vlen, NULL, &c->err) == -1)
		return -1;
	mk_job_stats(&b->all, &s);
	ms = mk_job_ms(&b->all, &b->timing);
	b->total_ms += ms;
	b->n++;
	if ((id != NULL && mk_rec_copy(&row, id, &c->err) == -1) ||
	    mk_rec_setf(&row, &c->err, "mark_vectors", "%zu", s.vectors) == -1 ||
	    mk_rec_setf(&row, &c->err, "mark_mm", "%.1f", s.mark_mm) == -1 ||
	    mk_rec_setf(&row, &c->err, "mark_ms", "%.1f", ms) == -1 || cmd_put(c, &row) == -1)
		r = -1;
	mk_rec_clear(&row);
	return r;
}

static int
estimate(struct cmd *c, struct burning *b)
{
	int r = cmd_filter(c, false, estimate_one, b);

	if (r == 0)
		cmd_warn(c, "%zu part%s: %.1f s", b->n, b->n == 1 ? "" : "s", b->total_ms / 1000);
	mk_job_clear(&b->all);
	return r;
}

/* ---- the run ---- */

int
burning_store(struct cmd *c, struct burning *b)
{
	int n;

	if (mk_store_open(&b->store, c->conf.store, &c->conf, &c->err) == -1)
		return -1;
	n = b->dry ? 0 : mk_store_mark_recover(b->store, mk_laser_name(b->laser), NULL, NULL, &c->err);
	if (n > 0)
		cmd_warn(c, "%s: %d part%s in doubt since an earlier run ended too soon: stored as "
			"mark_result:unknown: look at %s", mk_laser_name(b->laser), n,
			n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
	return n == -1 ? -1 : 0;
}

/* Whether rec lies in another tray than the parts that are held. */
static bool
next_tray(const struct burning *b, const struct mk_rec *rec)
{
	const struct mk_field *a, *f = mk_rec_get(rec, "tray");

	if (b->n == 0)
		return false;
	a = mk_rec_get(&b->part[b->n - 1].rec, "tray");
	return a == NULL || f == NULL || a->vlen != f->vlen || memcmp(a->val, f->val, f->vlen) != 0;
}

/* --on-fail stop: the first part that failed is the last. */
static bool
enough(const struct cmd *c, const struct burning *b)
{
	return b->stop && c->status != CMD_OK;
}

static int
each(struct cmd *c, struct mk_rec *rec, void *arg)
{
	struct burning *b = arg;

	if (b->per_tray && next_tray(b, rec) && (parts_burn(c, b) == -1 || enough(c, b)))
		return -1;
	if (part_take(c, b, rec) == -1)
		return -1;
	if (!b->per_tray && (parts_burn(c, b) == -1 || enough(c, b)))
		return -1;
	return 0;
}

static int
options(struct cmd *c, struct burning *b)
{
	int64_t ms;

	if (c->narg > 0)
		return cmd_usage(c, "%s: no such verb: there is list, test, stop, red", c->arg[0]);
	if (opt_device == NULL)
		return cmd_usage(c, "no device: say -d KIND:PLACE, such as -d sim:out");
	if (opt_on_fail != NULL && strcmp(opt_on_fail, "stop") != 0 && strcmp(opt_on_fail, "continue") != 0)
		return cmd_usage(c, "--on-fail %s: say stop or continue", opt_on_fail);
	if (opt_per != NULL && strcmp(opt_per, "tray") != 0)
		return cmd_usage(c, "--per %s: say tray", opt_per);
	if (opt_remark != NULL && *opt_remark == '\0')
		return cmd_usage(c, "--remark: say why");
	if (opt_timeout != NULL) {
		if (mk_num_fix(opt_timeout, strlen(opt_timeout), 3, 1, 86400000, &ms, &c->err) == -1)
			return mk_err_at(&c->err, "--timeout");
		b->timeout_ms = (int)ms;
	}
	b->dry = opt_dry != NULL;
	b->remark = opt_remark;
	b->skip = opt_skip;
	b->per_tray = opt_per != NULL;
	b->stop = opt_on_fail != NULL && *opt_on_fail == 's';
	b->go_on = opt_on_fail != NULL && *opt_on_fail == 'c';
	if (opt_no_store == NULL && opt_estimate == NULL && c->conf.store == NULL)
		return mk_err(&c->err, MK_EUSAGE, "no store: say --store FILE, set MK_STORE, or write "
			"'store FILE' in mk.conf (mk-trace init makes one); --no-store marks without "
			"one, and nobody will know what was marked");
	if (opt_no_store == NULL && opt_estimate == NULL && mk_store_served(c->conf.store))
		return mk_err(&c->err, MK_EUSAGE, "the store is in a server: a station with a laser has "
			"its own, in a file, that no network can keep waiting; name that one, and let "
			"mk-trace push send it on");
	return 0;
}

/* The line of mk.conf for the kind of -d KIND:PLACE. */
static int
timing(struct cmd *c, struct burning *b)
{
	size_t n = strcspn(opt_device, ":");
	char *kind = strndup(opt_device, n);
	int r;

	if (kind == NULL)
		return mk_err_nomem(&c->err);
	r = mk_timing_conf(&b->timing, mk_conf_device(&c->conf, kind), &c->err);
	free(kind);
	return r;
}

static int
burn_all(struct cmd *c, struct burning *b)
{
	const char *store = opt_no_store == NULL ? c->conf.store : NULL;
	int r;

	/* the driver's process is forked here: it must not know the store */
	if (mk_laser_open(&b->laser, opt_device, &c->conf, &c->err) == -1)
		return -1;
	if (b->per_tray && mk_laser_is_text(b->laser))
		return cmd_usage(c, "--per tray: this device holds the template, one part at a time");
	mk_laser_limits(b->laser, &b->lim);
	if (interlock_latch(c, &b->lock, store, mk_laser_name(b->laser), opt_reset != NULL) == -1 ||
	    interlock_open(c, &b->lock, opt_interlock) == -1 ||
	    (store != NULL && burning_store(c, b) == -1))
		return -1;
	r = cmd_filter(c, true, each, b);
	if (r == -1 && c->err.code == 0)
		return 0;	/* enough */
	if (r == -1 && b->n > 0 && c->err.code == MK_ESYNTAX) {
		/* a tray that is not whole: what came of it is marked, the error told after it */
		struct mk_err was = c->err;

		if (parts_burn(c, b) == -1)
			return -1;
		c->err = was;
	}
	return r == -1 ? -1 : parts_burn(c, b);
}

int
laser_burn(struct cmd *c)
{
	struct burning b = {0};
	int r;

	c->epipe = CMD_DEVICE;
	if (options(c, &b) == -1 || timing(c, &b) == -1)
		return -1;
	if (opt_estimate != NULL)
		return estimate(c, &b);
	r = burn_all(c, &b);
	mk_store_close(b.store);
	mk_laser_close(b.laser);
	interlock_close(&b.lock);
	parts_clear(&b);
	if (burning_caught != 0)
		(void)raise(burning_caught);
	return r;
}
