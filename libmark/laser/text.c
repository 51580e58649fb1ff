/* Markers that hold the template: the text goes there by a profile, is read back and
 * compared, and only then the marker is told to start, once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "laser/driver.h"
#include "port/port.h"
#include "port/profile.h"

#define CONNECT_MS 5000
#define DRAIN_MS 5000

struct text {
	const char *name;
	struct mk_profile *profile;
	struct mk_port *port;
	int lockfd;
	struct mk_talk *talk;
	struct mk_buf stop;	/* what tells the marker to stop; empty: nothing does */
	bool connected;		/* the state connect was done */
};

static void
text_close(void *dev)
{
	struct text *x = dev;

	if (x == NULL)
		return;
	mk_talk_free(x->talk);
	mk_port_close(x->port);
	mk_profile_free(x->profile);
	mk_buf_clear(&x->stop);
	free(x);
}

/* The port: what the argument says, else what the profile says. */
static int
open_port(struct text *x, const struct mk_laser_arg *arg, struct mk_err *e)
{
	struct mk_port_conf conf = *mk_profile_conf(x->profile);
	const char *place = mk_profile_place(x->profile);
	const struct mk_wait w = { .until = mk_port_now() + CONNECT_MS };
	size_t i;

	conf.lock = true;
	for (i = 0; i < arg->nset; i++) {
		const struct mk_setting *s = &arg->set[i];
		int r = 1;

		if (strcmp(s->key, "port") == 0)
			place = s->val;
		else
			r = mk_port_setting(&conf, s->key, s->val, e);
		if (r == 0)
			return mk_err(e, MK_EUSAGE, "device %s: %s=%s: no such setting: there is port, "
				MK_PORT_KEYS, x->name, s->key, s->val);
		if (r == -1)
			return mk_err_at(e, "device %s", x->name);
	}
	if (place == NULL)
		return mk_err(e, MK_EUSAGE, "device %s: which port? Say %s?port=/dev/ttyS0 or "
			"?port=tcp:HOST:PORT", x->name, x->name);
	if (mk_port_open(&x->port, place, &conf, &w, e) == -1)
		return e->code == MK_EUSAGE ? mk_err_at(e, "device %s", x->name) : -1;
	return (x->lockfd = mk_port_lockfd(x->port, e)) == -1 ? -1 : 0;
}

static int
text_open(void **dev, const struct mk_laser_arg *arg, struct mk_err *e)
{
	struct text *x = calloc(1, sizeof *x);

	if (x == NULL)
		return mk_err_nomem(e);
	x->name = arg->name;
	x->lockfd = -1;
	if (mk_profile_load(&x->profile, arg->place, MK_PROFILE_MARKER, e) == -1 ||
	    open_port(x, arg, e) == -1 || mk_talk_new(&x->talk, x->profile, x->port, e) == -1 ||
	    mk_talk_text(x->talk, "stop", &x->stop, e) == -1) {
		text_close(x);
		return -1;
	}
	*dev = x;
	return 0;
}

static int
text_place(const void *dev, struct mk_buf *out, struct mk_err *e)
{
	return mk_port_place(((const struct text *)dev)->port, out, e);
}

static int
text_lockfd(const void *dev)
{
	return ((const struct text *)dev)->lockfd;
}

static int
text_join(void *dev, struct mk_err *e)
{
	const struct mk_wait w = { .until = mk_port_now() + CONNECT_MS };

	return mk_port_join(((struct text *)dev)->port, &w, e);
}

static void
text_limits(const void *dev, struct mk_job_limits *lim)
{
	(void)dev;
	memset(lim, 0, sizeof *lim);
}

static int
text_accept(void *dev, const struct mk_rec *rec, struct mk_err *e)
{
	return mk_talk_fill(((struct text *)dev)->talk, rec, e);
}

static void
text_off(void *dev)
{
	const struct text *x = dev;

	if (x->stop.n > 0)
		mk_port_shout(x->port, x->stop.p, x->stop.n);
}

/* One step of a part: 0, or -1 with the device's name before what went wrong. */
static int
step(struct text *x, const char *state, struct mk_err *e)
{
	switch (mk_talk_do(x->talk, state, NULL, NULL, e)) {
	case MK_ANSWER_OK:
		return 0;
	case MK_ANSWER_NONE:
		return mk_err(e, MK_EDEV, "%s: state %s: the device says that there is nothing",
			x->name, state);
	default:
		return mk_err_at(e, "%s", x->name);
	}
}

/* All that comes before the light. */
static int
prepare(struct text *x, const struct mk_rec *rec, struct mk_err *e)
{
	static const char *const steps[] = { "select", "set", "readback", "ready" };
	size_t i;

	if (mk_talk_fill(x->talk, rec, e) == -1)
		return -1;
	if (!x->connected && step(x, "connect", e) == -1)
		return -1;
	x->connected = true;
	for (i = 0; i < sizeof steps / sizeof *steps; i++)
		if (step(x, steps[i], e) == -1)
			return -1;
	return 0;
}

/* The trigger goes out once; whatever else happens then, the part is in doubt. */
static int
text_burn(void *dev, const struct mk_laser_task *t, struct mk_burn *b, struct mk_err *e)
{
	struct text *x = dev;
	bool tells = mk_profile_has(x->profile, "done");
	int64_t start;
	int r;

	b->dark = true;
	if (prepare(x, t->rec, e) == -1)
		return -1;
	start = mk_port_now();
	mk_talk_watch(x->talk, t->ops);
	r = step(x, "trigger", e);
	mk_talk_watch(x->talk, NULL);
	b->dark = !mk_talk_sent(x->talk);
	if (r == -1)
		return -1;
	if (tells) {
		if (step(x, "done", e) == -1)
			return -1;
	} else {
		const struct mk_wait w = { .until = mk_port_now() + DRAIN_MS };

		if ((r = mk_port_drain(x->port, &w, e)) != 1)
			return r == -1 ? -1 : mk_err(e, MK_EDEV, "%s: the device does not take the text",
				x->name);
	}
	b->ms = (double)(mk_port_now() - start);
	(void)snprintf(b->ack, sizeof b->ack, "%s", tells ? "done" : "sent");
	return 0;
}

const struct mk_driver mk_driver_text = {
	.kind = "text", .text = true, .open = text_open, .place = text_place,
	.lockfd = text_lockfd, .join = text_join, .limits = text_limits, .close = text_close,
	.accept = text_accept, .off = text_off, .burn = text_burn
};
