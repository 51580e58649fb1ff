#include "base/num.h"

#include <stdbool.h>

/* The digits of s as a magnitude; -1 if not all digits, 1 if over limit. */
static int
digits(const char *s, size_t n, uint64_t limit, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (n == 0)
		return -1;
	for (i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return -1;
	for (i = 0; i < n; i++) {
		unsigned d = (unsigned)(s[i] - '0');

		if (v > (limit - d) / 10 || limit < d)
			return 1;
		v = v * 10 + d;
	}
	*out = v;
	return 0;
}

static int
shown(size_t n)
{
	return n > 40 ? 40 : (int)n;
}

int
mk_num_u64(const char *s, size_t n, uint64_t min, uint64_t max,
	uint64_t *out, struct mk_err *e)
{
	uint64_t v = 0;
	int r = digits(s, n, max, &v);

	if (r == -1)
		return mk_err(e, MK_ESYNTAX, "'%.*s' is not a whole number", shown(n), s);
	if (r == 1 || v < min)
		return mk_err(e, MK_EDATA, "%.*s is out of range: %llu to %llu",
			shown(n), s, (unsigned long long)min, (unsigned long long)max);
	*out = v;
	return 0;
}

int
mk_num_i64(const char *s, size_t n, int64_t min, int64_t max,
	int64_t *out, struct mk_err *e)
{
	return mk_num_fix(s, n, 0, min, max, out, e);
}

static uint64_t
pow10of(int k)
{
	uint64_t v = 1;

	while (k-- > 0)
		v *= 10;
	return v;
}

/* Scale v, which counts whole units, by 10^places and add the decimals in s. As
 * digits(), and 2 if there are too many of them. */
static int
decimals(const char *s, size_t n, int places, uint64_t *v)
{
	uint64_t scale = pow10of(places);
	size_t i;
	int r = 0;

	if (*v > (uint64_t)INT64_MAX / scale)
		r = 1;
	else
		*v *= scale;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		if (i >= (size_t)places && s[i] != '0')
			r = 2;
		if (i < (size_t)places && r == 0) {
			scale /= 10;
			*v += scale * (uint64_t)(s[i] - '0');
		}
	}
	return r == 0 && *v > (uint64_t)INT64_MAX ? 1 : r;
}

static int
outside(const char *s, size_t n, int places, int64_t min, int64_t max, struct mk_err *e)
{
	if (places == 0)
		return mk_err(e, MK_EDATA, "%.*s is out of range: %lld to %lld", shown(n), s,
			(long long)min, (long long)max);
	return mk_err(e, MK_EDATA, "%.*s is out of range: %.10g to %.10g", shown(n), s,
		(double)min / (double)pow10of(places), (double)max / (double)pow10of(places));
}

int
mk_num_fix(const char *s, size_t n, int places, int64_t min, int64_t max,
	int64_t *out, struct mk_err *e)
{
	const char *p = s, *end = s + n, *dot;
	bool neg = p < end && *p == '-';
	uint64_t v = 0;
	int64_t x;
	int r;

	if (neg)
		p++;
	for (dot = p; dot < end && *dot != '.'; dot++)
		;
	r = digits(p, (size_t)(dot - p), INT64_MAX, &v);
	if (r != -1 && dot < end && (places == 0 || dot + 1 == end))
		r = -1;
	if (r == 0)
		r = decimals(dot + (dot < end), (size_t)(end - dot) - (dot < end), places, &v);
	if (r == -1)
		return mk_err(e, MK_ESYNTAX, places == 0 ? "'%.*s' is not a whole number"
			: "'%.*s' is not a decimal number", shown(n), s);
	if (r == 2)
		return mk_err(e, MK_EDATA, "%.*s has more than %d decimals", shown(n), s, places);
	if (r == 1)
		return outside(s, n, places, min, max, e);
	x = neg ? -(int64_t)v : (int64_t)v;
	if (x < min || x > max)
		return outside(s, n, places, min, max, e);
	*out = x;
	return 0;
}
