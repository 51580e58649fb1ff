#include "layout/font.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "layout/glyph.h"

#define FONT_MAX (64u << 20)	/* bytes of a font file */

/* ---- opening ---- */

static bool
ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n > m && strcmp(s + n - m, with) == 0;
}

static int
builtin(struct mk_font **f, const char *want, struct mk_err *e)
{
	char all[160] = "";
	const char *name, *text;
	size_t i, n = 0;

	for (i = 0; (text = mk_hershey(i, &name)) != NULL; i++) {
		if (strcmp(name, want) == 0)
			return mk_font_parse(f, name, text, strlen(text), e);
		if (n + strlen(name) + 2 < sizeof all) {
			memcpy(all + n, name, strlen(name));
			n += strlen(name);
			all[n++] = ' ';
			all[n] = '\0';
		}
	}
	return mk_err(e, MK_EDATA, "no font '%s': there are %sand the paths of .ttf, .otf and "
		".jhf files", want, all);
}

int
mk_font_open(struct mk_font **f, const char *name, struct mk_buf *bytes, struct mk_err *e)
{
	struct mk_buf b = {0};
	bool jhf = ends(name, ".jhf");
	int r = -1;

	if (!jhf && !ends(name, ".ttf") && !ends(name, ".otf") && !ends(name, ".ttc") &&
	    strchr(name, '/') == NULL)
		return builtin(f, name, e);
	if (mk_io_slurp(name, FONT_MAX, &b, e) == 0 && mk_buf_add(bytes, b.p, b.n, e) == 0)
		r = jhf ? mk_font_parse(f, name, b.p, b.n, e) : mk_outline_open(f, name, &b, e);
	mk_buf_clear(&b);
	return r;
}

void
mk_font_free(struct mk_font *f)
{
	if (f != NULL)
		f->kind->free(f);
}

bool
mk_font_outlined(const struct mk_font *f)
{
	return f->kind->outlined;
}

/* ---- text ---- */

/* The next character of UTF-8; what is no UTF-8 is one byte, and *whole false. */
static uint32_t
next(const char *s, size_t n, size_t *len, bool *whole)
{
	unsigned c = (unsigned char)*s;
	uint32_t code;
	size_t i, want = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	*len = 1;
	*whole = want == 1;
	if (want < 2 || want > n)
		return c;
	code = c & (0x7fu >> want);
	for (i = 1; i < want; i++) {
		unsigned d = (unsigned char)s[i];

		if ((d & 0xc0) != 0x80)
			return c;
		code = code << 6 | (d & 0x3f);
	}
	*len = want;
	*whole = true;
	return code;
}

static int
missing(const struct mk_font *f, const char *s, size_t len, uint32_t code, bool whole,
	const char **why, struct mk_err *e)
{
	*why = "glyph";
	if (!whole || code < 0x20 || code == 0x7f)
		return mk_err(e, MK_EDATA, "font %s has no glyph for byte 0x%02x", f->name,
			(unsigned)(unsigned char)*s);
	return mk_err(e, MK_EDATA, "font %s has no glyph for '%.*s' (U+%04lX)", f->name, (int)len, s,
		(unsigned long)code);
}

/* The line's length in µm, capitals being 1 µm high. */
static int
measure(const struct mk_font *f, const char *text, size_t n, size_t *count, double *len,
	const char **why, struct mk_err *e)
{
	size_t i, step;
	bool whole;

	*len = 0;
	*count = 0;
	for (i = 0; i < n; i += step, ++*count) {
		uint32_t code = next(text + i, n - i, &step, &whole);
		double a;
		int r = whole ? f->kind->advance(f, code, &a, e) : 0;

		if (r != 1)
			return r == -1 ? -1 : missing(f, text + i, step, code, whole, why, e);
		*len += a;
	}
	return 0;
}

/* Where the character that begins x along the baseline, w wide, stands. */
static struct mk_affine
stand(const struct mk_text_set *set, double x, double w, double size, const struct mk_affine *t)
{
	struct mk_affine u = { size, 0, 0, size, x, 0 }, turn = { 1, 0, 0, 1, 0, 0 };

	if (set->arc != 0) {
		/* the middle of its width touches the arc */
		double a = -(x + w / 2) / set->arc;

		u.x0 = -w / 2;
		turn.a = turn.d = cos(a);
		turn.b = -sin(a);
		turn.c = sin(a);
		turn.x0 = -sin(a) * set->arc;
		turn.y0 = cos(a) * set->arc;
	}
	u = mk_affine_then(&u, &turn);
	return mk_affine_then(&u, t);
}

static int
draw(const struct mk_font *f, uint32_t code, const struct mk_affine *t, double tolerance,
	struct mk_strokes *out, struct mk_err *e)
{
	size_t i = out->npt;

	if (f->kind->draw(f, code, tolerance, out, e) == -1)
		return -1;
	for (; i < out->npt; i++)
		out->pt[i] = mk_affine_to(t, out->pt[i].x, out->pt[i].y);
	return 0;
}

int
mk_font_text(const struct mk_font *f, const char *text, size_t n,
	const struct mk_text_set *set, const struct mk_affine *t, struct mk_strokes *out,
	double *width, const char **why, struct mk_err *e)
{
	double unit, len, x = 0, size = set->height, gap = set->spacing, most = set->width;
	size_t i, step, count;
	bool whole;

	if (measure(f, text, n, &count, &unit, why, e) == -1)
		return -1;
	len = unit * size + (count > 1 ? (double)(count - 1) * gap : 0);
	if (set->arc != 0 && (most == 0 || most > fabs(set->arc) * 6.2831853))
		most = fabs(set->arc) * 6.2831853;
	if (most > 0 && len > most) {
		if (!set->shrink) {
			*why = "fit";
			return mk_err(e, MK_EDATA, "the text is %.3f mm long: %g mm are there", len / 1000,
				most / 1000);
		}
		size *= most / len;
		gap *= most / len;
		len = most;
	}
	if (width != NULL)
		*width = len;
	if (set->anchor != MK_ANCHOR_START)
		x = set->anchor == MK_ANCHOR_MID ? -len / 2 : -len;
	for (i = 0; i < n; i += step) {
		uint32_t code = next(text + i, n - i, &step, &whole);
		struct mk_affine u;
		double a = 0;

		if (f->kind->advance(f, code, &a, e) == -1)
			return -1;
		u = stand(set, x, a * size, size, t);
		if (draw(f, code, &u, set->tolerance / size, out, e) == -1)
			return -1;
		x += a * size + gap;
	}
	return 0;
}
