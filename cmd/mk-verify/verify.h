/* Inside mk-verify: its verbs, and what they share. */
#ifndef VERIFY_H
#define VERIFY_H

#include "cmd/cmd.h"

/* ---- filter.c: records in, records with a verdict out ---- */
extern const struct cmd_opt opts_filter[];
int run_filter(struct cmd *c);

#endif
