/* mk-trace status, last, why, where: what a person on the line asks, in a screen or a
 * sentence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/num.h"
#include "cmd/mk-trace/ask.h"
#include "store/pools.h"
#include "store/pull.h"
#include "store/push.h"
#include "trace/place.h"
#include "trace/yield.h"

static const char *opt_n, *opt_follow;

const struct cmd_opt ask_last_opts[] = {
	{ "number", 'n', "N", &opt_n, "how many (5)" },
	{ "follow", 'f', NULL, &opt_follow, "go on with what comes in, until interrupted" },
	{0}
};

#define HOUR_MS ((int64_t)3600000)

/* ---- last ---- */

struct tail {
	struct ask *a;
	size_t want;
	struct mk_rec *part;	/* a ring of the last parts' rows */
	int64_t *item;
	size_t n;		/* rows that were put in */
	struct mk_rec ev;
	bool now;		/* put each out at once */
	bool made;		/* only what was made or judged, not what was moved about */
};

/* One event as a row that names its part. */
static int
row_of(struct tail *t, const struct mk_event *ev, struct mk_err *e)
{
	const struct mk_field *f;
	size_t column;

	if (mk_rec_parse(&t->ev, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	mk_rec_reset(&t->a->row);
	if ((f = mk_rec_get(&t->ev, "id")) == NULL)
		f = mk_rec_get(&t->ev, "arrival");
	if ((f != NULL && mk_rec_copy(&t->a->row, f, e) == -1) ||
	    ((f = mk_rec_get(&t->ev, "lot")) != NULL && mk_rec_copy(&t->a->row, f, e) == -1))
		return -1;
	if (ask_event_row(t->a, &t->ev, ev->step, NULL) == 0)
		return 0;
	*e = t->a->c->err;
	return -1;
}

static int
on_event(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct tail *t = arg;
	size_t i, k;

	if (t->made && !mk_yield_step(ev->step))
		return 0;
	if (row_of(t, ev, e) == -1)
		return -1;
	if (t->now) {
		if (ask_put(t->a) == 0)
			return 0;
		*e = t->a->c->err;
		return -1;
	}
	/* a part that comes again moves to the end */
	for (i = 0; i < t->n && t->item[i] != ev->item; i++)
		;
	if (i == t->n && t->n < t->want)
		t->n++;
	else {
		struct mk_rec old = t->part[i == t->n ? 0 : i];

		i = i == t->n ? 0 : i;
		for (k = i; k + 1 < t->n; k++) {
			t->part[k] = t->part[k + 1];
			t->item[k] = t->item[k + 1];
		}
		t->part[t->n - 1] = old;
	}
	t->item[t->n - 1] = ev->item;
	mk_rec_reset(&t->part[t->n - 1]);
	for (i = 0; i < t->a->row.n; i++)
		if (mk_rec_copy(&t->part[t->n - 1], &t->a->row.f[i], e) == -1)
			return -1;
	return 0;
}

/* The events with numbers from first to last. */
static int
read_events(struct tail *t, int64_t first, int64_t last)
{
	struct mk_span span = { first, last };
	struct mk_spans in = { &span, 1, 1 };
	struct mk_ask_filter f = { .in = &in };

	return mk_ask_events(t->a->st, &f, on_event, t, &t->a->c->err);
}

static int
last_parts(struct tail *t, const struct mk_totals *totals)
{
	int64_t begin = totals->last & ~(((int64_t)1 << 40) - 1), back = (int64_t)t->want * 4;
	int r;

	if (totals->last == 0)
		return 0;
	for (;; back *= 8) {	/* until so many parts are among the events read */
		int64_t first = totals->last - back + 1 < begin + 1 ? begin + 1 :
			totals->last - back + 1;

		t->n = 0;
		r = read_events(t, first, totals->last);
		if (r == -1 || t->n == t->want || first == begin + 1)
			return r;
	}
}

int
ask_last(struct cmd *c)
{
	struct ask a;
	struct tail t = { .a = &a };
	struct mk_totals totals;
	uint64_t want = 5;
	size_t i;
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "last takes no argument");
	if (opt_n != NULL && mk_num_u64(opt_n, strlen(opt_n), 1, 100000, &want, &c->err) == -1)
		return mk_err_at(&c->err, "-n");
	t.want = (size_t)want;
	t.part = calloc(t.want, sizeof *t.part);
	t.item = calloc(t.want, sizeof *t.item);
	r = ask_open(&a, c);
	if (r == 0 && (t.part == NULL || t.item == NULL))
		r = mk_err_nomem(&c->err);
	if (r == 0)
		r = mk_ask_totals(a.st, &totals, &c->err);
	if (r == 0)
		r = last_parts(&t, &totals);
	for (i = 0; r == 0 && i < t.n; i++)
		r = cmd_put(c, &t.part[i]);
	if (r == 0 && t.n == 0)
		cmd_status(c, CMD_FAILED);
	t.now = true;
	while (r == 0 && opt_follow != NULL) {
		int64_t seen = totals.last;

		if (cmd_flush(c) == -1)
			r = -1;
		else if ((r = ask_wait(&a, &totals)) == 0)
			r = read_events(&t, seen + 1, totals.last);
	}
	for (i = 0; t.part != NULL && i < t.want; i++)
		mk_rec_clear(&t.part[i]);
	free(t.part);
	free(t.item);
	mk_rec_clear(&t.ev);
	ask_close(&a);
	return r;
}

/* ---- status ---- */

struct now {
	struct ask *a;
	size_t doubt, hour, good;
	char pools[256];
};

static int
count_doubt(void *arg, const struct mk_state *s, struct mk_err *e)
{
	(void)s;
	(void)e;
	((struct now *)arg)->doubt++;
	return 0;
}

static int
count_open(void *arg, int64_t item, const char *device, const char *time, struct mk_err *e)
{
	(void)item;
	(void)device;
	(void)time;
	(void)e;
	((struct now *)arg)->doubt++;
	return 0;
}

static int
count_hour(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct now *n = arg;

	(void)e;
	n->hour++;
	n->good += strcmp(ev->result, "ok") == 0;
	return 0;
}

static int
name_pool(void *arg, const struct mk_pool_use *u, const char *text, size_t len, struct mk_err *e)
{
	struct now *n = arg;
	size_t k = strlen(n->pools);

	(void)text;
	(void)len;
	(void)e;
	(void)snprintf(n->pools + k, sizeof n->pools - k, "%s%s %llu issued", k > 0 ? ", " : "",
		u->name, (unsigned long long)u->used);
	return 0;
}

static int
of_last_mark(struct ask *a, const struct mk_totals *totals)
{
	static const char *const keys[] = { "id", "lot", "step", "time", "result", "reason",
		"operator", "station" };
	struct tail t = { .a = a, .want = 1, .made = true };
	struct mk_rec part = {0}, row = {0};
	int64_t item;
	size_t i;
	int r;

	t.part = &part;
	t.item = &item;
	r = last_parts(&t, totals);
	for (i = 0; r == 0 && t.n > 0 && i < sizeof keys / sizeof *keys; i++) {
		const struct mk_field *f = mk_rec_get(&part, keys[i]);

		if (f != NULL)
			r = mk_rec_copy(&row, f, &a->c->err);
	}
	mk_rec_reset(&a->row);
	for (i = 0; r == 0 && i < row.n; i++) {
		struct mk_field f = row.f[i];
		char key[16];

		(void)snprintf(key, sizeof key, "last_%.*s", (int)f.klen, f.key);
		f.key = key;
		f.klen += 5;
		r = mk_rec_copy(&a->row, &f, &a->c->err);
	}
	mk_rec_clear(&part);
	mk_rec_clear(&row);
	mk_rec_clear(&t.ev);
	return r;
}

/* The recipe of the last mark: what the line makes now. */
static int
take_recipe(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct ask *a = arg;
	const struct mk_ctx *c;
	int r = mk_ask_ctx(a->st, ev->ctx, &c, e);

	if (r != 1 || *c->dim[MK_DIM_RECIPE] == '\0')
		return r == -1 ? -1 : 0;
	if (ask_set(a, "recipe", c->dim[MK_DIM_RECIPE]) == 0)
		return 0;
	*e = a->c->err;
	return -1;
}

static int
set_context(struct ask *a)
{
	struct mk_arena arena = {0};
	const char *ctx[MK_CTX_N];
	size_t i;
	int r = mk_conf_context(&a->c->conf, &a->now, ctx, &arena, NULL, NULL, &a->c->err);

	for (i = 0; r == 0 && i < MK_CTX_N; i++)
		if (ctx[i] != NULL)
			r = mk_rec_set(&a->row, mk_ctx_name[i], ctx[i], strlen(ctx[i]), &a->c->err);
	mk_arena_clear(&arena);
	return r;
}

static int
set_machine(struct ask *a, const struct now *n)
{
	struct mk_err *e = &a->c->err;
	const char *path = cmd_store(a->c), *slash = strrchr(path, '/');
	char dir[4096];
	struct statvfs fs;

	(void)snprintf(dir, sizeof dir, "%.*s", slash == NULL ? 1 : slash == path ? 1 :
		(int)(slash - path), slash == NULL ? "." : path);
	if (mk_rec_setf(&a->row, e, "parts_per_hour", "%zu", n->hour) == -1 ||
	    mk_rec_setf(&a->row, e, "good_of_them", "%zu", n->good) == -1 ||
	    mk_rec_setf(&a->row, e, "in_doubt", "%zu", n->doubt) == -1 ||
	    (*n->pools != '\0' && mk_rec_set(&a->row, "pools", n->pools, strlen(n->pools), e) == -1))
		return -1;
	if (!mk_store_served(path) && statvfs(dir, &fs) == 0 && mk_rec_setf(&a->row, e, "disk_free", "%llu MB",
	    (unsigned long long)(fs.f_bavail * fs.f_frsize >> 20)) == -1)
		return -1;
	return mk_rec_setf(&a->row, e, "clock", mk_clock_synced() ? "synchronised" :
		a->c->conf.clock_trusted ? "not synchronised, trusted by mk.conf" :
		"not synchronised: see timedatectl(1)");
}

static int
set_age(struct ask *a, const char *key, const struct mk_time *at)
{
	int64_t s = (a->now.ms - at->ms) / 1000;

	if (s < 0)
		return mk_rec_setf(&a->row, &a->c->err, key, "in the future: was the clock set back?");
	if (s < 120)
		return mk_rec_setf(&a->row, &a->c->err, key, "%lld s", (long long)s);
	return mk_rec_setf(&a->row, &a->c->err, key, s < 7200 ? "%lld min" : "%lld h",
		(long long)(s < 7200 ? s / 60 : s / 3600));
}

/* The central store: how far it is behind this one, and when it was heard last. */
static int
set_centre(struct ask *a)
{
	struct mk_time at;
	int64_t behind;
	int r = mk_store_push_state(a->st, &behind, &at, &a->c->err);

	if (r == 1 && (mk_rec_setf(&a->row, &a->c->err, "not_pushed", "%lld events",
	    (long long)behind) == -1 || set_age(a, "push_age", &at) == -1))
		return -1;
	if (r == -1 || (r = mk_store_pull_state(a->st, &at, &a->c->err)) == -1)
		return -1;
	return r == 1 ? set_age(a, "pull_age", &at) : 0;
}

/* One field a line, for a person. */
static int
put_screen(struct ask *a)
{
	size_t i;

	for (i = 0; i < a->row.n; i++)
		if (cmd_puts(a->c, "%-15.*s %.*s\n", (int)a->row.f[i].klen, a->row.f[i].key,
		    (int)a->row.f[i].vlen, a->row.f[i].val) == -1)
			return -1;
	mk_rec_reset(&a->row);
	return 0;
}

static int
gather(struct ask *a, struct now *n)
{
	struct mk_err *e = &a->c->err;
	struct mk_spans in = {0};
	struct mk_ask_filter f = { .in = &in, .step = "mark", .from = a->now.ms - HOUR_MS,
		.to = a->now.ms + 1 };
	char day[MK_DAY_LEN];
	int r = mk_ask_when(a->st, f.from, f.to, &in, e);

	(void)mk_shift_at(&a->c->conf.shifts, &a->now, day);
	if (r == 0)
		r = mk_ask_events(a->st, &f, count_hour, n, e);
	mk_spans_clear(&in);
	if (r == 0)
		r = mk_ask_states(a->st, MK_LIST_DOUBT, 0, count_doubt, n, e);
	if (r == 0)
		r = mk_ask_open_marks(a->st, count_open, n, e);
	if (r == 0 && mk_store_pools(a->st, day, day, name_pool, n, e) == -1)
		r = -1;
	return r;
}

int
ask_status(struct cmd *c)
{
	struct ask a;
	struct now n = { .a = &a };
	struct mk_totals totals;
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "status takes no argument");
	r = ask_open(&a, c);
	if (r == 0)
		r = gather(&a, &n);
	if (r == 0)
		r = mk_ask_totals(a.st, &totals, &c->err);
	if (r == 0)
		r = of_last_mark(&a, &totals);
	if (r == 0 && totals.last != 0 &&
	    mk_ask_one(a.st, totals.last, take_recipe, &a, &c->err) == -1)
		r = -1;
	if (r == 0)
		r = set_context(&a);
	if (r == 0)
		r = set_machine(&a, &n);
	if (r == 0)
		r = set_centre(&a);
	if (r == 0)
		r = cmd_is_table(c) ? put_screen(&a) : ask_put(&a);
	ask_close(&a);
	return r;
}
