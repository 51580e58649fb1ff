#include "store/person.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "store/schema.h"

struct rows {
	struct mk_rec rec;
	struct mk_buf lines;	/* each ended by LF */
	struct mk_buf *columns;
	char (*key)[MK_KEY_MAX + 1];
};

/* A column's name as a key, other than the n there are. */
static void
key_of(const char *name, char (*key)[MK_KEY_MAX + 1], int n)
{
	char *k = key[n];
	size_t i, len = strlen(name);
	int same, try = 1;

	if (len > MK_KEY_MAX - 12)
		len = MK_KEY_MAX - 12;
	k[0] = 'c';
	for (i = 0; i < len; i++) {
		unsigned char u = (unsigned char)name[i];

		k[i] = (char)(u < 0x80 && isalnum(u) ? tolower(u) : '_');
	}
	k[len > 0 ? len : 1] = '\0';
	if (k[0] < 'a' || k[0] > 'z')
		k[0] = 'c';
	len = strlen(k);
	do {
		for (same = 0; same < n && strcmp(key[same], k) != 0; same++)
			;
		if (same < n)
			(void)snprintf(k + len, 12, "_%d", ++try);
	} while (same < n);
}

static int
on_row(void *arg, int n, const char *const *name, const char *const *val, const size_t *len,
	struct mk_err *e)
{
	struct rows *r = arg;
	int i;

	if (val == NULL) {
		for (i = 0; i < n; i++) {
			key_of(name[i], r->key, i);
			if (mk_buf_addf(r->columns, e, "%s%s", i > 0 ? "," : "", r->key[i]) == -1)
				return -1;
		}
		return 0;
	}
	mk_rec_reset(&r->rec);
	for (i = 0; i < n; i++)
		if (val[i] != NULL && mk_rec_set(&r->rec, r->key[i], val[i], len[i], e) == -1)
			return -1;
	if (r->rec.n == 0)	/* a row of NULLs */
		return 0;
	return mk_rec_line(&r->rec, &r->lines, e) == -1 ? -1 : mk_buf_addc(&r->lines, '\n', e);
}

int
mk_store_sql(struct mk_store *st, const char *sql, struct mk_buf *columns, mk_store_each *each,
	void *arg, struct mk_err *e)
{
	char key[256][MK_KEY_MAX + 1];
	struct rows r = { .columns = columns, .key = key };
	const char *p, *lf;
	size_t column, left;
	int got = mk_db_person(st->db, sql, on_row, &r, e);

	p = r.lines.p;
	left = r.lines.n;
	while (got == 0 && left > 0 && (lf = memchr(p, '\n', left)) != NULL) {
		got = mk_rec_parse(&r.rec, p, (size_t)(lf - p), &column, e);
		if (got == 0)
			got = each(arg, &r.rec, e);
		left -= (size_t)(lf - p) + 1;
		p = lf + 1;
	}
	mk_rec_clear(&r.rec);
	mk_buf_clear(&r.lines);
	return got;
}

static int
tables_of(struct mk_store *st, const char *part, struct mk_buf *text, struct mk_rec *rec,
	mk_store_each *each, void *arg, struct mk_err *e)
{
	const char *p, *end;
	int r;

	text->n = 0;
	if (mk_db_spell(st->db, part, text, e) == -1 || mk_buf_str(text, e) == NULL)
		return -1;
	for (p = text->p, r = 0; r == 0 && (end = strchr(p, ';')) != NULL; p = end + 1) {
		mk_rec_reset(rec);
		r = mk_rec_set(rec, "sql", p, (size_t)(end - p), e);
		if (r == 0)
			r = each(arg, rec, e);
	}
	return r;
}

int
mk_store_tables(struct mk_store *st, mk_store_each *each, void *arg, struct mk_err *e)
{
	struct mk_buf text = {0};
	struct mk_rec rec = {0};
	int r = mk_schema_kind(st, e);

	if (r == 0)
		r = tables_of(st, mk_schema_kept, &text, &rec, each, arg, e);
	if (r == 0)
		r = tables_of(st, mk_schema_event, &text, &rec, each, arg, e);
	if (r == 0)
		r = tables_of(st, mk_schema_derived, &text, &rec, each, arg, e);
	if (r == 0)
		r = tables_of(st, mk_schema_pulled, &text, &rec, each, arg, e);
	mk_rec_clear(&rec);
	mk_buf_clear(&text);
	return r;
}
