/* Code 128 from the widths of its bars and spaces: ISO/IEC 15417, annex B (reference
 * decode) and annex on decodability. Inside libmark/vision only (and its tests). */
#ifndef MK_CODE128_H
#define MK_CODE128_H

/* The character whose six elements, a bar first, have these widths (any unit): 0 to 105
 * (103 to 105 start), 106 is the first six of the stop; -1: none. *decodability gets V,
 * the least of V1 (edges to similar edges) and V2 (the sum of the bars); it may be below
 * 0. */
int mk_code128_char(const double width[6], double *decodability);

/* n elements, the first bar to the last one: how many characters, start and check
 * included, stop not; -1 if it is no Code 128 or its check character is wrong. The
 * characters go to value (at most max of them), V of the worst to *decodability. */
int mk_code128_read(const double *width, int n, int *value, int max, double *decodability);

#endif
