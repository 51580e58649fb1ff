/* mk-line gate: each part that is good gets a pulse of OK; the token goes back when its
 * record has gone on and the pulse is over. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/step.h"
#include "cmd/mk-line/line.h"
#include "port/port.h"
#include "port/signal.h"

#define PULSE_MS 100
#define PULSE_MAX 60000
#define BEAT_MS 500		/* half of a heartbeat's period */

static const char *opt_ok, *opt_nok, *opt_pulse, *opt_heartbeat, *opt_token;

const struct cmd_opt line_gate_opts[] = {
	{ "ok", 0, "SIGNAL", &opt_ok, "gets a pulse for each part that is good" },
	{ "nok", 0, "SIGNAL", &opt_nok, "gets a pulse for each part that is not" },
	{ "pulse", 0, "MS", &opt_pulse, "how long a pulse is (100)" },
	{ "heartbeat", 0, "SIGNAL", &opt_heartbeat, "changes twice a second while gate is well" },
	{ "token", 0, "FIFO", &opt_token, "where to send the token back" },
	{0}
};

struct gate {
	int token;		/* -1: there is none */
	struct mk_signals *set;
	struct mk_signal *ok, *nok, *heart;	/* NULL: there is none */
	int pulse;
	int64_t beat;		/* when the heart beats next */
	int64_t rested;		/* when the pulse before has been low for long enough */
	bool high;		/* the heart */
};

/* ---- time ---- */

static int
beat(struct cmd *c, struct gate *g)
{
	int64_t now = mk_port_now();

	if (g->heart == NULL || now < g->beat)
		return 0;
	g->high = !g->high;
	g->beat = now + BEAT_MS;
	return mk_signal_set(g->heart, g->high, &c->err);
}

/* Let time pass, the heart beating: until then, or until fd is readable (1). */
static int
pass(struct cmd *c, struct gate *g, int fd, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t next, left;
	int r;

	for (;;) {
		if (beat(c, g) == -1)
			return -1;
		next = g->heart != NULL && g->beat < until ? g->beat : until;
		left = next == MK_FOREVER ? -1 : next - mk_port_now();
		if (next != MK_FOREVER && left < 0)
			left = 0;
		r = poll(&p, 1, (int)left);
		if (r == -1 && errno != EINTR)
			return mk_err_sys(&c->err, MK_EIO, "poll");
		if (r > 0)
			return 1;
		if (mk_port_now() >= until)
			return 0;
	}
}

/* A pulse is never cut short by a signal, nor left high. */
static int
pulse(struct cmd *c, struct gate *g, struct mk_signal *s)
{
	sigset_t all, before;
	int r;

	if (pass(c, g, -1, g->rested) == -1)
		return -1;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	if ((r = mk_signal_set(s, true, &c->err)) == 0) {
		r = pass(c, g, -1, mk_port_now() + g->pulse);
		if (mk_signal_set(s, false, &c->err) == -1)
			r = -1;
	}
	g->rested = mk_port_now() + g->pulse;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* ---- parts ---- */

/* Some step of the part has a result of ok. */
static bool
anything_done(const struct cmd *c, const struct mk_rec *rec)
{
	size_t i, n;

	for (i = 0; i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];

		n = mk_step_len(&c->conf, f->key, f->klen);
		if (n > 0 && f->klen - n == strlen("_result") &&
		    memcmp(f->key + n, "_result", strlen("_result")) == 0 && f->vlen == 2 &&
		    memcmp(f->val, "ok", 2) == 0)
			return true;
	}
	return false;
}

/* Say OK or not. */
static int
judge(struct cmd *c, struct gate *g, const struct mk_rec *rec)
{
	const struct mk_field *bad = mk_step_failed(&c->conf, rec, NULL);
	const struct mk_field *name = mk_rec_get(rec, "id");
	bool good = bad == NULL && anything_done(c, rec);
	struct mk_signal *s = good ? g->ok : g->nok;

	if (name == NULL)
		name = mk_rec_get(rec, "arrival");
	if (!good && g->ok != NULL && bad != NULL)
		cmd_warn(c, "%.*s: no OK: %.*s:%.*s", name == NULL ? 1 : (int)name->vlen,
			name == NULL ? "?" : name->val, (int)bad->klen, bad->key, (int)bad->vlen,
			bad->val);
	else if (!good && g->ok != NULL)
		cmd_warn(c, "%.*s: no OK: no step has a result", name == NULL ? 1 : (int)name->vlen,
			name == NULL ? "?" : name->val);
	return s == NULL ? 0 : pulse(c, g, s);
}

static int
send_token(struct cmd *c, const struct gate *g)
{
	ssize_t r;

	if (g->token == -1)
		return 0;
	do
		r = write(g->token, "\n", 1);
	while (r == -1 && errno == EINTR);
	return r == 1 ? 0 : mk_err_sys(&c->err, MK_EIO, "%s: cannot send the token", opt_token);
}

/* The record goes out first, then the OK, then the token: what follows in the pipe
 * sees it before any other. */
static int
let_out(struct cmd *c, struct gate *g)
{
	struct mk_rec rec = {0};
	struct mk_rdr in;
	int r;

	mk_rdr_init(&in, STDIN_FILENO, "stdin");
	for (;;) {
		if (!mk_rdr_ready(&in) && (r = pass(c, g, STDIN_FILENO, MK_FOREVER)) == -1)
			break;
		if ((r = mk_rec_read(&in, &rec, &c->err)) != 1)
			break;
		if ((r = cmd_put(c, &rec)) == -1 || (r = cmd_flush(c)) == -1 ||
		    (r = judge(c, g, &rec)) == -1 || (r = send_token(c, g)) == -1)
			break;
	}
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	return r;
}

/* ---- all ---- */

static int
open_one(struct cmd *c, struct gate *g, const char *name, const char *spec, struct mk_signal **s)
{
	if (spec == NULL)
		return 0;
	return mk_signal_open(g->set, spec, MK_SIGNAL_OUT, s, &c->err) == -1
		? mk_err_at(&c->err, "--%s", name) : 0;
}

static int
open_all(struct cmd *c, struct gate *g)
{
	if (opt_ok == NULL && opt_nok == NULL && opt_token == NULL)
		return cmd_usage(c, "nothing to do: say --ok SIGNAL, --nok SIGNAL or --token FIFO");
	if (opt_pulse != NULL && opt_ok == NULL && opt_nok == NULL)
		return cmd_usage(c, "--pulse is for --ok and --nok");
	if (line_ms(c, "pulse", opt_pulse, PULSE_MAX, &g->pulse) == -1 ||
	    mk_signals_new(&g->set, &c->err) == -1 || open_one(c, g, "ok", opt_ok, &g->ok) == -1 ||
	    open_one(c, g, "nok", opt_nok, &g->nok) == -1 ||
	    open_one(c, g, "heartbeat", opt_heartbeat, &g->heart) == -1)
		return -1;
	if (opt_token != NULL && (g->token = line_token(c, opt_token, O_RDWR)) == -1)
		return -1;
	return send_token(c, g);
}

/* The end of input is a proper one if wait has ended, and has taken all tokens. */
static int
proper_end(struct cmd *c, const struct gate *g)
{
	int left = 0;

	if (g->token == -1)
		return 0;
	if (ioctl(g->token, FIONREAD, &left) == -1)
		return mk_err_sys(&c->err, MK_EIO, "%s", opt_token);
	if (left > 0 || flock(g->token, LOCK_EX | LOCK_NB) == -1)
		return mk_err(&c->err, MK_EIO, "the pipe ended before mk-line wait did: a tool "
			"before this one stopped");
	return 0;
}

int
line_gate(struct cmd *c)
{
	struct gate g = { .token = -1, .pulse = PULSE_MS };
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "gate reads standard input and takes no argument");
	c->epipe = CMD_DEVICE;
	r = open_all(c, &g);
	if (r == 0)
		r = let_out(c, &g);
	if (r == 0)
		r = proper_end(c, &g);
	mk_signals_free(g.set);
	if (g.token != -1)
		(void)close(g.token);
	return r;
}
