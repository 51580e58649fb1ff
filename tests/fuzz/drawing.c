/* SVG drawings: what is read has finite points, as many strokes as it says, and is the
 * same when it is read again. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "layout/drawing.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define must(c) do { if (!(c)) abort(); } while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct mk_strokes a = {0}, b = {0};
	bool evenodd, same;
	struct mk_err e = {0};
	size_t i, k, points = 0;

	if (mk_drawing_read((const char *)p, n, 0.1, &a, &evenodd, &e) == -1) {
		must(e.code == MK_EDATA && e.msg[0] != '\0');
		mk_strokes_clear(&a);
		return 0;
	}
	must(a.n > 0 && mk_drawing_read((const char *)p, n, 0.1, &b, &same, &e) == 0);
	must(a.n == b.n && a.npt == b.npt && same == evenodd);
	for (i = 0; i < a.n; i++) {
		must(a.s[i].n > 0 && a.s[i].first == points);
		points += a.s[i].n;
		for (k = a.s[i].first; k < points; k++)
			must(isfinite(a.pt[k].x) && isfinite(a.pt[k].y) && a.pt[k].x == b.pt[k].x);
		must(a.s[i].form != MK_CLOSED || a.pt[a.s[i].first].x == a.pt[points - 1].x);
	}
	must(points == a.npt);
	mk_strokes_clear(&a);
	mk_strokes_clear(&b);
	return 0;
}
