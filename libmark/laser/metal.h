/* The simulated camera's view of a marked piece of brushed metal. Whole numbers
 * only. Inside libmark/laser only. */
#ifndef MK_METAL_H
#define MK_METAL_H

#include <stdint.h>

#include "base/err.h"
#include "image/image.h"

struct mk_metal {
	uint32_t blur;		/* sigma of the lens, 1/256 pixel */
	uint32_t noise;		/* sigma of the sensor, 1/256 grey level */
	uint64_t seed;		/* of grain, shading and noise */
};

/* Paint the picture: bare metal, light and brushed along x, where dark (w * h
 * values of beam.h) is 0; a dark mark where it is MK_DARK_ONE. im has its size. */
int mk_metal_paint(const struct mk_metal *m, const uint16_t *dark, struct mk_image *im,
	struct mk_err *e);

#endif
