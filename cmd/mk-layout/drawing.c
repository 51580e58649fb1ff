/* Jobs as files to look at. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cmd/mk-layout/layout.h"
#include "job/gcode.h"
#include "job/svg.h"
#include "layout/picture.h"

static bool
is_out(const char *file)
{
	return file != NULL && strcmp(file, "-") == 0;
}

int
drawing_check(struct cmd *c, const struct drawing *d, bool *out)
{
	int n = is_out(d->svg) + is_out(d->png) + is_out(d->gcode);

	*out = n > 0;
	if (n > 1)
		return cmd_usage(c, "standard output takes one of --svg, --png and --gcode");
	return d->svg != NULL || d->png != NULL || d->gcode != NULL;
}

static int
put(struct cmd *c, const char *file, const struct mk_buf *b)
{
	if (!is_out(file))
		return mk_io_replace(file, b->p, b->n, &c->err);
	return mk_io_write(STDOUT_FILENO, b->p, b->n, "standard output", &c->err);
}

static int
make_png(struct cmd *c, const struct drawing *d, const struct mk_job *j, const double *line,
	size_t nline)
{
	int fd, r;

	if (is_out(d->png))
		return mk_picture_job(j, line, nline, d->px, STDOUT_FILENO, "standard output", &c->err);
	fd = open(d->png, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd == -1)
		return mk_err_sys(&c->err, MK_EIO, "%s: cannot make", d->png);
	r = mk_picture_job(j, line, nline, d->px, fd, d->png, &c->err);
	if (close(fd) == -1 && r == 0)
		return mk_err_sys(&c->err, MK_EIO, "%s: cannot write", d->png);
	return r;
}

int
drawing_make(struct cmd *c, struct drawing *d, const struct mk_job *j, const double *line,
	size_t nline)
{
	struct mk_buf b = {0};
	int r = 0;

	d->done = true;
	if (d->svg != NULL && (r = mk_svg_job(j, line, nline, &b, &c->err)) == 0)
		r = put(c, d->svg, &b);
	b.n = 0;
	if (r == 0 && d->gcode != NULL && (r = mk_gcode_job(j, d->s_max, &b, &c->err)) == 0)
		r = put(c, d->gcode, &b);
	if (r == 0 && d->png != NULL)
		r = make_png(c, d, j, line, nline);
	mk_buf_clear(&b);
	return r;
}
