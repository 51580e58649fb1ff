#include "ident/ident.h"

#include <string.h>

#include "ident/check.h"
#include "ident/scheme.h"

int
mk_ident_derive_text(struct mk_rec *rec, const char *s, size_t n, struct mk_err *e)
{
	if (mk_ident_derive(rec, "id", s, n, e) == -1 || mk_ident_derive(rec, "code", s, n, e) == -1)
		return -1;
	return mk_ident_derive(rec, "hri", s, n, e);
}

/* ---- plain, and things ---- */

static int
set_plain(struct mk_rec *rec, const struct mk_gs1 *g, const char *s, size_t n, struct mk_err *e)
{
	(void)g;
	return mk_ident_derive_text(rec, s, n, e);
}

static int
parse_plain(const struct mk_gs1 *g, bool sure, const char *s, size_t n, struct mk_buf *form,
	size_t *at, struct mk_err *e)
{
	(void)g;
	(void)sure;
	*at = 0;
	return n == 0 ? 0 : mk_buf_add(form, s, n, e) == -1 ? -1 : 1;
}

/* The length of the kind of "kind:name", 0 if it is none. */
static size_t
kind(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && i <= 32; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (i > 0 && s[i] >= '0' && s[i] <= '9')))
			break;
	if (i == 0 || i > 32 || n - i < 2 || s[i] != ':' || s[i + 1] == '/')
		return 0;
	return i;
}

static int
no_thing(const char *s, size_t n, struct mk_err *e)
{
	return mk_err(e, MK_EDATA, "'%.*s': a thing is kind:name, the kind of a-z and 0-9",
		(int)(n > 40 ? 40 : n), s);
}

static int
parse_thing(const struct mk_gs1 *g, bool sure, const char *s, size_t n, struct mk_buf *form,
	size_t *at, struct mk_err *e)
{
	*at = 0;
	if (kind(s, n) == 0)
		return sure ? no_thing(s, n, e) : 0;
	return parse_plain(g, sure, s, n, form, at, e);
}

static int
set_thing(struct mk_rec *rec, const struct mk_gs1 *g, const char *s, size_t n, struct mk_err *e)
{
	(void)g;
	if (kind(s, n) == 0)
		return no_thing(s, n, e);
	return mk_ident_derive_text(rec, s, n, e);
}

/* ---- links: IEC 61406 ---- */

#define LINK_MAX 255

static bool
starts(const char *s, size_t n, const char *with)
{
	size_t len = strlen(with);

	return n > len && memcmp(s, with, len) == 0;
}

/* Characters of a URI (RFC 3986), after the scheme. */
static int
check_link(const char *s, size_t n, size_t *at, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] >= 0x7f || strchr("\"<>\\^`{|}", s[i]) != NULL) {
			*at = i;
			return mk_err(e, MK_EDATA, "character %zu cannot be in a link: write it as "
				"%%%02X", i + 1, (unsigned char)s[i]);
		}
	*at = LINK_MAX;
	return n <= LINK_MAX ? 0 : mk_err(e, MK_EDATA, "a link of %zu characters: at most %d (IEC "
		"61406)", n, LINK_MAX);
}

/* The elements of a link that is a GS1 Digital Link: their number, or 0. */
static int
digital(const struct mk_gs1 *g, const char *s, size_t n, struct mk_buf *text,
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX], struct mk_err *e)
{
	struct mk_buf gs1 = {0};
	int count = g == NULL ? 0 : mk_gs1_unlink(g, s, n, &gs1, e);

	if (count == 1)
		count = mk_gs1_parse(g, gs1.p, gs1.n, text, el, e);
	if (count > 0 && mk_gs1_whole(g, el, count, NULL, e) == -1)
		count = -1;
	mk_buf_clear(&gs1);
	return count == -1 ? mk_err_at(e, "the Digital Link") : count;
}

static int
no_link(const char *s, size_t n, struct mk_err *e)
{
	return mk_err(e, MK_EDATA, "'%.*s': a link begins with https://", (int)(n > 40 ? 40 : n), s);
}

static int
parse_link(const struct mk_gs1 *g, bool sure, const char *s, size_t n, struct mk_buf *form,
	size_t *at, struct mk_err *e)
{
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf text = {0};
	int r;

	*at = 0;
	if (!starts(s, n, "https://") && !starts(s, n, "http://"))
		return sure ? no_link(s, n, e) : 0;
	if (check_link(s, n, at, e) == -1)
		return -1;
	*at = 0;
	r = digital(g, s, n, &text, el, e);	/* one that is wrong is told */
	mk_buf_clear(&text);
	return r == -1 || mk_buf_add(form, s, n, e) == -1 ? -1 : 1;
}

static int
set_link(struct mk_rec *rec, const struct mk_gs1 *g, const char *s, size_t n, struct mk_err *e)
{
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf text = {0};
	size_t at;
	int r;

	if (!starts(s, n, "https://") && !starts(s, n, "http://"))
		return no_link(s, n, e);
	if (check_link(s, n, &at, e) == -1 || mk_ident_derive_text(rec, s, n, e) == -1)
		return -1;
	r = digital(g, s, n, &text, el, e);
	if (r > 0)
		r = mk_ident_derive_gs1(rec, el, r, e);
	mk_buf_clear(&text);
	return r;
}

/* ---- SEMI T7: 8 characters, 2 of the vendor, 2 check characters ---- */

static int
check_semi(const char *s, size_t n, size_t *at, struct mk_err *e)
{
	struct mk_buf want = {0};
	int r;

	*at = n < 12 ? n : 12;
	if (n != 12)
		return mk_err(e, MK_EDATA, "%zu characters: SEMI T7 has 12", n);
	*at = 10;
	r = mk_check_verify(mk_check_find("semi"), s, n, &want, e);
	if (r == 0)
		mk_err(e, MK_EDATA, "the check characters are %.2s, they should be %.2s", s + 10,
			want.p);
	mk_buf_clear(&want);
	return r == 1 ? 0 : -1;
}

/* Few texts of 12 characters pass the check by chance; those that end like one and
 * do not pass are no less likely something else. */
static int
parse_semi(const struct mk_gs1 *g, bool sure, const char *s, size_t n, struct mk_buf *form,
	size_t *at, struct mk_err *e)
{
	(void)g;
	if (sure && check_semi(s, n, at, e) == -1)
		return -1;
	if (n != 12 || s[10] < 'A' || s[10] > 'H' || s[11] < '0' || s[11] > '7' ||
	    check_semi(s, n, at, e) == -1)
		return 0;
	return mk_buf_add(form, s, n, e) == -1 ? -1 : 1;
}

static int
set_semi(struct mk_rec *rec, const struct mk_gs1 *g, const char *s, size_t n, struct mk_err *e)
{
	size_t at;

	(void)g;
	if (check_semi(s, n, &at, e) == -1 || mk_ident_derive_text(rec, s, n, e) == -1 ||
	    mk_ident_derive(rec, "sn", s, 8, e) == -1)
		return -1;
	return mk_ident_derive(rec, "vendor", s + 8, 2, e);
}

/* ---- all of them ---- */

static const struct mk_scheme_def
	scheme_plain = { "plain", "", false, set_plain, parse_plain },
	scheme_link = { "link", "", true, set_link, parse_link },
	scheme_semi = { "semi", "", false, set_semi, parse_semi },
	scheme_thing = { "thing", "", false, set_thing, parse_thing };

static const struct mk_scheme_def *const schemes[MK_SCHEMES] = {
	&scheme_plain, &mk_scheme_gs1, &mk_scheme_iso15434, &mk_scheme_aiag, &mk_scheme_iuid,
	&mk_scheme_hibc, &scheme_link, &scheme_semi, &scheme_thing
};

int
mk_scheme_find(const char *name)
{
	int i;

	for (i = 0; i < MK_SCHEMES; i++)
		if (strcmp(name, schemes[i]->name) == 0)
			return i;
	return -1;
}

const char *
mk_scheme_name(enum mk_scheme scheme)
{
	return schemes[scheme]->name;
}

bool
mk_scheme_needs_gs1(enum mk_scheme scheme)
{
	return schemes[scheme]->gs1;
}

enum mk_scheme
mk_scheme_of(const char *id, size_t n)
{
	if (mk_gs1_bracketed(id, n))
		return MK_SCHEME_GS1;
	if (n > 4 && *id == '[' && id[3] == ']' && (memcmp(id, "[05]", 4) == 0 ||
	    memcmp(id, "[06]", 4) == 0 || memcmp(id, "[12]", 4) == 0))
		return MK_SCHEME_ISO15434;
	if (starts(id, n, "https://") || starts(id, n, "http://"))
		return MK_SCHEME_LINK;
	return kind(id, n) > 0 ? MK_SCHEME_THING : MK_SCHEME_PLAIN;
}

int
mk_ident_quote(struct mk_buf *out, enum mk_scheme scheme, const char *s, size_t n,
	struct mk_err *e)
{
	const char *special = schemes[scheme]->quote;
	size_t i;

	if (*special == '\0')
		return mk_buf_add(out, s, n, e);
	for (i = 0; i < n; i++)
		if ((s[i] != '\0' && strchr(special, s[i]) != NULL && mk_buf_addc(out, '\\', e) == -1) ||
		    mk_buf_addc(out, s[i], e) == -1)
			return -1;
	return 0;
}

int
mk_ident_set(struct mk_rec *rec, enum mk_scheme scheme, const struct mk_gs1 *g,
	const char *id, size_t n, struct mk_err *e)
{
	if (n == 0)
		return mk_err(e, MK_EDATA, "an empty id");
	return schemes[scheme]->set(rec, g, id, n, e);
}

int
mk_ident_parse(const struct mk_gs1 *g, int scheme, bool fnc1, const char *s, size_t n,
	struct mk_buf *form, enum mk_scheme *found, size_t *at, struct mk_err *e)
{
	/* those whose look tells most first; aiag is found as iso15434 */
	static const enum mk_scheme order[] = { MK_SCHEME_IUID, MK_SCHEME_ISO15434, MK_SCHEME_LINK,
		MK_SCHEME_HIBC, MK_SCHEME_GS1, MK_SCHEME_SEMI, MK_SCHEME_THING, MK_SCHEME_PLAIN };
	size_t i;
	int r;

	*at = 0;
	if (fnc1 && scheme == -1)
		scheme = MK_SCHEME_GS1;
	if (scheme != -1) {
		*found = (enum mk_scheme)scheme;
		return schemes[scheme]->parse(g, true, s, n, form, at, e);
	}
	for (i = 0; i < sizeof order / sizeof *order; i++) {
		*found = order[i];
		if (schemes[order[i]]->gs1 && g == NULL)
			continue;
		if ((r = schemes[order[i]]->parse(g, false, s, n, form, at, e)) != 0)
			return r;
	}
	return mk_err(e, MK_EDATA, "an empty payload");
}

int
mk_ident_known(enum mk_scheme scheme, const struct mk_gs1 *g, const char *s, size_t n,
	struct mk_err *e)
{
	struct mk_buf known = {0};
	size_t at;
	int r = 0;

	if (scheme == MK_SCHEME_GS1)
		return mk_gs1_known(g, s, n, e);
	if (scheme != MK_SCHEME_LINK)
		return 0;
	if ((r = mk_buf_add(&known, s, n, e)) == 0) {
		for (at = 0; at < n; at++)
			if (s[at] == MK_GS1_UNKNOWN)
				known.p[at] = '-';
		r = check_link(known.p, n, &at, e);
	}
	mk_buf_clear(&known);
	return r;
}
