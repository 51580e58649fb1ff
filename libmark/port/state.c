/* The states of a profile. */
#include "port/parse.h"

#include <string.h>

#define ANSWER_MS 2000
#define POLL_MS 200
#define WITHIN_MS 30000

const char *const mk_steps[] = {
	"select", "set", "readback", "ready", "trigger", "done", "connect", "stop", NULL
};
const char *const mk_reader_steps[] = { "connect", "read", "stop", NULL };

int
mk_parse_state(struct mk_parser *q)
{
	struct mk_profile *p = q->p;
	struct mk_state *s = mk_arena_alloc(&p->arena, sizeof *s, q->e), **to;
	const char *const *names = p->kind == MK_PROFILE_MARKER ? mk_steps : mk_reader_steps;

	if (s == NULL || mk_parse_words(q, 1, 1, "NAME") == -1)
		return -1;
	if (!p->has_kind || !q->has_frame)
		return mk_words_err(&q->w, 0, q->e, "first say 'kind marker|reader' and 'frame \"{body}\\r\"'");
	if (mk_parse_find(names, q->w.w[1].s) == -1)
		return mk_words_err(&q->w, 1, q->e, "'%s': the states of a %s", q->w.w[1].s,
			p->kind == MK_PROFILE_MARKER ? "marker are connect, select, set, readback, ready, "
			"trigger, done, stop" : "reader are connect, read, stop");
	*s = (struct mk_state){ .line = q->w.line, .timeout = ANSWER_MS, .poll = POLL_MS,
		.within = WITHIN_MS, .name = names[mk_parse_find(names, q->w.w[1].s)] };
	for (to = &p->state; *to != NULL; to = &(*to)->next)
		;
	*to = s;
	q->state = s;
	return 0;
}

/* A field, or something that a state up to here captures. */
static bool
is_known(const struct mk_profile *p, const char *name)
{
	const struct mk_fieldspec *f;
	const struct mk_state *s;
	const struct mk_expect *x;
	size_t i;

	for (f = p->field; f != NULL; f = f->next)
		if (strcmp(f->name, name) == 0)
			return true;
	for (s = p->state; s != NULL; s = s->next) {
		for (i = 0; s->await != NULL && i < s->await->n; i++)
			if (s->await->piece[i].name != NULL && strcmp(s->await->piece[i].name, name) == 0)
				return true;
		for (x = s->expect; x != NULL; x = x->next)
			for (i = 0; i < x->pattern.n; i++)
				if (x->pattern.piece[i].name != NULL &&
				    strcmp(x->pattern.piece[i].name, name) == 0)
					return true;
	}
	return false;
}

static int
text(struct mk_parser *q, size_t i, struct mk_text *t)
{
	return mk_spec_text(&q->p->arena, q->w.w[i].s, t, q->e) == -1 ? mk_parse_at(q, i) : 0;
}

static int
on_send(struct mk_parser *q)
{
	struct mk_text *t = mk_arena_alloc(&q->p->arena, sizeof *t, q->e);
	size_t i;

	if (t == NULL || mk_parse_words(q, 1, 1, "TEXT") == -1 || text(q, 1, t) == -1)
		return -1;
	if (q->state->send != NULL)
		return mk_words_err(&q->w, 0, q->e, "one send a state: write another state %s behind "
			"this one", q->state->name);
	for (i = 0; i < t->n; i++)
		if (t->piece[i].name != NULL && !is_known(q->p, t->piece[i].name))
			return mk_words_err(&q->w, 1, q->e, "{%s}: no field has that name, and nothing "
				"before captures it", t->piece[i].name);
	q->state->send = t;
	return 0;
}

/* Captures must be told apart: two of them with nothing between cannot be. */
static int
pattern(struct mk_parser *q, size_t i, struct mk_text *t)
{
	size_t k;

	if (text(q, i, t) == -1)
		return -1;
	for (k = 1; k < t->n; k++)
		if (t->piece[k].name != NULL && t->piece[k - 1].name != NULL &&
		    t->piece[k - 1].set == NULL)
			return mk_words_err(&q->w, i, q->e, "{%s}{%s}: where does the first one end? put "
				"a text between them, or give it a charset", t->piece[k - 1].name,
				t->piece[k].name);
	return 0;
}

static int
on_await(struct mk_parser *q)
{
	struct mk_text *t = mk_arena_alloc(&q->p->arena, sizeof *t, q->e);

	if (t == NULL || mk_parse_words(q, 1, 1, "PATTERN") == -1 || pattern(q, 1, t) == -1)
		return -1;
	if (q->state->await != NULL || q->state->send != NULL)
		return mk_words_err(&q->w, 0, q->e, "one await a state, before its send");
	q->state->await = t;
	q->p->awaits = true;
	return 0;
}

static int
on_expect(struct mk_parser *q)
{
	static const char *const outcomes[] = { "ok", "err", "busy", "none", "skip", NULL };
	struct mk_expect *x = mk_arena_alloc(&q->p->arena, sizeof *x, q->e), **to;
	int k;

	if (x == NULL || mk_parse_words(q, 2, 2, "ok|err|busy|none|skip PATTERN") == -1)
		return -1;
	if ((k = mk_parse_find(outcomes, q->w.w[1].s)) == -1)
		return mk_words_err(&q->w, 1, q->e, "'%s': expect ok, err, busy, none or skip",
			q->w.w[1].s);
	x->outcome = (enum mk_outcome)k;
	x->next = NULL;
	if (x->outcome == MK_OUT_BUSY && strcmp(q->state->name, "trigger") == 0)
		return mk_words_err(&q->w, 1, q->e, "a trigger is never sent twice: ask in state ready "
			"whether the marker is busy");
	if (pattern(q, 2, &x->pattern) == -1)
		return -1;
	for (to = &q->state->expect; *to != NULL; to = &(*to)->next)
		;
	*to = x;
	return 0;
}

static int
on_compare(struct mk_parser *q)
{
	struct mk_compare *c = mk_arena_alloc(&q->p->arena, sizeof *c, q->e);
	size_t i;

	if (c == NULL || mk_parse_words(q, 2, 2, "CAPTURE FIELD") == -1)
		return -1;
	for (i = 1; i <= 2; i++)
		if (!is_known(q->p, q->w.w[i].s))
			return mk_words_err(&q->w, i, q->e, "'%s': no field has that name, and nothing "
				"before captures it", q->w.w[i].s);
	c->capture = mk_arena_dup(&q->p->arena, q->w.w[1].s, q->w.w[1].n, q->e);
	c->field = mk_arena_dup(&q->p->arena, q->w.w[2].s, q->w.w[2].n, q->e);
	c->next = q->state->compare;
	q->state->compare = c;
	return c->capture == NULL || c->field == NULL ? -1 : 0;
}

static int
on_timeout(struct mk_parser *q)
{
	return mk_parse_words(q, 1, 1, "MS") == -1 ? -1
		: mk_parse_number(q, 1, q->w.w[1].s, 1, 3600000, &q->state->timeout);
}

static int
on_poll(struct mk_parser *q)
{
	return mk_parse_words(q, 1, 1, "MS") == -1 ? -1
		: mk_parse_number(q, 1, q->w.w[1].s, 1, 60000, &q->state->poll);
}

static int
on_within(struct mk_parser *q)
{
	return mk_parse_words(q, 1, 1, "MS") == -1 ? -1
		: mk_parse_number(q, 1, q->w.w[1].s, 1, 86400000, &q->state->within);
}

static int
on_retry(struct mk_parser *q)
{
	if (mk_parse_words(q, 1, 1, "TIMES") == -1)
		return -1;
	if (strcmp(q->state->name, "trigger") == 0)
		return mk_words_err(&q->w, 0, q->e, "a trigger is never sent twice: without an answer the "
			"part is in doubt");
	return mk_parse_number(q, 1, q->w.w[1].s, 0, 100, &q->state->retry);
}

static const struct { const char *word; int (*on)(struct mk_parser *); } table[] = {
	{ "send", on_send }, { "await", on_await }, { "expect", on_expect },
	{ "compare", on_compare }, { "timeout", on_timeout }, { "poll", on_poll },
	{ "within", on_within }, { "retry", on_retry }
};

int
mk_parse_in_state(struct mk_parser *q)
{
	const char *word = q->w.w[0].s;
	size_t i;

	for (i = 0; i < sizeof table / sizeof *table; i++) {
		if (strcmp(table[i].word, word) != 0)
			continue;
		if (q->state == NULL)
			return mk_words_err(&q->w, 0, q->e, "'%s' belongs into a state: first say 'state "
				"NAME'", word);
		return table[i].on(q) == -1 ? -1 : 1;
	}
	return 0;
}

static int
check_state(const struct mk_profile *p, const struct mk_state *s, struct mk_err *e)
{
	const char *why = NULL;

	if (s->send == NULL && s->await == NULL && s->expect == NULL)
		why = "it does nothing: write send, await or expect";
	else if (strcmp(s->name, "readback") == 0 && s->compare == NULL)
		why = "what was read back must be compared: write 'compare CAPTURE FIELD'";
	else if (strcmp(s->name, "trigger") == 0 && s->send == NULL)
		why = "a trigger sends something";
	return why == NULL ? 0 : mk_err(e, MK_ECONF, "%s:%ld: state %s: %s", p->path, s->line,
		s->name, why);
}

int
mk_parse_check_states(const struct mk_profile *p, struct mk_err *e)
{
	const struct mk_state *s;
	int triggers = 0;

	for (s = p->state; s != NULL; s = s->next) {
		if (check_state(p, s, e) == -1)
			return -1;
		triggers += strcmp(s->name, "trigger") == 0;
	}
	return triggers <= 1 ? 0
		: mk_err(e, MK_ECONF, "%s: one state triggers, not %d", p->path, triggers);
}
