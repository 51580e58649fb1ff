/* EPC pure identity URNs of GS1 keys (Tag Data Standard, chapter 6). */
#include <string.h>

#include "ident/check.h"
#include "ident/gs1.h"

size_t
mk_gs1_prefix(const char *const *prefix, size_t prefixes, const char *s, size_t n)
{
	size_t i, len, best = 0;

	for (i = 0; i < prefixes; i++) {
		len = strlen(prefix[i]);
		if (len > best && len <= n && memcmp(prefix[i], s, len) == 0)
			best = len;
	}
	return best;
}

static const struct mk_gs1_element *
find(const struct mk_gs1_element *el, int n, const char *ai)
{
	int i;

	for (i = 0; i < n; i++)
		if (strcmp(el[i].ai, ai) == 0)
			return &el[i];
	return NULL;
}

/* Characters that a URN cannot hold as they are. */
static int
escape(struct mk_buf *out, const char *s, size_t n, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((strchr("\"#%&/<>?", s[i]) != NULL ?
		    mk_buf_addf(out, e, "%%%02X", (unsigned char)s[i]) :
		    mk_buf_addc(out, s[i], e)) == -1)
			return -1;
	return 0;
}

/* How the digits of a key are laid out. */
static const struct kind {
	const char *name, *ai;
	size_t lead;		/* digits before the prefix that go behind it (1), or are
				 * zero and go away (skip) */
	size_t skip, digits;	/* of the key with its check digit; 0: no fixed length */
	const char *serial;	/* AI of the serial number, NULL: the rest of the value */
	int parts;		/* behind the prefix */
} kinds[] = {
	{ "sgtin", "01", 1, 0, 14, "21", 2 },
	{ "sscc", "00", 1, 0, 18, NULL, 1 },
	{ "grai", "8003", 0, 1, 14, NULL, 2 },
	{ "giai", "8004", 0, 0, 0, NULL, 1 },
	{ "cpi", "8010", 0, 0, 0, "8011", 2 },
	{ "itip", "8006", 1, 0, 14, "21", 4 }
};
#define KINDS (sizeof kinds / sizeof *kinds)

static int
put(const struct kind *k, const struct mk_gs1_element *key, const struct mk_gs1_element *sn,
	size_t prefix, struct mk_buf *out, struct mk_err *e)
{
	const char *s = key->val + k->skip + k->lead;
	size_t body = k->digits == 0 ? key->n : k->digits - 1;	/* without the check digit */
	const char *rest = s + prefix, *end = key->val + body;

	if (mk_buf_addf(out, e, "urn:epc:id:%s:", k->name) == -1 ||
	    mk_buf_add(out, s, prefix, e) == -1 || mk_buf_addc(out, '.', e) == -1 ||
	    mk_buf_add(out, key->val + k->skip, k->lead, e) == -1 ||
	    escape(out, rest, (size_t)(end - rest), e) == -1)
		return -1;
	if (k->parts == 4 && mk_buf_addf(out, e, ".%.2s.%.2s", key->val + 14, key->val + 16) == -1)
		return -1;
	if (k->parts == 1)
		return 0;
	if (mk_buf_addc(out, '.', e) == -1)
		return -1;
	return sn != NULL ? escape(out, sn->val, sn->n, e) :
		escape(out, key->val + k->digits, key->n - k->digits, e);
}

int
mk_gs1_epc(const struct mk_gs1_element *el, int n, const char *const *prefix,
	size_t prefixes, struct mk_buf *out, struct mk_err *e)
{
	const struct mk_gs1_element *key, *sn = NULL;
	size_t i, len, before, room;

	for (i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];

		if ((key = find(el, n, k->ai)) == NULL ||
		    (k->serial != NULL && (sn = find(el, n, k->serial)) == NULL) ||
		    (k->serial == NULL && k->parts == 2 && key->n <= k->digits))
			continue;
		before = k->skip + k->lead;
		room = k->digits == 0 ? key->n : k->digits - 1;
		len = mk_gs1_prefix(prefix, prefixes, key->val + before, room - before);
		if (len == 0 || (k->digits == 0 && len == room))
			return 0;
		return put(k, key, sn, len, out, e) == -1 ? -1 : 1;
	}
	return 0;
}

/* ---- back ---- */

struct piece {
	const char *s;
	size_t n;
};

static bool
digits(struct piece p)
{
	size_t i;

	for (i = 0; i < p.n; i++)
		if (p.s[i] < '0' || p.s[i] > '9')
			return false;
	return true;
}

static int
hexval(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 :
		c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undo %XX, and escape for the brackets. */
static int
unescape(struct mk_buf *out, struct piece p, struct mk_err *e)
{
	size_t i;
	int hi, lo;
	char c;

	for (i = 0; i < p.n; i++) {
		c = p.s[i];
		if (c == '%') {
			hi = p.n - i > 2 ? hexval(p.s[i + 1]) : -1;
			lo = p.n - i > 2 ? hexval(p.s[i + 2]) : -1;
			if (hi == -1 || lo == -1)
				return mk_err(e, MK_EDATA, "a %% needs two hexadecimal digits behind it");
			c = (char)(hi << 4 | lo);
			i += 2;
		}
		if ((c != '\0' && strchr("()\\", c) != NULL && mk_buf_addc(out, '\\', e) == -1) ||
		    mk_buf_addc(out, c, e) == -1)
			return -1;
	}
	return 0;
}

/* The key of fixed length, from its prefix and the part behind that. */
static int
rebuild(const struct kind *k, const struct piece *p, struct mk_buf *out, struct mk_err *e)
{
	char key[20];
	size_t n = 0;

	if (!digits(p[0]) || !digits(p[1]) || p[1].n < k->lead ||
	    k->skip + p[0].n + p[1].n != k->digits - 1)
		return mk_err(e, MK_EDATA, "prefix and reference of %s are %zu digits together, not "
			"%zu", k->name, k->digits - 1 - k->skip, p[0].n + p[1].n);
	memset(key, '0', k->skip);
	n += k->skip;
	memcpy(key + n, p[1].s, k->lead);
	n += k->lead;
	memcpy(key + n, p[0].s, p[0].n);
	n += p[0].n;
	memcpy(key + n, p[1].s + k->lead, p[1].n - k->lead);
	n += p[1].n - k->lead;
	key[n] = mk_mod10(key, n);
	return mk_buf_add(out, key, n + 1, e);
}

static int
unepc(const struct kind *k, const struct piece *p, struct mk_buf *out, struct mk_err *e)
{
	struct piece sn = p[k->parts];

	if (mk_buf_addf(out, e, "(%s)", k->ai) == -1)
		return -1;
	if (k->digits == 0) {
		if (!digits(p[0]) || p[0].n == 0)
			return mk_err(e, MK_EDATA, "a company prefix is of digits");
		if (mk_buf_add(out, p[0].s, p[0].n, e) == -1 || unescape(out, p[1], e) == -1)
			return -1;
	} else if (rebuild(k, p, out, e) == -1)
		return -1;
	if (k->parts == 4 && (p[2].n != 2 || p[3].n != 2 || !digits(p[2]) || !digits(p[3])))
		return mk_err(e, MK_EDATA, "piece and total of itip are two digits each");
	if (k->parts == 4 && (mk_buf_add(out, p[2].s, 2, e) == -1 ||
	    mk_buf_add(out, p[3].s, 2, e) == -1))
		return -1;
	if (k->parts == 1)
		return 0;
	if (k->serial != NULL && mk_buf_addf(out, e, "(%s)", k->serial) == -1)
		return -1;
	return unescape(out, sn, e);
}

int
mk_gs1_unepc(const char *s, size_t n, struct mk_buf *out, struct mk_err *e)
{
	static const char urn[] = "urn:epc:id:";
	const char *p = s + sizeof urn - 1, *end = s + n, *colon, *dot;
	struct piece part[6] = {{0}};
	size_t i, start = out->n;
	int parts;

	if (n < sizeof urn || memcmp(s, urn, sizeof urn - 1) != 0 ||
	    (colon = memchr(p, ':', (size_t)(end - p))) == NULL)
		return mk_err(e, MK_EDATA, "no EPC URN: it begins with %s", urn);
	for (i = 0; i < KINDS; i++)
		if (strlen(kinds[i].name) == (size_t)(colon - p) &&
		    memcmp(kinds[i].name, p, (size_t)(colon - p)) == 0)
			break;
	if (i == KINDS)
		return mk_err(e, MK_EDATA, "EPC scheme '%.*s' is not one of sgtin, sscc, grai, giai, "
			"cpi, itip", (int)(colon - p > 20 ? 20 : colon - p), p);
	p = colon + 1;
	for (parts = 0; parts <= kinds[i].parts; parts++) {	/* the last one may hold dots */
		dot = parts < kinds[i].parts ? memchr(p, '.', (size_t)(end - p)) : end;
		if (dot == NULL)
			break;
		part[parts] = (struct piece){ p, (size_t)(dot - p) };
		p = dot == end ? end : dot + 1;
	}
	if (parts <= kinds[i].parts)
		return mk_err(e, MK_EDATA, "an EPC of %s has %d parts", kinds[i].name,
			kinds[i].parts + 1);
	if (unepc(&kinds[i], part, out, e) == -1) {
		out->n = start;
		return -1;
	}
	return 0;
}
