/* Keeping the store: backup, rebuild, migrate, analyze. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/mk-trace/trace.h"
#include "store/keep.h"

static const char *opt_replace;

const struct cmd_opt trace_rebuild_opts[] = {
	{ "replace", 0, NULL, &opt_replace, "put right what is wrong; writers wait meanwhile" },
	{0}
};

int
trace_backup(struct cmd *c)
{
	struct mk_store *st;
	int r;

	if (c->narg != 1)
		return cmd_usage(c, "backup takes one file");
	if (trace_open(c, &st) == -1)
		return -1;
	r = mk_store_backup(st, c->arg[0], &c->err);
	mk_store_close(st);
	return r;
}

int
trace_analyze(struct cmd *c)
{
	struct mk_store *st;
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "analyze takes no argument");
	if (trace_open(c, &st) == -1)
		return -1;
	r = mk_store_analyze(st, &c->err);
	mk_store_close(st);
	return r;
}

int
trace_migrate(struct cmd *c)
{
	struct trace_progress p;
	const char *path = cmd_store(c);
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "migrate takes no argument");
	if (path == NULL)
		return -1;
	trace_progress_start(&p, c, 0);
	r = mk_store_migrate(path, &c->conf, trace_tick, &p, &c->err);
	trace_progress_end(&p);
	if (r == 0)
		cmd_warn(c, "%s: it is of the newest version already", path);
	return r == -1 ? -1 : 0;
}

struct rebuilding {
	struct trace_progress p;	/* first: it is trace_tick's */
	struct cmd *c;
	struct mk_rec rec;
};

static int
show_table(void *arg, const char *table, int64_t rows, int64_t wrong, int64_t missing,
	struct mk_err *e)
{
	struct rebuilding *b = arg;

	mk_rec_reset(&b->rec);
	trace_progress_end(&b->p);
	if (mk_rec_setf(&b->rec, e, "table", "%s", table) == -1 ||
	    mk_rec_setf(&b->rec, e, "rows", "%lld", (long long)rows) == -1 ||
	    mk_rec_setf(&b->rec, e, "wrong", "%lld", (long long)wrong) == -1 ||
	    mk_rec_setf(&b->rec, e, "missing", "%lld", (long long)missing) == -1)
		return -1;
	if (cmd_put(b->c, &b->rec) == 0)
		return 0;
	*e = b->c->err;
	return -1;
}

int
trace_rebuild(struct cmd *c)
{
	struct rebuilding b = { .c = c };
	struct mk_store *st = NULL, *copy = NULL;
	struct mk_buf path = {0};
	int r = -1;

	if (c->narg > 0)
		return cmd_usage(c, "rebuild takes no argument");
	if (trace_open(c, &st) == -1)
		return -1;
	trace_progress_start(&b.p, c, 0);
	if (opt_replace != NULL || mk_store_served(cmd_store(c)))
		r = mk_store_rebuild(st, opt_replace != NULL, show_table, trace_tick, &b, &c->err);
	else if (mk_buf_addf(&path, &c->err, "%s.rebuild-%ld", cmd_store(c), (long)getpid()) == 0 &&
	    mk_buf_str(&path, &c->err) != NULL && mk_store_backup(st, path.p, &c->err) == 0) {
		/* nobody waits for a copy */
		r = mk_store_open(&copy, path.p, &c->conf, &c->err);
		if (r == 0)
			r = mk_store_rebuild(copy, false, show_table, trace_tick, &b, &c->err);
		mk_store_close(copy);
		(void)unlink(path.p);
		if (mk_buf_adds(&path, "-wal", &c->err) == 0 && mk_buf_str(&path, &c->err) != NULL)
			(void)unlink(path.p);
		memcpy(path.p + path.n - 3, "shm", 3);
		(void)unlink(path.p);
	}
	if (r == 0 && opt_replace == NULL)
		r = mk_err(&c->err, MK_EINTEGRITY, "what is derived is not what the events say: "
			"mk-trace rebuild --replace puts it right");
	mk_store_close(st);
	mk_rec_clear(&b.rec);
	mk_buf_clear(&path);
	return r == -1 ? -1 : 0;
}
