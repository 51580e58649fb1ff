#include "layout/draw.h"

#include <math.h>
#include <string.h>

#define BARS 0.15	/* of a linear symbol's width: its height, */
#define BARS_MIN 5000	/* and at least so many µm */
#define JOIN 1.05	/* steps between lines that a joined way may be long */

int
mk_drawer_init(struct mk_drawer *d, struct mk_err *e)
{
	memset(d, 0, sizeof *d);
	return mk_symbol_new(&d->symbol, e);
}

void
mk_drawer_clear(struct mk_drawer *d)
{
	mk_symbol_free(d->symbol);
	mk_filler_clear(&d->filler);
	mk_region_clear(&d->region);
	mk_strokes_clear(&d->outline);
	mk_buf_clear(&d->swapped);
}

/* ---- regions ---- */

static int
hatch(struct mk_drawer *d, const struct mk_draw *w, const struct mk_strokes *in, size_t first,
	bool evenodd, double line, struct mk_strokes *out, bool *thin, struct mk_err *e)
{
	const struct mk_affine *t = &w->t;
	/* the angle is of the element, its strokes are in the field already */
	double turn = atan2(t->c, t->a) * 180 / acos(-1), own = (double)w->el->angle / 1000;
	struct mk_region_fill f = {
		.angle = t->a * t->d - t->b * t->c < 0 ? turn - own : turn + own,
		.pitch = w->el->pitch, .line = line, .evenodd = evenodd,
		.turns = mk_pace_turns(&w->pace, w->el->pitch)
	};

	if (mk_region_hatch(&d->region, in, first, in->n, &f, out, thin, e) == -1)
		return -1;
	if (!w->el->cross)
		return 0;
	f.angle += 90;
	return mk_region_hatch(&d->region, in, first, in->n, &f, out, NULL, e);
}

/* ---- symbols ---- */

/* Light modules are burnt, and the quiet zone with them. */
static int
swap(struct mk_drawer *d, const struct mk_element *el, struct mk_matrix *m, struct mk_err *e)
{
	int q = el->quiet, v = el->ask.type->linear ? 0 : q, r, c;
	int rows = m->rows + 2 * v, cols = m->cols + 2 * q;
	unsigned char *p;

	d->swapped.n = 0;
	if (mk_buf_grow(&d->swapped, (size_t)rows * (size_t)cols, e) == -1)
		return -1;
	p = (unsigned char *)d->swapped.p;
	memset(p, 1, (size_t)rows * (size_t)cols);
	for (r = 0; r < m->rows; r++)
		for (c = 0; c < m->cols; c++)
			p[(r + v) * cols + c + q] = !m->dark[r * m->cols + c];
	m->rows = rows;
	m->cols = cols;
	m->dark = p;
	return 0;
}

static int
fill(struct mk_drawer *d, const struct mk_draw *w, const struct mk_matrix *m, struct mk_hatch *h,
	struct mk_strokes *out, struct mk_err *e)
{
	const struct mk_element *el = w->el;
	long angle = ((el->angle % 180000) + 180000) % 180000;

	if (el->fill == MK_FILL_DOTS)
		return mk_fill_dots(m, h, el->dwell, &w->t, out, e);
	if (el->fill == MK_FILL_OUTLINE)
		return mk_fill_outline(&d->filler, m, h, &w->t, out, e);
	if (el->angled && angle % 90000 != 0) {
		/* what the beam's middle may reach is inside the outlines already */
		mk_strokes_reset(&d->outline);
		if (mk_fill_outline(&d->filler, m, h, &w->t, &d->outline, e) == -1)
			return -1;
		return hatch(d, w, &d->outline, 0, false, 0, out, NULL, e);
	}
	h->way = el->angled ? (angle == 0 ? MK_ROWS : MK_COLUMNS)
		: el->ask.type->linear ? MK_COLUMNS : MK_BEST;
	h->cross = el->cross;
	h->sym = ++d->symbols;
	h->turns = mk_pace_turns(&w->pace, mk_hatch_rows(h, h->my).step);
	d->join = fmax(d->join, JOIN * fmax(mk_hatch_rows(h, h->mx).step,
		el->ask.type->linear ? 0 : mk_hatch_rows(h, h->my).step));
	return mk_fill_hatch(&d->filler, m, h, &w->t, out, e);
}

static int
draw_symbol(struct mk_drawer *d, const struct mk_draw *w, struct mk_strokes *out,
	struct mk_quiet *q, int *rows, int *cols, const char **why, struct mk_err *e)
{
	const struct mk_element *el = w->el;
	struct mk_symbol_ask ask = el->ask;
	struct mk_hatch h = { .pitch = el->pitch, .line = w->pen->line };
	struct mk_matrix m;

	ask.gs1 = w->gs1;
	*why = "data";
	if (mk_symbol_encode(d->symbol, &ask, w->data, w->n, &m, e) == -1)
		return -1;
	*rows = m.rows;
	*cols = m.cols;
	h.mx = h.my = el->module > 0 ? el->module : el->size / m.cols;
	if (ask.type->linear)
		h.my = el->bars > 0 ? el->bars : fmax(BARS_MIN, BARS * h.mx * m.cols);
	if (h.line >= fmin(h.mx, h.my)) {
		*why = "module";
		return mk_err(e, MK_EDATA, "a module of %.3f mm is not larger than the pen's line of "
			"%g mm", h.mx / 1000, h.line / 1000);
	}
	q->t = w->t;
	q->hw = (m.cols / 2.0 + el->quiet) * h.mx;
	q->hh = (m.rows / 2.0 + (ask.type->linear ? 0 : el->quiet)) * h.my;
	if (el->light != el->invert && swap(d, el, &m, e) == -1)
		return -1;
	return fill(d, w, &m, &h, out, e);
}

/* ---- texts and shapes ---- */

static int
draw_text(struct mk_drawer *d, const struct mk_draw *w, struct mk_strokes *out, const char **why,
	struct mk_err *e)
{
	const struct mk_element *el = w->el;
	bool hatched = mk_font_outlined(el->font) && el->fill == MK_FILL_HATCH, thin = false;
	struct mk_strokes *to = hatched ? &d->outline : out;

	*why = "glyph";
	mk_strokes_reset(&d->outline);
	if (mk_font_text(el->font, w->data, w->n, &el->set, &w->t, to, NULL, why, e) == -1)
		return -1;
	if (!hatched)
		return 0;
	*why = "data";
	if (hatch(d, w, to, 0, false, w->pen->line, out, &thin, e) == -1)
		return -1;
	if (!thin)
		return 0;
	*why = "module";
	return mk_err(e, MK_EDATA, "the font's strokes are thinner than the pen's line of %g mm",
		w->pen->line / 1000);
}

static int
add_moved(const struct mk_strokes *in, size_t i, const struct mk_affine *t, struct mk_strokes *out,
	struct mk_err *e)
{
	const struct mk_stroke *s = &in->s[i];
	size_t k;

	for (k = 0; k < s->n; k++) {
		struct mk_point p = mk_affine_to(t, in->pt[s->first + k].x, in->pt[s->first + k].y);

		if ((k == 0 ? mk_strokes_begin : mk_strokes_to)(out, p, e) == -1)
			return -1;
	}
	out->s[out->n - 1].form = s->form;
	return 0;
}

/* With a hatch, what is closed is filled and the rest drawn. */
static int
draw_shape(struct mk_drawer *d, const struct mk_draw *w, struct mk_strokes *out, const char **why,
	struct mk_err *e)
{
	const struct mk_strokes *in = &w->el->shape;
	bool hatched = w->el->fill == MK_FILL_HATCH, thin = false;
	size_t i;

	*why = "data";
	mk_strokes_reset(&d->outline);
	for (i = 0; i < in->n; i++)
		if (add_moved(in, i, &w->t, hatched && in->s[i].form == MK_CLOSED ? &d->outline : out,
		    e) == -1)
			return -1;
	if (d->outline.n > 0 && hatch(d, w, &d->outline, 0, w->el->evenodd, w->pen->line, out, &thin,
	    e) == -1)
		return -1;
	if (!thin)
		return 0;
	*why = "module";
	return mk_err(e, MK_EDATA, "what is to be filled is thinner than the pen's line of %g mm",
		w->pen->line / 1000);
}

int
mk_draw_element(struct mk_drawer *d, const struct mk_draw *w, struct mk_strokes *out,
	struct mk_quiet *q, int *rows, int *cols, const char **why, struct mk_err *e)
{
	switch (w->el->kind) {
	case MK_ELEMENT_SYMBOL:
		return draw_symbol(d, w, out, q, rows, cols, why, e);
	case MK_ELEMENT_TEXT:
		return draw_text(d, w, out, why, e);
	default:
		return draw_shape(d, w, out, why, e);
	}
}
