/* What a GRBL controller tells of itself: the questions at its start. Inside
 * libmark/laser only. */
#ifndef MK_GRBLASK_H
#define MK_GRBLASK_H

#include "laser/grbl.h"

struct mk_grbl_facts {
	double s_max, s_min;		/* $30 $31 */
	double x_rate, y_rate;		/* $110 $111, mm/min */
	double x_max, y_max;		/* $130 $131, mm */
	double laser;			/* $32 */
	unsigned seen;			/* bits: which of them it told */
	unsigned long blocks, rx;	/* [OPT:...]: moves that it plans ahead, bytes */
	char version[64];		/* [VER:...] */
	char options[32];
};

/* Ask once, ms of silence at most: 1 it answered, io->line has ok or error:N; 0 it did
 * not; 2 it did not, and was reset; -1 with e. What it told is in f. */
int mk_grbl_ask(struct mk_grbl_io *io, struct mk_grbl_facts *f, const char *question, int ms,
	struct mk_err *e);

/* Hear it out: answers to questions that were asked again may be on their way. */
int mk_grbl_hear_out(struct mk_grbl_io *io, struct mk_grbl_facts *f, struct mk_err *e);

/* A controller may start up only now (its line was opened, or its program with the
 * connection), with a banner or without; so it is asked until it answers. One that is
 * locked says so by an alarm here: its state tells that, too. */
int mk_grbl_greet(struct mk_grbl_io *io, struct mk_grbl_facts *f, struct mk_err *e);

/* -1 with e if it did not tell all that is needed. */
int mk_grbl_missing(const struct mk_grbl_facts *f, struct mk_err *e);

#endif
