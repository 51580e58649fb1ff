/* When: the times and stretches of time that people type (mkquery(7)).
 *
 *   2026-11-22T09:00:00.123+03:00   RFC 3339; without an offset: the local clock
 *   2026-11-22  2026-11  2026       a day, month, year by the local clock
 *   2026-W48  2026-W48-3            an ISO 8601 week, a day of it
 *   today  yesterday  mon … sun     the local day; the last such day, today included
 *   now  -90s -30m -2h -7d -2w      now, and before it
 *   shift:2026-03-01/2              the 2nd shift of a production day; or its name;
 *                                   today and yesterday are days here, too
 *   A..B  A..  ..B                  from where A begins up to where B begins
 *
 * A stretch is half-open: B is not in it. Alone, a time means all that it names: its
 * day, its hour, its second; -2h means the two hours up to now. */
#ifndef MK_WHEN_H
#define MK_WHEN_H

#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

/* Milliseconds since 1970 UTC, to not included. */
struct mk_period {
	int64_t from, to;
};
#define MK_PERIOD_ALL { INT64_MIN, INT64_MAX }

/* What s (n bytes) means now, under a calendar of shifts. MK_EUSAGE if nothing, or if
 * the stretch is empty. The local clock is that of TZ. */
int mk_when(const char *s, size_t n, const struct mk_time *now, const struct mk_shifts *shifts,
	struct mk_period *out, struct mk_err *e);

/* A length of time: "30m" gives 1800000. s m h d w; MK_EUSAGE. */
int mk_when_length(const char *s, size_t n, int64_t *ms, struct mk_err *e);

/* ms as a time of the local clock. */
void mk_when_local(int64_t ms, struct mk_time *out);

#endif
