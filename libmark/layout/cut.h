/* Which way each module of a symbol is hatched; inside layout/. */
#ifndef MK_CUT_H
#define MK_CUT_H

#include "base/buf.h"
#include "base/err.h"
#include "ident/symbol.h"

/* For each module of m, 1 in out (rows * cols bytes, emptied first) if its lines
 * run along its column, 0 if along its row or if it is light: so that the dark
 * modules fall into as few straight runs as there can be. That is a minimum cut
 * (twice the runs = ends at light modules + neighbours that differ), found exactly;
 * work keeps its memory. */
int mk_cut(const struct mk_matrix *m, struct mk_buf *out, struct mk_buf *work, struct mk_err *e);

#endif
