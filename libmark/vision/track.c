/* Where columns and rows are by the clock tracks. Their edges are counted from end to
 * end, so that none is taken for another, however much a symbol bends: ISO/IEC 16022,
 * reference decode, finds its columns and rows so, too. */
#include "vision/fit.h"

#define FINE 12		/* samples a module */
#define SIDE 144	/* modules, of the largest Data Matrix */

/* How light the track is at t modules along it, in its middle. */
static double
level(const struct fit *f, bool down, double t)
{
	double sum = 0, across;
	int i;

	for (i = -1; i <= 1; i++) {
		across = .5 + .15 * i;
		sum += mk_plane_grey(f->im, mk_plane_at(&f->g->plane, down ? f->p->cols - across : t,
			down ? t : across));
	}
	return f->g->light ? 1 - sum / (3 * 255) : sum / (3 * 255);
}

static bool
on(const struct fit *f, bool down, int k)
{
	int n = down ? f->p->rows : f->p->cols;

	return k >= 0 && k < n && mk_fit_wanted(f->p, NULL, down ? k : 0, down ? f->p->cols - 1 : k) == 1;
}

/* The next place at or behind *t where what is seen turns dark, or light. */
static bool
next_edge(const struct fit *f, bool down, double end, bool dark, double *t)
{
	double a = level(f, down, *t), b, step = 1.0 / FINE;

	for (; *t < end; *t += step, a = b) {
		b = level(f, down, *t + step);
		if ((a < f->split) == dark || (b < f->split) != dark)
			continue;
		*t += step * (a - f->split) / (a - b);
		return true;
	}
	return false;
}

bool
mk_fit_track(const struct fit *f, bool down, double x[7])
{
	int n = down ? f->p->rows : f->p->cols, k, i, j;
	double a[4 * 5] = {0}, row[4], t = -.9, at, got[4];

	if (f->p->kind != MK_DATAMATRIX || n > SIDE)
		return false;
	for (k = 0; k <= n; k++) {
		if (on(f, down, k - 1) == on(f, down, k))
			continue;
		if (!next_edge(f, down, n + .9, on(f, down, k), &t))
			return false;
		at = 2.0 * k / n - 1;
		row[0] = 1;
		row[1] = at;
		row[2] = at * at;
		row[3] = on(f, down, k - 1) ? 1 : -1;
		for (i = 0; i < 4; i++) {
			for (j = 0; j < 4; j++)
				a[i * 5 + j] += row[i] * row[j];
			a[i * 5 + 4] += row[i] * (t - k);
		}
	}
	/* one more would be one too many */
	if (next_edge(f, down, n + .9, true, &t) || !mk_plane_solve(a, 4, got))
		return false;
	for (i = 0; i < 7; i++)
		x[i] = 0;
	x[0] = got[0];
	x[down ? 2 : 1] = got[1];
	x[down ? 5 : 3] = got[2];
	x[6] = got[3];
	return true;
}
