/* What the ops of a job come to: ways, strokes, time. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "job/job.h"

static double
apart(int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
	double dx = (double)x1 - x0, dy = (double)y1 - y0;

	return sqrt(dx * dx + dy * dy) / 1000;
}

static void
widen(int32_t box[4], bool *any, int32_t x, int32_t y)
{
	if (!*any || x < box[0])
		box[0] = x;
	if (!*any || y < box[1])
		box[1] = y;
	if (!*any || x > box[2])
		box[2] = x;
	if (!*any || y > box[3])
		box[3] = y;
	*any = true;
}

void
mk_job_stats(const struct mk_job *j, struct mk_job_stats *s)
{
	int32_t x = 0, y = 0, all[4] = {0}, on[4] = {0};
	bool any = false, lit = false, stroke = false;
	size_t i;

	memset(s, 0, sizeof *s);
	for (i = 0; i < j->n; i++) {
		const struct mk_op *op = &j->op[i];

		if (op->kind == 'L' || op->kind == 'D') {
			s->strokes += op->kind == 'D' || !stroke;
			s->vectors++;
			widen(on, &lit, x, y);
		}
		stroke = op->kind == 'L';
		if (op->kind != 'L' && op->kind != 'M')
			continue;
		*(stroke ? &s->mark_mm : &s->jump_mm) += apart(x, y, op->u.to.x, op->u.to.y);
		x = op->u.to.x;
		y = op->u.to.y;
		widen(all, &any, x, y);
		if (stroke)
			widen(on, &lit, x, y);
	}
	s->x0 = all[0], s->y0 = all[1], s->x1 = all[2], s->y1 = all[3];
	s->mx0 = on[0], s->my0 = on[1], s->mx1 = on[2], s->my1 = on[3];
}

/* The time of a vector, ms: a board that works in steps takes whole ones. */
static double
vector_ms(double mm, double speed, double round_us)
{
	double ms = mm / speed * 1000, step = round_us / 1000;

	/* a hair over a whole step is the arithmetic's, not the board's */
	return step > 0 ? ceil(ms / step - 1e-9) * step : ms;
}

void
mk_job_walk(struct mk_job_walk *w, const struct mk_op *op, const struct mk_timing *t)
{
	bool mark = op->kind == 'L';
	double mm;

	switch (op->kind) {
	case 'P':
		w->speed = op->u.pen.speed;
		break;
	case 'D':
		w->ms += (op->u.us + t->on_us + t->off_us) / 1000;
		w->strokes++;
		break;
	case 'W':
		w->ms += op->u.us / 1000.0;
		break;
	case 'L':
	case 'M':
		mm = apart(w->x, w->y, op->u.to.x, op->u.to.y);
		*(mark ? &w->mark_mm : &w->jump_mm) += mm;
		if (mark)
			w->ms += vector_ms(mm, w->speed, t->round_us) +
				(w->on ? t->corner_us : t->on_us + t->off_us) / 1000;
		else
			w->ms += mm / t->jump * 1000 + t->jump_us / 1000;
		w->strokes += mark && !w->on;
		w->x = op->u.to.x;
		w->y = op->u.to.y;
		break;
	default:
		break;
	}
	w->on = mark;
}

double
mk_job_ms(const struct mk_job *j, const struct mk_timing *t)
{
	struct mk_job_walk w = MK_JOB_WALK;
	size_t i;

	for (i = 0; i < j->n; i++)
		mk_job_walk(&w, &j->op[i], t);
	return w.ms;
}
