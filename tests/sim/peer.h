/* The far end of a line, for the programs that play devices: a pty, a TCP server or a
 * TCP client. Tests only: what fails ends the program with status 9. */
#ifndef PEER_H
#define PEER_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

__attribute__((noreturn, unused)) static void
peer_die(const char *what)
{
	perror(what);
	exit(9);
}

/* The file holds the place, whole or not at all. */
static void
peer_tell(const char *file, const char *place)
{
	char tmp[4096];
	FILE *f;

	(void)snprintf(tmp, sizeof tmp, "%s.new", file);
	if ((f = fopen(tmp, "w")) == NULL || fprintf(f, "%s\n", place) < 0 || fclose(f) != 0 ||
	    rename(tmp, file) != 0)
		peer_die(file);
}

static void
peer_ms(int ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	(void)nanosleep(&t, NULL);
}

static int
peer_pty(const char *file)
{
	struct termios raw;
	char name[64];
	int master, slave;

	memset(&raw, 0, sizeof raw);
	cfmakeraw(&raw);
	if (openpty(&master, &slave, name, &raw, NULL) == -1)
		peer_die("openpty");
	(void)close(slave);
	(void)fcntl(master, F_SETFD, FD_CLOEXEC);
	peer_tell(file, name);
	return master;
}

static int
peer_tcp(const char *file)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	char place[64];
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	if (s == -1 || bind(s, (struct sockaddr *)&a, n) == -1 || listen(s, 1) == -1 ||
	    getsockname(s, (struct sockaddr *)&a, &n) == -1)
		peer_die("listen");
	(void)snprintf(place, sizeof place, "tcp:127.0.0.1:%d", ntohs(a.sin_port));
	peer_tell(file, place);
	if ((fd = accept(s, NULL, NULL)) == -1)
		peer_die("accept");
	(void)close(s);
	return fd;
}

/* Come to a server, which may not be there yet. */
static int
peer_connect(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd, i;

	a.sin_port = htons((uint16_t)atoi(port));
	for (i = 0; i < 5000; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd != -1 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
			return fd;
		(void)close(fd);
		peer_ms(2);
	}
	peer_die("connect");
}

/* HOW: pty | tcp (FILE gets the place) | connect (FILE is the port's number). */
__attribute__((unused)) static int
peer_open(const char *how, const char *file)
{
	(void)signal(SIGPIPE, SIG_IGN);
	if (strcmp(how, "pty") == 0)
		return peer_pty(file);
	return strcmp(how, "tcp") == 0 ? peer_tcp(file) : peer_connect(file);
}

/* As read(2); 0 when the tool has closed the line. A pty that nobody has opened yet is
 * waited for (*opened is false until then). ms < 0: as long as it takes; -2: time is up. */
__attribute__((unused)) static ssize_t
peer_read(int fd, void *buf, size_t n, bool *opened, int ms)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t r;

		if (poll(&p, 1, ms) == 0)
			return -2;
		r = read(fd, buf, n);
		if (r > 0)
			*opened = true;
		if (r >= 0)
			return r;
		if (errno == EINTR || errno == EAGAIN)
			continue;
		if (errno != EIO)
			return 0;
		/* the far side of a pty is closed: before its opening, or at its end */
		if (*opened)
			return 0;
		peer_ms(2);
	}
}

__attribute__((unused)) static void
peer_write(int fd, const void *buf, size_t n)
{
	const char *c = buf;

	while (n > 0) {
		ssize_t r = write(fd, c, n);

		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			return;
		c += r;
		n -= (size_t)r;
	}
}

#endif
