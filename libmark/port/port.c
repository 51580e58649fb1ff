#include "port/port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/num.h"
#include "port/serial.h"
#include "port/tcp.h"

struct mk_port {
	struct mk_serial *serial;	/* NULL: TCP */
	int fd;			/* of the stream, -1: a server without a client */
	int listenfd;		/* -1: no server */
	int lockfd;		/* of TCP, once asked for; else -1 */
	char *lockfile;
	char *place;		/* the one true name */
	char *host, *port;	/* of TCP */
	struct mk_arena arena;
};

/* ---- settings ---- */

static int
choice(const char *key, const char *val, const char *const *of, int *to, struct mk_err *e)
{
	int i;

	for (i = 0; of[i] != NULL; i++)
		if (strcmp(of[i], val) == 0) {
			*to = i;
			return 1;
		}
	return mk_err(e, MK_EUSAGE, "%s=%s: it is %s, %s or %s", key, val, of[0], of[1], of[2]);
}

static int
number(const char *key, const char *val, uint64_t min, uint64_t max, uint64_t *to,
	struct mk_err *e)
{
	if (mk_num_u64(val, strlen(val), min, max, to, e) == 0)
		return 1;
	e->code = MK_EUSAGE;
	return mk_err_at(e, "%s=%s", key, val);
}

int
mk_port_setting(struct mk_port_conf *c, const char *key, const char *val, struct mk_err *e)
{
	static const char *const parity[] = { "none", "even", "odd", NULL };
	static const char *const flow[] = { "none", "rtscts", "xonxoff", NULL };
	uint64_t n = 0;
	int i = 0, r = 0;

	if (strcmp(key, "baud") == 0) {
		if ((r = number(key, val, 50, 4000000, &n, e)) == 1)
			c->baud = (uint32_t)n;
	} else if (strcmp(key, "bits") == 0) {
		if ((r = number(key, val, 5, 8, &n, e)) == 1)
			c->bits = (int)n;
	} else if (strcmp(key, "stop") == 0) {
		if ((r = number(key, val, 1, 2, &n, e)) == 1)
			c->stop = (int)n;
	} else if (strcmp(key, "parity") == 0) {
		if ((r = choice(key, val, parity, &i, e)) == 1)
			c->parity = "neo"[i];
	} else if (strcmp(key, "flow") == 0) {
		if ((r = choice(key, val, flow, &i, e)) == 1)
			c->flow = (enum mk_flow)i;
	}
	return r;
}

/* ---- opening ---- */

/* HOST:PORT, or, if a host need not be given, PORT. */
static int
address(struct mk_port *p, const char *text, const char *place, bool need, struct mk_err *e)
{
	const char *colon = strrchr(text, ':'), *host = text;
	size_t n = colon == NULL ? 0 : (size_t)(colon - text);
	uint64_t port;

	if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	if (colon != NULL && n > 0) {
		p->host = mk_arena_dup(&p->arena, host, n, e);
	} else if (colon == NULL && !need) {
		p->host = mk_arena_dup(&p->arena, "127.0.0.1", 9, e);
		colon = text - 1;
	} else {
		return mk_err(e, MK_EUSAGE, "'%s': say %s", place, need ? "tcp:HOST:PORT"
			: "listen:PORT or listen:HOST:PORT");
	}
	if (p->host == NULL)
		return -1;
	if (mk_num_u64(colon + 1, strlen(colon + 1), 1, 65535, &port, e) == -1) {
		e->code = MK_EUSAGE;
		return mk_err_at(e, "'%s': the port '%s'", place, colon + 1);
	}
	p->port = mk_arena_dup(&p->arena, colon + 1, strlen(colon + 1), e);
	return p->port == NULL ? -1 : 0;
}

static int
tcp_place(struct mk_port *p, const char *kind, struct mk_err *e)
{
	const char *in = strchr(p->host, ':') == NULL ? "" : "[", *out = *in == '\0' ? "" : "]";
	struct mk_buf b = {0};

	if (mk_buf_addf(&b, e, "%s:%s%s%s:%s", kind, in, p->host, out, p->port) == 0)
		p->place = mk_arena_dup(&p->arena, b.p, b.n, e);
	mk_buf_clear(&b);
	return p->place == NULL ? -1 : 0;
}

/* 0 also if it was left unconnected, because somebody has it. */
static int
open_tcp(struct mk_port *p, const struct mk_port_conf *c, const struct mk_wait *w, struct mk_err *e)
{
	int fd;

	if (c != NULL && c->lock) {
		if ((fd = mk_port_lockfd(p, e)) == -1)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK)
			return 0;
	}
	return mk_tcp_connect(p->host, p->port, w, &p->fd, e);
}

static int
open_serial(struct mk_port *p, const char *path, const struct mk_port_conf *c, struct mk_err *e)
{
	static const struct mk_port_conf plain;
	/* links such as /dev/serial/by-id/... are for people */
	char *real = realpath(path, NULL);
	const char *name = real == NULL ? path : real;

	p->place = mk_arena_dup(&p->arena, name, strlen(name), e);
	free(real);
	return p->place == NULL ? -1
		: mk_serial_open(&p->serial, p->place, c == NULL ? &plain : c, &p->fd, e);
}

int
mk_port_open(struct mk_port **out, const char *place, const struct mk_port_conf *c,
	const struct mk_wait *w, struct mk_err *e)
{
	struct mk_port *p = calloc(1, sizeof *p);
	int r = -1;

	if (p == NULL)
		return mk_err_nomem(e);
	p->fd = p->listenfd = p->lockfd = -1;
	if (strncmp(place, "tcp:", 4) == 0) {
		if (address(p, place + 4, place, true, e) == 0 && tcp_place(p, "tcp", e) == 0)
			r = open_tcp(p, c, w, e);
	} else if (strncmp(place, "listen:", 7) == 0) {
		if (address(p, place + 7, place, false, e) == 0 && tcp_place(p, "listen", e) == 0)
			r = mk_tcp_listen(p->host, p->port, &p->listenfd, e);
	} else {
		const char *path = strncmp(place, "serial:", 7) == 0 ? place + 7 : place;

		r = *path == '/' ? open_serial(p, path, c, e)
			: mk_err(e, MK_EUSAGE, "'%s': a port is /dev/NAME, tcp:HOST:PORT or "
				"listen:PORT", place);
	}
	if (r == -1) {
		mk_port_close(p);
		return -1;
	}
	*out = p;
	return 0;
}

int
mk_port_join(struct mk_port *p, const struct mk_wait *w, struct mk_err *e)
{
	return p->fd != -1 || p->listenfd != -1 ? 0
		: mk_tcp_connect(p->host, p->port, w, &p->fd, e);
}

void
mk_port_close(struct mk_port *p)
{
	if (p == NULL)
		return;
	if (p->serial != NULL)
		mk_serial_close(p->serial);
	else if (p->fd != -1)
		(void)close(p->fd);
	if (p->listenfd != -1)
		(void)close(p->listenfd);
	if (p->lockfd != -1) {
		/* the file goes with its last user */
		if (flock(p->lockfd, LOCK_EX | LOCK_NB) == 0)
			(void)unlink(p->lockfile);
		(void)close(p->lockfd);
	}
	mk_arena_clear(&p->arena);
	free(p);
}

int
mk_port_place(const struct mk_port *p, struct mk_buf *out, struct mk_err *e)
{
	return mk_buf_adds(out, p->place, e);
}

int
mk_port_lockfd(struct mk_port *p, struct mk_err *e)
{
	static const char *const dir[] = { "/run/lock", "/tmp" };
	struct mk_buf b = {0};
	size_t i, k, n;

	if (p->serial != NULL)
		return p->fd;
	for (i = 0; p->lockfd == -1 && i < 2; i++) {
		b.n = 0;
		if (mk_buf_addf(&b, e, "%s/mk-%s.lock", dir[i], p->place) == -1 ||
		    mk_buf_str(&b, e) == NULL)
			break;
		n = strlen(dir[i]) + 1;
		for (k = n; k < b.n; k++)
			if (b.p[k] == '/' || b.p[k] == ':')
				b.p[k] = '_';
		p->lockfd = open(b.p, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
		/* the file of another user, in a folder of all: reading is enough to lock */
		if (p->lockfd == -1 && errno == EACCES)
			p->lockfd = open(b.p, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (p->lockfd != -1 && (p->lockfile = mk_arena_dup(&p->arena, b.p, b.n, e)) == NULL) {
			(void)close(p->lockfd);
			p->lockfd = -1;
			break;
		}
		if (p->lockfd == -1)
			mk_err_sys(e, MK_EDEV, "%s: cannot make this file, to lock %s", b.p, p->place);
	}
	mk_buf_clear(&b);
	return p->lockfd;
}

int
mk_port_fd(const struct mk_port *p)
{
	return p->fd;
}

/* ---- reading and writing ---- */

int
mk_port_wait(struct mk_port *p, const struct mk_wait *w, struct mk_err *e)
{
	if (p->fd != -1)
		return 1;
	if (p->listenfd == -1)
		return mk_err(e, MK_EDEV, "%s: the connection is gone", p->place);
	return mk_tcp_accept(p->listenfd, w, &p->fd, e) == -1 ? mk_err_at(e, "%s", p->place)
		: p->fd != -1;
}

void
mk_port_hangup(struct mk_port *p)
{
	if (p->listenfd != -1 && p->fd != -1) {
		(void)close(p->fd);
		p->fd = -1;
	}
}

/* The far end is gone; err is an errno, or 0 for an end of file. */
static int
gone(struct mk_port *p, int err, struct mk_err *e)
{
	mk_port_hangup(p);
	if (p->serial != NULL)
		mk_err(e, MK_EDEV, "%s: the device is gone: is its cable in, and its power on?%s%s",
			p->place, err == 0 ? "" : ": ", err == 0 ? "" : strerror(err));
	else
		mk_err(e, MK_EDEV, "%s: the far end hung up%s%s", p->place,
			err == 0 ? "" : ": ", err == 0 ? "" : strerror(err));
	e->sys = err;
	return -1;
}

ssize_t
mk_port_read(struct mk_port *p, void *buf, size_t n, const struct mk_wait *w, struct mk_err *e)
{
	int r = mk_port_wait(p, w, e);

	while (r == 1) {
		ssize_t k;

		if ((r = mk_tcp_poll(p->fd, POLLIN, w)) != 1)
			return r == 0 ? 0 : mk_err_sys(e, MK_EDEV, "%s: poll", p->place);
		k = read(p->fd, buf, n);
		if (k > 0)
			return k;
		if (k == 0)
			return gone(p, 0, e);
		if (errno != EAGAIN && errno != EINTR)
			return gone(p, errno, e);
	}
	return r;
}

/* A peer that is gone is no signal. */
static ssize_t
put(const struct mk_port *p, const void *buf, size_t n)
{
	return p->serial != NULL ? write(p->fd, buf, n) : send(p->fd, buf, n, MSG_NOSIGNAL);
}

int
mk_port_write(struct mk_port *p, const void *buf, size_t n, const struct mk_wait *w,
	size_t *done, struct mk_err *e)
{
	const char *c = buf;
	size_t sent = 0;
	int r = mk_port_wait(p, w, e);

	while (r == 1 && sent < n) {
		ssize_t k = put(p, c + sent, n - sent);

		if (k >= 0)
			sent += (size_t)k;
		else if (errno == EAGAIN)
			r = mk_tcp_poll(p->fd, POLLOUT, w);
		else if (errno != EINTR)
			r = gone(p, errno, e);
	}
	if (done != NULL)
		*done = sent;
	return r;
}

int
mk_port_drain(struct mk_port *p, const struct mk_wait *w, struct mk_err *e)
{
	const struct mk_wait now = { .until = 0 };
	int left = 0;

	for (;;) {
		/* a far end that has all may say good-bye, but not break off */
		if (p->fd == -1 || mk_tcp_poll(p->fd, 0, &now) != 0)
			return gone(p, 0, e);
		if (ioctl(p->fd, TIOCOUTQ, &left) == -1)
			return gone(p, errno, e);
		if (left == 0)
			return 1;
		if (mk_port_now() >= w->until || (w->stop != NULL && *w->stop != 0))
			return 0;
		mk_tcp_pause(2, w->mask);
	}
}

void
mk_port_flush(struct mk_port *p)
{
	char buf[512];

	while (p->fd != -1 && read(p->fd, buf, sizeof buf) > 0)
		;
}

void
mk_port_shout(const struct mk_port *p, const void *buf, size_t n)
{
	ssize_t r;

	/* a line whose buffer is full must not keep the beam on */
	if (p->serial != NULL)
		(void)tcflush(p->fd, TCOFLUSH);
	do
		r = p->fd == -1 ? 0 : put(p, buf, n);
	while (r == -1 && errno == EINTR);
}

size_t
mk_port_hear(const struct mk_port *p, void *buf, size_t n, int ms)
{
	struct pollfd f = { .fd = p->fd, .events = POLLIN };
	ssize_t k = 0;

	if (p->fd == -1)
		return 0;
	if (poll(&f, 1, ms) == 1)
		k = read(p->fd, buf, n);
	return k > 0 ? (size_t)k : 0;
}

/* ---- modem lines ---- */

static int
no_lines(const struct mk_port *p, struct mk_err *e)
{
	return mk_err(e, MK_EUSAGE, "%s: only a serial line has modem lines", p->place);
}

int
mk_port_lines(struct mk_port *p, unsigned *lines, struct mk_err *e)
{
	return p->serial == NULL ? no_lines(p, e) : mk_serial_lines(p->serial, lines, e);
}

int
mk_port_raise(struct mk_port *p, enum mk_line_out line, bool high, struct mk_err *e)
{
	return p->serial == NULL ? no_lines(p, e) : mk_serial_raise(p->serial, line, high, e);
}
