#include "base/conf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/rec.h"
#include "base/words.h"

const char *const mk_ctx_name[MK_CTX_N] = {
	"site", "line", "station", "machine", "operator", "shift", "day"
};
static const char *const env_name[MK_CTX_N] = {
	"MK_SITE", "MK_LINE", "MK_STATION", "MK_MACHINE", "MK_OPERATOR", "MK_SHIFT", "MK_DAY"
};

static int
ctx_index(const char *word)
{
	int i;

	for (i = 0; i < MK_CTX_N; i++)
		if (strcmp(word, mk_ctx_name[i]) == 0)
			return i;
	return -1;
}

static int
one_value(const struct mk_words *l, struct mk_err *e)
{
	if (l->n < 2)
		return mk_words_err(l, 1, e, "%s needs a value", l->w[0].s);
	if (l->n > 2)
		return mk_words_err(l, 2, e, "%s takes one value: quote it if it has blanks",
			l->w[0].s);
	return 0;
}

static int
set_once(const struct mk_words *l, struct mk_arena *a, const char **to, struct mk_err *e)
{
	if (one_value(l, e) == -1)
		return -1;
	if (*to != NULL)
		return mk_words_err(l, 0, e, "%s was set before: keep one of the two", l->w[0].s);
	*to = mk_arena_dup(a, l->w[1].s, l->w[1].n, e);
	return *to == NULL ? -1 : 0;
}

static int
add_device(struct mk_conf *c, const struct mk_words *l, struct mk_err *e)
{
	struct mk_device *d = realloc(c->dev, (c->ndev + 1) * sizeof *d);
	size_t i;

	if (d == NULL)
		return mk_err_nomem(e);
	c->dev = d;
	d += c->ndev;
	memset(d, 0, sizeof *d);
	if (l->n < 2)
		return mk_words_err(l, 1, e, "device needs a name, then key=value settings");
	d->line = l->line;
	d->name = mk_arena_dup(&c->arena, l->w[1].s, l->w[1].n, e);
	d->set = mk_arena_alloc(&c->arena, l->n * sizeof *d->set, e);
	if (d->name == NULL || d->set == NULL)
		return -1;
	for (i = 2; i < l->n; i++) {
		char *key = mk_arena_dup(&c->arena, l->w[i].s, l->w[i].n, e), *eq;

		if (key == NULL)
			return -1;
		if ((eq = strchr(key, '=')) == NULL || eq == key)
			return mk_words_err(l, i, e, "a device setting is key=value");
		*eq = '\0';
		if (mk_device_get(d, key) != NULL)
			return mk_words_err(l, i, e, "%s was given before: keep one of the two", key);
		d->set[d->n].key = key;
		d->set[d->n++].val = eq + 1;
	}
	c->ndev++;
	return 0;
}

static int
add_step(struct mk_conf *c, const struct mk_words *l, struct mk_err *e)
{
	const char **s;

	if (one_value(l, e) == -1)
		return -1;
	/* "<step>_operator" and a site's own fields must still be keys */
	if (!mk_key_ok(l->w[1].s, l->w[1].n) || strchr(l->w[1].s, '_') != NULL || l->w[1].n > 32)
		return mk_words_err(l, 1, e, "a step is named by a-z and 0-9, at most 32");
	if ((s = realloc(c->step, (c->nstep + 1) * sizeof *s)) == NULL)
		return mk_err_nomem(e);
	c->step = s;
	if ((s[c->nstep] = mk_arena_dup(&c->arena, l->w[1].s, l->w[1].n, e)) == NULL)
		return -1;
	c->nstep++;
	return 0;
}

static int
add_gcp(struct mk_conf *c, const struct mk_words *l, struct mk_err *e)
{
	const char **p = realloc(c->gcp, (c->ngcp + l->n) * sizeof *p);
	size_t i;

	if (p == NULL)
		return mk_err_nomem(e);
	c->gcp = p;
	if (l->n < 2)
		return mk_words_err(l, 1, e, "gcp needs one or more GS1 company prefixes");
	for (i = 1; i < l->n; i++) {
		if (l->w[i].n < 4 || l->w[i].n > 12 ||
		    strspn(l->w[i].s, "0123456789") != l->w[i].n)
			return mk_words_err(l, i, e, "a GS1 company prefix is of 4 to 12 digits");
		if ((p[c->ngcp] = mk_arena_dup(&c->arena, l->w[i].s, l->w[i].n, e)) == NULL)
			return -1;
		c->ngcp++;
	}
	return 0;
}

static int
add_rules(struct mk_conf *c, const struct mk_words *l, struct mk_err *e)
{
	static const char *const name[] = { "unknown", "route", "shipped", "held", "failed" };
	const size_t n = sizeof name / sizeof *name;
	size_t i, k;

	for (i = 1; i < l->n; i++) {
		for (k = 0; k < n && strcmp(name[k], l->w[i].s) != 0; k++)
			;
		if (k == n)
			return mk_words_err(l, i, e, "a rule is unknown, route, shipped, held or failed");
		c->rules |= 1u << k;
	}
	return l->n > 1 ? 0 : mk_words_err(l, 1, e, "rules needs one or more of unknown, route, "
		"shipped, held, failed");
}

static int
add_route(struct mk_conf *c, const struct mk_words *l, struct mk_err *e)
{
	struct mk_route *r = realloc(c->route, (c->nroute + 1) * sizeof *r);
	size_t i;

	if (r == NULL)
		return mk_err_nomem(e);
	c->route = r;
	r += c->nroute;
	memset(r, 0, sizeof *r);
	if (l->n < 4)
		return mk_words_err(l, l->n, e, "route needs a part type and two steps or more");
	r->part = mk_arena_dup(&c->arena, l->w[1].s, l->w[1].n, e);
	r->step = mk_arena_alloc(&c->arena, l->n * sizeof *r->step, e);
	if (r->part == NULL || r->step == NULL)
		return -1;
	for (i = 2; i < l->n; i++)
		if ((r->step[r->n++] = mk_arena_dup(&c->arena, l->w[i].s, l->w[i].n, e)) == NULL)
			return -1;
	c->nroute++;
	return 0;
}

/* network-down stop|allow N minutes */
static int
add_network(struct mk_conf *c, const struct mk_words *l, struct mk_err *e)
{
	uint64_t n;

	if (c->network != MK_NETWORK_ANY)
		return mk_words_err(l, 0, e, "network-down was set before: keep one of the two");
	if (l->n < 2 || (strcmp(l->w[1].s, "stop") != 0 && strcmp(l->w[1].s, "allow") != 0))
		return mk_words_err(l, 1, e, "network-down is stop or allow, then a number of minutes");
	if (l->n < 3 || mk_num_u64(l->w[2].s, l->w[2].n, 1, 525600, &n, e) == -1)
		return mk_words_err(l, 2, e, "network-down needs minutes, 1 to 525600");
	if (l->n != 4 || strcmp(l->w[3].s, "minutes") != 0)
		return mk_words_err(l, 3, e, "the number of network-down is followed by minutes");
	c->network = *l->w[1].s == 's' ? MK_NETWORK_STOP : MK_NETWORK_ALLOW;
	c->network_minutes = (unsigned)n;
	return 0;
}

static int
setting(struct mk_conf *c, const struct mk_words *l, struct mk_err *e)
{
	const char *word = l->w[0].s;
	int i = ctx_index(word);
	size_t k;

	if (i != -1 && i != MK_CTX_DAY && i != MK_CTX_SHIFT)
		return set_once(l, &c->arena, &c->ctx[i], e);
	if (strcmp(word, "store") == 0)
		return set_once(l, &c->arena, &c->store, e);
	if (strcmp(word, "state") == 0)
		return set_once(l, &c->arena, &c->state, e);
	if (strcmp(word, "context") == 0)
		return set_once(l, &c->arena, &c->context, e);
	if (strcmp(word, "clock") == 0) {
		if (one_value(l, e) == -1)
			return -1;
		if (strcmp(l->w[1].s, "trust") != 0)
			return mk_words_err(l, 1, e, "clock takes one value, trust");
		c->clock_trusted = true;
		return 0;
	}
	if (strcmp(word, "device") == 0)
		return add_device(c, l, e);
	if (strcmp(word, "step") == 0)
		return add_step(c, l, e);
	if (strcmp(word, "gcp") == 0)
		return add_gcp(c, l, e);
	if (strcmp(word, "rules") == 0)
		return add_rules(c, l, e);
	if (strcmp(word, "route") == 0)
		return add_route(c, l, e);
	if (strcmp(word, "network-down") == 0)
		return add_network(c, l, e);
	if (strcmp(word, "shifts") == 0) {
		if (l->n < 2)
			return mk_words_err(l, 1, e, "shifts needs NAME@HH:MM …");
		for (k = 1; k < l->n; k++)
			if (mk_shifts_add(&c->shifts, l->w[k].s, e) == -1)
				return mk_words_err_at(l, k, e);
		return 0;
	}
	return mk_words_err(l, 0, e, "unknown word '%s': see mkconf(5)", word);
}

static int
parse(struct mk_conf *c, struct mk_err *e)
{
	struct mk_words l;
	int r;

	if (mk_words_open(&l, c->path, e) == -1)
		return -1;
	while ((r = mk_words_next(&l, e)) == 1)
		if (setting(c, &l, e) == -1) {
			r = -1;
			break;
		}
	mk_words_close(&l);
	return r;
}

/* The file to load, or none (c->path NULL). */
static int
choose(struct mk_conf *c, const char *path, struct mk_err *e)
{
	struct mk_buf b = {0};
	const char *home = getenv("HOME");

	if (path == NULL && (path = getenv("MK_CONF")) != NULL && *path == '\0')
		path = NULL;
	if (path == NULL && home != NULL) {
		if (mk_buf_addf(&b, e, "%s/.config/mk/mk.conf", home) == -1 ||
		    mk_buf_str(&b, e) == NULL) {
			mk_buf_clear(&b);
			return -1;
		}
		if (access(b.p, F_OK) == 0)
			path = b.p;
	}
	if (path == NULL && access("/etc/mk/mk.conf", F_OK) == 0)
		path = "/etc/mk/mk.conf";
	if (path != NULL)
		c->path = mk_arena_dup(&c->arena, path, strlen(path), e);
	mk_buf_clear(&b);
	return path != NULL && c->path == NULL ? -1 : 0;
}

int
mk_conf_load(struct mk_conf *c, const char *path, struct mk_err *e)
{
	const char *v;
	int i;

	memset(c, 0, sizeof *c);
	if (choose(c, path, e) == -1 || (c->path != NULL && parse(c, e) == -1)) {
		mk_conf_clear(c);
		return -1;
	}
	for (i = 0; i < MK_CTX_N; i++)
		if ((v = getenv(env_name[i])) != NULL && *v != '\0')
			c->env[i] = v;
	if ((v = getenv("MK_STORE")) != NULL && *v != '\0')
		c->store = v;
	if ((v = getenv("MK_STATE")) != NULL && *v != '\0')
		c->state = v;
	return 0;
}

void
mk_conf_clear(struct mk_conf *c)
{
	free(c->dev);
	free(c->step);
	free(c->gcp);
	free(c->route);
	mk_arena_clear(&c->arena);
	memset(c, 0, sizeof *c);
}

const struct mk_device *
mk_conf_device(const struct mk_conf *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->ndev; i++)
		if (name == NULL || strcmp(c->dev[i].name, name) == 0)
			return &c->dev[i];
	return NULL;
}

const char *
mk_device_get(const struct mk_device *d, const char *key)
{
	size_t i;

	for (i = 0; d != NULL && i < d->n; i++)
		if (strcmp(d->set[i].key, key) == 0)
			return d->set[i].val;
	return NULL;
}

/* One line of the context file. */
static int
context_line(const struct mk_words *l, const char *ctx[MK_CTX_N], struct mk_arena *arena,
	mk_context_field *each, void *arg, struct mk_err *e)
{
	int i = ctx_index(l->w[0].s);

	if (i != -1) {
		if (one_value(l, e) == -1)
			return -1;
		ctx[i] = mk_arena_dup(arena, l->w[1].s, l->w[1].n, e);
		return ctx[i] == NULL ? -1 : 0;
	}
	if (strcmp(l->w[0].s, "field") != 0)
		return mk_words_err(l, 0, e, "unknown word '%s': a context file has site, line, "
			"station, machine, operator, shift, day and field KEY VALUE", l->w[0].s);
	if (l->n != 3 || !mk_key_ok(l->w[1].s, l->w[1].n))
		return mk_words_err(l, 1, e, "field needs a key and one value");
	return each == NULL ? 0 : each(arg, l->w[1].s, l->w[2].s, e);
}

int
mk_conf_context(const struct mk_conf *c, const struct mk_time *t, const char *ctx[MK_CTX_N],
	struct mk_arena *arena, mk_context_field *each, void *arg, struct mk_err *e)
{
	struct mk_words l;
	char day[MK_DAY_LEN];
	const char *shift;
	int i, r = 0;

	for (i = 0; i < MK_CTX_N; i++)
		ctx[i] = c->ctx[i];
	if (c->context != NULL) {
		if (mk_words_open(&l, c->context, e) == -1)
			return -1;
		while ((r = mk_words_next(&l, e)) == 1)
			if (context_line(&l, ctx, arena, each, arg, e) == -1) {
				r = -1;
				break;
			}
		mk_words_close(&l);
		if (r == -1)
			return -1;
	}
	for (i = 0; i < MK_CTX_N; i++) {
		if (c->env[i] != NULL)
			ctx[i] = c->env[i];
		if (c->opt[i] != NULL)
			ctx[i] = c->opt[i];
	}
	shift = mk_shift_at(&c->shifts, t, day);
	if (ctx[MK_CTX_SHIFT] == NULL && *shift != '\0')
		ctx[MK_CTX_SHIFT] = shift;
	if (ctx[MK_CTX_DAY] == NULL) {
		ctx[MK_CTX_DAY] = mk_arena_dup(arena, day, strlen(day), e);
		return ctx[MK_CTX_DAY] == NULL ? -1 : 0;
	}
	return 0;
}
