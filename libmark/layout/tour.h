/* The search behind order.h; inside layout/. Nodes are visited once each, through
 * one of their ways. */
#ifndef MK_TOUR_H
#define MK_TOUR_H

#include <stdbool.h>

#include "base/err.h"
#include "layout/order.h"

struct mk_way {
	double x0, y0, x1, y1;	/* where it is entered and left */
	int cell0, cell1;	/* the modules there, sym << 20 | row << 10 | column; -1: none */
};

struct mk_node {
	int first, n;	/* its ways: number k turned round is k ^ 1, */
	bool same;	/* or k itself */
};

struct mk_tour {
	struct mk_node *node;
	struct mk_way *way;
	int n, nway;
	struct mk_pace pace;
	double join;
	/* the result: node order[i] is visited by way[via[order[i]]] */
	int *order, *via;
	/* for tour.c only */
	int *pos, *cell, *entry, *owner, *live, *best;
	double *cost;
	int cap, waycap, cellcap;
	double gx, gy, side;
	int gw, gh;
	long work;
};

void mk_tour_clear(struct mk_tour *t);	/* {0} is an empty one */
/* Room for n nodes with nway ways in all. */
int mk_tour_room(struct mk_tour *t, int n, int nway, struct mk_err *e);
void mk_tour_solve(struct mk_tour *t, double x, double y);

/* What it costs to go from the end of a to the beginning of b; *joined (may be
 * NULL) tells whether the beam stays on. */
double mk_tour_step(const struct mk_tour *t, const struct mk_way *a, const struct mk_way *b,
	bool *joined);

#endif
