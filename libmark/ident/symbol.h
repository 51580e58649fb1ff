/* Symbols: a payload becomes a matrix of modules. libzint is inside. */
#ifndef MK_SYMBOL_H
#define MK_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A kind of symbol, as templates name it. */
struct mk_symbol_type {
	const char *name;	/* "datamatrix" */
	int quiet;		/* modules of quiet zone that its standard wants */
	const struct mk_symbol_size *sizes;	/* ends with {0}; NULL: cannot be asked for */
	bool linear;		/* one row of bars, quiet zones beside it only */
	bool levels;		/* has the error correction levels L M Q H */
	bool ask;		/* not every reader reads it */
	/* for symbol.c only */
	int zint, zint_gs1;	/* 0: there is no GS1 one */
	int automatic;
	bool tries;		/* the smallest size is found by trying */
	int digits;		/* so many digits and no others; -1: any even number of them */
};

struct mk_symbol_size {
	int rows, cols;
	int zint;		/* for symbol.c only */
	bool ask;		/* not every reader reads it */
};

/* The type of that name, or NULL. i counts the types from 0; NULL behind the last. */
const struct mk_symbol_type *mk_symbol_type(const char *name);
const struct mk_symbol_type *mk_symbol_types(size_t i);

/* The type's size of rows by cols modules, or NULL. */
const struct mk_symbol_size *mk_symbol_size(const struct mk_symbol_type *t, int rows, int cols);

/* Every reader reads what is made, unless any is set: without it, what is known not
 * to be read by some (Data Matrix of 144x144 and the DMRE rectangles, Micro QR, a GS1
 * QR code with '%') is refused. No ECI and no structured append is ever made. */
struct mk_symbol_ask {
	const struct mk_symbol_type *type;
	const struct mk_symbol_size *size;	/* one of the type's; NULL: the smallest that holds */
	/* GS1: the data is an element string with GS (0x1D) as separators and no
	 * leading FNC1, checked before; FNC1 is put first. Else any bytes. */
	bool gs1;
	bool any;
	int level;	/* error correction 1 to 4: L M Q H; 0: the type's own */
};

/* The modules of a symbol without its quiet zone, row 0 at the top, 1 is dark. A
 * linear one has a single row.
 * They belong to the encoder, until its next call. */
struct mk_matrix {
	int rows, cols;
	const unsigned char *dark;	/* rows * cols */
};

/* An encoder may be used for any number of symbols, one thread at a time. */
struct mk_symbol;
int mk_symbol_new(struct mk_symbol **s, struct mk_err *e);
void mk_symbol_free(struct mk_symbol *s);	/* NULL is allowed */

/* Encode n bytes. The symbol has the size asked for or it is an error: MK_EDATA
 * if the data cannot be held or is no GS1, MK_ENOMEM, MK_EBUG. */
int mk_symbol_encode(struct mk_symbol *s, const struct mk_symbol_ask *ask, const void *data,
	size_t n, struct mk_matrix *m, struct mk_err *e);

#endif
