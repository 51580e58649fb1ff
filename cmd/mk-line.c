/* mk-line: the two ends of a line. wait lets one part in at a time, gate lets it
 * out; between them goes a token through a FIFO, so that no pipe's buffer ever
 * holds a second part.
 *
 * gate writes one byte at its start and one per record; wait takes one per part
 * and one after the last. wait takes the byte only after its record is out, and locks
 * the FIFO as long as it lives: if a byte is left or the lock is held when gate
 * reaches the end of its input, gate knows that this was no proper end. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "base/crypt.h"
#include "base/io.h"
#include "base/num.h"

#define FIRST_TOKEN_MS 10000

static const char *opt_on, *opt_count, *opt_token;

static const struct cmd_opt wait_opts[] = {
	{ "on", 0, "none|enter", &opt_on, "what tells that a part has arrived" },
	{ "count", 'n', "N", &opt_count, "end after N parts" },
	{ "token", 0, "FIFO", &opt_token, "where the token of the part before comes back" },
	{0}
};
static const struct cmd_opt gate_opts[] = {
	{ "token", 0, "FIFO", &opt_token, "where to send the token back" },
	{0}
};

/* Open the token's FIFO, which is made if it is not there. */
static int
open_token(struct cmd *c, int flags)
{
	struct stat st;
	int fd;

	if (opt_token == NULL)
		return cmd_usage(c, "--token is missing");
	if (mkfifo(opt_token, 0600) == -1 && errno != EEXIST)
		return mk_err_sys(&c->err, MK_EIO, "%s: cannot make the FIFO", opt_token);
	fd = open(opt_token, flags | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return mk_err_sys(&c->err, MK_EIO, "%s: cannot open the FIFO", opt_token);
	if (fstat(fd, &st) == -1 || !S_ISFIFO(st.st_mode) || st.st_uid != geteuid()) {
		(void)close(fd);
		return mk_err(&c->err, MK_EUSAGE, "%s: not a FIFO of this user: name another",
			opt_token);
	}
	return fd;
}

/* ---- wait ---- */

struct waiting {
	int token;
	bool enter;		/* parts arrive as lines of standard input */
	bool over;		/* no more of them */
	size_t lines;		/* lines read, not yet used */
};

/* Wait until the token is there (for_token) or something is on standard input, and
 * see that both neighbours live. timeout in ms, -1: for ever. */
static int
watch(struct cmd *c, const struct waiting *w, bool for_token, int timeout)
{
	struct pollfd p[3] = {
		{ .fd = w->token, .events = for_token ? POLLIN : 0 },
		{ .fd = STDOUT_FILENO, .events = 0 },
		{ .fd = for_token ? -1 : STDIN_FILENO, .events = POLLIN }
	};
	int r;

	do
		r = poll(p, 3, timeout);
	while (r == -1 && errno == EINTR);
	if (r == -1)
		return mk_err_sys(&c->err, MK_EIO, "poll");
	if (r == 0)
		return mk_err(&c->err, MK_EIO, "%s: no token for %d s: is mk-line gate at the "
			"pipe's end?", opt_token, timeout / 1000);
	if ((p[0].revents & (POLLHUP | POLLERR)) != 0)
		return mk_err(&c->err, MK_EIO, "%s: mk-line gate is gone", opt_token);
	if ((p[1].revents & (POLLERR | POLLNVAL)) != 0)
		return mk_err(&c->err, MK_EIO, "the next tool of the pipe is gone");
	return 0;
}

/* One byte, which watch has seen. */
static int
take_token(struct cmd *c, const struct waiting *w)
{
	char byte;

	if (mk_io_read(w->token, &byte, 1) != 1)
		return mk_err_sys(&c->err, MK_EIO, "%s: the token is gone", opt_token);
	return 0;
}

/* Wait for a part. 1, 0 if no more will come, -1. */
static int
arrive(struct cmd *c, struct waiting *w)
{
	char buf[256];
	ssize_t got, i;

	if (!w->enter)
		return 1;
	while (w->lines == 0 && !w->over) {
		if (watch(c, w, false, -1) == -1)
			return -1;
		got = mk_io_read(STDIN_FILENO, buf, sizeof buf);
		if (got == -1 && errno == EAGAIN)
			continue;
		if (got == -1)
			return mk_err_sys(&c->err, MK_EIO, "stdin: cannot read");
		w->over = got == 0;
		for (i = 0; i < got; i++)
			w->lines += buf[i] == '\n';
	}
	if (w->lines == 0)
		return 0;
	w->lines--;
	return 1;
}

static int
let_in(struct cmd *c, struct waiting *w, const char *run, uint64_t count)
{
	struct mk_rec rec = {0};
	uint64_t seq;
	int r, timeout = FIRST_TOKEN_MS;

	for (seq = 1; ; seq++) {
		if ((r = watch(c, w, true, timeout)) == -1)
			break;
		timeout = -1;
		if (count != 0 && seq > count)
			break;
		if ((r = arrive(c, w)) != 1)
			break;
		mk_rec_reset(&rec);
		if ((r = mk_rec_setf(&rec, &c->err, "arrival", "%s/%" PRIu64, run, seq)) == -1 ||
		    (r = cmd_put(c, &rec)) == -1 || (r = cmd_flush(c)) == -1 ||
		    (r = take_token(c, w)) == -1)
			break;
	}
	mk_rec_clear(&rec);
	return r == -1 ? -1 : take_token(c, w);
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
run_wait(struct cmd *c)
{
	struct waiting w = {0};
	unsigned char rnd[4];
	char run[2 * sizeof rnd + 1];
	uint64_t count = 0;
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "wait takes no argument");
	if (opt_on == NULL || (strcmp(opt_on, "none") != 0 && strcmp(opt_on, "enter") != 0))
		return cmd_usage(c, "--on none or --on enter is needed");
	if (opt_count != NULL && mk_num_u64(opt_count, strlen(opt_count), 1, UINT64_MAX, &count,
	    &c->err) == -1)
		return mk_err_at(&c->err, "-n");
	w.enter = strcmp(opt_on, "enter") == 0;
	c->epipe = CMD_DEVICE;
	if (mk_random(rnd, sizeof rnd, &c->err) == -1 ||
	    (w.token = open_token(c, O_RDONLY)) == -1)
		return -1;
	mk_hex(rnd, sizeof rnd, run);
	if (flock(w.token, LOCK_EX | LOCK_NB) == -1)
		r = mk_err(&c->err, MK_EDEV, "%s: another mk-line wait has this token", opt_token);
	else if ((r = let_in(c, &w, run, count)) == -1)
		leave_byte();
	(void)close(w.token);	/* and with it the lock */
	return r;
}

/* ---- gate ---- */

static int
send_token(struct cmd *c, int token)
{
	ssize_t r;

	do
		r = write(token, "\n", 1);
	while (r == -1 && errno == EINTR);
	return r == 1 ? 0 : mk_err_sys(&c->err, MK_EIO, "%s: cannot send the token", opt_token);
}

/* The record goes out before the token, so that what follows sees it first. */
static int
let_out(struct cmd *c, struct mk_rec *rec, void *arg)
{
	const int *token = arg;

	if (cmd_put(c, rec) == -1 || cmd_flush(c) == -1)
		return -1;
	return send_token(c, *token);
}

static int
run_gate(struct cmd *c)
{
	int token, r, left = 0;

	if (c->narg > 0)
		return cmd_usage(c, "gate reads standard input and takes no argument");
	c->epipe = CMD_DEVICE;
	if ((token = open_token(c, O_RDWR)) == -1)
		return -1;
	r = send_token(c, token);
	if (r == 0)
		r = cmd_filter(c, true, let_out, &token);
	if (r == 0 && ioctl(token, FIONREAD, &left) == -1)
		r = mk_err_sys(&c->err, MK_EIO, "%s", opt_token);
	if (r == 0 && (left > 0 || flock(token, LOCK_EX | LOCK_NB) == -1))
		r = mk_err(&c->err, MK_EIO, "the pipe ended before mk-line wait did: a tool "
			"before this one stopped");
	(void)close(token);
	return r;
}

static const struct cmd_verb verbs[] = {
	{ "wait", "", "let parts in, one at a time", wait_opts, CMD_CONF | CMD_OUTPUT, NULL,
	  run_wait },
	{ "gate", "", "let parts out, and the next one in", gate_opts, CMD_CONF | CMD_OUTPUT, NULL,
	  run_gate },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = { "mk-line", "The two ends of a line.", verbs };

	return cmd_main(&tool, argc, argv);
}
