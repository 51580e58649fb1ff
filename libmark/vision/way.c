#include "vision/way.h"

#include <stdio.h>

#include "image/raster.h"

#define UP_MAX 1600		/* pixels: larger pictures are halved instead of doubled */

/* Pixels of the longer side. In a large picture the modules of a mark are large, and so
 * are the gaps between dots: in a small one they are as a few pixels can close them. */
#define SMALL 520
#define TINY 300
#define MINI 200

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
	{ "asis", 0, NULL, false, false },
	{ "small", SMALL, NULL, false, false },
	{ "tinyopen", TINY, open_gaps, false, false },
	{ "smallopen", SMALL, open_gaps, false, false },
	{ "tinysmooth", TINY, smooth, false, false },
	{ "minismooth", MINI, smooth, false, false },
	{ "miniwide", MINI, open_wide, false, false },
	{ "smallsmooth", SMALL, smooth, false, false },
	{ "smallinvert", SMALL, mk_raster_invert, false, true },
	{ "up2", 0, up, false, false },
	{ "open", 0, open_gaps, false, false },
	{ "blur", 0, blur_stretch, false, false },
	{ "sharp", 0, sharp, false, false },
	{ "invert", 0, mk_raster_invert, false, true },
	{ "level", 0, level, false, false },
	{ "smooth", 0, smooth, false, false },
	{ "smallclose", SMALL, close_gaps, false, false },
	{ "close", 0, close_gaps, false, false },
	{ "openwide", 0, open_wide, false, false },
	{ "flip", 0, mk_raster_flip, true, false }
};
#define WAYS (sizeof ways / sizeof *ways)

const struct mk_way *
mk_way(size_t i)
{
	return i < WAYS ? &ways[i] : NULL;
}

static int
longer(const struct mk_image *im)
{
	return im->w > im->h ? im->w : im->h;
}

bool
mk_way_suits(const struct mk_way *way, const struct mk_image *im)
{
	return longer(im) >= way->reduce * 5 / 4;
}

int
mk_way_make(const struct mk_way *way, const struct mk_image *in, struct mk_image *out,
	struct mk_err *e)
{
	struct mk_image mid;
	int r;

	if (way->reduce == 0)
		return way->make(in, out, e);
	r = mk_raster_shrink(in, (longer(in) + way->reduce - 1) / way->reduce, &mid, e);
	if (r == -1 || way->make == NULL) {
		*out = mid;
		return r;
	}
	r = way->make(&mid, out, e);
	mk_image_clear(&mid);
	return r;
}

void
mk_way_back(const struct mk_way *way, int w, int made_w, struct mk_code *c)
{
	/* what is left over of a side is lost when it is made smaller */
	double scale = made_w > w ? 0.5 : w / made_w;
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
