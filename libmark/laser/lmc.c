/* lmc: the BJJCZ LMCV4 board. The parent opens the board's node, starts it up and
 * lets it go; the child opens it for itself and claims it. When the child is dead
 * the kernel has let its claim go, and the parent claims the board to turn its beam
 * off. */
#include "laser/lmc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "port/control.h"
#include "port/port.h"

#define PLACE_MAX 64
#define BOARDS_MAX 16

struct lmc {
	char name[PLACE_MAX + 8];	/* for messages */
	struct mk_usb_found found;
	struct mk_lmc_conf conf;
	struct mk_lmc_cor *cor;		/* NULL: none */
	struct mk_usb *usb;		/* the parent's, then the child's own */
	struct mk_lmc_list list;
	bool in_child, looked;
	struct mk_control *control;	/* by which others reach the port; NULL: none */
	bool working;			/* a list may be executing */
	uint16_t port;			/* output bits that others set */
	volatile sig_atomic_t stop;
};

static struct mk_lmc_wire
wire_of(struct lmc *d)
{
	return (struct mk_lmc_wire){ .usb = d->usb, .name = d->name, .conf = &d->conf,
		.stop = &d->stop, .port = d->port };
}

/* ---- which board ---- */

struct search {
	const char *want;	/* bus path, or serial number; NULL: any */
	bool is_path;
	struct mk_usb_found found[BOARDS_MAX];
	size_t n;
};

static int
see(void *arg, const struct mk_usb_found *f, struct mk_err *e)
{
	struct search *s = arg;

	(void)e;
	if (s->n < BOARDS_MAX && (!s->is_path || strcmp(f->path, s->want) == 0))
		s->found[s->n++] = *f;
	return 0;
}

/* The board's own number, as hexadecimal digits. */
static int
serial(const struct mk_lmc_wire *w, char out[16], struct mk_err *e)
{
	static const uint16_t none[5];
	uint16_t r[4];
	int k = mk_lmc_command(w, 0x09, none, r, e);

	if (k == 1)
		(void)snprintf(out, 16, "%04x%04x%04x", r[0], r[1], r[2]);
	return k == 1 ? 0 : -1;
}

/* Ask each board for its number; those in use cannot be asked. */
static void
by_serial(struct search *s, struct lmc *d)
{
	struct mk_usb *u;
	struct mk_lmc_wire w = wire_of(d);
	struct mk_err no;
	char is[16];
	size_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		if (mk_usb_open(&u, s->found[i].node, d->name, &no) == -1)
			continue;
		w.usb = u;
		if (mk_usb_begin(u, &no) == 0 && mk_lmc_idle(&w, &no) != -1 &&
		    serial(&w, is, &no) == 0 && strcasecmp(is, s->want) == 0)
			s->found[n++] = s->found[i];
		mk_usb_close(u);
	}
	s->n = n;
}

static int
choose(struct lmc *d, const struct search *s, struct mk_err *e)
{
	char list[160] = "";
	size_t i, at = 0;

	if (s->n == 1) {
		d->found = s->found[0];
		return 0;
	}
	if (s->n == 0)
		return mk_err(e, MK_EDEV, "%s: no such board is plugged in, or it is in use: "
			"mk-laser list shows what is here", d->name);
	for (i = 0; i < s->n && at < sizeof list - PLACE_MAX; i++)
		at += (size_t)snprintf(list + at, sizeof list - at, "%slmc:usb:%s",
			i == 0 ? "" : ", ", s->found[i].path);
	return mk_err(e, MK_EUSAGE, "%s: %zu boards: say which: %s", d->name, s->n, list);
}

static bool
is_path(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n > 0 && s[n] == '-' && s[n + strspn(s + n, "0123456789.-")] == '\0';
}

static int
find(struct lmc *d, const char *place, struct mk_err *e)
{
	struct search s = {0};

	if (strncmp(place, "usb", 3) != 0 || (place[3] != '\0' && (place[3] != ':' || place[4] == '\0')))
		return mk_err(e, MK_EUSAGE, "device %s: the place is usb, usb:BUSPATH or usb:SERIAL",
			d->name);
	s.want = place[3] == '\0' ? NULL : place + 4;
	s.is_path = s.want != NULL && is_path(s.want);
	if (mk_usb_list(MK_LMC_VID, MK_LMC_PID, see, &s, e) == -1)
		return -1;
	if (s.want != NULL && !s.is_path)
		by_serial(&s, d);
	return choose(d, &s, e);
}

/* ---- in the parent ---- */

static void
lmc_close(void *dev)
{
	struct lmc *d = dev;

	if (d == NULL)
		return;
	mk_usb_close(d->usb);
	mk_control_close(d->control);
	mk_lmc_list_clear(&d->list);
	mk_lmc_conf_clear(&d->conf);
	free(d->cor);
	free(d);
}

/* The lens's width is never guessed: marks of a wrong size are worse than none. */
static int
lens(struct lmc *d, struct mk_err *e)
{
	if (d->conf.cor != NULL) {
		if ((d->cor = malloc(sizeof *d->cor)) == NULL)
			return mk_err_nomem(e);
		if (mk_lmc_cor_read(d->cor, d->conf.cor, e) == -1)
			return mk_err_at(e, "device %s", d->name);
		if (d->conf.lens_mm == 0 && d->cor->scale > 0)
			d->conf.lens_mm = 65536 / d->cor->scale;
	}
	if (d->conf.lens_mm == 0)
		return mk_err(e, MK_EUSAGE, "device %s: the lens is not known: say lens=MM, the width "
			"of its field, here or in mk.conf's line 'device lmc'", d->name);
	return 0;
}

static int
lmc_open(void **dev, const struct mk_laser_arg *arg, struct mk_err *e)
{
	struct lmc *d = calloc(1, sizeof *d);

	if (d == NULL)
		return mk_err_nomem(e);
	(void)snprintf(d->name, sizeof d->name, "%s", arg->name);
	if (mk_lmc_conf(&d->conf, arg, e) == -1 || lens(d, e) == -1 ||
	    find(d, arg->place, e) == -1 ||
	    mk_usb_open(&d->usb, d->found.node, d->name, e) == -1) {
		lmc_close(d);
		return -1;
	}
	*dev = d;
	return 0;
}

static int
lmc_place(const void *dev, struct mk_buf *out, struct mk_err *e)
{
	return mk_buf_addf(out, e, "usb:%s", ((const struct lmc *)dev)->found.path);
}

static int
lmc_lockfd(const void *dev)
{
	return mk_usb_fd(((const struct lmc *)dev)->usb);
}

static void
lmc_limits(const void *dev, struct mk_job_limits *lim)
{
	const struct lmc *d = dev;
	const struct mk_lmc_conf *c = &d->conf;
	double w = c->field_w > 0 && c->field_w < c->lens_mm ? c->field_w : c->lens_mm;
	double h = c->field_h > 0 && c->field_h < c->lens_mm ? c->field_h : c->lens_mm;

	*lim = (struct mk_job_limits){ .w = (int32_t)(w * 1000), .h = (int32_t)(h * 1000) };
}

static int
lmc_start(void *dev, struct mk_err *e)
{
	struct lmc *d = dev;
	struct mk_lmc_wire w = wire_of(d);
	struct mk_err no;
	int r;

	if (mk_usb_begin(d->usb, e) == -1)
		return -1;
	r = mk_lmc_start(&w, d->cor, e);
	mk_usb_end(d->usb);
	/* a line without pedal and lamps marks as well: who asks for them is told */
	if (r == 1 && d->control == NULL && mk_control_listen(&d->control, &no) == -1)
		d->control = NULL;
	return r == 1 ? 0 : -1;
}

/* What the list's making would refuse, before the part is begun. */
static int
lmc_accept(void *dev, const struct mk_rec *rec, struct mk_err *e)
{
	struct lmc *d = dev;
	const struct mk_field *f = mk_rec_get(rec, "job");
	struct mk_job job = {0};
	int r;

	if (f == NULL)
		return mk_err(e, MK_EDATA, "no job: run it through mk-layout");
	r = mk_job_read(&job, f->val, f->vlen, NULL, e);
	if (r == 0)
		r = mk_lmc_job(&d->list, &d->conf, &job, d->port, e);
	mk_job_clear(&job);
	return r;
}

/* ---- in either process ---- */

/* The parent claims the board for this only. At its first look nothing is done to a
 * board that executes nothing. */
static void
lmc_off(void *dev)
{
	struct lmc *d = dev;
	struct mk_lmc_wire w = wire_of(d);
	struct mk_err e;
	bool first = !d->looked;

	w.stop = NULL;
	d->looked = true;
	if (d->in_child) {
		if (d->usb != NULL)
			mk_lmc_abort(&w);
		return;
	}
	if (mk_usb_begin(d->usb, &e) == -1)
		return;
	if (!first || mk_lmc_idle(&w, &e) != 1)
		mk_lmc_abort(&w);
	mk_usb_end(d->usb);
}

static void
lmc_stop(void *dev)
{
	((struct lmc *)dev)->stop = 1;
}

/* ---- in the child ---- */

/* A descriptor of its own: claims end with the last close, and the parent must have
 * its own to claim with when this process is dead. */
static int
own(struct lmc *d, struct mk_err *e)
{
	if (d->usb != NULL)
		return 0;
	if (mk_usb_open(&d->usb, d->found.node, d->name, e) == -1)
		return -1;
	if (mk_usb_begin(d->usb, e) == 0)
		return 0;
	mk_usb_close(d->usb);
	d->usb = NULL;
	return -1;
}

static void
lmc_child(void *dev)
{
	struct lmc *d = dev;

	/* the parent's, inherited, stays open: it is the lock's, too */
	d->usb = NULL;
	d->in_child = true;
}

/* ---- pedal and lamps: what mk-line asks for, also while a list executes ---- */

static int
port_in(void *arg, int bit, bool *high, struct mk_err *e)
{
	static const uint16_t none[5];
	struct lmc *d = arg;
	struct mk_lmc_wire w;
	uint16_t reply[4];

	if (own(d, e) == -1)
		return -1;
	w = wire_of(d);
	if (mk_lmc_command(&w, 0x25, none, reply, e) != 1)
		return d->stop ? mk_err(e, MK_EDEV, "%s: it is stopping", d->name) : -1;
	*high = (reply[1] >> bit & 1) != 0;
	return 0;
}

/* The bits go out together: the gate stays as the list has it. */
static int
port_out(void *arg, int bit, bool high, struct mk_err *e)
{
	struct lmc *d = arg;
	struct mk_lmc_wire w;
	uint16_t p[5] = {0};

	if ((unsigned)bit == d->conf.gate)
		return mk_err(e, MK_EDATA, "%s: bit %d is the laser's gate: take another", d->name, bit);
	d->port = (uint16_t)(high ? d->port | 1u << bit : d->port & ~(1u << bit));
	p[0] = (uint16_t)(d->working ? d->port | 1u << d->conf.gate : d->port);
	if (own(d, e) == -1)
		return -1;
	w = wire_of(d);
	if (mk_lmc_command(&w, 0x21, p, NULL, e) == 1)
		return 0;
	return d->stop ? mk_err(e, MK_EDEV, "%s: it is stopping", d->name) : -1;
}

static int
lmc_idlefd(void *dev)
{
	const struct lmc *d = dev;

	return d->control == NULL ? -1 : mk_control_fd(d->control);
}

static void
lmc_idle(void *dev)
{
	struct lmc *d = dev;
	const struct mk_control_board b = { port_in, port_out, d };
	struct mk_err e;

	if (d->control != NULL && mk_control_serve(d->control, &b, &e) == -1)
		d->control = NULL;
}

static int
lmc_burn(void *dev, const struct mk_laser_task *t, struct mk_burn *b, struct mk_err *e)
{
	struct lmc *d = dev;
	struct mk_lmc_wire w;
	uint16_t p[5] = {0};
	int r;

	if (own(d, e) == -1 || mk_lmc_job(&d->list, &d->conf, t->job, d->port, e) == -1)
		return -1;
	w = wire_of(d);
	w.idle = lmc_idle;
	w.arg = d;
	d->working = true;
	r = mk_lmc_run(&w, &d->list, t->ops, &b->ms, e);
	d->working = false;
	p[0] = d->port;
	if (r == 1 && d->port != w.port)	/* it was set while the list had its own */
		r = mk_lmc_command(&w, 0x21, p, NULL, e);
	return r == 0 ? mk_err(e, MK_EDEV, "%s: stopped", d->name) : r == 1 ? 0 : -1;
}

/* ---- without parts ---- */

static int
lmc_test(void *dev, struct mk_rec *out, struct mk_err *e)
{
	static const uint16_t none[5];
	struct lmc *d = dev;
	struct mk_lmc_wire w = wire_of(d);
	uint16_t version[4], input[4];
	char number[16];
	int r = -1;

	if (mk_usb_begin(d->usb, e) == -1)
		return -1;
	if (serial(&w, number, e) == 0 && mk_lmc_command(&w, 0x07, none, version, e) == 1 &&
	    mk_lmc_command(&w, 0x25, none, input, e) == 1 &&
	    mk_rec_setf(out, e, "serial", "%s", number) == 0 &&
	    mk_rec_setf(out, e, "version", "%04x%04x%04x", version[0], version[1], version[2]) == 0 &&
	    mk_rec_setf(out, e, "input", "%04x", input[1]) == 0 &&
	    mk_rec_setf(out, e, "node", "%s", d->found.node) == 0)
		r = 0;
	mk_usb_end(d->usb);
	return r;
}

/* Rounds of the rectangle in a list: about a second of them. */
static unsigned
rounds(const struct lmc *d, const int32_t box[4])
{
	double mm = ((double)box[2] - box[0] + box[3] - box[1]) * 2 / 1000;
	double n = d->conf.red / (mm < 1 ? 1 : mm);

	return n < 1 ? 1 : n > 200 ? 200 : (unsigned)n;
}

static int
lmc_red(void *dev, const int32_t box[4], int64_t until_ms, const volatile sig_atomic_t *stop,
	struct mk_err *e)
{
	struct lmc *d = dev;
	struct mk_lmc_wire w = wire_of(d);
	atomic_uint ops;
	double ms;
	int r = 1;

	if (mk_usb_begin(d->usb, e) == -1)
		return -1;
	w.stop = stop;
	/* lit between two lists, too */
	w.port = (uint16_t)(d->port | 1u << d->conf.red_bit);
	if (mk_lmc_frame(&d->list, &d->conf, box, rounds(d, box), d->port, e) == -1)
		r = -1;
	while (r == 1 && *stop == 0 && mk_port_now() < until_ms)
		r = mk_lmc_run(&w, &d->list, &ops, &ms, e);
	w.stop = NULL;
	w.port = d->port;
	mk_lmc_abort(&w);
	mk_usb_end(d->usb);
	return r == -1 ? -1 : 0;
}

const struct mk_driver mk_driver_lmc = {
	.kind = "lmc", .open = lmc_open, .place = lmc_place, .lockfd = lmc_lockfd,
	.limits = lmc_limits, .close = lmc_close, .start = lmc_start, .accept = lmc_accept,
	.off = lmc_off, .child = lmc_child,
	.stop = lmc_stop, .burn = lmc_burn, .idlefd = lmc_idlefd,
	.idle = lmc_idle, .test = lmc_test, .red = lmc_red
};
