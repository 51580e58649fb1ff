/* Engines that read codes, behind one interface. Inside libmark/vision only (and its
 * tests). A new one is a row in engine.c. */
#ifndef MK_ENGINE_H
#define MK_ENGINE_H

#include "vision/scan.h"

/* One look at one picture as it is, without want->roi. What is read goes through
 * mk_scan_add, its corners in the pixels of im. ms of CPU time may be spent. 1 if
 * there was something, 0, -1 with e. */
struct mk_engine {
	const char *name;
	unsigned kinds;		/* what it reads */
	bool light;		/* also light on dark */
	int (*scan)(const struct mk_image *im, const struct mk_scan_want *want, int ms,
		struct mk_scan *out, struct mk_err *e);
};

/* Those that were built in, the quickest first; NULL behind the last. */
const struct mk_engine *mk_engine(size_t i);

/* The next free code, or NULL if there is no room for more. */
struct mk_code *mk_scan_add(struct mk_scan *out);

/* Whether what was found is what is wanted, so that the search may end. */
bool mk_scan_enough(const struct mk_scan *out, const struct mk_scan_want *want);

/* CPU time of this process, in ms. */
double mk_cpu_ms(void);

/* ---- sizes.c: what the number of data codewords says about a symbol's size ---- */

/* Of a Data Matrix whose sides are as long as that (any unit); 0, -1: none has. */
int mk_datamatrix_size(int words, double width, double height, int *rows, int *cols);

/* Of a QR code with that level, 'L' 'M' 'Q' 'H': modules a side, 0: none has. */
int mk_qr_size(int words, char level);

#endif
