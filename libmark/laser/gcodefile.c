/* gcode:FILE: no laser; each job is appended to a file, for machines that are fed with
 * files, and to look at. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/num.h"
#include "job/gcode.h"
#include "job/timing.h"
#include "laser/driver.h"
#include "laser/picture.h"

struct gcode {
	const char *name, *path;
	int fd;
	double s_max;
	int64_t x0, y0;		/* µm: where the field's centre is */
	struct mk_timing timing;
};

static int
set_one(struct gcode *g, const struct mk_setting *s, struct mk_err *e)
{
	const char *comma = strchr(s->val, ',');
	const int64_t max = MK_JOB_XY_MAX;
	int64_t n;

	if (strcmp(s->key, "s_max") == 0) {
		if (mk_num_fix(s->val, strlen(s->val), 3, 1000, 1000000000, &n, e) == -1)
			return -1;
		g->s_max = (double)n / 1000;
		return 0;
	}
	if (strcmp(s->key, "origin") != 0)
		return mk_err(e, MK_EUSAGE, "no such setting: there is s_max, origin");
	if (comma == NULL)
		return mk_err(e, MK_EUSAGE, "'%s' is not X,Y in mm", s->val);
	return mk_num_fix(s->val, (size_t)(comma - s->val), 3, -max, max, &g->x0, e) == -1 ? -1
		: mk_num_fix(comma + 1, strlen(comma + 1), 3, -max, max, &g->y0, e);
}

static void
gcode_close(void *dev)
{
	struct gcode *g = dev;

	if (g != NULL && g->fd != -1)
		(void)close(g->fd);
	free(g);
}

static int
gcode_open(void **dev, const struct mk_laser_arg *arg, struct mk_err *e)
{
	struct gcode *g = calloc(1, sizeof *g);
	size_t i;

	if (g == NULL)
		return mk_err_nomem(e);
	*g = (struct gcode){ .name = arg->name, .path = arg->place, .fd = -1, .s_max = 1000 };
	for (i = 0; i < arg->nset; i++)
		if (set_one(g, &arg->set[i], e) == -1) {
			e->code = MK_EUSAGE;
			mk_err_at(e, "device %s: %s=%s", arg->name, arg->set[i].key, arg->set[i].val);
			goto fail;
		}
	if (mk_timing_conf(&g->timing, mk_conf_device(arg->conf, "gcode"), e) == -1)
		goto fail;
	g->fd = open(g->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (g->fd == -1) {
		mk_err_sys(e, MK_EDEV, "%s: cannot make this file", g->name);
		goto fail;
	}
	*dev = g;
	return 0;
fail:
	gcode_close(g);
	return -1;
}

static int
gcode_place(const void *dev, struct mk_buf *out, struct mk_err *e)
{
	const struct gcode *g = dev;
	char *path = realpath(g->path, NULL);
	int r;

	if (path == NULL)
		return mk_err_sys(e, MK_EDEV, "%s: where is this file?", g->name);
	r = mk_buf_adds(out, path, e);
	free(path);
	return r;
}

static int
gcode_lockfd(const void *dev)
{
	return ((const struct gcode *)dev)->fd;
}

static void
gcode_limits(const void *dev, struct mk_job_limits *lim)
{
	(void)dev;
	*lim = (struct mk_job_limits){ .w = 2 * MK_JOB_XY_MAX, .h = 2 * MK_JOB_XY_MAX,
		.has_axes = 1, .has_focus = 1, .no_dots = 1 };
}

static void
gcode_off(void *dev)
{
	(void)dev;
}

static int
compose(const struct gcode *g, const struct mk_laser_task *t, struct mk_buf *b, struct mk_err *e)
{
	char part[MK_PICTURE_NAME_MAX];
	size_t i;

	if (mk_picture_name(t->rec, part, e) == -1 || mk_buf_addf(b, e, "; %s\n", part) == -1 ||
	    mk_gcode_begin(b, e) == -1)
		return -1;
	for (i = 0; i < t->job->n; i++) {
		struct mk_op op = t->job->op[i];

		if (op.kind == 'M' || op.kind == 'L') {
			op.u.to.x += (int32_t)g->x0;
			op.u.to.y += (int32_t)g->y0;
		}
		if (mk_gcode_op(&op, g->s_max, b, e) == -1)
			return -1;
	}
	return mk_gcode_end(b, e);
}

/* The whole job is there, durably, or nothing of it. */
static int
gcode_burn(void *dev, const struct mk_laser_task *t, struct mk_burn *b, struct mk_err *e)
{
	struct gcode *g = dev;
	off_t before = lseek(g->fd, 0, SEEK_END);
	struct mk_buf buf = {0};
	int r = -1;

	if (compose(g, t, &buf, e) == 0) {
		r = mk_io_write(g->fd, buf.p, buf.n, g->name, e);
		/* what is no file (a pipe) cannot be synced, nor cut */
		if (r == 0 && fsync(g->fd) == -1 && errno != EINVAL)
			r = mk_err_sys(e, MK_EDEV, "%s: cannot sync", g->name);
		if (r == -1 && (before == -1 || ftruncate(g->fd, before) == -1))
			mk_err_at(e, "its last job is not whole");
	}
	mk_buf_clear(&buf);
	b->dark = r == -1;
	b->ms = mk_job_ms(t->job, &g->timing);
	if (r == 0)
		atomic_store(t->ops, (unsigned)t->job->n);
	return r;
}

const struct mk_driver mk_driver_gcode = {
	.kind = "gcode", .open = gcode_open, .place = gcode_place, .lockfd = gcode_lockfd,
	.limits = gcode_limits, .close = gcode_close, .off = gcode_off, .burn = gcode_burn
};
