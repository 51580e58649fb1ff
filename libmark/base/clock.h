/* Time as a line sees it: instants with the local offset they were seen at
 * (RFC 3339, milliseconds), and the shift calendar. */
#ifndef MK_CLOCK_H
#define MK_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct mk_time {
	int64_t ms;	/* since 1970-01-01T00:00:00Z */
	int off;	/* local offset in minutes, east positive */
};

#define MK_TIME_LEN 30	/* room for "2026-11-22T09:00:00.123+03:00" and NUL */
#define MK_DAY_LEN 11	/* room for "2026-11-22" and NUL */

int mk_time_now(struct mk_time *t, struct mk_err *e);

/* Any RFC 3339 time; finer than milliseconds is refused unless zero.
 * Years 1970 to 9999. */
int mk_time_parse(const char *s, size_t n, struct mk_time *t, struct mk_err *e);
void mk_time_format(const struct mk_time *t, char out[MK_TIME_LEN]);

/* Append t as local time in a strftime(3) format of the C locale, of which only
 * %Y %y %m %d %j %H %M %S %V %G %g %u %b %B %% are taken, and of our own %1 (the
 * year's last digit), %v (vehicles' year code, 49 CFR 565.15: 30 years, no I O Q U Z
 * 0), %i and %o (IEC 60062: year code of 20 years, month code). mk_time_check tells
 * at definition time whether a format is one of those. */
int mk_time_codes(const struct mk_time *t, const char *fmt, size_t n, struct mk_buf *out,
	struct mk_err *e);
int mk_time_check(const char *fmt, size_t n, struct mk_err *e);

/* Whether the kernel's clock is synchronised (NTP, PTP …). */
bool mk_clock_synced(void);

#define MK_SHIFTS_MAX 12
struct mk_shifts {
	size_t n;
	struct {
		char name[16];
		int start;	/* minutes from local midnight; ascending */
	} s[MK_SHIFTS_MAX];
};

/* Add "A@06:00". Starts must ascend. */
int mk_shifts_add(struct mk_shifts *c, const char *word, struct mk_err *e);

/* The shift that runs at t ("" if there is no calendar) and its production day:
 * the local day on which that shift began. */
const char *mk_shift_at(const struct mk_shifts *c, const struct mk_time *t,
	char day[MK_DAY_LEN]);

#endif
