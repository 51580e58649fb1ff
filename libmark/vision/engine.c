#include "vision/engine.h"

#include <string.h>
#include <time.h>

#include "vision/dmtx.h"
#include "vision/zxing.h"

static int
dmtx_scan(const struct mk_image *im, const struct mk_scan_want *want, int ms,
	struct mk_scan *out, struct mk_err *e)
{
	return mk_dmtx_scan(im, want, ms, true, out, e);
}

static const struct mk_engine engines[] = {
#ifdef HAVE_ZXING
	{ "zxing", MK_ZXING_KINDS, false, mk_zxing_scan },
#endif
	{ "dmtx", MK_DATAMATRIX, true, dmtx_scan }
};
#define ENGINES (sizeof engines / sizeof *engines)

const struct mk_engine *
mk_engine(size_t i)
{
	return i < ENGINES ? &engines[i] : NULL;
}

struct mk_code *
mk_scan_add(struct mk_scan *out)
{
	struct mk_code *c;

	if (out->codes == MK_SCAN_CODES)
		return NULL;
	c = &out->code[out->codes++];
	memset(c, 0, sizeof *c);
	return c;
}

double
mk_cpu_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == -1)
		return 0;
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}
