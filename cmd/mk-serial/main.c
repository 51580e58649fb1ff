/* mk-serial: identities that are never issued twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "base/io.h"
#include "base/num.h"
#include "base/step.h"
#include "serial/pool.h"

#define BLOCK 1000		/* records that wait for one reservation */

static const char *opt_count, *opt_restore;

static const struct cmd_opt take_opts[] = {
	{ "count", 'n', "N", &opt_count, "how many identities (1)" },
	{ "after-restore", 0, "FLOOR", &opt_restore,
	  "the store was restored: go on at number FLOOR at least" },
	{0}
};

/* Everything that taking from one pool needs. */
struct taking {
	struct mk_store *st;
	struct mk_pool pool;
	struct mk_gs1 *gs1;
	struct mk_arena arena;
	struct mk_pool_at at;
	struct mk_rec fields;	/* key=value, and those of the context file */
	uint64_t next;		/* index that a reservation would begin at, about */
};

/* ---- define ---- */

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
	if (mk_pool_parse(&pool, file, text.p, text.n, *gs1, &c->err) == -1)
		goto out;
	r = mk_store_pool_define(st, pool.name, pool.hash, text.p, text.n, &c->err);
	mk_pool_clear(&pool);
out:
	mk_buf_clear(&text);
	return r == -1 ? -1 : 0;
}

static int
run_define(struct cmd *c)
{
	const char *path = cmd_store(c);
	struct mk_store *st;
	struct mk_gs1 *gs1 = NULL;
	size_t i;
	int r = 0;

	if (c->narg == 0)
		return cmd_usage(c, "define takes one or more files");
	if (path == NULL || mk_store_open(&st, path, &c->conf, &c->err) == -1)
		return -1;
	for (i = 0; r == 0 && i < c->narg; i++)
		r = define_one(c, st, &gs1, c->arg[i]);
	mk_gs1_free(gs1);
	mk_store_close(st);
	return r;
}

/* ---- take ---- */

static int
open_pool(struct cmd *c, struct taking *t, const char *name)
{
	const char *path = cmd_store(c);
	struct mk_buf text = {0};
	int r = -1;

	if (path == NULL || mk_store_open(&t->st, path, &c->conf, &c->err) == -1)
		return -1;
	if ((r = mk_store_pool_get(t->st, name, &text, &t->next, &c->err)) != 1) {
		if (r == 0)
			mk_err(&c->err, MK_EUSAGE, "no pool '%s': mk-serial define makes one", name);
		r = -1;
	} else if (mk_pool_needs_gs1(text.p, text.n) && mk_gs1_load(&t->gs1, NULL, &c->err) == -1)
		r = -1;
	else
		r = mk_pool_parse(&t->pool, name, text.p, text.n, t->gs1, &c->err);
	mk_buf_clear(&text);
	return r;
}

static int
add_field(void *arg, const char *key, const char *val, struct mk_err *e)
{
	struct taking *t = arg;

	if (mk_rec_get(&t->fields, key) != NULL)	/* an argument goes before the file */
		return 0;
	return mk_rec_set(&t->fields, key, val, strlen(val), e);
}

static int
add_arguments(struct cmd *c, struct taking *t)
{
	static const char *const own[] = { "id", "code", "hri", "pool", "n", "job" };
	char key[MK_KEY_MAX + 1];
	size_t i, k, n;

	for (i = 1; i < c->narg; i++) {
		const char *eq = strchr(c->arg[i], '=');

		n = eq == NULL ? 0 : (size_t)(eq - c->arg[i]);
		if (!mk_key_ok(c->arg[i], n))
			return cmd_usage(c, "'%s' is no key=value", c->arg[i]);
		memcpy(key, c->arg[i], n);
		key[n] = '\0';
		for (k = 0; k < sizeof own / sizeof *own; k++)
			if (strcmp(key, own[k]) == 0)
				return cmd_usage(c, "%s: mk-serial sets this field itself", key);
		if (mk_rec_get(&t->fields, key) != NULL)
			return cmd_usage(c, "%s was given twice", key);
		if (mk_rec_set(&t->fields, key, eq + 1, strlen(eq + 1), &c->err) == -1)
			return -1;
	}
	return 0;
}

/* The time, shift and day now, and the context file's fields. */
static int
look_around(struct cmd *c, struct taking *t)
{
	const char *ctx[MK_CTX_N];

	if (mk_time_now(&t->at.time, &c->err) == -1 ||
	    mk_conf_context(&c->conf, &t->at.time, ctx, &t->arena, add_field, t, &c->err) == -1)
		return -1;
	t->at.shift = ctx[MK_CTX_SHIFT] == NULL ? "" : ctx[MK_CTX_SHIFT];
	t->at.day = ctx[MK_CTX_DAY] == NULL ? "" : ctx[MK_CTX_DAY];
	return 0;
}

/* Lay the fields behind the identity; where both have one, they must agree. */
static int
lay_fields(const struct mk_rec *fields, struct mk_rec *rec, struct mk_err *e)
{
	size_t i, k;

	for (i = 0; i < fields->n; i++) {
		const struct mk_field *f = &fields->f[i];

		for (k = 0; k < rec->n; k++)
			if (rec->f[k].klen == f->klen && memcmp(rec->f[k].key, f->key, f->klen) == 0)
				break;
		if (k < rec->n && (rec->f[k].vlen != f->vlen ||
		    memcmp(rec->f[k].val, f->val, f->vlen) != 0))
			return mk_err(e, MK_EDATA, "field %.*s is '%.*s', but the id says '%.*s'",
				(int)f->klen, f->key, (int)f->vlen, f->val, (int)rec->f[k].vlen,
				rec->f[k].val);
		if (k == rec->n && mk_rec_copy(rec, f, e) == -1)
			return -1;
	}
	return 0;
}

static int
make_one(struct taking *t, uint64_t index, struct mk_rec *rec, struct mk_err *e)
{
	mk_rec_reset(rec);
	if (mk_pool_fill(&t->pool, index, &t->at, t->gs1, &t->fields, rec, e) == -1)
		return -1;
	return lay_fields(&t->fields, rec, e);
}

static int
take_count(struct cmd *c, struct taking *t)
{
	struct mk_buf fields = {0};
	struct mk_rec rec = {0};
	uint64_t n = 1, first, i;
	int r = -1;

	if (opt_count != NULL && mk_num_u64(opt_count, strlen(opt_count), 1, UINT32_MAX, &n,
	    &c->err) == -1)
		return mk_err_at(&c->err, "-n");
	/* what can be wrong is found before anything is reserved */
	if (add_arguments(c, t) == -1 || look_around(c, t) == -1 ||
	    mk_rec_line(&t->fields, &fields, &c->err) == -1)
		goto out;
	if (t->next < t->pool.total && make_one(t, t->next, &rec, &c->err) == -1) {
		mk_err_at(&c->err, "pool %s", t->pool.name);
		goto out;
	}
	r = mk_store_reserve(t->st, t->pool.name, n, t->pool.total, fields.p, fields.n, &t->at.time,
		&first, &c->err);
	for (i = 0; r == 0 && i < n; i++) {
		r = make_one(t, first + i, &rec, &c->err);
		if (r == 0)
			r = cmd_put(c, &rec);
	}
out:
	mk_rec_clear(&rec);
	mk_buf_clear(&fields);
	return r;
}

/* ---- take POOL -: records get identities ---- */

struct waiting {
	struct mk_rec rec;
	struct mk_buf line;
	bool wants;		/* an identity; else it passes as it is */
};

struct block {
	struct waiting *w;
	size_t n, want;
};

/* Copy a record out of the reader, and see what becomes of it. */
static int
admit(struct cmd *c, struct taking *t, struct block *b, const struct mk_rec *rec)
{
	struct waiting *w = &b->w[b->n];
	const struct mk_field *id;
	struct mk_rec trial = {0};
	size_t column;
	int r;

	w->line.n = 0;
	w->wants = false;
	if (mk_rec_line(rec, &w->line, &c->err) == -1 ||
	    mk_rec_parse(&w->rec, w->line.p, w->line.n, &column, &c->err) == -1)
		return -1;
	if (mk_step_failed(&c->conf, &w->rec, "issue") != NULL) {
		b->n++;
		return 0;
	}
	mk_step_drop(&w->rec, "issue");
	if ((id = mk_rec_get(&w->rec, "id")) != NULL) {
		cmd_warn(c, "%.*s: it has an id already: refused", (int)id->vlen, id->val);
		cmd_status(c, CMD_FAILED);
		b->n++;
		return mk_step_stamp(&w->rec, "issue", &c->conf, &t->at.time, "refused", "has_id",
			&c->err);
	}
	/* the same on a copy: what is wrong with it is known before anything is reserved */
	r = mk_rec_parse(&trial, w->line.p, w->line.n, &column, &c->err);
	if (r == 0)
		r = lay_fields(&t->fields, &w->rec, &c->err);
	if (r == 0 && t->next + b->want < t->pool.total)
		r = mk_pool_fill(&t->pool, t->next + b->want, &t->at, t->gs1, &w->rec, &trial,
			&c->err);
	mk_rec_clear(&trial);
	if (r == -1)
		return -1;
	w->wants = true;
	b->want++;
	b->n++;
	return 0;
}

static int
settle(struct cmd *c, struct taking *t, struct block *b)
{
	uint64_t first = 0;
	size_t i;

	if (b->want > 0 && mk_store_reserve(t->st, t->pool.name, b->want, t->pool.total, "", 0,
	    &t->at.time, &first, &c->err) == -1)
		return -1;
	for (i = 0; i < b->n; i++) {
		struct waiting *w = &b->w[i];

		if (w->wants && mk_pool_fill(&t->pool, first++, &t->at, t->gs1, &w->rec, &w->rec,
		    &c->err) == -1)
			return -1;
		if (cmd_put(c, &w->rec) == -1)
			return -1;
	}
	if (b->want > 0)
		t->next = first;
	b->n = b->want = 0;
	return cmd_flush(c);
}

static int
take_stream(struct cmd *c, struct taking *t)
{
	struct block b = { calloc(BLOCK, sizeof *b.w), 0, 0 };
	struct mk_rec rec = {0};
	struct mk_err why;
	struct mk_rdr in;
	size_t i;
	int r;

	if (b.w == NULL)
		return mk_err_nomem(&c->err);
	mk_rdr_init(&in, STDIN_FILENO, "stdin");
	while ((r = mk_rec_read(&in, &rec, &c->err)) == 1) {
		mk_rec_reset(&t->fields);
		mk_arena_reset(&t->arena);
		if (look_around(c, t) == -1 || admit(c, t, &b, &rec) == -1) {
			r = mk_err_at(&c->err, "stdin:%ld", in.lineno);
			break;
		}
		if ((b.n == BLOCK || !mk_rdr_ready(&in)) && settle(c, t, &b) == -1) {
			b.n = 0;
			r = -1;
			break;
		}
	}
	if (r == -1 && b.n > 0) {	/* those before the wrong one are served */
		why = c->err;
		if (settle(c, t, &b) == 0)
			c->err = why;
	}
	for (i = 0; i < BLOCK; i++) {
		mk_rec_clear(&b.w[i].rec);
		mk_buf_clear(&b.w[i].line);
	}
	free(b.w);
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	return r;
}

static int
after_restore(struct cmd *c, struct taking *t)
{
	uint64_t floor, index = 0;

	if (mk_num_u64(opt_restore, strlen(opt_restore), 0, INT64_MAX, &floor, &c->err) == -1)
		return mk_err_at(&c->err, "--after-restore");
	if (floor > t->pool.from)
		index = (floor - t->pool.from + t->pool.step - 1) / t->pool.step;
	if (mk_store_after_restore(t->st, t->pool.name, index, &c->err) == -1)
		return -1;
	if (index > t->next)
		t->next = index;
	return 0;
}

static int
run_take(struct cmd *c)
{
	struct taking t = {0};
	bool stream = c->narg > 1 && strcmp(c->arg[1], "-") == 0;
	int r;

	if (c->narg == 0)
		return cmd_usage(c, "take needs a pool");
	if (stream && (c->narg > 2 || opt_count != NULL))
		return cmd_usage(c, "take POOL - takes neither -n nor key=value");
	r = open_pool(c, &t, c->arg[0]);
	if (r == 0 && opt_restore != NULL)
		r = after_restore(c, &t);
	if (r == 0)
		r = stream ? take_stream(c, &t) : take_count(c, &t);
	mk_rec_clear(&t.fields);
	mk_arena_clear(&t.arena);
	mk_pool_clear(&t.pool);
	mk_gs1_free(t.gs1);
	mk_store_close(t.st);
	return r;
}

static const struct cmd_verb verbs[] = {
	{ "define", "FILE...", "keep the definitions of pools in the store", NULL,
	  CMD_CONF | CMD_STORE, NULL, run_define },
	{ "take", "POOL [KEY=VALUE...|-]", "issue identities, or give one to each record read",
	  take_opts, CMD_CONF | CMD_STORE | CMD_CONTEXT | CMD_OUTPUT, NULL, run_take },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = { "mk-serial", "Issues identities, none of them twice.",
		verbs };

	return cmd_main(&tool, argc, argv);
}
