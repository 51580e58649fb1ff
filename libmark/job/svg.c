#include "job/svg.h"

#include <math.h>
#include <stdbool.h>

#define MARGIN 1000	/* µm, at least */
#define LINE 50.0	/* µm, of a pen that does not say its line */
#define INK "#1a1a1a"
#define JUMPS "#e0603a"

struct svg {
	const struct mk_job *j;
	const double *line;
	size_t nline;
	struct mk_buf *out;
};

/* SVG's y points down. */
static int
at(const struct svg *s, const char *cmd, int32_t x, int32_t y, struct mk_err *e)
{
	return mk_buf_addf(s->out, e, "%s%.3f %.3f", cmd, x / 1000.0, -y / 1000.0);
}

static double
width(const struct svg *s, size_t pen)
{
	return pen < s->nline && s->line[pen] > 0 ? s->line[pen] : LINE;
}

static int
head(const struct svg *s, struct mk_err *e)
{
	struct mk_job_stats st;
	double x, y, w, h, m;

	mk_job_stats(s->j, &st);
	w = (double)st.mx1 - st.mx0;
	h = (double)st.my1 - st.my0;
	m = fmax(MARGIN, fmax(w, h) / 20);
	x = (st.mx0 - m) / 1000;
	y = (-st.my1 - m) / 1000;
	w = (w + 2 * m) / 1000;
	h = (h + 2 * m) / 1000;
	return mk_buf_addf(s->out, e,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.3fmm\" height=\"%.3fmm\" "
		"viewBox=\"%.3f %.3f %.3f %.3f\">\n"
		"<title>%zu strokes, %.1f mm marked, %.1f mm jumped</title>\n"
		"<rect x=\"%.3f\" y=\"%.3f\" width=\"%.3f\" height=\"%.3f\" fill=\"#ffffff\"/>\n",
		w, h, x, y, w, h, st.strokes, st.mark_mm, st.jump_mm, x, y, w, h);
}

/* The ops from number i on that one pen marks, as one path. *next: the P behind. */
static int
pen_path(const struct svg *s, size_t i, double line, int32_t from[2], size_t *next,
	struct mk_err *e)
{
	int32_t x = from[0], y = from[1];
	bool stroke = false;

	if (mk_buf_addf(s->out, e, "<path fill=\"none\" stroke=\"" INK "\" stroke-width=\"%.3f\" "
	    "stroke-linecap=\"round\" stroke-linejoin=\"round\" d=\"", line / 1000) == -1)
		return -1;
	for (; i < s->j->n && s->j->op[i].kind != 'P'; i++) {
		const struct mk_op *op = &s->j->op[i];

		if (((op->kind == 'L' && !stroke) || op->kind == 'D') && at(s, "M", x, y, e) == -1)
			return -1;
		if (op->kind == 'D' && mk_buf_adds(s->out, "h0", e) == -1)
			return -1;
		stroke = op->kind == 'L';
		if (op->kind != 'L' && op->kind != 'M')
			continue;
		x = op->u.to.x;
		y = op->u.to.y;
		if (stroke && at(s, "L", x, y, e) == -1)
			return -1;
	}
	from[0] = x;
	from[1] = y;
	*next = i;
	return mk_buf_adds(s->out, "\"/>\n", e);
}

static int
marks(const struct svg *s, struct mk_err *e)
{
	int32_t from[2] = { 0, 0 };
	size_t i = 0, pen = 0;

	while (i < s->j->n) {
		bool is_pen = s->j->op[i].kind == 'P';

		if (pen_path(s, i + is_pen, width(s, pen), from, &i, e) == -1)
			return -1;
		pen += is_pen;
	}
	return 0;
}

static int
jumps(const struct svg *s, struct mk_err *e)
{
	int32_t x = 0, y = 0;
	size_t i;

	if (mk_buf_adds(s->out, "<path fill=\"none\" stroke=\"" JUMPS "\" stroke-width=\"0.015\" "
	    "stroke-opacity=\"0.7\" d=\"", e) == -1)
		return -1;
	for (i = 0; i < s->j->n; i++) {
		const struct mk_op *op = &s->j->op[i];

		if (op->kind != 'L' && op->kind != 'M')
			continue;
		if (op->kind == 'M' && (op->u.to.x != x || op->u.to.y != y) &&
		    (at(s, "M", x, y, e) == -1 || at(s, "L", op->u.to.x, op->u.to.y, e) == -1))
			return -1;
		x = op->u.to.x;
		y = op->u.to.y;
	}
	return mk_buf_adds(s->out, "\"/>\n", e);
}

int
mk_svg_job(const struct mk_job *j, const double *line, size_t nline, struct mk_buf *out,
	struct mk_err *e)
{
	const struct svg s = { j, line, nline, out };

	if (head(&s, e) == -1 || marks(&s, e) == -1 || jumps(&s, e) == -1)
		return -1;
	return mk_buf_adds(out, "</svg>\n", e);
}
