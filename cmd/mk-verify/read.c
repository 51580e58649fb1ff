/* mk-verify read, now: what is in a picture, without a record. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cmd/mk-verify/verify.h"

static const char *opt_save;

const struct cmd_opt opts_read[] = {
	OPTS_LOOK,
	{0}
};
const struct cmd_opt opts_now[] = {
	OPT_CAMERA,
	OPTS_LOOK,
	{ "save", 0, "FILE", &opt_save, "write the picture, a PNG, or the file that came" },
	{0}
};

static int
put_corners(struct mk_rec *rec, const struct mk_code *k, struct mk_err *e)
{
	const struct mk_point *p = k->corner;

	return mk_rec_setf(rec, e, "corners", "%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f", p[0].x,
		p[0].y, p[1].x, p[1].y, p[2].x, p[2].y, p[3].x, p[3].y);
}

/* The symbology identifier of AIM, ISO/IEC 15424, as a smart reader would send it. */
static const char *
aim(const struct mk_code *k)
{
	switch (k->kind) {
	case MK_DATAMATRIX: return k->fnc1 ? "]d2" : "]d1";
	case MK_QR: return k->fnc1 ? "]Q3" : "]Q1";
	case MK_MICROQR: return "]Q1";
	case MK_CODE128: return k->fnc1 ? "]C1" : "]C0";
	case MK_AZTEC: return k->fnc1 ? "]z1" : "]z0";
	case MK_PDF417: return "]L0";
	case MK_CODE39: return "]A0";
	case MK_CODE93: return "]G0";
	case MK_ITF: return "]I0";
	case MK_EAN13: return "]E0";
	}
	return "]X0";
}

/* A record for the code that counts, or for each, if all were asked for. */
static int
report(struct cmd *c, struct look *l, const char *what)
{
	struct mk_rec rec = {0};
	struct mk_err *e = &c->err;
	int i, n = l->want.all ? l->scan.codes : 1, r = 0;

	for (i = 0; i < n && r == 0; i++) {
		const struct mk_code *k;

		if (l->want.all)
			l->scan.best = i;
		k = look_code(l);
		mk_rec_reset(&rec);
		r = mk_rec_set(&rec, "image", what, strlen(what), e) == -1 ||
			mk_rec_set(&rec, "code", k->data, k->n, e) == -1 ||
			mk_rec_setf(&rec, e, "aim", "%s", aim(k)) == -1 ||
			look_describe(c, l, &rec, "") == -1 || put_corners(&rec, k, e) == -1 ||
			cmd_put(c, &rec) == -1 ? -1 : 0;
	}
	mk_rec_clear(&rec);
	return r;
}

/* Read the picture at hand. What cannot be read is said, and exit 1. */
static int
show(struct cmd *c, struct look *l, const char *what)
{
	const char *text;

	if (l->why.code == 0 && look_scan(c, l, &l->want) == -1)
		return -1;
	if (look_fault(l, &text) == NULL)
		return report(c, l, what);
	cmd_status(c, CMD_FAILED);
	if (l->end == MK_READ_NONE)
		cmd_warn(c, "%s", l->why.msg);
	else
		cmd_warn(c, "%s: %s", what, text);
	return 0;
}

int
run_read(struct cmd *c)
{
	struct look *l = calloc(1, sizeof *l);
	size_t i;
	int r;

	if (l == NULL)
		return mk_err_nomem(&c->err);
	if (c->narg == 0)
		r = cmd_usage(c, "no picture: name at least one file");
	else
		r = look_open(c, l);
	for (i = 0; i < c->narg && r == 0; i++)
		if ((r = look_file(c, l, c->arg[i])) != -1)
			r = show(c, l, c->arg[i]);
	look_close(l);
	free(l);
	return r;
}

static int
save(struct cmd *c, const struct mk_shot *s)
{
	int fd, r;

	if (s->im.px == NULL)
		return mk_io_replace(opt_save, s->file.p, s->file.n, &c->err);
	if ((fd = open(opt_save, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) == -1)
		return mk_err_sys(&c->err, MK_EIO, "%s: cannot write", opt_save);
	r = mk_png_write(fd, opt_save, &s->im, &c->err);
	if (close(fd) == -1 && r == 0)
		r = mk_err_sys(&c->err, MK_EIO, "%s: cannot write", opt_save);
	return r;
}

int
run_now(struct cmd *c)
{
	struct look *l = calloc(1, sizeof *l);
	int r;

	if (l == NULL)
		return mk_err_nomem(&c->err);
	if (c->narg > 0)
		r = cmd_usage(c, "%s: no argument expected", c->arg[0]);
	else if (opt_camera == NULL)
		r = cmd_usage(c, "no camera: say -c SPEC");
	else
		r = look_open(c, l);
	if (r == 0 && (r = look_grab(c, l)) == 0) {
		c->err = l->why;
		r = -1;
	}
	if (r == 1 && opt_save != NULL && save(c, &l->shot) == -1)
		r = -1;
	if (r == 1)
		r = show(c, l, l->shot.name);
	look_close(l);
	free(l);
	return r;
}
