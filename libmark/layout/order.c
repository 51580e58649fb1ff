#include "layout/order.h"

#include <stdbool.h>

static double
apart2(struct mk_point a, struct mk_point b)
{
	return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

static void
turn_round(struct mk_strokes *l, const struct mk_stroke *s)
{
	struct mk_point *a = l->pt + s->first, *b = a + s->n - 1;

	for (; a < b; a++, b--) {
		struct mk_point p = *a;

		*a = *b;
		*b = p;
	}
}

void
mk_order_nearest(struct mk_strokes *l, size_t first, struct mk_point *at)
{
	size_t i, k;

	for (i = first; i < l->n; i++) {
		size_t best = i;
		double least = -1;
		bool back = false;
		struct mk_stroke s;

		for (k = i; k < l->n; k++) {
			double head = apart2(*at, l->pt[l->s[k].first]);
			double tail = apart2(*at, l->pt[l->s[k].first + l->s[k].n - 1]);

			if (least < 0 || head < least || tail < least) {
				best = k;
				back = tail < head;
				least = back ? tail : head;
			}
		}
		s = l->s[best];
		l->s[best] = l->s[i];
		l->s[i] = s;
		if (back)
			turn_round(l, &s);
		*at = l->pt[s.first + s.n - 1];
	}
}
