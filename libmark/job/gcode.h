/* A job as G-code for lasers that speak GRBL's dialect: one line for each op. */
#ifndef MK_GCODE_H
#define MK_GCODE_H

#include "base/buf.h"
#include "base/err.h"
#include "job/job.h"

/* Append the lines before the first op, and those behind the last: mm, absolute,
 * beam off. */
int mk_gcode_begin(struct mk_buf *out, struct mk_err *e);
int mk_gcode_end(struct mk_buf *out, struct mk_err *e);

/* Append one op's line. s_max is the S of full power ($30). Laser mode with M4: the
 * beam follows the speed and is off in jumps. A dot is MK_EDATA: M4 gives no light at
 * a stand, and M3 could leave the beam on. Pulse frequency and width have no word. */
int mk_gcode_op(const struct mk_op *op, double s_max, struct mk_buf *out, struct mk_err *e);

/* All three. */
int mk_gcode_job(const struct mk_job *j, double s_max, struct mk_buf *out, struct mk_err *e);

#endif
