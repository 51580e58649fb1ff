/* GS1 Digital Link URIs, uncompressed. */
#include <string.h>

#include "ident/dict.h"

#define BASE "https://id.gs1.org"
#define SEGMENTS_MAX 64

static bool
unreserved(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c != '\0' && strchr("-._~", c) != NULL);
}

static int
percent(struct mk_buf *out, const char *s, size_t n, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unreserved(s[i]) ? mk_buf_addc(out, s[i], e) :
		    mk_buf_addf(out, e, "%%%02X", (unsigned char)s[i])) == -1)
			return -1;
	return 0;
}

/* ---- from elements ---- */

static int
find(const struct mk_gs1_element *el, int n, const char *ai, size_t len)
{
	int i;

	for (i = 0; i < n; i++)
		if (mk_dict_match(ai, len, el[i].ai))
			return i;
	return -1;
}

/* Of the key's alternatives ("22,10,21|235") the one that has most of the elements,
 * above all of those that cannot be attributes. */
static void
choose(const struct mk_gs1 *g, const struct mk_gs1_element *el, int n,
	const struct mk_dict_attr *key, const char **best, size_t *len)
{
	const char *s = key->s, *end = s + key->n, *alt, *ai;
	const struct mk_dict_row *r;
	size_t k, m, most = 0, count;

	*best = key->s;
	*len = 0;
	while (mk_dict_piece(&s, end, '|', &alt, &k)) {
		const char *p = alt;

		for (count = 0; mk_dict_piece(&p, alt + k, ',', &ai, &m);)
			if (find(el, n, ai, m) != -1) {
				r = mk_dict_row(g, ai, m);
				count += r != NULL && r->link ? 1 : MK_GS1_ELEMENTS_MAX;
			}
		if (*len == 0 || count > most) {
			*best = alt;
			*len = k;
			most = count;
		}
	}
}

static int
segment(struct mk_buf *out, const struct mk_gs1_element *x, struct mk_err *e)
{
	return mk_buf_addf(out, e, "/%s/", x->ai) == -1 ? -1 : percent(out, x->val, x->n, e);
}

int
mk_gs1_link(const struct mk_gs1 *g, const struct mk_gs1_element *el, int n, const char *base,
	struct mk_buf *out, struct mk_err *e)
{
	bool used[MK_GS1_ELEMENTS_MAX] = { false };
	const struct mk_dict_attr *key = NULL;
	const char *s, *end, *ai;
	const struct mk_dict_row *r;
	char sep = '?';
	size_t len, k;
	int i, first;

	for (first = 0; first < n; first++)
		if ((r = mk_dict_row(g, el[first].ai, strlen(el[first].ai))) != NULL &&
		    (key = mk_dict_key(r)) != NULL)
			break;
	if (key == NULL)
		return mk_err(e, MK_EDATA, "no element can be the key of a Digital Link: one like "
			"(01) must be there");
	used[first] = true;
	if (mk_buf_adds(out, base == NULL ? BASE : base, e) == -1 || segment(out, &el[first], e) == -1)
		return -1;
	choose(g, el, n, key, &s, &len);
	for (end = s + len; len > 0 && mk_dict_piece(&s, end, ',', &ai, &k);)
		if ((i = find(el, n, ai, k)) != -1 && !used[i]) {
			used[i] = true;
			if (segment(out, &el[i], e) == -1)
				return -1;
		}
	for (i = 0; i < n; i++) {
		if (used[i] || find(el, i, el[i].ai, strlen(el[i].ai)) != -1)	/* or repeated */
			continue;
		r = mk_dict_row(g, el[i].ai, strlen(el[i].ai));
		if (r == NULL || !r->link)
			return mk_err(e, MK_EDATA, "(%s) cannot be in a Digital Link beside (%s)",
				el[i].ai, el[first].ai);
		if (mk_buf_addf(out, e, "%c%s=", sep, el[i].ai) == -1 ||
		    percent(out, el[i].val, el[i].n, e) == -1)
			return -1;
		sep = '&';
	}
	return 0;
}

/* ---- to elements ---- */

struct piece {
	const char *s;
	size_t n;
};

static int
hexval(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Append "(ai)value": percent-decoded, escaped for the brackets. */
static int
element(struct mk_buf *out, struct piece ai, struct piece val, bool query, struct mk_err *e)
{
	size_t i, digits = strspn(val.s, "0123456789");
	bool gtin = ai.n == 2 && memcmp(ai.s, "01", 2) == 0 && digits >= val.n;
	int hi, lo;
	char c;

	if (mk_buf_addc(out, '(', e) == -1 || mk_buf_add(out, ai.s, ai.n, e) == -1 ||
	    mk_buf_addc(out, ')', e) == -1)
		return -1;
	if (gtin && (val.n == 8 || val.n == 12 || val.n == 13) &&
	    mk_buf_add(out, "000000", 14 - val.n, e) == -1)
		return -1;
	for (i = 0; i < val.n; i++) {
		c = val.s[i];
		if (c == '%') {
			hi = val.n - i > 2 ? hexval(val.s[i + 1]) : -1;
			lo = val.n - i > 2 ? hexval(val.s[i + 2]) : -1;
			if (hi == -1 || lo == -1)
				return mk_err(e, MK_EDATA, "(%.*s): a %% needs two hexadecimal digits "
					"behind it", (int)ai.n, ai.s);
			c = (char)(hi << 4 | lo);
			i += 2;
		} else if (c == '+' && query)
			c = ' ';
		if ((c != '\0' && strchr("()\\", c) != NULL && mk_buf_addc(out, '\\', e) == -1) ||
		    mk_buf_addc(out, c, e) == -1)
			return -1;
	}
	return 0;
}

/* Whether the AIs from p[0] on, every second piece, are qualifiers in the order of
 * one alternative of the key. */
static bool
in_order(const struct mk_dict_attr *key, const struct piece *p, size_t n)
{
	const char *s = key->s, *end = s + key->n, *alt, *ai;
	size_t k, m, i;

	if (n == 0)
		return true;
	while (mk_dict_piece(&s, end, '|', &alt, &k)) {
		const char *q = alt;

		for (i = 0; i < n && mk_dict_piece(&q, alt + k, ',', &ai, &m);)
			if (p[i].n == m && memcmp(p[i].s, ai, m) == 0)
				i += 2;
		if (i >= n)
			return true;
	}
	return false;
}

/* The piece of the path that is the primary key, the rightmost one; n if none is.
 * *ordered tells whether what is behind it are its qualifiers. */
static size_t
primary(const struct mk_gs1 *g, const struct piece *p, size_t n, bool *ordered)
{
	const struct mk_dict_attr *key;
	const struct mk_dict_row *r;
	size_t i;

	for (i = n; i >= 2; i -= 2)
		if ((r = mk_dict_row(g, p[i - 2].s, p[i - 2].n)) != NULL &&
		    (key = mk_dict_key(r)) != NULL) {
			*ordered = in_order(key, p + i, n - i);
			return i - 2;
		}
	return n;
}

static int
attributes(const struct mk_gs1 *g, const char *s, const char *end, struct mk_buf *out,
	struct mk_err *e)
{
	const struct mk_dict_row *r;
	struct piece ai, val;
	const char *p, *eq;
	size_t n;

	while (mk_dict_piece(&s, end, '&', &p, &n)) {
		if ((eq = memchr(p, '=', n)) == NULL)
			continue;
		ai = (struct piece){ p, (size_t)(eq - p) };
		val = (struct piece){ eq + 1, (size_t)(p + n - eq) - 1 };
		if (strspn(p, "0123456789") < ai.n)	/* somebody else's parameter */
			continue;
		if ((r = mk_dict_row(g, ai.s, ai.n)) == NULL || !r->link)
			return mk_err(e, MK_EDATA, "parameter %.*s: no such attribute of a GS1 Digital "
				"Link", (int)(ai.n > 20 ? 20 : ai.n), ai.s);
		if (element(out, ai, val, true, e) == -1)
			return -1;
	}
	return 0;
}

static int
unlink_uri(const struct mk_gs1 *g, const char *s, const char *end, struct mk_buf *out,
	struct mk_err *e)
{
	const char *path = strstr(s, "://"), *query, *p;
	struct piece seg[SEGMENTS_MAX];
	size_t n = 0, i, len;
	bool ordered = true;

	if (path == NULL || (path = strchr(path + 3, '/')) == NULL)
		return 0;
	if ((query = strchr(path, '?')) == NULL)
		query = end;
	for (p = path + 1; n < SEGMENTS_MAX && mk_dict_piece(&p, query, '/', &seg[n].s, &len); n++)
		seg[n].n = len;
	if (n > 0 && seg[n - 1].n == 0)	/* a slash at the end */
		n--;
	if ((i = primary(g, seg, n, &ordered)) == n)
		return 0;
	if (!ordered)
		return mk_err(e, MK_EDATA, "what is behind /%.*s/ is not its qualifiers in their order",
			(int)seg[i].n, seg[i].s);
	for (; i < n; i += 2)
		if (element(out, seg[i], seg[i + 1], false, e) == -1)
			return -1;
	return query < end && attributes(g, query + 1, end, out, e) == -1 ? -1 : 1;
}

int
mk_gs1_unlink(const struct mk_gs1 *g, const char *s, size_t n, struct mk_buf *out,
	struct mk_err *e)
{
	struct mk_buf copy = {0};
	size_t start = out->n;
	char *hash;
	int r = 0;

	if ((n < 7 || memcmp(s, "http://", 7) != 0) && (n < 8 || memcmp(s, "https://", 8) != 0))
		return 0;
	if (memchr(s, '\0', n) != NULL)
		return 0;
	if (mk_buf_add(&copy, s, n, e) == -1 || mk_buf_str(&copy, e) == NULL)
		r = -1;
	if (r == 0) {
		if ((hash = strchr(copy.p, '#')) != NULL)
			*hash = '\0';
		r = unlink_uri(g, copy.p, copy.p + strlen(copy.p), out, e);
	}
	if (r != 1)
		out->n = start;
	mk_buf_clear(&copy);
	return r;
}
