/* The sockets of a port. Inside port only. host and port are text. */
#ifndef MK_TCP_H
#define MK_TCP_H

#include "port/port.h"

int mk_tcp_connect(const char *host, const char *port, const struct mk_wait *w, int *fd,
	struct mk_err *e);
int mk_tcp_listen(const char *host, const char *port, int *fd, struct mk_err *e);
/* 1 *fd is a client, 0 time is up, -1 */
int mk_tcp_accept(int listenfd, const struct mk_wait *w, int *fd, struct mk_err *e);

/* Wait for events on fd: 1 there, 0 time is up or told to stop, -1 with errno. */
int mk_tcp_poll(int fd, short events, const struct mk_wait *w);

/* Let so many ms pass, or a signal come. */
void mk_tcp_pause(int ms, const sigset_t *mask);

#endif
