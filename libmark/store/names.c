/* What items are called: ids, other names, endings. */
#include <string.h>

#include "store/ahead.h"

#define TAIL MK_TAIL

void
mk_item_tail(const char *name, size_t n, char out[TAIL])
{
	const char *p = name + (n > TAIL ? n - TAIL : 0);
	size_t len;

	while (p < name + n && ((unsigned char)*p & 0xc0) == 0x80)
		p++;
	len = (size_t)(name + n - p);
	memset(out, ' ', TAIL - len);
	memcpy(out + TAIL - len, p, len);
}

int
mk_name_fits(const char *what, size_t n, struct mk_err *e)
{
	return n <= MK_NAME_MAX ? 0 : mk_err(e, MK_EDATA, "%s of %zu bytes: more than %d cannot be looked "
		"for: shorten it", what, n, MK_NAME_MAX);
}

static int
find_item(struct mk_store *st, const char *name, size_t n, int64_t *id, struct mk_err *e)
{
	return mk_db_value(st->db, id, e, "SELECT id FROM item WHERE name = ?", "t", name, n);
}

int
mk_item_id(struct mk_store *st, const char *name, size_t n, bool make, int64_t *id,
	struct mk_err *e)
{
	char tail[TAIL];
	int r;

	if ((r = mk_ahead_item(st, name, n, id)) != 0)
		return r;
	/* after a new item comes a new one most of the time: one statement, not two */
	if (!make || !st->made_one || n > MK_NAME_MAX) {
		r = find_item(st, name, n, id, e);
		if (r != 0 || !make)
			return r;
	}
	if (mk_name_fits("a part's name", n, e) == -1)
		return -1;
	mk_item_tail(name, n, tail);
	r = mk_db_make(st->db, id, e, "INSERT INTO item(name, tail) VALUES(?, ?) "
		"ON CONFLICT(name) DO NOTHING", "tt", name, n, tail, (size_t)TAIL);
	if (r == -1)
		return -1;
	st->made_one = r == 1;
	if (r == 1)
		mk_ahead_learn(st, name, n, *id);
	return r == 1 ? 2 : find_item(st, name, n, id, e);
}

struct naming {
	mk_ask_item_each *each;
	void *arg;
};

static int
named(void *arg, struct mk_rows *rows, struct mk_err *e)
{
	const struct naming *g = arg;
	size_t n;
	const char *s = mk_rows_text(rows, 1, &n);

	return g->each(g->arg, mk_rows_int(rows, 0), s, n, e);
}

int
mk_item_names(struct mk_store *st, const int64_t *item, size_t n, mk_ask_item_each *each,
	void *arg, struct mk_err *e)
{
	struct naming g = { each, arg };

	return mk_db_each(st->db, "SELECT id, name FROM item WHERE id = ? ORDER BY id", item, n, named,
		&g, e);
}

int
mk_item_name(const struct mk_rec *rec, struct mk_buf *out, struct mk_err *e)
{
	const struct mk_field *f = mk_rec_get(rec, "id");

	if (f != NULL && f->vlen > 0)
		return mk_buf_add(out, f->val, f->vlen, e);
	if ((f = mk_rec_get(rec, "arrival")) == NULL || f->vlen == 0)
		return mk_err(e, MK_EDATA, "neither id nor arrival: a part without a name cannot "
			"be stored");
	if (mk_buf_adds(out, "arrival:", e) == -1)
		return -1;
	return mk_buf_add(out, f->val, f->vlen, e);
}

int
mk_spell(const char *s, size_t n, struct mk_buf *out, struct mk_err *e)
{
	struct mk_buf line = {0};
	struct mk_rec rec = {0};
	struct mk_err no;
	size_t column;
	int r = -1;

	if (mk_buf_adds(&line, "a:", e) == -1 || mk_buf_add(&line, s, n, e) == -1)
		goto out;
	if (mk_rec_parse(&rec, line.p, line.n, &column, &no) == 0 && rec.n == 1)
		r = mk_buf_add(out, s, n, e);
	else
		r = mk_escape(out, s, n, e);
out:
	mk_rec_clear(&rec);
	mk_buf_clear(&line);
	return r;
}

int
mk_store_spell(const char *text, struct mk_buf *out, struct mk_err *e)
{
	return mk_spell(text, strlen(text), out, e);
}

/* ---- which one is meant ---- */

struct meant {
	const char *arg;	/* as the user wrote it, for messages */
	struct mk_buf *name;	/* the one that was found */
	int found;
};

/* One more that could be meant. Nothing good comes after the second. */
static int
see(struct meant *m, const char *s, size_t n, struct mk_err *e)
{
	if (m->found > 0 && m->name->n == n && memcmp(m->name->p, s, n) == 0)
		return 0;
	if (++m->found > 1)
		return mk_err(e, MK_EDATA, "%s: several parts are meant, one of them %.*s: "
			"give more of its id", m->arg, (int)(n > 80 ? 80 : n), s);
	m->name->n = 0;
	return mk_buf_add(m->name, s, n, e);
}

static int
add_alias(void *arg, int64_t item, const char *name, size_t n, struct mk_err *e)
{
	(void)item;
	return see(arg, name, n, e);
}

static int
by_alias(struct mk_store *st, const char *val, size_t n, struct meant *m, struct mk_err *e)
{
	int64_t item[2];
	struct mk_rows rows;
	size_t k = 0;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT item FROM alias WHERE name = ? ORDER BY item "
	    "LIMIT 2", "t", val, n) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1)
			item[k++] = mk_rows_int(&rows, 0);
	mk_rows_done(&rows);
	return r == -1 ? -1 : mk_item_names(st, item, k, add_alias, m, e);
}

/* The names of the items with this tail that end in val. */
static int
with_tail(struct mk_store *st, const char *tail, size_t tn, const char *val, size_t n,
	struct meant *m, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t len;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT name FROM item WHERE tail = ?", "t", tail,
	    tn) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			s = mk_rows_text(&rows, 0, &len);
			if (len >= n && memcmp(s + len - n, val, n) == 0 &&
			    (r = see(m, s, len, e)) == -1)
				break;
		}
	mk_rows_done(&rows);
	return r;
}

/* The first tail from low on, into at: 1, 0 there is none, -1. */
static int
next_tail(struct mk_store *st, const char *low, size_t n, struct mk_buf *at, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t len;
	int r = -1;

	at->n = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT tail FROM item WHERE tail >= ? ORDER BY tail "
	    "LIMIT 1", "t", low, n) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &len);
		if (mk_buf_add(at, s, len, e) == -1)
			r = -1;
	}
	mk_rows_done(&rows);
	return r;
}

static int
add_char(struct mk_buf *b, uint32_t u, struct mk_err *e)
{
	const unsigned char c[] = { (unsigned char)(0xf0 | u >> 18), (unsigned char)(0x80 | (u >> 12 & 0x3f)),
		(unsigned char)(0x80 | (u >> 6 & 0x3f)), (unsigned char)(0x80 | (u & 0x3f)) };

	if (u < 0x80)
		return mk_buf_addc(b, (char)u, e);
	if (u < 0x800)
		return mk_buf_addc(b, (char)(0xc0 | u >> 6), e) == -1 ? -1 : mk_buf_add(b, c + 3, 1, e);
	if (u < 0x10000)
		return mk_buf_addc(b, (char)(0xe0 | u >> 12), e) == -1 ? -1 : mk_buf_add(b, c + 2, 2, e);
	return mk_buf_add(b, c, 4, e);
}

/* The bytes of UTF-8 are in the order of the characters; a server takes whole ones only. */
int
mk_text_behind(struct mk_buf *b, struct mk_err *e)
{
	uint32_t u;
	size_t i, k;

	for (; b->n > 0; b->n = i) {
		for (i = b->n - 1; i > 0 && ((unsigned char)b->p[i] & 0xc0) == 0x80; i--)
			;
		u = (unsigned char)b->p[i];
		u &= u < 0x80 ? 0x7f : u < 0xe0 ? 0x1f : u < 0xf0 ? 0x0f : 0x07;
		for (k = i + 1; k < b->n; k++)
			u = u << 6 | ((unsigned char)b->p[k] & 0x3f);
		if (u == 0x10ffff)
			continue;
		b->n = i;
		return add_char(b, u == 0xd7ff ? 0xe000 : u + 1, e) == -1 ? -1 : 1;
	}
	return 0;
}

/* Endings shorter than a tail: under each beginning that tails have, look whether
 * there is one that goes on with the ending. A line's numbers grow, so that there are
 * few beginnings; and the second hit ends it. */
static int
skip_along(struct mk_store *st, const char *val, size_t n, struct meant *m, struct mk_err *e)
{
	size_t head;
	struct mk_buf at = {0}, low = {0};
	int r, c;

	while ((r = next_tail(st, low.p, low.n, &at, e)) == 1 && at.n == TAIL) {
		head = TAIL - n;
		c = memcmp(at.p + head, val, n);
		if (c == 0 && with_tail(st, at.p, at.n, val, n, m, e) == -1) {
			r = -1;
			break;
		}
		while (head < TAIL && ((unsigned char)at.p[head] & 0xc0) == 0x80)
			head++;		/* a character that goes on there is behind val */
		low.n = 0;
		if (mk_buf_add(&low, at.p, head, e) == -1 ||
		    (c < 0 && mk_buf_add(&low, val, n, e) == -1)) {
			r = -1;
			break;
		}
		if (c >= 0 && (r = mk_text_behind(&low, e)) != 1)
			break;
	}
	mk_buf_clear(&at);
	mk_buf_clear(&low);
	return r == -1 ? -1 : 0;
}

static int
by_ending(struct mk_store *st, const char *val, size_t n, struct meant *m, struct mk_err *e)
{
	char tail[TAIL];
	size_t i;

	if (n == 0)
		return 0;
	for (i = 0; i < n; i++)
		if (((unsigned char)val[i] & 0x80) != 0)
			return 0;	/* endings beyond ASCII are not looked for */
	if (n < TAIL)
		return skip_along(st, val, n, m, e);
	mk_item_tail(val, n, tail);
	return with_tail(st, tail, TAIL, val, n, m, e);
}

int
mk_store_resolve(struct mk_store *st, const char *arg, struct mk_buf *name, struct mk_err *e)
{
	struct mk_buf val = {0};
	struct meant m = { arg, name, 0 };
	int64_t id;
	int r;

	if (mk_spell(arg, strlen(arg), &val, e) == -1)
		return -1;
	name->n = 0;
	r = mk_item_id(st, val.p, val.n, false, &id, e);
	if (r == 1)
		r = see(&m, val.p, val.n, e);
	if (r == 0 && m.found == 0)
		r = by_alias(st, val.p, val.n, &m, e);
	/* a scanner may put an AIM identifier such as ]d2 before the code */
	if (r == 0 && m.found == 0 && val.n > 3 && val.p[0] == ']') {
		r = mk_item_id(st, val.p + 3, val.n - 3, false, &id, e);
		r = r == 1 ? see(&m, val.p + 3, val.n - 3, e) :
			r == 0 ? by_alias(st, val.p + 3, val.n - 3, &m, e) : r;
	}
	if (r == 0 && m.found == 0)
		r = by_ending(st, val.p, val.n, &m, e);
	mk_buf_clear(&val);
	return r == -1 ? -1 : m.found > 0;
}
