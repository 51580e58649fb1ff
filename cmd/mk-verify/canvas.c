#include "cmd/mk-verify/canvas.h"

#include <math.h>
#include <string.h>

#include "layout/font.h"

void
canvas_fill(struct canvas *c, int x, int y, int w, int h, struct colour k)
{
	int i, j;

	for (j = y < 0 ? 0 : y; j < y + h && j < c->h; j++)
		for (i = x < 0 ? 0 : x; i < x + w && i < c->w; i++)
			memcpy(c->rgb + 3 * ((size_t)j * (size_t)c->w + (size_t)i),
				(unsigned char[3]){ k.r, k.g, k.b }, 3);
}

static void
blend(unsigned char *p, struct colour k, double a)
{
	p[0] = (unsigned char)(p[0] + (k.r - p[0]) * a + .5);
	p[1] = (unsigned char)(p[1] + (k.g - p[1]) * a + .5);
	p[2] = (unsigned char)(p[2] + (k.b - p[2]) * a + .5);
}

void
canvas_line(struct canvas *c, double x0, double y0, double x1, double y1, double width,
	struct colour k)
{
	double r = width / 2, dx = x1 - x0, dy = y1 - y0, len2 = dx * dx + dy * dy, t, a;
	int left = (int)floor(fmin(x0, x1) - r - 1), right = (int)ceil(fmax(x0, x1) + r + 1);
	int top = (int)floor(fmin(y0, y1) - r - 1), low = (int)ceil(fmax(y0, y1) + r + 1), x, y;

	for (y = top < 0 ? 0 : top; y < low && y < c->h; y++)
		for (x = left < 0 ? 0 : left; x < right && x < c->w; x++) {
			double px = x + .5 - x0, py = y + .5 - y0;

			t = len2 > 0 ? (px * dx + py * dy) / len2 : 0;
			t = t < 0 ? 0 : t > 1 ? 1 : t;
			a = r + .5 - hypot(px - t * dx, py - t * dy);
			if (a > 0)
				blend(c->rgb + 3 * ((size_t)y * (size_t)c->w + (size_t)x), k, a > 1 ? 1 : a);
		}
}

int
canvas_text(struct canvas *c, double x, double y, double height, struct colour k,
	const char *text, struct mk_err *e)
{
	const struct mk_text_set set = { .height = height * 1000, .anchor = MK_ANCHOR_START,
		.tolerance = 100 };
	const struct mk_affine here = { .a = 1, .d = 1 };
	struct mk_strokes s = {0};
	struct mk_font *f = NULL;
	const char *why;
	size_t i, j;
	int r;

	r = mk_font_open(&f, "futural", NULL, e);
	if (r == 0)
		r = mk_font_text(f, text, strlen(text), &set, &here, &s, NULL, &why, e);
	for (i = 0; r == 0 && i < s.n; i++)
		for (j = 1; j < s.s[i].n; j++) {
			struct mk_point *p = &s.pt[s.s[i].first + j];

			canvas_line(c, x + p[-1].x / 1000, y - p[-1].y / 1000, x + p->x / 1000,
				y - p->y / 1000, height / 8 < 1.1 ? 1.1 : height / 8, k);
		}
	mk_strokes_clear(&s);
	mk_font_free(f);
	return r;
}
