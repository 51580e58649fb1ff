/* SVG drawings as strokes (logos). expat reads the XML, so that a file cut short is an
 * error with its line. (nanosvg would read the shapes, too, but takes what is malformed,
 * and leaves out silently what it does not know: a part would be marked without it.) */
#ifndef MK_DRAWING_H
#define MK_DRAWING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "layout/stroke.h"

/* Append the shapes of the SVG text: path, rect, circle, ellipse, line, polyline and
 * polygon, in g with transform. y points up afterwards, the unit is the drawing's.
 * What has a fill comes as closed strokes, the rest as open ones. Colours and
 * widths do not count; hidden things and definitions are left out. What can't be
 * marked (text, images …) is MK_EDATA that names the line: nothing is left out
 * silently. *evenodd tells whether any shape asks for that rule. tolerance is in
 * the drawing's units. */
int mk_drawing_read(const char *text, size_t n, double tolerance, struct mk_strokes *out,
	bool *evenodd, struct mk_err *e);

/* The box around all points. */
void mk_strokes_box(const struct mk_strokes *l, struct mk_point *low, struct mk_point *high);

/* Inside layout/: append the path data d (SVG 1.1, 8.3) in t's place; filled closes
 * each part. Errors have no place yet. */
int mk_drawing_path(const char *d, const struct mk_affine *t, bool filled, double tolerance,
	struct mk_strokes *out, struct mk_err *e);
/* The next number of *p, behind blanks and at most one comma; false if there is none. */
bool mk_drawing_number(const char **p, double *x);

#endif
