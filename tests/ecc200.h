/* An independent ECC 200 encoder for tests: small square symbols of one region,
 * ASCII encodation, to hold other people's code against. The module placement and
 * the error correction are those of ISO/IEC 16022, annexes E and F. */
#ifndef ECC200_H
#define ECC200_H

#include <stdint.h>
#include <string.h>

#include "job/job.h"

#define ECC_SIDE_MAX 26

struct ecc {
	int side;			/* modules, finder included */
	unsigned char m[ECC_SIDE_MAX][ECC_SIDE_MAX];	/* [row from the top][col], 1 dark */
};

static const struct { int side, data, check; } ecc_sizes[] = {
	{ 10, 3, 5 }, { 12, 5, 7 }, { 14, 8, 10 }, { 16, 12, 12 }, { 18, 18, 14 },
	{ 20, 22, 18 }, { 22, 30, 20 }, { 24, 36, 24 }, { 26, 44, 28 }
};

static int
ecc_mul(int a, int b)
{
	int r = 0;

	for (; b != 0; b >>= 1, a = a & 128 ? (a << 1) ^ 0x12d : a << 1)
		if (b & 1)
			r ^= a;
	return r;
}

/* Remainder of the data by (x - a)(x - a²)…: the check words behind it. */
static void
ecc_check(unsigned char *w, int data, int check)
{
	int gen[64] = {1}, i, k, root = 1;

	for (i = 0; i < check; i++) {
		root = ecc_mul(root, 2);
		for (k = i + 1; k > 0; k--)
			gen[k] = ecc_mul(gen[k], root) ^ gen[k - 1];
		gen[0] = ecc_mul(gen[0], root);
	}
	memset(w + data, 0, (size_t)check);
	for (i = 0; i < data; i++) {
		int f = w[i] ^ w[data];

		for (k = 0; k < check; k++)
			w[data + k] = (unsigned char)((k + 1 < check ? w[data + k + 1] : 0) ^
				ecc_mul(f, gen[check - 1 - k]));
	}
}

struct ecc_map {
	int n;				/* side of the mapping matrix */
	int at[ECC_SIDE_MAX][ECC_SIDE_MAX];	/* 0: free, else 8 * word + bit, from 8 */
};

static void
ecc_bit(struct ecc_map *p, int r, int c, int word, int bit)
{
	if (r < 0) {
		r += p->n;
		c += 4 - (p->n + 4) % 8;
	}
	if (c < 0) {
		c += p->n;
		r += 4 - (p->n + 4) % 8;
	}
	p->at[r][c] = 8 * word + bit;
}

static void
ecc_shape(struct ecc_map *p, int word, const int at[8][2])
{
	int i;

	for (i = 0; i < 8; i++)
		ecc_bit(p, at[i][0], at[i][1], word, i);
}

static void
ecc_utah(struct ecc_map *p, int r, int c, int word)
{
	const int at[8][2] = { { r - 2, c - 2 }, { r - 2, c - 1 }, { r - 1, c - 2 },
		{ r - 1, c - 1 }, { r - 1, c }, { r, c - 2 }, { r, c - 1 }, { r, c } };

	ecc_shape(p, word, at);
}

static void
ecc_place(struct ecc_map *p)
{
	int n = p->n, r = 4, c = 0, word = 1;
	const int c1[8][2] = { { n - 1, 0 }, { n - 1, 1 }, { n - 1, 2 }, { 0, n - 2 },
		{ 0, n - 1 }, { 1, n - 1 }, { 2, n - 1 }, { 3, n - 1 } };
	const int c2[8][2] = { { n - 3, 0 }, { n - 2, 0 }, { n - 1, 0 }, { 0, n - 4 },
		{ 0, n - 3 }, { 0, n - 2 }, { 0, n - 1 }, { 1, n - 1 } };

	do {
		if (r == n && c == 0)
			ecc_shape(p, word++, c1);
		if (r == n - 2 && c == 0 && n % 4 != 0)
			ecc_shape(p, word++, c2);
		for (; r >= 0 && c < n; r -= 2, c += 2)
			if (r < n && c >= 0 && p->at[r][c] == 0)
				ecc_utah(p, r, c, word++);
		for (r += 1, c += 3; r < n && c >= 0; r += 2, c -= 2)
			if (r >= 0 && c < n && p->at[r][c] == 0)
				ecc_utah(p, r, c, word++);
		r += 3;
		c += 1;
	} while (r < n || c < n);
}

/* Draw the symbol of codewords (data and check). */
static void
ecc_draw(struct ecc *s, int side, const unsigned char *w)
{
	struct ecc_map p = { .n = side - 2 };
	int r, c, n = side - 2;

	memset(s, 0, sizeof *s);
	s->side = side;
	ecc_place(&p);
	for (r = 0; r < n; r++)
		for (c = 0; c < n; c++) {
			int v = p.at[r][c];

			s->m[r + 1][c + 1] = (unsigned char)(v >= 8
				? w[v / 8 - 1] >> (7 - v % 8) & 1
				: r >= n - 2 && c >= n - 2 && (r - c) % 2 == 0);
		}
	for (r = 0; r < side; r++) {
		s->m[r][0] = s->m[side - 1][r] = 1;
		s->m[0][r] = r % 2 == 0;
		s->m[r][side - 1] = r % 2 == 1;
	}
}

/* Encode n bytes (0..127; 0x1d becomes FNC1), FNC1 first if gs1, in the smallest
 * square, or in that of side modules. Returns the side, or 0 if it does not fit. */
__attribute__((unused)) static int
ecc_make(struct ecc *s, const char *text, size_t n, int gs1, int side)
{
	unsigned char w[128];
	size_t i, k = 0, z;

	memset(s, 0, sizeof *s);
	if (n > 64)
		return 0;
	if (gs1)
		w[k++] = 232;
	for (i = 0; i < n; i++) {
		int two = i + 1 < n && text[i] >= '0' && text[i] <= '9' &&
			text[i + 1] >= '0' && text[i + 1] <= '9';

		if (text[i] == 0x1d)
			w[k++] = 232;
		else if (two) {
			w[k++] = (unsigned char)(130 + (text[i] - '0') * 10 + text[i + 1] - '0');
			i++;
		} else
			w[k++] = (unsigned char)(text[i] + 1);
	}
	for (z = 0; z < sizeof ecc_sizes / sizeof *ecc_sizes; z++) {
		size_t data = (size_t)ecc_sizes[z].data;

		if (data < k || (side != 0 && side != ecc_sizes[z].side))
			continue;
		for (i = k; i < data; i++) {
			int v = 129 + (149 * ((int)i + 1)) % 253 + 1;

			w[i] = (unsigned char)(i == k ? 129 : v > 254 ? v - 254 : v);
		}
		ecc_check(w, ecc_sizes[z].data, ecc_sizes[z].check);
		ecc_draw(s, ecc_sizes[z].side, w);
		return s->side;
	}
	return 0;
}

/* A job that burns the symbol around the origin: modules of um, hatched by lines
 * every 50 µm, one stroke for each run of dark modules. */
__attribute__((unused)) static int
ecc_job(const struct ecc *s, int um, uint32_t power, struct mk_job *job, struct mk_err *e)
{
	const struct mk_pen pen = { power, 30000, 1000, 0 };
	int half = s->side * um / 2, y, c, from;

	if (mk_job_pen(job, &pen, e) == -1)
		return -1;
	for (y = 25; y < s->side * um; y += 50) {
		const unsigned char *row = s->m[y / um];

		for (c = 0; c < s->side; c++) {
			if (!row[c])
				continue;
			for (from = c; c < s->side && row[c]; c++)
				;
			if (mk_job_jump(job, from * um - half + 25, half - y, e) == -1 ||
			    mk_job_mark(job, c * um - half - 25, half - y, e) == -1)
				return -1;
		}
	}
	return 0;
}

#endif
