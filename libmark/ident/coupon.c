/* Coupons of North America: the fields of AI 8110 and AI 8112, each of which tells
 * the length of the one behind it. */
#include <string.h>

#include "ident/lint.h"

struct cut {
	const char *p, *end;
	const char *why;	/* what went wrong first */
};

static void
fail(struct cut *c, const char *why)
{
	if (c->why == NULL)
		c->why = why;
}

/* One digit out of those in set; 0 if it went wrong. */
static int
digit(struct cut *c, const char *set, const char *why)
{
	if (c->why != NULL || c->p == c->end || strchr(set, *c->p) == NULL) {
		fail(c, why);
		return 0;
	}
	return *c->p++ - '0';
}

static const char *
skip(struct cut *c, int n, const char *why)
{
	const char *at = c->p;

	if (c->why != NULL || c->end - c->p < n)
		fail(c, why);
	else
		c->p += n;
	return at;
}

/* Whether the optional field of that number is next. */
static bool
option(struct cut *c, char which)
{
	if (c->why != NULL || c->p == c->end || *c->p != which)
		return false;
	c->p++;
	return true;
}

static void
requirement(struct cut *c)
{
	int n = digit(c, "12345", "the length of a purchase requirement is 1 to 5");

	skip(c, n, "the purchase requirement is cut short");
	digit(c, "012349", "the code of a purchase requirement is 0 to 4 or 9");
	skip(c, 3, "the purchase family code is cut short");
}

/* A further purchase's company prefix; 9: the first one. */
static void
further(struct cut *c)
{
	int n = digit(c, "01234569", "the length of a company prefix is 0 to 6 or 9");

	if (n != 9)
		skip(c, n + 6, "the company prefix is cut short");
}

static const char *
date(struct cut *c, const char *why)
{
	const char *s = skip(c, 6, why);

	if (c->why == NULL && mk_lint_find("yymmdd", 6)(s, 6) != NULL)
		fail(c, why);
	return s;
}

static void
options(struct cut *c)
{
	const char *until = NULL, *since;
	int n;

	if (option(c, '1')) {
		digit(c, "0123", "the additional purchase rules code is 0 to 3");
		requirement(c);
		further(c);
	}
	if (option(c, '2')) {
		requirement(c);
		further(c);
	}
	if (option(c, '3'))
		until = date(c, "the expiration date is wrong");
	if (option(c, '4')) {
		since = date(c, "the start date is wrong");
		if (c->why == NULL && until != NULL && memcmp(since, until, 6) > 0)
			fail(c, "it expires before it starts");
	}
	if (option(c, '5')) {
		n = digit(c, "0123456789", "the serial number is missing");
		skip(c, n + 6, "the serial number is cut short");
	}
	if (option(c, '6')) {
		n = digit(c, "1234567", "the length of the retailer's prefix is 1 to 7");
		skip(c, n + 6, "the retailer's prefix is cut short");
	}
	if (option(c, '9')) {
		digit(c, "01256", "the save value code is 0, 1, 2, 5 or 6");
		digit(c, "012", "the save value applies to item 0, 1 or 2");
		digit(c, "0123456789", "the store coupon flag is missing");
		digit(c, "01", "the don't multiply flag is 0 or 1");
	}
}

static const char *
end(struct cut *c)
{
	if (c->p != c->end)
		fail(c, "there is more behind its end");
	return c->why;
}

const char *
mk_lint_couponcode(const char *s, size_t n)
{
	struct cut c = { s, s + n, NULL };
	int len;

	if (strspn(s, "0123456789") < n)
		return "a coupon code is of digits";
	len = digit(&c, "0123456", "the length of the company prefix is 0 to 6");
	skip(&c, len + 6, "the company prefix is cut short");
	skip(&c, 6, "the offer code is cut short");
	len = digit(&c, "12345", "the length of the save value is 1 to 5");
	skip(&c, len, "the save value is cut short");
	requirement(&c);
	options(&c);
	return end(&c);
}

const char *
mk_lint_couponposoffer(const char *s, size_t n)
{
	struct cut c = { s, s + n, NULL };
	int len;

	if (strspn(s, "0123456789") < n)
		return "a coupon code is of digits";
	digit(&c, "01", "the coupon's format is 0 or 1");
	len = digit(&c, "0123456", "the length of the funder is 0 to 6");
	skip(&c, len + 6, "the funder is cut short");
	skip(&c, 6, "the offer code is cut short");
	len = digit(&c, "0123456789", "the serial number is missing");
	skip(&c, len + 6, "the serial number is cut short");
	return end(&c);
}
