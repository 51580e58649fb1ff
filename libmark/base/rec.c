#include "base/rec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void
mk_rec_clear(struct mk_rec *rec)
{
	free(rec->f);
	mk_arena_clear(&rec->arena);
	memset(rec, 0, sizeof *rec);
}

void
mk_rec_reset(struct mk_rec *rec)
{
	rec->n = 0;
	rec->line = NULL;
	rec->len = 0;
	mk_arena_reset(&rec->arena);
}

static int
room(struct mk_rec *rec, struct mk_err *e)
{
	size_t cap = rec->cap == 0 ? 32 : rec->cap * 2;
	struct mk_field *f;

	if (rec->n < rec->cap)
		return 0;
	if ((f = realloc(rec->f, cap * sizeof *f)) == NULL)
		return mk_err_nomem(e);
	rec->f = f;
	rec->cap = cap;
	return 0;
}

static bool
same_key(const struct mk_field *a, const char *key, size_t n)
{
	return a->klen == n && memcmp(a->key, key, n) == 0;
}

/* The end of the key that starts at s, or NULL with *bad at the wrong byte. */
static const char *
scan_key(const char *s, const char *end, const char **bad)
{
	const char *p = s;

	while (p < end && (mk_class[(unsigned char)*p] & MK_C_KEY) != 0)
		p++;
	if (p == end || *p != ':' || p == s || (mk_class[(unsigned char)*s] & MK_C_KEY1) == 0 ||
	    p - s > MK_KEY_MAX) {
		*bad = p == end || *p == ':' ? s : p;
		return NULL;
	}
	return p;
}

/* A key's place in the 64-bit set that makes looking for duplicates cheap. */
static uint64_t
key_bit(const char *k, size_t n)
{
	unsigned h = (unsigned char)k[0] * 7u + (unsigned char)k[n - 1] * 31u +
		(unsigned char)k[n / 2] * 3u + (unsigned)n * 11u;

	return (uint64_t)1 << (h & 63);
}

static int
wrong(struct mk_err *e, const char *line, const char *at, size_t *column, const char *what)
{
	*column = (size_t)(at - line) + 1;
	return mk_err(e, MK_ESYNTAX, "%s", what);
}

int
mk_rec_parse(struct mk_rec *rec, const char *line, size_t n, size_t *column, struct mk_err *e)
{
	const char *p = line, *end = line + n, *q, *bad = line, *why;
	uint64_t seen = 0, bit;
	size_t i;

	mk_rec_reset(rec);
	if (n == 0)
		return wrong(e, line, p, column, "empty line: a record has at least one field");
	for (;;) {
		struct mk_field f;

		if ((q = scan_key(p, end, &bad)) == NULL)
			return wrong(e, line, bad, column, "no key here: a field is key:value, "
				"a key is a-z, then a-z 0-9 _, at most 64");
		f.key = p;
		f.klen = (uint32_t)(q - p);
		bit = key_bit(p, f.klen);
		if ((seen & bit) != 0)
			for (i = 0; i < rec->n; i++)
				if (same_key(&rec->f[i], p, f.klen))
					return wrong(e, line, p, column,
						"this key was there before: keep one of the two");
		seen |= bit;
		f.val = ++q;
		if ((q = mk_value_end(q, end, &bad, &why)) == NULL)
			return wrong(e, line, bad, column, why);
		f.vlen = (uint32_t)(q - f.val);
		if (rec->n == rec->cap && room(rec, e) == -1)
			return -1;
		rec->f[rec->n++] = f;
		if (q == end)
			break;
		p = q + 1;
	}
	rec->line = line;
	rec->len = n;
	return 0;
}

static struct mk_field *
find_n(const struct mk_rec *rec, const char *key, size_t n)
{
	size_t i;

	for (i = 0; i < rec->n; i++)
		if (same_key(&rec->f[i], key, n))
			return &rec->f[i];
	return NULL;
}

static struct mk_field *
find(const struct mk_rec *rec, const char *key)
{
	return find_n(rec, key, strlen(key));
}

const struct mk_field *
mk_rec_get(const struct mk_rec *rec, const char *key)
{
	return find(rec, key);
}

bool
mk_rec_is(const struct mk_rec *rec, const char *key, const char *val)
{
	const struct mk_field *f = find(rec, key);

	return f != NULL && f->vlen == strlen(val) && memcmp(f->val, val, f->vlen) == 0;
}

int
mk_rec_bytes(const struct mk_rec *rec, const char *key, struct mk_buf *out, struct mk_err *e)
{
	const struct mk_field *f = find(rec, key);

	if (f == NULL)
		return 0;
	return mk_unescape(out, f->val, f->vlen, e) == -1 ? -1 : 1;
}

/* The field of that key, made if it is not there: appended, before a last "job".
 * Its value is the caller's to set. */
static struct mk_field *
place(struct mk_rec *rec, const char *key, size_t klen, struct mk_err *e)
{
	struct mk_field *f = find_n(rec, key, klen);
	char *k;

	if (f != NULL)
		return f;
	if (room(rec, e) == -1 || (k = mk_arena_dup(&rec->arena, key, klen, e)) == NULL)
		return NULL;
	f = &rec->f[rec->n];
	if (rec->n > 0 && same_key(f - 1, "job", 3)) {
		*f = f[-1];
		f--;
	}
	rec->n++;
	f->key = k;
	f->klen = (uint32_t)klen;
	return f;
}

/* Set to an escaped value, which is copied. */
static int
set_escaped(struct mk_rec *rec, const char *key, size_t klen, const char *val, size_t n,
	struct mk_err *e)
{
	char *v = mk_arena_dup(&rec->arena, val, n, e);
	struct mk_field *f;

	if (v == NULL || (f = place(rec, key, klen, e)) == NULL)
		return -1;
	f->val = v;
	f->vlen = (uint32_t)n;
	rec->line = NULL;
	return 0;
}

int
mk_rec_copy(struct mk_rec *rec, const struct mk_field *f, struct mk_err *e)
{
	return set_escaped(rec, f->key, f->klen, f->val, f->vlen, e);
}

/* Whether every byte stands for itself: the common case, which needs no escaping. */
static bool
is_plain(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((mk_class[(unsigned char)s[i]] & MK_C_SAFE) == 0)
			return false;
	return true;
}

int
mk_rec_set(struct mk_rec *rec, const char *key, const void *val, size_t n, struct mk_err *e)
{
	struct mk_buf esc = {0};
	size_t klen = strlen(key);
	int r;

	if (!mk_key_ok(key, klen))
		return mk_err(e, MK_EBUG, "'%s' is not a key", key);
	if (is_plain(val, n))
		return set_escaped(rec, key, klen, val, n, e);
	if (mk_escape(&esc, val, n, e) == -1)
		return -1;
	r = set_escaped(rec, key, klen, esc.p, esc.n, e);
	mk_buf_clear(&esc);
	return r;
}

int
mk_rec_setf(struct mk_rec *rec, struct mk_err *e, const char *key, const char *fmt, ...)
{
	struct mk_buf b = {0};
	char small[128];
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (r >= 0 && (size_t)r < sizeof small)
		return mk_rec_set(rec, key, small, (size_t)r, e);
	va_start(ap, fmt);
	r = mk_buf_vaddf(&b, e, fmt, ap);
	va_end(ap);
	if (r == 0)
		r = mk_rec_set(rec, key, b.p, b.n, e);
	mk_buf_clear(&b);
	return r;
}

void
mk_rec_del(struct mk_rec *rec, const char *key)
{
	struct mk_field *f = find(rec, key);

	if (f == NULL)
		return;
	rec->n--;
	memmove(f, f + 1, (size_t)(rec->f + rec->n - f) * sizeof *f);
	rec->line = NULL;
}

static char *
put(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

int
mk_rec_line(const struct mk_rec *rec, struct mk_buf *out, struct mk_err *e)
{
	size_t i, n = 0;
	char *p;

	if (rec->line != NULL)
		return mk_buf_add(out, rec->line, rec->len, e);
	for (i = 0; i < rec->n; i++)
		n += rec->f[i].klen + rec->f[i].vlen + 2u;
	if (n == 0)
		return 0;
	if (mk_buf_grow(out, n, e) == -1)
		return -1;
	p = out->p + out->n;
	for (i = 0; i < rec->n; i++) {
		p = put(p, rec->f[i].key, rec->f[i].klen);
		*p++ = ':';
		p = put(p, rec->f[i].val, rec->f[i].vlen);
		*p++ = '\t';
	}
	out->n += n - 1;	/* no TAB behind the last */
	return 0;
}
