/* Records: one part, one line of strict, canonical LTSV (mkrec(5)).
 *
 * A record is parsed in place: keys and values point into the reader's buffer
 * and die with the next mk_rec_read. Values are kept as they stand on the line
 * (escaped); mk_rec_bytes decodes one. Fields that are not touched come out
 * byte for byte, in their order. */
#ifndef MK_REC_H
#define MK_REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define MK_REC_MAX (16u << 20)	/* longest line, bytes, with its LF */
#define MK_KEY_MAX 64

struct mk_field {
	const char *key, *val;	/* not NUL-terminated; val is escaped */
	uint32_t klen, vlen;
};

struct mk_rec {
	struct mk_field *f;
	size_t n, cap;
	const char *line;	/* as read, without LF; NULL once a field was changed */
	size_t len;
	struct mk_arena arena;	/* holds values that were set */
};

/* ---- reading ---- */

struct mk_rdr {
	int fd;
	const char *name;	/* for messages; borrowed */
	long lineno;		/* of the record read last, from 1 */
	/* called before any read that may block, to flush what is due; may be NULL */
	int (*tie)(void *arg, struct mk_err *);
	void *tie_arg;
	char *buf;
	size_t cap, head, tail, scanned;
	bool eof;
};

void mk_rdr_init(struct mk_rdr *r, int fd, const char *name);
void mk_rdr_clear(struct mk_rdr *r);	/* does not close fd */

/* Whether mk_rec_read would return at once with what is in the buffer. */
bool mk_rdr_ready(const struct mk_rdr *r);

/* The next record. 1, 0 at a clean end of file, -1 with e: "name:line:column:
 * what: how to mend it" (MK_ESYNTAX), or MK_EIO, MK_ENOMEM, or the tie's error.
 * Records before the faulty one were delivered; none after it will be. */
int mk_rec_read(struct mk_rdr *r, struct mk_rec *rec, struct mk_err *e);

/* ---- records ---- */

/* {0} is an empty record. */
void mk_rec_clear(struct mk_rec *rec);
void mk_rec_reset(struct mk_rec *rec);	/* empty it, keep its memory */

/* Parse one line (without LF), which must outlive the record's use. On error
 * (MK_ESYNTAX) *column says where, from 1. */
int mk_rec_parse(struct mk_rec *rec, const char *line, size_t n, size_t *column,
	struct mk_err *e);

/* The field, or NULL. The pointer dies when the record is changed. */
const struct mk_field *mk_rec_get(const struct mk_rec *rec, const char *key);
bool mk_rec_is(const struct mk_rec *rec, const char *key, const char *val); /* val: plain text */

/* Append the field's decoded bytes to out. 1, 0 if there is no such field, -1. */
int mk_rec_bytes(const struct mk_rec *rec, const char *key, struct mk_buf *out,
	struct mk_err *e);

/* Set a field to n arbitrary bytes: replaced in place, or appended, "job"
 * staying last. A key that is no key is MK_EBUG (check users' with mk_key_ok). */
int mk_rec_set(struct mk_rec *rec, const char *key, const void *val, size_t n,
	struct mk_err *e);
int mk_rec_setf(struct mk_rec *rec, struct mk_err *e, const char *key,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Set a field to a copy of f, escaped as it stands there (of another record, say). */
int mk_rec_copy(struct mk_rec *rec, const struct mk_field *f, struct mk_err *e);

void mk_rec_del(struct mk_rec *rec, const char *key);

/* Append the record as a line, without LF. */
int mk_rec_line(const struct mk_rec *rec, struct mk_buf *out, struct mk_err *e);

bool mk_key_ok(const char *key, size_t n);

/* Append the one canonical spelling of n bytes. */
int mk_escape(struct mk_buf *out, const void *p, size_t n, struct mk_err *e);

/* Append the bytes that a valid escaped value stands for. */
int mk_unescape(struct mk_buf *out, const char *s, size_t n, struct mk_err *e);

/* ---- writing ---- */

struct mk_wtr {
	int fd;
	const char *name;	/* borrowed */
	struct mk_buf buf;
};

void mk_wtr_init(struct mk_wtr *w, int fd, const char *name);
void mk_wtr_clear(struct mk_wtr *w);	/* unflushed bytes are lost; does not close fd */
int mk_wtr_rec(struct mk_wtr *w, const struct mk_rec *rec, struct mk_err *e); /* over 16 MiB: MK_EDATA */
int mk_wtr_flush(struct mk_wtr *w, struct mk_err *e);

#endif
