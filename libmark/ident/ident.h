/* Identities: one canonical id, and all that is derived from it.
 *
 * Schemes of the id: a bracketed GS1 element string, "kind:name" for things that
 * are no parts, and plain text, which stands for itself. */
#ifndef MK_IDENT_H
#define MK_IDENT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/rec.h"
#include "ident/gs1.h"

enum mk_scheme { MK_SCHEME_PLAIN, MK_SCHEME_GS1 };

/* The scheme of that name, or -1. */
int mk_scheme_find(const char *name);

/* The scheme that an id shows by its form. */
enum mk_scheme mk_scheme_of(const char *id, size_t n);

/* Set in rec, derived from the n bytes of id under the scheme: id, code (the exact
 * payload), hri (the human-readable text), and the values that it holds (gtin, sn,
 * lot, … ; ai and its number for others). g may be NULL for MK_SCHEME_PLAIN.
 * MK_EDATA says what is wrong with the id, or which of the record's own fields says
 * something else than the id does. */
int mk_ident_set(struct mk_rec *rec, enum mk_scheme scheme, const struct mk_gs1 *g,
	const char *id, size_t n, struct mk_err *e);

/* Append a value so that it stands for itself inside an id of the scheme: in GS1
 * the characters ( ) \ get a backslash. */
int mk_ident_quote(struct mk_buf *out, enum mk_scheme scheme, const char *s, size_t n,
	struct mk_err *e);

#endif
