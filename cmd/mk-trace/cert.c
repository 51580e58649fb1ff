/* mk-trace cert: a certificate of one part, for people, with its proof inside. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/mk-trace/trace.h"
#include "store/ask.h"

static const char *opt_html;

const struct cmd_opt trace_cert_opts[] = {
	{ "html", 0, NULL, &opt_html, "a page instead of text" },
	{0}
};

struct cert {
	struct cmd *c;
	struct mk_rec part;	/* the part's fields, as they were last */
	struct mk_buf rows;	/* of the table of steps */
	bool html;
};

/* Append n bytes as text, or as HTML's. */
static int
say(const struct cert *k, struct mk_buf *out, const char *s, size_t n)
{
	struct mk_err *e = &k->c->err;
	size_t i;

	if (!k->html)
		return mk_buf_add(out, s, n, e);
	for (i = 0; i < n; i++) {
		const char *as = s[i] == '<' ? "&lt;" : s[i] == '>' ? "&gt;" : s[i] == '&' ? "&amp;" :
			s[i] == '"' ? "&quot;" : NULL;

		if ((as != NULL ? mk_buf_adds(out, as, e) : mk_buf_addc(out, s[i], e)) == -1)
			return -1;
	}
	return 0;
}

static int
cell(const struct cert *k, struct mk_buf *out, const char *s, size_t n, size_t width)
{
	struct mk_err *e = &k->c->err;
	size_t i;

	if (k->html)
		return mk_buf_adds(out, "<td>", e) == -1 || say(k, out, s, n) == -1 ||
			mk_buf_adds(out, "</td>", e) == -1 ? -1 : 0;
	if (mk_buf_adds(out, "  ", e) == -1 || mk_buf_add(out, s, n, e) == -1)
		return -1;
	for (i = n; i < width; i++)
		if (mk_buf_addc(out, ' ', e) == -1)
			return -1;
	return 0;
}

static const struct mk_field *
of_step(const struct mk_rec *rec, const char *step, const char *what)
{
	char key[MK_KEY_MAX + 16];

	(void)snprintf(key, sizeof key, "%s_%s", step, what);
	return mk_rec_get(rec, key);
}

/* What a correction says takes the place of what was said. */
static int
correct(struct cert *k, const struct mk_rec *rec)
{
	static const char *const own[] = { "time", "result", "reason", "event" };
	struct mk_field f;
	size_t i, j;
	bool mine;

	for (i = 0; i < rec->n; i++) {
		f = rec->f[i];
		if (f.klen <= 8 || memcmp(f.key, "correct_", 8) != 0)
			continue;
		f.key += 8;
		f.klen -= 8;
		mine = false;
		for (j = 0; j < sizeof own / sizeof *own; j++)
			mine = mine || (strlen(own[j]) == f.klen && memcmp(own[j], f.key, f.klen) == 0);
		for (j = 0; j < MK_CTX_N; j++)
			mine = mine || (strlen(mk_ctx_name[j]) == f.klen &&
				memcmp(mk_ctx_name[j], f.key, f.klen) == 0);
		if (!mine && mk_step_len(&k->c->conf, f.key, f.klen) == 0 &&
		    mk_rec_copy(&k->part, &f, &k->c->err) == -1)
			return -1;
	}
	return 0;
}

static int
add_step(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	static const char *const cols[] = { "result", "grade", "station", "operator", "reason" };
	static const size_t width[] = { 7, 5, 10, 10, 0 };
	struct cert *k = arg;
	struct mk_rec rec = {0};
	char time[MK_TIME_LEN];
	size_t column, i, n = strlen(ev->step);
	int r = mk_rec_parse(&rec, ev->line, ev->n, &column, e);

	for (i = 0; r == 0 && i < rec.n; i++)
		if (!(rec.f[i].klen > n && rec.f[i].key[n] == '_' && memcmp(rec.f[i].key, ev->step, n) == 0))
			r = mk_rec_copy(&k->part, &rec.f[i], e);
	if (r == 0 && strcmp(ev->step, "correct") == 0)
		r = correct(k, &rec);
	mk_time_format(&ev->time, time);
	if (r == 0 && ((k->html && mk_buf_adds(&k->rows, "<tr>", e) == -1) ||
	    cell(k, &k->rows, time, strlen(time), 29) == -1 ||
	    cell(k, &k->rows, ev->step, n, 10) == -1))
		r = -1;
	for (i = 0; r == 0 && i < sizeof cols / sizeof *cols; i++) {
		const struct mk_field *f = of_step(&rec, ev->step, cols[i]);

		r = cell(k, &k->rows, f == NULL ? "" : f->val, f == NULL ? 0 : f->vlen, width[i]);
	}
	if (r == 0) {
		while (!k->html && k->rows.n > 0 && k->rows.p[k->rows.n - 1] == ' ')
			k->rows.n--;
		r = mk_buf_adds(&k->rows, k->html ? "</tr>\n" : "\n", e);
	}
	mk_rec_clear(&rec);
	return r;
}

/* The part's own fields. */
static int
head(const struct cert *k, const char *name, size_t n, struct mk_buf *out)
{
	struct mk_err *e = &k->c->err;
	size_t i;

	if (mk_buf_adds(out, k->html ? "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>Certificate</title>\n"
	    "<h1>Certificate</h1>\n<p><b>" : "CERTIFICATE\n\n  ", e) == -1 || say(k, out, name, n) == -1 ||
	    mk_buf_adds(out, k->html ? "</b></p>\n<table>\n" : "\n\n", e) == -1)
		return -1;
	for (i = 0; i < k->part.n; i++) {
		const struct mk_field *f = &k->part.f[i];

		if (f->klen == 2 && memcmp(f->key, "id", 2) == 0)
			continue;
		if ((k->html && mk_buf_adds(out, "<tr>", e) == -1) ||
		    cell(k, out, f->key, f->klen, 14) == -1 || cell(k, out, f->val, f->vlen, 0) == -1 ||
		    mk_buf_adds(out, k->html ? "</tr>\n" : "\n", e) == -1)
			return -1;
	}
	return mk_buf_adds(out, k->html ? "</table>\n<h2>Steps</h2>\n<table>\n<tr><th>time<th>step<th>result"
		"<th>grade<th>station<th>operator<th>reason</tr>\n" :
		"\n  time                           step        result   grade  station     operator    reason\n",
		e);
}

static int
write_cert(struct cert *k, struct mk_store *st, const char *name, size_t n, struct mk_buf *out)
{
	struct mk_err *e = &k->c->err;
	struct mk_buf proof = {0};
	int64_t item;
	int r = mk_ask_item(st, name, n, &item, e), sealed;

	if (r != 1 || mk_ask_history(st, item, add_step, k, e) == -1 ||
	    (sealed = trace_prove(k->c, st, name, n, &proof)) == -1)
		return -1;
	r = head(k, name, n, out) == -1 || mk_buf_add(out, k->rows.p, k->rows.n, e) == -1 ? -1 : 0;
	if (r == 0)
		r = mk_buf_adds(out, k->html ? "</table>\n" : "\n", e);
	if (r == 0 && sealed == 0)
		r = mk_buf_adds(out, k->html ? "<p>Not sealed yet: nothing here is proved.</p>\n" :
			"Not sealed yet: nothing here is proved.\n", e);
	else if (r == 0)
		r = mk_buf_adds(out, k->html ? "<p>mk-trace check-proof FILE proves what is below.</p>\n<pre>\n" :
			"mk-trace check-proof FILE proves what is below.\n\n", e) == -1 ||
			mk_buf_adds(out, "-----BEGIN PROOF-----\n", e) == -1 ||
			say(k, out, proof.p, proof.n) == -1 ||
			mk_buf_adds(out, "-----END PROOF-----\n", e) == -1 ||
			(k->html && mk_buf_adds(out, "</pre>\n", e) == -1) ? -1 : 0;
	mk_buf_clear(&proof);
	return r;
}

int
trace_cert(struct cmd *c)
{
	struct cert k = { .c = c, .html = opt_html != NULL };
	struct mk_buf name = {0}, out = {0};
	struct mk_store *st;
	int r;

	if (c->narg != 1)
		return cmd_usage(c, "cert takes one identity");
	if (trace_open(c, &st) == -1)
		return -1;
	r = mk_trace_resolve(st, c->arg[0], &name, &c->err);
	if (r == 0) {
		cmd_warn(c, "%s: no such part in the store", c->arg[0]);
		cmd_status(c, CMD_FAILED);
	}
	if (r == 1 && (r = write_cert(&k, st, name.p, name.n, &out)) == 0)
		r = cmd_puts(c, "%.*s", (int)out.n, out.p);
	mk_store_close(st);
	mk_buf_clear(&name);
	mk_buf_clear(&out);
	mk_buf_clear(&k.rows);
	mk_rec_clear(&k.part);
	return r == -1 ? -1 : 0;
}
