/* What a scanner sends as a line: payloads with prefixes, suffixes, control characters
 * spelled out, or typed through a keyboard of another country. */
#ifndef MK_WEDGE_H
#define MK_WEDGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Append the payload that a line (without LF) stands for: CR and STX … ETX around it
 * go; so does an AIM symbology identifier such as ]d2, which goes to aim (its two
 * characters, else ""); \x1d, \u001d, <GS>, {GS} and U+241D become the byte GS, and
 * the same of RS, EOT, FS, US; <FNC1> and {FNC1} are GS too, and in front nothing. */
int mk_wedge_clean(const char *line, size_t n, struct mk_buf *out, char aim[3],
	struct mk_err *e);

/* Whether an AIM identifier says that the symbol is a GS1 one (FNC1 in front). */
bool mk_wedge_gs1(const char *aim);

/* The name of keyboard i (from 0) that a host may have been set to while the scanner
 * typed on a US one, NULL behind the last: de, fr, tr; caps: a US one with Caps Lock. */
const char *mk_wedge_keyboard(int i);

/* Append what the scanner typed, if the host took it for keyboard i: 1; 0 if that
 * keyboard has not all of the characters, or the line would be the same. */
int mk_wedge_retype(int i, const char *line, size_t n, struct mk_buf *out, struct mk_err *e);

#endif
