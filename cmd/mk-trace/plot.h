/* Inside cmd/mk-trace only: pictures, which gnuplot(1) draws. */
#ifndef MK_CMD_PLOT_H
#define MK_CMD_PLOT_H

#include "cmd/mk-trace/ask.h"
#include "trace/spc.h"

struct plot {
	struct cmd *c;
	const char *file;	/* .svg or .png */
	struct mk_buf data;	/* rows for gnuplot */
	size_t n;
};

/* Whether the file's name says svg or png (MK_EUSAGE). */
int plot_check(struct plot *p);
void plot_clear(struct plot *p);

int plot_bar(struct plot *p, const char *label, double n, double sum);
int plot_point(struct plot *p, const char *label, const struct mk_spc_point *pt, double centre);

/* Draw what was added. MK_EDEV if there is no gnuplot, or it fails. */
int plot_pareto(struct plot *p);
int plot_chart(struct plot *p, const char *kind);

#endif
