/* Fonts, and text set in them: single-stroke ones (Hershey) that are built in, and
 * any TrueType or OpenType file (FreeType), whose glyphs are outlines to be filled. */
#ifndef MK_FONT_H
#define MK_FONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "layout/stroke.h"

enum mk_anchor { MK_ANCHOR_START, MK_ANCHOR_MID, MK_ANCHOR_END };

struct mk_font;

/* Open a built-in font by its name, or a .jhf, .ttf, .otf or .ttc file by its path
 * (one that has a '/' or such an ending). Its bytes are appended to *bytes if it is a
 * file. MK_EDATA names what there is. */
int mk_font_open(struct mk_font **f, const char *name, struct mk_buf *bytes, struct mk_err *e);
void mk_font_free(struct mk_font *f);	/* NULL is allowed */

/* Parse the text of a .jhf file, whose glyphs are those of ASCII from the space
 * on, in order. name is kept for messages (borrowed). Malformed is MK_EDATA. */
int mk_font_parse(struct mk_font **f, const char *name, const char *text, size_t n,
	struct mk_err *e);

/* Whether its glyphs are closed outlines, not single strokes. */
bool mk_font_outlined(const struct mk_font *f);

struct mk_text_set {
	double height;		/* µm, of capitals */
	double spacing;		/* µm more between two characters */
	double width;		/* µm, the most that the line may be long; 0: any */
	bool shrink;		/* make the text smaller to fit, else it is refused */
	enum mk_anchor anchor;
	double arc;		/* µm, radius of the baseline, its centre at the origin: over 0
				 * clockwise over the top, below counter-clockwise under the
				 * bottom; 0: straight */
	double tolerance;	/* µm, between a curve and its chords */
};

/* Append the strokes of n bytes of UTF-8 on one line, the baseline's anchor at t's
 * origin (of an arc: its top, or bottom). *why gets "glyph" or "fit" when it fails
 * with MK_EDATA: a character without a glyph is named; the line is too long. *width
 * (may be NULL) gets the line's length in µm. */
int mk_font_text(const struct mk_font *f, const char *text, size_t n,
	const struct mk_text_set *set, const struct mk_affine *t, struct mk_strokes *out,
	double *width, const char **why, struct mk_err *e);

#endif
