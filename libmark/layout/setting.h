/* The settings, key=VALUE, of a template's lines; inside layout/. A new setting
 * is a function and a row of a table in one of the set_*.c files. */
#ifndef MK_SETTING_H
#define MK_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/words.h"
#include "layout/template.h"

#define MK_LAY_MM_MAX 10000	/* mm: the largest length or coordinate */

/* What of a shape is written, before its strokes are made. */
struct mk_lay_shape {
	struct mk_point from, to;
	double w, h, radius;
	long start, end;	/* of an arc, 0.001 degree */
	struct mk_point *pt;	/* of a polyline, owned by the reading */
	size_t npt;
	bool close;
};

/* A line of a template that is being read. */
struct mk_lay_line {
	struct mk_template *t;
	const struct mk_words *l;
	struct mk_lay_pen *pen;		/* what the line's settings fill */
	struct mk_element *el;
	struct mk_lay_shape shape;
	double scale;			/* of a group */
	bool pitch, quiet, fill;	/* said */
};

/* One setting; set gives its error without a place. A table ends with {0}. */
struct mk_lay_setting {
	const char *key;
	bool must;
	int (*set)(struct mk_lay_line *in, const char *val, struct mk_err *e);
};
extern const struct mk_lay_setting mk_set_pen[], mk_set_symbol[], mk_set_text[], mk_set_group[],
	mk_set_array[], mk_set_offset[], mk_set_line[], mk_set_rect[], mk_set_circle[], mk_set_arc[],
	mk_set_polyline[], mk_set_svg[];

/* Take the words of the line from number i on as settings of that table. Errors
 * name file, line and column. */
int mk_lay_settings(struct mk_lay_line *in, size_t i, const struct mk_lay_setting *table,
	struct mk_err *e);

/* ---- values, and settings that several kinds of lines have ---- */

/* A length over 0 in mm, to the µm; *to is in µm. The error has no place yet. */
int mk_lay_length(const char *v, double *to, struct mk_err *e);
int mk_lay_coord(const char *v, size_t n, double *to, struct mk_err *e);	/* may be below 0 */
int mk_lay_point(const char *v, size_t n, struct mk_point *to, struct mk_err *e);	/* X,Y */
int mk_lay_whole(const char *v, uint64_t min, uint64_t max, uint32_t *to, struct mk_err *e);
int mk_lay_angle(const char *v, long *to, struct mk_err *e);	/* -360 to 360 */
int mk_lay_flag(const char *v, bool *to, struct mk_err *e);	/* yes or no */
int mk_lay_subst(struct mk_subst *s, const char *v, struct mk_err *e);
/* One of the words, which end with NULL; what names them in the error. */
int mk_lay_choice(const char *v, const char *const *words, const char *what, unsigned *to,
	struct mk_err *e);

typedef int mk_lay_set(struct mk_lay_line *in, const char *v, struct mk_err *e);
mk_lay_set mk_lay_at, mk_lay_pen_of, mk_lay_data, mk_lay_rotate, mk_lay_mirror, mk_lay_overlap,
	mk_lay_pitch, mk_lay_hatch_angle, mk_lay_cross;

/* The path of a file that the template names: beside the template unless it is
 * absolute. It belongs to the template. */
const char *mk_lay_path(struct mk_template *t, const char *file, struct mk_err *e);

#endif
