/* Times that people type: what each means, in a zone that changes its clocks. */
#include <stdlib.h>
#include <time.h>

#include "tests/tap.h"
#include "trace/when.h"

static struct mk_time now;
static struct mk_shifts shifts;

/* What s means, as "FROM TO" of the local clock, or the error. */
static void
means(const char *s, const char *want)
{
	struct mk_period span;
	struct mk_err e = {0};
	char from[MK_TIME_LEN] = "-", to[MK_TIME_LEN] = "-", got[320];
	struct mk_time t;

	if (mk_when(s, strlen(s), &now, &shifts, &span, &e) == -1) {
		(void)snprintf(got, sizeof got, "%s%s", e.code == MK_EUSAGE ? "" : "wrong code: ",
			e.msg);
		is(got, want, s);
		return;
	}
	if (span.from != INT64_MIN) {
		mk_when_local(span.from, &t);
		mk_time_format(&t, from);
	}
	if (span.to != INT64_MAX) {
		mk_when_local(span.to, &t);
		mk_time_format(&t, to);
	}
	(void)snprintf(got, sizeof got, "%s %s", from, to);
	is(got, want, s);
}

static void
dates(void)
{
	means("2026-11-22T09:00:00.123+01:00", "2026-11-22T09:00:00.123+01:00 2026-11-22T09:00:00.124+01:00");
	means("2026-11-22T09:00:00+03:00", "2026-11-22T07:00:00.000+01:00 2026-11-22T07:00:01.000+01:00");
	means("2026-11-22T09:00", "2026-11-22T09:00:00.000+01:00 2026-11-22T09:01:00.000+01:00");
	means("2026-11-22 09:00:07", "2026-11-22T09:00:07.000+01:00 2026-11-22T09:00:08.000+01:00");
	means("2026-07-22T09:00:07.005", "2026-07-22T09:00:07.005+02:00 2026-07-22T09:00:07.006+02:00");
	means("2026-11-22", "2026-11-22T00:00:00.000+01:00 2026-11-23T00:00:00.000+01:00");
	means("2026-02", "2026-02-01T00:00:00.000+01:00 2026-03-01T00:00:00.000+01:00");
	means("2026-12", "2026-12-01T00:00:00.000+01:00 2027-01-01T00:00:00.000+01:00");
	means("2026", "2026-01-01T00:00:00.000+01:00 2027-01-01T00:00:00.000+01:00");
	/* the day on which clocks go back has 25 hours, the one before summer 23 */
	means("2026-10-25", "2026-10-25T00:00:00.000+02:00 2026-10-26T00:00:00.000+01:00");
	means("2026-03-29", "2026-03-29T00:00:00.000+01:00 2026-03-30T00:00:00.000+02:00");
	/* ISO 8601: 2026 and 2020 have 53 weeks; 2021-W01 begins on 4 January */
	means("2026-W48", "2026-11-23T00:00:00.000+01:00 2026-11-30T00:00:00.000+01:00");
	means("2026-W48-2", "2026-11-24T00:00:00.000+01:00 2026-11-25T00:00:00.000+01:00");
	means("2026-W53", "2026-12-28T00:00:00.000+01:00 2027-01-04T00:00:00.000+01:00");
	means("2020-W53", "2020-12-28T00:00:00.000+01:00 2021-01-04T00:00:00.000+01:00");
	means("2021-W01", "2021-01-04T00:00:00.000+01:00 2021-01-11T00:00:00.000+01:00");
	means("2019-W01", "2018-12-31T00:00:00.000+01:00 2019-01-07T00:00:00.000+01:00");
}

static void
relative(void)
{
	means("today", "2026-11-24T00:00:00.000+01:00 2026-11-25T00:00:00.000+01:00");
	means("yesterday", "2026-11-23T00:00:00.000+01:00 2026-11-24T00:00:00.000+01:00");
	means("tue", "2026-11-24T00:00:00.000+01:00 2026-11-25T00:00:00.000+01:00");
	means("wed", "2026-11-18T00:00:00.000+01:00 2026-11-19T00:00:00.000+01:00");
	means("now", "2026-11-24T15:30:00.500+01:00 2026-11-24T15:30:00.501+01:00");
	means("-2h", "2026-11-24T13:30:00.500+01:00 2026-11-24T15:30:00.501+01:00");
	means("-90s", "2026-11-24T15:28:30.500+01:00 2026-11-24T15:30:00.501+01:00");
	means("-1w", "2026-11-17T15:30:00.500+01:00 2026-11-24T15:30:00.501+01:00");
}

static void
ranges(void)
{
	means("2026-11-01..now", "2026-11-01T00:00:00.000+01:00 2026-11-24T15:30:00.501+01:00");
	means("yesterday..today", "2026-11-23T00:00:00.000+01:00 2026-11-24T00:00:00.000+01:00");
	means("-2h..-1h", "2026-11-24T13:30:00.500+01:00 2026-11-24T14:30:00.500+01:00");
	means("2026-11-20..", "2026-11-20T00:00:00.000+01:00 -");
	means("..2026-11-20", "- 2026-11-20T00:00:00.000+01:00");
	means("..", "- -");
	means("2026-11-20..2026-11-20", "'2026-11-20..2026-11-20' ends before it begins: the end itself is not in it");
	means("today..yesterday", "'today..yesterday' ends before it begins: the end itself is not in it");
}

static void
by_shift(void)
{
	means("shift:2026-03-01/2", "2026-03-01T14:00:00.000+01:00 2026-03-01T22:00:00.000+01:00");
	means("shift:2026-03-01/A", "2026-03-01T06:00:00.000+01:00 2026-03-01T14:00:00.000+01:00");
	/* the night shift ends on the next day; this one is an hour short */
	means("shift:2026-03-28/C", "2026-03-28T22:00:00.000+01:00 2026-03-29T06:00:00.000+02:00");
	means("shift:today/1", "2026-11-24T06:00:00.000+01:00 2026-11-24T14:00:00.000+01:00");
	means("shift:2026-10-25/1", "2026-10-25T06:00:00.000+01:00 2026-10-25T14:00:00.000+01:00");
	means("shift:2026-03-01/1..shift:2026-03-01/3", "2026-03-01T06:00:00.000+01:00 2026-03-01T22:00:00.000+01:00");
	means("shift:2026-03-01/4", "'shift:2026-03-01/4' is no time: mk.conf has no such shift");
	means("shift:2026-03-01/D", "'shift:2026-03-01/D' is no time: mk.conf has no such shift");
	means("shift:2026-03-01/", "'shift:2026-03-01/' is no time: mk.conf has no such shift");
	means("shift:2026-03/1", "'shift:2026-03/1' is no time: write shift:2026-03-01/2 or shift:today/B");
	means("shift:2026-W10/1", "'shift:2026-W10/1' is no time: write shift:2026-03-01/2 or shift:today/B");
	means("shift:2026-03-01", "'shift:2026-03-01' is no time: write shift:2026-03-01/2 or shift:today/B");
	shifts.n = 0;
	means("shift:2026-03-01/1", "'shift:2026-03-01/1' is no time: mk.conf has no shifts");
}

static void
wrong(void)
{
	static const char *const bad[] = { "", "x", "2026-13", "2026-00", "2026-02-30", "2026-11-22T",
		"2026-11-22T9:00", "2026-11-22T24:00", "2026-11-22T09:00:00.1234+01:00x", "1969",
		"2026-W00", "2026-W54", "2025-W53", "2026-W48-8", "2026-W48-0", "2026-W4", "-h", "-2",
		"-2y", "--2h", "-2h-", "Today", "2026-11-2", "2026-11-22Z", "2026-", "a..b" };
	size_t i;
	struct mk_period s;
	struct mk_err e;
	int64_t ms;

	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		e.msg[0] = '\0';
		ok(mk_when(bad[i], strlen(bad[i]), &now, &shifts, &s, &e) == -1 &&
		    e.code == MK_EUSAGE && strstr(e.msg, "is no time: write 2026-") != NULL,
		    "no time: '%s'", bad[i]);
	}
	ok(mk_when_length("30m", 3, &ms, &e) == 0 && ms == 1800000, "a length: 30m");
	ok(mk_when_length("2w", 2, &ms, &e) == 0 && ms == 1209600000, "a length: 2w");
	ok(mk_when_length("m", 1, &ms, &e) == -1 && e.code == MK_EUSAGE, "no length: m");
	is(e.msg, "'m' is no length of time: write 90s, 30m, 2h, 7d or 2w", "and it says what is");
	ok(mk_when_length("99999999s", 9, &ms, &e) == -1, "too long");
}

int
main(void)
{
	struct mk_err e;

	(void)setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	(void)mk_time_parse("2026-11-24T15:30:00.500+01:00", 29, &now, &e);
	(void)mk_shifts_add(&shifts, "A@06:00", &e);
	(void)mk_shifts_add(&shifts, "B@14:00", &e);
	(void)mk_shifts_add(&shifts, "C@22:00", &e);
	dates();
	relative();
	ranges();
	wrong();
	by_shift();
	return done();
}
