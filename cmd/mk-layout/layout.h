/* Between the files of mk-layout. */
#ifndef LAYOUT_TOOL_H
#define LAYOUT_TOOL_H

#include "cmd/cmd.h"
#include "layout/layout.h"

/* What to draw a job into: files, or "-" for standard output; NULL: not. */
struct drawing {
	const char *svg, *png, *gcode;
	double px;	/* pixels to the mm, 0: by the size */
	double s_max;	/* S of full power */
	bool done;
};

/* Whether any is asked for; *out: one of them goes to standard output. -1 with
 * c->err if two do. */
int drawing_check(struct cmd *c, const struct drawing *d, bool *out);
int drawing_make(struct cmd *c, struct drawing *d, const struct mk_job *j, const double *line,
	size_t nline);

/* The time model of mk.conf's device of that name (NULL: the first). -1 with c->err. */
int device_of(struct cmd *c, const char *name, const struct mk_device **d);

extern const struct cmd_opt show_opts[];
int show_run(struct cmd *c);

#endif
