/* The reader of profiles: profile.c has what stands before the states, state.c the
 * states. Inside port only. A line's function looks at q->w and returns 0 or -1. */
#ifndef MK_PARSE_H
#define MK_PARSE_H

#include "base/words.h"
#include "port/spec.h"

/* Names of states: of a marker, the steps of a part first, each needed or said to be
 * without; then of a reader. NULL at the ends. */
extern const char *const mk_steps[], *const mk_reader_steps[];
#define MK_STEPS_NEEDED 6
#define MK_STEP_TRIGGER 4

struct mk_parser {
	struct mk_profile *p;
	struct mk_words w;
	struct mk_state *state;		/* the last one, NULL: before the first */
	struct mk_fieldspec **field;	/* where the next one goes */
	bool has_frame;
	struct mk_err *e;
};

/* ---- profile.c ---- */

int mk_parse_find(const char *const *list, const char *name);	/* its place, or -1 */
int mk_parse_at(struct mk_parser *q, size_t i);	/* put the place of word i before q->e; -1 */
/* The line has so many words behind the first; what is their syntax. */
int mk_parse_words(struct mk_parser *q, size_t min, size_t max, const char *what);
int mk_parse_number(struct mk_parser *q, size_t i, const char *text, uint64_t min, uint64_t max,
	int *to);

/* ---- state.c ---- */

int mk_parse_state(struct mk_parser *q);	/* "state NAME" */
/* A line inside a state: 1 it was one, 0 there is no such word, -1. */
int mk_parse_in_state(struct mk_parser *q);
int mk_parse_check_states(const struct mk_profile *p, struct mk_err *e);

#endif
