#include "vision/dmtx.h"

#include <dmtx.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/raster.h"

#define FNC1 232	/* its codeword, and the byte that libdmtx puts out for it */
#define PAD 16		/* libdmtx reads beyond the edge of a picture that ends there */

/* ---- the guard: libdmtx's decoder may "correct" noise into what is no codeword ---- */

/* x times the root of the code's polynomial, x^8 + x^5 + x^3 + x^2 + 1. */
static unsigned
times_root(unsigned v)
{
	return (v & 0x80) != 0 ? (v << 1) ^ 0x12d : v << 1;
}

static unsigned
times(unsigned a, unsigned b)
{
	unsigned r = 0;

	for (; b != 0; b >>= 1, a = times_root(a))
		if ((b & 1) != 0)
			r ^= a;
	return r;
}

/* Whether the words of one block, as a polynomial, vanish at the first check
 * powers of the root: ISO/IEC 16022, annex E. */
static bool
is_codeword(const unsigned char *word, int n, int check)
{
	unsigned root = 1, sum;
	int i, k;

	for (i = 0; i < check; i++) {
		root = times_root(root);
		for (k = 0, sum = 0; k < n; k++)
			sum = times(sum, root) ^ word[k];
		if (sum != 0)
			return false;
	}
	return true;
}

/* Blocks are interleaved: word k of block b is word b + k * blocks of the data, and
 * likewise of the check words, which follow all data. */
static bool
guard_holds(const DmtxMessage *msg, int size)
{
	int blocks = dmtxGetSymbolAttribute(DmtxSymAttribInterleavedBlocks, size);
	int check = dmtxGetSymbolAttribute(DmtxSymAttribBlockErrorWords, size);
	int data = dmtxGetSymbolAttribute(DmtxSymAttribSymbolDataWords, size);
	unsigned char block[256];
	int b, k, n;

	if (blocks < 1 || check < 1 || msg->codeSize < (size_t)(data + blocks * check))
		return false;
	for (b = 0; b < blocks; b++) {
		n = dmtxGetBlockDataSize(size, b);
		if (n < 1 || n + check > (int)sizeof block)
			return false;
		for (k = 0; k < n; k++)
			block[k] = msg->code[b + k * blocks];
		for (k = 0; k < check; k++)
			block[n + k] = msg->code[data + b + k * blocks];
		if (!is_codeword(block, n + check, check))
			return false;
	}
	return true;
}

/* ---- from libdmtx's words to ours ---- */

static int
size_index(int rows, int cols)
{
	int i;

	for (i = 0; i < DmtxSymbolSquareCount + DmtxSymbolRectCount; i++)
		if (dmtxGetSymbolAttribute(DmtxSymAttribSymbolRows, i) == rows &&
		    dmtxGetSymbolAttribute(DmtxSymAttribSymbolCols, i) == cols)
			return i;
	return DmtxUndefined;
}

/* A corner of the unit square that libdmtx fitted, in pixels from the picture's top
 * left; libdmtx counts from the bottom, and from the centre of a pixel. */
static struct mk_point
corner(DmtxRegion *reg, double x, double y, int h)
{
	DmtxVector2 v = { x, y };

	(void)dmtxMatrix3VMultiplyBy(&v, reg->fit2raw);
	return (struct mk_point){ v.X + 0.5 - PAD, h - v.Y - 0.5 - PAD };
}

/* False if it does not fit, which no symbol can cause. */
static bool
take(const DmtxMessage *msg, DmtxRegion *reg, int h, struct mk_scan *out)
{
	size_t n = msg->outputIdx < 0 ? 0 : (size_t)msg->outputIdx, i, from = 0;
	struct mk_code *c;

	if (n > msg->outputSize || n > MK_SCAN_DATA_MAX || msg->codeSize < 1 ||
	    (c = mk_scan_add(out)) == NULL)
		return false;
	c->kind = MK_DATAMATRIX;
	memcpy(c->engine, "dmtx", sizeof "dmtx");
	c->fnc1 = msg->code[0] == FNC1;
	if (c->fnc1 && n > 0 && msg->output[0] == FNC1)
		from = 1;
	/* only GS1 has FNC1 inside, and GS1 has no bytes beyond ASCII */
	for (i = from; i < n; i++)
		c->data[i - from] = c->fnc1 && msg->output[i] == FNC1 ? 0x1d : msg->output[i];
	c->n = n - from;
	c->rows = dmtxGetSymbolAttribute(DmtxSymAttribSymbolRows, reg->sizeIdx);
	c->cols = dmtxGetSymbolAttribute(DmtxSymAttribSymbolCols, reg->sizeIdx);
	c->light = reg->onColor > reg->offColor;
	c->corner[0] = corner(reg, 0, 1, h);
	c->corner[1] = corner(reg, 1, 1, h);
	c->corner[2] = corner(reg, 1, 0, h);
	c->corner[3] = corner(reg, 0, 0, h);
	return true;
}

static bool
read_region(DmtxDecode *dec, DmtxRegion *reg, bool guard, int h, struct mk_scan *out)
{
	DmtxMessage *msg = dmtxDecodeMatrixRegion(dec, reg, DmtxUndefined);
	bool good = false;

	if (msg == NULL)
		return false;
	good = (!guard || guard_holds(msg, reg->sizeIdx)) && take(msg, reg, h, out);
	(void)dmtxMessageDestroy(&msg);
	return good;
}

/* libdmtx has a limit of wall time: asked on until the CPU time is spent. It marks
 * what it has looked at, so that each region is found once. */
static bool
search(DmtxDecode *dec, const struct mk_scan_want *want, double until, bool guard, int h,
	struct mk_scan *out)
{
	bool found = false, late = false;
	DmtxRegion *reg;
	DmtxTime end;
	double left;

	while (!mk_scan_enough(out, want) && (left = until - mk_cpu_ms()) > 0) {
		end = dmtxTimeAdd(dmtxTimeNow(), (long)left + 1);
		reg = dmtxRegionFindNext(dec, &end);
		late = reg == NULL && dmtxTimeExceeded(end) == DmtxTrue;
		if (reg == NULL && !late)
			break;
		if (reg != NULL && read_region(dec, reg, guard, h, out))
			found = true;
		(void)dmtxRegionDestroy(&reg);
	}
	return found;
}

static int
scan_padded(const struct mk_image *im, const struct mk_scan_want *want, int ms, bool guard,
	struct mk_scan *out, struct mk_err *e)
{
	double until = mk_cpu_ms() + ms;
	DmtxImage *img = dmtxImageCreate(im->px, im->w, im->h, DmtxPack8bppK);
	DmtxDecode *dec = img == NULL ? NULL : dmtxDecodeCreate(img, 1);
	int size = want->rows == 0 ? DmtxUndefined : size_index(want->rows, want->cols);
	bool found;

	if (dec == NULL) {
		(void)dmtxImageDestroy(&img);
		return mk_err_nomem(e);
	}
	(void)dmtxDecodeSetProp(dec, DmtxPropFnc1, FNC1);
	if (size != DmtxUndefined)
		(void)dmtxDecodeSetProp(dec, DmtxPropSymbolSize, size);
	found = search(dec, want, until, guard, im->h, out);
	(void)dmtxDecodeDestroy(&dec);
	(void)dmtxImageDestroy(&img);
	return found;
}

int
mk_dmtx_scan(const struct mk_image *im, const struct mk_scan_want *want, int ms, bool guard,
	struct mk_scan *out, struct mk_err *e)
{
	struct mk_image padded;
	int r;

	if (mk_raster_pad(im, PAD, &padded, e) == -1)
		return -1;
	r = scan_padded(&padded, want, ms, guard, out, e);
	mk_image_clear(&padded);
	return r;
}
