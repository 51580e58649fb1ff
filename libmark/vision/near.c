/* Where a symbol is: its fixed patterns are matched near the corners given. */
#include <string.h>

#include "vision/fit.h"

#define GOOD .97		/* what matches so well need not be moved */
#define SURE .88		/* and this is the symbol, not something beside it */

int
mk_fit_wanted(const struct mk_plan *p, const unsigned char *truth, int r, int c)
{
	size_t i = (size_t)(r * p->cols + c);

	if (r < 0 || c < 0 || r >= p->rows || c >= p->cols)
		return 0;
	if (truth != NULL)
		return truth[i];
	return p->use[i] == MK_USE_DATA || p->use[i] == MK_USE_FORMAT ? -1 : p->on[i];
}

/* The known modules and the quiet zone, some of them if they are many. */
static void
choose_spots(struct fit *f)
{
	const struct mk_plan *p = f->p;
	const unsigned char *truth = f->truth;
	int known = 0, seen = 0, r, c, w, step;

	for (r = -1; r <= p->rows; r++)
		for (c = -1; c <= p->cols; c++)
			known += mk_fit_wanted(p, truth, r, c) >= 0;
	step = known / MK_SPOTS + 1;
	for (r = -1; r <= p->rows; r++)
		for (c = -1; c <= p->cols; c++)
			if ((w = mk_fit_wanted(p, truth, r, c)) >= 0 && seen++ % step == 0)
				f->spot[f->spots++] = (struct spot){ c + .5, r + .5, w };
}

/* How what is seen at the spots goes with what is wanted. */
static double
correlate(const struct fit *f, const struct mk_plane *plane)
{
	double sw = 0, sv = 0, sww = 0, svv = 0, swv = 0, v, d;
	int i, n = f->spots;

	for (i = 0; i < n; i++) {
		const struct spot *s = &f->spot[i];

		v = mk_plane_grey(f->im, mk_plane_at(plane, s->u, s->v)) / 255;
		sw += s->want;
		sv += v;
		sww += s->want * s->want;
		svv += v * v;
		swv += s->want * v;
	}
	d = (n * sww - sw * sw) * (n * svv - sv * sv);
	v = d > 1e-9 ? (n * swv - sw * sv) / sqrt(d) : 0;
	return f->g->light ? v : -v;
}

double
mk_fit_match(const struct fit *f, const struct mk_point q[4])
{
	struct mk_plane plane;

	return mk_plane_corners(&plane, f->p->cols, f->p->rows, q) ? correlate(f, &plane) : -2;
}

struct search {
	const struct fit *f;
	double best;
	struct mk_point q[4];
};

/* Move the corners of a set (bit i: corner i) by u columns and v rows, if the match is
 * better there. */
static void
move(struct search *s, int set, double u, double v)
{
	struct mk_point q[4], *was = s->q;
	double got;
	int i;

	for (i = 0; i < 4; i++) {
		/* the sides at this corner: along a row, along a column */
		int a = i ^ 1, b = 3 - i;
		double right = u * (i == 1 || i == 2 ? -1 : 1) / s->f->p->cols;
		double down = v * (i >= 2 ? -1 : 1) / s->f->p->rows;

		q[i] = was[i];
		if ((set >> i & 1) == 0)
			continue;
		q[i].x += right * (was[a].x - was[i].x) + down * (was[b].x - was[i].x);
		q[i].y += right * (was[a].y - was[i].y) + down * (was[b].y - was[i].y);
	}
	got = mk_fit_match(s->f, q);
	if (got > s->best + 1e-6) {
		s->best = got;
		memcpy(s->q, q, sizeof q);
	}
}

/* Move corners, sides and all of it to where the match is better, in smaller and
 * smaller steps. */
static void
settle(struct search *s)
{
	static const unsigned char sets[] = { 1, 2, 4, 8, 3, 6, 12, 9, 15 };
	double step;
	size_t i;
	int k, turn;

	s->best = mk_fit_match(s->f, s->q);
	for (step = s->best > GOOD ? .5 : 1; step > .2; step /= 2)
		for (turn = 0; turn < 3; turn++) {
			double before = s->best;

			for (i = 0; i < sizeof sets && s->best < GOOD; i++)
				for (k = 0; k < 9; k++)
					if (k != 4)
						move(s, sets[i], (k % 3 - 1) * step, (k / 3 - 1) * step);
			if (s->best < before + .005)
				break;
		}
}

/* From the corners given, and, unless that is right at once, from places around them. */
static void
search(struct search *s, const struct mk_point corner[4])
{
	struct mk_point best[4];
	double most = -2;
	int k;

	for (k = 0; k < 9 && most < SURE; k++) {
		int way = k == 0 ? 4 : k == 4 ? 0 : k;

		memcpy(s->q, corner, sizeof s->q);
		s->best = -2;
		if (way != 4)
			move(s, 15, (way % 3 - 1) * .7, (way / 3 - 1) * .7);
		settle(s);
		if (s->best > most) {
			most = s->best;
			memcpy(best, s->q, sizeof best);
		}
	}
	s->best = most;
	memcpy(s->q, best, sizeof best);
}

double
mk_fit_near(struct fit *f, struct mk_point q[4])
{
	struct search s = { .f = f };

	choose_spots(f);
	search(&s, q);
	memcpy(q, s.q, sizeof s.q);
	return s.best;
}
