/* Reading the code in a picture. Nothing is taken for read that is not a codeword
 * of the symbol's error-correcting code after correction. */
#ifndef MK_SCAN_H
#define MK_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "image/image.h"

#define MK_SCAN_DATA_MAX 4096	/* more than any symbol holds (3116 digits) */

/* What is wanted. {0}: anything, for a second. */
struct mk_scan_want {
	int rows, cols;		/* the symbol's modules; 0: any size */
	int ms;			/* wall time that may be spent; 0: 1000 */
};

enum mk_scan_result {
	MK_SCAN_NONE,		/* nothing that can be read, and trusted */
	MK_SCAN_READ
};

/* What was found. */
struct mk_scan {
	enum mk_scan_result result;
	bool fnc1;		/* the symbol begins with FNC1: it is GS1 */
	int rows, cols;		/* modules, finder included */
	int tries;		/* pictures looked at: 1, and more if it was made clearer */
	size_t n;
	unsigned char data[MK_SCAN_DATA_MAX];	/* without a leading FNC1; others are 0x1D */
};

/* Look for one symbol. 0 with out filled (also if there is none), or -1. This may
 * crash inside libdmtx on a hostile picture: use a reader (reader.h). */
int mk_scan_image(const struct mk_image *im, const struct mk_scan_want *want,
	struct mk_scan *out, struct mk_err *e);

/* The size in "datamatrix-20x20", as lay_symbol has it: 0, or -1 if s is no such. */
int mk_scan_size(const char *s, size_t n, int *rows, int *cols);

#endif
