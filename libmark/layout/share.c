/* What the elements of a layout take of a job's time. */
#include <string.h>

#include "layout/inside.h"

int
mk_layout_own(struct mk_layout *l, size_t owner, struct mk_err *e)
{
	uint16_t o = (uint16_t)owner;

	while (l->owner.n / sizeof o < l->job.n)
		if (mk_buf_add(&l->owner, &o, sizeof o, e) == -1)
			return -1;
	return 0;
}

bool
mk_layout_share(const struct mk_layout *l, size_t i, struct mk_share *s)
{
	static const char *const names[] = { "symbol", "text", "shape" };
	struct mk_job_walk w = MK_JOB_WALK;
	size_t k;

	if (i >= l->t.nel)
		return false;
	memset(s, 0, sizeof *s);
	s->line = l->t.el[i].line;
	s->kind = names[l->t.el[i].kind];
	s->pen = l->t.pen[l->t.el[i].pen].name;
	for (k = 0; k < l->job.n; k++) {
		const struct mk_job_walk was = w;
		uint16_t o;

		mk_job_walk(&w, &l->job.op[k], &l->timing);
		memcpy(&o, l->owner.p + k * sizeof o, sizeof o);
		if (o != i)
			continue;
		s->strokes += w.strokes - was.strokes;
		s->mark_mm += w.mark_mm - was.mark_mm;
		s->jump_mm += w.jump_mm - was.jump_mm;
		s->ms += w.ms - was.ms;
	}
	return true;
}
