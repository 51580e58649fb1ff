/* What the asking verbs share: operands, terms, rows. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/mk-trace/ask.h"
#include "trace/name.h"

#define POLL_MS 250	/* how soon -f sees what is new */

const char *ask_since, *ask_until;

int
ask_open(struct ask *a, struct cmd *c)
{
	memset(a, 0, sizeof *a);
	a->c = c;
	if (mk_time_now(&a->now, &c->err) == -1)
		return -1;
	return trace_open(c, &a->st);
}

void
ask_close(struct ask *a)
{
	mk_store_close(a->st);
	mk_buf_clear(&a->name);
	mk_rec_clear(&a->row);
}

const char *
ask_name(struct ask *a, int64_t item)
{
	a->name.n = 0;
	if (mk_ask_name(a->st, item, &a->name, &a->c->err) == -1)
		return NULL;
	return mk_buf_str(&a->name, &a->c->err);
}

const char *
ask_text(struct ask *a, int64_t word)
{
	return word == 0 ? "" : mk_ask_text(a->st, word, &a->c->err);
}

int
ask_id(struct ask *a, const char *arg, int64_t *item)
{
	int r = mk_trace_resolve(a->st, arg, &a->name, &a->c->err);

	if (r == 1)
		r = mk_ask_item(a->st, a->name.p, a->name.n, item, &a->c->err);
	if (r == 0) {
		cmd_warn(a->c, "%s: no such part in the store", arg);
		cmd_status(a->c, CMD_FAILED);
	}
	return r == 1 && mk_buf_str(&a->name, &a->c->err) == NULL ? -1 : r;
}

/* What a line of standard input names: the id of a record, else the line itself. */
static int
line_id(struct ask *a, const char *line, size_t n, struct mk_buf *out)
{
	struct mk_rec rec = {0};
	struct mk_err no;
	size_t column;
	int r;

	out->n = 0;
	if (mk_rec_parse(&rec, line, n, &column, &no) == 0 && mk_rec_get(&rec, "id") != NULL)
		r = mk_rec_bytes(&rec, "id", out, &a->c->err);
	else
		r = mk_buf_add(out, line, n, &a->c->err);
	mk_rec_clear(&rec);
	return r == -1 || mk_buf_str(out, &a->c->err) == NULL ? -1 : 0;
}

static int
from_stdin(struct ask *a, ask_each *each, void *arg)
{
	struct mk_buf id = {0};
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int64_t item;
	long lineno = 0;
	int r = cmd_flush(a->c);

	while (r == 0 && (n = getline(&line, &cap, stdin)) > 0) {
		lineno++;
		if (line[n - 1] != '\n') {
			r = mk_err(&a->c->err, MK_ESYNTAX, "stdin:%ld: the last line does not end: the "
				"tool before this one was cut short", lineno);
			break;
		}
		r = line_id(a, line, (size_t)n - 1, &id);
		if (r == 0 && id.n > 0 && (r = ask_id(a, id.p, &item)) == 1)
			r = each(a, item, arg);
		if (r == 0)
			r = cmd_flush(a->c);
	}
	if (r == 0 && ferror(stdin))
		r = mk_err_sys(&a->c->err, MK_EIO, "stdin");
	free(line);
	mk_buf_clear(&id);
	return r;
}

int
ask_items(struct ask *a, ask_each *each, void *arg)
{
	size_t i;
	int64_t item;
	int r = 0;

	for (i = 0; r == 0 && i < a->c->narg; i++) {
		if (strcmp(a->c->arg[i], "-") == 0)
			r = from_stdin(a, each, arg);
		else if ((r = ask_id(a, a->c->arg[i], &item)) == 1)
			r = each(a, item, arg);
	}
	return r;
}

static int
keep(struct ask *a, int64_t item, void *arg)
{
	return mk_ids_add(arg, item, &a->c->err) == -1 ? -1 : 0;
}

/* Where a time begins: for -U, that is where what is asked for ends. */
static int
bound(struct ask *a, const char *opt, const char *name, int64_t *out)
{
	struct mk_period p;

	if (opt == NULL)
		return 0;
	if (mk_when(opt, strlen(opt), &a->now, &a->c->conf.shifts, &p, &a->c->err) == -1)
		return mk_err_at(&a->c->err, "--%s", name);
	*out = p.from;
	return 0;
}

int
ask_query(struct ask *a, size_t first, struct mk_query *q, struct mk_ids *ids, bool *given)
{
	struct cmd *c = a->c;
	const char **word = calloc(c->narg + 1, sizeof *word);
	size_t i, n = 0;
	int r = 0;

	*q = (struct mk_query){ .st = a->st, .conf = &c->conf, .within = MK_PERIOD_ALL };
	*given = false;
	if (word == NULL)
		return mk_err_nomem(&c->err);
	for (i = first; i < c->narg; i++)
		if (strcmp(c->arg[i], "-") != 0)
			word[n++] = c->arg[i];
	if (bound(a, ask_since, "since", &q->within.from) == -1 ||
	    bound(a, ask_until, "until", &q->within.to) == -1 ||
	    mk_terms_parse(&q->terms, word, n, &c->conf, &a->now, &c->err) == -1)
		r = -1;
	if (r == 0 && q->within.from >= q->within.to)
		r = cmd_usage(c, "--until is not after --since");
	for (i = first; r == 0 && i < c->narg; i++)
		if (strcmp(c->arg[i], "-") == 0 && !*given) {
			*given = true;
			r = from_stdin(a, keep, ids);
		}
	free(word);
	return r;
}

int
ask_found(struct ask *a, struct mk_query *q, const struct mk_ids *given, struct mk_ids *out)
{
	struct mk_ids all = {0};
	bool asked = q->terms.ngroup > 0 || q->within.from != INT64_MIN ||
		q->within.to != INT64_MAX || q->after > 0;
	size_t i;
	int r = 0;

	if (given == NULL)
		return mk_query_items(q, out, &a->c->err);
	if (asked)
		r = mk_query_items(q, &all, &a->c->err);
	for (i = 0; r != -1 && i < given->n; i++)
		if (!asked || mk_ids_find(&all, given->id[i]) != SIZE_MAX)
			r = mk_ids_add(out, given->id[i], &a->c->err);
	mk_ids_clear(&all);
	return r == -1 ? -1 : 0;
}

/* ---- rows ---- */

int
ask_set(struct ask *a, const char *key, const char *spelt)
{
	struct mk_field f = { key, spelt, (uint32_t)strlen(key), 0 };

	if (spelt == NULL)
		return -1;
	f.vlen = (uint32_t)strlen(spelt);
	return f.vlen == 0 ? 0 : mk_rec_copy(&a->row, &f, &a->c->err);
}

int
ask_set_time(struct ask *a, const char *key, int64_t ms)
{
	char text[MK_TIME_LEN];
	struct mk_time t;

	mk_when_local(ms, &t);
	mk_time_format(&t, text);
	return ask_set(a, key, text);
}

int
ask_made(struct ask *a, int64_t item, const struct mk_ctx **c)
{
	int64_t ctx = 0;
	int r = mk_ask_made(a->st, item, &ctx, &a->c->err);

	return r == 1 ? mk_ask_ctx(a->st, ctx, c, &a->c->err) : r;
}

int
ask_set_made(struct ask *a, int64_t item)
{
	const struct mk_ctx *c;
	int r = ask_made(a, item, &c);

	if (r != 1)
		return r;
	return ask_set(a, "part", c->dim[MK_DIM_PART]) == -1 ? -1 :
		ask_set(a, "lot", c->dim[MK_DIM_LOT]);
}

int
ask_put(struct ask *a)
{
	int r = cmd_put(a->c, &a->row);

	mk_rec_reset(&a->row);
	return r;
}

static const char *const row_cols[] = { "time", "result", "reason", "station", "operator", "shift" };
#define NROW (sizeof row_cols / sizeof *row_cols)

/* Whether a field of the group, its step's name taken off, is in no column of a row. */
static bool
is_detail(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < NROW; i++)
		if (strlen(row_cols[i]) == n && memcmp(row_cols[i], name, n) == 0)
			return false;
	for (i = 0; i < MK_CTX_N; i++)
		if (strlen(mk_ctx_name[i]) == n && memcmp(mk_ctx_name[i], name, n) == 0)
			return false;
	return true;
}

static int
details(struct ask *a, const struct mk_rec *ev, const char *step, const char *front)
{
	size_t i, n = strlen(step);
	struct mk_buf b = {0};
	struct mk_field cell = { "details", NULL, 7, 0 };
	int r = front == NULL ? 0 : mk_buf_adds(&b, front, &a->c->err);

	for (i = 0; r == 0 && i < ev->n; i++) {
		const struct mk_field *f = &ev->f[i];

		if (f->klen > n + 1 && f->key[n] == '_' && memcmp(f->key, step, n) == 0 &&
		    is_detail(f->key + n + 1, f->klen - n - 1))
			r = mk_buf_addf(&b, &a->c->err, "%s%.*s=%.*s", b.n > 0 ? " " : "",
				(int)(f->klen - n - 1), f->key + n + 1, (int)f->vlen, f->val);
	}
	cell.val = b.p;
	cell.vlen = (uint32_t)b.n;
	if (r == 0 && b.n > 0)
		r = mk_rec_copy(&a->row, &cell, &a->c->err);
	mk_buf_clear(&b);
	return r;
}

int
ask_event_row(struct ask *a, const struct mk_rec *ev, const char *step, const char *front)
{
	size_t i;
	char key[2 * MK_KEY_MAX];
	int r = ask_set(a, "step", step);

	for (i = 0; r == 0 && i < NROW; i++) {
		const struct mk_field *f;
		struct mk_field cell;

		(void)snprintf(key, sizeof key, "%s_%s", step, row_cols[i]);
		if ((f = mk_rec_get(ev, key)) == NULL)
			continue;
		cell = *f;
		cell.key = row_cols[i];
		cell.klen = (uint32_t)strlen(row_cols[i]);
		r = mk_rec_copy(&a->row, &cell, &a->c->err);
	}
	return r == 0 ? details(a, ev, step, front) : r;
}

int
ask_wait(struct ask *a, struct mk_totals *t)
{
	int64_t seen = t->last;

	do {
		(void)poll(NULL, 0, POLL_MS);
		if (mk_ask_totals(a->st, t, &a->c->err) == -1)
			return -1;
	} while (t->last == seen);
	return 0;
}
