#include "trace/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/pull.h"

void
mk_standing_clear(struct mk_standing *s)
{
	free(s->passed);
	memset(s, 0, sizeof *s);
}

static struct mk_passed *
find(const struct mk_standing *s, const char *step)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->passed[i].step, step) == 0)
			return &s->passed[i];
	return NULL;
}

bool
mk_standing_did(const struct mk_standing *s, const char *step)
{
	const struct mk_passed *p = find(s, step);

	return p != NULL && (*p->result == '\0' || strcmp(p->result, "ok") == 0);
}

static struct mk_passed *
make(struct mk_standing *s, const char *step, struct mk_err *e)
{
	struct mk_passed *p = find(s, step);

	if (p != NULL)
		return p;
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 16 : s->cap * 2;
		if ((p = realloc(s->passed, s->cap * sizeof *p)) == NULL) {
			mk_err_nomem(e);
			return NULL;
		}
		s->passed = p;
	}
	p = &s->passed[s->n++];
	memset(p, 0, sizeof *p);
	(void)snprintf(p->step, sizeof p->step, "%s", step);
	p->time = INT64_MIN;
	return p;
}

/* ---- its own events, in the order of their times ---- */

static int
see_own(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct mk_standing *s = arg;
	const char *f = ev->n > 5 ? memmem(ev->line, ev->n, "\tpart:", 6) : NULL, *end;
	struct mk_passed *p;

	if (f != NULL) {
		f += 6;
		end = memchr(f, '\t', (size_t)(ev->line + ev->n - f));
		(void)snprintf(s->part, sizeof s->part, "%.*s",
			(int)((end == NULL ? ev->line + ev->n : end) - f), f);
	}
	if (strcmp(ev->result, "refused") == 0 ||
	    (strcmp(ev->result, "fail") == 0 && (strcmp(ev->step, "ship") == 0 ||
	    strcmp(ev->step, "receive") == 0 || strcmp(ev->step, "release") == 0)))
		return 0;
	if ((p = make(s, ev->step, e)) == NULL)
		return -1;
	(void)snprintf(p->result, sizeof p->result, "%s", ev->result);
	p->time = ev->time.ms;
	return 0;
}

static int
text(struct mk_store *st, int64_t word, char *out, size_t n, struct mk_err *e)
{
	const char *s = mk_ask_text(st, word, e);

	if (s == NULL)
		return -1;
	(void)snprintf(out, n, "%s", s);
	return 0;
}

static int
load_own(struct mk_store *st, int64_t item, struct mk_standing *s, int64_t *time, struct mk_err *e)
{
	struct mk_state is = { .step = "", .result = "" };

	if (mk_ask_state(st, item, &is, e) == -1 ||
	    text(st, is.customer, s->customer, sizeof s->customer, e) == -1 ||
	    text(st, is.hold, s->reason, sizeof s->reason, e) == -1)
		return -1;
	s->known = is.n > 0;
	s->shipped = is.gone == MK_GONE_SHIPPED;
	s->held = is.hold != 0;
	(void)snprintf(s->step, sizeof s->step, "%s", is.step);
	(void)snprintf(s->result, sizeof s->result, "%s", is.result);
	*time = is.n > 0 ? is.time : INT64_MIN;
	return 0;
}

/* ---- what happened elsewhere ---- */

struct others {
	struct mk_standing *s;
	struct mk_standing far;		/* passed: as pulled */
	int64_t part_time;
};

static int
see_far(void *arg, const struct mk_elsewhere *w, struct mk_err *e)
{
	struct others *o = arg;
	struct mk_passed *p = make(&o->far, w->step, e);

	if (p == NULL)
		return -1;
	(void)snprintf(p->result, sizeof p->result, "%s", w->result);
	p->time = w->time;
	p->elsewhere = true;
	if (strcmp(w->step, "hold") == 0)
		(void)snprintf(o->far.reason, sizeof o->far.reason, "%s", w->note);
	if (strcmp(w->step, "ship") == 0)
		(void)snprintf(o->far.customer, sizeof o->far.customer, "%s", w->note);
	if (*w->part != '\0' && w->time >= o->part_time) {
		(void)snprintf(o->far.part, sizeof o->far.part, "%s", w->part);
		o->part_time = w->time;
	}
	return 0;
}

/* Which of two opposite steps came last: 1 on, 0 off, -1 both were here, or none was:
 * the state says it. */
static int
stands(const struct mk_standing *s, const char *on, const char *off, const struct mk_passed **by)
{
	const struct mk_passed *a = find(s, on), *b = find(s, off);

	*by = a;
	if ((a == NULL || !a->elsewhere) && (b == NULL || !b->elsewhere))
		return -1;
	return a != NULL && (b == NULL || a->time >= b->time);
}

/* The later of each step, and what follows from that. */
static int
merge(struct mk_standing *s, const struct mk_standing *far, int64_t time, struct mk_err *e)
{
	const struct mk_passed *by;
	size_t i;
	int r;

	s->known = true;
	for (i = 0; i < far->n; i++) {
		const struct mk_passed *f = &far->passed[i];
		struct mk_passed *p = make(s, f->step, e);

		if (p == NULL)
			return -1;
		if (f->time > p->time)
			*p = *f;
		if (f->time > time) {
			time = f->time;
			memcpy(s->step, f->step, sizeof s->step);
			memcpy(s->result, f->result, sizeof s->result);
		}
	}
	if (*s->part == '\0')
		memcpy(s->part, far->part, sizeof s->part);
	if ((r = stands(s, "hold", "release", &by)) != -1)
		s->held = r == 1;
	if (r == 1 && by->elsewhere)
		memcpy(s->reason, far->reason, sizeof s->reason);
	if ((r = stands(s, "ship", "receive", &by)) != -1)
		s->shipped = r == 1;
	if (r == 1 && by->elsewhere)
		memcpy(s->customer, far->customer, sizeof s->customer);
	return 0;
}

int
mk_standing_load(struct mk_store *st, const char *name, size_t n, bool all,
	struct mk_standing *s, struct mk_err *e)
{
	struct others o = { .s = s, .part_time = INT64_MIN };
	int64_t item = 0, time = INT64_MIN;
	int r = mk_ask_item(st, name, n, &item, e), far = -1;

	if (r == 1)
		r = load_own(st, item, s, &time, e);
	if (r != -1 && (far = mk_store_elsewhere(st, name, n, see_far, &o, e)) != -1) {
		r = 0;
		if (item != 0 && (all || far > 0))
			r = mk_ask_history(st, item, see_own, s, e);
		if (r == 0 && far > 0)
			r = merge(s, &o.far, time, e);
	}
	mk_standing_clear(&o.far);
	return r == -1 || far == -1 ? -1 : 0;
}
