/* Kinds of cameras, behind one interface. Inside libmark/vision only: camera.c has
 * the table. */
#ifndef MK_CAMERAS_H
#define MK_CAMERAS_H

#include "vision/camera.h"

struct mk_camera_kind {
	const char *scheme;	/* "dir" */
	bool settings;		/* "?KEY=VALUE&…" may follow the name */
	/* name is what stands behind the scheme. *self is the kind's own. */
	int (*open)(void **self, const char *name, struct mk_err *e);
	/* 0: taken; -1: MK_EUSAGE, without the place. Before the first grab. */
	int (*set)(void *self, const char *key, const char *val, struct mk_err *e);
	int (*start)(void *self, struct mk_err *e);	/* behind the settings */
	int (*grab)(void *self, struct mk_shot *s, struct mk_err *e);
	void (*close)(void *self);
};

extern const struct mk_camera_kind mk_camera_dir, mk_camera_cmd, mk_camera_aravis;

/* "timeout=MS", which several have: milliseconds, 1 to 600000. */
int mk_camera_timeout(const char *val, int *ms, struct mk_err *e);

/* "no picture came within … ms": MK_EDEV, e->sys is ETIMEDOUT. Returns -1. */
int mk_camera_late(struct mk_err *e, const char *what, int ms);

#endif
