/* Inside the fit of a grid (grid.c, near.c, edge.c, track.c) only. */
#ifndef MK_FIT_H
#define MK_FIT_H

#include <math.h>

#include "vision/grid.h"

/* An edge between module r, c and its neighbour to the right, or below it (down). */
struct edge {
	double u, v;		/* its middle, modules */
	double off;		/* measured: so far to the right, or below; modules */
	int dark;		/* +1 if the marked side is left, or above */
	bool down;
};

/* What is looked at for a match: the centre of a module, and what it should be. */
struct spot {
	double u, v, want;
};
#define MK_SPOTS 300

struct fit {
	const struct mk_image *im;
	const struct mk_plan *p;
	const unsigned char *truth;
	struct mk_grid *g;
	double *level;		/* (rows + 2) * (cols + 2), the quiet zone too: marked is low */
	double contrast, split;
	struct mk_point *shift;	/* of centres from the plane's: rows * cols, modules */
	double bend_x[7], bend_y[7];	/* a gentle bend: x, y, squares; growth */
	struct edge *edge;
	int n;
	int lines;		/* profiles across an edge */
	struct spot spot[MK_SPOTS];
	int spots;
};

static inline double
mk_apart(struct mk_point a, struct mk_point b)
{
	return hypot(a.x - b.x, a.y - b.y);
}

/* What module r, c should be: 1 marked, 0 not (as the quiet zone), -1 not known. */
int mk_fit_wanted(const struct mk_plan *p, const unsigned char *truth, int r, int c);

/* near.c: move the corners to where the symbol's known modules match best what is seen;
 * the match, -1 to 1. And the match at corners as they are. */
double mk_fit_near(struct fit *f, struct mk_point q[4]);
double mk_fit_match(const struct fit *f, const struct mk_point q[4]);

/* edge.c: the levels of all modules, and what parts marked ones from the others. False
 * if that cannot be told. Then: measure all edges. */
bool mk_fit_levels(struct fit *f);
void mk_fit_edges(struct fit *f);

/* track.c: the bend along rows, or, down, along columns, as the clock track shows it:
 * bend_x, or bend_y. False if it is not whole, or there is none. */
bool mk_fit_track(const struct fit *f, bool down, double x[7]);

#endif
