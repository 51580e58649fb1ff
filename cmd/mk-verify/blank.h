/* Inside mk-verify: the station before the laser. */
#ifndef BLANK_H
#define BLANK_H

#include "cmd/mk-verify/part.h"

extern const char *opt_blank, *opt_reference;
#define OPTS_BLANK \
	{ "check-blank", 0, NULL, &opt_blank, "before marking: the part must bear no code yet (step check)" }, \
	{ "reference", 0, "FILE", &opt_reference, "with it: how the part lies, by a picture of one that lies right" }

/* The whole filter. */
int run_blank(struct cmd *c, struct run *r);

#endif
