/* The record of mkrec(5): every rule of its grammar, reading and writing. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/rec.h"
#include "tests/tap.h"

static struct mk_err e;

/* Parse a line; the column of the fault, 0 if there is none. */
static size_t
fault(const char *line, size_t n)
{
	struct mk_rec rec = {0};
	size_t column = 0;
	int r = mk_rec_parse(&rec, line, n, &column, &e);

	mk_rec_clear(&rec);
	return r == 0 ? 0 : e.code == MK_ESYNTAX ? column : 9999;
}

static void
good(const char *line, size_t n, const char *what)
{
	struct mk_rec rec = {0};
	struct mk_buf out = {0};
	size_t column = 0;

	e.msg[0] = '\0';
	ok(mk_rec_parse(&rec, line, n, &column, &e) == 0, "taken: %s %s", what, e.msg);
	rec.line = NULL;
	ok(mk_rec_line(&rec, &out, &e) == 0 && out.n == n && memcmp(out.p, line, n) == 0,
		"the same bytes: %s", what);
	mk_rec_clear(&rec);
	mk_buf_clear(&out);
}
#define GOOD(s) good(s, sizeof(s) - 1, #s)

static void
bad(const char *line, size_t n, size_t column, const char *says, const char *what)
{
	size_t got = fault(line, n);

	ok(got == column && strstr(e.msg, says) != NULL, "refused at %zu (%zu): %s: %s", column,
		got, what, e.msg);
}
#define BAD(s, column, says) bad(s, sizeof(s) - 1, column, says, #s)

static void
keys(void)
{
	char line[80];

	GOOD("a:1");
	GOOD("a_b:1");
	GOOD("a0_:1");
	GOOD("z9:1\ty9:2");
	GOOD("mark_time:\tmark_result:ok");
	BAD("", 1, "empty line");
	BAD(":1", 1, "no key");
	BAD("A:1", 1, "no key");
	BAD("0a:1", 1, "no key");
	BAD("_a:1", 1, "no key");
	BAD("a-b:1", 2, "no key");
	BAD("a b:1", 2, "no key");
	BAD("a", 1, "no key");
	BAD("a\tb:1", 2, "no key");
	BAD("a:1\t", 5, "no key");
	BAD("a:1\t\tb:2", 5, "no key");
	BAD("\ta:1", 1, "no key");
	BAD("aB:1", 2, "no key");
	BAD("\xc3\xbc:1", 1, "no key");
	BAD("a\0b:1", 2, "no key");
	BAD("a:1\ta:2", 5, "before");
	BAD("a:1\tb:1\tc:1\tb:1", 13, "before");
	memset(line, 'k', sizeof line);
	line[64] = ':';
	good(line, 65, "a key of 64 bytes");
	line[64] = 'k';
	line[65] = ':';
	ok(fault(line, 66) == 1, "a key of 65 bytes");
	ok(mk_key_ok("a", 1) && mk_key_ok(line, 64), "mk_key_ok takes keys");
	ok(!mk_key_ok("", 0) && !mk_key_ok(line, 65) && !mk_key_ok("a:", 2) && !mk_key_ok("A", 1) &&
		!mk_key_ok("0", 1) && !mk_key_ok("_", 1), "mk_key_ok refuses the rest");
}

/* Many keys: the cheap set of seen keys is only a filter. */
static void
many_keys(void)
{
	struct mk_buf b = {0};
	int i, r = 0;

	for (i = 0; i < 500; i++)
		r |= mk_buf_addf(&b, &e, "%sk%d:%d", i > 0 ? "\t" : "", i, i);
	good(b.p, b.n, "500 keys");
	for (i = 0; i < 500; i += 71) {
		size_t n = b.n;

		r |= mk_buf_addf(&b, &e, "\tk%d:x", i);
		ok(fault(b.p, b.n) == n + 2, "key %d again is seen", i);
		b.n = n;
	}
	ok(r == 0, "no error on the way");
	mk_buf_clear(&b);
}

static void
values(void)
{
	GOOD("a:");
	GOOD("a:\tb:");
	GOOD("a:::b:");
	GOOD("a: !\"#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~");
	GOOD("a:\\\\\\t\\n\\r");
	GOOD("a:\\x00\\x01\\x08\\x0b\\x0c\\x0e\\x1d\\x1e\\x1f\\x7f");
	GOOD("a:\\x80\\xff\\xc3");
	BAD("a:\\", 3, "escape");
	BAD("a:\\q", 3, "escape");
	BAD("a:\\T", 3, "escape");
	BAD("a:\\0", 3, "escape");
	BAD("a:\\x", 3, "escape");
	BAD("a:\\x1", 3, "escape");
	BAD("a:xy\\x1\tb:1", 5, "escape");
	BAD("a:\\x1D", 3, "escape");
	BAD("a:\\X1d", 3, "escape");
	BAD("a:\\xg0", 3, "escape");
	BAD("a:\\x41", 3, "escape");
	BAD("a:\\x20", 3, "escape");
	BAD("a:\\x7e", 3, "escape");
	BAD("a:\\x5c", 3, "escape");
	BAD("a:\\x09", 3, "escape");
	BAD("a:\\x0a", 3, "escape");
	BAD("a:\\x0d", 3, "escape");
	BAD("a:1\r", 4, "CR");
	BAD("a:\x1d", 3, "escaped");
	BAD("a:x\0", 4, "escaped");
	BAD("a:\x7f", 3, "escaped");
	BAD("a:1\nb:2", 4, "escaped");
}

static void
utf8(void)
{
	GOOD("a:K\xc3\xbc\xc3\xa7\xc3\xbck");
	GOOD("a:\xc2\xa0\xdf\xbf");
	GOOD("a:\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf");
	GOOD("a:\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
	BAD("a:\xc2\x80", 3, "escaped");	/* U+0080, a control */
	BAD("a:\xc2\x9f", 3, "escaped");
	BAD("a:\xc0\x80", 3, "escaped");	/* too long */
	BAD("a:\xc1\xbf", 3, "escaped");
	BAD("a:\xe0\x9f\xbf", 3, "escaped");
	BAD("a:\xf0\x8f\xbf\xbf", 3, "escaped");
	BAD("a:\xed\xa0\x80", 3, "escaped");	/* surrogates */
	BAD("a:\xed\xbf\xbf", 3, "escaped");
	BAD("a:\xf4\x90\x80\x80", 3, "escaped");	/* over U+10FFFF */
	BAD("a:\xf5\x80\x80\x80", 3, "escaped");
	BAD("a:\xff", 3, "escaped");
	BAD("a:\x80", 3, "escaped");
	BAD("a:ok\xc3", 5, "escaped");	/* cut short, at the end and before a TAB */
	BAD("a:ok\xc3\tb:1", 5, "escaped");
	BAD("a:\xe2\x82", 3, "escaped");
	BAD("a:\xf0\x9f\x98", 3, "escaped");
	/* what can stand for itself is not spelt with escapes */
	BAD("a:\\xc3\\xbc", 3, "escape");
	BAD("a:\\xe2\\x82\\xac", 3, "escape");
	BAD("a:\\xf0\\x9f\\x98\\x80", 3, "escape");
	BAD("a:\\xff\\xc3\\xbc", 7, "escape");
	GOOD("a:\\xc2\\x80");
	GOOD("a:\\xe2\\x82");
	GOOD("a:\\xe2\\x82\xc3\xbc");
	GOOD("a:\\xed\\xa0\\x80");
	GOOD("a:\\xc3\\x1d\\xbc");
}

/* All byte values and all pairs survive, and have one spelling. */
static void
spelling(void)
{
	struct mk_buf esc = {0}, raw = {0};
	struct mk_rec rec = {0};
	char in[2], line[32];
	size_t column;
	int a, b, lost = 0, refused = 0, other = 0;

	for (a = 0; a < 256; a++)
		for (b = -1; b < 256; b++) {
			size_t n = b < 0 ? 1 : 2;

			in[0] = (char)a;
			in[1] = (char)b;
			esc.n = raw.n = 0;
			if (mk_escape(&esc, in, n, &e) == -1 ||
			    mk_unescape(&raw, esc.p, esc.n, &e) == -1 ||
			    raw.n != n || memcmp(raw.p, in, n) != 0)
				lost++;
			memcpy(line, "v:", 2);
			memcpy(line + 2, esc.p, esc.n);
			if (mk_rec_parse(&rec, line, esc.n + 2, &column, &e) == -1)
				refused++;
			/* no other spelling of the same bytes is taken */
			(void)sprintf(line, "v:\\x%02x", a);
			if (b < 0 && mk_rec_parse(&rec, line, 6, &column, &e) == 0 &&
			    (esc.n != 4 || memcmp(esc.p, line + 2, 4) != 0))
				other++;
		}
	ok(lost == 0, "every byte and pair of bytes comes back (%d lost)", lost);
	ok(refused == 0, "and its spelling is taken (%d refused)", refused);
	ok(other == 0, "and is the only one (%d others)", other);
	esc.n = 0;
	ok(mk_escape(&esc, "\x1d\t\n\r\\\0\x7f \xc3\xbc\xc2\x80", 12, &e) == 0 &&
		isn(esc.p, esc.n, "\\x1d\\t\\n\\r\\\\\\x00\\x7f \xc3\xbc\\xc2\\x80",
			"the canonical spelling"), "mk_escape");
	ok(mk_escape(&esc, NULL, 0, &e) == 0 && mk_unescape(&raw, NULL, 0, &e) == 0,
		"nothing is a value too");
	mk_buf_clear(&esc);
	mk_buf_clear(&raw);
	mk_rec_clear(&rec);
}

static void
line_is(const struct mk_rec *rec, const char *want, const char *what)
{
	struct mk_buf out = {0};

	if (mk_rec_line(rec, &out, &e) == -1)
		ok(0, "%s: %s", what, e.msg);
	else
		isn(out.p, out.n, want, what);
	mk_buf_clear(&out);
}

static void
changes(void)
{
	static const char line[] = "id:x\tnote:a\\x1db\tqty:1\tjob:v1 n=0";
	struct mk_rec rec = {0};
	struct mk_buf b = {0};
	size_t column;

	ok(mk_rec_parse(&rec, line, sizeof line - 1, &column, &e) == 0 && rec.n == 4, "parsed");
	line_is(&rec, line, "as it came");
	ok(mk_rec_get(&rec, "not") == NULL && mk_rec_get(&rec, "notes") == NULL &&
		mk_rec_get(&rec, "note") == &rec.f[1], "a key is found whole or not at all");
	ok(mk_rec_is(&rec, "qty", "1") && !mk_rec_is(&rec, "qty", "") &&
		!mk_rec_is(&rec, "qty", "11") && !mk_rec_is(&rec, "none", ""), "mk_rec_is");
	ok(mk_rec_bytes(&rec, "note", &b, &e) == 1 && isn(b.p, b.n, "a\x1d" "b", "decoded"),
		"mk_rec_bytes");
	ok(mk_rec_bytes(&rec, "none", &b, &e) == 0 && b.n == 3, "of no field: 0");
	ok(mk_rec_set(&rec, "note", "\t", 1, &e) == 0, "set a field that is there");
	line_is(&rec, "id:x\tnote:\\t\tqty:1\tjob:v1 n=0", "replaced in place");
	ok(mk_rec_set(&rec, "lot", "L1", 2, &e) == 0 && mk_rec_setf(&rec, &e, "n", "%d", 7) == 0,
		"set new fields");
	line_is(&rec, "id:x\tnote:\\t\tqty:1\tlot:L1\tn:7\tjob:v1 n=0", "appended, job last");
	ok(mk_rec_set(&rec, "job", "v2", 2, &e) == 0, "set job");
	line_is(&rec, "id:x\tnote:\\t\tqty:1\tlot:L1\tn:7\tjob:v2", "in its place");
	mk_rec_del(&rec, "none");
	mk_rec_del(&rec, "note");
	mk_rec_del(&rec, "job");
	line_is(&rec, "id:x\tqty:1\tlot:L1\tn:7", "removed");
	ok(mk_rec_set(&rec, "job", "v3", 2, &e) == 0 && mk_rec_set(&rec, "z", NULL, 0, &e) == 0,
		"a new job, then a new field");
	line_is(&rec, "id:x\tqty:1\tlot:L1\tn:7\tz:\tjob:v3", "job last again");
	ok(mk_rec_set(&rec, "Bad", "", 0, &e) == -1 && e.code == MK_EBUG, "no key: a bug");
	mk_rec_reset(&rec);
	ok(rec.n == 0 && mk_rec_set(&rec, "job", "1", 1, &e) == 0 &&
		mk_rec_set(&rec, "id", "2", 1, &e) == 0, "from nothing");
	line_is(&rec, "id:2\tjob:1", "job last");
	mk_rec_clear(&rec);
	mk_buf_clear(&b);
}

int
main(void)
{
	keys();
	many_keys();
	values();
	utf8();
	spelling();
	changes();
	return done();
}
