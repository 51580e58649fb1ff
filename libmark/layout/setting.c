#include "layout/setting.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define DATE_MAX 120	/* bytes of a date's format: as many as clock.h takes */

/* ---- values ---- */

static int
fixed(const char *v, size_t n, int digits, int64_t min, int64_t max, double *to, struct mk_err *e)
{
	int64_t x;

	if (mk_num_fix(v, n, digits, min, max, &x, e) == -1)
		return -1;
	*to = (double)x;
	return 0;
}

int
mk_lay_length(const char *v, double *to, struct mk_err *e)
{
	return fixed(v, strlen(v), 3, 1, MK_LAY_MM_MAX * 1000, to, e);
}

int
mk_lay_coord(const char *v, size_t n, double *to, struct mk_err *e)
{
	return fixed(v, n, 3, -MK_LAY_MM_MAX * 1000, MK_LAY_MM_MAX * 1000, to, e);
}

int
mk_lay_point(const char *v, size_t n, struct mk_point *to, struct mk_err *e)
{
	const char *comma = memchr(v, ',', n);

	if (comma == NULL)
		return mk_err(e, MK_ECONF, "'%.*s' is no place: write X,Y in mm", (int)n, v);
	if (mk_lay_coord(v, (size_t)(comma - v), &to->x, e) == -1)
		return -1;
	return mk_lay_coord(comma + 1, n - (size_t)(comma - v) - 1, &to->y, e);
}

int
mk_lay_whole(const char *v, uint64_t min, uint64_t max, uint32_t *to, struct mk_err *e)
{
	uint64_t x;

	if (mk_num_u64(v, strlen(v), min, max, &x, e) == -1)
		return -1;
	*to = (uint32_t)x;
	return 0;
}

int
mk_lay_angle(const char *v, long *to, struct mk_err *e)
{
	int64_t x;

	if (mk_num_fix(v, strlen(v), 3, -360000, 360000, &x, e) == -1)
		return -1;
	*to = (long)x;
	return 0;
}

int
mk_lay_choice(const char *v, const char *const *words, const char *what, unsigned *to,
	struct mk_err *e)
{
	char all[128] = "";
	size_t n = 0;
	unsigned i;

	for (i = 0; words[i] != NULL; i++) {
		if (strcmp(v, words[i]) == 0) {
			*to = i;
			return 0;
		}
		if (n + strlen(words[i]) + 6 < sizeof all) {
			const char *sep = i == 0 ? "" : words[i + 1] == NULL ? " and " : ", ";

			memcpy(all + n, sep, strlen(sep));
			n += strlen(sep);
			memcpy(all + n, words[i], strlen(words[i]) + 1);
			n += strlen(words[i]);
		}
	}
	return mk_err(e, MK_ECONF, "no %s '%s': there %s %s", what, v, i == 1 ? "is" : "are", all);
}

int
mk_lay_flag(const char *v, bool *to, struct mk_err *e)
{
	*to = strcmp(v, "yes") == 0;
	if (!*to && strcmp(v, "no") != 0)
		return mk_err(e, MK_ECONF, "'%s' is neither yes nor no", v);
	return 0;
}

/* A format is a date's, or the number of digits to fill up with zeros. */
int
mk_lay_subst(struct mk_subst *s, const char *v, struct mk_err *e)
{
	uint64_t width;
	struct mk_err no;
	size_t i;

	if (*v == '\0')
		return mk_err(e, MK_ECONF, "empty: there would be nothing to mark");
	if (mk_subst_parse(s, v, strlen(v), e) == -1)
		return -1;
	for (i = 0; i < s->n; i++) {
		if (s->part[i].name != NULL && s->part[i].n > DATE_MAX)
			return mk_err(e, MK_ECONF, "column %d: a format of over %d bytes", s->part[i].col,
				DATE_MAX);
		if (s->part[i].name != NULL && s->part[i].n > 0 &&
		    strchr(s->part[i].text, '%') == NULL &&
		    mk_num_u64(s->part[i].text, s->part[i].n, 1, 18, &width, &no) == -1)
			return mk_err(e, MK_ECONF, "column %d: {%s:%s}: a format is a date's, such as "
				"{%s:%%Y%%m%%d}, or 1 to 18 digits, such as {%s:6}", s->part[i].col,
				s->part[i].name, s->part[i].text, s->part[i].name, s->part[i].name);
	}
	return 0;
}

/* ---- settings that several kinds of lines have ---- */

int
mk_lay_at(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_point(v, strlen(v), &in->el->at, e);
}

int
mk_lay_pen_of(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < in->t->npen; i++)
		if (strcmp(in->t->pen[i].name, v) == 0) {
			in->el->pen = i;
			return 0;
		}
	return mk_err(e, MK_ECONF, "no pen '%s' on the lines above", v);
}

int
mk_lay_data(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_subst(&in->el->data, v, e);
}

int
mk_lay_rotate(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_angle(v, &in->el->rotate, e);
}

int
mk_lay_mirror(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_flag(v, &in->el->mirror, e);
}

int
mk_lay_overlap(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_flag(v, &in->el->overlap, e);
}

int
mk_lay_pitch(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	in->pitch = true;
	return mk_lay_length(v, &in->el->pitch, e);
}

int
mk_lay_hatch_angle(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	in->el->angled = true;
	return mk_lay_angle(v, &in->el->angle, e);
}

int
mk_lay_cross(struct mk_lay_line *in, const char *v, struct mk_err *e)
{
	return mk_lay_flag(v, &in->el->cross, e);
}

const char *
mk_lay_path(struct mk_template *t, const char *file, struct mk_err *e)
{
	const char *slash = strrchr(t->name, '/');
	struct mk_buf b = {0};
	char *path = NULL;

	if (*file == '/' || slash == NULL)
		return mk_arena_dup(&t->arena, file, strlen(file), e);
	if (mk_buf_add(&b, t->name, (size_t)(slash - t->name) + 1, e) == 0 &&
	    mk_buf_adds(&b, file, e) == 0)
		path = mk_arena_dup(&t->arena, b.p, b.n, e);
	mk_buf_clear(&b);
	return path;
}

/* ---- all of a line ---- */

static const char *
known(const struct mk_lay_setting *s, char *out, size_t n)
{
	size_t at = 0, len;

	for (*out = '\0'; s->key != NULL && at + (len = strlen(s->key)) + 2 < n; s++) {
		memcpy(out + at, s->key, len);
		memcpy(out + at + len, "= ", 3);
		at += len + 2;
	}
	if (at > 0)
		out[at - 1] = '\0';
	return out;
}

int
mk_lay_settings(struct mk_lay_line *in, size_t i, const struct mk_lay_setting *table,
	struct mk_err *e)
{
	const struct mk_words *l = in->l;
	const struct mk_lay_setting *s;
	const char *v;
	unsigned seen = 0, bit;
	char all[180];

	for (; i < l->n; i++) {
		for (s = table, bit = 1; s->key != NULL; s++, bit <<= 1)
			if ((v = mk_word_val(&l->w[i], s->key)) != NULL)
				break;
		if (s->key == NULL)
			return mk_words_err(l, i, e, "unknown setting '%s': %s has %s", l->w[i].s,
				l->w[0].s, known(table, all, sizeof all));
		if ((seen & bit) != 0)
			return mk_words_err(l, i, e, "%s= was set before: keep one of the two", s->key);
		seen |= bit;
		if (s->set(in, v, e) == -1) {
			mk_err_at(e, "%s", s->key);
			return mk_words_err_at(l, i, e);
		}
	}
	for (s = table, bit = 1; s->key != NULL; s++, bit <<= 1)
		if (s->must && (seen & bit) == 0)
			return mk_words_err(l, l->n, e, "%s needs %s=", l->w[0].s, s->key);
	return 0;
}
