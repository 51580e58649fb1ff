#include "layout/drawing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout/curve.h"

void
mk_strokes_box(const struct mk_strokes *l, struct mk_point *low, struct mk_point *high)
{
	size_t i;

	*low = (struct mk_point){ INFINITY, INFINITY };
	*high = (struct mk_point){ -INFINITY, -INFINITY };
	for (i = 0; i < l->npt; i++) {
		low->x = fmin(low->x, l->pt[i].x);
		low->y = fmin(low->y, l->pt[i].y);
		high->x = fmax(high->x, l->pt[i].x);
		high->y = fmax(high->y, l->pt[i].y);
	}
}

#ifdef HAVE_EXPAT

#include <expat.h>

#define DEPTH 64	/* of elements inside each other */

struct level {
	struct mk_affine t;
	bool filled;
};

struct reading {
	XML_Parser x;
	struct level level[DEPTH];
	int depth, skip;	/* skip: levels inside something that is left out */
	double tolerance;
	struct mk_strokes *out;
	bool *evenodd;
	struct mk_err *e;
	bool failed, svg;
};

/* ---- attributes ---- */

static const char *
attribute(const char **a, const char *key)
{
	for (; *a != NULL; a += 2)
		if (strcmp(a[0], key) == 0)
			return a[1];
	return NULL;
}

/* A property that is an attribute, or a part of style="…": whether it is that word. */
static bool
property(const char **a, const char *key, const char *word, bool *said)
{
	const char *v = attribute(a, key), *s = attribute(a, "style");
	size_t n = strlen(key);

	*said = v != NULL;
	while (s != NULL && *s != '\0') {
		s += strspn(s, " \t\r\n;");
		if (strncmp(s, key, n) == 0 && s[n + strspn(s + n, " ")] == ':') {
			v = s + n + strspn(s + n, " ") + 1;
			v += strspn(v, " ");
			*said = true;
			return strncmp(v, word, strlen(word)) == 0 && strchr("; \t", v[strlen(word)]) != NULL;
		}
		s += strcspn(s, ";");
	}
	return v != NULL && strcmp(v, word) == 0;
}

static int
number(struct reading *r, const char **a, const char *key, bool must, double *to)
{
	const char *v = attribute(a, key);

	*to = 0;
	if (v == NULL)
		return must ? mk_err(r->e, MK_EDATA, "%s is missing", key) : 0;
	if (!mk_drawing_number(&v, to) || (*v != '\0' && strcmp(v, "px") != 0))
		return mk_err(r->e, MK_EDATA, "%s is no number in the drawing's own units", key);
	return 0;
}

/* ---- transform="…" ---- */

static bool
one_transform(const char *name, size_t n, const double *v, int count, struct mk_affine *t)
{
	double c, s;

	*t = (struct mk_affine){ 1, 0, 0, 1, 0, 0 };
	if (n == 6 && strncmp(name, "matrix", n) == 0 && count == 6)
		*t = (struct mk_affine){ v[0], v[2], v[1], v[3], v[4], v[5] };
	else if (n == 9 && strncmp(name, "translate", n) == 0 && count <= 2) {
		t->x0 = v[0];
		t->y0 = v[1];
	} else if (n == 5 && strncmp(name, "scale", n) == 0 && count <= 2) {
		t->a = v[0];
		t->d = count == 1 ? v[0] : v[1];
	} else if (n == 6 && strncmp(name, "rotate", n) == 0 && count != 2) {
		c = cos(v[0] * acos(-1) / 180);
		s = sin(v[0] * acos(-1) / 180);
		*t = (struct mk_affine){ c, -s, s, c, v[1] - c * v[1] + s * v[2],
			v[2] - s * v[1] - c * v[2] };
	} else if (n == 5 && strncmp(name, "skewX", n) == 0 && count == 1)
		t->b = tan(v[0] * acos(-1) / 180);
	else if (n == 5 && strncmp(name, "skewY", n) == 0 && count == 1)
		t->c = tan(v[0] * acos(-1) / 180);
	else
		return false;
	return true;
}

static int
transform(struct reading *r, const char *s, struct mk_affine *t)
{
	for (;;) {
		double v[6] = {0};
		struct mk_affine u;
		const char *name;
		size_t n;
		int count = 0;

		s += strspn(s, " \t\r\n,");
		if (*s == '\0')
			return 0;
		name = s;
		n = strcspn(s, " (");
		s += n + strspn(s + n, " ");
		if (*s++ != '(')
			break;
		while (count < 6 && mk_drawing_number(&s, &v[count]))
			count++;
		s += strspn(s, " \t\r\n");
		if (*s++ != ')' || count == 0 || !one_transform(name, n, v, count, &u))
			break;
		*t = mk_affine_then(&u, t);
	}
	return mk_err(r->e, MK_EDATA, "transform is not understood");
}

/* ---- shapes, all as path data's likes ---- */

static int
begin(struct reading *r, const struct level *l, double x, double y)
{
	return mk_strokes_begin(r->out, mk_affine_to(&l->t, x, y), r->e);
}

static int
finish(struct reading *r, const struct level *l, bool closed)
{
	if ((closed || l->filled) && mk_curve_close(r->out, r->e) == -1)
		return -1;
	if (!l->filled)
		r->out->s[r->out->n - 1].form = MK_OPEN;
	return 0;
}

static int
ellipse(struct reading *r, const struct level *l, const char **a, bool circle)
{
	double cx, cy, rx, ry;
	char d[300];

	if (number(r, a, "cx", false, &cx) == -1 || number(r, a, "cy", false, &cy) == -1 ||
	    number(r, a, circle ? "r" : "rx", true, &rx) == -1 ||
	    number(r, a, circle ? "r" : "ry", true, &ry) == -1)
		return -1;
	if (rx <= 0 || ry <= 0)
		return 0;
	(void)snprintf(d, sizeof d, "M%.9g %.9gA%.9g %.9g 0 0 1 %.9g %.9gA%.9g %.9g 0 0 1 %.9g %.9gZ",
		cx + rx, cy, rx, ry, cx - rx, cy, rx, ry, cx + rx, cy);
	return mk_drawing_path(d, &l->t, l->filled, r->tolerance, r->out, r->e);
}

static int
rect(struct reading *r, const struct level *l, const char **a)
{
	double x, y, w, h, rx, ry;
	char d[400];

	if (number(r, a, "x", false, &x) == -1 || number(r, a, "y", false, &y) == -1 ||
	    number(r, a, "width", true, &w) == -1 || number(r, a, "height", true, &h) == -1 ||
	    number(r, a, "rx", false, &rx) == -1 || number(r, a, "ry", false, &ry) == -1)
		return -1;
	if (w <= 0 || h <= 0)
		return 0;
	rx = fmin(rx > 0 ? rx : ry, w / 2);
	ry = fmin(ry > 0 ? ry : rx, h / 2);
	if (rx <= 0)
		(void)snprintf(d, sizeof d, "M%.9g %.9gh%.9gv%.9gh%.9gZ", x, y, w, h, -w);
	else
		(void)snprintf(d, sizeof d, "M%.9g %.9gh%.9ga%.9g %.9g 0 0 1 %.9g %.9gv%.9g"
			"a%.9g %.9g 0 0 1 %.9g %.9gh%.9ga%.9g %.9g 0 0 1 %.9g %.9gv%.9g"
			"a%.9g %.9g 0 0 1 %.9g %.9gZ", x + rx, y, w - 2 * rx, rx, ry, rx, ry, h - 2 * ry,
			rx, ry, -rx, ry, 2 * rx - w, rx, ry, -rx, -ry, 2 * ry - h, rx, ry, rx, -ry);
	return mk_drawing_path(d, &l->t, l->filled, r->tolerance, r->out, r->e);
}

static int
line(struct reading *r, const struct level *l, const char **a)
{
	double x1, y1, x2, y2;

	if (number(r, a, "x1", false, &x1) == -1 || number(r, a, "y1", false, &y1) == -1 ||
	    number(r, a, "x2", false, &x2) == -1 || number(r, a, "y2", false, &y2) == -1 ||
	    begin(r, l, x1, y1) == -1)
		return -1;
	return mk_strokes_to(r->out, mk_affine_to(&l->t, x2, y2), r->e);
}

static int
points(struct reading *r, const struct level *l, const char **a, bool closed)
{
	const char *s = attribute(a, "points");
	double x, y;
	int n = 0;

	while (s != NULL && mk_drawing_number(&s, &x)) {
		struct mk_point q;

		if (!mk_drawing_number(&s, &y))
			return mk_err(r->e, MK_EDATA, "points: an x without its y");
		q = mk_affine_to(&l->t, x, y);
		if ((n++ == 0 ? mk_strokes_begin : mk_strokes_to)(r->out, q, r->e) == -1)
			return -1;
	}
	if (s != NULL && s[strspn(s, " \t\r\n")] != '\0')
		return mk_err(r->e, MK_EDATA, "points: '%.12s' is no number", s);
	return n == 0 ? 0 : finish(r, l, closed);
}

static int
shape(struct reading *r, const char *name, const char **a)
{
	const struct level *l = &r->level[r->depth];
	const char *d = attribute(a, "d");

	if (strcmp(name, "path") == 0)
		return d == NULL ? 0 : mk_drawing_path(d, &l->t, l->filled, r->tolerance, r->out, r->e);
	if (strcmp(name, "rect") == 0)
		return rect(r, l, a);
	if (strcmp(name, "circle") == 0 || strcmp(name, "ellipse") == 0)
		return ellipse(r, l, a, name[0] == 'c');
	if (strcmp(name, "line") == 0)
		return line(r, l, a);
	if (strcmp(name, "polyline") == 0 || strcmp(name, "polygon") == 0)
		return points(r, l, a, name[5] == 'o');
	if (strcmp(name, "g") == 0 || strcmp(name, "a") == 0)
		return 0;
	return mk_err(r->e, MK_EDATA, "<%s> cannot be marked: make paths of it", name);
}

/* ---- elements ---- */

static bool
left_out(const char *name, const char **a)
{
	static const char *const names[] = {
		"defs", "title", "desc", "metadata", "style", "script", "sodipodi:namedview",
		"linearGradient", "radialGradient", "symbol", "marker", "pattern", NULL
	};
	size_t i;
	bool said;

	for (i = 0; names[i] != NULL; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return property(a, "display", "none", &said) || property(a, "visibility", "hidden", &said);
}

static void
fail(struct reading *r)
{
	mk_err_at(r->e, "%lu:%lu", (unsigned long)XML_GetCurrentLineNumber(r->x),
		(unsigned long)XML_GetCurrentColumnNumber(r->x) + 1);
	r->failed = true;
	(void)XML_StopParser(r->x, XML_FALSE);
}

static void XMLCALL
element(void *arg, const XML_Char *name, const XML_Char **a)
{
	struct reading *r = arg;
	const char *base = strncmp(name, "svg:", 4) == 0 ? name + 4 : name, *v;
	struct level *l;
	bool none, said;

	if (r->failed)
		return;
	if (r->skip > 0 || left_out(base, a)) {
		r->skip++;
		return;
	}
	if (r->depth + 1 == DEPTH) {
		mk_err(r->e, MK_EDATA, "elements are more than %d deep", DEPTH);
		fail(r);
		return;
	}
	l = &r->level[++r->depth];
	*l = r->level[r->depth - 1];
	none = property(a, "fill", "none", &said);
	if (said)
		l->filled = !none;
	if (property(a, "fill-rule", "evenodd", &said))
		*r->evenodd = true;
	if (((v = attribute(a, "transform")) != NULL && transform(r, v, &l->t) == -1)) {
		fail(r);
		return;
	}
	if (!r->svg) {
		r->svg = true;
		if (strcmp(base, "svg") == 0)
			return;
		mk_err(r->e, MK_EDATA, "<%s>: this is no SVG drawing", name);
		fail(r);
	} else if (shape(r, base, a) == -1)
		fail(r);
}

static void XMLCALL
element_end(void *arg, const XML_Char *name)
{
	struct reading *r = arg;

	(void)name;
	if (r->skip > 0)
		r->skip--;
	else if (r->depth > 0)
		r->depth--;
}

int
mk_drawing_read(const char *text, size_t n, double tolerance, struct mk_strokes *out,
	bool *evenodd, struct mk_err *e)
{
	struct reading *r;
	int got = -1;

	*evenodd = false;
	if (n > (size_t)1 << 30)
		return mk_err(e, MK_EDATA, "too large");
	if ((r = calloc(1, sizeof *r)) == NULL || (r->x = XML_ParserCreate(NULL)) == NULL) {
		free(r);
		return mk_err_nomem(e);
	}
	/* SVG's y points down */
	r->level[0].t = (struct mk_affine){ 1, 0, 0, -1, 0, 0 };
	r->level[0].filled = true;
	r->tolerance = tolerance;
	r->out = out;
	r->evenodd = evenodd;
	r->e = e;
	XML_SetUserData(r->x, r);
	XML_SetElementHandler(r->x, element, element_end);
	if (XML_Parse(r->x, text, (int)n, 1) == XML_STATUS_OK && !r->failed)
		got = 0;
	else if (!r->failed) {
		mk_err(e, MK_EDATA, "%s", XML_ErrorString(XML_GetErrorCode(r->x)));
		fail(r);
	}
	XML_ParserFree(r->x);
	free(r);
	return got == 0 && out->n == 0 ? mk_err(e, MK_EDATA, "there is nothing to mark in it") : got;
}

#else

int
mk_drawing_read(const char *text, size_t n, double tolerance, struct mk_strokes *out,
	bool *evenodd, struct mk_err *e)
{
	(void)text;
	(void)n;
	(void)tolerance;
	(void)out;
	(void)evenodd;
	return mk_err(e, MK_EDATA, "this mk-layout was built without expat (./configure "
		"--with-expat): draw it with line, polyline and arc");
}

#endif
