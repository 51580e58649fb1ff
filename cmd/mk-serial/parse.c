/* mk-serial parse: what payloads and scanners' lines are, and what is wrong with them;
 * mk-serial check: check characters. */
#include "cmd/mk-serial/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "ident/check.h"
#include "ident/ident.h"
#include "ident/wedge.h"

#define LINE_LIMIT (1u << 16)	/* no symbol holds as much */

static const char *opt_scheme, *opt_epc, *opt_link, *opt_append;

const struct cmd_opt serial_parse_opts[] = {
	{ "scheme", 's', "NAME", &opt_scheme, "what each line must be (found out)" },
	{ "epc", 0, NULL, &opt_epc, "add the EPC URN of GS1 keys: 'gcp' in mk.conf" },
	{ "link", 0, "BASE", &opt_link, "add the Digital Link of GS1 keys under this URL" },
	{0}
};
const struct cmd_opt serial_check_opts[] = {
	{ "append", 'a', NULL, &opt_append, "the values lack their check characters: add them" },
	{0}
};

/* ---- lines of a file or of standard input ---- */

struct lines {
	int fd;
	const char *name;
	struct mk_buf buf;
	size_t head;
	long line;
	bool eof;
};

/* The next line without its LF, the last one with or without: 1, 0 at the end. What
 * was put is flushed before a read that may block. */
static int
next_line(struct cmd *c, struct lines *l, const char **s, size_t *n)
{
	const char *lf;
	ssize_t got;

	for (;;) {
		size_t left = l->buf.n - l->head;

		lf = left == 0 ? NULL : memchr(l->buf.p + l->head, '\n', left);
		if (lf != NULL || (l->eof && left > 0)) {
			*s = l->buf.p + l->head;
			*n = lf == NULL ? left : (size_t)(lf - *s);
			l->head += *n + (lf != NULL);
			l->line++;
			return 1;
		}
		if (l->eof)
			return 0;
		if (left > LINE_LIMIT)
			return mk_err(&c->err, MK_ESYNTAX, "%s:%ld: a line over %u bytes", l->name,
				l->line + 1, LINE_LIMIT);
		if (left > 0)
			memmove(l->buf.p, l->buf.p + l->head, left);
		l->buf.n = left;
		l->head = 0;
		if (cmd_flush(c) == -1 || mk_buf_grow(&l->buf, 4096, &c->err) == -1)
			return -1;
		if ((got = mk_io_read(l->fd, l->buf.p + left, l->buf.cap - left)) == -1)
			return mk_err_sys(&c->err, MK_EIO, "%s", l->name);
		l->buf.n += (size_t)got;
		l->eof = got == 0;
	}
}

typedef int each_line(struct cmd *c, void *arg, const struct lines *l, const char *s, size_t n);

static int
over_lines(struct cmd *c, const char *file, each_line *each, void *arg)
{
	struct lines l = { .fd = STDIN_FILENO, .name = "stdin" };
	const char *s;
	size_t n;
	int r;

	if (file != NULL && strcmp(file, "-") != 0) {
		l.name = file;
		if ((l.fd = open(file, O_RDONLY | O_CLOEXEC)) == -1)
			return mk_err_sys(&c->err, errno == ENOENT ? MK_EUSAGE : MK_EIO,
				"%s: cannot open", file);
	}
	while ((r = next_line(c, &l, &s, &n)) == 1)
		if (each(c, arg, &l, s, n) == -1) {
			r = -1;
			break;
		}
	mk_buf_clear(&l.buf);
	if (l.fd != STDIN_FILENO)
		(void)close(l.fd);
	return r;
}

/* ---- parse ---- */

struct parsing {
	struct mk_gs1 *gs1;
	int scheme;		/* -1: found out */
	struct mk_rec rec;
	struct mk_buf payload, form, maybe;
	char aim[3];
};

static int
put_text(struct cmd *c, struct parsing *p, const char *key, const char *val)
{
	return mk_rec_set(&p->rec, key, val, strlen(val), &c->err);
}

static bool
structured(enum mk_scheme scheme)
{
	return scheme != MK_SCHEME_PLAIN && scheme != MK_SCHEME_THING && scheme != MK_SCHEME_SEMI;
}

/* Whether the line makes sense when it was typed on another keyboard: that one's
 * name, with the form it would have in p->maybe. */
static int
keyboard(struct cmd *c, struct parsing *p, const char *s, size_t n, const char **name)
{
	struct mk_buf typed = {0}, payload = {0};
	enum mk_scheme found;
	struct mk_err why;
	size_t at;
	char aim[3];
	int i, r = 0;

	for (i = 0; r == 0 && (*name = mk_wedge_keyboard(i)) != NULL; i++) {
		typed.n = payload.n = p->maybe.n = 0;
		if ((r = mk_wedge_retype(i, s, n, &typed, &c->err)) != 1)
			continue;
		if (mk_wedge_clean(typed.p, typed.n, &payload, aim, &c->err) == -1) {
			r = -1;
			break;
		}
		r = mk_ident_parse(p->gs1, p->scheme, mk_wedge_gs1(aim), payload.p, payload.n,
			&p->maybe, &found, &at, &why);
		if (r == -1 && found == MK_SCHEME_GS1)	/* keyboards often swallow GS, too */
			r = mk_gs1_lost(p->gs1, false, payload.p, payload.n, &p->maybe, &why);
		r = r > 0 && structured(found);
		if (r == 1)
			break;
	}
	mk_buf_clear(&typed);
	mk_buf_clear(&payload);
	return r;
}

/* Fields and a message for a line that is wrong, as c->err says. */
static int
tell(struct cmd *c, struct parsing *p, const struct lines *l, const char *reason, size_t at)
{
	struct mk_err why = c->err;

	if (mk_rec_set(&p->rec, "code", p->payload.p, p->payload.n, &c->err) == -1 ||
	    put_text(c, p, "parse_result", "fail") == -1 ||
	    put_text(c, p, "parse_reason", reason) == -1 ||
	    mk_rec_setf(&p->rec, &c->err, "parse_at", "%zu", at + 1) == -1 ||
	    put_text(c, p, "parse_text", why.msg) == -1 ||
	    (p->maybe.n > 0 && mk_rec_set(&p->rec, "parse_maybe", p->maybe.p, p->maybe.n,
	    &c->err) == -1))
		return -1;
	cmd_warn(c, "%s:%ld: %s", l->name, l->line, why.msg);
	cmd_status(c, CMD_FAILED);
	return cmd_put(c, &p->rec);
}

static int
tell_keyboard(struct cmd *c, struct parsing *p, const struct lines *l, const char *name)
{
	mk_err(&c->err, MK_EDATA, "typed through a keyboard set to '%s': set the scanner, or the "
		"host, to the other's country", name);
	if (strcmp(name, "caps") == 0)
		mk_err(&c->err, MK_EDATA, "small and capital letters are swapped: Caps Lock is on");
	if (put_text(c, p, "parse_keyboard", name) == -1)
		return -1;
	return tell(c, p, l, "keyboard", 0);
}

static int
wrong(struct cmd *c, struct parsing *p, const struct lines *l, const char *s, size_t n,
	enum mk_scheme found, size_t at)
{
	struct mk_err why = c->err;
	const char *name;
	int r;

	if (put_text(c, p, "scheme", mk_scheme_name(found)) == -1)
		return -1;
	p->maybe.n = 0;
	r = found != MK_SCHEME_GS1 ? 0 : mk_gs1_lost(p->gs1, false, p->payload.p, p->payload.n,
		&p->maybe, &c->err);
	if (r > 0) {
		mk_err(&c->err, MK_EDATA, "a separator (GS) was lost: set the scanner to send it");
		return tell(c, p, l, "lost_separator", at);
	}
	if (r == 0)
		r = keyboard(c, p, s, n, &name);
	if (r == 1)
		return tell_keyboard(c, p, l, name);
	c->err = why;
	p->maybe.n = 0;
	return r == -1 ? -1 : tell(c, p, l, "malformed", at);
}

/* What is said in other ways: EPC and Digital Link, and how it might be meant. */
static int
add_more(struct cmd *c, struct parsing *p)
{
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX];
	struct mk_buf text = {0}, out = {0};
	struct mk_err why;
	int n = mk_gs1_parse(p->gs1, p->form.p, p->form.n, &text, el, &c->err), r = n == -1 ? -1 : 0;

	if (r == 0 && opt_epc != NULL) {
		r = mk_gs1_epc(el, n, c->conf.gcp, c->conf.ngcp, &out, &c->err);
		if (r == 1)
			r = mk_rec_set(&p->rec, "epc", out.p, out.n, &c->err);
	}
	out.n = 0;
	if (r == 0 && opt_link != NULL && mk_gs1_link(p->gs1, el, n, opt_link, &out, &why) == 0)
		r = mk_rec_set(&p->rec, "link", out.p, out.n, &c->err);
	mk_buf_clear(&text);
	mk_buf_clear(&out);
	return r;
}

static int
right(struct cmd *c, struct parsing *p, enum mk_scheme found)
{
	bool plain = memchr(p->payload.p, MK_GS1_GS, p->payload.n) == NULL &&
		!mk_gs1_bracketed(p->payload.p, p->payload.n);

	if (put_text(c, p, "scheme", mk_scheme_name(found)) == -1 ||
	    mk_ident_set(&p->rec, found, p->gs1, p->form.p, p->form.n, &c->err) == -1 ||
	    put_text(c, p, "parse_result", "ok") == -1)
		return -1;
	p->maybe.n = 0;
	if (found == MK_SCHEME_GS1 && plain && mk_gs1_lost(p->gs1, true, p->payload.p, p->payload.n,
	    &p->maybe, &c->err) == -1)
		return -1;
	if (p->maybe.n > 0 && mk_rec_set(&p->rec, "parse_maybe", p->maybe.p, p->maybe.n,
	    &c->err) == -1)
		return -1;
	if (found == MK_SCHEME_GS1 && add_more(c, p) == -1)
		return -1;
	return cmd_put(c, &p->rec);
}

static int
parse_line(struct cmd *c, void *arg, const struct lines *l, const char *s, size_t n)
{
	struct parsing *p = arg;
	enum mk_scheme found = MK_SCHEME_PLAIN;
	const char *name;
	size_t at = 0;
	int r;

	p->payload.n = p->form.n = p->maybe.n = 0;
	mk_rec_reset(&p->rec);
	if (mk_wedge_clean(s, n, &p->payload, p->aim, &c->err) == -1)
		return -1;
	if (p->payload.n == 0)	/* what a scanner that sends CR LF CR LF leaves */
		return 0;
	if (*p->aim != '\0' && put_text(c, p, "aim", p->aim) == -1)
		return -1;
	r = mk_ident_parse(p->gs1, p->scheme, mk_wedge_gs1(p->aim), p->payload.p, p->payload.n,
		&p->form, &found, &at, &c->err);
	if (r == 0)
		r = mk_err(&c->err, MK_EDATA, "it is no %s", mk_scheme_name(found));
	if (r == -1)
		return c->err.code != MK_EDATA ? -1 : wrong(c, p, l, s, n, found, at);
	if (found == MK_SCHEME_PLAIN && p->scheme == -1) {
		if ((r = keyboard(c, p, s, n, &name)) == -1)
			return -1;
		if (r == 1)
			return put_text(c, p, "scheme", "plain") == -1 ? -1 :
				tell_keyboard(c, p, l, name);
	}
	return right(c, p, found);
}

int
serial_parse(struct cmd *c)
{
	struct parsing p = { .scheme = -1 };
	int r;

	if (c->narg > 1)
		return cmd_usage(c, "parse takes one file");
	if (opt_scheme != NULL && (p.scheme = mk_scheme_find(opt_scheme)) == -1)
		return cmd_usage(c, "scheme '%s' is not known: plain, gs1, iso15434, aiag, iuid, hibc, "
			"link, semi and thing are", opt_scheme);
	if (opt_epc != NULL && c->conf.ngcp == 0)
		return mk_err(&c->err, MK_ECONF, "--epc needs the company's prefixes: write 'gcp "
			"PREFIX' in mk.conf");
	r = mk_gs1_load(&p.gs1, NULL, &c->err);
	if (r == 0)
		r = over_lines(c, c->narg == 1 ? c->arg[0] : NULL, parse_line, &p);
	mk_gs1_free(p.gs1);
	mk_rec_clear(&p.rec);
	mk_buf_clear(&p.payload);
	mk_buf_clear(&p.form);
	mk_buf_clear(&p.maybe);
	return r;
}

/* ---- check ---- */

struct checking {
	int alg;
	struct mk_rec rec;
	struct mk_buf out;
};

static int
append(struct cmd *c, struct checking *k, const char *s, size_t n)
{
	if (mk_check_complete(k->alg, s, n, &k->out, &c->err) == -1)
		return -1;
	if (mk_rec_set(&k->rec, "value", k->out.p, k->out.n, &c->err) == -1)
		return -1;
	k->out.n = 0;
	return mk_check_append(k->alg, s, n, &k->out, &c->err) == -1 ? -1 :
		mk_rec_set(&k->rec, "chars", k->out.p, k->out.n, &c->err);
}

static int
verify(struct cmd *c, struct checking *k, const char *s, size_t n)
{
	int r = mk_check_verify(k->alg, s, n, &k->out, &c->err);

	if (r == -1 || mk_rec_set(&k->rec, "value", s, n, &c->err) == -1 ||
	    mk_rec_set(&k->rec, "valid", r == 1 ? "yes" : "no", r == 1 ? 3 : 2, &c->err) == -1)
		return -1;
	if (r == 1)
		return 0;
	cmd_status(c, CMD_FAILED);
	return mk_rec_set(&k->rec, "chars", k->out.p, k->out.n, &c->err);
}

static int
check_value(struct cmd *c, struct checking *k, const char *s, size_t n)
{
	mk_rec_reset(&k->rec);
	k->out.n = 0;
	if ((opt_append != NULL ? append(c, k, s, n) : verify(c, k, s, n)) == -1)
		return mk_err_at(&c->err, "'%.*s'", (int)(n > 60 ? 60 : n), s);
	return cmd_put(c, &k->rec);
}

static int
check_line(struct cmd *c, void *arg, const struct lines *l, const char *s, size_t n)
{
	if (n > 0 && s[n - 1] == '\r')
		n--;
	return check_value(c, arg, s, n) == -1 ? mk_err_at(&c->err, "%s:%ld", l->name, l->line) : 0;
}

static int
unknown(struct cmd *c)
{
	struct mk_buf names = {0};
	int i, r = 0;

	for (i = 0; r == 0 && mk_check_name(i) != NULL; i++)
		r = mk_buf_addf(&names, &c->err, "%s%s", i == 0 ? "" : " ", mk_check_name(i));
	if (r == 0 && mk_buf_str(&names, &c->err) != NULL)
		mk_err(&c->err, MK_EUSAGE, "check needs an algorithm: one of %s", names.p);
	mk_buf_clear(&names);
	return -1;
}

int
serial_check(struct cmd *c)
{
	struct checking k = { .alg = -1 };
	size_t i;
	int r = 0;

	if (c->narg == 0 || (k.alg = mk_check_find(c->arg[0])) == -1)
		return unknown(c);
	for (i = 1; r == 0 && i < c->narg; i++)
		r = check_value(c, &k, c->arg[i], strlen(c->arg[i]));
	if (c->narg == 1)
		r = over_lines(c, NULL, check_line, &k);
	mk_rec_clear(&k.rec);
	mk_buf_clear(&k.out);
	return r;
}
