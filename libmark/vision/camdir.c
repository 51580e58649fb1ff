/* A camera that drops files into a folder. A file counts once it is complete: closed
 * after it was written, or moved in; those that were there before do not. */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "vision/cameras.h"

#define TIMEOUT_MS 10000
#define EVENTS 4096

struct dir_camera {
	char *path;
	int fd;
	int ms;
	size_t at, n;		/* of what was read */
	_Alignas(struct inotify_event) char events[EVENTS];
};

static void
dir_close(void *self)
{
	struct dir_camera *c = self;

	if (c->fd != -1)
		(void)close(c->fd);
	free(c->path);
	free(c);
}

static int
dir_open(void **self, const char *name, struct mk_err *e)
{
	struct dir_camera *c = calloc(1, sizeof *c);

	if (c == NULL || (c->path = strdup(name)) == NULL) {
		free(c);
		return mk_err_nomem(e);
	}
	c->ms = TIMEOUT_MS;
	c->fd = -1;
	*self = c;
	return 0;
}

static int
dir_set(void *self, const char *key, const char *val, struct mk_err *e)
{
	struct dir_camera *c = self;

	if (strcmp(key, "timeout") == 0)
		return mk_camera_timeout(val, &c->ms, e);
	return mk_err(e, MK_EUSAGE, "no such setting: a folder has timeout");
}

static int
dir_start(void *self, struct mk_err *e)
{
	struct dir_camera *c = self;

	if ((c->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) == -1)
		return mk_err_sys(e, MK_EDEV, "no inotify");
	if (inotify_add_watch(c->fd, c->path, IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF |
	    IN_MOVE_SELF | IN_ONLYDIR) == -1)
		return mk_err_sys(e, MK_EDEV, "cannot watch the folder");
	return 0;
}

/* Names of files that are still being made, by the habits of cameras and FTP servers. */
static bool
unfinished(const char *name)
{
	return *name == '.' || *name == '\0' || fnmatch("*.tmp", name, 0) == 0 ||
		fnmatch("*.part", name, 0) == 0 || fnmatch("*.filepart", name, 0) == 0 ||
		fnmatch("*~", name, 0) == 0;
}

/* The next event: 1 with its file's name in name, 0 if it is none of a file, -1. */
static int
next_event(struct dir_camera *c, char name[NAME_MAX + 1], struct mk_err *e)
{
	struct inotify_event ev;

	memcpy(&ev, c->events + c->at, sizeof ev);
	if ((ev.mask & IN_Q_OVERFLOW) != 0)
		return mk_err(e, MK_EDEV, "more files came than could be watched: which of them is "
			"whose is not known");
	if ((ev.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0)
		return mk_err(e, MK_EDEV, "the folder is gone");
	(void)snprintf(name, NAME_MAX + 1, "%s", ev.len == 0 ? "" : c->events + c->at + sizeof ev);
	c->at += sizeof ev + ev.len;
	return (ev.mask & IN_ISDIR) == 0 && !unfinished(name);
}

static int
more_events(struct dir_camera *c, const struct timespec *end, struct mk_err *e)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	struct timespec t = {0};
	long left;
	ssize_t n;

	for (;;) {
		(void)clock_gettime(CLOCK_MONOTONIC, &t);
		left = (long)(end->tv_sec - t.tv_sec) * 1000 + (end->tv_nsec - t.tv_nsec) / 1000000;
		if (left <= 0)
			return mk_camera_late(e, "file", c->ms);
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = read(c->fd, c->events, sizeof c->events);
		if (n > 0) {
			c->at = 0;
			c->n = (size_t)n;
			return 0;
		}
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			return mk_err_sys(e, MK_EDEV, "inotify");
	}
}

static int
dir_grab(void *self, struct mk_shot *s, struct mk_err *e)
{
	struct dir_camera *c = self;
	char name[NAME_MAX + 1], path[PATH_MAX];
	struct timespec end = {0};
	int r = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += c->ms / 1000;
	end.tv_nsec += (c->ms % 1000) * 1000000L;
	do {
		if (c->at == c->n && more_events(c, &end, e) == -1)
			return -1;
		r = next_event(c, name, e);
	} while (r == 0);
	if (r == -1)
		return -1;
	if (snprintf(path, sizeof path, "%s/%s", c->path, name) >= (int)sizeof path)
		return mk_err(e, MK_EDEV, "%s: the name is too long", name);
	(void)snprintf(s->name, sizeof s->name, "%.127s", path);
	if (mk_io_slurp(path, MK_PICTURE_MAX, &s->file, e) == -1) {
		e->code = e->code == MK_ENOMEM ? MK_ENOMEM : MK_EDEV;
		return -1;
	}
	return 0;
}

const struct mk_camera_kind mk_camera_dir = {
	"dir", true, dir_open, dir_set, dir_start, dir_grab, dir_close
};
