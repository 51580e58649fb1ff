/* The edges between modules of different colour, to a fraction of a pixel. */
#include "vision/fit.h"

static double *
level_at(const struct fit *f, int r, int c)
{
	return &f->level[(r + 1) * (f->p->cols + 2) + c + 1];
}

/* How far the module's centre is from the plane's, as known so far; the quiet zone goes
 * along. */
static struct mk_point *
shift_at(const struct fit *f, int r, int c)
{
	r = r < 0 ? 0 : r >= f->p->rows ? f->p->rows - 1 : r;
	c = c < 0 ? 0 : c >= f->p->cols ? f->p->cols - 1 : c;
	return &f->shift[r * f->p->cols + c];
}

/* The mean of a few points in the middle of a module, as a share of white. */
static double
middle(const struct fit *f, int r, int c)
{
	static const double at[5][2] = { { 0, 0 }, { -.08, -.08 }, { .08, -.08 }, { -.08, .08 },
		{ .08, .08 } };
	const struct mk_point *d = shift_at(f, r, c);
	double sum = 0;
	int i;

	for (i = 0; i < 5; i++)
		sum += mk_plane_grey(f->im, mk_plane_at(&f->g->plane, c + .5 + d->x + at[i][0],
			r + .5 + d->y + at[i][1]));
	return sum / (5 * 255);
}

static bool
marked(const struct fit *f, int r, int c)
{
	int w = mk_fit_wanted(f->p, f->truth, r, c);

	return w < 0 ? *level_at(f, r, c) < f->split : w;
}

bool
mk_fit_levels(struct fit *f)
{
	double sum[2] = {0}, v;
	int n[2] = {0}, r, c, w;

	for (r = -1; r <= f->p->rows; r++)
		for (c = -1; c <= f->p->cols; c++) {
			v = middle(f, r, c);
			v = f->g->light ? 1 - v : v;
			*level_at(f, r, c) = v;
			if ((w = mk_fit_wanted(f->p, f->truth, r, c)) >= 0) {
				sum[w] += v;
				n[w]++;
			}
		}
	if (n[0] == 0 || n[1] == 0)
		return false;
	f->split = (sum[0] / n[0] + sum[1] / n[1]) / 2;
	f->contrast = sum[0] / n[0] - sum[1] / n[1];
	return f->contrast > .01;
}

/* From the middle of one module to that of the next: where the step between their
 * levels is, by the area under the profile; 0 is half-way, in modules. */
static double
crossing(const struct fit *f, int r, int c, bool down, struct mk_point base)
{
	double a = *level_at(f, r, c), b = *level_at(f, r + (down ? 1 : 0), c + (down ? 0 : 1));
	double px = down ? f->g->dy : f->g->dx, sum = 0, v, t, across;
	int steps = px < 5 ? 8 : px > 12 ? 20 : (int)(1.7 * px), i, k;

	for (k = 0; k < f->lines; k++) {
		across = .5 + .24 * (k / (f->lines - 1.0) - .5);
		for (i = 0; i < steps; i++) {
			/* each line a little further, so that pixels and steps never beat */
			t = .5 + (i + (k + .5) / f->lines) / steps;
			v = mk_plane_grey(f->im, mk_plane_at(&f->g->plane,
				c + base.x + (down ? across : t), r + base.y + (down ? t : across))) / 255;
			v = ((f->g->light ? 1 - v : v) - b) / (a - b);
			sum += v < -.5 ? -.5 : v > 1.5 ? 1.5 : v;
		}
	}
	return sum / (steps * f->lines) - .5;
}

static void
find_edge(struct fit *f, int r, int c, bool down)
{
	int r2 = r + (down ? 1 : 0), c2 = c + (down ? 0 : 1);
	bool on = marked(f, r, c), on2 = marked(f, r2, c2);
	double a = *level_at(f, r, c), b = *level_at(f, r2, c2);
	const struct mk_point *d = shift_at(f, r, c), *d2 = shift_at(f, r2, c2);
	struct mk_point base = { (d->x + d2->x) / 2, (d->y + d2->y) / 2 };

	/* what is damaged has no edge where it should have one */
	if (on == on2 || (on ? b - a : a - b) < .4 * f->contrast)
		return;
	f->edge[f->n++] = (struct edge){ down ? c + .5 : c + 1, down ? r + 1 : r + .5,
		(down ? base.y : base.x) + crossing(f, r, c, down, base), on ? 1 : -1, down };
}

void
mk_fit_edges(struct fit *f)
{
	int r, c;

	f->n = 0;
	for (r = -1; r <= f->p->rows; r++)
		for (c = -1; c <= f->p->cols; c++) {
			if (c < f->p->cols && r >= 0 && r < f->p->rows)
				find_edge(f, r, c, false);
			if (r < f->p->rows && c >= 0 && c < f->p->cols)
				find_edge(f, r, c, true);
		}
}
