/* What a driver is: one file, one table of functions, one row in laser.c.
 * Inside libmark/laser only. */
#ifndef MK_DRIVER_H
#define MK_DRIVER_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/rec.h"
#include "job/job.h"
#include "laser/laser.h"

/* KIND:PLACE?KEY=VALUE&... taken apart. The strings live as long as the device. */
struct mk_laser_arg {
	const char *name;		/* "sim:out", for messages */
	const char *place;		/* "out" */
	const struct mk_setting *set;	/* KEY=VALUE in their order, repeats refused */
	size_t nset;
	const struct mk_conf *conf;
};

/* One part's work, whole and checked against the limits. */
struct mk_laser_task {
	const struct mk_rec *rec;	/* the part, job included */
	const struct mk_job *job;	/* empty if the device holds the template */
	uint32_t crc;			/* of the job's text */
	unsigned number;		/* of the job in this run, from 1 */
	atomic_uint *ops;		/* set it to the number of ops begun, or sent: at most so
					 * many can have been marked. Of a device that holds the
					 * template: 1, before it is triggered */
	atomic_uint *done;		/* those that are known to be finished; leave it at 0 if
					 * nothing is known before the end */
};

struct mk_driver {
	const char *kind;
	bool text;	/* the device holds the template: records need no job */

	/* In the parent. open takes the argument and opens the port, but does not
	 * touch the device; an unknown key is MK_EUSAGE. */
	int (*open)(void **dev, const struct mk_laser_arg *arg, struct mk_err *e);
	/* Append the place under its one true name: however it was spelt, the same
	 * device is found in the store under the same name. */
	int (*place)(const void *dev, struct mk_buf *out, struct mk_err *e);
	int (*lockfd)(const void *dev);		/* what to flock(2) */
	/* The lock is ours only now: connect what open had to leave. NULL: nothing. */
	int (*join)(void *dev, struct mk_err *e);
	void (*limits)(const void *dev, struct mk_job_limits *lim);
	void (*close)(void *dev);		/* NULL is allowed */
	/* Once it is locked: ask the device what it is, refuse one that is set up
	 * wrongly. The beam was turned off before. NULL: nothing to do. */
	int (*start)(void *dev, struct mk_err *e);
	/* Whether the part can be marked, beyond what limits say: -1, MK_EDATA, why
	 * not; before anything was begun. NULL: every part can. */
	int (*accept)(void *dev, const struct mk_rec *rec, struct mk_err *e);

	/* In either process, in the child also in a signal handler (unless there is
	 * stop): beam off, now. */
	void (*off)(void *dev);

	/* In the child, one job at a time. */
	int (*burn)(void *dev, const struct mk_laser_task *t, struct mk_burn *b,
		struct mk_err *e);

	/* In the child, when it starts: let go of what is the parent's alone. NULL:
	 * nothing to do. */
	void (*child)(void *dev);
	/* In the child, in a signal handler while it burns or answers: make that end
	 * soon, beam off. NULL: off is called there, and the child ends. */
	void (*stop)(void *dev);
	/* In the child, between jobs: a descriptor (or -1) to wait for, and what to do
	 * when it can be read. NULL: there is none. */
	int (*idlefd)(void *dev);
	void (*idle)(void *dev);

	/* In the parent, when there is no child: say what the device is, as fields of
	 * out; no light. NULL if there is nothing to say. */
	int (*test)(void *dev, struct mk_rec *out, struct mk_err *e);
	/* In the parent, when there is no child: trace a rectangle (µm: x0 y0 x1 y1) with
	 * the red dot until *stop is not 0 or until_ms (CLOCK_MONOTONIC) has come; 0 or
	 * -1, the red dot off. NULL if there is none. */
	int (*red)(void *dev, const int32_t box[4], int64_t until_ms,
		const volatile sig_atomic_t *stop, struct mk_err *e);
};

extern const struct mk_driver mk_driver_sim;
extern const struct mk_driver mk_driver_grbl;
extern const struct mk_driver mk_driver_text;
extern const struct mk_driver mk_driver_gcode;
extern const struct mk_driver mk_driver_svg;
extern const struct mk_driver mk_driver_lmc;

#endif
