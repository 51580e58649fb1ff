/* A camera that is a command: what it prints is a picture file. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "vision/cameras.h"

#define TIMEOUT_MS 10000

struct cmd_camera {
	char *command;
};

static int
cmd_open(void **self, const char *name, struct mk_err *e)
{
	struct cmd_camera *c;

	if (*name == '\0')
		return mk_err(e, MK_EUSAGE, "no command: write cmd:COMMAND");
	if ((c = calloc(1, sizeof *c)) == NULL || (c->command = strdup(name)) == NULL) {
		free(c);
		return mk_err_nomem(e);
	}
	*self = c;
	return 0;
}

static int
cmd_start(void *self, struct mk_err *e)
{
	(void)self;
	(void)e;
	return 0;
}

static void
cmd_close(void *self)
{
	struct cmd_camera *c = self;

	free(c->command);
	free(c);
}

static _Noreturn void
become(const char *command, int out)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)setpgid(0, 0);
	if (null != -1 && dup2(null, STDIN_FILENO) != -1 && dup2(out, STDOUT_FILENO) != -1)
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static long
ms_left(const struct timespec *end)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
		return 0;
	return (long)(end->tv_sec - t.tv_sec) * 1000 + (end->tv_nsec - t.tv_nsec) / 1000000;
}

static int
collect(int fd, struct mk_buf *b, struct mk_err *e)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct timespec end = {0};
	unsigned char piece[65536];
	ssize_t n;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += TIMEOUT_MS / 1000;
	for (;;) {
		long left = ms_left(&end);

		if (left <= 0)
			return mk_err(e, MK_EDEV, "the command did not end within %d s", TIMEOUT_MS / 1000);
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		if ((n = mk_io_read(fd, piece, sizeof piece)) == -1)
			return mk_err_sys(e, MK_EDEV, "the command's output");
		if (n == 0)
			return 0;
		if (b->n + (size_t)n > MK_PICTURE_MAX)
			return mk_err(e, MK_EDEV, "the command's picture is over %u MiB", MK_PICTURE_MAX >> 20);
		if (mk_buf_add(b, piece, (size_t)n, e) == -1)
			return -1;
	}
}

static int
cmd_grab(void *self, struct mk_shot *s, struct mk_err *e)
{
	struct cmd_camera *c = self;
	int fd[2], status = 0, r;
	pid_t pid, k;

	if (pipe2(fd, O_CLOEXEC) == -1)
		return mk_err_sys(e, MK_EDEV, "no pipe for the command");
	pid = fork();
	if (pid == 0)
		become(c->command, fd[1]);
	(void)close(fd[1]);
	if (pid == -1) {
		mk_err_sys(e, MK_EDEV, "no process for the command");
		(void)close(fd[0]);
		return -1;
	}
	r = collect(fd[0], &s->file, e);
	(void)close(fd[0]);
	if (r == -1)
		(void)kill(-pid, SIGKILL);
	do
		k = waitpid(pid, &status, 0);
	while (k == -1 && errno == EINTR);
	if (r == -1)
		return -1;
	if (WIFSIGNALED(status))
		return mk_err(e, MK_EDEV, "the command was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return mk_err(e, MK_EDEV, "the command failed with status %d", WEXITSTATUS(status));
	if (s->file.n == 0)
		return mk_err(e, MK_EDEV, "the command printed no picture");
	return 0;
}

const struct mk_camera_kind mk_camera_cmd = {
	"cmd", false, cmd_open, NULL, cmd_start, cmd_grab, cmd_close
};
