#include "base/subst.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void
mk_subst_clear(struct mk_subst *s)
{
	free(s->part);
	mk_arena_clear(&s->arena);
	memset(s, 0, sizeof *s);
}

static struct mk_subst_part *
add(struct mk_subst *s, struct mk_err *e)
{
	size_t cap = s->cap == 0 ? 8 : s->cap * 2;
	struct mk_subst_part *p;

	if (s->n == s->cap) {
		if ((p = realloc(s->part, cap * sizeof *p)) == NULL) {
			mk_err_nomem(e);
			return NULL;
		}
		s->part = p;
		s->cap = cap;
	}
	memset(&s->part[s->n], 0, sizeof *s->part);
	return &s->part[s->n++];
}

/* Literal text up to a field's brace; *pp moves behind it. */
static int
literal(struct mk_subst *s, const char *text, const char **pp, const char *end, struct mk_err *e)
{
	struct mk_subst_part *part;
	struct mk_buf b = {0};
	const char *p = *pp;
	int col = (int)(p - text) + 1, r = -1;

	for (; p < end; p++) {
		if (*p == '{' || *p == '}') {
			if (p + 1 < end && p[1] == *p)
				p++;
			else if (*p == '{')
				break;
			else {
				mk_err(e, MK_ECONF, "column %d: a } without its {: write }} "
					"for the character", (int)(p - text) + 1);
				goto out;
			}
		}
		if (mk_buf_addc(&b, *p, e) == -1)
			goto out;
	}
	*pp = p;
	r = 0;
	if (b.n > 0) {
		if ((part = add(s, e)) == NULL ||
		    (part->text = mk_arena_dup(&s->arena, b.p, b.n, e)) == NULL)
			r = -1;
		else {
			part->n = b.n;
			part->col = col;
		}
	}
out:
	mk_buf_clear(&b);
	return r;
}

static int
field(struct mk_subst *s, const char *text, const char **pp, const char *end, struct mk_err *e)
{
	struct mk_subst_part *part;
	const char *open = *pp, *close, *colon, *spec;
	int col = (int)(open - text) + 1;

	close = memchr(open, '}', (size_t)(end - open));
	if (close == NULL)
		return mk_err(e, MK_ECONF, "column %d: a { that does not close: write {{ for "
			"the character", col);
	colon = memchr(open, ':', (size_t)(close - open));
	if (colon == NULL)
		colon = close;
	spec = colon == close ? close : colon + 1;
	if (!mk_key_ok(open + 1, (size_t)(colon - open) - 1))
		return mk_err(e, MK_ECONF, "column %d: '%.*s' is no field name", col + 1,
			(int)(colon - open) - 1, open + 1);
	if ((part = add(s, e)) == NULL)
		return -1;
	part->col = col;
	part->n = (size_t)(close - spec);
	part->name = mk_arena_dup(&s->arena, open + 1, (size_t)(colon - open) - 1, e);
	part->text = mk_arena_dup(&s->arena, spec, part->n, e);
	if (part->name == NULL || part->text == NULL)
		return -1;
	if (strchr(part->text, '%') != NULL && mk_time_check(part->text, part->n, e) == -1)
		return mk_err_at(e, "column %d", (int)(spec - text) + 1);
	*pp = close + 1;
	return 0;
}

int
mk_subst_parse(struct mk_subst *s, const char *text, size_t n, struct mk_err *e)
{
	const char *p = text, *end = text + n;

	memset(s, 0, sizeof *s);
	while (p < end)
		if (literal(s, text, &p, end, e) == -1 ||
		    (p < end && field(s, text, &p, end, e) == -1)) {
			mk_subst_clear(s);
			return -1;
		}
	return 0;
}

int
mk_subst_eval(const struct mk_subst *s, mk_subst_fn *fn, void *ctx, struct mk_buf *out,
	struct mk_err *e)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct mk_subst_part *p = &s->part[i];
		int r = p->name == NULL ? mk_buf_add(out, p->text, p->n, e)
			: fn(ctx, p, out, e);

		if (r == -1)
			return -1;
	}
	return 0;
}

int
mk_subst_rec(void *ctx, const struct mk_subst_part *part, struct mk_buf *out, struct mk_err *e)
{
	const struct mk_rec *rec = ctx;
	struct mk_buf b = {0};
	struct mk_time t;
	int r;

	if (part->n == 0) {
		r = mk_rec_bytes(rec, part->name, out, e);
		if (r == 0)
			r = mk_err(e, MK_EDATA, "the record has no field '%s'", part->name);
		return r == -1 ? -1 : 0;
	}
	if (strchr(part->text, '%') == NULL)
		return mk_err(e, MK_ECONF, "column %d: {%s:%s}: no such format", part->col,
			part->name, part->text);
	if ((r = mk_rec_bytes(rec, part->name, &b, e)) == 0)
		r = mk_err(e, MK_EDATA, "the record has no field '%s'", part->name);
	else if (r == 1 && b.n == 10)
		r = mk_buf_adds(&b, "T00:00:00Z", e);
	if (r != -1 && mk_time_parse(b.p, b.n, &t, e) == -1)
		r = mk_err_at(e, "field '%s'", part->name);
	else if (r != -1)
		r = mk_time_codes(&t, part->text, part->n, out, e);
	mk_buf_clear(&b);
	return r == -1 ? -1 : 0;
}
