#include "port/spec.h"

#include <string.h>

#include "base/subst.h"

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One byte, as it is or as an escape; *pp moves behind it. -1: no such escape. */
static int
byte(const char **pp)
{
	const char *p = *pp;

	if (*p != '\\') {
		*pp = p + 1;
		return (unsigned char)*p;
	}
	*pp = p + 2;
	switch (p[1]) {
	case 'r': return '\r';
	case 'n': return '\n';
	case 't': return '\t';
	case '\\': return '\\';
	case 'x':
		if (hex(p[2]) == -1 || hex(p[3]) == -1)
			break;
		*pp = p + 4;
		return hex(p[2]) * 16 + hex(p[3]);
	}
	return -1;
}

static int
no_escape(const char *p, struct mk_err *e)
{
	return mk_err(e, MK_ECONF, "'%.4s' is no escape: there is \\r \\n \\t \\\\ \\xHH", p);
}

int
mk_spec_bytes(struct mk_arena *a, const char *text, const char **s, size_t *n, struct mk_err *e)
{
	const char *p = text;
	char *out = mk_arena_dup(a, text, strlen(text), e);

	if (out == NULL)
		return -1;
	for (*n = 0, *s = out; *p != '\0';) {
		const char *at = p;
		int c = byte(&p);

		if (c == -1)
			return no_escape(at, e);
		out[(*n)++] = (char)c;
	}
	out[*n] = '\0';
	return 0;
}

int
mk_spec_set(const char *text, struct mk_set *set, struct mk_err *e)
{
	const char *p = text;

	memset(set, 0, sizeof *set);
	while (*p != '\0') {
		const char *at = p;
		int from = byte(&p), to = from;

		if (from != -1 && p[0] == '-' && p[1] != '\0') {
			p++;
			at = p;
			to = byte(&p);
		}
		if (from == -1 || to == -1)
			return no_escape(at, e);
		if (to < from)
			return mk_err(e, MK_ECONF, "a range that runs backwards: the lower byte first");
		for (; from <= to; from++)
			set->in[from / 32] |= 1u << from % 32;
	}
	return 0;
}

static int
piece(struct mk_arena *a, const struct mk_subst_part *part, struct mk_piece *out,
	struct mk_err *e)
{
	struct mk_set *set;

	memset(out, 0, sizeof *out);
	if (part->name == NULL)
		return mk_spec_bytes(a, part->text, &out->text, &out->n, e);
	out->name = mk_arena_dup(a, part->name, strlen(part->name), e);
	if (out->name == NULL)
		return -1;
	out->any = strcmp(part->name, "any") == 0;
	if (part->n > 0) {
		if ((set = mk_arena_alloc(a, sizeof *set, e)) == NULL ||
		    mk_spec_set(part->text, set, e) == -1)
			return -1;
		out->set = set;
	}
	return 0;
}

int
mk_spec_text(struct mk_arena *a, const char *text, struct mk_text *t, struct mk_err *e)
{
	struct mk_subst s;
	size_t i;
	int r = 0;

	if (mk_subst_parse(&s, text, strlen(text), e) == -1)
		return -1;
	if (s.n > MK_PIECES_MAX) {
		mk_subst_clear(&s);
		return mk_err(e, MK_ECONF, "over %d pieces in one text", MK_PIECES_MAX);
	}
	t->n = s.n;
	t->piece = mk_arena_alloc(a, (s.n + 1) * sizeof *t->piece, e);
	if (t->piece == NULL)
		r = -1;
	for (i = 0; r == 0 && i < s.n; i++)
		r = piece(a, &s.part[i], &t->piece[i], e);
	mk_subst_clear(&s);
	return r;
}

int
mk_spec_frame(struct mk_arena *a, const char *text, struct mk_frame *f, struct mk_err *e)
{
	static const struct mk_frame none = { { .text = "" }, { .text = "" }, { .text = "" },
		MK_SUM_NONE, false };
	struct mk_text t;
	struct mk_piece *to = &f->start;
	bool body = false;
	size_t i;

	*f = none;
	if (mk_spec_text(a, text, &t, e) == -1)
		return -1;
	for (i = 0; i < t.n; i++) {
		const struct mk_piece *p = &t.piece[i];

		if (p->name == NULL) {
			*to = *p;
		} else if (strcmp(p->name, "body") == 0 && !body) {
			body = true;
			to = &f->end;
		} else if (body && f->sum == MK_SUM_NONE && (strcmp(p->name, "xor8") == 0 ||
		    strcmp(p->name, "sum8") == 0)) {
			f->sum = p->name[0] == 'x' ? MK_SUM_XOR8 : MK_SUM_SUM8;
			/* {sum8:body}; what stands behind the colon was read as a set */
			f->sum_body = p->set != NULL;
			f->mid = f->end;
			f->end = none.end;
		} else {
			return mk_err(e, MK_ECONF, "{%s}: a frame is START{body}END, with {xor8} or "
				"{sum8} behind {body} if there is a checksum", p->name);
		}
	}
	return body ? 0 : mk_err(e, MK_ECONF, "a frame needs {body}, where the message stands");
}

static bool
fits(const struct mk_piece *p, const char *s, size_t n)
{
	size_t i;

	if (n == 0 && !p->any)
		return false;
	for (i = 0; p->set != NULL && i < n; i++)
		if (!mk_set_has(p->set, (unsigned char)s[i]))
			return false;
	return true;
}

static bool
match(const struct mk_text *x, size_t i, const char *s, size_t n, size_t *len)
{
	const struct mk_piece *p = &x->piece[i];
	size_t k;

	if (i == x->n)
		return n == 0;
	if (p->name == NULL) {
		len[i] = p->n;
		return p->n <= n && memcmp(p->text, s, p->n) == 0 &&
			match(x, i + 1, s + p->n, n - p->n, len);
	}
	if (i + 1 == x->n) {
		len[i] = n;
		return fits(p, s, n);
	}
	for (k = p->any ? 0 : 1; k <= n; k++) {
		if (p->set != NULL && k > 0 && !mk_set_has(p->set, (unsigned char)s[k - 1]))
			break;
		len[i] = k;
		if (match(x, i + 1, s + k, n - k, len))
			return true;
	}
	return false;
}

bool
mk_text_match(const struct mk_text *x, const char *s, size_t n, size_t *len)
{
	return match(x, 0, s, n, len);
}

void
mk_sum_hex(enum mk_sum sum, const void *p, size_t n, char out[2])
{
	const unsigned char *c = p;
	unsigned v = 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = sum == MK_SUM_XOR8 ? v ^ c[i] : v + c[i];
	out[0] = "0123456789ABCDEF"[v >> 4 & 15];
	out[1] = "0123456789ABCDEF"[v & 15];
}
