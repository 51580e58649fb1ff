/* Inside mk-verify: rules that decide by a part's values. */
#ifndef GATE_H
#define GATE_H

#include "cmd/cmd.h"

extern const char *opt_min_grade, *opt_gate, *opt_trend;
#define OPTS_GATE \
	{ "min-grade", 0, "G", &opt_min_grade, "fail parts graded lower, 0 to 4" }, \
	{ "gate", 0, "FILE", &opt_gate, "rules per parameter: levels of warning and of failing" }, \
	{ "trend", 0, "N", &opt_trend, "warn when the mean of N parts drifts to its limit" }

struct gate;
int gate_open(struct cmd *c, struct gate **g);
void gate_close(struct gate *g);	/* NULL is allowed */

/* Hold a part's verify_… fields against the rules. 1 if it passes; 0 if a rule fails:
 * why (of size) says which; -1. Adds verify_gate (the parameters that fail),
 * verify_warn (those that are on the way there), verify_trend (those that drift). */
int gate_part(struct cmd *c, struct gate *g, struct mk_rec *rec, char *why, size_t size);

#endif
