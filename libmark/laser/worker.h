/* The child process in which a driver burns jobs. Inside libmark/laser only.
 *
 * The child has no standard input and output of its own, ignores the terminal's
 * signals, and aborts the beam on SIGTERM, which the kernel also sends it when its
 * parent dies. The parent turns the beam off when the child dies. Jobs and answers
 * go over a socket; how far a job came stands in shared memory, so that it is
 * known after any death. */
#ifndef MK_WORKER_H
#define MK_WORKER_H

#include <signal.h>

#include "laser/driver.h"

struct mk_worker;

/* Fork. drv and dev must outlive the worker. */
int mk_worker_start(struct mk_worker **w, const struct mk_driver *drv, void *dev,
	const char *name, struct mk_err *e);

/* See mk_laser_ready and mk_laser_burn. watch NULL: nothing ends it. */
int mk_worker_ready(struct mk_worker *w, struct mk_err *e);
int mk_worker_run(struct mk_worker *w, const char *line, size_t n,
	const struct mk_laser_watch *watch, struct mk_burn *b, struct mk_err *e);

/* Fork again, once the child is dead. */
int mk_worker_again(struct mk_worker *w, struct mk_err *e);

/* End the child, which is idle or dead, and free w. NULL is allowed. */
void mk_worker_end(struct mk_worker *w);

#endif
