/* The serial line of a port. Inside port only; serial.c alone knows the library. */
#ifndef MK_SERIAL_H
#define MK_SERIAL_H

#include "port/port.h"

struct mk_serial;

/* path is that of the device itself, no link. *fd gets the open descriptor. */
int mk_serial_open(struct mk_serial **s, const char *path, const struct mk_port_conf *c,
	int *fd, struct mk_err *e);
void mk_serial_close(struct mk_serial *s);	/* NULL is allowed */
int mk_serial_lines(struct mk_serial *s, unsigned *lines, struct mk_err *e);
int mk_serial_raise(struct mk_serial *s, enum mk_line_out line, bool high, struct mk_err *e);

#endif
