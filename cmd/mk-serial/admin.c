/* mk-serial list, pending, import. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/step.h"
#include "cmd/mk-serial/serial.h"

#define ERRORS_MAX 20

static const char *opt_check;

const struct cmd_opt list_opts[] = {
	{ "check", 0, NULL, &opt_check, "only pools that run out; exit with 1 if there are any" },
	{0}
};

/* ---- list ---- */

struct listing {
	struct cmd *c;
	struct mk_store *st;
	const char *day;	/* today */
	struct mk_gs1 *gs1;
	struct mk_rec rec;
};

static bool
asked_for(const struct cmd *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->narg; i++)
		if (strcmp(c->arg[i], name) == 0)
			return true;
	return c->narg == 0;
}

/* Whether a pool runs out: "ok", "warn", "stop". */
static const char *
state_of(const struct mk_pool *p, const struct mk_pool_use *u, uint64_t left, double days)
{
	if (left <= p->stop || (p->lease == NULL && (double)u->period_used >= p->guess * (double)p->domain))
		return "stop";
	if (left < p->warn_left || (p->warn_days > 0 && days >= 0 && days < (double)p->warn_days))
		return "warn";
	return "ok";
}

static int
put_pool(struct listing *l, const struct mk_pool *p, const struct mk_pool_use *u, struct mk_err *e)
{
	static const char *const orders[] = { "sequential", "random", "list" };
	struct mk_rec *rec = &l->rec;
	uint64_t left = p->total > u->period_used ? p->total - u->period_used : 0;
	double rate = serial_rate(u, l->day);
	double days = u->recent == 0 ? -1 : (double)left / rate;
	const char *state = state_of(p, u, left, days);

	if (strcmp(state, "ok") == 0 && opt_check != NULL)
		return 0;
	if (opt_check != NULL)
		cmd_status(l->c, CMD_FAILED);
	mk_rec_reset(rec);
	if (mk_rec_set(rec, "pool", u->name, strlen(u->name), e) == -1 ||
	    mk_rec_set(rec, "order", orders[p->order], strlen(orders[p->order]), e) == -1 ||
	    mk_rec_setf(rec, e, "used", "%" PRIu64, u->used) == -1 ||
	    mk_rec_setf(rec, e, "left", "%" PRIu64, left) == -1 ||
	    mk_rec_setf(rec, e, "total", "%" PRIu64, p->total) == -1 ||
	    (u->last[0] != '\0' && mk_rec_set(rec, "last", u->last, strlen(u->last), e) == -1) ||
	    mk_rec_setf(rec, e, "per_day", "%.1f", rate) == -1 ||
	    (days >= 0 && mk_rec_setf(rec, e, "days_left", "%.1f", days) == -1) ||
	    (p->order == MK_ORDER_RANDOM && mk_rec_setf(rec, e, "guess", "%.3g",
		(double)u->period_used / (double)p->domain) == -1) ||
	    mk_rec_set(rec, "state", state, strlen(state), e) == -1)
		return -1;
	return cmd_put(l->c, rec);
}

static int
list_one(void *arg, const struct mk_pool_use *u, const char *text, size_t n, struct mk_err *e)
{
	struct listing *l = arg;
	struct mk_pool p;
	int r;

	if (!asked_for(l->c, u->name))
		return 0;
	if (l->gs1 == NULL && mk_pool_needs_gs1(text, n) && mk_gs1_load(&l->gs1, NULL, e) == -1)
		return -1;
	if (mk_pool_parse(&p, u->name, text, n, l->gs1, false, e) == -1)
		return -1;
	if (p.order == MK_ORDER_LIST)
		p.total = p.domain = u->listed;
	r = p.order == MK_ORDER_LIST ? 0 : serial_lent(l->st, &p, e);
	if (r == 0)
		r = put_pool(l, &p, u, e);
	mk_pool_clear(&p);
	return r;
}

int
run_list(struct cmd *c)
{
	struct listing l = { .c = c };
	char day[MK_DAY_LEN], since[MK_DAY_LEN];
	struct mk_store *st;
	struct mk_time t;
	int r;

	if (mk_time_now(&t, &c->err) == -1 || serial_store(c, &st) == -1)
		return -1;
	serial_week(c, &t, since, day);
	l.day = day;
	l.st = st;
	r = mk_store_pools(st, since, day, list_one, &l, &c->err);
	if (r == 0 && c->narg > 0)
		r = mk_err(&c->err, MK_EUSAGE, "no pool '%s': mk-serial define makes one", c->arg[0]);
	mk_store_close(st);
	mk_gs1_free(l.gs1);
	mk_rec_clear(&l.rec);
	return r == -1 ? -1 : 0;
}

/* ---- pending ---- */

struct pending {
	struct cmd *c;
	struct taking *t;
	const char *time;
	uint64_t found;
};

static int
put_pending(struct cmd *c, struct taking *t, struct mk_rec *rec, void *arg)
{
	struct pending *p = arg;
	const struct mk_field *id = mk_rec_get(rec, "id");
	struct mk_id_state s;

	if (mk_store_id_state(t->st, id->val, id->vlen, &s, &c->err) == -1)
		return -1;
	if (s.begun || s.voided)
		return 0;
	p->found++;
	if (mk_rec_set(rec, "issued", p->time, strlen(p->time), &c->err) == -1)
		return -1;
	return cmd_put(c, rec);
}

static int
pending_range(void *arg, const struct mk_issue *i, struct mk_err *e)
{
	struct pending *p = arg;
	struct mk_stem s = {0};
	struct mk_rec fields = {0};
	size_t column;
	int r = mk_stem_init(&s, i->stem, i->period, e);

	p->time = i->time;
	if (r == 0 && *i->fields != '\0')
		r = mk_rec_parse(&fields, i->fields, strlen(i->fields), &column, e);
	if (r == 0 && (r = taking_make(p->c, p->t, &s, &fields, i->first, i->count, put_pending,
	    p)) == -1)
		*e = p->c->err;
	mk_stem_clear(&s);
	mk_rec_clear(&fields);
	return r;
}

int
run_pending(struct cmd *c)
{
	struct taking t = {0};
	struct pending p = { .c = c, .t = &t };
	int r;

	if (c->narg != 1)
		return cmd_usage(c, "pending takes one pool");
	r = taking_open(c, &t, c->arg[0]);
	if (r == 0)
		r = mk_store_issues(t.st, t.pool.name, pending_range, &p, &c->err);
	if (r != -1 && p.found == 0)
		cmd_status(c, CMD_FAILED);
	taking_close(&t);
	return r == -1 ? -1 : 0;
}

/* ---- import: all or nothing ---- */

struct import {
	struct taking t;
	struct mk_stem s;
	bool known;		/* all but the number is known: each can be tried */
	const char *file;
	uint64_t at;		/* the next number's index */
	int errors;
	const char *value[BLOCK];
	size_t len[BLOCK];
	long line[BLOCK];
	size_t n;
};

static void
bad_line(struct cmd *c, struct import *im, long line, const char *why)
{
	cmd_warn(c, "%s:%ld: %s", im->file, line, why);
	im->errors++;
}

/* Stage what waits; a value that is there already is told, and left out. */
static int
stage(struct cmd *c, struct import *im)
{
	size_t which = 0, k;
	int r;

	while ((r = mk_store_import_stage(im->t.st, im->t.pool.name, im->at, im->value, im->len, im->n,
	    &which, &c->err)) == 1) {
		bad_line(c, im, im->line[which], "this number is there already");
		im->n--;
		for (k = which; k < im->n; k++) {
			im->value[k] = im->value[k + 1];
			im->len[k] = im->len[k + 1];
			im->line[k] = im->line[k + 1];
		}
		if (im->errors >= ERRORS_MAX)
			return 0;
	}
	im->at += im->n;
	im->n = 0;
	return r;
}

static int
import_line(struct cmd *c, struct import *im, char *s, size_t n, long line)
{
	struct mk_rec rec = {0};
	struct mk_err e;
	int r = 0;

	if (n > 0 && s[n - 1] == '\r')
		n--;
	if (n == 0)
		return 0;
	s[n] = '\0';
	if (strlen(s) != n || n > 200) {
		bad_line(c, im, line, "no number: a NUL byte, or over 200 bytes");
		return 0;
	}
	if (im->known)
		r = mk_pool_fill(&im->t.pool, &im->s, 0, 0, s, im->t.gs1, &rec, &e);
	mk_rec_clear(&rec);
	if (r == -1) {
		bad_line(c, im, line, e.msg);
		return 0;
	}
	im->value[im->n] = s;
	im->len[im->n] = n;
	im->line[im->n++] = line;
	return im->n == BLOCK ? stage(c, im) : 0;
}

static int
import_all(struct cmd *c, struct import *im, struct mk_buf *text)
{
	char *p = text->p, *end, *lf;
	long line = 0;
	int r = 0;

	if (mk_buf_addc(text, '\n', &c->err) == -1 || mk_buf_str(text, &c->err) == NULL)
		return -1;
	for (p = text->p, end = p + text->n; r == 0 && p < end && im->errors < ERRORS_MAX; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		r = import_line(c, im, p, (size_t)(lf - p), ++line);
	}
	return r == 0 && im->n > 0 && im->errors < ERRORS_MAX ? stage(c, im) : r;
}

/* The rest of an identity of this list, if the pattern draws on nothing else. */
static void
know_stem(struct import *im)
{
	const struct mk_pool_at at = { { 0, 0 }, "", "1970-01-01" };
	struct mk_buf stem = {0}, period = {0};
	const struct mk_rec none = {0};
	struct mk_err e;

	im->known = mk_pool_stem(&im->t.pool, &at, &none, &stem, &period, &e) == 0 &&
		mk_stem_init(&im->s, stem.p, "", &e) == 0;
	mk_buf_clear(&stem);
	mk_buf_clear(&period);
}

static int
import(struct cmd *c, struct import *im)
{
	struct mk_buf text = {0};
	struct mk_rec rec = {0};
	uint64_t before;
	int r = -1;

	if (im->t.pool.order != MK_ORDER_LIST)
		return cmd_usage(c, "pool %s has no list: its order is not 'list'", im->t.pool.name);
	know_stem(im);
	if (mk_io_slurp(im->file, 1u << 30, &text, &c->err) == -1 ||
	    mk_store_import_begin(im->t.st, im->t.pool.name, &before, &c->err) == -1)
		goto out;
	im->at = before;
	if ((r = import_all(c, im, &text)) == -1)
		goto out;
	if (im->errors > 0) {
		r = mk_err(&c->err, MK_EDATA, "%s: %s%d numbers are wrong: none of the file was taken",
			im->file, im->errors >= ERRORS_MAX ? "at least " : "", im->errors);
		goto out;
	}
	if ((r = mk_store_import_end(im->t.st, im->t.pool.name, im->at, &c->err)) == -1 ||
	    (r = mk_rec_set(&rec, "pool", im->t.pool.name, strlen(im->t.pool.name), &c->err)) == -1 ||
	    (r = mk_rec_setf(&rec, &c->err, "imported", "%" PRIu64, im->at - before)) == -1 ||
	    (r = mk_rec_setf(&rec, &c->err, "total", "%" PRIu64, im->at)) == -1)
		goto out;
	r = cmd_put(c, &rec);
out:
	mk_buf_clear(&text);
	mk_rec_clear(&rec);
	return r;
}

int
run_import(struct cmd *c)
{
	struct import *im = calloc(1, sizeof *im);
	int r;

	if (im == NULL)
		return mk_err_nomem(&c->err);
	if (c->narg != 2) {
		free(im);
		return cmd_usage(c, "import takes a pool and a file");
	}
	im->file = c->arg[1];
	r = taking_open(c, &im->t, c->arg[0]);
	if (r == 0)
		r = import(c, im);
	mk_stem_clear(&im->s);
	taking_close(&im->t);
	free(im);
	return r;
}
