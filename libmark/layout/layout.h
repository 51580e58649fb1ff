/* Laying out: a template and a record become a job (mk-layout(1)). */
#ifndef MK_LAYOUT_H
#define MK_LAYOUT_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/rec.h"
#include "job/job.h"

/* A template that is ready to be used for any number of records. */
struct mk_layout;

/* Load the template at path. d is the device whose time model counts; NULL: a
 * common galvo's. */
int mk_layout_new(struct mk_layout **l, const char *path, const struct mk_device *d,
	struct mk_err *e);
void mk_layout_free(struct mk_layout *l);	/* NULL is allowed */

/* Why a record got no job. The words are lay_reason's, documented in mklay(5). */
struct mk_refusal {
	const char *word;	/* missing, data, glyph, fit, module, area, quiet, overlap, op, nest */
	long line;		/* of the template */
};

/* Lay out one record: on success its old lay group and job are gone, and recipe,
 * recipe_rev, recipe_hash, lay_symbol (if there is a symbol), lay_ms, lay_mark_mm,
 * lay_jump_mm, lay_strokes and job are set. 1; 0 if the record is refused (why,
 * and e says what); -1. With an array line tray and nest are set either way: the
 * record's own nest, else the next one. But for those a refused record is untouched. */
int mk_layout_rec(struct mk_layout *l, struct mk_rec *rec, struct mk_refusal *why,
	struct mk_err *e);

/* The job of the last record that was laid out; line[i] is the width in µm of the
 * pen of its i-th P op (0: not known). They belong to l, until its next record. */
const struct mk_job *mk_layout_job(const struct mk_layout *l, const double **line, size_t *nline);

/* What one element takes of the last record's job, passes and the jumps to its strokes
 * counted; all of them together are the whole job. */
struct mk_share {
	long line;		/* of the template */
	const char *kind;	/* "symbol", "text", "shape" */
	const char *pen;
	size_t strokes;		/* 0: of another op */
	double mark_mm, jump_mm, ms;
};
/* Element number i (from 0); false behind the last. */
bool mk_layout_share(const struct mk_layout *l, size_t i, struct mk_share *s);

/* Check the template with sample values: each op, in the first and the last nest, every
 * field as its sample line says, else as long as it commonly gets. Each fault is told
 * to tell as "line: what", a field without a sample as a note. 0 if there was no fault,
 * 1; -1 only if it could not be done, or tell failed. */
typedef int mk_lint_fn(void *arg, bool fault, const char *msg, struct mk_err *e);
int mk_layout_lint(struct mk_layout *l, mk_lint_fn *tell, void *arg, struct mk_err *e);

/* The rule that makes a symbol GS1: its data is the record's code, and the
 * record's id is a GS1 element string in brackets, "(" 2 to 4 digits ")" first. */
bool mk_layout_gs1(const struct mk_rec *rec, const void *data, size_t n);

#endif
