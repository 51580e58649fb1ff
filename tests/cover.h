/* What strokes cover of a symbol's modules: a round beam, 20 samples a module. */
#ifndef MK_COVER_H
#define MK_COVER_H

#include <math.h>
#include <stdlib.h>

#include "ident/symbol.h"
#include "layout/stroke.h"

#define SIDE 20

static inline void
burn(unsigned char *px, const struct mk_matrix *m, struct mk_point a, struct mk_point b,
	double scale, double r)
{
	int w = (m->cols + 2) * SIDE, h = (m->rows + 2) * SIDE, x, y;
	int x0 = (int)((fmin(a.x, b.x) - r) * scale + w / 2.0) - 1;
	int x1 = (int)((fmax(a.x, b.x) + r) * scale + w / 2.0) + 1;
	int y0 = (int)((fmin(a.y, b.y) - r) * scale + h / 2.0) - 1;
	int y1 = (int)((fmax(a.y, b.y) + r) * scale + h / 2.0) + 1;
	double dx = b.x - a.x, dy = b.y - a.y, d2 = dx * dx + dy * dy;

	for (y = y0 < 0 ? 0 : y0; y <= y1 && y < h; y++)
		for (x = x0 < 0 ? 0 : x0; x <= x1 && x < w; x++) {
			double px_x = (x + 0.5 - w / 2.0) / scale, px_y = (y + 0.5 - h / 2.0) / scale;
			double u = d2 > 0 ? ((px_x - a.x) * dx + (px_y - a.y) * dy) / d2 : 0;

			u = fmin(fmax(u, 0), 1);
			if (hypot(a.x + u * dx - px_x, a.y + u * dy - px_y) <= r)
				px[y * w + x] = 1;
		}
}

static inline void
burn_all(unsigned char *px, const struct mk_matrix *m, const struct mk_strokes *l, double scale,
	double r)
{
	struct mk_point at = { 0, 0 };
	size_t i, k;

	for (i = 0; i < l->n; i++)
		for (k = 0; k < l->s[i].n; k++) {
			struct mk_point p = l->pt[l->s[i].first + k];

			if (k > 0 || l->s[i].joined)
				burn(px, m, at, p, scale, r);
			else if (l->s[i].n == 1)
				burn(px, m, p, p, scale, r);
			at = p;
		}
}

/* The worst cover, in percent, of dark and of light modules, a module around too. The
 * symbol's centre is the origin; line is the beam's width. */
static inline void
cover(const struct mk_strokes *l, const struct mk_matrix *m, double module, double line,
	double *dark, double *light)
{
	int w = (m->cols + 2) * SIDE, h = (m->rows + 2) * SIDE, r, c, i, k;
	unsigned char *px = calloc((size_t)w * (size_t)h, 1);

	*dark = px == NULL ? 0 : 100;
	*light = 0;
	if (px == NULL)
		return;
	burn_all(px, m, l, SIDE / module, line / 2);
	for (r = -1; r <= m->rows; r++)
		for (c = -1; c <= m->cols; c++) {
			double n = 0;

			for (i = 0; i < SIDE; i++)	/* y up */
				for (k = 0; k < SIDE; k++)
					n += px[(h - 1 - (r + 1) * SIDE - i) * w + (c + 1) * SIDE + k];
			n *= 100.0 / (SIDE * SIDE);
			if (r >= 0 && c >= 0 && r < m->rows && c < m->cols && m->dark[r * m->cols + c])
				*dark = fmin(*dark, n);
			else
				*light = fmax(*light, n);
		}
	free(px);
}

#endif
