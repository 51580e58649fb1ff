/* How a part stands by all that this store knows: its own events, and what was pulled
 * of others'. Of the two the later says it, by the events' times; a hold and a release
 * at the same moment are a hold. */
#ifndef MK_TRACE_STANDING_H
#define MK_TRACE_STANDING_H

#include "store/ask.h"

struct mk_passed {		/* the last of a step, refusals apart */
	char step[MK_KEY_MAX + 1], result[32];
	int64_t time;
	bool elsewhere;
};

struct mk_standing {
	bool known;		/* something happened to it */
	bool shipped, held;
	char customer[256], reason[256];	/* of those; "" */
	char step[MK_KEY_MAX + 1], result[32];	/* of its last event */
	char part[256];		/* its type; "" unless all was asked for */
	struct mk_passed *passed;
	size_t n, cap;
};

/* all: passed and part too, for which the part's history is read. A zeroed s; 0, -1;
 * clear it in any case. */
int mk_standing_load(struct mk_store *st, const char *name, size_t n, bool all,
	struct mk_standing *s, struct mk_err *e);
void mk_standing_clear(struct mk_standing *s);

/* Whether the step's last result is good. */
bool mk_standing_did(const struct mk_standing *s, const char *step);

#endif
