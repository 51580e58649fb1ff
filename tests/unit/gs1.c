/* GS1: every AI of the dictionary, each linter by name, associations, separators,
 * years, Digital Links and EPC URNs. */
#include <stdlib.h>

#include "base/io.h"
#include "ident/check.h"
#include "ident/gs1.h"
#include "tests/tap.h"

#define DICTIONARY "libmark/ident/gs1-syntax-dictionary.txt"

static struct mk_gs1 *gs1;
static struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
static struct mk_buf text, out;
static struct mk_err e;

/* ---- every AI: values made by the test's own reading of the dictionary ---- */

/* For each linter a value of one component that it takes and one that it does not;
 * NULL: made below. */
static const struct sample {
	const char *name, *good, *bad;
} samples[] = {
	{ "yymmdd", "261122", "261100" }, { "yymmd0", "240200", "241301" },
	{ "yyyymmdd", "20240229", "20230229" }, { "hh", "23", "24" }, { "mi", "59", "60" },
	{ "ss", "00", "60" }, { "hhmi", "2359", "2360" }, { "winding", "9", "2" },
	{ "yesno", "1", "2" }, { "iso5218", "9", "3" }, { "importeridx", "_", "!" },
	{ "hyphen", "-", "+" }, { "iso3166", "792", "000" }, { "iso3166999", "999", "998" },
	{ "iso3166alpha2", "TR", "ZQ" }, { "iso4217", "949", "000" }, { "packagetype", "PX", "0A" },
	{ "mediatype", "80", "11" }, { "latitude", "1800000000", "1800000001" },
	{ "longitude", "3600000000", "3600000001" }, { "pcenc", "A%2FB", "A%2G" },
	{ "pieceoftotal", "0203", "0302" }, { "posinseqslash", "1/3", "3/1" },
	{ "iban", "TR330006100519786457841326", "TR330006100519786457841327" },
	{ "couponcode", "106141416543213500110000310123196000",
	  "106141416543213500110000310133196000" },
	{ "couponposoffer", "001234561234560123456", "201234561234560123456" },
	{ "nonzero", NULL, NULL }, { "zero", NULL, NULL }, { "csum", NULL, NULL },
	{ "csumalpha", NULL, NULL }, { "gcppos1", NULL, NULL }, { "gcppos2", NULL, NULL },
	{ "nozeroprefix", NULL, NULL }, { "hasnondigit", NULL, NULL }
};
#define SAMPLES (sizeof samples / sizeof *samples)

static int used[SAMPLES];	/* how often each was seen to refuse */

struct comp {
	char type;
	int optional, upto, n;
	char lint[4][24];
	int lints;
};

static int
has(const struct comp *c, const char *lint)
{
	int i;

	for (i = 0; i < c->lints; i++)
		if (strcmp(c->lint[i], lint) == 0)
			return 1;
	return 0;
}

static const struct sample *
find_sample(const struct comp *c)
{
	size_t i;

	for (i = 0; i < SAMPLES; i++)
		if (samples[i].good != NULL && has(c, samples[i].name))
			return &samples[i];
	return NULL;
}

static void
gmn(char *v, int n)
{
	struct mk_buf b = {0};

	(void)mk_check_append(mk_check_find("gmn"), v, (size_t)n - 2, &b, &e);
	memcpy(v + n - 2, b.p, 2);
	v[n] = '\0';
	mk_buf_clear(&b);
}

/* A value that the component's type and all its linters take. */
static void
good(const struct comp *c, char *v)
{
	const struct sample *s = find_sample(c);
	int i;

	if (s != NULL) {
		strcpy(v, s->good);
		return;
	}
	for (i = 0; i < c->n; i++)
		v[i] = c->type == 'N' ? "123456789"[i % 9] : i < 6 ? "123456"[i] :
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i % 26];
	v[c->n] = '\0';
	if (has(c, "zero"))
		memset(v, '0', (size_t)c->n);
	if (has(c, "csum"))
		v[c->n - 1] = mk_mod10(v, (size_t)c->n - 1);
	if (has(c, "csumalpha"))
		gmn(v, c->n);
}

/* A value that just this linter refuses; 0 if there is none (digits where the type
 * allows nothing else). */
static int
bad(const struct comp *c, const char *lint, char *v)
{
	const struct sample *s = find_sample(c);
	long k;

	good(c, v);
	if (s != NULL && strcmp(s->name, lint) == 0) {
		strcpy(v, s->bad);
	} else if (strcmp(lint, "nonzero") == 0) {
		memset(v, '0', (size_t)c->n);
	} else if (strcmp(lint, "zero") == 0) {
		v[0] = '1';
	} else if (strcmp(lint, "nozeroprefix") == 0) {
		v[0] = '0';
	} else if (strcmp(lint, "csum") == 0) {
		v[c->n - 1] = v[c->n - 1] == '9' ? '0' : (char)(v[c->n - 1] + 1);
	} else if (strcmp(lint, "csumalpha") == 0) {
		v[0] = '9';
	} else if (strncmp(lint, "gcppos", 6) == 0 && c->type != 'N') {
		v[1] = 'A';
		if (has(c, "csumalpha"))
			gmn(v, c->n);
	} else if (strcmp(lint, "hasnondigit") == 0) {
		for (k = 1000; k < 1000000; k++) {
			sprintf(v, "%ld12345", k);
			gmn(v, (int)strlen(v) + 2);
			if (strspn(v, "0123456789") == strlen(v))
				return 1;
		}
		return 0;
	} else
		return 0;
	return 1;
}

static int
parse(const char *ai, const char *v)
{
	char s[256];
	size_t n = (size_t)sprintf(s, "(%s)", ai);

	for (; *v != '\0'; v++) {
		if (strchr("()\\", *v) != NULL)
			s[n++] = '\\';
		s[n++] = *v;
	}
	return mk_gs1_parse(gs1, s, n, &text, el, &e);
}

static void
one_ai(const char *ai, const struct comp *c, int n)
{
	char v[200] = "", w[200], one[200], want[40];
	int i, k, l, total = 0, right = 1;
	size_t s;

	for (i = 0; i < n; i++) {
		good(&c[i], one);
		strcat(v, one);
		total += c[i].n;
	}
	if (parse(ai, v) != 1 || el[0].n != strlen(v)) {
		right = 0;
		printf("# (%s)%s: %s\n", ai, v, e.msg);
	}
	for (i = 0; i < n; i++)
		for (l = 0; l < c[i].lints; l++) {
			w[0] = '\0';
			for (k = 0; k < n; k++) {
				if (k == i && !bad(&c[k], c[i].lint[l], one))
					break;
				if (k != i)
					good(&c[k], one);
				strcat(w, one);
			}
			if (k < n)
				continue;
			sprintf(want, "(%s)", c[i].lint[l]);
			if (parse(ai, w) != -1 || e.code != MK_EDATA || strstr(e.msg, want) == NULL) {
				right = 0;
				printf("# (%s)%s is not refused by %s: %s\n", ai, w, want, e.msg);
			}
			for (s = 0; s < SAMPLES; s++)
				used[s] += strcmp(samples[s].name, c[i].lint[l]) == 0;
		}
	/* a character that the type has not, nothing at all, and too much */
	strcpy(w, v);
	w[0] = c[0].type == 'N' ? 'A' : ' ';
	right &= parse(ai, w) == -1 && strstr(e.msg, "is not allowed here") != NULL;
	right &= parse(ai, "") == -1;
	memset(w, '0', sizeof w);
	w[total + 1] = '\0';
	right &= parse(ai, w) == -1;
	ok(right, "(%s)%s, and its mutants", ai, v);
}

static int
component(struct comp *c, char *word)
{
	char *p = word, *comma;

	memset(c, 0, sizeof *c);
	if (*p == '[') {
		c->optional = 1;
		p++;
	}
	c->type = *p++;
	if (strncmp(p, "..", 2) == 0) {
		c->upto = 1;
		p += 2;
	}
	c->n = (int)strtol(p, &p, 10);
	for (comma = strtok(p, "],"); comma != NULL; comma = strtok(NULL, "],"))
		strcpy(c->lint[c->lints++], comma);
	return c->n > 0;
}

static void
every_ai(void)
{
	FILE *f = fopen(DICTIONARY, "r");
	char line[400], word[10][80], ai[8];
	int rows = 0, ais = 0, n, words, i, from, to, width;
	struct comp c[8];
	size_t s;
	char *p;

	ok(f != NULL, "the dictionary is there (tests run in the top folder)");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		rows++;
		words = sscanf(line, "%79s %79s %79s %79s %79s %79s %79s %79s %79s %79s", word[0],
			word[1], word[2], word[3], word[4], word[5], word[6], word[7], word[8], word[9]);
		for (n = 0, i = 1; i < words; i++)
			if (strchr("NXYZ[", word[i][0]) != NULL && strchr(word[i], '=') == NULL)
				component(&c[n++], word[i]);
			else if (n > 0)
				break;
		width = (int)strcspn(word[0], "-");
		from = to = atoi(word[0]);
		if ((p = strchr(word[0], '-')) != NULL)
			to = atoi(p + 1);
		for (; from <= to; from++, ais++) {
			sprintf(ai, "%0*d", width, from);
			one_ai(ai, c, n);
		}
	}
	if (f != NULL)
		(void)fclose(f);
	ok(rows == 224 && ais == 541, "%d rows, %d AIs", rows, ais);
	for (s = 0; s < SAMPLES; s++)	/* gcppos2 stands on digits only: nothing to refuse */
		ok(used[s] > 0 || strcmp(samples[s].name, "gcppos2") == 0, "%s refused %d times",
			samples[s].name, used[s]);
}

/* Published values beside those above: each is taken as it is, and refused when its
 * last character is another. */
static void
published(void)
{
	static const struct {
		const char *ai, *v, *from;
	} list[] = {
		{ "8007", "BE71096123456769", "GS1 syntax tests, iban" },
		{ "8007", "LC14BOSL123456789012345678901234", "GS1 syntax tests, iban" },
		{ "8007", "MU43BOMM0101123456789101000MUR", "GS1 syntax tests, iban" },
		{ "8007", "GB98MIDL07009312345678", "GS1 syntax tests, iban" },
		{ "8013", "1987654Ad4X4bL5ttr2310c2K", "General Specifications 7.9.5" },
		{ "00", "123456789012345675", "GS1 syntax dictionary, csum" },
		{ "8110", "012345612345611110123", "GS1 syntax tests, couponcode" },
		{ "8112", "061234567890121234569123456789012345", "GS1 syntax tests, couponposoffer" }
	};
	char v[100];
	size_t i, n;

	for (i = 0; i < sizeof list / sizeof *list; i++) {
		n = strlen(list[i].v);
		strcpy(v, list[i].v);
		ok(parse(list[i].ai, v) == 1, "(%s)%s: %s", list[i].ai, v, list[i].from);
		if (list[i].ai[0] == '8' && list[i].ai[1] == '1')
			v[n - 1] = '\0';	/* a coupon has no check digit: it is cut short */
		else
			v[n - 1] = v[n - 1] == '0' ? '1' : '0';
		ok(parse(list[i].ai, v) == -1, "and not (%s)%s", list[i].ai, v);
	}
}

/* ---- whole identities ---- */

static void
whole(const char *s, const char *why)
{
	int n = mk_gs1_parse(gs1, s, strlen(s), &text, el, &e);

	if (n > 0)
		n = mk_gs1_whole(gs1, el, n, NULL, &e);
	if (why == NULL) {
		ok(n == 0, "%s is whole: %s", s, n == 0 ? "yes" : e.msg);
		return;
	}
	ok(n == -1 && e.code == MK_EDATA, "%s is not whole", s);
	is(e.msg, why, "and told");
}

static void
associations(void)
{
	whole("(01)09506000134352(21)1", NULL);
	whole("(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234", NULL);
	whole("(21)1", "(21) needs (01) or (03) or (8006) beside it");
	whole("(01)09506000134352(250)1", "(250) needs (01) with (21) or (03) with (21) or (8006) "
		"with (21) beside it");
	whole("(01)09506000134352(21)2(250)1", NULL);
	whole("(01)09506000134352(37)5", "(01) and (37) exclude each other");
	whole("(02)09506000134352(37)5", "(37) needs (00) with (02) or (00) with (8026) beside it");
	whole("(00)123456789012345675(02)09506000134352(37)5", NULL);
	whole("(01)09506000134352(3100)000001(3101)000001", "(3100) and (3101) exclude each other");
	whole("(01)09506000134352(3100)000001(3110)000001", NULL);
	whole("(01)09506000134352(3932)9491(3101)000001", NULL);
	whole("(01)09506000134352(3932)9491", "(3932) needs (30) or (31nn) or (32nn) or (35nn) or "
		"(36nn) beside it");
	whole("(01)09506000134352(21)1(235)2", "(21) and (235) exclude each other");
	whole("(01)09506000134352(01)09506000134352", NULL);
	whole("(01)09506000134352(01)51022222233336", "(01) is there twice with different values");
	whole("(05)1", "(05) is no GS1 application identifier");
	whole("(01)09506000134352x21)1", "AI (01): '09506000134352x21)1' is too long by 5");
}

/* ---- payloads ---- */

static void
payload(const char *s, const char *form, const char *why, size_t where)
{
	size_t at = 0;
	int n = mk_gs1_scan(gs1, s, strlen(s), &text, el, &at, &e);

	out.n = 0;
	if (why != NULL) {
		ok(n == -1 && at == where, "refused at %zu", at);
		is(e.msg, why, "and told");
		return;
	}
	ok(n > 0 && mk_gs1_bracket(el, n, &out, &e) == 0, "%s", form);
	isn(out.p, out.n, form, "its form");
}

static void
payloads(void)
{
	payload("010950600013435210A(1)\x1d" "2112", "(01)09506000134352(10)A\\(1\\)(21)12", NULL, 0);
	payload("0109506000134352\x1d" "2112", "(01)09506000134352(21)12", NULL, 0);
	payload("0109506000134352235ABC\x1d" "10LOT", "(01)09506000134352(235)ABC(10)LOT", NULL, 0);
	payload("0109506000134351", NULL, "AI (01): '09506000134351': the check digit is wrong (csum)",
		2);
	payload("0109506000134352" "05", NULL, "byte 17: no GS1 application identifier begins here",
		16);
	payload("0109506000134352" "10a b", NULL, "AI (10): character 2 is not allowed here: only GS1 "
		"set 82", 19);
	payload("01095060001343", NULL, "AI (01): '095060001343' is too short", 2);
	payload("", NULL, "an empty element string", 0);
}

static void
lost(bool strong, const char *s, int n, const char *want)
{
	out.n = 0;
	ok(mk_gs1_lost(gs1, strong, s, strlen(s), &out, &e) == n, "%s: %d ways", s, n);
	isn(out.p == NULL ? "" : out.p, out.n, want, "they are told");
}

static void
dates(void)
{
	static const struct {
		int yy, now, year;
	} y[] = {
		{ 26, 2026, 2026 }, { 76, 2026, 2076 }, { 77, 2026, 1977 }, { 0, 2026, 2000 },
		{ 99, 2026, 1999 }, { 49, 2099, 2149 }, { 50, 2099, 2050 }, { 48, 1998, 2048 },
		{ 49, 1998, 1949 }
	};
	size_t i;

	for (i = 0; i < sizeof y / sizeof *y; i++)
		ok(mk_gs1_year(y[i].yy, y[i].now) == y[i].year, "%02d in %d is %d", y[i].yy, y[i].now,
			y[i].year);
	out.n = 0;
	ok(mk_gs1_day("240200", 2026, true, &out, &e) == 0, "day 00");
	isn(out.p, out.n, "2024-02-29", "is the last of the month");
	out.n = 0;
	ok(mk_gs1_day("240200", 2026, false, &out, &e) == 0, "or none");
	isn(out.p, out.n, "2024-02", "where it is not");
}

/* ---- Digital Links ---- */

static void
link_to(const char *form, const char *base, const char *uri, const char *back)
{
	int n = mk_gs1_parse(gs1, form, strlen(form), &text, el, &e);

	out.n = 0;
	ok(n > 0 && mk_gs1_link(gs1, el, n, base, &out, &e) == 0, "%s has a link: %s", form, e.msg);
	isn(out.p, out.n, uri, "it is");
	out.n = 0;
	ok(mk_gs1_unlink(gs1, uri, strlen(uri), &out, &e) == 1, "and back: %s", e.msg);
	isn(out.p, out.n, back, "it is");
}

static void
unlink_of(const char *uri, int r, const char *want)
{
	out.n = 0;
	e.msg[0] = '\0';
	ok(mk_gs1_unlink(gs1, uri, strlen(uri), &out, &e) == r, "%s: %d", uri, r);
	isn(r == 1 ? out.p : e.msg, r == 1 ? out.n : strlen(e.msg), want, "it says");
}

static void
links(void)
{
	int n;

	link_to("(01)09521234543213(10)A/B(21)1%2(11)261122", NULL,
		"https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122",
		"(01)09521234543213(10)A/B(21)1%2(11)261122");
	link_to("(21)S(17)261122(01)09521234543213(22)V(10)L", "https://id.example.com/p",
		"https://id.example.com/p/01/09521234543213/22/V/10/L/21/S?17=261122",
		"(01)09521234543213(22)V(10)L(21)S(17)261122");
	link_to("(01)09521234543213(235)T(10)L", NULL,
		"https://id.gs1.org/01/09521234543213/235/T?10=L", "(01)09521234543213(235)T(10)L");
	link_to("(8010)0614141ABC#1(8011)7", NULL, "https://id.gs1.org/8010/0614141ABC%231/8011/7",
		"(8010)0614141ABC#1(8011)7");
	link_to("(414)9521321000018(254)A\\(1\\)", NULL, "https://id.gs1.org/414/9521321000018/254/A%281%29",
		"(414)9521321000018(254)A\\(1\\)");
	unlink_of("https://example.com/some/01/9521234543213/?linkType=x&11=261122#frag", 1,
		"(01)09521234543213(11)261122");
	unlink_of("https://example.com/about", 0, "");
	unlink_of("ftp://id.gs1.org/01/09521234543213", 0, "");
	unlink_of("https://id.gs1.org/01/09521234543213/21/1/10/L", -1,
		"what is behind /01/ is not its qualifiers in their order");
	unlink_of("https://id.gs1.org/01/09521234543213/21/1%2", -1,
		"(21): a % needs two hexadecimal digits behind it");
	unlink_of("https://id.gs1.org/01/09521234543213?21=1", -1,
		"parameter 21: no such attribute of a GS1 Digital Link");
	n = mk_gs1_parse(gs1, "(10)L", 5, &text, el, &e);
	out.n = 0;
	ok(n == 1 && mk_gs1_link(gs1, el, n, NULL, &out, &e) == -1, "no key");
	is(e.msg, "no element can be the key of a Digital Link: one like (01) must be there", "told");
}

/* ---- EPC ---- */

static const char *const prefixes[] = { "0614141", "061414", "9521321" };

static void
epc(const char *form, const char *urn)
{
	int n = mk_gs1_parse(gs1, form, strlen(form), &text, el, &e);

	out.n = 0;
	ok(n > 0 && mk_gs1_epc(el, n, prefixes, 3, &out, &e) == 1, "%s has an EPC: %s", form, e.msg);
	isn(out.p, out.n, urn, "it is");
	out.n = 0;
	ok(mk_gs1_unepc(urn, strlen(urn), &out, &e) == 0, "and back");
	isn(out.p, out.n, form, "it is");
}

static void
unepc(const char *urn, const char *why)
{
	out.n = 0;
	ok(mk_gs1_unepc(urn, strlen(urn), &out, &e) == -1 && out.n == 0, "%s is refused", urn);
	is(e.msg, why, "told");
}

static void
epcs(void)
{
	int n;

	epc("(01)70614141123451(21)32a/b", "urn:epc:id:sgtin:0614141.712345.32a%2Fb");
	epc("(00)106141412345678908", "urn:epc:id:sscc:0614141.1234567890");
	epc("(8003)0061414112345232a/b", "urn:epc:id:grai:0614141.12345.32a%2Fb");
	epc("(8004)061414132a/b", "urn:epc:id:giai:0614141.32a%2Fb");
	epc("(8010)06141415PQ7/Z43(8011)12345", "urn:epc:id:cpi:0614141.5PQ7%2FZ43.12345");
	epc("(8006)706141411234510102(21)32a/b", "urn:epc:id:itip:0614141.712345.01.02.32a%2Fb");
	n = mk_gs1_parse(gs1, "(01)09506000134352(21)1", 23, &text, el, &e);
	out.n = 0;
	ok(n == 2 && mk_gs1_epc(el, n, prefixes, 3, &out, &e) == 0, "a prefix that is not ours");
	ok(mk_gs1_epc(el, 1, prefixes, 3, &out, &e) == 0, "a GTIN without serial number");
	unepc("urn:epc:id:sgln:0614141.12345.400", "EPC scheme 'sgln' is not one of sgtin, sscc, grai, "
		"giai, cpi, itip");
	unepc("urn:epc:id:sgtin:0614141.712345", "an EPC of sgtin has 3 parts");
	unepc("urn:epc:id:sgtin:0614141.71234.1", "prefix and reference of sgtin are 13 digits "
		"together, not 12");
	unepc("urn:epc:tag:x", "no EPC URN: it begins with urn:epc:id:");
}

int
main(void)
{
	ok(mk_gs1_load(&gs1, DICTIONARY, &e) == 0, "the dictionary loads: %s", e.msg);
	every_ai();
	published();
	associations();
	payloads();
	lost(false, "0109506000134352" "10AB21123", 1, "(01)09506000134352(10)AB(21)123");
	lost(false, "0109506000134352" "10AB\x1d" "21123", 0, "");
	lost(false, "0109506000134352" "21X17261122", 1, "(01)09506000134352(21)X(17)261122");
	lost(false, "0109506000134352" "21X991", 1, "(01)09506000134352(21)X(99)1");
	lost(false, "0109506000134352" "21X99", 0, "");
	lost(true, "0109506000134352" "10AB21123", 1, "(01)09506000134352(10)AB(21)123");
	lost(true, "0109506000134352" "21X17261122", 1, "(01)09506000134352(21)X(17)261122");
	lost(true, "0109506000134352" "21000000101", 0, "");
	dates();
	links();
	epcs();
	mk_gs1_free(gs1);
	mk_buf_clear(&text);
	mk_buf_clear(&out);
	return done();
}
