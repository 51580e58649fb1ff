/* Who holds a device. Inside libmark/laser only. */
#ifndef MK_HOLDER_H
#define MK_HOLDER_H

#include "base/err.h"

/* Fail with MK_EDEV, naming the process that holds the lock of fd's file, if the
 * kernel shows it. Returns -1. */
int mk_holder_err(int fd, const char *name, struct mk_err *e);

/* Tell that process to end (SIGTERM) and take the lock when it has let go, within
 * ten seconds. *pid gets its number. Only a mk-laser is told. 0 with the lock
 * held, -1 with MK_EDEV. */
int mk_holder_end(int fd, const char *name, long *pid, struct mk_err *e);

#endif
