#include "layout/stroke.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STROKES_MAX 500000	/* as many as a job holds: each is two ops */

void
mk_strokes_clear(struct mk_strokes *l)
{
	free(l->pt);
	free(l->s);
	memset(l, 0, sizeof *l);
}

void
mk_strokes_reset(struct mk_strokes *l)
{
	l->n = l->npt = 0;
}

int
mk_strokes_to(struct mk_strokes *l, struct mk_point p, struct mk_err *e)
{
	size_t cap = l->ptcap == 0 ? 1024 : l->ptcap * 2;
	struct mk_point *pt;

	if (l->npt == l->ptcap) {
		if ((pt = realloc(l->pt, cap * sizeof *pt)) == NULL)
			return mk_err_nomem(e);
		l->pt = pt;
		l->ptcap = cap;
	}
	l->pt[l->npt++] = p;
	l->s[l->n - 1].n++;
	return 0;
}

int
mk_strokes_begin(struct mk_strokes *l, struct mk_point p, struct mk_err *e)
{
	size_t cap = l->cap == 0 ? 512 : l->cap * 2;
	struct mk_stroke *s;

	if (l->n == STROKES_MAX)
		return mk_err(e, MK_EDATA, "more than %d strokes: choose a wider pitch, or less to "
			"mark", STROKES_MAX);
	if (l->n == l->cap) {
		if ((s = realloc(l->s, cap * sizeof *s)) == NULL)
			return mk_err_nomem(e);
		l->s = s;
		l->cap = cap;
	}
	l->s[l->n] = (struct mk_stroke){ .first = l->npt };
	l->n++;
	if (mk_strokes_to(l, p, e) == -1) {
		l->n--;
		return -1;
	}
	return 0;
}

int
mk_strokes_dot(struct mk_strokes *l, struct mk_point p, uint32_t us, struct mk_err *e)
{
	if (mk_strokes_begin(l, p, e) == -1)
		return -1;
	l->s[l->n - 1].us = us;
	return 0;
}

struct mk_affine
mk_affine_place(struct mk_point at, long mdeg)
{
	static const double quarter[4] = { 1, 0, -1, 0 };	/* cosines */
	struct mk_affine t = { .x0 = at.x, .y0 = at.y };
	double c, s;

	mdeg %= 360000;
	if (mdeg < 0)
		mdeg += 360000;
	if (mdeg % 90000 == 0) {
		c = quarter[mdeg / 90000];
		s = quarter[(mdeg / 90000 + 3) % 4];
	} else {
		c = cos((double)mdeg * acos(-1) / 180000);
		s = sin((double)mdeg * acos(-1) / 180000);
	}
	t.a = t.d = c;
	t.b = -s;
	t.c = s;
	return t;
}

struct mk_point
mk_affine_to(const struct mk_affine *t, double x, double y)
{
	struct mk_point p = { t->a * x + t->b * y + t->x0, t->c * x + t->d * y + t->y0 };

	return p;
}

struct mk_point
mk_affine_back(const struct mk_affine *t, struct mk_point p)
{
	double x = p.x - t->x0, y = p.y - t->y0;
	struct mk_point q = { t->a * x + t->c * y, t->b * x + t->d * y };

	return q;
}

struct mk_affine
mk_affine_then(const struct mk_affine *u, const struct mk_affine *t)
{
	struct mk_affine r = {
		t->a * u->a + t->b * u->c, t->a * u->b + t->b * u->d,
		t->c * u->a + t->d * u->c, t->c * u->b + t->d * u->d,
		t->a * u->x0 + t->b * u->y0 + t->x0, t->c * u->x0 + t->d * u->y0 + t->y0
	};

	return r;
}
