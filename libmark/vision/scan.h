/* Reading the codes in a picture: several engines, and several ways to make the
 * picture clearer for them. Nothing is taken for read that is not a codeword of the
 * symbol's error-correcting code after correction. */
#ifndef MK_SCAN_H
#define MK_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "image/image.h"

#define MK_SCAN_DATA_MAX 7104	/* more than any symbol holds (QR: 7089 digits) */
#define MK_SCAN_CODES 16	/* that are reported of one picture */

enum mk_kind {			/* a set is their sum */
	MK_DATAMATRIX = 1,
	MK_QR = 2,
	MK_CODE128 = 4,
	MK_MICROQR = 8,
	MK_AZTEC = 16,
	MK_PDF417 = 32,
	MK_CODE39 = 64,
	MK_CODE93 = 128,
	MK_ITF = 256,
	MK_EAN13 = 512
};

/* A place in a picture, in pixels, x to the right, y down. The picture's top left
 * corner is 0,0; the centre of its first pixel is 0.5,0.5. */
struct mk_point {
	double x, y;
};

struct mk_roi {			/* a part of a picture, in pixels; w 0: all of it */
	int x, y, w, h;
};

/* A code that was read. */
struct mk_code {
	enum mk_kind kind;
	int rows, cols;		/* modules, finder included; 0: not told (linear, Aztec …) */
	bool fnc1;		/* it begins with FNC1: it is GS1 */
	bool light;		/* light modules on a dark ground */
	bool mirrored;		/* seen through the part, or in a mirror */
	/* The outer corners of the symbol (not of its quiet zone) in the picture given,
	 * in the order of its modules: of row 0, column 0; row 0, last column; last row,
	 * last column; last row, column 0. A Data Matrix has the corner of its L in
	 * corner[3], a QR code has no finder in corner[2]. They run clockwise, or
	 * anticlockwise if mirrored. Of a linear code: the bars that were crossed, row 0
	 * its upper end, column 0 its start. Within a module or so: a seed for a fit. */
	struct mk_point corner[4];
	char engine[8];		/* who read it: "dmtx", "zxing" */
	char way[12];		/* how the picture was made clearer: "asis", "up2" … */
	size_t n;
	unsigned char data[MK_SCAN_DATA_MAX];	/* without a leading FNC1; others are 0x1D */
};

/* What is wanted. {0}: the first code of any kind, within 200 ms. */
struct mk_scan_want {
	unsigned kinds;		/* 0: any */
	int rows, cols;		/* modules of a matrix symbol; 0: any. Others are not seen */
	int ms;			/* CPU time that may be spent; 0: 200 */
	bool all;		/* every code there is; costs all the time */
	struct mk_roi roi;
	bool expect;		/* look until data is found, whatever else there is */
	size_t n;
	unsigned char data[MK_SCAN_DATA_MAX];
};

/* What was found. */
struct mk_scan {
	int tries;		/* engines asked: 1 for a good mark */
	int best;		/* the code expected, or else the first; -1: none */
	bool conflict;		/* code[best] was read differently at the same place */
	int codes;
	struct mk_code code[MK_SCAN_CODES];
};

/* Look for codes. 0 with out filled (also if there is none), or -1. This may crash
 * inside an engine on a hostile picture: use a reader (reader.h). */
int mk_scan_image(const struct mk_image *im, const struct mk_scan_want *want,
	struct mk_scan *out, struct mk_err *e);

/* The kind and size in "datamatrix-20x20", "qr-25x25", "code128-1x90" or "qr", as
 * lay_symbol has it; rows and cols are 0 if it has none, or is linear. 0, or -1. */
int mk_scan_symbol(const char *s, size_t n, enum mk_kind *kind, int *rows, int *cols);

/* The same the other way: "datamatrix-18x18", or just "code128". */
#define MK_SCAN_NAME_MAX 32
void mk_scan_name(const struct mk_code *c, char name[MK_SCAN_NAME_MAX]);

/* The kind's own name, as templates have it; the kind of a name, 0 if it is none. */
const char *mk_kind_name(enum mk_kind kind);
enum mk_kind mk_kind_of(const char *name, size_t n);

/* What can be read: the sum of kinds that some engine takes. */
unsigned mk_scan_kinds(void);

#endif
