#include "laser/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_MAX 100	/* bytes of the id, and of the op */
#define COPIES_MAX 100000

static int
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '.' || c == '_' || c == '-';
}

/* Append what of the n bytes at p may stand in a file's name. */
static size_t
tame(char *out, const char *p, size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < n && k < PART_MAX; i++) {
		char c = plain(p[i]) ? p[i] : '_';

		/* no leading '.' or '-', no run of '_' */
		if ((k == 0 && (c == '_' || c == '.' || c == '-')) ||
		    (k > 0 && c == '_' && out[k - 1] == '_'))
			continue;
		out[k++] = c;
	}
	while (k > 0 && out[k - 1] == '_')
		k--;
	return k;
}

int
mk_picture_name(const struct mk_rec *rec, char out[MK_PICTURE_NAME_MAX], struct mk_err *e)
{
	struct mk_buf b = {0};
	size_t n, k;
	int r = -1;

	if (mk_rec_bytes(rec, "id", &b, e) == -1)
		goto out;
	n = tame(out, b.p, b.n);
	if (n == 0) {
		memcpy(out, "part", 4);
		n = 4;
	}
	b.n = 0;
	if (mk_rec_bytes(rec, "op", &b, e) == -1)
		goto out;
	k = tame(out + n + 1, b.p, b.n);
	if (k > 0) {
		out[n] = '-';
		n += k + 1;
	}
	out[n] = '\0';
	r = 0;
out:
	mk_buf_clear(&b);
	return r;
}

/* A file without a name, so that a death leaves nothing behind; where the file
 * system has none, one with a name, which is put in tmp. */
static int
scratch(int dirfd, char *tmp, size_t size)
{
	int fd = openat(dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);

	*tmp = '\0';
	if (fd != -1 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	(void)snprintf(tmp, size, ".%ld.tmp", (long)getpid());
	return openat(dirfd, tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

static int
give_name(int dirfd, int fd, const char *tmp, const char *name)
{
	char self[64];

	if (*tmp != '\0')
		return linkat(dirfd, tmp, dirfd, name, 0);
	(void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, dirfd, name, AT_SYMLINK_FOLLOW);
}

int
mk_picture_put(int dirfd, const char *dir, const struct mk_rec *rec, const char *ext,
	mk_picture_write *write_it, const void *arg, char *path, size_t size, struct mk_err *e)
{
	char stem[MK_PICTURE_NAME_MAX], name[MK_PICTURE_NAME_MAX + 24], tmp[32];
	int fd, i, r = -1;

	if (mk_picture_name(rec, stem, e) == -1)
		return -1;
	fd = scratch(dirfd, tmp, sizeof tmp);
	if (fd == -1)
		return mk_err_sys(e, MK_EIO, "%s: cannot make a picture", dir);
	(void)snprintf(path, size, "%s/%s.%s", dir, stem, ext);
	if (write_it(fd, path, arg, e) == -1)
		goto out;
	for (i = 1; i <= COPIES_MAX; i++) {
		if (i == 1)
			(void)snprintf(name, sizeof name, "%s.%s", stem, ext);
		else
			(void)snprintf(name, sizeof name, "%s-%d.%s", stem, i, ext);
		if (give_name(dirfd, fd, tmp, name) == 0) {
			(void)snprintf(path, size, "%s/%s", dir, name);
			r = 0;
			goto out;
		}
		if (errno != EEXIST)
			break;
	}
	mk_err_sys(e, MK_EIO, "%s: cannot name a picture", path);
out:
	if (*tmp != '\0')
		(void)unlinkat(dirfd, tmp, 0);
	(void)close(fd);
	return r;
}

static int
write_png(int fd, const char *name, const void *arg, struct mk_err *e)
{
	return mk_png_write(fd, name, arg, e);
}

int
mk_picture_save(int dirfd, const char *dir, const struct mk_rec *rec,
	const struct mk_image *im, char *path, size_t size, struct mk_err *e)
{
	return mk_picture_put(dirfd, dir, rec, "png", write_png, im, path, size, e);
}
