/* Genealogy: what a part is made of, and what it went into, over any depth. A
 * breadth-first walk with a set of what was seen: cycles end, and what is reached by
 * two ways counts once. A part that was marked anew under another number is one part
 * with it: the walk goes on from both. */
#ifndef MK_FAMILY_H
#define MK_FAMILY_H

#include "store/ask.h"
#include "trace/ids.h"

#define MK_FAMILY_NOW (MK_EDGE_OPEN - 1)	/* as it is built now */
#define MK_FAMILY_EVER INT64_MIN		/* also what was taken out again */

struct mk_link {
	uint32_t from, to;	/* nodes: the one walked from, the one reached */
	enum mk_edge_kind kind;	/* MK_EDGE_REPLACE: the same part under another number */
	bool load;		/* no edge: made where the lot was loaded */
	int64_t since, until;	/* ms; MK_EDGE_OPEN: it still holds */
};

struct mk_family_loads;
struct mk_family {
	/* to be said */
	struct mk_store *st;
	bool up;		/* to what it went into; else to what it is made of */
	int64_t at;		/* ms: links that held then; MK_FAMILY_NOW, _EVER */
	size_t depth;		/* no further than so many links; 0: any depth */
	bool stop_shipped;	/* not beyond what was shipped */
	/* Whether an event made where a lot was loaded ties its part to the lot: 1, 0
	 * or -1; NULL: all do. */
	mk_ask_event *tie;
	void *tie_arg;
	int (*tick)(void *arg, int64_t done, int64_t all, struct mk_err *e);	/* NULL; all is 0 */
	void *arg;

	/* what comes of it: nodes in the order in which they were reached, and links */
	struct mk_ids node;
	uint32_t *level;	/* of each node: links from the nearest start */
	size_t ncap;
	struct mk_link *link;
	size_t nlink, lcap;

	struct mk_family_loads *loads;	/* family.c's */
	int64_t (*renamed)[2];		/* old and new number of one part */
	size_t nrenamed, rcap;
	struct mk_ids either;		/* all that are in renamed */
};

/* Walk from n items, once. f is {0} but for what is to be said. Call it inside
 * mk_ask_begin. */
int mk_family_walk(struct mk_family *f, const int64_t *start, size_t n, struct mk_err *e);
void mk_family_clear(struct mk_family *f);

#endif
