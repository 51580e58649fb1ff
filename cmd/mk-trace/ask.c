/* mk-trace history, find: the reading verbs. */
#include <stdio.h>
#include <string.h>

#include "base/step.h"
#include "cmd/mk-trace/trace.h"
#include "trace/name.h"

/* ---- history ---- */

/* What a person reads of an event: one row, its step's own fields in one cell. */
static int
as_row(struct cmd *c, const struct mk_rec *ev, struct mk_rec *row)
{
	static const char *const cols[] = { "time", "result", "reason", "station", "operator",
		"shift" };
	const struct mk_field *last = &ev->f[ev->n - 1], *f;
	size_t i, k, n = mk_step_len(&c->conf, last->key, last->klen);
	struct mk_buf more = {0};
	char key[MK_KEY_MAX + 16];
	int r = 0;

	mk_rec_reset(row);
	if (mk_rec_setf(row, &c->err, "step", "%.*s", (int)n, last->key) == -1)
		return -1;
	for (i = 0; i < sizeof cols / sizeof *cols; i++) {
		struct mk_field cell;

		(void)snprintf(key, sizeof key, "%.*s_%s", (int)n, last->key, cols[i]);
		if ((f = mk_rec_get(ev, key)) == NULL)
			continue;
		cell = *f;
		cell.key = cols[i];
		cell.klen = (uint32_t)strlen(cols[i]);
		if (mk_rec_copy(row, &cell, &c->err) == -1)
			return -1;
	}
	for (i = 0; r == 0 && i < ev->n; i++) {
		const char *name;
		size_t len;

		f = &ev->f[i];
		if (f->klen <= n + 1 || f->key[n] != '_' || memcmp(f->key, last->key, n) != 0)
			continue;
		name = f->key + n + 1;
		len = f->klen - n - 1;
		for (k = 0; k < sizeof cols / sizeof *cols; k++)
			if (strlen(cols[k]) == len && memcmp(cols[k], name, len) == 0)
				break;
		for (int j = 0; j < MK_CTX_N; j++)
			if (strlen(mk_ctx_name[j]) == len && memcmp(mk_ctx_name[j], name, len) == 0)
				k = 0;
		if (k == sizeof cols / sizeof *cols)
			r = mk_buf_addf(&more, &c->err, "%s%.*s=%.*s", more.n > 0 ? " " : "",
				(int)len, name, (int)f->vlen, f->val);
	}
	if (r == 0 && more.n > 0) {
		struct mk_field cell = { "details", more.p, 7, (uint32_t)more.n };

		r = mk_rec_copy(row, &cell, &c->err);
	}
	mk_buf_clear(&more);
	return r;
}

struct history {
	struct cmd *c;
	struct mk_rec row;
};

static int
show_event(void *arg, struct mk_rec *ev, struct mk_err *e)
{
	struct history *h = arg;
	int r;

	if (!cmd_is_table(h->c))
		r = cmd_put(h->c, ev);
	else
		r = as_row(h->c, ev, &h->row) == -1 ? -1 : cmd_put(h->c, &h->row);
	*e = h->c->err;
	return r;
}

int
trace_history(struct cmd *c)
{
	struct history h = { .c = c };
	struct mk_buf name = {0};
	struct mk_store *st;
	int r;

	if (c->narg != 1)
		return cmd_usage(c, "history takes one ID");
	if (trace_open(c, &st) == -1)
		return -1;
	r = mk_trace_resolve(st, c->arg[0], &name, &c->err);
	if (r == 1) {
		if (cmd_is_table(c))
			r = cmd_puts(c, "%.*s\n", (int)name.n, name.p);
		if (r != -1)
			r = mk_store_history(st, name.p, name.n, show_event, &h, &c->err);
	}
	if (r == 0) {
		cmd_warn(c, "%s: no such part in the store", c->arg[0]);
		cmd_status(c, CMD_FAILED);
	}
	mk_store_close(st);
	mk_rec_clear(&h.row);
	mk_buf_clear(&name);
	return r == -1 ? -1 : 0;
}

/* ---- find ---- */

static int
show_part(void *arg, struct mk_rec *rec, struct mk_err *e)
{
	struct cmd *c = arg;

	if (cmd_put(c, rec) == 0)
		return 0;
	*e = c->err;
	return -1;
}

int
trace_find(struct cmd *c)
{
	struct mk_store *st;
	int r;

	if (c->narg == 0)
		return cmd_usage(c, "find takes one or more key:value");
	if (trace_open(c, &st) == -1)
		return -1;
	r = mk_store_find(st, c->arg, c->narg, show_part, c, &c->err);
	mk_store_close(st);
	if (r == 0)
		cmd_status(c, CMD_FAILED);
	return r == -1 ? -1 : 0;
}

