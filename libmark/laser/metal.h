/* The simulated camera's view of a marked surface. Whole numbers only. Inside
 * libmark/laser only. */
#ifndef MK_METAL_H
#define MK_METAL_H

#include <stdint.h>

#include "base/err.h"
#include "image/image.h"

/* A surface, and what a beam makes of it. A new one is a row in metal.c. */
struct mk_material {
	const char *name;
	int bare, marked;	/* grey levels, of a saturated mark */
	int brushed;		/* 1/16: how strong the grain along x is; 16: of brushed metal */
	int kept;		/* a mark keeps so many 1/16 of the grain */
	uint32_t e0;		/* its threshold, 0.1 % (power) * us/mm (see beam.h) */
	uint32_t burnt;		/* 1/256 E0: over it a mark fades again, gone at twice; 0: never */
};

/* The material of that name; NULL if there is none. The first is number 0 of i. */
const struct mk_material *mk_material(const char *name);
const struct mk_material *mk_material_at(size_t i);

struct mk_metal {
	const struct mk_material *material;
	uint32_t blur;		/* sigma of the lens, 1/256 pixel */
	uint32_t noise;		/* sigma of the sensor, 1/256 grey level */
	uint32_t glare;		/* stripes of mirrored light, along x */
	uint64_t seed;		/* of grain, shading, stripes and noise */
};

/* Paint the picture: the bare surface where dark (w * h values of beam.h) is 0, a mark
 * where it is MK_DARK_ONE. im has its size. */
int mk_metal_paint(const struct mk_metal *m, const uint16_t *dark, struct mk_image *im,
	struct mk_err *e);

#endif
