/* zxing-cpp behind a C interface. Inside libmark/vision only: engine.c names it. */
#ifndef MK_ZXING_H
#define MK_ZXING_H

#include "vision/engine.h"

#define MK_ZXING_KINDS (MK_DATAMATRIX | MK_QR | MK_CODE128 | MK_MICROQR | MK_AZTEC | \
	MK_PDF417 | MK_CODE39 | MK_CODE93 | MK_ITF | MK_EAN13)

#ifdef __cplusplus
extern "C"
#endif
int mk_zxing_scan(const struct mk_image *im, const struct mk_scan_want *want, int ms,
	struct mk_scan *out, struct mk_err *e);

#endif
