#include "serial/pool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "base/num.h"
#include "base/words.h"

void
mk_pool_clear(struct mk_pool *p)
{
	mk_subst_clear(&p->subst);
	mk_arena_clear(&p->arena);
	memset(p, 0, sizeof *p);
}

#define NUMBER_MAX UINT64_C(999999999999999999)

/* ---- the definition ---- */

struct given {		/* which words were there: their lines, 0 if not */
	long name, scheme, pattern, order, from, to, step;
	struct mk_word where;	/* the pattern's word */
};

static int
once(const struct mk_words *l, long *seen, struct mk_err *e)
{
	if (*seen != 0)
		return mk_words_err(l, 0, e, "%s was set in line %ld: keep one of the two",
			l->w[0].s, *seen);
	*seen = l->line;
	if (l->n < 2)
		return mk_words_err(l, 1, e, "%s needs a value", l->w[0].s);
	if (l->n > 2)
		return mk_words_err(l, 2, e, "%s takes one value: quote it if it has blanks",
			l->w[0].s);
	return 0;
}

static int
number(const struct mk_words *l, uint64_t min, uint64_t *out, struct mk_err *e)
{
	if (mk_num_u64(l->w[1].s, l->w[1].n, min, NUMBER_MAX, out, e) == -1)
		return mk_words_err_at(l, 1, e);
	return 0;
}

static int
keep(struct mk_pool *p, const struct mk_words *l, char **to, struct mk_err *e)
{
	*to = mk_arena_dup(&p->arena, l->w[1].s, l->w[1].n, e);
	return *to == NULL ? -1 : 0;
}

static int
set_pattern(struct mk_pool *p, const struct mk_words *l, struct given *g, struct mk_err *e)
{
	g->where = l->w[1];
	if (keep(p, l, &p->pattern, e) == -1)
		return -1;
	if (mk_subst_parse(&p->subst, l->w[1].s, l->w[1].n, e) == -1)
		return mk_words_err_at(l, 1, e);
	return 0;
}

static int
set_name(struct mk_pool *p, const struct mk_words *l, struct mk_err *e)
{
	const char *s = l->w[1].s;

	if (strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
	    l->w[1].n || *s == '-' || l->w[1].n > 64)
		return mk_words_err(l, 1, e, "a pool's name is of letters, digits, '.', '_' and "
			"'-', at most 64");
	return keep(p, l, &p->name, e);
}

static int
setting(struct mk_pool *p, const struct mk_words *l, struct given *g, struct mk_err *e)
{
	const char *w = l->w[0].s;
	int scheme;

	if (strcmp(w, "name") == 0)
		return once(l, &g->name, e) == -1 ? -1 : set_name(p, l, e);
	if (strcmp(w, "pattern") == 0)
		return once(l, &g->pattern, e) == -1 ? -1 : set_pattern(p, l, g, e);
	if (strcmp(w, "from") == 0)
		return once(l, &g->from, e) == -1 ? -1 : number(l, 0, &p->from, e);
	if (strcmp(w, "to") == 0)
		return once(l, &g->to, e) == -1 ? -1 : number(l, 0, &p->to, e);
	if (strcmp(w, "step") == 0)
		return once(l, &g->step, e) == -1 ? -1 : number(l, 1, &p->step, e);
	if (strcmp(w, "order") == 0) {
		if (once(l, &g->order, e) == -1)
			return -1;
		return strcmp(l->w[1].s, "sequential") == 0 ? 0 : mk_words_err(l, 1, e,
			"order '%s' is not known: sequential is", l->w[1].s);
	}
	if (strcmp(w, "scheme") == 0) {
		if (once(l, &g->scheme, e) == -1)
			return -1;
		if ((scheme = mk_scheme_find(l->w[1].s)) == -1)
			return mk_words_err(l, 1, e, "scheme '%s' is not known: gs1 and plain are",
				l->w[1].s);
		p->scheme = (enum mk_scheme)scheme;
		return 0;
	}
	return mk_words_err(l, 0, e, "unknown word '%s': see mkpool(5)", w);
}

/* The width of {n:WIDTH}, 0 for {n}; -1. */
static int
width(const struct mk_subst_part *part, struct mk_err *e)
{
	uint64_t w = 0;

	if (part->n > 0 && mk_num_u64(part->text, part->n, 1, 18, &w, e) == -1)
		return mk_err(e, MK_ECONF, "column %d: {n:%s}: write {n} or {n:WIDTH}, 1 to 18 "
			"digits", part->col, part->text);
	return (int)w;
}

/* What the parts of the pattern may be, and that the numbers fit it. */
static int
check_pattern(const struct mk_pool *p, struct mk_err *e)
{
	char digits[24];
	size_t i, len;
	int w, numbers = 0;

	len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, p->to);
	for (i = 0; i < p->subst.n; i++) {
		const struct mk_subst_part *part = &p->subst.part[i];

		if (part->name == NULL)
			continue;
		if (strcmp(part->name, "n") == 0) {
			numbers++;
			if ((w = width(part, e)) == -1)
				return -1;
			if (w > 0 && len > (size_t)w)
				return mk_err(e, MK_ECONF, "column %d: {n:%d} is too narrow for "
					"%s, the pool's last number", part->col, w, digits);
		} else if (strcmp(part->name, "date") == 0) {
			if (part->n == 0)
				return mk_err(e, MK_ECONF, "column %d: {date} needs a format such "
					"as {date:%%y%%V}", part->col);
		} else if (part->n > 0 && (strcmp(part->name, "shift") == 0 ||
		    strcmp(part->name, "day") == 0 || strchr(part->text, '%') == NULL))
			return mk_err(e, MK_ECONF, "column %d: {%s:%s}: no such format", part->col,
				part->name, part->text);
	}
	if (numbers != 1)
		return mk_err(e, MK_ECONF, "column 1: the pattern needs {n} exactly once: it is "
			"what makes identities differ");
	return 0;
}

/* The definition without what does not matter, hashed. */
static int
hash(struct mk_pool *p, struct mk_err *e)
{
	unsigned char sum[MK_SHA256_LEN];
	struct mk_buf b = {0};
	int r = mk_buf_addf(&b, e, "%s\n%d\n%s\nsequential\n%" PRIu64 "\n%" PRIu64 "\n%" PRIu64 "\n",
		p->name, (int)p->scheme, p->pattern, p->from, p->to, p->step);

	if (r == 0)
		r = mk_sha256(b.p, b.n, sum, e);
	if (r == 0)
		mk_hex(sum, sizeof sum, p->hash);
	mk_buf_clear(&b);
	return r;
}

/* Where all that can be known is known, the first identity is tried at once. */
static int
try_first(const struct mk_pool *p, const struct mk_gs1 *g, struct mk_err *e)
{
	struct mk_pool_at at = { { 0, 0 }, "A", "2000-01-01" };
	struct mk_rec rec = {0};
	size_t i;
	int r = 0;

	for (i = 0; i < p->subst.n; i++) {
		const char *name = p->subst.part[i].name;

		if (name != NULL && strcmp(name, "n") != 0 && strcmp(name, "date") != 0)
			return 0;	/* a field, a shift: known at take only */
	}
	r = mk_pool_fill(p, 0, &at, g, &rec, &rec, e);
	if (r == 0) {
		mk_rec_reset(&rec);
		r = mk_pool_fill(p, p->total - 1, &at, g, &rec, &rec, e);
	}
	mk_rec_clear(&rec);
	return r;
}

static int
whole(struct mk_pool *p, const struct mk_words *l, const struct given *g,
	const struct mk_gs1 *gs1, struct mk_err *e)
{
	struct mk_words at = *l;	/* for the place of the pattern in messages */

	if (g->name == 0 || g->pattern == 0 || g->to == 0)
		return mk_err(e, MK_ECONF, "%s: a pool needs name, pattern and to: %s is missing",
			l->name, g->name == 0 ? "name" : g->pattern == 0 ? "pattern" : "to");
	if (p->to < p->from)
		return mk_err(e, MK_ECONF, "%s:%ld: to is below from", l->name, g->to);
	p->total = (p->to - p->from) / p->step + 1;
	at.line = g->pattern;
	at.w[0] = g->where;
	at.n = 1;
	if (check_pattern(p, e) == -1 || try_first(p, gs1, e) == -1)
		return mk_words_err_at(&at, 0, e);
	return hash(p, e);
}

int
mk_pool_parse(struct mk_pool *p, const char *file, const char *text, size_t n,
	const struct mk_gs1 *g, struct mk_err *e)
{
	struct given given = {0};
	struct mk_words l;
	int r;

	memset(p, 0, sizeof *p);
	p->from = p->step = 1;
	r = mk_words_text(&l, file, text, n, e);
	while (r != -1 && (r = mk_words_next(&l, e)) == 1)
		if (setting(p, &l, &given, e) == -1)
			r = -1;
	if (r == 0)
		r = whole(p, &l, &given, g, e);
	mk_words_close(&l);
	if (r == -1)
		mk_pool_clear(p);
	return r;
}

bool
mk_pool_needs_gs1(const char *text, size_t n)
{
	struct mk_words l;
	struct mk_err no;
	bool yes = false;

	if (mk_words_text(&l, "", text, n, &no) == 0)
		while (!yes && mk_words_next(&l, &no) == 1)
			yes = l.n == 2 && strcmp(l.w[0].s, "scheme") == 0 &&
				strcmp(l.w[1].s, "gs1") == 0;
	mk_words_close(&l);
	return yes;
}

/* ---- identities ---- */

struct filling {
	const struct mk_pool *p;
	const struct mk_pool_at *at;
	const struct mk_rec *fields;
	uint64_t number;
};

static int
fill_part(void *arg, const struct mk_subst_part *part, struct mk_buf *out, struct mk_err *e)
{
	struct filling *f = arg;
	struct mk_buf val = {0};
	const char *said;
	int r;

	if (strcmp(part->name, "n") == 0) {
		r = width(part, e);
		return r == -1 ? -1 : mk_buf_addf(out, e, "%0*" PRIu64, r, f->number);
	}
	if (strcmp(part->name, "date") == 0) {
		r = mk_time_codes(&f->at->time, part->text, part->n, &val, e);
	} else if (strcmp(part->name, "shift") == 0 || strcmp(part->name, "day") == 0) {
		said = *part->name == 's' ? f->at->shift : f->at->day;
		r = *said != '\0' ? mk_buf_adds(&val, said, e) : mk_err(e, MK_EDATA,
			"{%s}: no shift is known: write 'shifts' in mk.conf or set MK_SHIFT",
			part->name);
	} else
		r = mk_subst_rec((void *)(uintptr_t)f->fields, part, &val, e);
	if (r == 0)
		r = mk_ident_quote(out, f->p->scheme, val.p, val.n, e);
	mk_buf_clear(&val);
	return r;
}

int
mk_pool_fill(const struct mk_pool *p, uint64_t index, const struct mk_pool_at *at,
	const struct mk_gs1 *g, const struct mk_rec *fields, struct mk_rec *rec,
	struct mk_err *e)
{
	struct filling f = { p, at, fields, p->from + index * p->step };
	struct mk_buf id = {0};
	int r = mk_subst_eval(&p->subst, fill_part, &f, &id, e);

	if (r == 0)
		r = mk_ident_set(rec, p->scheme, g, id.p, id.n, e);
	if (r == 0)
		r = mk_rec_set(rec, "pool", p->name, strlen(p->name), e);
	if (r == 0)
		r = mk_rec_setf(rec, e, "n", "%" PRIu64, f.number);
	mk_buf_clear(&id);
	return r;
}
