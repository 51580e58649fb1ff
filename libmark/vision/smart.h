/* Readers that decode by themselves: smart cameras and hand scanners on a serial line
 * or TCP. How to talk to one says a profile (port/profile.h) of kind reader: its state
 * read captures {code}, and may capture {aim} (an AIM identifier, with or without its
 * ']'), {grade} and whatever else the reader sends. */
#ifndef MK_SMART_H
#define MK_SMART_H

#include "base/rec.h"
#include "vision/scan.h"

struct mk_smart;

/* SPEC is PROFILE, or PROFILE@PLACE for another port than the profile's own. */
int mk_smart_open(struct mk_smart **s, const char *spec, struct mk_err *e);
void mk_smart_close(struct mk_smart *s);	/* NULL is allowed */

/* Have it read once. 0 with out filled: best is -1 if it says that there is nothing.
 * -1 with MK_EDEV: it did not answer, or not as the profile says; e->sys is ETIMEDOUT
 * if only the time is up. An identifier before the code, "]d2…", is taken off, and
 * tells kind and FNC1; *known says whether there was one. */
int mk_smart_read(struct mk_smart *s, struct mk_scan *out, bool *known, struct mk_err *e);

/* Set a field PREFIXname for each other thing that was captured. */
int mk_smart_fields(const struct mk_smart *s, struct mk_rec *rec, const char *prefix,
	struct mk_err *e);

#endif
