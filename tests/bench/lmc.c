/* lmc: how many ops of list packets a second of CPU time makes of a job. Target:
 * 5 million ops/s. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "laser/lmc.h"

#define STEPS 1000000
#define RUNS 5

static double
cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
job_of(struct mk_job *job)
{
	const struct mk_pen pen = { 400, 30000, 1000, 0 };
	unsigned seed = 1;
	struct mk_err e;
	int i, r = mk_job_pen(job, &pen, &e);

	for (i = 0; r == 0 && i < STEPS - 1; i++) {
		int32_t x, y;

		seed = seed * 1103515245 + 12345;
		x = (int32_t)(seed >> 8 & 0x3fff) - 8192;
		y = (int32_t)(seed >> 3 & 0x3fff) - 8192;
		r = i % 4 == 0 ? mk_job_jump(job, x, y, &e) : mk_job_mark(job, x, y, &e);
	}
	if (r == -1) {
		(void)fprintf(stderr, "lmc: %s\n", e.msg);
		exit(1);
	}
}

int
main(void)
{
	static const struct mk_lmc_conf conf = { .lens_mm = 110, .jump = 4000, .jump_us = 80,
		.on_us = 100, .off_us = 150, .corner_us = 100, .mo_ms = 8, .timeout_ms = 1000 };
	struct mk_job job = {0};
	struct mk_lmc_list list = {0};
	struct mk_err e;
	double best = 0, t;
	int run;

	job_of(&job);
	for (run = 0; run < RUNS; run++) {
		t = cpu();
		if (mk_lmc_job(&list, &conf, &job, 0, &e) == -1) {
			(void)fprintf(stderr, "lmc: %s\n", e.msg);
			return 1;
		}
		t = STEPS / (cpu() - t) / 1e6;
		if (t > best)
			best = t;
	}
	(void)printf("%-28s %8.1f million ops/s (target 5)\n", "lmc: list packets", best);
	mk_job_clear(&job);
	mk_lmc_list_clear(&list);
	return best < 5;
}
