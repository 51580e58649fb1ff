/* Byte streams to devices: a serial line, or TCP as client or as server. A PLACE is
 *
 *   [serial:]/dev/ttyUSB0 | tcp:HOST:PORT | listen:[HOST:]PORT
 *
 * HOST may be an IPv6 address in brackets; listen without a HOST is this machine
 * only (127.0.0.1). Nothing here is buffered, and nothing locked. All times are
 * milliseconds of CLOCK_MONOTONIC. Errors: MK_EUSAGE for a place that is none,
 * MK_EDEV for the rest, its message saying what to do. After MK_EDEV of a read or
 * write the far end is gone (unplugged, hung up). */
#ifndef MK_PORT_H
#define MK_PORT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct mk_port;

/* The form of a serial line; TCP takes no notice of it. */
enum mk_flow { MK_FLOW_NONE, MK_FLOW_RTSCTS, MK_FLOW_XONXOFF };
struct mk_port_conf {
	uint32_t baud;		/* 0: 9600 */
	int bits;		/* 5..8; 0: 8 */
	char parity;		/* 'n', 'e', 'o'; 0: 'n' */
	int stop;		/* 1, 2; 0: 1 */
	enum mk_flow flow;
	/* RTS and DTR low from the opening on. The kernel raises both for an instant
	 * when it opens a line; what must not be seen is longer than that (a pulse),
	 * or comes when the port has settled. */
	bool quiet;
	/* tcp: take the lock (mk_port_lockfd) before it is connected. If somebody has it
	 * it stays unconnected (mk_port_join): there are devices that a second client cuts
	 * off from the first, and others that let none in. */
	bool lock;
};

/* Take one KEY=VALUE of a user's: baud=9600 bits=8 parity=none|even|odd stop=1
 * flow=none|rtscts|xonxoff. 1: taken; 0: no key of ours; -1: MK_EUSAGE, the value
 * is wrong. */
#define MK_PORT_KEYS "baud, bits, parity, stop, flow"
int mk_port_setting(struct mk_port_conf *c, const char *key, const char *val, struct mk_err *e);

/* How long to wait, and what ends it sooner. Signals of mask are let through only
 * while waiting (NULL: the mask stays as it is); once *stop is not 0 a wait ends as
 * if its time were up. */
struct mk_wait {
	int64_t until;		/* mk_port_now() or later; MK_FOREVER */
	const sigset_t *mask;
	const volatile sig_atomic_t *stop;	/* may be NULL */
};
#define MK_FOREVER INT64_MAX
int64_t mk_port_now(void);

/* Open. c may be NULL: 9600 8N1. tcp: connects until w's time is up (a time-out is
 * MK_EDEV); listen: binds, and takes its first client when it is first read,
 * written or waited for. */
int mk_port_open(struct mk_port **p, const char *place, const struct mk_port_conf *c,
	const struct mk_wait *w, struct mk_err *e);
void mk_port_close(struct mk_port *p);	/* NULL is allowed */

/* Connect what was left unconnected, now that the lock is ours; others: nothing. */
int mk_port_join(struct mk_port *p, const struct mk_wait *w, struct mk_err *e);

/* Append the place under its one true name: /dev/ttyUSB0, also if it was spelt
 * /dev/serial/by-id/...; tcp:host:port; listen:host:port. */
int mk_port_place(const struct mk_port *p, struct mk_buf *out, struct mk_err *e);

/* A descriptor for flock(2), so that one process holds a device: the line itself;
 * of TCP a file in /run/lock (else /tmp) named after the place, which is removed when
 * its last user closes (so after locking see that it still has a name: st_nlink).
 * Opened at the first call; belongs to p. -1 with e. */
int mk_port_lockfd(struct mk_port *p, struct mk_err *e);

/* The descriptor of the stream, to poll; -1 while a server has no client. */
int mk_port_fd(const struct mk_port *p);

/* Of a server: wait for a client if there is none. 1, 0 time is up, -1. */
int mk_port_wait(struct mk_port *p, const struct mk_wait *w, struct mk_err *e);

/* Of a server: let the client go; the next one may come. Others: nothing. */
void mk_port_hangup(struct mk_port *p);

/* What is there, at least one byte: how many; 0: time is up; -1. */
ssize_t mk_port_read(struct mk_port *p, void *buf, size_t n, const struct mk_wait *w,
	struct mk_err *e);

/* Write all of it: 1; 0: time was up after *done bytes (done may be NULL); -1. */
int mk_port_write(struct mk_port *p, const void *buf, size_t n, const struct mk_wait *w,
	size_t *done, struct mk_err *e);

/* Wait until the far end's machine has all that was written (TCP: acknowledged; a
 * line: sent). 1, 0 time is up, -1. */
int mk_port_drain(struct mk_port *p, const struct mk_wait *w, struct mk_err *e);

/* Throw away what has come in and not been read. */
void mk_port_flush(struct mk_port *p);

/* For signal handlers (async-signal-safe), errors ignored: write these bytes now,
 * as many as go out at once; read what is there within so many ms (0 if nothing). */
void mk_port_shout(const struct mk_port *p, const void *buf, size_t n);
size_t mk_port_hear(const struct mk_port *p, void *buf, size_t n, int ms);

/* ---- modem lines; TCP has none (MK_EUSAGE) ---- */

enum mk_line { MK_CTS = 1, MK_DSR = 2, MK_DCD = 4, MK_RI = 8 };	/* in */
int mk_port_lines(struct mk_port *p, unsigned *lines, struct mk_err *e);

enum mk_line_out { MK_RTS = 1, MK_DTR = 2 };			/* out */
int mk_port_raise(struct mk_port *p, enum mk_line_out line, bool high, struct mk_err *e);

/* ---- what there is ---- */

struct mk_port_info {
	const char *place;	/* /dev/ttyUSB0 */
	const char *what;	/* the system's description, or "" */
	int vid, pid;		/* of a USB adapter, else 0 */
	const char *serial;	/* of a USB adapter, or "" */
	const char *why;	/* why it cannot be opened and what to do, or NULL */
};

/* Call each for every serial port. Its -1 ends the list. */
typedef int mk_port_each(void *arg, const struct mk_port_info *info, struct mk_err *e);
int mk_port_list(mk_port_each *each, void *arg, struct mk_err *e);

#endif
