#include "job/timing.h"

#include <string.h>

#include "base/num.h"

#define LATE_MAX 65535000	/* as a board takes it, 1/1000 us */

/* Read a setting with three decimals into *to, which keeps its default if unset. */
static int
setting(const struct mk_device *d, const char *key, int64_t min, double *to, struct mk_err *e)
{
	const char *v = mk_device_get(d, key);
	int64_t x;

	if (v == NULL)
		return 0;
	if (mk_num_fix(v, strlen(v), 3, min, 1000000000, &x, e) == -1) {
		e->code = MK_ECONF;
		return mk_err_at(e, "mk.conf:%ld: device %s: %s", d->line, d->name, key);
	}
	*to = (double)x / 1000;
	return 0;
}

int
mk_timing_conf(struct mk_timing *t, const struct mk_device *d, struct mk_err *e)
{
	struct mk_timing v = { 4000, 80, 100, 150, 100, 0 };

	/* a jump speed of nothing would be an endless job */
	if (setting(d, "jump", 1, &v.jump, e) == -1 ||
	    setting(d, "jump_us", 0, &v.jump_us, e) == -1 ||
	    setting(d, "on_us", -LATE_MAX, &v.on_us, e) == -1 ||
	    setting(d, "off_us", -LATE_MAX, &v.off_us, e) == -1 ||
	    setting(d, "corner_us", 0, &v.corner_us, e) == -1 ||
	    setting(d, "round_us", 0, &v.round_us, e) == -1)
		return -1;
	v.on_us = v.on_us < 0 ? 0 : v.on_us;
	v.off_us = v.off_us < 0 ? 0 : v.off_us;
	*t = v;
	return 0;
}
