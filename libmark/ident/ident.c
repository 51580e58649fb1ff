#include "ident/ident.h"

#include <stdio.h>
#include <string.h>

static const char *const schemes[] = { "plain", "gs1" };

int
mk_scheme_find(const char *name)
{
	int i;

	for (i = 0; i < (int)(sizeof schemes / sizeof *schemes); i++)
		if (strcmp(name, schemes[i]) == 0)
			return i;
	return -1;
}

enum mk_scheme
mk_scheme_of(const char *id, size_t n)
{
	return mk_gs1_bracketed(id, n) ? MK_SCHEME_GS1 : MK_SCHEME_PLAIN;
}

int
mk_ident_quote(struct mk_buf *out, enum mk_scheme scheme, const char *s, size_t n,
	struct mk_err *e)
{
	size_t i;

	if (scheme != MK_SCHEME_GS1)
		return mk_buf_add(out, s, n, e);
	for (i = 0; i < n; i++)
		if ((s[i] != '\0' && strchr("()\\", s[i]) != NULL && mk_buf_addc(out, '\\', e) == -1) ||
		    mk_buf_addc(out, s[i], e) == -1)
			return -1;
	return 0;
}

/* Set a field that follows from the id; one that is there must say the same. */
static int
derive(struct mk_rec *rec, const char *key, const char *val, size_t n, struct mk_err *e)
{
	struct mk_buf old = {0};
	int r = mk_rec_bytes(rec, key, &old, e);

	if (r == 1 && (old.n != n || memcmp(old.p, val, n) != 0))
		r = mk_err(e, MK_EDATA, "field %s is '%.*s', but the id says '%.*s'", key,
			(int)(old.n > 60 ? 60 : old.n), old.p, (int)(n > 60 ? 60 : n), val);
	else if (r == 0)
		r = mk_rec_set(rec, key, val, n, e);
	mk_buf_clear(&old);
	return r == -1 ? -1 : 0;
}

static int
derive_element(struct mk_rec *rec, const struct mk_gs1_element *el, struct mk_err *e)
{
	static const struct {
		const char *ai, *key;
	} names[] = {
		{ "00", "sscc" }, { "01", "gtin" }, { "10", "lot" }, { "11", "made" },
		{ "17", "expiry" }, { "21", "sn" }, { "8003", "grai" }, { "8004", "giai" },
		{ "8006", "itip" }, { "8010", "cpid" }, { "8011", "cpsn" }
	};
	char key[8];
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].ai, el->ai) == 0)
			return derive(rec, names[i].key, el->val, el->n, e);
	(void)snprintf(key, sizeof key, "ai%.4s", el->ai);
	return derive(rec, key, el->val, el->n, e);
}

static int
set_gs1(struct mk_rec *rec, const struct mk_gs1 *g, const char *id, size_t n, struct mk_err *e)
{
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf text = {0}, out = {0};
	int i, r = -1, count = mk_gs1_parse(g, id, n, &text, el, e);

	if (count == -1 || mk_gs1_payload(el, count, &out, e) == -1 ||
	    derive(rec, "code", out.p, out.n, e) == -1)
		goto out;
	out.n = 0;
	for (i = 0; i < count; i++)	/* the human-readable text brackets the AIs */
		if (mk_buf_addf(&out, e, "(%s)%s", el[i].ai, el[i].val) == -1)
			goto out;
	if (derive(rec, "hri", out.p, out.n, e) == -1)
		goto out;
	for (i = 0; i < count; i++)
		if (derive_element(rec, &el[i], e) == -1)
			goto out;
	r = 0;
out:
	mk_buf_clear(&text);
	mk_buf_clear(&out);
	return r;
}

int
mk_ident_set(struct mk_rec *rec, enum mk_scheme scheme, const struct mk_gs1 *g,
	const char *id, size_t n, struct mk_err *e)
{
	if (n == 0)
		return mk_err(e, MK_EDATA, "an empty id");
	if (derive(rec, "id", id, n, e) == -1)
		return -1;
	if (scheme == MK_SCHEME_GS1)
		return set_gs1(rec, g, id, n, e);
	if (derive(rec, "code", id, n, e) == -1)
		return -1;
	return derive(rec, "hri", id, n, e);
}
