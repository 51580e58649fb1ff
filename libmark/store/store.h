/* The store: everything that lasts. One file per station (SQLite); all SQL is
 * in this room. Handles are for one thread. No call leaves a transaction open
 * unless it says so. */
#ifndef MK_STORE_H
#define MK_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/rec.h"

struct mk_store;

/* Make a store at path and its high-water file in the folder state (NULL:
 * /var/lib/mk-state if it can be written, else ~/.local/state/mk). A file that is
 * there already is MK_EUSAGE. spread (may be NULL): its tables are those for engines
 * that spread them over machines, and what such a one must be told is appended, as a
 * script in SQL. */
int mk_store_init(const char *path, const char *state, struct mk_buf *spread, struct mk_err *e);

/* Whether the store of that name is in a server (postgresql://...), not a file. */
bool mk_store_served(const char *path);

/* Open an existing store. The configuration tells the site's steps (borrowed). */
int mk_store_open(struct mk_store **st, const char *path, const struct mk_conf *conf,
	struct mk_err *e);
/* Whether others can listen to what goes to and from it: another PC's server, and the
 * connection is not encrypted. */
bool mk_store_exposed(const struct mk_store *st);
void mk_store_close(struct mk_store *st);	/* NULL is allowed */

/* ---- events ---- */

/* One write transaction around several mk_store_add; keep it under 100 ms. */
int mk_store_begin(struct mk_store *st, struct mk_err *e);
int mk_store_commit(struct mk_store *st, struct mk_err *e);
void mk_store_rollback(struct mk_store *st);

/* Store each event of rec that is not stored yet, under its id, else its arrival.
 * Another event of the same id, op, step and time is stored too, and rec is held:
 * it gets hold_time, hold_result:fail, hold_reason:conflict. The number of events
 * stored, or -1 (MK_EDATA: no name, no event, a malformed time, event_ fields). */
int mk_store_add(struct mk_store *st, struct mk_rec *rec, const struct mk_time *now,
	struct mk_err *e);

/* What an engineer may call a part: its id, its code or hri, or an ending of its
 * id that no other shares. name gets the id as it is spelt on a line. 1; 0 none;
 * -1, MK_EDATA if several match. */
int mk_store_resolve(struct mk_store *st, const char *arg, struct mk_buf *name,
	struct mk_err *e);

/* Append a text as users write it as it is spelt on a line. */
int mk_store_spell(const char *text, struct mk_buf *out, struct mk_err *e);

typedef int mk_store_each(void *arg, struct mk_rec *rec, struct mk_err *e);

/* The events of an item in the order of their times: each sees one record per
 * event. No transaction is open meanwhile. The number of them, or -1. */
int mk_store_history(struct mk_store *st, const char *name, size_t n, mk_store_each *each,
	void *arg, struct mk_err *e);

/* ---- marks: every part that may carry one is known ---- */

/* How the key (id, op) of a part stands. */
struct mk_mark {
	const char *state;	/* NULL: it may be begun; else how its last mark ended: "open",
				 * "ok", "fail", "unknown", or it was made void: "void" (static) */
	unsigned attempt;	/* number of the mark that is begun, from 1 */
};

/* Commit "this part (rec: id, op) is about to be marked on device". Of rec all but
 * its job and an old mark group is kept, stamped with t, the context now and the
 * attempt: the event that stands if nothing else comes. remark NULL: a key that was
 * begun is refused; else it is the reason to mark it again, which only a void one
 * and one that is open are refused for. 1: begun. 0: refused, m->state. -1. */
int mk_store_mark_begin(struct mk_store *st, const char *device, const struct mk_rec *rec,
	const struct mk_time *t, const char *remark, struct mk_mark *m, struct mk_err *e);

/* The same question without beginning it. 1, 0, -1. */
int mk_store_mark_ask(struct mk_store *st, const struct mk_rec *rec, const char *remark,
	struct mk_mark *m, struct mk_err *e);

/* Commit the mark event in rec (its mark group) and close its begin, in one
 * transaction. One that is refused after all may be begun again, if it was the first
 * attempt. No open begin for it is MK_EINTEGRITY. */
int mk_store_mark_end(struct mk_store *st, const char *device, const struct mk_rec *rec,
	struct mk_err *e);

/* Close each begin that device left open with an event mark_result:unknown,
 * mark_reason:interrupted, at the time of its begin; each (may be NULL) sees the
 * record of each. Hold the device's lock. The number of them, or -1. */
int mk_store_mark_recover(struct mk_store *st, const char *device, mk_store_each *each,
	void *arg, struct mk_err *e);

#endif
