/* A job becomes the list packets of a board. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "laser/lmc.h"

enum {				/* list ops */
	JUMP = 0x8001, NOP = 0x8002, DOT = 0x8003, WAIT = 0x8004, MARK = 0x8005,
	JUMP_SPEED = 0x8006, ON_DELAY = 0x8007, OFF_DELAY = 0x8008, FREQUENCY = 0x800a,
	POWER_RATIO = 0x800b, MARK_SPEED = 0x800c, JUMP_DELAY = 0x800d, CORNER_DELAY = 0x800f,
	WRITE_PORT = 0x8011, POWER = 0x8012, PERIOD = 0x801b, FPK = 0x801e, OPEN_MO = 0x8021,
	WIDTH = 0x8026, READY_MARK = 0x8051
};

#define NEGATIVE 0x8000
#define PIECE_MAX 60000u	/* of a wait or a dot, 10 µs */
#define LIST_MAX 4096u		/* packets: over a million ops */
#define WIDTH_WAIT 1000		/* 10 µs: for the source to take a new pulse width */
#define END_WAIT 30		/* 10 µs: before the oscillator is closed */

void
mk_lmc_list_clear(struct mk_lmc_list *l)
{
	free(l->p);
	free(l->ops);
	memset(l, 0, sizeof *l);
}

static void
begin(struct mk_lmc_list *l)
{
	l->n = l->at = 0;
	l->y = l->x = MK_LMC_CENTRE;
	l->dy = l->dx = 0;
	l->moved = false;
}

static void
word(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

/* A new packet, all padding. */
static int
packet(struct mk_lmc_list *l, struct mk_err *e)
{
	uint8_t *p;
	unsigned *ops;
	size_t i, cap = l->cap == 0 ? 8 : 2 * l->cap;

	if (l->n == LIST_MAX)
		return mk_err(e, MK_EDATA, "job: too long for this board: over %u ops",
			LIST_MAX * MK_LMC_OPS);
	if (l->n == l->cap) {
		if ((p = realloc(l->p, cap * MK_LMC_PACKET)) == NULL)
			return mk_err_nomem(e);
		l->p = p;
		if ((ops = realloc(l->ops, cap * sizeof *ops)) == NULL)
			return mk_err_nomem(e);
		l->ops = ops;
		l->cap = cap;
	}
	l->ops[l->n] = 0;
	p = l->p + l->n++ * MK_LMC_PACKET;
	memset(p, 0, MK_LMC_PACKET);
	for (i = 0; i < MK_LMC_OPS; i++)
		word(p + 12 * i, NOP);
	l->at = 0;
	return 0;
}

static int
put(struct mk_lmc_list *l, unsigned op, unsigned a, unsigned b, unsigned c, unsigned d,
	struct mk_err *e)
{
	uint8_t *p;

	if ((l->n == 0 || l->at == MK_LMC_OPS) && packet(l, e) == -1)
		return -1;
	p = l->p + (l->n - 1) * MK_LMC_PACKET + 12 * l->at++;
	word(p, op);
	word(p + 2, a);
	word(p + 4, b);
	word(p + 6, c);
	word(p + 8, d);
	return 0;
}

static int
put1(struct mk_lmc_list *l, unsigned op, unsigned a, struct mk_err *e)
{
	return put(l, op, a, 0, 0, 0, e);
}

/* ---- where points come to lie ---- */

/* µm to counts: a matrix and a shift, made once for a job. */
struct plane {
	double yx, yy, y0, xx, xy, x0;
};

static void
plane_of(struct plane *p, const struct mk_lmc_conf *c)
{
	double k = 65535 / (c->lens_mm * 1000), rad = c->rotate * (M_PI / 180);
	double co = cos(rad), si = sin(rad), fx = c->flip_x ? -k : k, fy = c->flip_y ? -k : k;
	struct plane q = { fy * si, fy * co, fy * c->offset_y * 1000,
		fx * co, -fx * si, fx * c->offset_x * 1000 };

	if (c->swap)
		q = (struct plane){ q.xx, q.xy, q.x0, q.yx, q.yy, q.y0 };
	q.y0 += MK_LMC_CENTRE;
	q.x0 += MK_LMC_CENTRE;
	*p = q;
}

/* The field's very edge rounds to 65536, half a count outside. */
static bool
count(double v, int *to)
{
	if (!(v >= -0.5 && v < 65536))
		return false;
	*to = (int)(v + 0.5);
	if (*to > 65535)
		*to = 65535;
	return true;
}

static int
point(const struct plane *p, int32_t x, int32_t y, int *w1, int *w2, struct mk_err *e)
{
	if (count(p->yx * x + p->yy * y + p->y0, w1) && count(p->xx * x + p->xy * y + p->x0, w2))
		return 0;
	return mk_err(e, MK_EDATA, "job: the point %g,%g comes to lie outside the lens's field: "
		"look at lens, rotate and offset", x / 1000.0, y / 1000.0);
}

int
mk_lmc_point(const struct mk_lmc_conf *c, int32_t x_um, int32_t y_um, uint16_t *w1,
	uint16_t *w2, struct mk_err *e)
{
	struct plane p;
	int y, x;

	plane_of(&p, c);
	if (point(&p, x_um, y_um, &y, &x, e) == -1)
		return -1;
	*w1 = (uint16_t)y;
	*w2 = (uint16_t)x;
	return 0;
}

/* A step of the beam, with the angle and the distance that its op tells. */
static int
step(struct mk_lmc_list *l, unsigned op, int y, int x, struct mk_err *e)
{
	double dy = y - l->y, dx = x - l->x, turn = 0;
	unsigned distance = (unsigned)(sqrt(dy * dy + dx * dx) + 0.5);

	if (distance > 65535)
		distance = 65535;
	if (distance > 0) {
		if (l->moved)
			turn = fabs(atan2(l->dy * dx - l->dx * dy, l->dy * dy + l->dx * dx)) *
				(65536 / M_PI);
		l->dy = y - l->y;
		l->dx = x - l->x;
		l->moved = true;
		l->y = y;
		l->x = x;
	}
	return put(l, op, (unsigned)y, (unsigned)x, turn > 65535 ? 65535 : (unsigned)turn,
		distance, e);
}

/* ---- pens ---- */

static int
speed(const struct mk_lmc_conf *c, double mm_s, unsigned *to, struct mk_err *e)
{
	double v = trunc(mm_s * (65535 / c->lens_mm) / 1000);

	if (!(v >= 1 && v <= 65535))
		return mk_err(e, MK_EDATA, "pen: %g mm/s: this board and lens do %.1f to %.0f mm/s",
			mm_s, 1000 * c->lens_mm / 65535, floor(c->lens_mm * 1000));
	*to = (unsigned)v;
	return 0;
}

static int
period(double base, uint32_t hz, unsigned *to, struct mk_err *e)
{
	double v = hz == 0 ? 0 : floor(base * 1000 / hz + 0.5);

	if (!(v >= 1 && v <= 65535))
		return mk_err(e, MK_EDATA, "pen: %lu Hz: this board does %.0f to %.0f Hz",
			(unsigned long)hz, ceil(base * 1000 / 65535), base * 1000);
	*to = (unsigned)v;
	return 0;
}

struct state {			/* of the pens, while a list is made */
	const struct mk_lmc_conf *c;
	struct plane plane;
	struct mk_pen pen;
	bool any, open;
	uint32_t ns;
	uint16_t port;
};

static bool
has_mo(const struct mk_lmc_conf *c)
{
	return c->source == MK_LMC_FIBER || c->source == MK_LMC_MOPA;
}

static int
open_mo(struct mk_lmc_list *l, struct state *s, struct mk_err *e)
{
	if (!has_mo(s->c) || s->open)
		return 0;
	s->open = true;
	return put1(l, OPEN_MO, 1, e) == -1 ||
		put1(l, WAIT, (unsigned)lround(s->c->mo_ms * 100), e) == -1 ? -1 : 0;
}

/* A source changes its pulse width only while its oscillator is closed. */
static int
width(struct mk_lmc_list *l, struct state *s, const struct mk_pen *pen, struct mk_err *e)
{
	uint32_t ns = pen->ns != 0 ? pen->ns : s->c->ns;

	if (s->c->source != MK_LMC_MOPA)
		return pen->ns == 0 ? 0 : mk_err(e, MK_EDATA, "pen: %lu ns: this source has one pulse "
			"width: say source=mopa if it has several", (unsigned long)pen->ns);
	if (ns > 65535)
		return mk_err(e, MK_EDATA, "pen: %lu ns: 1 to 65535", (unsigned long)ns);
	if (ns == s->ns)
		return 0;
	if (ns == 0)
		return mk_err(e, MK_EDATA, "pen: no pulse width, after one that had: say ns=NS");
	s->ns = ns;
	if (!s->open)
		return put1(l, WIDTH, ns, e);
	s->open = false;
	return put1(l, OPEN_MO, 0, e) == -1 || put1(l, WIDTH, ns, e) == -1 ||
		put1(l, WAIT, WIDTH_WAIT, e) == -1 ? -1 : 0;
}

static int
fibre(struct mk_lmc_list *l, const struct state *s, const struct mk_pen *pen, struct mk_err *e)
{
	unsigned t;

	if (!s->any || pen->hz != s->pen.hz)
		if (period(20000, pen->hz, &t, e) == -1 || put1(l, PERIOD, t, e) == -1)
			return -1;
	return s->any && pen->power == s->pen.power ? 0
		: put1(l, POWER, pen->power * 4095 / 1000, e);
}

/* CO2 and UV: the power is how long the gate is open in each period. */
static int
gated(struct mk_lmc_list *l, const struct state *s, const struct mk_pen *pen, struct mk_err *e)
{
	unsigned t, on, fpk;

	if (s->any && pen->hz == s->pen.hz && pen->power == s->pen.power)
		return 0;
	if (period(10000, pen->hz, &t, e) == -1)
		return -1;
	on = (unsigned)(20000.0 * pen->power / pen->hz + 0.5);
	fpk = (unsigned)(2000000.0 / pen->hz + 0.5);
	return put1(l, FREQUENCY, t, e) == -1 || put1(l, POWER_RATIO, on > 65535 ? 65535 : on, e) == -1 ||
		put1(l, FPK, fpk > 65535 ? 65535 : fpk, e) == -1 ? -1 : 0;
}

static int
pen_op(struct mk_lmc_list *l, struct state *s, const struct mk_pen *pen, struct mk_err *e)
{
	unsigned v;

	if ((has_mo(s->c) ? fibre : gated)(l, s, pen, e) == -1 || width(l, s, pen, e) == -1)
		return -1;
	if (!s->any || pen->speed != s->pen.speed)
		if (speed(s->c, pen->speed, &v, e) == -1 || put1(l, MARK_SPEED, v, e) == -1)
			return -1;
	s->pen = *pen;
	s->any = true;
	return open_mo(l, s, e);
}

/* ---- a whole job ---- */

static int
signed_us(struct mk_lmc_list *l, unsigned op, double us, struct mk_err *e)
{
	long v = lround(fabs(us));

	return put(l, op, (unsigned)v, us < 0 && v > 0 ? NEGATIVE : 0, 0, 0, e);
}

/* The ready-mark, and what holds for all of it. */
static int
head(struct mk_lmc_list *l, const struct mk_lmc_conf *c, double jump, uint16_t port,
	struct mk_err *e)
{
	unsigned v;

	begin(l);
	if (speed(c, jump, &v, e) == -1)
		return -1;
	return put1(l, READY_MARK, 0, e) == -1 || put1(l, JUMP_SPEED, v, e) == -1 ||
		signed_us(l, ON_DELAY, c->on_us, e) == -1 ||
		signed_us(l, OFF_DELAY, c->off_us, e) == -1 ||
		put1(l, JUMP_DELAY, (unsigned)lround(c->jump_us / 10), e) == -1 ||
		put1(l, CORNER_DELAY, (unsigned)lround(c->corner_us / 10), e) == -1 ||
		put1(l, WRITE_PORT, port, e) == -1 ? -1 : 0;
}

/* A time, at least one unit of 10 µs, in pieces that the board takes. */
static int
pieces(struct mk_lmc_list *l, unsigned op, uint32_t us, struct mk_err *e)
{
	uint32_t left = us < 5 ? (us > 0) : us / 10 + (us % 10 >= 5);

	for (; left > 0; left -= left > PIECE_MAX ? PIECE_MAX : left)
		if (put1(l, op, left > PIECE_MAX ? PIECE_MAX : left, e) == -1)
			return -1;
	return 0;
}

static int
one(struct mk_lmc_list *l, struct state *s, const struct mk_op *op, struct mk_err *e)
{
	int y, x;

	switch (op->kind) {
	case 'P':
		return pen_op(l, s, &op->u.pen, e);
	case 'M':
	case 'L':
		return point(&s->plane, op->u.to.x, op->u.to.y, &y, &x, e) == -1 ? -1
			: step(l, op->kind == 'M' ? JUMP : MARK, y, x, e);
	case 'D':
		return pieces(l, DOT, op->u.us, e);
	case 'W':
		return pieces(l, WAIT, op->u.us, e);
	default:
		return mk_err(e, MK_EDATA, "job: this board moves no axis");
	}
}

int
mk_lmc_job(struct mk_lmc_list *l, const struct mk_lmc_conf *c, const struct mk_job *job,
	uint16_t port, struct mk_err *e)
{
	struct state s = { .c = c, .port = port };
	size_t i, k;

	plane_of(&s.plane, c);
	if (head(l, c, c->jump, (uint16_t)(port | 1u << c->gate), e) == -1)
		return -1;
	for (i = 0; i < job->n; i++) {
		k = l->n - 1;
		if (one(l, &s, &job->op[i], e) == -1) {
			l->n = 0;
			return -1;
		}
		for (; k < l->n; k++)
			l->ops[k] = (unsigned)i + 1;
	}
	if (has_mo(c) && (put1(l, WAIT, END_WAIT, e) == -1 || put1(l, OPEN_MO, 0, e) == -1))
		return -1;
	return put1(l, WRITE_PORT, port, e);
}

int
mk_lmc_frame(struct mk_lmc_list *l, const struct mk_lmc_conf *c, const int32_t box[4],
	unsigned times, uint16_t port, struct mk_err *e)
{
	static const int corner[4][2] = { { 2, 1 }, { 2, 3 }, { 0, 3 }, { 0, 1 } };
	struct plane p;
	int y, x, k;

	plane_of(&p, c);
	if (head(l, c, c->red, (uint16_t)(port | 1u << c->red_bit), e) == -1 ||
	    point(&p, box[0], box[1], &y, &x, e) == -1 || step(l, JUMP, y, x, e) == -1)
		return -1;
	while (times-- > 0)
		for (k = 0; k < 4; k++)
			if (point(&p, box[corner[k][0]], box[corner[k][1]], &y, &x, e) == -1 ||
			    step(l, JUMP, y, x, e) == -1)
				return -1;
	return 0;
}

int
mk_lmc_nothing(struct mk_lmc_list *l, struct mk_err *e)
{
	begin(l);
	return put1(l, READY_MARK, 0, e);
}
