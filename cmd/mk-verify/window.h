/* Inside mk-verify: reads that are paired with waiting records by their code. */
#ifndef WINDOW_H
#define WINDOW_H

#include "cmd/mk-verify/part.h"

extern const char *opt_window;
#define OPT_WINDOW { "window", 0, "N", &opt_window, \
	"pair what is read with up to N waiting records by the code" }

/* The whole filter, instead of one picture for each record. */
int run_window(struct cmd *c, struct run *r);

#endif
