/* Jobs: a job that reads is written back as the same bytes. The input is taken
 * as a whole job, and as the ops of one whose count and CRC are right. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "job/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define must(c) do { if (!(c)) abort(); } while (0)

static void
walk(const struct mk_job *j)
{
	static const struct mk_timing t = { 4000, 80, 100, 150, 100, 0 };
	struct mk_job_limits lim = { .has_axes = 1, .has_focus = 1 };
	struct mk_job_stats s;
	struct mk_err e;

	mk_job_stats(j, &s);
	must(s.strokes <= s.vectors && s.vectors <= j->n);
	must(s.mx0 <= s.mx1 && s.my0 <= s.my1 && s.x0 <= s.x1 && s.y0 <= s.y1);
	must(isfinite(mk_job_ms(j, &t)) && mk_job_ms(j, &t) >= 0);
	lim.w = 2 * (abs(s.x0) > abs(s.x1) ? abs(s.x0) : abs(s.x1));
	lim.h = 2 * (abs(s.y0) > abs(s.y1) ? abs(s.y0) : abs(s.y1));
	must(mk_job_check(j, &lim, &e) == 0);
}

static void
round_trip(const char *p, size_t n)
{
	struct mk_job j = {0};
	struct mk_buf out = {0};
	struct mk_err e = {0};

	if (mk_job_read(&j, p, n, NULL, &e) == 0) {
		must(mk_job_write(&j, &out, &e) == 0);
		must(out.n == n && memcmp(out.p, p, n) == 0);
		walk(&j);
	} else
		must(e.code == MK_ESYNTAX || e.code == MK_EDATA);
	mk_job_clear(&j);
	mk_buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct mk_buf b = {0};
	struct mk_err e;
	size_t i, ops = 1;

	round_trip((const char *)p, n);
	for (i = 0; i < n; i++)
		ops += p[i] == ' ';
	must(mk_buf_addf(&b, &e, "v1 n=%zu crc=%08lx ", ops, (unsigned long)mk_crc32(0, p, n)) == 0);
	must(mk_buf_add(&b, p, n, &e) == 0);
	round_trip(b.p, b.n);
	mk_buf_clear(&b);
	return 0;
}
