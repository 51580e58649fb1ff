#include "layout/setting.h"

#include <string.h>

#include "base/num.h"

#define MM_MAX 10000	/* mm: the largest length or coordinate */

/* A setting of a line: key=VALUE. set gives its error without a place. */
struct setting {
	const char *key;
	bool must;
	int (*set)(struct mk_lay_line *in, const char *val, struct mk_err *e);
};

/* ---- values ---- */

static int
fixed(const char *v, size_t n, int digits, int64_t min, int64_t max, double unit, double *to,
	struct mk_err *e)
{
	int64_t x;

	if (mk_num_fix(v, n, digits, min, max, &x, e) == -1)
		return -1;
	*to = (double)x * unit;
	return 0;
}

int
mk_lay_length(const char *v, double *to, struct mk_err *e)
{
	return fixed(v, strlen(v), 3, 1, MM_MAX * 1000, 1, to, e);
}

static int
whole(const char *v, uint64_t min, uint64_t max, uint32_t *to, struct mk_err *e)
{
	uint64_t x;

	if (mk_num_u64(v, strlen(v), min, max, &x, e) == -1)
		return -1;
	*to = (uint32_t)x;
	return 0;
}

/* ---- pen NAME … ---- */

static int
set_power(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	double x;

	if (fixed(v, strlen(v), 1, 0, 1000, 1, &x, e) == -1)
		return -1;
	in->pen->pen.power = (uint32_t)x;
	return 0;
}

static int
set_freq(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return whole(v, 0, 1000000000, &in->pen->pen.hz, e);
}

static int
set_speed(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return whole(v, 1, 1000000, &in->pen->pen.speed, e);
}

static int
set_pulse(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return whole(v, 1, 1000000000, &in->pen->pen.ns, e);
}

static int
set_passes(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return whole(v, 1, 1000, &in->pen->passes, e);
}

static int
set_line(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->pen->line, e);
}

static const struct setting pen_settings[] = {
	{ "power", true, set_power }, { "freq", true, set_freq }, { "speed", true, set_speed },
	{ "pulse", false, set_pulse }, { "passes", false, set_passes },
	{ "line", false, set_line }, {0}
};

/* ---- what symbols and texts have in common ---- */

static int
set_at(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	const char *comma = strchr(v, ',');

	if (comma == NULL)
		return mk_err(e, MK_ECONF, "'%s' is no place: write X,Y in mm", v);
	if (fixed(v, (size_t)(comma - v), 3, -MM_MAX * 1000, MM_MAX * 1000, 1,
	    &in->el->at.x, e) == -1)
		return -1;
	return fixed(comma + 1, strlen(comma + 1), 3, -MM_MAX * 1000, MM_MAX * 1000, 1,
		&in->el->at.y, e);
}

static int
set_pen(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < in->t->npen; i++)
		if (strcmp(in->t->pen[i].name, v) == 0) {
			in->el->pen = i;
			return 0;
		}
	return mk_err(e, MK_ECONF, "no pen '%s' on the lines above", v);
}

static int
set_data(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	struct mk_subst *s = &in->el->data;
	size_t i;

	if (*v == '\0')
		return mk_err(e, MK_ECONF, "empty: there would be nothing to mark");
	if (mk_subst_parse(s, v, strlen(v), e) == -1)
		return -1;
	for (i = 0; i < s->n; i++)
		if (s->part[i].name != NULL && s->part[i].n > 0 &&
		    strchr(s->part[i].text, '%') == NULL)
			return mk_err(e, MK_ECONF, "column %d: {%s:%s}: a format is a date's, "
				"such as {%s:%%Y%%m%%d}", s->part[i].col, s->part[i].name,
				s->part[i].text, s->part[i].name);
	return 0;
}

static int
turn(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	int64_t x;

	if (mk_num_fix(v, strlen(v), 3, -360000, 360000, &x, e) == -1)
		return -1;
	in->el->rotate = (long)x;
	return 0;
}

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
	uint32_t n;

	if (whole(v, 1, 1000, &n, e) == -1)
		return -1;
	if ((ask->size = mk_symbol_size(ask->type, (int)n, (int)n)) == NULL)
		return mk_err(e, MK_ECONF, "there is no %s of %lux%lu modules", ask->type->name,
			(unsigned long)n, (unsigned long)n);
	return 0;
}

static int
set_fill(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	(void)in;
	return strcmp(v, "hatch") == 0 ? 0 : mk_err(e, MK_ECONF, "no fill '%s': there is hatch", v);
}

static int
set_pitch(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	in->pitch = true;
	return mk_lay_length(v, &in->el->pitch, e);
}

static int
set_quarter(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	if (turn(in, v, e) == -1)
		return -1;
	return in->el->rotate % 90000 == 0 && in->el->rotate >= 0 && in->el->rotate < 360000 ? 0
		: mk_err(e, MK_ECONF, "a symbol is turned by 0, 90, 180 or 270");
}

static int
set_quiet(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	uint32_t n;

	if (whole(v, 0, 100, &n, e) == -1)
		return -1;
	in->quiet = true;
	in->el->quiet = (int)n;
	return 0;
}

static const struct setting symbol_settings[] = {
	{ "at", true, set_at }, { "pen", true, set_pen }, { "data", true, set_data },
	{ "size", false, set_size }, { "module", false, set_module },
	{ "modules", false, set_modules }, { "fill", false, set_fill },
	{ "pitch", false, set_pitch }, { "rotate", false, set_quarter },
	{ "quiet", false, set_quiet }, {0}
};

/* ---- text … ---- */

static int
set_height(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_length(v, &in->el->height, e);
}

static int
set_font(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_font_open(&in->el->font, v, e);
}

static int
set_anchor(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	static const char *const names[] = { "start", "mid", "end" };
	unsigned i;

	for (i = 0; i < 3; i++)
		if (strcmp(v, names[i]) == 0) {
			in->el->anchor = (enum mk_anchor)i;
			return 0;
		}
	return mk_err(e, MK_ECONF, "no anchor '%s': there are start, mid and end", v);
}

static const struct setting text_settings[] = {
	{ "at", true, set_at }, { "height", true, set_height }, { "pen", true, set_pen },
	{ "data", true, set_data }, { "font", false, set_font },
	{ "anchor", false, set_anchor }, { "rotate", false, turn }, {0}
};

/* ---- all of a line ---- */

static const char *
known(const struct setting *s, char *out, size_t n)
{
	size_t at = 0, len;

	for (*out = '\0'; s->key != NULL && at + (len = strlen(s->key)) + 2 < n; s++) {
		memcpy(out + at, s->key, len);
		memcpy(out + at + len, "= ", 3);
		at += len + 2;
	}
	if (at > 0)
		out[at - 1] = '\0';
	return out;
}

int
mk_lay_settings(struct mk_lay_line *in, size_t i, enum mk_lay_table which, struct mk_err *e)
{
	static const struct setting *const tables[] = {
		pen_settings, symbol_settings, text_settings
	};
	const struct setting *table = tables[which];
	const struct mk_words *l = in->l;
	const struct setting *s;
	const char *v;
	unsigned seen = 0, bit;
	char all[128];

	for (; i < l->n; i++) {
		for (s = table, bit = 1; s->key != NULL; s++, bit <<= 1)
			if ((v = mk_word_val(&l->w[i], s->key)) != NULL)
				break;
		if (s->key == NULL)
			return mk_words_err(l, i, e, "unknown setting '%s': %s has %s", l->w[i].s,
				l->w[0].s, known(table, all, sizeof all));
		if ((seen & bit) != 0)
			return mk_words_err(l, i, e, "%s= was set before: keep one of the two", s->key);
		seen |= bit;
		if (s->set(in, v, e) == -1) {
			mk_err_at(e, "%s", s->key);
			return mk_words_err_at(l, i, e);
		}
	}
	for (s = table, bit = 1; s->key != NULL; s++, bit <<= 1)
		if (s->must && (seen & bit) == 0)
			return mk_words_err(l, l->n, e, "%s needs %s=", l->w[0].s, s->key);
	return 0;
}
