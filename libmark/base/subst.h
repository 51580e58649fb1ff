/* The {FIELD} language of pools and templates. Text stands for itself, {{ and }}
 * for braces; {name} and {name:spec} are filled in. A spec that holds a '%' is a
 * date format (clock.h). What names exist, and what other specs mean, is the
 * caller's. */
#ifndef MK_SUBST_H
#define MK_SUBST_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rec.h"

struct mk_subst_part {
	const char *name;	/* NULL: literal text */
	const char *text;	/* the literal, or the spec ("" if none); NUL-terminated */
	size_t n;		/* length of text */
	int col;		/* where it starts in the source, from 1 */
};

struct mk_subst {
	struct mk_subst_part *part;
	size_t n, cap;
	struct mk_arena arena;
};

/* Append what a field part stands for. */
typedef int mk_subst_fn(void *ctx, const struct mk_subst_part *part, struct mk_buf *out,
	struct mk_err *e);

/* Parse. On error (MK_ECONF) the message names the column in text. */
int mk_subst_parse(struct mk_subst *s, const char *text, size_t n, struct mk_err *e);
void mk_subst_clear(struct mk_subst *s);

int mk_subst_eval(const struct mk_subst *s, mk_subst_fn *fn, void *ctx, struct mk_buf *out,
	struct mk_err *e);

/* A mk_subst_fn: the fields of a const struct mk_rec. With a date format the
 * field must be an RFC 3339 time or a day. A missing field is MK_EDATA. */
mk_subst_fn mk_subst_rec;

#endif
