/* Check characters: published vectors, each with where it was published; one
 * wrong character anywhere is seen. */
#include "ident/check.h"
#include "tests/tap.h"

static const struct {
	const char *alg, *text, *from;
} vectors[] = {
	{ "mod10", "12345678901231", "GS1 Syntax Dictionary, csum" },
	{ "mod10", "02345673", "GS1 Syntax Dictionary, csum" },
	{ "mod10", "123456789012345675", "GS1 Syntax Dictionary, csum" },
	{ "gmn", "1987654Ad4X4bL5ttr2310c2K", "GS1 General Specifications 7.9.5, csumalpha" },
	{ "mod43", "+A123BJC5D6E71G", "Zebra DS9908 product reference guide" },
	{ "mod43", "+A99912345/$$52001510X33", "zint, HIBC Data Matrix" },
	{ "vin", "1M8GDM9AXKP042788", "Wikibooks, Vehicle Identification Numbers" },
	{ "vin", "11111111111111111", "49 CFR 565: all ones" },
	{ "semi", "AM1664-24A2", "SEMI M12, a published checksum page" },
	{ "semi", "Q1P888-13-B4", "SEMI M12, a published checksum page" },
	{ "iso7064-37-36", "A12425GABC1234002M", "GRid standard 2.1" },
	{ "iso7064-97-10", "5493001KJTIIGC8Y1R12", "ISO 17442, a LEI" },
	{ "iso7064-11-2", "0000-0002-1825-0097", "ORCID" },
	{ "iso7064-11-2", "079X", "ISO/IEC 7064, an example" },
	{ "luhn", "79927398713", "ISO/IEC 7812-1" },
	{ "luhn", "490154203237518", "3GPP TS 23.003, an IMEI" },
	{ "damm", "5724", "H. M. Damm, 2004" },
	{ "verhoeff", "2363", "J. Verhoeff, 1969" }
};

static struct mk_err e;

static void
vector(int alg, const char *text, const char *from)
{
	size_t n = strlen(text), len = (size_t)mk_check_len(alg), i;
	size_t at = mk_check_place(alg) == -1 ? n - len : (size_t)mk_check_place(alg);
	char data[64], bad[64];
	struct mk_buf b = {0};
	int seen = 0, tried = 0;

	ok(mk_check_verify(alg, text, n, NULL, &e) == 1, "%s: %s (%s)", mk_check_name(alg), text, from);
	memcpy(data, text, at);
	memcpy(data + at, text + at + len, n - at - len);
	ok(mk_check_append(alg, data, n - len, &b, &e) == 0 && b.n == len &&
		memcmp(b.p, text + at, len) == 0, "%s: its check characters", text);
	b.n = 0;
	ok(mk_check_complete(alg, data, n - len, &b, &e) == 0, "%s: completed", text);
	isn(b.p, b.n, text, "and whole");
	for (i = 0; i < n; i++) {
		memcpy(bad, text, n);
		if (bad[i] < '0' || bad[i] > '9')
			continue;
		bad[i] = bad[i] == '9' ? '0' : (char)(bad[i] + 1);
		tried++;
		b.n = 0;
		seen += mk_check_verify(alg, bad, n, &b, &e) == 0 && b.n == len;
	}
	ok(tried > 0 && seen == tried, "%s: %d of %d wrong digits seen", text, seen, tried);
	mk_buf_clear(&b);
}

/* What Damm's and Verhoeff's are for: each swap of neighbours is seen. */
static void
swaps(const char *name)
{
	int alg = mk_check_find(name), a, b, missed = 0;
	struct mk_buf out = {0};
	char s[6] = "31405";

	for (a = 0; a < 10; a++)
		for (b = 0; b < 10; b++) {
			if (a == b)
				continue;
			s[1] = (char)('0' + a);
			s[2] = (char)('0' + b);
			out.n = 0;
			if (mk_check_complete(alg, s, 5, &out, &e) == -1)
				missed++;
			out.p[1] = (char)('0' + b);
			out.p[2] = (char)('0' + a);
			missed += mk_check_verify(alg, out.p, 6, NULL, &e) != 0;
		}
	ok(missed == 0, "%s: swapped neighbours are seen", name);
	mk_buf_clear(&out);
}

static void
refused(const char *name, const char *s, const char *why)
{
	struct mk_buf out = {0};

	ok(mk_check_append(mk_check_find(name), s, strlen(s), &out, &e) == -1 && e.code == MK_EDATA &&
		out.n == 0, "%s: '%s' is refused", name, s);
	is(e.msg, why, "and told");
	mk_buf_clear(&out);
}

int
main(void)
{
	struct mk_buf b = {0};
	size_t i;
	int a;

	for (i = 0; i < sizeof vectors / sizeof *vectors; i++)
		vector(mk_check_find(vectors[i].alg), vectors[i].text, vectors[i].from);
	for (a = 0; mk_check_name(a) != NULL; a++)
		ok(mk_check_find(mk_check_name(a)) == a, "%s is found", mk_check_name(a));
	ok(a == 11 && mk_check_find("mod11") == -1, "there are 11, and no mod11");
	swaps("damm");
	swaps("verhoeff");
	refused("mod10", "12a4", "character 3 is not allowed for mod10: only digits");
	refused("mod10", "", "mod10 is made of 1 to 1048576 characters, here are 0");
	refused("vin", "1M8GDM9AIKP04278", "character 9 is not allowed for vin: only 0-9 A-Z without "
		"I, O, Q");
	refused("vin", "1M8", "vin is made of 16 to 16 characters, here are 3");
	refused("mod43", "a", "character 1 is not allowed for mod43: only 0-9 A-Z - . blank $ / + %");
	ok(mk_check_complete(mk_check_find("vin"), "1M8GDM9A?KP042788", 17, &b, &e) == 0, "a stand-in");
	isn(b.p, b.n, "1M8GDM9AXKP042788", "the ninth place of a VIN is ignored");
	ok(mk_check_verify(mk_check_find("vin"), "1M8GDM9AX", 9, NULL, &e) == -1, "a short VIN");
	is(e.msg, "9 characters are too few for vin", "is told");
	ok(mk_check_verify(mk_check_find("semi"), "A2", 2, NULL, &e) == -1, "no data");
	mk_buf_clear(&b);
	return done();
}
