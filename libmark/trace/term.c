#include "trace/term.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool
key_is(const struct mk_term *t, const char *key)
{
	return strlen(key) == t->klen && memcmp(t->key, key, t->klen) == 0;
}

static bool
ends(const char *s, size_t n, const char *with)
{
	size_t k = strlen(with);

	return n >= k && memcmp(s + n - k, with, k) == 0;
}

/* Whether the key tells of one happening rather than of the part. */
static bool
of_event(const struct mk_term *t)
{
	static const char *const keys[] = { "step", "result", "reason", "attempt", "date", "time",
		"skew" };
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (key_is(t, keys[i]))
			return true;
	for (i = 0; i < MK_CTX_N; i++)
		if (key_is(t, mk_ctx_name[i]))
			return true;
	return false;
}

/* A value as it would be spelt on a line. */
static int
spell(struct mk_terms *ts, struct mk_term *t, const char *s, size_t n, struct mk_err *e)
{
	struct mk_buf b = {0};
	struct mk_rec rec = {0};
	struct mk_err no;
	size_t column;
	int r = -1;

	if (mk_buf_adds(&b, "a:", e) == -1 || mk_buf_add(&b, s, n, e) == -1)
		goto out;
	if (mk_rec_parse(&rec, b.p, b.n, &column, &no) == -1 || rec.n != 1) {
		b.n = 2;
		if (mk_escape(&b, s, n, e) == -1)
			goto out;
	}
	t->vlen = b.n - 2;
	t->val = mk_arena_dup(&ts->arena, b.p + 2, t->vlen, e);
	r = t->val == NULL ? -1 : 0;
out:
	mk_rec_clear(&rec);
	mk_buf_clear(&b);
	return r;
}

/* The number that all n bytes spell: plain decimals. */
static bool
number(const char *s, size_t n, double *out)
{
	char text[64], *end;
	size_t i;

	if (n == 0 || n >= sizeof text)
		return false;
	for (i = 0; i < n; i++)
		if (strchr("0123456789.-", s[i]) == NULL || s[i] == '\0')
			return false;
	memcpy(text, s, n);
	text[n] = '\0';
	*out = strtod(text, &end);
	return *end == '\0' && strpbrk(text, "0123456789") != NULL;
}

/* "<2", "2..3": true if it is such a range. */
static bool
range(struct mk_term *t, const char *s, size_t n)
{
	const char *dots = memmem(s, n, "..", 2);
	size_t eq;

	t->low = -HUGE_VAL;
	t->high = HUGE_VAL;
	t->low_in = t->high_in = true;
	if (n > 1 && (*s == '<' || *s == '>')) {
		eq = s[1] == '=';
		if (*s == '<')
			t->high_in = eq > 0;
		else
			t->low_in = eq > 0;
		return number(s + 1 + eq, n - 1 - eq, *s == '<' ? &t->high : &t->low);
	}
	if (dots == NULL || n == 2)
		return false;
	t->high_in = false;
	return (dots == s || number(s, (size_t)(dots - s), &t->low)) &&
		(dots + 2 == s + n || number(dots + 2, n - (size_t)(dots + 2 - s), &t->high));
}

static int
value(struct mk_terms *ts, struct mk_term *t, const char *s, const struct mk_conf *conf,
	const struct mk_time *now, struct mk_err *e)
{
	size_t n = strlen(s);

	if (key_is(t, "date") || key_is(t, "time") || ends(t->key, t->klen, "_time")) {
		t->op = MK_TERM_DATE;
		return mk_when(s, n, now, &conf->shifts, &t->when, e);
	}
	/* shift:2026-03-01/2 is a time, shift:B a field */
	if (key_is(t, "shift") && memchr(s, '/', n) != NULL) {
		t->op = MK_TERM_DATE;
		return mk_when(t->key, t->klen + 1 + n, now, &conf->shifts, &t->when, e);
	}
	if (range(t, s, n)) {
		t->op = MK_TERM_NUMBER;
		return 0;
	}
	if (n > 0 && (*s == '<' || *s == '>'))
		return mk_err(e, MK_EUSAGE, "'%s' asks for no number: write %.*s:<2, or %.*s:=%s for "
			"the text", t->key, (int)t->klen, t->key, (int)t->klen, t->key, s);
	t->op = MK_TERM_IS;
	if (*s == '=') {
		s++;
		n--;
	} else if (*s == '!') {
		t->op = MK_TERM_NOT;
		s++;
		n--;
	} else if (n > 0 && s[n - 1] == '*') {
		t->op = MK_TERM_BEGINS;
		n--;
	}
	return spell(ts, t, s, n, e);
}

static int
term(struct mk_terms *ts, struct mk_term *t, const char *word, const struct mk_conf *conf,
	const struct mk_time *now, struct mk_err *e)
{
	const char *colon = strchr(word, ':');

	if (colon == NULL || !mk_key_ok(word, (size_t)(colon - word)))
		return mk_err(e, MK_EUSAGE, "'%s' is no term: write key:value", word);
	t->key = word;
	t->klen = (size_t)(colon - word);
	t->event = of_event(t);
	if (value(ts, t, colon + 1, conf, now, e) == 0)
		return 0;
	return e->code == MK_EUSAGE && strncmp(e->msg, "'", 1) == 0 && t->op == MK_TERM_DATE ?
		mk_err_at(e, "%.*s", (int)t->klen, t->key) : -1;
}

int
mk_terms_parse(struct mk_terms *ts, const char *const *word, size_t n,
	const struct mk_conf *conf, const struct mk_time *now, struct mk_err *e)
{
	size_t i, nterm = 0;
	bool turned = false, fresh = true;

	memset(ts, 0, sizeof *ts);
	if ((ts->term = calloc(n + 1, sizeof *ts->term)) == NULL ||
	    (ts->end = calloc(n + 1, sizeof *ts->end)) == NULL)
		return mk_err_nomem(e);
	for (i = 0; i < n; i++) {
		if (strcmp(word[i], "not") == 0) {
			turned = !turned;
			continue;
		}
		if (strcmp(word[i], "or") == 0 || strcmp(word[i], "and") == 0) {
			if (fresh || turned || i + 1 == n)
				return mk_err(e, MK_EUSAGE, "'%s' stands between two terms", word[i]);
			if (*word[i] == 'o')
				ts->end[ts->ngroup++] = nterm;
			fresh = true;
			continue;
		}
		ts->term[nterm].turned = turned;
		if (term(ts, &ts->term[nterm++], word[i], conf, now, e) == -1)
			return -1;
		fresh = turned = false;
	}
	if (turned)
		return mk_err(e, MK_EUSAGE, "'not' stands before a term");
	if (nterm > 0)
		ts->end[ts->ngroup++] = nterm;
	return 0;
}

void
mk_terms_clear(struct mk_terms *ts)
{
	free(ts->term);
	free(ts->end);
	mk_arena_clear(&ts->arena);
	memset(ts, 0, sizeof *ts);
}

/* Whether field f goes by the name of t: as it is, or behind the event's step. */
static bool
named(const struct mk_term *t, const struct mk_field *f, const char *step, size_t n)
{
	if (f->klen == t->klen)
		return memcmp(f->key, t->key, t->klen) == 0;
	return f->klen == n + 1 + t->klen && f->key[n] == '_' && memcmp(f->key, step, n) == 0 &&
		memcmp(f->key + n + 1, t->key, t->klen) == 0;
}

static bool
within(const struct mk_term *t, const struct mk_field *f)
{
	double v;

	if (!number(f->val, f->vlen, &v))
		return false;
	return (t->low_in ? v >= t->low : v > t->low) && (t->high_in ? v <= t->high : v < t->high);
}

static bool
field_holds(const struct mk_term *t, const struct mk_field *f)
{
	struct mk_time when;
	struct mk_err no;

	switch (t->op) {
	case MK_TERM_IS:
		return f->vlen == t->vlen && memcmp(f->val, t->val, t->vlen) == 0;
	case MK_TERM_NOT:
		return f->vlen != t->vlen || memcmp(f->val, t->val, t->vlen) != 0;
	case MK_TERM_BEGINS:
		return f->vlen >= t->vlen && memcmp(f->val, t->val, t->vlen) == 0;
	case MK_TERM_NUMBER:
		return within(t, f);
	case MK_TERM_DATE:
		return mk_time_parse(f->val, f->vlen, &when, &no) == 0 &&
			when.ms >= t->when.from && when.ms < t->when.to;
	}
	return false;
}

bool
mk_term_holds(const struct mk_term *t, const struct mk_rec *ev, const char *step, int64_t at)
{
	struct mk_field name = { "step", step, 4, (uint32_t)strlen(step) };
	size_t i;

	if (key_is(t, "step"))
		return field_holds(t, &name);
	if (t->op == MK_TERM_DATE && t->event)
		return at >= t->when.from && at < t->when.to;
	for (i = 0; i < ev->n; i++)
		if (named(t, &ev->f[i], step, name.vlen) && field_holds(t, &ev->f[i]))
			return true;
	return false;
}
