/* Between the files of mk-serial. */
#ifndef SERIAL_H
#define SERIAL_H

#include "cmd/cmd.h"
#include "serial/pool.h"

#define BLOCK 512	/* identities made, or records that wait, at a time */

/* A pool at work. */
struct taking {
	struct mk_store *st;
	struct mk_pool pool;
	struct mk_gs1 *gs1;
	struct mk_arena arena;
	struct mk_pool_at at;
	struct mk_rec fields;	/* key=value, and those of the context file */
	bool warned;		/* that the numbers run out */
};

/* Open the store and the pool of that name. taking_close in any case. */
int taking_open(struct cmd *c, struct taking *t, const char *name);
void taking_close(struct taking *t);
/* Open the pool alone; t->st is there. */
int taking_pool(struct cmd *c, struct taking *t, const char *name);

/* The time, shift and day now, and the context file's fields. */
int taking_look(struct cmd *c, struct taking *t);

/* Take the key=value operands from the first-th on as fields. */
int taking_fields(struct cmd *c, struct taking *t, size_t first);

/* Make the records of count numbers from index first on, fields laid behind, and
 * give each to each, which returns 0, or -1 with c->err. */
typedef int taking_each(struct cmd *c, struct taking *t, struct mk_rec *rec, void *arg);
int taking_make(struct cmd *c, struct taking *t, const struct mk_stem *s,
	const struct mk_rec *fields, uint64_t first, uint64_t count, taking_each *each,
	void *arg);

/* The identity of one number in rec. */
int taking_one(struct taking *t, const struct mk_stem *s, uint64_t index,
	const struct mk_rec *fields, struct mk_rec *rec, struct mk_err *e);

/* Lay fields behind those of rec; where both have one, they must agree. */
int lay_fields(const struct mk_rec *fields, struct mk_rec *rec, struct mk_err *e);

/* The week whose use is a pool's rate: up to the day that it is now. */
void serial_week(const struct cmd *c, const struct mk_time *now, char since[MK_DAY_LEN],
	char day[MK_DAY_LEN]);
/* Numbers a day, in that week or since the pool's first one. */
double serial_rate(const struct mk_pool_use *u, const char *day);

/* How many numbers of the whole pool may be issued, so that none can be guessed. */
uint64_t serial_bound(const struct mk_pool *p);

/* If the pool issues what was lent to it, let it. */
int serial_lent(struct mk_store *st, struct mk_pool *p, struct mk_err *e);

/* Open the store alone. */
int serial_store(struct cmd *c, struct mk_store **st);

extern const struct cmd_opt take_opts[], peek_opts[], list_opts[], void_opts[], alloc_opts[];
int run_take(struct cmd *c);
int run_peek(struct cmd *c);
int run_list(struct cmd *c);
int run_pending(struct cmd *c);
int run_void(struct cmd *c);
int run_import(struct cmd *c);
int run_alloc(struct cmd *c);
int run_leases(struct cmd *c);

#endif
