#include "layout/layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/step.h"
#include "job/timing.h"
#include "layout/check.h"
#include "layout/fill.h"
#include "layout/order.h"
#include "layout/template.h"

#define TEXT_MAX (MK_REC_MAX - (1u << 20))	/* bytes of a job: leave room for the other fields */

/* What one element of the template came to for this record. */
struct piece {
	size_t first, end;	/* its strokes */
	struct mk_quiet quiet;	/* of a symbol */
};

struct mk_layout {
	struct mk_template t;
	struct mk_timing timing;
	struct mk_symbol *symbol;
	char hash[2 * MK_SHA256_LEN + 1];
	/* of the record at hand; kept for their memory */
	struct mk_strokes strokes;
	struct mk_job job;
	struct mk_buf data, text;
	struct piece *piece;	/* one for each element */
	double *line;		/* one for each P op, at most one for each element */
	size_t nline;
	const struct mk_symbol_type *first;	/* the first symbol, for lay_symbol */
	int rows, cols;
};

/* ---- making one ---- */

/* SHA-256 of all that the job is a function of, but for the record. */
static int
hash(struct mk_layout *l, const struct mk_device *d, struct mk_err *e)
{
	unsigned char sum[MK_SHA256_LEN];
	struct mk_buf b = {0};
	size_t i;
	int r = -1;

	if (mk_buf_add(&b, l->t.text.p, l->t.text.n, e) == -1 || mk_buf_addc(&b, '\n', e) == -1 ||
	    (d != NULL && mk_buf_addf(&b, e, "device %s", d->name) == -1))
		goto out;
	for (i = 0; d != NULL && i < d->n; i++)
		if (mk_buf_addf(&b, e, " %s=%s", d->set[i].key, d->set[i].val) == -1)
			goto out;
	if (mk_sha256(b.p, b.n, sum, e) == -1)
		goto out;
	mk_hex(sum, sizeof sum, l->hash);
	r = 0;
out:
	mk_buf_clear(&b);
	return r;
}

int
mk_layout_new(struct mk_layout **out, const char *path, const struct mk_device *d,
	struct mk_err *e)
{
	struct mk_layout *l = calloc(1, sizeof *l);

	if (l == NULL)
		return mk_err_nomem(e);
	if (mk_template_load(&l->t, path, e) == -1 || mk_timing_conf(&l->timing, d, e) == -1 ||
	    mk_symbol_new(&l->symbol, e) == -1 || hash(l, d, e) == -1)
		goto fail;
	l->piece = calloc(l->t.nel, sizeof *l->piece);
	l->line = calloc(l->t.nel, sizeof *l->line);
	if (l->piece == NULL || l->line == NULL) {
		mk_err_nomem(e);
		goto fail;
	}
	*out = l;
	return 0;
fail:
	mk_layout_free(l);
	return -1;
}

void
mk_layout_free(struct mk_layout *l)
{
	if (l == NULL)
		return;
	mk_template_clear(&l->t);
	mk_symbol_free(l->symbol);
	mk_strokes_clear(&l->strokes);
	mk_job_clear(&l->job);
	mk_buf_clear(&l->data);
	mk_buf_clear(&l->text);
	free(l->piece);
	free(l->line);
	free(l);
}

/* ---- elements to strokes ---- */

/* Make an error that is the record's fault a refusal: 0. Others stay -1. */
static int
refuse(struct mk_refusal *why, const char *word, const struct mk_err *e)
{
	if (e->code != MK_EDATA)
		return -1;
	why->word = word;
	return 0;
}

/* The fields of a record, remembering whether one was missing. */
struct fields {
	struct mk_rec *rec;
	bool missing;
};

static int
fill_in(void *ctx, const struct mk_subst_part *part, struct mk_buf *out, struct mk_err *e)
{
	struct fields *f = ctx;

	f->missing = f->missing || mk_rec_get(f->rec, part->name) == NULL;
	return mk_subst_rec(f->rec, part, out, e);
}

static int
data(struct mk_layout *l, const struct mk_element *el, struct mk_rec *rec,
	struct mk_refusal *why, struct mk_err *e)
{
	struct fields f = { rec, false };

	l->data.n = 0;
	if (mk_subst_eval(&el->data, fill_in, &f, &l->data, e) == 0)
		return 1;
	return refuse(why, f.missing ? "missing" : "data", e);
}

bool
mk_layout_gs1(const struct mk_rec *rec, const void *p, size_t n)
{
	const struct mk_field *id = mk_rec_get(rec, "id");
	struct mk_buf code = {0};
	struct mk_err e;
	uint32_t i = 1;
	bool same;

	if (id == NULL || id->vlen == 0 || id->val[0] != '(')
		return false;
	while (i < id->vlen && id->val[i] >= '0' && id->val[i] <= '9')
		i++;
	if (i < 3 || i > 5 || i == id->vlen || id->val[i] != ')')
		return false;
	same = mk_rec_bytes(rec, "code", &code, &e) == 1 && code.n == n &&
		(n == 0 || memcmp(code.p, p, n) == 0);
	mk_buf_clear(&code);
	return same;
}

static int
symbol(struct mk_layout *l, const struct mk_element *el, const struct mk_rec *rec,
	struct piece *piece, struct mk_refusal *why, struct mk_err *e)
{
	struct mk_symbol_ask ask = el->ask;
	struct mk_hatch h = { .pitch = el->pitch, .line = l->t.pen[el->pen].line };
	struct mk_matrix m;

	ask.gs1 = mk_layout_gs1(rec, l->data.p, l->data.n);
	if (mk_symbol_encode(l->symbol, &ask, l->data.p, l->data.n, &m, e) == -1)
		return refuse(why, "data", e);
	h.module = el->module > 0 ? el->module : el->size / m.cols;
	if (h.line >= h.module) {
		mk_err(e, MK_EDATA, "a module of %.3f mm is not larger than the pen's line of %g mm",
			h.module / 1000, h.line / 1000);
		return refuse(why, "module", e);
	}
	piece->quiet.t = mk_affine_place(el->at, el->rotate);
	piece->quiet.hw = (m.cols / 2.0 + el->quiet) * h.module;
	piece->quiet.hh = (m.rows / 2.0 + el->quiet) * h.module;
	if (l->first == NULL) {
		l->first = ask.type;
		l->rows = m.rows;
		l->cols = m.cols;
	}
	if (mk_fill_hatch(&m, &h, &piece->quiet.t, &l->strokes, e) == -1)
		return refuse(why, "data", e);
	return 1;
}

static int
text(struct mk_layout *l, const struct mk_element *el, struct mk_refusal *why, struct mk_err *e)
{
	const struct mk_affine t = mk_affine_place(el->at, el->rotate);

	if (mk_font_text(el->font, l->data.p, l->data.n, el->height, el->anchor, &t,
	    &l->strokes, NULL, e) == -1)
		return refuse(why, "glyph", e);
	return 1;
}

/* All elements as strokes, in the order in which they will be marked. */
static int
strokes(struct mk_layout *l, struct mk_rec *rec, struct mk_refusal *why, struct mk_err *e)
{
	struct mk_point at = { 0, 0 };
	size_t i;
	int r;

	mk_strokes_reset(&l->strokes);
	l->first = NULL;
	for (i = 0; i < l->t.nel; i++) {
		const struct mk_element *el = &l->t.el[i];
		struct piece *p = &l->piece[i];

		why->line = el->line;
		p->first = l->strokes.n;
		if ((r = data(l, el, rec, why, e)) != 1)
			return r;
		r = el->kind == MK_ELEMENT_SYMBOL ? symbol(l, el, rec, p, why, e)
			: text(l, el, why, e);
		if (r != 1)
			return r;
		p->end = l->strokes.n;
		if (mk_check_area(&l->strokes, p->first, l->t.w, l->t.h, e) == -1)
			return refuse(why, "area", e);
		if (el->kind == MK_ELEMENT_TEXT)
			mk_order_nearest(&l->strokes, p->first, &at);
		else if (l->strokes.npt > 0)
			at = l->strokes.pt[l->strokes.npt - 1];
	}
	return 1;
}

/* No element in another one's quiet zone. */
static int
apart(const struct mk_layout *l, struct mk_refusal *why, struct mk_err *e)
{
	size_t i, k;

	for (i = 0; i < l->t.nel; i++)
		for (k = 0; k < l->t.nel; k++) {
			const struct mk_element *el = &l->t.el[k];

			if (i == k || l->t.el[i].kind != MK_ELEMENT_SYMBOL ||
			    mk_check_quiet(&l->strokes, l->piece[k].first, l->piece[k].end,
			    l->t.pen[el->pen].line, &l->piece[i].quiet))
				continue;
			why->line = el->line;
			mk_err(e, MK_EDATA, "reaches into the quiet zone of the symbol of line %ld",
				l->t.el[i].line);
			return refuse(why, "quiet", e);
		}
	return 1;
}

/* ---- strokes to a job ---- */

/* Whether the beam has just arrived at that point, and need not go off there. */
static bool
lit_at(const struct mk_job *j, int32_t x, int32_t y)
{
	const struct mk_op *op = j->n == 0 ? NULL : &j->op[j->n - 1];

	return op != NULL && op->kind == 'L' && op->u.to.x == x && op->u.to.y == y;
}

static int
stroke(struct mk_layout *l, const struct mk_stroke *s, struct mk_err *e)
{
	const struct mk_point *p = l->strokes.pt + s->first;
	int32_t x = (int32_t)lround(p->x), y = (int32_t)lround(p->y);
	bool drawn = false;
	size_t i;

	if (!lit_at(&l->job, x, y) && mk_job_jump(&l->job, x, y, e) == -1)
		return -1;
	for (i = 1; i < s->n; i++) {
		int32_t x1 = (int32_t)lround(p[i].x), y1 = (int32_t)lround(p[i].y);

		/* what rounds to the same µm is one point, but no stroke is lost */
		if (x1 == x && y1 == y && (drawn || i + 1 < s->n))
			continue;
		if (mk_job_mark(&l->job, x1, y1, e) == -1)
			return -1;
		drawn = true;
		x = x1;
		y = y1;
	}
	return 0;
}

static int
make_job(struct mk_layout *l, struct mk_err *e)
{
	const struct mk_lay_pen *last = NULL;
	size_t i, k;
	unsigned pass;

	l->job.n = 0;
	l->nline = 0;
	for (i = 0; i < l->t.nel; i++) {
		const struct mk_lay_pen *pen = &l->t.pen[l->t.el[i].pen];

		if (l->piece[i].first == l->piece[i].end)
			continue;
		if (pen != last) {
			if (mk_job_pen(&l->job, &pen->pen, e) == -1)
				return -1;
			l->line[l->nline++] = pen->line;
			last = pen;
		}
		for (pass = 0; pass < pen->passes; pass++)
			for (k = l->piece[i].first; k < l->piece[i].end; k++)
				if (stroke(l, &l->strokes.s[k], e) == -1)
					return -1;
	}
	return 0;
}

static int
write_job(struct mk_layout *l, struct mk_err *e)
{
	if (mk_job_write(&l->job, &l->text, e) == -1)
		return -1;
	if (l->text.n > TEXT_MAX)
		return mk_err(e, MK_EDATA, "job: %zu bytes are more than a record may hold: choose a "
			"wider pitch", l->text.n);
	return 0;
}

/* ---- the record ---- */

static int
set(struct mk_layout *l, struct mk_rec *rec, struct mk_err *e)
{
	struct mk_job_stats s;

	mk_job_stats(&l->job, &s);
	mk_step_drop(rec, "lay");
	mk_rec_del(rec, "job");
	if (mk_rec_set(rec, "recipe", l->t.recipe, strlen(l->t.recipe), e) == -1 ||
	    mk_rec_set(rec, "recipe_hash", l->hash, strlen(l->hash), e) == -1)
		return -1;
	if (l->first != NULL && mk_rec_setf(rec, e, "lay_symbol", "%s-%dx%d", l->first->name,
	    l->rows, l->cols) == -1)
		return -1;
	if (mk_rec_setf(rec, e, "lay_ms", "%.1f", mk_job_ms(&l->job, &l->timing)) == -1 ||
	    mk_rec_setf(rec, e, "lay_mark_mm", "%.1f", s.mark_mm) == -1 ||
	    mk_rec_setf(rec, e, "lay_jump_mm", "%.1f", s.jump_mm) == -1 ||
	    mk_rec_setf(rec, e, "lay_strokes", "%zu", s.strokes) == -1)
		return -1;
	return mk_rec_set(rec, "job", l->text.p, l->text.n, e) == -1 ? -1 : 1;
}

int
mk_layout_rec(struct mk_layout *l, struct mk_rec *rec, struct mk_refusal *why,
	struct mk_err *e)
{
	int r;

	why->word = NULL;
	if ((r = strokes(l, rec, why, e)) != 1 || (r = apart(l, why, e)) != 1)
		return r;
	l->text.n = 0;
	if (make_job(l, e) == -1 || write_job(l, e) == -1) {
		/* blanks alone, or more strokes than a job or a record holds */
		why->line = l->t.el[0].line;
		return refuse(why, "data", e);
	}
	return set(l, rec, e);
}

const struct mk_job *
mk_layout_job(const struct mk_layout *l, const double **line, size_t *nline)
{
	*line = l->line;
	*nline = l->nline;
	return &l->job;
}
