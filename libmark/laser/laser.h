/* Laser devices. A device is named by an argument, KIND:PLACE[?KEY=VALUE&...]
 * (mk-laser(1)); KIND chooses the driver. A job is burnt by a child process, so
 * that whatever happens to it, or to us, somebody is left to turn the beam off.
 * This is no safety function: a laser needs its hardware interlock. */
#ifndef MK_LASER_H
#define MK_LASER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/rec.h"
#include "job/job.h"

struct mk_laser;

#define MK_LASER_PATH_MAX 4096

/* How a job ended. */
enum mk_burn_end {
	MK_BURN_DONE,
	MK_BURN_STOPPED,	/* *stop was set */
	MK_BURN_WATCHED,	/* look said so */
	MK_BURN_TIMEOUT,
	MK_BURN_FAILED		/* the device or its child */
};

/* What a device says of a job that it was given. */
struct mk_burn {
	enum mk_burn_end end;
	size_t ops;	/* how many of the job's ops were begun, at most */
	size_t done;	/* how many are known to be finished, at least */
	double ms;	/* how long it took: measured, or by the time model */
	char image[MK_LASER_PATH_MAX];	/* where its picture is, "" if there is none */
	char ack[8];	/* of a device that holds the template: "done", it said so; "sent",
			   it took the text and tells no more; else "" */
	bool dark;	/* unless it is done: for sure no light was given */
};

/* Open the device, take its lock, turn its beam off, and start the child process:
 * call it before opening a store, and before any thread. conf (borrowed until
 * close) has the device's lines. MK_EUSAGE for a wrong argument, MK_ECONF, MK_EDEV
 * if the device is not there or another process holds it. */
int mk_laser_open(struct mk_laser **l, const char *arg, const struct mk_conf *conf,
	struct mk_err *e);

/* Beam off, child ended, lock released. NULL is allowed. */
void mk_laser_close(struct mk_laser *l);

/* KIND:PLACE, the name that the store and mark_device know the device by; PLACE is
 * the device's one true name, however it was spelt (of sim: its absolute path). */
const char *mk_laser_name(const struct mk_laser *l);

/* What a job must keep to (mk_job_check). */
void mk_laser_limits(const struct mk_laser *l, struct mk_job_limits *lim);

/* The device holds the template and takes texts: records need no job. */
bool mk_laser_is_text(const struct mk_laser *l);

/* Whether the device can mark this part, beyond its limits: -1, MK_EDATA, why not. */
int mk_laser_accept(struct mk_laser *l, const struct mk_rec *rec, struct mk_err *e);

/* Whether the device can take a job now: -1, MK_EDEV, if its child died. */
int mk_laser_ready(struct mk_laser *l, struct mk_err *e);

/* What ends a job before its end. {0}: nothing. */
struct mk_laser_watch {
	const sigset_t *mask;		/* signals are let through only while waiting */
	const volatile sig_atomic_t *stop;	/* once it is not 0 */
	int timeout_ms;			/* after so long; 0: never */
	int period_ms;			/* 0, or look is asked so often, and ends it with false */
	bool (*look)(void *arg);
	void *arg;
};

/* Burn the job of one record: line is the whole record, job included. The child
 * gets it whole and checks it again before it turns the beam on.
 * 1: burnt. 0: aborted because of *stop or look. -1: the device or its child failed,
 * or it took too long (MK_EDEV). After 0 and -1 the beam is off, the part is in doubt,
 * b->ops says how far the job came, and no further job will be taken before
 * mk_laser_again. */
int mk_laser_burn(struct mk_laser *l, const char *line, size_t n,
	const struct mk_laser_watch *w, struct mk_burn *b, struct mk_err *e);

/* After 0 or -1: start the child anew. As at mk_laser_open no store may be open, and
 * the device is asked again what it is. */
int mk_laser_again(struct mk_laser *l, struct mk_err *e);

/* ---- devices without parts ---- */

/* Lock the device, turn its beam off, ask it what it is, and let it go: no light.
 * out gets device, state and what the driver adds. Errors as mk_laser_open's. */
int mk_laser_test(const char *arg, const struct mk_conf *conf, struct mk_rec *out,
	struct mk_err *e);

/* End the mk-laser that holds the device, if one does (SIGTERM, so that the part in
 * work is known), then turn the beam off ourselves. out gets device, state
 * ("stopped") and the process that was ended, if there was one. MK_EDEV if it does
 * not let go. */
int mk_laser_stop(const char *arg, const struct mk_conf *conf, struct mk_rec *out,
	struct mk_err *e);

/* Trace the rectangle that the job's light touches with the red dot, no laser, for
 * so many milliseconds (0: without an end) or until *stop is not 0. MK_EUSAGE if the
 * device has no red dot, MK_EDATA if the job does not fit the field. */
int mk_laser_red(const char *arg, const struct mk_conf *conf, const struct mk_job *job,
	int64_t ms, const volatile sig_atomic_t *stop, struct mk_err *e);

struct mk_laser_found {
	const char *device;	/* what to give to -d */
	const char *what, *node;
	const char *state;	/* "ok", or why it cannot be opened and how to mend that */
};

/* Call each for every port and board that a driver could use; it returns 0 to go
 * on. What this build cannot look for is told in left_out (code 0: nothing). */
typedef int mk_laser_each(void *arg, const struct mk_laser_found *f, struct mk_err *e);
int mk_laser_list(mk_laser_each *each, void *arg, struct mk_err *left_out, struct mk_err *e);

#endif
