/* Inside cmd/mk-trace only: what its files share. main.c has the verbs. */
#ifndef MK_CMD_TRACE_H
#define MK_CMD_TRACE_H

#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "base/step.h"
#include "cmd/cmd.h"
#include "store/store.h"
#include "trace/name.h"

/* Open the store that --store, $MK_STORE or mk.conf names. */
int trace_open(struct cmd *c, struct mk_store **st);

/* ---- batch.c: records on their way into the store ---- */

struct trace_batch {
	struct mk_store *st;
	bool quiet;
	struct mk_buf lines;	/* stored in the open transaction, not yet printed */
	size_t n;		/* of them */
	struct timespec start;
	struct mk_time now;	/* of its begin: when its records were stored */
	bool deaf;		/* our reader is gone, or cannot be written to: store on */
	struct mk_err why;
	uint64_t total;
};

/* Store rec (it gets a hold group if a rule forbids it); a transaction is begun if
 * none is open, and committed, and what it stored printed, when it is long enough or
 * no more is at hand. */
int trace_put(struct cmd *c, struct trace_batch *b, struct mk_rec *rec, bool more);
int trace_begin(struct cmd *c, struct trace_batch *b);
int trace_commit(struct cmd *c, struct trace_batch *b);
void trace_batch_clear(struct trace_batch *b);	/* closes the store, too */

/* progress.c */

/* Progress of long work, on a terminal, once a second: "find: 12000 of 500000,
 * 8000/s, 61 s left". total 0: not known. */
struct trace_progress {
	const struct cmd *c;
	uint64_t total;
	int64_t start, last;	/* ms; start -1: nobody looks */
	bool shown;
};
void trace_progress_start(struct trace_progress *p, const struct cmd *c, uint64_t total);
void trace_progress(struct trace_progress *p, uint64_t done);
void trace_progress_end(struct trace_progress *p);	/* wipes the line */
/* The same for what counts events: arg is a struct trace_progress. Always 0. */
int trace_tick(void *arg, int64_t done, int64_t all, struct mk_err *e);

/* add.c */
extern const struct cmd_opt trace_add_opts[];
int trace_add(struct cmd *c);

/* push.c */
extern const struct cmd_opt trace_push_opts[], trace_pull_opts[];
int trace_push(struct cmd *c);
int trace_pull(struct cmd *c);

/* write.c */
extern const struct cmd_opt trace_write_opts[], trace_into_opts[], trace_from_opts[],
	trace_at_opts[], trace_move_opts[], trace_ship_opts[], trace_reason_opts[],
	trace_replace_opts[], trace_resolve_opts[];
int trace_write(struct cmd *c);
int trace_log(struct cmd *c);
int trace_alias(struct cmd *c);
int trace_correct(struct cmd *c);

/* may.c */
int trace_may(struct cmd *c);

/* sense.c: whether a step, with the target that it names, cannot be true of a part:
 * 1, and it was told; 0; -1. */
int trace_slip(struct cmd *c, struct mk_store *st, const char *step, const char *id, size_t n,
	const struct mk_buf *target);

/* expect.c: whether the parts of these names (each ended by LF; of boxes, what is in
 * them) are as ordered: 1; 0 they are not, which was told; -1. */
int trace_expected(struct cmd *c, struct mk_store *st, const char *spec, const char *customer,
	const char *names);

/* set.c */
int trace_set(struct cmd *c);

/* ledger.c */
extern const struct cmd_opt trace_export_opts[], trace_seal_opts[], trace_audit_opts[],
	trace_check_opts[];
int trace_export(struct cmd *c);
int trace_seal(struct cmd *c);
int trace_audit(struct cmd *c);
int trace_proof(struct cmd *c);
int trace_check_proof(struct cmd *c);
/* Append the proof of an item; events that are not sealed are told. How many are, -1. */
int trace_prove(struct cmd *c, struct mk_store *st, const char *name, size_t n, struct mk_buf *out);

/* cert.c */
extern const struct cmd_opt trace_cert_opts[];
int trace_cert(struct cmd *c);

/* keep.c */
extern const struct cmd_opt trace_rebuild_opts[];
int trace_backup(struct cmd *c);
int trace_rebuild(struct cmd *c);
int trace_migrate(struct cmd *c);
int trace_analyze(struct cmd *c);

#endif
