#include "trace/when.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

#define SEC_MS ((int64_t)1000)
#define HOUR_MS (3600 * SEC_MS)
#define YEAR_MIN 1970
#define YEAR_MAX 9999

/* A day of the local calendar; months from 1. Days and months may run over. */
struct day {
	int y, m, d;
};

/* Where the minute min of a day begins: by the local clock, through its changes. */
static int64_t
local_ms(const struct day *at, int min)
{
	struct tm tm = { .tm_year = at->y - 1900, .tm_mon = at->m - 1, .tm_mday = at->d,
		.tm_min = min, .tm_isdst = -1 };

	return (int64_t)mktime(&tm) * SEC_MS;
}

void
mk_when_local(int64_t ms, struct mk_time *out)
{
	time_t s = (time_t)(ms / SEC_MS);
	struct tm tm = {0};

	(void)localtime_r(&s, &tm);
	out->ms = ms;
	out->off = (int)(tm.tm_gmtoff / 60);
}

static struct day
day_of(int64_t ms, int *wday)
{
	time_t s = (time_t)(ms / SEC_MS);
	struct tm tm = {0};

	(void)localtime_r(&s, &tm);
	*wday = (tm.tm_wday + 6) % 7;	/* Monday is 0 */
	return (struct day){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday };
}

static struct mk_period
days(struct day d, int n)
{
	struct day end = { d.y, d.m, d.d + n };
	struct mk_period s = { local_ms(&d, 0), local_ms(&end, 0) };

	return s;
}

static bool
is(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(s, word, n) == 0;
}

/* Exactly n digits at *p, in [lo, hi]. */
static bool
digits(const char **p, const char *end, size_t n, int lo, int hi, int *out)
{
	struct mk_err no;
	uint64_t v;

	if ((size_t)(end - *p) < n ||
	    mk_num_u64(*p, n, (uint64_t)lo, (uint64_t)hi, &v, &no) == -1)
		return false;
	*p += n;
	*out = (int)v;
	return true;
}

static bool
byte(const char **p, const char *end, const char *any)
{
	if (*p == end || **p == '\0' || strchr(any, **p) == NULL)
		return false;
	++*p;
	return true;
}

static bool
day_exists(struct day d)
{
	struct tm tm = { .tm_year = d.y - 1900, .tm_mon = d.m - 1, .tm_mday = d.d };

	(void)timegm(&tm);
	return tm.tm_mday == d.d;
}

/* "2026-W48" or "2026-W48-3", behind the year. */
static bool
week(const char *p, const char *end, int year, struct mk_period *out)
{
	struct day first = { year, 1, 4 };	/* is always in week 1 */
	struct tm tm = { .tm_year = year - 1900, .tm_mday = 4 };
	int w, d = 0, last;

	if (!digits(&p, end, 2, 1, 53, &w))
		return false;
	if (p < end && (!byte(&p, end, "-") || !digits(&p, end, 1, 1, 7, &d) || p != end))
		return false;
	(void)timegm(&tm);
	first.d -= (tm.tm_wday + 6) % 7;
	tm = (struct tm){ .tm_year = year - 1900, .tm_mon = 11, .tm_mday = 28 };
	(void)timegm(&tm);
	/* a year has 53 weeks if 28 December, always in the last one, says so */
	last = (tm.tm_yday + 1 - (tm.tm_wday + 6) % 7 + 9) / 7;
	if (w > last)
		return false;
	first.d += 7 * (w - 1) + (d > 0 ? d - 1 : 0);
	*out = days(first, d > 0 ? 1 : 7);
	return true;
}

/* A time of day without an offset, behind the T: minutes or seconds. */
static bool
clock_time(const char *p, const char *end, struct day d, struct mk_period *out)
{
	int h, m, s, ms = 0;

	if (!digits(&p, end, 2, 0, 23, &h) || !byte(&p, end, ":") ||
	    !digits(&p, end, 2, 0, 59, &m))
		return false;
	out->from = local_ms(&d, h * 60 + m);
	out->to = out->from + 60 * SEC_MS;
	if (p == end)
		return true;
	if (!byte(&p, end, ":") || !digits(&p, end, 2, 0, 59, &s))
		return false;
	out->from += s * SEC_MS;
	out->to = out->from + SEC_MS;
	if (p == end)
		return true;
	if (!byte(&p, end, ".") || !digits(&p, end, 3, 0, 999, &ms) || p != end)
		return false;
	out->from += ms;
	out->to = out->from + 1;
	return true;
}

/* A date of the calendar, whole or in part, with or without a time of day. */
static bool
date(const char *s, size_t n, struct mk_period *out)
{
	const char *p = s, *end = s + n;
	struct day d = { 0, 1, 1 };
	struct mk_time t;
	struct mk_err no;

	if (!digits(&p, end, 4, YEAR_MIN, YEAR_MAX, &d.y))
		return false;
	if (p == end) {
		struct day next = { d.y + 1, 1, 1 };

		*out = (struct mk_period){ local_ms(&d, 0), local_ms(&next, 0) };
		return true;
	}
	if (!byte(&p, end, "-"))
		return false;
	if (byte(&p, end, "W"))
		return week(p, end, d.y, out);
	if (!digits(&p, end, 2, 1, 12, &d.m))
		return false;
	if (p == end) {
		struct day next = { d.y, d.m + 1, 1 };

		*out = (struct mk_period){ local_ms(&d, 0), local_ms(&next, 0) };
		return true;
	}
	if (!byte(&p, end, "-") || !digits(&p, end, 2, 1, 31, &d.d) || !day_exists(d))
		return false;
	if (p == end) {
		*out = days(d, 1);
		return true;
	}
	if (!byte(&p, end, "Tt "))
		return false;
	if (mk_time_parse(s, n, &t, &no) == 0) {
		out->from = t.ms;
		out->to = t.ms + (memchr(s, '.', n) != NULL ? 1 : SEC_MS);
		return true;
	}
	return clock_time(p, end, d, out);
}

/* today, yesterday, a day of the week. */
static bool
day_name(const char *s, size_t n, const struct mk_time *now, struct mk_period *out)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	int wday, i, back = -1;
	struct day d = day_of(now->ms, &wday);

	if (is(s, n, "today"))
		back = 0;
	else if (is(s, n, "yesterday"))
		back = 1;
	for (i = 0; i < 7; i++)
		if (is(s, n, names[i]))
			back = (wday + 7 - i) % 7;
	if (back == -1)
		return false;
	d.d -= back;
	*out = days(d, 1);
	return true;
}

/* DAY/SHIFT behind "shift:". 1, or 0 with why. */
static int
shift(const char *s, size_t n, const struct mk_time *now, const struct mk_shifts *shifts,
	struct mk_period *out, const char **why)
{
	const char *slash = memchr(s, '/', n), *name;
	struct mk_period whole;
	struct mk_err no;
	struct day d;
	size_t i, k, len;
	uint64_t v;
	int wday;

	*why = "write shift:2026-03-01/2 or shift:today/B";
	if (slash == NULL || (len = (size_t)(slash - s)) == 4 || len == 7 ||
	    (!date(s, len, &whole) && !day_name(s, len, now, &whole)) ||
	    whole.to - whole.from > 26 * HOUR_MS || whole.to - whole.from < 22 * HOUR_MS)
		return 0;
	name = slash + 1;
	len = n - (size_t)(name - s);
	for (i = 0; i < shifts->n && !is(name, len, shifts->s[i].name); i++)
		;
	if (i == shifts->n && mk_num_u64(name, len, 1, shifts->n, &v, &no) == 0)
		i = (size_t)v - 1;
	if (i >= shifts->n) {
		*why = shifts->n == 0 ? "mk.conf has no shifts" : "mk.conf has no such shift";
		return 0;
	}
	d = day_of(whole.from, &wday);
	k = (i + 1) % shifts->n;
	out->from = local_ms(&d, shifts->s[i].start);
	d.d += k <= i;	/* the last shift ends when the first of the next day begins */
	out->to = local_ms(&d, shifts->s[k].start);
	return 1;
}

int
mk_when_length(const char *s, size_t n, int64_t *ms, struct mk_err *e)
{
	static const struct { char c; int64_t ms; } unit[] = { { 's', SEC_MS }, { 'm', 60 * SEC_MS },
		{ 'h', HOUR_MS }, { 'd', 24 * HOUR_MS }, { 'w', 168 * HOUR_MS } };
	struct mk_err no;
	uint64_t v;
	size_t i;

	for (i = 0; n > 1 && i < sizeof unit / sizeof *unit; i++)
		if (s[n - 1] == unit[i].c && mk_num_u64(s, n - 1, 0, 10000000, &v, &no) == 0) {
			*ms = (int64_t)v * unit[i].ms;
			return 0;
		}
	return mk_err(e, MK_EUSAGE, "'%.*s' is no length of time: write 90s, 30m, 2h, 7d or 2w",
		n > 40 ? 40 : (int)n, s);
}

static int
one(const char *s, size_t n, const struct mk_time *now, const struct mk_shifts *shifts,
	struct mk_period *out, struct mk_err *e)
{
	const char *why = "write 2026-11-22T09:00:00+03:00, 2026-11-22, 2026-W48, today, mon, "
		"now, -2h, shift:2026-11-22/2, or A..B";
	struct mk_err no;
	int64_t back;

	if (is(s, n, "now")) {
		*out = (struct mk_period){ now->ms, now->ms + 1 };
		return 0;
	}
	if (n > 1 && *s == '-' && mk_when_length(s + 1, n - 1, &back, &no) == 0) {
		*out = (struct mk_period){ now->ms - back, now->ms + 1 };
		return 0;
	}
	if (n > 6 && memcmp(s, "shift:", 6) == 0) {
		if (shift(s + 6, n - 6, now, shifts, out, &why) == 1)
			return 0;
	} else if (date(s, n, out) || day_name(s, n, now, out))
		return 0;
	return mk_err(e, MK_EUSAGE, "'%.*s' is no time: %s", n > 40 ? 40 : (int)n, s, why);
}

int
mk_when(const char *s, size_t n, const struct mk_time *now, const struct mk_shifts *shifts,
	struct mk_period *out, struct mk_err *e)
{
	const char *dots = memmem(s, n, "..", 2), *to;
	struct mk_period a = MK_PERIOD_ALL, b = { INT64_MAX, INT64_MAX };

	if (dots == NULL)
		return one(s, n, now, shifts, out, e);
	to = dots + 2;
	if ((dots > s && one(s, (size_t)(dots - s), now, shifts, &a, e) == -1) ||
	    (to < s + n && one(to, n - (size_t)(to - s), now, shifts, &b, e) == -1))
		return -1;
	/* what happens this very millisecond is not later than now */
	if (is(to, n - (size_t)(to - s), "now"))
		b.from++;
	if (a.from >= b.from)
		return mk_err(e, MK_EUSAGE, "'%.*s' ends before it begins: the end itself is not "
			"in it", n > 60 ? 60 : (int)n, s);
	out->from = a.from;
	out->to = b.from;
	return 0;
}
