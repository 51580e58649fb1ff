/* The files that users write: one setting a line, words parted by blanks, '#'
 * starts a comment where a word could start, double quotes hold blanks together
 * (inside them \" and \\ are escapes; elsewhere a backslash is itself). */
#ifndef MK_WORDS_H
#define MK_WORDS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define MK_WORDS_MAX 64	/* on one line */

struct mk_word {
	char *s;	/* NUL-terminated, unquoted; no NUL inside */
	size_t n;
	int col;	/* where it starts, from 1 */
};

struct mk_words {
	const char *name;	/* of the file, borrowed */
	long line;
	struct mk_word w[MK_WORDS_MAX];
	size_t n;
	struct mk_buf text;	/* the whole file as read */
	struct mk_arena arena;
	size_t pos;
};

/* Read a file whole (at most 16 MiB), or take n bytes of text. */
int mk_words_open(struct mk_words *l, const char *path, struct mk_err *e);
int mk_words_text(struct mk_words *l, const char *name, const char *text, size_t n,
	struct mk_err *e);
void mk_words_close(struct mk_words *l);

/* The next line that has words. 1, 0 at the end, -1. Words die with close only. */
int mk_words_next(struct mk_words *l, struct mk_err *e);

/* Fail with "file:line:column: …" at word i of the line (i >= n: behind the last).
 * Returns -1. mk_words_err_at puts that place before the message already in e. */
int mk_words_err(const struct mk_words *l, size_t i, struct mk_err *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int mk_words_err_at(const struct mk_words *l, size_t i, struct mk_err *e);

/* If word i is "key=…", its value (a pointer into the word), else NULL. */
const char *mk_word_val(const struct mk_word *w, const char *key);

#endif
