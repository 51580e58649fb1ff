/* Reed–Solomon codes over the field of 256, as matrix symbols use them. Inside
 * libmark/vision only (and its tests). */
#ifndef MK_RS_H
#define MK_RS_H

#include <stdbool.h>

struct mk_rs {
	unsigned poly;		/* of the field: 0x12d Data Matrix, 0x11d QR */
	int first;		/* the first root's exponent: 1 Data Matrix, 0 QR */
};

/* Whether the n words, the data first, are a word of the code with `check` check
 * words. n is at most 255. */
bool mk_rs_holds(const struct mk_rs *c, const unsigned char *word, int n, int check);

/* Mend up to `most` wrong words in place: how many there were, or -1 if there is no
 * codeword so near, and word is as before. most is at most check / 2. */
int mk_rs_mend(const struct mk_rs *c, unsigned char *word, int n, int check, int most);

#endif
