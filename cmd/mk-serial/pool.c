/* A pool at work: opened, looked at, its identities made. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/mk-serial/serial.h"

int
serial_store(struct cmd *c, struct mk_store **st)
{
	const char *path = cmd_store(c);

	*st = NULL;
	if (path == NULL || mk_store_open(st, path, &c->conf, &c->err) == -1)
		return -1;
	cmd_exposed(c, mk_store_exposed(*st));
	return 0;
}

#define DAY_MS INT64_C(86400000)
#define WEEK 7

void
serial_week(const struct cmd *c, const struct mk_time *now, char since[MK_DAY_LEN],
	char day[MK_DAY_LEN])
{
	struct mk_time t = *now;

	(void)mk_shift_at(&c->conf.shifts, &t, day);
	t.ms -= WEEK * DAY_MS;
	(void)mk_shift_at(&c->conf.shifts, &t, since);
}

double
serial_rate(const struct mk_pool_use *u, const char *day)
{
	char from[MK_DAY_LEN + 10], to[MK_DAY_LEN + 10];
	struct mk_time a, b;
	struct mk_err no;

	(void)snprintf(from, sizeof from, "%sT00:00:00Z", u->first);
	(void)snprintf(to, sizeof to, "%sT00:00:00Z", day);
	if (u->recent == 0 || mk_time_parse(from, strlen(from), &a, &no) == -1 ||
	    mk_time_parse(to, strlen(to), &b, &no) == -1)
		return 0;
	return (double)u->recent / ((double)((b.ms - a.ms) / DAY_MS) + 1);
}

uint64_t
serial_bound(const struct mk_pool *p)
{
	return p->guess >= 1 ? p->domain : (uint64_t)((double)p->domain * p->guess);
}

int
serial_lent(struct mk_store *st, struct mk_pool *p, struct mk_err *e)
{
	struct mk_lease *l;
	int n = mk_store_leases(st, p->name, &l, e);

	if (n > 0)
		mk_pool_lent(p, l, (size_t)n);
	else if (n == 0)
		free(l);
	return n == -1 ? -1 : 0;
}

static int
list_total(struct cmd *c, struct taking *t, const char *name)
{
	if (mk_store_list_total(t->st, name, &t->pool.total, &c->err) == -1)
		return -1;
	t->pool.domain = t->pool.total;
	return 0;
}

static int
load(struct cmd *c, struct taking *t, const char *name, const char *text, size_t n,
	const char *hash)
{
	if (mk_pool_needs_gs1(text, n) && mk_gs1_load(&t->gs1, NULL, &c->err) == -1)
		return -1;
	if (mk_pool_parse(&t->pool, name, text, n, t->gs1, true, &c->err) == -1)
		return -1;
	if (strcmp(t->pool.hash, hash) != 0)
		return mk_err(&c->err, MK_EDATA, "pool %s: %s is not the key that it was defined with: "
			"put the right one back", name, t->pool.key_file == NULL ? "the definition"
			: t->pool.key_file);
	if (t->pool.order == MK_ORDER_LIST)
		return list_total(c, t, name);
	return serial_lent(t->st, &t->pool, &c->err);
}

int
taking_open(struct cmd *c, struct taking *t, const char *name)
{
	return serial_store(c, &t->st) == -1 ? -1 : taking_pool(c, t, name);
}

int
taking_pool(struct cmd *c, struct taking *t, const char *name)
{
	char hash[MK_HASH_LEN + 1];
	struct mk_buf text = {0};
	int r;

	r = mk_store_pool_get(t->st, name, &text, hash, &c->err);
	if (r == 1)
		r = load(c, t, name, text.p, text.n, hash);
	else if (r == 0)
		r = mk_err(&c->err, MK_EUSAGE, "no pool '%s': mk-serial define makes one", name);
	mk_buf_clear(&text);
	return r;
}

void
taking_close(struct taking *t)
{
	mk_rec_clear(&t->fields);
	mk_arena_clear(&t->arena);
	mk_pool_clear(&t->pool);
	mk_gs1_free(t->gs1);
	mk_store_close(t->st);
}

static int
context_field(void *arg, const char *key, const char *val, struct mk_err *e)
{
	struct taking *t = arg;

	if (mk_rec_get(&t->fields, key) != NULL)	/* an argument goes before the file */
		return 0;
	return mk_rec_set(&t->fields, key, val, strlen(val), e);
}

/* A dead battery must not burn 2016 into steel. */
static int
check_clock(struct cmd *c, struct taking *t)
{
	struct mk_time latest;
	char then[MK_TIME_LEN], now[MK_TIME_LEN];

	if (mk_store_latest(t->st, &latest, &c->err) == -1)
		return -1;
	if (t->at.time.ms + 1000 < latest.ms) {
		latest.off = t->at.time.off;
		mk_time_format(&latest, then);
		mk_time_format(&t->at.time, now);
		return mk_err(&c->err, MK_EIO, "the clock says %s, but the store has heard of %s: set "
			"the clock", now, then);
	}
	if (t->pool.dated && !c->conf.clock_trusted && !mk_clock_synced())
		return mk_err(&c->err, MK_EIO, "pool %s has a date in it, and the clock is not "
			"synchronised: start NTP, or write 'clock trust' in mk.conf", t->pool.name);
	return 0;
}

int
taking_look(struct cmd *c, struct taking *t)
{
	const char *ctx[MK_CTX_N];

	if (mk_time_now(&t->at.time, &c->err) == -1 ||
	    mk_conf_context(&c->conf, &t->at.time, ctx, &t->arena, context_field, t, &c->err) == -1)
		return -1;
	t->at.shift = ctx[MK_CTX_SHIFT] == NULL ? "" : ctx[MK_CTX_SHIFT];
	t->at.day = ctx[MK_CTX_DAY] == NULL ? "" : ctx[MK_CTX_DAY];
	return check_clock(c, t);
}

int
taking_fields(struct cmd *c, struct taking *t, size_t first)
{
	static const char *const own[] = { "id", "code", "hri", "pool", "n", "job" };
	char key[MK_KEY_MAX + 1];
	size_t i, k, n;

	for (i = first; i < c->narg; i++) {
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

int
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
fill(struct taking *t, const struct mk_stem *s, uint64_t index, uint64_t number,
	struct mk_rec *rec, struct mk_err *e)
{
	struct mk_buf listed = {0};
	int r = 0;

	if (t->pool.order != MK_ORDER_LIST)
		return mk_pool_fill(&t->pool, s, index, number, NULL, t->gs1, rec, e);
	if (mk_store_listed(t->st, t->pool.name, index, &listed, e) == -1 ||
	    mk_buf_str(&listed, e) == NULL)
		r = -1;
	if (r == 0)
		r = mk_pool_fill(&t->pool, s, index, number, listed.p, t->gs1, rec, e);
	mk_buf_clear(&listed);
	return r;
}

int
taking_one(struct taking *t, const struct mk_stem *s, uint64_t index,
	const struct mk_rec *fields, struct mk_rec *rec, struct mk_err *e)
{
	uint64_t number;

	if (mk_pool_numbers(&t->pool, s->period, index, 1, &number, e) == -1 ||
	    fill(t, s, index, number, rec, e) == -1)
		return -1;
	return fields == NULL ? 0 : lay_fields(fields, rec, e);
}

int
taking_make(struct cmd *c, struct taking *t, const struct mk_stem *s,
	const struct mk_rec *fields, uint64_t first, uint64_t count, taking_each *each, void *arg)
{
	uint64_t number[BLOCK], i, end = first + count;
	struct mk_rec rec = {0};
	size_t n, k;
	int r = 0;

	for (i = first; r == 0 && i < end; i += n) {
		n = end - i < BLOCK ? (size_t)(end - i) : BLOCK;
		r = mk_pool_numbers(&t->pool, s->period, i, n, number, &c->err);
		for (k = 0; r == 0 && k < n; k++) {
			mk_rec_reset(&rec);
			r = fill(t, s, i + k, number[k], &rec, &c->err);
			if (r == 0)
				r = lay_fields(fields, &rec, &c->err);
			if (r == 0)
				r = each(c, t, &rec, arg);
		}
	}
	mk_rec_clear(&rec);
	return r;
}
