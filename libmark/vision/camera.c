#include "vision/camera.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "vision/cameras.h"

static const struct mk_camera_kind *const kinds[] = {
	&mk_camera_aravis, &mk_camera_dir, &mk_camera_cmd
};
#define KINDS (sizeof kinds / sizeof *kinds)

struct mk_camera {
	const struct mk_camera_kind *kind;
	void *self;
	char spec[128];
};

void
mk_shot_clear(struct mk_shot *s)
{
	mk_image_clear(&s->im);
	mk_buf_clear(&s->file);
}

int
mk_camera_timeout(const char *val, int *ms, struct mk_err *e)
{
	uint64_t v;

	if (mk_num_u64(val, strlen(val), 1, 600000, &v, e) == -1)
		return -1;
	*ms = (int)v;
	return 0;
}

int
mk_camera_late(struct mk_err *e, const char *what, int ms)
{
	mk_err(e, MK_EDEV, "no %s came within %d ms", what, ms);
	e->sys = ETIMEDOUT;
	return -1;
}

/* Each KEY=VALUE of "a=1&b=2", which is cut up. */
static int
settings(struct mk_camera *c, char *text, struct mk_err *e)
{
	char *key, *val, *rest = text;

	while ((key = strsep(&rest, "&")) != NULL) {
		val = strchr(key, '=');
		if (val == NULL || val == key) {
			return mk_err(e, MK_EUSAGE, "camera %s: '%s' is no KEY=VALUE", c->spec, key);
		}
		*val++ = '\0';
		if (c->kind->set(c->self, key, val, e) == -1) {
			e->code = MK_EUSAGE;
			return mk_err_at(e, "camera %s: %s=%s", c->spec, key, val);
		}
	}
	return 0;
}

static int
open_kind(struct mk_camera *c, const char *name, struct mk_err *e)
{
	char *copy = strdup(name), *mark;
	int r = -1;

	if (copy == NULL)
		return mk_err_nomem(e);
	mark = c->kind->settings ? strchr(copy, '?') : NULL;
	if (mark != NULL)
		*mark++ = '\0';
	if (c->kind->open(&c->self, copy, e) == -1)
		mk_err_at(e, "camera %s", c->spec);
	else if (mark != NULL && settings(c, mark, e) == -1)
		;
	else if (c->kind->start(c->self, e) == -1)
		mk_err_at(e, "camera %s", c->spec);
	else
		r = 0;
	free(copy);
	return r;
}

int
mk_camera_open(struct mk_camera **out, const char *spec, struct mk_err *e)
{
	const char *colon = strchr(spec, ':');
	struct mk_camera *c = calloc(1, sizeof *c);
	size_t i;

	if (c == NULL)
		return mk_err_nomem(e);
	(void)snprintf(c->spec, sizeof c->spec, "%s", spec);
	for (i = 0; i < KINDS && colon != NULL; i++)
		if (strlen(kinds[i]->scheme) == (size_t)(colon - spec) &&
		    memcmp(kinds[i]->scheme, spec, (size_t)(colon - spec)) == 0)
			c->kind = kinds[i];
	if (c->kind == NULL) {
		free(c);
		return mk_err(e, MK_EUSAGE, "camera %s: no such kind of camera: write aravis:NAME, "
			"dir:PATH or cmd:COMMAND", spec);
	}
	if (open_kind(c, colon + 1, e) == -1) {
		mk_camera_close(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
mk_camera_close(struct mk_camera *c)
{
	if (c == NULL)
		return;
	if (c->self != NULL)
		c->kind->close(c->self);
	free(c);
}

int
mk_camera_grab(struct mk_camera *c, struct mk_shot *s, struct mk_err *e)
{
	mk_image_clear(&s->im);
	s->file.n = 0;
	s->has_exposure = s->has_gain = false;
	(void)snprintf(s->name, sizeof s->name, "%s", c->spec);
	if (c->kind->grab(c->self, s, e) == -1)
		return mk_err_at(e, "camera %s", c->spec);
	return 0;
}
