/* Preloaded into a tool: all that it does to files whose path has $DISK_MATCH in it,
 * and what it prints, goes to the log $DISK_LOG as well, in order, so that powercut
 * can make the disk of any moment from it.
 *
 * A log is entries of a line and, for W and P, that many bytes behind it:
 *     W path offset n     written, not yet on the disk
 *     T path size         cut to that length
 *     S path              all that was written to it is on the disk now
 *     U path              the name is gone
 *     P 0 n               printed on standard output */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static ssize_t (*real_write)(int, const void *, size_t);

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void
put(const char *head, const void *p, size_t n)
{
	static int fd = -1;
	const char *path = getenv("DISK_LOG");

	if (real_write == NULL)
		*(void **)&real_write = real("write");
	if (fd == -1 && path != NULL)
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd == -1)
		return;
	if (real_write(fd, head, strlen(head)) == -1 || (n > 0 && real_write(fd, p, n) == -1))
		_exit(126);
}

/* The path behind fd if it is one to watch. */
static int
watched(int fd, char path[4096])
{
	const char *match = getenv("DISK_MATCH");
	char name[64];
	ssize_t n;

	(void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	n = match == NULL ? -1 : readlink(name, path, 4095);
	if (n <= 0)
		return 0;
	path[n] = '\0';
	return strstr(path, match) != NULL && strstr(path, "-shm") == NULL;
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	ssize_t (*f)(int, const void *, size_t, off64_t);
	char path[4096], head[4200];
	ssize_t r;

	*(void **)&f = real("pwrite64");
	r = f(fd, p, n, at);
	if (r > 0 && watched(fd, path)) {
		(void)snprintf(head, sizeof head, "W %s %lld %zd\n", path, (long long)at, r);
		put(head, p, (size_t)r);
	}
	return r;
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return pwrite64(fd, p, n, at);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	char path[4096], head[4200];
	ssize_t r;
	off_t at;

	if (real_write == NULL)
		*(void **)&real_write = real("write");
	at = lseek(fd, 0, SEEK_CUR);
	r = real_write(fd, p, n);
	if (r > 0 && fd == 1) {
		(void)snprintf(head, sizeof head, "P 0 %zd\n", r);
		put(head, p, (size_t)r);
	} else if (r > 0 && watched(fd, path)) {
		(void)snprintf(head, sizeof head, "W %s %lld %zd\n", path, (long long)at, r);
		put(head, p, (size_t)r);
	}
	return r;
}

static void
synced(int fd)
{
	char path[4096], head[4200];

	if (watched(fd, path)) {
		(void)snprintf(head, sizeof head, "S %s\n", path);
		put(head, NULL, 0);
	}
}

int
fsync(int fd)
{
	int (*f)(int), r;

	*(void **)&f = real("fsync");
	r = f(fd);
	if (r == 0)
		synced(fd);
	return r;
}

int
fdatasync(int fd)
{
	int (*f)(int), r;

	*(void **)&f = real("fdatasync");
	r = f(fd);
	if (r == 0)
		synced(fd);
	return r;
}

int
ftruncate64(int fd, off64_t size)
{
	int (*f)(int, off64_t), r;
	char path[4096], head[4200];

	*(void **)&f = real("ftruncate64");
	r = f(fd, size);
	if (r == 0 && watched(fd, path)) {
		(void)snprintf(head, sizeof head, "T %s %lld\n", path, (long long)size);
		put(head, NULL, 0);
	}
	return r;
}

int
ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

int
unlink(const char *name)
{
	int (*f)(const char *), r;
	const char *match = getenv("DISK_MATCH");
	char full[4096], head[4200];

	*(void **)&f = real("unlink");
	if (match != NULL && strstr(name, match) != NULL && strstr(name, "-shm") == NULL &&
	    realpath(name, full) != NULL) {
		(void)snprintf(head, sizeof head, "U %s\n", full);
		put(head, NULL, 0);
	}
	r = f(name);
	return r;
}
