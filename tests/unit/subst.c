/* The {FIELD} language. */
#include "base/subst.h"
#include "tests/tap.h"

static struct mk_err e;
static struct mk_rec rec;

/* Parse and fill in from rec: the text, or the message. */
static void
subst(const char *text, int code, const char *want)
{
	struct mk_subst s;
	struct mk_buf b = {0};

	e.code = 0;
	if (mk_subst_parse(&s, text, strlen(text), &e) == 0) {
		if (mk_subst_eval(&s, mk_subst_rec, &rec, &b, &e) == 0)
			isn(b.p == NULL ? "" : b.p, b.n, want, text);
		mk_subst_clear(&s);
	}
	if (e.code != 0 || code != 0)
		ok(e.code == code && strcmp(e.msg, want) == 0, "'%s' (%d): %s", text, e.code, e.msg);
	mk_buf_clear(&b);
}

static void
parts(void)
{
	struct mk_subst s;

	ok(mk_subst_parse(&s, "(01){n:9}x", 10, &e) == 0 && s.n == 3, "three parts");
	ok(s.part[0].name == NULL && strcmp(s.part[0].text, "(01)") == 0 && s.part[0].col == 1, "text");
	ok(s.part[1].name != NULL && strcmp(s.part[1].name, "n") == 0 &&
		strcmp(s.part[1].text, "9") == 0 && s.part[1].n == 1 && s.part[1].col == 5, "a field");
	ok(s.part[2].name == NULL && s.part[2].col == 10, "text again");
	mk_subst_clear(&s);
	ok(mk_subst_parse(&s, "", 0, &e) == 0 && s.n == 0, "nothing");
	mk_subst_clear(&s);
	ok(mk_subst_parse(&s, "{a}{b:c:d}", 10, &e) == 0 && s.n == 2 &&
		strcmp(s.part[0].text, "") == 0 && strcmp(s.part[1].text, "c:d") == 0, "a spec may hold colons");
	mk_subst_clear(&s);
}

int
main(void)
{
	static const char line[] = "id:x\tcode:a\\x1db\tempty:\tmark_time:2026-11-22T23:30:00.000+03:00"
		"\tday:2026-11-22\tbad:2026-11-2x";
	size_t column;

	ok(mk_rec_parse(&rec, line, sizeof line - 1, &column, &e) == 0, "a record");
	parts();
	subst("", 0, "");
	subst("plain %Y", 0, "plain %Y");
	subst("{id}", 0, "x");
	subst("<{id}{id}>", 0, "<xx>");
	subst("{{id}} {{{id}}}", 0, "{id} {x}");
	subst("{code}", 0, "a\x1d" "b");
	subst("{empty}", 0, "");
	subst("{mark_time:%Y%j}", 0, "2026326");
	subst("{mark_time:%H:%M}", 0, "23:30");
	subst("{day:%G-W%V}", 0, "2026-W47");
	subst("{none}", MK_EDATA, "the record has no field 'none'");
	subst("{none:%Y}", MK_EDATA, "the record has no field 'none'");
	subst("{bad:%Y}", MK_EDATA, "field 'bad': '2026-11-2xT00:00:00Z' is not a time: "
		"write 2026-11-22T09:00:00.123+03:00");
	subst("{id:9}", MK_ECONF, "column 1: {id:9}: no such format");
	subst("a{id", MK_ECONF, "column 2: a { that does not close: write {{ for the character");
	subst("a}b", MK_ECONF, "column 2: a } without its {: write }} for the character");
	subst("{}", MK_ECONF, "column 2: '' is no field name");
	subst("x{ id}", MK_ECONF, "column 3: ' id' is no field name");
	subst("{Id:%Y}", MK_ECONF, "column 2: 'Id' is no field name");
	subst("ab{day:%Q}", MK_ECONF, "column 8: '%Q' is no date code: use "
		"%Y %y %m %d %j %H %M %S %V %G %g %u %b %B %1 %v %i %o");
	mk_rec_clear(&rec);
	return done();
}
