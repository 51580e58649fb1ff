#include "layout/order.h"

#include <stdlib.h>
#include <string.h>

#include "layout/tour.h"

#define ENTRIES 8	/* places at which a closed stroke may begin */

struct mk_order {
	struct mk_tour t;
	struct mk_stroke *s;	/* the strokes as they were */
	size_t cap;
};

struct mk_pace
mk_pace_of(const struct mk_timing *t, uint32_t speed)
{
	struct mk_pace p = {
		1000.0 / speed, 1000 / t->jump, t->jump_us + t->on_us + t->off_us, t->corner_us
	};

	return p;
}

bool
mk_pace_turns(const struct mk_pace *p, double step)
{
	return 2 * p->corner + step * p->mark <= p->gap + step * p->jump;
}

int
mk_order_new(struct mk_order **o, struct mk_err *e)
{
	return (*o = calloc(1, sizeof **o)) == NULL ? mk_err_nomem(e) : 0;
}

void
mk_order_free(struct mk_order *o)
{
	if (o == NULL)
		return;
	mk_tour_clear(&o->t);
	free(o->s);
	free(o);
}

/* ---- strokes as nodes ---- */

static int
count(const struct mk_stroke *s)
{
	if (s->form == MK_MEANDER)
		return s->n < 4 ? 2 : 4;
	if (s->form == MK_CLOSED)
		return s->n - 1 < ENTRIES ? (int)s->n - 1 : ENTRIES;
	return s->n == 1 ? 1 : 2;
}

/* The module in which the first (last) line of a meander has its left or upper,
 * else its right or lower end. */
static int
cell(const struct mk_stroke *s, bool last, bool far)
{
	bool low = s->across ? far : last, right = s->across ? last : far;

	if (s->sym == 0)
		return -1;
	return s->sym << 20 | (low ? s->r1 - 1 : s->r0) << 10 | (right ? s->c1 - 1 : s->c0);
}

static void
way(struct mk_way *w, const struct mk_point *a, const struct mk_point *b, int cell0, int cell1)
{
	w->x0 = a->x;
	w->y0 = a->y;
	w->x1 = b->x;
	w->y1 = b->y;
	w->cell0 = cell0;
	w->cell1 = cell1;
}

/* The point of a closed stroke at which its way number k begins. */
static size_t
entry(const struct mk_stroke *s, int k)
{
	return (s->n - 1) * (size_t)k / (size_t)count(s);
}

/* p[0] is a line's near end; every second line of a meander begins far. */
static void
node(const struct mk_strokes *l, const struct mk_stroke *s, struct mk_way *w)
{
	const struct mk_point *p = l->pt + s->first, *z = p + s->n - 1;
	bool far = s->n / 2 % 2 == 1;	/* where the last line ends */
	int k;

	if (s->form == MK_CLOSED) {
		for (k = 0; k < count(s); k++)
			way(&w[k], p + entry(s, k), p + entry(s, k), -1, -1);
		return;
	}
	way(&w[0], p, z, cell(s, false, false), cell(s, true, far));
	if (s->n > 1)
		way(&w[1], z, p, w[0].cell1, w[0].cell0);
	if (s->form == MK_MEANDER && s->n >= 4) {
		way(&w[2], p + 1, z - 1, cell(s, false, true), cell(s, true, !far));
		way(&w[3], z - 1, p + 1, w[2].cell1, w[2].cell0);
	}
}

/* ---- and back ---- */

static void
turn_round(struct mk_point *a, size_t n)
{
	struct mk_point *b = a + n - 1;

	for (; a < b; a++, b--) {
		struct mk_point p = *a;

		*a = *b;
		*b = p;
	}
}

static void
take_way(struct mk_strokes *l, const struct mk_stroke *s, int k)
{
	struct mk_point *p = l->pt + s->first;
	size_t i;

	if (s->form == MK_CLOSED) {
		/* by three turns, the last point being the first again */
		i = entry(s, k);
		turn_round(p, i);
		turn_round(p + i, s->n - 1 - i);
		turn_round(p, s->n - 1);
		p[s->n - 1] = p[0];
		return;
	}
	if (k >= 2)
		for (i = 0; i + 1 < s->n; i += 2)
			turn_round(p + i, 2);
	if (k % 2 == 1)
		turn_round(p, s->n);
}

int
mk_order_strokes(struct mk_order *o, struct mk_strokes *l, size_t first, size_t end,
	const struct mk_pace *pace, double join, struct mk_point *at, struct mk_err *e)
{
	struct mk_tour *t = &o->t;
	struct mk_way last = { at->x, at->y, at->x, at->y, -1, -1 };
	size_t n = end - first, i;
	int nway = 0;

	if (n == 0)
		return 0;
	if (n > o->cap) {
		struct mk_stroke *s = realloc(o->s, 2 * n * sizeof *s);

		if (s == NULL)
			return mk_err_nomem(e);
		o->s = s;
		o->cap = 2 * n;
	}
	memcpy(o->s, l->s + first, n * sizeof *o->s);
	for (i = 0; i < n; i++)
		nway += count(&o->s[i]);
	if (mk_tour_room(t, (int)n, nway, e) == -1)
		return -1;
	t->pace = *pace;
	t->join = join;
	for (nway = 0, i = 0; i < n; i++) {
		t->node[i].first = nway;
		t->node[i].n = count(&o->s[i]);
		t->node[i].same = o->s[i].form == MK_CLOSED || o->s[i].n == 1;
		node(l, &o->s[i], &t->way[nway]);
		nway += t->node[i].n;
	}
	mk_tour_solve(t, at->x, at->y);
	for (i = 0; i < n; i++) {
		int k = t->order[i];
		const struct mk_way *w = &t->way[t->via[k]];
		struct mk_stroke *s = &l->s[first + i];

		*s = o->s[k];
		(void)mk_tour_step(t, &last, w, &s->joined);
		s->joined = s->joined && i > 0 && s->n > 1 && s[-1].n > 1;
		take_way(l, s, t->via[k] - t->node[k].first);
		last = *w;
	}
	at->x = last.x1;
	at->y = last.y1;
	return 0;
}
