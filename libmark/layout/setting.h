/* The settings, key=VALUE, of a template's lines; inside layout/. A new setting
 * is a function and a row of a table in setting.c. */
#ifndef MK_SETTING_H
#define MK_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/words.h"
#include "layout/template.h"

/* A line of a template that is being read. */
struct mk_lay_line {
	struct mk_template *t;
	const struct mk_words *l;
	struct mk_lay_pen *pen;		/* what the line's settings fill */
	struct mk_element *el;
	bool pitch, quiet;		/* said */
};

enum mk_lay_table { MK_LAY_PEN, MK_LAY_SYMBOL, MK_LAY_TEXT };

/* Take the words of the line from number i on as settings of that table. Errors
 * name file, line and column. */
int mk_lay_settings(struct mk_lay_line *in, size_t i, enum mk_lay_table which, struct mk_err *e);

/* A length over 0 in mm, to the µm; *to is in µm. The error has no place yet. */
int mk_lay_length(const char *v, double *to, struct mk_err *e);

#endif
