/* Rules that decide by a part's values. A gate file has a line for each parameter,
 *
 *     grade   fail<1.5  warn<2.5
 *     an      fail>0.1
 *
 * where a parameter is a field's name without its verify_. */
#include "cmd/mk-verify/gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/words.h"

#define RULES 64
#define TREND_MIN 5
#define TREND_MAX 1000

const char *opt_min_grade, *opt_gate, *opt_trend;

struct rule {
	char key[MK_KEY_MAX + 1];	/* verify_… */
	const char *name;		/* behind verify_ */
	bool has_fail, has_warn;
	int side;			/* -1: below the limit is bad; 1: above it */
	double fail, warn;
	double *last;			/* the last values, for the trend; a ring */
	size_t n;			/* that were ever put there */
	bool drifting;
};

struct gate {
	struct rule rule[RULES];
	size_t rules, trend;
};

/* A number of a user or a field: decimal, up to 6 places. */
static int
number(const char *s, size_t n, double *v, struct mk_err *e)
{
	int64_t fix;

	if (mk_num_fix(s, n, 6, -1000000000000, 1000000000000, &fix, e) == -1)
		return -1;
	*v = (double)fix / 1e6;
	return 0;
}

/* ---- rules ---- */

static struct rule *
new_rule(struct gate *g, const char *name)
{
	struct rule *r = &g->rule[g->rules++];

	(void)snprintf(r->key, sizeof r->key, "verify_%s", name);
	r->name = r->key + strlen("verify_");
	return r;
}

/* "fail<1.5" at word i. */
static int
take_level(struct mk_words *w, size_t i, struct rule *r, struct mk_err *e)
{
	const char *s = w->w[i].s;
	bool is_fail = strncmp(s, "fail", 4) == 0;
	double v;
	int side;

	if ((!is_fail && strncmp(s, "warn", 4) != 0) || (s[4] != '<' && s[4] != '>'))
		return mk_words_err(w, i, e, "'%s' is no level: write fail<1.5, fail>0.1, warn<2.5 …", s);
	side = s[4] == '<' ? -1 : 1;
	if (number(s + 5, strlen(s + 5), &v, e) == -1)
		return mk_words_err_at(w, i, e);
	if (is_fail ? r->has_fail : r->has_warn)
		return mk_words_err(w, i, e, "a second level of this kind: one is enough");
	if (r->side != 0 && r->side != side)
		return mk_words_err(w, i, e, "'<' and '>' in one rule: what is good, high or low?");
	r->side = side;
	if (is_fail) {
		r->has_fail = true;
		r->fail = v;
	} else {
		r->has_warn = true;
		r->warn = v;
	}
	return 0;
}

static int
take_line(struct gate *g, struct mk_words *w, struct mk_err *e)
{
	const char *name = w->w[0].s;
	struct rule *r;
	size_t i;

	if (strlen(name) > MK_KEY_MAX - strlen("verify_") || !mk_key_ok(name, strlen(name)))
		return mk_words_err(w, 0, e, "'%s' is no parameter: write a field's name without its "
			"verify_, such as grade", name);
	for (i = 0; i < g->rules; i++)
		if (strcmp(g->rule[i].name, name) == 0)
			return mk_words_err(w, 0, e, "a second rule for %s: one is enough", name);
	if (g->rules == RULES)
		return mk_words_err(w, 0, e, "over %d rules", RULES);
	r = new_rule(g, name);
	if (w->n < 2)
		return mk_words_err(w, 1, e, "no level: write fail<1.5, fail>0.1, warn<2.5 …");
	for (i = 1; i < w->n; i++)
		if (take_level(w, i, r, e) == -1)
			return -1;
	if (r->has_fail && r->has_warn && (r->warn - r->fail) * r->side > 0)
		return mk_words_err(w, 0, e, "%s fails before it warns: exchange the levels", name);
	return 0;
}

static int
take_file(struct gate *g, struct mk_err *e)
{
	struct mk_words w;
	int r;

	if (mk_words_open(&w, opt_gate, e) == -1)
		return -1;
	while ((r = mk_words_next(&w, e)) == 1)
		if (take_line(g, &w, e) == -1) {
			e->code = MK_ECONF;
			r = -1;
			break;
		}
	mk_words_close(&w);
	if (r == 0 && g->rules == 0)
		r = mk_err(e, MK_ECONF, "%s: no rule: write lines such as grade fail<1.5", opt_gate);
	return r;
}

static int
take_grade(struct cmd *c, struct gate *g)
{
	struct rule *r;
	double v;
	size_t i;

	if (number(opt_min_grade, strlen(opt_min_grade), &v, &c->err) == -1 || v < 0 || v > 4)
		return cmd_usage(c, "--min-grade: '%s' is no grade from 0 to 4", opt_min_grade);
	for (i = 0; i < g->rules; i++)
		if (strcmp(g->rule[i].name, "grade") == 0)
			return cmd_usage(c, "--min-grade: %s has a rule for the grade, too", opt_gate);
	if (g->rules == RULES)
		return cmd_usage(c, "--min-grade: over %d rules", RULES);
	r = new_rule(g, "grade");
	r->has_fail = true;
	r->side = -1;
	r->fail = v;
	return 0;
}

static int
take_trend(struct cmd *c, struct gate *g)
{
	uint64_t n;
	size_t i;

	if (mk_num_u64(opt_trend, strlen(opt_trend), TREND_MIN, TREND_MAX, &n, &c->err) == -1) {
		c->err.code = MK_EUSAGE;
		return mk_err_at(&c->err, "--trend");
	}
	if (g->rules == 0)
		return cmd_usage(c, "--trend: towards which limit? say --min-grade or --gate, too");
	g->trend = (size_t)n;
	for (i = 0; i < g->rules; i++)
		if ((g->rule[i].last = calloc(g->trend, sizeof(double))) == NULL)
			return mk_err_nomem(&c->err);
	return 0;
}

int
gate_open(struct cmd *c, struct gate **out)
{
	struct gate *g = calloc(1, sizeof *g);

	if (g == NULL)
		return mk_err_nomem(&c->err);
	*out = g;
	if (opt_gate != NULL && take_file(g, &c->err) == -1)
		return -1;
	if (opt_min_grade != NULL && take_grade(c, g) == -1)
		return -1;
	return opt_trend == NULL ? 0 : take_trend(c, g);
}

void
gate_close(struct gate *g)
{
	size_t i;

	for (i = 0; g != NULL && i < g->rules; i++)
		free(g->rule[i].last);
	free(g);
}

/* ---- a part ---- */

/* The line through the last values: its mean, its slope, and how sure that is, as the
 * slope in its standard errors. */
static void
fit(const struct rule *r, size_t n, double *mean, double *slope, double *sure)
{
	double sx = ((double)n - 1) / 2, sxx = 0, sxy = 0, rest = 0, y, d;
	size_t i;

	*mean = 0;
	for (i = 0; i < n; i++)
		*mean += r->last[i] / (double)n;
	for (i = 0; i < n; i++) {
		y = r->last[(r->n + i) % n];
		sxx += ((double)i - sx) * ((double)i - sx);
		sxy += ((double)i - sx) * (y - *mean);
	}
	*slope = sxy / sxx;
	for (i = 0; i < n; i++) {
		y = r->last[(r->n + i) % n];
		d = y - *mean - *slope * ((double)i - sx);
		rest += d * d;
	}
	*sure = fabs(*slope) / sqrt(rest / ((double)n - 2) / sxx + 1e-12);
}

/* A drift: sure by three standard errors, and at the limit within as many parts more
 * as the mean is of. Said once, and again when it had ended. */
static bool
drifts(struct cmd *c, const struct gate *g, struct rule *r, double v)
{
	double mean, slope, sure, limit = r->has_fail ? r->fail : r->warn, left;
	bool was = r->drifting;

	r->last[r->n++ % g->trend] = v;
	if (r->n < g->trend)
		return false;
	fit(r, g->trend, &mean, &slope, &sure);
	left = slope * r->side > 0 ? (limit - v) / slope : HUGE_VAL;
	r->drifting = sure > 3 && left <= (double)g->trend;
	if (r->drifting && !was)
		cmd_warn(c, "%s drifts: the mean of the last %zu parts is %.2f, and it meets its limit "
			"%g in about %.0f parts", r->name, g->trend, mean, limit, left < 0 ? 0 : left);
	return r->drifting;
}

static void
note(char *list, size_t size, const char *name)
{
	size_t n = strlen(list);

	if (n < size)
		(void)snprintf(list + n, size - n, "%s%s", n == 0 ? "" : ",", name);
}

static int
put_list(struct mk_rec *rec, const char *key, const char *list, struct mk_err *e)
{
	return *list == '\0' ? 0 : mk_rec_setf(rec, e, key, "%s", list);
}

int
gate_part(struct cmd *c, struct gate *g, struct mk_rec *rec, char *why, size_t size)
{
	char bad[160] = "", near[160] = "", trend[160] = "";
	struct mk_err ignored;
	size_t i;

	*why = '\0';
	for (i = 0; i < g->rules; i++) {
		struct rule *r = &g->rule[i];
		const struct mk_field *f = mk_rec_get(rec, r->key);
		double v = 0;
		bool known = f != NULL && number(f->val, f->vlen, &v, &ignored) == 0;

		if (r->has_fail && (!known || (v - r->fail) * r->side > 0)) {
			if (*why == '\0' && known)
				(void)snprintf(why, size, "%s is %g: %s %g is failed", r->name, v,
					r->side < 0 ? "below" : "above", r->fail);
			else if (*why == '\0')
				(void)snprintf(why, size, "it has no %s", r->name);
			note(bad, sizeof bad, r->name);
		} else if (known && r->has_warn && (v - r->warn) * r->side > 0)
			note(near, sizeof near, r->name);
		if (known && g->trend > 0 && drifts(c, g, r, v))
			note(trend, sizeof trend, r->name);
	}
	if (put_list(rec, "verify_gate", bad, &c->err) == -1 ||
	    put_list(rec, "verify_warn", near, &c->err) == -1 ||
	    put_list(rec, "verify_trend", trend, &c->err) == -1)
		return -1;
	return *bad == '\0';
}
