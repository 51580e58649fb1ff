/* The files that users write. */
#include <stdlib.h>
#include <unistd.h>

#include "base/words.h"
#include "tests/tap.h"

static struct mk_err e;

/* All lines of a text, words in <>, lines numbered; or the message of the fault. */
static void
words(const char *text, const char *want, const char *what)
{
	struct mk_words l;
	struct mk_buf b = {0};
	size_t i;
	int r;

	if (mk_words_text(&l, "f", text, strlen(text), &e) == -1)
		exit(99);
	while ((r = mk_words_next(&l, &e)) == 1) {
		(void)mk_buf_addf(&b, &e, "%ld", l.line);
		for (i = 0; i < l.n; i++)
			(void)mk_buf_addf(&b, &e, " %d<%s>", l.w[i].col, l.w[i].s);
		(void)mk_buf_adds(&b, "|", &e);
	}
	if (r == -1)
		(void)mk_buf_addf(&b, &e, "%s%s", e.code == MK_ECONF ? "" : "WRONG CODE ", e.msg);
	isn(b.p == NULL ? "" : b.p, b.n, want, what);
	mk_words_close(&l);
	mk_buf_clear(&b);
}

static void
many(void)
{
	struct mk_buf b = {0};
	struct mk_words l;
	int i;

	for (i = 0; i < MK_WORDS_MAX; i++)
		(void)mk_buf_adds(&b, "w ", &e);
	ok(mk_words_text(&l, "f", b.p, b.n, &e) == 0 && mk_words_next(&l, &e) == 1 &&
		l.n == MK_WORDS_MAX, "as many words as fit");
	mk_words_close(&l);
	(void)mk_buf_adds(&b, "w", &e);
	ok(mk_words_text(&l, "f", b.p, b.n, &e) == 0 && mk_words_next(&l, &e) == -1 &&
		strncmp(e.msg, "f:1:", 4) == 0, "one more: %s", e.msg);
	mk_words_close(&l);
	mk_buf_clear(&b);
}

static void
places(void)
{
	static const char text[] = "\n  pen fine";
	struct mk_words l;

	ok(mk_words_text(&l, "f", text, strlen(text), &e) == 0 && mk_words_next(&l, &e) == 1, "a line");
	ok(mk_words_err(&l, 1, &e, "no %s", "pen") == -1 && e.code == MK_ECONF, "an error at a word");
	is(e.msg, "f:2:7: no pen", "names its place");
	(void)mk_words_err(&l, 2, &e, "more");
	is(e.msg, "f:2:11: more", "behind the last word");
	mk_err(&e, MK_EDATA, "12 is out of range");
	ok(mk_words_err_at(&l, 0, &e) == -1 && e.code == MK_ECONF, "wrong data in a file is a wrong file");
	is(e.msg, "f:2:3: 12 is out of range", "and has a place");
	mk_err_nomem(&e);
	ok(mk_words_err_at(&l, 0, &e) == -1 && e.code == MK_ENOMEM, "out of memory stays that");
	ok(mk_word_val(&l.w[0], "pen") == NULL, "no value");
	mk_words_close(&l);
	if (mk_words_text(&l, "f", "at=0,1 at= a=b=c", 16, &e) == -1 || mk_words_next(&l, &e) != 1)
		exit(99);
	is(mk_word_val(&l.w[0], "at"), "0,1", "key=value");
	is(mk_word_val(&l.w[1], "at"), "", "key=");
	is(mk_word_val(&l.w[2], "a"), "b=c", "only the first = parts");
	ok(mk_word_val(&l.w[0], "a") == NULL && mk_word_val(&l.w[0], "at=") == NULL, "another key");
	mk_words_close(&l);
}

int
main(void)
{
	struct mk_words l;

	words("", "", "nothing");
	words("\n\n  \n# all comment\n", "", "no words");
	words("a b\tc\n", "1 1<a> 3<b> 5<c>|", "blanks part words");
	words("a\nb", "1 1<a>|2 1<b>|", "the last line may lack its end");
	words("  a  # b\n\nc", "1 3<a>|3 1<c>|", "comments, empty lines, line numbers");
	words("a#b c", "1 1<a#b> 5<c>|", "a # inside a word is itself");
	words("a\r\nb\r\n", "1 1<a>|2 1<b>|", "CR LF");
	words("\"a b\" c", "1 1<a b> 7<c>|", "quotes hold together");
	words("x=\"a b\"c \"\"", "1 1<x=a bc> 10<>|", "quotes inside a word, an empty word");
	words("\"# no\" # yes", "1 1<# no>|", "a # in quotes");
	words("\"a\\\"b\\\\c\\d\" e\\f\\\"g\"", "1 1<a\"b\\c\\d> 13<e\\f\\g>|", "backslashes");
	words("\xc3\xbc \xc3\xbc", "1 1<\xc3\xbc> 4<\xc3\xbc>|", "columns count bytes");
	words("ok\nx \"a b\n\"", "1 1<ok>|f:2:3: a quote that does not close", "an open quote");
	ok(mk_words_text(&l, "f", "ok\na\0b\n", 7, &e) == 0 && mk_words_next(&l, &e) == 1 &&
		mk_words_next(&l, &e) == -1 && strncmp(e.msg, "f:2:1: a NUL", 12) == 0, "a NUL: %s", e.msg);
	mk_words_close(&l);
	ok(mk_words_open(&l, "/nonexistent/f", &e) == -1 && e.code == MK_ECONF &&
		strstr(e.msg, "/nonexistent/f: cannot open") != NULL, "no file: %s", e.msg);
	ok(mk_words_open(&l, "/", &e) == -1 && e.code == MK_EIO, "a folder: %s", e.msg);
	many();
	places();
	return done();
}
