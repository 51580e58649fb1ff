/* mk-layout show: what a job looks like, and what its time is made of. */
#include <string.h>

#include "base/num.h"
#include "cmd/mk-layout/layout.h"
#include "job/timing.h"

#define LINE 50		/* µm, as drawn where nothing says it */

static const char *opt_svg, *opt_png, *opt_gcode, *opt_px, *opt_line, *opt_smax, *opt_template,
	*opt_device;

const struct cmd_opt show_opts[] = {
	{ "svg", 0, "FILE", &opt_svg, "draw it as SVG; - is standard output" },
	{ "png", 0, "FILE", &opt_png, "draw it as PNG" },
	{ "gcode", 0, "FILE", &opt_gcode, "write it as G-code" },
	{ "px", 0, "N", &opt_px, "pixels to the mm of a PNG" },
	{ "width", 0, "MM", &opt_line, "width of strokes as drawn, without a template (0.05)" },
	{ "s-max", 0, "N", &opt_smax, "S of full power in G-code (1000)" },
	{ "template", 't', "FILE", &opt_template, "the job's template: list its elements, too" },
	{ "device", 0, "NAME", &opt_device, "time model of this device of mk.conf, not the first" },
	{0}
};

struct show {
	struct drawing draw;
	bool drawn_out;		/* to standard output, in the list's place */
	struct mk_layout *l;	/* NULL: no template */
	struct mk_timing timing;
	struct mk_job job;
	double width;		/* µm */
	size_t shown;
};

/* Whether the record is the part asked for: its id, code or human-readable text, or how
 * one of them ends. */
static bool
wanted(const struct cmd *c, const struct mk_rec *rec)
{
	static const char *const keys[] = { "id", "code", "hri" };
	size_t n, i;

	if (c->narg == 0)
		return true;
	n = strlen(c->arg[0]);
	for (i = 0; i < sizeof keys / sizeof *keys; i++) {
		const struct mk_field *f = mk_rec_get(rec, keys[i]);

		if (f != NULL && f->vlen >= n && memcmp(f->val + f->vlen - n, c->arg[0], n) == 0)
			return true;
	}
	return false;
}

/* ---- the list ---- */

/* The row's beginning: the part, and whose share it is. */
static int
begin(struct mk_rec *row, const struct mk_rec *rec, const char *what, struct mk_err *e)
{
	const struct mk_field *id = mk_rec_get(rec, "id");

	mk_rec_reset(row);
	if (id != NULL && mk_rec_copy(row, id, e) == -1)
		return -1;
	return mk_rec_set(row, "share", what, strlen(what), e);
}

static int
put(struct cmd *c, struct mk_rec *row, size_t strokes, double mark, double jump, double ms)
{
	if (mk_rec_setf(row, &c->err, "strokes", "%zu", strokes) == -1 ||
	    mk_rec_setf(row, &c->err, "mark_mm", "%.1f", mark) == -1 ||
	    mk_rec_setf(row, &c->err, "jump_mm", "%.1f", jump) == -1 ||
	    mk_rec_setf(row, &c->err, "ms", "%.1f", ms) == -1)
		return -1;
	return cmd_put(c, row);
}

static int
elements(struct cmd *c, const struct show *s, const struct mk_rec *rec, struct mk_rec *row)
{
	struct mk_share h;
	size_t i;

	for (i = 0; mk_layout_share(s->l, i, &h); i++) {
		if (h.strokes == 0)
			continue;	/* of another op */
		if (begin(row, rec, h.kind, &c->err) == -1 ||
		    mk_rec_setf(row, &c->err, "line", "%ld", h.line) == -1 ||
		    mk_rec_set(row, "pen", h.pen, strlen(h.pen), &c->err) == -1 ||
		    put(c, row, h.strokes, h.mark_mm, h.jump_mm, h.ms) == -1)
			return -1;
	}
	return 0;
}

/* One row for each pen of the job, in the order of their first use; then all. */
static int
pens(struct cmd *c, const struct show *s, const struct mk_rec *rec, struct mk_rec *row)
{
	struct mk_job_walk w = MK_JOB_WALK, sum;
	size_t i, k;

	for (i = 0; i < s->job.n; i++) {
		const struct mk_pen *pen = &s->job.op[i].u.pen;
		bool mine = false, seen = false;

		if (s->job.op[i].kind != 'P')
			continue;
		for (k = 0; k < i && !seen; k++)
			seen = s->job.op[k].kind == 'P' &&
				memcmp(&s->job.op[k].u.pen, pen, sizeof *pen) == 0;
		if (seen)
			continue;
		memset(&sum, 0, sizeof sum);
		w = (struct mk_job_walk)MK_JOB_WALK;
		for (k = 0; k < s->job.n; k++) {
			const struct mk_job_walk was = w;

			if (s->job.op[k].kind == 'P')
				mine = memcmp(&s->job.op[k].u.pen, pen, sizeof *pen) == 0;
			mk_job_walk(&w, &s->job.op[k], &s->timing);
			if (!mine)
				continue;
			sum.strokes += w.strokes - was.strokes;
			sum.mark_mm += w.mark_mm - was.mark_mm;
			sum.jump_mm += w.jump_mm - was.jump_mm;
			sum.ms += w.ms - was.ms;
		}
		if (begin(row, rec, "pen", &c->err) == -1 ||
		    mk_rec_setf(row, &c->err, "power", "%g", pen->power / 10.0) == -1 ||
		    mk_rec_setf(row, &c->err, "freq", "%lu", (unsigned long)pen->hz) == -1 ||
		    mk_rec_setf(row, &c->err, "speed", "%lu", (unsigned long)pen->speed) == -1 ||
		    put(c, row, sum.strokes, sum.mark_mm, sum.jump_mm, sum.ms) == -1)
			return -1;
	}
	if (begin(row, rec, "all", &c->err) == -1)
		return -1;
	return put(c, row, w.strokes, w.mark_mm, w.jump_mm, w.ms);
}

/* ---- one record ---- */

/* With the template, the record is laid out again: that is its job, or it is not. */
static int
same(struct cmd *c, const struct show *s, const struct mk_rec *rec)
{
	struct mk_refusal why = { NULL, 0 };
	struct mk_buf line = {0};
	struct mk_rec copy = {0};
	const struct mk_field *was = mk_rec_get(rec, "job"), *is;
	size_t column;
	int r = -1;

	if (mk_rec_line(rec, &line, &c->err) == 0 &&
	    mk_rec_parse(&copy, line.p, line.n, &column, &c->err) == 0)
		r = mk_layout_rec(s->l, &copy, &why, &c->err);
	is = r == 1 ? mk_rec_get(&copy, "job") : NULL;
	if (r == 0 || (r == 1 && (is->vlen != was->vlen || memcmp(is->val, was->val, is->vlen) != 0)))
		r = mk_err(&c->err, MK_EDATA, "%s: this is not the template of that job: see its "
			"recipe_hash", opt_template);
	mk_rec_clear(&copy);
	mk_buf_clear(&line);
	return r == 1 ? 0 : -1;
}

/* Without a template each pen is as wide as --width says. */
static int
draw(struct cmd *c, struct show *s)
{
	struct mk_buf widths = {0};
	const struct mk_job *j = &s->job;
	const double *line;
	size_t i, n;
	int r = 0;

	if (s->l != NULL) {
		j = mk_layout_job(s->l, &line, &n);
		return drawing_make(c, &s->draw, j, line, n);
	}
	for (i = 0; i < j->n && r == 0; i++)
		if (j->op[i].kind == 'P')
			r = mk_buf_add(&widths, &s->width, sizeof s->width, &c->err);
	if (r == 0)
		r = drawing_make(c, &s->draw, j, (const double *)(const void *)widths.p,
			widths.n / sizeof s->width);
	mk_buf_clear(&widths);
	return r;
}

static int
each(struct cmd *c, struct mk_rec *rec, void *arg)
{
	struct show *s = arg;
	const struct mk_field *f = mk_rec_get(rec, "job");
	struct mk_rec row = {0};
	int r = 0;

	if (f == NULL || !wanted(c, rec))
		return 0;
	if (mk_job_read(&s->job, f->val, f->vlen, NULL, &c->err) == -1) {
		f = mk_rec_get(rec, "id");
		return f == NULL ? -1 : mk_err_at(&c->err, "%.*s", (int)(f->vlen > 80 ? 80 : f->vlen),
			f->val);
	}
	if (s->l != NULL && same(c, s, rec) == -1)
		return -1;
	if (s->shown++ == 0 && draw(c, s) == -1)
		return -1;
	if (!s->drawn_out && ((s->l != NULL && elements(c, s, rec, &row) == -1) ||
	    pens(c, s, rec, &row) == -1))
		r = -1;
	mk_rec_clear(&row);
	return r;
}

/* ---- options ---- */

static int
number(struct cmd *c, const char *name, const char *v, int64_t max, double *to)
{
	int64_t x;

	if (v == NULL)
		return 0;
	if (mk_num_fix(v, strlen(v), 3, 1, max * 1000, &x, &c->err) == -1)
		return mk_err_at(&c->err, "--%s", name);
	*to = (double)x / 1000;
	return 0;
}

int
show_run(struct cmd *c)
{
	struct show s = { .draw = { opt_svg, opt_png, opt_gcode, 0, 1000, false } };
	const struct mk_device *d;
	double mm = LINE / 1000.0;
	int r = -1;

	if (c->narg > 1)
		return cmd_usage(c, "'%s': one part at a time", c->arg[1]);
	if (number(c, "px", opt_px, 1000, &s.draw.px) == -1 ||
	    number(c, "width", opt_line, 100, &mm) == -1 ||
	    number(c, "s-max", opt_smax, 100000, &s.draw.s_max) == -1 ||
	    drawing_check(c, &s.draw, &s.drawn_out) == -1 || device_of(c, opt_device, &d) == -1 ||
	    mk_timing_conf(&s.timing, d, &c->err) == -1)
		return -1;
	s.width = mm * 1000;
	if (opt_template == NULL || mk_layout_new(&s.l, opt_template, d, &c->err) == 0)
		r = cmd_filter(c, false, each, &s);
	if (r == 0 && s.shown == 0) {
		cmd_warn(c, "no record with a job%s%s", c->narg > 0 ? " is the part " : "",
			c->narg > 0 ? c->arg[0] : "");
		cmd_status(c, CMD_FAILED);
	}
	mk_layout_free(s.l);
	mk_job_clear(&s.job);
	return r;
}
