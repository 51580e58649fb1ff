/* Strict numbers. */
#include "base/num.h"
#include "tests/tap.h"

static struct mk_err e;

static void
u64(const char *s, uint64_t min, uint64_t max, int code, uint64_t want)
{
	uint64_t v = 77;
	int r = mk_num_u64(s, strlen(s), min, max, &v, &e);

	if (code == 0)
		ok(r == 0 && v == want, "'%s' is %llu", s, (unsigned long long)v);
	else
		ok(r == -1 && e.code == code && v == 77, "'%s' is refused: %s", s, e.msg);
}

static void
fix(const char *s, int digits, int64_t min, int64_t max, int code, int64_t want)
{
	int64_t v = 77;
	int r;

	e.msg[0] = '\0';
	r = digits < 0 ? mk_num_i64(s, strlen(s), min, max, &v, &e)
		: mk_num_fix(s, strlen(s), digits, min, max, &v, &e);
	if (code == 0)
		ok(r == 0 && v == want, "'%s' with %d decimals is %lld %s", s, digits, (long long)v, e.msg);
	else
		ok(r == -1 && e.code == code && v == 77, "'%s' with %d decimals is refused: %s", s,
			digits, e.msg);
}

int
main(void)
{
	static const char *const junk[] = { "", " ", " 1", "1 ", "+1", "0x10", "1e3", "1.0", "1,0",
		"-", "--1", "\t1", "1\n", "a", "١" };
	const int64_t lo = INT64_MIN, hi = INT64_MAX;
	uint64_t v;
	size_t i;

	for (i = 0; i < sizeof junk / sizeof *junk; i++) {
		u64(junk[i], 0, UINT64_MAX, MK_ESYNTAX, 0);
		fix(junk[i], -1, lo, hi, MK_ESYNTAX, 0);
	}
	u64("-1", 0, UINT64_MAX, MK_ESYNTAX, 0);
	u64("0", 0, 9, 0, 0);
	u64("0010", 0, UINT64_MAX, 0, 10);
	u64("00000000000000000000000000000000000000000000000000000001", 0, 9, 0, 1);
	u64("18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX);
	u64("18446744073709551616", 0, UINT64_MAX, MK_EDATA, 0);
	u64("99999999999999999999", 0, UINT64_MAX, MK_EDATA, 0);
	u64("4", 5, 9, MK_EDATA, 0);
	u64("5", 5, 9, 0, 5);
	u64("9", 5, 9, 0, 9);
	u64("10", 5, 9, MK_EDATA, 0);
	is(e.msg, "10 is out of range: 5 to 9", "the range is named");
	u64("5", 0, 4, MK_EDATA, 0);
	u64("7", 0, 0, MK_EDATA, 0);
	ok(mk_num_u64("123", 2, 0, 99, &v, &e) == 0 && v == 12, "only n bytes are read");
	ok(mk_num_u64("1\0002", 3, 0, 999, &v, &e) == -1, "a NUL is no digit");

	fix("-1", -1, lo, hi, 0, -1);
	fix("-0", -1, lo, hi, 0, 0);
	fix("9223372036854775807", -1, lo, hi, 0, INT64_MAX);
	fix("-9223372036854775807", -1, lo, hi, 0, -INT64_MAX);
	fix("9223372036854775808", -1, lo, hi, MK_EDATA, 0);
	fix("-5", -1, -4, 4, MK_EDATA, 0);
	is(e.msg, "-5 is out of range: -4 to 4", "the range of whole numbers is named");
	fix("5", -1, -4, 4, MK_EDATA, 0);

	fix("1.5", 3, lo, hi, 0, 1500);
	fix("-1.5", 3, lo, hi, 0, -1500);
	fix("-0.001", 3, lo, hi, 0, -1);
	fix("0.05", 3, lo, hi, 0, 50);
	fix("007", 1, lo, hi, 0, 70);
	fix("1.5000000000000", 3, lo, hi, 0, 1500);
	fix("1.5001", 3, lo, hi, MK_EDATA, 0);
	is(e.msg, "1.5001 has more than 3 decimals", "and that is said");
	fix("1.", 3, lo, hi, MK_ESYNTAX, 0);
	fix(".5", 3, lo, hi, MK_ESYNTAX, 0);
	fix("1.2.3", 3, lo, hi, MK_ESYNTAX, 0);
	fix("1.-2", 3, lo, hi, MK_ESYNTAX, 0);
	fix("1.5x", 3, lo, hi, MK_ESYNTAX, 0);
	fix("1.5555x", 3, lo, hi, MK_ESYNTAX, 0);
	fix("1,5", 3, lo, hi, MK_ESYNTAX, 0);
	fix("1.0", 0, lo, hi, MK_ESYNTAX, 0);
	fix("9223372036854775.807", 3, lo, hi, 0, INT64_MAX);
	fix("9223372036854775.808", 3, lo, hi, MK_EDATA, 0);
	fix("-9223372036854775.808", 3, lo, hi, MK_EDATA, 0);
	fix("9223372036854776", 3, lo, hi, MK_EDATA, 0);
	fix("0.000000001", 9, lo, hi, 0, 1);
	fix("9.223372036", 9, lo, hi, 0, 9223372036);
	fix("10.001", 3, -10000, 10000, MK_EDATA, 0);
	return done();
}
