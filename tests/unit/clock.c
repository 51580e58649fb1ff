/* RFC 3339, date codes, the shift calendar. */
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "tests/tap.h"

static struct mk_err e;

static int64_t
ms_of(const char *s)
{
	struct mk_time t = { -1, 0 };

	return mk_time_parse(s, strlen(s), &t, &e) == 0 ? t.ms : -1;
}

static void
same(const char *s, const char *back)
{
	struct mk_time t;
	char out[MK_TIME_LEN] = "refused";

	if (mk_time_parse(s, strlen(s), &t, &e) == 0)
		mk_time_format(&t, out);
	is(out, back, s);
}

static void
times(void)
{
	static const char *const bad[] = { "", "2026-11-22", "2026-11-22T09:00:00", "2026-11-22T09:00Z",
		"2026-11-22T9:00:00Z", "2026-11-22T09:00:00.Z", "2026-11-22T09:00:00,5Z",
		"2026-11-22T09:00:00.1234Z", "2026-11-22T09:00:00+0300", "2026-11-22T09:00:00+03",
		"2026-11-22T09:00:00 +03:00", "2026-11-22T09:00:00+24:00", "2026-11-22T09:00:00+03:60",
		"2026-11-22T24:00:00Z", "2026-11-22T09:60:00Z", "2026-11-22T09:00:60Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
		"2026-01-32T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
		"2100-02-29T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z", "2026-11-22T09:00:00Zx",
		"2026-11-22T09:00:00Z ", " 2026-11-22T09:00:00Z", "2026/11/22T09:00:00Z",
		"2026-11-22_09:00:00Z", "+026-11-22T09:00:00Z", "2026-1 -22T09:00:00Z" };
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(ms_of(bad[i]) == -1 && e.code == MK_EDATA, "refused: '%s'", bad[i]);
	ok(ms_of("1970-01-01T00:00:00Z") == 0, "the first instant");
	ok(ms_of("9999-12-31T23:59:59.999Z") == 253402300799999, "the last");
	ok(ms_of("2024-02-29T12:00:00Z") == 1709208000000, "a leap day");
	ok(ms_of("2000-02-29T00:00:00Z") == 951782400000, "of a century, too");
	ok(ms_of("2026-11-22T09:00:00+03:00") == ms_of("2026-11-22T06:00:00Z"), "east is earlier");
	ok(ms_of("2026-11-22T09:00:00-03:30") == ms_of("2026-11-22T12:30:00Z"), "west is later");
	same("2026-11-22T09:00:00.123+03:00", "2026-11-22T09:00:00.123+03:00");
	same("2026-11-22T09:00:00Z", "2026-11-22T09:00:00.000+00:00");
	same("2026-11-22t09:00:00z", "2026-11-22T09:00:00.000+00:00");
	same("2026-11-22 09:00:00.5-09:30", "2026-11-22T09:00:00.500-09:30");
	same("2026-11-22T09:00:00.120000000Z", "2026-11-22T09:00:00.120+00:00");
	same("2026-11-22T09:00:00-00:00", "2026-11-22T09:00:00.000+00:00");
	same("2026-12-31T23:59:59.999+14:00", "2026-12-31T23:59:59.999+14:00");
	same("1970-01-01T00:00:00.001-12:00", "1970-01-01T00:00:00.001-12:00");
	/* the hour that comes twice when summer time ends has two offsets */
	ok(ms_of("2026-10-25T02:30:00+02:00") + 3600000 == ms_of("2026-10-25T02:30:00+01:00"),
		"02:30 and 02:30 again");
}

static void
now(void)
{
	struct mk_time t;
	struct timespec ts;

	(void)setenv("TZ", "XYZ-05:30", 1);	/* POSIX: east is negative */
	tzset();
	ok(mk_time_now(&t, &e) == 0 && t.off == 330, "an offset of half an hour: %d", t.off);
	(void)clock_gettime(CLOCK_REALTIME, &ts);
	ok((int64_t)ts.tv_sec * 1000 - t.ms < 60000 && t.ms <= (int64_t)ts.tv_sec * 1000 + 1000, "it is now");
	(void)setenv("TZ", "XYZ+03", 1);
	tzset();
	ok(mk_time_now(&t, &e) == 0 && t.off == -180, "west: %d", t.off);
}

static void
codes(const char *time, const char *fmt, const char *want)
{
	struct mk_time t;
	struct mk_buf b = {0};

	if (mk_time_parse(time, strlen(time), &t, &e) == -1 ||
	    mk_time_codes(&t, fmt, strlen(fmt), &b, &e) == -1)
		ok(want == NULL && e.code == MK_ECONF && b.n == 0, "%s: %s", fmt, e.msg);
	else if (want == NULL)
		ok(0, "%s is refused", fmt);
	else
		isn(b.p == NULL ? "" : b.p, b.n, want, fmt);
	mk_buf_clear(&b);
}

static void
formats(void)
{
	static const char t[] = "2027-01-02T23:05:09.987+03:00";
	char all[200];

	codes(t, "%Y-%m-%d %H:%M:%S", "2027-01-02 23:05:09");
	codes(t, "%y%j", "27002");
	codes(t, "%G-W%V-%u", "2026-W53-6");	/* a Saturday of the ISO year before */
	codes(t, "%g", "26");
	codes(t, "%b %B", "Jan January");
	codes(t, "100%%", "100%");
	codes(t, "", "");
	codes("2024-12-31T00:30:00+01:00", "%j", "366");
	codes("2026-01-01T00:30:00+01:00", "%Y%m%d", "20260101");	/* local, not UTC */
	codes(t, "%", NULL);
	codes(t, "%Y%", NULL);
	codes(t, "%c", NULL);
	codes(t, "%s", NULL);
	codes(t, "%-d", NULL);
	codes(t, "%Ey", NULL);
	memset(all, 'x', sizeof all - 1);
	all[sizeof all - 1] = '\0';
	codes(t, all, NULL);
}

static void
shift(const struct mk_shifts *c, const char *time, const char *name, const char *day)
{
	struct mk_time t;
	char d[MK_DAY_LEN] = "";
	const char *got = "unparsed";

	if (mk_time_parse(time, strlen(time), &t, &e) == 0)
		got = mk_shift_at(c, &t, d);
	ok(strcmp(got, name) == 0 && strcmp(d, day) == 0, "%s is %s of %s (%s of %s)", time, name, day,
		got, d);
}

static void
shifts(void)
{
	static const char *const bad[] = { "", "A", "@06:00", "A@6:00", "A@24:00", "A@06:60", "A@06:0",
		"A@06:00 ", "A@0600", "A@+6:00", "sixteen-letters-@06:00" };
	struct mk_shifts c = {0}, one = {0}, none = {0};
	char w[32];
	size_t i;
	int r = 0;

	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(mk_shifts_add(&c, bad[i], &e) == -1 && e.code == MK_ECONF && c.n == 0, "refused: '%s'",
			bad[i]);
	ok(mk_shifts_add(&c, "A@06:00", &e) == 0 && mk_shifts_add(&c, "B@14:00", &e) == 0 &&
		mk_shifts_add(&c, "C@22:00", &e) == 0, "three shifts");
	ok(mk_shifts_add(&c, "D@22:00", &e) == -1 && mk_shifts_add(&c, "D@05:00", &e) == -1 && c.n == 3,
		"starts ascend: %s", e.msg);
	shift(&c, "2026-11-22T06:00:00.000+03:00", "A", "2026-11-22");
	shift(&c, "2026-11-22T13:59:59.999+03:00", "A", "2026-11-22");
	shift(&c, "2026-11-22T14:00:00.000+03:00", "B", "2026-11-22");
	shift(&c, "2026-11-22T22:00:00.000+03:00", "C", "2026-11-22");
	shift(&c, "2026-11-22T23:59:59.999+03:00", "C", "2026-11-22");
	shift(&c, "2026-11-23T00:00:00.000+03:00", "C", "2026-11-22");
	shift(&c, "2026-11-23T05:59:59.999+03:00", "C", "2026-11-22");
	shift(&c, "2026-03-01T01:00:00.000+03:00", "C", "2026-02-28");
	shift(&c, "2024-03-01T01:00:00.000+03:00", "C", "2024-02-29");
	shift(&c, "2027-01-01T01:00:00.000+03:00", "C", "2026-12-31");
	/* local time decides, on both sides of a change of summer time */
	shift(&c, "2026-10-25T02:30:00.000+02:00", "C", "2026-10-24");
	shift(&c, "2026-10-25T02:30:00.000+01:00", "C", "2026-10-24");
	shift(&c, "2026-10-25T06:00:00.000+01:00", "A", "2026-10-25");
	shift(&c, "2026-11-22T23:00:00.000-08:00", "C", "2026-11-22");
	shift(&none, "2026-11-22T01:00:00.000+03:00", "", "2026-11-22");
	ok(mk_shifts_add(&one, "day@06:30", &e) == 0, "one shift");
	shift(&one, "2026-11-22T06:29:00.000+03:00", "day", "2026-11-21");
	shift(&one, "2026-11-22T06:30:00.000+03:00", "day", "2026-11-22");
	ok(mk_shifts_add(&none, "p@dock@08:00", &e) == 0 && strcmp(none.s[0].name, "p@dock") == 0,
		"the last @ parts name and time");
	for (i = 1; i < MK_SHIFTS_MAX; i++) {
		(void)snprintf(w, sizeof w, "S@%02zu:00", 8 + i);
		r |= mk_shifts_add(&none, w, &e);
	}
	ok(r == 0 && mk_shifts_add(&none, "S@23:59", &e) == -1, "not too many: %s", e.msg);
}

int
main(void)
{
	times();
	now();
	formats();
	shifts();
	return done();
}
