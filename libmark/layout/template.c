#include "layout/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/rec.h"
#include "base/words.h"
#include "layout/element.h"

/* A template that is being read. */
struct reading {
	struct mk_template *t;
	struct mk_words l;
	struct mk_lay_group group[MK_LAY_GROUPS + 1];	/* [0]: none */
	long opened[MK_LAY_GROUPS + 1];			/* the lines they begin with */
	int depth;
	size_t op;	/* the section at hand, from 1 */
};

static int
add_pen(struct mk_lay_line *in, struct mk_err *e)
{
	struct mk_template *t = in->t;
	const struct mk_words *l = in->l;
	struct mk_lay_pen *p = realloc(t->pen, (t->npen + 1) * sizeof *p);
	size_t i;

	if (p == NULL)
		return mk_err_nomem(e);
	t->pen = p;
	if (l->n < 2 || strchr(l->w[1].s, '=') != NULL)
		return mk_words_err(l, 1, e, "pen needs a name, then its settings");
	for (i = 0; i < t->npen; i++)
		if (strcmp(p[i].name, l->w[1].s) == 0)
			return mk_words_err(l, 1, e, "pen '%s' was there before: name this one "
				"otherwise", l->w[1].s);
	in->pen = p + t->npen;
	memset(in->pen, 0, sizeof *p);
	in->pen->passes = 1;
	if ((in->pen->name = mk_arena_dup(&t->arena, l->w[1].s, l->w[1].n, e)) == NULL ||
	    mk_lay_settings(in, 2, mk_set_pen, e) == -1)
		return -1;
	t->npen++;
	return 0;
}

static int
set_workarea(struct mk_lay_line *in, struct mk_err *e)
{
	struct mk_template *t = in->t;
	const struct mk_words *l = in->l;
	size_t i;

	if (t->w > 0)
		return mk_words_err(l, 0, e, "workarea was set before: keep one of the two");
	if (l->n != 3)
		return mk_words_err(l, l->n > 3 ? 3 : l->n, e, "workarea needs a width and a "
			"height in mm");
	for (i = 1; i < 3; i++)
		if (mk_lay_length(l->w[i].s, i == 1 ? &t->w : &t->h, e) == -1)
			return mk_words_err_at(l, i, e);
	return 0;
}

static int
set_recipe(struct mk_lay_line *in, struct mk_err *e)
{
	struct mk_template *t = in->t;
	const struct mk_words *l = in->l;
	const char *rev = l->n == 3 ? mk_word_val(&l->w[2], "rev") : NULL;

	if (l->n < 2 || l->n > 3 || l->w[1].n == 0)
		return mk_words_err(l, l->n > 2 ? 3 : 1, e, "recipe needs one name");
	if (l->n == 3 && (rev == NULL || *rev == '\0'))
		return mk_words_err(l, 2, e, "behind the recipe's name there may be rev=REVISION");
	if (t->recipe != NULL)
		return mk_words_err(l, 0, e, "recipe was set before: keep one of the two");
	if (rev != NULL && (t->rev = mk_arena_dup(&t->arena, rev, strlen(rev), e)) == NULL)
		return -1;
	return (t->recipe = mk_arena_dup(&t->arena, l->w[1].s, l->w[1].n, e)) == NULL ? -1 : 0;
}

static int
set_array(struct mk_lay_line *in, struct mk_err *e)
{
	struct mk_lay_array *a = &in->t->array;

	if (a->cols > 0)
		return mk_words_err(in->l, 0, e, "array was set before: keep one of the two");
	if (mk_lay_settings(in, 1, mk_set_array, e) == -1)
		return -1;
	if ((a->cols > 1 && a->dx <= 0) || (a->rows > 1 && a->dy <= 0))
		return mk_words_err(in->l, in->l->n, e, "array needs %s= to part its %s",
			a->cols > 1 && a->dx <= 0 ? "dx" : "dy",
			a->cols > 1 && a->dx <= 0 ? "columns" : "rows");
	in->t->array_line = in->l->line;
	return 0;
}

static int
set_offset(struct mk_lay_line *in, struct mk_err *e)
{
	if (in->t->offset_line > 0)
		return mk_words_err(in->l, 0, e, "offset was set before: keep one of the two");
	if (in->l->n < 2)
		return mk_words_err(in->l, 1, e, "offset needs x=, y= or rotate=");
	in->t->offset_line = in->l->line;
	return mk_lay_settings(in, 1, mk_set_offset, e);
}

static int
add_op(struct reading *r, struct mk_err *e)
{
	struct mk_template *t = r->t;
	const struct mk_words *l = &r->l;
	struct mk_lay_op *op = realloc(t->op, (t->nop + 1) * sizeof *op);
	size_t i;

	if (op == NULL)
		return mk_err_nomem(e);
	t->op = op;
	if (l->n != 2 || l->w[1].n == 0)
		return mk_words_err(l, l->n > 2 ? 2 : 1, e, "op needs one name");
	if (r->depth > 0)
		return mk_words_err(l, 0, e, "the group of line %ld is open: write end before",
			r->opened[r->depth]);
	for (i = 0; i < t->nop; i++)
		if (strcmp(op[i].name, l->w[1].s) == 0)
			return mk_words_err(l, 1, e, "op '%s' was there before, on line %ld", l->w[1].s,
				op[i].line);
	if ((op[t->nop].name = mk_arena_dup(&t->arena, l->w[1].s, l->w[1].n, e)) == NULL)
		return -1;
	op[t->nop].line = l->line;
	r->op = ++t->nop;
	return 0;
}

static int
add_samples(struct mk_template *t, const struct mk_words *l, struct mk_err *e)
{
	size_t i;

	for (i = 1; i < l->n || i == 1; i++) {
		const char *eq = i < l->n ? strchr(l->w[i].s, '=') : NULL;
		struct mk_lay_sample *s = realloc(t->sample, (t->nsample + 1) * sizeof *s);

		if (s == NULL)
			return mk_err_nomem(e);
		t->sample = s;
		if (eq == NULL || !mk_key_ok(l->w[i].s, (size_t)(eq - l->w[i].s)))
			return mk_words_err(l, i, e, "sample needs FIELD=VALUE");
		s += t->nsample;
		s->key = mk_arena_dup(&t->arena, l->w[i].s, (size_t)(eq - l->w[i].s), e);
		s->val = mk_arena_dup(&t->arena, eq + 1, strlen(eq + 1), e);
		if (s->key == NULL || s->val == NULL)
			return -1;
		t->nsample++;
	}
	return 0;
}

/* ---- groups ---- */

static int
group(struct reading *r, struct mk_lay_line *in, struct mk_err *e)
{
	const struct mk_lay_group *out = &r->group[r->depth];
	struct mk_lay_group *g = out == &r->group[MK_LAY_GROUPS] ? NULL : &r->group[r->depth + 1];
	struct mk_element el = {0};
	struct mk_affine own;
	int got;

	if (g == NULL)
		return mk_words_err(in->l, 0, e, "groups are more than %d deep", MK_LAY_GROUPS);
	in->el = &el;
	in->scale = 1;
	got = mk_lay_settings(in, 1, mk_set_group, e);
	in->el = NULL;
	if (got == -1)
		return -1;
	el.at.x *= out->scale;
	el.at.y *= out->scale;
	own = mk_affine_place(el.at, el.rotate);
	g->t = mk_affine_then(&own, &out->t);
	g->scale = out->scale * in->scale;
	r->opened[++r->depth] = in->l->line;
	return 0;
}

static int
group_end(struct reading *r, struct mk_err *e)
{
	if (r->l.n > 1)
		return mk_words_err(&r->l, 1, e, "nothing stands behind end");
	if (r->depth == 0)
		return mk_words_err(&r->l, 0, e, "there is no group to end");
	r->depth--;
	return 0;
}

static int
one_line(struct reading *r, struct mk_err *e)
{
	static const struct {
		const char *word;
		int (*add)(struct mk_lay_line *in, struct mk_err *e);
	} lines[] = {
		{ "workarea", set_workarea }, { "recipe", set_recipe }, { "pen", add_pen },
		{ "array", set_array }, { "offset", set_offset }
	};
	struct mk_lay_line in = { .t = r->t, .l = &r->l };
	const char *word = r->l.w[0].s;
	size_t i;
	int got;

	for (i = 0; i < sizeof lines / sizeof *lines; i++)
		if (strcmp(word, lines[i].word) == 0)
			return lines[i].add(&in, e);
	if (strcmp(word, "op") == 0)
		return add_op(r, e);
	if (strcmp(word, "sample") == 0)
		return add_samples(r->t, &r->l, e);
	if (strcmp(word, "group") == 0)
		return group(r, &in, e);
	if (strcmp(word, "end") == 0)
		return group_end(r, e);
	if ((got = mk_element_add(&in, &r->group[r->depth], r->op, e)) != 0)
		return got == -1 ? -1 : 0;
	return mk_words_err(&r->l, 0, e, "unknown word '%s': a template has workarea, recipe, pen, "
		"symbol, text, line, rect, circle, arc, polyline, svg, group, end, array, op, offset "
		"and sample lines", word);
}

/* ---- the whole ---- */

static int
parse(struct reading *r, struct mk_err *e)
{
	struct mk_template *t = r->t;
	size_t i, k;
	int got;

	if (mk_buf_add(&t->text, r->l.text.p, r->l.text.n, e) == -1)
		return -1;
	while ((got = mk_words_next(&r->l, e)) == 1)
		if (one_line(r, e) == -1)
			return -1;
	if (got == -1)
		return -1;
	if (r->depth > 0)
		return mk_err(e, MK_ECONF, "%s:%ld:1: this group has no end", t->name,
			r->opened[r->depth]);
	if (t->w <= 0)
		return mk_err(e, MK_ECONF, "%s: no workarea: write 'workarea WIDTH HEIGHT' in mm",
			t->name);
	if (t->nel == 0)
		return mk_err(e, MK_ECONF, "%s: nothing to mark: write a symbol or a text line",
			t->name);
	for (i = 0; i < t->nop; i++) {
		for (k = 0; k < t->nel && t->el[k].op != i + 1 && t->el[k].op != 0; k++)
			;
		if (k == t->nel)
			return mk_err(e, MK_ECONF, "%s:%ld:1: nothing to mark in op '%s'", t->name,
				t->op[i].line, t->op[i].name);
	}
	return 0;
}

/* The recipe's name is the file's, without folder and ending. */
static int
name(struct mk_template *t, const char *path, struct mk_err *e)
{
	const char *base = strrchr(path, '/'), *dot;

	base = base == NULL ? path : base + 1;
	dot = strrchr(base, '.');
	if (dot == NULL || dot == base)
		dot = base + strlen(base);
	t->recipe = mk_arena_dup(&t->arena, base, (size_t)(dot - base), e);
	return t->recipe == NULL ? -1 : 0;
}

int
mk_template_load(struct mk_template *t, const char *path, struct mk_err *e)
{
	struct reading *r = calloc(1, sizeof *r);
	int got = -1;

	memset(t, 0, sizeof *t);
	if (r == NULL)
		return mk_err_nomem(e);
	r->t = t;
	r->group[0] = (struct mk_lay_group){ { 1, 0, 0, 1, 0, 0 }, 1 };
	if (mk_words_open(&r->l, path, e) == -1) {
		free(r);
		return -1;
	}
	if ((t->name = mk_arena_dup(&t->arena, path, strlen(path), e)) != NULL && parse(r, e) == 0)
		got = t->recipe == NULL ? name(t, path, e) : 0;
	/* what a file that the template names lacks is a fault of the template */
	if (got == -1 && e->code != MK_ENOMEM)
		e->code = MK_ECONF;
	mk_words_close(&r->l);
	free(r);
	if (got == -1)
		mk_template_clear(t);
	return got;
}

void
mk_template_clear(struct mk_template *t)
{
	size_t i;

	for (i = 0; i < t->nel; i++) {
		mk_subst_clear(&t->el[i].data);
		mk_font_free(t->el[i].font);
		mk_strokes_clear(&t->el[i].shape);
	}
	for (i = 0; i < 3; i++)
		mk_subst_clear(&t->offset[i]);
	free(t->el);
	free(t->pen);
	free(t->op);
	free(t->sample);
	mk_buf_clear(&t->text);
	mk_buf_clear(&t->included);
	mk_arena_clear(&t->arena);
	memset(t, 0, sizeof *t);
}

bool
mk_lay_nest(const struct mk_lay_array *a, uint64_t n, struct mk_point *at)
{
	uint64_t cols = (uint64_t)a->cols, rows = (uint64_t)a->rows, i = n - 1, r, c;

	if (n == 0 || n > cols * rows || (a->skip != NULL && a->skip[i]))
		return false;
	r = a->order == 1 ? i % rows : i / cols;
	c = a->order == 1 ? i / rows : i % cols;
	if (a->order == 2 && r % 2 == 1)
		c = cols - 1 - c;
	at->x = ((double)c - (double)(cols - 1) / 2) * a->dx;
	at->y = ((double)(rows - 1) / 2 - (double)r) * a->dy;
	return true;
}
