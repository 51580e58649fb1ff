/* Records from and to file descriptors. */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/rec.h"

void
mk_rdr_init(struct mk_rdr *r, int fd, const char *name)
{
	memset(r, 0, sizeof *r);
	r->fd = fd;
	r->name = name;
}

void
mk_rdr_clear(struct mk_rdr *r)
{
	free(r->buf);
	r->buf = NULL;
	r->cap = r->head = r->tail = r->scanned = 0;
}

bool
mk_rdr_ready(const struct mk_rdr *r)
{
	return r->eof || (r->tail > r->head &&
		memchr(r->buf + r->head, '\n', r->tail - r->head) != NULL);
}

/* Read more behind what is there. 0 at end of file, 1, -1. */
static int
fill(struct mk_rdr *r, struct mk_err *e)
{
	size_t have = r->tail - r->head, cap = r->cap;
	ssize_t got;
	char *p;

	if (r->head > 0) {
		memmove(r->buf, r->buf + r->head, have);
		r->head = 0;
		r->tail = have;
	}
	if (have == cap) {
		cap = cap == 0 ? 256u << 10 : cap * 2;
		if ((p = realloc(r->buf, cap)) == NULL)
			return mk_err_nomem(e);
		r->buf = p;
		r->cap = cap;
	}
	if (r->tie != NULL && r->tie(r->tie_arg, e) == -1)
		return -1;
	got = mk_io_read(r->fd, r->buf + r->tail, r->cap - r->tail);
	if (got == -1)
		return mk_err_sys(e, MK_EIO, "%s: cannot read", r->name);
	if (got == 0)
		r->eof = true;
	r->tail += (size_t)got;
	return got > 0;
}

int
mk_rec_read(struct mk_rdr *r, struct mk_rec *rec, struct mk_err *e)
{
	size_t column = 1, n;
	char *lf = NULL;
	int got;

	mk_rec_reset(rec);
	for (;;) {
		n = r->tail - r->head;
		if (n > r->scanned)
			lf = memchr(r->buf + r->head + r->scanned, '\n', n - r->scanned);
		if (lf != NULL)
			break;
		r->scanned = n;
		if (n >= MK_REC_MAX)
			return mk_err(e, MK_ESYNTAX, "%s:%ld: a line over 16 MiB: no record is "
				"that long, is this a record stream?", r->name, r->lineno + 1);
		if (r->eof || (got = fill(r, e)) == 0) {
			if (n == 0)
				return 0;
			return mk_err(e, MK_ESYNTAX, "%s:%ld:%zu: the last line does not end: "
				"the tool before this one was cut short", r->name,
				r->lineno + 1, n + 1);
		}
		if (got == -1)
			return -1;
	}
	r->scanned = 0;
	r->lineno++;
	n = (size_t)(lf - (r->buf + r->head));
	if (mk_rec_parse(rec, r->buf + r->head, n, &column, e) == -1)
		return e->code != MK_ESYNTAX ? -1 :
			mk_err_at(e, "%s:%ld:%zu", r->name, r->lineno, column);
	r->head += n + 1;
	return 1;
}

void
mk_wtr_init(struct mk_wtr *w, int fd, const char *name)
{
	memset(w, 0, sizeof *w);
	w->fd = fd;
	w->name = name;
}

void
mk_wtr_clear(struct mk_wtr *w)
{
	mk_buf_clear(&w->buf);
}

int
mk_wtr_flush(struct mk_wtr *w, struct mk_err *e)
{
	size_t n = w->buf.n;

	w->buf.n = 0;	/* whatever happens: what failed once is not written again */
	return n == 0 ? 0 : mk_io_write(w->fd, w->buf.p, n, w->name, e);
}

int
mk_wtr_rec(struct mk_wtr *w, const struct mk_rec *rec, struct mk_err *e)
{
	size_t start = w->buf.n;
	int r;

	if (rec->n == 0)
		return mk_err(e, MK_EBUG, "%s: a record without fields", w->name);
	if (mk_rec_line(rec, &w->buf, e) == -1)
		return -1;
	r = mk_buf_addc(&w->buf, '\n', e);
	if (r == 0 && w->buf.n - start > MK_REC_MAX)
		r = mk_err(e, MK_EDATA, "%s: a record over 16 MiB", w->name);
	if (r == -1) {
		w->buf.n = start;
		return -1;
	}
	return w->buf.n >= 64u << 10 ? mk_wtr_flush(w, e) : 0;
}
