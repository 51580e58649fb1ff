#include "layout/layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/num.h"
#include "base/step.h"
#include "job/timing.h"
#include "layout/check.h"
#include "layout/draw.h"
#include "layout/inside.h"

#define TEXT_MAX (MK_REC_MAX - (1u << 20))	/* bytes of a job: leave room for the other fields */

/* ---- making one ---- */

/* SHA-256 of all that the job is a function of, but for the record. */
static int
hash(struct mk_layout *l, const struct mk_device *d, struct mk_err *e)
{
	unsigned char sum[MK_SHA256_LEN];
	struct mk_buf b = {0};
	size_t i;
	int r = -1;

	if (mk_buf_add(&b, l->t.text.p, l->t.text.n, e) == -1 ||
	    mk_buf_add(&b, l->t.included.p, l->t.included.n, e) == -1 ||
	    mk_buf_addc(&b, '\n', e) == -1 ||
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
	    mk_drawer_init(&l->drawer, e) == -1 || mk_order_new(&l->order, e) == -1 ||
	    hash(l, d, e) == -1)
		goto fail;
	l->piece = calloc(l->t.nel, sizeof *l->piece);
	l->quiet = calloc(l->t.nel, sizeof *l->quiet);
	l->line = calloc(l->t.nel, sizeof *l->line);
	if (l->piece == NULL || l->quiet == NULL || l->line == NULL) {
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
	mk_drawer_clear(&l->drawer);
	mk_order_free(l->order);
	mk_strokes_clear(&l->strokes);
	mk_job_clear(&l->job);
	mk_buf_clear(&l->data);
	mk_buf_clear(&l->text);
	mk_buf_clear(&l->owner);
	free(l->piece);
	free(l->quiet);
	free(l->line);
	free(l);
}

/* ---- fields ---- */

/* Make an error that is the record's fault a refusal: 0. Others stay -1. */
static int
refuse(struct mk_refusal *why, const char *word, const struct mk_err *e)
{
	if (e->code != MK_EDATA)
		return -1;
	why->word = word;
	return 0;
}

struct fields {
	struct mk_rec *rec;
	bool missing;	/* one was asked for that is not there */
};

/* A number filled up with zeros to its width. */
static int
digits(const struct mk_rec *rec, const struct mk_subst_part *part, struct mk_buf *out,
	struct mk_err *e)
{
	struct mk_buf b = {0};
	struct mk_err no;
	uint64_t width = 0, x;
	int r = mk_rec_bytes(rec, part->name, &b, e);
	size_t i;

	if (r != -1 && mk_num_u64(part->text, part->n, 1, 18, &width, e) == -1)
		r = -1;
	if (r != -1 && (b.n > width || mk_num_u64(b.p, b.n, 0, UINT64_MAX, &x, &no) == -1))
		r = mk_err(e, MK_EDATA, "field '%s': '%.*s' is no number of at most %s digits",
			part->name, (int)(b.n > 40 ? 40 : b.n), b.p, part->text);
	for (i = b.n; r != -1 && i < width; i++)
		r = mk_buf_addc(out, '0', e);
	if (r != -1)
		r = mk_buf_add(out, b.p, b.n, e);
	mk_buf_clear(&b);
	return r;
}

static int
fill_in(void *ctx, const struct mk_subst_part *part, struct mk_buf *out, struct mk_err *e)
{
	struct fields *f = ctx;

	if (mk_rec_get(f->rec, part->name) == NULL) {
		f->missing = true;
		return mk_err(e, MK_EDATA, "the record has no field '%s'", part->name);
	}
	if (part->n > 0 && strchr(part->text, '%') == NULL)
		return digits(f->rec, part, out, e);
	return mk_subst_rec(f->rec, part, out, e);
}

static int
eval(struct mk_layout *l, const struct mk_subst *s, struct mk_rec *rec, struct mk_refusal *why,
	struct mk_err *e)
{
	struct fields f = { rec, false };

	l->data.n = 0;
	if (mk_subst_eval(s, fill_in, &f, &l->data, e) == 0)
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

/* ---- where the part is ---- */

/* The op that the record is at: its number from 1, 0 if the template has none. */
static int
find_op(const struct mk_layout *l, const struct mk_rec *rec, size_t *op, struct mk_refusal *why,
	struct mk_err *e)
{
	const struct mk_field *f = mk_rec_get(rec, "op");
	size_t i;

	*op = 0;
	if (l->t.nop == 0)
		return 1;
	why->line = l->t.op[0].line;
	if (f == NULL) {
		mk_err(e, MK_EDATA, "the record has no field 'op'");
		return refuse(why, "missing", e);
	}
	for (i = 0; i < l->t.nop; i++)
		if (mk_rec_is(rec, "op", l->t.op[i].name)) {
			*op = i + 1;
			return 1;
		}
	mk_err(e, MK_EDATA, "the template has no op '%.*s'", (int)(f->vlen > 60 ? 60 : f->vlen), f->val);
	return refuse(why, "op", e);
}

/* The nest that the record says, or the next one; tray and nest are stamped. */
static int
find_nest(struct mk_layout *l, struct mk_rec *rec, struct mk_point *at, struct mk_refusal *why,
	struct mk_err *e)
{
	const struct mk_lay_array *a = &l->t.array;
	const struct mk_field *f = mk_rec_get(rec, "nest");
	uint64_t n = 0, cells = (uint64_t)a->cols * (uint64_t)a->rows;

	why->line = l->t.array_line;
	if (f != NULL && (mk_num_u64(f->val, f->vlen, 1, cells, &n, e) == -1 || !mk_lay_nest(a, n, at))) {
		mk_err(e, MK_EDATA, "the array has no nest '%.*s'", (int)(f->vlen > 20 ? 20 : f->vlen),
			f->val);
		return refuse(why, "nest", e);
	}
	if (f == NULL)
		for (n = l->nest + 1;; n++) {
			if (n > cells) {
				n = 1;
				l->tray++;
			}
			if (mk_lay_nest(a, n, at))
				break;
		}
	l->nest = n;
	if (mk_rec_get(rec, "tray") == NULL && mk_rec_setf(rec, e, "tray", "%llu",
	    (unsigned long long)l->tray + 1) == -1)
		return -1;
	return f == NULL && mk_rec_setf(rec, e, "nest", "%llu", (unsigned long long)n) == -1 ? -1 : 1;
}

/* From the part to the field: its nest, moved and turned as the camera saw it. */
static int
find_part(struct mk_layout *l, struct mk_rec *rec, struct mk_affine *t, struct mk_refusal *why,
	struct mk_err *e)
{
	struct mk_point at = { 0, 0 };
	int64_t v[3] = { 0, 0, 0 };
	struct mk_affine turn;
	int i, r;

	if (l->t.array.cols > 0 && (r = find_nest(l, rec, &at, why, e)) != 1)
		return r;
	why->line = l->t.offset_line;
	for (i = 0; i < 3; i++) {
		if (l->t.offset[i].n == 0)
			continue;
		if ((r = eval(l, &l->t.offset[i], rec, why, e)) != 1)
			return r;
		if (mk_num_fix(l->data.p, l->data.n, 6, -1000000000, 1000000000, &v[i], e) == -1) {
			e->code = MK_EDATA;
			mk_err_at(e, "offset %s", i == 0 ? "x" : i == 1 ? "y" : "rotate");
			return refuse(why, "data", e);
		}
	}
	turn = mk_affine_place((struct mk_point){ 0, 0 }, 0);
	if (v[2] != 0) {
		double a = (double)v[2] / 1e6 * acos(-1) / 180;

		turn.a = turn.d = cos(a);
		turn.b = -sin(a);
		turn.c = sin(a);
	}
	turn.x0 = at.x + (double)v[0] / 1000;
	turn.y0 = at.y + (double)v[1] / 1000;
	*t = turn;
	return 1;
}

/* ---- elements to strokes ---- */

static int
draw(struct mk_layout *l, size_t i, struct mk_rec *rec, const struct mk_affine *part,
	struct mk_refusal *why, struct mk_err *e)
{
	const struct mk_element *el = &l->t.el[i];
	struct mk_piece *p = &l->piece[i];
	struct mk_draw w = {
		.el = el, .pen = &l->t.pen[el->pen], .t = mk_affine_then(&el->t, part),
		.pace = mk_pace_of(&l->timing, l->t.pen[el->pen].pen.speed)
	};
	const char *word = "data";
	int r, rows = 0, cols = 0;
	size_t k;

	why->line = el->line;
	if (el->kind != MK_ELEMENT_SHAPE && (r = eval(l, &el->data, rec, why, e)) != 1)
		return r;
	w.data = l->data.p;
	w.n = l->data.n;
	w.gs1 = el->kind == MK_ELEMENT_SYMBOL && mk_layout_gs1(rec, w.data, w.n);
	if (mk_draw_element(&l->drawer, &w, &l->strokes, &l->quiet[i], &rows, &cols, &word, e) == -1)
		return refuse(why, word, e);
	if (el->kind == MK_ELEMENT_SYMBOL && l->first == NULL) {
		l->first = el->ask.type;
		l->rows = rows;
		l->cols = cols;
	}
	p->end = l->strokes.n;
	for (k = p->first; k < p->end; k++)
		l->strokes.s[k].owner = (uint16_t)i;
	p->line = w.pen->line;
	p->box = mk_check_box(&l->strokes, p->first, p->end);
	if (p->end > p->first && mk_check_area(&p->box, l->t.w, l->t.h, e) == -1)
		return refuse(why, "area", e);
	return 1;
}

static int
strokes(struct mk_layout *l, struct mk_rec *rec, struct mk_refusal *why, struct mk_err *e)
{
	struct mk_affine part;
	size_t i, op;
	int r;

	mk_strokes_reset(&l->strokes);
	l->first = NULL;
	l->drawer.symbols = 0;
	l->drawer.join = 0;
	if ((r = find_op(l, rec, &op, why, e)) != 1 || (r = find_part(l, rec, &part, why, e)) != 1)
		return r;
	for (i = 0; i < l->t.nel; i++) {
		l->piece[i].first = l->piece[i].end = l->strokes.n;
		if (l->t.el[i].op != 0 && l->t.el[i].op != op)
			continue;
		if ((r = draw(l, i, rec, &part, why, e)) != 1)
			return r;
	}
	return 1;
}

/* No element in another one's quiet zone, nor over another one. */
static int
apart(const struct mk_layout *l, struct mk_refusal *why, struct mk_err *e)
{
	size_t i, k;

	for (i = 0; i < l->t.nel; i++)
		for (k = 0; k < l->t.nel; k++) {
			const struct mk_piece *a = &l->piece[i], *b = &l->piece[k];

			if (i == k || a->first == a->end || b->first == b->end)
				continue;
			why->line = l->t.el[k].line;
			if (l->t.el[i].kind == MK_ELEMENT_SYMBOL &&
			    !mk_check_quiet(&l->strokes, b->first, b->end, b->line, &l->quiet[i])) {
				mk_err(e, MK_EDATA, "reaches into the quiet zone of the symbol of line %ld",
					l->t.el[i].line);
				return refuse(why, "quiet", e);
			}
			if (i < k && !l->t.el[i].overlap && !l->t.el[k].overlap &&
			    !mk_check_apart(&l->strokes, a, b)) {
				mk_err(e, MK_EDATA, "overlaps what line %ld marks: part them, or write "
					"overlap=yes", l->t.el[i].line);
				return refuse(why, "overlap", e);
			}
		}
	return 1;
}

/* ---- strokes to a job ---- */

static int
stroke(struct mk_layout *l, const struct mk_stroke *s, bool joined, struct mk_err *e)
{
	const struct mk_point *p = l->strokes.pt + s->first;
	int32_t x = (int32_t)lround(p->x), y = (int32_t)lround(p->y);
	const struct mk_op *last = l->job.n == 0 ? NULL : &l->job.op[l->job.n - 1];
	struct mk_op dot = { .kind = 'D', .u.us = s->us };
	bool drawn = false;
	size_t i;

	if (!joined ? mk_job_jump(&l->job, x, y, e) == -1
	    : (last->u.to.x != x || last->u.to.y != y) && mk_job_mark(&l->job, x, y, e) == -1)
		return -1;
	if (s->n == 1)
		return mk_job_add(&l->job, &dot, e);
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

/* The elements from number i on that one pen marks without another in between. */
static int
section(struct mk_layout *l, size_t i, size_t end, struct mk_point *at, struct mk_err *e)
{
	const struct mk_lay_pen *pen = &l->t.pen[l->t.el[i].pen];
	struct mk_pace pace = mk_pace_of(&l->timing, pen->pen.speed);
	size_t first = l->piece[i].first, last = l->piece[end - 1].end, k;
	unsigned pass;

	if (mk_order_strokes(l->order, &l->strokes, first, last, &pace, l->drawer.join, at, e) == -1 ||
	    mk_job_pen(&l->job, &pen->pen, e) == -1)
		return -1;
	l->line[l->nline++] = pen->line;
	for (pass = 0; pass < pen->passes; pass++)
		for (k = first; k < last; k++)
			if (stroke(l, &l->strokes.s[k], k > first && l->strokes.s[k].joined, e) == -1 ||
			    mk_layout_own(l, l->strokes.s[k].owner, e) == -1)
				return -1;
	return 0;
}

static int
make_job(struct mk_layout *l, struct mk_err *e)
{
	struct mk_point at = { 0, 0 };
	size_t i, k;

	l->job.n = 0;
	l->owner.n = 0;
	l->nline = 0;
	for (i = 0; i < l->t.nel; i = k) {
		for (k = i + 1; k < l->t.nel && (l->t.el[k].pen == l->t.el[i].pen ||
		    l->piece[k].first == l->piece[k].end); k++)
			;
		if (l->piece[i].first == l->piece[i].end) {
			k = i + 1;
			continue;
		}
		if (section(l, i, k, &at, e) == -1)
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
stamp(struct mk_layout *l, struct mk_rec *rec, struct mk_err *e)
{
	/* a template that does not say its revision is known by its bytes */
	const char *rev = l->t.rev != NULL ? l->t.rev : l->hash;
	size_t n = l->t.rev != NULL ? strlen(rev) : 8;

	if (mk_rec_set(rec, "recipe", l->t.recipe, strlen(l->t.recipe), e) == -1 ||
	    mk_rec_set(rec, "recipe_rev", rev, n, e) == -1)
		return -1;
	return mk_rec_set(rec, "recipe_hash", l->hash, strlen(l->hash), e);
}

static int
set(struct mk_layout *l, struct mk_rec *rec, struct mk_err *e)
{
	struct mk_job_walk w = MK_JOB_WALK;
	size_t i;

	for (i = 0; i < l->job.n; i++)
		mk_job_walk(&w, &l->job.op[i], &l->timing);
	mk_step_drop(rec, "lay");
	mk_rec_del(rec, "job");
	if (stamp(l, rec, e) == -1)
		return -1;
	if (l->first != NULL && mk_rec_setf(rec, e, "lay_symbol", "%s-%dx%d", l->first->name,
	    l->rows, l->cols) == -1)
		return -1;
	if (mk_rec_setf(rec, e, "lay_ms", "%.1f", w.ms) == -1 ||
	    mk_rec_setf(rec, e, "lay_mark_mm", "%.1f", w.mark_mm) == -1 ||
	    mk_rec_setf(rec, e, "lay_jump_mm", "%.1f", w.jump_mm) == -1 ||
	    mk_rec_setf(rec, e, "lay_strokes", "%zu", w.strokes) == -1)
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
