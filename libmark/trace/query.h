/* Questions put to the store: which parts, and which events, have what the terms ask
 * for; and what is known of a part altogether. */
#ifndef MK_QUERY_H
#define MK_QUERY_H

#include "store/ask.h"
#include "trace/ids.h"
#include "trace/term.h"

struct mk_query {
	struct mk_store *st;
	const struct mk_conf *conf;
	struct mk_terms terms;
	struct mk_period within;	/* the events that count; all: MK_PERIOD_ALL */
	int64_t after;			/* only events stored after this one; 0: all */
	const char *step;		/* mk_query_events: only of this step; NULL: of all */
};

/* The items, ascending (in the order in which they first came), added to out. */
int mk_query_items(const struct mk_query *q, struct mk_ids *out, struct mk_err *e);

/* The events of which all the terms of a group hold, in the store's order; no item's
 * other events are looked at. */
int mk_query_events(const struct mk_query *q, mk_ask_event *each, void *arg, struct mk_err *e);

/* Merge an item's events into rec: its fields as they were last, the last group of
 * each step. The number of events, or -1. rec lives until it is reset or cleared. */
int mk_query_part(struct mk_store *st, const struct mk_conf *conf, int64_t item,
	struct mk_rec *rec, struct mk_err *e);

/* Whether an event, which rec is, has what t asks for, turned or not: 1, 0, -1. */
int mk_query_holds(struct mk_store *st, const struct mk_term *t, const struct mk_rec *rec,
	const struct mk_event *ev, struct mk_err *e);

#endif
