#include "layout/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"

#define MARGIN 1000.0	/* µm, at least */
#define LINE 50.0	/* µm, of a pen that does not say its line */
#define SIDE 1600.0
#define SIDE_PX_MAX 200.0	/* a mm, of small jobs */
#define JUMP 1.2	/* pixels wide */

/* Each plane says how much of a pixel is covered. */
struct plotting {
	double x0, y1, scale;	/* µm at the left and the top, pixels to the µm */
	struct mk_image ink, jump;
};

static const unsigned char paper[3] = { 255, 255, 255 }, ink[3] = { 26, 26, 26 },
	jumps[3] = { 224, 96, 58 };

static int
clamp(double v, int max)
{
	return v < 0 ? 0 : v > max ? max : (int)v;
}

/* A line with round ends, width pixels wide. */
static void
plot(const struct plotting *p, struct mk_image *im, const int32_t a[2], const int32_t b[2],
	double width)
{
	double ax = (a[0] - p->x0) * p->scale, ay = (p->y1 - a[1]) * p->scale;
	double bx = (b[0] - p->x0) * p->scale, by = (p->y1 - b[1]) * p->scale;
	double dx = bx - ax, dy = by - ay, d2 = dx * dx + dy * dy, r = width / 2;
	int x, y, left, right;

	for (y = clamp(fmin(ay, by) - r - 1, im->h); y < clamp(fmax(ay, by) + r + 2, im->h); y++) {
		double from = fmin(ax, bx), to = fmax(ax, bx);

		/* only what of the line is near this row */
		if (fabs(dy) > 1) {
			double u0 = (y - r - 1 - ay) / dy, u1 = (y + r + 2 - ay) / dy;

			u0 = fmin(fmax(u0, 0), 1);
			u1 = fmin(fmax(u1, 0), 1);
			from = fmin(ax + u0 * dx, ax + u1 * dx);
			to = fmax(ax + u0 * dx, ax + u1 * dx);
		}
		left = clamp(from - r - 1, im->w);
		right = clamp(to + r + 2, im->w);
		for (x = left; x < right; x++) {
			double u = d2 > 0 ? ((x + 0.5 - ax) * dx + (y + 0.5 - ay) * dy) / d2 : 0, far;
			unsigned char *px = im->px + (size_t)y * (size_t)im->w + (size_t)x, v;

			u = fmin(fmax(u, 0), 1);
			far = hypot(ax + u * dx - x - 0.5, ay + u * dy - y - 0.5);
			v = (unsigned char)(255 * fmin(fmax(r + 0.5 - far, 0), 1));
			if (v > *px)
				*px = v;
		}
	}
}

static void
plot_job(struct plotting *p, const struct mk_job *j, const double *line, size_t nline)
{
	int32_t at[2] = { 0, 0 }, to[2];
	double width = LINE;
	size_t i, pen = 0;

	for (i = 0; i < j->n; i++) {
		const struct mk_op *op = &j->op[i];

		if (op->kind == 'P') {
			width = pen < nline && line[pen] > 0 ? line[pen] : LINE;
			pen++;
		}
		if (op->kind == 'D')
			plot(p, &p->ink, at, at, fmax(width * p->scale, 2.5));
		if (op->kind != 'L' && op->kind != 'M')
			continue;
		to[0] = op->u.to.x;
		to[1] = op->u.to.y;
		if (op->kind == 'L')
			plot(p, &p->ink, at, to, fmax(width * p->scale, 1));
		else
			plot(p, &p->jump, at, to, JUMP);
		memcpy(at, to, sizeof at);
	}
}

static int
write_out(const struct plotting *p, int fd, const char *name, struct mk_err *e)
{
	size_t n = (size_t)p->ink.w * (size_t)p->ink.h, i;
	unsigned char *rgb = malloc(n * 3);
	int k, r;

	if (rgb == NULL)
		return mk_err_nomem(e);
	for (i = 0; i < n; i++)
		for (k = 0; k < 3; k++) {
			int v = paper[k] + (ink[k] - paper[k]) * p->ink.px[i] / 255;

			rgb[3 * i + (size_t)k] = (unsigned char)(v + (jumps[k] - v) * (p->jump.px[i] * 3 / 4) / 255);
		}
	r = mk_png_write_rgb(fd, name, p->ink.w, p->ink.h, rgb, e);
	free(rgb);
	return r;
}

int
mk_picture_job(const struct mk_job *j, const double *line, size_t nline, double px, int fd,
	const char *name, struct mk_err *e)
{
	struct plotting p = {0};
	struct mk_job_stats s;
	double w, h, m;
	int r = -1;

	mk_job_stats(j, &s);
	w = (double)s.mx1 - s.mx0;
	h = (double)s.my1 - s.my0;
	m = fmax(MARGIN, fmax(w, h) / 20);
	p.x0 = s.mx0 - m;
	p.y1 = s.my1 + m;
	w += 2 * m;
	h += 2 * m;
	p.scale = px > 0 ? px / 1000 : fmin(SIDE / fmax(w, h), SIDE_PX_MAX / 1000);
	if (fmax(w, h) * p.scale > MK_IMAGE_SIDE_MAX)
		return mk_err(e, MK_EDATA, "%s: %.0f pixels a side are more than %d: choose fewer to "
			"the mm", name, fmax(w, h) * p.scale, MK_IMAGE_SIDE_MAX);
	if (mk_image_new(&p.ink, (int)ceil(w * p.scale), (int)ceil(h * p.scale), e) == 0 &&
	    mk_image_new(&p.jump, p.ink.w, p.ink.h, e) == 0) {
		plot_job(&p, j, line, nline);
		r = write_out(&p, fd, name, e);
	}
	mk_image_clear(&p.ink);
	mk_image_clear(&p.jump);
	return r;
}
