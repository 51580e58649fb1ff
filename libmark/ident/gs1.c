#include "ident/gs1.h"

#include <string.h>

#include "ident/dict.h"

bool
mk_gs1_bracketed(const char *s, size_t n)
{
	const char *close = n > 3 && *s == '(' ? memchr(s, ')', n) : NULL;

	return close != NULL && mk_dict_is_ai(s + 1, (size_t)(close - s) - 1);
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

/* Element i is filled in: check it by its row, and against those before it. Where
 * part of a value is not known, what is said of it cannot be checked. */
static int
settle(const struct mk_dict_row *r, struct mk_gs1_element *el, int i, bool part, size_t *at,
	struct mk_err *e)
{
	int k;

	el[i].sep = r->sep;
	if (part && memchr(el[i].val, MK_GS1_UNKNOWN, el[i].n) != NULL)
		return 0;
	if (mk_dict_check(r, &el[i], at, e) == -1)
		return -1;
	for (k = 0; k < i; k++)
		if (strcmp(el[k].ai, el[i].ai) == 0 && strcmp(el[k].val, el[i].val) != 0)
			return mk_err(e, MK_EDATA, "(%s) is there twice with different values",
				el[i].ai);
	return 0;
}

static int
begin(struct mk_buf *text, size_t n, struct mk_err *e)
{
	text->n = 0;
	/* values never outgrow the source, so that pointers into text stay */
	return mk_buf_grow(text, n + MK_GS1_ELEMENTS_MAX, e);
}

static int
parse(const struct mk_gs1 *g, bool part, const char *s, size_t n, struct mk_buf *text,
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX], struct mk_err *e)
{
	const char *p = s, *end = s + n, *close;
	const struct mk_dict_row *r;
	size_t at;
	int count;

	if (begin(text, n, e) == -1)
		return -1;
	for (count = 0; p < end; count++) {
		struct mk_gs1_element *x = &el[count];

		close = *p == '(' ? memchr(p, ')', (size_t)(end - p)) : NULL;
		if (close == NULL || !mk_dict_is_ai(p + 1, (size_t)(close - p) - 1))
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
		if ((r = mk_dict_row(g, x->ai, strlen(x->ai))) == NULL)
			return mk_err(e, MK_EDATA, "(%s) is no GS1 application identifier", x->ai);
		if (settle(r, el, count, part, &at, e) == -1)
			return -1;
	}
	return count > 0 ? count : mk_err(e, MK_EDATA, "an empty element string");
}

int
mk_gs1_parse(const struct mk_gs1 *g, const char *s, size_t n, struct mk_buf *text,
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX], struct mk_err *e)
{
	return parse(g, false, s, n, text, el, e);
}

int
mk_gs1_known(const struct mk_gs1 *g, const char *s, size_t n, struct mk_err *e)
{
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf text = {0};
	int count = parse(g, true, s, n, &text, el, e);

	if (count != -1)
		count = mk_gs1_whole(g, el, count, NULL, e);
	mk_buf_clear(&text);
	return count == -1 ? -1 : 0;
}

/* The row whose AI the payload goes on with, and the AI's length. */
static const struct mk_dict_row *
next_row(const struct mk_gs1 *g, const char *p, const char *end, size_t *len)
{
	const struct mk_dict_row *r;

	for (*len = 2; *len <= 4 && (size_t)(end - p) >= *len; ++*len)
		if ((r = mk_dict_row(g, p, *len)) != NULL)
			return r;
	return NULL;
}

int
mk_gs1_scan(const struct mk_gs1 *g, const char *s, size_t n, struct mk_buf *text,
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX], size_t *at, struct mk_err *e)
{
	const char *p = s, *end = s + n, *stop;
	const struct mk_dict_row *r;
	size_t len, in;
	int count;

	if (begin(text, n, e) == -1)
		return -1;
	for (count = 0; p < end; count++) {
		struct mk_gs1_element *x = &el[count];

		*at = (size_t)(p - s);
		if (count == MK_GS1_ELEMENTS_MAX)
			return mk_err(e, MK_EDATA, "over %d elements", MK_GS1_ELEMENTS_MAX);
		if ((r = next_row(g, p, end, &len)) == NULL)
			return mk_err(e, MK_EDATA, "byte %zu: no GS1 application identifier begins "
				"here", *at + 1);
		memset(x, 0, sizeof *x);
		memcpy(x->ai, p, len);
		p += len;
		if ((stop = memchr(p, MK_GS1_GS, (size_t)(end - p))) == NULL)
			stop = end;
		if (!r->sep && (size_t)(stop - p) > r->max)
			stop = p + r->max;
		x->n = (size_t)(stop - p);
		x->val = text->p + text->n;
		if (mk_buf_add(text, p, x->n, e) == -1 || mk_buf_addc(text, '\0', e) == -1)
			return -1;
		if (settle(r, el, count, false, &in, e) == -1) {
			*at = (size_t)(p - s) + in;
			return -1;
		}
		p = stop;
		if (p < end && *p == MK_GS1_GS)
			p++;
	}
	*at = n;
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

int
mk_gs1_bracket(const struct mk_gs1_element *el, int n, struct mk_buf *out, struct mk_err *e)
{
	size_t k;
	int i;

	for (i = 0; i < n; i++) {
		if (mk_buf_addf(out, e, "(%s)", el[i].ai) == -1)
			return -1;
		for (k = 0; k < el[i].n; k++)
			if ((strchr("()\\", el[i].val[k]) != NULL && mk_buf_addc(out, '\\', e) == -1) ||
			    mk_buf_addc(out, el[i].val[k], e) == -1)
				return -1;
	}
	return 0;
}

int
mk_gs1_text(const struct mk_gs1_element *el, int n, struct mk_buf *out, struct mk_err *e)
{
	int i;

	for (i = 0; i < n; i++)
		if (mk_buf_addf(out, e, "(%s)%s", el[i].ai, el[i].val) == -1)
			return -1;
	return 0;
}

int
mk_gs1_year(int yy, int now)
{
	int year = now - now % 100 + yy;

	if (year - now >= 51)
		return year - 100;
	return year - now <= -50 ? year + 100 : year;
}

int
mk_gs1_day(const char *s, int now, bool last, struct mk_buf *out, struct mk_err *e)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year = mk_gs1_year((s[0] - '0') * 10 + s[1] - '0', now);
	int month = (s[2] - '0') * 10 + s[3] - '0', day = (s[4] - '0') * 10 + s[5] - '0';

	if (day == 0 && !last)
		return mk_buf_addf(out, e, "%04d-%02d", year, month);
	if (day == 0)
		day = days[month - 1] + (month == 2 && year % 4 == 0 &&
			(year % 100 != 0 || year % 400 == 0));
	return mk_buf_addf(out, e, "%04d-%02d-%02d", year, month, day);
}
