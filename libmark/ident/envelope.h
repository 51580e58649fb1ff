/* ISO/IEC 15434 envelopes: "[)>" RS, formats, EOT. Inside ident/.
 *
 * Format 05 holds GS1 elements, 06 data with ANS MH10.8.2 data identifiers (1T,
 * 25S …), 12 data with text element identifiers (MFR, SER …). As a form:
 * [06][P]12345678[1T]A2B4C6, [12][MFR]0CVA5[SER]674A36458, [05](8004)0614141…;
 * more than one format follow each other. The characters [ ] ( ) \ of a value have
 * a backslash before them. */
#ifndef MK_ENVELOPE_H
#define MK_ENVELOPE_H

#include "ident/ident.h"

#define MK_ENVELOPE_MAX 64	/* elements in all */

struct mk_envelope_element {
	char format[3];		/* "05", "06", "12" */
	char id[8];		/* the identifier, NUL-terminated */
	const char *val;	/* NUL-terminated */
	size_t n;
	bool sep;		/* format 05: needs a separator */
};

struct mk_envelope {
	struct mk_envelope_element el[MK_ENVELOPE_MAX];
	int n;
	struct mk_buf text;	/* the values */
};

/* {0} is empty. */
void mk_envelope_clear(struct mk_envelope *v);

/* Whether a payload begins like one. */
bool mk_envelope_looks(const char *s, size_t n);

/* Take in a payload, or a form. MK_EDATA, for a payload with the byte at *at. g is
 * asked only in format 05, and must then be there. */
int mk_envelope_scan(struct mk_envelope *v, const struct mk_gs1 *g, const char *s, size_t n,
	size_t *at, struct mk_err *e);
int mk_envelope_parse(struct mk_envelope *v, const struct mk_gs1 *g, const char *s, size_t n,
	struct mk_err *e);

/* Append the form, the payload, or the text for people. */
int mk_envelope_form(const struct mk_envelope *v, struct mk_buf *out, struct mk_err *e);
int mk_envelope_payload(const struct mk_envelope *v, struct mk_buf *out, struct mk_err *e);
int mk_envelope_text(const struct mk_envelope *v, struct mk_buf *out, struct mk_err *e);

/* The value of an identifier in one of the formats (NULL: any), or NULL. */
const struct mk_envelope_element *mk_envelope_get(const struct mk_envelope *v,
	const char *format, const char *id);

/* Set the fields that the elements hold. */
int mk_envelope_derive(struct mk_rec *rec, const struct mk_envelope *v, struct mk_err *e);

#endif
