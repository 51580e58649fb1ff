/* Growing byte buffers, and an arena for many small pieces that die together. */
#ifndef MK_BUF_H
#define MK_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

/* p is owned; n bytes are in use. {0} is an empty buffer. Not NUL-terminated
 * unless mk_buf_str was called. */
struct mk_buf {
	char *p;
	size_t n, cap;
};

void mk_buf_clear(struct mk_buf *b);	/* frees; b is empty afterwards */

/* All return 0, or -1 with e filled (out of memory only); b is then as before. */
int mk_buf_grow(struct mk_buf *b, size_t more, struct mk_err *e);
int mk_buf_add(struct mk_buf *b, const void *p, size_t n, struct mk_err *e);
int mk_buf_adds(struct mk_buf *b, const char *s, struct mk_err *e);
int mk_buf_addc(struct mk_buf *b, char c, struct mk_err *e);
int mk_buf_addf(struct mk_buf *b, struct mk_err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int mk_buf_vaddf(struct mk_buf *b, struct mk_err *e, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

/* The contents with a NUL behind them (not counted in n); NULL if out of memory. */
char *mk_buf_str(struct mk_buf *b, struct mk_err *e);

/* Pieces handed out by an arena stay where they are until reset or clear. */
struct mk_arena_block;
struct mk_arena {
	struct mk_arena_block *blocks;
};

void *mk_arena_alloc(struct mk_arena *a, size_t n, struct mk_err *e);	/* aligned for pointers */
char *mk_arena_dup(struct mk_arena *a, const void *p, size_t n, struct mk_err *e); /* NUL added */
void mk_arena_reset(struct mk_arena *a);	/* all pieces die, one block is kept */
void mk_arena_clear(struct mk_arena *a);

#endif
