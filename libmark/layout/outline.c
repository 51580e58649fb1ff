#include <stdlib.h>
#include <string.h>

#include "layout/curve.h"
#include "layout/glyph.h"

#ifdef HAVE_FREETYPE

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include FT_TRUETYPE_TABLES_H

struct outline {
	struct mk_font font;
	FT_Library lib;
	FT_Face face;
	struct mk_buf file;	/* the face reads from it */
	double cap;		/* height of capitals in the font's units */
};

struct pen {
	struct mk_strokes *out;
	struct mk_err *e;
	double cap, tolerance;
	struct mk_point at;
	size_t from;		/* the strokes before are not of this glyph */
};

static struct mk_point
point(const struct pen *p, const FT_Vector *v)
{
	struct mk_point q = { (double)v->x / p->cap, (double)v->y / p->cap };

	return q;
}

/* FreeType leaves contours open, and does not tell of their end. */
static int
finish(struct mk_strokes *out, size_t from, struct mk_err *e)
{
	return out->n == from || out->s[out->n - 1].form == MK_CLOSED ? 0 : mk_curve_close(out, e);
}

static int
move_to(const FT_Vector *to, void *arg)
{
	struct pen *p = arg;

	p->at = point(p, to);
	return finish(p->out, p->from, p->e) == -1 || mk_strokes_begin(p->out, p->at, p->e) == -1;
}

static int
line_to(const FT_Vector *to, void *arg)
{
	struct pen *p = arg;
	struct mk_point was = p->at;

	p->at = point(p, to);
	return (p->at.x != was.x || p->at.y != was.y) && mk_strokes_to(p->out, p->at, p->e) != 0;
}

static int
conic_to(const FT_Vector *control, const FT_Vector *to, void *arg)
{
	struct pen *p = arg;
	struct mk_point c = point(p, control), d = point(p, to), a = p->at;
	struct mk_point u = { a.x + (c.x - a.x) * 2 / 3, a.y + (c.y - a.y) * 2 / 3 };
	struct mk_point v = { d.x + (c.x - d.x) * 2 / 3, d.y + (c.y - d.y) * 2 / 3 };

	p->at = d;
	return mk_curve_cubic(p->out, u, v, d, p->tolerance, p->e) != 0;
}

static int
cubic_to(const FT_Vector *b, const FT_Vector *c, const FT_Vector *to, void *arg)
{
	struct pen *p = arg;

	p->at = point(p, to);
	return mk_curve_cubic(p->out, point(p, b), point(p, c), p->at, p->tolerance, p->e) != 0;
}

static int
load(const struct outline *f, uint32_t code, struct mk_err *e)
{
	FT_UInt i = FT_Get_Char_Index(f->face, code);

	if (i == 0)
		return 0;
	if (FT_Load_Glyph(f->face, i, FT_LOAD_NO_SCALE | FT_LOAD_NO_BITMAP) != 0)
		return mk_err(e, MK_EDATA, "font %s: the glyph for U+%04lX is broken", f->font.name,
			(unsigned long)code);
	return 1;
}

static int
advance(const struct mk_font *font, uint32_t code, double *to, struct mk_err *e)
{
	const struct outline *f = (const struct outline *)(const void *)font;
	int r = load(f, code, e);

	if (r == 1)
		*to = (double)f->face->glyph->metrics.horiAdvance / f->cap;
	return r;
}

static int
draw(const struct mk_font *font, uint32_t code, double tolerance, struct mk_strokes *out,
	struct mk_err *e)
{
	static const FT_Outline_Funcs funcs = { move_to, line_to, conic_to, cubic_to, 0, 0 };
	const struct outline *f = (const struct outline *)(const void *)font;
	struct pen p = { out, e, f->cap, tolerance, { 0, 0 }, out->n };

	if (load(f, code, e) != 1)
		return -1;
	e->code = 0;
	if (FT_Outline_Decompose(&f->face->glyph->outline, &funcs, &p) != 0)
		return e->code != 0 ? -1 : mk_err(e, MK_EDATA, "font %s: the glyph for U+%04lX is broken",
			f->font.name, (unsigned long)code);
	return finish(out, p.from, e);
}

static void
release(struct mk_font *font)
{
	struct outline *f = (struct outline *)(void *)font;

	if (f->face != NULL)
		FT_Done_Face(f->face);
	if (f->lib != NULL)
		FT_Done_FreeType(f->lib);
	mk_buf_clear(&f->file);
	free(f);
}

static const struct mk_font_kind kind = { true, advance, draw, release };

/* Capitals are as high as the font says, or as its H is. */
static void
capitals(struct outline *f)
{
	const TT_OS2 *os2 = FT_Get_Sfnt_Table(f->face, FT_SFNT_OS2);
	FT_BBox box;

	if (os2 != NULL && os2->version >= 2 && os2->version != 0xffff && os2->sCapHeight > 0) {
		f->cap = os2->sCapHeight;
		return;
	}
	f->cap = f->face->units_per_EM * 0.7;
	if (FT_Load_Char(f->face, 'H', FT_LOAD_NO_SCALE | FT_LOAD_NO_BITMAP) == 0) {
		FT_Outline_Get_CBox(&f->face->glyph->outline, &box);
		if (box.yMax > 0)
			f->cap = (double)box.yMax;
	}
}

int
mk_outline_open(struct mk_font **out, const char *path, struct mk_buf *b, struct mk_err *e)
{
	struct outline *f = calloc(1, sizeof *f);

	if (f == NULL)
		return mk_err_nomem(e);
	f->font.kind = &kind;
	f->font.name = path;
	f->file = *b;
	memset(b, 0, sizeof *b);
	if (FT_Init_FreeType(&f->lib) != 0) {
		release(&f->font);
		return mk_err_nomem(e);
	}
	if (FT_New_Memory_Face(f->lib, (const FT_Byte *)f->file.p, (FT_Long)f->file.n, 0,
	    &f->face) != 0 || !FT_IS_SCALABLE(f->face) || f->face->units_per_EM == 0) {
		release(&f->font);
		return mk_err(e, MK_EDATA, "font %s: no TrueType or OpenType font with outlines", path);
	}
	capitals(f);
	*out = &f->font;
	return 0;
}

#else

int
mk_outline_open(struct mk_font **out, const char *path, struct mk_buf *b, struct mk_err *e)
{
	(void)out;
	(void)b;
	return mk_err(e, MK_EDATA, "font %s: this mk-layout was built without FreeType "
		"(./configure --with-freetype): use a Hershey font", path);
}

#endif
