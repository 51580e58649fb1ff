/* The station before the laser: is the part blank, and how does it lie? */
#include "cmd/mk-verify/blank.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/step.h"
#include "vision/place.h"

#define FIT 0.5

const char *opt_blank, *opt_reference;

struct blank {
	struct run *run;
	struct mk_image reference;	/* px is NULL: none */
	struct mk_place place;
	bool placed;
};

static int
load_reference(struct cmd *c, struct blank *b)
{
	struct mk_buf file = {0};
	int r = mk_io_slurp(opt_reference, MK_PICTURE_MAX, &file, &c->err);

	if (r == 0)
		r = mk_image_decode(file.p, file.n, opt_reference, &b->reference, &c->err);
	mk_buf_clear(&file);
	return r == -1 ? mk_err_at(&c->err, "--reference") : 0;
}

/* How it lies. The picture's file was unpacked by the reader's process before, without
 * harm. */
static int
place(struct cmd *c, struct blank *b, struct verdict *v)
{
	const struct mk_shot *s = &b->run->look.shot;
	struct mk_image im = s->im;
	int r;

	if (s->im.px == NULL && mk_image_decode(s->file.p, s->file.n, s->name, &im, &c->err) == -1)
		return -1;
	r = mk_place_find(&b->reference, &im, &b->place, &c->err);
	if (s->im.px == NULL)
		mk_image_clear(&im);
	if (r == -1)
		return mk_err_at(&c->err, "--reference");
	b->placed = b->place.fit >= FIT;
	if (!b->placed)
		*v = failed("position", "the part of the reference is not to be seen");
	return 0;
}

static int
look(struct cmd *c, struct blank *b, struct verdict *v)
{
	struct look *l = &b->run->look;
	const char *why, *fault;
	int k = look_next(c, l, b->run->path.p, &l->want);

	if (k == -1)
		return -1;
	if (k == 0) {
		cmd_warn(c, "%s", l->why.msg);
		*v = (struct verdict){ "fail", "camera", "no picture could be taken", true, CMD_DEVICE };
		return 0;
	}
	fault = look_fault(l, &why);
	if (fault == NULL || strcmp(fault, "conflict") == 0)
		*v = failed("blank", "the part bears a code already");
	else if (strcmp(fault, "noread") != 0)
		*v = failed(fault, why);
	if (l->end == MK_READ_NONE)
		cmd_warn(c, "%s", l->why.msg);
	if (v->reason != NULL || b->reference.px == NULL)
		return 0;
	return place(c, b, v);
}

static int
put(struct mk_rec *rec, const char *name, const char *unit, double v, struct mk_err *e)
{
	char key[16];

	(void)snprintf(key, sizeof key, "check_%s%s", name, unit);
	/* no minus before a nought */
	return mk_rec_setf(rec, e, key, "%.3f", floor(v * 1000 + .5) / 1000 + 0.0);
}

/* As an offset in a template wants it: mm, to the right and up, anticlockwise. Pixels
 * have other names: nobody is to take them for mm. */
static int
describe_place(const struct blank *b, struct mk_rec *rec, struct mk_err *e)
{
	double um = grader_um(b->run->look.grader), scale = um > 0 ? um / 1000 : 1;
	const char *unit = um > 0 ? "" : "_px";

	return put(rec, "dx", unit, scale * b->place.dx, e) == -1 ||
		put(rec, "dy", unit, -scale * b->place.dy, e) == -1 ||
		put(rec, "rot", "", -b->place.rot, e) == -1 ? -1 : 0;
}

static int
describe(struct cmd *c, const struct blank *b, struct mk_rec *rec)
{
	const struct mk_code *k = look_code(&b->run->look);
	struct mk_err *e = &c->err;

	if (look_describe(c, &b->run->look, rec, "check_") == -1 ||
	    (k != NULL && mk_rec_set(rec, "check_read", k->data, k->n, e) == -1))
		return -1;
	return b->placed ? describe_place(b, rec, e) : 0;
}

static void
tell(struct cmd *c, const struct mk_rec *rec, const struct verdict *v)
{
	const struct mk_field *id = mk_rec_get(rec, "id");

	if (id == NULL)
		id = mk_rec_get(rec, "arrival");
	cmd_status(c, v->status);
	cmd_warn(c, "%.*s: %s: %s", id == NULL ? 6 : (int)id->vlen, id == NULL ? "a part" : id->val,
		v->result, v->why);
}

static int
each(struct cmd *c, struct mk_rec *rec, void *arg)
{
	struct blank *b = arg;
	struct run *r = b->run;
	struct verdict v = passed;
	struct mk_time now;

	if (mk_step_failed(&c->conf, rec, "check") != NULL)
		return 1;
	look_reset(&r->look);
	b->placed = false;
	r->path.n = 0;
	if (mk_time_now(&now, &c->err) == -1 ||
	    (opt_field != NULL && mk_rec_bytes(rec, opt_field, &r->path, &c->err) == -1) ||
	    mk_buf_str(&r->path, &c->err) == NULL)
		return -1;
	if (opt_field != NULL && (r->path.n == 0 || strlen(r->path.p) != r->path.n))
		v = failed("no_image", "no picture");
	else if (look(c, b, &v) == -1)
		return -1;
	mk_step_drop(rec, "check");
	if (mk_step_stamp(rec, "check", &c->conf, &now, v.result, v.reason, &c->err) == -1 ||
	    describe(c, b, rec) == -1)
		return -1;
	if (v.reason != NULL)
		tell(c, rec, &v);
	return v.stop ? CMD_LAST : 1;
}

int
run_blank(struct cmd *c, struct run *r)
{
	struct blank b = { .run = r };
	int k = 0;

	if (opt_reference != NULL)
		k = load_reference(c, &b);
	if (k == 0)
		k = cmd_filter(c, true, each, &b);
	mk_image_clear(&b.reference);
	return k;
}
