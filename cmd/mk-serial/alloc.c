/* mk-serial alloc, leases: numbers that a central store lends to the stores of lines. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/mk-serial/serial.h"

#define BLOCKS 2
#define SIZE 10000
#define TRIES 5		/* the same again after a lost connection: a token makes it safe */

static const char *opt_from, *opt_blocks, *opt_size, *opt_return, *opt_restore;

const struct cmd_opt alloc_opts[] = {
	{ "from", 0, "STORE", &opt_from, "the central store, such as postgresql://mk@centre/mk" },
	{ "blocks", 0, "N", &opt_blocks, "how many blocks to be ahead (2)" },
	{ "size", 0, "N", &opt_size, "how many numbers a block has (10000)" },
	{ "return", 0, NULL, &opt_return, "give back what was not issued; it is never lent again" },
	{ "after-restore", 0, NULL, &opt_restore,
	  "this store was restored or copied: drop what it was lent, go on with new blocks" },
	{0}
};

struct allocating {
	struct taking t;
	struct mk_store *from;
	uint64_t blocks, size;
};

static int
number(struct cmd *c, const char *name, const char *text, uint64_t most, uint64_t *out)
{
	if (text == NULL || mk_num_u64(text, strlen(text), 1, most, out, &c->err) == 0)
		return 0;
	c->err.code = MK_EUSAGE;
	return mk_err_at(&c->err, "--%s", name);
}

static int
arguments(struct cmd *c, struct allocating *a)
{
	a->blocks = BLOCKS;
	a->size = SIZE;
	if (c->narg != 1)
		return cmd_usage(c, "alloc takes one POOL");
	if (opt_from == NULL)
		return cmd_usage(c, "--from STORE is missing");
	if (opt_return != NULL && (opt_restore != NULL || opt_blocks != NULL || opt_size != NULL))
		return cmd_usage(c, "--return stands alone");
	return number(c, "blocks", opt_blocks, 1000, &a->blocks) == -1 ||
		number(c, "size", opt_size, UINT32_MAX, &a->size) == -1 ? -1 : 0;
}

/* Whether what is lent can be issued by this pool. */
static int
fits(struct cmd *c, const struct allocating *a)
{
	const struct mk_pool *p = &a->t.pool;

	if (p->order == MK_ORDER_LIST || p->reset != MK_RESET_NEVER)
		return mk_err(&c->err, MK_EDATA, "pool %s: only a pool in sequence or at random, without "
			"reset, can be lent to", p->name);
	if (a->size % p->beat != 0)
		return cmd_usage(c, "--size: each number is issued %" PRIu64 " times: let it be a "
			"multiple of that", p->beat);
	return 0;
}

static int
centre(struct cmd *c, struct allocating *a)
{
	mk_store_close(a->from);
	if (mk_store_open(&a->from, opt_from, &c->conf, &c->err) == -1)
		return mk_err_at(&c->err, "centre");
	cmd_exposed(c, mk_store_exposed(a->from));
	return 0;
}

/* Ask until there is an answer; after a lost connection the answer may be one that was
 * given before. */
static int
lend(struct cmd *c, struct allocating *a, const struct mk_lease_ask *ask, struct mk_lease *l)
{
	const struct mk_pool *p = &a->t.pool;
	uint64_t most = p->domain - (p->stop < p->domain ? p->stop : p->domain);
	struct mk_time now;
	int i, r = -1;

	if (serial_bound(p) < most)
		most = serial_bound(p);
	for (i = 0; i < TRIES; i++) {
		if (mk_time_now(&now, &c->err) == -1)
			return -1;
		r = a->from == NULL ? centre(c, a) : 0;
		if (r == 0)
			r = mk_store_lease_grant(a->from, p->name, p->hash, ask, a->size, most, &now,
				l, &c->err);
		if (r == 0 || !c->err.retry)
			break;
		mk_store_close(a->from);
		a->from = NULL;
	}
	return r;
}

static int
borrow(struct cmd *c, struct allocating *a)
{
	const char *pool = a->t.pool.name;
	struct mk_lease_ask ask;
	struct mk_lease l;
	struct mk_err no;

	for (;;) {
		if (mk_store_lease_ask(a->t.st, pool, &ask, &c->err) == -1)
			return -1;
		if (ask.unused + a->size > a->blocks * a->size)
			return 0;
		if (lend(c, a, &ask, &l) == -1 ||
		    mk_store_lease_take(a->t.st, pool, &l, &c->err) == -1)
			return -1;
		/* if this is lost, the next ask says the same */
		(void)mk_store_lease_confirm(a->from, pool, ask.origin, l.no, &no);
	}
}

/* First nothing more is issued, then the centre hears of it, each time anew. */
static int
give_back(struct cmd *c, struct allocating *a)
{
	const char *pool = a->t.pool.name;
	struct mk_lease_ask ask;
	struct mk_lease *l;
	uint64_t left;
	int r, i, n;

	if (mk_store_lease_ask(a->t.st, pool, &ask, &c->err) == -1 ||
	    mk_store_lease_drop(a->t.st, pool, &left, &c->err) == -1 ||
	    (n = mk_store_leases(a->t.st, pool, &l, &c->err)) == -1)
		return -1;
	r = centre(c, a);
	for (i = 0; r == 0 && i < n; i++)
		if (l[i].returned > 0 && l[i].no > 0)
			r = mk_store_lease_returned(a->from, pool, ask.origin, l[i].no,
				l[i].returned, &c->err);
	free(l);
	return r;
}

static int
restored(struct cmd *c, struct allocating *a)
{
	const char *pool = a->t.pool.name;
	struct mk_lease_ask ask;
	int64_t last;

	if (mk_store_lease_ask(a->t.st, pool, &ask, &c->err) == -1 || centre(c, a) == -1 ||
	    mk_store_lease_last(a->from, pool, ask.origin, &last, &c->err) == -1)
		return -1;
	return mk_store_lease_restored(a->t.st, pool, last, &c->err);
}

int
run_alloc(struct cmd *c)
{
	struct allocating a = {0};
	int r = -1;

	if (arguments(c, &a) == -1 || taking_open(c, &a.t, c->arg[0]) == -1 || fits(c, &a) == -1)
		goto out;
	if (opt_return != NULL)
		r = give_back(c, &a);
	else
		r = opt_restore != NULL && restored(c, &a) == -1 ? -1 : borrow(c, &a);
out:
	mk_store_close(a.from);
	taking_close(&a.t);
	return r;
}

/* ---- leases ---- */

static int
put_lease(void *arg, const char *pool, const char *origin, const struct mk_lease *l,
	const char *time, struct mk_err *e)
{
	struct cmd *c = arg;
	struct mk_rec rec = {0};
	int r = -1;

	if (mk_rec_setf(&rec, e, "pool", "%s", pool) == 0 &&
	    mk_rec_setf(&rec, e, "origin", "%s", origin) == 0 &&
	    mk_rec_setf(&rec, e, "no", "%" PRId64, l->no) == 0 &&
	    mk_rec_setf(&rec, e, "first", "%" PRIu64, l->first) == 0 &&
	    mk_rec_setf(&rec, e, "count", "%" PRIu64, l->count) == 0 &&
	    mk_rec_setf(&rec, e, "returned", "%" PRIu64, l->returned) == 0 &&
	    mk_rec_setf(&rec, e, "time", "%s", time) == 0 && (r = cmd_put(c, &rec)) == -1)
		*e = c->err;
	mk_rec_clear(&rec);
	return r;
}

int
run_leases(struct cmd *c)
{
	struct mk_store *st;
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "leases takes no argument");
	if (serial_store(c, &st) == -1)
		return -1;
	r = mk_store_lease_list(st, put_lease, c, &c->err);
	mk_store_close(st);
	if (r == 0)
		cmd_status(c, CMD_FAILED);
	return r == -1 ? -1 : 0;
}
