/* What must be well while the beam may be on: emergency stop, shutter, source alarm. */
#ifndef MK_LASER_INTERLOCK_H
#define MK_LASER_INTERLOCK_H

#include <stdbool.h>

#include "base/err.h"
#include "cmd/cmd.h"
#include "port/signal.h"

#define INTERLOCKS_MAX 16
#define INTERLOCK_MS 20		/* between two looks while the beam is on */

/* Several signals, each of which is high when all is well; {0} is none. */
struct interlock {
	struct mk_signals *set;
	struct mk_signal *s[INTERLOCKS_MAX];
	char *spec[INTERLOCKS_MAX];
	size_t n;
	const char *dropped;	/* the one that was low, or could not be asked */
	char *latch;		/* the file that says that the device was stopped by one */
};

/* Open the signals of a list, one a line (NULL: none). -1 with c->err. */
int interlock_open(struct cmd *c, struct interlock *l, const char *list);
void interlock_close(struct interlock *l);

/* Whether all are well; else l->dropped says which is not. What cannot be asked is
 * not well. */
bool interlock_well(struct interlock *l);

/* The latch: once the beam was on when one dropped, the device is not used again before
 * somebody said so. Of a store at that path; none without a store. check is -1 with
 * c->err if it is set, unless reset takes it away. */
int interlock_latch(struct cmd *c, struct interlock *l, const char *store, const char *device,
	bool reset);
int interlock_set(struct interlock *l, const char *device, struct mk_err *e);

#endif
