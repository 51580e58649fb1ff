/* mk-line wait: one record per part that arrives, and none before the token of the
 * part before is back. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/io.h"
#include "base/num.h"
#include "cmd/mk-line/line.h"
#include "port/port.h"
#include "port/signal.h"

#define FIRST_TOKEN_MS 10000
#define DEBOUNCE_MAX 60000

static const char *opt_on, *opt_count, *opt_token, *opt_debounce;

const struct cmd_opt line_wait_opts[] = {
	{ "on", 0, "SIGNAL", &opt_on, "what tells that a part has arrived" },
	{ "debounce", 0, "MS", &opt_debounce, "how long a level must last (10)" },
	{ "count", 'n', "N", &opt_count, "end after N parts" },
	{ "token", 0, "FIFO", &opt_token, "where the token of the part before comes back" },
	{0}
};

struct waiting {
	int token;		/* -1: there is none */
	struct mk_signals *set;
	struct mk_signal *on;
	bool arrived, over;	/* as the signal was seen since it was armed */
};

/* Look at the signal; what it shows is kept. */
static int
look(struct cmd *c, struct waiting *w)
{
	switch (mk_signal_look(w->on, &c->err)) {
	case -1:
		return -1;
	case MK_SEEN_PART:
		w->arrived = true;
		return 0;
	case MK_SEEN_END:
		w->over = true;
		return 0;
	case MK_SEEN_MISSED:
		cmd_warn(c, "a part went by while the one before was in the line: it is not marked");
		return 0;
	default:
		return 0;
	}
}

/* Wait until the token is there (for_token) or the signal may have changed, and see
 * that both neighbours live. until: when the token must be there. 1 it is, 0, -1. */
static int
watch(struct cmd *c, struct waiting *w, bool for_token, int64_t until)
{
	struct pollfd p[3] = {
		{ .fd = w->token, .events = for_token ? POLLIN : 0 },
		{ .fd = STDOUT_FILENO, .events = 0 },
		{ .fd = mk_signal_fd(w->on), .events = POLLIN }
	};
	int64_t left = until == MK_FOREVER ? -1 : until - mk_port_now();
	int period = mk_signal_period(w->on), timeout = left < 0 ? -1 : (int)left;
	int r;

	if (left < 0 && until != MK_FOREVER)
		return mk_err(&c->err, MK_EIO, "%s: no token for %d s: is mk-line gate at the "
			"pipe's end?", opt_token, FIRST_TOKEN_MS / 1000);
	if (period != -1 && (timeout == -1 || timeout > period))
		timeout = period;
	do
		r = poll(p, 3, timeout);
	while (r == -1 && errno == EINTR);
	if (r == -1)
		return mk_err_sys(&c->err, MK_EIO, "poll");
	if ((p[0].revents & (POLLHUP | POLLERR)) != 0)
		return mk_err(&c->err, MK_EIO, "%s: mk-line gate is gone", opt_token);
	if ((p[1].revents & (POLLERR | POLLNVAL)) != 0)
		return mk_err(&c->err, MK_EIO, "the next tool of the pipe is gone");
	if (look(c, w) == -1)
		return -1;
	return (p[0].revents & POLLIN) != 0;
}

/* One byte, which watch has seen. */
static int
take_token(struct cmd *c, const struct waiting *w)
{
	char byte;

	if (w->token != -1 && mk_io_read(w->token, &byte, 1) != 1)
		return mk_err_sys(&c->err, MK_EIO, "%s: the token is gone", opt_token);
	return 0;
}

static int
await_token(struct cmd *c, struct waiting *w, int64_t until)
{
	int r = 0;

	while (w->token != -1 && r == 0)
		r = watch(c, w, true, until);
	return r == -1 ? -1 : 0;
}

/* Wait for a part. 1, 0 if no more will come, -1. */
static int
arrive(struct cmd *c, struct waiting *w)
{
	int r;

	w->arrived = false;
	if (mk_signal_arm(w->on, &c->err) == -1)
		return -1;
	r = look(c, w);
	while (r != -1 && !w->arrived && !w->over)
		r = watch(c, w, false, MK_FOREVER);
	return r == -1 ? -1 : w->arrived;
}

/* The key=value operands, which each record gets. */
static int
operands(struct cmd *c, struct mk_rec *rec)
{
	char key[MK_KEY_MAX + 1];
	size_t i, n;

	for (i = 0; i < c->narg; i++) {
		const char *eq = strchr(c->arg[i], '=');

		n = eq == NULL ? 0 : (size_t)(eq - c->arg[i]);
		if (!mk_key_ok(c->arg[i], n))
			return cmd_usage(c, "'%s' is no key=value", c->arg[i]);
		memcpy(key, c->arg[i], n);
		key[n] = '\0';
		if (strcmp(key, "arrival") == 0)
			return cmd_usage(c, "arrival: mk-line sets this field itself");
		if (mk_rec_get(rec, key) != NULL)
			return cmd_usage(c, "%s was given twice", key);
		if (mk_rec_set(rec, key, eq + 1, strlen(eq + 1), &c->err) == -1)
			return -1;
	}
	return 0;
}

static int
put_part(struct cmd *c, const struct mk_rec *fields, const char *run, uint64_t seq)
{
	struct mk_rec rec = {0};
	size_t i;
	int r = mk_rec_setf(&rec, &c->err, "arrival", "%s/%" PRIu64, run, seq);

	for (i = 0; r == 0 && i < fields->n; i++)
		r = mk_rec_copy(&rec, &fields->f[i], &c->err);
	if (r == 0)
		r = cmd_put(c, &rec);
	if (r == 0)
		r = cmd_flush(c);
	mk_rec_clear(&rec);
	return r;
}

static int
let_in(struct cmd *c, struct waiting *w, const struct mk_rec *fields, uint64_t count)
{
	unsigned char rnd[4];
	char run[2 * sizeof rnd + 1];
	int64_t until = mk_port_now() + FIRST_TOKEN_MS;
	uint64_t seq;
	int r;

	if (mk_random(rnd, sizeof rnd, &c->err) == -1)
		return -1;
	mk_hex(rnd, sizeof rnd, run);
	for (seq = 1; ; seq++) {
		if ((r = await_token(c, w, until)) == -1)
			return -1;
		until = MK_FOREVER;
		if (count != 0 && seq > count)
			break;
		if ((r = arrive(c, w)) == -1)
			return -1;
		if (r == 0)
			break;
		if (put_part(c, fields, run, seq) == -1 || take_token(c, w) == -1)
			return -1;
	}
	return take_token(c, w);
}

/* This is no proper end, whatever became of the last part: leave a byte for gate. */
static void
leave_byte(void)
{
	int fd = open(opt_token, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1)	/* nobody is there to be told */
		return;
	if (write(fd, "\n", 1) == -1)	/* it is full: a byte is left anyway */
		errno = 0;
	(void)close(fd);
}

static int
signal_on(struct cmd *c, struct waiting *w)
{
	int debounce = 0;

	if (line_ms(c, "debounce", opt_debounce, DEBOUNCE_MAX, &debounce) == -1)
		return -1;
	if (mk_signals_new(&w->set, &c->err) == -1 ||
	    mk_signal_open(w->set, opt_on, MK_SIGNAL_IN, &w->on, &c->err) == -1)
		return mk_err_at(&c->err, "--on");
	if (debounce > 0 && mk_signal_period(w->on) == -1)
		return cmd_usage(c, "--debounce is for levels, of serial: and lmc:");
	if (debounce > 0)
		mk_signal_debounce(w->on, debounce);
	return 0;
}

int
line_wait(struct cmd *c)
{
	struct waiting w = { .token = -1 };
	struct mk_rec fields = {0};
	uint64_t count = 0;
	int r;

	if (opt_on == NULL)
		return cmd_usage(c, "--on SIGNAL is needed: what tells that a part has arrived");
	if (opt_count != NULL && mk_num_u64(opt_count, strlen(opt_count), 1, UINT64_MAX, &count,
	    &c->err) == -1)
		return mk_err_at(&c->err, "-n");
	c->epipe = CMD_DEVICE;
	r = operands(c, &fields);
	if (r == 0 && opt_token != NULL && (w.token = line_token(c, opt_token, O_RDONLY)) == -1)
		r = -1;
	if (r == 0 && w.token != -1 && flock(w.token, LOCK_EX | LOCK_NB) == -1)
		r = mk_err(&c->err, MK_EDEV, "%s: another mk-line wait has this token", opt_token);
	else if (r == 0 && ((r = signal_on(c, &w)) == -1 || (r = let_in(c, &w, &fields, count)) == -1) &&
	    w.token != -1)
		leave_byte();
	mk_signals_free(w.set);
	if (w.token != -1)
		(void)close(w.token);	/* and with it the lock */
	mk_rec_clear(&fields);
	return r;
}
