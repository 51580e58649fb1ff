/* The schemes that are written as ISO/IEC 15434 envelopes: iso15434 itself, aiag,
 * and iuid, the item unique identification of MIL-STD-130. */
#include <string.h>

#include "ident/envelope.h"
#include "ident/scheme.h"

#define UII_MAX 50

/* ---- iso15434 ---- */

static int
set_as(struct mk_rec *rec, const struct mk_envelope *v, const char *id, size_t n,
	struct mk_err *e)
{
	struct mk_buf out = {0};
	int r = -1;

	if (mk_ident_derive(rec, "id", id, n, e) == -1 || mk_envelope_payload(v, &out, e) == -1 ||
	    mk_ident_derive(rec, "code", out.p, out.n, e) == -1)
		goto out;
	out.n = 0;
	if (mk_envelope_text(v, &out, e) == 0 && mk_ident_derive(rec, "hri", out.p, out.n, e) == 0)
		r = mk_envelope_derive(rec, v, e);
out:
	mk_buf_clear(&out);
	return r;
}

static int
set_envelope(struct mk_rec *rec, const struct mk_gs1 *g, const char *s, size_t n,
	struct mk_err *e)
{
	struct mk_envelope v = {0};
	struct mk_buf form = {0};
	int r = mk_envelope_parse(&v, g, s, n, e);

	if (r == 0)
		r = mk_envelope_form(&v, &form, e);
	if (r == 0)
		r = set_as(rec, &v, form.p, form.n, e);
	mk_envelope_clear(&v);
	mk_buf_clear(&form);
	return r;
}

static int
parse_envelope(const struct mk_gs1 *g, bool sure, const char *s, size_t n, struct mk_buf *form,
	size_t *at, struct mk_err *e)
{
	struct mk_envelope v = {0};
	int r;

	if (!sure && !mk_envelope_looks(s, n))
		return 0;
	r = mk_envelope_scan(&v, g, s, n, at, e);
	if (r == 0)
		r = mk_envelope_form(&v, form, e);
	mk_envelope_clear(&v);
	return r == -1 ? -1 : 1;
}

/* ---- aiag: part, supplier and trace number in format 06 ---- */

static const struct mk_envelope_element *
any(const struct mk_envelope *v, const char *const ids[])
{
	const struct mk_envelope_element *x = NULL;
	size_t i;

	for (i = 0; ids[i] != NULL && x == NULL; i++)
		x = mk_envelope_get(v, NULL, ids[i]);
	return x;
}

static int
check_aiag(const struct mk_envelope *v, struct mk_err *e)
{
	static const char *const part[] = { "P", "1P", "30P", NULL };
	static const char *const supplier[] = { "12V", "V", "1V", "17V", "18V", "3V", NULL };
	static const char *const trace[] = { "1T", "T", "30T", "S", "25S", NULL };
	int i;

	for (i = 0; i < v->n; i++)
		if (strcmp(v->el[i].format, "06") != 0)
			return mk_err(e, MK_EDATA, "AIAG B-4 uses format 06 only");
	if (any(v, part) == NULL || any(v, supplier) == NULL || any(v, trace) == NULL)
		return mk_err(e, MK_EDATA, "AIAG B-4 needs a part (P, 1P), a supplier (12V, V) and a "
			"trace number (1T, T, S): the %s is missing", any(v, part) == NULL ? "part" :
			any(v, supplier) == NULL ? "supplier" : "trace number");
	return 0;
}

static int
set_aiag(struct mk_rec *rec, const struct mk_gs1 *g, const char *s, size_t n, struct mk_err *e)
{
	struct mk_envelope v = {0};
	int r = mk_envelope_parse(&v, g, s, n, e);

	if (r == 0)
		r = check_aiag(&v, e);
	mk_envelope_clear(&v);
	return r == 0 ? set_envelope(rec, g, s, n, e) : -1;
}

static int
parse_aiag(const struct mk_gs1 *g, bool sure, const char *s, size_t n, struct mk_buf *form,
	size_t *at, struct mk_err *e)
{
	struct mk_envelope v = {0};
	int r;

	if (!sure)	/* it is found as iso15434 */
		return 0;
	r = mk_envelope_scan(&v, g, s, n, at, e);
	if (r == 0)
		r = check_aiag(&v, e);
	if (r == 0)
		r = mk_envelope_form(&v, form, e);
	mk_envelope_clear(&v);
	return r == -1 ? -1 : 1;
}

/* ---- iuid ---- */

/* Enterprise identifiers, and the issuing agency's code that is not marked but comes
 * before them; and what a whole UII, or all but the agency's code, stands in. */
static const struct {
	const char *id, *iac;
	size_t n;		/* the identifier's length, 0: any */
} enterprises[] = {
	{ "17V", "D", 5 }, { "12V", "UN", 9 }, { "7L", "LD", 6 }, { "18V", "", 0 },
	{ "MFR", "D", 5 }, { "SPL", "D", 5 }, { "CAG", "D", 5 }, { "DUN", "UN", 9 },
	{ "EUC", "", 0 }
};
#define ENTERPRISES (sizeof enterprises / sizeof *enterprises)
static const struct {
	const char *id, *iac;
} wholes[] = {
	{ "25S", "" }, { "18S", "D" }, { "8004", "" }
};

struct uii {
	struct mk_buf text;
	const char *iac;
	const struct mk_envelope_element *enterprise;
	int construct;
};

static int
check_uii(const struct mk_buf *uii, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < uii->n; i++)
		if (!(uii->p[i] >= 'A' && uii->p[i] <= 'Z') && !(uii->p[i] >= '0' && uii->p[i] <= '9') &&
		    uii->p[i] != '-' && uii->p[i] != '/')
			return mk_err(e, MK_EDATA, "the UII '%.*s' has '%c' in it: only A-Z 0-9 - /",
				(int)uii->n, uii->p, uii->p[i]);
	return uii->n <= UII_MAX ? 0 : mk_err(e, MK_EDATA, "a UII of %zu characters: at most %d",
		uii->n, UII_MAX);
}

static int
concatenate(struct uii *u, const struct mk_envelope_element *const x[3], struct mk_err *e)
{
	int i;

	if (mk_buf_adds(&u->text, u->iac, e) == -1)
		return -1;
	for (i = 0; i < 3; i++)
		if (x[i] != NULL && mk_buf_add(&u->text, x[i]->val, x[i]->n, e) == -1)
			return -1;
	return check_uii(&u->text, e) == -1 ? -1 : 1;
}

/* The UII of an envelope: 1; 0 if it has none; -1 if it has a wrong one. */
static int
derive_uii(const struct mk_envelope *v, struct uii *u, struct mk_err *e)
{
	static const char *const parts[] = { "1P", "PNO", "1T", NULL };	/* a lot stands for it */
	static const char *const serials[] = { "S", "SEQ", "SER", NULL };
	const struct mk_envelope_element *x[3] = { NULL };
	size_t i;

	u->construct = 1;
	for (i = 0; i < sizeof wholes / sizeof *wholes; i++)
		if ((x[0] = mk_envelope_get(v, NULL, wholes[i].id)) != NULL) {
			u->iac = wholes[i].iac;
			return concatenate(u, x, e);
		}
	for (i = 0; i < ENTERPRISES; i++)
		if ((x[0] = mk_envelope_get(v, NULL, enterprises[i].id)) != NULL)
			break;
	x[1] = any(v, parts);
	x[2] = any(v, serials);
	if (x[0] == NULL || x[2] == NULL || i == ENTERPRISES)
		return 0;
	if (enterprises[i].n > 0 && x[0]->n != enterprises[i].n)
		return mk_err(e, MK_EDATA, "%s '%s' has %zu characters, not %zu", x[0]->id, x[0]->val,
			x[0]->n, enterprises[i].n);
	if (strcmp(x[2]->id, "SER") == 0)	/* unique within the enterprise: the part is beside it */
		x[1] = NULL;
	if (strcmp(x[2]->id, "SEQ") == 0 && x[1] == NULL)
		return mk_err(e, MK_EDATA, "SEQ is a serial number within a part: PNO is missing");
	u->construct = x[1] == NULL ? 1 : 2;
	u->iac = enterprises[i].iac;
	u->enterprise = x[0];
	return concatenate(u, x, e);
}

static int
set_iuid(struct mk_rec *rec, const struct mk_gs1 *g, const char *s, size_t n, struct mk_err *e)
{
	struct mk_envelope v = {0};
	struct uii u = {{0}, NULL, NULL, 0};
	int r = mk_envelope_parse(&v, g, s, n, e);

	if (r == 0)
		r = derive_uii(&v, &u, e);
	else
		r = -1;
	if (r == 0)
		r = mk_err(e, MK_EDATA, "no UII in it: give 25S or 18S, or an enterprise (17V, 12V, 7L, "
			"18V; MFR, DUN …), a part (1P, PNO) if need be, and a serial (S; SER, SEQ)");
	if (r == 1)
		r = set_as(rec, &v, u.text.p, u.text.n, e);
	if (r == 0 && u.enterprise != NULL && (*u.iac != '\0') &&
	    mk_ident_derive(rec, "iac", u.iac, strlen(u.iac), e) == -1)
		r = -1;
	if (r == 0)
		r = mk_ident_derive(rec, "construct", u.construct == 1 ? "1" : "2", 1, e);
	mk_envelope_clear(&v);
	mk_buf_clear(&u.text);
	return r == -1 ? -1 : 0;
}

static int
parse_iuid(const struct mk_gs1 *g, bool sure, const char *s, size_t n, struct mk_buf *form,
	size_t *at, struct mk_err *e)
{
	struct mk_envelope v = {0};
	struct uii u = {{0}, NULL, NULL, 0};
	int r;

	if (!sure && !mk_envelope_looks(s, n))
		return 0;
	r = mk_envelope_scan(&v, g, s, n, at, e);
	if (r == 0)
		r = derive_uii(&v, &u, e);
	else
		r = -1;
	if (r == 0 && sure)
		r = mk_err(e, MK_EDATA, "there is no UII in the envelope");
	if (r == 1 && mk_envelope_form(&v, form, e) == -1)
		r = -1;
	if (r == -1 && !sure && e->code == MK_EDATA)	/* as an envelope it may be right, or say better what is wrong */
		r = 0;
	mk_envelope_clear(&v);
	mk_buf_clear(&u.text);
	return r;
}

const struct mk_scheme_def mk_scheme_iso15434 = { "iso15434", "[]()\\", true, set_envelope,
	parse_envelope };
const struct mk_scheme_def mk_scheme_aiag = { "aiag", "[]()\\", true, set_aiag, parse_aiag };
const struct mk_scheme_def mk_scheme_iuid = { "iuid", "[]()\\", true, set_iuid, parse_iuid };
