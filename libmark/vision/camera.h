/* Where pictures come from. A SPEC is
 *
 *   aravis:NAME[?SETTING&…]   a GenICam camera (GigE Vision, USB3 Vision)
 *   dir:PATH[?SETTING&…]      a folder into which a camera drops files
 *   cmd:COMMAND               a shell command that prints a picture file
 *
 * Settings of aravis: exposure=MICROSECONDS gain=VALUE region=X,Y,W,H
 * trigger=software|none|LINE timeout=MS; of dir: timeout=MS. */
#ifndef MK_CAMERA_H
#define MK_CAMERA_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "image/image.h"

#define MK_PICTURE_MAX (256u << 20)	/* bytes of a picture file */

/* A picture, as pixels or as a file. Embedded; {0}, then reused. */
struct mk_shot {
	struct mk_image im;	/* px is NULL: file has it */
	struct mk_buf file;	/* a picture file's bytes; n is 0: im has it */
	char name[128];		/* the file or the camera, for messages */
	bool has_exposure, has_gain;
	double exposure, gain;	/* microseconds; as the camera counts it (mostly dB) */
};
void mk_shot_clear(struct mk_shot *s);

struct mk_camera;
int mk_camera_open(struct mk_camera **c, const char *spec, struct mk_err *e);
void mk_camera_close(struct mk_camera *c);	/* NULL is allowed */

/* Take the next picture: trigger it, if that is ours to do, and wait for it. 0, or
 * -1 with MK_EDEV: there is none (unplugged, the command failed), e->sys is
 * ETIMEDOUT if only the time is up. */
int mk_camera_grab(struct mk_camera *c, struct mk_shot *s, struct mk_err *e);

#endif
