/* mk-trace why, where: a sentence about a part, and what to do next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/mk-trace/ask.h"
#include "trace/place.h"

/* The last event of each step of a part. */
#define STEPS 64
struct last {
	const char *step;
	char result[16], reason[80], station[80], time[MK_TIME_LEN];
	int64_t id;
};

struct part {
	struct ask *a;
	struct mk_rec rec;
	struct last last[STEPS];
	size_t n;
};

static void
take(const struct mk_rec *rec, const char *step, const char *key, char *out, size_t size)
{
	char full[2 * MK_KEY_MAX];
	const struct mk_field *f;

	(void)snprintf(full, sizeof full, "%s_%s", step, key);
	f = mk_rec_get(rec, full);
	(void)snprintf(out, size, "%.*s", f == NULL ? 0 : (int)f->vlen, f == NULL ? "" : f->val);
}

static int
on_event(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct part *p = arg;
	struct last *l;
	size_t i, column;

	for (i = 0; i < p->n && strcmp(p->last[i].step, ev->step) != 0; i++)
		;
	if (i == STEPS)
		return 0;
	p->n += i == p->n;
	l = &p->last[i];
	if (mk_rec_parse(&p->rec, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event in the store is no record");
	l->step = ev->step;
	l->id = ev->id;
	take(&p->rec, ev->step, "result", l->result, sizeof l->result);
	take(&p->rec, ev->step, "reason", l->reason, sizeof l->reason);
	take(&p->rec, ev->step, "station", l->station, sizeof l->station);
	mk_time_format(&ev->time, l->time);
	l->time[16] = '\0';	/* minutes are enough for a sentence */
	l->time[10] = ' ';
	return 0;
}

static const struct last *
of_step(const struct part *p, const char *step)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->last[i].step, step) == 0)
			return &p->last[i];
	return NULL;
}

/* The latest of those steps that did not end well; hold and release are told apart. */
static const struct last *
worst(const struct part *p)
{
	const struct last *w = NULL, *l;
	size_t i;

	for (i = 0; i < p->n; i++) {
		l = &p->last[i];
		if (*l->result != '\0' && strcmp(l->result, "ok") != 0 &&
		    strcmp(l->step, "hold") != 0 && (w == NULL || l->id > w->id))
			w = l;
	}
	return w;
}

static const struct last *
latest(const struct part *p)
{
	const struct last *w = NULL;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (w == NULL || p->last[i].id > w->id)
			w = &p->last[i];
	return w;
}

/* What to do about a reason; NULL for those of the site's own. */
static const char *
advice(const char *reason)
{
	static const struct { const char *reason, *what; } known[] = {
		{ "noread", "look at the mark; clean it and verify again, else rework or scrap the part" },
		{ "mismatch", "keep the part apart: it bears another part's mark" },
		{ "conflict", "look at the mark: there may be two, one over the other" },
		{ "fnc1", "look at the reader's or the template's FNC1 setting, then verify again" },
		{ "image", "take the picture again, then verify" },
		{ "crash", "take the picture again, then verify; keep the picture for a fault report" },
		{ "timeout", "verify again; if it comes again, look at the light and the camera" },
		{ "grade", "look at the lens, the focus and the power; then rework or scrap the part" },
		{ "begun", "look whether the part bears a mark, then mk-trace resolve" },
		{ "interrupted", "look whether the part bears a mark, then mk-trace resolve" },
		{ "job", "run it again from mk-layout on: the job came damaged" },
		{ "no_code", "look at the pool and the template: there was nothing to compare with" },
		{ "no_id", "look at the pipe: mk-serial gave the part no identity" },
		{ NULL, NULL }
	};
	size_t i;

	for (i = 0; known[i].reason != NULL; i++)
		if (strcmp(known[i].reason, reason) == 0)
			return known[i].what;
	return NULL;
}

/* " at ST40 on 2026-11-22 14:38" */
static int
when(struct mk_buf *b, const struct last *l, struct mk_err *e)
{
	return mk_buf_addf(b, e, "%s%s on %s", *l->station == '\0' ? "" : " at ", l->station,
		l->time);
}

static int
because(struct mk_buf *b, const struct last *l, struct mk_err *e)
{
	if (l == NULL)
		return 0;
	return when(b, l, e) == -1 || (*l->reason != '\0' &&
		mk_buf_addf(b, e, " (%s)", l->reason) == -1) ? -1 : 0;
}

static int
say_gone(struct part *p, const struct mk_place *w, const struct mk_state *s, struct mk_buf *b)
{
	struct mk_err *e = &p->a->c->err;
	const char *customer = ask_text(p->a, w->customer), *doc = ask_text(p->a, w->document);

	if (customer == NULL || doc == NULL)
		return -1;
	switch (w->state) {
	case MK_PLACE_SHIPPED:
		return mk_buf_addf(b, e, " was shipped%s%s%s%s. Next: nothing here; mk-trace receive "
			"if it comes back.", *customer != '\0' ? " to " : "", customer,
			*doc != '\0' ? " with " : "", doc);
	case MK_PLACE_SCRAPPED:
		return mk_buf_adds(b, " was scrapped", e) == -1 ||
			because(b, of_step(p, "scrap"), e) == -1 ? -1 :
			mk_buf_adds(b, ". Next: keep it off the line.", e);
	case MK_PLACE_VOID:
		return mk_buf_adds(b, " was made void", e) == -1 ||
			because(b, of_step(p, "void"), e) == -1 ? -1 :
			mk_buf_adds(b, ". Next: nothing; the number is not used again.", e);
	default:
		return mk_buf_adds(b, " was replaced", e) == -1 ||
			because(b, of_step(p, "replace"), e) == -1 ? -1 :
			mk_buf_addf(b, e, " by %s. Next: ask about that one.",
				s->successor == 0 ? "another" : ask_name(p->a, s->successor));
	}
}

static int
say(struct part *p, const struct mk_place *w, const struct mk_state *s, struct mk_buf *b)
{
	struct mk_err *e = &p->a->c->err;
	const struct last *bad = worst(p), *l = latest(p);
	const char *hold = ask_text(p->a, w->hold);

	if (hold == NULL)
		return -1;
	if (w->state != MK_PLACE_STOCK && w->state != MK_PLACE_DOUBT)
		return say_gone(p, w, s, b);
	if (w->state == MK_PLACE_DOUBT)
		return mk_buf_adds(b, " may or may not be marked: its mark was not finished", e) == -1 ||
			because(b, of_step(p, "mark"), e) == -1 ? -1 :
			mk_buf_adds(b, ". Next: look at it, then mk-trace resolve ID --as "
				"marked|partial|unmarked.", e);
	if (*hold != '\0')
		return mk_buf_addf(b, e, " is on hold: %s", hold) == -1 ||
			(of_step(p, "hold") != NULL && when(b, of_step(p, "hold"), e) == -1) ? -1 :
			mk_buf_addf(b, e, ". Next: %s, then mk-trace release.", strcmp(hold,
				"conflict") == 0 ? "see mk-trace history for what contradicts" :
				"settle that");
	if (bad != NULL)
		return mk_buf_addf(b, e, ": %s %s", bad->step, strcmp(bad->result, "fail") == 0 ?
			"failed" : strcmp(bad->result, "refused") == 0 ? "was refused" : "is unknown") == -1 ||
			because(b, bad, e) == -1 ? -1 :
			mk_buf_addf(b, e, ". Next: %s.", advice(bad->reason) != NULL ?
				advice(bad->reason) : "rework it, or scrap it");
	return mk_buf_addf(b, e, " is good: the last was %s", l == NULL ? "nothing" : l->step) == -1 ||
		(l != NULL && when(b, l, e) == -1) ? -1 : mk_buf_adds(b, ". Next: nothing.", e);
}

static int
explain(struct ask *a, int64_t item, void *arg)
{
	struct part p = { .a = a };
	struct mk_place w;
	struct mk_state s;
	struct mk_buf b = {0};
	struct mk_err *e = &a->c->err;
	const char *name = ask_name(a, item);
	int r = name == NULL ? -1 : mk_buf_adds(&b, name, e);

	(void)arg;
	if (r == 0 && (mk_ask_history(a->st, item, on_event, &p, e) == -1 ||
	    (r = mk_place(a->st, item, &w, e)) == -1 || mk_ask_state(a->st, item, &s, e) == -1))
		r = -1;
	if (r == 1)
		r = say(&p, &w, &s, &b);
	else if (r == 0)
		r = mk_buf_adds(&b, ": nothing is known of it", e);
	if (r == 0)
		r = cmd_is_lines(a->c) ? cmd_puts(a->c, "%.*s\n", (int)b.n, b.p) :
			mk_buf_str(&b, e) == NULL || ask_set(a, "id", ask_name(a, item)) == -1 ||
			ask_set(a, "why", b.p) == -1 ? -1 : ask_put(a);
	mk_buf_clear(&b);
	mk_rec_clear(&p.rec);
	return r;
}

/* ---- where ---- */

static int
locate(struct ask *a, int64_t item, void *arg)
{
	struct mk_place w = {0};
	const struct mk_ctx *c;
	int r = mk_place(a->st, item, &w, &a->c->err);

	(void)arg;
	if (r == -1 || ask_set(a, "id", ask_name(a, item)) == -1)
		return -1;
	if (r == 0)
		return ask_set(a, "state", "unknown") == -1 ? -1 : ask_put(a);
	if (ask_set(a, "state", mk_place_name[w.state]) == -1 ||
	    (w.in != 0 && ask_set(a, "in", ask_name(a, w.in)) == -1) ||
	    (w.in != 0 && w.top != w.in && ask_set(a, "outermost", ask_name(a, w.top)) == -1) ||
	    (w.state != MK_PLACE_SHIPPED && ask_set(a, "place", ask_text(a, w.at)) == -1))
		return -1;
	if ((r = mk_ask_ctx(a->st, w.ctx, &c, &a->c->err)) == -1 ||
	    (r == 1 && ask_set(a, "station", c->dim[MK_CTX_STATION]) == -1) ||
	    ask_set(a, "customer", ask_text(a, w.customer)) == -1 ||
	    ask_set(a, "document", ask_text(a, w.document)) == -1 ||
	    ask_set(a, "hold", ask_text(a, w.hold)) == -1)
		return -1;
	return ask_put(a);
}

static int
each(struct cmd *c, ask_each *what)
{
	struct ask a;
	int r;

	if (c->narg == 0)
		return cmd_usage(c, "%s takes an ID", c->verb->name);
	r = ask_open(&a, c);
	if (r == 0)
		r = ask_items(&a, what, NULL);
	ask_close(&a);
	return r;
}

int
ask_why(struct cmd *c)
{
	return each(c, explain);
}

int
ask_where(struct cmd *c)
{
	return each(c, locate);
}
