/* Where a part is now: by its own last events, or by those of the unit or box that
 * it is in. */
#ifndef MK_PLACE_H
#define MK_PLACE_H

#include "store/ask.h"

enum mk_place_state {
	MK_PLACE_STOCK, MK_PLACE_SHIPPED, MK_PLACE_SCRAPPED, MK_PLACE_DOUBT, MK_PLACE_VOID,
	MK_PLACE_REPLACED, MK_PLACE_N
};
extern const char *const mk_place_name[MK_PLACE_N];	/* "stock", "shipped", … */

struct mk_place {
	enum mk_place_state state;
	int64_t in;		/* the unit or box that it is in itself; 0: none */
	bool built;		/* in is a unit that it was assembled into */
	int64_t top;		/* the outermost one; itself if it is in none */
	/* words' numbers, 0: none (mk_ask_text) */
	int64_t at, customer, document, hold;
	int64_t ctx;		/* where it was last seen */
	int64_t successor;	/* of what was replaced, 0: none */
};

/* State s alone, in nothing. */
void mk_place_of(const struct mk_state *s, struct mk_place *out);

/* What its container's place makes of a part in it. Ship, receive and move tell of all
 * that is in a box then, so that the part's own word holds; scrap and void do not, nor
 * anything that happened to the container since it went by another number (renamed). */
void mk_place_inside(struct mk_place *part, int64_t in, const struct mk_place *container,
	bool renamed);

/* Ask the store. 1, 0 if it knows nothing of the item, -1. */
int mk_place(struct mk_store *st, int64_t item, struct mk_place *out, struct mk_err *e);

#endif
