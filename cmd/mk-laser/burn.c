/* What mk-laser does without a verb: burn each part's job on a device, and know of
 * every part whether it may carry a mark. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/step.h"
#include "cmd/mk-laser/verbs.h"
#include "job/job.h"
#include "laser/laser.h"
#include "store/store.h"

static const char *opt_device, *opt_no_store;

const struct cmd_opt laser_burn_opts[] = {
	{ "device", 'd', "KIND:PLACE[?KEY=VALUE&...]", &opt_device, "the device, such as sim:out" },
	{ "no-store", 0, NULL, &opt_no_store, "mark without a store: nobody will know" },
	{0}
};

/* ---- signals: a part in work is first brought to an end that is known ---- */

static volatile sig_atomic_t caught;

static void
on_signal(int sig)
{
	caught = sig;
}

struct watch {
	sigset_t before, watched;
	struct sigaction old[3];
};

static const int watched[] = { SIGINT, SIGTERM, SIGHUP };

/* From here on the signals wait, and let themselves be caught. One that was
 * ignored (nohup) stays ignored. */
static void
watch_begin(struct watch *w)
{
	struct sigaction sa;
	size_t i;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = on_signal;
	(void)sigemptyset(&sa.sa_mask);
	(void)sigemptyset(&w->watched);
	for (i = 0; i < 3; i++)
		(void)sigaddset(&w->watched, watched[i]);
	(void)sigprocmask(SIG_BLOCK, &w->watched, &w->before);
	for (i = 0; i < 3; i++) {
		(void)sigaction(watched[i], NULL, &w->old[i]);
		if (w->old[i].sa_handler != SIG_IGN)
			(void)sigaction(watched[i], &sa, NULL);
	}
}

static void
watch_end(const struct watch *w)
{
	size_t i;

	/* one that waited is caught like the others */
	(void)sigprocmask(SIG_SETMASK, &w->before, NULL);
	for (i = 0; i < 3; i++)
		(void)sigaction(watched[i], &w->old[i], NULL);
}

/* ---- one part ---- */

struct run {
	struct mk_laser *laser;
	struct mk_store *store;		/* NULL: --no-store */
	struct mk_job_limits lim;
	struct mk_job job;
	struct mk_buf line;		/* the part in work, job included */
	struct mk_burn burn;
};

static const char *
name_of(struct mk_buf *b, const struct mk_rec *rec)
{
	const struct mk_field *f = mk_rec_get(rec, "id");
	struct mk_err e;

	b->n = 0;
	if (f == NULL || f->vlen == 0 || mk_buf_add(b, f->val, f->vlen, &e) == -1 ||
	    mk_buf_str(b, &e) == NULL)
		return "a record without an id";
	return b->p;
}

/* This part is not marked, and says so. */
static int
refuse(struct cmd *c, struct mk_rec *rec, const char *reason, const char *why)
{
	struct mk_time now;
	struct mk_buf b = {0};

	cmd_warn(c, "%s: refused: %s", name_of(&b, rec), why);
	mk_buf_clear(&b);
	cmd_status(c, CMD_FAILED);
	mk_rec_del(rec, "job");
	mk_step_drop(rec, "mark");
	if (mk_time_now(&now, &c->err) == -1 ||
	    mk_step_stamp(rec, "mark", &c->conf, &now, "refused", reason, &c->err) == -1)
		return -1;
	return 1;
}

/* Why the part cannot be marked, or NULL; the job is then in r->job. */
static const char *
fault(struct run *r, const struct mk_rec *rec, uint32_t *crc, struct mk_err *e)
{
	const struct mk_field *f = mk_rec_get(rec, "id"), *job = mk_rec_get(rec, "job");
	struct mk_job_stats s;

	if (f == NULL || f->vlen == 0) {
		mk_err(e, MK_EDATA, "no id: give each part one (mk-serial take)");
		return "no_id";
	}
	if (mk_laser_is_text(r->laser))
		return mk_laser_accept(r->laser, rec, e) == -1 ? "text" : NULL;
	if (job == NULL) {
		mk_err(e, MK_EDATA, "no job: run it through mk-layout");
		return "no_job";
	}
	if (mk_job_read(&r->job, job->val, job->vlen, crc, e) == -1)
		return "job";
	mk_job_stats(&r->job, &s);
	if (s.vectors == 0) {
		mk_err(e, MK_EDATA, "job: it marks nothing");
		return "job";
	}
	return mk_job_check(&r->job, &r->lim, e) == -1 ? "field" : NULL;
}

/* The mark event: what happened, when, on what. */
static int
describe(struct cmd *c, struct run *r, struct mk_rec *rec, const struct mk_time *t,
	uint32_t crc, const char *result, const char *reason)
{
	const char *device = mk_laser_name(r->laser);
	struct mk_job_stats s;
	struct mk_err *e = &c->err;

	if (mk_step_stamp(rec, "mark", &c->conf, t, result, reason, e) == -1 ||
	    mk_rec_set(rec, "mark_device", device, strlen(device), e) == -1)
		return -1;
	if (!mk_laser_is_text(r->laser)) {
		mk_job_stats(&r->job, &s);
		if (mk_rec_setf(rec, e, "mark_vectors", "%zu", s.vectors) == -1 ||
		    mk_rec_setf(rec, e, "mark_mm", "%.1f", s.mark_mm) == -1 ||
		    mk_rec_setf(rec, e, "mark_crc", "%08lx", (unsigned long)crc) == -1)
			return -1;
		if (strcmp(result, "ok") != 0)
			return mk_rec_setf(rec, e, "mark_ops", "%zu", r->burn.ops);
	} else if (strcmp(result, "ok") != 0) {
		return 0;
	}
	if (mk_rec_setf(rec, e, "mark_ms", "%.1f", r->burn.ms) == -1)
		return -1;
	if (r->burn.ack[0] != '\0' && mk_rec_setf(rec, e, "mark_ack", "%s", r->burn.ack) == -1)
		return -1;
	return r->burn.image[0] == '\0' ? 0
		: mk_rec_set(rec, "mark_image", r->burn.image, strlen(r->burn.image), e);
}

/* Burn a part that was begun at t, and commit how that ended. 1 or -1; down is
 * filled if the device failed. */
static int
burn(struct cmd *c, struct run *r, struct mk_rec *rec, const struct mk_time *t, uint32_t crc,
	const sigset_t *mask, struct mk_err *down)
{
	const char *result = "ok", *reason = NULL;
	int done = mk_laser_burn(r->laser, r->line.p, r->line.n, mask, &caught, &r->burn, down);

	if (done != 1) {
		result = done == -1 && r->burn.dark ? "fail" : "unknown";
		reason = done == 0 ? "interrupted" : "device";
		cmd_status(c, CMD_FAILED);
	}
	if (describe(c, r, rec, t, crc, result, reason) == -1)
		return -1;
	if (r->store != NULL &&
	    mk_store_mark_end(r->store, mk_laser_name(r->laser), rec, &c->err) == -1)
		return -1;
	return 1;
}

static int
begin(struct cmd *c, struct run *r, const struct mk_rec *rec, const struct mk_time *t,
	const char **state)
{
	if (r->store == NULL)
		return 1;
	return mk_store_mark_begin(r->store, mk_laser_name(r->laser), rec, t, state, &c->err);
}

/* The device takes no more: tell of this part, then end with why. */
static int
last(struct cmd *c, const struct mk_rec *rec, const struct mk_err *why)
{
	if (cmd_put(c, rec) == -1 || cmd_flush(c) == -1)
		return -1;
	c->err = *why;
	return -1;
}

/* Between the begin and the end no signal gets through but to stop the beam. */
static int
mark(struct cmd *c, struct run *r, struct mk_rec *rec, uint32_t crc)
{
	struct mk_err down = {0};
	const char *state = NULL;
	char why[128];
	struct watch w;
	struct mk_time now;
	int k;

	r->line.n = 0;
	if (mk_rec_line(rec, &r->line, &c->err) == -1 || mk_time_now(&now, &c->err) == -1)
		return -1;
	mk_rec_del(rec, "job");
	mk_step_drop(rec, "mark");
	watch_begin(&w);
	k = begin(c, r, rec, &now, &state);
	if (k == 1)
		k = burn(c, r, rec, &now, crc, &w.before, &down);
	watch_end(&w);
	if (k == 0 && strcmp(state, "void") == 0)
		k = refuse(c, rec, "void", "it was made void (mk-serial void)");
	else if (k == 0) {
		(void)snprintf(why, sizeof why, "its mark was begun before (%s): a part is marked "
			"once for each op", state);
		k = refuse(c, rec, "begun", why);
	}
	if (k == 1 && caught != 0)
		mk_err(&down, MK_EDEV, "stopped by signal %d", (int)caught);
	return k == 1 && down.code != 0 ? last(c, rec, &down) : k;
}

static int
each(struct cmd *c, struct mk_rec *rec, void *arg)
{
	struct run *r = arg;
	struct mk_err e;
	const char *reason;
	uint32_t crc = 0;

	if (mk_step_failed(&c->conf, rec, "mark") != NULL)
		return 1;
	if ((reason = fault(r, rec, &crc, &e)) != NULL)
		return e.code == MK_ENOMEM ? (c->err = e, -1) : refuse(c, rec, reason, e.msg);
	if (mk_laser_ready(r->laser, &e) == -1)
		return refuse(c, rec, "device", e.msg) == -1 ? -1 : last(c, rec, &e);
	return mark(c, r, rec, crc);
}

/* ---- the run ---- */

static int
open_store(struct cmd *c, struct run *r)
{
	int n;

	if (opt_no_store != NULL)
		return 0;
	if (mk_store_open(&r->store, c->conf.store, &c->conf, &c->err) == -1)
		return -1;
	n = mk_store_mark_recover(r->store, mk_laser_name(r->laser), NULL, NULL, &c->err);
	if (n > 0)
		cmd_warn(c, "%s: %d part%s in doubt since an earlier run ended too soon: stored as "
			"mark_result:unknown: look at %s", mk_laser_name(r->laser), n,
			n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
	return n == -1 ? -1 : 0;
}

int
laser_burn(struct cmd *c)
{
	struct run r = {0};
	int k = -1;

	c->epipe = CMD_DEVICE;
	if (opt_device == NULL)
		return cmd_usage(c, "no device: say -d KIND:PLACE, such as -d sim:out");
	if (c->narg > 0)
		return cmd_usage(c, "%s: no argument expected", c->arg[0]);
	if (opt_no_store == NULL && c->conf.store == NULL)
		return mk_err(&c->err, MK_EUSAGE, "no store: say --store FILE, set MK_STORE, or write "
			"'store FILE' in mk.conf (mk-trace init makes one); --no-store marks without "
			"one, and nobody will know what was marked");
	/* the driver's process is forked here: it must not know the store */
	if (mk_laser_open(&r.laser, opt_device, &c->conf, &c->err) == -1)
		return -1;
	mk_laser_limits(r.laser, &r.lim);
	if (open_store(c, &r) == 0)
		k = cmd_filter(c, true, each, &r);
	mk_store_close(r.store);
	mk_laser_close(r.laser);
	mk_job_clear(&r.job);
	mk_buf_clear(&r.line);
	if (caught != 0)
		(void)raise(caught);
	return k;
}
