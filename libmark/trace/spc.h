/* Control charts of counts (Shewhart; Montgomery, Introduction to Statistical
 * Quality Control, "Control charts for attributes"):
 *
 *   p  share of bad parts: p̄ ± 3 √(p̄(1−p̄)/nᵢ), of nᵢ parts each
 *   u  faults per part:    ū ± 3 √(ū/nᵢ)
 *   c  faults:             c̄ ± 3 √c̄
 *
 * A lower limit below 0 is 0, an upper one of p over 1 is 1. */
#ifndef MK_SPC_H
#define MK_SPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum mk_spc_kind { MK_SPC_P, MK_SPC_U, MK_SPC_C };

/* Western Electric's rules (Statistical Quality Control Handbook, 1956), each on
 * one side of the centre: bits of mk_spc_point.rules, set at the point that
 * completes the pattern. */
enum mk_spc_rule {
	MK_SPC_3S = 1,		/* 1 point beyond 3 sigma */
	MK_SPC_2OF3 = 2,	/* 2 of 3 beyond 2 sigma */
	MK_SPC_4OF5 = 4,	/* 4 of 5 beyond 1 sigma */
	MK_SPC_8RUN = 8		/* 8 in a row on one side */
};

struct mk_spc_point {
	int64_t n, x;		/* parts looked at, and bad ones or faults among them */
	bool left_out;		/* of the centre (a known cause); it is judged all the same */
	double value, lcl, ucl, z;	/* z: distance from the centre in sigmas */
	unsigned rules;
};

/* "p", "u", "c". 0, or -1 with MK_EUSAGE. */
int mk_spc_kind(const char *name, enum mk_spc_kind *kind, struct mk_err *e);

/* The centre line of the points that are not left out. MK_EDATA if there are none. */
int mk_spc_centre(enum mk_spc_kind kind, const struct mk_spc_point *pt, size_t n,
	double *centre, struct mk_err *e);

/* Fill value, limits, z and rules (those of the mask) of each point. */
void mk_spc_judge(enum mk_spc_kind kind, double centre, unsigned mask,
	struct mk_spc_point *pt, size_t n);

/* "we": all rules; "3s", or a list "1,2,4,8" of how many points a rule looks at
 * first. MK_EUSAGE. mk_spc_rules appends the names of those set: "3s,2of3". */
int mk_spc_mask(const char *text, unsigned *mask, struct mk_err *e);
int mk_spc_rules(unsigned rules, struct mk_buf *out, struct mk_err *e);

/* Frozen limits are a file of two lines, "chart p" and "centre 0.215". Reading
 * checks that the chart is of this kind (MK_ECONF). */
int mk_spc_freeze(enum mk_spc_kind kind, double centre, struct mk_buf *out, struct mk_err *e);
int mk_spc_frozen(const char *path, enum mk_spc_kind kind, double *centre, struct mk_err *e);

#endif
