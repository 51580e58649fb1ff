#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "layout/layout.h"
#include "job/svg.h"
#include "layout/template.h"
#include "tests/tap.h"

#define HEAD "workarea 110 110\npen p power=40 freq=30000 speed=1000 line=0.05\n"
#define SYMBOL "symbol datamatrix at=0,0 size=8 pen=p data={code}"
#define TEXT "text at=0,0 height=2 pen=p data={code}"

static struct mk_err e;
static char dir[] = "/tmp/mk-test.XXXXXX", path[64];

static int
put(const char *text)
{
	return mk_io_replace(path, text, strlen(text), &e);
}

/* A template with a fault on its last line: place is "line:column". */
static void
bad(const char *text, const char *place, const char *what)
{
	struct mk_template t;
	char want[320];

	(void)snprintf(want, sizeof want, "%s%s%s: %s", path, *place == '\0' ? "" : ":", place, what);
	ok(put(text) == 0 && mk_template_load(&t, path, &e) == -1 && e.code == MK_ECONF,
		"a fault: %s", what);
	is(e.msg, want, "  told with its place");
}

static void
test_bad_lines(void)
{
	bad("circel 1\n", "1:1", "unknown word 'circel': a template has workarea, recipe, pen, symbol, "
		"text, line, rect, circle, arc, polyline, svg, group, end, array, op, offset and sample "
		"lines");
	bad("workarea 110\n", "1:13", "workarea needs a width and a height in mm");
	bad("workarea 110 x\n", "1:14", "'x' is not a decimal number");
	bad("workarea 110 0\n", "1:14", "0 is out of range: 0.001 to 10000");
	bad(HEAD "workarea 1 1\n", "3:1", "workarea was set before: keep one of the two");
	bad("recipe\n", "1:7", "recipe needs one name");
	bad("recipe a\nrecipe b\n", "2:1", "recipe was set before: keep one of the two");
	bad("pen power=40\n", "1:5", "pen needs a name, then its settings");
	bad(HEAD "pen p\n", "3:5", "pen 'p' was there before: name this one otherwise");
	bad("pen q power=40 freq=1\n", "1:22", "pen needs speed=");
	bad("pen q power=101\n", "1:7", "power: 101 is out of range: 0 to 100");
	bad("pen q power=40 power=41\n", "1:16", "power= was set before: keep one of the two");
	bad("pen q power=1.25\n", "1:7", "power: 1.25 has more than 1 decimals");
	bad("pen q powr=40\n", "1:7",
		"unknown setting 'powr=40': pen has power= freq= speed= pulse= passes= line=");
	bad("pen q speed=0\n", "1:7", "speed: 0 is out of range: 1 to 1000000");
	bad(HEAD "\n", "", "nothing to mark: write a symbol or a text line");
	bad("pen p power=40 freq=30000 speed=1000\n" TEXT "\n", "",
		"no workarea: write 'workarea WIDTH HEIGHT' in mm");
}

static void
test_bad_symbols(void)
{
	bad(HEAD "symbol\n", "3:7", "symbol needs its type: datamatrix, datamatrix-rect, qr, microqr, aztec, pdf417, "
		"code128, code39, code93, itf or ean13");
	bad(HEAD "symbol aztek at=0,0\n", "3:8",
		"no symbol type 'aztek': symbol needs its type: datamatrix, datamatrix-rect, qr, microqr, aztec, pdf417, "
		"code128, code39, code93, itf or ean13");
	bad(HEAD "symbol datamatrix at=0 size=8\n", "3:19", "at: '0' is no place: write X,Y in mm");
	bad(HEAD "symbol datamatrix at=0,y size=8\n", "3:19", "at: 'y' is not a decimal number");
	bad(HEAD "symbol datamatrix at=0,0 pen=q\n", "3:26", "pen: no pen 'q' on the lines above");
	bad(HEAD "symbol datamatrix at=0,0 pen=p data={code}\n", "3:43",
		"symbol needs one of size= and module=");
	bad(HEAD SYMBOL " module=1\n", "3:59", "symbol needs one of size= and module=");
	bad(HEAD SYMBOL " modules=21\n", "3:51", "modules: there is no datamatrix of 21x21 modules");
	bad(HEAD SYMBOL " fill=dash\n", "3:51", "fill: no fill 'dash': there are hatch, dots and outline");
	bad(HEAD SYMBOL " rotate=400\n", "3:51", "rotate: 400 is out of range: -360 to 360");
	bad(HEAD SYMBOL " height=4\n", "3:51", "height: a datamatrix is as high as its modules make it");
	bad(HEAD SYMBOL " hight=4\n", "3:51", "unknown setting 'hight=4': symbol has at= pen= data= "
		"size= module= modules= height= ecc= fill= pitch= angle= cross= dwell= rotate= mirror= "
		"polarity= invert= quiet= readers= overlap=");
	bad(HEAD "symbol datamatrix data={code\n", "3:19",
		"data: column 1: a { that does not close: write {{ for the character");
	bad(HEAD "symbol datamatrix data={n:19}\n", "3:19",
		"data: column 1: {n:19}: a format is a date's, such as {n:%Y%m%d}, or 1 to 18 digits, such as "
		"{n:6}");
	bad(HEAD "symbol datamatrix data=\n", "3:19", "data: empty: there would be nothing to mark");
}

static void
test_bad_texts(void)
{
	bad(HEAD "text height=2 pen=p data=x\n", "3:27", "text needs at=");
	bad(HEAD TEXT " anchor=left\n", "3:40",
		"anchor: no anchor 'left': there are start, mid and end");
	bad(HEAD TEXT " font=comic\n", "3:40", "font: no font 'comic': there are futural futuram "
		"rowmans rowmant scripts timesr and the paths of .ttf, .otf and .jhf files");
	bad(HEAD TEXT " font=futural font=futural\n", "3:53",
		"font= was set before: keep one of the two");
	bad(HEAD "text at=0,0 height=-1\n", "3:13",
		"height: -1 is out of range: 0.001 to 10000");
}

static void
test_good(void)
{
	struct mk_template t;
	const struct mk_element *s, *x;

	ok(put("# all\nrecipe \"B 7\"\n" HEAD "pen q power=12.5 freq=1 speed=2 pulse=30 passes=3\n"
		"symbol datamatrix at=-1.5,2 module=0.4 modules=24 pen=q data={code} rotate=270 quiet=2\n"
		"text at=0,-6.5 height=1.8 anchor=mid rotate=-12.5 pen=p data=\"LOT {lot}\"\n" SYMBOL
		"\n") == 0 && mk_template_load(&t, path, &e) == 0, "a template");
	s = &t.el[0];
	x = &t.el[1];
	ok(strcmp(t.recipe, "B 7") == 0 && t.w == 110000 && t.npen == 2 && t.nel == 3, "its head");
	ok(t.pen[1].pen.power == 125 && t.pen[1].pen.ns == 30 && t.pen[1].passes == 3 &&
		t.pen[1].line == 0 && t.pen[0].line == 50, "its pens");
	ok(s->at.x == -1500 && s->module == 400 && s->size == 0 && s->ask.size->rows == 24 &&
		s->rotate == 270000 && s->quiet == 2 && s->pitch == 50 && s->pen == 1 && s->line == 6,
		"a symbol");
	ok(x->at.y == -6500 && x->set.height == 1800 && x->set.anchor == MK_ANCHOR_MID &&
		x->rotate == -12500 && x->pen == 0, "a text");
	ok(t.el[2].quiet == 1 && t.el[2].pitch == 50 && t.el[2].ask.size == NULL,
		"what a symbol has by itself");
	mk_template_clear(&t);
	ok(put(HEAD TEXT "\n") == 0 && mk_template_load(&t, path, &e) == 0 &&
		strcmp(t.recipe, "bracket.rev2") == 0, "the recipe is named after the file");
	mk_template_clear(&t);
	ok(mk_template_load(&t, "/nonexistent.lay", &e) == -1 && e.code == MK_ECONF, "no file");
}

static void
gs1(const char *id, const char *code, const char *data, bool want)
{
	struct mk_rec rec = {0};

	ok(mk_rec_set(&rec, "id", id, strlen(id), &e) == 0 &&
		mk_rec_set(&rec, "code", code, strlen(code), &e) == 0 &&
		mk_layout_gs1(&rec, data, strlen(data)) == want, "%s, %s marked: %s", id, data,
		want ? "GS1" : "not GS1");
	mk_rec_clear(&rec);
}

static void
test_gs1(void)
{
	struct mk_rec rec = {0};

	gs1("(01)1(21)2", "01121\x1d", "01121\x1d", true);
	gs1("(8006)1", "80061", "80061", true);
	gs1("(1)1", "11", "11", false);
	gs1("(80066)1", "800661", "800661", false);
	gs1("(01", "01", "01", false);
	gs1("(ab)1", "ab1", "ab1", false);
	gs1("01)1", "011", "011", false);
	gs1("(01)1", "011", "012", false);
	gs1("(01)1", "011", "0111", false);
	ok(!mk_layout_gs1(&rec, "", 0), "no id");
	mk_rec_clear(&rec);
}

static void
field(const struct mk_rec *rec, const char *key, const char *want)
{
	const struct mk_field *f = mk_rec_get(rec, key);

	isn(f == NULL ? NULL : f->val, f == NULL ? 0 : f->vlen, want, key);
}

/* A capital I of 2.1 mm, two passes: two strokes up and down. */
static void
test_record(void)
{
	static const char line[] = "job:old\tid:x\tlay_result:refused\tlay_reason:glyph\tcode:I";
	struct mk_layout *l = NULL;
	struct mk_rec rec = {0};
	struct mk_refusal why;
	struct mk_buf b = {0};
	const double *width;
	const struct mk_job *j;
	size_t col, n;

	ok(put("workarea 10 10\npen p power=40 freq=30000 speed=1000 passes=2 line=0.1\n"
		"text at=0,0 height=2.1 anchor=mid pen=p data={code}\n") == 0 &&
		mk_layout_new(&l, path, NULL, &e) == 0, "a layout");
	ok(mk_rec_parse(&rec, line, strlen(line), &col, &e) == 0 &&
		mk_layout_rec(l, &rec, &why, &e) == 1, "a record laid out");
	field(&rec, "job", "v1 n=5 crc=fe260c3b P400,30000,1000 M0,0 L0,2100 M0,0 L0,2100");
	field(&rec, "lay_ms", "5.4");
	field(&rec, "lay_mark_mm", "4.2");
	field(&rec, "lay_jump_mm", "2.1");
	field(&rec, "lay_strokes", "2");
	field(&rec, "recipe", "bracket.rev2");
	ok(mk_rec_get(&rec, "lay_result") == NULL && mk_rec_get(&rec, "lay_reason") == NULL &&
		mk_rec_get(&rec, "lay_symbol") == NULL && rec.f[rec.n - 1].klen == 3,
		"its old lay fields are gone, the job is last");
	j = mk_layout_job(l, &width, &n);
	ok(n == 1 && mk_svg_job(j, width, n, &b, &e) == 0, "and drawn");
	ok(mk_buf_str(&b, &e) != NULL && strstr(b.p, "stroke-width=\"0.100\"") != NULL &&
		strstr(b.p, "d=\"M0.000 0.000L0.000 -2.100M0.000 0.000L0.000 -2.100\"") != NULL,
		"in its width, y up");
	mk_buf_clear(&b);
	mk_rec_clear(&rec);
	mk_layout_free(l);
}

int
main(void)
{
	ok(mkdtemp(dir) != NULL, "a folder");
	(void)snprintf(path, sizeof path, "%s/bracket.rev2.lay", dir);
	test_bad_lines();
	test_bad_symbols();
	test_bad_texts();
	test_good();
	test_gs1();
	test_record();
	(void)unlink(path);
	(void)rmdir(dir);
	return done();
}
