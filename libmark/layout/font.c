#include "layout/font.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

struct mk_font {
	const char *name;
	struct vertex *v;
	size_t nv;
	struct glyph g[GLYPHS];
	size_t n;
	int base, cap;	/* y of the baseline, height of capitals, in the font's units */
};

extern const char mk_font_futural[];	/* generated from fonts/futural.jhf */

static const struct {
	const char *name, *text;
} builtin[] = {
	{ "futural", mk_font_futural }
};
#define NBUILTIN (sizeof builtin / sizeof *builtin)

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
glyph(struct mk_font *f, struct source *s, int pairs)
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
metrics(struct mk_font *f)
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

int
mk_font_parse(struct mk_font **out, const char *name, const char *text, size_t n,
	struct mk_err *e)
{
	struct source s = { text, text + n };
	struct mk_font *f = calloc(1, sizeof *f);
	int pairs = 0;

	if (f == NULL || (f->v = malloc((n / 2 + 1) * sizeof *f->v)) == NULL) {
		free(f);
		return mk_err_nomem(e);
	}
	f->name = name;
	while (f->n < GLYPHS && (pairs = head(&s)) > 0)
		if (glyph(f, &s, pairs) == -1) {
			pairs = -1;
			break;
		}
	if (pairs == -1 || metrics(f) == -1) {
		mk_err(e, MK_EDATA, "font %s: glyph %zu is malformed, or there is no H", name, f->n + 1);
		mk_font_free(f);
		return -1;
	}
	*out = f;
	return 0;
}

void
mk_font_free(struct mk_font *f)
{
	if (f == NULL)
		return;
	free(f->v);
	free(f);
}

int
mk_font_open(struct mk_font **f, const char *name, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < NBUILTIN; i++)
		if (strcmp(builtin[i].name, name) == 0)
			return mk_font_parse(f, builtin[i].name, builtin[i].text,
				strlen(builtin[i].text), e);
	return mk_err(e, MK_EDATA, "no font '%s': there is futural", name);
}

/* Name the character at s, which has no glyph. */
static int
missing(const struct mk_font *f, const char *s, size_t n, struct mk_err *e)
{
	unsigned c = (unsigned char)*s, len = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	unsigned long code = c & (len == 1 ? 0xffu : 0x7fu >> len);
	unsigned i;

	if (c < 0x20 || (c >= 0x7f && len == 1) || len > n)
		return mk_err(e, MK_EDATA, "font %s has no glyph for byte 0x%02x", f->name, c);
	for (i = 1; i < len; i++)
		code = code << 6 | ((unsigned char)s[i] & 0x3fu);
	return mk_err(e, MK_EDATA, "font %s has no glyph for '%.*s' (U+%04lX)", f->name,
		(int)len, s, code);
}

static const struct glyph *
find(const struct mk_font *f, char c)
{
	size_t i = (unsigned char)c - (size_t)FIRST;

	return (unsigned char)c >= FIRST && i < f->n ? &f->g[i] : NULL;
}

static int
draw(const struct mk_font *f, const struct glyph *g, double x0, double scale,
	const struct mk_affine *t, struct mk_strokes *out, struct mk_err *e)
{
	bool down = false;
	size_t i;

	for (i = g->first; i < g->first + g->n; i++) {
		const struct vertex *v = &f->v[i];
		struct mk_point p;

		if (v->lift) {
			down = false;
			continue;
		}
		p = mk_affine_to(t, x0 + (v->x - g->left) * scale, (f->base - v->y) * scale);
		if ((down ? mk_strokes_to : mk_strokes_begin)(out, p, e) == -1)
			return -1;
		down = true;
	}
	return 0;
}

int
mk_font_text(const struct mk_font *f, const char *text, size_t n, double height,
	enum mk_anchor anchor, const struct mk_affine *t, struct mk_strokes *out,
	double *width, struct mk_err *e)
{
	double scale = height / f->cap, len = 0, x = 0;
	const struct glyph *g;
	size_t i;

	for (i = 0; i < n; i++) {
		if ((g = find(f, text[i])) == NULL)
			return missing(f, text + i, n - i, e);
		len += (g->right - g->left) * scale;
	}
	if (width != NULL)
		*width = len;
	if (anchor != MK_ANCHOR_START)
		x = anchor == MK_ANCHOR_MID ? -len / 2 : -len;
	for (i = 0; i < n; i++) {
		g = find(f, text[i]);
		if (draw(f, g, x, scale, t, out, e) == -1)
			return -1;
		x += (g->right - g->left) * scale;
	}
	return 0;
}
