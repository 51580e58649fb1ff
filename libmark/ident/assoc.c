/* Which GS1 elements can stand together, and what a lost separator hides. */
#include <string.h>

#include "ident/dict.h"

/* Whether an element but that of index `but` fits the pattern. */
static bool
is_there(const struct mk_gs1_element *el, int n, int but, const char *pattern, size_t len)
{
	int i;

	for (i = 0; i < n; i++)
		if (i != but && mk_dict_match(pattern, len, el[i].ai))
			return true;
	return false;
}

/* Whether all of a group such as 01+21 are there. */
static bool
group(const struct mk_gs1_element *el, int n, int but, const char *s, size_t len)
{
	const char *end = s + len, *ai;
	size_t k;

	while (mk_dict_piece(&s, end, '+', &ai, &k))
		if (!is_there(el, n, but, ai, k))
			return false;
	return true;
}

/* "01+21,02" as people read it: "(01) with (21), or (02)". */
static void
spell(const struct mk_dict_attr *a, char out[160])
{
	size_t i, n = 0;

	out[n++] = '(';
	for (i = 0; i < a->n && n < 140; i++) {
		const char *part = a->s[i] == '+' ? ") with (" : a->s[i] == ',' ? ") or (" : NULL;

		if (part == NULL) {
			out[n++] = a->s[i];
			continue;
		}
		memcpy(out + n, part, strlen(part));
		n += strlen(part);
	}
	memcpy(out + n, i < a->n ? ") …" : ")", i < a->n ? sizeof ") …" : 2);
}

static int
needs(const struct mk_gs1_element *el, int n, int i, const struct mk_dict_attr *a,
	struct mk_err *e)
{
	const char *s = a->s, *end = s + a->n, *g;
	char text[160];
	size_t k;

	while (mk_dict_piece(&s, end, ',', &g, &k))
		if (group(el, n, i, g, k))
			return 0;
	spell(a, text);
	return mk_err(e, MK_EDATA, "(%s) needs %s beside it", el[i].ai, text);
}

static int
excludes(const struct mk_gs1_element *el, int n, int i, const struct mk_dict_attr *a,
	struct mk_err *e)
{
	const char *s = a->s, *end = s + a->n, *p;
	size_t k;
	int x;

	while (mk_dict_piece(&s, end, ',', &p, &k))
		for (x = 0; x < n; x++)
			if (strcmp(el[x].ai, el[i].ai) != 0 && mk_dict_match(p, k, el[x].ai))
				return mk_err(e, MK_EDATA, "(%s) and (%s) exclude each other", el[i].ai,
					el[x].ai);
	return 0;
}

int
mk_gs1_whole(const struct mk_gs1 *g, const struct mk_gs1_element *el, int n, int *wrong,
	struct mk_err *e)
{
	const struct mk_dict_row *r;
	size_t k;
	int i;

	for (i = 0; i < n; i++) {
		if (wrong != NULL)
			*wrong = i;
		if ((r = mk_dict_row(g, el[i].ai, strlen(el[i].ai))) == NULL)
			return mk_err(e, MK_EDATA, "(%s) is no GS1 application identifier", el[i].ai);
		for (k = 0; k < r->attrs; k++)
			if ((r->attr[k].kind == MK_DICT_REQ && needs(el, n, i, &r->attr[k], e) == -1) ||
			    (r->attr[k].kind == MK_DICT_EX && excludes(el, n, i, &r->attr[k], e) == -1))
				return -1;
	}
	return 0;
}

/* The index of the element that begins behind byte `at`, where the one before it ends
 * and needs a separator; 0 if there is none. */
static int
behind(const struct mk_gs1_element *el, int n, const char *s, size_t len, size_t at)
{
	size_t pos = 0;
	int i;

	for (i = 0; i + 1 < n && pos < at; i++) {
		pos += strlen(el[i].ai) + el[i].n;
		if (pos == at)
			return el[i].sep ? i + 1 : 0;
		if (pos < len && s[pos] == MK_GS1_GS)
			pos++;
	}
	return 0;
}

static bool
convincing(const struct mk_gs1 *g, const struct mk_gs1_element *el, int i)
{
	const struct mk_dict_row *r = mk_dict_row(g, el[i].ai, strlen(el[i].ai));

	if (strcmp(el[i].ai, "21") == 0 && strcmp(el[i - 1].ai, "10") == 0)
		return true;
	return r != NULL && r->c[0].lints > 0;
}

/* Whether the payload with a separator put in at `at` is whole, and the element
 * behind it new; then it goes to out. */
static int
with_separator(const struct mk_gs1 *g, bool strong, const char *s, size_t n, size_t at,
	struct mk_buf *out, struct mk_err *e)
{
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf mended = {0}, text = {0};
	size_t wrong;
	int count, i, k, r = 0;

	if (mk_buf_add(&mended, s, at, e) == -1 || mk_buf_addc(&mended, MK_GS1_GS, e) == -1 ||
	    mk_buf_add(&mended, s + at, n - at, e) == -1) {
		r = -1;
		goto out;
	}
	count = mk_gs1_scan(g, mended.p, mended.n, &text, el, &wrong, e);
	if (count == -1 || mk_gs1_whole(g, el, count, NULL, e) == -1) {
		r = e->code == MK_EDATA ? 0 : -1;
		goto out;
	}
	i = behind(el, count, mended.p, mended.n, at);
	if (i == 0 || (strong && !convincing(g, el, i)))
		goto out;
	for (i = 0; i < count; i++)	/* an AI that was there already explains nothing */
		for (k = 0; k < i; k++)
			if (strcmp(el[i].ai, el[k].ai) == 0)
				goto out;
	if ((out->n > 0 && mk_buf_adds(out, " or ", e) == -1) ||
	    mk_gs1_bracket(el, count, out, e) == -1)
		r = -1;
	else
		r = 1;
out:
	mk_buf_clear(&mended);
	mk_buf_clear(&text);
	return r;
}

int
mk_gs1_lost(const struct mk_gs1 *g, bool strong, const char *s, size_t n,
	struct mk_buf *out, struct mk_err *e)
{
	struct mk_err why;
	size_t i;
	int r, found = 0;

	/* the AI behind it has two digits at least, its value one byte */
	for (i = 3; i + 3 <= n && found < 4; i++) {
		if (s[i] < '0' || s[i] > '9' || s[i - 1] == MK_GS1_GS || s[i] == MK_GS1_GS)
			continue;
		if ((r = with_separator(g, strong, s, n, i, out, &why)) == -1) {
			*e = why;
			return -1;
		}
		found += r;
	}
	return found;
}
