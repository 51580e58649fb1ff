#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "layout/curve.h"
#include "layout/drawing.h"

struct path {
	const char *p;
	const struct mk_affine *t;
	bool filled;
	double tolerance;
	struct mk_strokes *out;
	struct mk_point at, start, control;	/* in the path's own coordinates */
	char last;
	bool open;	/* a stroke has begun */
};

bool
mk_drawing_number(const char **p, double *x)
{
	const char *s = *p, *d;
	char *end;

	s += strspn(s, " \t\r\n");
	if (*s == ',')
		s++;
	s += strspn(s, " \t\r\n");
	d = s + (*s == '-' || *s == '+');
	if (!(*d >= '0' && *d <= '9') && !(*d == '.' && d[1] >= '0' && d[1] <= '9'))
		return false;
	if (*d == '0' && (d[1] == 'x' || d[1] == 'X'))
		return false;
	*x = strtod(s, &end);
	*p = end;
	return isfinite(*x) && fabs(*x) < 1e9;
}

/* A flag of an arc: one digit, which may stick to what follows. */
static bool
flag(const char **p, bool *to)
{
	const char *s = *p;

	s += strspn(s, " \t\r\n,");
	if (*s != '0' && *s != '1')
		return false;
	*to = *s == '1';
	*p = s + 1;
	return true;
}

static struct mk_point
outside(const struct path *p, struct mk_point q)
{
	return mk_affine_to(p->t, q.x, q.y);
}

static int
begin(struct path *p, struct mk_err *e)
{
	if (p->open)
		return 0;
	p->open = true;
	return mk_strokes_begin(p->out, outside(p, p->at), e);
}

static int
line_to(struct path *p, struct mk_point q, struct mk_err *e)
{
	if (begin(p, e) == -1 || mk_strokes_to(p->out, outside(p, q), e) == -1)
		return -1;
	p->at = q;
	return 0;
}

static int
curve_to(struct path *p, struct mk_point b, struct mk_point c, struct mk_point d, struct mk_err *e)
{
	if (begin(p, e) == -1 || mk_curve_cubic(p->out, outside(p, b), outside(p, c), outside(p, d),
	    p->tolerance, e) == -1)
		return -1;
	p->at = d;
	return 0;
}

/* Part of an ellipse by its ends (SVG 1.1, F.6.5), as cubics, so that any transform
 * holds. */
static int
arc_to(struct path *p, double rx, double ry, double turn, bool large, bool sweep,
	struct mk_point to, struct mk_err *e)
{
	double phi = turn * acos(-1) / 180, c = cos(phi), s = sin(phi), lambda, f, cx, cy, a, da;
	double hx = (p->at.x - to.x) / 2, hy = (p->at.y - to.y) / 2;
	double x = c * hx + s * hy, y = c * hy - s * hx;
	struct mk_point o;
	int i, n;

	rx = fabs(rx);
	ry = fabs(ry);
	if (rx < 1e-9 || ry < 1e-9 || (hx == 0 && hy == 0))
		return line_to(p, to, e);
	lambda = x * x / (rx * rx) + y * y / (ry * ry);
	if (lambda > 1) {
		rx *= sqrt(lambda);
		ry *= sqrt(lambda);
		lambda = 1;
	}
	f = sqrt(fmax(0, 1 / lambda - 1)) * (large == sweep ? -1 : 1);
	cx = f * rx * y / ry;
	cy = -f * ry * x / rx;
	o.x = c * cx - s * cy + (p->at.x + to.x) / 2;
	o.y = s * cx + c * cy + (p->at.y + to.y) / 2;
	a = atan2((y - cy) / ry, (x - cx) / rx);
	da = atan2((-y - cy) / ry, (-x - cx) / rx) - a;
	if (sweep && da < 0)
		da += 2 * acos(-1);
	if (!sweep && da > 0)
		da -= 2 * acos(-1);
	n = (int)ceil(fabs(da) / (acos(-1) / 2) - 1e-9);
	for (i = 0; i < n; i++) {
		double u = a + da * i / n, v = a + da * (i + 1) / n, k = 4.0 / 3 * tan(da / n / 4);
		double q[3][2] = {
			{ cos(u) - k * sin(u), sin(u) + k * cos(u) },
			{ cos(v) + k * sin(v), sin(v) - k * cos(v) }, { cos(v), sin(v) }
		};
		struct mk_point w[3];
		int j;

		for (j = 0; j < 3; j++) {
			w[j].x = o.x + c * rx * q[j][0] - s * ry * q[j][1];
			w[j].y = o.y + s * rx * q[j][0] + c * ry * q[j][1];
		}
		if (i + 1 == n)
			w[2] = to;
		if (curve_to(p, w[0], w[1], w[2], e) == -1)
			return -1;
	}
	return 0;
}

/* A part ends; what is filled is closed. */
static int
finish(struct path *p, bool closed, struct mk_err *e)
{
	struct mk_stroke *s;
	int r = 0;

	if (p->open) {
		s = &p->out->s[p->out->n - 1];
		if (closed || p->filled)
			r = mk_curve_close(p->out, e);
		if (!p->filled)
			s->form = MK_OPEN;
	}
	p->open = false;
	return r;
}

static const char commands[] = "MLHVCSQTAZ";
static const int numbers[] = { 2, 2, 1, 1, 6, 4, 4, 2, 7, 0 };

/* One command with its numbers v, relative ones made absolute by the base b. */
static int
command(struct path *p, char c, const double *v, bool large, bool sweep, struct mk_point b,
	struct mk_err *e)
{
	struct mk_point q[3], mirror = p->at;
	int i;

	for (i = 0; i < 3; i++)
		q[i] = (struct mk_point){ v[2 * i] + b.x, v[2 * i + 1] + b.y };
	if (((c == 'S' && strchr("CS", p->last)) || (c == 'T' && strchr("QT", p->last))) &&
	    p->last != '\0')
		mirror = (struct mk_point){ 2 * p->at.x - p->control.x, 2 * p->at.y - p->control.y };
	p->last = c;
	switch (c) {
	case 'M':
		if (finish(p, false, e) == -1)
			return -1;
		p->at = p->start = q[0];
		return 0;
	case 'L':
		return line_to(p, q[0], e);
	case 'H':
		return line_to(p, (struct mk_point){ v[0] + b.x, p->at.y }, e);
	case 'V':
		return line_to(p, (struct mk_point){ p->at.x, v[0] + b.y }, e);
	case 'C':
		p->control = q[1];
		return curve_to(p, q[0], q[1], q[2], e);
	case 'S':
		p->control = q[0];
		return curve_to(p, mirror, q[0], q[1], e);
	case 'Q':
	case 'T': {
		struct mk_point to = c == 'Q' ? q[1] : q[0], k = c == 'Q' ? q[0] : mirror, a = p->at;

		p->control = k;
		return curve_to(p, (struct mk_point){ a.x + (k.x - a.x) * 2 / 3, a.y + (k.y - a.y) * 2 / 3 },
			(struct mk_point){ to.x + (k.x - to.x) * 2 / 3, to.y + (k.y - to.y) * 2 / 3 }, to, e);
	}
	case 'A':
		return arc_to(p, v[0], v[1], v[2], large, sweep,
			(struct mk_point){ v[5] + b.x, v[6] + b.y }, e);
	default:
		if (finish(p, true, e) == -1)
			return -1;
		p->at = p->start;
		return 0;
	}
}

int
mk_drawing_path(const char *d, const struct mk_affine *t, bool filled, double tolerance,
	struct mk_strokes *out, struct mk_err *e)
{
	struct path p = { d, t, filled, tolerance, out, {0, 0}, {0, 0}, {0, 0}, 0, false };
	char c = '\0';

	for (;;) {
		double v[7] = {0};
		bool large = false, sweep = false, whole = true;
		const char *at, *k;
		struct mk_point base = {0, 0};
		int i;

		p.p += strspn(p.p, " \t\r\n,");
		if (*p.p == '\0')
			return finish(&p, false, e);
		at = p.p;
		if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z'))
			c = *p.p++;
		else if (c == '\0' || c == 'Z' || c == 'z')
			return mk_err(e, MK_EDATA, "path: '%.12s': a command should stand there", at);
		k = strchr(commands, c >= 'a' ? c - 'a' + 'A' : c);
		if (k == NULL || (p.last == 0 && *k != 'M'))
			return mk_err(e, MK_EDATA, "path: '%.12s' is no command for there", at);
		for (i = 0; i < numbers[k - commands] && whole; i++)
			whole = *k == 'A' && i == 3 ? flag(&p.p, &large)
				: *k == 'A' && i == 4 ? flag(&p.p, &sweep) : mk_drawing_number(&p.p, &v[i]);
		if (!whole)
			return mk_err(e, MK_EDATA, "path: '%.12s': numbers are missing", at);
		if (c >= 'a')
			base = p.at;
		if (command(&p, *k, v, large, sweep, base, e) == -1)
			return -1;
		/* numbers behind those of a move are lines */
		if (*k == 'M')
			c = c == 'm' ? 'l' : 'L';
	}
}
