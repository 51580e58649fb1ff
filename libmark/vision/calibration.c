#include "vision/calibration.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/words.h"

#define UNIT 1000000.0	/* numbers have six decimals */

int
mk_lighting_ok(const char *s)
{
	static const char *const all[] = { "30Q", "45Q", "90Q", "30T", "45T", "30S", "45S", "90", "D" };
	size_t i;

	for (i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i], s) == 0)
			return 1;
	return 0;
}

/* Word i as a number from min to max. */
static int
number(struct mk_words *l, size_t i, double min, double max, double *to, struct mk_err *e)
{
	int64_t v;

	if (i >= l->n)
		return mk_words_err(l, i, e, "a number is missing");
	if (mk_num_fix(l->w[i].s, l->w[i].n, 6, (int64_t)(min * UNIT), (int64_t)(max * UNIT), &v,
	    e) == -1)
		return mk_words_err_at(l, i, e);
	*to = (double)v / UNIT;
	return 0;
}

static int
point(struct mk_calibration *c, struct mk_words *l, struct mk_err *e)
{
	double *g = &c->grey[c->points], *r = &c->reflectance[c->points];

	if (c->points == MK_CALIBRATION_POINTS)
		return mk_words_err(l, 0, e, "more than %d points", MK_CALIBRATION_POINTS);
	if (number(l, 1, 0, 255, g, e) == -1 || number(l, 2, 0, 1, r, e) == -1)
		return -1;
	if (c->points > 0 && g[0] <= g[-1])
		return mk_words_err(l, 1, e, "grey levels rise from point to point");
	if (c->points > 0 && r[0] <= r[-1])
		return mk_words_err(l, 2, e, "reflectances rise from point to point");
	c->points++;
	return 0;
}

static int
line(struct mk_calibration *c, struct mk_words *l, struct mk_err *e)
{
	static const struct { const char *name; size_t n; } words[] = {
		{ "point", 3 }, { "pixel", 2 }, { "wavelength", 2 }, { "lighting", 2 }, { "target", 4 },
		{ "response", 2 }
	};
	double v;
	size_t i;

	for (i = 0; i < 6 && strcmp(l->w[0].s, words[i].name) != 0; i++)
		;
	if (i == 6)
		return mk_words_err(l, 0, e, "unknown word '%s': known are point, pixel, wavelength, "
			"lighting, target and response", l->w[0].s);
	if (l->n > words[i].n)
		return mk_words_err(l, words[i].n, e, "too much on the line");
	switch (i) {
	case 0:
		return point(c, l, e);
	case 1:
		return number(l, 1, .01, 10000, &c->um, e);
	case 2:
		if (number(l, 1, 200, 2000, &v, e) == -1)
			return -1;
		c->wavelength = (int)v;
		return 0;
	case 3:
		if (l->n < 2 || !mk_lighting_ok(l->w[1].s))
			return mk_words_err(l, 1, e, "no lighting: 30Q 45Q 90Q 30T 45T 30S 45S 90 or D");
		(void)snprintf(c->lighting, sizeof c->lighting, "%s", l->w[1].s);
		return 0;
	case 4:
		return number(l, 1, .01, 1, &c->r_cal, e) == -1 || number(l, 2, 1, 255, &c->ml_cal, e)
			== -1 || number(l, 3, .001, 1e9, &c->sr_cal, e) == -1 ? -1 : 0;
	default:
		return number(l, 1, .001, 1e9, &c->sr_target, e);
	}
}

int
mk_calibration_read(struct mk_calibration *c, const char *path, struct mk_err *e)
{
	struct mk_words l;
	int r;

	memset(c, 0, sizeof *c);
	if (mk_words_open(&l, path, e) == -1)
		return -1;
	while ((r = mk_words_next(&l, e)) == 1)
		if (line(c, &l, e) == -1) {
			e->code = e->code == MK_ENOMEM ? e->code : MK_ECONF;
			r = -1;
			break;
		}
	mk_words_close(&l);
	if (r == 0 && c->points < 2)
		return mk_err(e, MK_ECONF, "%s: %d points: two at least, such as \"point 20 0.04\" and "
			"\"point 220 0.86\"", path, c->points);
	if (c->sr_target <= 0)
		c->sr_target = c->sr_cal;
	return r;
}

double
mk_calibration_of(const struct mk_calibration *c, double grey)
{
	int i = 0;

	if (c == NULL)
		return grey / 255;
	while (i < c->points - 2 && grey > c->grey[i + 1])
		i++;
	return c->reflectance[i] + (grey - c->grey[i]) * (c->reflectance[i + 1] - c->reflectance[i]) /
		(c->grey[i + 1] - c->grey[i]);
}
