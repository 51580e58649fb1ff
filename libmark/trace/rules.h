/* What a site does not want done to a part: the rules and routes of mk.conf(5). */
#ifndef MK_TRACE_RULES_H
#define MK_TRACE_RULES_H

#include "base/conf.h"
#include "store/store.h"

/* Whether the step may be done to the item of that name (as spelt; it may be unknown)
 * by the rules that conf has switched on: *why is NULL, or the rule: unknown, route,
 * shipped, held, failed (static). rec (may be NULL): the record that says so, with the
 * part's type, and other steps done at once. detail (may be NULL) gets a sentence. 0,
 * -1. */
int mk_trace_may(struct mk_store *st, const struct mk_conf *conf, const char *step,
	const char *name, size_t n, const struct mk_rec *rec, const char **why,
	struct mk_buf *detail, struct mk_err *e);

/* Whether, by network-down of conf, too long ago was heard of other lines for the step to
 * be done: 1, and detail says since when; 0; -1. Steps that only look at a part, or set
 * it aside, may always be done. */
int mk_trace_silent(struct mk_store *st, const struct mk_conf *conf, const char *step,
	const struct mk_time *now, struct mk_buf *detail, struct mk_err *e);

/* mk_trace_may for all events of a record that were not refused; *why is that of the
 * first forbidden one. A record that was exported is never forbidden. */
int mk_trace_forbidden(struct mk_store *st, const struct mk_conf *conf, const struct mk_rec *rec,
	const char **why, struct mk_err *e);

#endif
