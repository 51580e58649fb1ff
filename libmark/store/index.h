/* Inside store/: what finds events again. All of it follows from the events
 * (schema.c, mk_schema_derived); what an event changes is kept in memory and written
 * once per transaction. */
#ifndef MK_INDEX_H
#define MK_INDEX_H

#include "store/ask.h"
#include "store/schema.h"

#define MK_WORD_MAX 200	/* longer values are found by reading, not by index */
#define MK_GAP 64	/* a stretch goes on over so many events without the word */
/* A key has this many words freely, then one for every MK_WORDS_SHARE events; one
 * that has more differs from part to part and is not kept any further. */
#define MK_WORDS_FREE 512
#define MK_WORDS_SHARE 64
#define MK_HOUR_MS 3600000
#define MK_SKEW_MS 300000	/* a clock may be so far ahead */
#define MK_BUCKETS 4096
#define MK_TALLIES 64

/* A step; it lives as long as the handle, like keys. */
struct mk_stepinfo {
	struct mk_stepinfo *next;
	const char *name;
	size_t n;
	int64_t id;		/* 0: not asked of the store yet */
	int kind;		/* mk_state_kind */
	unsigned timed;		/* events.c's: the round of the record that has a time for it, */
	struct mk_time time;	/* and that time */
};

/* A bare key, and how its words are kept. */
struct mk_wordkey {
	struct mk_wordkey *next;
	const char *name;
	size_t n;
	int64_t id, words, until;
	unsigned gen;
	struct mk_kept *last;	/* the word that was asked for last; NULL */
};

/* A key that fields have, and what it means. */
enum { MK_FIELD_ANY, MK_FIELD_TIME, MK_FIELD_RESULT, MK_FIELD_REASON };
struct mk_keyinfo {
	struct mk_keyinfo *next;
	const char *key;
	uint32_t klen;
	uint32_t skip;		/* bytes of "step_" before the bare key; 0: no step's */
	struct mk_stepinfo *step;	/* NULL: no step's */
	int dim;		/* which one of the context, or -1 */
	int what;		/* MK_FIELD_ */
	struct mk_wordkey *wk;	/* NULL: its words are not kept */
};

/* An event on its way into the store. */
struct mk_newfield {
	const struct mk_field *f;
	const struct mk_keyinfo *info;
};
struct mk_new {
	int64_t id, item, ctx, result, reason;
	bool fresh;		/* the item was made for it */
	bool refused;		/* its result: nothing about the part has changed */
	bool first;		/* the first attempt of the item (and op) at the step */
	bool behind;		/* its time is before that of the item's last event */
	struct mk_stepinfo *step;
	const struct mk_field *op;
	struct mk_time time, recorded;
	const struct mk_newfield *field;	/* of its line, in their order */
	size_t nfield;
};

struct mk_kept;
struct mk_context {
	struct mk_context *next;
	int64_t id;
	uint64_t hash;
	size_t n;
	char dims[];
};

struct mk_index {
	struct mk_arena keys;		/* keyinfo, wordkeys, steps: for good */
	struct mk_keyinfo *info[MK_BUCKETS];
	struct mk_wordkey *wordkey;
	struct mk_stepinfo *step;
	struct mk_arena words;		/* words and contexts: until forgotten */
	struct mk_kept *word[MK_BUCKETS];
	size_t nword;
	struct mk_context *ctx[MK_BUCKETS], *ctx_last;
	struct mk_kept *dirty;
	unsigned gen, run_gen;		/* what was loaded before is not good any more */
	unsigned keys_gen;		/* all keys were loaded in that one */
	struct {
		int64_t hour, step, ctx, result, reason, n, first;
	} tally[MK_TALLIES];
	size_t ntally;
	struct mk_buf dims;		/* scratch */
};

/* FNV-1a, from h (MK_HASH0) on. */
#define MK_HASH0 0xcbf29ce484222325u
uint64_t mk_index_hash(uint64_t h, const char *p, size_t n);
int mk_tallies_write(struct mk_store *st, struct mk_err *e);

/* What follows from nothing but the event's own line: */

struct mk_keyinfo *mk_index_key(struct mk_store *st, const char *key, size_t n,
	struct mk_err *e);
/* Whether a field of that key and value length may be kept as a word. */
bool mk_word_kept(const char *key, size_t klen, size_t vlen);
/* Give the step a number. */
int mk_index_step(struct mk_store *st, struct mk_stepinfo *s, struct mk_err *e);
/* Find ctx, result, reason and refused. */
int mk_index_context(struct mk_store *st, struct mk_new *ev, struct mk_err *e);
/* Its words. */
int mk_index_event(struct mk_store *st, const struct mk_new *ev, struct mk_err *e);
/* Count it. */
int mk_index_tally(struct mk_store *st, const struct mk_new *ev, struct mk_err *e);

/* An hour as a word: digits that compare as text. */
#define MK_HOUR_LEN 9
void mk_hour_text(int64_t ms, char out[MK_HOUR_LEN]);

/* The number of a word, made if make: 1, 0, -1. */
int mk_index_word(struct mk_store *st, const char *key, const char *val, size_t n, bool make,
	int64_t *id, struct mk_err *e);

/* Write what is pending, before a commit. */
int mk_index_flush(struct mk_store *st, struct mk_err *e);
/* Another program wrote meanwhile (all false), or what was made is undone (all). Words'
 * stretches are good for as long as nobody else adds to the origin at hand. */
void mk_index_forget(struct mk_store *st, bool all);
void mk_index_forget_runs(struct mk_store *st);
void mk_index_free(struct mk_store *st);

/* ---- ask.c: events that were read ---- */

#define MK_EVENT_COLS "id, item, ctx, step, result, time, time_off, recorded, recorded_off, line"

struct mk_piece {
	struct mk_event *ev;	/* line is an offset into text (in seq) until it is whole */
	size_t n, cap;
	struct mk_buf text;
	int64_t *step, *result;	/* numbers, until no statement is busy any more */
};
int mk_piece_row(struct mk_piece *p, struct mk_rows *rows, struct mk_err *e);
int mk_piece_whole(struct mk_store *st, struct mk_piece *p, struct mk_err *e);
void mk_piece_clear(struct mk_piece *p);

/* ---- soon.c: what was read before it was asked for. 1, 0: it was not, -1 ---- */

void mk_soon_drop(struct mk_store *st);
void mk_soon_free(struct mk_store *st);
int mk_soon_name(struct mk_store *st, int64_t item, struct mk_buf *out, struct mk_err *e);
int mk_soon_history(struct mk_store *st, int64_t item, mk_ask_event *each, void *arg,
	struct mk_err *e);
/* 2: it is known that there is none. */
int mk_soon_state(struct mk_store *st, int64_t item, struct mk_state *s, struct mk_err *e);

/* The name of a step, as mk_ask_text. */
const char *mk_ask_step(struct mk_store *st, int64_t step, struct mk_err *e);

/* ---- state.c ---- */

/* What a step does to its item's state, by its name. */
int mk_state_kind(const char *step);
/* Before the event is stored: load the item's state, tell whether it may have been
 * seen at that step before. */
int mk_state_load(struct mk_store *st, struct mk_new *ev, bool *seen, struct mk_err *e);
/* Whether its item was at the step before in this transaction or before it, refusals
 * apart: 1, 0, -1 the log must be asked. */
int mk_state_tried(struct mk_store *st, const struct mk_new *ev);
/* After it is stored. */
int mk_state_event(struct mk_store *st, const struct mk_new *ev, struct mk_err *e);
/* Load the states of n items at once and hold them to the end of the transaction; those
 * from old on are new items, which have none. */
int mk_states_hold(struct mk_store *st, const int64_t *item, size_t n, size_t old,
	struct mk_err *e);
/* Write the states that are loaded, before a commit; forget them. */
int mk_state_write(struct mk_store *st, struct mk_err *e);
void mk_state_forget(struct mk_store *st);
void mk_state_free(struct mk_store *st);

#endif
