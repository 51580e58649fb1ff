/* Between the files that burn parts. */
#ifndef MK_LASER_BURN_H
#define MK_LASER_BURN_H

#include <signal.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/mk-laser/interlock.h"
#include "job/job.h"
#include "laser/laser.h"
#include "store/store.h"

/* A part on its way: of its own, so that a tray of them can be held. */
struct part {
	struct mk_buf line;	/* as it came */
	struct mk_rec rec;	/* what goes on */
	bool burns;		/* it is to be burnt; else it goes on as it is */
	struct mk_job job;
	uint32_t crc;
	struct mk_time begun;
	unsigned attempt;
	size_t first, end;	/* its ops in the job of all */
};

struct burning {
	struct mk_laser *laser;
	struct mk_store *store;		/* NULL: --no-store */
	struct mk_job_limits lim;
	struct mk_timing timing;
	const char *kind;		/* of a dry run and an estimate, which have no device */
	struct interlock lock;
	/* options */
	bool dry, stop, go_on, per_tray;
	const char *remark, *skip;
	int timeout_ms;
	/* the parts that are burnt together: one, or those of a tray */
	struct part *part;
	size_t n, cap;
	struct mk_job all;		/* the jobs of several as one */
	struct mk_buf line;		/* what the driver gets */
	struct mk_burn burn;
	struct mk_err down;		/* code not 0: the device takes no more */
	double total_ms;		/* of a dry run */
};

extern volatile sig_atomic_t burning_caught;	/* a signal that ended the part in work */

/* Hold a part that came; it may already be refused. -1 with c->err. */
int part_take(struct cmd *c, struct burning *b, const struct mk_rec *rec);
/* Burn those that are held, and put all of them out. -1 with c->err, also if the device
 * takes no more. */
int parts_burn(struct cmd *c, struct burning *b);
void parts_clear(struct burning *b);

/* Open the store and close what an earlier run left open. */
int burning_store(struct cmd *c, struct burning *b);

#endif
