/* GS1 element strings, by the GS1 Barcode Syntax Dictionary, which is read at run
 * time from a data file (its format is told in its own head). */
#ifndef MK_GS1_H
#define MK_GS1_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct mk_gs1;	/* the dictionary; read-only once loaded */

/* Load path, or, if it is NULL, gs1-syntax-dictionary.txt in $MK_DATA, else in
 * the folder that the program was configured with. MK_ECONF if it is not there or
 * malformed. */
int mk_gs1_load(struct mk_gs1 **g, const char *path, struct mk_err *e);
void mk_gs1_free(struct mk_gs1 *g);

#define MK_GS1_GS '\x1d'
#define MK_GS1_ELEMENTS_MAX 64

/* One element; both point into the bracketed string's decoded copy. */
struct mk_gs1_element {
	char ai[5];		/* NUL-terminated */
	const char *val;	/* NUL-terminated */
	size_t n;
	bool sep;		/* a separator must follow unless it is the last */
};

/* Whether a string is a bracketed element string: "(" two to four digits ")". */
bool mk_gs1_bracketed(const char *s, size_t n);

/* Parse and check a bracketed element string such as
 * "(01)09506000134352(21)A\(1\)": each AI is in the dictionary, each value has
 * the characters, the lengths and what the linters of its row ask for. A linter
 * that this program lacks refuses its AI by name. Values go to text, which is
 * emptied first and must outlive el. The number of elements, or -1 (MK_EDATA). */
int mk_gs1_parse(const struct mk_gs1 *g, const char *s, size_t n, struct mk_buf *text,
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX], struct mk_err *e);

/* Append the payload for the symbol: AIs and values, GS after each element that
 * needs a separator but the last; the FNC1 of the first position is not in it. */
int mk_gs1_payload(const struct mk_gs1_element *el, int n, struct mk_buf *out,
	struct mk_err *e);

#endif
