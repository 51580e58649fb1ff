#include "layout/fill.h"

#include <math.h>
#include <stdbool.h>

#define OVER 1.06	/* how much wider than asked for the pitch may be */

struct mk_hatch_rows
mk_hatch_rows(const struct mk_hatch *h)
{
	struct mk_hatch_rows r;
	/* the small part keeps a pitch that divides evenly from losing to rounding */
	double n = ceil(h->module / (h->pitch * OVER) - 1e-9);

	r.n = n < 1 ? 1 : (int)n;
	r.step = h->module / r.n;
	r.first = r.step / 2;
	if (r.n > 1 && h->line > r.step) {
		r.first = h->line / 2;
		r.step = (h->module - h->line) / (r.n - 1);
	}
	return r;
}

struct pass {
	const struct mk_matrix *m;
	const struct mk_hatch *h;
	const struct mk_affine *t;
	struct mk_strokes *out;
};

static int
run(const struct pass *p, int from, int to, double y, bool back, struct mk_err *e)
{
	double half = p->m->cols * p->h->module / 2;
	double x0 = from * p->h->module - half + p->h->line / 2;
	double x1 = to * p->h->module - half - p->h->line / 2;

	if (mk_strokes_begin(p->out, mk_affine_to(p->t, back ? x1 : x0, y), e) == -1)
		return -1;
	return mk_strokes_to(p->out, mk_affine_to(p->t, back ? x0 : x1, y), e);
}

/* One line through a row of modules, from the left or back from the right. */
static int
line(const struct pass *p, const unsigned char *row, double y, bool back, struct mk_err *e)
{
	int cols = p->m->cols, step = back ? -1 : 1, i = back ? cols - 1 : 0, from;

	while (i >= 0 && i < cols) {
		if (!row[i]) {
			i += step;
			continue;
		}
		for (from = i; i >= 0 && i < cols && row[i]; i += step)
			;
		if (run(p, back ? i + 1 : from, back ? from + 1 : i, y, back, e) == -1)
			return -1;
	}
	return 0;
}

int
mk_fill_hatch(const struct mk_matrix *m, const struct mk_hatch *h,
	const struct mk_affine *t, struct mk_strokes *out, struct mk_err *e)
{
	const struct mk_hatch_rows rows = mk_hatch_rows(h);
	const struct pass p = { m, h, t, out };
	bool back = false;
	size_t before;
	int r, k;

	for (r = 0; r < m->rows; r++)
		for (k = 0; k < rows.n; k++) {
			double y = (m->rows / 2.0 - r) * h->module - rows.first - k * rows.step;

			before = out->n;
			if (line(&p, m->dark + r * m->cols, y, back, e) == -1)
				return -1;
			if (out->n > before)
				back = !back;
		}
	return 0;
}
