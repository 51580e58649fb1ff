#include "base/step.h"

#include <stdio.h>
#include <string.h>

static const char *const builtin[] = {
	"issue", "lay", "check", "mark", "verify", "inspect", "consume", "assemble", "remove",
	"replace", "pack", "unpack", "rework", "hold", "release", "scrap", "void", "move",
	"ship", "receive", "load", "unload", "setup", "calibrate", "resolve", "correct",
	"observe"
};

static bool
is(const char *step, const char *name, size_t n)
{
	return strlen(step) == n && memcmp(step, name, n) == 0;
}

bool
mk_step_known(const struct mk_conf *conf, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof builtin / sizeof *builtin; i++)
		if (is(builtin[i], name, n))
			return true;
	for (i = 0; conf != NULL && i < conf->nstep; i++)
		if (is(conf->step[i], name, n))
			return true;
	return false;
}

size_t
mk_step_len(const struct mk_conf *conf, const char *key, size_t n)
{
	const char *bar = memchr(key, '_', n);
	size_t len;

	if (bar == NULL || bar + 1 == key + n)
		return 0;
	len = (size_t)(bar - key);
	return mk_step_known(conf, key, len) ? len : 0;
}

const struct mk_field *
mk_step_failed(const struct mk_conf *conf, const struct mk_rec *rec, const char *own)
{
	static const char tail[] = "_result";
	const size_t nt = sizeof tail - 1;
	size_t i;

	for (i = 0; i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];

		if (f->klen <= nt || memcmp(f->key + f->klen - nt, tail, nt) != 0 ||
		    (f->vlen == 2 && memcmp(f->val, "ok", 2) == 0) ||
		    !mk_step_known(conf, f->key, f->klen - nt))
			continue;
		if (own == NULL || !is(own, f->key, f->klen - nt))
			return f;
	}
	return NULL;
}

void
mk_step_drop(struct mk_rec *rec, const char *step)
{
	size_t i, k = 0, n = strlen(step);

	for (i = 0; i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];

		if (f->klen <= n + 1 || memcmp(f->key, step, n) != 0 || f->key[n] != '_')
			rec->f[k++] = *f;
	}
	if (k < rec->n)
		rec->line = NULL;
	rec->n = k;
}

static int
put(struct mk_rec *rec, const char *step, const char *what, const char *val, struct mk_err *e)
{
	char key[MK_KEY_MAX + 1];

	if (val == NULL)
		return 0;
	(void)snprintf(key, sizeof key, "%s_%s", step, what);
	return mk_rec_set(rec, key, val, strlen(val), e);
}

int
mk_step_stamp(struct mk_rec *rec, const char *step, const struct mk_conf *conf,
	const struct mk_time *t, const char *result, const char *reason, struct mk_err *e)
{
	const char *ctx[MK_CTX_N];
	struct mk_arena arena = {0};
	char time[MK_TIME_LEN];
	int i, r = -1;

	mk_time_format(t, time);
	if (mk_conf_context(conf, t, ctx, &arena, NULL, NULL, e) == -1 ||
	    put(rec, step, "time", time, e) == -1 ||
	    put(rec, step, "result", result, e) == -1 ||
	    put(rec, step, "reason", reason, e) == -1)
		goto out;
	for (i = 0; i < MK_CTX_N; i++)
		if (put(rec, step, mk_ctx_name[i], ctx[i], e) == -1)
			goto out;
	r = 0;
out:
	mk_arena_clear(&arena);
	return r;
}
