#include "trace/place.h"

#include <string.h>

#define DEEP 32		/* boxes in boxes; a ring of them ends here */

const char *const mk_place_name[MK_PLACE_N] = { "stock", "shipped", "scrapped", "doubt", "void",
	"replaced" };

void
mk_place_of(const struct mk_state *s, struct mk_place *out)
{
	*out = (struct mk_place){ .top = s->item, .at = s->place, .customer = s->customer,
		.document = s->document, .hold = s->hold, .ctx = s->ctx,
		.successor = s->gone == MK_GONE_REPLACED ? s->successor : 0 };
	switch (s->gone) {
	case MK_GONE_NOT: out->state = s->doubt ? MK_PLACE_DOUBT : MK_PLACE_STOCK; break;
	case MK_GONE_SCRAP: out->state = MK_PLACE_SCRAPPED; break;
	case MK_GONE_VOID: out->state = MK_PLACE_VOID; break;
	case MK_GONE_REPLACED: out->state = MK_PLACE_REPLACED; break;
	case MK_GONE_SHIPPED: out->state = MK_PLACE_SHIPPED; break;
	}
}

void
mk_place_inside(struct mk_place *part, int64_t in, const struct mk_place *c, bool renamed)
{
	part->in = in;
	part->top = c->top;
	if (part->state == MK_PLACE_SCRAPPED || part->state == MK_PLACE_VOID ||
	    part->state == MK_PLACE_REPLACED)
		return;
	if (c->state == MK_PLACE_SCRAPPED || c->state == MK_PLACE_VOID ||
	    (renamed && c->state == MK_PLACE_SHIPPED)) {
		part->state = c->state;
		part->customer = c->customer;
		part->document = c->document;
	}
	if (part->state == MK_PLACE_SHIPPED || c->state != MK_PLACE_STOCK)
		return;
	if (c->at != 0)
		part->at = c->at;
	if (part->hold == 0)
		part->hold = c->hold;
}

struct outer {
	int64_t parent;
	bool built;
};

static int
first_open(void *arg, const struct mk_edge *edge, struct mk_err *e)
{
	struct outer *o = arg;

	(void)e;
	if (edge->until == MK_EDGE_OPEN &&
	    (edge->kind == MK_EDGE_ASSEMBLE || edge->kind == MK_EDGE_PACK)) {
		o->parent = edge->parent;
		o->built = edge->kind == MK_EDGE_ASSEMBLE;
	}
	return 0;
}

int
mk_place(struct mk_store *st, int64_t item, struct mk_place *out, struct mk_err *e)
{
	struct mk_place chain[DEEP];
	struct outer outer;
	int64_t id[DEEP];
	bool renamed[DEEP] = { false };
	int n = 0, hops = 0, r;

	for (id[0] = item; n < DEEP; id[n] = item) {
		struct mk_state s;

		r = mk_ask_state(st, item, &s, e);
		if (r != 1 && n == 0)
			return r;
		if (r == -1)
			return -1;
		if (r == 0)	/* a box that nothing else is known of */
			s = (struct mk_state){ .item = item };
		mk_place_of(&s, &chain[n]);
		if (n > 0 && chain[n].successor != 0) {	/* it goes by another number now */
			item = chain[n].successor;
			renamed[n] = true;
			if (++hops == DEEP)
				break;
			continue;
		}
		if (++n == DEEP)
			break;
		outer.parent = 0;
		if (mk_ask_edges(st, &id[n - 1], 1, true, first_open, &outer, e) == -1)
			return -1;
		item = outer.parent;
		chain[n - 1].built = item != 0 && outer.built;
		if (item == 0)
			break;
		renamed[n] = false;
	}
	while (n-- > 1)
		mk_place_inside(&chain[n - 1], id[n], &chain[n], renamed[n]);
	*out = chain[0];
	return 1;
}
