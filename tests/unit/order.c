#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ident/symbol.h"
#include "job/job.h"
#include "layout/fill.h"
#include "layout/order.h"
#include "tests/cover.h"
#include "tests/tap.h"

static struct mk_err e;
static struct mk_strokes l;
static struct mk_order *o;
/* the model that is compared under, and a pen of 1000 mm/s */
static const struct mk_timing model = { 4000, 80, 100, 150, 100, 0 };

static double
ms(const struct mk_strokes *s, struct mk_job_stats *st)
{
	const struct mk_pen pen = { 400, 30000, 1000, 0 };
	struct mk_job j = {0};
	double t;
	size_t i, k;
	int bad = mk_job_pen(&j, &pen, &e);

	for (i = 0; i < s->n; i++) {
		const struct mk_point *p = s->pt + s->s[i].first;

		for (k = 0; k < s->s[i].n; k++)
			bad |= (k == 0 && !s->s[i].joined ? mk_job_jump : mk_job_mark)(&j,
				(int32_t)lround(p[k].x), (int32_t)lround(p[k].y), &e);
	}
	mk_job_stats(&j, st);
	t = bad ? NAN : mk_job_ms(&j, &model);
	mk_job_clear(&j);
	return t;
}

static void
line(double x0, double y0, double x1, double y1)
{
	if (mk_strokes_begin(&l, (struct mk_point){ x0, y0 }, &e) == -1 ||
	    mk_strokes_to(&l, (struct mk_point){ x1, y1 }, &e) == -1)
		ok(0, "a stroke");
}

/* What most do: dark runs of a row in one line, to and fro, exact pitch, no kerf. */
static void
rows_merged(const struct mk_matrix *m, double module, double pitch)
{
	double y, half = m->cols * module / 2;
	bool back = false;
	int c;

	mk_strokes_reset(&l);
	for (y = half - pitch / 2; y > -half; y -= pitch, back = !back) {
		const unsigned char *row = m->dark + (int)((half - y) / module) * m->cols;

		for (c = back ? m->cols - 1 : 0; c >= 0 && c < m->cols; c += back ? -1 : 1) {
			int from = c;

			if (!row[c])
				continue;
			while (c + (back ? -1 : 1) >= 0 && c + (back ? -1 : 1) < m->cols && row[c + (back ? -1 : 1)])
				c += back ? -1 : 1;
			line((back ? from + 1 : from) * module - half, y, (back ? c : c + 1) * module - half, y);
		}
	}
}

/* Each time the nearest end, and nothing better: the ways from first on. */
static double
nearest_mm(void)
{
	double x = 0, y = 0, mm = 0;
	bool *done = calloc(l.n, sizeof *done);
	size_t i, k;

	for (i = 0; done != NULL && i < l.n; i++) {
		double best = INFINITY, bx = 0, by = 0;
		size_t which = 0;

		for (k = 0; k < l.n; k++) {
			const struct mk_point *p = l.pt + l.s[k].first;
			size_t n = l.s[k].n, w;

			for (w = 0; w < (l.s[k].form == MK_MEANDER ? 4u : 2u) && !done[k]; w++) {
				size_t in = w == 0 ? 0 : w == 1 ? n - 1 : w == 2 ? 1 : n - 2;
				size_t out = w == 0 ? n - 1 : w == 1 ? 0 : w == 2 ? n - 2 : 1;
				double d = hypot(p[in].x - x, p[in].y - y);

				if (d < best) {
					best = d;
					which = k;
					bx = p[out].x;
					by = p[out].y;
				}
			}
		}
		done[which] = true;
		mm += best / 1000;
		x = bx;
		y = by;
	}
	free(done);
	return mm;
}

static void
test_target(struct mk_symbol *s)
{
	const struct mk_symbol_ask ask = { .type = mk_symbol_type("datamatrix"),
		.size = mk_symbol_size(mk_symbol_type("datamatrix"), 24, 24), .gs1 = true };
	const struct mk_pace pace = mk_pace_of(&model, 1000);
	struct mk_hatch h = { .mx = 10000 / 24.0, .my = 10000 / 24.0, .pitch = 100, .line = 100,
		.turns = mk_pace_turns(&pace, 104), .sym = 1 };
	const struct mk_affine t = { 1, 0, 0, 1, 0, 0 };
	struct mk_filler f = {0};
	struct mk_job_stats st, was;
	struct mk_point at = { 0, 0 };
	double sum = 0, base = 0, jumps = 0, near = 0, worst = 0;
	double dark, light, darkest = 100, lightest = 0;
	struct mk_matrix m;
	int i, bad = 0;

	for (i = 0; i < 20; i++) {
		char data[64];
		double a, b;
		int n = snprintf(data, sizeof data, "010950600013435221%06d\x1d" "10L%05d", i * 7919, i * 31);

		bad |= mk_symbol_encode(s, &ask, data, (size_t)n, &m, &e);
		rows_merged(&m, h.mx, 100);
		a = ms(&l, &was);
		mk_strokes_reset(&l);
		bad |= mk_fill_hatch(&f, &m, &h, &t, &l, &e);
		near += nearest_mm();
		at.x = at.y = 0;
		bad |= mk_order_strokes(o, &l, 0, l.n, &pace, 110, &at, &e);
		b = ms(&l, &st);
		sum += b;
		base += a;
		jumps += st.jump_mm;
		worst = fmax(worst, b / a);
		cover(&l, &m, h.mx, h.line, &dark, &light);
		darkest = fmin(darkest, dark);
		lightest = fmax(lightest, light);
		if (i == 0)
			printf("# rows merged: %zu strokes, %.1f mm marked, %.1f mm jumped: %.0f ms\n"
				"# here:        %zu strokes, %.1f mm marked, %.1f mm jumped: %.0f ms\n",
				was.strokes, was.mark_mm, was.jump_mm, a, st.strokes, st.mark_mm, st.jump_mm, b);
	}
	ok(!bad && sum / base <= 0.85 && worst <= 0.85, "24x24, 10 mm: %.3f of the time of rows merged "
		"(%.1f against %.1f ms; the worst of 20: %.3f)", sum / base, sum / 20, base / 20, worst);
	ok(darkest >= 90 && lightest <= 6, "every dark module is covered %.1f %% at least, every light "
		"one %.1f %% at most", darkest, lightest);
	ok(jumps < 0.9 * near, "%.1f mm jumped, with the nearest end each time %.1f", jumps / 20, near / 20);
	mk_filler_clear(&f);
}

/* Strokes of all forms keep all their lines, and the order is no permutation's loss. */
static void
test_kept(void)
{
	const struct mk_pace pace = mk_pace_of(&model, 1000);
	struct mk_point at = { 0, 0 };
	struct mk_job_stats st;
	double sum = 0, after = 0;
	size_t i, k, closed = 0, joined = 0;

	mk_strokes_reset(&l);
	for (i = 0; i < 40; i++) {
		double x = (double)(i * 37 % 101) * 100, y = (double)(i * 53 % 97) * 100;

		line(x, y, x + 150, y);
		if (i % 4 != 0)
			continue;
		if (mk_strokes_to(&l, (struct mk_point){ x, y + 120 }, &e) == -1 ||
		    mk_strokes_to(&l, (struct mk_point){ x, y }, &e) == -1 ||
		    mk_strokes_dot(&l, (struct mk_point){ x, y + 500 }, 70, &e) == -1)
			ok(0, "strokes");
		l.s[l.n - 2].form = MK_CLOSED;
	}
	line(0, 0, 90, 0);
	line(90, 0, 90, 90);	/* meets the one before */
	for (i = 0; i < l.n; i++)
		for (k = 1; k < l.s[i].n; k++)
			sum += hypot(l.pt[l.s[i].first + k].x - l.pt[l.s[i].first + k - 1].x,
				l.pt[l.s[i].first + k].y - l.pt[l.s[i].first + k - 1].y);
	ok(mk_order_strokes(o, &l, 0, l.n, &pace, 0, &at, &e) == 0 && l.n == 52, "52 strokes in order");
	for (i = 0; i < l.n; i++) {
		const struct mk_point *p = l.pt + l.s[i].first;

		for (k = 1; k < l.s[i].n; k++)
			after += hypot(p[k].x - p[k - 1].x, p[k].y - p[k - 1].y);
		closed += l.s[i].form == MK_CLOSED && p[0].x == p[3].x && p[0].y == p[3].y;
		joined += l.s[i].joined;
	}
	ok(fabs(after - sum) < 1e-6 && closed == 10, "each with its lines, the closed ones closed");
	ok(joined >= 1, "where two meet the beam stays on: %zu times", joined);
	ok(isfinite(ms(&l, &st)) && st.mark_mm > 0, "the job of it");
	ok(at.x == l.pt[l.s[l.n - 1].first + l.s[l.n - 1].n - 1].x, "and where it ends");
}

/* The same strokes always get the same order. */
static void
test_again(void)
{
	const struct mk_pace pace = mk_pace_of(&model, 1000);
	struct mk_point first[300], at;
	size_t i, same = 0;
	int round;

	for (round = 0; round < 2; round++) {
		mk_strokes_reset(&l);
		for (i = 0; i < 300; i++)
			line((double)(i * 7919 % 1009) * 20, (double)(i * 104729 % 997) * 20,
				(double)(i * 7919 % 1009) * 20 + 50, (double)(i * 104729 % 997) * 20);
		at = (struct mk_point){ 0, 0 };
		if (mk_order_strokes(o, &l, 0, l.n, &pace, 0, &at, &e) == -1)
			ok(0, "an order");
		for (i = 0; i < 300; i++) {
			same += round == 1 && first[i].x == l.pt[l.s[i].first].x;
			first[i] = l.pt[l.s[i].first];
		}
	}
	ok(same == 300, "the same order twice");
}

int
main(void)
{
	struct mk_symbol *s = NULL;

	ok(mk_symbol_new(&s, &e) == 0 && mk_order_new(&o, &e) == 0, "an encoder, an order");
	test_target(s);
	test_kept();
	test_again();
	mk_symbol_free(s);
	mk_order_free(o);
	mk_strokes_clear(&l);
	return done();
}
