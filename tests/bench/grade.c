/* CPU time to read and to grade a clean mark of 640x480: the median, the lowest and the
 * highest of some runs, in ms. What is measured is a picture in memory; mk-verify adds
 * unpacking the file and passing pixels between its processes. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ident/symbol.h"
#include "tests/sim/mark.h"
#include "vision/grade.h"

#define RUNS 101

static struct mk_err e;

static double
cpu_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == -1)
		return 0;
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
tell(const char *what, double *ms)
{
	qsort(ms, RUNS, sizeof *ms, rising);
	(void)printf("%-34s %6.2f ms CPU (%.2f to %.2f)\n", what, ms[RUNS / 2], ms[0], ms[RUNS - 1]);
}

static int
one(struct mk_symbol *enc, const char *type, double angle, enum mk_standard standard)
{
	struct mk_symbol_ask ask = { .type = mk_symbol_type(type) };
	struct mk_grade_ask how = { .standard = standard };
	static struct mk_scan scan;
	static double read[RUNS], grade[RUNS], both[RUNS];
	struct mk_scan_want want = {0};
	struct mk_matrix m;
	struct mk_grade g;
	struct mk_image im;
	struct sim_view v;
	struct sim s;
	char name[64];
	int i;

	if (mk_symbol_encode(enc, &ask, "0109506000134352", 16, &m, &e) == -1)
		return -1;
	s = (struct sim){ .rows = m.rows, .cols = m.cols, .on = m.dark, .px = 14, .light = .75,
		.dark = .15, .blur = .1, .noise = 3, .angle = angle, .w = 640, .h = 480 };
	if (sim_render(&s, &v, &im, &e) == -1)
		return -1;
	for (i = 0; i < RUNS; i++) {
		double a = cpu_ms(), b;

		if (mk_scan_image(&im, &want, &scan, &e) == -1 || scan.best < 0)
			return -1;
		b = cpu_ms();
		if (mk_grade(&im, &scan.code[scan.best], &how, &g, &e) != 1)
			return -1;
		mk_grade_clear(&g);
		both[i] = cpu_ms() - a;
		read[i] = b - a;
		grade[i] = both[i] - read[i];
	}
	mk_image_clear(&im);
	(void)snprintf(name, sizeof name, "%s %dx%d, %g degrees, %s", type, m.rows, m.cols, angle,
		mk_standard_name(standard));
	(void)printf("%s\n", name);
	tell("  read", read);
	tell("  graded", grade);
	tell("  read and graded (target: 10)", both);
	return 0;
}

int
main(void)
{
	struct mk_symbol *enc;

	if (mk_symbol_new(&enc, &e) == -1 || one(enc, "datamatrix", 0, MK_ISO29158) == -1 ||
	    one(enc, "datamatrix", 30, MK_ISO15415) == -1 || one(enc, "qr", 10, MK_ISO15415) == -1) {
		(void)fprintf(stderr, "grade: a mark cannot be read or graded: %s\n", e.msg);
		return 1;
	}
	mk_symbol_free(enc);
	return 0;
}
