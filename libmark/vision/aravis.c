/* GenICam cameras. The one file that knows Aravis. */
#include "vision/cameras.h"

#ifdef HAVE_ARAVIS
#include <arv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 2000
#define BUFFERS 4
#define TRIES 5		/* of a picture that comes with holes */
#define PACKET_US 200000	/* until a packet is asked for again */
#define FRAME_US 1000000	/* until a picture is given up */

struct gencam {
	ArvCamera *cam;
	ArvStream *stream;
	char *trigger;		/* NULL: software, if the camera has that */
	bool software, free_run;
	bool started;		/* and not lost */
	int ms;
	double exposure, gain;	/* below 0: as they are */
	int region[4];		/* of the sensor: x, y, width, height; width 0: as it is */
};

/* What the library says, as ours. */
static int
gone(struct mk_err *e, const char *what, GError *g)
{
	mk_err(e, MK_EDEV, "%s: %s", what, g == NULL ? "it says no more" : g->message);
	g_clear_error(&g);
	return -1;
}

static void
gencam_close(void *self)
{
	struct gencam *c = self;

	if (c->started)
		arv_camera_stop_acquisition(c->cam, NULL);
	g_clear_object(&c->stream);
	g_clear_object(&c->cam);
	free(c->trigger);
	free(c);
}

static int
gencam_open(void **self, const char *name, struct mk_err *e)
{
	struct gencam *c = calloc(1, sizeof *c);
	GError *g = NULL;

	if (c == NULL)
		return mk_err_nomem(e);
	c->ms = TIMEOUT_MS;
	c->exposure = c->gain = -1;
	c->cam = arv_camera_new(*name == '\0' ? NULL : name, &g);
	if (c->cam == NULL) {
		free(c);
		return gone(e, "not there (arv-tool-0.8 lists what is)", g);
	}
	*self = c;
	return 0;
}

static int
positive(const char *val, double *v, struct mk_err *e)
{
	char *end;

	*v = g_ascii_strtod(val, &end);
	if (end == val || *end != '\0' || !(*v >= 0 && *v < 1e9))
		return mk_err(e, MK_EUSAGE, "'%s' is no number from 0 on", val);
	return 0;
}

static int
region(const char *val, int r[4], struct mk_err *e)
{
	char end;

	if (sscanf(val, "%5d,%5d,%5d,%5d%c", &r[0], &r[1], &r[2], &r[3], &end) != 4 || r[0] < 0 ||
	    r[1] < 0 || r[2] < 1 || r[3] < 1)
		return mk_err(e, MK_EUSAGE, "no region: write X,Y,WIDTH,HEIGHT in pixels");
	return 0;
}

static int
gencam_set(void *self, const char *key, const char *val, struct mk_err *e)
{
	struct gencam *c = self;

	if (strcmp(key, "timeout") == 0)
		return mk_camera_timeout(val, &c->ms, e);
	if (strcmp(key, "exposure") == 0)
		return positive(val, &c->exposure, e);
	if (strcmp(key, "gain") == 0)
		return positive(val, &c->gain, e);
	if (strcmp(key, "region") == 0)
		return region(val, c->region, e);
	if (strcmp(key, "trigger") != 0)
		return mk_err(e, MK_EUSAGE, "no such setting: there are exposure, gain, region, trigger, "
			"timeout");
	free(c->trigger);
	c->trigger = strdup(val);
	return c->trigger == NULL ? mk_err_nomem(e) : 0;
}

/* A value within the camera's bounds, which an error names. */
static int
within(double v, double lo, double hi, const char *what, struct mk_err *e)
{
	if (v < lo || v > hi)
		return mk_err(e, MK_EUSAGE, "%s %g is out of range: this camera takes %g to %g", what,
			v, lo, hi);
	return 0;
}

static int
set_light(struct gencam *c, struct mk_err *e)
{
	GError *g = NULL;
	double lo = 0, hi = 0;

	if (c->exposure >= 0) {
		if (arv_camera_is_exposure_auto_available(c->cam, NULL))
			arv_camera_set_exposure_time_auto(c->cam, ARV_AUTO_OFF, NULL);
		arv_camera_get_exposure_time_bounds(c->cam, &lo, &hi, &g);
		if (g == NULL && within(c->exposure, lo, hi, "exposure", e) == -1)
			return -1;
		if (g == NULL)
			arv_camera_set_exposure_time(c->cam, c->exposure, &g);
		if (g != NULL)
			return gone(e, "exposure", g);
	}
	if (c->gain >= 0) {
		if (arv_camera_is_gain_auto_available(c->cam, NULL))
			arv_camera_set_gain_auto(c->cam, ARV_AUTO_OFF, NULL);
		arv_camera_get_gain_bounds(c->cam, &lo, &hi, &g);
		if (g == NULL && within(c->gain, lo, hi, "gain", e) == -1)
			return -1;
		if (g == NULL)
			arv_camera_set_gain(c->cam, c->gain, &g);
		if (g != NULL)
			return gone(e, "gain", g);
	}
	return 0;
}

static int
set_trigger(struct gencam *c, struct mk_err *e)
{
	bool can = arv_camera_is_software_trigger_supported(c->cam, NULL);
	GError *g = NULL;

	c->software = c->trigger == NULL ? can : strcmp(c->trigger, "software") == 0;
	c->free_run = !c->software && (c->trigger == NULL || strcmp(c->trigger, "none") == 0);
	if (c->software && !can)
		return mk_err(e, MK_EUSAGE, "it has no software trigger: say trigger=Line1 or trigger=none");
	if (c->free_run)
		arv_camera_clear_triggers(c->cam, NULL);
	else
		arv_camera_set_trigger(c->cam, c->software ? "Software" : c->trigger, &g);
	return g == NULL ? 0 : gone(e, "trigger", g);
}

/* Over GigE: an ordinary socket (the packet socket needs rights, and does not work on
 * the loopback), whose buffer has room for a frame, and patience on a busy machine. */
static void
set_stream(struct gencam *c)
{
	if (!arv_camera_is_gv_device(c->cam))
		return;
	g_object_set(c->stream, "socket-buffer", ARV_GV_STREAM_SOCKET_BUFFER_AUTO,
		"socket-buffer-size", 0, "packet-timeout", PACKET_US, "frame-retention", FRAME_US, NULL);
}

static int
gencam_start(void *self, struct mk_err *e)
{
	struct gencam *c = self;
	GError *g = NULL;
	guint size;
	int i;

	arv_camera_set_pixel_format(c->cam, ARV_PIXEL_FORMAT_MONO_8, &g);
	if (g != NULL)
		return gone(e, "it has no 8-bit grey pixels (Mono8)", g);
	if (c->region[2] > 0)
		arv_camera_set_region(c->cam, c->region[0], c->region[1], c->region[2], c->region[3], &g);
	if (g != NULL)
		return gone(e, "region", g);
	if (set_light(c, e) == -1)
		return -1;
	arv_camera_set_acquisition_mode(c->cam, ARV_ACQUISITION_MODE_CONTINUOUS, NULL);
	if (set_trigger(c, e) == -1)
		return -1;
	if (arv_camera_is_gv_device(c->cam))
		arv_camera_gv_set_stream_options(c->cam, ARV_GV_STREAM_OPTION_PACKET_SOCKET_DISABLED);
	c->stream = arv_camera_create_stream(c->cam, NULL, NULL, &g);
	if (c->stream == NULL)
		return gone(e, "no stream of pictures", g);
	set_stream(c);
	size = arv_camera_get_payload(c->cam, &g);
	if (g != NULL)
		return gone(e, "the size of its pictures", g);
	for (i = 0; i < BUFFERS; i++)
		arv_stream_push_buffer(c->stream, arv_buffer_new(size, NULL));
	arv_camera_start_acquisition(c->cam, &g);
	if (g != NULL)
		return gone(e, "cannot start", g);
	c->started = true;
	return 0;
}

static int
take(ArvBuffer *b, struct mk_shot *s, struct mk_err *e)
{
	int w = arv_buffer_get_image_width(b), h = arv_buffer_get_image_height(b);
	size_t n = 0;
	const void *p = arv_buffer_get_image_data(b, &n);

	if (arv_buffer_get_image_pixel_format(b) != ARV_PIXEL_FORMAT_MONO_8 || w < 1 || h < 1 ||
	    n < (size_t)w * (size_t)h)
		return mk_err(e, MK_EDEV, "a picture of another form than was asked for");
	if (mk_image_new(&s->im, w, h, e) == -1)
		return -1;
	memcpy(s->im.px, p, (size_t)w * (size_t)h);
	return 0;
}

/* What was exposed before it was asked for is not this part's. */
static void
drop_old(struct gencam *c)
{
	ArvBuffer *b;

	while ((b = arv_stream_try_pop_buffer(c->stream)) != NULL)
		arv_stream_push_buffer(c->stream, b);
}

/* One frame: 1; 0 if it has holes; -1. */
static int
frame(struct gencam *c, struct mk_shot *s, struct mk_err *e)
{
	GError *g = NULL;
	ArvBuffer *b;
	int r, status;

	if (c->software || c->free_run)
		drop_old(c);
	if (c->software)
		arv_camera_software_trigger(c->cam, &g);
	if (g != NULL) {
		c->started = false;	/* nobody is there to be stopped */
		return gone(e, "it does not answer", g);
	}
	b = arv_stream_timeout_pop_buffer(c->stream, (guint64)c->ms * 1000);
	if (b == NULL)
		return mk_camera_late(e, "picture", c->ms);
	status = (int)arv_buffer_get_status(b);
	if (status == ARV_BUFFER_STATUS_SUCCESS)
		r = take(b, s, e) == -1 ? -1 : 1;
	else
		r = 0;
	arv_stream_push_buffer(c->stream, b);
	if (r == 0)
		mk_err(e, MK_EDEV, "the picture did not come whole: packets were lost (status %d)", status);
	return r;
}

static int
gencam_grab(void *self, struct mk_shot *s, struct mk_err *e)
{
	struct gencam *c = self;
	GError *g = NULL;
	int r, tries = 0;

	/* the part is still there to be looked at again, unless it comes by itself */
	do
		r = frame(c, s, e);
	while (r == 0 && (c->software || c->free_run) && ++tries < TRIES);
	if (r != 1)
		return -1;
	if (arv_camera_is_exposure_time_available(c->cam, NULL)) {
		s->exposure = arv_camera_get_exposure_time(c->cam, &g);
		s->has_exposure = g == NULL;
		g_clear_error(&g);
	}
	if (arv_camera_is_gain_available(c->cam, NULL)) {
		s->gain = arv_camera_get_gain(c->cam, &g);
		s->has_gain = g == NULL;
		g_clear_error(&g);
	}
	return 0;
}

const struct mk_camera_kind mk_camera_aravis = {
	"aravis", true, gencam_open, gencam_set, gencam_start, gencam_grab, gencam_close
};
#else
static int
no_open(void **self, const char *name, struct mk_err *e)
{
	(void)self;
	(void)name;
	return mk_err(e, MK_EUSAGE, "this program was built without Aravis: use dir: or cmd:, or build "
		"it with libaravis-dev");
}

const struct mk_camera_kind mk_camera_aravis = {
	"aravis", true, no_open, NULL, NULL, NULL, NULL
};
#endif
