#include "store/wire.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

void
mk_wire_encode(struct mk_wire *v, const struct mk_param *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		v->fmt[i] = 1;
		v->len[i] = (int)p[i].n;
		v->val[i] = p[i].p;
		if (p[i].type == MK_PARAM_INT) {
			v->num[i] = (int64_t)htobe64((uint64_t)p[i].i);
			v->val[i] = (const char *)&v->num[i];
			v->len[i] = sizeof v->num[i];
		} else if (p[i].type == MK_PARAM_NULL)
			v->val[i] = NULL;
		else if (v->val[i] == NULL)
			v->val[i] = "";
	}
}

int
mk_wire_sql(const char *sql, const struct mk_param *p, struct mk_buf *out, struct mk_err *e)
{
	static const char lock[] = "/* lock */";
	int n = 0, r = 0;

	while (r == 0 && *sql != '\0') {
		if (strncmp(sql, lock, sizeof lock - 1) == 0) {
			r = mk_buf_adds(out, "FOR UPDATE", e);
			sql += sizeof lock - 1;
		} else if (*sql == '?') {
			r = mk_buf_addf(out, e, p[n].type == MK_PARAM_INTS ? "ANY($%d)" : "$%d", n + 1);
			n++, sql++;
		} else
			r = mk_buf_addc(out, *sql++, e);
	}
	return r == -1 || mk_buf_str(out, e) == NULL ? -1 : 0;
}

int
mk_wire_array(const int64_t *v, size_t n, struct mk_buf *out, struct mk_err *e)
{
	/* dimensions, whether there are NULLs, what it is of; how many, from which on */
	const uint32_t head[] = { htobe32(1), 0, htobe32(MK_OID_INT8), htobe32((uint32_t)n), htobe32(1) };
	const uint32_t len = htobe32(sizeof *v);
	uint64_t be;
	size_t i;

	out->n = 0;
	if (mk_buf_add(out, (const char *)head, sizeof head, e) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		be = htobe64((uint64_t)v[i]);
		if (mk_buf_add(out, (const char *)&len, sizeof len, e) == -1 ||
		    mk_buf_add(out, (const char *)&be, sizeof be, e) == -1)
			return -1;
	}
	return 0;
}

int
mk_wire_texts(struct mk_buf *out, struct mk_err *e)
{
	const uint32_t head[] = { htobe32(1), 0, htobe32(MK_OID_TEXT), 0, htobe32(1) };

	out->n = 0;
	return mk_buf_add(out, (const char *)head, sizeof head, e);
}

int
mk_wire_text(struct mk_buf *out, const char *s, size_t n, struct mk_err *e)
{
	const size_t at = 3 * sizeof(uint32_t);	/* where their number is */
	uint32_t count, len = htobe32((uint32_t)n);

	memcpy(&count, out->p + at, sizeof count);
	count = htobe32(be32toh(count) + 1);
	memcpy(out->p + at, &count, sizeof count);
	return mk_buf_add(out, (const char *)&len, sizeof len, e) == -1 ? -1 : mk_buf_add(out, s, n, e);
}

int
mk_wire_copy(const char *sql, struct mk_buf *out, struct mk_err *e)
{
	const char *from = sql + strlen("INSERT INTO "), *to = strstr(sql, " VALUES(");

	if (strncmp(sql, "INSERT INTO ", 12) != 0 || to == NULL ||
	    to[8 + strspn(to + 8, "?, ")] != ')' || strchr(to, ')')[1] != '\0')
		return mk_err(e, MK_EBUG, "no INSERT: %.60s", sql);
	if (mk_buf_addf(out, e, "COPY %.*s FROM STDIN (FORMAT binary)", (int)(to - from), from) == -1)
		return -1;
	return mk_buf_str(out, e) == NULL ? -1 : 0;
}

int
mk_wire_row(struct mk_buf *b, const struct mk_wire *v, size_t n, struct mk_err *e)
{
	uint16_t count = htobe16((uint16_t)n);
	uint32_t len;
	size_t i;

	if (mk_buf_add(b, (const char *)&count, sizeof count, e) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		len = v->val[i] == NULL ? UINT32_MAX : htobe32((uint32_t)v->len[i]);
		if (mk_buf_add(b, (const char *)&len, sizeof len, e) == -1 ||
		    (v->val[i] != NULL && mk_buf_add(b, v->val[i], (size_t)v->len[i], e) == -1))
			return -1;
	}
	return 0;
}

int64_t
mk_wire_int(const char *v, int n, unsigned type)
{
	uint64_t u;
	uint32_t w;
	uint16_t h;

	switch (type) {
	case MK_OID_INT8:
		memcpy(&u, v, sizeof u);
		return (int64_t)be64toh(u);
	case MK_OID_INT4:
		memcpy(&w, v, sizeof w);
		return (int32_t)be32toh(w);
	case MK_OID_INT2:
		memcpy(&h, v, sizeof h);
		return (int16_t)be16toh(h);
	case MK_OID_BOOL:
		return *v;
	default:		/* a number as text, which libpq ends with a NUL */
		return n == 0 ? 0 : strtoll(v, NULL, 10);
	}
}
