#include "ident/gs1.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/num.h"
#include "ident/lint.h"

#define COMPONENTS_MAX 8
#define LINTERS_MAX 4
#define DICTIONARY "gs1-syntax-dictionary.txt"

struct component {
	char type;		/* N X Y Z */
	bool optional;
	size_t min, max;
	const char *lint[LINTERS_MAX];	/* not NUL-terminated */
	size_t nlint[LINTERS_MAX], lints;
};

struct row {
	char lo[5], hi[5];	/* the AIs from lo to hi, of one length */
	bool sep;
	struct component c[COMPONENTS_MAX];
	size_t n;
};

struct mk_gs1 {
	struct row *row;
	size_t n, cap;
	struct mk_buf text;	/* the file, which linters' names point into */
};

/* ---- the dictionary ---- */

static int
component(struct component *c, const char *s, size_t n)
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
		if (q == p || c->lints == LINTERS_MAX)
			return -1;
		c->lint[c->lints] = p;
		c->nlint[c->lints++] = (size_t)(q - p);
	}
	return 0;
}

static bool
is_ai(const char *s, size_t n)
{
	return n >= 2 && n <= 4 && strspn(s, "0123456789") >= n;
}

/* A row's words: AI or range, flags, components, then attributes with '='. */
static int
row(struct row *r, const char *s, const char *end)
{
	const char *p = s, *q, *dash;
	int word = 0;

	memset(r, 0, sizeof *r);
	r->sep = true;
	for (; p < end; p = q) {
		while (p < end && *p == ' ')
			p++;
		for (q = p; q < end && *q != ' '; q++)
			;
		if (q == p || *p == '#')
			break;
		if (word++ == 0) {
			dash = memchr(p, '-', (size_t)(q - p));
			if (dash == NULL)
				dash = q;
			if (!is_ai(p, (size_t)(dash - p)))
				return -1;
			memcpy(r->lo, p, (size_t)(dash - p));
			if (dash < q && (q - dash - 1 != dash - p ||
			    !is_ai(dash + 1, (size_t)(q - dash) - 1)))
				return -1;
			memcpy(r->hi, dash == q ? p : dash + 1, (size_t)(dash - p));
		} else if (strchr("NXYZ[", *p) != NULL) {
			if (r->n == COMPONENTS_MAX ||
			    component(&r->c[r->n], p, (size_t)(q - p)) == -1)
				return -1;
			r->n++;
		} else if (r->n == 0) {
			if (memchr(p, '*', (size_t)(q - p)) != NULL)
				r->sep = false;
		} else
			break;	/* attributes */
	}
	return r->n > 0 ? 0 : -1;
}

static int
add_row(struct mk_gs1 *g, const struct row *r, struct mk_err *e)
{
	size_t cap = g->cap == 0 ? 256 : g->cap * 2;
	struct row *p;

	if (g->n == g->cap) {
		if ((p = realloc(g->row, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		g->row = p;
		g->cap = cap;
	}
	g->row[g->n++] = *r;
	return 0;
}

static int
load(struct mk_gs1 *g, const char *path, struct mk_err *e)
{
	const char *p, *end, *lf;
	struct row r;
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

static const struct row *
find_row(const struct mk_gs1 *g, const char *ai)
{
	size_t i, n = strlen(ai);

	for (i = 0; i < g->n; i++)
		if (strlen(g->row[i].lo) == n && strcmp(g->row[i].lo, ai) <= 0 &&
		    strcmp(ai, g->row[i].hi) <= 0)
			return &g->row[i];
	return NULL;
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
check_component(const char *ai, const struct component *c, const char *s, size_t n,
	struct mk_err *e)
{
	mk_lint_fn *fn;
	const char *why;
	size_t i;

	for (i = 0; i < n; i++)
		if (!in_set(c->type, s[i]))
			return mk_err(e, MK_EDATA, "AI (%s): character %zu is not allowed here: "
				"only %s", ai, i + 1, c->type == 'N' ? "digits" : c->type == 'Y' ?
				"GS1 set 39" : c->type == 'X' ? "GS1 set 82" : "base64url");
	for (i = 0; i < c->lints; i++) {
		if ((fn = mk_lint_find(c->lint[i], c->nlint[i])) == NULL)
			return mk_err(e, MK_EDATA, "AI (%s): its check '%.*s' is not in this "
				"program, so it is refused", ai, (int)c->nlint[i], c->lint[i]);
		if ((why = fn(s, n)) != NULL)
			return mk_err(e, MK_EDATA, "AI (%s): '%.*s': %s (%.*s)", ai,
				(int)(n > 40 ? 40 : n), s, why, (int)c->nlint[i], c->lint[i]);
	}
	return 0;
}

static int
check_value(const struct row *r, const struct mk_gs1_element *el, struct mk_err *e)
{
	const char *s = el->val;
	size_t left = el->n, i, take;

	for (i = 0; i < r->n; i++) {
		const struct component *c = &r->c[i];

		if (left == 0 && c->optional)
			break;
		take = left < c->max ? left : c->max;
		if (take < c->min)
			return mk_err(e, MK_EDATA, "AI (%s): '%s' is too short", el->ai, el->val);
		if (check_component(el->ai, c, s, take, e) == -1)
			return -1;
		s += take;
		left -= take;
	}
	return left == 0 ? 0 : mk_err(e, MK_EDATA, "AI (%s): '%.60s' is too long by %zu", el->ai,
		el->val, left);
}

bool
mk_gs1_bracketed(const char *s, size_t n)
{
	const char *close = n > 3 && *s == '(' ? memchr(s, ')', n) : NULL;

	return close != NULL && is_ai(s + 1, (size_t)(close - s) - 1);
}

/* Undo \( and \\ of one value up to the next bracket; returns where it ends. */
static const char *
take_value(const char *p, const char *end, struct mk_buf *text, struct mk_err *e)
{
	for (; p < end && *p != '('; p++) {
		if (*p == '\\' && p + 1 < end && strchr("()\\", p[1]) != NULL)
			p++;
		if (mk_buf_addc(text, *p, e) == -1)
			return NULL;
	}
	return mk_buf_addc(text, '\0', e) == -1 ? NULL : p;
}

int
mk_gs1_parse(const struct mk_gs1 *g, const char *s, size_t n, struct mk_buf *text,
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX], struct mk_err *e)
{
	const char *p = s, *end = s + n, *close;
	const struct row *r;
	int i, count = 0;

	text->n = 0;
	/* values never outgrow the source, so that pointers into text stay */
	if (mk_buf_grow(text, n + MK_GS1_ELEMENTS_MAX, e) == -1)
		return -1;
	while (p < end) {
		struct mk_gs1_element *x = &el[count];

		close = *p == '(' ? memchr(p, ')', (size_t)(end - p)) : NULL;
		if (close == NULL || !is_ai(p + 1, (size_t)(close - p) - 1))
			return mk_err(e, MK_EDATA, "character %ld: no (AI) here: a bracket in a value "
				"is written \\(", (long)(p - s) + 1);
		if (count == MK_GS1_ELEMENTS_MAX)
			return mk_err(e, MK_EDATA, "over %d elements", MK_GS1_ELEMENTS_MAX);
		memset(x, 0, sizeof *x);
		memcpy(x->ai, p + 1, (size_t)(close - p) - 1);
		x->val = text->p + text->n;
		if ((p = take_value(close + 1, end, text, e)) == NULL)
			return -1;
		x->n = (size_t)(text->p + text->n - 1 - x->val);
		if ((r = find_row(g, x->ai)) == NULL)
			return mk_err(e, MK_EDATA, "(%s) is no GS1 application identifier", x->ai);
		x->sep = r->sep;
		if (check_value(r, x, e) == -1)
			return -1;
		for (i = 0; i < count; i++)
			if (strcmp(el[i].ai, x->ai) == 0 && strcmp(el[i].val, x->val) != 0)
				return mk_err(e, MK_EDATA, "(%s) is there twice with different "
					"values", x->ai);
		count++;
	}
	return count > 0 ? count : mk_err(e, MK_EDATA, "an empty element string");
}

int
mk_gs1_payload(const struct mk_gs1_element *el, int n, struct mk_buf *out, struct mk_err *e)
{
	int i;

	for (i = 0; i < n; i++)
		if (mk_buf_adds(out, el[i].ai, e) == -1 || mk_buf_add(out, el[i].val, el[i].n, e) == -1 ||
		    (el[i].sep && i + 1 < n && mk_buf_addc(out, MK_GS1_GS, e) == -1))
			return -1;
	return 0;
}
