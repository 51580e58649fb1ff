/* Control charts beside published ones. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/tap.h"
#include "trace/spc.h"

#define N(a) (sizeof (a) / sizeof *(a))

static bool
near(double got, double want, double by)
{
	return fabs(got - want) <= by;
}

/* The points that break rule, as " 15 23". */
static const char *
which(const struct mk_spc_point *pt, size_t n, unsigned rule)
{
	static char out[256];
	size_t i, k = 0;

	out[0] = '\0';
	for (i = 0; i < n; i++)
		if ((pt[i].rules & rule) != 0)
			k += (size_t)snprintf(out + k, sizeof out - k, " %zu", i + 1);
	return out;
}

/* Montgomery, "frozen orange juice concentrate": 30 samples of 50 cans. */
static void
orange_juice(void)
{
	static const int bad[30] = { 12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5,
		13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6 };
	struct mk_spc_point pt[30] = {0};
	struct mk_err e;
	double centre = 0;
	size_t i;

	for (i = 0; i < 30; i++) {
		pt[i].n = 50;
		pt[i].x = bad[i];
	}
	(void)mk_spc_centre(MK_SPC_P, pt, 30, &centre, &e);
	ok(near(centre, .231333, 5e-7), "orange juice: centre %.6f", centre);
	mk_spc_judge(MK_SPC_P, centre, MK_SPC_3S, pt, 30);
	ok(near(pt[0].ucl, .410239, 5e-7) && near(pt[0].lcl, .052428, 5e-7),
	    "orange juice: limits %.6f %.6f", pt[0].lcl, pt[0].ucl);
	is(which(pt, 30, MK_SPC_3S), " 15 23", "orange juice: out of control");
	pt[14].left_out = pt[22].left_out = true;
	(void)mk_spc_centre(MK_SPC_P, pt, 30, &centre, &e);
	ok(near(centre, .215, 5e-7), "without these two: centre %.6f", centre);
	mk_spc_judge(MK_SPC_P, centre, MK_SPC_3S, pt, 30);
	ok(near(pt[0].ucl, .389297, 5e-7) && near(pt[0].lcl, .040703, 5e-7),
	    "without these two: limits %.6f %.6f", pt[0].lcl, pt[0].ucl);
	is(which(pt, 30, MK_SPC_3S), " 15 21 23", "without these two: 21 is out, too");
}

/* Formulas by hand. */
static void
other_kinds(void)
{
	struct mk_spc_point c[4] = { { .n = 1, .x = 16 }, { .n = 1, .x = 29 }, { .n = 1, .x = 3 },
		{ .n = 1, .x = 16 } };
	struct mk_spc_point u[3] = { { .n = 4, .x = 8 }, { .n = 9, .x = 18 }, { .n = 4, .x = 20 } };
	struct mk_err e;
	double centre;

	ok(mk_spc_centre(MK_SPC_C, c, 4, &centre, &e) == 0 && near(centre, 16, 1e-9), "c: centre");
	mk_spc_judge(MK_SPC_C, centre, MK_SPC_3S, c, 4);
	ok(near(c[0].lcl, 4, 1e-9) && near(c[0].ucl, 28, 1e-9), "c: 16 ± 3 × 4");
	is(which(c, 4, MK_SPC_3S), " 2 3", "c: above and below");
	mk_spc_judge(MK_SPC_U, 2, MK_SPC_3S, u, 3);
	ok(near(u[0].ucl, 2 + 3 * sqrt(.5), 1e-9) && near(u[0].lcl, 0, 0), "u: floored at 0");
	ok(near(u[1].ucl, 2 + 3 * sqrt(2. / 9), 1e-9) && near(u[1].lcl, 2 - 3 * sqrt(2. / 9), 1e-9),
	    "u: limits follow the number of parts");
	is(which(u, 3, MK_SPC_3S), " 3", "u: out");
	u[0].n = u[1].n = u[2].n = 0;
	ok(mk_spc_centre(MK_SPC_U, u, 3, &centre, &e) == -1 && e.code == MK_EDATA, "no parts at all");
	c[0] = (struct mk_spc_point){ .n = 2, .x = 1 };
	mk_spc_judge(MK_SPC_P, 1, MK_SPC_3S, c, 1);
	ok(near(c[0].ucl, 1, 0) && c[0].rules == MK_SPC_3S, "p: no spread, and a point elsewhere");
}

/* Values of z: a c chart round 100 has a sigma of 10. */
static void
rule(unsigned r, const int *x, size_t n, const char *want, const char *what)
{
	struct mk_spc_point pt[16] = {0};
	size_t i;

	for (i = 0; i < n; i++) {
		pt[i].n = 1;
		pt[i].x = x[i];
	}
	mk_spc_judge(MK_SPC_C, 100, 15, pt, n);
	is(which(pt, n, r), want, what);
}

static void
western_electric(void)
{
	static const int beyond[] = { 130, 131, 70, 69 };
	static const int two[] = { 121, 100, 121, 100, 100, 121, 79, 121, 100, 79 };
	static const int two_low[] = { 100, 79, 79 };
	static const int four[] = { 111, 111, 100, 111, 111, 111, 100, 100 };
	static const int four_mixed[] = { 111, 89, 111, 111, 89, 111 };
	static const int eight[] = { 101, 101, 101, 101, 101, 101, 101, 101, 101, 99, 101 };
	static const int centre[] = { 101, 101, 101, 101, 100, 101, 101, 101, 101 };

	rule(MK_SPC_3S, beyond, N(beyond), " 2 4", "1 beyond 3 sigma, not on it");
	rule(MK_SPC_2OF3, two, N(two), " 3 8", "2 of 3 beyond 2 sigma on one side");
	rule(MK_SPC_2OF3, two_low, N(two_low), " 3", "2 of 3 below");
	rule(MK_SPC_4OF5, four, N(four), " 5 6", "4 of 5 beyond 1 sigma");
	rule(MK_SPC_4OF5, four_mixed, N(four_mixed), "", "not if they are on both sides");
	rule(MK_SPC_8RUN, eight, N(eight), " 8 9", "8 in a row on one side");
	rule(MK_SPC_8RUN, centre, N(centre), "", "a point on the centre ends a run");
}

static void
texts(void)
{
	struct mk_buf b = {0};
	struct mk_err e;
	unsigned mask;
	enum mk_spc_kind kind;
	double centre;
	FILE *f = NULL;
	char path[] = "/tmp/mk-spc.XXXXXX", want[80];
	int fd = mkstemp(path);

	ok(mk_spc_mask("we", &mask, &e) == 0 && mask == 15, "rules: we");
	ok(mk_spc_mask("3s,8run", &mask, &e) == 0 && mask == 9, "rules: two");
	ok(mk_spc_rules(mask, &b, &e) == 0, "rules: named");
	isn(b.p, b.n, "3s,8run", "rules: their names");
	ok(mk_spc_mask("3s,,8run", &mask, &e) == -1 && mk_spc_mask("", &mask, &e) == -1 &&
	    mk_spc_mask("nelson", &mask, &e) == -1 && e.code == MK_EUSAGE, "rules: none such");
	ok(mk_spc_kind("u", &kind, &e) == 0 && kind == MK_SPC_U, "kind: u");
	ok(mk_spc_kind("x", &kind, &e) == -1 && e.code == MK_EUSAGE, "kind: none such");
	b.n = 0;
	ok(mk_spc_freeze(MK_SPC_P, .215, &b, &e) == 0 && (f = fdopen(fd, "w")) != NULL,
	    "frozen");
	ok(fwrite(b.p, 1, b.n, f) == b.n && fclose(f) == 0, "and written");
	ok(mk_spc_frozen(path, MK_SPC_P, &centre, &e) == 0 && near(centre, .215, 0),
	    "and read: the same to the last bit");
	ok(mk_spc_frozen(path, MK_SPC_U, &centre, &e) == -1 && e.code == MK_ECONF,
	    "not for another chart");
	(void)snprintf(want, sizeof want, "%s:1:9: these are the limits of another chart (p)", path);
	is(e.msg, want, "which is said");
	(void)remove(path);
	mk_buf_clear(&b);
}

int
main(void)
{
	orange_juice();
	other_kinds();
	western_electric();
	texts();
	return done();
}
