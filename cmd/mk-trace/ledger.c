/* The ledger: export, seal, audit, proof, check-proof. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "cmd/mk-trace/trace.h"
#include "store/ask.h"
#include "store/seal.h"

#define ANCHORS_MAX (16u << 20)

static const char *opt_after, *opt_key, *opt_anchor, *opt_pub;

const struct cmd_opt trace_export_opts[] = {
	{ "after", 0, "N", &opt_after, "only this store's own events behind its N-th" },
	{0}
};
const struct cmd_opt trace_seal_opts[] = {
	{ "key", 0, "FILE", &opt_key, "the private key; made if it is not there" },
	{0}
};
const struct cmd_opt trace_audit_opts[] = {
	{ "anchor", 0, "FILE", &opt_anchor, "seals that were kept elsewhere" },
	{0}
};
const struct cmd_opt trace_check_opts[] = {
	{ "key", 0, "HEX", &opt_pub, "the public key that must have sealed it" },
	{ "anchor", 0, "FILE", &opt_anchor, "seals that were kept elsewhere" },
	{0}
};

/* ---- export ---- */

struct exporting {
	struct cmd *c;
	struct mk_rec rec;
};

static int
put_line(void *arg, int64_t id, const char *line, size_t n, struct mk_err *e)
{
	struct exporting *x = arg;
	size_t column;
	int r;

	(void)id;
	if (mk_rec_parse(&x->rec, line, n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "an event is no record: mk-trace audit");
	if ((r = cmd_put(x->c, &x->rec)) == -1)
		*e = x->c->err;
	return r;
}

int
trace_export(struct cmd *c)
{
	struct exporting x = { .c = c };
	struct mk_store *st;
	int64_t after = 0;
	int r = 0;

	if (c->narg > 0)
		return cmd_usage(c, "export takes no argument");
	if (opt_after != NULL && mk_num_i64(opt_after, strlen(opt_after), 0, (int64_t)1 << 39, &after,
	    &c->err) == -1)
		return mk_err_at(&c->err, "--after");
	if (trace_open(c, &st) == -1)
		return -1;
	if (opt_after != NULL)
		r = mk_ask_seq(st, "", after, &after, &c->err) == -1 ? -1 : 0;
	if (r == 0)
		r = mk_store_export(st, after, put_line, &x, &c->err);
	mk_store_close(st);
	mk_rec_clear(&x.rec);
	return r;
}

/* ---- seal ---- */

static int
show_seal(struct cmd *c, const struct mk_seal *s)
{
	struct mk_buf line = {0};
	struct mk_rec rec = {0};
	size_t column;
	int r = mk_seal_line(s, &line, &c->err);

	if (r == 0)
		r = mk_rec_parse(&rec, line.p, line.n, &column, &c->err);
	if (r == 0)
		r = cmd_put(c, &rec);
	mk_rec_clear(&rec);
	mk_buf_clear(&line);
	return r;
}

int
trace_seal(struct cmd *c)
{
	unsigned char key[MK_KEY_LEN];
	struct mk_buf path = {0};
	struct mk_store *st;
	struct mk_time now;
	struct mk_seal s;
	int r = -1;

	if (c->narg > 0)
		return cmd_usage(c, "seal takes no argument");
	if (trace_open(c, &st) == -1)
		return -1;
	if ((opt_key != NULL ? mk_buf_adds(&path, opt_key, &c->err) :
	    mk_seal_path(st, &path, &c->err)) == 0 && mk_buf_str(&path, &c->err) != NULL &&
	    mk_seal_key(path.p, true, key, &c->err) == 0 && mk_time_now(&now, &c->err) == 0)
		r = mk_store_seal(st, key, &now, &s, &c->err);
	memset(key, 0, sizeof key);
	if (r == 0 && s.size == 0) {
		cmd_warn(c, "no event is in the store: there is nothing to seal");
		cmd_status(c, CMD_FAILED);
	} else if (r != -1)
		r = show_seal(c, &s);
	mk_store_close(st);
	mk_buf_clear(&path);
	return r == -1 ? -1 : 0;
}

/* ---- anchors ---- */

/* The seals in a file, each on a line of its own. */
static int
read_anchors(struct cmd *c, const char *path, struct mk_seal **all, size_t *n)
{
	struct mk_buf text = {0};
	const char *p, *lf, *end;
	struct mk_seal *q;
	long line = 0;
	int r = mk_io_slurp(path, ANCHORS_MAX, &text, &c->err);

	*all = NULL;
	*n = 0;
	p = text.p;
	end = p + text.n;
	for (; r == 0 && p < end; p = lf + 1) {
		line++;
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL)
			lf = end;
		if (lf == p)
			continue;
		if ((q = realloc(*all, (*n + 1) * sizeof *q)) == NULL) {
			r = mk_err_nomem(&c->err);
			break;
		}
		*all = q;
		if (mk_seal_read(&q[*n], p, (size_t)(lf - p), &c->err) == -1)
			r = mk_err_at(&c->err, "%s:%ld", path, line);
		++*n;
	}
	if (r == 0 && *n == 0)
		r = mk_err(&c->err, MK_EDATA, "%s: no seal in it", path);
	mk_buf_clear(&text);
	return r;
}

int
trace_audit(struct cmd *c)
{
	struct mk_seal *anchor = NULL;
	struct trace_progress p;
	struct mk_audit a = { .tick = trace_tick, .arg = &p };
	struct mk_store *st = NULL;
	size_t n = 0;
	int r = 0;

	if (c->narg > 0)
		return cmd_usage(c, "audit takes no argument");
	if (opt_anchor != NULL)
		r = read_anchors(c, opt_anchor, &anchor, &n);
	if (r == 0)
		r = trace_open(c, &st);
	trace_progress_start(&p, c, 0);
	if (r == 0)
		r = mk_store_audit(st, anchor, n, &a, &c->err);
	trace_progress_end(&p);
	if (r == 0 && a.wrong.n > 0)
		r = mk_err(&c->err, MK_EINTEGRITY, "%.*s", (int)a.wrong.n, a.wrong.p);
	else if (r == 0)
		r = cmd_puts(c, "%lld events, %lld seals and anchors: nothing was altered\n",
			(long long)a.events, (long long)a.seals);
	mk_store_close(st);
	mk_buf_clear(&a.wrong);
	free(anchor);
	return r;
}

/* ---- proofs ---- */

int
trace_prove(struct cmd *c, struct mk_store *st, const char *name, size_t n, struct mk_buf *out)
{
	int open, r = mk_store_proof(st, name, n, out, &open, &c->err);

	if (r != -1 && open > 0)
		cmd_warn(c, "%.*s: not sealed yet: %d event%s (mk-trace seal)", (int)n, name, open,
			open == 1 ? "" : "s");
	return r;
}

int
trace_proof(struct cmd *c)
{
	struct mk_buf name = {0}, out = {0};
	struct mk_store *st;
	int r;

	if (c->narg != 1)
		return cmd_usage(c, "proof takes one identity");
	if (trace_open(c, &st) == -1)
		return -1;
	r = mk_trace_resolve(st, c->arg[0], &name, &c->err);
	if (r == 0)
		cmd_warn(c, "%s: no such part in the store", c->arg[0]);
	if (r == 1) {
		r = trace_prove(c, st, name.p, name.n, &out);
		if (r > 0)
			r = cmd_puts(c, "%.*s", (int)out.n, out.p) == -1 ? -1 : 1;
	}
	if (r == 0)
		cmd_status(c, CMD_FAILED);
	mk_store_close(st);
	mk_buf_clear(&name);
	mk_buf_clear(&out);
	return r == -1 ? -1 : 0;
}

static int
show_proved(void *arg, const char *line, size_t n, struct mk_err *e)
{
	struct exporting *x = arg;

	return put_line(x, 0, line, n, e);
}

/* A certificate has its proof between two lines, HTML's signs spelt out. */
static int
find_proof(struct mk_buf *text, struct mk_err *e)
{
	static const char begin[] = "-----BEGIN PROOF-----\n", end[] = "-----END PROOF-----";
	static const struct {
		const char *is, to;
	} sign[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&amp;", '&' } };
	const char *from, *to, *p;
	char *q = text->p;
	bool html;
	size_t i;

	if (text->n == 0 || (from = memmem(text->p, text->n, begin, sizeof begin - 1)) == NULL)
		return 0;
	html = memmem(text->p, (size_t)(from - text->p), "<pre", 4) != NULL;
	from += sizeof begin - 1;
	to = memmem(from, (size_t)(text->p + text->n - from), end, sizeof end - 1);
	if (to == NULL)
		return mk_err(e, MK_EINTEGRITY, "the proof was cut short");
	for (p = from; p < to; p++) {
		for (i = 0; html && *p == '&' && i < 4; i++)
			if ((size_t)(to - p) >= strlen(sign[i].is) &&
			    memcmp(p, sign[i].is, strlen(sign[i].is)) == 0)
				break;
		if (html && *p == '&' && i < 4) {
			*q++ = sign[i].to;
			p += strlen(sign[i].is) - 1;
		} else
			*q++ = *p;
	}
	text->n = (size_t)(q - text->p);
	return 0;
}

int
trace_check_proof(struct cmd *c)
{
	struct exporting x = { .c = c };
	struct mk_seal s, *anchor = NULL;
	struct mk_buf text = {0};
	char key[2 * MK_KEY_LEN + 1];
	size_t n = 0, i;
	int r;

	if (c->narg != 1)
		return cmd_usage(c, "check-proof takes one file");
	r = mk_io_slurp(c->arg[0], ANCHORS_MAX, &text, &c->err);
	if (r == 0 && opt_anchor != NULL)
		r = read_anchors(c, opt_anchor, &anchor, &n);
	if (r == 0 && (find_proof(&text, &c->err) == -1 ||
	    (r = mk_proof_check(text.p, text.n, &s, show_proved, &x, &c->err)) == -1))
		r = mk_err_at(&c->err, "%s", c->arg[0]);
	if (r > 0) {
		mk_hex(s.key, sizeof s.key, key);
		if (opt_pub != NULL && strcmp(opt_pub, key) != 0)
			r = mk_err(&c->err, MK_EINTEGRITY, "%s: sealed with another key, %s", c->arg[0], key);
		for (i = 0; i < n && r > 0; i++)
			if (anchor[i].size == s.size && strcmp(anchor[i].origin, s.origin) == 0 &&
			    memcmp(anchor[i].root, s.root, sizeof s.root) == 0)
				break;
		if (r > 0 && n > 0 && i == n)
			r = mk_err(&c->err, MK_EINTEGRITY, "%s: its seal is not among the anchors",
				c->arg[0]);
	}
	if (r > 0) {
		cmd_warn(c, "as it was sealed at %s: %d event%s", s.time, r, r == 1 ? "" : "s");
		if (opt_pub == NULL && n == 0)
			cmd_warn(c, "the seal's key is %s: is it the one that you know?", key);
	}
	mk_rec_clear(&x.rec);
	mk_buf_clear(&text);
	free(anchor);
	return r == -1 ? -1 : 0;
}
