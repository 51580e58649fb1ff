/* LD_PRELOAD for tests: lets libserialport open a pty, which has no entry in
 * /sys/class/tty and no modem lines. With MK_PTY_LINES=DIR, the lines that DIR/N.in
 * names are high for /dev/pts/N ("cts dsr dcd ri"; replace the file by mv), and each
 * change of an output is appended to DIR/N.out ("rts 1"), and with its time in ms to
 * DIR/N.times ("123456 rts 1"). DIR/N.seen says how often the lines were looked at as
 * they are now ("4 cts"). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int
is_pts(const char *path)
{
	return strncmp(path, "/sys/class/tty/pts/", 19) == 0;
}

int
lstat(const char *restrict path, struct stat *restrict st)
{
	if (!is_pts(path))
		return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
	memset(st, 0, sizeof *st);
	st->st_mode = S_IFLNK | 0777;
	return 0;
}

int __lxstat(int version, const char *path, struct stat *st);
int
__lxstat(int version, const char *path, struct stat *st)
{
	(void)version;
	return lstat(path, st);
}

ssize_t
readlink(const char *restrict path, char *restrict buf, size_t n)
{
	return is_pts(path) ? snprintf(buf, n, "../../devices/platform/pty/tty")
		: readlinkat(AT_FDCWD, path, buf, n);
}

/* DIR/N.what of the pty on fd; without a DIR nothing that exists. */
static const char *
line_file(int fd, const char *what, char path[4096])
{
	const char *dir = getenv("MK_PTY_LINES");
	char tty[64];

	if (dir == NULL || ttyname_r(fd, tty, sizeof tty) != 0)
		return "/nonexistent/lines";
	(void)snprintf(path, 4096, "%s/%s.%s", dir, strrchr(tty, '/') + 1, what);
	return path;
}

/* A test that plays the device waits until its lines were seen. */
static void
seen(int tty, const char *text)
{
	static char last[64] = "?";
	static long times;
	char path[4096], line[96];
	int fd, n;

	times = strcmp(last, text) == 0 ? times + 1 : 1;
	(void)snprintf(last, sizeof last, "%s", text);
	n = snprintf(line, sizeof line, "%ld %s\n", times, *text == '\0' ? "none\n" : text);
	if ((fd = open(line_file(tty, "seen", path), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)) == -1)
		return;
	if (pwrite(fd, line, (size_t)n, 0) == -1)
		(void)ftruncate(fd, 0);
	(void)close(fd);
}

static int
in_lines(int tty)
{
	static const struct { const char *name; int bit; } line[] = {
		{ "cts", TIOCM_CTS }, { "dsr", TIOCM_DSR }, { "dcd", TIOCM_CAR }, { "ri", TIOCM_RNG }
	};
	char path[4096], text[64] = "";
	int fd = open(line_file(tty, "in", path), O_RDONLY | O_CLOEXEC), i, bits = 0;

	if (fd == -1)
		return 0;
	if (read(fd, text, sizeof text - 1) == -1)
		text[0] = '\0';
	(void)close(fd);
	text[strcspn(text, "\n")] = '\0';
	seen(tty, text);
	for (i = 0; i < 4; i++)
		if (strstr(text, line[i].name) != NULL)
			bits |= line[i].bit;
	return bits;
}

static void
append(int tty, const char *what, const char *text)
{
	char path[4096];
	int fd = open(line_file(tty, what, path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd == -1)
		return;
	(void)dprintf(fd, "%s\n", text);
	(void)close(fd);
}

static void
tell(int tty, const char *name, int high)
{
	struct timespec t;
	char text[64];

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	(void)snprintf(text, sizeof text, "%lld %s %d", (long long)t.tv_sec * 1000 +
		t.tv_nsec / 1000000, name, high);
	append(tty, "times", text);
	append(tty, "out", strchr(text, ' ') + 1);
}

static int low[1024];	/* outputs that are not high, by descriptor */

/* The next line on this descriptor has both outputs high, as the kernel raises them. */
int
close(int fd)
{
	static int (*real)(int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "close");
	low[fd & 1023] = 0;
	return real(fd);
}

static int
lines(int fd, unsigned long request, int *arg)
{
	int both = TIOCM_RTS | TIOCM_DTR, was = both & ~low[fd & 1023], now = was;

	if (request == TIOCMGET) {
		*arg = was | in_lines(fd);
		return 0;
	}
	if (request == TIOCMSET)
		now = *arg & both;
	else
		now = request == TIOCMBIS ? was | (*arg & both) : was & ~*arg;
	if (((now ^ was) & TIOCM_RTS) != 0)
		tell(fd, "rts", (now & TIOCM_RTS) != 0);
	if (((now ^ was) & TIOCM_DTR) != 0)
		tell(fd, "dtr", (now & TIOCM_DTR) != 0);
	low[fd & 1023] = both & ~now;
	return 0;
}

int
ioctl(int fd, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, ...);
	va_list ap;
	void *arg;
	int r;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
	r = real(fd, request, arg);
	if (r == -1 && (request == TIOCMGET || request == TIOCMSET || request == TIOCMBIS ||
	    request == TIOCMBIC) && (errno == ENOTTY || errno == EINVAL || errno == EIO) && isatty(fd))
		return lines(fd, request, arg);
	return r;
}
