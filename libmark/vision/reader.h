/* A reader: a child process that scans pictures, so that what crashes or hangs in
 * there is an answer, not an end. It is started again when it died. */
#ifndef MK_READER_H
#define MK_READER_H

#include <sys/types.h>

#include "vision/scan.h"

struct mk_reader;

/* A picture: pixels, or, with im NULL, the n bytes of a picture file (image.h), which
 * the child unpacks. name is for messages. */
struct mk_picture {
	const struct mk_image *im;
	const void *file;
	size_t n;
	const char *name;
	struct mk_image *unpacked;	/* NULL, or gets the file's pixels, if it is a picture */
};

enum mk_read_end {
	MK_READ_DONE,		/* *out says what was found */
	MK_READ_NONE,		/* the file is no picture; e says why */
	MK_READ_CRASH,		/* the child died on this picture */
	MK_READ_TIMEOUT		/* it was ended after a hard limit */
};

/* hard_ms: wall time for one picture, after which the child is killed; 0: 30000. A
 * second of CPU time more than is wanted ends it, too. */
int mk_reader_new(struct mk_reader **r, int hard_ms, struct mk_err *e);
void mk_reader_free(struct mk_reader *r);	/* NULL is allowed */

/* Scan a picture. 0, or -1 if no child can be had (MK_EIO, MK_ENOMEM). */
int mk_reader_scan(struct mk_reader *r, const struct mk_picture *pic,
	const struct mk_scan_want *want, struct mk_scan *out, enum mk_read_end *end,
	struct mk_err *e);

/* The child's process, for tests that end it; -1 if there is none just now. */
pid_t mk_reader_pid(const struct mk_reader *r);

#endif
