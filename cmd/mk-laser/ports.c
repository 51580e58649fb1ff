/* The verbs list, test and stop: devices, and no parts. */
#include <string.h>

#include "cmd/mk-laser/verbs.h"
#include "laser/laser.h"

static const char *opt_device;

const struct cmd_opt laser_test_opts[] = {
	{ "device", 'd', "KIND:PLACE[?KEY=VALUE&...]", &opt_device, "the device to ask" },
	{0}
};
const struct cmd_opt laser_stop_opts[] = {
	{ "device", 'd', "KIND:PLACE[?KEY=VALUE&...]", &opt_device, "the device to stop" },
	{0}
};

struct listing {
	struct cmd *c;
	size_t n;
};

static int
show(void *arg, const struct mk_laser_found *f, struct mk_err *e)
{
	struct listing *l = arg;
	struct mk_rec rec = {0};
	int r = -1;

	l->n++;
	if (mk_rec_set(&rec, "device", f->device, strlen(f->device), e) == 0 &&
	    mk_rec_set(&rec, "what", f->what, strlen(f->what), e) == 0 &&
	    mk_rec_set(&rec, "node", f->node, strlen(f->node), e) == 0 &&
	    mk_rec_set(&rec, "state", f->state, strlen(f->state), e) == 0)
		r = cmd_put(l->c, &rec);
	mk_rec_clear(&rec);
	return r;
}

int
laser_list(struct cmd *c)
{
	struct listing l = { c, 0 };
	struct mk_err left_out = {0};

	if (c->narg > 0)
		return cmd_usage(c, "%s: no argument expected", c->arg[0]);
	if (mk_laser_list(show, &l, &left_out, &c->err) == -1)
		return -1;
	if (left_out.code != 0)
		cmd_warn(c, "%s", left_out.msg);
	if (l.n == 0) {
		cmd_warn(c, "no serial port and no USB board is here: is it plugged in, and on?");
		cmd_status(c, CMD_FAILED);
	}
	return 0;
}

static int
device_asked(struct cmd *c)
{
	if (c->narg > 0)
		return cmd_usage(c, "%s: no argument expected", c->arg[0]);
	if (opt_device == NULL)
		return cmd_usage(c, "no device: say -d KIND:PLACE, such as -d sim:out");
	return 0;
}

int
laser_test(struct cmd *c)
{
	struct mk_rec rec = {0};
	int r;

	if (device_asked(c) == -1)
		return -1;
	r = mk_laser_test(opt_device, &c->conf, &rec, &c->err);
	if (r == 0)
		r = cmd_put(c, &rec);
	mk_rec_clear(&rec);
	return r;
}

int
laser_stop(struct cmd *c)
{
	struct mk_rec rec = {0};
	int r;

	if (device_asked(c) == -1)
		return -1;
	r = mk_laser_stop(opt_device, &c->conf, &rec, &c->err);
	if (r == 0)
		r = cmd_put(c, &rec);
	mk_rec_clear(&rec);
	return r;
}
