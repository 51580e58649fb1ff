/* Inside mk-verify: one part, from its record to its verdict. */
#ifndef PART_H
#define PART_H

#include <time.h>

#include "cmd/mk-verify/gate.h"
#include "cmd/mk-verify/keep.h"
#include "cmd/mk-verify/seen.h"
#include "cmd/mk-verify/verify.h"

extern const char *opt_field, *opt_stop_after;
#define OPTS_PART \
	OPTS_GATE, \
	{ "duplicates", 0, "run|store|off", &opt_duplicates, \
	  "fail a code that was good before: in this run (the default), by the store too" }, \
	{ "stop-after", 0, "N", &opt_stop_after, "end the run when N parts in a row fail" }, \
	OPTS_KEEP

struct run {
	struct look look;
	struct gate *gate;
	struct keep *keep;
	struct seen *seen;
	uint64_t stop_after, in_a_row;	/* 0: never */
	struct mk_buf code, path;	/* of the part: what it should say, its picture */
	char why[160];			/* of a gate's verdict */
};

struct verdict {
	const char *result, *reason;	/* reason is NULL: it passed */
	const char *why;		/* for people */
	bool stop;			/* the stream ends behind this part */
	int status;
};
extern const struct verdict passed;
struct verdict failed(const char *reason, const char *why);

/* By the options; run_close in any case. */
int run_open(struct cmd *c, struct run *r);
void run_close(struct run *r);

/* What the part needs, in r->code and r->path; or a verdict of refusal. */
int part_gather(struct cmd *c, struct run *r, const struct mk_rec *rec, struct verdict *v);

/* An id in element string form, "(01)...", means a GS1 symbol. */
bool part_is_gs1(const struct mk_rec *rec);

/* Take its picture, and read it: a verdict about code and symbol. */
int part_look(struct cmd *c, struct run *r, const struct mk_rec *rec, struct verdict *v);

/* What r->look holds, against the part: no picture is taken. */
struct verdict part_judge(const struct run *r, const struct mk_rec *rec);

/* The end of a part that is looked at since begin: whether it was seen before, its
 * gates, its picture, its fields, a message. As cmd_each returns. */
int part_conclude(struct cmd *c, struct run *r, struct mk_rec *rec, const struct verdict *v,
	const struct mk_time *now, const struct timespec *begin);

#endif
