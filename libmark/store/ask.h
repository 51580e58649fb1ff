/* Asking the store: what libmark/trace makes its answers of.
 *
 * Items, events, words and contexts have numbers (int64_t) that mean something to one
 * store alone: they are never shown and never hashed. An event's number is its
 * origin's number * 2^40 + its seq, so that the order of numbers is, within an
 * origin, the order in which things were stored: the store's order.
 *
 * No call leaves a transaction open, nor runs a callback while one is open, but
 * between mk_ask_begin and mk_ask_end, where all calls see one state of the store:
 * gather there, then end, then print. Callbacks return 0 to go on, 1 to stop, -1
 * with e. Calls with a callback return -1 if it did, else 0. */
#ifndef MK_ASK_H
#define MK_ASK_H

#include "store/store.h"

int mk_ask_begin(struct mk_store *st, struct mk_err *e);
void mk_ask_end(struct mk_store *st);

/* ---- items: parts, and things with a name such as lot:ADH77 or box:17 ---- */

/* The item whose id, or else alias, is name, as it is spelt on a line: 1, 0 none,
 * -1 (MK_EDATA: several have that alias). */
int mk_ask_item(struct mk_store *st, const char *name, size_t n, int64_t *item,
	struct mk_err *e);

/* The n items of a list will be asked for next, in that order: names, states, histories.
 * Across a network they are then read hundreds at a time. What is read is as it was when
 * it was read, until the next list, mk_ask_begin or a write. */
int mk_ask_soon(struct mk_store *st, const int64_t *item, size_t n, struct mk_err *e);

/* Append an item's name as it is spelt on a line. */
int mk_ask_name(struct mk_store *st, int64_t item, struct mk_buf *out, struct mk_err *e);

/* The items whose name begins with n bytes at prefix ("lot:"), in the order of their
 * names. */
typedef int mk_ask_item_each(void *arg, int64_t item, const char *name, size_t n,
	struct mk_err *e);
int mk_ask_named(struct mk_store *st, const char *prefix, size_t n, mk_ask_item_each *each,
	void *arg, struct mk_err *e);

/* Other names of an item: mk-trace alias, and codes that do not follow from its id. */
int mk_ask_aliases(struct mk_store *st, int64_t item, mk_ask_item_each *each, void *arg,
	struct mk_err *e);

/* ---- events ---- */

struct mk_event {
	int64_t id, item, ctx;
	int64_t seq;			/* of its origin */
	const char *origin;		/* 16 hex digits */
	const char *step;		/* its name */
	const char *result;		/* "" if it says none */
	struct mk_time time, recorded;
	const char *line;		/* id, op, item fields, one group; no LF */
	size_t n;
};
typedef int mk_ask_event(void *arg, const struct mk_event *ev, struct mk_err *e);

/* The events of an item, in the order of time (then the store's). */
int mk_ask_history(struct mk_store *st, int64_t item, mk_ask_event *each, void *arg,
	struct mk_err *e);

/* Whether an event's clock was wrong: "future", its time is over five minutes after it was
 * recorded; "behind", it is before that of the event of the item that was stored before
 * it. 1, 0, -1. */
int mk_ask_skewed(struct mk_store *st, const struct mk_event *ev, const char *how, size_t n,
	struct mk_err *e);

/* One event by its number, or by origin ("": this store's own) and seq: 1, 0, -1. */
int mk_ask_one(struct mk_store *st, int64_t id, mk_ask_event *each, void *arg, struct mk_err *e);
int mk_ask_seq(struct mk_store *st, const char *origin, int64_t seq, int64_t *id,
	struct mk_err *e);

/* Ranges of events' numbers, ascending and apart: what may hold an answer. A word is
 * kept by the stretches in which it came up, not event by event, so that a range
 * holds other events too (and every event of the word): compare the lines. */
struct mk_span {
	int64_t first, last;
};
struct mk_spans {
	struct mk_span *s;
	size_t n, cap;
};
void mk_spans_clear(struct mk_spans *s);
/* Leave in a what is in b too. */
int mk_spans_and(struct mk_spans *a, const struct mk_spans *b, struct mk_err *e);
uint64_t mk_spans_size(const struct mk_spans *s);	/* at most so many events */

/* All events there are; those after the number `after` only. */
int mk_ask_all(struct mk_store *st, int64_t after, struct mk_spans *out, struct mk_err *e);

/* Those in which key:value (as spelt) came up, as an item's field or as any step's:
 * a step's field is asked for with or without its step (mark_station, station). Two
 * keys are made up: "step", the step's name, and "skew", future or behind. Keys that
 * differ from part to part are not kept: *kept is false then, and out is all events.
 * Values over 200 bytes neither. */
int mk_ask_word(struct mk_store *st, const char *key, size_t klen, const char *val, size_t vlen,
	struct mk_spans *out, bool *kept, struct mk_err *e);

/* Those whose times lie in [from, to), ms: any of the hours that they touch. */
int mk_ask_when(struct mk_store *st, int64_t from, int64_t to, struct mk_spans *out,
	struct mk_err *e);

/* Every value of a kept key, in no order ("lot": all lots). */
typedef int mk_ask_value(void *arg, const char *val, size_t n, struct mk_err *e);
int mk_ask_values(struct mk_store *st, const char *key, mk_ask_value *each, void *arg,
	struct mk_err *e);

/* The events in spans, in the store's order; only those of a step if step is not
 * NULL, only times in [from, to) if from < to. A few thousand are read at a time,
 * each time in a moment of its own; while the callback runs nothing is open. */
struct mk_ask_filter {
	const struct mk_spans *in;
	const char *step;
	int64_t from, to;
};
int mk_ask_events(struct mk_store *st, const struct mk_ask_filter *f, mk_ask_event *each,
	void *arg, struct mk_err *e);

/* ---- an item's state now, by the store's order ---- */

enum mk_gone { MK_GONE_NOT, MK_GONE_SCRAP, MK_GONE_VOID, MK_GONE_REPLACED, MK_GONE_SHIPPED };

struct mk_state {
	int64_t item;
	int64_t first, last;	/* its first and last event */
	int64_t n;		/* how many */
	int64_t time;		/* ms, of its last event */
	int64_t ctx;		/* of the last event that was not refused */
	const char *step, *result;	/* of the last event that was not refused; "" */
	/* words' numbers, 0: none; mk_ask_text tells */
	int64_t place;		/* moved to, or received at */
	int64_t customer, document;	/* shipped to, with */
	int64_t hold;		/* on hold for this reason */
	enum mk_gone gone;
	bool doubt;		/* a mark's outcome is unknown and not resolved */
	int64_t successor;	/* the item that replaced it, 0: none */
};

/* 1, 0 if nothing is known of it, -1. step and result live as long as st. */
int mk_ask_state(struct mk_store *st, int64_t item, struct mk_state *s, struct mk_err *e);

/* The context of an item's first event: 1, 0, -1. */
int mk_ask_made(struct mk_store *st, int64_t item, int64_t *ctx, struct mk_err *e);

/* The states of n items, by number. */
typedef int mk_ask_state_each(void *arg, const struct mk_state *s, struct mk_err *e);
int mk_ask_states_of(struct mk_store *st, const int64_t *item, size_t n, mk_ask_state_each *each,
	void *arg, struct mk_err *e);

/* Each item's state, by number from `after` (exclusive) on: all, or a list. */
enum { MK_LIST_ALL, MK_LIST_HELD, MK_LIST_DOUBT, MK_LIST_STOCK /* not gone */ };
int mk_ask_states(struct mk_store *st, int list, int64_t after, mk_ask_state_each *each,
	void *arg, struct mk_err *e);

/* The text of a word (a value as spelt); it lives as long as st. 0: "". */
const char *mk_ask_text(struct mk_store *st, int64_t word, struct mk_err *e); /* NULL: -1 */

/* ---- genealogy ---- */

enum mk_edge_kind { MK_EDGE_ASSEMBLE = 1, MK_EDGE_PACK, MK_EDGE_CONSUME, MK_EDGE_REPLACE };

/* child went into parent: a component into its unit, a part into its box, a lot into
 * what was made of it, an old identity into the new one. */
struct mk_edge {
	int64_t child, parent;
	enum mk_edge_kind kind;
	int64_t from, until;	/* ms; until is MK_EDGE_OPEN while it holds */
	int64_t event, end;	/* that made it; that ended it, 0 */
};
#define MK_EDGE_OPEN INT64_MAX

typedef int mk_ask_edge(void *arg, const struct mk_edge *edge, struct mk_err *e);
/* The edges from each of n items: up to what they went into, or down to what went
 * into them; all there ever were: look at from and until. For breadth-first
 * searches, inside mk_ask_begin: the callback sees each as it is read, by number, and
 * asks for no edges itself. */
int mk_ask_edges(struct mk_store *st, const int64_t *item, size_t n, bool up,
	mk_ask_edge *each, void *arg, struct mk_err *e);

/* What was loaded where and when: from each load to its unload (or until now). A
 * place is spelt without its kind (ST40 for station:ST40). lot 0: any; place NULL: any. */
struct mk_load {
	int64_t lot;
	const char *place;
	int64_t from, until;	/* ms; MK_EDGE_OPEN while it is loaded */
	int64_t event, end;
};
typedef int mk_ask_load(void *arg, const struct mk_load *load, struct mk_err *e);
int mk_ask_loads(struct mk_store *st, int64_t lot, const char *place, mk_ask_load *each,
	void *arg, struct mk_err *e);

/* ---- counts ---- */

/* What events had in common. */
enum mk_dim { MK_DIM_LOT = MK_CTX_N, MK_DIM_PART, MK_DIM_RECIPE, MK_DIM_PURPOSE, MK_DIM_N };
extern const char *const mk_dim_name[MK_DIM_N];	/* "site" … "day", "lot", … */
struct mk_ctx {
	const char *dim[MK_DIM_N];	/* as spelt; "": not said */
};
/* 1, 0, -1. It lives as long as st. */
int mk_ask_ctx(struct mk_store *st, int64_t ctx, const struct mk_ctx **c, struct mk_err *e);

/* Events of one hour, context, step, result and reason: how many, and how many of
 * them were the first attempt of their item (and op) at the step. Refusals are no
 * attempts. */
struct mk_tally {
	int64_t hour;		/* ms of its beginning */
	int64_t ctx;
	const char *step, *result, *reason;	/* "": none */
	int64_t n, first;
};
typedef int mk_ask_tally(void *arg, const struct mk_tally *t, struct mk_err *e);
/* Those of the hours in [from, to), of one step or (NULL) all, by hour. */
int mk_ask_tallies(struct mk_store *st, int64_t from, int64_t to, const char *step,
	mk_ask_tally *each, void *arg, struct mk_err *e);

/* ---- marks that were begun and not ended ---- */

typedef int mk_ask_open(void *arg, int64_t item, const char *device, const char *time,
	struct mk_err *e);
int mk_ask_open_marks(struct mk_store *st, mk_ask_open *each, void *arg, struct mk_err *e);

/* How much there is, without counting. */
struct mk_totals {
	int64_t events, items;
	int64_t last;		/* the last event's number, 0: none */
	const char *origin;	/* this store's own */
};
int mk_ask_totals(struct mk_store *st, struct mk_totals *t, struct mk_err *e);

#endif
