/* Settings of shapes, drawings, groups, arrays and offsets. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "layout/setting.h"

static int
set_from(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_point(v, strlen(v), &in->shape.from, e);
}

static int
set_to(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_point(v, strlen(v), &in->shape.to, e);
}

static int
set_size(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	struct mk_point p;

	if (mk_lay_point(v, strlen(v), &p, e) == -1 || p.x <= 0 || p.y <= 0)
		return mk_err(e, MK_ECONF, "'%s' is no size: write WIDTH,HEIGHT in mm", v);
	in->shape.w = p.x;
	in->shape.h = p.y;
	return 0;
}

static int
set_radius(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->shape.radius, e);
}

static int
set_start(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_angle(v, &in->shape.start, e);
}

static int
set_end(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_angle(v, &in->shape.end, e);
}

static int
set_points(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	size_t n = 1, i;
	const char *p;

	for (p = v; *p != '\0'; p++)
		n += *p == ';';
	if (n < 2)
		return mk_err(e, MK_ECONF, "two points at least: write X,Y;X,Y in mm");
	in->shape.pt = mk_arena_alloc(&in->t->arena, n * sizeof *in->shape.pt, e);
	if (in->shape.pt == NULL)
		return -1;
	in->shape.npt = n;
	for (i = 0; i < n; i++) {
		size_t len = strcspn(v, ";");

		if (mk_lay_point(v, len, &in->shape.pt[i], e) == -1)
			return -1;
		v += len + 1;
	}
	return 0;
}

static int
set_close(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_flag(v, &in->shape.close, e);
}

static int
set_fill(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const words[] = { "outline", "hatch", NULL };
	unsigned i;

	if (mk_lay_choice(v, words, "fill", &i, e) == -1)
		return -1;
	in->el->fill = i == 0 ? MK_FILL_OUTLINE : MK_FILL_HATCH;
	return 0;
}

#define PLACED { "at", true, mk_lay_at }, { "pen", true, mk_lay_pen_of }, \
	{ "rotate", false, mk_lay_rotate }, { "overlap", false, mk_lay_overlap }
#define FILLED { "fill", false, set_fill }, { "pitch", false, mk_lay_pitch }, \
	{ "angle", false, mk_lay_hatch_angle }, { "cross", false, mk_lay_cross }

const struct mk_lay_setting mk_set_line[] = {
	{ "from", true, set_from }, { "to", true, set_to }, { "pen", true, mk_lay_pen_of },
	{ "overlap", false, mk_lay_overlap }, {0}
};
const struct mk_lay_setting mk_set_rect[] = {
	PLACED, { "size", true, set_size }, { "radius", false, set_radius }, FILLED, {0}
};
const struct mk_lay_setting mk_set_circle[] = {
	PLACED, { "radius", true, set_radius }, FILLED, {0}
};
const struct mk_lay_setting mk_set_arc[] = {
	PLACED, { "radius", true, set_radius }, { "from", true, set_start }, { "to", true, set_end },
	{0}
};
const struct mk_lay_setting mk_set_polyline[] = {
	{ "points", true, set_points }, { "pen", true, mk_lay_pen_of }, { "at", false, mk_lay_at },
	{ "rotate", false, mk_lay_rotate }, { "overlap", false, mk_lay_overlap },
	{ "close", false, set_close }, FILLED, {0}
};

/* ---- svg FILE … ---- */

static int
set_width(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->shape.w, e);
}

static int
set_height(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->shape.h, e);
}

const struct mk_lay_setting mk_set_svg[] = {
	PLACED, { "width", false, set_width }, { "height", false, set_height },
	{ "mirror", false, mk_lay_mirror }, FILLED, {0}
};

/* ---- group, array, offset ---- */

static int
set_scale(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	int64_t x;

	if (mk_num_fix(v, strlen(v), 6, 1000, 1000000000, &x, e) == -1)
		return -1;
	in->scale = (double)x / 1e6;
	return 0;
}

const struct mk_lay_setting mk_set_group[] = {
	{ "at", false, mk_lay_at }, { "rotate", false, mk_lay_rotate }, { "scale", false, set_scale },
	{0}
};

static int
count(const char *v, int *to, struct mk_err *e)
{
	uint32_t n;

	if (mk_lay_whole(v, 1, 1000, &n, e) == -1)
		return -1;
	*to = (int)n;
	return 0;
}

static int
set_cols(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return count(v, &in->t->array.cols, e);
}

static int
set_rows(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return count(v, &in->t->array.rows, e);
}

static int
set_dx(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->t->array.dx, e);
}

static int
set_dy(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->t->array.dy, e);
}

static int
set_order(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const words[] = { "rows", "columns", "snake", NULL };
	unsigned i;

	if (mk_lay_choice(v, words, "order", &i, e) == -1)
		return -1;
	in->t->array.order = (int)i;
	return 0;
}

/* After cols and rows, which are needed to know what numbers there are. */
static int
set_skip(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	struct mk_lay_array *a = &in->t->array;
	size_t n = (size_t)a->cols * (size_t)a->rows, left = n;
	uint64_t nest;

	if (n == 0)
		return mk_err(e, MK_ECONF, "write it behind cols= and rows=");
	if ((a->skip = mk_arena_alloc(&in->t->arena, n, e)) == NULL)
		return -1;
	memset(a->skip, 0, n);
	for (;;) {
		size_t len = strcspn(v, ",");

		if (mk_num_u64(v, len, 1, n, &nest, e) == -1)
			return -1;
		left -= !a->skip[nest - 1];
		a->skip[nest - 1] = 1;
		if (v[len] == '\0')
			break;
		v += len + 1;
	}
	return left > 0 ? 0 : mk_err(e, MK_ECONF, "all nests are skipped");
}

const struct mk_lay_setting mk_set_array[] = {
	{ "cols", true, set_cols }, { "rows", true, set_rows }, { "dx", false, set_dx },
	{ "dy", false, set_dy }, { "order", false, set_order }, { "skip", false, set_skip }, {0}
};

static int
set_x(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_subst(&in->t->offset[0], v, e);
}

static int
set_y(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_subst(&in->t->offset[1], v, e);
}

static int
set_turn(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_subst(&in->t->offset[2], v, e);
}

const struct mk_lay_setting mk_set_offset[] = {
	{ "x", false, set_x }, { "y", false, set_y }, { "rotate", false, set_turn }, {0}
};
