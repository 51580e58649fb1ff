/* What scanners send: prefixes, suffixes, control characters spelled out, keyboards. */
#include "ident/wedge.h"
#include "tests/tap.h"

static struct mk_err e;

static void
clean(const char *line, const char *want, const char *aim)
{
	struct mk_buf out = {0};
	char got[3];

	ok(mk_wedge_clean(line, strlen(line), &out, got, &e) == 0 && strcmp(got, aim) == 0,
		"'%s' has the identifier '%s'", line, aim);
	isn(out.p == NULL ? "" : out.p, out.n, want, "and the payload");
	mk_buf_clear(&out);
}

static void
retype(const char *name, const char *host, const char *want)
{
	struct mk_buf out = {0};
	int i, r;

	for (i = 0; mk_wedge_keyboard(i) != NULL; i++)
		if (strcmp(mk_wedge_keyboard(i), name) == 0)
			break;
	r = mk_wedge_retype(i, host, strlen(host), &out, &e);
	ok(r == (want != NULL), "%s: '%s'", name, host);
	isn(out.p == NULL ? "" : out.p, out.n, want == NULL ? "" : want, "was typed as");
	mk_buf_clear(&out);
}

/* Each key of a US keyboard comes from just one of each other keyboard: the signs of
 * that one, in the order of the US ones, give all of those again. */
static void
whole(const char *name, const char *host)
{
	static const char all[] = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
		"~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?";

	retype(name, host, all);
}

int
main(void)
{
	clean("abc", "abc", "");
	clean("abc\r\n", "abc", "");
	clean("\x02" "abc\x03\r", "abc", "");
	clean("]d2abc", "abc", "d2");
	clean("]C1<FNC1>01", "01", "C1");
	clean("]", "]", "");
	clean("]d", "]d", "");
	clean("]2x", "]2x", "");
	clean("a\\x1db", "a\x1d" "b", "");
	clean("a\\u001db", "a\x1d" "b", "");
	clean("a\\x41", "a\\x41", "");		/* not a control character */
	clean("a\\x1", "a\\x1", "");
	clean("a\\xzz", "a\\xzz", "");
	clean("<RS>{EOT}<FS><US><XX>", "\x1e\x04\x1c\x1f<XX>", "");
	clean("a\xe2\x90\x9d" "b\xe2\x90\xa0", "a\x1d" "b\xe2\x90\xa0", "");
	clean("", "", "");
	ok(mk_wedge_gs1("d2") && mk_wedge_gs1("C1") && mk_wedge_gs1("Q3"), "GS1 symbols");
	ok(!mk_wedge_gs1("d1") && !mk_wedge_gs1("C0") && !mk_wedge_gs1(""), "others");

	whole("de", "^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-"
		"°!\"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_");
	whole("fr", "²&é\"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!"
		"~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§");
	whole("tr", "\"1234567890*-qwertyuıopğü,asdfghjklşizxcvbnmöç."
		"é!'^+%&/()=?_QWERTYUIOPĞÜ;ASDFGHJKLŞİZXCVBNMÖÇ:");
	retype("de", "zy", "yz");
	retype("fr", "àé", "02");
	retype("tr", "ıi", "i'");
	retype("caps", "aB1", "Ab1");
	retype("de", "1234", NULL);		/* nothing differs */
	retype("de", "€", NULL);		/* no key gives it */
	retype("fr", "a\xc3", NULL);		/* cut inside a character */
	return done();
}
