#include "laser/beam.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ONE 65536		/* energy: 0.1 % · µm / (mm/s) */
#define SUB 256			/* parts of a cell in coordinates */
#define RADIUS_MAX 512
#define STEPS 256		/* of the response's table for each E0 */
#define RANGE (4 * STEPS)	/* at 4 E0, exp(-16) is nothing */

/* The part of the surface that gets any energy, in cells of 1/ss pixel. */
struct grid {
	int ss;
	int64_t x0, y0;		/* cells, of the grid's corner in the picture */
	int w, h;
	uint32_t *cell;
};

uint32_t
mk_beam_exp(uint32_t q16)
{
	const int64_t one = (int64_t)1 << 30;
	int64_t u = (int64_t)q16 << 4, y;	/* t / 1024 */
	int i;

	if (q16 >= 24u << 16)
		return 0;
	y = one - u + (u * u >> 31) - (u * (u * u >> 30) / 6 >> 30);
	for (i = 0; i < 10; i++)
		y = (y * y + one / 2) >> 30;
	return (uint32_t)y;
}

int
mk_beam_kernel(uint32_t s8, int max, uint32_t *k)
{
	uint64_t sum = 0, v;
	int i, r = (int)(s8 * 7 / 512) + 1;	/* 3.5 sigma */
	uint32_t left;

	if (r > max)
		r = max;
	for (i = 0; i <= r; i++) {
		/* i² / 2 sigma² */
		v = s8 == 0 ? (i == 0 ? 0 : UINT32_MAX)
			: ((uint64_t)i * (uint64_t)i << 31) / ((uint64_t)s8 * s8);
		k[i] = mk_beam_exp(v > UINT32_MAX ? UINT32_MAX : (uint32_t)v);
		sum += i == 0 ? k[i] : 2 * (uint64_t)k[i];
	}
	left = 65536;
	for (i = r; i > 0; i--) {
		k[i] = (uint32_t)(((uint64_t)k[i] << 16) / sum);
		left -= 2 * k[i];
	}
	k[0] = left;
	return r;
}

/* ---- where things are ---- */

/* µm to 1/SUB cells of the whole picture. */
static int64_t
place(int64_t um, int64_t centre, int side, const struct mk_beam *b, int ss, bool flip)
{
	int64_t d = (flip ? centre - um : um - centre) * b->px * ss * SUB / 1000;

	return d + (int64_t)side * ss * SUB / 2;
}

static int
bound(int64_t v, int max)
{
	return v < 0 ? 0 : v > max ? max : (int)v;
}

/* Fine cells for a fine beam: sigma at least a cell and a half, at most 4x4. */
static int
fineness(const struct mk_beam *b)
{
	int sigma = b->beam_um * b->px / 4;	/* 1/1000 pixel */
	int ss = sigma < 750 ? 4 : sigma < 1500 ? 2 : 1;

	return ss == 4 && b->w * b->h > 2500000 ? 2 : ss;
}

static int
grid_new(struct grid *g, const struct mk_job *job, const struct mk_beam *b, int margin,
	struct mk_err *e)
{
	struct mk_job_stats s;
	int px0, py0, px1, py1, ss = g->ss;

	mk_job_stats(job, &s);
	px0 = bound(place(s.mx0, b->cx, b->w, b, 1, false) / SUB - margin, b->w);
	px1 = bound(place(s.mx1, b->cx, b->w, b, 1, false) / SUB + margin + 1, b->w);
	py0 = bound(place(s.my1, b->cy, b->h, b, 1, true) / SUB - margin, b->h);
	py1 = bound(place(s.my0, b->cy, b->h, b, 1, true) / SUB + margin + 1, b->h);
	g->x0 = (int64_t)px0 * ss;
	g->y0 = (int64_t)py0 * ss;
	g->w = (px1 - px0) * ss;
	g->h = (py1 - py0) * ss;
	g->cell = calloc((size_t)g->w * (size_t)g->h + 1, sizeof *g->cell);
	return g->cell == NULL ? mk_err_nomem(e) : 0;
}

/* ---- energy ---- */

static void
add(struct grid *g, int64_t x, int64_t y, uint64_t energy)
{
	uint32_t *c;

	if (x < 0 || y < 0 || x >= g->w || y >= g->h)
		return;
	c = &g->cell[(size_t)y * (size_t)g->w + (size_t)x];
	*c = energy > UINT32_MAX - *c ? UINT32_MAX : *c + (uint32_t)energy;
}

/* Leave energy at a point (1/SUB cells), shared by the four cells around it. */
static void
spot(struct grid *g, int64_t px, int64_t py, uint64_t energy)
{
	int64_t x = px - SUB / 2 - g->x0 * SUB, y = py - SUB / 2 - g->y0 * SUB;
	int64_t cx, cy;
	uint64_t fx, fy, top, bottom;

	if (x < -SUB || y < -SUB || x > (int64_t)g->w * SUB || y > (int64_t)g->h * SUB)
		return;
	cx = (x + SUB) / SUB - 1;
	cy = (y + SUB) / SUB - 1;
	fx = (uint64_t)(x - cx * SUB);
	fy = (uint64_t)(y - cy * SUB);
	bottom = energy * fy / SUB;
	top = energy - bottom;
	add(g, cx + 1, cy, top * fx / SUB);
	add(g, cx, cy, top - top * fx / SUB);
	add(g, cx + 1, cy + 1, bottom * fx / SUB);
	add(g, cx, cy + 1, bottom - bottom * fx / SUB);
}

static uint64_t
isqrt(uint64_t v)
{
	uint64_t r = 0, bit = (uint64_t)1 << 62;

	while (bit > v)
		bit >>= 2;
	for (; bit != 0; bit >>= 2) {
		if (v >= r + bit) {
			v -= r + bit;
			r = (r >> 1) + bit;
		} else
			r >>= 1;
	}
	return r;
}

static uint64_t
magnitude(int64_t v)
{
	return (uint64_t)(v < 0 ? -v : v);
}

struct head {			/* where the beam is, and what it carries */
	int64_t x, y;		/* µm */
	uint64_t power, speed;	/* power: 0.1 %, times percent */
};

/* Whether both ends, in 1/SUB cells, lie on the same side of the grid. */
static bool
beside(int64_t a, int64_t b, int64_t lo, int cells)
{
	int64_t hi = (lo + cells) * SUB;

	return (a < lo * SUB && b < lo * SUB) || (a > hi && b > hi);
}

/* One straight line, in steps of at most one cell. */
static void
stroke(struct grid *g, const struct mk_beam *b, const struct head *from, int64_t x, int64_t y)
{
	int64_t ax = place(from->x, b->cx, b->w, b, g->ss, false);
	int64_t ay = place(from->y, b->cy, b->h, b, g->ss, true);
	int64_t dx = place(x, b->cx, b->w, b, g->ss, false) - ax;
	int64_t dy = place(y, b->cy, b->h, b, g->ss, true) - ay;
	uint64_t ux = magnitude(x - from->x), uy = magnitude(y - from->y);
	uint64_t len = isqrt((ux * ux + uy * uy) * 256);	/* 1/16 µm */
	uint64_t far = magnitude(dx) > magnitude(dy) ? magnitude(dx) : magnitude(dy);
	int64_t i, n = (int64_t)(far / SUB) + 1;
	uint64_t each = from->power * len * (ONE / 16) / (100 * from->speed * (uint64_t)n);

	if (beside(ax, ax + dx, g->x0 - 1, g->w + 2) || beside(ay, ay + dy, g->y0 - 1, g->h + 2))
		return;
	for (i = 0; i < n; i++)
		spot(g, ax + dx * (2 * i + 1) / (2 * n), ay + dy * (2 * i + 1) / (2 * n), each);
}

static bool
left_out(const struct mk_beam *b, size_t stroke_no, size_t strokes)
{
	return strokes > 0 &&
		(stroke_no + strokes - b->skip_from % strokes) % strokes < b->skip_n;
}

static void
deposit(struct grid *g, const struct mk_job *job, const struct mk_beam *b,
	mk_beam_op *before, void *arg)
{
	struct mk_job_stats s;
	struct head at = {0};
	size_t i, done = 0, no = 0;
	bool on = false;

	mk_job_stats(job, &s);
	for (i = 0; i < job->n; i++) {
		const struct mk_op *op = &job->op[i];

		if (before != NULL)
			before(arg, i);
		/* an L that follows no L begins a stroke; a dot is one */
		if (op->kind == 'D' || (op->kind == 'L' && !on))
			no = done++;
		if (op->kind == 'P') {
			at.power = (uint64_t)op->u.pen.power * b->percent;
			at.speed = op->u.pen.speed;
		} else if (op->kind == 'D' && !left_out(b, no, s.strokes)) {
			spot(g, place(at.x, b->cx, b->w, b, g->ss, false),
				place(at.y, b->cy, b->h, b, g->ss, true),
				at.power * op->u.us * ONE / 100000);
		} else if (op->kind == 'L' && !left_out(b, no, s.strokes))
			stroke(g, b, &at, op->u.to.x, op->u.to.y);
		on = op->kind == 'L';
		if (op->kind == 'M' || op->kind == 'L') {
			at.x = op->u.to.x;
			at.y = op->u.to.y;
		}
	}
}

/* ---- the beam's profile, across and along ---- */

static void
spread_rows(struct grid *g, const uint32_t *k, int r, uint32_t *row)
{
	int x, y, i;

	for (y = 0; y < g->h; y++) {
		uint32_t *c = g->cell + (size_t)y * (size_t)g->w;

		memset(row, 0, ((size_t)g->w + 2 * (size_t)r) * sizeof *row);
		memcpy(row + r, c, (size_t)g->w * sizeof *row);
		for (x = 0; x < g->w; x++) {
			const uint32_t *m = row + r + x;
			uint64_t sum = (uint64_t)k[0] * m[0];

			for (i = 1; i <= r; i++)
				sum += (uint64_t)k[i] * ((uint64_t)m[-i] + m[i]);
			c[x] = (uint32_t)(sum >> 16);
		}
	}
}

static void
spread_columns(const struct grid *g, const uint32_t *k, int r, uint32_t *out, uint64_t *sum)
{
	size_t w = (size_t)g->w;
	int y, i;
	size_t x;

	for (y = 0; y < g->h; y++) {
		memset(sum, 0, w * sizeof *sum);
		for (i = -r; i <= r; i++) {
			uint64_t f = k[i < 0 ? -i : i];
			const uint32_t *c;

			if (y + i < 0 || y + i >= g->h)
				continue;
			c = g->cell + (size_t)(y + i) * w;
			for (x = 0; x < w; x++)
				sum[x] += f * c[x];
		}
		for (x = 0; x < w; x++)
			out[(size_t)y * w + x] = (uint32_t)(sum[x] >> 16);
	}
}

static int
spread(struct grid *g, const struct mk_beam *b, struct mk_err *e)
{
	uint32_t k[RADIUS_MAX + 1];
	int r = mk_beam_kernel((uint32_t)(b->beam_um * b->px * g->ss) * 64 / 1000, RADIUS_MAX, k);
	size_t w = (size_t)g->w, h = (size_t)g->h;
	uint32_t *row = malloc((w + 2 * (size_t)r + 1) * sizeof *row);
	uint32_t *out = malloc((w * h + 1) * sizeof *out);
	uint64_t *sum = malloc((w + 1) * sizeof *sum);
	int ret = 0;

	if (row == NULL || out == NULL || sum == NULL) {
		ret = mk_err_nomem(e);
		free(out);
	} else {
		spread_rows(g, k, r, row);
		spread_columns(g, k, r, out, sum);
		free(g->cell);
		g->cell = out;
	}
	free(row);
	free(sum);
	return ret;
}

/* ---- the surface's answer ---- */

static void
respond(const struct grid *g, const struct mk_beam *b, uint16_t *dark)
{
	uint16_t table[RANGE + 1];
	/* E0 in a cell: 0.5 % · s/mm² is 5000 (0.1 %) µm/(mm/s) per mm² */
	uint64_t fine = (uint64_t)b->px * (uint64_t)g->ss;
	uint64_t e0 = (b->e0 == 0 ? 5000ull : b->e0) * ONE / (fine * fine);
	int x, y, ss = g->ss;
	uint32_t i;

	for (i = 0; i <= RANGE; i++)
		table[i] = (uint16_t)(MK_DARK_ONE - ((mk_beam_exp(i * i * (65536 / (STEPS * STEPS)))
			+ (1u << 14)) >> 15));
	for (i = b->burnt; b->burnt > 0 && i <= RANGE; i++)
		table[i] = (uint16_t)(i >= 2 * b->burnt ? 0 : table[i] * (2 * b->burnt - i) / b->burnt);
	if (e0 == 0)
		e0 = 1;
	memset(dark, 0, (size_t)b->w * (size_t)b->h * sizeof *dark);
	for (y = 0; y < g->h; y += ss)
		for (x = 0; x < g->w; x += ss) {
			uint32_t sum = 0;
			int n;

			for (n = 0; n < ss * ss; n++) {
				uint64_t v = (uint64_t)g->cell[(size_t)(y + n / ss) *
					(size_t)g->w + (size_t)(x + n % ss)] * STEPS / e0;

				sum += table[v > RANGE ? RANGE : v];
			}
			dark[(size_t)((g->y0 + y) / ss) * (size_t)b->w +
				(size_t)((g->x0 + x) / ss)] = (uint16_t)(sum / (uint32_t)(ss * ss));
		}
}

int
mk_beam_burn(const struct mk_job *job, const struct mk_beam *b, uint16_t *dark,
	mk_beam_op *before, void *arg, struct mk_err *e)
{
	struct grid g = { .ss = fineness(b) };
	int margin = b->beam_um * b->px / 1000 + 2, r;

	if (grid_new(&g, job, b, margin, e) == -1)
		return -1;
	deposit(&g, job, b, before, arg);
	r = spread(&g, b, e);
	if (r == 0)
		respond(&g, b, dark);
	free(g.cell);
	return r;
}
