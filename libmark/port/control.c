#include "port/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"
#include "port/port.h"

#define CLIENTS 8
#define LINE 160
#define ANSWER 300	/* a line of the board's side */
#define ANSWER_MS 5000

/* Where the socket is. The folder is made; in /tmp it must be ours alone. */
static int
address(struct sockaddr_un *a, struct mk_err *e)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	char own[64];
	struct stat st;

	if (dir == NULL || *dir != '/') {
		(void)snprintf(own, sizeof own, "/tmp/mk-%ld", (long)geteuid());
		if (mkdir(own, 0700) == -1 && errno != EEXIST)
			return mk_err_sys(e, MK_EDEV, "%s: cannot make it", own);
		if (lstat(own, &st) == -1 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
		    (st.st_mode & 077) != 0)
			return mk_err(e, MK_EDEV, "%s: not a folder of this user alone: remove it, or "
				"set XDG_RUNTIME_DIR", own);
		dir = own;
	}
	memset(a, 0, sizeof *a);
	a->sun_family = AF_UNIX;
	if ((size_t)snprintf(a->sun_path, sizeof a->sun_path, "%s/mk-lmc.%ld", dir,
	    (long)getpgrp()) >= sizeof a->sun_path)
		return mk_err(e, MK_EDEV, "%s: too long a path for a socket: set XDG_RUNTIME_DIR "
			"to a shorter one", dir);
	return 0;
}

/* ---- the board's side ---- */

struct client {
	int fd;			/* -1: none */
	char line[LINE];
	size_t n;
	unsigned high;		/* the outputs that it has raised */
};

struct mk_control {
	struct sockaddr_un at;
	int fd, poll;		/* the listening socket; an epoll of it and all clients */
	struct client client[CLIENTS];
};

static int
watch(struct mk_control *c, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return epoll_ctl(c->poll, EPOLL_CTL_ADD, fd, &ev);
}

int
mk_control_listen(struct mk_control **out, struct mk_err *e)
{
	struct mk_control *c = calloc(1, sizeof *c);
	int i, old;

	if (c == NULL)
		return mk_err_nomem(e);
	c->fd = c->poll = -1;
	for (i = 0; i < CLIENTS; i++)
		c->client[i].fd = -1;
	if (address(&c->at, e) == -1) {
		free(c);
		return -1;
	}
	/* one that nobody answers is left over from a process that was killed */
	old = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (old != -1 && connect(old, (struct sockaddr *)&c->at, sizeof c->at) == 0) {
		mk_err(e, MK_EDEV, "%s: another mk-laser of this pipe has a board", c->at.sun_path);
		c->at.sun_path[0] = '\0';
	} else {
		(void)unlink(c->at.sun_path);
		c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		c->poll = epoll_create1(EPOLL_CLOEXEC);
		if (c->fd == -1 || c->poll == -1 ||
		    bind(c->fd, (struct sockaddr *)&c->at, sizeof c->at) == -1 ||
		    listen(c->fd, CLIENTS) == -1 || watch(c, c->fd) == -1) {
			mk_err_sys(e, MK_EDEV, "%s: cannot listen", c->at.sun_path);
		} else {
			(void)close(old);
			*out = c;
			return 0;
		}
	}
	if (old != -1)
		(void)close(old);
	mk_control_close(c);
	return -1;
}

void
mk_control_close(struct mk_control *c)
{
	int i;

	if (c == NULL)
		return;
	if (c->fd != -1 && c->at.sun_path[0] != '\0')
		(void)unlink(c->at.sun_path);
	for (i = 0; i < CLIENTS; i++)
		if (c->client[i].fd != -1)
			(void)close(c->client[i].fd);
	if (c->poll != -1)
		(void)close(c->poll);
	if (c->fd != -1)
		(void)close(c->fd);
	free(c);
}

int
mk_control_fd(const struct mk_control *c)
{
	return c->poll;
}

/* The bit's number at s up to stop, or -1. */
static int
bit_of(const char *s, char stop)
{
	const char *end = strchr(s, stop);
	struct mk_err no;
	uint64_t bit;

	if (end == NULL || mk_num_u64(s, (size_t)(end - s), 0, MK_CONTROL_BITS - 1, &bit, &no) == -1)
		return -1;
	return (int)bit;
}

/* One line of a client, NUL-terminated, and its answer. */
static void
answer(struct client *k, const struct mk_control_board *b, const char *line, char out[ANSWER])
{
	struct mk_err e;
	const char *level;
	bool high = false;
	int bit;

	if (strncmp(line, "in ", 3) == 0 && (bit = bit_of(line + 3, '\0')) != -1) {
		if (b->in(b->arg, bit, &high, &e) == -1)
			(void)snprintf(out, ANSWER, "error %s\n", e.msg);
		else
			(void)snprintf(out, ANSWER, "%d\n", high);
		return;
	}
	if (strncmp(line, "out ", 4) == 0 && (bit = bit_of(line + 4, ' ')) != -1) {
		level = strchr(line + 4, ' ') + 1;
		if (strcmp(level, "0") == 0 || strcmp(level, "1") == 0) {
			k->high &= ~(1u << bit);
			if (b->out(b->arg, bit, *level == '1', &e) == -1) {
				(void)snprintf(out, ANSWER, "error %s\n", e.msg);
				return;
			}
			k->high |= (unsigned)(*level == '1') << bit;
			(void)snprintf(out, ANSWER, "ok\n");
			return;
		}
	}
	(void)snprintf(out, ANSWER, "error no such request: in N, or out N 0|1, of 0 to %d\n",
		MK_CONTROL_BITS - 1);
}

/* What a client has raised falls with it: an OK is a pulse, whoever is killed. */
static void
hang_up(struct client *k, const struct mk_control_board *b)
{
	struct mk_err no;
	int bit;

	for (bit = 0; bit < MK_CONTROL_BITS; bit++)
		if ((k->high >> bit & 1) != 0)
			(void)b->out(b->arg, bit, false, &no);
	k->high = 0;
	(void)close(k->fd);	/* leaves the epoll by itself */
	k->fd = -1;
	k->n = 0;
}

/* Read what a client has sent; answer each whole line. */
static void
serve(struct client *k, const struct mk_control_board *b)
{
	char out[ANSWER], *lf;
	ssize_t got;

	while (k->fd != -1) {
		got = recv(k->fd, k->line + k->n, sizeof k->line - k->n, MSG_DONTWAIT);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1 && errno == EAGAIN)
			return;
		if (got <= 0) {
			hang_up(k, b);
			return;
		}
		k->n += (size_t)got;
		while (k->fd != -1 && (lf = memchr(k->line, '\n', k->n)) != NULL) {
			*lf = '\0';
			answer(k, b, k->line, out);
			k->n -= (size_t)(lf + 1 - k->line);
			memmove(k->line, lf + 1, k->n);
			if (send(k->fd, out, strlen(out), MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
				hang_up(k, b);
		}
		if (k->n == sizeof k->line)	/* no request is as long */
			hang_up(k, b);
	}
}

int
mk_control_serve(struct mk_control *c, const struct mk_control_board *b, struct mk_err *e)
{
	struct sockaddr_un from;
	socklen_t n;
	int i, fd;

	for (;;) {
		n = sizeof from;
		fd = accept4(c->fd, (struct sockaddr *)&from, &n, SOCK_CLOEXEC);
		if (fd == -1 && errno == EINTR)
			continue;
		if (fd == -1)
			break;
		for (i = 0; i < CLIENTS && c->client[i].fd != -1; i++)
			;
		if (i == CLIENTS || watch(c, fd) == -1)
			(void)close(fd);
		else
			c->client[i].fd = fd;
	}
	if (errno != EAGAIN && errno != ECONNABORTED)
		return mk_err_sys(e, MK_EDEV, "%s: cannot accept", c->at.sun_path);
	for (i = 0; i < CLIENTS; i++)
		if (c->client[i].fd != -1)
			serve(&c->client[i], b);
	return 0;
}

/* ---- the other side ---- */

int
mk_control_open(int *out, int ms, struct mk_err *e)
{
	int64_t until = mk_port_now() + ms;
	struct sockaddr_un a;
	int fd = -1;

	if (address(&a, e) == -1)
		return -1;
	do {
		if (fd != -1) {
			(void)close(fd);
			(void)poll(NULL, 0, 10);
		}
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd == -1)
			return mk_err_sys(e, MK_EDEV, "socket");
		if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0) {
			*out = fd;
			return 0;
		}
	} while (mk_port_now() < until);
	(void)close(fd);
	return mk_err(e, MK_EDEV, "no mk-laser of this pipe holds a board whose port can be asked: "
		"it must run with -d lmc:...");
}

/* Send a line and read the answer's, without its LF. */
static int
ask(int fd, const char *line, char out[ANSWER], struct mk_err *e)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;
	ssize_t got = 0;

	if (send(fd, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line))
		return mk_err(e, MK_EDEV, "the mk-laser that holds the board is gone");
	while (n == 0 || out[n - 1] != '\n') {
		if (poll(&p, 1, ANSWER_MS) == 0)
			return mk_err(e, MK_EDEV, "the mk-laser that holds the board does not answer");
		got = recv(fd, out + n, ANSWER - 1 - n, 0);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return mk_err(e, MK_EDEV, "the mk-laser that holds the board is gone");
		n += (size_t)got;
		if (n == ANSWER - 1)
			break;
	}
	out[n - 1] = '\0';
	return strncmp(out, "error ", 6) == 0 ? mk_err(e, MK_EDEV, "%s", out + 6) : 0;
}

int
mk_control_in(int fd, int bit, bool *high, struct mk_err *e)
{
	char line[32], out[ANSWER];

	(void)snprintf(line, sizeof line, "in %d\n", bit);
	if (ask(fd, line, out, e) == -1)
		return -1;
	*high = strcmp(out, "1") == 0;
	return *high || strcmp(out, "0") == 0 ? 0 : mk_err(e, MK_EDEV, "the mk-laser that holds the "
		"board answers '%s'", out);
}

int
mk_control_out(int fd, int bit, bool high, struct mk_err *e)
{
	char line[32], out[ANSWER];

	(void)snprintf(line, sizeof line, "out %d %d\n", bit, high);
	if (ask(fd, line, out, e) == -1)
		return -1;
	return strcmp(out, "ok") == 0 ? 0 : mk_err(e, MK_EDEV, "the mk-laser that holds the board "
		"answers '%s'", out);
}
