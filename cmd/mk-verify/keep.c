/* The pictures behind verdicts, each with its record, within limits of age and size. */
#include "cmd/mk-verify/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/io.h"
#include "base/num.h"

#define NAME_TIME "????????T?????????"	/* 20261122T090000123 */

const char *opt_keep, *opt_keep_dir, *opt_keep_days, *opt_keep_size;

struct kept {
	char *path;
	time_t when;
	uint64_t size;
};

struct keep {
	bool all;
	uint64_t days, bytes;		/* 0: no limit */
	struct kept *file;		/* in the order of their times; the first are gone */
	size_t first, n, cap;
	uint64_t total;
	char base[PATH_MAX];		/* of the picture kept last, without its ending */
};

/* ---- what is there ---- */

static int
add(struct keep *k, const char *path, time_t when, uint64_t size, struct mk_err *e)
{
	struct kept *more;

	if (k->n == k->cap) {
		k->cap = k->cap == 0 ? 256 : 2 * k->cap;
		if ((more = reallocarray(k->file, k->cap, sizeof *more)) == NULL)
			return mk_err_nomem(e);
		k->file = more;
	}
	if ((k->file[k->n].path = strdup(path)) == NULL)
		return mk_err_nomem(e);
	k->file[k->n].when = when;
	k->file[k->n++].size = size;
	k->total += size;
	return 0;
}

static int
older(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return x->when != y->when ? (x->when < y->when ? -1 : 1) : strcmp(x->path, y->path);
}

/* Only files with names that we give are ours to remove. */
static int
ours(const struct dirent *d)
{
	return fnmatch("*." NAME_TIME ".???*", d->d_name, FNM_PERIOD) == 0 ||
		fnmatch("*." NAME_TIME "-*.???*", d->d_name, FNM_PERIOD) == 0;
}

static int
list(struct keep *k, struct mk_err *e)
{
	char path[PATH_MAX];
	struct dirent **d = NULL;
	struct stat st;
	int n = scandir(opt_keep_dir, &d, ours, alphasort), i, r = 0;

	if (n == -1)
		return mk_err_sys(e, MK_EIO, "--keep-dir: %s", opt_keep_dir);
	for (i = 0; i < n; i++) {
		if (r == 0 && snprintf(path, sizeof path, "%s/%s", opt_keep_dir, d[i]->d_name) <
		    (int)sizeof path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
			r = add(k, path, st.st_mtime, (uint64_t)st.st_size, e);
		free(d[i]);
	}
	free(d);
	if (r == 0 && k->n > 1)
		qsort(k->file, k->n, sizeof *k->file, older);
	return r;
}

/* The oldest go until the limits hold. What cannot be removed is said, once. */
static void
prune(struct cmd *c, struct keep *k)
{
	time_t now = time(NULL);

	while (k->first < k->n) {
		struct kept *f = &k->file[k->first];
		bool old = k->days > 0 && now - f->when > (time_t)(k->days * 86400);

		if (!old && (k->bytes == 0 || k->total <= k->bytes))
			break;
		if (unlink(f->path) == -1 && errno != ENOENT)
			cmd_warn(c, "%s: cannot be removed: %s", f->path, strerror(errno));
		k->total -= f->size;
		free(f->path);
		k->first++;
	}
}

static int
limit(struct cmd *c, const char *what, const char *s, uint64_t max, uint64_t *v)
{
	if (s == NULL || mk_num_u64(s, strlen(s), 1, max, v, &c->err) == 0)
		return 0;
	c->err.code = MK_EUSAGE;
	return mk_err_at(&c->err, "%s", what);
}

int
keep_open(struct cmd *c, struct keep **out)
{
	struct keep *k;
	uint64_t mb = 0;

	if (opt_keep == NULL || strcmp(opt_keep, "none") == 0) {
		if (opt_keep == NULL && (opt_keep_dir != NULL || opt_keep_days != NULL || opt_keep_size != NULL))
			return cmd_usage(c, "keep what? say --keep all or --keep fail, too");
		return 0;
	}
	if (strcmp(opt_keep, "all") != 0 && strcmp(opt_keep, "fail") != 0)
		return cmd_usage(c, "--keep: '%s' is none of all, fail, none", opt_keep);
	if (opt_keep_dir == NULL)
		return cmd_usage(c, "--keep: where? say --keep-dir DIR, too");
	if ((k = calloc(1, sizeof *k)) == NULL)
		return mk_err_nomem(&c->err);
	*out = k;
	k->all = strcmp(opt_keep, "all") == 0;
	if (limit(c, "--keep-days", opt_keep_days, 36500, &k->days) == -1 ||
	    limit(c, "--keep-size", opt_keep_size, 1000000000, &mb) == -1)
		return -1;
	k->bytes = mb * 1000000;
	if (mk_io_mkdirs(opt_keep_dir, &c->err) == -1 || list(k, &c->err) == -1)
		return -1;
	prune(c, k);
	return 0;
}

void
keep_close(struct keep *k)
{
	for (; k != NULL && k->first < k->n; k->first++)
		free(k->file[k->first].path);
	if (k != NULL)
		free(k->file);
	free(k);
}

/* ---- a part's ---- */

static const char *
ending(const struct mk_shot *s)
{
	static const struct { const char *head, *end; size_t n; } of[] = {
		{ "\x89PNG", "png", 4 }, { "\xff\xd8\xff", "jpg", 3 }, { "II*", "tif", 3 },
		{ "MM\0*", "tif", 4 }, { "RIFF", "webp", 4 }, { "P5", "pgm", 2 }, { "P6", "ppm", 2 },
		{ "BM", "bmp", 2 }
	};
	size_t i;

	if (s->im.px != NULL)
		return "png";
	for (i = 0; i < sizeof of / sizeof *of; i++)
		if (s->file.n > of[i].n && memcmp(s->file.p, of[i].head, of[i].n) == 0)
			return of[i].end;
	return "img";
}

/* DIR/ID.TIME, safe in any file system, and free. */
static int
name(struct keep *k, const struct mk_rec *rec, const struct mk_time *t, const char *end,
	struct mk_err *e)
{
	const struct mk_field *id = mk_rec_get(rec, "id");
	struct mk_buf when = {0};
	char safe[101], path[PATH_MAX + 8];
	size_t i, n = 0;
	int try, r;

	for (i = 0; id != NULL && i < id->vlen && n + 1 < sizeof safe; i++) {
		char ch = id->val[i];
		bool good = (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') ||
			(ch >= 'a' && ch <= 'z') || ch == '-';

		if (good)
			safe[n++] = ch;
		else if (n > 0 && safe[n - 1] != '_')
			safe[n++] = '_';
	}
	safe[n] = '\0';
	if (mk_time_codes(t, "%Y%m%dT%H%M%S", 13, &when, e) == -1 || mk_buf_str(&when, e) == NULL) {
		mk_buf_clear(&when);
		return -1;
	}
	for (try = 1; ; try++) {
		char again[16] = "";

		if (try > 1)
			(void)snprintf(again, sizeof again, "-%d", try);
		r = snprintf(k->base, sizeof k->base, "%s/%s.%s%03d%s", opt_keep_dir,
			n == 0 ? "part" : safe, when.p, (int)(t->ms % 1000), again);
		(void)snprintf(path, sizeof path, "%s.%s", k->base, end);
		if (r >= (int)sizeof k->base || access(path, F_OK) == -1)
			break;
	}
	mk_buf_clear(&when);
	return r < (int)sizeof k->base ? 0 : mk_err(e, MK_EIO, "%s: the name is too long", opt_keep_dir);
}

/* The bytes of a picture file in out: as it came, or as a PNG. */
static int
bytes(const struct mk_shot *s, struct mk_buf *out, struct mk_err *e)
{
	struct stat st;
	int fd, r;

	if (s->im.px == NULL)
		return mk_buf_add(out, s->file.p, s->file.n, e);
	if ((fd = memfd_create("png", MFD_CLOEXEC)) == -1)
		return mk_err_sys(e, MK_EIO, "no memory file");
	r = mk_png_write(fd, "picture", &s->im, e);
	if (r == 0 && (fstat(fd, &st) == -1 || mk_buf_grow(out, (size_t)st.st_size, e) == -1 ||
	    pread(fd, out->p, (size_t)st.st_size, 0) != st.st_size))
		r = mk_err_sys(e, MK_EIO, "memory file");
	if (r == 0)
		out->n = (size_t)st.st_size;
	(void)close(fd);
	return r;
}

static int
sign(struct mk_rec *rec, const char *path, const struct mk_buf *b, struct mk_err *e)
{
	unsigned char sum[MK_SHA256_LEN];
	char hex[2 * MK_SHA256_LEN + 1];
	size_t i;

	if (mk_sha256(b->p, b->n, sum, e) == -1)
		return -1;
	for (i = 0; i < sizeof sum; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	if (mk_rec_set(rec, "verify_image", path, strlen(path), e) == -1)
		return -1;
	return mk_rec_setf(rec, e, "verify_image_sha256", "%s", hex);
}

int
keep_picture(struct cmd *c, struct keep *k, struct mk_rec *rec, const struct mk_shot *s,
	const struct mk_time *t, bool failed)
{
	struct mk_buf b = {0};
	char path[PATH_MAX + 8];
	int r = -1;

	if (k == NULL || (!k->all && !failed) || (s->im.px == NULL && s->file.n == 0))
		return 0;
	if (name(k, rec, t, ending(s), &c->err) == 0 && bytes(s, &b, &c->err) == 0) {
		(void)snprintf(path, sizeof path, "%s.%s", k->base, ending(s));
		if (mk_io_replace(path, b.p, b.n, &c->err) == 0 && sign(rec, path, &b, &c->err) == 0 &&
		    add(k, path, time(NULL), b.n, &c->err) == 0)
			r = 1;
	}
	mk_buf_clear(&b);
	if (r == 1)
		prune(c, k);
	return r;
}

int
keep_record(struct cmd *c, struct keep *k, const struct mk_rec *rec)
{
	struct mk_buf line = {0};
	char path[PATH_MAX + 8];
	int r = -1;

	(void)snprintf(path, sizeof path, "%s.rec", k->base);
	if (mk_rec_line(rec, &line, &c->err) == 0 && mk_buf_addc(&line, '\n', &c->err) == 0 &&
	    mk_io_replace(path, line.p, line.n, &c->err) == 0)
		r = add(k, path, time(NULL), line.n, &c->err);
	mk_buf_clear(&line);
	return r;
}
