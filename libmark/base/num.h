/* Strict decimal numbers: no sign unless allowed, no spaces, no octal, no
 * locale, nothing behind the last digit. */
#ifndef MK_NUM_H
#define MK_NUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Parse the n bytes at s as a whole number in [min, max]. A leading zero is
 * allowed ("0010" is ten). 0, or -1 with e saying what is wrong (MK_ESYNTAX)
 * or out of range (MK_EDATA); *out is then untouched. INT64_MIN is out of range. */
int mk_num_u64(const char *s, size_t n, uint64_t min, uint64_t max,
	uint64_t *out, struct mk_err *e);
int mk_num_i64(const char *s, size_t n, int64_t min, int64_t max,
	int64_t *out, struct mk_err *e);

/* Parse a decimal with at most `digits` decimals (0..9) and give it scaled by
 * 10^digits: mk_num_fix("1.5", 3, 3) is 1500. Exact; more decimals are refused
 * unless they are zeros. */
int mk_num_fix(const char *s, size_t n, int digits, int64_t min, int64_t max,
	int64_t *out, struct mk_err *e);

#endif
