/* The rows of the GS1 Barcode Syntax Dictionary. Inside ident/. */
#ifndef MK_DICT_H
#define MK_DICT_H

#include <stdbool.h>
#include <stddef.h>

#include "ident/gs1.h"
#include "ident/lint.h"

#define MK_DICT_COMPONENTS 8
#define MK_DICT_LINTERS 4
#define MK_DICT_ATTRS 6

struct mk_dict_component {
	char type;		/* N X Y Z */
	bool optional;
	size_t min, max;
	const char *lint[MK_DICT_LINTERS];	/* names, not NUL-terminated */
	size_t nlint[MK_DICT_LINTERS], lints;
	mk_lint_fn *fn[MK_DICT_LINTERS];	/* NULL: this program lacks it */
};

enum mk_dict_attr_kind { MK_DICT_REQ, MK_DICT_EX, MK_DICT_KEY };

struct mk_dict_attr {
	enum mk_dict_attr_kind kind;
	const char *s;		/* what is behind the '=' */
	size_t n;
};

struct mk_dict_row {
	char lo[5], hi[5];	/* the AIs from lo to hi, of one length */
	bool sep;		/* needs a separator behind it */
	bool link;		/* may be an attribute of a Digital Link */
	struct mk_dict_component c[MK_DICT_COMPONENTS];
	size_t n;
	size_t min, max;	/* of the whole value */
	struct mk_dict_attr attr[MK_DICT_ATTRS];
	size_t attrs;
};

/* The row of an AI of n digits, or NULL. */
const struct mk_dict_row *mk_dict_row(const struct mk_gs1 *g, const char *ai, size_t n);

/* The row's Digital Link key attribute, or NULL. */
const struct mk_dict_attr *mk_dict_key(const struct mk_dict_row *r);

/* Whether n bytes are two to four digits; and whether an AI fits a pattern such
 * as 31nn of n bytes. */
bool mk_dict_is_ai(const char *s, size_t n);
bool mk_dict_match(const char *pattern, size_t n, const char *ai);

/* The next piece of *s, which ends at end or at the first of the separators;
 * *s goes behind that. False when there is no more. */
bool mk_dict_piece(const char **s, const char *end, char sep, const char **piece, size_t *n);

/* Check a value by its row. *at tells which byte of it is wrong. MK_EDATA. */
int mk_dict_check(const struct mk_dict_row *r, const struct mk_gs1_element *el, size_t *at,
	struct mk_err *e);

#endif
