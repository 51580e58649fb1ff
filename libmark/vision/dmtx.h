/* Data Matrix by libdmtx. Inside libmark/vision only (and its tests). */
#ifndef MK_DMTX_H
#define MK_DMTX_H

#include "vision/engine.h"

/* One look at one picture (engine.h). With guard false, what libdmtx says is
 * believed: only to measure how wrong that is. */
int mk_dmtx_scan(const struct mk_image *im, const struct mk_scan_want *want, int ms,
	bool guard, struct mk_scan *out, struct mk_err *e);

#endif
