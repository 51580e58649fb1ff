/* What an engineer wants to see beside a bad grade: the mark with its grid, the modules
 * that are wrong or weak, and a bar for each parameter. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/mk-verify/canvas.h"
#include "cmd/mk-verify/grade.h"

#define MODULE 16	/* pixels on the drawing, at least */
#define SIDE_MAX 3000	/* of the mark's part of it */
#define MARGIN 3	/* modules around the mark */
#define PANEL 430	/* width of the bars' part */
#define ROW 24

static const struct colour ink = { 20, 20, 20 }, grey = { 120, 120, 120 }, paper = { 255, 255, 255 },
	pale = { 228, 228, 228 }, line = { 0, 170, 230 }, bad = { 230, 0, 40 };

static struct colour
colour_of(double grade)
{
	static const struct colour by_letter[] = { { 30, 160, 60 }, { 130, 180, 30 },
		{ 230, 190, 0 }, { 240, 120, 0 }, { 220, 20, 40 } };
	char letter = mk_grade_letter(grade);

	return by_letter[letter == 'F' ? 4 : letter - 'A'];
}

/* ---- the mark ---- */

/* From the picture to the drawing. */
struct view {
	double x0, y0, scale;
	int w, h;
};

static void
grow(double box[4], struct mk_point p, double by)
{
	box[0] = fmin(box[0], p.x - by);
	box[1] = fmin(box[1], p.y - by);
	box[2] = fmax(box[2], p.x + by);
	box[3] = fmax(box[3], p.y + by);
}

static struct view
aim(const struct mk_image *im, const struct mk_grade *g)
{
	double box[4] = { INFINITY, INFINITY, -INFINITY, -INFINITY };
	struct view v;
	int i;

	for (i = 0; i < 4 && g->scans == 0; i++)
		grow(box, g->grid.corner[i], MARGIN * g->x);
	for (i = 0; i < g->scans; i++) {
		grow(box, g->scan[i][0], 8 * g->x);
		grow(box, g->scan[i][1], 8 * g->x);
	}
	v.x0 = fmax(0, floor(box[0]));
	v.y0 = fmax(0, floor(box[1]));
	box[2] = fmax(v.x0 + 1, fmin(im->w, ceil(box[2])));
	box[3] = fmax(v.y0 + 1, fmin(im->h, ceil(box[3])));
	v.scale = fmax(1, ceil((g->scans > 0 ? 4 : MODULE) / g->x));
	v.scale = fmin(v.scale, SIDE_MAX / fmax(box[2] - v.x0, box[3] - v.y0));
	v.w = (int)((box[2] - v.x0) * v.scale);
	v.h = (int)((box[3] - v.y0) * v.scale);
	return v;
}

static void
paint(struct canvas *c, const struct mk_image *im, const struct view *v)
{
	int x, y;

	for (y = 0; y < v->h && y < c->h; y++)
		for (x = 0; x < v->w; x++) {
			int sx = (int)(v->x0 + x / v->scale), sy = (int)(v->y0 + y / v->scale);

			sx = sx < im->w ? sx : im->w - 1;
			sy = sy < im->h ? sy : im->h - 1;
			memset(c->rgb + 3 * ((size_t)y * (size_t)c->w + (size_t)x),
				im->px[(size_t)sy * (size_t)im->w + (size_t)sx], 3);
		}
}

static void
stroke(struct canvas *c, const struct view *v, struct mk_point a, struct mk_point b, double width,
	struct colour k)
{
	canvas_line(c, (a.x - v->x0) * v->scale, (a.y - v->y0) * v->scale, (b.x - v->x0) * v->scale,
		(b.y - v->y0) * v->scale, width, k);
}

/* Where the lines between modules cross, by the real centres around. */
static struct mk_point
crossing(const struct mk_grid *g, int r, int c)
{
	struct mk_point p = mk_plane_at(&g->plane, c, r);
	double n = 0, dx = 0, dy = 0;
	int i, k;

	for (i = r - 1; i <= r; i++)
		for (k = c - 1; k <= c; k++)
			if (i >= 0 && k >= 0 && i < g->rows && k < g->cols) {
				struct mk_point at = mk_plane_at(&g->plane, k + .5, i + .5);

				dx += g->node[i * g->cols + k].x - at.x;
				dy += g->node[i * g->cols + k].y - at.y;
				n++;
			}
	return (struct mk_point){ p.x + dx / n, p.y + dy / n };
}

static void
grid_lines(struct canvas *c, const struct view *v, const struct mk_grid *g)
{
	int r, k;

	for (r = 0; r <= g->rows; r++)
		for (k = 0; k <= g->cols; k++) {
			double w = r == 0 || r == g->rows ? 2 : 1, w2 = k == 0 || k == g->cols ? 2 : 1;

			if (k < g->cols)
				stroke(c, v, crossing(g, r, k), crossing(g, r, k + 1), w, line);
			if (r < g->rows)
				stroke(c, v, crossing(g, r, k), crossing(g, r + 1, k), w2, line);
		}
}

/* A box inside a module, crossed out if it is wrong. */
static void
box(struct canvas *c, const struct view *v, const struct mk_grid *g, int r, int k,
	struct colour colour, bool cross)
{
	struct mk_point q[4] = { crossing(g, r, k), crossing(g, r, k + 1), crossing(g, r + 1, k + 1),
		crossing(g, r + 1, k) }, m = g->node[r * g->cols + k];
	double width = fmax(2, g->x * v->scale / 9);
	int i;

	for (i = 0; i < 4; i++) {
		q[i].x += (m.x - q[i].x) * .2;
		q[i].y += (m.y - q[i].y) * .2;
	}
	for (i = 0; i < 4; i++)
		stroke(c, v, q[i], q[(i + 1) % 4], width, colour);
	for (i = 0; i < 2 && cross; i++)
		stroke(c, v, q[i], q[i + 2], width, colour);
}

static void
matrix(struct canvas *c, const struct view *v, const struct mk_grade *g)
{
	int r, k, i;

	grid_lines(c, v, &g->grid);
	for (r = 0; r < g->grid.rows; r++)
		for (k = 0; k < g->grid.cols; k++) {
			i = r * g->grid.cols + k;
			if (g->truth != NULL && g->seen[i] != g->truth[i])
				box(c, v, &g->grid, r, k, bad, true);
			else if (g->quality[i] < 3.5)
				box(c, v, &g->grid, r, k, colour_of(g->quality[i]), false);
		}
}

/* ---- the bars ---- */

static int
bar(struct canvas *c, int x, int y, const struct mk_param *p, struct mk_err *e)
{
	const int width = 120, left = x + 195;
	char text[48];

	if (canvas_text(c, x + (p->counts ? 0 : 12), y + 15, 9, p->counts ? ink : grey, p->title, e) == -1)
		return -1;
	if (p->grade >= 0) {
		int i;

		canvas_fill(c, left, y + 4, width, 13, pale);
		canvas_fill(c, left, y + 4, (int)(width * p->grade / 4), 13, colour_of(p->grade));
		canvas_fill(c, left, y + 4, 2, 13, colour_of(p->grade));
		for (i = 1; i < 4; i++)
			canvas_fill(c, left + width * i / 4, y + 4, 1, 13, paper);
	}
	if (p->grade >= 0) {
		(void)snprintf(text, sizeof text, "%.1f", p->grade);
		if (canvas_text(c, left + width + 10, y + 15, 9, ink, text, e) == -1)
			return -1;
	}
	(void)snprintf(text, sizeof text, "%.3f", p->value);
	/* a minus sign stands before the column */
	return isnan(p->value) ? 0 : canvas_text(c, left + width + (p->value < 0 ? 49 : 60), y + 15, 9,
		grey, text, e);
}

static int
panel(struct canvas *c, int x, const struct mk_grade *g, const char *text, const char *kind,
	struct mk_err *e)
{
	char more[80];
	int i, y = 112;

	if (g->damaged >= 0)
		(void)snprintf(more, sizeof more, "X is %.2f pixels, %d modules are damaged", g->x,
			g->damaged);
	else
		(void)snprintf(more, sizeof more, "X is %.2f pixels", g->x);
	canvas_fill(c, x, 14, 60, 60, colour_of(g->grade));
	if (canvas_text(c, x + 18, 58, 28, paper, (char[2]){ mk_grade_letter(g->grade), '\0' }, e) == -1 ||
	    canvas_text(c, x + 76, 40, 18, ink, text, e) == -1 ||
	    canvas_text(c, x + 76, 68, 9, grey, kind, e) == -1 ||
	    canvas_text(c, x, 96, 9, grey, more, e) == -1)
		return -1;
	for (i = 0; i < g->params; i++, y += ROW)
		if (bar(c, x, y, &g->param[i], e) == -1)
			return -1;
	return 0;
}

/* ---- the file ---- */

static int
save(const char *path, const struct canvas *c, struct mk_err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), r;

	if (fd == -1)
		return mk_err_sys(e, MK_EIO, "%s: cannot write", path);
	r = mk_png_write_rgb(fd, path, c->w, c->h, c->rgb, e);
	if (close(fd) == -1 && r == 0)
		r = mk_err_sys(e, MK_EIO, "%s: cannot write", path);
	return r;
}

int
annotate(const char *path, const struct mk_image *im, const struct mk_grade *g, const char *text,
	const char *kind, struct mk_err *e)
{
	struct view v = aim(im, g);
	int need = 124 + g->params * ROW, r, i;
	struct canvas c = { .w = v.w + 20 + PANEL, .h = v.h > need ? v.h : need };

	if ((c.rgb = malloc(3 * (size_t)c.w * (size_t)c.h)) == NULL)
		return mk_err_nomem(e);
	canvas_fill(&c, 0, 0, c.w, c.h, paper);
	paint(&c, im, &v);
	if (g->scans == 0)
		matrix(&c, &v, g);
	for (i = 0; i < g->scans; i++)
		stroke(&c, &v, g->scan[i][0], g->scan[i][1], 2, colour_of(g->scan_grade[i]));
	/* what was drawn over the mark's part ends at the bars */
	canvas_fill(&c, v.w, 0, c.w - v.w, c.h, paper);
	r = panel(&c, v.w + 20, g, text, kind, e);
	if (r == 0)
		r = save(path, &c, e);
	free(c.rgb);
	return r;
}
