#include <math.h>

#include "vision/engine.h"
#include "vision/plan.h"

/* ISO/IEC 16022 table 7 and ISO/IEC 21471 table 1: rows, columns, data codewords. */
static const short datamatrix[][3] = {
	{ 10, 10, 3 }, { 12, 12, 5 }, { 14, 14, 8 }, { 16, 16, 12 }, { 18, 18, 18 },
	{ 20, 20, 22 }, { 22, 22, 30 }, { 24, 24, 36 }, { 26, 26, 44 }, { 32, 32, 62 },
	{ 36, 36, 86 }, { 40, 40, 114 }, { 44, 44, 144 }, { 48, 48, 174 }, { 52, 52, 204 },
	{ 64, 64, 280 }, { 72, 72, 368 }, { 80, 80, 456 }, { 88, 88, 576 }, { 96, 96, 696 },
	{ 104, 104, 816 }, { 120, 120, 1050 }, { 132, 132, 1304 }, { 144, 144, 1558 },
	{ 8, 18, 5 }, { 8, 32, 10 }, { 12, 26, 16 }, { 12, 36, 22 }, { 16, 36, 32 },
	{ 16, 48, 49 },
	{ 8, 48, 18 }, { 8, 64, 24 }, { 8, 80, 32 }, { 8, 96, 38 }, { 8, 120, 49 },
	{ 8, 144, 63 }, { 12, 64, 43 }, { 12, 88, 64 }, { 16, 64, 62 }, { 20, 36, 44 },
	{ 20, 44, 56 }, { 20, 64, 84 }, { 22, 48, 72 }, { 24, 48, 80 }, { 24, 64, 108 },
	{ 26, 40, 70 }, { 26, 48, 90 }, { 26, 64, 118 }
};

int
mk_datamatrix_size(int words, double width, double height, int *rows, int *cols)
{
	double want = width > 0 && height > 0 ? log(width / height) : 0, d, best = HUGE_VAL;
	size_t i;

	for (i = 0; i < sizeof datamatrix / sizeof *datamatrix; i++) {
		if (datamatrix[i][2] != words)
			continue;
		d = fabs(log((double)datamatrix[i][1] / datamatrix[i][0]) - want);
		if (d >= best)
			continue;
		best = d;
		*rows = datamatrix[i][0];
		*cols = datamatrix[i][1];
	}
	return best < HUGE_VAL ? 0 : -1;
}

/* Codewords of version v: modules that are neither pattern nor information. */
static int
qr_words(int v)
{
	int bits = (16 * v + 128) * v + 64, along = v / 7 + 2;

	if (v >= 2)
		bits -= (25 * along - 10) * along - 55;
	return (v >= 7 ? bits - 36 : bits) / 8;
}

int
mk_qr_size(int words, char level)
{
	int l = level == 'L' ? 0 : level == 'M' ? 1 : level == 'Q' ? 2 : level == 'H' ? 3 : -1, v;

	for (v = 1; l >= 0 && v <= 40; v++)
		if (qr_words(v) - mk_qr_check[l][v - 1] * mk_qr_blocks[l][v - 1] == words)
			return 17 + 4 * v;
	return 0;
}
