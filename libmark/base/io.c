#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t
mk_io_read(int fd, void *p, size_t n)
{
	ssize_t r;

	do
		r = read(fd, p, n);
	while (r == -1 && errno == EINTR);
	return r;
}

int
mk_io_write(int fd, const void *p, size_t n, const char *name, struct mk_err *e)
{
	const char *c = p;
	ssize_t r;

	while (n > 0) {
		r = write(fd, c, n);
		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			return mk_err_sys(e, MK_EIO, "%s: cannot write", name);
		c += r;
		n -= (size_t)r;
	}
	return 0;
}

int
mk_io_send(int fd, const void *p, size_t n)
{
	const char *c = p;
	ssize_t r;

	while (n > 0) {
		r = send(fd, c, n, MSG_NOSIGNAL);
		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			return -1;
		c += r;
		n -= (size_t)r;
	}
	return 0;
}

int
mk_io_recv(int fd, void *p, size_t n)
{
	char *c = p;
	size_t got = 0;
	ssize_t r;

	while (got < n) {
		r = mk_io_read(fd, c + got, n - got);
		if (r <= 0)
			return r == 0 && got == 0 ? 0 : -1;
		got += (size_t)r;
	}
	return 1;
}

int
mk_io_slurp(const char *path, size_t max, struct mk_buf *b, struct mk_err *e)
{
	size_t start = b->n;
	ssize_t r;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return mk_err_sys(e, errno == ENOENT ? MK_ECONF : MK_EIO, "%s: cannot open", path);
	for (;;) {
		if (mk_buf_grow(b, 65536, e) == -1)
			break;
		r = mk_io_read(fd, b->p + b->n, b->cap - b->n);
		if (r == -1)
			mk_err_sys(e, MK_EIO, "%s: cannot read", path);
		if (r <= 0) {
			(void)close(fd);
			return (int)r;
		}
		b->n += (size_t)r;
		if (b->n - start > max) {
			mk_err(e, MK_EDATA, "%s: larger than %zu bytes", path, max);
			break;
		}
	}
	(void)close(fd);
	return -1;
}

int
mk_io_syncdir(const char *path, struct mk_err *e)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? strdup(".")
		: strndup(path, slash == path ? 1 : (size_t)(slash - path));
	int fd, r = 0;

	if (dir == NULL)
		return mk_err_nomem(e);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* some file systems cannot sync a folder and say EINVAL: nothing to gain there */
	if (fd == -1 || (fsync(fd) == -1 && errno != EINVAL))
		r = mk_err_sys(e, MK_EIO, "%s: cannot sync the folder", dir);
	if (fd != -1)
		(void)close(fd);
	free(dir);
	return r;
}

int
mk_io_replace(const char *path, const void *p, size_t n, struct mk_err *e)
{
	struct mk_buf tmp = {0};
	int fd = -1, r = -1;

	if (mk_buf_addf(&tmp, e, "%s.%ld.tmp", path, (long)getpid()) == -1 ||
	    mk_buf_str(&tmp, e) == NULL)
		goto out;
	fd = open(tmp.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd == -1) {
		mk_err_sys(e, MK_EIO, "%s: cannot make", tmp.p);
		goto out;
	}
	if (mk_io_write(fd, p, n, tmp.p, e) == -1)
		goto undo;
	if (fsync(fd) == -1) {
		mk_err_sys(e, MK_EIO, "%s: cannot sync", tmp.p);
		goto undo;
	}
	if (rename(tmp.p, path) == -1) {
		mk_err_sys(e, MK_EIO, "%s: cannot put in place", path);
		goto undo;
	}
	r = mk_io_syncdir(path, e);
	goto out;
undo:
	(void)unlink(tmp.p);
out:
	if (fd != -1)
		(void)close(fd);
	mk_buf_clear(&tmp);
	return r;
}

int
mk_io_mkdirs(const char *path, struct mk_err *e)
{
	char *dir, *p;
	int r = 0;

	if (*path == '\0')
		return mk_err(e, MK_EUSAGE, "a folder without a name");
	dir = strdup(path);
	if (dir == NULL)
		return mk_err_nomem(e);
	for (p = dir + 1; r == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(dir, 0777) == -1 && errno != EEXIST)
			r = mk_err_sys(e, MK_EIO, "%s: cannot make the folder", dir);
		*p = c;
		if (c == '\0')
			break;
	}
	free(dir);
	return r;
}
