/* mk-line doctor: what a line needs, looked at from the PC that runs it; each line says
 * what to do. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/mk-line/line.h"
#include "laser/laser.h"
#include "store/pools.h"
#include "vision/camera.h"

#define SPACE_BAD 100		/* MB */
#define SPACE_WARN 1000

static const char *opt_camera;

const struct cmd_opt line_doctor_opts[] = {
	{ "camera", 'c', "SPEC", &opt_camera, "the camera to look for, as mk-verify has it" },
	{0}
};

/* One line of the screen. state: ok, warn, bad. */
static int
row(struct cmd *c, const char *check, const char *state, const char *what, const char *todo)
{
	struct mk_rec rec = {0};
	int r = -1;

	if (strcmp(state, "ok") != 0)
		cmd_status(c, CMD_FAILED);
	if (mk_rec_set(&rec, "check", check, strlen(check), &c->err) == 0 &&
	    mk_rec_set(&rec, "state", state, strlen(state), &c->err) == 0 &&
	    mk_rec_set(&rec, "what", what, strlen(what), &c->err) == 0 &&
	    (*todo == '\0' || mk_rec_set(&rec, "do", todo, strlen(todo), &c->err) == 0))
		r = cmd_put(c, &rec);
	mk_rec_clear(&rec);
	return r;
}

/* A message says what is wrong and, behind its last ": ", what to do; one that ends in
 * the system's own words does not: then todo stands for it. */
static int
row_err(struct cmd *c, const char *check, const struct mk_err *e, const char *todo)
{
	char what[sizeof e->msg];
	char *last = NULL, *p;

	(void)snprintf(what, sizeof what, "%s", e->msg);
	for (p = what; e->sys == 0 && (p = strstr(p, ": ")) != NULL; p += 2)
		last = p;
	if (last == NULL)
		return row(c, check, "bad", what, todo);
	*last = '\0';
	return row(c, check, "bad", what, last + 2);
}

static int
check_conf(struct cmd *c)
{
	const char *station = c->conf.env[MK_CTX_STATION];
	char what[512];

	if (c->conf.path == NULL)
		return row(c, "configuration", "warn", "there is no mk.conf", "write /etc/mk/mk.conf, "
			"see mkconf(5)");
	if (station == NULL)
		station = c->conf.ctx[MK_CTX_STATION];
	(void)snprintf(what, sizeof what, "%s, station %s", c->conf.path,
		station == NULL ? "unknown" : station);
	return station == NULL ? row(c, "configuration", "warn", what, "write 'station NAME' into it")
		: row(c, "configuration", "ok", what, "");
}

static int
check_clock(struct cmd *c, struct mk_store *st)
{
	char now_text[MK_TIME_LEN], then[MK_TIME_LEN], what[160];
	struct mk_time now, latest = { 0, 0 };

	if (mk_time_now(&now, &c->err) == -1)
		return -1;
	mk_time_format(&now, now_text);
	if (st != NULL && mk_store_latest(st, &latest, &c->err) == -1)
		return row_err(c, "clock", &c->err, "see mk-trace(1), audit");
	if (latest.ms > now.ms + 1000) {
		latest.off = now.off;
		mk_time_format(&latest, then);
		(void)snprintf(what, sizeof what, "%s, but the store has heard of %s", now_text, then);
		return row(c, "clock", "bad", what, "set the clock: nothing is issued until then");
	}
	if (mk_clock_synced())
		return row(c, "clock", "ok", now_text, "");
	if (c->conf.clock_trusted)
		return row(c, "clock", "ok", now_text, "not synchronised, trusted by mk.conf");
	(void)snprintf(what, sizeof what, "%s, not synchronised", now_text);
	return row(c, "clock", "warn", what, "start NTP (timedatectl set-ntp true), or write 'clock "
		"trust' in mk.conf");
}

/* What kind of file system the folder of path is on: NULL if it is a real disk. */
static const char *
unreal(const char *path)
{
	static const struct {
		unsigned type;
		const char *what;
	} kinds[] = {
		{ 0x01021994, "tmpfs, which is gone at the next boot" },
		{ 0x858458f6, "ramfs, which is gone at the next boot" },
		{ 0x794c7630, "an overlay, which may go with its container" },
		{ 0x6969, "NFS, whose locks do not hold" },
		{ 0xff534d42, "a Windows share, whose locks do not hold" },
		{ 0xfe534d42, "a Windows share, whose locks do not hold" }
	};
	struct statfs fs;
	size_t i;

	if (statfs(path, &fs) == 0)
		for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
			if ((unsigned)fs.f_type == kinds[i].type)
				return kinds[i].what;
	return NULL;
}

static int
check_space(struct cmd *c, const char *path)
{
	struct statvfs fs;
	unsigned long long mb;
	char what[512];

	if (statvfs(path, &fs) == -1)
		return 0;	/* no file here, which another line tells */
	mb = (unsigned long long)fs.f_bavail * fs.f_frsize / 1000000;
	(void)snprintf(what, sizeof what, "%llu MB are free beside %s", mb, path);
	return mb < SPACE_BAD ? row(c, "space", "bad", what, "make room: a full disk stops the line")
		: mb < SPACE_WARN ? row(c, "space", "warn", what, "make room soon")
		: row(c, "space", "ok", what, "");
}

static int
check_disk(struct cmd *c, const char *path)
{
	const char *why = unreal(path);
	char what[512];

	if (access(path, F_OK) == -1)
		return 0;
	if (why == NULL)
		return row(c, "disk", "ok", path, "");
	(void)snprintf(what, sizeof what, "%s is on %s", path, why);
	return row(c, "disk", strchr(why, ',') != NULL && strstr(why, "gone") != NULL ? "bad" : "warn",
		what, "move the store to a disk of this PC");
}

static int
check_ledger(struct cmd *c, struct mk_store *st, const char *store)
{
	const char *path = NULL;
	struct stat a, b;
	char what[512];

	if (mk_store_hiwater(st, &path, &c->err) == -1)
		return row_err(c, "high-water", &c->err, "put it back, or see --after-restore in "
			"mk-serial(1)");
	if (path == NULL)	/* the store needs none */
		return 0;
	if (stat(store, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev) {
		(void)snprintf(what, sizeof what, "%s is on the store's own disk", path);
		return row(c, "high-water", "ok", what, "better put MK_STATE on another disk before "
			"mk-trace init");
	}
	return row(c, "high-water", "ok", path, "");
}

/* Can it be written? */
static int
check_store(struct cmd *c, const char *path, struct mk_store **st)
{
	int r;

	if (mk_store_open(st, path, &c->conf, &c->err) == -1)
		return row_err(c, "store", &c->err, "look at its path; mk-trace init makes a store");
	r = mk_store_begin(*st, &c->err);
	mk_store_rollback(*st);
	return r == -1 ? row_err(c, "store", &c->err, "let this user write it, and its folder")
		: row(c, "store", "ok", path, "");
}

/* ---- pools: mk-serial knows ---- */

/* mk-serial list --check, of the same folder as this program, else of $PATH. */
static void
exec_list(const char *store)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 16);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	if ((slash = strrchr(path, '/')) != NULL) {
		(void)strcpy(slash + 1, "mk-serial");
		(void)execl(path, "mk-serial", "list", "--check", "--store", store, "-o", "ltsv",
			(char *)NULL);
	}
	(void)execlp("mk-serial", "mk-serial", "list", "--check", "--store", store, "-o", "ltsv",
		(char *)NULL);
	_exit(127);
}

static int
pool_row(struct cmd *c, const struct mk_rec *rec)
{
	const struct mk_field *pool = mk_rec_get(rec, "pool"), *left = mk_rec_get(rec, "left");
	const struct mk_field *days = mk_rec_get(rec, "days_left"), *state = mk_rec_get(rec, "state");
	char what[400];
	int n;

	if (pool == NULL || left == NULL || state == NULL)
		return 0;
	n = snprintf(what, sizeof what, "%.*s: %.*s numbers are left", (int)pool->vlen, pool->val,
		(int)left->vlen, left->val);
	if (days != NULL && n > 0 && (size_t)n < sizeof what)
		(void)snprintf(what + n, sizeof what - (size_t)n, ", for %.*s days", (int)days->vlen,
			days->val);
	return mk_rec_is(rec, "state", "stop") ? row(c, "pool", "bad", what, "it issues no more: "
		"define another pool, or import more numbers") : row(c, "pool", "warn", what,
		"define the next pool, or import more numbers");
}

static int
check_pools(struct cmd *c, const char *store)
{
	struct mk_rec rec = {0};
	struct mk_rdr in;
	int p[2], st = -1, r, n = 0;
	pid_t pid;

	if (cmd_flush(c) == -1)
		return -1;
	if (pipe(p) == -1 || (pid = fork()) == -1)
		return mk_err_sys(&c->err, MK_EIO, "cannot run mk-serial");
	if (pid == 0) {
		(void)dup2(p[1], STDOUT_FILENO);
		(void)close(p[0]);
		(void)close(p[1]);
		exec_list(store);
	}
	(void)close(p[1]);
	mk_rdr_init(&in, p[0], "mk-serial list");
	while ((r = mk_rec_read(&in, &rec, &c->err)) == 1 && pool_row(c, &rec) == 0)
		n++;
	mk_rdr_clear(&in);
	mk_rec_clear(&rec);
	(void)close(p[0]);
	while (waitpid(pid, &st, 0) == -1 && errno == EINTR)
		;
	if (r != 0)
		return -1;
	if (!WIFEXITED(st) || WEXITSTATUS(st) > 1)
		return row(c, "pools", "bad", "mk-serial list fails", "run it, and see what it says");
	return n == 0 ? row(c, "pools", "ok", "none runs out", "") : 0;
}

/* ---- devices ---- */

struct devices {
	struct cmd *c;
	int n;
};

static int
device_row(void *arg, const struct mk_laser_found *f, struct mk_err *e)
{
	struct devices *d = arg;
	bool good = strcmp(f->state, "ok") == 0;
	char what[400];
	int r;

	d->n++;
	(void)snprintf(what, sizeof what, "%s%s%s", f->device, *f->what == '\0' ? "" : ", ", f->what);
	r = row(d->c, "device", good ? "ok" : "bad", what, good ? "" : f->state);
	if (r == -1)
		*e = d->c->err;
	return r;
}

static int
check_devices(struct cmd *c)
{
	struct mk_err left_out = {0};
	struct devices d = { c, 0 };

	if (mk_laser_list(device_row, &d, &left_out, &c->err) == -1)
		return row_err(c, "device", &c->err, "see mk-laser list");
	if (left_out.code != 0 && row(c, "device", "warn", left_out.msg, "") == -1)
		return -1;
	return d.n > 0 ? 0 : row(c, "device", "warn", "no serial port and no USB board is here",
		"if there should be one: is it plugged in, and on?");
}

static int
check_camera(struct cmd *c)
{
	struct mk_camera *cam = NULL;
	int r;

	if (opt_camera == NULL)
		return row(c, "camera", "ok", "not looked for", "name it with -c to look for it");
	r = mk_camera_open(&cam, opt_camera, &c->err);
	mk_camera_close(cam);
	return r == -1 ? row_err(c, "camera", &c->err, "look at its name, and its cable")
		: row(c, "camera", "ok", opt_camera, "");
}

int
line_doctor(struct cmd *c)
{
	const char *path;
	struct mk_store *st = NULL;
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "doctor takes no argument");
	r = check_conf(c);
	path = cmd_store(c);
	if (r == 0)
		r = path == NULL ? row_err(c, "store", &c->err, "") : check_store(c, path, &st);
	if (r == 0 && path != NULL && strchr(path, ':') == NULL &&
	    ((r = check_disk(c, path)) == 0))
		r = check_space(c, path);
	if (r == 0 && st != NULL)
		r = check_ledger(c, st, path);
	if (r == 0)
		r = check_clock(c, st);
	mk_store_close(st);
	if (r == 0 && st != NULL)
		r = check_pools(c, path);
	if (r == 0)
		r = check_devices(c);
	if (r == 0)
		r = check_camera(c);
	return r;
}
