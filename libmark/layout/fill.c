#include "layout/fill.h"

#include <math.h>
#include <string.h>

#include "layout/cut.h"

#define OVER 1.06	/* how much wider than asked for the pitch may be */

struct mk_hatch_rows
mk_hatch_rows(const struct mk_hatch *h, double module)
{
	struct mk_hatch_rows r;
	/* the small part keeps a pitch that divides evenly from losing to rounding */
	double n = ceil(module / (h->pitch * OVER) - 1e-9);

	r.n = n < 1 ? 1 : (int)n;
	r.step = module / r.n;
	r.first = r.step / 2;
	if (r.n > 1 && h->line > r.step) {
		r.first = h->line / 2;
		r.step = (module - h->line) / (r.n - 1);
	}
	return r;
}

void
mk_filler_clear(struct mk_filler *f)
{
	mk_buf_clear(&f->along);
	mk_buf_clear(&f->work);
	mk_buf_clear(&f->seen);
}

/* ---- hatch ---- */

struct hatching {
	const struct mk_matrix *m;
	const struct mk_hatch *h;
	const struct mk_affine *t;
	struct mk_strokes *out;
	struct mk_hatch_rows rows, cols;	/* lines of a row, of a column */
	unsigned char flip;			/* 1: the second layer of a cross */
	const unsigned char *along;
	unsigned char *done;
};

struct block {
	int r0, c0, r1, c1;
	bool across;
};

/* A line of a block, in the symbol's coordinates, from its near end. */
struct line {
	struct mk_point a, b;
};

static struct line
line_of(const struct hatching *p, const struct block *b, int module, int k)
{
	double hw = p->m->cols * p->h->mx / 2, hh = p->m->rows * p->h->my / 2, end = p->h->line / 2;
	struct line l;

	if (b->across) {
		l.a.x = l.b.x = module * p->h->mx - hw + p->cols.first + k * p->cols.step;
		l.a.y = hh - b->r0 * p->h->my - end;
		l.b.y = hh - b->r1 * p->h->my + end;
	} else {
		l.a.y = l.b.y = hh - module * p->h->my - p->rows.first - k * p->rows.step;
		l.a.x = b->c0 * p->h->mx - hw + end;
		l.b.x = b->c1 * p->h->mx - hw - end;
	}
	return l;
}

static int
fill_block(const struct hatching *p, const struct block *b, struct mk_err *e)
{
	int from = b->across ? b->c0 : b->r0, to = b->across ? b->c1 : b->r1, i, k;
	int n = b->across ? p->cols.n : p->rows.n;
	bool back = false, begun = false;

	for (i = from; i < to; i++)
		for (k = 0; k < n; k++, back = !back) {
			struct line l = line_of(p, b, i, k);
			struct mk_point u = mk_affine_to(p->t, l.a.x, l.a.y);
			struct mk_point v = mk_affine_to(p->t, l.b.x, l.b.y);
			struct mk_stroke *s;

			if ((begun ? mk_strokes_to : mk_strokes_begin)(p->out, back ? v : u, e) == -1 ||
			    mk_strokes_to(p->out, back ? u : v, e) == -1)
				return -1;
			if (begun)
				continue;
			begun = p->h->turns;
			s = &p->out->s[p->out->n - 1];
			if (!begun)
				continue;
			s->form = MK_MEANDER;
			s->sym = p->h->sym;
			s->r0 = (uint16_t)b->r0;
			s->c0 = (uint16_t)b->c0;
			s->r1 = (uint16_t)b->r1;
			s->c1 = (uint16_t)b->c1;
			s->across = b->across;
		}
	return 0;
}

/* Whether module r, c is dark, goes that way and is not in a block yet. */
static bool
open_at(const struct hatching *p, int r, int c, bool across)
{
	int i = r * p->m->cols + c;

	return r < p->m->rows && c < p->m->cols && p->m->dark[i] && !p->done[i] &&
		(p->along[i] ^ p->flip) == across;
}

/* The run that begins at r, c, and the equal ones beside it. */
static struct block
block_at(const struct hatching *p, int r, int c)
{
	bool across = (p->along[r * p->m->cols + c] ^ p->flip) != 0;
	struct block b = { r, c, r + 1, c + 1, across };
	int i, *grow = across ? &b.c1 : &b.r1, *len = across ? &b.r1 : &b.c1;

	while (open_at(p, across ? b.r1 : r, across ? c : b.c1, across))
		++*len;
	for (;;) {
		int from = across ? b.r0 : b.c0;

		for (i = from; i < *len; i++)
			if (!open_at(p, across ? i : *grow, across ? *grow : i, across))
				break;
		/* neither shorter nor longer than the one before */
		if (i < *len || (from > 0 && open_at(p, across ? from - 1 : *grow,
		    across ? *grow : from - 1, across)) ||
		    open_at(p, across ? *len : *grow, across ? *grow : *len, across))
			break;
		++*grow;
	}
	return b;
}

static int
layer(struct hatching *p, struct mk_err *e)
{
	int r, c, i;

	memset(p->done, 0, (size_t)p->m->rows * (size_t)p->m->cols);
	for (r = 0; r < p->m->rows; r++)
		for (c = 0; c < p->m->cols; c++) {
			struct block b;

			if (!p->m->dark[r * p->m->cols + c] || p->done[r * p->m->cols + c])
				continue;
			b = block_at(p, r, c);
			for (i = b.r0; i < b.r1; i++)
				memset(p->done + i * p->m->cols + b.c0, 1, (size_t)(b.c1 - b.c0));
			if (fill_block(p, &b, e) == -1)
				return -1;
		}
	return 0;
}

int
mk_fill_hatch(struct mk_filler *f, const struct mk_matrix *m, const struct mk_hatch *h,
	const struct mk_affine *t, struct mk_strokes *out, struct mk_err *e)
{
	size_t n = (size_t)m->rows * (size_t)m->cols;
	struct hatching p = { m, h, t, out, mk_hatch_rows(h, h->my), mk_hatch_rows(h, h->mx), 0,
		NULL, NULL };

	f->seen.n = f->along.n = 0;
	if (mk_buf_grow(&f->seen, n, e) == -1 || mk_buf_grow(&f->along, n, e) == -1 ||
	    (h->way == MK_BEST && mk_cut(m, &f->along, &f->work, e) == -1))
		return -1;
	if (h->way != MK_BEST)
		memset(f->along.p, h->way == MK_COLUMNS, n);
	p.along = (unsigned char *)f->along.p;
	p.done = (unsigned char *)f->seen.p;
	if (layer(&p, e) == -1)
		return -1;
	p.flip = 1;
	return h->cross ? layer(&p, e) : 0;
}

/* ---- dots ---- */

int
mk_fill_dots(const struct mk_matrix *m, const struct mk_hatch *h, uint32_t us,
	const struct mk_affine *t, struct mk_strokes *out, struct mk_err *e)
{
	int r, c;

	for (r = 0; r < m->rows; r++)
		for (c = 0; c < m->cols; c++)
			if (m->dark[r * m->cols + c] && mk_strokes_dot(out, mk_affine_to(t,
			    (c + 0.5 - m->cols / 2.0) * h->mx, (m->rows / 2.0 - r - 0.5) * h->my),
			    us, e) == -1)
				return -1;
	return 0;
}

/* ---- outlines ---- */

/* Headings along a module's sides with the module on the right: east along its
 * upper side, south, west, north. */
static const int dr[4] = { 0, 1, 0, -1 }, dc[4] = { 1, 0, -1, 0 };

static bool
dark_at(const struct mk_matrix *m, int r, int c)
{
	return r >= 0 && c >= 0 && r < m->rows && c < m->cols && m->dark[r * m->cols + c];
}

/* Once round, from side k of module r, c on; seen has a bit for each side. */
static int
trace(const struct hatching *p, int r, int c, int k, struct mk_err *e)
{
	const struct mk_matrix *m = p->m;
	unsigned char *seen = p->done;
	bool begun = false;

	while ((seen[r * m->cols + c] & 1u << k) == 0) {
		int left = (k + 3) % 4, ar = r + dr[k], ac = c + dc[k], turn = k, in;
		int vr = r + (k == 1 || k == 2), vc = c + (k == 0 || k == 1);
		struct mk_point v;

		seen[r * m->cols + c] |= (unsigned char)(1u << k);
		if (!dark_at(m, ar, ac))
			turn = (k + 1) % 4;
		else if (dark_at(m, ar + dr[left], ac + dc[left])) {
			turn = left;
			r = ar + dr[left];
			c = ac + dc[left];
		} else {
			r = ar;
			c = ac;
		}
		if (turn == k)
			continue;
		/* inside is to the right of both ways */
		in = (k + 1) % 4;
		v.x = (vc - m->cols / 2.0) * p->h->mx +
			(dc[in] + dc[(turn + 1) % 4]) * p->h->line / 2;
		v.y = (m->rows / 2.0 - vr) * p->h->my -
			(dr[in] + dr[(turn + 1) % 4]) * p->h->line / 2;
		k = turn;
		v = mk_affine_to(p->t, v.x, v.y);
		if ((begun ? mk_strokes_to : mk_strokes_begin)(p->out, v, e) == -1)
			return -1;
		begun = true;
	}
	p->out->s[p->out->n - 1].form = MK_CLOSED;
	return mk_strokes_to(p->out, p->out->pt[p->out->s[p->out->n - 1].first], e);
}

int
mk_fill_outline(struct mk_filler *f, const struct mk_matrix *m, const struct mk_hatch *h,
	const struct mk_affine *t, struct mk_strokes *out, struct mk_err *e)
{
	size_t n = (size_t)m->rows * (size_t)m->cols;
	struct hatching p = { .m = m, .h = h, .t = t, .out = out };
	int r, c, k;

	f->seen.n = 0;
	if (mk_buf_grow(&f->seen, n, e) == -1)
		return -1;
	p.done = (unsigned char *)f->seen.p;
	memset(p.done, 0, n);
	for (r = 0; r < m->rows; r++)
		for (c = 0; c < m->cols; c++)
			for (k = 0; k < 4; k++) {
				int left = (k + 3) % 4;

				if (dark_at(m, r, c) && !dark_at(m, r + dr[left], c + dc[left]) &&
				    (p.done[r * m->cols + c] & 1u << k) == 0 &&
				    trace(&p, r, c, k, e) == -1)
					return -1;
			}
	return 0;
}
