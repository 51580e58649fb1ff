/* Output formats: ltsv, tsv, csv, json, table, html, dot (mk(7), OUTPUT). */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/format.h"
#include "base/io.h"

#define COLS_MAX 256
#define ROWS_WAIT 1000

enum format { LTSV, TSV, CSV, JSON, TABLE, HTML, DOT };

struct col {
	char *key;
	size_t width;
};

struct cmd_out {
	enum format format;
	struct mk_wtr w;
	struct col col[COLS_MAX];
	size_t ncol;
	bool fixed;		/* columns are not made from the records */
	bool asked;		/* they are those of --columns */
	bool said;		/* -o was given */
	bool started;		/* a header is out */
	bool page;		/* html: the page has begun */
	struct mk_buf rows;	/* table: cells, each ended by NUL; tsv, csv: records */
	size_t nrow;
};


static int
set_columns(struct cmd *c, const char *list)
{
	struct cmd_out *o = c->out;
	const char *p = list, *comma;

	for (; *p != '\0'; p = comma + (*comma == ',')) {
		comma = strchrnul(p, ',');
		if (!mk_key_ok(p, (size_t)(comma - p)))
			return cmd_usage(c, "--columns: '%.*s' is no field name",
				(int)(comma - p), p);
		if (o->ncol == COLS_MAX)
			return cmd_usage(c, "--columns: more than %d", COLS_MAX);
		o->col[o->ncol].key = strndup(p, (size_t)(comma - p));
		if (o->col[o->ncol].key == NULL)
			return mk_err_nomem(&c->err);
		o->col[o->ncol++].width = (size_t)(comma - p);
	}
	o->fixed = true;
	return 0;
}

int
cmd_out_open(struct cmd *c, const char *format, const char *columns)
{
	static const char *const names[] = { "ltsv", "tsv", "csv", "json", "table", "html", "dot" };
	const size_t known = (c->verb->flags & CMD_DOT) != 0 ? 7 : 6;
	struct cmd_out *o = calloc(1, sizeof *o);
	size_t i;

	if (o == NULL)
		return mk_err_nomem(&c->err);
	c->out = o;
	mk_wtr_init(&o->w, STDOUT_FILENO, "standard output");
	o->format = isatty(STDOUT_FILENO) ? TABLE : LTSV;
	for (i = 0; format != NULL && i < known && strcmp(format, names[i]) != 0; i++)
		;
	if (format != NULL && i == known)
		return cmd_usage(c, "-o %s: no such format", format);
	if (format != NULL)
		o->format = (enum format)i;
	o->asked = columns != NULL;
	o->said = format != NULL;
	if (columns == NULL && (o->format == TABLE || o->format == HTML))
		columns = c->verb->columns;
	return columns == NULL ? 0 : set_columns(c, columns);
}

/* Take the first record's keys as columns, or check that rec has no others. */
static int
infer_columns(struct cmd *c, const struct mk_rec *rec, bool *fits)
{
	struct cmd_out *o = c->out;
	size_t i, k;

	*fits = true;
	if (o->fixed)
		return 0;
	if (o->ncol == 0) {
		for (i = 0; i < rec->n && i < COLS_MAX; i++) {
			o->col[i].key = strndup(rec->f[i].key, rec->f[i].klen);
			if (o->col[i].key == NULL)
				return mk_err_nomem(&c->err);
			o->col[i].width = rec->f[i].klen;
			o->ncol++;
		}
		return 0;
	}
	for (i = 0; i < rec->n; i++) {
		for (k = 0; k < o->ncol; k++)
			if (strlen(o->col[k].key) == rec->f[i].klen &&
			    memcmp(o->col[k].key, rec->f[i].key, rec->f[i].klen) == 0)
				break;
		*fits = *fits && k < o->ncol;
	}
	return 0;
}

static void
drop_columns(struct cmd_out *o)
{
	size_t i;

	for (i = 0; i < o->ncol; i++)
		free(o->col[i].key);
	o->ncol = 0;
}

/* ---- tsv, csv: a header, then rows of the same fields. Without --columns the first rows
 * wait, as they do for a table, so that the header has the fields of all of them. ---- */

static int
add_columns(struct cmd *c, const struct mk_rec *rec)
{
	struct cmd_out *o = c->out;
	size_t i, k;

	for (i = 0; i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];

		for (k = 0; k < o->ncol; k++)
			if (strlen(o->col[k].key) == f->klen && memcmp(o->col[k].key, f->key, f->klen) == 0)
				break;
		if (k < o->ncol)
			continue;
		if (o->started || k == COLS_MAX)
			return mk_err(&c->err, MK_EDATA, "%s: a record has fields that the header, made "
				"from the first %d, lacks: say --columns KEY,...",
				o->format == TSV ? "tsv" : "csv", ROWS_WAIT);
		if ((o->col[k].key = strndup(f->key, f->klen)) == NULL)
			return mk_err_nomem(&c->err);
		o->ncol++;
	}
	return 0;
}

static int
put_row(struct cmd *c, const struct mk_rec *rec)
{
	struct cmd_out *o = c->out;
	struct mk_buf *b = &o->w.buf;
	const char by = o->format == TSV ? '\t' : ',';
	size_t i;

	for (i = 0; i < o->ncol; i++) {
		const struct mk_field *f = mk_rec_get(rec, o->col[i].key);

		if ((i > 0 && mk_buf_addc(b, by, &c->err) == -1) ||
		    (o->format == TSV ? cmd_tsv_value(b, f, &c->err) :
		    cmd_csv_value(b, f, &c->err)) == -1)
			return -1;
	}
	return mk_buf_adds(b, o->format == TSV ? "\n" : "\r\n", &c->err);
}

static int
rows_header(struct cmd *c)
{
	struct cmd_out *o = c->out;
	struct mk_buf *b = &o->w.buf;
	size_t i;

	if (o->started)
		return 0;
	o->started = true;
	for (i = 0; i < o->ncol; i++)
		if ((i > 0 && mk_buf_addc(b, o->format == TSV ? '\t' : ',', &c->err) == -1) ||
		    mk_buf_adds(b, o->col[i].key, &c->err) == -1)
			return -1;
	return mk_buf_adds(b, o->format == TSV ? "\n" : "\r\n", &c->err);
}

static int
rows_flush(struct cmd *c)
{
	struct cmd_out *o = c->out;
	const char *p = o->rows.p, *lf, *end = p + o->rows.n;
	struct mk_rec rec = {0};
	size_t column;
	int r = 0;

	if (o->nrow > 0)
		r = rows_header(c);
	for (; r == 0 && o->nrow > 0; o->nrow--, p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		r = mk_rec_parse(&rec, p, (size_t)(lf - p), &column, &c->err);
		if (r == 0)
			r = put_row(c, &rec);
	}
	o->rows.n = o->nrow = 0;
	mk_rec_clear(&rec);
	return r;
}

static int
put_rows(struct cmd *c, const struct mk_rec *rec)
{
	struct cmd_out *o = c->out;

	if (!o->fixed && add_columns(c, rec) == -1)
		return -1;
	if (o->fixed || o->started)
		return rows_header(c) == -1 ? -1 : put_row(c, rec);
	if (mk_rec_line(rec, &o->rows, &c->err) == -1 || mk_buf_addc(&o->rows, '\n', &c->err) == -1)
		return -1;
	return ++o->nrow < ROWS_WAIT ? 0 : rows_flush(c);
}

/* ---- html: a page by itself, without scripts ---- */

static const char html_head[] = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
	"<title>%s %s</title>\n<style>body{font-family:sans-serif}"
	"table{border-collapse:collapse;margin:1em 0}"
	"th,td{border:1px solid #999;padding:.2em .6em;text-align:left;white-space:pre-wrap}"
	"th{background:#eee}</style>"
	"</head><body>\n";

static int
html_start(struct cmd *c)
{
	struct cmd_out *o = c->out;

	if (o->page)
		return 0;
	o->page = true;
	return mk_buf_addf(&o->w.buf, &c->err, html_head, c->tool->name,
		c->verb->name == NULL ? "" : c->verb->name);
}

static int
html_end_table(struct cmd *c)
{
	if (!c->out->started)
		return 0;
	c->out->started = false;
	return mk_buf_adds(&c->out->w.buf, "</table>\n", &c->err);
}

static int
put_html(struct cmd *c, const struct mk_rec *rec)
{
	struct cmd_out *o = c->out;
	struct mk_buf *b = &o->w.buf;
	const struct mk_field *f;
	bool fits;
	size_t i;

	if (html_start(c) == -1 || infer_columns(c, rec, &fits) == -1)
		return -1;
	if (!fits) {	/* other fields: another table */
		drop_columns(o);
		if (html_end_table(c) == -1 || infer_columns(c, rec, &fits) == -1)
			return -1;
	}
	if (!o->started) {
		if (mk_buf_adds(b, "<table>\n<tr>", &c->err) == -1)
			return -1;
		for (i = 0; i < o->ncol; i++)
			if (mk_buf_addf(b, &c->err, "<th>%s</th>", o->col[i].key) == -1)
				return -1;
		if (mk_buf_adds(b, "</tr>\n", &c->err) == -1)
			return -1;
		o->started = true;
	}
	if (mk_buf_adds(b, "<tr>", &c->err) == -1)
		return -1;
	for (i = 0; i < o->ncol; i++) {
		f = mk_rec_get(rec, o->col[i].key);
		if (mk_buf_adds(b, "<td>", &c->err) == -1 ||
		    (f != NULL && cmd_html_text(b, f->val, f->vlen, &c->err) == -1) ||
		    mk_buf_adds(b, "</td>", &c->err) == -1)
			return -1;
	}
	return mk_buf_adds(b, "</tr>\n", &c->err);
}

/* Plain lines between the tables. */
static int
html_lines(struct cmd *c, const char *s, size_t n)
{
	struct mk_buf *b = &c->out->w.buf;

	if (html_start(c) == -1 || html_end_table(c) == -1 ||
	    mk_buf_adds(b, "<pre>", &c->err) == -1 || cmd_html_text(b, s, n, &c->err) == -1)
		return -1;
	return mk_buf_adds(b, "</pre>\n", &c->err);
}

/* ---- json: one object a line ---- */

static int
put_json(struct cmd *c, const struct mk_rec *rec)
{
	struct cmd_out *o = c->out;
	struct mk_buf *b = &o->w.buf;
	const struct mk_field *f;
	size_t i, n = o->fixed ? o->ncol : rec->n;
	bool first = true;

	if (mk_buf_addc(b, '{', &c->err) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		f = o->fixed ? mk_rec_get(rec, o->col[i].key) : &rec->f[i];
		if (f == NULL)
			continue;
		if (cmd_json_field(b, f, first, &c->err) == -1)
			return -1;
		first = false;
	}
	return mk_buf_adds(b, "}\n", &c->err);
}

/* ---- table: rows wait for a flush, so that columns can be as wide as needed ---- */

static size_t
width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static int
table_line(struct cmd_out *o, const char *const *cell, struct mk_err *e)
{
	struct mk_buf *b = &o->w.buf;
	size_t i, n = o->ncol;

	while (n > 0 && *cell[n - 1] == '\0')	/* no blanks at the end of a row */
		n--;
	for (i = 0; i < n; i++) {
		if (mk_buf_adds(b, cell[i], e) == -1)
			return -1;
		if (i + 1 < n && mk_buf_addf(b, e, "%*s",
		    (int)(o->col[i].width - width(cell[i]) + 2), "") == -1)
			return -1;
	}
	return mk_buf_addc(b, '\n', e);
}

static int
table_flush(struct cmd *c)
{
	struct cmd_out *o = c->out;
	const char *cell[COLS_MAX], *p = o->rows.p;
	size_t r, i;

	if (o->nrow == 0)
		return 0;
	for (i = 0; i < o->ncol; i++)
		cell[i] = o->col[i].key;
	if (!o->started && table_line(o, cell, &c->err) == -1)
		return -1;
	o->started = true;
	for (r = 0; r < o->nrow; r++) {
		for (i = 0; i < o->ncol; i++) {
			cell[i] = p;
			p += strlen(p) + 1;
		}
		if (table_line(o, cell, &c->err) == -1)
			return -1;
	}
	o->rows.n = o->nrow = 0;
	return 0;
}

static int
put_table(struct cmd *c, const struct mk_rec *rec)
{
	struct cmd_out *o = c->out;
	const struct mk_field *f;
	bool fits;
	size_t i, at;

	if (infer_columns(c, rec, &fits) == -1)
		return -1;
	if (!fits) {	/* other fields: another table under this one */
		if (table_flush(c) == -1)
			return -1;
		drop_columns(o);
		if (o->started && mk_buf_addc(&o->w.buf, '\n', &c->err) == -1)
			return -1;
		o->started = false;
		if (infer_columns(c, rec, &fits) == -1)
			return -1;
	}
	for (i = 0; i < o->ncol; i++) {
		at = o->rows.n;
		f = mk_rec_get(rec, o->col[i].key);
		if ((f != NULL && mk_buf_add(&o->rows, f->val, f->vlen, &c->err) == -1) ||
		    mk_buf_addc(&o->rows, '\0', &c->err) == -1)
			return -1;
		if (width(o->rows.p + at) > o->col[i].width)
			o->col[i].width = width(o->rows.p + at);
	}
	return ++o->nrow < ROWS_WAIT ? 0 : table_flush(c);
}

/* ---- */

/* Rows that wait go out. */
static int
wait_over(struct cmd *c)
{
	switch (c->out->format) {
	case TABLE:
		return table_flush(c);
	case TSV:
	case CSV:
		return rows_flush(c);
	default:
		return 0;
	}
}

static int
put_ltsv(struct cmd *c, const struct mk_rec *rec)
{
	struct cmd_out *o = c->out;
	struct mk_buf *b = &o->w.buf;
	const struct mk_field *f;
	bool first = true;
	size_t i;

	if (!o->fixed)
		return mk_wtr_rec(&o->w, rec, &c->err);
	for (i = 0; i < o->ncol; i++) {
		if ((f = mk_rec_get(rec, o->col[i].key)) == NULL)
			continue;
		if ((!first && mk_buf_addc(b, '\t', &c->err) == -1) ||
		    mk_buf_addf(b, &c->err, "%s:", o->col[i].key) == -1 ||
		    mk_buf_add(b, f->val, f->vlen, &c->err) == -1)
			return -1;
		first = false;
	}
	return first ? 0 : mk_buf_addc(b, '\n', &c->err);
}

int
cmd_put(struct cmd *c, const struct mk_rec *rec)
{
	switch (c->out->format) {
	case LTSV:
		return put_ltsv(c, rec);
	case TSV:
	case CSV:
		if (put_rows(c, rec) == -1)
			return -1;
		break;
	case HTML:
		if (put_html(c, rec) == -1)
			return -1;
		break;
	case JSON:
		if (put_json(c, rec) == -1)
			return -1;
		break;
	case TABLE:
		return put_table(c, rec);
	case DOT:
		return mk_err(&c->err, MK_EBUG, "a record is no graph");
	}
	return c->out->w.buf.n >= 65536 ? mk_wtr_flush(&c->out->w, &c->err) : 0;
}

int
cmd_puts(struct cmd *c, const char *fmt, ...)
{
	struct mk_buf text = {0};
	va_list ap;
	int r;

	if (wait_over(c) == -1)
		return -1;
	va_start(ap, fmt);
	r = mk_buf_vaddf(c->out->format == HTML ? &text : &c->out->w.buf, &c->err, fmt, ap);
	va_end(ap);
	if (r == 0 && c->out->format == HTML)
		r = html_lines(c, text.p, text.n);
	mk_buf_clear(&text);
	return r;
}

bool
cmd_is_table(const struct cmd *c)
{
	return c->out->format == TABLE || c->out->format == HTML;
}

bool
cmd_is_lines(const struct cmd *c)
{
	return !c->out->said && !c->out->asked;
}

bool
cmd_is_rows(const struct cmd *c)
{
	return c->out->format == CSV || c->out->format == TSV;
}

bool
cmd_is_dot(const struct cmd *c)
{
	return c->out->format == DOT;
}

int
cmd_flush(struct cmd *c)
{
	if (wait_over(c) == -1)
		return -1;
	return mk_wtr_flush(&c->out->w, &c->err);
}

int
cmd_columns(struct cmd *c, const char *list)
{
	struct cmd_out *o = c->out;

	if (o->asked || o->format == LTSV || o->format == JSON || o->format == DOT)
		return 0;
	if (o->format == TABLE) {
		if (table_flush(c) == -1 ||
		    (o->started && mk_buf_addc(&o->w.buf, '\n', &c->err) == -1))
			return -1;
		o->started = false;
	} else if ((o->format == HTML ? html_end_table(c) : rows_flush(c)) == -1)
		return -1;
	drop_columns(o);
	return set_columns(c, list);
}

static int
html_finish(struct cmd *c)
{
	struct mk_buf *b = &c->out->w.buf;

	if (c->out->format != HTML || !c->out->page)
		return 0;
	return html_end_table(c) == -1 ? -1 : mk_buf_adds(b, "</body></html>\n", &c->err);
}

int
cmd_out_close(struct cmd *c)
{
	int r;

	if (c->out == NULL)
		return 0;
	/* after a broken pipe there is nobody to write to */
	r = c->err.code == MK_EPIPE ? 0 : html_finish(c) == -1 ? -1 : cmd_flush(c);
	drop_columns(c->out);
	mk_buf_clear(&c->out->rows);
	mk_wtr_clear(&c->out->w);
	free(c->out);
	c->out = NULL;
	return r;
}
