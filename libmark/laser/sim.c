/* The simulated laser: burns a job into the picture that a camera would take of
 * the part. Its "port" is the file DIR/.beam, which says whether the beam is on. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/num.h"
#include "image/image.h"
#include "job/timing.h"
#include "laser/beam.h"
#include "laser/driver.h"
#include "laser/metal.h"
#include "laser/picture.h"
#include "laser/rng.h"
#include "laser/warp.h"

#define FAULTS_MAX 64

enum fault_kind { WEAK, SKIP, FAIL, HANG };

struct fault {			/* what goes wrong on order, with the Kth job */
	enum fault_kind kind;
	uint64_t k;
	uint32_t percent;
};

struct sim {
	const char *name, *dir;
	int dirfd, beamfd;
	uint64_t seed;
	uint64_t job;		/* the number of the one at hand */
	const struct mk_material *material;
	int w, h;
	int64_t px, beam_um, blur, noise, glare;	/* blur, noise: 1/1000 */
	int64_t defocus, tilt, turn, pace;		/* um, 1/1000 degree, 1/1000 */
	struct mk_job_limits lim;
	struct mk_timing timing;
	struct fault fault[FAULTS_MAX];
	size_t nfault;
};

/* ---- the argument ---- */

static int
whole(const char *v, uint64_t min, uint64_t max, uint64_t *to, struct mk_err *e)
{
	return mk_num_u64(v, strlen(v), min, max, to, e);
}

/* "AxB" or "A,B" with decimals, scaled by 10^decimals. */
static int
pair(const char *v, char sep, int decimals, int64_t max, int64_t *a, int64_t *b,
	struct mk_err *e)
{
	const char *s = strchr(v, sep);

	if (s == NULL)
		return mk_err(e, MK_ESYNTAX, "'%s' is not A%cB", v, sep);
	return mk_num_fix(v, (size_t)(s - v), decimals, 1, max, a, e) == -1 ? -1
		: mk_num_fix(s + 1, strlen(s + 1), decimals, 1, max, b, e);
}

static int
set_size(struct sim *s, const char *v, struct mk_err *e)
{
	int64_t w, h;

	if (pair(v, 'x', 0, 4096, &w, &h, e) == -1)
		return -1;
	s->w = (int)w;
	s->h = (int)h;
	return 0;
}

/* "K" or "K:PERCENT", several joined by '+'. */
static int
set_faults(struct sim *s, enum fault_kind kind, const char *v, struct mk_err *e)
{
	while (*v != '\0') {
		size_t n = strcspn(v, "+"), k = strcspn(v, ":+");
		uint64_t percent = 0;
		struct fault *f = &s->fault[s->nfault];

		if (s->nfault == FAULTS_MAX)
			return mk_err(e, MK_EUSAGE, "more than %d faults", FAULTS_MAX);
		if ((kind == WEAK || kind == SKIP) != (k < n))
			return mk_err(e, MK_EUSAGE, "'%.*s': expected %s", (int)n, v,
				k < n ? "the number of a job" : "JOB:PERCENT");
		if (mk_num_u64(v, k, 1, UINT32_MAX, &f->k, e) == -1 ||
		    (k < n && mk_num_u64(v + k + 1, n - k - 1, 0, 100, &percent, e) == -1))
			return -1;
		f->kind = kind;
		f->percent = (uint32_t)percent;
		s->nfault++;
		v += n;
		if (*v == '+' && *++v == '\0')
			return mk_err(e, MK_EUSAGE, "nothing behind the last '+'");
	}
	return 0;
}

/* Settings that are one number each, in units of 10^-decimals. */
static const struct {
	const char *key;
	int decimals;
	int64_t min, max;
	size_t to;
} numbers[] = {
	{ "px", 0, 1, 200, offsetof(struct sim, px) },
	{ "beam", 3, 1, 2000, offsetof(struct sim, beam_um) },
	{ "blur", 3, 0, 20000, offsetof(struct sim, blur) },
	{ "noise", 3, 0, 100000, offsetof(struct sim, noise) },
	{ "glare", 0, 0, 100, offsetof(struct sim, glare) },
	{ "defocus", 3, -100000, 100000, offsetof(struct sim, defocus) },
	{ "tilt", 3, -60000, 60000, offsetof(struct sim, tilt) },
	{ "turn", 3, -360000, 360000, offsetof(struct sim, turn) },
	{ "pace", 3, 0, 1000000, offsetof(struct sim, pace) }
};

static int
set_material(struct sim *s, const char *v, struct mk_err *e)
{
	const struct mk_material *m;
	char all[100] = "";
	size_t i;

	if ((s->material = mk_material(v)) != NULL)
		return 0;
	for (i = 0; (m = mk_material_at(i)) != NULL; i++)
		(void)snprintf(all + strlen(all), sizeof all - strlen(all), " %s", m->name);
	return mk_err(e, MK_EUSAGE, "there is%s", all);
}

static int
set_one(struct sim *s, const struct mk_setting *set, struct mk_err *e)
{
	static const char *const faults[] = { "weak", "skip", "fail", "hang" };
	const char *k = set->key, *v = set->val;
	size_t i;

	if (strcmp(k, "seed") == 0)
		return whole(v, 0, UINT64_MAX, &s->seed, e);
	if (strcmp(k, "size") == 0)
		return set_size(s, v, e);
	if (strcmp(k, "material") == 0)
		return set_material(s, v, e);
	for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (strcmp(k, numbers[i].key) == 0)
			return mk_num_fix(v, strlen(v), numbers[i].decimals, numbers[i].min,
				numbers[i].max, (int64_t *)(void *)((char *)s + numbers[i].to), e);
	for (i = 0; i < 4; i++)
		if (strcmp(k, faults[i]) == 0)
			return set_faults(s, (enum fault_kind)i, v, e);
	return mk_err(e, MK_EUSAGE, "no such setting: there is seed, size, material, px, beam, blur, "
		"noise, glare, defocus, tilt, turn, pace, weak, skip, fail, hang");
}

static int
set_all(struct sim *s, const struct mk_laser_arg *arg, struct mk_err *e)
{
	const struct mk_device *d = mk_conf_device(arg->conf, "sim");
	const char *field = mk_device_get(d, "field");
	int64_t w = 110000, h = 110000;
	size_t i;

	for (i = 0; i < arg->nset; i++)
		if (set_one(s, &arg->set[i], e) == -1) {
			e->code = MK_EUSAGE;
			return mk_err_at(e, "device %s: %s=%s", arg->name, arg->set[i].key,
				arg->set[i].val);
		}
	if (field != NULL && pair(field, ',', 3, 2 * MK_JOB_XY_MAX, &w, &h, e) == -1) {
		e->code = MK_ECONF;
		return mk_err_at(e, "%s:%ld: device sim: field=%s", arg->conf->path, d->line, field);
	}
	s->lim.w = (int32_t)w;
	s->lim.h = (int32_t)h;
	return mk_timing_conf(&s->timing, d, e);
}

static void
sim_close(void *dev)
{
	struct sim *s = dev;

	if (s == NULL)
		return;
	if (s->dirfd != -1)
		(void)close(s->dirfd);
	if (s->beamfd != -1)
		(void)close(s->beamfd);
	free(s);
}

static int
sim_open(void **dev, const struct mk_laser_arg *arg, struct mk_err *e)
{
	struct sim *s = calloc(1, sizeof *s);

	if (s == NULL)
		return mk_err_nomem(e);
	*s = (struct sim){ .name = arg->name, .dir = arg->place, .dirfd = -1, .beamfd = -1,
		.seed = 1, .px = 20, .w = 640, .h = 480, .beam_um = 80,
		.blur = 800, .noise = 2500, .material = mk_material_at(0) };
	if (set_all(s, arg, e) == -1)
		goto fail;
	if (strlen(s->dir) > MK_LASER_PATH_MAX / 2) {
		mk_err(e, MK_EUSAGE, "device sim: the folder's name is too long");
		goto fail;
	}
	if (mk_io_mkdirs(s->dir, e) == -1)
		goto fail;
	s->dirfd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dirfd != -1)
		s->beamfd = openat(s->dirfd, ".beam", O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (s->dirfd == -1 || s->beamfd == -1) {
		mk_err_sys(e, MK_EDEV, "%s: cannot use this folder", s->name);
		goto fail;
	}
	*dev = s;
	return 0;
fail:
	sim_close(s);
	return -1;
}

static int
sim_place(const void *dev, struct mk_buf *out, struct mk_err *e)
{
	char *path = realpath(((const struct sim *)dev)->dir, NULL);
	int r;

	if (path == NULL)
		return mk_err_sys(e, MK_EDEV, "%s: where is this folder?", ((const struct sim *)dev)->name);
	r = mk_buf_adds(out, path, e);
	free(path);
	return r;
}

static int
sim_lockfd(const void *dev)
{
	return ((const struct sim *)dev)->dirfd;
}

static void
sim_limits(const void *dev, struct mk_job_limits *lim)
{
	*lim = ((const struct sim *)dev)->lim;
}

/* ---- burning ---- */

static void
sim_off(void *dev)
{
	/* the result is of no use in a handler; the next off writes it again */
	ssize_t r = pwrite(((struct sim *)dev)->beamfd, "off\n", 4, 0);

	(void)r;
}

static int
sim_on(struct sim *s, struct mk_err *e)
{
	if (pwrite(s->beamfd, "on \n", 4, 0) == 4)
		return 0;
	return mk_err_sys(e, MK_EDEV, "%s: cannot turn the beam on", s->name);
}

static const struct fault *
fault_of(const struct sim *s, enum fault_kind kind)
{
	size_t i;

	for (i = 0; i < s->nfault; i++)
		if (s->fault[i].kind == kind && s->fault[i].k == s->job)
			return &s->fault[i];
	return NULL;
}

struct progress {
	const struct mk_laser_task *t;
	bool hang;
};

static void
on_op(void *arg, size_t op)
{
	struct progress *p = arg;

	atomic_store(p->t->done, (unsigned)op);
	atomic_store(p->t->ops, (unsigned)(op + 1));
	while (p->hang && op >= p->t->job->n / 2)
		(void)pause();
}

/* The width of a Gaussian beam of 1.064 um, so far from its waist: w0 sqrt(1 + (z / zR)^2),
 * zR = pi w0^2 / lambda (ISO 11146-1, M^2 of 1). */
static int
beam_width(const struct sim *s)
{
	double w0 = (double)s->beam_um / 2, z = (double)s->defocus / (acos(-1) * w0 * w0 / 1.064);

	return s->defocus == 0 ? (int)s->beam_um
		: (int)lround(fmin((double)s->beam_um * sqrt(1 + z * z), 5000));
}

/* The middle of what the beam touches is the middle of the picture. */
static void
aim(struct mk_beam *b, const struct sim *s, const struct mk_job *job, uint64_t seed)
{
	const struct fault *weak = fault_of(s, WEAK), *skip = fault_of(s, SKIP);
	struct mk_rng r = mk_rng_of(seed, 99);
	struct mk_job_stats st;

	mk_job_stats(job, &st);
	*b = (struct mk_beam){ .w = s->w, .h = s->h, .px = (int)s->px, .beam_um = beam_width(s),
		.e0 = s->material->e0, .burnt = s->material->burnt,
		.cx = (st.mx0 + st.mx1) / 2, .cy = (st.my0 + st.my1) / 2,
		.percent = weak == NULL ? 100 : weak->percent };
	if (skip != NULL) {
		b->skip_from = mk_rng_below(&r, (uint32_t)st.strokes);
		b->skip_n = st.strokes * skip->percent / 100;
	}
}

/* With a pace, a job takes its time, the beam on. */
static void
take_time(const struct sim *s, const struct mk_job *job)
{
	double ms = mk_job_ms(job, &s->timing) * (double)s->pace / 1000;
	struct timespec t = { (time_t)(ms / 1000), (long)(fmod(ms, 1000) * 1e6) };

	/* a signal that ends the job does not come back here */
	while (s->pace > 0 && nanosleep(&t, &t) == -1 && errno == EINTR)
		;
}

/* Beam on, strokes, beam off; how dark each pixel got. */
static int
expose(struct sim *s, const struct mk_laser_task *t, uint64_t seed, uint16_t *dark,
	struct mk_err *e)
{
	struct progress p = { t, fault_of(s, HANG) != NULL };
	struct mk_beam b;
	int r;

	aim(&b, s, t->job, seed);
	if (sim_on(s, e) == -1)
		return -1;
	r = mk_beam_burn(t->job, &b, dark, on_op, &p, e);
	take_time(s, t->job);
	sim_off(s);
	if (r == 0 && fault_of(s, FAIL) != NULL)
		r = mk_err(e, MK_EDEV, "%s: the device failed, as it was told to", s->name);
	return r;
}

/* The picture of what was burnt. */
static int
look(struct sim *s, const struct mk_laser_task *t, uint64_t seed, uint16_t *dark,
	struct mk_image *im, struct mk_burn *b, struct mk_err *e)
{
	const struct mk_metal metal = { s->material, (uint32_t)(s->blur * 256 / 1000),
		(uint32_t)(s->noise * 256 / 1000), (uint32_t)s->glare, seed };
	size_t n = (size_t)s->w * (size_t)s->h;
	uint16_t *seen = dark;
	int r = -1;

	if (s->tilt != 0 || s->turn != 0) {
		if ((seen = malloc(n * sizeof *seen)) == NULL)
			return mk_err_nomem(e);
		mk_warp(dark, seen, s->w, s->h, (int32_t)s->tilt, (int32_t)s->turn);
	}
	if (mk_metal_paint(&metal, seen, im, e) == 0)
		r = mk_picture_save(s->dirfd, s->dir, t->rec, im, b->image, sizeof b->image, e);
	if (seen != dark)
		free(seen);
	return r;
}

static int
sim_burn(void *dev, const struct mk_laser_task *t, struct mk_burn *b, struct mk_err *e)
{
	struct sim *s = dev;
	uint64_t seed = s->seed ^ (uint64_t)t->crc << 32;
	struct mk_image im;
	uint16_t *dark;
	int r = -1;

	s->job = t->number;
	if (mk_image_new(&im, s->w, s->h, e) == -1)
		return -1;
	dark = malloc((size_t)s->w * (size_t)s->h * sizeof *dark);
	if (dark == NULL)
		mk_err_nomem(e);
	else if (expose(s, t, seed, dark, e) == 0)
		r = look(s, t, seed, dark, &im, b, e);
	b->ms = mk_job_ms(t->job, &s->timing);
	free(dark);
	mk_image_clear(&im);
	return r;
}

const struct mk_driver mk_driver_sim = {
	.kind = "sim", .open = sim_open, .place = sim_place, .lockfd = sim_lockfd,
	.limits = sim_limits, .close = sim_close, .off = sim_off, .burn = sim_burn
};
