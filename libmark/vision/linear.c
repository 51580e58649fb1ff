#include "vision/grading.h"

int
mk_grade_linear(const struct mk_image *im, const struct mk_code *code,
	const struct mk_grade_ask *ask, struct mk_grade *g, struct mk_err *e)
{
	(void)im, (void)code, (void)ask, (void)g, (void)e;
	return 0;
}
