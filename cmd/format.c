#include "cmd/format.h"

#include <string.h>

/* A record's own spelling is what PostgreSQL's COPY reads. */
int
cmd_tsv_value(struct mk_buf *b, const struct mk_field *f, struct mk_err *e)
{
	return f == NULL ? mk_buf_adds(b, "\\N", e) : mk_buf_add(b, f->val, f->vlen, e);
}

/* ---- json ---- */

static bool
has_raw_bytes(const struct mk_field *f)
{
	size_t i;

	/* bytes from 0x80 that stand as \x8.. to \xf.. belong to no UTF-8 character,
	 * or to one of U+0080..U+009F, which is as good as never text */
	for (i = 0; i + 2 < f->vlen; i++)
		if (f->val[i] == '\\') {
			if (f->val[i + 1] == 'x' && strchr("89abcdef", f->val[i + 2]) != NULL)
				return true;
			i++;
		}
	return false;
}

static int
json_value(struct mk_buf *b, const struct mk_field *f, struct mk_err *e)
{
	struct mk_buf raw = {0};
	bool hex = has_raw_bytes(f);
	size_t i;
	int r = mk_unescape(&raw, f->val, f->vlen, e);

	if (r == 0)
		r = mk_buf_adds(b, hex ? "{\"hex\":\"" : "\"", e);
	for (i = 0; r == 0 && i < raw.n; i++) {
		unsigned char u = (unsigned char)raw.p[i];

		if (hex)
			r = mk_buf_addf(b, e, "%02x", u);
		else if (u == '"' || u == '\\')
			r = mk_buf_addf(b, e, "\\%c", u);
		else if (u < 0x20 || u == 0x7f)
			r = mk_buf_addf(b, e, "\\u%04x", u);
		else
			r = mk_buf_addc(b, raw.p[i], e);
	}
	if (r == 0)
		r = mk_buf_adds(b, hex ? "\"}" : "\"", e);
	mk_buf_clear(&raw);
	return r;
}

int
cmd_json_field(struct mk_buf *b, const struct mk_field *f, bool first, struct mk_err *e)
{
	if ((!first && mk_buf_addc(b, ',', e) == -1) ||
	    mk_buf_addf(b, e, "\"%.*s\":", (int)f->klen, f->key) == -1)
		return -1;
	return json_value(b, f, e);
}

/* ---- csv ---- */

static bool
plain_number(const char *s, size_t n)
{
	size_t i = *s == '-' || *s == '+', digits = 0, dots = 0;

	for (; i < n; i++) {
		digits += s[i] >= '0' && s[i] <= '9';
		dots += s[i] == '.';
	}
	return digits > 0 && dots <= 1 && digits + dots + (*s == '-' || *s == '+') == n;
}

/* Whether a spreadsheet would take the cell for a formula. */
static bool
runs(const char *s, size_t n)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
		"\xef\xbc\xa0" };	/* ＝ ＋ － ＠ */
	size_t i, skip = 0;

	while (skip < n && s[skip] == ' ')	/* some trim before they look */
		skip++;
	s += skip;
	n -= skip;
	if (n == 0)
		return false;
	for (i = 0; i < 4; i++)
		if (n >= 3 && memcmp(s, wide[i], 3) == 0)
			return true;
	return memchr("=+-@\t\r\n", *s, 7) != NULL && !plain_number(s, n);
}

/* The value as text: \\ \t \n \r are what they stand for, other escapes stay. */
static int
readable(struct mk_buf *b, const struct mk_field *f, struct mk_err *e)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < f->vlen; i++) {
		char c = f->val[i], next = i + 1 < f->vlen ? f->val[i + 1] : '\0';

		if (c != '\\' || next == 'x') {
			r = mk_buf_addc(b, c, e);
			continue;
		}
		i++;
		r = mk_buf_addc(b, next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' :
			next, e);
	}
	return r;
}

int
cmd_csv_value(struct mk_buf *b, const struct mk_field *f, struct mk_err *e)
{
	struct mk_buf text = {0};
	size_t i;
	bool quote, run;
	int r;

	if (f == NULL || f->vlen == 0)
		return 0;
	r = readable(&text, f, e);
	run = r == 0 && runs(text.p, text.n);
	quote = run;
	for (i = 0; i < text.n && !quote; i++)
		quote = memchr("\",;\t\r\n' ", text.p[i], 8) != NULL;
	if (r == 0 && quote)
		r = mk_buf_adds(b, run ? "\"'" : "\"", e);
	for (i = 0; r == 0 && i < text.n; i++)
		r = text.p[i] == '"' ? mk_buf_adds(b, "\"\"", e) : mk_buf_addc(b, text.p[i], e);
	if (r == 0 && quote)
		r = mk_buf_addc(b, '"', e);
	mk_buf_clear(&text);
	return r;
}

/* ---- html, dot ---- */

int
cmd_html_text(struct mk_buf *b, const char *s, size_t n, struct mk_err *e)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++)
		switch (s[i]) {
		case '&': r = mk_buf_adds(b, "&amp;", e); break;
		case '<': r = mk_buf_adds(b, "&lt;", e); break;
		case '>': r = mk_buf_adds(b, "&gt;", e); break;
		case '"': r = mk_buf_adds(b, "&quot;", e); break;
		case '\'': r = mk_buf_adds(b, "&#39;", e); break;
		default: r = mk_buf_addc(b, s[i], e);
		}
	return r;
}

int
cmd_dot_text(struct mk_buf *b, const char *s, size_t n, struct mk_err *e)
{
	size_t i;
	int r = mk_buf_addc(b, '"', e);

	/* Graphviz reads \N, \n and entities such as &amp; in labels: none may arise */
	for (i = 0; r == 0 && i < n; i++)
		switch (s[i]) {
		case '"': r = mk_buf_adds(b, "\\\"", e); break;
		case '\\': r = mk_buf_adds(b, "\\\\", e); break;
		case '&': r = mk_buf_adds(b, "&amp;", e); break;
		case '\n': r = mk_buf_adds(b, "\\n", e); break;
		default: r = mk_buf_addc(b, s[i], e);
		}
	return r == 0 ? mk_buf_addc(b, '"', e) : r;
}
