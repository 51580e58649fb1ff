#include "vision/way.h"

#include <stdio.h>

#include "image/raster.h"

#define UP_MAX 1600		/* pixels: larger pictures are halved instead of doubled */

static int
up(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return in->w > UP_MAX || in->h > UP_MAX ? mk_raster_half(in, out, e)
		: mk_raster_up2(in, out, e);
}

static int
open_gaps(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return mk_raster_open(in, 1, out, e);
}

static int
open_wide(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return mk_raster_open(in, 2, out, e);
}

static int
close_gaps(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return mk_raster_close(in, 1, out, e);
}

static int
blur(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return mk_raster_blur(in, 1, out, e);
}

/* Two ways, one behind the other. */
static int
then(int (*a)(const struct mk_image *, struct mk_image *, struct mk_err *),
	int (*b)(const struct mk_image *, struct mk_image *, struct mk_err *),
	const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	struct mk_image mid;
	int r;

	if (a(in, &mid, e) == -1)
		return -1;
	r = b(&mid, out, e);
	mk_image_clear(&mid);
	return r;
}

static int
smooth(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	struct mk_image mid;
	int r;

	if (mk_raster_blur(in, 2, &mid, e) == -1)
		return -1;
	r = mk_raster_stretch(&mid, out, e);
	mk_image_clear(&mid);
	return r;
}

static int
blur_stretch(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	return then(blur, mk_raster_stretch, in, out, e);
}

/* What is soft, as the distance from its own surroundings. */
static int
sharp(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	size_t n = (size_t)in->w * (size_t)in->h, i;

	if (mk_raster_blur(in, 4, out, e) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		int v = in->px[i] + 3 * (in->px[i] - out->px[i]);

		out->px[i] = (unsigned char)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
	return 0;
}

static int
level(const struct mk_image *in, struct mk_image *out, struct mk_err *e)
{
	int side = in->w < in->h ? in->w : in->h, r = side / 12;
	struct mk_image mid;
	int k;

	if (mk_raster_blur(in, 1, &mid, e) == -1)
		return -1;
	k = mk_raster_level(&mid, r < 8 ? 8 : r, out, e);
	mk_image_clear(&mid);
	return k;
}

static const struct mk_way ways[] = {
	{ "asis", NULL, false, false },
	{ "up2", up, false, false },
	{ "open", open_gaps, false, false },
	{ "blur", blur_stretch, false, false },
	{ "sharp", sharp, false, false },
	{ "invert", mk_raster_invert, false, true },
	{ "level", level, false, false },
	{ "smooth", smooth, false, false },
	{ "close", close_gaps, false, false },
	{ "openwide", open_wide, false, false },
	{ "flip", mk_raster_flip, true, false }
};
#define WAYS (sizeof ways / sizeof *ways)

const struct mk_way *
mk_way(size_t i)
{
	return i < WAYS ? &ways[i] : NULL;
}

void
mk_way_back(const struct mk_way *way, int w, int made_w, struct mk_code *c)
{
	/* a side of odd length loses its last pixel when it is halved */
	double scale = made_w > w ? 0.5 : made_w < w ? 2 : 1;
	int i;

	for (i = 0; i < 4; i++) {
		c->corner[i].x *= scale;
		c->corner[i].y *= scale;
		if (way->flips)
			c->corner[i].x = w - c->corner[i].x;
	}
	if (way->flips)
		c->mirrored = !c->mirrored;
	if (way->inverts)
		c->light = !c->light;
	(void)snprintf(c->way, sizeof c->way, "%s", way->name);
}
