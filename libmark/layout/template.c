#include "layout/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/words.h"

#define MM_MAX 10000	/* mm: the largest length or coordinate */
#define PITCH 50	/* µm, of a pen that does not say its line */

/* A line of a template that is being read. */
struct line {
	struct mk_template *t;
	const struct mk_words *l;
	struct mk_lay_pen *pen;		/* what the line's settings fill */
	struct mk_element *el;
	bool pitch, quiet;		/* said */
};

/* A setting of a line: key=VALUE. set gives its error without a place. */
struct setting {
	const char *key;
	bool must;
	int (*set)(struct line *in, const char *val, struct mk_err *e);
};

/* ---- values ---- */

static int
fixed(const char *v, size_t n, int digits, int64_t min, int64_t max, double unit, double *to,
	struct mk_err *e)
{
	int64_t x;

	if (mk_num_fix(v, n, digits, min, max, &x, e) == -1)
		return -1;
	*to = (double)x * unit;
	return 0;
}

/* A length over 0 in mm, to the µm. */
static int
length(const char *v, double *to, struct mk_err *e)
{
	return fixed(v, strlen(v), 3, 1, MM_MAX * 1000, 1, to, e);
}

static int
whole(const char *v, uint64_t min, uint64_t max, uint32_t *to, struct mk_err *e)
{
	uint64_t x;

	if (mk_num_u64(v, strlen(v), min, max, &x, e) == -1)
		return -1;
	*to = (uint32_t)x;
	return 0;
}

/* ---- pen NAME … ---- */

static int
set_power(struct line *in, const char *v, struct mk_err *e)
{
	double x;

	if (fixed(v, strlen(v), 1, 0, 1000, 1, &x, e) == -1)
		return -1;
	in->pen->pen.power = (uint32_t)x;
	return 0;
}

static int
set_freq(struct line *in, const char *v, struct mk_err *e)
{
	return whole(v, 0, 1000000000, &in->pen->pen.hz, e);
}

static int
set_speed(struct line *in, const char *v, struct mk_err *e)
{
	return whole(v, 1, 1000000, &in->pen->pen.speed, e);
}

static int
set_pulse(struct line *in, const char *v, struct mk_err *e)
{
	return whole(v, 1, 1000000000, &in->pen->pen.ns, e);
}

static int
set_passes(struct line *in, const char *v, struct mk_err *e)
{
	return whole(v, 1, 1000, &in->pen->passes, e);
}

static int
set_line(struct line *in, const char *v, struct mk_err *e)
{
	return length(v, &in->pen->line, e);
}

static const struct setting pen_settings[] = {
	{ "power", true, set_power }, { "freq", true, set_freq }, { "speed", true, set_speed },
	{ "pulse", false, set_pulse }, { "passes", false, set_passes },
	{ "line", false, set_line }, {0}
};

/* ---- what symbols and texts have in common ---- */

static int
set_at(struct line *in, const char *v, struct mk_err *e)
{
	const char *comma = strchr(v, ',');

	if (comma == NULL)
		return mk_err(e, MK_ECONF, "'%s' is no place: write X,Y in mm", v);
	if (fixed(v, (size_t)(comma - v), 3, -MM_MAX * 1000, MM_MAX * 1000, 1,
	    &in->el->at.x, e) == -1)
		return -1;
	return fixed(comma + 1, strlen(comma + 1), 3, -MM_MAX * 1000, MM_MAX * 1000, 1,
		&in->el->at.y, e);
}

static int
set_pen(struct line *in, const char *v, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < in->t->npen; i++)
		if (strcmp(in->t->pen[i].name, v) == 0) {
			in->el->pen = i;
			return 0;
		}
	return mk_err(e, MK_ECONF, "no pen '%s' on the lines above", v);
}

static int
set_data(struct line *in, const char *v, struct mk_err *e)
{
	struct mk_subst *s = &in->el->data;
	size_t i;

	if (*v == '\0')
		return mk_err(e, MK_ECONF, "empty: there would be nothing to mark");
	if (mk_subst_parse(s, v, strlen(v), e) == -1)
		return -1;
	for (i = 0; i < s->n; i++)
		if (s->part[i].name != NULL && s->part[i].n > 0 &&
		    strchr(s->part[i].text, '%') == NULL)
			return mk_err(e, MK_ECONF, "column %d: {%s:%s}: a format is a date's, "
				"such as {%s:%%Y%%m%%d}", s->part[i].col, s->part[i].name,
				s->part[i].text, s->part[i].name);
	return 0;
}

static int
turn(struct line *in, const char *v, struct mk_err *e)
{
	int64_t x;

	if (mk_num_fix(v, strlen(v), 3, -360000, 360000, &x, e) == -1)
		return -1;
	in->el->rotate = (long)x;
	return 0;
}

/* ---- symbol TYPE … ---- */

static int
set_size(struct line *in, const char *v, struct mk_err *e)
{
	return length(v, &in->el->size, e);
}

static int
set_module(struct line *in, const char *v, struct mk_err *e)
{
	return length(v, &in->el->module, e);
}

static int
set_modules(struct line *in, const char *v, struct mk_err *e)
{
	struct mk_symbol_ask *ask = &in->el->ask;
	uint32_t n;

	if (whole(v, 1, 1000, &n, e) == -1)
		return -1;
	if ((ask->size = mk_symbol_size(ask->type, (int)n, (int)n)) == NULL)
		return mk_err(e, MK_ECONF, "there is no %s of %lux%lu modules", ask->type->name,
			(unsigned long)n, (unsigned long)n);
	return 0;
}

static int
set_fill(struct line *in, const char *v, struct mk_err *e)
{
	(void)in;
	return strcmp(v, "hatch") == 0 ? 0 : mk_err(e, MK_ECONF, "no fill '%s': there is hatch", v);
}

static int
set_pitch(struct line *in, const char *v, struct mk_err *e)
{
	in->pitch = true;
	return length(v, &in->el->pitch, e);
}

static int
set_quarter(struct line *in, const char *v, struct mk_err *e)
{
	if (turn(in, v, e) == -1)
		return -1;
	return in->el->rotate % 90000 == 0 && in->el->rotate >= 0 && in->el->rotate < 360000 ? 0
		: mk_err(e, MK_ECONF, "a symbol is turned by 0, 90, 180 or 270");
}

static int
set_quiet(struct line *in, const char *v, struct mk_err *e)
{
	uint32_t n;

	if (whole(v, 0, 100, &n, e) == -1)
		return -1;
	in->quiet = true;
	in->el->quiet = (int)n;
	return 0;
}

static const struct setting symbol_settings[] = {
	{ "at", true, set_at }, { "pen", true, set_pen }, { "data", true, set_data },
	{ "size", false, set_size }, { "module", false, set_module },
	{ "modules", false, set_modules }, { "fill", false, set_fill },
	{ "pitch", false, set_pitch }, { "rotate", false, set_quarter },
	{ "quiet", false, set_quiet }, {0}
};

/* ---- text … ---- */

static int
set_height(struct line *in, const char *v, struct mk_err *e)
{
	return length(v, &in->el->height, e);
}

static int
set_font(struct line *in, const char *v, struct mk_err *e)
{
	return mk_font_open(&in->el->font, v, e);
}

static int
set_anchor(struct line *in, const char *v, struct mk_err *e)
{
	static const char *const names[] = { "start", "mid", "end" };
	unsigned i;

	for (i = 0; i < 3; i++)
		if (strcmp(v, names[i]) == 0) {
			in->el->anchor = (enum mk_anchor)i;
			return 0;
		}
	return mk_err(e, MK_ECONF, "no anchor '%s': there are start, mid and end", v);
}

static const struct setting text_settings[] = {
	{ "at", true, set_at }, { "height", true, set_height }, { "pen", true, set_pen },
	{ "data", true, set_data }, { "font", false, set_font },
	{ "anchor", false, set_anchor }, { "rotate", false, turn }, {0}
};

/* ---- lines ---- */

static const char *
known(const struct setting *s, char *out, size_t n)
{
	size_t at = 0, len;

	for (*out = '\0'; s->key != NULL && at + (len = strlen(s->key)) + 2 < n; s++) {
		memcpy(out + at, s->key, len);
		memcpy(out + at + len, "= ", 3);
		at += len + 2;
	}
	if (at > 0)
		out[at - 1] = '\0';
	return out;
}

/* Words from number i on are settings of that table. */
static int
settings(struct line *in, size_t i, const struct setting *table, struct mk_err *e)
{
	const struct mk_words *l = in->l;
	const struct setting *s;
	const char *v;
	unsigned seen = 0, bit;
	char all[128];

	for (; i < l->n; i++) {
		for (s = table, bit = 1; s->key != NULL; s++, bit <<= 1)
			if ((v = mk_word_val(&l->w[i], s->key)) != NULL)
				break;
		if (s->key == NULL)
			return mk_words_err(l, i, e, "unknown setting '%s': %s has %s", l->w[i].s,
				l->w[0].s, known(table, all, sizeof all));
		if ((seen & bit) != 0)
			return mk_words_err(l, i, e, "%s= was set before: keep one of the two", s->key);
		seen |= bit;
		if (s->set(in, v, e) == -1) {
			mk_err_at(e, "%s", s->key);
			return mk_words_err_at(l, i, e);
		}
	}
	for (s = table, bit = 1; s->key != NULL; s++, bit <<= 1)
		if (s->must && (seen & bit) == 0)
			return mk_words_err(l, l->n, e, "%s needs %s=", l->w[0].s, s->key);
	return 0;
}

static int
add_pen(struct line *in, struct mk_err *e)
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
	    settings(in, 2, pen_settings, e) == -1)
		return -1;
	t->npen++;
	return 0;
}

static int
add_element(struct line *in, enum mk_element_kind kind, struct mk_err *e)
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
add_symbol(struct line *in, struct mk_err *e)
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
	if (settings(in, 2, symbol_settings, e) == -1)
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
add_text(struct line *in, struct mk_err *e)
{
	if (add_element(in, MK_ELEMENT_TEXT, e) == -1 ||
	    settings(in, 1, text_settings, e) == -1)
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
		if (length(l->w[i].s, i == 1 ? &t->w : &t->h, e) == -1)
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
	struct line in = { .t = t, .l = l };
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
