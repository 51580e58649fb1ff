/* Yield, pareto and control charts, out of the store's hourly tallies.
 *
 * First-pass yield of a step is of units: those whose first attempt at it was ok, of
 * all that had one. A part that comes again after rework does not count again. Rolled
 * throughput yield is the product of the steps' first-pass yields. */
#ifndef MK_YIELD_H
#define MK_YIELD_H

#include "store/ask.h"
#include "trace/when.h"

#define MK_BY_MAX 6

/* What the table is broken down by: dimensions of the context, and "step", "hour",
 * "date" (the local calendar day), "week", "month", "result", "reason". */
struct mk_by {
	int key[MK_BY_MAX];	/* enum mk_dim, or MK_BY_ … */
	size_t n;
};
enum { MK_BY_STEP = MK_DIM_N, MK_BY_HOUR, MK_BY_DATE, MK_BY_WEEK, MK_BY_MONTH, MK_BY_RESULT,
	MK_BY_REASON };
int mk_by_parse(const char *list, struct mk_by *by, struct mk_err *e);	/* MK_EUSAGE */
const char *mk_by_name(int key);

/* A dimension that must have a value: "lot", "L42". */
struct mk_only {
	int key;		/* enum mk_dim, MK_BY_STEP, _RESULT or _REASON */
	const char *val;	/* as spelt; borrowed */
	bool turned;		/* must have another */
};

struct mk_row {
	char *key;		/* the values of by, one behind the other, NUL behind each */
	size_t nkey;
	int64_t since;		/* ms: the hour in which it first came up */
	int64_t first, first_ok;	/* units at their first attempt, and those ok at it */
	int64_t all, all_ok;	/* attempts */
	int64_t setup;		/* attempts with a purpose (set-up parts …), in none of the above */
};

struct mk_yield {
	/* to be said */
	struct mk_store *st;
	struct mk_period when;
	struct mk_by by;
	const struct mk_only *only;	/* all must hold */
	size_t nonly;
	bool judged;		/* only what mk_yield_step takes, and has a result */

	/* what comes of it, sorted by key */
	struct mk_row *row;
	size_t n, cap;

	uint32_t *slot;		/* yield.c's */
	size_t nslot;
	struct mk_buf scratch;
};

bool mk_yield_step(const char *step);
int mk_yield(struct mk_yield *y, struct mk_err *e);
void mk_yield_clear(struct mk_yield *y);

/* The value of the i-th key of a row. */
const char *mk_row_key(const struct mk_row *row, size_t i);

#endif
