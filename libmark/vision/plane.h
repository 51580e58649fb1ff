/* Plane projective maps (homographies), and reading a picture between its pixels.
 * Inside libmark/vision only (and its tests). */
#ifndef MK_PLANE_H
#define MK_PLANE_H

#include <stdbool.h>

#include "image/image.h"
#include "vision/scan.h"

struct mk_plane {
	double m[9];	/* row by row: x' = (m0 x + m1 y + m2) / (m6 x + m7 y + m8), y' … */
};

/* The map that takes a rectangle of w by h at the origin to four corners, in the order
 * of struct mk_code. False if three of them are on one line. */
bool mk_plane_corners(struct mk_plane *p, double w, double h, const struct mk_point corner[4]);

struct mk_point mk_plane_at(const struct mk_plane *p, double x, double y);

/* a after b: b first. */
struct mk_plane mk_plane_after(const struct mk_plane *a, const struct mk_plane *b);

/* The grey level at a point, linear between pixel centres; beyond the picture that of
 * its edge. */
double mk_plane_grey(const struct mk_image *im, struct mk_point at);

/* Solve n (at most 12) linear equations in place: a is n rows of n + 1, the right side
 * last; x gets the answer. False if there is none. */
bool mk_plane_solve(double *a, int n, double *x);

#endif
