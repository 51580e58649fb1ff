#include "laser/laser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "laser/driver.h"
#include "laser/holder.h"
#include "laser/worker.h"
#include "port/port.h"

#define SETTINGS_MAX 32

static const struct mk_driver *const drivers[] = {
	&mk_driver_sim, &mk_driver_grbl, &mk_driver_lmc, &mk_driver_text,
	&mk_driver_gcode, &mk_driver_svg
};

struct mk_laser {
	const struct mk_driver *drv;
	void *dev;
	struct mk_worker *worker;
	char *name;		/* as it was given, for messages */
	struct mk_buf key;	/* kind and canonical place */
	struct mk_arena arena;
};

/* Take KEY=VALUE&KEY=VALUE... apart, in place. */
static int
settings(char *text, struct mk_setting *set, size_t *n, struct mk_err *e)
{
	char *p, *next, *val;
	size_t i;

	for (p = text, *n = 0; p != NULL; p = next) {
		if ((next = strchr(p, '&')) != NULL)
			*next++ = '\0';
		val = strchr(p, '=');
		if (val == NULL || val == p)
			return mk_err(e, MK_EUSAGE, "'%s': a setting is KEY=VALUE", p);
		*val++ = '\0';
		if (*n == SETTINGS_MAX)
			return mk_err(e, MK_EUSAGE, "more than %d settings", SETTINGS_MAX);
		for (i = 0; i < *n; i++)
			if (strcmp(set[i].key, p) == 0)
				return mk_err(e, MK_EUSAGE, "%s was given twice", p);
		set[*n].key = p;
		set[(*n)++].val = val;
	}
	return 0;
}

static int
unknown(const char *arg, struct mk_err *e)
{
	struct mk_buf kinds = {0};
	size_t i;

	for (i = 0; i < sizeof drivers / sizeof *drivers; i++)
		if (mk_buf_addf(&kinds, e, "%s%s:", i == 0 ? "" : ", ", drivers[i]->kind) == -1)
			goto out;
	if (mk_buf_str(&kinds, e) != NULL)
		mk_err(e, MK_EUSAGE, "device '%s': no such kind of device: there is %s",
			arg, kinds.p);
out:
	mk_buf_clear(&kinds);
	return -1;
}

/* Find the driver and open its port. */
static int
open_port(struct mk_laser *l, const char *text, const struct mk_conf *conf, struct mk_err *e)
{
	struct mk_setting set[SETTINGS_MAX];
	struct mk_laser_arg arg = { .set = set, .conf = conf };
	char *rest, *colon = strchr(l->name, ':');
	size_t i;

	for (i = 0; colon != NULL && i < sizeof drivers / sizeof *drivers; i++)
		if (strlen(drivers[i]->kind) == (size_t)(colon - l->name) &&
		    strncmp(drivers[i]->kind, text, strlen(drivers[i]->kind)) == 0)
			l->drv = drivers[i];
	if (l->drv == NULL)
		return unknown(text, e);
	if ((rest = strchr(l->name, '?')) != NULL)
		*rest++ = '\0';
	arg.name = l->name;
	arg.place = colon + 1;
	if (*arg.place == '\0')
		return mk_err(e, MK_EUSAGE, "device '%s': the place is missing: %s:PLACE",
			text, l->drv->kind);
	if (settings(rest, set, &arg.nset, e) == -1)
		return mk_err_at(e, "device '%s'", text);
	if (l->drv->open(&l->dev, &arg, e) == -1 ||
	    mk_buf_addf(&l->key, e, "%s:", l->drv->kind) == -1 ||
	    l->drv->place(l->dev, &l->key, e) == -1 || mk_buf_str(&l->key, e) == NULL)
		return -1;
	return 0;
}

/* 1: the lock is ours; 0: another process has it; -1. */
static int
lock(struct mk_laser *l, struct mk_err *e)
{
	struct stat st;

	if (flock(l->drv->lockfd(l->dev), LOCK_EX | LOCK_NB) == 0) {
		/* a file that was removed meanwhile keeps nobody else out */
		if (fstat(l->drv->lockfd(l->dev), &st) == 0 && st.st_nlink == 0)
			return mk_err(e, MK_EDEV, "%s: another mk-laser has just let it go: try again",
				l->name);
		return 1;
	}
	return errno == EWOULDBLOCK ? 0 : mk_err_sys(e, MK_EDEV, "%s: cannot lock the device",
		l->name);
}

/* The port opened, and no lock yet. */
static int
begin(struct mk_laser **out, const char *arg, const struct mk_conf *conf, struct mk_err *e)
{
	struct mk_laser *l = calloc(1, sizeof *l);

	if (l == NULL)
		return mk_err_nomem(e);
	l->name = mk_arena_dup(&l->arena, arg, strlen(arg), e);
	if (l->name == NULL || open_port(l, arg, conf, e) == -1) {
		mk_laser_close(l);
		return -1;
	}
	*out = l;
	return 0;
}

/* The port opened and locked, the beam off. */
static int
begin_locked(struct mk_laser **out, const char *arg, const struct mk_conf *conf,
	struct mk_err *e)
{
	struct mk_laser *l;
	int r;

	if (begin(&l, arg, conf, e) == -1)
		return -1;
	if ((r = lock(l, e)) == 1) {
		l->drv->off(l->dev);
		*out = l;
		return 0;
	}
	if (r == 0)
		mk_holder_err(l->drv->lockfd(l->dev), l->name, e);
	mk_laser_close(l);
	return -1;
}

int
mk_laser_open(struct mk_laser **out, const char *arg, const struct mk_conf *conf,
	struct mk_err *e)
{
	struct mk_laser *l;

	if (begin_locked(&l, arg, conf, e) == -1)
		return -1;
	if ((l->drv->start != NULL && l->drv->start(l->dev, e) == -1) ||
	    mk_worker_start(&l->worker, l->drv, l->dev, l->name, e) == -1) {
		mk_laser_close(l);
		return -1;
	}
	*out = l;
	return 0;
}

/* ---- devices without parts ---- */

static int
say(const struct mk_laser *l, const char *state, struct mk_rec *out, struct mk_err *e)
{
	return mk_rec_set(out, "device", l->key.p, strlen(l->key.p), e) == -1 ? -1
		: mk_rec_set(out, "state", state, strlen(state), e);
}

int
mk_laser_test(const char *arg, const struct mk_conf *conf, struct mk_rec *out,
	struct mk_err *e)
{
	struct mk_laser *l;
	struct mk_job_limits lim;
	int r;

	if (begin_locked(&l, arg, conf, e) == -1)
		return -1;
	r = say(l, "ok", out, e);
	if (r == 0 && l->drv->start != NULL)
		r = l->drv->start(l->dev, e);
	if (r == 0 && !l->drv->text) {
		l->drv->limits(l->dev, &lim);
		r = mk_rec_setf(out, e, "field", "%gx%g", lim.w / 1000.0, lim.h / 1000.0);
	}
	if (r == 0 && l->drv->test != NULL)
		r = l->drv->test(l->dev, out, e);
	mk_laser_close(l);
	return r;
}

int
mk_laser_red(const char *arg, const struct mk_conf *conf, const struct mk_job *job,
	int64_t ms, const volatile sig_atomic_t *stop, struct mk_err *e)
{
	struct mk_laser *l;
	struct mk_job_limits lim;
	struct mk_job_stats s;
	int r;

	mk_job_stats(job, &s);
	if (s.vectors == 0)
		return mk_err(e, MK_EDATA, "job: it marks nothing");
	if (begin_locked(&l, arg, conf, e) == -1)
		return -1;
	l->drv->limits(l->dev, &lim);
	if (l->drv->red == NULL)
		r = mk_err(e, MK_EUSAGE, "%s: this device has no red dot", l->name);
	else if ((r = mk_job_check(job, &lim, e)) == 0 &&
	    (l->drv->start == NULL || (r = l->drv->start(l->dev, e)) == 0))
		r = l->drv->red(l->dev, (const int32_t [4]){ s.mx0, s.my0, s.mx1, s.my1 },
			ms == 0 ? MK_FOREVER : mk_port_now() + ms, stop, e);
	mk_laser_close(l);
	return r;
}

int
mk_laser_stop(const char *arg, const struct mk_conf *conf, struct mk_rec *out,
	struct mk_err *e)
{
	struct mk_laser *l;
	long pid = 0;
	int r;

	if (begin(&l, arg, conf, e) == -1)
		return -1;
	r = lock(l, e);
	if (r == 0) {
		r = mk_holder_end(l->drv->lockfd(l->dev), l->name, &pid, e) == -1 ? -1 : 1;
		if (r == 1 && l->drv->join != NULL && l->drv->join(l->dev, e) == -1)
			r = mk_err_at(e, "process %ld was ended, its beam off, but now", pid);
	}
	if (r == 1) {
		l->drv->off(l->dev);
		r = say(l, "stopped", out, e);
		if (r == 0 && pid != 0)
			r = mk_rec_setf(out, e, "ended", "%ld", pid);
	}
	mk_laser_close(l);
	return r;
}

void
mk_laser_close(struct mk_laser *l)
{
	if (l == NULL)
		return;
	mk_worker_end(l->worker);
	if (l->dev != NULL)
		l->drv->close(l->dev);
	mk_buf_clear(&l->key);
	mk_arena_clear(&l->arena);
	free(l);
}

const char *
mk_laser_name(const struct mk_laser *l)
{
	return l->key.p;
}

void
mk_laser_limits(const struct mk_laser *l, struct mk_job_limits *lim)
{
	l->drv->limits(l->dev, lim);
}

bool
mk_laser_is_text(const struct mk_laser *l)
{
	return l->drv->text;
}

int
mk_laser_accept(struct mk_laser *l, const struct mk_rec *rec, struct mk_err *e)
{
	return l->drv->accept == NULL ? 0 : l->drv->accept(l->dev, rec, e);
}

int
mk_laser_ready(struct mk_laser *l, struct mk_err *e)
{
	return mk_worker_ready(l->worker, e);
}

int
mk_laser_burn(struct mk_laser *l, const char *line, size_t n, const struct mk_laser_watch *w,
	struct mk_burn *b, struct mk_err *e)
{
	return mk_worker_run(l->worker, line, n, w, b, e);
}

int
mk_laser_again(struct mk_laser *l, struct mk_err *e)
{
	l->drv->off(l->dev);
	if (l->drv->start != NULL && l->drv->start(l->dev, e) == -1)
		return -1;
	return mk_worker_again(l->worker, e);
}
