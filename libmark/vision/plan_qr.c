/* QR code, versions 1 to 40: ISO/IEC 18004, 6.3, table 9, annexes C, D, E. */
#include "vision/plan.h"

#include <stdlib.h>

const unsigned char mk_qr_check[4][40] = {
	{ 7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
	  28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30 },
	{ 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
	  26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28 },
	{ 13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
	  28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30 },
	{ 17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
	  30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30 }
};
const unsigned char mk_qr_blocks[4][40] = {
	{ 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
	  8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25 },
	{ 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
	  17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49 },
	{ 1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
	  23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68 },
	{ 1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
	  25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81 }
};

static int
version(const struct mk_plan *p)
{
	return (p->cols - 17) / 4;
}

static void
put(struct mk_plan *p, int r, int c, enum mk_use use, bool on)
{
	if (r < 0 || c < 0 || r >= p->rows || c >= p->cols)
		return;
	p->use[r * p->cols + c] = (unsigned char)use;
	p->on[r * p->cols + c] = on;
}

/* Rings around a centre: of a finder with its separator (4), or an alignment pattern (2). */
static void
rings(struct mk_plan *p, int r, int c, int size, enum mk_use use)
{
	int y, x;

	for (y = -size; y <= size; y++)
		for (x = -size; x <= size; x++) {
			int ring = abs(y) > abs(x) ? abs(y) : abs(x);

			put(p, r + y, c + x, use, size == 2 ? ring != 1 : ring != 2 && ring != 4);
		}
}

static void
alignments(struct mk_plan *p)
{
	int v = version(p), n = v / 7 + 2, i, k, at[8];
	int step = v == 32 ? 26 : (v * 4 + n * 2 + 1) / (n * 2 - 2) * 2;

	if (v == 1)
		return;
	at[0] = 6;
	for (i = 1; i < n; i++)
		at[i] = p->cols - 7 - (n - 1 - i) * step;
	for (i = 0; i < n; i++)
		for (k = 0; k < n; k++)
			if (!((i == 0 && (k == 0 || k == n - 1)) || (i == n - 1 && k == 0)))
				rings(p, at[i], at[k], 2, MK_USE_ALIGN);
}

/* Bit i (0 the lowest) of the format information in either copy. */
static int
format_at(const struct mk_plan *p, int copy, int i)
{
	int n = p->cols, r, c;

	if (copy == 0) {
		r = i < 6 ? i : i < 8 ? i + 1 : 8;
		c = i < 8 ? 8 : i == 8 ? 7 : 14 - i;
	} else {
		r = i < 8 ? 8 : n - 15 + i;
		c = i < 8 ? n - 1 - i : 8;
	}
	return r * n + c;
}

/* Remainder of value << shift by a generator polynomial: BCH check bits. */
static unsigned
bch(unsigned value, int shift, unsigned gen)
{
	unsigned rest = value;
	int i;

	for (i = 0; i < shift; i++)
		rest = (rest << 1) ^ ((rest >> (shift - 1) & 1) * gen);
	return value << shift | (rest & ((1u << shift) - 1));
}

static void
versions(struct mk_plan *p)
{
	unsigned bits = bch((unsigned)version(p), 12, 0x1f25);
	int i;

	if (version(p) < 7)
		return;
	for (i = 0; i < 18; i++) {
		int a = p->cols - 11 + i % 3, b = i / 3;

		put(p, a, b, MK_USE_VERSION, bits >> i & 1);
		put(p, b, a, MK_USE_VERSION, bits >> i & 1);
	}
}

/* Up and down in columns of two, from the right, over what is data. */
static void
zigzag(struct mk_plan *p)
{
	int n = p->cols, right, i, k, bit = 0;

	for (right = n - 1; right >= 1; right -= 2) {
		if (right == 6)
			right = 5;
		for (i = 0; i < n; i++)
			for (k = 0; k < 2; k++) {
				bool up = ((right + 1) & 2) == 0;
				int at = (up ? n - 1 - i : i) * n + right - k;

				if (p->use[at] == MK_USE_DATA && bit < 8 * p->words)
					p->bit[at] = bit++;
			}
	}
}

int
mk_plan_qr(struct mk_plan *p, struct mk_err *e)
{
	int n = p->cols, i, data = 0;

	if (n != p->rows || n < 21 || n > 177 || n % 4 != 1)
		return mk_err(e, MK_EDATA, "symbol: no QR code has %dx%d modules", p->rows, p->cols);
	p->rrows = p->rcols = n;
	for (i = 8; i < n - 8; i++) {
		put(p, 6, i, MK_USE_TIMING, i % 2 == 0);
		put(p, i, 6, MK_USE_TIMING, i % 2 == 0);
	}
	alignments(p);
	rings(p, 3, 3, 4, MK_USE_FINDER1);
	rings(p, 3, n - 4, 4, MK_USE_FINDER2);
	rings(p, n - 4, 3, 4, MK_USE_FINDER3);
	for (i = 0; i < 15; i++) {
		p->use[format_at(p, 0, i)] = MK_USE_FORMAT;
		p->use[format_at(p, 1, i)] = MK_USE_FORMAT;
	}
	put(p, n - 8, 8, MK_USE_FORMAT, true);	/* always dark */
	versions(p);
	for (i = 0; i < n * n; i++)
		data += p->use[i] == MK_USE_DATA;
	p->words = data / 8;
	zigzag(p);
	return 0;
}

bool
mk_plan_qr_format(struct mk_plan *p, const unsigned char *on)
{
	static const int level_of[4] = { 2, 1, 4, 3 };	/* 00 is M, 01 L, 10 H, 11 Q */
	static const unsigned char spare[4][3] = { { 3, 2, 1 }, { 2 }, { 1 }, { 1 } };
	int value, copy, i, best = 4, found = -1, v = version(p), level;

	for (value = 0; value < 32; value++)
		for (copy = 0; copy < 2; copy++) {
			unsigned bits = bch((unsigned)value, 10, 0x537) ^ 0x5412;
			int wrong = 0;

			for (i = 0; i < 15; i++)
				wrong += (on[format_at(p, copy, i)] != 0) != (bits >> i & 1);
			if (wrong < best) {
				best = wrong;
				found = value;
			}
		}
	if (found == -1)
		return false;
	level = level_of[found >> 3];
	p->level = level;
	p->mask = found & 7;
	p->blocks = mk_qr_blocks[level - 1][v - 1];
	p->data = p->words - p->blocks * mk_qr_check[level - 1][v - 1];
	p->spare = v <= 3 ? spare[level - 1][v - 1] : 0;
	for (i = 0; i < 15; i++) {
		unsigned bits = bch((unsigned)found, 10, 0x537) ^ 0x5412;

		p->on[format_at(p, 0, i)] = p->on[format_at(p, 1, i)] = bits >> i & 1;
	}
	return true;
}

bool
mk_plan_qr_flips(const struct mk_plan *p, int r, int c)
{
	switch (p->mask) {
	case 0: return (r + c) % 2 == 0;
	case 1: return r % 2 == 0;
	case 2: return c % 3 == 0;
	case 3: return (r + c) % 3 == 0;
	case 4: return (r / 2 + c / 3) % 2 == 0;
	case 5: return r * c % 2 + r * c % 3 == 0;
	case 6: return (r * c % 2 + r * c % 3) % 2 == 0;
	case 7: return ((r + c) % 2 + r * c % 3) % 2 == 0;
	default: return false;
	}
}
