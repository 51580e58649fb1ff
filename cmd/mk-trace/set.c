/* mk-trace set: the context of the moment, and the event that it changed. */
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/words.h"
#include "cmd/mk-trace/trace.h"

/* The n-th operand that sets the key, or NULL. */
static const char *
asked(const struct cmd *c, const char *key)
{
	size_t i, n = strlen(key);

	for (i = 0; i < c->narg; i++)
		if (strncmp(c->arg[i], key, n) == 0 && c->arg[i][n] == '=')
			return c->arg[i] + n + 1;
	return NULL;
}

static bool
is_context(const char *key)
{
	int i;

	for (i = 0; i < MK_CTX_N; i++)
		if (strcmp(mk_ctx_name[i], key) == 0)
			return true;
	return false;
}

/* One line of the file; a value in quotes. An empty value takes the line away. */
static int
write_line(struct mk_buf *out, const char *key, const char *val, struct mk_err *e)
{
	const char *p;

	if (*val == '\0')
		return 0;
	if (mk_buf_addf(out, e, is_context(key) ? "%s \"" : "field %s \"", key) == -1)
		return -1;
	for (p = val; *p != '\0'; p++)
		if (((*p == '"' || *p == '\\') && mk_buf_addc(out, '\\', e) == -1) ||
		    mk_buf_addc(out, *p, e) == -1)
			return -1;
	return mk_buf_adds(out, "\"\n", e);
}

/* What the file said and nobody sets anew, then what is set. */
static int
new_text(struct cmd *c, const char *path, struct mk_buf *out)
{
	struct mk_words l;
	size_t i;
	int r = 0;

	if (mk_words_open(&l, path, &c->err) == -1)
		return -1;
	while ((r = mk_words_next(&l, &c->err)) == 1) {
		const char *key = l.w[0].s, *val = l.n > 1 ? l.w[1].s : "";

		if (strcmp(key, "field") == 0 && l.n == 3) {
			key = l.w[1].s;
			val = l.w[2].s;
		}
		if (asked(c, key) == NULL && write_line(out, key, val, &c->err) == -1) {
			r = -1;
			break;
		}
	}
	mk_words_close(&l);
	for (i = 0; r == 0 && i < c->narg; i++) {
		char key[MK_KEY_MAX + 1];
		const char *eq = strchr(c->arg[i], '=');

		(void)snprintf(key, sizeof key, "%.*s", (int)(eq - c->arg[i]), c->arg[i]);
		r = write_line(out, key, eq + 1, &c->err);
	}
	return r;
}

/* The event: what was set, at the station, else the line, else the site. */
static int
event(struct cmd *c, struct mk_rec *rec)
{
	static const int at[] = { MK_CTX_STATION, MK_CTX_LINE, MK_CTX_SITE };
	const char *ctx[MK_CTX_N];
	struct mk_arena arena = {0};
	struct mk_time now;
	char key[2 * MK_KEY_MAX];
	size_t i;
	int r = mk_time_now(&now, &c->err);

	if (r == 0)
		r = mk_conf_context(&c->conf, &now, ctx, &arena, NULL, NULL, &c->err);
	for (i = 0; r == 0 && i < 3 && ctx[at[i]] == NULL; i++)
		;
	if (r == 0 && i == 3)
		r = mk_err(&c->err, MK_ECONF, "neither station, line nor site is known: mk.conf says it");
	if (r == 0)
		r = mk_rec_setf(rec, &c->err, "id", "%s:%s", mk_ctx_name[at[i]], ctx[at[i]]);
	if (r == 0)
		r = mk_step_stamp(rec, "setup", &c->conf, &now, "ok", NULL, &c->err);
	for (i = 0; r == 0 && i < c->narg; i++) {
		const char *eq = strchr(c->arg[i], '=');

		(void)snprintf(key, sizeof key, "setup_%.*s", (int)(eq - c->arg[i]), c->arg[i]);
		r = mk_key_ok(key, strlen(key)) ? mk_rec_set(rec, key, eq + 1, strlen(eq + 1), &c->err)
			: mk_err(&c->err, MK_EUSAGE, "%s: the key is too long", c->arg[i]);
	}
	mk_arena_clear(&arena);
	return r;
}

int
trace_set(struct cmd *c)
{
	struct trace_batch b = {0};
	struct mk_buf text = {0};
	struct mk_rec rec = {0};
	size_t i;
	int r;

	if (c->narg == 0)
		return cmd_usage(c, "set takes one or more key=value");
	for (i = 0; i < c->narg; i++) {
		const char *eq = strchr(c->arg[i], '=');

		if (eq == NULL || !mk_key_ok(c->arg[i], (size_t)(eq - c->arg[i])))
			return cmd_usage(c, "'%s' is no key=value", c->arg[i]);
		if (strpbrk(eq, "\n\r") != NULL)
			return mk_err(&c->err, MK_EDATA, "%.*s: a value of one line, please",
				(int)(eq - c->arg[i]), c->arg[i]);
	}
	if (c->conf.context == NULL)
		return mk_err(&c->err, MK_ECONF, "no context file: add `context FILE' to mk.conf");
	if (access(c->conf.context, F_OK) == -1 &&
	    mk_io_replace(c->conf.context, "", 0, &c->err) == -1)
		return -1;
	r = new_text(c, c->conf.context, &text);
	if (r == 0)
		r = event(c, &rec);
	if (r == 0)
		r = trace_open(c, &b.st);
	/* the file first is seen by the next part; the event is durable only if it is there */
	if (r == 0)
		r = trace_begin(c, &b);
	if (r == 0) {
		b.n = 1;
		if (mk_store_add(b.st, &rec, &b.now, &c->err) == -1 ||
		    mk_rec_line(&rec, &b.lines, &c->err) == -1 ||
		    mk_buf_addc(&b.lines, '\n', &c->err) == -1 ||
		    mk_io_replace(c->conf.context, text.p, text.n, &c->err) == -1)
			r = -1;
		else
			r = trace_commit(c, &b);
	}
	trace_batch_clear(&b);
	mk_rec_clear(&rec);
	mk_buf_clear(&text);
	return r;
}
