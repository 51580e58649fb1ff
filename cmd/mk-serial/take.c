/* mk-serial take, peek: identities, reserved durably before they are printed. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/step.h"
#include "cmd/mk-serial/serial.h"

static const char *opt_count, *opt_once, *opt_restore;

const struct cmd_opt take_opts[] = {
	{ "count", 'n', "N", &opt_count, "how many identities (1)" },
	{ "once", 0, "KEY", &opt_once,
	  "an order that gets its identities once: its name, or with - the field that names it" },
	{ "after-restore", 0, "[FLOOR]", &opt_restore,
	  "the store was restored: let this pool go on, beyond what was lost or at FLOOR" },
	{0}
};
const struct cmd_opt peek_opts[] = {
	{ "count", 'n', "N", &opt_count, "how many identities (1)" },
	{0}
};

static int
count_of(struct cmd *c, uint64_t *n)
{
	*n = 1;
	if (opt_count != NULL && mk_num_u64(opt_count, strlen(opt_count), 1, UINT32_MAX, n,
	    &c->err) == -1)
		return mk_err_at(&c->err, "-n");
	return 0;
}

/* What the pool's limits leave of its numbers. */
static void
limits(const struct mk_pool *p, struct mk_reserve *r)
{
	uint64_t bound = serial_bound(p);

	r->pool = p->name;
	r->total = r->most = p->total;
	if (p->lease != NULL) {	/* whoever lent them has looked at the rest */
		r->why = "the end of what was lent (mk-serial alloc)";
		return;
	}
	if (p->central) {
		r->most = 0;
		r->why = "the first one that is lent (mk-serial alloc)";
		return;
	}
	r->most -= p->stop < p->total ? p->stop : p->total;
	r->why = "those that stop keeps";
	if (bound < r->most) {
		r->most = bound;
		r->why = "the next one could be guessed too easily (guess)";
	}
}

/* What is left is told, once, when it is less than warn says, in numbers or in days. */
static int
warn_left(struct cmd *c, struct taking *t, const struct mk_reserve *r)
{
	const struct mk_pool *p = &t->pool;
	uint64_t left = p->total - r->first - r->count;
	char since[MK_DAY_LEN], day[MK_DAY_LEN];
	struct mk_pool_use u;
	double rate;

	if (r->again || t->warned)
		return 0;
	if (left < p->warn_left) {
		cmd_warn(c, "pool %s: %" PRIu64 " numbers are left", p->name, left);
		t->warned = true;
	}
	if (p->warn_days == 0)
		return 0;
	serial_week(c, &t->at.time, since, day);
	if (mk_store_pool_use(t->st, p->name, since, day, &u, &c->err) == -1)
		return -1;
	rate = serial_rate(&u, day);
	if (rate > 0 && (double)left < rate * (double)p->warn_days) {
		cmd_warn(c, "pool %s: %" PRIu64 " numbers are left, for %.1f days", p->name, left,
			(double)left / rate);
		t->warned = true;
	}
	return 0;
}

/* ---- take POOL -n N ---- */

struct order {
	struct mk_buf stem, period, fields;
	struct mk_stem s;
	struct mk_rec had;	/* the fields of an order that had its numbers */
	bool again;
};

static void
order_clear(struct order *o)
{
	mk_stem_clear(&o->s);
	mk_rec_clear(&o->had);
	mk_buf_clear(&o->stem);
	mk_buf_clear(&o->period);
	mk_buf_clear(&o->fields);
}

/* Everything that can be wrong is found here, before anything is reserved. */
static int
prepare(struct cmd *c, struct taking *t, struct order *o)
{
	struct mk_rec rec = {0};
	uint64_t next;
	int r = -1;

	if (taking_fields(c, t, 1) == -1 || taking_look(c, t) == -1)
		return -1;
	if (mk_pool_stem(&t->pool, &t->at, &t->fields, &o->stem, &o->period, &c->err) == -1 ||
	    mk_stem_init(&o->s, o->stem.p, o->period.p, &c->err) == -1 ||
	    mk_store_pool_next(t->st, t->pool.name, o->period.p, &next, &c->err) == -1 ||
	    mk_rec_line(&t->fields, &o->fields, &c->err) == -1 ||
	    mk_buf_str(&o->fields, &c->err) == NULL)
		goto out;
	r = next < t->pool.total ? taking_one(t, &o->s, next, &t->fields, &rec, &c->err) : 0;
out:
	mk_rec_clear(&rec);
	return r == -1 ? mk_err_at(&c->err, "pool %s", t->pool.name) : 0;
}

/* The order had its numbers: what they were taken for then is what they are now. */
static int
as_before(struct cmd *c, struct mk_reserve *r, uint64_t count, struct order *o)
{
	const char *fields = r->text.p + strlen(r->text.p) + 1, *period;
	size_t column;

	if (r->count != count)
		return mk_err(&c->err, MK_EUSAGE, "order %s had %" PRIu64 " identities, not %" PRIu64
			": give a new order a new name", r->once, r->count, count);
	mk_stem_clear(&o->s);
	period = fields + strlen(fields) + 1;
	if (*fields != '\0' &&
	    mk_rec_parse(&o->had, fields, strlen(fields), &column, &c->err) == -1)
		return -1;
	return mk_stem_init(&o->s, r->text.p, period, &c->err);
}

static int
put_new(struct cmd *c, struct taking *t, struct mk_rec *rec, void *arg)
{
	const struct order *o = arg;
	const struct mk_field *id = mk_rec_get(rec, "id");
	struct mk_id_state s;

	if (o->again) {
		if (mk_store_id_state(t->st, id->val, id->vlen, &s, &c->err) == -1)
			return -1;
		if (s.begun || s.voided)
			return 0;
	}
	return cmd_put(c, rec);
}

static int
take_count(struct cmd *c, struct taking *t)
{
	struct order o = {0};
	struct mk_reserve r = { .once = opt_once };
	uint64_t n;
	int k = -1;

	if (count_of(c, &n) == -1 || prepare(c, t, &o) == -1)
		goto out;
	limits(&t->pool, &r);
	r.period = o.period.p;
	r.stem = o.stem.p;
	r.fields = o.fields.p;
	r.count = n;
	k = mk_store_reserve(t->st, &r, 1, &t->at.time, t->at.day, &c->err);
	o.again = r.again;
	if (k == 0 && r.again)
		k = as_before(c, &r, n, &o);
	if (k == 0)
		k = warn_left(c, t, &r);
	if (k == 0)
		k = taking_make(c, t, &o.s, r.again ? &o.had : &t->fields, r.first, r.count, put_new,
			&o);
out:
	mk_buf_clear(&r.text);
	order_clear(&o);
	return k;
}

/* ---- take POOL -: records get identities ---- */

struct waiting {
	struct mk_rec rec;
	struct mk_buf line, stem, period, fields, once;
	bool wants;		/* an identity; else it passes as it is */
	size_t range;		/* which of the block's ranges it draws from */
};

struct block {
	struct waiting w[BLOCK];
	struct mk_reserve r[BLOCK];
	size_t n, ranges;
};

/* The fields that the pattern draws on: what is recorded of a range. */
static int
used_fields(struct taking *t, const struct mk_rec *rec, struct mk_buf *out, struct mk_err *e)
{
	struct mk_rec used = {0};
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < rec->n; i++)
		if (mk_pool_uses(&t->pool, rec->f[i].key, rec->f[i].klen))
			r = mk_rec_copy(&used, &rec->f[i], e);
	if (r == 0)
		r = mk_rec_line(&used, out, e);
	mk_rec_clear(&used);
	return r == 0 && mk_buf_str(out, e) == NULL ? -1 : r;
}

/* Try the identity on a copy: what is wrong is known before anything is reserved. */
static int
try_one(struct taking *t, struct waiting *w, struct mk_err *e)
{
	struct mk_rec trial = {0};
	struct mk_stem s = {0};
	uint64_t next;
	size_t column;
	int r = mk_rec_parse(&trial, w->line.p, w->line.n, &column, e);

	if (r == 0)
		r = mk_stem_init(&s, w->stem.p, w->period.p, e);
	if (r == 0)
		r = mk_store_pool_next(t->st, t->pool.name, w->period.p, &next, e);
	if (r == 0 && next < t->pool.total)
		r = taking_one(t, &s, next, NULL, &trial, e);
	mk_stem_clear(&s);
	mk_rec_clear(&trial);
	return r;
}

static int
order_name(struct waiting *w, struct mk_err *e)
{
	const struct mk_field *f;

	w->once.n = 0;
	if (opt_once == NULL)
		return 0;
	if ((f = mk_rec_get(&w->rec, opt_once)) == NULL || f->vlen == 0)
		return mk_err(e, MK_EDATA, "the record has no field '%s' to name its order", opt_once);
	return mk_buf_add(&w->once, f->val, f->vlen, e) == -1 ||
		mk_buf_str(&w->once, e) == NULL ? -1 : 0;
}

static int
refuse(struct cmd *c, struct taking *t, struct mk_rec *rec, const struct mk_field *id)
{
	cmd_warn(c, "%.*s: it has an id already: refused", (int)id->vlen, id->val);
	cmd_status(c, CMD_FAILED);
	return mk_step_stamp(rec, "issue", &c->conf, &t->at.time, "refused", "has_id", &c->err);
}

/* Copy a record out of the reader, and see what becomes of it. */
static int
admit(struct cmd *c, struct taking *t, struct waiting *w, const struct mk_rec *rec)
{
	const struct mk_field *id;
	size_t column;

	w->line.n = w->stem.n = w->period.n = w->fields.n = 0;
	w->wants = false;
	if (mk_rec_line(rec, &w->line, &c->err) == -1 ||
	    mk_rec_parse(&w->rec, w->line.p, w->line.n, &column, &c->err) == -1)
		return -1;
	if (mk_step_failed(&c->conf, &w->rec, "issue") != NULL)
		return 0;
	mk_step_drop(&w->rec, "issue");
	if ((id = mk_rec_get(&w->rec, "id")) != NULL)
		return refuse(c, t, &w->rec, id);
	if (lay_fields(&t->fields, &w->rec, &c->err) == -1 || order_name(w, &c->err) == -1 ||
	    mk_pool_stem(&t->pool, &t->at, &w->rec, &w->stem, &w->period, &c->err) == -1 ||
	    used_fields(t, &w->rec, &w->fields, &c->err) == -1 || try_one(t, w, &c->err) == -1)
		return -1;
	w->wants = true;
	return 0;
}

/* The ranges that the block needs: equal neighbours share one. */
static void
divide(const struct taking *t, struct block *b)
{
	struct mk_reserve *r = NULL;
	size_t i;

	b->ranges = 0;
	for (i = 0; i < b->n; i++) {
		struct waiting *w = &b->w[i];

		if (!w->wants)
			continue;
		if (r == NULL || opt_once != NULL || strcmp(r->stem, w->stem.p) != 0 ||
		    strcmp(r->period, w->period.p) != 0 || strcmp(r->fields, w->fields.p) != 0) {
			struct mk_buf keep;

			r = &b->r[b->ranges++];
			keep = r->text;
			*r = (struct mk_reserve){ .period = w->period.p, .stem = w->stem.p,
				.fields = w->fields.p, .text = keep,
				.once = opt_once == NULL ? NULL : w->once.p };
			limits(&t->pool, r);
		}
		r->count++;
		w->range = b->ranges - 1;
	}
}

/* Give one record its identity. 1 to print it, 0 if it was begun before, -1. */
static int
settle_one(struct cmd *c, struct taking *t, struct waiting *w, struct mk_reserve *r)
{
	const char *fields, *stem = r->again ? r->text.p : r->stem, *period = r->period;
	struct mk_stem s = {0};
	struct mk_id_state state = {0};
	const struct mk_field *id;
	int k;

	if (r->again) {
		fields = stem + strlen(stem) + 1;
		period = fields + strlen(fields) + 1;
	}
	k = mk_stem_init(&s, stem, period, &c->err);
	if (k == 0)
		k = taking_one(t, &s, r->first++, NULL, &w->rec, &c->err);
	mk_stem_clear(&s);
	if (k == 0 && r->again) {
		id = mk_rec_get(&w->rec, "id");
		k = mk_store_id_state(t->st, id->val, id->vlen, &state, &c->err);
	}
	return k == -1 ? -1 : !state.begun && !state.voided;
}

static int
settle(struct cmd *c, struct taking *t, struct block *b)
{
	size_t i;
	int k;

	divide(t, b);
	if (b->ranges > 0 && mk_store_reserve(t->st, b->r, b->ranges, &t->at.time, t->at.day,
	    &c->err) == -1)
		return -1;
	if (b->ranges > 0 && warn_left(c, t, &b->r[b->ranges - 1]) == -1)
		return -1;
	for (i = 0; i < b->n; i++) {
		struct waiting *w = &b->w[i];

		k = w->wants ? settle_one(c, t, w, &b->r[w->range]) : 1;
		if (k == -1 || (k == 1 && cmd_put(c, &w->rec) == -1))
			return -1;
	}
	b->n = 0;
	return cmd_flush(c);
}

static void
block_free(struct block *b)
{
	size_t i;

	for (i = 0; i < BLOCK; i++) {
		mk_rec_clear(&b->w[i].rec);
		mk_buf_clear(&b->w[i].line);
		mk_buf_clear(&b->w[i].stem);
		mk_buf_clear(&b->w[i].period);
		mk_buf_clear(&b->w[i].fields);
		mk_buf_clear(&b->w[i].once);
		mk_buf_clear(&b->r[i].text);
	}
	free(b);
}

static int
take_stream(struct cmd *c, struct taking *t)
{
	struct block *b = calloc(1, sizeof *b);
	struct mk_rec rec = {0};
	struct mk_err why;
	struct mk_rdr in;
	int r;

	if (b == NULL)
		return mk_err_nomem(&c->err);
	mk_rdr_init(&in, STDIN_FILENO, "stdin");
	while ((r = mk_rec_read(&in, &rec, &c->err)) == 1) {
		mk_rec_reset(&t->fields);
		mk_arena_reset(&t->arena);
		if (taking_look(c, t) == -1 || admit(c, t, &b->w[b->n], &rec) == -1) {
			r = mk_err_at(&c->err, "stdin:%ld", in.lineno);
			break;
		}
		b->n++;
		if ((b->n == BLOCK || !mk_rdr_ready(&in)) && settle(c, t, b) == -1) {
			b->n = 0;
			r = -1;
			break;
		}
	}
	if (r == -1 && b->n > 0) {	/* those before the wrong one are served */
		why = c->err;
		if (settle(c, t, b) == 0)
			c->err = why;
	}
	block_free(b);
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	return r;
}

/* ---- both ---- */

static int
after_restore(struct cmd *c, struct taking *t)
{
	const struct mk_pool *p = &t->pool;
	struct mk_buf period = {0};
	const struct mk_rec none = {0};
	uint64_t floor;
	int64_t index = -1;
	int r = 0;

	if (*opt_restore != '\0') {
		if (mk_num_u64(opt_restore, strlen(opt_restore), 0, 999999999999999999, &floor,
		    &c->err) == -1)
			return mk_err_at(&c->err, "--after-restore");
		if (p->order != MK_ORDER_SEQUENTIAL)
			return cmd_usage(c, "--after-restore=FLOOR is for a sequential pool: a number "
				"says nothing of how many were issued here: take a new pool");
		index = floor <= p->from ? 0 : (int64_t)((floor - p->from + p->step - 1) / p->step *
			p->beat);
	}
	/* the period now: of a field there is no order, so any will do */
	if (p->reset != MK_RESET_NEVER && p->reset != MK_RESET_FIELD) {
		r = taking_look(c, t);
		if (r == 0)
			r = mk_pool_period(p, &t->at, &none, &period, &c->err);
	}
	if (r == 0)
		r = mk_store_after_restore(t->st, p->name, index,
			mk_pool_until(p, period.p == NULL ? "" : period.p), &c->err);
	mk_rec_reset(&t->fields);
	mk_buf_clear(&period);
	return r;
}

int
run_take(struct cmd *c)
{
	struct taking t = {0};
	bool stream = c->narg > 1 && strcmp(c->arg[1], "-") == 0;
	int r;

	if (c->narg == 0)
		return cmd_usage(c, "take needs a pool");
	if (stream && (c->narg > 2 || opt_count != NULL))
		return cmd_usage(c, "take POOL - takes neither -n nor key=value");
	if (stream && opt_once != NULL && !mk_key_ok(opt_once, strlen(opt_once)))
		return cmd_usage(c, "--once: '%s' is no field name", opt_once);
	r = taking_open(c, &t, c->arg[0]);
	if (r == 0 && opt_restore != NULL)
		r = after_restore(c, &t);
	if (r == 0)
		r = stream ? take_stream(c, &t) : take_count(c, &t);
	taking_close(&t);
	return r;
}

static int
put_any(struct cmd *c, struct taking *t, struct mk_rec *rec, void *arg)
{
	(void)t;
	(void)arg;
	return cmd_put(c, rec);
}

int
run_peek(struct cmd *c)
{
	struct taking t = {0};
	struct order o = {0};
	uint64_t n, next = 0;
	int r;

	if (c->narg == 0)
		return cmd_usage(c, "peek needs a pool");
	r = taking_open(c, &t, c->arg[0]);
	if (r == 0 && (r = count_of(c, &n)) == 0 && (r = prepare(c, &t, &o)) == 0)
		r = mk_store_pool_next(t.st, t.pool.name, o.period.p, &next, &c->err);
	if (r == 0) {
		if (next >= t.pool.total)
			cmd_status(c, CMD_FAILED);
		else
			r = taking_make(c, &t, &o.s, &t.fields, next, n < t.pool.total - next ? n
				: t.pool.total - next, put_any, NULL);
	}
	order_clear(&o);
	taking_close(&t);
	return r;
}
