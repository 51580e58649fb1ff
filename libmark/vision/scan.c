#include "vision/scan.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "image/raster.h"
#include "vision/dmtx.h"

#define MS 1000			/* unless told otherwise */
#define UP_MAX 1600		/* pixels: larger pictures are not doubled */

static int64_t
now_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- ways to make a picture clearer, the most promising first ---- */

typedef int clearer(const struct mk_image *in, struct mk_image *out, struct mk_err *e);

static int
open_gaps(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return mk_raster_open(in, 1, out, e);
}

static int
blur(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return mk_raster_blur(in, 1, out, e);
}

static int
up(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return in->w > UP_MAX || in->h > UP_MAX ? mk_raster_half(in, out, e)
		: mk_raster_up2(in, out, e);
}

static clearer *const ways[] = { NULL, up, open_gaps, blur };
#define WAYS ((int)(sizeof ways / sizeof *ways))

static int
try_way(clearer *way, const struct mk_image *im, const struct mk_scan_want *want, int ms,
	struct mk_scan *out, struct mk_err *e)
{
	struct mk_image clear;
	int r;

	if (way == NULL)
		return mk_dmtx_scan(im, want, ms, true, out, e);
	if (way(im, &clear, e) == -1)
		return -1;
	r = mk_dmtx_scan(&clear, want, ms, true, out, e);
	mk_image_clear(&clear);
	return r;
}

int
mk_scan_image(const struct mk_image *im, const struct mk_scan_want *want,
	struct mk_scan *out, struct mk_err *e)
{
	int64_t end = now_ms() + (want->ms > 0 ? want->ms : MS), left;
	int i, r = 0;

	memset(out, 0, sizeof *out);
	for (i = 0; i < WAYS && r == 0; i++) {
		left = end - now_ms();
		if (left <= 0)
			break;
		out->tries++;
		/* what a try leaves over of its share, the later ones have */
		r = try_way(ways[i], im, want, (int)(left / (WAYS - i)) + 1, out, e);
	}
	return r == -1 ? -1 : 0;
}

int
mk_scan_size(const char *s, size_t n, int *rows, int *cols)
{
	static const char head[] = "datamatrix-";
	const size_t k = sizeof head - 1;
	const char *x;
	struct mk_err e;
	uint64_t r, c;

	if (n <= k || memcmp(s, head, k) != 0 || (x = memchr(s + k, 'x', n - k)) == NULL ||
	    mk_num_u64(s + k, (size_t)(x - s) - k, 8, 144, &r, &e) == -1 ||
	    mk_num_u64(x + 1, (size_t)(s + n - x) - 1, 8, 144, &c, &e) == -1)
		return -1;
	*rows = (int)r;
	*cols = (int)c;
	return 0;
}
