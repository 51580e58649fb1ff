#include "ident/lint.h"

#include <string.h>

#include "ident/check.h"

static const char *
csum(const char *s, size_t n)
{
	return n > 1 && mk_mod10(s, n - 1) == s[n - 1] ? NULL : "the check digit is wrong";
}

/* A company prefix begins at the first or second place: it is of digits. */
static const char *
gcp(const char *s, size_t n, size_t at)
{
	size_t i;

	if (n < at + 4)
		return "too short for a company prefix";
	for (i = at; i < at + 4; i++)
		if (s[i] < '0' || s[i] > '9')
			return "the company prefix is not of digits";
	return NULL;
}

static const char *
gcppos1(const char *s, size_t n)
{
	return gcp(s, n, 0);
}

static const char *
gcppos2(const char *s, size_t n)
{
	return gcp(s, n, 1);
}

static int
two(const char *s)
{
	return (s[0] - '0') * 10 + s[1] - '0';
}

/* YYMMDD; the century of YY does not matter but for 29 February, which every
 * fourth year has in the window of 1901 to 2099. */
static const char *
date(const char *s, size_t n, int lowest)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int m, d;

	if (n != 6)
		return "a date is YYMMDD";
	m = two(s + 2);
	d = two(s + 4);
	if (m < 1 || m > 12)
		return "there is no such month";
	if (d < lowest || d > days[m - 1] + (m == 2 && two(s) % 4 == 0))
		return "there is no such day";
	return NULL;
}

static const char *
yymmdd(const char *s, size_t n)
{
	return date(s, n, 1);
}

static const char *
yymmd0(const char *s, size_t n)
{
	return date(s, n, 0);
}

static const char *
nonzero(const char *s, size_t n)
{
	return strspn(s, "0") >= n ? "it must not be zero" : NULL;
}

static const char *
zero(const char *s, size_t n)
{
	return strspn(s, "0") >= n ? NULL : "it must be zero";
}

static const char *
nozeroprefix(const char *s, size_t n)
{
	return n > 1 && s[0] == '0' ? "it must not begin with a zero" : NULL;
}

static const char *
hasnondigit(const char *s, size_t n)
{
	return strspn(s, "0123456789") >= n ? "it needs a character that is no digit" : NULL;
}

mk_lint_fn *
mk_lint_find(const char *name, size_t n)
{
	static const struct {
		const char *name;
		mk_lint_fn *fn;
	} all[] = {
		{ "csum", csum }, { "gcppos1", gcppos1 }, { "gcppos2", gcppos2 },
		{ "yymmdd", yymmdd }, { "yymmd0", yymmd0 }, { "nonzero", nonzero },
		{ "zero", zero }, { "nozeroprefix", nozeroprefix }, { "hasnondigit", hasnondigit }
	};
	size_t i;

	for (i = 0; i < sizeof all / sizeof *all; i++)
		if (strlen(all[i].name) == n && memcmp(all[i].name, name, n) == 0)
			return all[i].fn;
	return NULL;
}
