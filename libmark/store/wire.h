/* Numbers, texts and bytes as PostgreSQL's protocol and its binary COPY have them
 * (PostgreSQL 15 manual, 55.7 and COPY). Inside store/ only. */
#ifndef MK_WIRE_H
#define MK_WIRE_H

#include "base/buf.h"
#include "store/engine.h"

#define MK_WIRE_MAX 32		/* parameters of one statement */

enum {				/* pg_type.dat */
	MK_OID_BOOL = 16, MK_OID_BYTEA = 17, MK_OID_INT8 = 20, MK_OID_INT2 = 21,
	MK_OID_INT4 = 23, MK_OID_TEXT = 25, MK_OID_TEXTS = 1009,
	MK_OID_INT8S = 1016
};

/* Parameters in binary; val points into them, or into num. */
struct mk_wire {
	const char *val[MK_WIRE_MAX];
	int len[MK_WIRE_MAX], fmt[MK_WIRE_MAX];
	int64_t num[MK_WIRE_MAX];
};
void mk_wire_encode(struct mk_wire *v, const struct mk_param *p, size_t n);

/* Our ? become $1, $2 ... (ANY($1) for an array), and the comment "lock" FOR UPDATE; none
 * of our literals has a ? in a string. */
int mk_wire_sql(const char *sql, const struct mk_param *p, struct mk_buf *out, struct mk_err *e);
/* An array of numbers, as its parameter is sent. */
int mk_wire_array(const int64_t *v, size_t n, struct mk_buf *out, struct mk_err *e);
/* One of texts: begun in an empty buffer, then text by text. */
int mk_wire_texts(struct mk_buf *out, struct mk_err *e);
int mk_wire_text(struct mk_buf *out, const char *s, size_t n, struct mk_err *e);

/* "INSERT INTO t(a, b) VALUES(?, ?)" as "COPY t(a, b) FROM STDIN (FORMAT binary)". */
int mk_wire_copy(const char *sql, struct mk_buf *out, struct mk_err *e);
/* Append a row for it: the number of fields, and each with its length. */
int mk_wire_row(struct mk_buf *b, const struct mk_wire *v, size_t n, struct mk_err *e);

/* A result's value of that type as a number. */
int64_t mk_wire_int(const char *v, int n, unsigned type);

#endif
