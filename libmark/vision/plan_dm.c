/* Data Matrix: ISO/IEC 16022, table 7 and annex F; the rectangles of DMRE are those of
 * ISO/IEC 21471. */
#include "vision/plan.h"

/* Modules of the symbol and of its regions, codewords. */
static const struct size {
	short rows, cols, rrows, rcols, data, check, blocks;
} sizes[] = {
	{ 10, 10, 10, 10, 3, 5, 1 }, { 12, 12, 12, 12, 5, 7, 1 }, { 14, 14, 14, 14, 8, 10, 1 },
	{ 16, 16, 16, 16, 12, 12, 1 }, { 18, 18, 18, 18, 18, 14, 1 }, { 20, 20, 20, 20, 22, 18, 1 },
	{ 22, 22, 22, 22, 30, 20, 1 }, { 24, 24, 24, 24, 36, 24, 1 }, { 26, 26, 26, 26, 44, 28, 1 },
	{ 32, 32, 16, 16, 62, 36, 1 }, { 36, 36, 18, 18, 86, 42, 1 }, { 40, 40, 20, 20, 114, 48, 1 },
	{ 44, 44, 22, 22, 144, 56, 1 }, { 48, 48, 24, 24, 174, 68, 1 },
	{ 52, 52, 26, 26, 204, 84, 2 }, { 64, 64, 16, 16, 280, 112, 2 },
	{ 72, 72, 18, 18, 368, 144, 4 }, { 80, 80, 20, 20, 456, 192, 4 },
	{ 88, 88, 22, 22, 576, 224, 4 }, { 96, 96, 24, 24, 696, 272, 4 },
	{ 104, 104, 26, 26, 816, 336, 6 }, { 120, 120, 20, 20, 1050, 408, 6 },
	{ 132, 132, 22, 22, 1304, 496, 8 }, { 144, 144, 24, 24, 1558, 620, 10 },
	{ 8, 18, 8, 18, 5, 7, 1 }, { 8, 32, 8, 16, 10, 11, 1 }, { 12, 26, 12, 26, 16, 14, 1 },
	{ 12, 36, 12, 18, 22, 18, 1 }, { 16, 36, 16, 18, 32, 24, 1 }, { 16, 48, 16, 24, 49, 28, 1 },
	{ 8, 48, 8, 24, 18, 15, 1 }, { 8, 64, 8, 16, 24, 18, 1 }, { 8, 80, 8, 20, 32, 22, 1 },
	{ 8, 96, 8, 24, 38, 28, 1 }, { 8, 120, 8, 20, 49, 32, 1 }, { 8, 144, 8, 24, 63, 36, 1 },
	{ 12, 64, 12, 16, 43, 27, 1 }, { 12, 88, 12, 22, 64, 36, 1 }, { 16, 64, 16, 16, 62, 36, 1 },
	{ 20, 36, 20, 18, 44, 28, 1 }, { 20, 44, 20, 22, 56, 34, 1 }, { 20, 64, 20, 16, 84, 42, 1 },
	{ 22, 48, 22, 24, 72, 38, 1 }, { 24, 48, 24, 24, 80, 41, 1 }, { 24, 64, 24, 16, 108, 46, 1 },
	{ 26, 40, 26, 20, 70, 38, 1 }, { 26, 48, 26, 24, 90, 42, 1 }, { 26, 64, 26, 16, 118, 50, 1 }
};

/* The mapping matrix: all data regions without their borders, side by side. */
struct map {
	struct mk_plan *p;
	int rows, cols, word;
};

/* Where a module of the mapping matrix is in the symbol. */
static int *
bit_at(const struct map *m, int r, int c)
{
	const struct mk_plan *p = m->p;
	int row = r / (p->rrows - 2) * p->rrows + 1 + r % (p->rrows - 2);
	int col = c / (p->rcols - 2) * p->rcols + 1 + c % (p->rcols - 2);

	return &p->bit[row * p->cols + col];
}

static void
place(const struct map *m, int r, int c, int bit)
{
	if (r < 0) {
		r += m->rows;
		c += 4 - (m->rows + 4) % 8;
	}
	if (c < 0) {
		c += m->cols;
		r += 4 - (m->cols + 4) % 8;
	}
	if (r >= m->rows)	/* in some rectangles of DMRE */
		r -= m->rows;
	*bit_at(m, r, c) = 8 * m->word + bit;
}

/* The eight modules of a codeword; counted from the far side if below 0 here. */
static void
shape(struct map *m, const signed char at[8][2])
{
	int i;

	for (i = 0; i < 8; i++)
		place(m, at[i][0] + (at[i][0] < 0 ? m->rows : 0),
			at[i][1] + (at[i][1] < 0 ? m->cols : 0), i);
	m->word++;
}

static void
corners(struct map *m, int r, int c)
{
	static const signed char
		one[8][2] = { {-1,0}, {-1,1}, {-1,2}, {0,-2}, {0,-1}, {1,-1}, {2,-1}, {3,-1} },
		two[8][2] = { {-3,0}, {-2,0}, {-1,0}, {0,-4}, {0,-3}, {0,-2}, {0,-1}, {1,-1} },
		three[8][2] = { {-3,0}, {-2,0}, {-1,0}, {0,-2}, {0,-1}, {1,-1}, {2,-1}, {3,-1} },
		four[8][2] = { {-1,0}, {-1,-1}, {0,-3}, {0,-2}, {0,-1}, {1,-3}, {1,-2}, {1,-1} };

	if (r == m->rows && c == 0)
		shape(m, one);
	if (r == m->rows - 2 && c == 0 && m->cols % 4 != 0)
		shape(m, two);
	if (r == m->rows - 2 && c == 0 && m->cols % 8 == 4)
		shape(m, three);
	if (r == m->rows + 4 && c == 2 && m->cols % 8 == 0)
		shape(m, four);
}

static void
utah(struct map *m, int r, int c)
{
	static const signed char at[8][2] = { {-2,-2}, {-2,-1}, {-1,-2}, {-1,-1}, {-1,0}, {0,-2},
		{0,-1}, {0,0} };
	int i;

	if (r < 0 || r >= m->rows || c < 0 || c >= m->cols || *bit_at(m, r, c) != -1)
		return;
	for (i = 0; i < 8; i++)
		place(m, r + at[i][0], c + at[i][1], i);
	m->word++;
}

static void
codewords(struct mk_plan *p)
{
	int down = p->rows / p->rrows, across = p->cols / p->rcols;
	struct map m = { p, p->rows - 2 * down, p->cols - 2 * across, 0 };
	int r = 4, c = 0, i, k;

	do {
		corners(&m, r, c);
		for (; r >= 0 && c < m.cols; r -= 2, c += 2)
			utah(&m, r, c);
		r += 1;
		c += 3;
		for (; r < m.rows && c >= 0; r += 2, c -= 2)
			utah(&m, r, c);
		r += 3;
		c += 1;
	} while (r < m.rows || c < m.cols);
	/* four modules in the last corner belong to no codeword in some sizes */
	for (i = 0; i < 2; i++)
		for (k = 0; k < 2; k++) {
			int at = (int)(bit_at(&m, m.rows - 1 - i, m.cols - 1 - k) - p->bit);

			if (p->bit[at] == -1) {
				p->use[at] = MK_USE_FIXED;
				p->on[at] = i == k;
			}
		}
}

/* The L at the left and the bottom of each region, clock tracks at top and right. */
static void
borders(struct mk_plan *p)
{
	int r, c;

	for (r = 0; r < p->rows; r++)
		for (c = 0; c < p->cols; c++) {
			int y = r % p->rrows, x = c % p->rcols, at = r * p->cols + c;

			if (y != 0 && x != 0 && y != p->rrows - 1 && x != p->rcols - 1)
				continue;
			p->use[at] = MK_USE_FIXED;
			p->on[at] = x == 0 || y == p->rrows - 1 ||
				(y == 0 ? x % 2 == 0 : y % 2 == 1);
		}
}

int
mk_plan_datamatrix(struct mk_plan *p, struct mk_err *e)
{
	const struct size *s = sizes, *end = sizes + sizeof sizes / sizeof *sizes;

	while (s < end && (s->rows != p->rows || s->cols != p->cols))
		s++;
	if (s == end)
		return mk_err(e, MK_EDATA, "symbol: no Data Matrix has %dx%d modules", p->rows,
			p->cols);
	p->rrows = s->rrows;
	p->rcols = s->rcols;
	p->data = s->data;
	p->words = s->data + s->check;
	p->blocks = s->blocks;
	/* ISO/IEC 16022, 5.7.3: the smallest keep one check word for detection */
	p->spare = (s->rows == 10 && s->cols == 10) || (s->rows == 12 && s->cols == 12) ||
		(s->rows == 8 && (s->cols == 18 || s->cols == 32)) ? 1 : 0;
	borders(p);
	codewords(p);
	return 0;
}
