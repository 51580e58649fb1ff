#include "layout/element.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "layout/curve.h"
#include "layout/drawing.h"

#define DWELL 1000	/* µs, of a dot */
#define SVG_MAX (64u << 20)

/* How far chords may be from the curve: what the pen's line hides. */
static double
tolerance(const struct mk_lay_line *in)
{
	return fmin(fmax(in->t->pen[in->el->pen].line / 8, 2), 10);
}

static int
new_element(struct mk_lay_line *in, enum mk_element_kind kind, size_t op, struct mk_err *e)
{
	struct mk_template *t = in->t;
	struct mk_element *el = realloc(t->el, (t->nel + 1) * sizeof *el);

	if (el == NULL)
		return mk_err_nomem(e);
	t->el = el;
	in->el = el + t->nel++;
	memset(in->el, 0, sizeof *el);
	in->el->kind = kind;
	in->el->line = in->l->line;
	in->el->op = op;
	in->el->dwell = DWELL;
	in->el->fill = kind == MK_ELEMENT_SHAPE ? MK_FILL_OUTLINE : MK_FILL_HATCH;
	return 0;
}

/* What all have, when the settings are read: place, scale, pitch. */
static void
put(struct mk_lay_line *in, const struct mk_lay_group *g)
{
	struct mk_element *el = in->el;
	struct mk_point at = { el->at.x * g->scale, el->at.y * g->scale };
	struct mk_affine own = mk_affine_place(at, el->rotate);
	static const struct mk_affine mirror = { -1, 0, 0, 1, 0, 0 };
	double line = in->t->pen[el->pen].line;

	if (el->mirror)
		own = mk_affine_then(&mirror, &own);
	el->t = mk_affine_then(&own, &g->t);
	if (!in->pitch)
		el->pitch = line > 0 ? line : MK_LAY_PITCH;
	el->size *= g->scale;
	el->module *= g->scale;
	el->bars *= g->scale;
	el->set.height *= g->scale;
	el->set.spacing *= g->scale;
	el->set.width *= g->scale;
	el->set.arc *= g->scale;
}

/* ---- symbol ---- */

const char *
mk_symbol_names(char *out, size_t n)
{
	const struct mk_symbol_type *s;
	size_t at = 0, i;

	*out = '\0';
	for (i = 0; (s = mk_symbol_types(i)) != NULL; i++) {
		const char *sep = i == 0 ? "" : mk_symbol_types(i + 1) == NULL ? " or " : ", ";

		if (at + strlen(sep) + strlen(s->name) >= n)
			break;
		memcpy(out + at, sep, strlen(sep));
		at += strlen(sep);
		memcpy(out + at, s->name, strlen(s->name) + 1);
		at += strlen(s->name);
	}
	return out;
}

static int
add_symbol(struct mk_lay_line *in, const struct mk_lay_group *g, size_t op, struct mk_err *e)
{
	const struct mk_words *l = in->l;
	const struct mk_symbol_type *type = l->n < 2 ? NULL : mk_symbol_type(l->w[1].s);
	struct mk_element *el;
	char all[160];

	if (type == NULL)
		return mk_words_err(l, 1, e, "%s%s%ssymbol needs its type: %s",
			l->n < 2 ? "" : "no symbol type '", l->n < 2 ? "" : l->w[1].s,
			l->n < 2 ? "" : "': ", mk_symbol_names(all, sizeof all));
	if (new_element(in, MK_ELEMENT_SYMBOL, op, e) == -1)
		return -1;
	el = in->el;
	el->ask.type = type;
	if (mk_lay_settings(in, 2, mk_set_symbol, e) == -1)
		return -1;
	if ((el->size > 0) == (el->module > 0))
		return mk_words_err(l, l->n, e, "symbol needs one of size= and module=");
	if (el->fill == MK_FILL_DOTS && type->linear)
		return mk_words_err(l, l->n, e, "fill: bars cannot be dots");
	if (!el->ask.any && (type->ask || (el->ask.size != NULL && el->ask.size->ask)))
		return mk_words_err(l, l->n, e, "not every reader reads such a %s: write readers=any "
			"if yours does", type->name);
	if (!in->quiet)
		el->quiet = type->quiet;
	put(in, g);
	return 0;
}

/* ---- text ---- */

static int
add_text(struct mk_lay_line *in, const struct mk_lay_group *g, size_t op, struct mk_err *e)
{
	struct mk_element *el;

	if (new_element(in, MK_ELEMENT_TEXT, op, e) == -1 ||
	    mk_lay_settings(in, 1, mk_set_text, e) == -1)
		return -1;
	el = in->el;
	if (el->font == NULL && mk_font_open(&el->font, "futural", &in->t->included, e) == -1)
		return mk_words_err_at(in->l, 0, e);
	if ((in->fill || in->pitch || el->angled || el->cross) && !mk_font_outlined(el->font))
		return mk_words_err(in->l, in->l->n, e, "a single-stroke font has nothing to fill");
	if (el->set.shrink && el->set.width == 0 && el->set.arc == 0)
		return mk_words_err(in->l, in->l->n, e, "fit=shrink needs width=");
	el->set.tolerance = tolerance(in);
	put(in, g);
	return 0;
}

/* ---- shapes ---- */

static int
begin(struct mk_lay_line *in, double x, double y, struct mk_err *e)
{
	return mk_strokes_begin(&in->el->shape, (struct mk_point){ x, y }, e);
}

static int
to(struct mk_lay_line *in, double x, double y, struct mk_err *e)
{
	return mk_strokes_to(&in->el->shape, (struct mk_point){ x, y }, e);
}

static int
arc(struct mk_lay_line *in, double x, double y, double r, double from, double until, struct mk_err *e)
{
	return mk_curve_arc(&in->el->shape, (struct mk_point){ x, y }, r, r, 0, from * acos(-1) / 180,
		until * acos(-1) / 180, tolerance(in), e);
}

static int
make_line(struct mk_lay_line *in, struct mk_err *e)
{
	if (begin(in, in->shape.from.x, in->shape.from.y, e) == -1)
		return -1;
	return to(in, in->shape.to.x, in->shape.to.y, e);
}

static int
make_rect(struct mk_lay_line *in, struct mk_err *e)
{
	double x = in->shape.w / 2, y = in->shape.h / 2, r = fmin(in->shape.radius, fmin(x, y));

	if (r <= 0) {
		if (begin(in, -x, -y, e) == -1 || to(in, x, -y, e) == -1 || to(in, x, y, e) == -1 ||
		    to(in, -x, y, e) == -1)
			return -1;
		return mk_curve_close(&in->el->shape, e);
	}
	if (begin(in, -x + r, -y, e) == -1 || to(in, x - r, -y, e) == -1 ||
	    arc(in, x - r, -y + r, r, -90, 0, e) == -1 || to(in, x, y - r, e) == -1 ||
	    arc(in, x - r, y - r, r, 0, 90, e) == -1 || to(in, -x + r, y, e) == -1 ||
	    arc(in, -x + r, y - r, r, 90, 180, e) == -1 || to(in, -x, -y + r, e) == -1 ||
	    arc(in, -x + r, -y + r, r, 180, 270, e) == -1)
		return -1;
	return mk_curve_close(&in->el->shape, e);
}

static int
make_circle(struct mk_lay_line *in, struct mk_err *e)
{
	double r = in->shape.radius;

	if (begin(in, r, 0, e) == -1 || arc(in, 0, 0, r, 0, 360, e) == -1)
		return -1;
	return mk_curve_close(&in->el->shape, e);
}

static int
make_arc(struct mk_lay_line *in, struct mk_err *e)
{
	double a = (double)in->shape.start / 1000, b = (double)in->shape.end / 1000;

	if (b <= a)
		b += 360;
	if (begin(in, in->shape.radius * cos(a * acos(-1) / 180),
	    in->shape.radius * sin(a * acos(-1) / 180), e) == -1)
		return -1;
	return arc(in, 0, 0, in->shape.radius, a, b, e);
}

static int
make_polyline(struct mk_lay_line *in, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < in->shape.npt; i++)
		if ((i == 0 ? begin : to)(in, in->shape.pt[i].x, in->shape.pt[i].y, e) == -1)
			return -1;
	return in->shape.close ? mk_curve_close(&in->el->shape, e) : 0;
}

static const struct {
	const char *word;
	const struct mk_lay_setting *settings;
	int (*make)(struct mk_lay_line *in, struct mk_err *e);
} shapes[] = {
	{ "line", mk_set_line, make_line }, { "rect", mk_set_rect, make_rect },
	{ "circle", mk_set_circle, make_circle }, { "arc", mk_set_arc, make_arc },
	{ "polyline", mk_set_polyline, make_polyline }
};
#define NSHAPES (sizeof shapes / sizeof *shapes)

/* The shape's tolerance is of the size as written: larger groups are finer drawn. */
static int
add_shape(struct mk_lay_line *in, size_t kind, const struct mk_lay_group *g, size_t op,
	struct mk_err *e)
{
	struct mk_strokes *s;
	size_t i;

	if (new_element(in, MK_ELEMENT_SHAPE, op, e) == -1 ||
	    mk_lay_settings(in, 1, shapes[kind].settings, e) == -1)
		return -1;
	if (in->el->fill == MK_FILL_HATCH && kind == NSHAPES - 1 && !in->shape.close)
		return mk_words_err(in->l, in->l->n, e, "fill=hatch needs close=yes");
	if (shapes[kind].make(in, e) == -1)
		return mk_words_err_at(in->l, 0, e);
	s = &in->el->shape;
	for (i = 0; i < s->npt; i++) {
		s->pt[i].x *= g->scale;
		s->pt[i].y *= g->scale;
	}
	put(in, g);
	return 0;
}

/* Centre the drawing, as wide or as high as it was asked for. */
static int
size_drawing(struct mk_lay_line *in, double scale, struct mk_err *e)
{
	struct mk_strokes *s = &in->el->shape;
	struct mk_point low, high;
	double w, h, by;
	size_t i;

	mk_strokes_box(s, &low, &high);
	w = high.x - low.x;
	h = high.y - low.y;
	by = in->shape.w > 0 ? in->shape.w / w : in->shape.h / h;
	if (!isfinite(by) || by <= 0)
		return mk_words_err(in->l, 1, e, "the drawing has no %s", in->shape.w > 0 ? "width" :
			"height");
	for (i = 0; i < s->npt; i++) {
		s->pt[i].x = (s->pt[i].x - (low.x + high.x) / 2) * by * scale;
		s->pt[i].y = (s->pt[i].y - (low.y + high.y) / 2) * by * scale;
	}
	return 0;
}

static int
read_drawing(struct mk_lay_line *in, const char *path, struct mk_err *e)
{
	struct mk_element *el = in->el;
	struct mk_point low, high;
	struct mk_buf b = {0};
	double size;
	int r = -1;

	/* once coarsely, to know how large it is in its own units */
	if (mk_io_slurp(path, SVG_MAX, &b, e) == 0) {
		r = mk_drawing_read(b.p, b.n, 1e9, &el->shape, &el->evenodd, e);
		if (r == 0) {
			mk_strokes_box(&el->shape, &low, &high);
			size = fmax(high.x - low.x, high.y - low.y);
			mk_strokes_reset(&el->shape);
			r = mk_drawing_read(b.p, b.n, size * tolerance(in) /
				fmax(in->shape.w, in->shape.h), &el->shape, &el->evenodd, e);
		}
		if (r == -1)
			mk_err_at(e, "%s", path);
	}
	if (r == 0 && (mk_buf_addc(&in->t->included, '\n', e) == -1 ||
	    mk_buf_add(&in->t->included, b.p, b.n, e) == -1))
		r = -1;
	mk_buf_clear(&b);
	return r;
}

static int
add_svg(struct mk_lay_line *in, const struct mk_lay_group *g, size_t op, struct mk_err *e)
{
	const char *path;

	if (in->l->n < 2 || strchr(in->l->w[1].s, '=') != NULL)
		return mk_words_err(in->l, 1, e, "svg needs a file, then its settings");
	if (new_element(in, MK_ELEMENT_SHAPE, op, e) == -1 ||
	    mk_lay_settings(in, 2, mk_set_svg, e) == -1)
		return -1;
	if ((in->shape.w > 0) == (in->shape.h > 0))
		return mk_words_err(in->l, in->l->n, e, "svg needs one of width= and height=");
	if ((path = mk_lay_path(in->t, in->l->w[1].s, e)) == NULL)
		return -1;
	if (read_drawing(in, path, e) == -1)
		return mk_words_err_at(in->l, 1, e);
	if (size_drawing(in, g->scale, e) == -1)
		return -1;
	put(in, g);
	return 0;
}

int
mk_element_add(struct mk_lay_line *in, const struct mk_lay_group *g, size_t op, struct mk_err *e)
{
	const char *word = in->l->w[0].s;
	size_t i;

	for (i = 0; i < NSHAPES; i++)
		if (strcmp(word, shapes[i].word) == 0)
			return add_shape(in, i, g, op, e) == -1 ? -1 : 1;
	if (strcmp(word, "symbol") == 0)
		return add_symbol(in, g, op, e) == -1 ? -1 : 1;
	if (strcmp(word, "text") == 0)
		return add_text(in, g, op, e) == -1 ? -1 : 1;
	if (strcmp(word, "svg") == 0)
		return add_svg(in, g, op, e) == -1 ? -1 : 1;
	return 0;
}
