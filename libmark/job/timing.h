/* The time model of a device line of mk.conf(5). */
#ifndef MK_TIMING_H
#define MK_TIMING_H

#include "base/conf.h"
#include "job/job.h"

/* Fill t from the device's settings jump (mm/s) jump_us on_us off_us corner_us
 * round_us; what is not set, or d NULL, is that of a common galvo: 4000 80 100 150 100
 * 0. Delays of laser on and off that are negative take no time. A malformed value is MK_ECONF and names the configuration's line. */
int mk_timing_conf(struct mk_timing *t, const struct mk_device *d, struct mk_err *e);

#endif
