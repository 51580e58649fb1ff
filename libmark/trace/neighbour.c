#include "trace/neighbour.h"

#include <stdlib.h>
#include <string.h>

#include "base/step.h"

/* A stretch of time in which some step was done under some conditions. The strings
 * are the store's (mk_ctx, mk_event.step). */
struct stretch {
	const char *step;	/* NULL: any */
	const struct mk_ctx *ctx;
	int64_t from, to;
};

struct around {
	const struct mk_query *q;
	const struct mk_same *same;
	struct stretch *s;
	size_t n, cap;
	struct mk_ids *set;
	const struct stretch *now;
};

static int
note(struct around *a, const char *step, const struct mk_ctx *ctx, int64_t from, int64_t to,
	struct mk_err *e)
{
	size_t cap = a->cap == 0 ? 64 : a->cap * 2;
	struct stretch *p;

	if (a->n == a->cap) {
		if ((p = realloc(a->s, cap * sizeof *p)) == NULL)
			return mk_err_nomem(e);
		a->s = p;
		a->cap = cap;
	}
	a->s[a->n++] = (struct stretch){ step, ctx, from, to };
	return 0;
}

/* Steps that make or change a part, or judge it: not its logistics. */
static bool
makes(const char *step)
{
	static const char *const not[] = { "load", "unload", "setup", "calibrate", "ship", "receive",
		"move", "pack", "unpack", "hold", "release", "void", "correct", "resolve", "scrap",
		"replace", "observe" };
	size_t i;

	for (i = 0; i < sizeof not / sizeof *not; i++)
		if (strcmp(step, not[i]) == 0)
			return false;
	return true;
}

static int
of_suspect(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct around *a = arg;
	const struct mk_ctx *c;
	int r;
	size_t i;

	if (!makes(ev->step) || strcmp(ev->result, "refused") == 0)
		return 0;
	if ((r = mk_ask_ctx(a->q->st, ev->ctx, &c, e)) != 1)
		return r;
	for (i = 0; i < MK_DIM_N; i++)	/* what nobody noted cannot be the same */
		if ((a->same->dims & 1u << i) != 0 && *c->dim[i] == '\0')
			return 0;
	if (a->same->within == INT64_MAX)
		return note(a, ev->step, c, INT64_MIN, INT64_MAX, e);
	return note(a, ev->step, c, ev->time.ms - a->same->within,
		ev->time.ms + a->same->within + 1, e);
}

static int
compare(const struct stretch *x, const struct stretch *y, unsigned dims)
{
	size_t i;
	int d = strcmp(x->step == NULL ? "" : x->step, y->step == NULL ? "" : y->step);

	for (i = 0; d == 0 && i < MK_DIM_N; i++)
		if ((dims & 1u << i) != 0)
			d = strcmp(x->ctx->dim[i], y->ctx->dim[i]);
	return d;
}

static int
by_condition(const void *x, const void *y, void *arg)
{
	const struct stretch *a = x, *b = y;
	const unsigned *dims = arg;
	int d = compare(a, b, *dims);

	return d != 0 ? d : a->from < b->from ? -1 : a->from > b->from;
}

/* Sort, and make one of those that touch. */
static void
merge(struct around *a)
{
	unsigned dims = a->same->dims;
	size_t i, k = 0;

	if (a->n == 0)
		return;
	qsort_r(a->s, a->n, sizeof *a->s, by_condition, &dims);
	for (i = 1; i < a->n; i++) {
		if (compare(&a->s[i], &a->s[k], dims) == 0 && a->s[i].from <= a->s[k].to) {
			if (a->s[i].to > a->s[k].to)
				a->s[k].to = a->s[i].to;
		} else
			a->s[++k] = a->s[i];
	}
	a->n = k + 1;
}

static int
is_near(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct around *a = arg;
	const struct stretch *s = a->now;
	const struct mk_ctx *c;
	size_t i;
	int r;

	if (ev->time.ms < s->from || ev->time.ms >= s->to || !makes(ev->step) ||
	    strcmp(ev->result, "refused") == 0)
		return 0;
	if ((r = mk_ask_ctx(a->q->st, ev->ctx, &c, e)) != 1)
		return r;
	for (i = 0; i < MK_DIM_N; i++)
		if ((a->same->dims & 1u << i) != 0 && strcmp(c->dim[i], s->ctx->dim[i]) != 0)
			return 0;
	return mk_ids_add(a->set, ev->item, e) == -1 ? -1 : 0;
}

/* Read the events of each stretch. */
static int
read_all(struct around *a, struct mk_err *e)
{
	size_t i, d;
	int r = 0;

	merge(a);
	for (i = 0; r == 0 && i < a->n; i++) {
		const struct stretch *s = &a->s[i];
		struct mk_spans in = {0};
		struct mk_ask_filter f = { .in = &in, .step = s->step, .from = s->from, .to = s->to };

		a->now = s;
		r = mk_ask_all(a->q->st, 0, &in, e);
		for (d = 0; r == 0 && d < MK_DIM_N; d++) {
			struct mk_spans w = {0};
			bool kept;

			if ((a->same->dims & 1u << d) == 0)
				continue;
			r = mk_ask_word(a->q->st, mk_dim_name[d], strlen(mk_dim_name[d]),
				s->ctx->dim[d], strlen(s->ctx->dim[d]), &w, &kept, e);
			if (r == 0 && kept)
				r = mk_spans_and(&in, &w, e);
			mk_spans_clear(&w);
		}
		if (r == 0 && s->from != INT64_MIN) {
			struct mk_spans w = {0};

			r = mk_ask_when(a->q->st, s->from, s->to, &w, e);
			if (r == 0)
				r = mk_spans_and(&in, &w, e);
			mk_spans_clear(&w);
		}
		if (r == 0)
			r = mk_ask_events(a->q->st, &f, is_near, a, e);
		mk_spans_clear(&in);
	}
	return r;
}

int
mk_neighbours(const struct mk_query *q, const struct mk_same *same, size_t n, struct mk_ids *set,
	struct mk_err *e)
{
	struct around a = { .q = q, .same = same, .set = set };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++)
		r = mk_ask_history(q->st, set->id[i], of_suspect, &a, e);
	if (r == 0)
		r = read_all(&a, e);
	free(a.s);
	return r;
}

/* ---- since the last calibration, say ---- */

struct since {
	struct around a;
	char step[MK_KEY_MAX + 1];
	const char *result;	/* "": any */
	struct { const struct mk_ctx *ctx; char *station; int64_t time; } *at;
	size_t n, cap;
};

/* The station of an event: its context's, or the thing's that it happened to. */
static int
on_mark(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct since *s = arg;
	const struct mk_ctx *c;
	struct mk_buf name = {0};
	size_t cap = s->cap == 0 ? 64 : s->cap * 2;
	void *p;
	int r;

	if ((*s->result != '\0' && strcmp(ev->result, s->result) != 0))
		return 0;
	if ((r = mk_ask_ctx(s->a.q->st, ev->ctx, &c, e)) != 1)
		return r;
	if (s->n == s->cap) {
		if ((p = realloc(s->at, cap * sizeof *s->at)) == NULL)
			return mk_err_nomem(e);
		s->at = p;
		s->cap = cap;
	}
	r = mk_ask_name(s->a.q->st, ev->item, &name, e);
	s->at[s->n].time = ev->time.ms;
	s->at[s->n].ctx = c;
	s->at[s->n].station = r == -1 ? NULL :
		name.n > 8 && memcmp(name.p, "station:", 8) == 0 ? strndup(name.p + 8, name.n - 8) :
		strdup(c->dim[MK_CTX_STATION]);
	if (s->at[s->n].station != NULL)
		s->n++;
	else if (r != -1)
		r = mk_err_nomem(e);
	mk_buf_clear(&name);
	return r == -1 ? -1 : 0;
}

static int
since_suspect(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct since *s = arg;
	const struct mk_ctx *c;
	int64_t from = INT64_MIN, to = INT64_MAX;
	size_t i;
	int r;

	if (!makes(ev->step) || strcmp(ev->result, "refused") == 0)
		return 0;
	r = mk_ask_ctx(s->a.q->st, ev->ctx, &c, e);
	if (r != 1 || *c->dim[MK_CTX_STATION] == '\0')
		return r == -1 ? -1 : 0;
	for (i = 0; i < s->n; i++) {
		if (strcmp(s->at[i].station, c->dim[MK_CTX_STATION]) != 0)
			continue;
		if (s->at[i].time <= ev->time.ms && s->at[i].time > from)
			from = s->at[i].time;
		if (s->at[i].time > ev->time.ms && s->at[i].time < to)
			to = s->at[i].time;
	}
	return note(&s->a, NULL, c, from, to, e);
}

int
mk_neighbours_since(const struct mk_query *q, const char *since, size_t n, struct mk_ids *set,
	struct mk_err *e)
{
	static const struct mk_same station = { 1u << MK_CTX_STATION, INT64_MAX };
	struct since s = { .a = { .q = q, .same = &station, .set = set } };
	const char *colon = strchrnul(since, ':');
	struct mk_spans in = {0};
	struct mk_ask_filter f = { .in = &in, .step = s.step };
	size_t i, len = (size_t)(colon - since);
	bool kept;
	int r;

	if (len == 0 || len > MK_KEY_MAX)
		return mk_err(e, MK_EUSAGE, "'%s': write STEP:RESULT, such as calibrate:ok", since);
	if (!mk_step_known(q->conf, since, len))
		return mk_err(e, MK_EUSAGE, "'%.*s' is no step: write STEP:RESULT, such as calibrate:ok",
			(int)len, since);
	memcpy(s.step, since, len);
	s.result = *colon == ':' ? colon + 1 : "";
	r = mk_ask_word(q->st, "step", 4, s.step, len, &in, &kept, e);
	if (r == 0)
		r = mk_ask_events(q->st, &f, on_mark, &s, e);
	for (i = 0; r == 0 && i < n; i++)
		r = mk_ask_history(q->st, set->id[i], since_suspect, &s, e);
	if (r == 0)
		r = read_all(&s.a, e);
	for (i = 0; i < s.n; i++)
		free(s.at[i].station);
	free(s.at);
	free(s.a.s);
	mk_spans_clear(&in);
	return r;
}
