/* The grid of a matrix symbol, fitted to its edges, to a fraction of a module: from
 * where an engine saw the corners to where the modules are. */
#ifndef MK_GRID_H
#define MK_GRID_H

#include "vision/plan.h"
#include "vision/plane.h"

struct mk_grid {
	int rows, cols;
	bool light;		/* light modules on a dark ground */
	/* From modules (column to the right, row down; 0,0 is the outer corner of row 0,
	 * column 0) to pixels: the best plane through all edges. */
	struct mk_plane plane;
	struct mk_point corner[4];	/* of plane, in the order of struct mk_code */
	/* The real centres of the modules, pixels, rows * cols; owned. */
	struct mk_point *node;
	double dx, dy;		/* mean distance of two centres along rows, and columns; pixels */
	double x;		/* X, their mean */
	double grow_x, grow_y;	/* how far edges are outside their place: modules, each edge */
	double bend;		/* the largest distance of a centre from its ideal place, in X:
				 * ideal are equal parts between the corners' modules */
	double match;		/* of fixed patterns, -1 to 1: how well they are seen */
};

/* Fit the grid of plan's symbol near the corners given (within a module and a half).
 * With truth (rows * cols, 1 is marked; may be NULL) all modules say where it is, else
 * only the fixed patterns do. 1, 0 if nothing like the symbol is there, -1 with e. */
int mk_grid_fit(const struct mk_image *im, const struct mk_plan *plan,
	const struct mk_point corner[4], bool light, const unsigned char *truth,
	struct mk_grid *g, struct mk_err *e);
void mk_grid_clear(struct mk_grid *g);

#endif
