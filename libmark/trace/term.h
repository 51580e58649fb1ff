/* Search terms, mkquery(7):
 *
 *   lot:L42 station:ST3 result:fail grade:<2 date:2026-11-01..now not reason:dull
 *
 * KEY:VALUE with the key of an item field (lot), of a step's field (mark_station), or
 * of any step's field (station). VALUE is a whole value, or
 *   <2 <=2 >2 >=2 2..3    a number in a range (from..to: to is not in it)
 *   !x                    another value (the field must be there)
 *   L4*                   what begins so;  * any value
 *   =x                    x itself, whatever it begins with
 * "date:" takes the times of trace/when.h, and so do keys that end in _time. "step:"
 * is the step's name. A value is meant as it is spelt on a line if it could stand
 * there, else byte for byte.
 *
 * All terms must hold; "not" before one turns it round; "or" parts groups of terms,
 * any of which may hold. A part has what any of its events has; but those terms that
 * tell of one happening (step, result, reason, station and the rest of the context,
 * date) must hold in one and the same event. */
#ifndef MK_TERM_H
#define MK_TERM_H

#include "base/conf.h"
#include "base/rec.h"
#include "trace/when.h"

enum mk_term_op { MK_TERM_IS, MK_TERM_NOT, MK_TERM_BEGINS, MK_TERM_NUMBER, MK_TERM_DATE };

struct mk_term {
	const char *key;
	size_t klen;
	enum mk_term_op op;
	bool turned;		/* "not" */
	bool event;		/* tells of one happening */
	const char *val;	/* IS, NOT, BEGINS: escaped */
	size_t vlen;
	double low, high;	/* NUMBER; the ends belong to it if … */
	bool low_in, high_in;
	struct mk_period when;	/* DATE */
};

/* Groups of terms, one behind the other: terms of group g are
 * term[end[g-1]] … term[end[g]-1]. No term at all: everything. */
struct mk_terms {
	struct mk_term *term;
	size_t *end;
	size_t ngroup;
	struct mk_arena arena;
};

/* Parse n words, the text of which must live on. Shifts are those of conf.
 * MK_EUSAGE. */
int mk_terms_parse(struct mk_terms *t, const char *const *word, size_t n,
	const struct mk_conf *conf, const struct mk_time *now, struct mk_err *e);
void mk_terms_clear(struct mk_terms *t);

/* Whether the event (a record as the store keeps it: item fields, one group) of the
 * step has what t asks for; t->turned is not looked at. at: its time, ms. */
bool mk_term_holds(const struct mk_term *t, const struct mk_rec *ev, const char *step,
	int64_t at);

#endif
