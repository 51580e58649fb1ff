#include "vision/plan.h"

#include <stdlib.h>
#include <string.h>

#include "vision/rs.h"

static const struct mk_rs datamatrix = { 0x12d, 1 }, qr = { 0x11d, 0 };

int
mk_plan_new(struct mk_plan *p, enum mk_kind kind, int rows, int cols, struct mk_err *e)
{
	size_t n = rows > 0 && cols > 0 && rows <= 177 && cols <= 177
		? (size_t)rows * (size_t)cols : 0, i;
	int r = -1;

	memset(p, 0, sizeof *p);
	p->kind = kind;
	p->rows = rows;
	p->cols = cols;
	p->level = p->mask = -1;
	if (n == 0 || (kind != MK_DATAMATRIX && kind != MK_QR))
		return mk_err(e, MK_EDATA, "symbol: %dx%d modules: no Data Matrix and no QR code "
			"has them", rows, cols);
	p->use = calloc(n, 1);
	p->on = calloc(n, 1);
	p->bit = calloc(n, sizeof *p->bit);
	if (p->use == NULL || p->on == NULL || p->bit == NULL)
		(void)mk_err_nomem(e);
	else {
		for (i = 0; i < n; i++)
			p->bit[i] = -1;
		r = kind == MK_QR ? mk_plan_qr(p, e) : mk_plan_datamatrix(p, e);
	}
	if (r == -1)
		mk_plan_clear(p);
	return r;
}

void
mk_plan_clear(struct mk_plan *p)
{
	free(p->use);
	free(p->on);
	free(p->bit);
	memset(p, 0, sizeof *p);
}

bool
mk_plan_format(struct mk_plan *p, const unsigned char *on)
{
	return p->kind != MK_QR || mk_plan_qr_format(p, on);
}

struct mk_plan_place
mk_plan_place(const struct mk_plan *p, int word)
{
	int less = p->data / p->blocks, more = p->data % p->blocks, k;
	int check = (p->words - p->data) / p->blocks;
	/* QR's longer blocks are the last, those of Data Matrix 144x144 the first */
	int first = p->kind == MK_QR ? p->blocks - more : 0;
	struct mk_plan_place at = { .check = check };

	if (word < less * p->blocks)
		at = (struct mk_plan_place){ word % p->blocks, word / p->blocks, 0, check };
	else if (word < p->data)
		at = (struct mk_plan_place){ first + word - less * p->blocks, less, 0, check };
	else {
		k = word - p->data;
		at.block = k % p->blocks;
		if (p->kind == MK_DATAMATRIX && more > 0)	/* 144x144 begins with block 8 */
			at.block = (at.block + more) % p->blocks;
		at.index = k / p->blocks;
	}
	at.n = less + (at.block >= first && at.block < first + more ? 1 : 0);
	if (word >= p->data)
		at.index += at.n;
	at.n += check;
	return at;
}

double
mk_plan_unused(const struct mk_plan *p, int check, int errors)
{
	return 1 - 2.0 * errors / (check - p->spare);
}

/* ---- codewords from modules, and back ---- */

static bool
flips(const struct mk_plan *p, size_t i)
{
	return p->kind == MK_QR && mk_plan_qr_flips(p, (int)i / p->cols, (int)i % p->cols);
}

static void
gather(const struct mk_plan *p, const unsigned char *on, unsigned char *word)
{
	size_t n = (size_t)p->rows * (size_t)p->cols, i;

	memset(word, 0, (size_t)p->words);
	for (i = 0; i < n; i++)
		if (p->bit[i] >= 0 && (on[i] != 0) != flips(p, i))
			word[p->bit[i] / 8] |= (unsigned char)(0x80 >> p->bit[i] % 8);
}

static void
spread(const struct mk_plan *p, const unsigned char *word, unsigned char *on)
{
	size_t n = (size_t)p->rows * (size_t)p->cols, i;

	for (i = 0; i < n; i++) {
		if (p->bit[i] >= 0)
			on[i] = ((word[p->bit[i] / 8] & 0x80 >> p->bit[i] % 8) != 0) != flips(p, i);
		else if (p->use[i] == MK_USE_DATA)
			on[i] = flips(p, i);	/* QR's remainder bits are 0 */
		else
			on[i] = p->on[i];
	}
}

/* The words of one block; returns how many, *check of them check words. */
static int
block_words(const struct mk_plan *p, const unsigned char *word, int block, unsigned char *to,
	int *from, int *check)
{
	struct mk_plan_place at;
	int i, n = 0;

	for (i = 0; i < p->words; i++) {
		at = mk_plan_place(p, i);
		if (at.block != block || at.index >= 255)
			continue;
		to[at.index] = word[i];
		from[at.index] = i;
		n = at.n;
		*check = at.check;
	}
	return n;
}

static void
account(struct mk_plan_read *r, const struct mk_plan *p, int block, int check, int errors)
{
	double unused = mk_plan_unused(p, check, errors);

	r->wrong_words += errors;
	if (block == 0 || unused < r->unused) {
		r->worst = block;
		r->errors = errors;
		r->unused = unused;
	}
}

int
mk_plan_read(struct mk_plan *p, const unsigned char *on, unsigned char *truth,
	struct mk_plan_read *r, struct mk_err *e)
{
	const struct mk_rs *code = p->kind == MK_QR ? &qr : &datamatrix;
	unsigned char *word, one[255];
	int from[255], block, i, n, check = 0, errors = 0;

	*r = (struct mk_plan_read){0};
	if (!mk_plan_format(p, on))
		return 0;
	if ((word = calloc((size_t)p->words, 1)) == NULL)
		return mk_err_nomem(e);
	gather(p, on, word);
	r->decoded = true;
	for (block = 0; block < p->blocks && r->decoded; block++) {
		n = block_words(p, word, block, one, from, &check);
		errors = mk_rs_mend(code, one, n, check, (check - p->spare) / 2);
		r->decoded = errors >= 0;
		account(r, p, block, check, errors);
		for (i = 0; i < n; i++)
			word[from[i]] = one[i];
	}
	if (r->decoded)
		spread(p, word, truth);
	else
		*r = (struct mk_plan_read){0};
	free(word);
	return 0;
}

int
mk_plan_compare(struct mk_plan *p, const unsigned char *on, const unsigned char *truth,
	struct mk_plan_read *r, struct mk_err *e)
{
	unsigned char *word, *right;
	int *wrong, i, check = 0;

	*r = (struct mk_plan_read){0};
	if (!mk_plan_format(p, truth))
		return 0;
	word = calloc((size_t)p->words, 1);
	right = calloc((size_t)p->words, 1);
	wrong = calloc((size_t)p->blocks, sizeof *wrong);
	if (word == NULL || right == NULL || wrong == NULL)
		(void)mk_err_nomem(e);
	else {
		gather(p, on, word);
		gather(p, truth, right);
		for (i = 0; i < p->words; i++)
			if (word[i] != right[i])
				wrong[mk_plan_place(p, i).block]++;
		check = mk_plan_place(p, 0).check;
		for (i = 0; i < p->blocks; i++)
			account(r, p, i, check, wrong[i]);
		r->decoded = r->unused >= 0;
		r->unused = r->decoded ? r->unused : 0;
	}
	free(word);
	free(right);
	free(wrong);
	return check > 0 ? 0 : -1;
}
