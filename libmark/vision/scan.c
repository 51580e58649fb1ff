#include "vision/scan.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "image/raster.h"
#include "vision/engine.h"
#include "vision/way.h"

#define MS 200			/* unless told otherwise */

/* ---- names ---- */

static const struct {
	enum mk_kind kind;
	const char *name;
} names[] = {
	{ MK_DATAMATRIX, "datamatrix" }, { MK_QR, "qr" }, { MK_CODE128, "code128" },
	{ MK_MICROQR, "microqr" }, { MK_AZTEC, "aztec" }, { MK_PDF417, "pdf417" },
	{ MK_CODE39, "code39" }, { MK_CODE93, "code93" }, { MK_ITF, "itf" }, { MK_EAN13, "ean13" },
	{ MK_DATAMATRIX, "datamatrix-rect" }
};
#define NAMES (sizeof names / sizeof *names)

const char *
mk_kind_name(enum mk_kind kind)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		if (names[i].kind == kind)
			return names[i].name;
	return "code";
}

enum mk_kind
mk_kind_of(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		if (strlen(names[i].name) == n && memcmp(names[i].name, name, n) == 0)
			return names[i].kind;
	return 0;
}

unsigned
mk_scan_kinds(void)
{
	const struct mk_engine *g;
	unsigned kinds = 0;
	size_t i;

	for (i = 0; (g = mk_engine(i)) != NULL; i++)
		kinds |= g->kinds;
	return kinds;
}

int
mk_scan_symbol(const char *s, size_t n, enum mk_kind *kind, int *rows, int *cols)
{
	const char *x;
	struct mk_err e;
	size_t head = n;
	uint64_t r, c;

	*rows = *cols = 0;
	if ((*kind = mk_kind_of(s, n)) != 0)
		return 0;
	while (head > 0 && s[head - 1] != '-')
		head--;
	if (head < 2 || (*kind = mk_kind_of(s, head - 1)) == 0 ||
	    (x = memchr(s + head, 'x', n - head)) == NULL ||
	    mk_num_u64(s + head, (size_t)(x - s) - head, 1, 177, &r, &e) == -1 ||
	    mk_num_u64(x + 1, (size_t)(s + n - x) - 1, 1, 100000, &c, &e) == -1)
		return -1;
	if ((*kind & (MK_DATAMATRIX | MK_QR)) == 0)
		return 0;
	*rows = (int)r;
	*cols = (int)c;
	return r >= 8 && c <= 177 ? 0 : -1;
}

void
mk_scan_name(const struct mk_code *c, char name[MK_SCAN_NAME_MAX])
{
	if (c->rows == 0)
		(void)snprintf(name, MK_SCAN_NAME_MAX, "%s", mk_kind_name(c->kind));
	else
		(void)snprintf(name, MK_SCAN_NAME_MAX, "%s-%dx%d", mk_kind_name(c->kind), c->rows, c->cols);
}

/* ---- what was found ---- */

static bool
is_wanted(const struct mk_code *c, const struct mk_scan_want *want)
{
	return want->expect && c->n == want->n && memcmp(c->data, want->data, c->n) == 0;
}

bool
mk_scan_enough(const struct mk_scan *out, const struct mk_scan_want *want)
{
	int i;

	if (want->all)
		return false;
	if (!want->expect)
		return out->codes > 0;
	for (i = 0; i < out->codes; i++)
		if (is_wanted(&out->code[i], want))
			return true;
	return false;
}

static struct mk_point
centre(const struct mk_code *c)
{
	struct mk_point p = {0};
	int i;

	for (i = 0; i < 4; i++) {
		p.x += c->corner[i].x / 4;
		p.y += c->corner[i].y / 4;
	}
	return p;
}

static double
reach(const struct mk_code *c)
{
	struct mk_point p = centre(c);
	double d = 0;
	int i;

	for (i = 0; i < 4; i++)
		d = fmax(d, hypot(c->corner[i].x - p.x, c->corner[i].y - p.y));
	return d;
}

/* Whether two codes are at the same place: no two marks lie that close. */
static bool
same_place(const struct mk_code *a, const struct mk_code *b)
{
	struct mk_point p = centre(a), q = centre(b);

	return hypot(p.x - q.x, p.y - q.y) < fmax(reach(a), reach(b)) / 2;
}

static bool
same_data(const struct mk_code *a, const struct mk_code *b)
{
	return a->kind == b->kind && a->fnc1 == b->fnc1 && a->n == b->n &&
		memcmp(a->data, b->data, a->n) == 0;
}

/* Drop what is not wanted, and what was found before, of the codes from the first on. */
static void
sift(struct mk_scan *out, const struct mk_scan_want *want, int first)
{
	int i, k, kept = first;

	for (i = first; i < out->codes; i++) {
		const struct mk_code *c = &out->code[i];
		bool drop = want->rows != 0 && c->rows != 0 &&
			(c->rows != want->rows || c->cols != want->cols);

		for (k = 0; k < kept && !drop; k++)
			drop = same_data(c, &out->code[k]) && same_place(c, &out->code[k]);
		if (drop)
			continue;
		if (kept != i)
			out->code[kept] = *c;
		kept++;
	}
	out->codes = kept;
}

static void
choose(struct mk_scan *out, const struct mk_scan_want *want)
{
	int i;

	out->best = out->codes > 0 ? 0 : -1;
	for (i = 0; i < out->codes; i++)
		if (is_wanted(&out->code[i], want)) {
			out->best = i;
			break;
		}
	for (i = 0; i < out->codes; i++)
		if (i != out->best && same_place(&out->code[i], &out->code[out->best]))
			out->conflict = true;
}

/* ---- the search ---- */

struct search {
	const struct mk_image *im;	/* the part that is looked at */
	const struct mk_scan_want *want;
	double until;			/* by mk_cpu_ms */
	int left;			/* ways that are still to come, this one too */
};

static bool
suits(const struct mk_engine *g, const struct mk_way *way, const struct mk_scan_want *want)
{
	if (want->kinds != 0 && (g->kinds & want->kinds) == 0)
		return false;
	return !way->inverts || !g->light;
}

/* All engines on one picture, until one has what is wanted. */
static int
look(const struct search *s, const struct mk_way *way, const struct mk_image *im,
	struct mk_scan *out, struct mk_err *e)
{
	const struct mk_engine *g;
	size_t i;
	int k, first;

	for (i = 0; (g = mk_engine(i)) != NULL && !mk_scan_enough(out, s->want); i++) {
		/* what a way leaves over of its share, the later ones have */
		double share = (s->until - mk_cpu_ms()) / s->left;

		if (!suits(g, way, s->want))
			continue;
		if (share <= 0)
			break;
		out->tries++;
		first = out->codes;
		if (g->scan(im, s->want, (int)share + 1, out, e) == -1)
			return -1;
		for (k = first; k < out->codes; k++)
			mk_way_back(way, s->im->w, im->w, &out->code[k]);
		sift(out, s->want, first);
	}
	return 0;
}

static int
try_way(const struct search *s, const struct mk_way *way, struct mk_scan *out, struct mk_err *e)
{
	struct mk_image clear;
	int r;

	if (way->make == NULL && way->reduce == 0)
		return look(s, way, s->im, out, e);
	if (mk_way_make(way, s->im, &clear, e) == -1)
		return -1;
	r = look(s, way, &clear, out, e);
	mk_image_clear(&clear);
	return r;
}

static int
scan_part(const struct mk_image *im, const struct mk_scan_want *want, struct mk_scan *out,
	struct mk_err *e)
{
	struct search s = { im, want, mk_cpu_ms() + (want->ms > 0 ? want->ms : MS), 0 };
	const struct mk_way *way;
	size_t i;

	for (i = 0; (way = mk_way(i)) != NULL; i++)
		s.left += mk_way_suits(way, im);
	for (i = 0; (way = mk_way(i)) != NULL && !mk_scan_enough(out, want); i++) {
		if (!mk_way_suits(way, im))
			continue;
		if (mk_cpu_ms() >= s.until)
			break;
		if (try_way(&s, way, out, e) == -1)
			return -1;
		s.left--;
	}
	choose(out, want);
	return 0;
}

int
mk_scan_image(const struct mk_image *im, const struct mk_scan_want *want,
	struct mk_scan *out, struct mk_err *e)
{
	const struct mk_roi *roi = &want->roi;
	struct mk_image part;
	int i, k, r;

	memset(out, 0, sizeof *out);
	out->best = -1;
	if (roi->w == 0)
		return scan_part(im, want, out, e);
	if (mk_raster_crop(im, roi->x, roi->y, roi->w, roi->h, &part, e) == -1)
		return -1;
	r = scan_part(&part, want, out, e);
	mk_image_clear(&part);
	for (i = 0; i < out->codes; i++)
		for (k = 0; k < 4; k++) {
			out->code[i].corner[k].x += roi->x;
			out->code[i].corner[k].y += roi->y;
		}
	return r;
}
