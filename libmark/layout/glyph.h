/* What a font can do; inside layout/. A new kind of font is a file that fills a
 * table of functions. */
#ifndef MK_GLYPH_H
#define MK_GLYPH_H

#include "layout/font.h"

struct mk_font_kind {
	bool outlined;
	/* The width of a character in heights of capitals: 1; 0: there is no glyph. */
	int (*advance)(const struct mk_font *f, uint32_t code, double *to, struct mk_err *e);
	/* Append its strokes, capitals 1 high, the baseline's start at the origin, curves
	 * as chords not further than tolerance away. */
	int (*draw)(const struct mk_font *f, uint32_t code, double tolerance,
		struct mk_strokes *out, struct mk_err *e);
	void (*free)(struct mk_font *f);
};

/* Each kind's own struct begins with this. */
struct mk_font {
	const struct mk_font_kind *kind;
	const char *name;	/* for messages */
};

/* The file's bytes become the font's (b is emptied). Without FreeType: MK_EDATA
 * that says so. */
int mk_outline_open(struct mk_font **f, const char *path, struct mk_buf *b, struct mk_err *e);

/* The text of a built-in font, or NULL; number i from 0 on is named *name. */
const char *mk_hershey(size_t i, const char **name);

#endif
