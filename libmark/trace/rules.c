#include "trace/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/step.h"
#include "store/pull.h"
#include "trace/standing.h"

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
static const char *
by_route(const struct mk_conf *conf, const char *step, const struct mk_standing *s,
	const struct mk_rec *rec)
{
	const struct mk_field *part = rec == NULL ? NULL : mk_rec_get(rec, "part");
	const struct mk_route *route;
	const char *missing = NULL;
	char type[sizeof s->part];
	size_t i;

	(void)snprintf(type, sizeof type, "%.*s", part == NULL ? (int)sizeof type : (int)part->vlen,
		part == NULL ? s->part : part->val);
	if ((route = route_of(conf, type)) == NULL)
		return NULL;
	for (i = 0; i < route->n && strcmp(route->step[i], step) != 0; i++)
		;
	if (i == route->n)
		return NULL;
	while (i-- > 0)
		if (!mk_standing_did(s, route->step[i]) && !done_here(rec, route->step[i]))
			missing = route->step[i];
	return missing;
}

/* ---- all rules ---- */

static int
say(struct mk_buf *detail, const char **why, const char *rule, struct mk_err *e, const char *fmt,
	const char *a, const char *b)
{
	*why = rule;
	return detail == NULL ? 0 : mk_buf_addf(detail, e, fmt, a, b);
}

/* The first rule that forbids it, and why. */
static int
judge(const struct mk_conf *conf, const char *step, const char *name, size_t n,
	const struct mk_standing *s, const struct mk_rec *rec, const char **why,
	struct mk_buf *detail, struct mk_err *e)
{
	const char *missing;

	if ((conf->rules & MK_RULE_UNKNOWN) != 0 && !s->known && !among(step, begins) &&
	    !begun_here(rec) && !is_thing(name, n))
		return say(detail, why, "unknown", e, "nothing is known of this part%s%s", "", "");
	if ((conf->rules & MK_RULE_SHIPPED) != 0 && s->shipped && !among(step, back))
		return say(detail, why, "shipped", e, "it was shipped%s%s: receive it first",
			*s->customer == '\0' ? "" : " to ", s->customer);
	if ((conf->rules & MK_RULE_HELD) != 0 && s->held && !among(step, aside))
		return say(detail, why, "held", e, "it is on hold (%s%s): release it first", s->reason,
			"");
	if ((conf->rules & MK_RULE_FAILED) != 0 && strcmp(s->result, "fail") == 0 &&
	    strcmp(step, s->step) != 0 && strcmp(s->step, "hold") != 0 && strcmp(step, "mark") != 0 &&
	    !among(step, aside))
		return say(detail, why, "failed", e, "its last %s failed%s: rework or scrap it",
			s->step, "");
	if ((conf->rules & MK_RULE_ROUTE) != 0 && (missing = by_route(conf, step, s, rec)) != NULL)
		return say(detail, why, "route", e, "%s comes before %s on its route", missing, step);
	return 0;
}

int
mk_trace_may(struct mk_store *st, const struct mk_conf *conf, const char *step,
	const char *name, size_t n, const struct mk_rec *rec, const char **why,
	struct mk_buf *detail, struct mk_err *e)
{
	struct mk_standing s = {0};
	int r = 0;

	*why = NULL;
	if (conf->rules == 0 || among(step, harmless))
		return 0;
	r = mk_standing_load(st, name, n, (conf->rules & MK_RULE_ROUTE) != 0, &s, e);
	if (r == 0)
		r = judge(conf, step, name, n, &s, rec, why, detail, e);
	mk_standing_clear(&s);
	return r;
}

int
mk_trace_silent(struct mk_store *st, const struct mk_conf *conf, const char *step,
	const struct mk_time *now, struct mk_buf *detail, struct mk_err *e)
{
	struct mk_time at;
	char text[MK_TIME_LEN];
	int64_t old;
	int r;

	if (conf->network == MK_NETWORK_ANY || among(step, harmless) || among(step, aside))
		return 0;
	if ((r = mk_store_pull_state(st, &at, e)) == -1)
		return -1;
	if (r == 0)
		return mk_buf_adds(detail, "what other lines did was never pulled", e) == -1 ? -1 : 1;
	/* a clock that was set back tells nothing */
	old = (now->ms - at.ms) / 60000;
	if (now->ms >= at.ms && old < conf->network_minutes)
		return 0;
	at.off = now->off;
	mk_time_format(&at, text);
	return mk_buf_addf(detail, e, "what other lines did is known as of %s, and not since", text)
		== -1 ? -1 : 1;
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
