/* A layout's own parts, for layout.c, lint.c and share.c; inside layout/. */
#ifndef MK_INSIDE_H
#define MK_INSIDE_H

#include "base/crypt.h"
#include "layout/draw.h"
#include "layout/layout.h"

struct mk_layout {
	struct mk_template t;
	struct mk_timing timing;
	char hash[2 * MK_SHA256_LEN + 1];
	uint64_t tray, nest;	/* trays that are full, the nest used last */
	/* of the record at hand; kept for their memory */
	struct mk_drawer drawer;
	struct mk_order *order;
	struct mk_strokes strokes;
	struct mk_job job;
	struct mk_buf data, text;
	struct mk_piece *piece;		/* one for each element */
	struct mk_quiet *quiet;		/* of those that are symbols */
	double *line;			/* one for each P op, at most one for each element */
	size_t nline;
	struct mk_buf owner;		/* uint16_t for each op: whose element it is */
	const struct mk_symbol_type *first;	/* the first symbol, for lay_symbol */
	int rows, cols;
};

/* The ops of the job that are nobody's yet are of that element. */
int mk_layout_own(struct mk_layout *l, size_t owner, struct mk_err *e);

#endif
