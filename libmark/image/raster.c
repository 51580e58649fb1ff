#include "image/raster.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int
clamp(int v, int max)
{
	return v < 0 ? 0 : v > max ? max : v;
}

int
mk_raster_pad(const struct mk_image *in, int n, struct mk_image *out, struct mk_err *e)
{
	int y;

	if (mk_image_new(out, in->w + 2 * n, in->h + 2 * n, e) == -1)
		return -1;
	for (y = 0; y < out->h; y++) {
		const unsigned char *s = in->px + (size_t)clamp(y - n, in->h - 1) * (size_t)in->w;
		unsigned char *d = out->px + (size_t)y * (size_t)out->w;

		memset(d, s[0], (size_t)n);
		memcpy(d + n, s, (size_t)in->w);
		memset(d + n + in->w, s[in->w - 1], (size_t)n);
	}
	return 0;
}

int
mk_raster_up2(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	int x, y;

	if (mk_image_new(out, in->w * 2, in->h * 2, e) == -1)
		return -1;
	for (y = 0; y < out->h; y++) {
		/* a fine pixel's centre is a quarter from one coarse centre, 3/4 from the next */
		const unsigned char *a = in->px + (size_t)(y / 2) * (size_t)in->w;
		const unsigned char *b = in->px +
			(size_t)clamp(y / 2 + (y % 2 == 0 ? -1 : 1), in->h - 1) * (size_t)in->w;
		unsigned char *d = out->px + (size_t)y * (size_t)out->w;

		for (x = 0; x < out->w; x++) {
			int near = x / 2, far = clamp(near + (x % 2 == 0 ? -1 : 1), in->w - 1);

			d[x] = (unsigned char)((9 * a[near] + 3 * a[far] + 3 * b[near] +
				b[far] + 8) / 16);
		}
	}
	return 0;
}

int
mk_raster_half(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return mk_raster_shrink(in, 2, out, e);
}

int
mk_raster_shrink(const struct mk_image *in, int n, struct mk_image *out, struct mk_err *e)
{
	int x, y, i, k;

	if (mk_image_new(out, in->w < n ? 1 : in->w / n, in->h < n ? 1 : in->h / n, e) == -1)
		return -1;
	for (y = 0; y < out->h; y++)
		for (x = 0; x < out->w; x++) {
			unsigned sum = 0;

			for (i = 0; i < n; i++) {
				const unsigned char *row = in->px + (size_t)clamp(n * y + i, in->h - 1) * (size_t)in->w;

				for (k = 0; k < n; k++)
					sum += row[clamp(n * x + k, in->w - 1)];
			}
			out->px[(size_t)y * (size_t)out->w + (size_t)x] =
				(unsigned char)((sum + (unsigned)(n * n) / 2) / (unsigned)(n * n));
		}
	return 0;
}

/* ---- filters along a line: from n pixels that are step apart, in place ---- */

typedef void line_filter(const unsigned char *in, int n, int r, unsigned char *out);

static void
line_mean(const unsigned char *in, int n, int r, unsigned char *out)
{
	int i, sum = 0, k = 2 * r + 1;

	for (i = -r; i <= r; i++)
		sum += in[clamp(i, n - 1)];
	for (i = 0; i < n; i++) {
		out[i] = (unsigned char)((sum + r) / k);
		sum += in[clamp(i + r + 1, n - 1)] - in[clamp(i - r, n - 1)];
	}
}

static void
line_min(const unsigned char *in, int n, int r, unsigned char *out)
{
	int i, k;

	for (i = 0; i < n; i++) {
		unsigned char m = in[i];

		for (k = clamp(i - r, n - 1); k <= clamp(i + r, n - 1); k++)
			m = in[k] < m ? in[k] : m;
		out[i] = m;
	}
}

static void
line_max(const unsigned char *in, int n, int r, unsigned char *out)
{
	int i, k;

	for (i = 0; i < n; i++) {
		unsigned char m = in[i];

		for (k = clamp(i - r, n - 1); k <= clamp(i + r, n - 1); k++)
			m = in[k] > m ? in[k] : m;
		out[i] = m;
	}
}

/* A filter along the rows, then along the columns. line holds two lines. */
static void
both_ways(struct mk_image *im, line_filter *f, int r, unsigned char *line)
{
	size_t w = (size_t)im->w, h = (size_t)im->h, x, y;
	unsigned char *done = line + (w > h ? w : h);

	for (y = 0; y < h; y++) {
		f(im->px + y * w, im->w, r, done);
		memcpy(im->px + y * w, done, w);
	}
	for (x = 0; x < w; x++) {
		for (y = 0; y < h; y++)
			line[y] = im->px[y * w + x];
		f(line, im->h, r, done);
		for (y = 0; y < h; y++)
			im->px[y * w + x] = done[y];
	}
}

static int
two_filters(const struct mk_image *in, line_filter *a, line_filter *b, int r,
	struct mk_image *out, struct mk_err *e)
{
	size_t w = (size_t)in->w, h = (size_t)in->h;
	unsigned char *line;

	if (mk_image_new(out, in->w, in->h, e) == -1)
		return -1;
	if ((line = malloc(2 * (w > h ? w : h))) == NULL) {
		mk_image_clear(out);
		return mk_err_nomem(e);
	}
	memcpy(out->px, in->px, w * h);
	both_ways(out, a, r, line);
	both_ways(out, b, r, line);
	free(line);
	return 0;
}

int
mk_raster_blur(const struct mk_image *in, int r, struct mk_image *out, struct mk_err *e)
{
	return two_filters(in, line_mean, line_mean, r, out, e);
}

int
mk_raster_open(const struct mk_image *in, int r, struct mk_image *out, struct mk_err *e)
{
	return two_filters(in, line_min, line_max, r, out, e);
}

int
mk_raster_stretch(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	size_t n = (size_t)in->w * (size_t)in->h, i, hist[256] = {0}, sum;
	int lo = 0, hi = 255;

	if (mk_image_new(out, in->w, in->h, e) == -1)
		return -1;
	for (i = 0; i < n; i++)
		hist[in->px[i]]++;
	for (sum = hist[lo]; lo < 255 && sum <= n / 100; sum += hist[lo])
		lo++;
	for (sum = hist[hi]; hi > lo + 1 && sum <= n / 100; sum += hist[hi])
		hi--;
	if (hi <= lo)
		hi = lo + 1;
	for (i = 0; i < n; i++)
		out->px[i] = (unsigned char)clamp((in->px[i] - lo) * 255 / (hi - lo), 255);
	return 0;
}

/* ---- geometry and levels ---- */

int
mk_raster_crop(const struct mk_image *in, int x, int y, int w, int h, struct mk_image *out,
	struct mk_err *e)
{
	int row;

	if (x < 0 || y < 0 || w < 1 || h < 1 || w > in->w - x || h > in->h - y)
		return mk_err(e, MK_EDATA, "%dx%d+%d+%d is not inside a picture of %dx%d", w, h, x, y,
			in->w, in->h);
	if (mk_image_new(out, w, h, e) == -1)
		return -1;
	for (row = 0; row < h; row++)
		memcpy(out->px + (size_t)row * (size_t)w,
			in->px + (size_t)(y + row) * (size_t)in->w + x, (size_t)w);
	return 0;
}

int
mk_raster_flip(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	int x, y;

	if (mk_image_new(out, in->w, in->h, e) == -1)
		return -1;
	for (y = 0; y < in->h; y++)
		for (x = 0; x < in->w; x++)
			out->px[(size_t)y * (size_t)in->w + (size_t)x] =
				in->px[(size_t)y * (size_t)in->w + (size_t)(in->w - 1 - x)];
	return 0;
}

int
mk_raster_invert(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	size_t n = (size_t)in->w * (size_t)in->h, i;

	if (mk_image_new(out, in->w, in->h, e) == -1)
		return -1;
	for (i = 0; i < n; i++)
		out->px[i] = (unsigned char)(255 - in->px[i]);
	return 0;
}

int
mk_raster_close(const struct mk_image *in, int r, struct mk_image *out, struct mk_err *e)
{
	return two_filters(in, line_max, line_min, r, out, e);
}

/* One row of local levels, from the sums over each column's 2r+1 pixels around it. */
static void
level_row(const unsigned char *in, int w, int r, int rows, const uint32_t *sum,
	const uint32_t *square, unsigned char *out)
{
	int64_t s = 0, q = 0;
	int x, k, cols = 0;

	for (k = 0; k < r && k < w; k++, cols++) {
		s += sum[k];
		q += square[k];
	}
	for (x = 0; x < w; x++) {
		double n, mean, dev;

		if (x + r < w) {
			s += sum[x + r];
			q += square[x + r];
			cols++;
		}
		if (x - r > 0) {
			s -= sum[x - r - 1];
			q -= square[x - r - 1];
			cols--;
		}
		n = (double)cols * rows;
		mean = (double)s / n;
		dev = sqrt((double)q / n - mean * mean + 4);
		out[x] = (unsigned char)clamp((int)(128.5 + 80 * (in[x] - mean) / dev), 255);
	}
}

int
mk_raster_level(const struct mk_image *in, int r, struct mk_image *out, struct mk_err *e)
{
	size_t w = (size_t)in->w, x;
	uint32_t *sum, *square;
	int y, rows = 0;

	if ((sum = calloc(2 * w, sizeof *sum)) == NULL)
		return mk_err_nomem(e);
	if (mk_image_new(out, in->w, in->h, e) == -1) {
		free(sum);
		return -1;
	}
	square = sum + w;
	for (y = -r; y < in->h; y++) {
		const unsigned char *in_row = in->px + (size_t)clamp(y + r, in->h - 1) * w;
		const unsigned char *out_row = in->px + (size_t)(y > r ? y - r - 1 : 0) * w;

		if (y + r < in->h)
			for (x = 0, rows++; x < w; x++) {
				sum[x] += in_row[x];
				square[x] += (uint32_t)in_row[x] * in_row[x];
			}
		if (y > r)
			for (x = 0, rows--; x < w; x++) {
				sum[x] -= out_row[x];
				square[x] -= (uint32_t)out_row[x] * out_row[x];
			}
		if (y >= 0)
			level_row(in->px + (size_t)y * w, in->w, r, rows, sum, square,
				out->px + (size_t)y * w);
	}
	free(sum);
	return 0;
}
