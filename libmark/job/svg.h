/* A job as an SVG picture. */
#ifndef MK_SVG_H
#define MK_SVG_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "job/job.h"

/* Append an SVG of the job in its true size (mm), cropped around what is marked:
 * strokes as wide as line[i] µm for the pen of the i-th P op of nline (0 or
 * missing: 50), jumps thin and in another colour. */
int mk_svg_job(const struct mk_job *j, const double *line, size_t nline, struct mk_buf *out,
	struct mk_err *e);

#endif
