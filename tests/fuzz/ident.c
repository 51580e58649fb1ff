/* Identities: whatever is found to be a payload of a scheme has a form; the form has
 * a record; that record's payload has the same form again. The first byte chooses a
 * scheme (or none). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ident/check.h"
#include "ident/ident.h"
#include "ident/wedge.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define must(c) do { if (!(c)) abort(); } while (0)

static bool
same(const struct mk_buf *a, const struct mk_buf *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

/* A form that a record was made of: its payload's form makes the same record. */
static void
round_trip(const struct mk_gs1 *g, enum mk_scheme scheme, const struct mk_rec *rec)
{
	struct mk_buf code = {0}, form = {0}, line = {0}, line2 = {0};
	enum mk_scheme found;
	struct mk_rec again = {0};
	struct mk_err e;
	size_t at;

	must(mk_rec_bytes(rec, "code", &code, &e) == 1);
	must(mk_ident_parse(g, (int)scheme, false, code.p, code.n, &form, &found, &at, &e) == 1);
	must(found == scheme);
	must(mk_ident_set(&again, scheme, g, form.p, form.n, &e) == 0);
	must(mk_rec_line(rec, &line, &e) == 0 && mk_rec_line(&again, &line2, &e) == 0);
	must(same(&line, &line2));
	mk_rec_clear(&again);
	mk_buf_clear(&code);
	mk_buf_clear(&form);
	mk_buf_clear(&line);
	mk_buf_clear(&line2);
}

static void
payload(const struct mk_gs1 *g, int scheme, const char *s, size_t n)
{
	struct mk_buf form = {0}, quoted = {0};
	struct mk_rec rec = {0};
	enum mk_scheme found = MK_SCHEMES;
	struct mk_err e;
	size_t at = 0;
	int r = mk_ident_parse(g, scheme, false, s, n, &form, &found, &at, &e);

	must(r == 0 || found < MK_SCHEMES);
	must(at <= n + 1);
	if (r == -1)
		must(e.code == MK_EDATA && form.n == 0);
	if (r == 1) {
		must(mk_ident_set(&rec, found, g, form.p, form.n, &e) == 0);
		round_trip(g, found, &rec);
		must(mk_ident_quote(&quoted, found, s, n, &e) == 0 && quoted.n >= n);
	}
	mk_rec_clear(&rec);
	mk_buf_clear(&form);
	mk_buf_clear(&quoted);
}

static void
written(const struct mk_gs1 *g, enum mk_scheme scheme, const char *s, size_t n)
{
	struct mk_rec rec = {0};
	struct mk_err e;

	if (mk_ident_set(&rec, scheme, g, s, n, &e) == 0)
		round_trip(g, scheme, &rec);
	else
		must(e.code == MK_EDATA);
	mk_rec_clear(&rec);
}

/* A link that has GS1 elements, and elements that have a link; the same of EPCs. */
static void
links(const struct mk_gs1 *g, const char *s, size_t n)
{
	static const char *const prefixes[] = { "0614141", "95212", "" };
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf form = {0}, text = {0}, uri = {0}, back = {0}, again = {0};
	struct mk_err e;
	int count = mk_gs1_parse(g, s, n, &text, el, &e);

	if (count > 0 && mk_gs1_link(g, el, count, NULL, &uri, &e) == 0) {
		must(mk_gs1_unlink(g, uri.p, uri.n, &form, &e) == 1);
		must((count = mk_gs1_parse(g, form.p, form.n, &text, el, &e)) > 0);
		must(mk_gs1_link(g, el, count, NULL, &again, &e) == 0 && same(&uri, &again));
	}
	uri.n = again.n = 0;
	if (count > 0 && mk_gs1_epc(el, count, prefixes, 3, &uri, &e) == 1) {
		must(mk_gs1_unepc(uri.p, uri.n, &back, &e) == 0);
		must((count = mk_gs1_parse(g, back.p, back.n, &text, el, &e)) > 0);
		must(mk_gs1_epc(el, count, prefixes, 3, &again, &e) == 1 && same(&uri, &again));
	}
	mk_buf_clear(&form);
	mk_buf_clear(&text);
	mk_buf_clear(&uri);
	mk_buf_clear(&back);
	mk_buf_clear(&again);
}

static void
checks(const char *s, size_t n)
{
	struct mk_buf whole = {0};
	struct mk_err e;
	int alg;

	for (alg = 0; mk_check_name(alg) != NULL; alg++) {
		whole.n = 0;
		if (mk_check_complete(alg, s, n, &whole, &e) == 0)
			must(mk_check_verify(alg, whole.p, whole.n, NULL, &e) == 1);
		else
			must(e.code == MK_EDATA && whole.n == 0);
		whole.n = 0;
		(void)mk_check_verify(alg, s, n, &whole, &e);
	}
	mk_buf_clear(&whole);
}

/* A line never grows; what is clean stays so, but for what a prefix hid. */
static void
wedge(const char *s, size_t n)
{
	struct mk_buf out = {0};
	struct mk_err e;
	char aim[3];
	int i, r;

	must(mk_wedge_clean(s, n, &out, aim, &e) == 0 && out.n <= n);
	for (i = 0; mk_wedge_keyboard(i) != NULL; i++) {
		out.n = 0;
		r = mk_wedge_retype(i, s, n, &out, &e);
		must(r == 1 ? out.n > 0 && out.n <= n : r == 0 && out.n == 0);
	}
	mk_buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct mk_gs1 *g;	/* kept from one input to the next */
	struct mk_buf lost = {0};
	struct mk_err e;
	const char *s = (const char *)p + 1;
	int scheme;

	if (g == NULL)
		must(mk_gs1_load(&g, NULL, &e) == 0);
	if (n == 0)
		return 0;
	scheme = (p[0] & 15) < MK_SCHEMES ? p[0] & 15 : -1;
	n--;
	payload(g, scheme, s, n);
	written(g, scheme == -1 ? mk_scheme_of(s, n) : (enum mk_scheme)scheme, s, n);
	links(g, s, n);
	checks(s, n);
	wedge(s, n);
	must(mk_gs1_lost(g, false, s, n, &lost, &e) >= 0);
	mk_buf_clear(&lost);
	return 0;
}
