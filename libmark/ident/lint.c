#include "ident/lint.h"

#include <string.h>

#include "ident/check.h"
#include "ident/codes.h"

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

/* ---- times ---- */

/* Two digits below a limit. */
static bool
below(const char *s, int limit)
{
	return two(s) < limit;
}

static const char *
yyyymmdd(const char *s, size_t n)
{
	static const char *const why = "there is no such day";
	int year;

	if (n != 8)
		return "a date is YYYYMMDD";
	year = two(s) * 100 + two(s + 2);
	if (memcmp(s + 4, "0229", 4) == 0)
		return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? NULL : why;
	return date(s + 2, 6, 1);
}

static const char *
hh(const char *s, size_t n)
{
	return n == 2 && below(s, 24) ? NULL : "hours are 00 to 23";
}

static const char *
mi(const char *s, size_t n)
{
	return n == 2 && below(s, 60) ? NULL : "minutes are 00 to 59";
}

static const char *
ss(const char *s, size_t n)
{
	return n == 2 && below(s, 60) ? NULL : "seconds are 00 to 59";
}

static const char *
hhmi(const char *s, size_t n)
{
	const char *why = n == 4 ? hh(s, 2) : "a time is HHMM";

	return why == NULL ? mi(s + 2, 2) : why;
}

/* ---- one character out of some ---- */

static const char *
winding(const char *s, size_t n)
{
	return n == 1 && strchr("019", *s) != NULL ? NULL : "a winding direction is 0, 1 or 9";
}

static const char *
yesno(const char *s, size_t n)
{
	return n == 1 && strchr("01", *s) != NULL ? NULL : "it is 0 or 1";
}

static const char *
iso5218(const char *s, size_t n)
{
	return n == 1 && strchr("0129", *s) != NULL ? NULL : "a sex is 0, 1, 2 or 9";
}

static const char *
importeridx(const char *s, size_t n)
{
	return n == 1 && (*s == '-' || *s == '_' || (*s >= '0' && *s <= '9') ||
		(*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z')) ? NULL :
		"an importer index is a letter, a digit, '-' or '_'";
}

static const char *
hyphen(const char *s, size_t n)
{
	return strspn(s, "-") >= n ? NULL : "only a minus sign may be here";
}

/* ---- code lists ---- */

static const char *
iso3166(const char *s, size_t n)
{
	return mk_code_country(s, n) ? NULL : "there is no such country (ISO 3166 number)";
}

static const char *
iso3166999(const char *s, size_t n)
{
	return n == 3 && memcmp(s, "999", 3) == 0 ? NULL : iso3166(s, n);
}

static const char *
iso3166alpha2(const char *s, size_t n)
{
	return mk_code_country2(s, n) ? NULL : "there is no such country (ISO 3166 letters)";
}

static const char *
iso4217(const char *s, size_t n)
{
	return mk_code_currency(s, n) ? NULL : "there is no such currency (ISO 4217 number)";
}

static const char *
packagetype(const char *s, size_t n)
{
	return mk_code_package(s, n) ? NULL : "there is no such package type";
}

static const char *
mediatype(const char *s, size_t n)
{
	int v = n == 2 ? two(s) : 0;

	return (v >= 1 && v <= 10) || v >= 80 ? NULL : "a media type is 01 to 10 or 80 to 99";
}

/* ---- others ---- */

static const char *
csumalpha(const char *s, size_t n)
{
	struct mk_err no;

	return mk_check_verify(mk_check_find("gmn"), s, n, NULL, &no) == 1 ? NULL :
		"the check characters are wrong";
}

/* ISO 13616: country, two check digits, account; MOD 97-10 over it, turned round. */
static const char *
iban(const char *s, size_t n)
{
	struct mk_err no;
	char turned[34];

	if (n < 15 || n > sizeof turned)
		return "an IBAN has 15 to 34 characters";
	if (!mk_code_country2(s, 2))
		return "there is no such country (ISO 3166 letters)";
	memcpy(turned, s + 4, n - 4);
	memcpy(turned + n - 4, s, 4);
	return mk_check_verify(mk_check_find("iso7064-97-10"), turned, n, NULL, &no) == 1 ? NULL :
		"the check digits are wrong";
}

static const char *
latitude(const char *s, size_t n)
{
	return n == 10 && memcmp(s, "1800000000", 10) <= 0 ? NULL : "a latitude is at most "
		"1800000000";
}

static const char *
longitude(const char *s, size_t n)
{
	return n == 10 && memcmp(s, "3600000000", 10) <= 0 ? NULL : "a longitude is at most "
		"3600000000";
}

static bool
hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static const char *
pcenc(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] == '%' && (n - i < 3 || !hex(s[i + 1]) || !hex(s[i + 2])))
			return "a % needs two hexadecimal digits behind it";
	return NULL;
}

static const char *
pieceoftotal(const char *s, size_t n)
{
	if (n != 4 || two(s) == 0 || two(s + 2) == 0)
		return "neither piece nor total is 00";
	return two(s) <= two(s + 2) ? NULL : "the piece is beyond the total";
}

static const char *
posinseqslash(const char *s, size_t n)
{
	if (n != 3 || s[1] != '/' || s[0] < '1' || s[0] > '9' || s[2] < '1' || s[2] > '9')
		return "it is a digit, a slash and a digit, none of them 0";
	return s[0] <= s[2] ? NULL : "the position is beyond the total";
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
		{ "zero", zero }, { "nozeroprefix", nozeroprefix }, { "hasnondigit", hasnondigit },
		{ "yyyymmdd", yyyymmdd }, { "hh", hh }, { "mi", mi }, { "ss", ss }, { "hhmi", hhmi },
		{ "winding", winding }, { "yesno", yesno }, { "iso5218", iso5218 },
		{ "importeridx", importeridx }, { "hyphen", hyphen }, { "iso3166", iso3166 },
		{ "iso3166999", iso3166999 }, { "iso3166alpha2", iso3166alpha2 },
		{ "iso4217", iso4217 }, { "packagetype", packagetype }, { "mediatype", mediatype },
		{ "csumalpha", csumalpha }, { "iban", iban }, { "latitude", latitude },
		{ "longitude", longitude }, { "pcenc", pcenc }, { "pieceoftotal", pieceoftotal },
		{ "posinseqslash", posinseqslash }, { "couponcode", mk_lint_couponcode },
		{ "couponposoffer", mk_lint_couponposoffer }
	};
	size_t i;

	for (i = 0; i < sizeof all / sizeof *all; i++)
		if (strlen(all[i].name) == n && memcmp(all[i].name, name, n) == 0)
			return all[i].fn;
	return NULL;
}
