/* HIBC (ANSI/HIBC 2.6): "+", labeler, product and unit; secondary data with lot,
 * serial number and days; a check character of mod 43 at the end. The id is the
 * string as the symbol holds it. */
#include <stdio.h>
#include <string.h>

#include "ident/check.h"
#include "ident/scheme.h"

struct hibc {
	const char *s;
	size_t n;
	struct mk_rec *rec;	/* NULL: only look */
	size_t at;		/* where it goes wrong */
};

static int
wrong(struct hibc *h, const char *p, struct mk_err *e, const char *what)
{
	h->at = (size_t)(p - h->s);
	return mk_err(e, MK_EDATA, "character %zu: %s", h->at + 1, what);
}

static int
put(struct hibc *h, const char *key, const char *s, size_t n, struct mk_err *e)
{
	return h->rec == NULL ? 0 : mk_ident_derive(h->rec, key, s, n, e);
}

static bool
digits(const char *p, const char *end, size_t n)
{
	size_t i;

	if ((size_t)(end - p) < n)
		return false;
	for (i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

static bool
alnum(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!(p[i] >= '0' && p[i] <= '9') && !(p[i] >= 'A' && p[i] <= 'Z'))
			return false;
	return true;
}

static int
two(const char *s)
{
	return (s[0] - '0') * 10 + s[1] - '0';
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 ||
		year % 400 == 0));
}

/* A day in one of the orders: M month, D day, Y year of two digits, C of four,
 * J day of the year, H hour (which is left out). Sets key to YYYY-MM-DD. */
static int
day(struct hibc *h, const char *key, const char *order, const char **p, const char *end,
	struct mk_err *e)
{
	int year = 0, month = 1, d = 0, julian = 0, now;
	const char *at = *p, *o;
	char text[16];

	if (mk_ident_this_year(&now, e) == -1)
		return -1;
	for (o = order; *o != '\0'; o++) {
		size_t n = *o == 'C' ? 4 : *o == 'J' ? 3 : 2;
		int v;

		if (!digits(*p, end, n))
			return wrong(h, *p, e, "a date goes on here, of digits");
		v = *o == 'C' ? two(*p) * 100 + two(*p + 2) : *o == 'J' ? two(*p) * 10 + (*p)[2] - '0' :
			two(*p);
		if (*o == 'C' || *o == 'Y')
			year = *o == 'C' ? v : mk_gs1_year(v, now);
		else if (*o == 'M')
			month = v;
		else if (*o == 'D')
			d = v;
		else if (*o == 'J')
			julian = v;
		else if (v > 23)
			return wrong(h, *p, e, "hours are 00 to 23");
		*p += n;
	}
	if (month < 1 || month > 12)
		return wrong(h, at, e, "there is no such month");
	if (strchr(order, 'J') != NULL) {
		if (julian < 1)
			return wrong(h, at, e, "there is no such day");
		for (month = 1; month <= 12 && julian > month_days(year, month); month++)
			julian -= month_days(year, month);
		d = julian;
	} else if (strchr(order, 'D') == NULL)
		d = month_days(year, month);	/* a month stands for its last day */
	if (month > 12 || d < 1 || d > month_days(year, month))
		return wrong(h, at, e, "there is no such day");
	(void)snprintf(text, sizeof text, "%04d-%02d-%02d", year % 10000, month, d % 100);
	return put(h, key, text, strlen(text), e);
}

/* Behind $$: a quantity, a date, and then a lot or serial number. */
static int
dated(struct hibc *h, const char **p, const char *end, struct mk_err *e)
{
	static const char *const orders[] = { "MDY", "YMD", "YMDH", "YJ", "YJH" };	/* 2 to 6 */
	size_t n;

	if (*p < end && (**p == '8' || **p == '9')) {
		n = **p == '8' ? 2 : 5;
		++*p;
		if (!digits(*p, end, n))
			return wrong(h, *p, e, "a quantity goes on here, of digits");
		if (put(h, "qty", *p, n, e) == -1)
			return -1;
		*p += n;
	}
	if (*p < end && **p >= '2' && **p <= '6') {
		n = (size_t)(**p - '2');
		++*p;
		return day(h, "expiry", orders[n], p, end, e);
	}
	if (*p < end && **p == '7') {	/* no date */
		++*p;
		return 0;
	}
	if (*p < end && (**p == '0' || **p == '1'))
		return day(h, "expiry", "MY", p, end, e);
	return 0;
}

/* One piece of secondary data, up to end. */
static int
secondary(struct hibc *h, const char *p, const char *end, struct mk_err *e)
{
	const char *key = "lot";
	size_t most = 18;

	if (digits(p, end, 5)) {
		if (day(h, "expiry", "YJ", &p, end, e) == -1)
			return -1;
	} else if (end - p >= 3 && memcmp(p, "$$+", 3) == 0) {
		p += 3;
		key = "sn";
		if (dated(h, &p, end, e) == -1)
			return -1;
	} else if (end - p >= 2 && memcmp(p, "$+", 2) == 0) {
		p += 2;
		key = "sn";
	} else if (end - p >= 2 && memcmp(p, "$$", 2) == 0) {
		p += 2;
		if (dated(h, &p, end, e) == -1)
			return -1;
	} else if (p < end && *p == '$') {
		p++;
	} else if (end - p >= 3 && memcmp(p, "14D", 3) == 0) {
		p += 3;
		return day(h, "expiry", "CMD", &p, end, e) == -1 ? -1 :
			p == end ? 0 : wrong(h, p, e, "there is more behind the date");
	} else if (end - p >= 3 && memcmp(p, "16D", 3) == 0) {
		p += 3;
		return day(h, "made", "CMD", &p, end, e) == -1 ? -1 :
			p == end ? 0 : wrong(h, p, e, "there is more behind the date");
	} else if (p < end && *p == 'S') {
		p++;
		key = "sn";
	} else if (p < end && *p == 'Q') {
		p++;
		key = "qty";
		most = 5;
	} else
		return wrong(h, p, e, "secondary data begin with five digits, $, $$, $+, $$+, S, 14D, "
			"16D or Q");
	if ((size_t)(end - p) > most)
		return wrong(h, p + most, e, "a lot or serial number is too long");
	return p == end ? 0 : put(h, key, p, (size_t)(end - p), e);
}

/* + labeler of 4, product of 1 to 18, unit of measure of 1. */
static int
primary(struct hibc *h, const char *p, const char *end, struct mk_err *e)
{
	size_t n = (size_t)(end - p);

	if (n < 6 || n > 23 || !alnum(p, n))
		return wrong(h, p, e, "the primary data are a labeler of 4, a product of 1 to 18 and a "
			"unit, of A-Z and 0-9");
	if (*p < 'A')
		return wrong(h, p, e, "a labeler begins with a letter");
	if (end[-1] < '0' || end[-1] > '9')
		return wrong(h, end - 1, e, "a unit of measure is a digit");
	if (put(h, "lic", p, 4, e) == -1 || put(h, "pcn", p + 4, n - 5, e) == -1)
		return -1;
	return put(h, "uom", end - 1, 1, e);
}

static int
check(struct hibc *h, struct mk_err *e)
{
	struct mk_buf want = {0};
	int r = mk_check_verify(mk_check_find("mod43"), h->s, h->n, &want, e);

	h->at = h->n - 1;
	if (r == 0)
		mk_err(e, MK_EDATA, "the check character is '%c', it should be '%c'", h->s[h->n - 1],
			want.p[0]);
	mk_buf_clear(&want);
	return r == 1 ? 0 : -1;
}

/* Secondary data of their own symbol carry, before the check character, the check
 * character of the primary ones. */
static int
walk(struct hibc *h, struct mk_err *e)
{
	const char *p = h->s + 1, *end = h->s + h->n - 1, *stop;

	h->at = 0;
	if (h->n < 4 || *h->s != '+')
		return mk_err(e, MK_EDATA, "HIBC begins with +");
	if (check(h, e) == -1)
		return -1;
	if (*p == '$' || (*p >= '0' && *p <= '9')) {
		if (put(h, "link", end - 1, 1, e) == -1)
			return -1;
		return secondary(h, p, end - 1, e);
	}
	if ((stop = memchr(p, '/', (size_t)(end - p))) == NULL)
		stop = end;
	if (primary(h, p, stop, e) == -1)
		return -1;
	while (stop < end) {
		p = stop + 1;
		if ((stop = memchr(p, '/', (size_t)(end - p))) == NULL)
			stop = end;
		if (secondary(h, p, stop, e) == -1)
			return -1;
	}
	return 0;
}

static int
set_hibc(struct mk_rec *rec, const struct mk_gs1 *g, const char *s, size_t n, struct mk_err *e)
{
	struct hibc h = { s, n, NULL, 0 };

	(void)g;
	if (walk(&h, e) == -1 || mk_ident_derive_text(rec, s, n, e) == -1)
		return -1;
	h.rec = rec;
	return walk(&h, e);
}

static int
parse_hibc(const struct mk_gs1 *g, bool sure, const char *s, size_t n, struct mk_buf *form,
	size_t *at, struct mk_err *e)
{
	struct mk_rec trial = {0};	/* so that contradictions inside it are seen */
	struct hibc h = { s, n, &trial, 0 };
	int r;

	(void)g;
	*at = 0;
	if (!sure && (n < 4 || *s != '+' || !(s[1] == '$' || alnum(s + 1, 1))))
		return 0;
	r = walk(&h, e);
	*at = h.at;
	mk_rec_clear(&trial);
	return r == -1 || mk_buf_add(form, s, n, e) == -1 ? -1 : 1;
}

const struct mk_scheme_def mk_scheme_hibc = { "hibc", "", false, set_hibc, parse_hibc };
