/* mk-serial: identities that are never issued twice. */
#include <string.h>

#include "base/io.h"
#include "cmd/mk-serial/parse.h"
#include "cmd/mk-serial/serial.h"

struct clash {
	const struct mk_pool *pool;
	struct mk_gs1 **gs1;
	const char *file;
};

/* Another pool with the same pattern and some of the same numbers would issue the
 * same identities. */
static int
see_clash(void *arg, const struct mk_pool_use *u, const char *text, size_t n, struct mk_err *e)
{
	const struct clash *k = arg;
	const struct mk_pool *p = k->pool;
	struct mk_pool other;
	struct mk_err no;
	int r = 0;

	if (strcmp(u->name, p->name) == 0)
		return 0;
	if (*k->gs1 == NULL && mk_pool_needs_gs1(text, n) && mk_gs1_load(k->gs1, NULL, e) == -1)
		return -1;
	if (mk_pool_parse(&other, u->name, text, n, *k->gs1, false, &no) == -1)
		return 0;
	if (strcmp(other.pattern, p->pattern) == 0 && other.order != MK_ORDER_LIST &&
	    p->order != MK_ORDER_LIST && other.from <= p->to && p->from <= other.to)
		r = mk_err(e, MK_ECONF, "%s: pool %s has this pattern and some of these numbers: "
			"they would be issued twice", k->file, u->name);
	mk_pool_clear(&other);
	return r;
}

static int
define_one(struct cmd *c, struct mk_store *st, struct mk_gs1 **gs1, const char *file)
{
	struct mk_buf text = {0};
	struct mk_pool pool;
	int r = -1;

	if (mk_io_slurp(file, 1u << 20, &text, &c->err) == -1)
		goto out;
	if (*gs1 == NULL && mk_pool_needs_gs1(text.p, text.n) &&
	    mk_gs1_load(gs1, NULL, &c->err) == -1)
		goto out;
	if (mk_pool_parse(&pool, file, text.p, text.n, *gs1, true, &c->err) == -1)
		goto out;
	r = mk_store_pools(st, "", "", see_clash, &(struct clash){ &pool, gs1, file }, &c->err);
	if (r != -1)
		r = mk_store_pool_define(st, pool.name, pool.hash, text.p, text.n, &c->err);
	mk_pool_clear(&pool);
out:
	mk_buf_clear(&text);
	return r == -1 ? -1 : 0;
}

static int
run_define(struct cmd *c)
{
	struct mk_store *st;
	struct mk_gs1 *gs1 = NULL;
	size_t i;
	int r = 0;

	if (c->narg == 0)
		return cmd_usage(c, "define takes one or more files");
	if (serial_store(c, &st) == -1)
		return -1;
	for (i = 0; r == 0 && i < c->narg; i++)
		r = define_one(c, st, &gs1, c->arg[i]);
	mk_gs1_free(gs1);
	mk_store_close(st);
	return r;
}

#define ASKS (CMD_CONF | CMD_STORE | CMD_OUTPUT)

static const struct cmd_verb verbs[] = {
	{ "define", "FILE...", "keep the definitions of pools in the store", NULL,
	  CMD_CONF | CMD_STORE, NULL, run_define },
	{ "take", "POOL [KEY=VALUE...|-]", "issue identities, or give one to each record read",
	  take_opts, ASKS | CMD_CONTEXT, NULL, run_take },
	{ "peek", "POOL [KEY=VALUE...]", "what would come next; nothing is reserved", peek_opts,
	  ASKS | CMD_CONTEXT, NULL, run_peek },
	{ "list", "[POOL...]", "the pools: what is used, what is left, for how long", list_opts, ASKS,
	  "pool,order,used,left,total,last,days_left,guess,state", run_list },
	{ "pending", "POOL", "identities issued whose mark was never begun", NULL, ASKS,
	  "id,issued", run_pending },
	{ "void", "ID...", "identities that will never be marked", void_opts, ASKS | CMD_CONTEXT,
	  "id,void_time,void_reason", run_void },
	{ "import", "POOL FILE", "numbers that an authority issued, into the list of a pool", NULL,
	  ASKS, NULL, run_import },
	{ "alloc", "POOL", "have a central store lend this one numbers, before they run out",
	  alloc_opts, CMD_CONF | CMD_STORE, NULL, run_alloc },
	{ "leases", "", "what was lent, and to whom", NULL, ASKS,
	  "pool,origin,no,first,count,returned,time", run_leases },
	{ "parse", "[FILE]", "tell what payloads or a scanner's lines are", serial_parse_opts,
	  CMD_CONF | CMD_OUTPUT, NULL, serial_parse },
	{ "check", "ALGORITHM [VALUE...]", "verify or add check characters", serial_check_opts,
	  CMD_CONF | CMD_OUTPUT, NULL, serial_check },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = { "mk-serial", "Issues identities, none of them twice.",
		verbs };

	return cmd_main(&tool, argc, argv);
}
