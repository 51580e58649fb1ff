/* Codes that were good before: two parts with one mark are one part too many. */
#include "cmd/mk-verify/seen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "store/store.h"

const char *opt_duplicates;

/* The first 8 bytes of a hash of each code: of a million codes, two share them with a
 * chance of 3 in 100 million. 0 is a free place. */
struct seen {
	uint64_t *key;
	size_t n, cap;
	struct mk_store *st;	/* NULL: only this run counts */
	bool off;
};

int
seen_open(struct cmd *c, struct seen **out)
{
	const char *how = opt_duplicates == NULL ? "run" : opt_duplicates, *path;
	struct seen *s = calloc(1, sizeof *s);

	if (s == NULL)
		return mk_err_nomem(&c->err);
	*out = s;
	s->off = strcmp(how, "off") == 0;
	if (s->off || strcmp(how, "run") == 0)
		return 0;
	if (strcmp(how, "store") != 0)
		return cmd_usage(c, "--duplicates: '%s' is none of run, store, off", how);
	if ((path = cmd_store(c)) == NULL)
		return -1;
	return mk_store_open(&s->st, path, &c->conf, &c->err);
}

void
seen_close(struct seen *s)
{
	if (s == NULL)
		return;
	mk_store_close(s->st);
	free(s->key);
	free(s);
}

static int
key_of(const struct mk_rec *rec, uint64_t *key, struct mk_err *e)
{
	const struct mk_field *code = mk_rec_get(rec, "code"), *op = mk_rec_get(rec, "op");
	unsigned char sum[MK_SHA256_LEN];
	struct mk_buf b = {0};
	int r = -1;

	if (mk_buf_add(&b, code->val, code->vlen, e) == 0 && mk_buf_addc(&b, '\t', e) == 0 &&
	    (op == NULL || mk_buf_add(&b, op->val, op->vlen, e) == 0) &&
	    mk_sha256(b.p, b.n, sum, e) == 0)
		r = 0;
	mk_buf_clear(&b);
	if (r == 0)
		memcpy(key, sum, sizeof *key);
	if (r == 0 && *key == 0)
		*key = 1;
	return r;
}

/* Where the key is, or would be. There is always a free place. */
static size_t
place(const struct seen *s, uint64_t key)
{
	size_t i = (size_t)key & (s->cap - 1);

	while (s->key[i] != 0 && s->key[i] != key)
		i = (i + 1) & (s->cap - 1);
	return i;
}

static int
grow(struct seen *s, struct mk_err *e)
{
	struct seen more = { .cap = s->cap == 0 ? 1024 : 2 * s->cap };
	size_t i;

	if ((more.key = calloc(more.cap, sizeof *more.key)) == NULL)
		return mk_err_nomem(e);
	for (i = 0; i < s->cap; i++)
		if (s->key[i] != 0)
			more.key[place(&more, s->key[i])] = s->key[i];
	free(s->key);
	s->key = more.key;
	s->cap = more.cap;
	return 0;
}

/* ---- the store ---- */

struct asked {
	const struct mk_field *op;
	bool good;
};

static int
each_event(void *arg, struct mk_rec *rec, struct mk_err *e)
{
	struct asked *a = arg;
	const struct mk_field *op = mk_rec_get(rec, "op");
	size_t n = op == NULL ? 0 : op->vlen;

	(void)e;
	if (mk_rec_is(rec, "verify_result", "ok") && n == (a->op == NULL ? 0 : a->op->vlen) &&
	    (n == 0 || memcmp(op->val, a->op->val, n) == 0))
		a->good = true;
	return 0;
}

/* By the code, so that another part that bears it is found, too. */
static int
in_store(struct cmd *c, struct seen *s, const struct mk_rec *rec)
{
	struct asked a = { .op = mk_rec_get(rec, "op") };
	struct mk_buf code = {0}, name = {0};
	int r = -1;

	if (mk_rec_bytes(rec, "code", &code, &c->err) != -1 && mk_buf_str(&code, &c->err) != NULL)
		r = mk_store_resolve(s->st, code.p, &name, &c->err);
	if (r == 1)
		r = mk_store_history(s->st, name.p, name.n, each_event, &a, &c->err) == -1 ? -1 : a.good;
	mk_buf_clear(&code);
	mk_buf_clear(&name);
	return r;
}

int
seen_before(struct cmd *c, struct seen *s, const struct mk_rec *rec)
{
	uint64_t key;

	if (s->off)
		return 0;
	if (key_of(rec, &key, &c->err) == -1)
		return -1;
	if (s->cap > 0 && s->key[place(s, key)] != 0)
		return 1;
	return s->st == NULL ? 0 : in_store(c, s, rec);
}

int
seen_add(struct cmd *c, struct seen *s, const struct mk_rec *rec)
{
	uint64_t key;
	size_t i;

	if (s->off)
		return 0;
	if (key_of(rec, &key, &c->err) == -1 || (2 * s->n >= s->cap && grow(s, &c->err) == -1))
		return -1;
	i = place(s, key);
	s->n += s->key[i] == 0;
	s->key[i] = key;
	return 0;
}
