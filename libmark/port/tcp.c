#include "port/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEAD_MS 5000	/* unacknowledged for so long: the far end is gone */

int64_t
mk_port_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
mk_tcp_poll(int fd, short events, const struct mk_wait *w)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		struct timespec t, *limit = NULL;
		int64_t left;
		int r;

		if (w->stop != NULL && *w->stop != 0)
			return 0;
		if (w->until != MK_FOREVER) {
			left = w->until - mk_port_now();
			if (left < 0)
				left = 0;
			t.tv_sec = (time_t)(left / 1000);
			t.tv_nsec = (long)(left % 1000) * 1000000;
			limit = &t;
		}
		if ((r = ppoll(&p, 1, limit, w->mask)) >= 0)
			return r;
		if (errno != EINTR)
			return -1;
	}
}

void
mk_tcp_pause(int ms, const sigset_t *mask)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	(void)ppoll(NULL, 0, &t, mask);
}

static int
resolve(const char *host, const char *port, int flags, struct addrinfo **list, struct mk_err *e)
{
	const struct addrinfo hint = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | flags };
	int r = getaddrinfo(host, port, &hint, list);

	return r == 0 ? 0 : mk_err(e, MK_EDEV, "tcp:%s:%s: cannot find this host: %s: is "
		"its name right, and the network up?", host, port, r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
}

/* Small pieces go out at once, and a far end that fell silent is found out. */
static void
tune(int fd)
{
	const int one = 1, idle = 5, dead = DEAD_MS;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &one, sizeof one);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof dead);
}

/* One address: 0, or the errno. */
static int
try_one(const struct addrinfo *a, const struct mk_wait *w, int *out)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err = 0;
	socklen_t n = sizeof err;

	if (fd == -1)
		return errno;
	if (connect(fd, a->ai_addr, a->ai_addrlen) == -1) {
		err = errno;
		if (err == EINPROGRESS) {
			int r = mk_tcp_poll(fd, POLLOUT, w);

			if (r == 0)
				err = ETIMEDOUT;
			else if (r == -1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &n) == -1)
				err = errno;
		}
	}
	if (err != 0) {
		(void)close(fd);
		return err;
	}
	tune(fd);
	*out = fd;
	return 0;
}

int
mk_tcp_connect(const char *host, const char *port, const struct mk_wait *w, int *fd,
	struct mk_err *e)
{
	struct addrinfo *list, *a;
	int err = 0;

	if (resolve(host, port, 0, &list, e) == -1)
		return -1;
	for (a = list; a != NULL; a = a->ai_next)
		if ((err = try_one(a, w, fd)) == 0)
			break;
	freeaddrinfo(list);
	if (err == 0)
		return 0;
	mk_err(e, MK_EDEV, "tcp:%s:%s: cannot connect: %s: is the device on, and this its address "
		"and port?", host, port, strerror(err));
	e->sys = err;
	return -1;
}

int
mk_tcp_listen(const char *host, const char *port, int *out, struct mk_err *e)
{
	const int one = 1;
	struct addrinfo *list;
	int fd;

	if (resolve(host, port, AI_PASSIVE, &list, e) == -1)
		return -1;
	fd = socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == -1 ||
	    bind(fd, list->ai_addr, list->ai_addrlen) == -1 || listen(fd, 1) == -1) {
		mk_err_sys(e, MK_EDEV, "listen:%s:%s: cannot listen there", host, port);
		if (fd != -1)
			(void)close(fd);
		fd = -1;
	}
	freeaddrinfo(list);
	*out = fd;
	return fd == -1 ? -1 : 0;
}

int
mk_tcp_accept(int listenfd, const struct mk_wait *w, int *out, struct mk_err *e)
{
	for (;;) {
		struct sockaddr_storage from;
		socklen_t n = sizeof from;
		int r = mk_tcp_poll(listenfd, POLLIN, w), fd;

		if (r == 0)
			return 0;
		fd = r == -1 ? -1 : accept4(listenfd, (struct sockaddr *)&from, &n,
			SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd != -1) {
			tune(fd);
			*out = fd;
			return 1;
		}
		/* a client that was gone again before it was let in */
		if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
			return mk_err_sys(e, MK_EDEV, "cannot accept a connection");
	}
}
