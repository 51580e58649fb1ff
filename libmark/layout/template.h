/* Templates: what is marked on a part, and how (mklay(5)). */
#ifndef MK_TEMPLATE_H
#define MK_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/subst.h"
#include "ident/symbol.h"
#include "job/job.h"
#include "layout/font.h"
#include "layout/stroke.h"

#define MK_LAY_PITCH 50		/* µm, where neither the element nor its pen says */

struct mk_lay_pen {
	const char *name;
	struct mk_pen pen;
	unsigned passes;
	double line;		/* µm; 0: not said */
};

enum mk_element_kind { MK_ELEMENT_SYMBOL, MK_ELEMENT_TEXT, MK_ELEMENT_SHAPE };
enum mk_fill { MK_FILL_HATCH, MK_FILL_DOTS, MK_FILL_OUTLINE };

/* One line of a template that marks something. Lengths are in µm, scaled by the
 * groups around it. */
struct mk_element {
	enum mk_element_kind kind;
	long line;		/* where it stands in the template */
	size_t pen;
	size_t op;		/* it belongs to that one of the template's ops, from 1; 0: to all */
	struct mk_affine t;	/* from its own coordinates to the part's */
	struct mk_point at;	/* as written, before groups */
	long rotate;		/* 0.001 degree, as written */
	bool mirror;
	bool overlap;		/* it may meet others */
	enum mk_fill fill;
	bool angled, cross;	/* angle was said; hatched again across */
	long angle;		/* 0.001 degree */
	double pitch;
	uint32_t dwell;		/* µs, of a dot */
	/* symbol and text */
	struct mk_subst data;
	/* symbol */
	struct mk_symbol_ask ask;	/* without gs1: that is the record's */
	double size, module;	/* of the whole symbol, or of one module; the other is 0 */
	double bars;		/* height of a linear one */
	int quiet;		/* modules */
	bool light, invert;	/* burning makes light; light and dark change places */
	/* text */
	struct mk_text_set set;
	struct mk_font *font;
	/* shape: its strokes, in its own coordinates */
	struct mk_strokes shape;
	bool evenodd;
};

struct mk_lay_op {
	const char *name;
	long line;
};

struct mk_lay_array {	/* nests of a tray, numbered from 1 in their order */
	int cols, rows;		/* 0: there is no array line */
	double dx, dy;
	int order;		/* 0 rows, 1 columns, 2 snake */
	unsigned char *skip;	/* one for each nest */
};

struct mk_lay_sample {
	const char *key, *val;
};

struct mk_template {
	char *name;		/* the file, as messages show it */
	char *recipe, *rev;	/* rev NULL: not said */
	struct mk_buf text;	/* its bytes */
	struct mk_buf included;	/* a line feed and the bytes of each file that it names */
	double w, h;		/* the work area, around the origin */
	struct mk_lay_pen *pen;
	size_t npen;
	struct mk_element *el;
	size_t nel;
	struct mk_lay_op *op;
	size_t nop;
	struct mk_lay_array array;
	struct mk_subst offset[3];	/* x, y, turn of the part; without parts if not said */
	long offset_line, array_line;	/* 0: there is none */
	struct mk_lay_sample *sample;
	size_t nsample;
	struct mk_arena arena;
};

/* Load a template. Errors (MK_ECONF) name file, line and column. */
int mk_template_load(struct mk_template *t, const char *path, struct mk_err *e);
void mk_template_clear(struct mk_template *t);

/* The middle of nest number n (from 1), and whether it is one that is used. */
bool mk_lay_nest(const struct mk_lay_array *a, uint64_t n, struct mk_point *at);

#endif
