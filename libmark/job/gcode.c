#include "job/gcode.h"

int
mk_gcode_begin(struct mk_buf *out, struct mk_err *e)
{
	return mk_buf_adds(out, "G21\nG90\nG94\nM5\n", e);
}

int
mk_gcode_end(struct mk_buf *out, struct mk_err *e)
{
	return mk_buf_adds(out, "M5\n", e);
}

int
mk_gcode_op(const struct mk_op *op, double s_max, struct mk_buf *out, struct mk_err *e)
{
	switch (op->kind) {
	case 'P':
		/* F is in mm a minute */
		return mk_buf_addf(out, e, "M4 S%.10g F%lu\n", op->u.pen.power * s_max / 1000,
			(unsigned long)op->u.pen.speed * 60);
	case 'M':
	case 'L':
		return mk_buf_addf(out, e, "G%d X%.3f Y%.3f\n", op->kind == 'L',
			op->u.to.x / 1000.0, op->u.to.y / 1000.0);
	case 'A':
		return mk_buf_addf(out, e, "G0 %c%.3f\n", op->axis, op->u.value / 1000.0);
	case 'Z':
		return mk_buf_addf(out, e, "G0 Z%.3f\n", op->u.value / 1000.0);
	case 'W':
		return mk_buf_addf(out, e, "G4 P%.6f\n", op->u.us / 1e6);
	default:
		return mk_err(e, MK_EDATA, "a dot (D) has no G-code that is safe: mark it with "
			"fill=hatch");
	}
}

int
mk_gcode_job(const struct mk_job *j, double s_max, struct mk_buf *out, struct mk_err *e)
{
	size_t i;

	if (mk_gcode_begin(out, e) == -1)
		return -1;
	for (i = 0; i < j->n; i++)
		if (mk_gcode_op(&j->op[i], s_max, out, e) == -1)
			return mk_err_at(e, "op %zu", i + 1);
	return mk_gcode_end(out, e);
}
