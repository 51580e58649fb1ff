/* A round measuring aperture, as ISO/IEC 15415:2011, 7.3 makes it of a picture: the mean
 * of the pixels in a disc. Inside libmark/vision only (and its tests). */
#ifndef MK_APERTURE_H
#define MK_APERTURE_H

#include "image/image.h"
#include "vision/scan.h"

struct mk_aperture {
	double radius;		/* pixels */
	int reach, phases;	/* of a mask: pixels to either side; places inside a pixel */
	float *mask;		/* phases² masks of (2 reach + 1)² weights; owned */
};

int mk_aperture_new(struct mk_aperture *a, double diameter, struct mk_err *e);
void mk_aperture_clear(struct mk_aperture *a);

/* The mean grey level, 0..255, around a point. */
double mk_aperture_at(const struct mk_aperture *a, const struct mk_image *im, struct mk_point at);

#endif
