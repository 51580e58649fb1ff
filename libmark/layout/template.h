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

struct mk_lay_pen {
	const char *name;
	struct mk_pen pen;
	unsigned passes;
	double line;		/* µm; 0: not said */
};

enum mk_element_kind { MK_ELEMENT_SYMBOL, MK_ELEMENT_TEXT };

/* One line of a template that marks something. Lengths are in µm. */
struct mk_element {
	enum mk_element_kind kind;
	long line;		/* where it stands in the template */
	size_t pen;
	struct mk_subst data;
	struct mk_point at;	/* a symbol's centre; a text's baseline at its anchor */
	long rotate;		/* 0.001 degree */
	/* symbol */
	struct mk_symbol_ask ask;	/* without gs1: that is the record's */
	double size, module;	/* of the whole symbol, or of one module; the other is 0 */
	double pitch;
	int quiet;		/* modules */
	/* text */
	double height;
	enum mk_anchor anchor;
	struct mk_font *font;
};

struct mk_template {
	char *name;		/* the file, as messages show it */
	char *recipe;
	struct mk_buf text;	/* its bytes */
	double w, h;		/* the work area, around the origin */
	struct mk_lay_pen *pen;
	size_t npen;
	struct mk_element *el;
	size_t nel;
	struct mk_arena arena;
};

/* Load a template. Errors (MK_ECONF) name file, line and column. */
int mk_template_load(struct mk_template *t, const char *path, struct mk_err *e);
void mk_template_clear(struct mk_template *t);

#endif
