/* mk-trace find, count: which parts, how many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/num.h"
#include "cmd/mk-trace/ask.h"

static const char *opt_follow, *opt_checkpoint, *opt_by, *opt_events;

const struct cmd_opt ask_find_opts[] = {
	ASK_WHEN,
	{ "follow", 'f', NULL, &opt_follow, "go on with what comes in, until interrupted" },
	{ "checkpoint", 0, "FILE", &opt_checkpoint, "only what is new since FILE was written; renew it" },
	{0}
};
const struct cmd_opt ask_count_opts[] = {
	ASK_WHEN,
	{ "by", 0, "KEY", &opt_by, "one count for each value of this field" },
	{ "events", 0, NULL, &opt_events, "count events, not parts" },
	{ "checkpoint", 0, "FILE", &opt_checkpoint, "only what is new since FILE was written; renew it" },
	{0}
};

/* ---- the checkpoint file: the store's origin, and the number of its last event ---- */

static int
checkpoint_read(struct cmd *c, const struct mk_totals *t, int64_t *after)
{
	struct mk_buf b = {0};
	struct mk_err e;
	const char *sp;
	int r = mk_io_slurp(opt_checkpoint, 4096, &b, &e);

	*after = 0;
	if (r == -1 && e.sys == 2)	/* ENOENT: the first time */
		return 0;
	if (r == -1) {
		c->err = e;
		return -1;
	}
	sp = memchr(b.p, ' ', b.n);
	if (sp == NULL || b.p[b.n - 1] != '\n' ||
	    mk_num_i64(sp + 1, b.n - (size_t)(sp + 1 - b.p) - 1, 0, INT64_MAX, after, &e) == -1)
		r = mk_err(&c->err, MK_EDATA, "%s: no checkpoint: name another file, or remove it to "
			"begin anew", opt_checkpoint);
	else if (strlen(t->origin) != (size_t)(sp - b.p) ||
	    memcmp(t->origin, b.p, (size_t)(sp - b.p)) != 0)
		r = mk_err(&c->err, MK_EDATA, "%s: a checkpoint of another store (%.*s): name another "
			"file", opt_checkpoint, (int)(sp - b.p), b.p);
	mk_buf_clear(&b);
	return r;
}

static int
checkpoint_write(struct cmd *c, const struct mk_totals *t)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%s %lld\n", t->origin, (long long)t->last);

	return mk_io_replace(opt_checkpoint, text, (size_t)n, &c->err);
}

/* Open, read the operands and the checkpoint. */
static int
begin(struct ask *a, struct cmd *c, struct mk_query *q, struct mk_ids *given, bool *is_given,
	struct mk_totals *t)
{
	if (ask_open(a, c) == -1 || ask_query(a, 0, q, given, is_given) == -1 ||
	    mk_ask_totals(a->st, t, &c->err) == -1)
		return -1;
	return opt_checkpoint == NULL ? 0 : checkpoint_read(c, t, &q->after);
}

/* ---- find ---- */

static int
put_parts(struct ask *a, const struct mk_ids *ids)
{
	struct trace_progress p;
	size_t i;
	int r = 0;

	trace_progress_start(&p, a->c, ids->n);
	r = mk_ask_soon(a->st, ids->id, ids->n, &a->c->err);
	for (i = 0; r == 0 && i < ids->n; i++) {
		r = mk_query_part(a->st, &a->c->conf, ids->id[i], &a->row, &a->c->err);
		if (r != -1)
			r = a->row.n == 0 ? 0 : cmd_put(a->c, &a->row);
		trace_progress(&p, i + 1);
	}
	trace_progress_end(&p);
	return r == -1 || cmd_flush(a->c) == -1 ? -1 : 0;
}

/* What came in since, again and again. */
static int
follow(struct ask *a, struct mk_query *q, const struct mk_ids *given, struct mk_totals *t)
{
	struct mk_ids ids = {0};
	int r = 0;

	while (r == 0) {
		int64_t seen = t->last;

		q->after = seen;
		r = ask_wait(a, t);
		if (r == 0)
			r = ask_found(a, q, given, &ids);
		if (r == 0)
			r = put_parts(a, &ids);
		if (r == 0 && opt_checkpoint != NULL)
			r = checkpoint_write(a->c, t);
		mk_ids_clear(&ids);
	}
	return r;
}

int
ask_find(struct cmd *c)
{
	struct ask a;
	struct mk_query q = {0};
	struct mk_ids given = {0}, ids = {0};
	struct mk_totals t;
	bool is_given;
	int r;

	if (c->narg == 0 && ask_since == NULL && ask_until == NULL && opt_follow == NULL &&
	    opt_checkpoint == NULL)
		return cmd_usage(c, "find takes one or more key:value");
	r = begin(&a, c, &q, &given, &is_given, &t);
	if (r == 0)
		r = ask_found(&a, &q, is_given ? &given : NULL, &ids);
	if (r == 0)
		r = put_parts(&a, &ids);
	if (r == 0 && ids.n == 0)
		cmd_status(c, CMD_FAILED);
	if (r == 0 && opt_checkpoint != NULL)
		r = checkpoint_write(c, &t);
	if (r == 0 && opt_follow != NULL)
		r = follow(&a, &q, is_given ? &given : NULL, &t);
	mk_terms_clear(&q.terms);
	mk_ids_clear(&given);
	mk_ids_clear(&ids);
	ask_close(&a);
	return r;
}

/* ---- count ---- */

struct tally {
	char *value;		/* as spelt */
	uint64_t n;
};

struct tallies {
	struct ask *a;
	struct tally *t;	/* sorted by value */
	size_t n, cap;
	uint64_t total;
};

static int
tally(struct tallies *ts, const char *value, size_t len)
{
	size_t lo = 0, hi = ts->n, cap = ts->cap == 0 ? 64 : ts->cap * 2;
	struct tally *p;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int d = strncmp(ts->t[mid].value, value, len);

		if (d == 0 && ts->t[mid].value[len] != '\0')
			d = 1;
		if (d == 0) {
			ts->t[mid].n++;
			return 0;
		}
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (ts->n == ts->cap) {
		if ((p = realloc(ts->t, cap * sizeof *p)) == NULL)
			return mk_err_nomem(&ts->a->c->err);
		ts->t = p;
		ts->cap = cap;
	}
	memmove(&ts->t[lo + 1], &ts->t[lo], (ts->n - lo) * sizeof *ts->t);
	ts->n++;
	ts->t[lo].n = 1;
	if ((ts->t[lo].value = strndup(value, len)) == NULL)
		return mk_err_nomem(&ts->a->c->err);
	return 0;
}

/* The field of that name, with or without the step of an event. */
static const struct mk_field *
field(const struct mk_rec *rec, const char *step)
{
	char key[2 * MK_KEY_MAX];
	const struct mk_field *f = mk_rec_get(rec, opt_by);

	if (f != NULL || step == NULL)
		return f;
	(void)snprintf(key, sizeof key, "%s_%s", step, opt_by);
	return mk_rec_get(rec, key);
}

static int
count_rec(struct tallies *ts, const struct mk_rec *rec, const char *step)
{
	const struct mk_field *f = field(rec, step);

	if (step != NULL && strcmp(opt_by, "step") == 0)
		return tally(ts, step, strlen(step));
	return tally(ts, f == NULL ? "" : f->val, f == NULL ? 0 : f->vlen);
}

static int
count_event(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct tallies *ts = arg;
	size_t column;

	ts->total++;
	if (opt_by == NULL)
		return 0;
	if (mk_rec_parse(&ts->a->row, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	if (count_rec(ts, &ts->a->row, ev->step) == 0)
		return 0;
	*e = ts->a->c->err;
	return -1;
}

static int
count_items(struct tallies *ts, const struct mk_ids *ids)
{
	struct ask *a = ts->a;
	struct trace_progress p;
	size_t i;
	int r = 0;

	ts->total = ids->n;
	if (opt_by == NULL)
		return 0;
	trace_progress_start(&p, a->c, ids->n);
	r = mk_ask_soon(a->st, ids->id, ids->n, &a->c->err);
	for (i = 0; r == 0 && i < ids->n; i++) {
		if (mk_query_part(a->st, &a->c->conf, ids->id[i], &a->row, &a->c->err) == -1)
			r = -1;
		else
			r = count_rec(ts, &a->row, NULL);
		trace_progress(&p, i + 1);
	}
	trace_progress_end(&p);
	return r;
}

static int
put_counts(struct tallies *ts)
{
	struct cmd *c = ts->a->c;
	size_t i;

	if (opt_by == NULL)
		return cmd_puts(c, "%llu\n", (unsigned long long)ts->total);
	mk_rec_reset(&ts->a->row);
	for (i = 0; i < ts->n; i++)
		if (ask_set(ts->a, opt_by, ts->t[i].value) == -1 ||
		    mk_rec_setf(&ts->a->row, &c->err, "n", "%llu",
			(unsigned long long)ts->t[i].n) == -1 || ask_put(ts->a) == -1)
			return -1;
	return 0;
}

int
ask_count(struct cmd *c)
{
	struct ask a;
	struct mk_query q = {0};
	struct mk_ids given = {0}, ids = {0};
	struct mk_totals t;
	struct tallies ts = { .a = &a };
	bool is_given;
	size_t i;
	int r;

	if (opt_by != NULL && !mk_key_ok(opt_by, strlen(opt_by)))
		return cmd_usage(c, "--by '%s' is no field name", opt_by);
	r = begin(&a, c, &q, &given, &is_given, &t);
	if (r == 0 && opt_events != NULL)
		r = is_given ? cmd_usage(c, "--events counts by terms, not by '-'") :
			mk_query_events(&q, count_event, &ts, &c->err);
	else if (r == 0 && (r = ask_found(&a, &q, is_given ? &given : NULL, &ids)) == 0)
		r = count_items(&ts, &ids);
	if (r == 0)
		r = put_counts(&ts);
	if (r == 0 && ts.total == 0)
		cmd_status(c, CMD_FAILED);
	if (r == 0 && opt_checkpoint != NULL)
		r = cmd_flush(c) == -1 ? -1 : checkpoint_write(c, &t);
	for (i = 0; i < ts.n; i++)
		free(ts.t[i].value);
	free(ts.t);
	mk_terms_clear(&q.terms);
	mk_ids_clear(&given);
	mk_ids_clear(&ids);
	ask_close(&a);
	return r;
}
