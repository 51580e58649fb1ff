#include "ident/dict.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/num.h"

#define DICTIONARY "gs1-syntax-dictionary.txt"

struct mk_gs1 {
	struct mk_dict_row *row;
	size_t n, cap;
	short at[11100];	/* the row of each AI of two, three and four digits, or -1 */
	struct mk_buf text;	/* the file, which names and attributes point into */
};

/* ---- reading it ---- */

static int
component(struct mk_dict_component *c, const char *s, size_t n)
{
	const char *end = s + n, *p = s, *q;
	struct mk_err no;
	uint64_t len;
	bool upto;

	memset(c, 0, sizeof *c);
	if (n > 1 && *p == '[') {	/* [N3],linter: the bracket holds type and length */
		c->optional = true;
		p++;
	}
	if (p == end || strchr("NXYZ", *p) == NULL)
		return -1;
	c->type = *p++;
	upto = end - p > 2 && p[0] == '.' && p[1] == '.';
	p += upto ? 2 : 0;
	for (q = p; q < end && *q != ',' && *q != ']'; q++)
		;
	if (mk_num_u64(p, (size_t)(q - p), 1, 99, &len, &no) == -1)
		return -1;
	if (c->optional && (q == end || *q++ != ']'))
		return -1;
	c->max = (size_t)len;
	c->min = upto ? 1 : c->max;
	while (q < end) {
		if (*q != ',')
			return -1;
		p = q + 1;
		for (q = p; q < end && *q != ','; q++)
			;
		if (q == p || c->lints == MK_DICT_LINTERS)
			return -1;
		c->lint[c->lints] = p;
		c->fn[c->lints] = mk_lint_find(p, (size_t)(q - p));
		c->nlint[c->lints++] = (size_t)(q - p);
	}
	return 0;
}

bool
mk_dict_is_ai(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && n <= 4; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return n >= 2 && n <= 4;
}

/* An AI, or a range of AIs of one length. */
static int
range(struct mk_dict_row *r, const char *s, size_t n)
{
	const char *dash = memchr(s, '-', n);
	size_t len = dash == NULL ? n : (size_t)(dash - s);

	if (!mk_dict_is_ai(s, len) || (dash != NULL && (n != 2 * len + 1 ||
	    !mk_dict_is_ai(dash + 1, len))))
		return -1;
	memcpy(r->lo, s, len);
	memcpy(r->hi, dash == NULL ? s : dash + 1, len);
	return 0;
}

static int
attribute(struct mk_dict_row *r, const char *s, size_t n)
{
	static const char *const names[] = { "req", "ex", "dlpkey" };
	struct mk_dict_attr *a = &r->attr[r->attrs];
	const char *eq = memchr(s, '=', n);
	size_t len = eq == NULL ? n : (size_t)(eq - s), i;

	for (i = 0; i < 3; i++)
		if (strlen(names[i]) == len && memcmp(names[i], s, len) == 0)
			break;
	if (i == 3)	/* a later release may have others, which say nothing about values */
		return 0;
	if (r->attrs == MK_DICT_ATTRS)
		return -1;
	a->kind = (enum mk_dict_attr_kind)i;
	a->s = eq == NULL ? s + n : eq + 1;
	a->n = (size_t)(s + n - a->s);
	r->attrs++;
	return 0;
}

/* A row's words: AI or range, flags, components, attributes; then its title. */
static int
row(struct mk_dict_row *r, const char *s, const char *end)
{
	const char *p = s, *q;
	int word = 0, bad = 0;

	memset(r, 0, sizeof *r);
	r->sep = true;
	for (; p < end && bad == 0; p = q) {
		size_t n;

		while (p < end && *p == ' ')
			p++;
		for (q = p; q < end && *q != ' '; q++)
			;
		n = (size_t)(q - p);
		if (n == 0 || *p == '#')
			break;
		if (word++ == 0) {
			bad = range(r, p, n);
		} else if (strchr("NXYZ[", *p) != NULL) {
			bad = r->n == MK_DICT_COMPONENTS || r->attrs > 0 ||
				component(&r->c[r->n], p, n) == -1;
			r->min += bad != 0 || r->c[r->n].optional ? 0 : r->c[r->n].min;
			r->max += bad != 0 ? 0 : r->c[r->n].max;
			r->n++;
		} else if (r->n == 0) {
			r->sep = memchr(p, '*', n) == NULL;
			r->link = memchr(p, '?', n) != NULL;
		} else
			bad = attribute(r, p, n);
	}
	return bad == 0 && r->n > 0 ? 0 : -1;
}

static int
add_row(struct mk_gs1 *g, const struct mk_dict_row *r, struct mk_err *e)
{
	size_t cap = g->cap == 0 ? 256 : g->cap * 2;
	struct mk_dict_row *p;

	if (g->n == SHRT_MAX)
		return mk_err(e, MK_ECONF, "over %d rows", SHRT_MAX);
	if (g->n == g->cap) {
		if ((p = realloc(g->row, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		g->row = p;
		g->cap = cap;
	}
	g->row[g->n++] = *r;
	return 0;
}

/* Where an AI of n digits is in the index. */
static size_t
place(const char *ai, size_t n)
{
	size_t v = 0, i;

	for (i = 0; i < n; i++)
		v = v * 10 + (size_t)(ai[i] - '0');
	return v + (n == 2 ? 0 : n == 3 ? 100 : 1100);
}

static void
index_rows(struct mk_gs1 *g)
{
	size_t i, k, last;

	for (i = 0; i < sizeof g->at / sizeof *g->at; i++)
		g->at[i] = -1;
	for (i = 0; i < g->n; i++) {
		last = place(g->row[i].hi, strlen(g->row[i].hi));
		for (k = place(g->row[i].lo, strlen(g->row[i].lo)); k <= last; k++)
			g->at[k] = (short)i;
	}
}

static int
load(struct mk_gs1 *g, const char *path, struct mk_err *e)
{
	const char *p, *end, *lf;
	struct mk_dict_row r;
	long line = 0;

	if (mk_io_slurp(path, 1u << 20, &g->text, e) == -1)
		return mk_err_at(e, "the GS1 syntax dictionary (set MK_DATA to its folder)");
	p = g->text.p;
	end = p + g->text.n;
	for (; p < end; p = lf + 1) {
		line++;
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL)
			lf = end;
		if (lf == p || *p == '#')
			continue;
		if (row(&r, p, lf) == -1)
			return mk_err(e, MK_ECONF, "%s:%ld: no row of the GS1 syntax dictionary",
				path, line);
		if (add_row(g, &r, e) == -1)
			return -1;
	}
	index_rows(g);
	return g->n > 0 ? 0 : mk_err(e, MK_ECONF, "%s: an empty GS1 syntax dictionary", path);
}

int
mk_gs1_load(struct mk_gs1 **out, const char *path, struct mk_err *e)
{
	struct mk_gs1 *g = calloc(1, sizeof *g);
	struct mk_buf b = {0};
	const char *dir = getenv("MK_DATA");
	int r = -1;

	*out = NULL;
	if (g == NULL)
		return mk_err_nomem(e);
	if (dir == NULL || *dir == '\0')
		dir = MK_DATADIR;
	if (path != NULL)
		r = load(g, path, e);
	else if (mk_buf_addf(&b, e, "%s/" DICTIONARY, dir) == 0 && mk_buf_str(&b, e) != NULL)
		r = load(g, b.p, e);
	mk_buf_clear(&b);
	if (r == -1)
		mk_gs1_free(g);
	else
		*out = g;
	return r;
}

void
mk_gs1_free(struct mk_gs1 *g)
{
	if (g == NULL)
		return;
	free(g->row);
	mk_buf_clear(&g->text);
	free(g);
}

/* ---- looking into it ---- */

const struct mk_dict_row *
mk_dict_row(const struct mk_gs1 *g, const char *ai, size_t n)
{
	short i = mk_dict_is_ai(ai, n) ? g->at[place(ai, n)] : -1;

	return i == -1 ? NULL : &g->row[i];
}

const struct mk_dict_attr *
mk_dict_key(const struct mk_dict_row *r)
{
	size_t i;

	for (i = 0; i < r->attrs; i++)
		if (r->attr[i].kind == MK_DICT_KEY)
			return &r->attr[i];
	return NULL;
}

bool
mk_dict_match(const char *pattern, size_t n, const char *ai)
{
	size_t i;

	if (strlen(ai) != n)
		return false;
	for (i = 0; i < n; i++)
		if (pattern[i] != 'n' && pattern[i] != ai[i])
			return false;
	return true;
}

bool
mk_dict_piece(const char **s, const char *end, char sep, const char **piece, size_t *n)
{
	const char *stop;

	if (*s == NULL || *s > end)
		return false;
	if ((stop = memchr(*s, sep, (size_t)(end - *s))) == NULL)
		stop = end;
	*piece = *s;
	*n = (size_t)(stop - *s);
	*s = stop + 1;
	return true;
}

/* ---- values ---- */

/* The character sets of General Specifications 7.11: 82, 39 and base64url. */
static bool
in_set(char type, char c)
{
	static const char x[] = "!\"%&'()*+,-./_:;<=>?";
	bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'Z';

	if (digit)
		return true;
	if (type == 'N' || c == '\0')
		return false;
	if (type == 'Y')
		return upper || strchr("#-/", c) != NULL;
	if (upper || (c >= 'a' && c <= 'z'))
		return true;
	return type == 'Z' ? strchr("-_=", c) != NULL : strchr(x, c) != NULL;
}

static int
check_component(const char *ai, const struct mk_dict_component *c, const char *s, size_t n,
	size_t *at, struct mk_err *e)
{
	const char *why;
	size_t i;

	for (i = 0; i < n; i++)
		if (!in_set(c->type, s[i])) {
			*at += i;
			return mk_err(e, MK_EDATA, "AI (%s): character %zu is not allowed here: "
				"only %s", ai, *at + 1, c->type == 'N' ? "digits" : c->type == 'Y' ?
				"GS1 set 39" : c->type == 'X' ? "GS1 set 82" : "base64url");
		}
	for (i = 0; i < c->lints; i++) {
		if (c->fn[i] == NULL)
			return mk_err(e, MK_EDATA, "AI (%s): its check '%.*s' is not in this "
				"program, so it is refused", ai, (int)c->nlint[i], c->lint[i]);
		if ((why = c->fn[i](s, n)) != NULL)
			return mk_err(e, MK_EDATA, "AI (%s): '%.*s': %s (%.*s)", ai,
				(int)(n > 40 ? 40 : n), s, why, (int)c->nlint[i], c->lint[i]);
	}
	return 0;
}

int
mk_dict_check(const struct mk_dict_row *r, const struct mk_gs1_element *el, size_t *at,
	struct mk_err *e)
{
	size_t left = el->n, i, take;

	*at = 0;
	for (i = 0; i < r->n; i++) {
		const struct mk_dict_component *c = &r->c[i];

		if (left == 0 && c->optional)
			break;
		take = left < c->max ? left : c->max;
		if (take < c->min)
			return mk_err(e, MK_EDATA, "AI (%s): '%.60s' is too short", el->ai, el->val);
		if (check_component(el->ai, c, el->val + (el->n - left), take, at, e) == -1)
			return -1;
		left -= take;
		*at = el->n - left;
	}
	return left == 0 ? 0 : mk_err(e, MK_EDATA, "AI (%s): '%.60s' is too long by %zu", el->ai,
		el->val, left);
}
