/* The LMC board's sequences, as EZCAD2 sends them. */
#include <math.h>
#include <poll.h>
#include <time.h>

#include "laser/lmc.h"

#define EP_OUT 0x02
#define EP_IN 0x88
#define REPLY 8

enum {				/* single commands */
	CMD_ENABLE_LASER = 0x04, CMD_EXECUTE = 0x05, CMD_PWM_WIDTH = 0x06, CMD_VERSION = 0x07,
	CMD_SERIAL = 0x09, CMD_POSITION = 0x0c, CMD_GOTO = 0x0d, CMD_COR_LINE = 0x10,
	CMD_RESET_LIST = 0x12, CMD_COR_TABLE = 0x15, CMD_CONTROL_MODE = 0x16, CMD_DELAY_MODE = 0x17,
	CMD_END_OF_LIST = 0x19, CMD_FPK = 0x1a, CMD_LASER_MODE = 0x1b, CMD_TIMING = 0x1c,
	CMD_STANDBY = 0x1d, CMD_PWM_HALF = 0x1e, CMD_STOP = 0x1f, CMD_WRITE_PORT = 0x21,
	CMD_ANALOG1 = 0x22, CMD_FPK2 = 0x2e, CMD_FLY_RES = 0x32, CMD_FIBER_MO = 0x33,
	CMD_MO_STATE = 0x34, CMD_ENABLE_Z = 0x3a, CMD_MARK_TIME = 0x41
};

#define STARTED_WHOLE 3		/* packets that any board has room for */
#define DRAIN_MS 10
#define ABORT_MS 200

static const uint16_t none[5];

static void
pack(uint8_t out[12], uint16_t op, const uint16_t param[5])
{
	int i;

	for (i = 0; i < 6; i++) {
		uint16_t v = i == 0 ? op : param[i - 1];

		out[2 * i] = (uint8_t)v;
		out[2 * i + 1] = (uint8_t)(v >> 8);
	}
}

int
mk_lmc_command(const struct mk_lmc_wire *w, uint16_t op, const uint16_t param[5],
	uint16_t reply[4], struct mk_err *e)
{
	uint8_t out[12], in[REPLY];
	unsigned ms = w->conf->timeout_ms;
	int i, r;

	pack(out, op, param);
	r = mk_usb_out(w->usb, EP_OUT, out, sizeof out, ms, w->stop, e);
	if (r != 1 || op == CMD_COR_LINE)
		return r;
	r = mk_usb_in(w->usb, EP_IN, in, sizeof in, sizeof in, NULL, ms, w->stop, e);
	for (i = 0; r == 1 && reply != NULL && i < 4; i++)
		reply[i] = (uint16_t)(in[2 * i] | in[2 * i + 1] << 8);
	return r;
}

static int
say(const struct mk_lmc_wire *w, uint16_t op, uint16_t a, uint16_t b, uint16_t c, uint16_t d,
	struct mk_err *e)
{
	const uint16_t p[5] = { a, b, c, d };

	return mk_lmc_command(w, op, p, NULL, e);
}

struct said {			/* a command, as a table has it */
	uint16_t op, p[5];
};

static int
say_all(const struct mk_lmc_wire *w, const struct said *s, size_t n, struct mk_err *e)
{
	size_t i;
	int r = 1;

	for (i = 0; r == 1 && i < n; i++)
		r = mk_lmc_command(w, s[i].op, s[i].p, NULL, e);
	return r;
}

/* ---- start-up ---- */

static int
table(const struct mk_lmc_wire *w, const struct mk_lmc_cor *cor, struct mk_err *e)
{
	size_t i;
	int r = say(w, CMD_COR_TABLE, cor != NULL, 0, 0, 0, e);

	for (i = 0; r == 1 && cor != NULL && i < MK_LMC_COR; i++)
		r = say(w, CMD_COR_LINE, cor->line[i][0], cor->line[i][1], i > 0, 0, e);
	return r;
}

int
mk_lmc_start(const struct mk_lmc_wire *w, const struct mk_lmc_cor *cor, struct mk_err *e)
{
	static const struct said ask[] = {
		{ CMD_SERIAL, {0} }, { CMD_VERSION, {0} }, { CMD_MO_STATE, {0} }, { 0x03, {0} }
	};
	/* the laser mode was seen with fibre; other sources are told apart by their ops */
	static const struct said set[] = {
		{ CMD_ENABLE_LASER, {0} }, { CMD_CONTROL_MODE, {0} }, { CMD_LASER_MODE, { 1 } },
		{ CMD_DELAY_MODE, { 1 } }, { CMD_TIMING, { 1 } }, { CMD_STANDBY, { 2000, 20 } },
		{ CMD_FPK, { 200 } }, { CMD_PWM_HALF, { 125 } }, { CMD_PWM_WIDTH, { 125 } },
		{ CMD_FIBER_MO, { 0 } }, { CMD_VERSION, {0} },
		{ CMD_FPK2, { 0xffb, 1, 409, 100 } }, { CMD_FLY_RES, { 0, 99, 1000, 25 } },
	};
	static const struct said last[] = {
		{ CMD_ENABLE_Z, {0} }, { CMD_ANALOG1, { 0x7ff } }, { CMD_ENABLE_Z, {0} },
	};
	int r = say_all(w, ask, sizeof ask / sizeof *ask, e);

	if (r == 1)
		r = table(w, cor, e);
	if (r == 1)
		r = say_all(w, set, sizeof set / sizeof *set, e);
	if (r == 1)
		r = say(w, CMD_WRITE_PORT, w->port, 0, 0, 0, e);
	return r == 1 ? say_all(w, last, sizeof last / sizeof *last, e) : r;
}

/* ---- running a list ---- */

static int
status(const struct mk_lmc_wire *w, uint16_t *to, struct mk_err *e)
{
	uint16_t reply[4];
	int r = mk_lmc_command(w, CMD_VERSION, none, reply, e);

	if (r == 1)
		*to = reply[3];
	return r;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A breath between polls: short at first, for short jobs. */
static void
rest(const struct mk_lmc_wire *w, unsigned *polls)
{
	if (w->idle != NULL)
		w->idle(w->arg);
	(void)poll(NULL, 0, *polls < 10 ? 1 : 5);
	(*polls)++;
}

struct running {
	const struct mk_lmc_list *l;
	size_t in;		/* packets that the board has */
	bool executing;
	atomic_uint *ops;
};

static int
execute(const struct mk_lmc_wire *w, struct running *run, struct mk_err *e)
{
	int r = say(w, CMD_EXECUTE, 0, 0, 0, 0, e);

	/* also if it failed: it may have been heard */
	run->executing = true;
	return r == 1 ? say(w, CMD_CONTROL_MODE, 1, 0, 0, 0, e) : r;
}

static int
stuck(const struct mk_lmc_wire *w, const char *what, struct mk_err *e)
{
	return mk_err(e, MK_EDEV, "%s: %s", w->name, what);
}

/* Wait until the board takes a packet: it may have to be told to execute first. */
static int
until_ready(const struct mk_lmc_wire *w, struct running *run, struct mk_err *e)
{
	int64_t patience = (int64_t)w->conf->timeout_ms * 10, since = now_ms(), began = since;
	uint16_t s;
	unsigned polls = 0;
	int r;

	for (;;) {
		if ((r = status(w, &s, e)) != 1)
			return r;
		if (run->executing && (s & MK_LMC_BUSY) == 0)
			return stuck(w, "it ended its list before it had all of the job: part of it "
				"was marked", e);
		if ((s & MK_LMC_READY) != 0)
			return 1;
		if (!run->executing && run->in >= STARTED_WHOLE &&
		    now_ms() - began > (int64_t)w->conf->timeout_ms) {
			if ((r = execute(w, run, e)) != 1)
				return r;
			since = now_ms();
		}
		/* while it executes, one op may take long */
		if (!run->executing && now_ms() - since > patience)
			return stuck(w, "it takes no list: switch it off and on", e);
		rest(w, &polls);
	}
}

static int
until_done(const struct mk_lmc_wire *w, struct mk_err *e)
{
	uint16_t s;
	unsigned polls = 0;
	int r;

	for (;;) {
		if ((r = status(w, &s, e)) != 1)
			return r;
		if ((s & MK_LMC_BUSY) == 0)
			return 1;
		rest(w, &polls);
	}
}

static int
feed(const struct mk_lmc_wire *w, struct running *run, struct mk_err *e)
{
	const uint8_t *p;
	int r;

	for (; run->in < run->l->n; run->in++) {
		if (run->in > 0 && (r = until_ready(w, run, e)) != 1)
			return r;
		p = run->l->p + run->in * MK_LMC_PACKET;
		atomic_store(run->ops, run->l->ops[run->in]);
		r = mk_usb_out(w->usb, EP_OUT, p, MK_LMC_PACKET, w->conf->timeout_ms, w->stop, e);
		if (r == 1)
			r = say(w, CMD_END_OF_LIST, 0, 0, 0, 0, e);
		if (w->idle != NULL)
			w->idle(w->arg);
		if (r != 1)
			return r;
	}
	return run->executing ? 1 : until_ready(w, run, e);
}

/* The beam at the centre: where a list's first step is counted from. */
static int
to_centre(const struct mk_lmc_wire *w, struct mk_err *e)
{
	uint16_t at[4];
	double d;
	int r = mk_lmc_command(w, CMD_POSITION, none, at, e);

	if (r != 1)
		return r;
	d = hypot((double)at[1] - MK_LMC_CENTRE, (double)at[2] - MK_LMC_CENTRE);
	return say(w, CMD_GOTO, MK_LMC_CENTRE, MK_LMC_CENTRE, 0, (uint16_t)d, e);
}

int
mk_lmc_run(const struct mk_lmc_wire *w, const struct mk_lmc_list *l, atomic_uint *ops,
	double *ms, struct mk_err *e)
{
	static const struct said before[] = {
		{ CMD_MO_STATE, {0} }, { CMD_VERSION, {0} }, { CMD_RESET_LIST, {0} }
	};
	static const uint16_t three[5] = { 3 };
	struct running run = { .l = l, .ops = ops };
	uint16_t reply[4];
	int r;

	atomic_store(ops, 0);
	if ((r = say_all(w, before, 3, e)) != 1 || (r = to_centre(w, e)) != 1 ||
	    (r = say(w, CMD_VERSION, 0, 0, 0, 0, e)) != 1 || (r = feed(w, &run, e)) != 1)
		return r;
	if (!run.executing && (r = execute(w, &run, e)) != 1)
		return r;
	if ((r = until_done(w, e)) != 1 ||
	    (r = say(w, CMD_WRITE_PORT, w->port, 0, 0, 0, e)) != 1 ||
	    (r = say(w, CMD_FIBER_MO, 0, 0, 0, 0, e)) != 1 ||
	    (r = mk_lmc_command(w, CMD_MARK_TIME, three, reply, e)) != 1)
		return r;
	*ms = reply[1] / 100.0;
	return 1;
}

/* ---- beam off ---- */

/* An answer that was asked for by somebody who is dead. */
static void
drain(const struct mk_lmc_wire *w)
{
	uint8_t in[64];
	struct mk_err e;
	int i;

	for (i = 0; i < 4; i++)
		if (mk_usb_in(w->usb, EP_IN, in, sizeof in, 0, NULL, DRAIN_MS, NULL, &e) != 1)
			return;
}

int
mk_lmc_idle(const struct mk_lmc_wire *w, struct mk_err *e)
{
	uint16_t s;
	int r;

	drain(w);
	if ((r = status(w, &s, e)) != 1)
		return -1;
	return (s & MK_LMC_BUSY) == 0;
}

void
mk_lmc_abort(const struct mk_lmc_wire *w)
{
	struct mk_lmc_conf soon = *w->conf;
	struct mk_lmc_wire v = { .usb = w->usb, .name = w->name, .conf = &soon, .port = w->port };
	struct mk_lmc_list l = {0};
	struct mk_err e;
	uint8_t stop[12];
	uint16_t s;
	int64_t until;

	if (soon.timeout_ms > ABORT_MS)
		soon.timeout_ms = ABORT_MS;
	pack(stop, CMD_STOP, none);
	(void)mk_usb_out(v.usb, EP_OUT, stop, sizeof stop, soon.timeout_ms, NULL, &e);
	drain(&v);
	(void)say(&v, CMD_FIBER_MO, 0, 0, 0, 0, &e);
	/* a board that did not forget its list must not be told to execute */
	if (say(&v, CMD_RESET_LIST, 0, 0, 0, 0, &e) == 1 && mk_lmc_nothing(&l, &e) == 0 &&
	    mk_usb_out(v.usb, EP_OUT, l.p, MK_LMC_PACKET, soon.timeout_ms, NULL, &e) == 1 &&
	    say(&v, CMD_END_OF_LIST, 0, 0, 0, 0, &e) == 1 &&
	    say(&v, CMD_EXECUTE, 0, 0, 0, 0, &e) == 1)
		for (until = now_ms() + ABORT_MS; status(&v, &s, &e) == 1 &&
		    (s & MK_LMC_BUSY) != 0 && now_ms() < until; )
			(void)poll(NULL, 0, 1);
	(void)say(&v, CMD_WRITE_PORT, v.port, 0, 0, 0, &e);
	mk_lmc_list_clear(&l);
}
