/* The exchange that a profile describes. */
#include "port/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/spec.h"
#include "port/tcp.h"

#define MESSAGE_MAX 65536

struct var {
	const char *name;	/* the profile's */
	struct mk_buf val;	/* as it stands on the wire */
	struct mk_buf raw;	/* of a field: unescaped */
	bool set;
};

struct mk_talk {
	const struct mk_profile *p;
	struct mk_port *port;
	struct mk_buf in;	/* what came and was not taken */
	struct mk_buf msg;	/* the message taken last, NUL-terminated */
	struct mk_buf out;
	struct var *var;
	size_t nvar;
	bool sent;		/* the last do sent something */
	atomic_uint *flag;	/* to be set before */
};

/* The waits of one state. */
struct turn {
	struct mk_talk *t;
	const struct mk_state *s;
	struct mk_wait w;
	struct mk_err *e;
};

/* ---- names ---- */

static struct var *
var(const struct mk_talk *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->nvar; i++)
		if (strcmp(t->var[i].name, name) == 0)
			return &t->var[i];
	return NULL;
}

static void
add_names(struct mk_talk *t, const struct mk_text *x)
{
	size_t i;

	for (i = 0; x != NULL && i < x->n; i++)
		if (x->piece[i].name != NULL && !x->piece[i].any && var(t, x->piece[i].name) == NULL)
			t->var[t->nvar++].name = x->piece[i].name;
}

/* How many names there can be. */
static size_t
names(const struct mk_profile *p)
{
	const struct mk_fieldspec *f;
	const struct mk_state *s;
	const struct mk_expect *x;
	size_t n = 1;

	for (f = p->field; f != NULL; f = f->next)
		n++;
	for (s = p->state; s != NULL; s = s->next) {
		n += s->await == NULL ? 0 : s->await->n;
		for (x = s->expect; x != NULL; x = x->next)
			n += x->pattern.n;
	}
	return n;
}

int
mk_talk_new(struct mk_talk **out, const struct mk_profile *p, struct mk_port *port,
	struct mk_err *e)
{
	struct mk_talk *t = calloc(1, sizeof *t);
	const struct mk_fieldspec *f;
	const struct mk_state *s;
	const struct mk_expect *x;

	if (t == NULL || (t->var = calloc(names(p), sizeof *t->var)) == NULL) {
		free(t);
		return mk_err_nomem(e);
	}
	t->p = p;
	t->port = port;
	for (f = p->field; f != NULL; f = f->next)
		t->var[t->nvar++].name = f->name;
	for (s = p->state; s != NULL; s = s->next) {
		add_names(t, s->await);
		for (x = s->expect; x != NULL; x = x->next)
			add_names(t, &x->pattern);
	}
	*out = t;
	return 0;
}

void
mk_talk_free(struct mk_talk *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->nvar; i++) {
		mk_buf_clear(&t->var[i].val);
		mk_buf_clear(&t->var[i].raw);
	}
	free(t->var);
	mk_buf_clear(&t->in);
	mk_buf_clear(&t->msg);
	mk_buf_clear(&t->out);
	free(t);
}

void
mk_talk_port(struct mk_talk *t, struct mk_port *port)
{
	t->port = port;
	t->in.n = 0;
}

static bool
is_field(const struct mk_talk *t, const struct var *v)
{
	const struct mk_fieldspec *f;

	for (f = t->p->field; f != NULL; f = f->next)
		if (f->name == v->name)
			return true;
	return false;
}

void
mk_talk_watch(struct mk_talk *t, atomic_uint *flag)
{
	t->flag = flag;
}

bool
mk_talk_sent(const struct mk_talk *t)
{
	return t->sent;
}

const struct mk_buf *
mk_talk_get(const struct mk_talk *t, const char *name)
{
	const struct var *v = var(t, name);

	return v == NULL || !v->set ? NULL : is_field(t, v) ? &v->raw : &v->val;
}

const char *
mk_talk_name(const struct mk_talk *t, size_t i)
{
	return i < t->nvar ? t->var[i].name : NULL;
}

/* ---- fields ---- */

static int
escape(const struct mk_fieldspec *f, const struct mk_buf *raw, struct mk_buf *out,
	struct mk_err *e)
{
	size_t i;

	out->n = 0;
	for (i = 0; i < raw->n; i++) {
		const struct mk_escape *x = f->escape;
		unsigned char c = (unsigned char)raw->p[i];

		while (x != NULL && x->from != c)
			x = x->next;
		if (x != NULL ? mk_buf_add(out, x->to, x->n, e) == -1
		    : mk_buf_addc(out, raw->p[i], e) == -1)
			return -1;
	}
	return 0;
}

static int
fill(const struct mk_talk *t, const struct mk_fieldspec *f, struct var *v,
	const struct mk_rec *rec, struct mk_err *e)
{
	/* mk_subst_fn has one kind of context; mk_subst_rec only reads it */
	void *ctx = (void *)(uintptr_t)rec;
	const struct mk_piece *end = &t->p->out.end;
	size_t i;

	v->raw.n = 0;
	v->set = false;
	if (mk_subst_eval(&f->value, mk_subst_rec, ctx, &v->raw, e) == -1)
		return mk_err_at(e, "%s: field %s", f->where, f->name);
	for (i = 0; i < v->raw.n; i++)
		if (!mk_set_has(&f->set, (unsigned char)v->raw.p[i]))
			return mk_err(e, MK_EDATA, "%s: field %s: byte %zu (0x%02x) is not in its charset: "
				"it cannot be marked", f->where, f->name, i + 1,
				(unsigned)(unsigned char)v->raw.p[i]);
	if (v->raw.n > f->max || v->raw.n < f->min)
		return mk_err(e, MK_EDATA, "%s: field %s: %zu bytes, %s %zu: it is not %s", f->where,
			f->name, v->raw.n, v->raw.n > f->max ? "and at most" : "but at least",
			v->raw.n > f->max ? f->max : f->min, v->raw.n > f->max ? "cut" : "padded");
	if (escape(f, &v->raw, &v->val, e) == -1)
		return -1;
	if (end->n > 0 && v->val.n >= end->n && memmem(v->val.p, v->val.n, end->text, end->n) != NULL)
		return mk_err(e, MK_EDATA, "%s: field %s: it holds what ends a message: it cannot be "
			"sent", f->where, f->name);
	v->set = true;
	return 0;
}

int
mk_talk_fill(struct mk_talk *t, const struct mk_rec *rec, struct mk_err *e)
{
	const struct mk_fieldspec *f;
	size_t i;

	for (i = 0; i < t->nvar; i++)
		t->var[i].set = false;
	for (f = t->p->field; f != NULL; f = f->next)
		if (fill(t, f, var(t, f->name), rec, e) == -1)
			return -1;
	return 0;
}

/* ---- sending ---- */

static int
compose(const struct mk_talk *t, const struct mk_text *x, struct mk_buf *out, struct mk_err *e)
{
	const struct mk_frame *f = &t->p->out;
	size_t i, start = out->n, body;
	char sum[2];

	if (mk_buf_add(out, f->start.text, f->start.n, e) == -1)
		return -1;
	body = out->n;
	for (i = 0; i < x->n; i++) {
		const struct mk_piece *p = &x->piece[i];
		const struct var *v = p->name == NULL ? NULL : var(t, p->name);

		if (p->name != NULL && (v == NULL || !v->set))
			return mk_err(e, MK_EDATA, "%s: {%s} is sent, but nothing has set it", t->p->path,
				p->name);
		if (v != NULL ? mk_buf_add(out, v->val.p, v->val.n, e) == -1
		    : mk_buf_add(out, p->text, p->n, e) == -1)
			return -1;
	}
	if (mk_buf_add(out, f->mid.text, f->mid.n, e) == -1)
		return -1;
	if (f->sum != MK_SUM_NONE) {
		size_t from = f->sum_body ? body : start;

		mk_sum_hex(f->sum, out->p + from, out->n - from - (f->sum_body ? f->mid.n : 0), sum);
		if (mk_buf_add(out, sum, 2, e) == -1)
			return -1;
	}
	return mk_buf_add(out, f->end.text, f->end.n, e);
}

int
mk_talk_text(struct mk_talk *t, const char *state, struct mk_buf *out, struct mk_err *e)
{
	const struct mk_state *s;

	for (s = t->p->state; s != NULL; s = s->next)
		if (strcmp(s->name, state) == 0 && s->send != NULL &&
		    compose(t, s->send, out, e) == -1)
			return -1;
	return 0;
}

/* ---- receiving ---- */

static void
drop(struct mk_buf *b, size_t n)
{
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

/* A whole message out of what came in. 1: in t->msg; 0: not yet; -1: malformed, e. */
static int
take(struct mk_talk *t, bool silent, struct mk_err *e)
{
	const struct mk_frame *f = &t->p->in;
	size_t n = 0, len, over;
	const char *end, *body;
	char sum[2];

	while (n < t->in.n && mk_set_has(&t->p->skip, (unsigned char)t->in.p[n]))
		n++;
	drop(&t->in, n);
	/* what stands before a message's start is noise */
	while (f->start.n > 0 && t->in.n >= f->start.n && memcmp(t->in.p, f->start.text, f->start.n) != 0)
		drop(&t->in, 1);
	if (t->in.n < f->start.n + f->end.n || t->in.n == 0)
		return 0;
	body = t->in.p + f->start.n;
	end = f->end.n == 0 ? NULL
		: memmem(body, t->in.n - f->start.n, f->end.text, f->end.n);
	if (end == NULL && !silent)
		return t->in.n <= MESSAGE_MAX ? 0 : mk_err(e, MK_EDEV, "over %d bytes without an end",
			MESSAGE_MAX);
	if (end == NULL)
		end = t->in.p + t->in.n;
	len = (size_t)(end - body);
	if (f->sum != MK_SUM_NONE) {
		if (len < 2 + f->mid.n)
			return mk_err(e, MK_EDEV, "an answer without its checksum");
		len -= 2 + f->mid.n;
		over = f->sum_body ? len : f->start.n + len + f->mid.n;
		mk_sum_hex(f->sum, f->sum_body ? body : t->in.p, over, sum);
		if (strncasecmp(sum, end - 2, 2) != 0 || memcmp(body + len, f->mid.text, f->mid.n) != 0)
			return mk_err(e, MK_EDEV, "an answer with a wrong checksum");
	}
	t->msg.n = 0;
	if (mk_buf_add(&t->msg, body, len, e) == -1 || mk_buf_str(&t->msg, e) == NULL)
		return -1;
	n = (size_t)(end - t->in.p) + f->end.n;
	drop(&t->in, n > t->in.n ? t->in.n : n);
	return 1;
}

/* The next message, until u->w.until. */
static enum mk_answer
hear(struct turn *u)
{
	struct mk_talk *t = u->t;
	bool silent = false;

	for (;;) {
		struct mk_wait w = u->w;
		int64_t gap;
		ssize_t n;
		int r = mk_buf_grow(&t->in, 4096, u->e) == -1 ? -1 : take(t, silent, u->e);

		if (r != 0)
			return r == 1 ? MK_ANSWER_OK : u->e->code == MK_ENOMEM ? MK_ANSWER_GONE
				: MK_ANSWER_BAD;
		gap = t->p->gap == 0 || t->in.n == 0 ? MK_FOREVER : mk_port_now() + t->p->gap;
		if (gap < w.until)
			w.until = gap;
		n = mk_port_read(t->port, t->in.p + t->in.n, 4096, &w, u->e);
		if (n == -1)
			return MK_ANSWER_GONE;
		if (n == 0 && w.stop != NULL && *w.stop != 0)
			return MK_ANSWER_STOPPED;
		if (n == 0 && w.until == u->w.until)
			return MK_ANSWER_LATE;
		silent = n == 0;
		t->in.n += (size_t)n;
	}
}

/* ---- matching ---- */

/* 1 matched and captured, 0 not, -1 out of memory. */
static int
capture(struct mk_talk *t, const struct mk_text *x, struct mk_err *e)
{
	size_t len[MK_PIECES_MAX], i;
	const char *s = t->msg.p;

	if (!mk_text_match(x, s, t->msg.n, len))
		return 0;
	for (i = 0; i < x->n; s += len[i++]) {
		struct var *v = x->piece[i].name == NULL || x->piece[i].any ? NULL
			: var(t, x->piece[i].name);

		if (v == NULL)
			continue;
		v->val.n = 0;
		if (mk_buf_add(&v->val, s, len[i], e) == -1)
			return -1;
		v->set = true;
	}
	return 1;
}

/* ---- one state ---- */

/* A message as people can read it. */
static const char *
shown(const struct mk_buf *m, char out[96])
{
	struct mk_buf b = {0};
	struct mk_err e;

	out[0] = '\0';
	if (mk_escape(&b, m->p, m->n > 60 ? 60 : m->n, &e) == 0 && mk_buf_str(&b, &e) != NULL)
		(void)snprintf(out, 96, "%.*s%s", 88, b.p, m->n > 60 ? "..." : "");
	mk_buf_clear(&b);
	return out;
}

static enum mk_answer
said(struct turn *u, enum mk_answer a, const char *what)
{
	char words[96];

	mk_err(u->e, MK_EDEV, "state %s: %s '%s'", u->s->name, what, shown(&u->t->msg, words));
	return a;
}

static enum mk_answer
late(struct turn *u, enum mk_answer a, const char *what)
{
	if (a == MK_ANSWER_LATE)
		mk_err(u->e, MK_EDEV, "state %s: %s", u->s->name, what);
	else if (a == MK_ANSWER_STOPPED)
		mk_err(u->e, MK_EDEV, "state %s: stopped", u->s->name);
	else
		mk_err_at(u->e, "state %s", u->s->name);
	return a;
}

static enum mk_answer
compare(struct turn *u)
{
	const struct mk_compare *c;

	for (c = u->s->compare; c != NULL; c = c->next) {
		const struct var *got = var(u->t, c->capture), *want = var(u->t, c->field);
		char a[96], b[96];

		if (got->set && want->set && got->val.n == want->val.n &&
		    (got->val.n == 0 || memcmp(got->val.p, want->val.p, got->val.n) == 0))
			continue;
		mk_err(u->e, MK_EDEV, "state %s: the device holds '%s', not '%s'", u->s->name,
			shown(&got->val, a), shown(&want->val, b));
		return MK_ANSWER_BAD;
	}
	return MK_ANSWER_OK;
}

/* Wait for an answer that counts; *again: busy, ask later. */
static enum mk_answer
answer(struct turn *u, bool *again)
{
	enum mk_answer a;
	const struct mk_expect *x;
	int r;

	*again = false;
	for (;;) {
		if ((a = hear(u)) != MK_ANSWER_OK)
			return late(u, a, "no answer in time");
		for (x = u->s->expect, r = 0; x != NULL; x = x->next)
			if ((r = capture(u->t, &x->pattern, u->e)) != 0)
				break;
		if (r == -1)
			return MK_ANSWER_GONE;
		if (x == NULL)
			return said(u, MK_ANSWER_BAD, "an answer that the profile does not expect:");
		switch (x->outcome) {
		case MK_OUT_OK: return compare(u);
		case MK_OUT_NONE: return MK_ANSWER_NONE;
		case MK_OUT_ERR: return said(u, MK_ANSWER_ERR, "the device says");
		case MK_OUT_BUSY: *again = true; return said(u, MK_ANSWER_LATE, "still busy:");
		default: break;
		}
	}
}

/* Let so many ms pass. false: told to stop. */
static bool
pause_ms(const struct mk_wait *w, int ms)
{
	if (w->stop == NULL || *w->stop == 0)
		mk_tcp_pause(ms, w->mask);
	return w->stop == NULL || *w->stop == 0;
}

static enum mk_answer
await_peer(struct turn *u)
{
	enum mk_answer a;
	int r;

	/* a client that hung up may come again */
	while ((a = hear(u)) == MK_ANSWER_GONE && mk_port_fd(u->t->port) == -1)
		u->t->in.n = 0;
	if (a != MK_ANSWER_OK)
		return late(u, a, "the device did not ask in time");
	if ((r = capture(u->t, u->s->await, u->e)) == 1)
		return MK_ANSWER_OK;
	return r == -1 ? MK_ANSWER_GONE : said(u, MK_ANSWER_BAD, "it asks what the profile does not "
		"expect:");
}

static enum mk_answer
put(struct turn *u)
{
	struct mk_talk *t = u->t;
	int r;

	/* what came before the question is no answer to it */
	if (!t->p->awaits) {
		t->in.n = 0;
		mk_port_flush(t->port);
	}
	t->out.n = 0;
	if (compose(t, u->s->send, &t->out, u->e) == -1)
		return MK_ANSWER_GONE;
	t->sent = true;
	if (t->flag != NULL)
		atomic_store(t->flag, 1);
	r = mk_port_write(t->port, t->out.p, t->out.n, &u->w, NULL, u->e);
	if (r == 1)
		return MK_ANSWER_OK;
	return late(u, r == -1 ? MK_ANSWER_GONE : u->w.stop != NULL && *u->w.stop != 0
		? MK_ANSWER_STOPPED : MK_ANSWER_LATE, "the device takes nothing");
}

static enum mk_answer
do_state(struct turn *u)
{
	const struct mk_state *s = u->s;
	int64_t end = mk_port_now() + s->within;
	enum mk_answer a;
	bool busy = false;
	int left = s->retry;

	if (s->await != NULL) {
		u->w.until = end;
		if ((a = await_peer(u)) != MK_ANSWER_OK)
			return a;
	}
	for (;;) {
		u->w.until = mk_port_now() + s->timeout;
		if (s->send != NULL && (a = put(u)) != MK_ANSWER_OK)
			return a;
		if (s->expect == NULL)
			return MK_ANSWER_OK;
		a = answer(u, &busy);
		if (a != MK_ANSWER_LATE)
			return a;
		if (busy ? mk_port_now() + s->poll > end : left-- == 0)
			return a;
		if (busy && !pause_ms(&u->w, s->poll))
			return late(u, MK_ANSWER_STOPPED, "");
	}
}

enum mk_answer
mk_talk_do(struct mk_talk *t, const char *state, const sigset_t *mask,
	const volatile sig_atomic_t *stop, struct mk_err *e)
{
	struct turn u = { .t = t, .w = { .mask = mask, .stop = stop }, .e = e };
	enum mk_answer a = MK_ANSWER_OK;

	t->sent = false;
	for (u.s = t->p->state; u.s != NULL && a == MK_ANSWER_OK; u.s = u.s->next)
		if (strcmp(u.s->name, state) == 0 && (a = do_state(&u)) != MK_ANSWER_OK)
			return a;
	return a;
}
