/* What each scheme of identities can do. Inside ident/.
 *
 * A form is the text that people write an identity in (and pools' patterns make);
 * for most schemes it is the canonical id itself. */
#ifndef MK_SCHEME_H
#define MK_SCHEME_H

#include "ident/ident.h"

struct mk_scheme_def {
	const char *name;
	const char *quote;	/* characters that get a backslash in a form */
	bool gs1;		/* may need the dictionary */
	/* Set id, code, hri and fields in rec from a form. */
	int (*set)(struct mk_rec *rec, const struct mk_gs1 *g, const char *s, size_t n,
		struct mk_err *e);
	/* Append the form of a payload: 1; 0 if it does not look like one of this
	 * scheme; -1 (MK_EDATA) if it does, or is known to be one (sure), and is wrong
	 * at byte *at. */
	int (*parse)(const struct mk_gs1 *g, bool sure, const char *s, size_t n,
		struct mk_buf *form, size_t *at, struct mk_err *e);
};

extern const struct mk_scheme_def mk_scheme_iso15434, mk_scheme_iuid, mk_scheme_aiag,
	mk_scheme_hibc, mk_scheme_gs1;

/* Set a field that follows from the id; one that is there must say the same. */
int mk_ident_derive(struct mk_rec *rec, const char *key, const char *val, size_t n,
	struct mk_err *e);

/* The same of a day; the field may also say what the identity itself holds (raw). */
int mk_ident_derive_day(struct mk_rec *rec, const char *key, const char *day, size_t n,
	const char *raw, size_t nraw, struct mk_err *e);

/* Set the fields that GS1 elements hold. */
int mk_ident_derive_gs1(struct mk_rec *rec, const struct mk_gs1_element *el, int n,
	struct mk_err *e);

/* The year it is now. */
int mk_ident_this_year(int *year, struct mk_err *e);

/* Set id, code and hri to one text. */
int mk_ident_derive_text(struct mk_rec *rec, const char *s, size_t n, struct mk_err *e);

#endif
