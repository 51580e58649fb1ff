#include "ident/wedge.h"

#include <string.h>

/* ---- control characters by name ---- */

static const struct {
	const char *name;
	char c;
} controls[] = {
	{ "GS", '\x1d' }, { "RS", '\x1e' }, { "EOT", '\x04' }, { "FS", '\x1c' }, { "US", '\x1f' },
	{ "FNC1", '\x1d' }
};

static int
hexval(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* How many bytes at s spell a control character, and which; 0. */
static size_t
spelled(const char *s, size_t n, char *c)
{
	size_t i, len;
	int hi, lo;

	if (n > 2 && (s[0] == '<' || s[0] == '{'))
		for (i = 0; i < sizeof controls / sizeof *controls; i++) {
			len = strlen(controls[i].name);
			if (n >= len + 2 && memcmp(s + 1, controls[i].name, len) == 0 &&
			    s[len + 1] == (s[0] == '<' ? '>' : '}')) {
				*c = controls[i].c;
				return len + 2;
			}
		}
	if (n > 3 && s[0] == '\\') {
		len = s[1] == 'x' ? 2 : n > 5 && memcmp(s + 1, "u00", 3) == 0 ? 4 : 0;
		hi = len == 0 ? -1 : hexval(s[len]);
		lo = len == 0 ? -1 : hexval(s[len + 1]);
		if (hi == -1 || lo == -1 || hi > 1)
			return 0;
		*c = (char)(hi << 4 | lo);
		return len + 2;
	}
	/* U+2400 and on: pictures of control characters */
	if (n > 2 && memcmp(s, "\xe2\x90", 2) == 0 && ((unsigned char)s[2] & 0xe0) == 0x80) {
		*c = (char)(s[2] & 0x1f);
		return 3;
	}
	return 0;
}

int
mk_wedge_clean(const char *line, size_t n, struct mk_buf *out, char aim[3], struct mk_err *e)
{
	const char *s = line, *end = line + n;
	size_t start = out->n, len;
	char c;

	while (end > s && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == '\x03'))
		end--;
	if (s < end && *s == '\x02')
		s++;
	memset(aim, 0, 3);
	if (end - s >= 3 && s[0] == ']' && ((s[1] >= 'A' && s[1] <= 'Z') ||
	    (s[1] >= 'a' && s[1] <= 'z')) && hexval(s[2]) != -1) {
		memcpy(aim, s + 1, 2);
		s += 3;
	}
	if (end - s >= 6 && (memcmp(s, "<FNC1>", 6) == 0 || memcmp(s, "{FNC1}", 6) == 0))
		s += 6;
	while (s < end) {
		if ((len = spelled(s, (size_t)(end - s), &c)) == 0) {
			len = 1;
			c = *s;
		}
		if (mk_buf_addc(out, c, e) == -1) {
			out->n = start;
			return -1;
		}
		s += len;
	}
	return 0;
}

bool
mk_wedge_gs1(const char *aim)
{
	static const char *const gs1[] = { "d2", "C1", "e0", "Q3", "J1", "I1", "z1" };
	size_t i;

	for (i = 0; i < sizeof gs1 / sizeof *gs1; i++)
		if (strcmp(aim, gs1[i]) == 0)
			return true;
	return false;
}

/* ---- keyboards ---- */

/* What each key gives, plain and shifted, row by row: 13, 13, 11 and 10 keys. */
static const char us[2][48] = {
	"`1234567890-=" "qwertyuiop[]\\" "asdfghjkl;'" "zxcvbnm,./",
	"~!@#$%^&*()_+" "QWERTYUIOP{}|" "ASDFGHJKL:\"" "ZXCVBNM<>?"
};
static const struct {
	const char *name, *keys[2];
} keyboards[] = {
	{ "de", { "^1234567890ß´" "qwertzuiopü+#" "asdfghjklöä" "yxcvbnm,.-",
		  "°!\"§$%&/()=?`" "QWERTZUIOPÜ*'" "ASDFGHJKLÖÄ" "YXCVBNM;:_" } },
	{ "fr", { "²&é\"'(-è_çà)=" "azertyuiop^$*" "qsdfghjklmù" "wxcvbn,;:!",
		  "~1234567890°+" "AZERTYUIOP¨£µ" "QSDFGHJKLM%" "WXCVBN?./§" } },
	{ "tr", { "\"1234567890*-" "qwertyuıopğü," "asdfghjklşi" "zxcvbnmöç.",
		  "é!'^+%&/()=?_" "QWERTYUIOPĞÜ;" "ASDFGHJKLŞİ" "ZXCVBNMÖÇ:" } },
	{ "caps", { "`1234567890-=" "QWERTYUIOP[]\\" "ASDFGHJKL;'" "ZXCVBNM,./",
		    "~!@#$%^&*()_+" "qwertyuiop{}|" "asdfghjkl:\"" "zxcvbnm<>?" } }
};
#define KEYBOARDS ((int)(sizeof keyboards / sizeof *keyboards))

const char *
mk_wedge_keyboard(int i)
{
	return i >= 0 && i < KEYBOARDS ? keyboards[i].name : NULL;
}

/* Bytes of the UTF-8 character at s, at most n; one for what is none. */
static size_t
char_len(const char *s, size_t n)
{
	unsigned char c = (unsigned char)*s;
	size_t len = c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : 1;

	return len <= n ? len : 1;
}

/* The US key of one character of keyboard i, or 0. */
static char
key(int i, const char *s, size_t len)
{
	const char *p;
	size_t at, n;
	int shift;

	for (shift = 0; shift < 2; shift++)
		for (at = 0, p = keyboards[i].keys[shift]; *p != '\0'; p += n, at++) {
			n = char_len(p, strlen(p));
			if (n == len && memcmp(p, s, n) == 0)
				return us[shift][at];
		}
	return '\0';
}

int
mk_wedge_retype(int i, const char *line, size_t n, struct mk_buf *out, struct mk_err *e)
{
	const char *s = line, *end = line + n;
	size_t start = out->n, len;
	bool differs = false;
	char c;

	for (; s < end; s += len) {
		len = char_len(s, (size_t)(end - s));
		if (len == 1 && ((unsigned char)*s <= ' '))	/* blanks and controls are alike */
			c = *s;
		else if ((c = key(i, s, len)) == '\0') {
			out->n = start;
			return 0;
		}
		differs = differs || len != 1 || c != *s;
		if (mk_buf_addc(out, c, e) == -1) {
			out->n = start;
			return -1;
		}
	}
	if (!differs)
		out->n = start;
	return differs;
}
