/* Inside cmd/: how a field is spelt in each format. Whatever bytes it holds, it
 * comes out as text of that format and nothing else. NULL for f: no such field. */
#ifndef CMD_FORMAT_H
#define CMD_FORMAT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/rec.h"

/* PostgreSQL's COPY text. */
int cmd_tsv_value(struct mk_buf *b, const struct mk_field *f, struct mk_err *e);

/* "key":"value", after a comma unless first; a value that is no UTF-8 is {"hex":"…"}. */
int cmd_json_field(struct mk_buf *b, const struct mk_field *f, bool first, struct mk_err *e);

/* RFC 4180. What no text file may hold stays escaped, \x1d. A cell that a
 * spreadsheet would run gets an apostrophe in front, which it shows and does not
 * run (OWASP, "CSV injection"): one that begins with = + - @ (also full-width),
 * TAB, CR or LF; a plain number such as -1.5 is left alone. */
int cmd_csv_value(struct mk_buf *b, const struct mk_field *f, struct mk_err *e);

/* Text of an element or of a quoted attribute; s need not be valid. */
int cmd_html_text(struct mk_buf *b, const char *s, size_t n, struct mk_err *e);

/* A "quoted string" of Graphviz. */
int cmd_dot_text(struct mk_buf *b, const char *s, size_t n, struct mk_err *e);

#endif
