/* Inside cmd/mk-trace only: what the asking verbs share. */
#ifndef MK_CMD_ASK_H
#define MK_CMD_ASK_H

#include "cmd/mk-trace/trace.h"
#include "trace/query.h"

/* -S and -U; into the options of each verb that takes terms. */
extern const char *ask_since, *ask_until;
#define ASK_WHEN \
	{ "since", 'S', "TIME", &ask_since, "only what happened from then on" }, \
	{ "until", 'U', "TIME", &ask_until, "only what happened before then" }

struct ask {
	struct cmd *c;
	struct mk_store *st;
	struct mk_time now;
	struct mk_buf name;	/* of ask_name and ask_id */
	struct mk_rec row;	/* what is put out next */
};

int ask_open(struct ask *a, struct cmd *c);
void ask_close(struct ask *a);

/* The name of an item, as it is spelt on a line, NUL-terminated; until the next call.
 * NULL with c->err. */
const char *ask_name(struct ask *a, int64_t item);

/* The text of a word, "" for none; NULL with c->err. */
const char *ask_text(struct ask *a, int64_t word);

/* The item that a person calls so: 1; 0 none, which is told and makes the status 1;
 * -1. a->name has its name. */
int ask_id(struct ask *a, const char *arg, int64_t *item);

/* Call each for the item of every operand; "-" stands for those on standard input,
 * a line each: a record with an id, or an identity as people type it. */
typedef int ask_each(struct ask *a, int64_t item, void *arg);
int ask_items(struct ask *a, ask_each *each, void *arg);

/* The operands from the first on as terms, and -S and -U, into q. The items that an
 * operand "-" brings from standard input go to ids, and *given says whether there was
 * one. mk_terms_clear(&q->terms) is due whatever happens. */
int ask_query(struct ask *a, size_t first, struct mk_query *q, struct mk_ids *ids, bool *given);

/* The items that q asks for; if given is not NULL, those of them that are in it. */
int ask_found(struct ask *a, struct mk_query *q, const struct mk_ids *given, struct mk_ids *out);

/* A value, as spelt on a line, into a field of row; "" sets none; NULL fails. */
int ask_set(struct ask *a, const char *key, const char *spelt);
int ask_set_time(struct ask *a, const char *key, int64_t ms);
int ask_put(struct ask *a);	/* row, which is empty then */

/* What an item's first event says of its making: 1, 0, -1; its part number and lot
 * into row. */
int ask_made(struct ask *a, int64_t item, const struct mk_ctx **c);
int ask_set_made(struct ask *a, int64_t item);

/* What a person reads of an event, added to row: its step, time, result …, and the
 * step's own fields in "details", behind what is said in front (NULL: nothing). */
int ask_event_row(struct ask *a, const struct mk_rec *ev, const char *step, const char *front);

/* For -f: wait until there is an event after t->last; renew t. */
int ask_wait(struct ask *a, struct mk_totals *t);

/* tree.c: draw what each operand is made of and went into, for dot(1). */
int ask_draw(struct ask *a);

/* The verbs: find.c history.c now.c tree.c recall.c stock.c stats.c compare.c */
extern const struct cmd_opt ask_schema_opts[], ask_find_opts[], ask_count_opts[], ask_history_opts[],
	ask_last_opts[], ask_made_opts[], ask_used_opts[], ask_recall_opts[], ask_stock_opts[],
	ask_shipments_opts[], ask_reconcile_opts[], ask_yield_opts[], ask_pareto_opts[],
	ask_spc_opts[];
int ask_find(struct cmd *c);
int ask_count(struct cmd *c);
int ask_history(struct cmd *c);
int ask_status(struct cmd *c);
int ask_last(struct cmd *c);
int ask_why(struct cmd *c);
int ask_where(struct cmd *c);
int ask_made_from(struct cmd *c);
int ask_used_in(struct cmd *c);
int ask_recall(struct cmd *c);
int ask_stock(struct cmd *c);
int ask_shipments(struct cmd *c);
int ask_reconcile(struct cmd *c);
int ask_yield(struct cmd *c);
int ask_pareto(struct cmd *c);
int ask_spc(struct cmd *c);
int ask_compare(struct cmd *c);
int ask_sql(struct cmd *c);
int ask_schema(struct cmd *c);

#endif
