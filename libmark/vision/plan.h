/* What each module of a matrix symbol is for: fixed patterns, and bits of codewords in
 * blocks. Data Matrix ECC 200 with DMRE (ISO/IEC 16022, ISO/IEC 21471) and QR code
 * (ISO/IEC 18004). */
#ifndef MK_PLAN_H
#define MK_PLAN_H

#include <stdbool.h>

#include "base/err.h"
#include "vision/scan.h"

enum mk_use {
	MK_USE_DATA,		/* a bit of a codeword, or of nothing (QR's remainder) */
	MK_USE_FIXED,		/* Data Matrix: L, clock track, alignment bar, the lone corner */
	MK_USE_FINDER1,		/* QR: finder with its separator, top left … */
	MK_USE_FINDER2,		/* … top right */
	MK_USE_FINDER3,		/* … bottom left */
	MK_USE_TIMING,
	MK_USE_ALIGN,
	MK_USE_FORMAT,
	MK_USE_VERSION
};

/* Arrays have rows * cols elements, row 0 at the top. */
struct mk_plan {
	enum mk_kind kind;	/* MK_DATAMATRIX or MK_QR */
	int rows, cols;
	int rrows, rcols;	/* modules of a data region with its L and clock track */
	int words, data;	/* codewords in all, and of them data; 0 data: QR, not known yet */
	int blocks;
	int spare;		/* p: check words for detection only */
	int level, mask;	/* QR: 1 to 4 for L M Q H, 0 to 7; -1: not known yet */
	unsigned char *use;	/* enum mk_use */
	unsigned char *on;	/* of what is not data: 1 is dark (on a light ground) */
	int *bit;		/* 8 * codeword + bit, 0 the highest; -1: none */
};

/* MK_EDATA if there is no such size. */
int mk_plan_new(struct mk_plan *p, enum mk_kind kind, int rows, int cols, struct mk_err *e);
void mk_plan_clear(struct mk_plan *p);

/* A QR code's level and mask from its format information (the nearest of the 32, if
 * at most 3 bits of either copy are wrong). False if there is none. True for others. */
bool mk_plan_format(struct mk_plan *p, const unsigned char *on);

/* Where a codeword is: its block, and its number in there; the block's length, and how
 * many of them are check words. */
struct mk_plan_place {
	int block, index, n, check;
};
struct mk_plan_place mk_plan_place(const struct mk_plan *p, int word);

/* What error correction makes of the modules seen. */
struct mk_plan_read {
	bool decoded;
	int worst;		/* block: the one with the most errors */
	int errors;		/* wrong codewords in it */
	int wrong_words;	/* in all blocks */
	double unused;		/* UEC of the worst block; 0 if not decoded */
};

/* Read the modules `on` (rows * cols, 1 is dark): the corrected codewords, and with
 * them the whole symbol as it should be, go to truth (rows * cols; untouched if it
 * cannot be decoded). 0, or -1 (MK_ENOMEM). */
int mk_plan_read(struct mk_plan *p, const unsigned char *on, unsigned char *truth,
	struct mk_plan_read *r, struct mk_err *e);

/* How many codewords of each block differ, between two symbols: r as mk_plan_read has
 * it, decoded if error correction could mend it. */
int mk_plan_compare(struct mk_plan *p, const unsigned char *on, const unsigned char *truth,
	struct mk_plan_read *r, struct mk_err *e);

/* UEC = 1 - (e + 2t) / (d - p), with e = 0 erasures; ISO/IEC 15415:2011, 7.8.8. Below
 * 0: it cannot be mended. */
double mk_plan_unused(const struct mk_plan *p, int check, int errors);

/* ---- inside libmark/vision only ---- */
int mk_plan_datamatrix(struct mk_plan *p, struct mk_err *e);	/* plan_dm.c */
int mk_plan_qr(struct mk_plan *p, struct mk_err *e);		/* plan_qr.c */
/* Check words of a block, and blocks, by level (L M Q H) and version less 1: ISO/IEC
 * 18004 table 9. */
extern const unsigned char mk_qr_check[4][40], mk_qr_blocks[4][40];
bool mk_plan_qr_format(struct mk_plan *p, const unsigned char *on);
bool mk_plan_qr_flips(const struct mk_plan *p, int row, int col);	/* by the mask */

#endif
