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

/* The same of a payload as a symbol holds it: AIs and values, GS behind those that
 * need one (and, as readers may send it, behind others; not in front). On MK_EDATA
 * *at tells at which byte of s it goes wrong. */
int mk_gs1_scan(const struct mk_gs1 *g, const char *s, size_t n, struct mk_buf *text,
	struct mk_gs1_element el[MK_GS1_ELEMENTS_MAX], size_t *at, struct mk_err *e);

/* Check that the elements can stand together as one identity: what the dictionary
 * says an AI needs beside it and what it excludes. MK_EDATA names both; *wrong, if
 * not NULL, gets the index of the element that misses or excludes. */
int mk_gs1_whole(const struct mk_gs1 *g, const struct mk_gs1_element *el, int n, int *wrong,
	struct mk_err *e);

/* Check what is known of a bracketed element string in which MK_GS1_UNKNOWN stands
 * for what is not: its AIs, values that are known as a whole, and what stands beside
 * what. MK_EDATA. */
#define MK_GS1_UNKNOWN '\x1a'	/* no value may hold it */
int mk_gs1_known(const struct mk_gs1 *g, const char *s, size_t n, struct mk_err *e);

/* Append the payload for the symbol: AIs and values, GS after each element that
 * needs a separator but the last; the FNC1 of the first position is not in it. */
int mk_gs1_payload(const struct mk_gs1_element *el, int n, struct mk_buf *out,
	struct mk_err *e);

/* Append the bracketed element string, parentheses and backslashes in values
 * escaped; and the text for people, where they are not. */
int mk_gs1_bracket(const struct mk_gs1_element *el, int n, struct mk_buf *out, struct mk_err *e);
int mk_gs1_text(const struct mk_gs1_element *el, int n, struct mk_buf *out, struct mk_err *e);

/* If a separator was lost in a payload (none where a value of variable length ends),
 * append to out the bracketed element strings, parted by " or ", that it could
 * have been: those that need one separator more, are whole, and begin the lost
 * element with an AI that is not there yet. strong: only those whose lost element
 * has a value that is checked (a date, a key), or is a serial number behind a lot.
 * The number of them (at most 4 are looked for), or -1. */
int mk_gs1_lost(const struct mk_gs1 *g, bool strong, const char *s, size_t n,
	struct mk_buf *out, struct mk_err *e);

/* The year that YY means when it is now the year `now`: at most 50 years ahead and
 * 49 back (General Specifications 7.12). */
int mk_gs1_year(int yy, int now);

/* Append the day that YYMMDD means, YYYY-MM-DD. Day 00 is the month's last one
 * where last, else the day is left out. s is valid by the linter yymmd0. */
int mk_gs1_day(const char *s, int now, bool last, struct mk_buf *out, struct mk_err *e);

/* ---- GS1 Digital Link ---- */

/* Append the uncompressed Digital Link of the elements: base (NULL:
 * "https://id.gs1.org"), the primary key, its qualifiers in their order, and the
 * other elements as attributes. MK_EDATA if no element is a primary key, or one
 * may not be an attribute. */
int mk_gs1_link(const struct mk_gs1 *g, const struct mk_gs1_element *el, int n, const char *base,
	struct mk_buf *out, struct mk_err *e);

/* Append the bracketed element string of an uncompressed Digital Link: 1; 0 if the
 * link has no GS1 primary key in its path; -1 (MK_EDATA) if it has, but is wrong.
 * A GTIN of 8, 12 or 13 digits is filled up to 14. Parameters whose names are not
 * digits are left out. */
int mk_gs1_unlink(const struct mk_gs1 *g, const char *s, size_t n, struct mk_buf *out,
	struct mk_err *e);

/* ---- EPC pure identity URNs (Tag Data Standard): sgtin sscc grai giai cpi itip ---- */

/* The length of the company prefix that the n digits at s begin with: that of the
 * longest of the prefixes, or 0 if none fits. */
size_t mk_gs1_prefix(const char *const *prefix, size_t prefixes, const char *s, size_t n);

/* Append the URN of a key and its serial number: 1; 0 if the elements have no EPC
 * scheme here, or no prefix fits; -1. */
int mk_gs1_epc(const struct mk_gs1_element *el, int n, const char *const *prefix,
	size_t prefixes, struct mk_buf *out, struct mk_err *e);

/* Append the bracketed element string of "urn:epc:id:…". MK_EDATA. */
int mk_gs1_unepc(const char *s, size_t n, struct mk_buf *out, struct mk_err *e);

#endif
