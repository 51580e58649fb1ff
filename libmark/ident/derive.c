/* Fields that follow from an identity, and the scheme gs1 itself. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ident/dict.h"
#include "ident/scheme.h"

int
mk_ident_derive(struct mk_rec *rec, const char *key, const char *val, size_t n, struct mk_err *e)
{
	return mk_ident_derive_day(rec, key, val, n, val, n, e);
}

int
mk_ident_derive_day(struct mk_rec *rec, const char *key, const char *day, size_t n,
	const char *raw, size_t nraw, struct mk_err *e)
{
	struct mk_buf old = {0};
	int r = mk_rec_bytes(rec, key, &old, e);

	if (r == 1 && !(old.n == n && memcmp(old.p, day, n) == 0) &&
	    !(old.n == nraw && memcmp(old.p, raw, nraw) == 0))
		r = mk_err(e, MK_EDATA, "field %s is '%.*s', but the id says '%.*s'", key,
			(int)(old.n > 60 ? 60 : old.n), old.p, (int)(n > 60 ? 60 : n), day);
	else if (r == 0)
		r = mk_rec_set(rec, key, day, n, e);
	mk_buf_clear(&old);
	return r == -1 ? -1 : 0;
}

int
mk_ident_this_year(int *year, struct mk_err *e)
{
	struct mk_buf b = {0};
	struct mk_time now;
	int r;

	if (mk_time_now(&now, e) == -1)
		return -1;
	if ((r = mk_time_codes(&now, "%Y", 2, &b, e)) == 0)
		*year = (b.p[0] - '0') * 1000 + (b.p[1] - '0') * 100 + (b.p[2] - '0') * 10 +
			b.p[3] - '0';
	mk_buf_clear(&b);
	return r;
}

/* ---- what GS1 elements hold ---- */

static const struct {
	const char *ai, *key;
	enum { TEXT, DAY, LAST_DAY } as;
} names[] = {
	{ "00", "sscc", TEXT }, { "01", "gtin", TEXT }, { "10", "lot", TEXT },
	{ "11", "made", DAY }, { "12", "due", LAST_DAY }, { "13", "packed", DAY },
	{ "15", "best", LAST_DAY }, { "16", "sellby", LAST_DAY }, { "17", "expiry", LAST_DAY },
	{ "21", "sn", TEXT }, { "8003", "grai", TEXT }, { "8004", "giai", TEXT },
	{ "8006", "itip", TEXT }, { "8010", "cpid", TEXT }, { "8011", "cpsn", TEXT }
};

static int
derive_day(struct mk_rec *rec, const char *key, const struct mk_gs1_element *el, bool last,
	struct mk_err *e)
{
	struct mk_buf day = {0};
	int year, r = mk_ident_this_year(&year, e);

	if (r == 0)
		r = mk_gs1_day(el->val, year, last, &day, e);
	if (r == 0)
		r = mk_ident_derive_day(rec, key, day.p, day.n, el->val, el->n, e);
	mk_buf_clear(&day);
	return r;
}

int
mk_ident_derive_gs1(struct mk_rec *rec, const struct mk_gs1_element *el, int n,
	struct mk_err *e)
{
	char other[8];
	size_t k;
	int i, r;

	for (i = 0; i < n; i++) {
		for (k = 0; k < sizeof names / sizeof *names; k++)
			if (strcmp(names[k].ai, el[i].ai) == 0)
				break;
		if (k == sizeof names / sizeof *names) {
			(void)snprintf(other, sizeof other, "ai%.4s", el[i].ai);
			r = mk_ident_derive(rec, other, el[i].val, el[i].n, e);
		} else if (names[k].as == TEXT)
			r = mk_ident_derive(rec, names[k].key, el[i].val, el[i].n, e);
		else
			r = derive_day(rec, names[k].key, &el[i], names[k].as == LAST_DAY, e);
		if (r == -1)
			return -1;
	}
	return 0;
}

/* ---- the scheme ---- */

static int
set_gs1(struct mk_rec *rec, const struct mk_gs1 *g, const char *id, size_t n, struct mk_err *e)
{
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf text = {0}, out = {0};
	int r = -1, count = mk_gs1_parse(g, id, n, &text, el, e);

	if (count == -1 || mk_gs1_whole(g, el, count, NULL, e) == -1 ||
	    mk_gs1_bracket(el, count, &out, e) == -1 ||
	    mk_ident_derive(rec, "id", out.p, out.n, e) == -1)
		goto out;
	out.n = 0;
	if (mk_gs1_payload(el, count, &out, e) == -1 ||
	    mk_ident_derive(rec, "code", out.p, out.n, e) == -1)
		goto out;
	out.n = 0;
	if (mk_gs1_text(el, count, &out, e) == 0 &&
	    mk_ident_derive(rec, "hri", out.p, out.n, e) == 0)
		r = mk_ident_derive_gs1(rec, el, count, e);
out:
	mk_buf_clear(&text);
	mk_buf_clear(&out);
	return r;
}

/* Whether a payload of which nothing else is known is surely GS1: it has a key with
 * a check digit that is right, or a separator. */
static bool
sure(const struct mk_gs1 *g, const char *s, size_t n)
{
	static const char *const ais[] = { "01", "00", "8003", "8006", "8017", "8018", "253", "414" };
	const struct mk_dict_row *r;
	struct mk_gs1_element el;
	struct mk_err no;
	char val[24];
	size_t i, len, at;

	if (memchr(s, MK_GS1_GS, n) != NULL)
		return true;
	for (i = 0; i < sizeof ais / sizeof *ais; i++) {
		len = strlen(ais[i]);
		if (n < len || memcmp(s, ais[i], len) != 0 || (r = mk_dict_row(g, ais[i], len)) == NULL)
			continue;
		memset(&el, 0, sizeof el);
		memcpy(el.ai, ais[i], len);
		el.n = r->min < sizeof val ? r->min : 0;	/* the part that must be there */
		if (n - len < el.n || memchr(s + len, '\0', el.n) != NULL)
			return false;
		memcpy(val, s + len, el.n);
		val[el.n] = '\0';
		el.val = val;
		return mk_dict_check(r, &el, &at, &no) == 0;
	}
	return false;
}

static int
parse_gs1(const struct mk_gs1 *g, const char *s, size_t n, struct mk_buf *form, size_t *at,
	struct mk_err *e)
{
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf text = {0};
	int i, count, wrong, r = -1;

	if (n > 0 && s[0] == MK_GS1_GS) {	/* some readers send the FNC1 in front */
		s++;
		n--;
	}
	if (mk_gs1_bracketed(s, n))
		count = mk_gs1_parse(g, s, n, &text, el, e);
	else
		count = mk_gs1_scan(g, s, n, &text, el, at, e);
	if (count == -1)
		goto out;
	if (mk_gs1_whole(g, el, count, &wrong, e) == -1) {
		for (*at = 0, i = 0; i < wrong; i++)
			*at += strlen(el[i].ai) + el[i].n + el[i].sep;
		goto out;
	}
	r = mk_gs1_bracket(el, count, form, e) == -1 ? -1 : 1;
out:
	mk_buf_clear(&text);
	return r;
}

/* What is not surely GS1 is left to other schemes. */
static int
find_gs1(const struct mk_gs1 *g, bool known, const char *s, size_t n, struct mk_buf *form,
	size_t *at, struct mk_err *e)
{
	int r;

	if (n > 11 && memcmp(s, "urn:epc:id:", 11) == 0) {
		struct mk_buf b = {0};

		*at = 11;
		r = mk_gs1_unepc(s, n, &b, e);
		if (r == 0)
			r = parse_gs1(g, b.p, b.n, form, at, e);
		mk_buf_clear(&b);
		return r;
	}
	if (!known && n > 0 && *s != MK_GS1_GS && !mk_gs1_bracketed(s, n) && !sure(g, s, n))
		return 0;
	return parse_gs1(g, s, n, form, at, e);
}

const struct mk_scheme_def mk_scheme_gs1 = { "gs1", "()\\", true, set_gs1, find_gs1 };
