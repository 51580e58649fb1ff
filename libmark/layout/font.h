/* Single-stroke fonts (Hershey, in James Hurt's JHF text), and text set in them. */
#ifndef MK_FONT_H
#define MK_FONT_H

#include <stddef.h>

#include "base/err.h"
#include "layout/stroke.h"

enum mk_anchor { MK_ANCHOR_START, MK_ANCHOR_MID, MK_ANCHOR_END };

struct mk_font;

/* Parse the text of a .jhf file, whose glyphs are those of ASCII from the space
 * on, in order. name is kept for messages (borrowed). Malformed is MK_EDATA. */
int mk_font_parse(struct mk_font **f, const char *name, const char *text, size_t n,
	struct mk_err *e);
void mk_font_free(struct mk_font *f);	/* NULL is allowed */

/* A font that is built in; MK_EDATA names those that are. */
int mk_font_open(struct mk_font **f, const char *name, struct mk_err *e);

/* Append the strokes of n bytes of UTF-8 on one line: capitals are height µm
 * high, the baseline's anchor is at t's origin. *width (may be NULL) gets the
 * line's length in µm. A character without a glyph is MK_EDATA and is named. */
int mk_font_text(const struct mk_font *f, const char *text, size_t n, double height,
	enum mk_anchor anchor, const struct mk_affine *t, struct mk_strokes *out,
	double *width, struct mk_err *e);

#endif
