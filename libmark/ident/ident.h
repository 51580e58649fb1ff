/* Identities: one canonical id, and all that is derived from it.
 *
 * scheme    the form in which pools and people write it      id      code
 * plain     text of any bytes                                same    same
 * gs1       (01)09506000134352(21)A\(1\)                     same    element string
 * iso15434  [06][P]12345678[1T]A2B4C6, [05](01)…             same    [)> envelope
 * aiag      the same, with what AIAG B-4 asks for            same    envelope 06
 * iuid      the same, of MIL-STD-130 (17V, 1P, S, MFR …)     UII     envelope
 * hibc      +A123BJC5D6E71G, with check character            same    same
 * link      https://…, IEC 61406; a GS1 Digital Link too     same    same
 * semi      12 characters of SEMI T7: 8, 2 vendor, 2 check   same    same
 * thing     station:ST40, box:17: things that are no parts   same    same */
#ifndef MK_IDENT_H
#define MK_IDENT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/rec.h"
#include "ident/gs1.h"

enum mk_scheme {
	MK_SCHEME_PLAIN, MK_SCHEME_GS1, MK_SCHEME_ISO15434, MK_SCHEME_AIAG, MK_SCHEME_IUID,
	MK_SCHEME_HIBC, MK_SCHEME_LINK, MK_SCHEME_SEMI, MK_SCHEME_THING, MK_SCHEMES
};

/* The scheme of that name, or -1; and its name. */
int mk_scheme_find(const char *name);
const char *mk_scheme_name(enum mk_scheme scheme);

/* Whether identities of the scheme may need the GS1 dictionary. */
bool mk_scheme_needs_gs1(enum mk_scheme scheme);

/* The scheme that an id shows by its form; a UII shows none, and is plain. */
enum mk_scheme mk_scheme_of(const char *id, size_t n);

/* Set in rec, derived from the n bytes of a form under the scheme: id, code (the
 * exact payload), hri (the human-readable text), and the values that it holds (gtin,
 * sn, lot, … ; ai or di and its name for others; days as YYYY-MM-DD). g may be NULL
 * for schemes that need none. MK_EDATA says what is wrong with the form, or which of
 * the record's own fields says something else than the identity does. */
int mk_ident_set(struct mk_rec *rec, enum mk_scheme scheme, const struct mk_gs1 *g,
	const char *id, size_t n, struct mk_err *e);

/* Check what can be known of a form in which MK_GS1_UNKNOWN stands for what is not:
 * of GS1 (mk_gs1_known) the elements, of a link the characters. MK_EDATA. */
int mk_ident_known(enum mk_scheme scheme, const struct mk_gs1 *g, const char *s, size_t n,
	struct mk_err *e);

/* Append the form of a payload, which mk_ident_set takes. scheme: -1 to find out
 * which one it is, else only that. fnc1: the symbol is known to be a GS1 one.
 * 1 with *found; 0 if it is none of that scheme (never for -1: it is plain then);
 * -1 (MK_EDATA) if it looks like one of *found, but is wrong at byte *at. */
int mk_ident_parse(const struct mk_gs1 *g, int scheme, bool fnc1, const char *s, size_t n,
	struct mk_buf *form, enum mk_scheme *found, size_t *at, struct mk_err *e);

/* Append a value so that it stands for itself inside a form of the scheme: in GS1
 * the characters ( ) \ get a backslash, in envelopes [ ] too. */
int mk_ident_quote(struct mk_buf *out, enum mk_scheme scheme, const char *s, size_t n,
	struct mk_err *e);

#endif
