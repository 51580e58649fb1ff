/* Templates: each is refused with its line, or lays out a record. The job then reads back
 * as the same text, stays in the work area, and is the sum of its elements. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "layout/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define must(c) do { if (!(c)) abort(); } while (0)

static const char line[] = "id:(01)09506000134352(21)7\tcode:0109506000134352217\thri:A7\tn:12\t"
	"sn:7\tmade:2026-11-22\tcheck_dx:0.2\tcheck_rot:3\top:A";

static void
look(const struct mk_layout *l, const struct mk_rec *rec)
{
	const struct mk_field *f = mk_rec_get(rec, "job");
	struct mk_job j = {0};
	struct mk_job_stats s;
	struct mk_share h;
	struct mk_err e;
	size_t i, strokes = 0;
	double mm = 0;

	must(f != NULL && mk_job_read(&j, f->val, f->vlen, NULL, &e) == 0);
	mk_job_stats(&j, &s);
	for (i = 0; mk_layout_share(l, i, &h); i++) {
		must(isfinite(h.ms) && h.ms >= 0);
		strokes += h.strokes;
		mm += h.mark_mm;
	}
	must(strokes == s.strokes && fabs(mm - s.mark_mm) < 0.01 + s.mark_mm / 1000);
	mk_job_clear(&j);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct mk_layout *l = NULL;
	struct mk_refusal why = { NULL, 0 };
	struct mk_rec rec = {0};
	struct mk_err e = {0};
	char path[64];
	size_t column;
	int fd = memfd_create("t", MFD_CLOEXEC), r;

	/* no other file is opened: not what a fuzzer thinks of */
	if (fd == -1 || memmem(p, n, "font", 4) != NULL || memmem(p, n, "svg", 3) != NULL ||
	    write(fd, p, n) != (ssize_t)n) {
		(void)close(fd);
		return 0;
	}
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (mk_layout_new(&l, path, NULL, &e) == -1)
		must(e.code == MK_ECONF && strncmp(e.msg, path, strlen(path)) == 0);
	else {
		must(mk_rec_parse(&rec, line, strlen(line), &column, &e) == 0);
		r = mk_layout_rec(l, &rec, &why, &e);
		must(r == 1 || (r == 0 && why.word != NULL && why.line > 0));
		if (r == 1)
			look(l, &rec);
	}
	mk_rec_clear(&rec);
	mk_layout_free(l);
	(void)close(fd);
	return 0;
}
