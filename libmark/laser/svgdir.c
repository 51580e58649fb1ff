/* svg:FOLDER: no laser; each job becomes a drawing in the folder, to look at. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "job/svg.h"
#include "job/timing.h"
#include "laser/driver.h"
#include "laser/picture.h"

struct svg {
	const char *name, *dir;
	int dirfd;
	struct mk_timing timing;
};

static void
svg_close(void *dev)
{
	struct svg *s = dev;

	if (s != NULL && s->dirfd != -1)
		(void)close(s->dirfd);
	free(s);
}

static int
svg_open(void **dev, const struct mk_laser_arg *arg, struct mk_err *e)
{
	struct svg *s;

	if (arg->nset > 0)
		return mk_err(e, MK_EUSAGE, "device %s: %s=%s: it has no settings", arg->name,
			arg->set[0].key, arg->set[0].val);
	if (strlen(arg->place) > MK_LASER_PATH_MAX / 2)
		return mk_err(e, MK_EUSAGE, "device svg: the folder's name is too long");
	if ((s = calloc(1, sizeof *s)) == NULL)
		return mk_err_nomem(e);
	*s = (struct svg){ .name = arg->name, .dir = arg->place, .dirfd = -1 };
	if (mk_timing_conf(&s->timing, mk_conf_device(arg->conf, "svg"), e) == -1 ||
	    mk_io_mkdirs(s->dir, e) == -1) {
		svg_close(s);
		return -1;
	}
	s->dirfd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dirfd == -1) {
		mk_err_sys(e, MK_EDEV, "%s: cannot use this folder", s->name);
		svg_close(s);
		return -1;
	}
	*dev = s;
	return 0;
}

static int
svg_place(const void *dev, struct mk_buf *out, struct mk_err *e)
{
	const struct svg *s = dev;
	char *path = realpath(s->dir, NULL);
	int r;

	if (path == NULL)
		return mk_err_sys(e, MK_EDEV, "%s: where is this folder?", s->name);
	r = mk_buf_adds(out, path, e);
	free(path);
	return r;
}

static int
svg_lockfd(const void *dev)
{
	return ((const struct svg *)dev)->dirfd;
}

static void
svg_limits(const void *dev, struct mk_job_limits *lim)
{
	(void)dev;
	*lim = (struct mk_job_limits){ .w = 2 * MK_JOB_XY_MAX, .h = 2 * MK_JOB_XY_MAX,
		.has_axes = 1, .has_focus = 1 };
}

static void
svg_off(void *dev)
{
	(void)dev;
}

static int
write_svg(int fd, const char *name, const void *arg, struct mk_err *e)
{
	const struct mk_buf *b = arg;

	return mk_io_write(fd, b->p, b->n, name, e);
}

static int
svg_burn(void *dev, const struct mk_laser_task *t, struct mk_burn *b, struct mk_err *e)
{
	struct svg *s = dev;
	struct mk_buf buf = {0};
	int r = mk_svg_job(t->job, NULL, 0, &buf, e);

	if (r == 0)
		r = mk_picture_put(s->dirfd, s->dir, t->rec, "svg", write_svg, &buf, b->image,
			sizeof b->image, e);
	mk_buf_clear(&buf);
	b->dark = r == -1;
	b->ms = mk_job_ms(t->job, &s->timing);
	if (r == 0)
		atomic_store(t->ops, (unsigned)t->job->n);
	return r;
}

const struct mk_driver mk_driver_svg = {
	.kind = "svg", .open = svg_open, .place = svg_place, .lockfd = svg_lockfd,
	.limits = svg_limits, .close = svg_close, .off = svg_off, .burn = svg_burn
};
