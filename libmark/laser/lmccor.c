/* Correction tables of a lens, as EZCAD2's tools write them. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "laser/lmc.h"

#define LABEL 0x16		/* bytes of the title, UTF-16 */
#define HEAD_DOUBLE 0x1FA
#define HEAD_INT 0x0E
#define SCALE_DOUBLE (0x18 + 43 * 8)
#define SCALE_INT 0x1C

static uint64_t
le(const char *p, int bytes)
{
	uint64_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | (uint8_t)p[bytes];
	return v;
}

static double
le_double(const char *p)
{
	uint64_t bits = le(p, 8);
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

static bool
has_doubles(const struct mk_buf *b)
{
	static const char title[] = "LMC1COR_1.0";
	size_t i;

	for (i = 0; i < LABEL / 2; i++)
		if (b->p[2 * i] != title[i] || b->p[2 * i + 1] != 0)
			return false;
	return true;
}

static int
value(double v, size_t i, uint16_t *to, struct mk_err *e)
{
	if (!(fabs(v) <= 32767))
		return mk_err(e, MK_ECONF, "point %zu: %g is no correction: -32767 to 32767", i, v);
	v = round(v);
	*to = (uint16_t)(v < 0 ? 0x8000 + (int)-v : (int)v);
	return 0;
}

static int
parse(struct mk_lmc_cor *cor, const struct mk_buf *b, struct mk_err *e)
{
	bool doubles = b->n >= LABEL && has_doubles(b);
	int each = doubles ? 8 : 4, k;
	size_t head = LABEL + (doubles ? HEAD_DOUBLE : HEAD_INT), i;

	if (b->n < head + (size_t)(MK_LMC_COR * 2 * each))
		return mk_err(e, MK_ECONF, "no correction table: %zu bytes, a table of 65 by 65 has %zu",
			b->n, head + (size_t)(MK_LMC_COR * 2 * each));
	cor->scale = le_double(b->p + (doubles ? SCALE_DOUBLE : SCALE_INT));
	if (!(cor->scale > 1 && cor->scale < 65536))
		cor->scale = 0;
	for (i = 0; i < MK_LMC_COR; i++)
		for (k = 0; k < 2; k++) {
			const char *p = b->p + head + (2 * i + (size_t)k) * (size_t)each;
			double v = doubles ? le_double(p) : (int32_t)(uint32_t)le(p, 4);

			if (value(v, i, &cor->line[i][k], e) == -1)
				return -1;
		}
	return 0;
}

int
mk_lmc_cor_read(struct mk_lmc_cor *cor, const char *path, struct mk_err *e)
{
	struct mk_buf b = {0};
	int r = mk_io_slurp(path, 1u << 20, &b, e);

	if (r == 0 && (r = parse(cor, &b, e)) == -1)
		mk_err_at(e, "%s", path);
	mk_buf_clear(&b);
	return r;
}
