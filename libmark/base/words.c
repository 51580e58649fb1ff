#include "base/words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"

#define FILE_MAX (16u << 20)

int
mk_words_open(struct mk_words *l, const char *path, struct mk_err *e)
{
	memset(l, 0, sizeof *l);
	l->name = path;
	if (mk_io_slurp(path, FILE_MAX, &l->text, e) == -1) {
		mk_words_close(l);
		return -1;
	}
	return 0;
}

int
mk_words_text(struct mk_words *l, const char *name, const char *text, size_t n,
	struct mk_err *e)
{
	memset(l, 0, sizeof *l);
	l->name = name;
	return mk_buf_add(&l->text, text, n, e);
}

void
mk_words_close(struct mk_words *l)
{
	mk_buf_clear(&l->text);
	mk_arena_clear(&l->arena);
}

int
mk_words_err(const struct mk_words *l, size_t i, struct mk_err *e, const char *fmt, ...)
{
	va_list ap;
	char what[sizeof e->msg];

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	mk_err(e, MK_ECONF, "%s", what);
	return mk_words_err_at(l, i, e);
}

int
mk_words_err_at(const struct mk_words *l, size_t i, struct mk_err *e)
{
	int col = 1;

	if (i < l->n)
		col = l->w[i].col;
	else if (l->n > 0)
		col = l->w[l->n - 1].col + (int)l->w[l->n - 1].n;
	if (e->code == MK_ESYNTAX || e->code == MK_EDATA)
		e->code = MK_ECONF;
	return mk_err_at(e, "%s:%ld:%d", l->name, l->line, col);
}

/* One word from p (not at a blank) into w. The byte behind it, or NULL. */
static const char *
word(struct mk_words *l, const char *start, const char *p, const char *end, struct mk_word *w,
	struct mk_err *e)
{
	bool quoted = false;
	char *out = mk_arena_alloc(&l->arena, (size_t)(end - p) + 1, e);

	if (out == NULL)
		return NULL;
	w->s = out;
	w->col = (int)(p - start) + 1;
	for (; p < end && (quoted || (*p != ' ' && *p != '\t')); p++) {
		if (*p == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && *p == '\\' && p + 1 < end && (p[1] == '"' || p[1] == '\\'))
			p++;
		*out++ = *p;
	}
	*out = '\0';
	w->n = (size_t)(out - w->s);
	if (quoted) {
		(void)mk_words_err(l, l->n++, e, "a quote that does not close");
		return NULL;
	}
	return p;
}

int
mk_words_next(struct mk_words *l, struct mk_err *e)
{
	while (l->pos < l->text.n) {
		const char *start = l->text.p + l->pos, *p = start, *end;

		end = memchr(p, '\n', l->text.n - l->pos);
		l->pos = end == NULL ? l->text.n : (size_t)(end - l->text.p) + 1;
		if (end == NULL)
			end = l->text.p + l->text.n;
		l->line++;
		l->n = 0;
		if (end > p && end[-1] == '\r')
			end--;
		if (memchr(p, '\0', (size_t)(end - p)) != NULL)
			return mk_words_err(l, 0, e, "a NUL byte: this is no text file");
		for (;;) {
			while (p < end && (*p == ' ' || *p == '\t'))
				p++;
			if (p == end || *p == '#')
				break;
			if (l->n == MK_WORDS_MAX)
				return mk_words_err(l, l->n, e, "over %d words on a line",
					MK_WORDS_MAX);
			if ((p = word(l, start, p, end, &l->w[l->n], e)) == NULL)
				return -1;
			l->n++;
		}
		if (l->n > 0)
			return 1;
	}
	return 0;
}

const char *
mk_word_val(const struct mk_word *w, const char *key)
{
	size_t n = strlen(key);

	return w->n > n && strncmp(w->s, key, n) == 0 && w->s[n] == '=' ? w->s + n + 1 : NULL;
}
