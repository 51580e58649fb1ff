/* GRBL 1.1 and grblHAL, over a serial line or TCP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "job/gcode.h"
#include "laser/driver.h"
#include "laser/grblask.h"

#define CONNECT_MS 5000
#define SETTINGS_MS 3000
#define CHECK_MS 700
#define HOME_MS 120000
#define BANNER_MS 1500
#define STEPPER_BLOCKS 16	/* more than a stepper takes ahead (6 to 10 segments) */
#define TRIES 3			/* of a start that was cut by a reset */
#define WINDOW_MAX 8192
#define WINDOW_MIN 32		/* the longest line of ours */

struct grbl {
	const char *name;
	struct mk_port *port;
	int lockfd;
	struct mk_grbl_io io;
	struct mk_grbl_facts facts;
	bool has_origin, home, check;
	bool greeted;		/* its banner came */
	bool touched;		/* something was sent to it */
	int64_t x0, y0;		/* µm: where the field's centre is in the work coordinates */
	int64_t w, h;		/* µm, of mk.conf; 0: all of the travel */
	struct mk_job_limits lim;
};

/* ---- the argument ---- */

static int
pair(const char *v, int64_t min, int64_t *a, int64_t *b, struct mk_err *e)
{
	const char *s = strchr(v, ',');
	const int64_t max = 2 * MK_JOB_XY_MAX;

	if (s == NULL)
		return mk_err(e, MK_EUSAGE, "'%s' is not X,Y in mm", v);
	return mk_num_fix(v, (size_t)(s - v), 3, min, max, a, e) == -1 ? -1
		: mk_num_fix(s + 1, strlen(s + 1), 3, min, max, b, e);
}

static int
yes_no(const char *v, bool *to, struct mk_err *e)
{
	*to = strcmp(v, "yes") == 0;
	return *to || strcmp(v, "no") == 0 ? 0 : mk_err(e, MK_EUSAGE, "'%s' is not yes or no", v);
}

static int
set_one(struct grbl *g, struct mk_port_conf *port, const struct mk_setting *s, struct mk_err *e)
{
	int r;

	if (strcmp(s->key, "origin") == 0) {
		g->has_origin = true;
		return pair(s->val, -2 * MK_JOB_XY_MAX, &g->x0, &g->y0, e);
	}
	if (strcmp(s->key, "home") == 0)
		return yes_no(s->val, &g->home, e);
	if (strcmp(s->key, "check") == 0)
		return yes_no(s->val, &g->check, e);
	r = mk_port_setting(port, s->key, s->val, e);
	return r == 1 ? 0 : r == -1 ? -1 : mk_err(e, MK_EUSAGE, "no such setting: there is origin, "
		"home, check, " MK_PORT_KEYS);
}

/* A pair of the device's line in mk.conf: 1 there, 0 not, -1. */
static int
from_conf(const struct mk_conf *conf, const char *key, int64_t min, int64_t *a, int64_t *b,
	struct mk_err *e)
{
	const struct mk_device *d = mk_conf_device(conf, "grbl");
	const char *v = mk_device_get(d, key);

	if (v == NULL || pair(v, min, a, b, e) == 0)
		return v != NULL;
	e->code = MK_ECONF;
	return mk_err_at(e, "%s:%ld: device grbl: %s=%s", conf->path, d->line, key, v);
}

static int
settings(struct grbl *g, const struct mk_laser_arg *arg, struct mk_port_conf *port,
	struct mk_err *e)
{
	int origin;
	size_t i;

	if (from_conf(arg->conf, "field", 1, &g->w, &g->h, e) == -1 ||
	    (origin = from_conf(arg->conf, "origin", -2 * MK_JOB_XY_MAX, &g->x0, &g->y0, e)) == -1)
		return -1;
	g->has_origin = origin == 1;
	for (i = 0; i < arg->nset; i++)
		if (set_one(g, port, &arg->set[i], e) == -1) {
			e->code = MK_EUSAGE;
			return mk_err_at(e, "device %s: %s=%s", arg->name, arg->set[i].key,
				arg->set[i].val);
		}
	return 0;
}

static void
grbl_close(void *dev)
{
	struct grbl *g = dev;

	if (g == NULL)
		return;
	mk_grbl_io_clear(&g->io);
	if (g->touched)
		mk_grbl_leave(g->port);
	mk_port_close(g->port);
	free(g);
}

static int
grbl_open(void **dev, const struct mk_laser_arg *arg, struct mk_err *e)
{
	const struct mk_wait w = { .until = mk_port_now() + CONNECT_MS };
	struct mk_port_conf port = { .baud = 115200, .lock = true };
	struct grbl *g = calloc(1, sizeof *g);

	if (g == NULL)
		return mk_err_nomem(e);
	g->name = arg->name;
	if (settings(g, arg, &port, e) == -1)
		goto fail;
	if (mk_port_open(&g->port, arg->place, &port, &w, e) == -1) {
		if (e->code == MK_EUSAGE)
			mk_err_at(e, "device %s", g->name);
		goto fail;
	}
	if ((g->lockfd = mk_port_lockfd(g->port, e)) == -1)
		goto fail;
	g->io.port = g->port;
	*dev = g;
	return 0;
fail:
	grbl_close(g);
	return -1;
}

static int
grbl_place(const void *dev, struct mk_buf *out, struct mk_err *e)
{
	return mk_port_place(((const struct grbl *)dev)->port, out, e);
}

static int
grbl_lockfd(const void *dev)
{
	return ((const struct grbl *)dev)->lockfd;
}

static int
grbl_join(void *dev, struct mk_err *e)
{
	const struct mk_wait w = { .until = mk_port_now() + CONNECT_MS };

	return mk_port_join(((struct grbl *)dev)->port, &w, e);
}

static void
grbl_limits(const void *dev, struct mk_job_limits *lim)
{
	*lim = ((const struct grbl *)dev)->lim;
}

static void
grbl_off(void *dev)
{
	struct grbl *g = dev;

	g->touched = true;
	mk_grbl_abort(g->port);
}

/* ---- the start: what it is, and whether it is set up for this ---- */

/* Whether it is set up for a laser, and what jobs it can do. */
static int
fit(struct grbl *g, struct mk_err *e)
{
	const struct mk_grbl_facts *f = &g->facts;
	int64_t x = (int64_t)(f->x_max * 1000), y = (int64_t)(f->y_max * 1000), w, h;
	double rate = f->x_rate < f->y_rate ? f->x_rate : f->y_rate;

	if (mk_grbl_missing(f, e) == -1)
		return -1;
	if (f->laser != 1)
		return mk_err(e, MK_ECONF, "laser mode is off: set $32=1, or its beam would stay on "
			"between strokes");
	if (f->s_max < 1 || f->s_min > f->s_max)
		return mk_err(e, MK_ECONF, "$30=%g and $31=%g: the S of full power and of the least", f->s_max,
			f->s_min);
	if (rate < 60)
		return mk_err(e, MK_ECONF, "$110=%g and $111=%g mm/min: under 1 mm/s no job can be marked",
			f->x_rate, f->y_rate);
	if (!g->has_origin) {
		g->x0 = x / 2;
		g->y0 = y / 2;
	}
	/* the largest field around the origin that the travel holds */
	w = 2 * (g->x0 < x - g->x0 ? g->x0 : x - g->x0);
	h = 2 * (g->y0 < y - g->y0 ? g->y0 : y - g->y0);
	if (g->w != 0 && (g->w < w || g->h < h)) {
		w = g->w < w ? g->w : w;
		h = g->h < h ? g->h : h;
	}
	if (w < 1 || h < 1)
		return mk_err(e, MK_ECONF, "origin=%g,%g is not inside the travel of $130=%g by $131=%g mm",
			(double)g->x0 / 1000, (double)g->y0 / 1000, f->x_max, f->y_max);
	if (w > 2 * MK_JOB_XY_MAX || h > 2 * MK_JOB_XY_MAX)
		return mk_err(e, MK_ECONF, "$130=%g by $131=%g mm is no field", f->x_max, f->y_max);
	g->lim = (struct mk_job_limits){ .w = (int32_t)w, .h = (int32_t)h, .no_dots = 1,
		.speed_max = (uint32_t)(rate / 60),
		.power_min = (uint32_t)((f->s_min * 1000 + f->s_max - 1) / f->s_max) };
	return 0;
}

/* The window: what it has, less one, and no more than it says is free when idle. */
static int
measure(struct grbl *g, struct mk_err *e)
{
	unsigned long n = g->facts.rx < 2 ? 0 : g->facts.rx - 1;

	if (g->io.rx_free > 0 && g->io.rx_free < n)
		n = g->io.rx_free;
	if (n > WINDOW_MAX)
		n = WINDOW_MAX;
	if (n < WINDOW_MIN)
		return mk_err(e, MK_EDEV, "its buffer of %lu bytes is too small: %d are needed", n,
			WINDOW_MIN);
	g->io.window = n;
	return 0;
}

/* 1 done, 2 it was reset meanwhile, -1. */
static int
inquire(struct grbl *g, struct mk_err *e)
{
	int r;

	if (mk_grbl_greet(&g->io, &g->facts, e) == -1)
		return -1;
	if (g->home) {
		if ((r = mk_grbl_ask(&g->io, &g->facts, "$H\n", HOME_MS, e)) != 1)
			return r == 0 ? mk_err(e, MK_EDEV, "homing ($H) does not end: see to the machine") : r;
		if (strcmp(g->io.line, "ok") != 0)
			return mk_err(e, MK_EDEV, "it does not home ($H): %s: is it set up for that ($22)?",
				g->io.line);
	}
	r = mk_grbl_ask(&g->io, &g->facts, "$$\n", SETTINGS_MS, e);
	if (r != 1)
		return r == 0 ? mk_err(e, MK_EDEV, "it does not tell its settings ($$): is the "
			"cable good, and the baud rate right?") : r;
	if (mk_grbl_hear_out(&g->io, &g->facts, e) == -1)
		return -1;
	g->io.rx_free = 0;
	g->greeted = g->greeted || g->io.was_reset;
	g->io.was_reset = false;
	if (mk_grbl_idle(&g->io, e) == -1)
		return g->io.was_reset ? 2 : -1;
	return fit(g, e) == -1 || measure(g, e) == -1 ? -1 : 1;
}

/* It was reset to turn its beam off: its banner, if it has one, must not come in the
 * middle of a job, where it says that something else reset it. */
static int
await_banner(struct grbl *g, int64_t until, struct mk_err *e)
{
	while (!g->greeted) {
		enum mk_grbl_answer a = mk_grbl_hear(&g->io, until, e);

		if (a == MK_GRBL_GONE)
			return -1;
		if (a == MK_GRBL_NOTHING)
			break;
		g->greeted = a == MK_GRBL_RESET;
	}
	return mk_grbl_idle(&g->io, e) == -1 ? -1 : 1;
}

static int
grbl_start(void *dev, struct mk_err *e)
{
	struct grbl *g = dev;
	int64_t banner = mk_port_now() + BANNER_MS;
	int r = 2, tries;

	for (tries = 0; r == 2 && tries < TRIES; tries++) {
		g->io.was_reset = false;
		r = inquire(g, e);
		g->greeted = g->greeted || g->io.was_reset;
	}
	if (r == 1)
		r = await_banner(g, banner, e);
	if (r == 2)
		mk_err(e, MK_EDEV, "the controller keeps being reset: look at its supply and its cable");
	return r == 1 ? 0 : mk_err_at(e, "%s", g->name);
}

static int
grbl_test(void *dev, struct mk_rec *out, struct mk_err *e)
{
	const struct grbl *g = dev;
	const struct mk_grbl_facts *f = &g->facts;

	return mk_rec_set(out, "version", f->version, strlen(f->version), e) == -1 ||
		mk_rec_set(out, "options", f->options, strlen(f->options), e) == -1 ||
		mk_rec_setf(out, e, "window", "%zu", g->io.window) == -1 ||
		mk_rec_setf(out, e, "s_max", "%g", f->s_max) == -1 ||
		mk_rec_setf(out, e, "speed_max", "%lu", (unsigned long)g->lim.speed_max) == -1
		? -1 : 0;
}

/* ---- burning ---- */

/* Send each line of b, at once or each by itself. */
static int
lines(struct grbl *g, struct mk_buf *b, bool alone, struct mk_err *e)
{
	size_t i, n;

	mk_grbl_compact(b);
	for (i = 0; i < b->n; i += n) {
		n = (size_t)((const char *)memchr(b->p + i, '\n', b->n - i) - (b->p + i)) + 1;
		if (alone && mk_grbl_settle(&g->io, e) == -1)
			return -1;
		if (mk_grbl_send(&g->io, b->p + i, n, e) == -1)
			return -1;
	}
	return alone ? mk_grbl_settle(&g->io, e) : 0;
}

/* After n ops were sent: ok is "planned", so those that were answered are finished but
 * for what it plans ahead, and what its stepper has taken over. */
static void
tell_done(const struct grbl *g, const struct mk_laser_task *t, size_t n)
{
	size_t open = g->io.npending + g->facts.blocks + STEPPER_BLOCKS;

	if (g->facts.blocks > 0 && n > open)
		atomic_store(t->done, (unsigned)(n - open));
}

static int
ops(struct grbl *g, const struct mk_laser_task *t, struct mk_buf *b, bool tell, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < t->job->n; i++) {
		struct mk_op op = t->job->op[i];

		if (op.kind == 'M' || op.kind == 'L') {
			op.u.to.x += (int32_t)g->x0;
			op.u.to.y += (int32_t)g->y0;
		}
		b->n = 0;
		if (mk_gcode_op(&op, g->facts.s_max, b, e) == -1)
			return -1;
		if (tell)
			atomic_store(t->ops, (unsigned)(i + 1));
		if (lines(g, b, false, e) == -1)
			return -1;
		if (tell)
			tell_done(g, t, i + 1);
	}
	return 0;
}

/* The whole job, to its stand. */
static int
run(struct grbl *g, const struct mk_laser_task *t, struct mk_buf *b, bool tell,
	struct mk_err *e)
{
	b->n = 0;
	if (mk_gcode_begin(b, e) == -1 || mk_buf_adds(b, "G54\nG17\n", e) == -1 ||
	    lines(g, b, true, e) == -1 || ops(g, t, b, tell, e) == -1)
		return -1;
	b->n = 0;
	/* ok is "planned"; the dwell's ok is "all before is done" */
	return mk_gcode_end(b, e) == -1 || mk_buf_adds(b, "G4 P0.01\n", e) == -1 ? -1
		: lines(g, b, true, e);
}

/* The job without light or motion: the controller looks at every line. */
static int
rehearse(struct grbl *g, const struct mk_laser_task *t, struct mk_buf *b, struct mk_err *e)
{
	static const char toggle[] = "$C\n";
	int r;

	if (mk_grbl_line(&g->io, toggle, e) == -1 || run(g, t, b, false, e) == -1)
		return mk_err_at(e, "check ($C)");
	/* leaving the check mode resets it */
	g->greeted = g->io.was_reset = false;
	r = mk_grbl_ask(&g->io, &g->facts, toggle, CHECK_MS, e);
	if (r == -1 || mk_grbl_hear_out(&g->io, &g->facts, e) == -1)
		return -1;
	g->greeted = g->io.was_reset;
	return await_banner(g, mk_port_now() + BANNER_MS, e) == -1 ? -1 : 0;
}

/* What came while nobody listened; after a reset it is asked again what it is. */
static int
wake(struct grbl *g, struct mk_err *e)
{
	enum mk_grbl_answer a;

	while ((a = mk_grbl_hear(&g->io, 0, e)) != MK_GRBL_NOTHING) {
		if (a == MK_GRBL_GONE)
			return mk_err_at(e, "%s", g->name);
		if (a == MK_GRBL_RESET && grbl_start(g, e) == -1)
			return -1;
	}
	return mk_grbl_idle(&g->io, e) == -1 ? mk_err_at(e, "%s", g->name) : 0;
}

static int
grbl_burn(void *dev, const struct mk_laser_task *t, struct mk_burn *b, struct mk_err *e)
{
	/* overrides that somebody set by hand: feed, rapids and power as the job says */
	static const unsigned char plain[] = { 0x90, 0x95, 0x99 };
	struct grbl *g = dev;
	struct mk_buf buf = {0};
	int64_t start;
	int r;
	size_t i;

	b->dark = true;
	if (wake(g, e) == -1)
		return -1;
	for (i = 0; i < sizeof plain; i++)
		if (mk_grbl_now(&g->io, plain[i], e) == -1)
			return mk_err_at(e, "%s", g->name);
	r = g->check ? rehearse(g, t, &buf, e) : 0;
	if (r == 0) {
		start = mk_port_now();
		b->dark = false;
		r = run(g, t, &buf, true, e);
		if (r == 0)
			r = mk_grbl_idle(&g->io, e);
		b->ms = (double)(mk_port_now() - start);
	}
	mk_buf_clear(&buf);
	return r == 0 ? 0 : mk_err_at(e, "%s", g->name);
}

const struct mk_driver mk_driver_grbl = {
	.kind = "grbl", .open = grbl_open, .place = grbl_place, .lockfd = grbl_lockfd,
	.join = grbl_join,
	.limits = grbl_limits, .close = grbl_close, .start = grbl_start, .off = grbl_off,
	.burn = grbl_burn, .test = grbl_test
};
