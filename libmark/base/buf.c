#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
mk_buf_clear(struct mk_buf *b)
{
	free(b->p);
	b->p = NULL;
	b->n = b->cap = 0;
}

int
mk_buf_grow(struct mk_buf *b, size_t more, struct mk_err *e)
{
	size_t cap = b->cap;
	char *p;

	if (more > SIZE_MAX / 2 - b->n)
		return mk_err_nomem(e);
	if (b->n + more <= cap)
		return 0;
	if (cap < 64)
		cap = 64;
	while (cap < b->n + more)
		cap *= 2;
	if ((p = realloc(b->p, cap)) == NULL)
		return mk_err_nomem(e);
	b->p = p;
	b->cap = cap;
	return 0;
}

int
mk_buf_add(struct mk_buf *b, const void *p, size_t n, struct mk_err *e)
{
	if (n == 0)
		return 0;
	if (n > b->cap - b->n && mk_buf_grow(b, n, e) == -1)
		return -1;
	memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

int
mk_buf_adds(struct mk_buf *b, const char *s, struct mk_err *e)
{
	return mk_buf_add(b, s, strlen(s), e);
}

int
mk_buf_addc(struct mk_buf *b, char c, struct mk_err *e)
{
	if (b->n == b->cap && mk_buf_grow(b, 1, e) == -1)
		return -1;
	b->p[b->n++] = c;
	return 0;
}

int
mk_buf_vaddf(struct mk_buf *b, struct mk_err *e, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return mk_err(e, MK_EBUG, "a format failed: %s", fmt);
	if (mk_buf_grow(b, (size_t)n + 1, e) == -1)
		return -1;
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	b->n += (size_t)n;
	return 0;
}

int
mk_buf_addf(struct mk_buf *b, struct mk_err *e, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = mk_buf_vaddf(b, e, fmt, ap);
	va_end(ap);
	return r;
}

char *
mk_buf_str(struct mk_buf *b, struct mk_err *e)
{
	if (mk_buf_grow(b, 1, e) == -1)
		return NULL;
	b->p[b->n] = '\0';
	return b->p;
}

struct mk_arena_block {
	struct mk_arena_block *next;
	size_t used, cap;
	max_align_t data[];
};

void *
mk_arena_alloc(struct mk_arena *a, size_t n, struct mk_err *e)
{
	const size_t align = sizeof(void *);
	struct mk_arena_block *b = a->blocks;
	size_t cap;
	char *p;

	if (n > SIZE_MAX / 2) {
		mk_err_nomem(e);
		return NULL;
	}
	n = (n + align - 1) / align * align;
	if (b == NULL || b->cap - b->used < n) {
		cap = b == NULL ? 1024 : b->cap * 2;
		while (cap < n)
			cap *= 2;
		if ((b = malloc(sizeof *b + cap)) == NULL) {
			mk_err_nomem(e);
			return NULL;
		}
		b->next = a->blocks;
		b->used = 0;
		b->cap = cap;
		a->blocks = b;
	}
	p = (char *)b->data + b->used;
	b->used += n;
	return p;
}

char *
mk_arena_dup(struct mk_arena *a, const void *p, size_t n, struct mk_err *e)
{
	char *s = mk_arena_alloc(a, n + 1, e);

	if (s == NULL)
		return NULL;
	if (n > 0)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

void
mk_arena_reset(struct mk_arena *a)
{
	struct mk_arena_block *b;

	/* the first block is the largest: keep that one */
	if (a->blocks == NULL)
		return;
	while ((b = a->blocks->next) != NULL) {
		a->blocks->next = b->next;
		free(b);
	}
	a->blocks->used = 0;
}

void
mk_arena_clear(struct mk_arena *a)
{
	mk_arena_reset(a);
	free(a->blocks);
	a->blocks = NULL;
}
