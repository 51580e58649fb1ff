/* Identities of each scheme: what follows from a form, the form of a payload, and
 * that parse(format(x)) is x; published vectors with their sources. */
#include "base/rec.h"
#include "ident/ident.h"
#include "tests/tap.h"

static struct mk_gs1 *gs1;
static struct mk_err e;

/* "{GS}" and the like for bytes that C literals spell badly. */
static size_t
raw(const char *s, char *out)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (strncmp(s, "{GS}", 4) == 0 || strncmp(s, "{RS}", 4) == 0) {
			out[n++] = s[1] == 'G' ? '\x1d' : '\x1e';
			s += 3;
		} else if (strncmp(s, "{EOT}", 5) == 0) {
			out[n++] = '\x04';
			s += 4;
		} else
			out[n++] = *s;
	}
	out[n] = '\0';
	return n;
}

/* A form gives this record (fields behind the id), and its payload the form again. */
static void
form(const char *scheme, const char *text, const char *want)
{
	int s = mk_scheme_find(scheme), r;
	struct mk_rec rec = {0}, again = {0};
	struct mk_buf line = {0}, code = {0}, back = {0}, line2 = {0};
	enum mk_scheme found = MK_SCHEME_PLAIN;
	size_t at = 0;

	r = mk_ident_set(&rec, (enum mk_scheme)s, gs1, text, strlen(text), &e);
	ok(r == 0, "%s %s: %s", scheme, text, r == 0 ? "yes" : e.msg);
	(void)mk_rec_line(&rec, &line, &e);
	isn(line.p, line.n, want, "its record");
	(void)mk_rec_bytes(&rec, "code", &code, &e);
	r = mk_ident_parse(gs1, s, false, code.p, code.n, &back, &found, &at, &e);
	ok(r == 1 && (int)found == s, "its payload is one: %s", r == 1 ? "yes" : e.msg);
	r = mk_ident_set(&again, found, gs1, back.p, back.n, &e);
	(void)mk_rec_line(&again, &line2, &e);
	isn(line2.p, line2.n, want, "and gives the same record");
	mk_rec_clear(&rec);
	mk_rec_clear(&again);
	mk_buf_clear(&line);
	mk_buf_clear(&line2);
	mk_buf_clear(&code);
	mk_buf_clear(&back);
}

static void
bad_form(const char *scheme, const char *text, const char *why)
{
	struct mk_rec rec = {0};

	ok(mk_ident_set(&rec, (enum mk_scheme)mk_scheme_find(scheme), gs1, text, strlen(text), &e) == -1 &&
		e.code == MK_EDATA, "%s %s is refused", scheme, text);
	is(e.msg, why, "told");
	mk_rec_clear(&rec);
}

/* A payload of which nothing is known is found to be of the scheme. */
static void
found_as(const char *payload, const char *scheme, const char *want)
{
	struct mk_buf out = {0};
	enum mk_scheme found = MK_SCHEMES;
	char s[300];
	size_t n = raw(payload, s), at = 0;
	int r = mk_ident_parse(gs1, -1, false, s, n, &out, &found, &at, &e);

	ok(r == 1 && found == (enum mk_scheme)mk_scheme_find(scheme), "%s is %s: %s", payload, scheme,
		r == 1 ? mk_scheme_name(found) : e.msg);
	isn(out.p, out.n, want, "its form");
	mk_buf_clear(&out);
}

static void
wrong(const char *payload, const char *scheme, size_t where, const char *why)
{
	struct mk_buf out = {0};
	enum mk_scheme found = MK_SCHEMES;
	char s[300];
	size_t n = raw(payload, s), at = 0;
	int r = mk_ident_parse(gs1, -1, false, s, n, &out, &found, &at, &e);

	ok(r == -1 && e.code == MK_EDATA && found == (enum mk_scheme)mk_scheme_find(scheme) &&
		at == where && out.n == 0, "%s is a wrong %s at %zu", payload, scheme, at);
	is(r == -1 ? e.msg : "", why, "told");
	mk_buf_clear(&out);
}

static void
gs1_forms(void)
{
	/* FDA UDI formats by issuing agency, v1.3: GS1 */
	form("gs1", "(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234",
		"id:(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234\t"
		"code:01510222222333361114123117150707" "10A213B1\\x1d211234\t"
		"hri:(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234\t"
		"gtin:51022222233336\tmade:2014-12-31\texpiry:2015-07-07\tlot:A213B1\tsn:1234");
	form("gs1", "(8004)0614141999(7040)1ABC", "id:(8004)0614141999(7040)1ABC\t"
		"code:80040614141999\\x1d70401ABC\thri:(8004)0614141999(7040)1ABC\t"
		"giai:0614141999\tai7040:1ABC");
	bad_form("gs1", "(21)1", "(21) needs (01) or (03) or (8006) beside it");
	found_as("010950600013435221A(1)", "gs1", "(01)09506000134352(21)A\\(1\\)");
	found_as("{GS}010950600013435221A", "gs1", "(01)09506000134352(21)A");
	found_as("(01)09506000134352(21)A", "gs1", "(01)09506000134352(21)A");
	found_as("urn:epc:id:sgtin:0614141.712345.32a%2Fb", "gs1", "(01)70614141123451(21)32a/b");
	wrong("010950600013435217261301", "gs1", 18, "AI (17): '261301': there is no such month "
		"(yymmd0)");
	wrong("010950600013435237" "5", "gs1", 0, "(01) and (37) exclude each other");
}

static void
envelopes(void)
{
	/* AIAG B-4: part, DUNS of the supplier, lot */
	static const char aiag[] = "id:[06][P]12345678[12V]123456789[1T]A2B4C6D8E\t"
		"code:[)>\\x1e06\\x1dP12345678\\x1d12V123456789\\x1d1TA2B4C6D8E\\x1e\\x04\t"
		"hri:(P)12345678 (12V)123456789 (1T)A2B4C6D8E\tpart:12345678\tduns:123456789\t"
		"lot:A2B4C6D8E";

	form("aiag", "[06][P]12345678[12V]123456789[1T]A2B4C6D8E", aiag);
	form("iso15434", "[06][P]12345678[12V]123456789[1T]A2B4C6D8E", aiag);
	found_as("[)>{RS}06{GS}P12345678{GS}12V123456789{GS}1TA2B4C6D8E{RS}{EOT}", "iso15434",
		"[06][P]12345678[12V]123456789[1T]A2B4C6D8E");
	form("iso15434", "[06][P]A\\[1\\](2)\\\\[Q]5[30Q]x[12][MFR]0CVA5[TXT]a b",
		"id:[06][P]A\\\\[1\\\\]\\\\(2\\\\)\\\\\\\\[Q]5[30Q]x[12][MFR]0CVA5[TXT]a b\t"
		"code:[)>\\x1e06\\x1dPA[1](2)\\\\\\x1dQ5\\x1d30Qx\\x1e12\\x1dMFR 0CVA5\\x1dTXT a b\\x1e\\x04\t"
		"hri:(P)A[1](2)\\\\ (Q)5 (30Q)x (MFR)0CVA5 (TXT)a b\tpart:A[1](2)\\\\\tqty:5\tdi30q:x");
	bad_form("aiag", "[06][P]1[1T]2", "AIAG B-4 needs a part (P, 1P), a supplier (12V, V) and a "
		"trace number (1T, T, S): the supplier is missing");
	bad_form("aiag", "[12][MFR]0CVA5[SER]1", "AIAG B-4 uses format 06 only");
	bad_form("iso15434", "[06][PP]1", "'[PP]1': no identifier of format 06: write [P] or, in "
		"format 12, [MFR]");
	bad_form("iso15434", "[07][P]1", "an envelope is written [06] and then [P]VALUE and so on: "
		"formats are 05, 06 and 12");
	bad_form("iso15434", "[06]", "format 06 is empty");
	bad_form("iso15434", "[06][P]", "P has no value");
	bad_form("iso15434", "[06][P]1[06][S]2", "format 06 follows itself: write it once");
	bad_form("iso15434", "[05](01)09506000134351", "AI (01): '09506000134351': the check digit is "
		"wrong (csum)");
	wrong("[)>{RS}06{GS}P12345678{RS}", "iso15434", 17, "the envelope has no EOT at its end");
	wrong("[)>{RS}06{GS}P12345678", "iso15434", 16, "format 06 has no RS at its end");
	wrong("[)>{RS}07{GS}P1{RS}{EOT}", "iso15434", 4, "byte 5: a format begins with 05, 06 or 12 "
		"and GS");
	wrong("[)>06{GS}P1{RS}{EOT}", "iso15434", 3, "an envelope begins with [)> and RS");
	wrong("[)>{RS}06{GS}P1{GS}5{RS}{EOT}", "iso15434", 10, "byte 11: no data identifier begins "
		"here");
	wrong("[)>{RS}12{GS}MFR0CVA5{RS}{EOT}", "iso15434", 10, "MFR needs a blank before its value");
	wrong("[)>{RS}06{GS}P1{RS}{EOT}x", "iso15434", 11, "there is more behind the envelope's EOT");
}

static void
iuid(void)
{
	/* MIL-STD-130N figure 8 */
	found_as("[)>{RS}05{GS}800406141419999960MH80312{GS}21MH80312{GS}950614141{GS}24099999{RS}{EOT}",
		"iuid", "[05](8004)06141419999960MH80312(21)MH80312(95)0614141(240)99999");
	form("iuid", "[05](8004)06141419999960MH80312(21)MH80312",
		"id:06141419999960MH80312\t"
		"code:[)>\\x1e05\\x1d800406141419999960MH80312\\x1d21MH80312\\x1e\\x04\t"
		"hri:(8004)06141419999960MH80312 (21)MH80312\tgiai:06141419999960MH80312\tsn:MH80312\t"
		"construct:1");
	/* MIL-STD-130N, text element identifiers */
	found_as("[)>{RS}12{GS}MFR 0CVA5{GS}SER 674A36458{RS}{EOT}", "iuid",
		"[12][MFR]0CVA5[SER]674A36458");
	form("iuid", "[12][MFR]0CVA5[SER]674A36458", "id:D0CVA5674A36458\t"
		"code:[)>\\x1e12\\x1dMFR 0CVA5\\x1dSER 674A36458\\x1e\\x04\t"
		"hri:(MFR)0CVA5 (SER)674A36458\tcage:0CVA5\tsn:674A36458\tiac:D\tconstruct:1");
	/* construct 2 of each agency: CAGE, DUNS, DoDAAC, given in full; a lot for the part */
	form("iuid", "[06][17V]0CVA5[1P]1234[S]674A36458", "id:D0CVA51234674A36458\t"
		"code:[)>\\x1e06\\x1d17V0CVA5\\x1d1P1234\\x1dS674A36458\\x1e\\x04\t"
		"hri:(17V)0CVA5 (1P)1234 (S)674A36458\tcage:0CVA5\tmpn:1234\tsn:674A36458\tiac:D\t"
		"construct:2");
	form("iuid", "[06][12V]194532636[1P]1234[S]786950", "id:UN1945326361234786950\t"
		"code:[)>\\x1e06\\x1d12V194532636\\x1d1P1234\\x1dS786950\\x1e\\x04\t"
		"hri:(12V)194532636 (1P)1234 (S)786950\tduns:194532636\tmpn:1234\tsn:786950\tiac:UN\t"
		"construct:2");
	form("iuid", "[06][7L]W91ABC[1T]L5[S]7", "id:LDW91ABCL57\t"
		"code:[)>\\x1e06\\x1d7LW91ABC\\x1d1TL5\\x1dS7\\x1e\\x04\thri:(7L)W91ABC (1T)L5 (S)7\t"
		"di7l:W91ABC\tlot:L5\tsn:7\tiac:LD\tconstruct:2");
	form("iuid", "[06][18V]LHABCD[1P]P1[S]9", "id:LHABCDP19\t"
		"code:[)>\\x1e06\\x1d18VLHABCD\\x1d1PP1\\x1dS9\\x1e\\x04\thri:(18V)LHABCD (1P)P1 (S)9\t"
		"di18v:LHABCD\tmpn:P1\tsn:9\tconstruct:2");
	form("iuid", "[06][25S]UN1945326361", "id:UN1945326361\t"
		"code:[)>\\x1e06\\x1d25SUN1945326361\\x1e\\x04\thri:(25S)UN1945326361\t"
		"di25s:UN1945326361\tconstruct:1");
	form("iuid", "[06][18S]0CVA5786950", "id:D0CVA5786950\t"
		"code:[)>\\x1e06\\x1d18S0CVA5786950\\x1e\\x04\thri:(18S)0CVA5786950\tdi18s:0CVA5786950\t"
		"construct:1");
	form("iuid", "[12][DUN]194532636[PNO]1234[SEQ]786950", "id:UN1945326361234786950\t"
		"code:[)>\\x1e12\\x1dDUN 194532636\\x1dPNO 1234\\x1dSEQ 786950\\x1e\\x04\t"
		"hri:(DUN)194532636 (PNO)1234 (SEQ)786950\tduns:194532636\tpart:1234\tsn:786950\tiac:UN\t"
		"construct:2");
	bad_form("iuid", "[06][17V]0CVA[S]1", "17V '0CVA' has 4 characters, not 5");
	bad_form("iuid", "[06][17V]0CVA5[S]1a", "the UII 'D0CVA51a' has 'a' in it: only A-Z 0-9 - /");
	bad_form("iuid", "[12][MFR]0CVA5[SEQ]1", "SEQ is a serial number within a part: PNO is missing");
	bad_form("iuid", "[06][25S]123456789012345678901234567890123456789012345678901",
		"a UII of 51 characters: at most 50");
	bad_form("iuid", "[06][P]1", "no UII in it: give 25S or 18S, or an enterprise (17V, 12V, 7L, "
		"18V; MFR, DUN …), a part (1P, PNO) if need be, and a serial (S; SER, SEQ)");
}

static void
hibc(void)
{
	/* Zebra DS9908 product reference guide */
	form("hibc", "+A123BJC5D6E71G", "id:+A123BJC5D6E71G\tcode:+A123BJC5D6E71G\t"
		"hri:+A123BJC5D6E71G\tlic:A123\tpcn:BJC5D6E7\tuom:1");
	/* zint, HIBC Data Matrix */
	form("hibc", "+A99912345/$$52001510X33", "id:+A99912345/$$52001510X33\t"
		"code:+A99912345/$$52001510X33\thri:+A99912345/$$52001510X33\tlic:A999\tpcn:1234\tuom:5\t"
		"expiry:2020-01-15\tlot:10X3");
	found_as("+A123BJC5D6E71G", "hibc", "+A123BJC5D6E71G");
	found_as("+A99912345/$$52001510X33", "hibc", "+A99912345/$$52001510X33");
	wrong("+A123BJC5D6E71H", "hibc", 14, "the check character is 'H', it should be 'G'");
	bad_form("hibc", "A123", "HIBC begins with +");
}

/* HIBC whose check character the test adds. */
static void
hibc_fields(const char *data, const char *want, const char *why)
{
	static const char set[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
	struct mk_rec rec = {0};
	struct mk_buf line = {0};
	char s[100];
	size_t n = strlen(data), i, sum = 0;
	int r;

	for (i = 0; i < n; i++)
		sum += (size_t)(strchr(set, data[i]) - set);
	(void)snprintf(s, sizeof s, "%s%c", data, set[sum % 43]);
	r = mk_ident_set(&rec, MK_SCHEME_HIBC, gs1, s, n + 1, &e);
	if (why != NULL) {
		ok(r == -1, "%s is refused", s);
		is(e.msg, why, "told");
	} else {
		ok(r == 0, "%s: %s", s, r == 0 ? "yes" : e.msg);
		mk_rec_del(&rec, "id");
		mk_rec_del(&rec, "code");
		mk_rec_del(&rec, "hri");
		(void)mk_rec_line(&rec, &line, &e);
		isn(line.p, line.n, want, "its fields");
	}
	mk_rec_clear(&rec);
	mk_buf_clear(&line);
}

static void
hibc_secondary(void)
{
	hibc_fields("+25348LOT7X", "link:X\texpiry:2025-12-14\tlot:LOT7", NULL);
	hibc_fields("+$LOT7X", "link:X\tlot:LOT7", NULL);
	hibc_fields("+$$0928LOT7X", "link:X\texpiry:2028-09-30\tlot:LOT7", NULL);
	hibc_fields("+$$2092928LOT7X", "link:X\texpiry:2028-09-29\tlot:LOT7", NULL);
	hibc_fields("+$$3280929LOT7X", "link:X\texpiry:2028-09-29\tlot:LOT7", NULL);
	hibc_fields("+$$428092923LOT7X", "link:X\texpiry:2028-09-29\tlot:LOT7", NULL);
	hibc_fields("+$$62836623LOT7X", "link:X\texpiry:2028-12-31\tlot:LOT7", NULL);
	hibc_fields("+$$7LOT7X", "link:X\tlot:LOT7", NULL);
	hibc_fields("+$$8123280929LOT7X", "link:X\tqty:12\texpiry:2028-09-29\tlot:LOT7", NULL);
	hibc_fields("+$$900500" "7LOT7X", "link:X\tqty:00500\tlot:LOT7", NULL);
	hibc_fields("+$+S99X", "link:X\tsn:S99", NULL);
	hibc_fields("+$$+3280929S99X", "link:X\texpiry:2028-09-29\tsn:S99", NULL);
	hibc_fields("+A999BJC1/$$3280929LOT7/S99/16D20251231/Q500",
		"lic:A999\tpcn:BJC\tuom:1\texpiry:2028-09-29\tlot:LOT7\tsn:99\tmade:2025-12-31\tqty:500",
		NULL);
	hibc_fields("+A999BJC1/14D20280931", "", "character 14: there is no such day");
	hibc_fields("+A999BJC1/$$5280", "", "character 16: a date goes on here, of digits");
	hibc_fields("+A999BJC1/XYZ", "", "character 11: secondary data begin with five digits, $, "
		"$$, $+, $$+, S, 14D, 16D or Q");
	hibc_fields("+A999BJCX", "", "character 9: a unit of measure is a digit");
	hibc_fields("+A999BJC1/S1/S2", "", "field sn is '1', but the id says '2'");
}

static void
others(void)
{
	form("plain", "71549142846550549911530", "id:71549142846550549911530\t"
		"code:71549142846550549911530\thri:71549142846550549911530");	/* Infineon, 16x16 */
	form("thing", "station:ST40", "id:station:ST40\tcode:station:ST40\thri:station:ST40");
	form("link", "https://example.com/part?s=1", "id:https://example.com/part?s=1\t"
		"code:https://example.com/part?s=1\thri:https://example.com/part?s=1");
	form("link", "https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122",
		"id:https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122\t"
		"code:https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122\t"
		"hri:https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122\t"
		"gtin:09521234543213\tlot:A/B\tsn:1%2\tmade:2026-11-22");
	form("semi", "ABCDEFGHXYC3", "id:ABCDEFGHXYC3\tcode:ABCDEFGHXYC3\thri:ABCDEFGHXYC3\tsn:ABCDEFGH\t"
		"vendor:XY");
	found_as("station:ST40", "thing", "station:ST40");
	found_as("H-A7-00100", "plain", "H-A7-00100");
	found_as("10123456", "plain", "10123456");
	found_as("https://example.com", "link", "https://example.com");
	wrong("https://example.com/a b", "link", 21, "character 22 cannot be in a link: write it as "
		"%20");
	wrong("https://id.gs1.org/01/09521234543213/21/1/10/L", "link", 0,
		"the Digital Link: what is behind /01/ is not its qualifiers in their order");
	bad_form("link", "https://id.gs1.org/01/09521234543214", "the Digital Link: AI (01): "
		"'09521234543214': the check digit is wrong (csum)");
	bad_form("link", "example.com", "'example.com': a link begins with https://");
	bad_form("thing", "St:1", "'St:1': a thing is kind:name, the kind of a-z and 0-9");
	bad_form("semi", "ABCDEFGHXYA0", "the check characters are A0, they should be C3");
	bad_form("plain", "", "an empty id");
}

int
main(void)
{
	struct mk_rec rec = {0};
	struct mk_buf out = {0};

	ok(mk_gs1_load(&gs1, "libmark/ident/gs1-syntax-dictionary.txt", &e) == 0, "the dictionary");
	gs1_forms();
	envelopes();
	iuid();
	hibc();
	hibc_secondary();
	others();
	ok(mk_scheme_of("(01)1", 5) == MK_SCHEME_GS1 && mk_scheme_of("[06][P]1", 8) ==
		MK_SCHEME_ISO15434 && mk_scheme_of("https://a", 9) == MK_SCHEME_LINK &&
		mk_scheme_of("lot:A", 5) == MK_SCHEME_THING && mk_scheme_of("A7", 2) ==
		MK_SCHEME_PLAIN, "ids show their schemes");
	ok(mk_ident_quote(&out, MK_SCHEME_IUID, "a[1](2)\\", 8, &e) == 0, "quoted");
	isn(out.p, out.n, "a\\[1\\]\\(2\\)\\\\", "for an envelope");
	/* a field that holds the day as GS1 does, or as people do, agrees */
	(void)mk_rec_set(&rec, "expiry", "261122", 6, &e);
	ok(mk_ident_set(&rec, MK_SCHEME_GS1, gs1, "(01)09506000134352(17)261122", 28, &e) == 0 &&
		mk_rec_is(&rec, "expiry", "261122"), "a raw day stays");
	mk_rec_reset(&rec);
	(void)mk_rec_set(&rec, "expiry", "2026-11-23", 10, &e);
	ok(mk_ident_set(&rec, MK_SCHEME_GS1, gs1, "(01)09506000134352(17)261122", 28, &e) == -1,
		"another day does not");
	is(e.msg, "field expiry is '2026-11-23', but the id says '2026-11-22'", "told");
	mk_rec_clear(&rec);
	mk_buf_clear(&out);
	mk_gs1_free(gs1);
	return done();
}
