/* Steps: what can happen to a part. The fields "<step>_…" of a record are that
 * step's group, and one event if "<step>_time" is among them (mkrec(5)). */
#ifndef MK_STEP_H
#define MK_STEP_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/rec.h"

/* The length of the step's name that a key of n bytes starts with (the key is
 * longer and has '_' there), or 0 if it belongs to no known step: the built-in
 * ones and those of conf (which may be NULL). */
size_t mk_step_len(const struct mk_conf *conf, const char *key, size_t n);

/* Whether name is a known step. */
bool mk_step_known(const struct mk_conf *conf, const char *name, size_t n);

/* The first "<step>_result" other than ok, of a step other than own (NULL: of
 * any), or NULL: then the record is whole and a tool may work on it. */
const struct mk_field *mk_step_failed(const struct mk_conf *conf, const struct mk_rec *rec,
	const char *own);

/* Remove all fields of a step's group. */
void mk_step_drop(struct mk_rec *rec, const char *step);

/* Write the head of a step's event: <step>_time, _result, _reason (if not NULL),
 * and the context now. Call mk_step_drop first; add own fields behind. */
int mk_step_stamp(struct mk_rec *rec, const char *step, const struct mk_conf *conf,
	const struct mk_time *t, const char *result, const char *reason, struct mk_err *e);

#endif
