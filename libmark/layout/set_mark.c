/* Settings of pens, symbols and texts. */
#include <string.h>

#include "base/num.h"
#include "layout/setting.h"

/* ---- pen NAME … ---- */

static int
set_power(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	int64_t x;

	if (mk_num_fix(v, strlen(v), 1, 0, 1000, &x, e) == -1)
		return -1;
	in->pen->pen.power = (uint32_t)x;
	return 0;
}

static int
set_freq(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_whole(v, 0, 1000000000, &in->pen->pen.hz, e);
}

static int
set_speed(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_whole(v, 1, 1000000, &in->pen->pen.speed, e);
}

static int
set_pulse(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_whole(v, 1, 1000000000, &in->pen->pen.ns, e);
}

static int
set_passes(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	uint32_t n;

	if (mk_lay_whole(v, 1, 1000, &n, e) == -1)
		return -1;
	in->pen->passes = n;
	return 0;
}

static int
set_line(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->pen->line, e);
}

const struct mk_lay_setting mk_set_pen[] = {
	{ "power", true, set_power }, { "freq", true, set_freq }, { "speed", true, set_speed },
	{ "pulse", false, set_pulse }, { "passes", false, set_passes },
	{ "line", false, set_line }, {0}
};

/* ---- symbol TYPE … ---- */

static int
set_size(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->el->size, e);
}

static int
set_module(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->el->module, e);
}

static int
set_modules(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	struct mk_symbol_ask *ask = &in->el->ask;
	const char *x = strchr(v, 'x');
	uint64_t rows, cols;

	if (ask->type->sizes == NULL)
		return mk_err(e, MK_ECONF, "a %s takes the size that its data needs", ask->type->name);
	if (mk_num_u64(v, x == NULL ? strlen(v) : (size_t)(x - v), 1, 1000, &rows, e) == -1)
		return -1;
	cols = rows;
	if (x != NULL && mk_num_u64(x + 1, strlen(x + 1), 1, 1000, &cols, e) == -1)
		return -1;
	if ((ask->size = mk_symbol_size(ask->type, (int)rows, (int)cols)) == NULL)
		return mk_err(e, MK_ECONF, "there is no %s of %lux%lu modules", ask->type->name,
			(unsigned long)rows, (unsigned long)cols);
	return 0;
}

static int
set_bars(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	if (!in->el->ask.type->linear)
		return mk_err(e, MK_ECONF, "a %s is as high as its modules make it",
			in->el->ask.type->name);
	return mk_lay_length(v, &in->el->bars, e);
}

static int
set_fill(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const words[] = { "hatch", "dots", "outline", NULL };
	unsigned i;

	if (mk_lay_choice(v, words, "fill", &i, e) == -1)
		return -1;
	in->el->fill = (enum mk_fill)i;
	return 0;
}

static int
set_dwell(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_whole(v, 1, 10000000, &in->el->dwell, e);
}

static int
set_polarity(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const words[] = { "dark", "light", NULL };
	unsigned i;

	if (mk_lay_choice(v, words, "polarity", &i, e) == -1)
		return -1;
	in->el->light = i == 1;
	return 0;
}

static int
set_invert(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_flag(v, &in->el->invert, e);
}

static int
set_quiet(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	uint32_t n;

	if (mk_lay_whole(v, 0, 100, &n, e) == -1)
		return -1;
	in->quiet = true;
	in->el->quiet = (int)n;
	return 0;
}

static int
set_ecc(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const words[] = { "L", "M", "Q", "H", NULL };
	unsigned i;

	if (!in->el->ask.type->levels)
		return mk_err(e, MK_ECONF, "a %s has no levels of error correction",
			in->el->ask.type->name);
	if (mk_lay_choice(v, words, "level", &i, e) == -1)
		return -1;
	in->el->ask.level = (int)i + 1;
	return 0;
}

static int
set_readers(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const words[] = { "all", "any", NULL };
	unsigned i;

	if (mk_lay_choice(v, words, "choice", &i, e) == -1)
		return -1;
	in->el->ask.any = i == 1;
	return 0;
}

const struct mk_lay_setting mk_set_symbol[] = {
	{ "at", true, mk_lay_at }, { "pen", true, mk_lay_pen_of }, { "data", true, mk_lay_data },
	{ "size", false, set_size }, { "module", false, set_module },
	{ "modules", false, set_modules }, { "height", false, set_bars },
	{ "ecc", false, set_ecc }, { "fill", false, set_fill }, { "pitch", false, mk_lay_pitch },
	{ "angle", false, mk_lay_hatch_angle }, { "cross", false, mk_lay_cross },
	{ "dwell", false, set_dwell }, { "rotate", false, mk_lay_rotate },
	{ "mirror", false, mk_lay_mirror }, { "polarity", false, set_polarity },
	{ "invert", false, set_invert }, { "quiet", false, set_quiet },
	{ "readers", false, set_readers }, { "overlap", false, mk_lay_overlap }, {0}
};

/* ---- text … ---- */

static int
set_height(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->el->set.height, e);
}

static int
set_font(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	const char *path = v;

	if (strchr(v, '.') != NULL || strchr(v, '/') != NULL)
		path = mk_lay_path(in->t, v, e);
	if (path == NULL || ((path != v) && mk_buf_addc(&in->t->included, '\n', e) == -1))
		return -1;
	return mk_font_open(&in->el->font, path, &in->t->included, e);
}

static int
set_anchor(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const words[] = { "start", "mid", "end", NULL };
	unsigned i;

	if (mk_lay_choice(v, words, "anchor", &i, e) == -1)
		return -1;
	in->el->set.anchor = (enum mk_anchor)i;
	return 0;
}

static int
set_spacing(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_coord(v, strlen(v), &in->el->set.spacing, e);
}

static int
set_width(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->el->set.width, e);
}

static int
set_fit(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const words[] = { "error", "shrink", NULL };
	unsigned i;

	if (mk_lay_choice(v, words, "way to fit", &i, e) == -1)
		return -1;
	in->el->set.shrink = i == 1;
	return 0;
}

static int
set_arc(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	if (mk_lay_coord(v, strlen(v), &in->el->set.arc, e) == -1)
		return -1;
	return in->el->set.arc != 0 ? 0 : mk_err(e, MK_ECONF, "a radius is not 0");
}

static int
set_text_fill(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const words[] = { "hatch", "outline", NULL };
	unsigned i;

	if (mk_lay_choice(v, words, "fill", &i, e) == -1)
		return -1;
	in->fill = true;
	in->el->fill = i == 0 ? MK_FILL_HATCH : MK_FILL_OUTLINE;
	return 0;
}

const struct mk_lay_setting mk_set_text[] = {
	{ "at", true, mk_lay_at }, { "height", true, set_height }, { "pen", true, mk_lay_pen_of },
	{ "data", true, mk_lay_data }, { "font", false, set_font }, { "anchor", false, set_anchor },
	{ "spacing", false, set_spacing }, { "width", false, set_width }, { "fit", false, set_fit },
	{ "arc", false, set_arc }, { "rotate", false, mk_lay_rotate },
	{ "mirror", false, mk_lay_mirror }, { "fill", false, set_text_fill },
	{ "pitch", false, mk_lay_pitch }, { "angle", false, mk_lay_hatch_angle },
	{ "cross", false, mk_lay_cross }, { "overlap", false, mk_lay_overlap }, {0}
};
