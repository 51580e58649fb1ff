#include "ident/envelope.h"

#include <stdio.h>
#include <string.h>

#include "ident/scheme.h"

#define GS '\x1d'
#define RS '\x1e'
#define EOT '\x04'
#define HEAD "[)>\x1e"
#define HEAD_LEN 4

void
mk_envelope_clear(struct mk_envelope *v)
{
	mk_buf_clear(&v->text);
	v->n = 0;
}

bool
mk_envelope_looks(const char *s, size_t n)
{
	return n >= 3 && memcmp(s, HEAD, 3) == 0;
}

static bool
is_format(const char *s, size_t n)
{
	return n == 2 && (memcmp(s, "05", 2) == 0 || memcmp(s, "06", 2) == 0 ||
		memcmp(s, "12", 2) == 0);
}

/* Up to three digits and a capital letter; or three capital letters. */
static bool
is_id(const char *format, const char *s, size_t n)
{
	size_t i;

	if (n == 0 || n > 4)
		return false;
	if (format[0] == '1') {
		for (i = 0; i < n; i++)
			if (s[i] < 'A' || s[i] > 'Z')
				return false;
		return n == 3;
	}
	for (i = 0; i + 1 < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return s[n - 1] >= 'A' && s[n - 1] <= 'Z';
}

/* Add an element; the value's bytes are checked. *at goes to a wrong one. */
static int
add(struct mk_envelope *v, const char *format, const char *id, size_t nid, const char *val,
	size_t n, size_t *at, struct mk_err *e)
{
	struct mk_envelope_element *x = &v->el[v->n];
	size_t i;

	if (v->n == MK_ENVELOPE_MAX)
		return mk_err(e, MK_EDATA, "over %d elements in an envelope", MK_ENVELOPE_MAX);
	*at += nid;
	if (n == 0)
		return mk_err(e, MK_EDATA, "%.*s has no value", (int)nid, id);
	for (i = 0; i < n; i++)
		if (val[i] < ' ' || val[i] > '~') {
			*at += i;
			return mk_err(e, MK_EDATA, "%.*s: character %zu is not allowed: only printable "
				"ASCII", (int)nid, id, i + 1);
		}
	memset(x, 0, sizeof *x);
	memcpy(x->format, format, 2);
	memcpy(x->id, id, nid);
	x->val = v->text.p + v->text.n;	/* there is room: begin() made it */
	x->n = n;
	v->n++;
	return mk_buf_add(&v->text, val, n, e) == -1 || mk_buf_addc(&v->text, '\0', e) == -1 ? -1 : 0;
}

/* The elements of one format 05. */
static int
add_gs1(struct mk_envelope *v, const struct mk_gs1 *g, const char *s, size_t n, bool bracketed,
	size_t *at, struct mk_err *e)
{
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf text = {0};
	size_t in = 0, here;
	int i, count, r = 0;

	if (g == NULL)
		return mk_err(e, MK_EDATA, "format 05 holds GS1 elements: the dictionary is needed");
	count = bracketed ? mk_gs1_parse(g, s, n, &text, el, e) :
		mk_gs1_scan(g, s, n, &text, el, &in, e);
	*at += in;
	for (i = 0; r == 0 && i < count; i++) {
		here = 0;
		r = add(v, "05", el[i].ai, strlen(el[i].ai), el[i].val, el[i].n, &here, e);
		if (r == 0)
			v->el[v->n - 1].sep = el[i].sep;
	}
	mk_buf_clear(&text);
	return count == -1 ? -1 : r;
}

static int
begin(struct mk_envelope *v, size_t n, struct mk_err *e)
{
	v->n = 0;
	v->text.n = 0;
	/* values never outgrow the source, so that pointers into text stay */
	return mk_buf_grow(&v->text, n + MK_ENVELOPE_MAX, e);
}

/* ---- payloads ---- */

/* What is between the GS behind a format's number and its RS. */
static int
scan_format(struct mk_envelope *v, const struct mk_gs1 *g, const char *format, const char *s,
	const char *end, size_t *at, struct mk_err *e)
{
	const char *stop;
	size_t id;

	if (format[1] == '5')
		return add_gs1(v, g, s, (size_t)(end - s), false, at, e);
	for (; s <= end; s = stop + 1) {
		size_t n, here = *at;

		if ((stop = memchr(s, GS, (size_t)(end - s))) == NULL)
			stop = end;
		n = (size_t)(stop - s);
		if (format[0] == '1')
			id = 3;
		else
			for (id = 1; id < 4 && id < n && s[id - 1] >= '0' && s[id - 1] <= '9';)
				id++;
		if (n < id || !is_id(format, s, id))
			return mk_err(e, MK_EDATA, "byte %zu: no %s identifier begins here", *at + 1,
				format[0] == '1' ? "text element" : "data");
		if (format[0] == '1') {	/* MFR, a blank, the value */
			if (n == id || s[id] != ' ') {
				*at += id;
				return mk_err(e, MK_EDATA, "%.3s needs a blank before its value", s);
			}
			here++;
		}
		if (add(v, format, s, id, s + id + (format[0] == '1'), n - id - (format[0] == '1'),
		    &here, e) == -1) {
			*at = here;
			return -1;
		}
		*at += n + 1;
	}
	return 0;
}

int
mk_envelope_scan(struct mk_envelope *v, const struct mk_gs1 *g, const char *s, size_t n,
	size_t *at, struct mk_err *e)
{
	const char *p = s + HEAD_LEN, *end = s + n, *rs;
	char format[3] = "";

	*at = n < 3 ? n : 3;
	if (n < HEAD_LEN || memcmp(s, HEAD, HEAD_LEN) != 0)
		return mk_err(e, MK_EDATA, "an envelope begins with [)> and RS");
	if (begin(v, n, e) == -1)
		return -1;
	while (p < end && *p != EOT) {
		*at = (size_t)(p - s);
		if (end - p < 3 || !is_format(p, 2) || p[2] != GS)
			return mk_err(e, MK_EDATA, "byte %zu: a format begins with 05, 06 or 12 and GS",
				*at + 1);
		if (memcmp(format, p, 2) == 0)
			return mk_err(e, MK_EDATA, "byte %zu: format %s follows itself", *at + 1, format);
		memcpy(format, p, 2);
		p += 3;
		if ((rs = memchr(p, RS, (size_t)(end - p))) == NULL) {
			*at = n;
			return mk_err(e, MK_EDATA, "format %s has no RS at its end", format);
		}
		*at += 3;
		if (scan_format(v, g, format, p, rs, at, e) == -1)
			return -1;
		p = rs + 1;
	}
	*at = (size_t)(p - s);
	if (v->n == 0)
		return mk_err(e, MK_EDATA, "an empty envelope");
	if (p == end)
		return mk_err(e, MK_EDATA, "the envelope has no EOT at its end");
	*at += 1;
	return p + 1 == end ? 0 : mk_err(e, MK_EDATA, "there is more behind the envelope's EOT");
}

int
mk_envelope_payload(const struct mk_envelope *v, struct mk_buf *out, struct mk_err *e)
{
	const char *format = "";
	bool sep = false;
	int i;

	if (mk_buf_adds(out, "[)>", e) == -1)
		return -1;
	for (i = 0; i < v->n; i++) {
		const struct mk_envelope_element *x = &v->el[i];

		if (strcmp(format, x->format) != 0) {
			format = x->format;
			if (mk_buf_addf(out, e, "\x1e%s\x1d", format) == -1)
				return -1;
		} else if (sep && mk_buf_addc(out, GS, e) == -1)
			return -1;
		if (mk_buf_addf(out, e, "%s%s%s", x->id, format[0] == '1' ? " " : "", x->val) == -1)
			return -1;
		sep = format[1] != '5' || x->sep;
	}
	return mk_buf_adds(out, "\x1e\x04", e);
}

/* ---- forms ---- */

/* The value up to the next unescaped bracket goes to val. */
static const char *
value(const char *p, const char *end, struct mk_buf *val, struct mk_err *e)
{
	for (val->n = 0; p < end && *p != '['; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		if (mk_buf_addc(val, *p, e) == -1)
			return NULL;
	}
	return p;
}

static const char *
parse_format(struct mk_envelope *v, const struct mk_gs1 *g, const char *format, const char *p,
	const char *end, struct mk_buf *val, struct mk_err *e)
{
	const char *close, *q;
	size_t at = 0;

	if (format[1] == '5') {	/* up to the next format; brackets are escaped in values */
		for (q = p; q < end && *q != '['; q++)
			if (*q == '\\' && q + 1 < end)
				q++;
		/* gs1 knows no \[ : these characters are in no GS1 set, and are refused there */
		return add_gs1(v, g, p, (size_t)(q - p), true, &at, e) == -1 ? NULL : q;
	}
	while (p < end) {
		close = *p == '[' ? memchr(p, ']', (size_t)(end - p)) : NULL;
		if (close != NULL && is_format(p + 1, (size_t)(close - p) - 1))
			return p;
		if (close == NULL || !is_id(format, p + 1, (size_t)(close - p) - 1)) {
			mk_err(e, MK_EDATA, "'%.*s': no identifier of format %s: write [P] or, in "
				"format 12, [MFR]", (int)(end - p > 20 ? 20 : end - p), p, format);
			return NULL;
		}
		if ((q = value(close + 1, end, val, e)) == NULL ||
		    add(v, format, p + 1, (size_t)(close - p) - 1, val->p, val->n, &at, e) == -1)
			return NULL;
		p = q;
	}
	return p;
}

int
mk_envelope_parse(struct mk_envelope *v, const struct mk_gs1 *g, const char *s, size_t n,
	struct mk_err *e)
{
	const char *p = s, *end = s + n;
	struct mk_buf val = {0};
	char format[3] = "";
	int had = 0;

	if (begin(v, n, e) == -1)
		return -1;
	while (p != NULL && p < end) {
		if (end - p < 4 || *p != '[' || !is_format(p + 1, 2) || p[3] != ']') {
			p = NULL;
			mk_err(e, MK_EDATA, "an envelope is written [06] and then [P]VALUE and so on: "
				"formats are 05, 06 and 12");
			break;
		}
		if (memcmp(format, p + 1, 2) == 0) {
			p = NULL;
			mk_err(e, MK_EDATA, "format %s follows itself: write it once", format);
			break;
		}
		memcpy(format, p + 1, 2);
		p = parse_format(v, g, format, p + 4, end, &val, e);
		if (p != NULL && v->n == had) {
			p = NULL;
			mk_err(e, MK_EDATA, "format %s is empty", format);
		}
		had = v->n;
	}
	mk_buf_clear(&val);
	return p == NULL ? -1 : 0;
}

static int
quote(struct mk_buf *out, const char *special, const struct mk_envelope_element *x,
	struct mk_err *e)
{
	size_t i;

	for (i = 0; i < x->n; i++)
		if ((strchr(special, x->val[i]) != NULL && mk_buf_addc(out, '\\', e) == -1) ||
		    mk_buf_addc(out, x->val[i], e) == -1)
			return -1;
	return 0;
}

int
mk_envelope_form(const struct mk_envelope *v, struct mk_buf *out, struct mk_err *e)
{
	const char *format = "";
	int i;

	for (i = 0; i < v->n; i++) {
		const struct mk_envelope_element *x = &v->el[i];
		bool gs1 = x->format[1] == '5';

		if (strcmp(format, x->format) != 0 && mk_buf_addf(out, e, "[%s]", x->format) == -1)
			return -1;
		format = x->format;
		if (mk_buf_addf(out, e, gs1 ? "(%s)" : "[%s]", x->id) == -1 ||
		    quote(out, gs1 ? "()\\" : "[]()\\", x, e) == -1)
			return -1;
	}
	return 0;
}

int
mk_envelope_text(const struct mk_envelope *v, struct mk_buf *out, struct mk_err *e)
{
	int i;

	for (i = 0; i < v->n; i++)
		if (mk_buf_addf(out, e, "%s(%s)%s", i == 0 ? "" : " ", v->el[i].id,
		    v->el[i].val) == -1)
			return -1;
	return 0;
}

/* ---- what is in it ---- */

const struct mk_envelope_element *
mk_envelope_get(const struct mk_envelope *v, const char *format, const char *id)
{
	int i;

	for (i = 0; i < v->n; i++)
		if (strcmp(v->el[i].id, id) == 0 && (format == NULL ||
		    strcmp(v->el[i].format, format) == 0))
			return &v->el[i];
	return NULL;
}

/* The field that an identifier of format 06 or 12 goes by. */
static const char *
known(const char *id)
{
	static const struct {
		const char *id, *key;
	} names[] = {
		{ "P", "part" }, { "1P", "mpn" }, { "S", "sn" }, { "1T", "lot" }, { "Q", "qty" },
		{ "12V", "duns" }, { "17V", "cage" }, { "PNO", "part" }, { "SER", "sn" },
		{ "SEQ", "sn" }, { "MFR", "cage" }, { "SPL", "cage" }, { "CAG", "cage" },
		{ "DUN", "duns" }
	};
	size_t k;

	for (k = 0; k < sizeof names / sizeof *names; k++)
		if (strcmp(names[k].id, id) == 0)
			return names[k].key;
	return NULL;
}

/* The key of element i: a name, unless an element before has it; else di1t, teimfr. */
static void
key_of(const struct mk_envelope *v, int i, char key[16])
{
	const struct mk_envelope_element *x = &v->el[i];
	const char *name = known(x->id), *before;
	int k;

	for (k = 0; k < i && name != NULL; k++)
		if ((before = known(v->el[k].id)) != NULL && strcmp(before, name) == 0)
			name = NULL;
	(void)snprintf(key, 16, "%s%s", name != NULL ? "" : x->format[0] == '1' ? "tei" : "di",
		name != NULL ? name : x->id);
	for (k = 0; key[k] != '\0'; k++)
		if (key[k] >= 'A' && key[k] <= 'Z')
			key[k] = (char)(key[k] - 'A' + 'a');
}

int
mk_envelope_derive(struct mk_rec *rec, const struct mk_envelope *v, struct mk_err *e)
{
	struct mk_gs1_element el;
	char key[16];
	int i;

	for (i = 0; i < v->n; i++) {
		const struct mk_envelope_element *x = &v->el[i];

		/* of a name that comes again the first one counts, and so does the first format */
		if (mk_envelope_get(v, NULL, x->id) != x || strcmp(x->format, v->el[0].format) != 0)
			continue;
		if (x->format[1] == '5') {
			memset(&el, 0, sizeof el);
			memcpy(el.ai, x->id, 4);
			el.val = x->val;
			el.n = x->n;
			if (mk_ident_derive_gs1(rec, &el, 1, e) == -1)
				return -1;
			continue;
		}
		key_of(v, i, key);
		if (mk_ident_derive(rec, key, x->val, x->n, e) == -1)
			return -1;
	}
	return 0;
}
