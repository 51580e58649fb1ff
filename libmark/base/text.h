/* The spelling of values: byte classes, UTF-8, escapes. Inside base only;
 * what others need of it is declared in rec.h. */
#ifndef MK_TEXT_H
#define MK_TEXT_H

enum {
	MK_C_KEY1 = 1,	/* may start a key */
	MK_C_KEY = 2,	/* may stand in a key */
	MK_C_SAFE = 4	/* stands for itself in a value, one byte */
};
extern const unsigned char mk_class[256];

/* The length (2..4) of the UTF-8 character at s that may stand unescaped in a
 * value (valid, not U+0080..U+009F), or 0. */
int mk_utf8_len(const char *s, const char *end);

/* The end of the value that starts at s: at a TAB or at end. NULL with *bad at
 * the wrong byte and *why. */
const char *mk_value_end(const char *s, const char *end, const char **bad, const char **why);

#endif
