/* Recall: from what is suspect to every part at risk, and where each is. */
#ifndef MK_RECALL_H
#define MK_RECALL_H

#include "trace/family.h"
#include "trace/place.h"
#include "trace/query.h"

/* "lot,station,±30m": what neighbours have in common with a suspect: dimensions, and
 * a time from an event of the same step. */
struct mk_same {
	unsigned dims;		/* 1 << enum mk_dim */
	int64_t within;		/* ms before and after; INT64_MAX: any time */
};
/* ± may be written +-. MK_EUSAGE. */
int mk_same_parse(const char *text, struct mk_same *same, struct mk_err *e);

/* Why an item is on the list. */
enum mk_why { MK_WHY_SUSPECT, MK_WHY_NEIGHBOUR, MK_WHY_TIED, MK_WHY_BUILT, MK_WHY_RENAMED };
extern const char *const mk_why_name[];	/* "suspect", "neighbour", "tied", "contains", "renamed" */

struct mk_affected {
	int64_t item;
	enum mk_why why;
	uint32_t level;		/* links from a suspect */
	bool box;		/* something was packed into it */
	bool thing;		/* a lot, tool, station …: no part (its name is kind:…) */
	bool inside;		/* built into a unit that is on the list too */
	struct mk_place place;
};

struct mk_recall {
	/* to be said */
	struct mk_query query;
	bool given;		/* these items are suspect, too: */
	const int64_t *suspect;
	size_t nsuspect;
	bool ever;		/* also units from which the suspect was taken out again */
	struct mk_same same;	/* dims 0: no neighbours */
	/* sees how far it is: parts, of how many (0: not known yet); NULL */
	int (*tick)(void *arg, int64_t done, int64_t all, struct mk_err *e);
	void *arg;
	const char *since;	/* "calibrate:ok": also what was made at the station since the
				 * last such event before, up to the next; NULL: not */

	/* what comes of it, by level, then in the store's order */
	struct mk_affected *part;
	size_t n;
};

/* Call it outside mk_ask_begin; it sees one state of the store. MK_EUSAGE for a
 * question that names everything. */
int mk_recall(struct mk_recall *r, struct mk_err *e);
void mk_recall_clear(struct mk_recall *r);	/* not the query */

#endif
