#include "trace/spc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"

static const char *const kinds[] = { "p", "u", "c" };

static const struct {
	const char *name;
	unsigned bit;
	size_t of, least;	/* of so many points, at least so many … */
	double beyond;		/* … beyond so many sigmas, on one side */
} rules[] = {
	{ "3s", MK_SPC_3S, 1, 1, 3 },
	{ "2of3", MK_SPC_2OF3, 3, 2, 2 },
	{ "4of5", MK_SPC_4OF5, 5, 4, 1 },
	{ "8run", MK_SPC_8RUN, 8, 8, 0 }
};
#define NRULES (sizeof rules / sizeof *rules)

int
mk_spc_kind(const char *name, enum mk_spc_kind *kind, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < 3; i++)
		if (strcmp(name, kinds[i]) == 0) {
			*kind = (enum mk_spc_kind)i;
			return 0;
		}
	return mk_err(e, MK_EUSAGE, "'%s' is no chart: p (share of bad parts), u (faults per "
		"part) or c (faults)", name);
}

int
mk_spc_centre(enum mk_spc_kind kind, const struct mk_spc_point *pt, size_t n, double *centre,
	struct mk_err *e)
{
	double parts = 0, bad = 0, points = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (pt[i].left_out || pt[i].n <= 0)
			continue;
		points++;
		parts += (double)pt[i].n;
		bad += (double)pt[i].x;
	}
	if (points <= 0)
		return mk_err(e, MK_EDATA, "no points to make limits from");
	*centre = bad / (kind == MK_SPC_C ? points : parts);
	return 0;
}

static double
sigma(enum mk_spc_kind kind, double centre, double n)
{
	switch (kind) {
	case MK_SPC_P:
		return sqrt(centre * (1 - centre) / n);
	case MK_SPC_U:
		return sqrt(centre / n);
	default:
		return sqrt(centre);
	}
}

/* Whether rule r is broken at pt[at], on the side of sign: only by a point that is
 * itself out there. */
static bool
broken(size_t r, const struct mk_spc_point *pt, size_t at, double sign)
{
	size_t i, from = at + 1 < rules[r].of ? 0 : at + 1 - rules[r].of, out = 0;

	if (sign * pt[at].z <= rules[r].beyond)
		return false;
	for (i = from; i <= at; i++)
		out += sign * pt[i].z > rules[r].beyond;
	return out >= rules[r].least;
}

void
mk_spc_judge(enum mk_spc_kind kind, double centre, unsigned mask, struct mk_spc_point *pt,
	size_t n)
{
	size_t i, r;

	for (i = 0; i < n; i++) {
		double parts = pt[i].n > 0 ? (double)pt[i].n : 1, s = sigma(kind, centre, parts);

		pt[i].value = kind == MK_SPC_C ? (double)pt[i].x : (double)pt[i].x / parts;
		pt[i].lcl = centre > 3 * s ? centre - 3 * s : 0;
		pt[i].ucl = centre + 3 * s;
		if (kind == MK_SPC_P && pt[i].ucl > 1)
			pt[i].ucl = 1;
		pt[i].z = s > 0 ? (pt[i].value - centre) / s : 0;
		/* with no spread at all, whatever is elsewhere is far out */
		if (s <= 0 && fabs(pt[i].value - centre) > 0)
			pt[i].z = pt[i].value > centre ? HUGE_VAL : -HUGE_VAL;
		pt[i].rules = 0;
		for (r = 0; r < NRULES; r++)
			if ((mask & rules[r].bit) != 0 &&
			    (broken(r, pt, i, 1) || broken(r, pt, i, -1)))
				pt[i].rules |= rules[r].bit;
	}
}

int
mk_spc_mask(const char *text, unsigned *mask, struct mk_err *e)
{
	const char *p, *comma;
	size_t r;

	*mask = 0;
	if (strcmp(text, "we") == 0) {
		for (r = 0; r < NRULES; r++)
			*mask |= rules[r].bit;
		return 0;
	}
	for (p = text; *p != '\0'; p = comma + (*comma == ',')) {
		comma = strchrnul(p, ',');
		for (r = 0; r < NRULES; r++)
			if (strlen(rules[r].name) == (size_t)(comma - p) &&
			    memcmp(rules[r].name, p, (size_t)(comma - p)) == 0)
				break;
		if (r == NRULES)
			break;
		*mask |= rules[r].bit;
	}
	if (*p != '\0' || *mask == 0)
		return mk_err(e, MK_EUSAGE, "'%s': the rules are we (all of Western Electric's), or "
			"some of 3s,2of3,4of5,8run", text);
	return 0;
}

int
mk_spc_rules(unsigned set, struct mk_buf *out, struct mk_err *e)
{
	size_t r;
	bool first = true;

	for (r = 0; r < NRULES; r++) {
		if ((set & rules[r].bit) == 0)
			continue;
		if (mk_buf_addf(out, e, "%s%s", first ? "" : ",", rules[r].name) == -1)
			return -1;
		first = false;
	}
	return 0;
}

int
mk_spc_freeze(enum mk_spc_kind kind, double centre, struct mk_buf *out, struct mk_err *e)
{
	return mk_buf_addf(out, e, "chart   %s\ncentre  %.17g\n", kinds[kind], centre);
}

static int
setting(struct mk_words *w, enum mk_spc_kind kind, bool *chart, bool *centred, double *centre,
	struct mk_err *e)
{
	const char *key = w->w[0].s, *val = w->w[1].s;
	char *end;

	if (w->n != 2)
		return mk_words_err(w, w->n < 2 ? w->n : 2, e, "write one setting and its value");
	if (strcmp(key, "chart") == 0) {
		if (strcmp(val, kinds[kind]) != 0)
			return mk_words_err(w, 1, e, "these are the limits of another chart (%s)",
				val);
		*chart = true;
		return 0;
	}
	if (strcmp(key, "centre") != 0)
		return mk_words_err(w, 0, e, "'%s' is no setting: chart and centre are", key);
	*centre = strtod(val, &end);
	if (end == val || *end != '\0' || !(*centre >= 0 && *centre < 1e15) ||
	    (kind == MK_SPC_P && *centre > 1))
		return mk_words_err(w, 1, e, "'%s' is no centre of a chart", val);
	*centred = true;
	return 0;
}

int
mk_spc_frozen(const char *path, enum mk_spc_kind kind, double *centre, struct mk_err *e)
{
	struct mk_words w = {0};
	bool chart = false, centred = false;
	int r;

	if (mk_words_open(&w, path, e) == -1)
		return -1;
	while ((r = mk_words_next(&w, e)) == 1)
		if ((r = setting(&w, kind, &chart, &centred, centre, e)) == -1)
			break;
	if (r == 0 && (!chart || !centred))
		r = mk_err(e, MK_ECONF, "%s: no %s: --freeze writes such a file", path,
			chart ? "centre" : "chart");
	mk_words_close(&w);
	return r;
}
