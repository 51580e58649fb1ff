#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "layout/glyph.h"

/* JHF: per glyph five columns of a number, three of a count, then that many pairs
 * of characters, each a coordinate as its distance from 'R': first the left and
 * right bearing, then points, x right and y down; the pair " R" lifts the pen.
 * Long glyphs are wrapped onto further lines. */

#define FIRST ' '
#define GLYPHS 95	/* to '~': what a file has behind that is not text */
#define MIDDLE 'R'

struct vertex {
	signed char x, y;
	bool lift;
};

struct glyph {
	size_t first, n;
	int left, right;
};

struct hershey {
	struct mk_font font;
	struct vertex *v;
	size_t nv;
	struct glyph g[GLYPHS];
	size_t n;
	int base, cap;	/* y of the baseline, height of capitals, in the font's units */
};

/* generated from fonts/NAME.jhf */
extern const char mk_font_futural[], mk_font_futuram[], mk_font_rowmans[], mk_font_rowmant[],
	mk_font_scripts[], mk_font_timesr[];

static const struct {
	const char *name, *text;
} builtin[] = {
	{ "futural", mk_font_futural }, { "futuram", mk_font_futuram },
	{ "rowmans", mk_font_rowmans }, { "rowmant", mk_font_rowmant },
	{ "scripts", mk_font_scripts }, { "timesr", mk_font_timesr }
};
#define NBUILTIN (sizeof builtin / sizeof *builtin)

const char *
mk_hershey(size_t i, const char **name)
{
	if (i >= NBUILTIN)
		return NULL;
	*name = builtin[i].name;
	return builtin[i].text;
}

struct source {
	const char *p, *end;
};

/* The next byte that is not part of a line's end, or -1. */
static int
next(struct source *s)
{
	while (s->p < s->end && (*s->p == '\n' || *s->p == '\r'))
		s->p++;
	return s->p < s->end ? (unsigned char)*s->p++ : -1;
}

/* The count of pairs in the next glyph's head; 0 at the end, -1 if malformed. */
static int
head(struct source *s)
{
	int i, c, n = 0;
	bool blank = true;

	for (i = 0; i < 8; i++) {
		if ((c = next(s)) == -1)
			return i == 0 ? 0 : -1;
		if (c != ' ' && (c < '0' || c > '9'))
			return -1;
		if (i < 5)
			continue;
		if (c == ' ' && !blank)
			return -1;
		blank = c == ' ';
		n = c == ' ' ? 0 : n * 10 + (c - '0');
	}
	return n == 0 ? -1 : n;
}

static int
glyph(struct hershey *f, struct source *s, int pairs)
{
	struct glyph *g = &f->g[f->n];
	int i, x, y;

	g->first = f->nv;
	g->n = (size_t)pairs - 1;
	for (i = 0; i < pairs; i++) {
		struct vertex v = {0};

		if ((x = next(s)) == -1 || (y = next(s)) == -1 || x > '~' || y > '~')
			return -1;
		v.lift = x == ' ' && y == MIDDLE;
		v.x = (signed char)(x - MIDDLE);
		v.y = (signed char)(y - MIDDLE);
		if (i == 0) {
			g->left = v.x;
			g->right = v.y;
		} else
			f->v[f->nv++] = v;
	}
	f->n++;
	return 0;
}

/* The baseline and the height of capitals are those of H. */
static int
metrics(struct hershey *f)
{
	const struct glyph *g = &f->g['H' - FIRST];
	int top = 127;
	size_t i;

	f->base = -127;
	if (f->n <= 'H' - FIRST)
		return -1;
	for (i = g->first; i < g->first + g->n; i++) {
		if (f->v[i].lift)
			continue;
		if (f->v[i].y > f->base)
			f->base = f->v[i].y;
		if (f->v[i].y < top)
			top = f->v[i].y;
	}
	f->cap = f->base - top;
	return f->cap > 0 ? 0 : -1;
}

/* ---- what a font does ---- */

static const struct glyph *
find(const struct mk_font *font, uint32_t code)
{
	const struct hershey *f = (const struct hershey *)(const void *)font;

	return code >= FIRST && code - FIRST < f->n ? &f->g[code - FIRST] : NULL;
}

static int
advance(const struct mk_font *font, uint32_t code, double *to, struct mk_err *e)
{
	const struct hershey *f = (const struct hershey *)(const void *)font;
	const struct glyph *g = find(font, code);

	(void)e;
	if (g == NULL)
		return 0;
	*to = (double)(g->right - g->left) / f->cap;
	return 1;
}

static int
draw(const struct mk_font *font, uint32_t code, double tolerance, struct mk_strokes *out,
	struct mk_err *e)
{
	const struct hershey *f = (const struct hershey *)(const void *)font;
	const struct glyph *g = find(font, code);
	bool down = false;
	size_t i, from = out->n;

	(void)tolerance;
	for (i = g->first; i < g->first + g->n; i++) {
		const struct vertex *v = &f->v[i];
		struct mk_point p = { (double)(v->x - g->left) / f->cap,
			(double)(f->base - v->y) / f->cap };

		if (!v->lift && (down ? mk_strokes_to : mk_strokes_begin)(out, p, e) == -1)
			return -1;
		down = !v->lift;
	}
	for (i = from; i < out->n; i++) {
		struct mk_stroke *s = &out->s[i];
		const struct mk_point *a = &out->pt[s->first], *z = a + s->n - 1;

		if (s->n > 3 && a->x == z->x && a->y == z->y)
			s->form = MK_CLOSED;
	}
	return 0;
}

static void
release(struct mk_font *font)
{
	struct hershey *f = (struct hershey *)(void *)font;

	free(f->v);
	free(f);
}

static const struct mk_font_kind kind = { false, advance, draw, release };

int
mk_font_parse(struct mk_font **out, const char *name, const char *text, size_t n,
	struct mk_err *e)
{
	struct source s = { text, text + n };
	struct hershey *f = calloc(1, sizeof *f);
	int pairs = 0;

	if (f == NULL || (f->v = malloc((n / 2 + 1) * sizeof *f->v)) == NULL) {
		free(f);
		return mk_err_nomem(e);
	}
	f->font.kind = &kind;
	f->font.name = name;
	while (f->n < GLYPHS && (pairs = head(&s)) > 0)
		if (glyph(f, &s, pairs) == -1) {
			pairs = -1;
			break;
		}
	if (pairs == -1 || metrics(f) == -1) {
		mk_err(e, MK_EDATA, "font %s: glyph %zu is malformed, or there is no H", name, f->n + 1);
		release(&f->font);
		return -1;
	}
	*out = &f->font;
	return 0;
}
