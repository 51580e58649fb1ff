#include <math.h>
#include <string.h>
#include <unistd.h>

#include "layout/font.h"
#include "tests/tap.h"

static struct mk_err e;
static struct mk_strokes l;
static struct mk_buf bytes;
static const char *why;
static const struct mk_affine upright = { 1, 0, 0, 1, 0, 0 };

static int
near(double a, double b)
{
	return fabs(a - b) < 1e-6;
}

static void
box(double b[4])
{
	size_t i;

	b[0] = b[1] = 1e9;
	b[2] = b[3] = -1e9;
	for (i = 0; i < l.npt; i++) {
		b[0] = fmin(b[0], l.pt[i].x);
		b[1] = fmin(b[1], l.pt[i].y);
		b[2] = fmax(b[2], l.pt[i].x);
		b[3] = fmax(b[3], l.pt[i].y);
	}
}

static int
lay(const struct mk_font *f, const char *s, const struct mk_text_set *set,
	const struct mk_affine *t, double *width)
{
	mk_strokes_reset(&l);
	return mk_font_text(f, s, strlen(s), set, t, &l, width, &why, &e);
}

static int
text(const struct mk_font *f, const char *s, enum mk_anchor anchor, const struct mk_affine *t,
	double *width)
{
	const struct mk_text_set set = { .height = 2100, .anchor = anchor, .tolerance = 5 };

	return lay(f, s, &set, t, width);
}

static void
test_futural(struct mk_font *f)
{
	struct mk_affine t;
	double b[4], w, whole;
	char c, one[2] = { 0, 0 };
	int n = 0;

	ok(text(f, "H", MK_ANCHOR_START, &upright, &w) == 0 && l.n == 3, "H is three strokes");
	box(b);
	ok(near(b[1], 0) && near(b[3], 2100), "it stands on the baseline, as high as asked for");
	ok(near(b[0], 400) && near(b[2], 1800) && near(w, 2200), "between its bearings");
	ok(text(f, "p", MK_ANCHOR_START, &upright, NULL) == 0, "a letter with a descender");
	box(b);
	ok(b[1] < 0 && b[3] < 2100, "  goes below the baseline");
	ok(text(f, "HH", MK_ANCHOR_START, &upright, &whole) == 0 && near(whole, 2 * w) && l.n == 6,
		"two letters are as wide as two");
	ok(text(f, "HH", MK_ANCHOR_MID, &upright, NULL) == 0, "anchored in the middle");
	box(b);
	ok(near(b[0], -b[2]), "  they are centred");
	ok(text(f, "HH", MK_ANCHOR_END, &upright, NULL) == 0, "anchored at the end");
	box(b);
	ok(near(b[2], -400), "  they end there");
	t = mk_affine_place((struct mk_point){ 5000, 7000 }, 90000);
	ok(text(f, "H", MK_ANCHOR_START, &t, NULL) == 0, "turned by 90 degrees");
	box(b);
	ok(b[0] == 5000 - 2100 && b[2] == 5000 && near(b[1], 7400) && near(b[3], 8800),
		"  it reads upwards");
	for (c = ' '; c <= '~'; c++) {
		one[0] = c;
		n += text(f, one, MK_ANCHOR_START, &upright, &w) == 0 && w > 0 && (l.n > 0) == (c != ' ');
	}
	ok(n == 95, "all of printable ASCII has glyphs");
	ok(text(f, "", MK_ANCHOR_MID, &upright, &w) == 0 && l.n == 0 && near(w, 0), "no text");
}

static void
test_missing(struct mk_font *f)
{
	ok(text(f, "caf\xc3\xa9", MK_ANCHOR_START, &upright, NULL) == -1 && e.code == MK_EDATA,
		"an accent");
	is(e.msg, "font futural has no glyph for 'é' (U+00E9)", "  is named");
	ok(text(f, "\xf0\x9f\x98\x80", MK_ANCHOR_START, &upright, NULL) == -1, "an emoji");
	is(e.msg, "font futural has no glyph for '😀' (U+1F600)", "  is named");
	ok(text(f, "a\tb", MK_ANCHOR_START, &upright, NULL) == -1, "a control character");
	is(e.msg, "font futural has no glyph for byte 0x09", "  is named");
	ok(text(f, "a\x7f", MK_ANCHOR_START, &upright, NULL) == -1, "DEL is none");
	ok(text(f, "\xe2\x82", MK_ANCHOR_START, &upright, NULL) == -1, "cut UTF-8");
	is(e.msg, "font futural has no glyph for byte 0xe2", "  is no character");
	ok(mk_font_open(&f, "comic", &bytes, &e) == -1 && e.code == MK_EDATA, "an unknown font");
	is(e.msg, "no font 'comic': there are futural futuram rowmans rowmant scripts timesr and the "
		"paths of .ttf, .otf and .jhf files", "  and those that are there");
}

/* A glyph for each of ' ' to 'H', the last of them given. */
static int
parse(struct mk_font **f, const char *last)
{
	char jhf[2048];
	size_t n = 0;
	int i;

	for (i = ' '; i < 'H'; i++)
		n += (size_t)snprintf(jhf + n, sizeof jhf - n, "%5d%3dJZ\n", i, 1);
	n += (size_t)snprintf(jhf + n, sizeof jhf - n, "%s", last);
	return mk_font_parse(f, "test", jhf, n, &e);
}

static void
test_parse(void)
{
	struct mk_font *f = NULL;

	ok(parse(&f, "12345  9MWRMRV RRMVMRV\n") == -1, "a glyph that is cut");
	is(e.msg, "font test: glyph 41 is malformed, or there is no H", "  is named");
	ok(parse(&f, "12345  6MWNF\nNV RW\nFWV\n") == 0, "a glyph wrapped onto more lines");
	ok(text(f, "H", MK_ANCHOR_START, &upright, NULL) == 0 && l.n == 2 && l.npt == 4,
		"  is whole");
	mk_font_free(f);
	ok(parse(&f, "12345  xMWNFNV") == -1, "a count that is none");
	ok(parse(&f, "12345  3MWNVPV") == -1, "an H without height");
	ok(parse(&f, "") == -1, "no H");
}

static void
test_set(struct mk_font *f)
{
	struct mk_text_set set = { .height = 2100, .spacing = 500, .tolerance = 5 };
	double b[4], w;

	ok(lay(f, "HH", &set, &upright, &w) == 0 && near(w, 4900), "spacing goes between");
	set.width = 4000;
	ok(lay(f, "HH", &set, &upright, &w) == -1 && e.code == MK_EDATA && strcmp(why, "fit") == 0,
		"a text that is too long");
	is(e.msg, "the text is 4.900 mm long: 4 mm are there", "  is told");
	set.shrink = true;
	ok(lay(f, "HH", &set, &upright, &w) == 0 && near(w, 4000), "or shrunk");
	box(b);
	ok(near(b[3], 2100 * 4000 / 4900.0), "  in both ways");
	set = (struct mk_text_set){ .height = 2100, .anchor = MK_ANCHOR_MID, .arc = 10000, .tolerance = 5 };
	ok(lay(f, "I", &set, &upright, NULL) == 0, "on an arc");
	box(b);
	ok(near(b[0], 0) && near(b[1], 10000) && near(b[3], 12100), "  it stands on its top");
	ok(lay(f, "IIIIIIIII", &set, &upright, NULL) == 0 && near(l.pt[0].x, -l.pt[l.npt - 2].x) &&

		l.pt[0].y < hypot(l.pt[0].x, l.pt[0].y) - 100, "  and follows it");
	set.arc = -10000;
	ok(lay(f, "I", &set, &upright, NULL) == 0, "a negative radius");
	box(b);
	ok(near(b[1], -10000) && near(b[3], -7900), "  is read under its bottom");
	ok(lay(f, "IIIIIIIII", &set, &upright, NULL) == 0 && l.pt[0].x < 0 &&
		l.pt[0].y > 100 - hypot(l.pt[0].x, l.pt[0].y),
		"  from left to right");
}

#define DEJAVU "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

static void
test_outlines(void)
{
	struct mk_font *f = NULL;
	double b[4], w;
	size_t i, closed = 0;

	ok(mk_font_open(&f, "/nowhere/a.ttf", &bytes, &e) == -1 && e.code == MK_ECONF, "no such file");
#ifdef HAVE_FREETYPE
	ok(mk_font_open(&f, "/etc/passwd", &bytes, &e) == -1, "no font");
	is(e.msg, "font /etc/passwd: no TrueType or OpenType font with outlines", "  is told");
	if (access(DEJAVU, R_OK) == -1) {
		ok(1, "outlines # SKIP fonts-dejavu-core is missing");
		return;
	}
	bytes.n = 0;
	ok(mk_font_open(&f, DEJAVU, &bytes, &e) == 0 && bytes.n > 100000, "a TrueType font");
	ok(mk_font_outlined(f), "has outlines");
	ok(text(f, "Ho\xc3\xb6", MK_ANCHOR_START, &upright, &w) == 0 && l.n == 1 + 2 + 4 && w > 3000,
		"H is one, o two, an umlaut four");
	for (i = 0; i < l.n; i++)
		closed += l.s[i].form == MK_CLOSED && near(l.pt[l.s[i].first].x,
			l.pt[l.s[i].first + l.s[i].n - 1].x);
	ok(closed == 7, "all closed");
	ok(text(f, "H", MK_ANCHOR_START, &upright, NULL) == 0, "H");
	box(b);
	ok(near(b[1], 0) && fabs(b[3] - 2100) < 1, "is as high as asked for");
	ok(text(f, "\xf3\xb0\x80\x80", MK_ANCHOR_START, &upright, NULL) == -1 && strcmp(why, "glyph") == 0,
		"a glyph that it lacks");
	mk_font_free(f);
#else
	ok(mk_font_open(&f, "/etc/passwd", &bytes, &e) == -1 && strstr(e.msg, "without FreeType") != NULL,
		"without FreeType that is told");
	(void)b;
	(void)w;
	(void)i;
	(void)closed;
#endif
}

int
main(void)
{
	struct mk_font *f = NULL;

	ok(mk_font_open(&f, "futural", &bytes, &e) == 0, "futural is built in");
	test_futural(f);
	test_missing(f);
	test_set(f);
	mk_font_free(f);
	test_parse();
	test_outlines();
	mk_buf_clear(&bytes);
	mk_strokes_clear(&l);
	return done();
}
