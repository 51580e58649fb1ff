#include "vision/code128.h"

#include <math.h>
#include <string.h>

#define N 11	/* modules of a character */

/* Widths of the six elements of characters 0 to 105, and of the stop's first six. */
static const char pattern[107][7] = {
	"212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
	"221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
	"223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
	"312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
	"112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
	"113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
	"311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
	"111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
	"122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
	"121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
	"214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
	"113141", "114131", "311141", "411131", "211412", "211214", "211232", "233111"
};

static int
bars(const char *p)
{
	return p[0] + p[2] + p[4] - 3 * '0';
}

/* Whether the four distances of similar edges, in modules, are the character's. */
static int
fits(const char *p, const int edge[4])
{
	int i;

	for (i = 0; i < 4; i++)
		if (p[i] + p[i + 1] - 2 * '0' != edge[i])
			return 0;
	return 1;
}

int
mk_code128_char(const double w[6], double *decodability)
{
	double sum = 0, black, v = 1, e, off, best = 9;
	int edge[4], i, k, found = -1;

	for (i = 0; i < 6; i++)
		sum += w[i];
	if (!(sum > 0))
		return -1;
	for (i = 0; i < 4; i++) {
		e = (w[i] + w[i + 1]) / sum * N;
		edge[i] = (int)floor(e + .5);
		/* half a module is the way to the next reference threshold */
		v = fmin(v, (.5 - fabs(e - edge[i])) / .5);
	}
	black = (w[0] + w[2] + w[4]) / sum * N;
	for (k = 0; k < 107; k++) {
		off = fabs(black - bars(pattern[k]));
		if (fits(pattern[k], edge) && off < best) {
			best = off;
			found = k;
		}
	}
	if (found == -1 || best >= 1.75)
		return -1;
	*decodability = fmin(v, (1.75 - best) / 1.75);
	return found;
}

int
mk_code128_read(const double *width, int n, int *value, int max, double *decodability)
{
	int chars = (n - 7) / 6, i, got;
	long sum = 0;
	double v;

	*decodability = 1;
	if (n < 25 || n % 6 != 1 || chars > max)
		return -1;
	for (i = 0; i <= chars; i++) {
		if ((got = mk_code128_char(width + 6 * i, &v)) == -1)
			return -1;
		*decodability = fmin(*decodability, v);
		if (i < chars)
			value[i] = got;
		if (i < chars - 1)
			sum += (long)got * (i == 0 ? 1 : i);
	}
	return value[0] >= 103 && value[0] <= 105 && got == 106 && sum % 103 == value[chars - 1]
		? chars : -1;
}
