#include "layout/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "layout/setting.h"

#define PITCH 50	/* µm, of a pen that does not say its line */

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
	    mk_lay_settings(in, 2, MK_LAY_PEN, e) == -1)
		return -1;
	t->npen++;
	return 0;
}

static int
add_element(struct mk_lay_line *in, enum mk_element_kind kind, struct mk_err *e)
{
	struct mk_template *t = in->t;
	struct mk_element *el = realloc(t->el, (t->nel + 1) * sizeof *el);

	if (el == NULL)
		return mk_err_nomem(e);
	t->el = el;
	in->el = el + t->nel++;
	memset(in->el, 0, sizeof *el);
	in->el->kind = kind;
	in->el->line = in->l->line;
	return 0;
}

static int
add_symbol(struct mk_lay_line *in, struct mk_err *e)
{
	const struct mk_words *l = in->l;
	const struct mk_symbol_type *type = l->n < 2 ? NULL : mk_symbol_type(l->w[1].s);
	struct mk_element *el;

	if (type == NULL)
		return mk_words_err(l, 1, e, "%s%s%ssymbol needs its type, which is datamatrix",
			l->n < 2 ? "" : "no symbol type '", l->n < 2 ? "" : l->w[1].s,
			l->n < 2 ? "" : "': ");
	if (add_element(in, MK_ELEMENT_SYMBOL, e) == -1)
		return -1;
	el = in->el;
	el->ask.type = type;
	if (mk_lay_settings(in, 2, MK_LAY_SYMBOL, e) == -1)
		return -1;
	if ((el->size > 0) == (el->module > 0))
		return mk_words_err(l, l->n, e, "symbol needs one of size= and module=");
	if (!in->quiet)
		el->quiet = type->quiet;
	if (!in->pitch)
		el->pitch = in->t->pen[el->pen].line > 0 ? in->t->pen[el->pen].line : PITCH;
	return 0;
}

static int
add_text(struct mk_lay_line *in, struct mk_err *e)
{
	if (add_element(in, MK_ELEMENT_TEXT, e) == -1 ||
	    mk_lay_settings(in, 1, MK_LAY_TEXT, e) == -1)
		return -1;
	if (in->el->font == NULL && mk_font_open(&in->el->font, "futural", e) == -1)
		return mk_words_err_at(in->l, 0, e);
	return 0;
}

static int
set_workarea(struct mk_template *t, const struct mk_words *l, struct mk_err *e)
{
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
set_recipe(struct mk_template *t, const struct mk_words *l, struct mk_err *e)
{
	if (l->n != 2 || l->w[1].n == 0)
		return mk_words_err(l, l->n > 2 ? 2 : 1, e, "recipe needs one name");
	if (t->recipe != NULL)
		return mk_words_err(l, 0, e, "recipe was set before: keep one of the two");
	return (t->recipe = mk_arena_dup(&t->arena, l->w[1].s, l->w[1].n, e)) == NULL ? -1 : 0;
}

static int
one_line(struct mk_template *t, const struct mk_words *l, struct mk_err *e)
{
	struct mk_lay_line in = { .t = t, .l = l };
	const char *word = l->w[0].s;

	if (strcmp(word, "workarea") == 0)
		return set_workarea(t, l, e);
	if (strcmp(word, "recipe") == 0)
		return set_recipe(t, l, e);
	if (strcmp(word, "pen") == 0)
		return add_pen(&in, e);
	if (strcmp(word, "symbol") == 0)
		return add_symbol(&in, e);
	if (strcmp(word, "text") == 0)
		return add_text(&in, e);
	return mk_words_err(l, 0, e, "unknown word '%s': a template has workarea, recipe, pen, "
		"symbol and text lines, see mklay(5)", word);
}

/* ---- the whole ---- */

static int
parse(struct mk_template *t, struct mk_words *l, struct mk_err *e)
{
	int r;

	if (mk_buf_add(&t->text, l->text.p, l->text.n, e) == -1)
		return -1;
	while ((r = mk_words_next(l, e)) == 1)
		if (one_line(t, l, e) == -1)
			return -1;
	if (r == -1)
		return -1;
	if (t->w <= 0)
		return mk_err(e, MK_ECONF, "%s: no workarea: write 'workarea WIDTH HEIGHT' in mm",
			t->name);
	if (t->nel == 0)
		return mk_err(e, MK_ECONF, "%s: nothing to mark: write a symbol or a text line",
			t->name);
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
	struct mk_words l;
	int r = -1;

	memset(t, 0, sizeof *t);
	if (mk_words_open(&l, path, e) == -1)
		return -1;
	if ((t->name = mk_arena_dup(&t->arena, path, strlen(path), e)) != NULL &&
	    parse(t, &l, e) == 0)
		r = t->recipe == NULL ? name(t, path, e) : 0;
	mk_words_close(&l);
	if (r == -1)
		mk_template_clear(t);
	return r;
}

void
mk_template_clear(struct mk_template *t)
{
	size_t i;

	for (i = 0; i < t->nel; i++) {
		mk_subst_clear(&t->el[i].data);
		mk_font_free(t->el[i].font);
	}
	free(t->el);
	free(t->pen);
	mk_buf_clear(&t->text);
	mk_arena_clear(&t->arena);
	memset(t, 0, sizeof *t);
}
