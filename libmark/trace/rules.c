#include "trace/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/step.h"
#include "store/ask.h"

static bool
among(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* What may be done to any part at any time: looking, saying, putting right. */
static const char *const harmless[] = { "observe", "correct", "resolve", "hold", "replace", NULL };
/* What a part may begin with. */
static const char *const begins[] = { "issue", "lay", "check", "mark", "receive", "load", "unload",
	"setup", "calibrate", "void", NULL };
/* What may be done to a part that was shipped, is held, or failed. */
static const char *const back[] = { "receive", "unpack", NULL };
static const char *const aside[] = { "release", "scrap", "void", "rework", "move", "verify",
	"inspect", "check", "unpack", NULL };

/* ---- routes ---- */

struct passed {
	const struct mk_route *route;
	unsigned done;		/* bit i: step i was done */
	char part[256];
};

static int
see_step(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct passed *p = arg;
	size_t i;

	(void)e;
	for (i = 0; i < p->route->n && i < 32; i++)
		if (strcmp(p->route->step[i], ev->step) == 0) {
			if (*ev->result == '\0' || strcmp(ev->result, "ok") == 0)
				p->done |= 1u << i;
			else if (strcmp(ev->result, "refused") != 0)
				p->done &= ~(1u << i);
		}
	return 0;
}

static int
see_part(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct passed *p = arg;
	const char *f = ev->n > 5 ? memmem(ev->line, ev->n, "\tpart:", 6) : NULL, *end;

	(void)e;
	if (f == NULL)
		return 0;
	f += 6;
	end = memchr(f, '\t', (size_t)(ev->line + ev->n - f));
	(void)snprintf(p->part, sizeof p->part, "%.*s",
		(int)((end == NULL ? ev->line + ev->n : end) - f), f);
	return 0;
}

static const struct mk_route *
route_of(const struct mk_conf *conf, const char *part)
{
	size_t i;

	for (i = 0; i < conf->nroute; i++)
		if (strcmp(conf->route[i].part, part) == 0)
			return &conf->route[i];
	return NULL;
}

/* Whether the record itself says that a step was done. */
static bool
done_here(const struct mk_rec *rec, const char *step)
{
	char key[MK_KEY_MAX + 8];

	if (rec == NULL)
		return false;
	(void)snprintf(key, sizeof key, "%s_time", step);
	if (mk_rec_get(rec, key) == NULL)
		return false;
	(void)snprintf(key, sizeof key, "%s_result", step);
	return mk_rec_get(rec, key) == NULL || mk_rec_is(rec, key, "ok");
}

static bool
begun_here(const struct mk_rec *rec)
{
	const char *const *s;

	for (s = begins; *s != NULL; s++)
		if (done_here(rec, *s))
			return true;
	return false;
}

/* station:ST40, box:17: things that are no parts may begin with anything. */
static bool
is_thing(const char *name, size_t n)
{
	size_t k = 0;

	while (k < n && name[k] >= 'a' && name[k] <= 'z')
		k++;
	return k > 0 && k < n && name[k] == ':';
}

/* The step that must come first and did not; NULL: none. */
static int
by_route(struct mk_store *st, const struct mk_conf *conf, const char *step, int64_t item,
	const struct mk_rec *rec, const char **missing, struct mk_err *e)
{
	const struct mk_field *part = rec == NULL ? NULL : mk_rec_get(rec, "part");
	struct passed p = {0};
	size_t i;

	*missing = NULL;
	if (part != NULL)
		(void)snprintf(p.part, sizeof p.part, "%.*s", (int)part->vlen, part->val);
	else if (item != 0 && mk_ask_history(st, item, see_part, &p, e) == -1)
		return -1;
	if ((p.route = route_of(conf, p.part)) == NULL)
		return 0;
	for (i = 0; i < p.route->n && strcmp(p.route->step[i], step) != 0; i++)
		;
	if (i == 0 || i == p.route->n || i > 31)
		return 0;
	if (item != 0 && mk_ask_history(st, item, see_step, &p, e) == -1)
		return -1;
	while (i-- > 0)
		if ((p.done & 1u << i) == 0 && !done_here(rec, p.route->step[i]))
			*missing = p.route->step[i];
	return 0;
}

/* ---- all rules ---- */

static int
say(struct mk_buf *detail, const char **why, const char *rule, struct mk_err *e, const char *fmt,
	const char *a, const char *b)
{
	*why = rule;
	return detail == NULL ? 0 : mk_buf_addf(detail, e, fmt, a, b);
}

int
mk_trace_may(struct mk_store *st, const struct mk_conf *conf, const char *step,
	const char *name, size_t n, const struct mk_rec *rec, const char **why,
	struct mk_buf *detail, struct mk_err *e)
{
	struct mk_state s = { .step = "", .result = "" };
	const char *text, *missing;
	int64_t item = 0;
	int r = mk_ask_item(st, name, n, &item, e);

	*why = NULL;
	if (r == 1)
		r = mk_ask_state(st, item, &s, e);
	if (r == -1)
		return -1;
	if (among(step, harmless))
		return 0;
	if ((conf->rules & MK_RULE_UNKNOWN) != 0 && s.n == 0 && !among(step, begins) &&
	    !begun_here(rec) && !is_thing(name, n))
		return say(detail, why, "unknown", e, "nothing is known of this part%s%s", "", "");
	if ((conf->rules & MK_RULE_SHIPPED) != 0 && s.gone == MK_GONE_SHIPPED && !among(step, back)) {
		if ((text = mk_ask_text(st, s.customer, e)) == NULL)
			return -1;
		return say(detail, why, "shipped", e, "it was shipped%s%s: receive it first",
			*text == '\0' ? "" : " to ", text);
	}
	if ((conf->rules & MK_RULE_HELD) != 0 && s.hold != 0 && !among(step, aside)) {
		if ((text = mk_ask_text(st, s.hold, e)) == NULL)
			return -1;
		return say(detail, why, "held", e, "it is on hold (%s%s): release it first", text, "");
	}
	if ((conf->rules & MK_RULE_FAILED) != 0 && strcmp(s.result, "fail") == 0 &&
	    strcmp(step, s.step) != 0 && strcmp(s.step, "hold") != 0 && strcmp(step, "mark") != 0 &&
	    !among(step, aside))
		return say(detail, why, "failed", e, "its last %s failed%s: rework or scrap it", s.step, "");
	if ((conf->rules & MK_RULE_ROUTE) == 0)
		return 0;
	if (by_route(st, conf, step, item, rec, &missing, e) == -1)
		return -1;
	if (missing != NULL)
		return say(detail, why, "route", e, "%s comes before %s on its route", missing, step);
	return 0;
}

int
mk_trace_forbidden(struct mk_store *st, const struct mk_conf *conf, const struct mk_rec *rec,
	const char **why, struct mk_err *e)
{
	const struct mk_field *id = mk_rec_get(rec, "id");
	char step[MK_KEY_MAX + 1], key[MK_KEY_MAX + 8];
	size_t i, n;

	*why = NULL;
	if (id == NULL || mk_rec_get(rec, "event_seq") != NULL)
		return 0;
	for (i = 0; i < rec->n && *why == NULL; i++) {
		const struct mk_field *f = &rec->f[i];

		n = mk_step_len(conf, f->key, f->klen);
		if (n == 0 || f->klen != n + 5 || memcmp(f->key + n, "_time", 5) != 0)
			continue;
		(void)snprintf(step, sizeof step, "%.*s", (int)n, f->key);
		(void)snprintf(key, sizeof key, "%s_result", step);
		if (mk_rec_is(rec, key, "refused"))
			continue;
		if (mk_trace_may(st, conf, step, id->val, id->vlen, rec, why, NULL, e) == -1)
			return -1;
	}
	return 0;
}
