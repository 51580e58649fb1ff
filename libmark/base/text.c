#include "base/text.h"

#include <stdbool.h>
#include <string.h>

#include "base/rec.h"

const unsigned char mk_class[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 0, 4, 4, 6,
	4, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
	7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 4, 4, 4, 4, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

bool
mk_key_ok(const char *key, size_t n)
{
	size_t i;

	if (n == 0 || n > MK_KEY_MAX || (mk_class[(unsigned char)key[0]] & MK_C_KEY1) == 0)
		return false;
	for (i = 1; i < n; i++)
		if ((mk_class[(unsigned char)key[i]] & MK_C_KEY) == 0)
			return false;
	return true;
}

static bool
cont(const char *s, const char *end, int n)
{
	int i;

	if (end - s <= n)
		return false;
	for (i = 1; i <= n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return false;
	return true;
}

int
mk_utf8_len(const char *s, const char *end)
{
	unsigned char a = (unsigned char)s[0], b;

	if (a < 0xc2 || a > 0xf4 || !cont(s, end, 1))
		return 0;
	b = (unsigned char)s[1];
	if (a < 0xe0)
		return a == 0xc2 && b < 0xa0 ? 0 : 2;
	if (a < 0xf0) {
		if ((a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f))
			return 0;
		return cont(s, end, 2) ? 3 : 0;
	}
	if ((a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f))
		return 0;
	return cont(s, end, 3) ? 4 : 0;
}

static int
hexval(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at s stands for, and its length; -1 if it is none.
 * Bytes that have a shorter spelling of their own are none. */
static int
escape(const char *s, const char *end, int *len)
{
	int hi, lo, c;

	if (end - s < 2)
		return -1;
	*len = 2;
	switch (s[1]) {
	case '\\':
		return '\\';
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 'x':
		break;
	default:
		return -1;
	}
	if (end - s < 4 || (hi = hexval(s[2])) == -1 || (lo = hexval(s[3])) == -1)
		return -1;
	c = hi << 4 | lo;
	*len = 4;
	if ((c < 0x80 && (mk_class[c] & MK_C_SAFE) != 0) || c == '\\' || c == '\t' ||
	    c == '\n' || c == '\r')
		return -1;
	return c;
}

/* Whether the run of \x80..\xff at s has, at its start, a character that could
 * stand unescaped: then the escape is not the canonical spelling. */
static bool
hides_utf8(const char *s, const char *end)
{
	char raw[4];
	int n = 0, len, c;

	while (n < 4 && s < end && *s == '\\' && (c = escape(s, end, &len)) >= 0x80) {
		raw[n++] = (char)c;
		s += len;
	}
	return n > 1 && mk_utf8_len(raw, raw + n) != 0;
}

const char *
mk_value_end(const char *s, const char *end, const char **bad, const char **why)
{
	int len, c;

	for (;;) {
		while (s < end && (mk_class[(unsigned char)*s] & MK_C_SAFE) != 0)
			s++;
		if (s == end || *s == '\t')
			return s;
		*bad = s;
		if (*s == '\\') {
			*why = "not a canonical escape: a byte has one spelling only, see mkrec(5)";
			c = escape(s, end, &len);
			if (c == -1 || (c >= 0x80 && hides_utf8(s, end)))
				return NULL;
		} else if (*s == '\r') {
			*why = "a bare CR: end lines with LF alone, write a CR in a value as \\r";
			return NULL;
		} else if ((len = mk_utf8_len(s, end)) == 0) {
			*why = "a byte that must be escaped as \\x and two lower-case digits";
			return NULL;
		}
		s += len;
	}
}

int
mk_escape(struct mk_buf *out, const void *p, size_t n, struct mk_err *e)
{
	static const char hex[] = "0123456789abcdef";
	const char *s = p, *end, *run;
	size_t start = out->n;
	int len;

	if (n == 0)	/* then p may be NULL */
		return 0;
	end = s + n;
	while (s < end) {
		char esc[4] = { '\\', 0, 0, 0 };
		size_t k = 2;

		run = s;
		while (s < end && ((mk_class[(unsigned char)*s] & MK_C_SAFE) != 0 ||
		    ((*s & 0x80) != 0 && (len = mk_utf8_len(s, end)) != 0)))
			s += (*s & 0x80) != 0 ? mk_utf8_len(s, end) : 1;
		if (mk_buf_add(out, run, (size_t)(s - run), e) == -1)
			goto fail;
		if (s == end)
			break;
		switch (*s) {
		case '\\':
			esc[1] = '\\';
			break;
		case '\t':
			esc[1] = 't';
			break;
		case '\n':
			esc[1] = 'n';
			break;
		case '\r':
			esc[1] = 'r';
			break;
		default:
			esc[1] = 'x';
			esc[2] = hex[(unsigned char)*s >> 4];
			esc[3] = hex[*s & 15];
			k = 4;
		}
		if (mk_buf_add(out, esc, k, e) == -1)
			goto fail;
		s++;
	}
	return 0;
fail:
	out->n = start;
	return -1;
}

int
mk_unescape(struct mk_buf *out, const char *s, size_t n, struct mk_err *e)
{
	const char *end, *bs;
	size_t start = out->n;
	int len, c;

	if (n == 0)	/* then s may be NULL */
		return 0;
	end = s + n;
	while (s < end) {
		bs = memchr(s, '\\', (size_t)(end - s));
		if (bs == NULL)
			bs = end;
		if (mk_buf_add(out, s, (size_t)(bs - s), e) == -1)
			goto fail;
		if (bs == end)
			break;
		if ((c = escape(bs, end, &len)) == -1) {
			mk_err(e, MK_EBUG, "not an escaped value");
			goto fail;
		}
		if (mk_buf_addc(out, (char)c, e) == -1)
			goto fail;
		s = bs + len;
	}
	return 0;
fail:
	out->n = start;
	return -1;
}
