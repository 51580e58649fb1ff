/* Parts from their begin to their end: what is refused, burnt, in doubt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/step.h"
#include "cmd/mk-laser/burn.h"

/* ---- signals: a part in work is first brought to an end that is known ---- */

volatile sig_atomic_t burning_caught;

static void
on_signal(int sig)
{
	burning_caught = sig;
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

/* ---- a part that is not burnt ---- */

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

static void
tell(struct cmd *c, const struct mk_rec *rec, const char *why)
{
	struct mk_buf name = {0};

	cmd_warn(c, "%s: refused: %s", name_of(&name, rec), why);
	mk_buf_clear(&name);
	cmd_status(c, CMD_FAILED);
}

/* This part is not marked, and says so. */
static int
refuse(struct cmd *c, struct burning *b, struct part *p, const char *reason, const char *why)
{
	struct mk_time now;

	tell(c, &p->rec, why);
	p->burns = false;
	if (b->dry)
		return mk_rec_set(&p->rec, "mark_dry", reason, strlen(reason), &c->err);
	mk_rec_del(&p->rec, "job");
	mk_step_drop(&p->rec, "mark");
	return mk_time_now(&now, &c->err) == -1 ? -1
		: mk_step_stamp(&p->rec, "mark", &c->conf, &now, "refused", reason, &c->err);
}

static int
refuse_all(struct cmd *c, struct burning *b, const char *reason, const char *why)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->part[i].burns && refuse(c, b, &b->part[i], reason, why) == -1)
			return -1;
	return 0;
}

/* Why the part cannot be marked, or NULL; its job is then in p->job. */
static const char *
fault(struct burning *b, struct part *p, struct mk_err *e)
{
	const struct mk_field *f = mk_rec_get(&p->rec, "id"), *job = mk_rec_get(&p->rec, "job");
	struct mk_job_stats s;

	if (f == NULL || f->vlen == 0) {
		mk_err(e, MK_EDATA, "no id: give each part one (mk-serial take)");
		return "no_id";
	}
	if (mk_laser_is_text(b->laser))
		return mk_laser_accept(b->laser, &p->rec, e) == -1 ? "text" : NULL;
	if (job == NULL) {
		mk_err(e, MK_EDATA, "no job: run it through mk-layout");
		return "no_job";
	}
	if (mk_job_read(&p->job, job->val, job->vlen, &p->crc, e) == -1)
		return "job";
	mk_job_stats(&p->job, &s);
	if (s.vectors == 0) {
		mk_err(e, MK_EDATA, "job: it marks nothing");
		return "job";
	}
	if (mk_job_check(&p->job, &b->lim, e) == -1)
		return "field";
	return mk_laser_accept(b->laser, &p->rec, e) == -1 ? "device" : NULL;
}

/* Whether the list A,B,… has the part's nest. */
static bool
skipped(const struct burning *b, const struct mk_rec *rec)
{
	const struct mk_field *f = mk_rec_get(rec, "nest");
	const char *s = b->skip;

	while (s != NULL && f != NULL && *s != '\0') {
		size_t n = strcspn(s, ",");

		if (n == f->vlen && memcmp(s, f->val, n) == 0)
			return true;
		s += n + (s[n] == ',');
	}
	return false;
}

static struct part *
room(struct burning *b, struct mk_err *e)
{
	struct part *p;

	if (b->n == b->cap) {
		p = realloc(b->part, (b->cap + 1) * sizeof *p);
		if (p == NULL) {
			mk_err_nomem(e);
			return NULL;
		}
		memset(p + b->cap, 0, sizeof *p);
		b->part = p;
		b->cap++;
	}
	return &b->part[b->n];
}

int
part_take(struct cmd *c, struct burning *b, const struct mk_rec *rec)
{
	struct part *p = room(b, &c->err);
	struct mk_err e;
	const char *reason;
	size_t column;

	if (p == NULL)
		return -1;
	p->line.n = 0;
	p->burns = false;
	p->attempt = 1;
	if (mk_rec_line(rec, &p->line, &c->err) == -1 ||
	    mk_rec_parse(&p->rec, p->line.p, p->line.n, &column, &c->err) == -1)
		return -1;
	b->n++;
	if (mk_step_failed(&c->conf, &p->rec, "mark") != NULL)
		return 0;
	if (b->dry)
		mk_step_drop(&p->rec, "mark");
	if (skipped(b, &p->rec))
		return refuse(c, b, p, "skip", "its nest is skipped");
	if ((reason = fault(b, p, &e)) != NULL)
		return e.code == MK_ENOMEM ? (c->err = e, -1) : refuse(c, b, p, reason, e.msg);
	p->burns = true;
	return 0;
}

void
parts_clear(struct burning *b)
{
	size_t i;

	for (i = 0; i < b->cap; i++) {
		mk_buf_clear(&b->part[i].line);
		mk_rec_clear(&b->part[i].rec);
		mk_job_clear(&b->part[i].job);
	}
	free(b->part);
	mk_job_clear(&b->all);
	mk_buf_clear(&b->line);
}

/* ---- what is known of a mark ---- */

/* Each pen that was used, as in the job, in the order of its first use. */
static int
pens(struct mk_rec *rec, const struct mk_job *j, struct mk_err *e)
{
	struct mk_buf all = {0};
	size_t i, k;
	int r = 0;

	for (i = 0; i < j->n && r == 0; i++) {
		const struct mk_pen *p = &j->op[i].u.pen;

		if (j->op[i].kind != 'P')
			continue;
		for (k = 0; k < i; k++)
			if (j->op[k].kind == 'P' && memcmp(&j->op[k].u.pen, p, sizeof *p) == 0)
				break;
		if (k < i)
			continue;
		r = mk_buf_addf(&all, e, "%sP%lu,%lu,%lu", all.n > 0 ? " " : "",
			(unsigned long)p->power, (unsigned long)p->hz, (unsigned long)p->speed);
		if (r == 0 && p->ns > 0)
			r = mk_buf_addf(&all, e, ",%lu", (unsigned long)p->ns);
	}
	if (r == 0 && all.n > 0)
		r = mk_rec_set(rec, "mark_pens", all.p, all.n, e);
	mk_buf_clear(&all);
	return r;
}

static int
describe_job(struct mk_rec *rec, const struct part *p, struct mk_err *e)
{
	const struct mk_field *hash;
	struct mk_job_stats s;
	struct mk_field f;

	mk_job_stats(&p->job, &s);
	if (mk_rec_setf(rec, e, "mark_vectors", "%zu", s.vectors) == -1 ||
	    mk_rec_setf(rec, e, "mark_mm", "%.1f", s.mark_mm) == -1 ||
	    mk_rec_setf(rec, e, "mark_crc", "%08lx", (unsigned long)p->crc) == -1 ||
	    pens(rec, &p->job, e) == -1)
		return -1;
	if ((hash = mk_rec_get(rec, "recipe_hash")) == NULL)
		return 0;
	f = *hash;
	f.key = "mark_recipe_hash";
	f.klen = (uint32_t)strlen(f.key);
	return mk_rec_copy(rec, &f, e);
}

/* The part of the time that this part took: by the time model, of what was measured. */
static double
share_ms(const struct burning *b, const struct part *p)
{
	double all = 0;
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->part[i].burns)
			all += mk_job_ms(&b->part[i].job, &b->timing);
	return all > 0 ? b->burn.ms * mk_job_ms(&p->job, &b->timing) / all : b->burn.ms;
}

/* The mark event: what happened, when, on what. */
static int
describe(struct cmd *c, struct burning *b, struct part *p, const char *result, const char *reason)
{
	const char *device = mk_laser_name(b->laser);
	bool text = mk_laser_is_text(b->laser), alone = b->all.n == 0;
	struct mk_rec *rec = &p->rec;
	struct mk_err *e = &c->err;
	size_t ops = b->burn.ops > p->first ? b->burn.ops - p->first : 0;

	if (mk_step_stamp(rec, "mark", &c->conf, &p->begun, result, reason, e) == -1 ||
	    mk_rec_set(rec, "mark_device", device, strlen(device), e) == -1 ||
	    mk_rec_setf(rec, e, "mark_attempt", "%u", p->attempt) == -1 ||
	    (b->remark != NULL && p->attempt > 1 &&
	    mk_rec_set(rec, "mark_remark", b->remark, strlen(b->remark), e) == -1))
		return -1;
	if (strcmp(result, "refused") == 0)
		return 0;
	if (!text && describe_job(rec, p, e) == -1)
		return -1;
	if (strcmp(result, "ok") != 0)
		return text ? 0 : mk_rec_setf(rec, e, "mark_ops", "%zu",
			ops < p->end - p->first ? ops : p->end - p->first);
	/* of a tray that did not come to its end nothing was measured */
	if (b->burn.end == MK_BURN_DONE && mk_rec_setf(rec, e, "mark_ms", "%.1f",
	    alone ? b->burn.ms : share_ms(b, p)) == -1)
		return -1;
	if (b->burn.ack[0] != '\0' && mk_rec_setf(rec, e, "mark_ack", "%s", b->burn.ack) == -1)
		return -1;
	return b->burn.image[0] == '\0' ? 0
		: mk_rec_set(rec, "mark_image", b->burn.image, strlen(b->burn.image), e);
}

/* Commit how a part ended. */
static int
finish(struct cmd *c, struct burning *b, struct part *p, const char *result, const char *reason)
{
	if (strcmp(result, "ok") != 0)
		cmd_status(c, CMD_FAILED);
	if (describe(c, b, p, result, reason) == -1)
		return -1;
	return b->store == NULL ? 0
		: mk_store_mark_end(b->store, mk_laser_name(b->laser), &p->rec, &c->err);
}

/* ---- begin, beam, end ---- */

/* Commit the begin of each; those that may not be begun are refused. */
static int
begin(struct cmd *c, struct burning *b)
{
	struct mk_mark m = { NULL, 1 };
	char why[128];
	size_t i;
	int r;

	for (i = 0; i < b->n; i++) {
		struct part *p = &b->part[i];

		if (!p->burns)
			continue;
		if (mk_time_now(&p->begun, &c->err) == -1)
			return -1;
		mk_rec_del(&p->rec, "job");
		mk_step_drop(&p->rec, "mark");
		r = b->store == NULL ? 1 : mk_store_mark_begin(b->store, mk_laser_name(b->laser),
			&p->rec, &p->begun, b->remark, &m, &c->err);
		if (r == -1)
			return -1;
		p->attempt = m.attempt;
		(void)snprintf(why, sizeof why, "its mark was begun before (%s): a part is marked "
			"once for each op", m.state == NULL ? "" : m.state);
		if (r == 0 && (strcmp(m.state, "void") == 0
		    ? refuse(c, b, p, "void", "it was made void (mk-serial void)")
		    : refuse(c, b, p, "begun", why)) == -1)
			return -1;
	}
	return 0;
}

/* Those to be burnt as one record: its line in b->line. 1; 0 if there is none; -1. */
static int
join(struct cmd *c, struct burning *b)
{
	struct mk_rec rec = {0};
	struct mk_buf text = {0};
	const struct mk_field *tray;
	struct part *only = NULL;
	size_t i, k, n = 0;
	int r = 0;

	b->all.n = 0;
	for (i = 0; i < b->n; i++)
		if (b->part[i].burns) {
			only = &b->part[i];
			n++;
		}
	b->line.n = 0;
	if (n <= 1) {
		if (only == NULL)
			return 0;
		only->first = 0;
		only->end = only->job.n;
		return mk_buf_add(&b->line, only->line.p, only->line.n, &c->err) == -1 ? -1 : 1;
	}
	for (i = 0; i < b->n && r == 0; i++) {
		struct part *p = &b->part[i];

		p->first = b->all.n;
		for (k = 0; p->burns && k < p->job.n && r == 0; k++)
			r = mk_job_add(&b->all, &p->job.op[k], &c->err);
		p->end = b->all.n;
	}
	tray = mk_rec_get(&only->rec, "tray");
	if (r == 0 && (mk_job_write(&b->all, &text, &c->err) == -1 ||
	    mk_rec_setf(&rec, &c->err, "id", "tray-%.*s", tray == NULL ? 0 : (int)tray->vlen,
	    tray == NULL ? "" : tray->val) == -1 ||
	    mk_rec_set(&rec, "job", text.p, text.n, &c->err) == -1 ||
	    mk_rec_line(&rec, &b->line, &c->err) == -1))
		r = -1;
	mk_rec_clear(&rec);
	mk_buf_clear(&text);
	return r == -1 ? -1 : 1;
}

static bool
look(void *arg)
{
	return interlock_well(arg);
}

/* The beam, and what is known of each part after it. */
static int
beam(struct cmd *c, struct burning *b, const sigset_t *mask)
{
	const struct mk_laser_watch w = { .mask = mask, .stop = &burning_caught,
		.timeout_ms = b->timeout_ms, .period_ms = b->lock.n > 0 ? INTERLOCK_MS : 0,
		.look = look, .arg = &b->lock };
	const char *reason = NULL;
	size_t i;

	(void)mk_laser_burn(b->laser, b->line.p, b->line.n, &w, &b->burn, &b->down);
	if (b->burn.end == MK_BURN_STOPPED)
		reason = "interrupted";
	else if (b->burn.end == MK_BURN_WATCHED ||
	    (b->burn.end == MK_BURN_DONE && !interlock_well(&b->lock)))
		reason = "estop";
	else if (b->burn.end != MK_BURN_DONE)
		reason = b->burn.end == MK_BURN_TIMEOUT ? "timeout" : "device";
	if (reason != NULL && strcmp(reason, "estop") == 0) {
		if (interlock_set(&b->lock, mk_laser_name(b->laser), &c->err) == -1)
			return -1;
		mk_err(&b->down, MK_EDEV, "%s: stopped, %s is low: look at the machine and at the "
			"part, then start with --reset", mk_laser_name(b->laser), b->lock.dropped);
	}
	for (i = 0; i < b->n; i++) {
		struct part *p = &b->part[i];
		int r = 0;

		if (!p->burns)
			continue;
		/* of several, one may be finished, and another not yet begun */
		if (reason == NULL || (b->all.n > 0 && b->burn.end != MK_BURN_DONE &&
		    p->end <= b->burn.done))
			r = finish(c, b, p, "ok", NULL);
		else if (b->all.n > 0 && b->burn.end != MK_BURN_DONE && p->first >= b->burn.ops)
			r = finish(c, b, p, "refused", reason);
		else
			r = finish(c, b, p, b->burn.dark ? "fail" : "unknown", reason);
		if (r == -1)
			return -1;
	}
	return 0;
}

/* Between the begin and the end no signal gets through but to stop the beam. */
static int
mark(struct cmd *c, struct burning *b)
{
	char why[200];
	struct watch w;
	size_t i;
	int r;

	watch_begin(&w);
	r = begin(c, b);
	if (r == 0)
		r = join(c, b);
	if (r == 1 && !interlock_well(&b->lock)) {
		/* it dropped since: what was begun is closed again, and was not marked */
		(void)snprintf(why, sizeof why, "%s is low", b->lock.dropped);
		for (i = 0; i < b->n && r != -1; i++)
			if (b->part[i].burns) {
				tell(c, &b->part[i].rec, why);
				r = finish(c, b, &b->part[i], "refused", "interlock");
			}
	} else if (r == 1)
		r = beam(c, b, &w.before);
	watch_end(&w);
	if (r != -1 && burning_caught != 0)
		mk_err(&b->down, MK_EDEV, "stopped by signal %d", (int)burning_caught);
	return r == -1 ? -1 : 0;
}

/* All but the light. */
static int
dry(struct cmd *c, struct burning *b)
{
	struct mk_mark m;
	char why[128];
	size_t i;

	for (i = 0; i < b->n; i++) {
		struct part *p = &b->part[i];
		int r;

		if (!p->burns)
			continue;
		r = b->store == NULL ? 1 : mk_store_mark_ask(b->store, &p->rec, b->remark, &m, &c->err);
		if (r == -1)
			return -1;
		if (r == 0) {
			(void)snprintf(why, sizeof why, "its mark was begun before (%s)", m.state);
			if (refuse(c, b, p, strcmp(m.state, "void") == 0 ? "void" : "begun", why) == -1)
				return -1;
			continue;
		}
		b->burn.ms = mk_job_ms(&p->job, &b->timing);
		if (mk_rec_setf(&p->rec, &c->err, "mark_dry", "ok") == -1 ||
		    (!mk_laser_is_text(b->laser) &&
		    mk_rec_setf(&p->rec, &c->err, "mark_ms", "%.1f", b->burn.ms) == -1))
			return -1;
	}
	return 0;
}

/* After a failure, with --on-fail continue: the driver's process anew. It must not know
 * the store. */
static int
again(struct cmd *c, struct burning *b)
{
	bool had = b->store != NULL;

	cmd_warn(c, "%s", b->down.msg);
	mk_store_close(b->store);
	b->store = NULL;
	memset(&b->down, 0, sizeof b->down);
	if (mk_laser_again(b->laser, &c->err) == -1)
		return -1;
	return had ? burning_store(c, b) : 0;
}

static int
put_all(struct cmd *c, struct burning *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (cmd_put(c, &b->part[i].rec) == -1)
			return -1;
	b->n = 0;
	return cmd_flush(c);
}

int
parts_burn(struct cmd *c, struct burning *b)
{
	bool any = false, ready = true, failed;
	char why[200];
	size_t i;
	int r = 0;

	for (i = 0; i < b->n; i++)
		any = any || b->part[i].burns;
	memset(&b->burn, 0, sizeof b->burn);
	if (any && mk_laser_ready(b->laser, &b->down) == -1) {
		ready = false;
		r = refuse_all(c, b, "device", b->down.msg);
	} else if (any && !interlock_well(&b->lock)) {
		ready = false;
		(void)snprintf(why, sizeof why, "%s is low", b->lock.dropped);
		r = refuse_all(c, b, "interlock", why);
	}
	if (r == 0 && any && ready)
		r = b->dry ? dry(c, b) : mark(c, b);
	if (r == -1 || put_all(c, b) == -1) {
		b->n = 0;	/* never again */
		return -1;
	}
	failed = b->burn.end == MK_BURN_FAILED || b->burn.end == MK_BURN_TIMEOUT || !ready;
	if (b->down.code == 0)
		return 0;
	if (b->go_on && failed && burning_caught == 0)
		return again(c, b);
	c->err = b->down;
	return -1;
}
