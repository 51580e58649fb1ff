/* Reads that are paired with waiting records by their code, so that a part that was
 * lifted off the belt shifts nothing. */
#include "cmd/mk-verify/window.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/step.h"

#define WINDOW_MAX 1000

const char *opt_window;

/* A record that waits for its read. */
struct waiting {
	struct mk_buf line, code;
	uint64_t n;		/* the how-manieth record it is */
	struct mk_time since;
	struct timespec begin;
};

struct window {
	struct run *run;
	struct waiting *wait;	/* in the order in which they came */
	size_t n, max;
	uint64_t records, newest;	/* that came; the newest of those that were read */
	bool lost;		/* the source has failed: no more reads */
	bool stop;		/* --stop-after */
};

static void
leave(struct window *w, size_t i)
{
	mk_buf_clear(&w->wait[i].line);
	mk_buf_clear(&w->wait[i].code);
	memmove(&w->wait[i], &w->wait[i + 1], (--w->n - i) * sizeof *w->wait);
}

/* Put record i out with this verdict; it waits no more. */
static int
settle(struct cmd *c, struct window *w, size_t i, const struct verdict *v)
{
	struct waiting *t = &w->wait[i];
	struct mk_rec rec = {0};
	size_t column;
	int r = -1;

	w->run->code.n = 0;
	if (mk_buf_add(&w->run->code, t->code.p, t->code.n, &c->err) == 0 &&
	    mk_rec_parse(&rec, t->line.p, t->line.n, &column, &c->err) == 0)
		r = part_conclude(c, w->run, &rec, v, &t->since, &t->begin);
	if (r > 0 && (cmd_put(c, &rec) == -1 || cmd_flush(c) == -1))
		r = -1;
	mk_rec_clear(&rec);
	leave(w, i);
	w->stop = w->stop || r == CMD_LAST;
	return r == -1 ? -1 : 0;
}

/* Who waits for what was read, or n. */
static size_t
whose(const struct window *w, const struct mk_code *k)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->wait[i].code.n == k->n && memcmp(w->wait[i].code.p, k->data, k->n) == 0)
			break;
	return i;
}

static int
match(struct cmd *c, struct window *w)
{
	struct look *l = &w->run->look;
	const struct mk_code *k = look_code(l);
	const char *why, *fault = look_fault(l, &why);
	struct mk_rec rec = {0};
	struct verdict v;
	size_t i, column;

	if (fault != NULL || (i = whose(w, k)) == w->n) {
		cmd_status(c, CMD_FAILED);
		if (fault == NULL)
			cmd_warn(c, "unexpected: a part that no record waits for says %.*s", (int)k->n,
				(const char *)k->data);
		else
			cmd_warn(c, "%s: %s: its record will be missing", l->shot.name, why);
		return 0;
	}
	w->run->code.n = 0;
	if (mk_buf_add(&w->run->code, k->data, k->n, &c->err) == -1 ||
	    mk_rec_parse(&rec, w->wait[i].line.p, w->wait[i].line.n, &column, &c->err) == -1)
		return -1;
	v = part_judge(w->run, &rec);
	mk_rec_clear(&rec);
	if (w->wait[i].n < w->newest && v.reason == NULL)
		v = failed("out_of_order", "a part that came behind it was read before it");
	if (w->wait[i].n > w->newest)
		w->newest = w->wait[i].n;
	return settle(c, w, i, &v);
}

/* One read, matched. 1; 0 if none came in time, or ever will; -1. */
static int
read_one(struct cmd *c, struct window *w)
{
	struct look *l = &w->run->look;
	int k = look_next(c, l, NULL, &l->want);

	if (k == -1)
		return -1;
	if (k == 1)
		return match(c, w) == -1 ? -1 : 1;
	if (l->why.sys == ETIMEDOUT)
		return 0;
	cmd_warn(c, "%s", l->why.msg);
	cmd_status(c, CMD_DEVICE);
	w->lost = true;
	return 0;
}

/* Record i is given up. */
static int
give_up(struct cmd *c, struct window *w, size_t i)
{
	struct verdict v = failed("missing", "no part with its code was read");

	if (w->lost)
		v = w->run->look.smart != NULL ? failed("reader", "the reader gave no answer")
			: failed("camera", "no picture could be taken");
	look_reset(&w->run->look);
	return settle(c, w, i, &v);
}

static int
add(struct cmd *c, struct window *w, const struct mk_rec *rec)
{
	struct waiting *t = &w->wait[w->n];

	memset(t, 0, sizeof *t);
	t->n = ++w->records;
	(void)clock_gettime(CLOCK_MONOTONIC, &t->begin);
	if (mk_time_now(&t->since, &c->err) == -1 || mk_rec_line(rec, &t->line, &c->err) == -1 ||
	    mk_buf_add(&t->code, w->run->code.p, w->run->code.n, &c->err) == -1)
		return -1;
	w->n++;
	return 0;
}

/* A record waits, or, if there is nothing to do about it, passes. */
static int
take(struct cmd *c, struct window *w, struct mk_rec *rec)
{
	struct verdict v;
	struct mk_time now;
	struct timespec begin = {0};
	int k = 1;

	if (mk_step_failed(&c->conf, rec, "verify") == NULL) {
		if (mk_time_now(&now, &c->err) == -1 || part_gather(c, w->run, rec, &v) == -1)
			return -1;
		if (v.reason == NULL)
			return add(c, w, rec);
		look_reset(&w->run->look);
		k = part_conclude(c, w->run, rec, &v, &now, &begin);
		w->stop = w->stop || k == CMD_LAST;
	}
	return k == -1 || cmd_put(c, rec) == -1 || cmd_flush(c) == -1 ? -1 : 0;
}

/* What is too far behind; too many wait only if nothing comes any more. */
static int
give_up_old(struct cmd *c, struct window *w, bool late)
{
	while (w->n > 0 && !w->stop && ((late && w->n > w->max) || w->wait[0].n + w->max <= w->newest))
		if (give_up(c, w, 0) == -1)
			return -1;
	return 0;
}

static bool
records_are_there(struct mk_rdr *in)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	return mk_rdr_ready(in) || poll(&p, 1, 0) > 0;
}

/* Records as they come, up to the window's width; then what is read. */
static int
pair(struct cmd *c, struct window *w, struct mk_rdr *in)
{
	struct mk_rec rec = {0};
	bool end = false;
	int k = 0;

	while (k != -1 && !w->stop && !w->lost && (w->n > 0 || !end)) {
		if (!end && w->n <= w->max && (w->n == 0 || records_are_there(in))) {
			if ((k = mk_rec_read(in, &rec, &c->err)) == 1)
				k = take(c, w, &rec);
			else if (k == 0)
				end = true;
			continue;
		}
		if ((k = read_one(c, w)) == 0 && end)
			break;	/* the last ones had their time */
		if (k != -1)
			k = give_up_old(c, w, k == 0);
	}
	mk_rec_clear(&rec);
	return k;
}

int
run_window(struct cmd *c, struct run *r)
{
	struct window w = { .run = r };
	struct mk_rdr in;
	uint64_t max;
	int k;

	if (mk_num_u64(opt_window, strlen(opt_window), 1, WINDOW_MAX, &max, &c->err) == -1) {
		c->err.code = MK_EUSAGE;
		return mk_err_at(&c->err, "--window");
	}
	w.max = (size_t)max;
	if ((w.wait = calloc(w.max + 2, sizeof *w.wait)) == NULL)
		return mk_err_nomem(&c->err);
	cmd_stdin(c, &in);
	k = pair(c, &w, &in);
	/* also after an error: what waits is not lost */
	while (w.n > 0) {
		struct mk_err first = c->err;

		if (give_up(c, &w, 0) == -1 || k != -1)
			continue;
		c->err = first;
	}
	mk_rdr_clear(&in);
	free(w.wait);
	return k == -1 ? -1 : 0;
}
