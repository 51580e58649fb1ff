#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "base/num.h"

#define MIN_MS ((int64_t)60000)
#define DAY_MS (1440 * MIN_MS)
#define MAX_MS ((int64_t)253402300799999)	/* 9999-12-31T23:59:59.999Z */

int
mk_time_now(struct mk_time *t, struct mk_err *e)
{
	struct timespec ts;
	struct tm tm;

	if (clock_gettime(CLOCK_REALTIME, &ts) == -1 || localtime_r(&ts.tv_sec, &tm) == NULL)
		return mk_err_sys(e, MK_EIO, "the clock cannot be read");
	t->ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	t->off = (int)(tm.tm_gmtoff / 60);
	return 0;
}

/* The fields of t as its own local time. */
static void
local(const struct mk_time *t, struct tm *tm, int *ms)
{
	int64_t l = t->ms + t->off * MIN_MS;
	time_t s = (time_t)(l / 1000);

	*ms = (int)(l % 1000);
	if (*ms < 0) {
		*ms += 1000;
		s--;
	}
	(void)gmtime_r(&s, tm);
}

/* n digits of v at p, then a byte; the place behind. Each event has two times. */
static char *
digits(char *p, int n, int v, char then)
{
	int i;

	for (i = n - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	p[n] = then;
	return p + n + 1;
}

void
mk_time_format(const struct mk_time *t, char out[MK_TIME_LEN])
{
	struct tm tm;
	int ms, off = t->off < 0 ? -t->off : t->off;
	char *p = out;

	local(t, &tm, &ms);
	p = digits(p, 4, tm.tm_year + 1900, '-');
	p = digits(p, 2, tm.tm_mon + 1, '-');
	p = digits(p, 2, tm.tm_mday, 'T');
	p = digits(p, 2, tm.tm_hour, ':');
	p = digits(p, 2, tm.tm_min, ':');
	p = digits(p, 2, tm.tm_sec, '.');
	p = digits(p, 3, ms, t->off < 0 ? '-' : '+');
	p = digits(p, 2, off / 60, ':');
	(void)digits(p, 2, off % 60, '\0');
}

/* n digits at *p as a number in [lo, hi], then the byte `then` if not 0. */
static int
part(const char **p, const char *end, size_t n, uint64_t lo, uint64_t hi, char then, int *out)
{
	struct mk_err e;
	uint64_t v;

	if ((size_t)(end - *p) < n + (then != 0) || mk_num_u64(*p, n, lo, hi, &v, &e) == -1 ||
	    (then != 0 && (*p)[n] != then))
		return -1;
	*p += n + (then != 0);
	*out = (int)v;
	return 0;
}

static int
fraction(const char **p, const char *end, int *ms)
{
	int scale = 100;
	const char *s = *p + 1;

	*ms = 0;
	if (*p == end || **p != '.')
		return 0;
	if (s == end || *s < '0' || *s > '9')
		return -1;
	for (; s < end && *s >= '0' && *s <= '9'; s++, scale /= 10) {
		if (scale == 0 && *s != '0')
			return -1;
		*ms += scale * (*s - '0');
	}
	*p = s;
	return 0;
}

static int
offset(const char **p, const char *end, int *off)
{
	int sign, h, m;

	if (end - *p == 1 && (**p == 'Z' || **p == 'z')) {
		*off = 0;
		return 0;
	}
	if (*p == end || (**p != '+' && **p != '-'))
		return -1;
	sign = **p == '-' ? -1 : 1;
	++*p;
	if (part(p, end, 2, 0, 23, ':', &h) == -1 || part(p, end, 2, 0, 59, 0, &m) == -1 ||
	    *p != end)
		return -1;
	*off = sign * (h * 60 + m);
	return 0;
}

static int
days_in(int year, int mon)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[mon - 1] + (mon == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* Days from 1970-01-01 to a day of the Gregorian calendar; years begin in March here,
 * so that the leap day is their last. timegm(3) would take longer than all the rest
 * of a record does. */
static int64_t
days_before(int year, int mon, int day)
{
	int64_t y = year - (mon < 3);

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * (mon + (mon < 3 ? 9 : -3)) + 2) / 5 +
		day - 1 - 719468;
}

int
mk_time_parse(const char *s, size_t n, struct mk_time *t, struct mk_err *e)
{
	const char *p = s, *end = s + n;
	struct tm tm = {0};
	int ms = 0, off = 0;

	if (part(&p, end, 4, 1970, 9999, '-', &tm.tm_year) == -1 ||
	    part(&p, end, 2, 1, 12, '-', &tm.tm_mon) == -1 ||
	    part(&p, end, 2, 1, 31, 0, &tm.tm_mday) == -1 ||
	    p == end || (*p != 'T' && *p != 't' && *p != ' '))
		goto bad;
	p++;
	if (part(&p, end, 2, 0, 23, ':', &tm.tm_hour) == -1 ||
	    part(&p, end, 2, 0, 59, ':', &tm.tm_min) == -1 ||
	    part(&p, end, 2, 0, 59, 0, &tm.tm_sec) == -1 ||
	    fraction(&p, end, &ms) == -1 || offset(&p, end, &off) == -1)
		goto bad;
	if (tm.tm_mday > days_in(tm.tm_year, tm.tm_mon))
		goto bad;
	t->ms = days_before(tm.tm_year, tm.tm_mon, tm.tm_mday) * 86400000 +
		((tm.tm_hour * 60 + tm.tm_min) * 60 + tm.tm_sec) * 1000 + ms - off * MIN_MS;
	t->off = off;
	if (t->ms < 0 || t->ms > MAX_MS)
		goto bad;
	return 0;
bad:
	return mk_err(e, MK_EDATA, "'%.*s' is not a time: write 2026-11-22T09:00:00.123+03:00",
		n > 40 ? 40 : (int)n, s);
}

int
mk_time_check(const char *fmt, size_t n, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (fmt[i] != '%')
			continue;
		if (++i == n || fmt[i] == '\0' || strchr("YymdjHMSVGgubB1vio%", fmt[i]) == NULL)
			return mk_err(e, MK_ECONF, "'%.*s' is no date code: use "
				"%%Y %%y %%m %%d %%j %%H %%M %%S %%V %%G %%g %%u %%b %%B %%1 %%v "
				"%%i %%o",
				(int)(n > 20 ? 20 : n), fmt);
	}
	return 0;
}

/* Our own codes, or 0. */
static char
own_code(char code, const struct tm *tm)
{
	static const char vin[] = "ABCDEFGHJKLMNPRSTVWXY123456789";	/* 1980, 2010, … */
	static const char iec[] = "ABCDEFHJKLMNPRSTUVWX";		/* 1990, 2010, … */
	static const char month[] = "123456789OND";
	int year = tm->tm_year + 1900;

	switch (code) {
	case '1':
		return (char)('0' + year % 10);
	case 'v':
		return vin[(year + 30 - 1980 % 30) % 30];
	case 'i':
		return iec[(year + 20 - 1990 % 20) % 20];
	case 'o':
		return month[tm->tm_mon];
	default:
		return '\0';
	}
}

int
mk_time_codes(const struct mk_time *t, const char *fmt, size_t n, struct mk_buf *out,
	struct mk_err *e)
{
	char f[128], text[512], own;
	size_t i, k = 0;
	struct tm tm;
	int ms;

	if (mk_time_check(fmt, n, e) == -1)
		return -1;
	if (n == 0)
		return 0;
	if (n >= sizeof f)
		return mk_err(e, MK_ECONF, "a date format over %zu bytes", sizeof f - 1);
	local(t, &tm, &ms);
	for (i = 0; i < n; i++) {
		if (fmt[i] == '%' && (own = own_code(fmt[i + 1], &tm)) != '\0') {
			f[k++] = own;
			i++;
			continue;
		}
		f[k++] = fmt[i];
		if (fmt[i] == '%')
			f[k++] = fmt[++i];
	}
	f[k] = '\0';
	return mk_buf_add(out, text, strftime(text, sizeof text, f, &tm), e);
}

bool
mk_clock_synced(void)
{
	struct timex tx = {0};
	int state = adjtimex(&tx);

	return state != -1 && state != TIME_ERROR && (tx.status & STA_UNSYNC) == 0;
}

int
mk_shifts_add(struct mk_shifts *c, const char *word, struct mk_err *e)
{
	const char *at = strrchr(word, '@'), *p, *end = word + strlen(word);
	int h, m;
	size_t n;

	if (at == NULL || at == word || (size_t)(at - word) >= sizeof c->s[0].name)
		goto bad;
	p = at + 1;
	if (part(&p, end, 2, 0, 23, ':', &h) == -1 || part(&p, end, 2, 0, 59, 0, &m) == -1 ||
	    p != end)
		goto bad;
	if (c->n == MK_SHIFTS_MAX)
		return mk_err(e, MK_ECONF, "more than %d shifts", MK_SHIFTS_MAX);
	if (c->n > 0 && c->s[c->n - 1].start >= h * 60 + m)
		return mk_err(e, MK_ECONF, "'%s' does not begin after the shift before it: "
			"list shifts by their start, from midnight", word);
	n = (size_t)(at - word);
	memcpy(c->s[c->n].name, word, n);
	c->s[c->n].name[n] = '\0';
	c->s[c->n++].start = h * 60 + m;
	return 0;
bad:
	return mk_err(e, MK_ECONF, "'%s' is no shift: write NAME@HH:MM, a name of at most 15 bytes",
		word);
}

const char *
mk_shift_at(const struct mk_shifts *c, const struct mk_time *t, char day[MK_DAY_LEN])
{
	int64_t l = t->ms + t->off * MIN_MS;
	int minute = (int)(l % DAY_MS / MIN_MS);
	struct mk_time began = { l, 0 };
	char text[MK_TIME_LEN];
	const char *name = "";
	size_t i;

	if (c->n > 0) {
		for (i = c->n; i > 0 && c->s[i - 1].start > minute; i--)
			;
		if (i == 0) {	/* the last shift of the day before */
			i = c->n;
			began.ms -= DAY_MS;
		}
		name = c->s[i - 1].name;
	}
	mk_time_format(&began, text);
	memcpy(day, text, MK_DAY_LEN - 1);
	day[MK_DAY_LEN - 1] = '\0';
	return name;
}
