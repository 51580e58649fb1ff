/* A job as a picture of pixels, for people. */
#ifndef MK_JOB_PICTURE_H
#define MK_JOB_PICTURE_H

#include <stddef.h>

#include "base/err.h"
#include "job/job.h"

/* Write a colour PNG to fd, cropped around what is marked, px pixels to the mm (0: as
 * many as make its longer side about 1600): strokes as wide as line[i] µm for the pen
 * of the i-th P op of nline (0 or missing: 50), jumps thin and in another colour. name
 * is for messages. More than 20000 pixels a side are MK_EDATA. */
int mk_picture_job(const struct mk_job *j, const double *line, size_t nline, double px, int fd,
	const char *name, struct mk_err *e);

#endif
