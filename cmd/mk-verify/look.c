/* How a picture comes, and what is read in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/num.h"
#include "cmd/mk-verify/verify.h"

#define LIMIT_MS 200
#define HARD_MORE_MS 30000	/* of wall time, on top, before the reader is killed */

const char *opt_camera, *opt_reader, *opt_limit, *opt_roi, *opt_all;

/* ---- options ---- */

static int
take_limit(struct cmd *c, struct look *l)
{
	uint64_t ms;

	l->want.ms = LIMIT_MS;
	if (opt_limit == NULL)
		return 0;
	if (mk_num_u64(opt_limit, strlen(opt_limit), 10, 60000, &ms, &c->err) == -1) {
		c->err.code = MK_EUSAGE;
		return mk_err_at(&c->err, "--time-limit");
	}
	l->want.ms = (int)ms;
	return 0;
}

static int
take_roi(struct cmd *c, struct look *l)
{
	int *to[4] = { &l->want.roi.x, &l->want.roi.y, &l->want.roi.w, &l->want.roi.h };
	const char *s = opt_roi;
	uint64_t v;
	size_t n;
	int i;

	for (i = 0; i < 4 && s != NULL; i++) {
		n = strcspn(s, ",");
		if ((s[n] == ',') != (i < 3) || mk_num_u64(s, n, i < 2 ? 0 : 1, MK_IMAGE_SIDE_MAX, &v, &c->err) == -1)
			return cmd_usage(c, "--roi: '%s' is not X,Y,W,H in pixels", opt_roi);
		*to[i] = (int)v;
		s += n + 1;
	}
	return 0;
}

int
look_open(struct cmd *c, struct look *l)
{
	if (take_limit(c, l) == -1 || take_roi(c, l) == -1)
		return -1;
	l->want.all = opt_all != NULL;
	l->scan.best = -1;
	if (grader_open(c, &l->grader) == -1)
		return -1;
	/* the reader's process first: it takes nothing of the camera's along */
	if (mk_reader_new(&l->reader, l->want.ms + HARD_MORE_MS, &c->err) == -1)
		return -1;
	if (opt_reader != NULL)
		return mk_smart_open(&l->smart, opt_reader, &c->err);
	return opt_camera == NULL ? 0 : mk_camera_open(&l->camera, opt_camera, &c->err);
}

void
look_close(struct look *l)
{
	mk_reader_free(l->reader);
	mk_camera_close(l->camera);
	mk_smart_close(l->smart);
	mk_shot_clear(&l->shot);
	mk_image_clear(&l->unpacked);
	grader_close(l->grader);
}

/* ---- a picture ---- */

void
look_reset(struct look *l)
{
	mk_image_clear(&l->shot.im);
	mk_image_clear(&l->unpacked);
	l->shot.file.n = 0;
	l->shot.has_exposure = l->shot.has_gain = false;
	l->scan.codes = 0;
	l->scan.best = -1;
	l->scan.conflict = false;
	l->end = MK_READ_NONE;
	l->no_aim = false;
	memset(&l->why, 0, sizeof l->why);
}

int
look_file(struct cmd *c, struct look *l, const char *path)
{
	look_reset(l);
	(void)snprintf(l->shot.name, sizeof l->shot.name, "%.127s", path);
	if (mk_io_slurp(path, MK_PICTURE_MAX, &l->shot.file, &l->why) == 0)
		return 1;
	if (l->why.code != MK_ENOMEM)
		return 0;
	c->err = l->why;
	return -1;
}

int
look_grab(struct cmd *c, struct look *l)
{
	look_reset(l);
	if (mk_camera_grab(l->camera, &l->shot, &l->why) == 0) {
		memset(&l->why, 0, sizeof l->why);	/* what a second try mended */
		return 1;
	}
	if (l->why.code == MK_EDEV)
		return 0;
	c->err = l->why;
	return -1;
}

int
look_scan(struct cmd *c, struct look *l, const struct mk_scan_want *want)
{
	struct mk_picture pic = { .file = l->shot.file.p, .n = l->shot.file.n, .name = l->shot.name };

	if (l->shot.im.px != NULL)
		pic.im = &l->shot.im;
	mk_image_clear(&l->unpacked);
	if (l->grader != NULL)
		pic.unpacked = &l->unpacked;
	l->asked = *want;
	if (mk_reader_scan(l->reader, &pic, want, &l->scan, &l->end, &l->why) == 0)
		return 0;
	/* a picture smaller than the region that is looked at */
	if (l->why.code == MK_EDATA) {
		l->end = MK_READ_NONE;
		return 0;
	}
	c->err = l->why;
	return -1;
}

static int
look_smart(struct cmd *c, struct look *l)
{
	bool known;

	look_reset(l);
	if (mk_smart_read(l->smart, &l->scan, &known, &l->why) == 0) {
		l->no_aim = !known;
		l->end = MK_READ_DONE;
		return 1;
	}
	if (l->why.code == MK_EDEV)
		return 0;
	c->err = l->why;
	return -1;
}

/* What a record names is a file: nothing that might be waited for without end. */
static int
look_named(struct cmd *c, struct look *l, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		look_reset(l);
		mk_err(&l->why, MK_EDATA, "%s: no picture: it is no file", path);
		return 0;
	}
	return look_file(c, l, path);
}

int
look_next(struct cmd *c, struct look *l, const char *path, const struct mk_scan_want *want)
{
	int k;

	if (l->smart != NULL)
		return look_smart(c, l);
	k = l->camera != NULL ? look_grab(c, l) : look_named(c, l, path);
	if (k == 0 && l->camera == NULL)
		return 1;
	return k == 1 && look_scan(c, l, want) == -1 ? -1 : k;
}

const char *
look_fault(const struct look *l, const char **text)
{
	switch (l->end) {
	case MK_READ_NONE:
		*text = "its picture cannot be read";
		return "image";
	case MK_READ_CRASH:
		*text = "the reader crashed on this picture";
		return "crash";
	case MK_READ_TIMEOUT:
		*text = "the reader had to be stopped";
		return "timeout";
	case MK_READ_DONE:
		break;
	}
	if (l->scan.best < 0) {
		*text = "no code can be read";
		return "noread";
	}
	if (l->scan.conflict) {
		*text = "the mark was read in two ways";
		return "conflict";
	}
	return NULL;
}

const struct mk_code *
look_code(const struct look *l)
{
	return l->scan.best < 0 ? NULL : &l->scan.code[l->scan.best];
}

/* ---- its fields ---- */

static int
put(struct mk_rec *rec, const char *prefix, const char *name, const char *val, struct mk_err *e)
{
	char key[MK_KEY_MAX + 1];

	(void)snprintf(key, sizeof key, "%s%s", prefix, name);
	return mk_rec_set(rec, key, val, strlen(val), e);
}

static int
put_number(struct mk_rec *rec, const char *prefix, const char *name, double v, struct mk_err *e)
{
	char val[32];

	(void)snprintf(val, sizeof val, "%.10g", v);
	return put(rec, prefix, name, val, e);
}

static int
put_code(const struct mk_code *k, struct mk_rec *rec, const char *prefix, struct mk_err *e)
{
	char name[MK_SCAN_NAME_MAX], by[32];
	bool as_is = strcmp(k->way, "asis") == 0;

	mk_scan_name(k, name);
	if (k->kind != 0 && put(rec, prefix, "symbol", name, e) == -1)
		return -1;
	(void)snprintf(by, sizeof by, "%s%s%s", k->engine, as_is ? "" : "+", as_is ? "" : k->way);
	if (put(rec, prefix, "engine", by, e) == -1)
		return -1;
	if (k->light && put(rec, prefix, "polarity", "light", e) == -1)
		return -1;
	return k->mirrored ? put(rec, prefix, "mirrored", "yes", e) : 0;
}

static int
put_grade(struct cmd *c, const struct look *l, const struct mk_code *k, struct mk_rec *rec,
	const char *prefix)
{
	const struct mk_image *im = l->shot.im.px != NULL ? &l->shot.im : &l->unpacked;
	const struct mk_err *drawn;

	if (grader_describe(l->grader, im, k, &l->asked, rec, prefix, &c->err) == -1)
		return -1;
	if ((drawn = grader_complaint(l->grader)) != NULL) {
		cmd_warn(c, "--annotate: %s", drawn->msg);
		cmd_status(c, CMD_DEVICE);
		memset(&c->err, 0, sizeof c->err);
	}
	return 0;
}

int
look_describe(struct cmd *c, const struct look *l, struct mk_rec *rec, const char *prefix)
{
	const struct mk_code *k = look_code(l);
	struct mk_err *e = &c->err;

	if (l->smart != NULL && l->end == MK_READ_DONE && mk_smart_fields(l->smart, rec, prefix, e) == -1)
		return -1;
	if (k != NULL && put_code(k, rec, prefix, e) == -1)
		return -1;
	if (l->grader != NULL && put_grade(c, l, k, rec, prefix) == -1)
		return -1;
	if (l->shot.has_exposure && put_number(rec, prefix, "exposure", l->shot.exposure, e) == -1)
		return -1;
	return l->shot.has_gain ? put_number(rec, prefix, "gain", l->shot.gain, e) : 0;
}
