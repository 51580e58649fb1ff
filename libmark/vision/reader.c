#include "vision/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"

#define HARD_MS 30000
#define CPU_MORE_MS 1000	/* of CPU time, beyond what is wanted: unpacking, clearing up */

struct mk_reader {
	pid_t pid;
	int fd;
	int hard_ms;
};

struct request {
	int w, h;		/* of pixels; w is 0: n bytes of a file */
	size_t n;
	char name[128];
	bool send_back;		/* the file's pixels behind the reply */
	struct mk_scan_want want;
};

struct reply {
	int r;
	bool none;		/* no picture, as e says */
	int w, h;		/* of the pixels behind; 0: none */
	struct mk_err e;
	struct mk_scan scan;	/* comes last: codes that are not used are not sent */
};

static size_t
reply_size(const struct mk_scan *s)
{
	return offsetof(struct reply, scan) + offsetof(struct mk_scan, code) +
		(size_t)s->codes * sizeof *s->code;
}

/* ---- the child ---- */

/* The picture that is on its way. -1 without a way to go on (no room for it, the
 * parent is gone), 0 if it is none, as re->e says, 1. */
static int
recv_picture(int fd, const struct request *q, struct mk_image *im, struct reply *re)
{
	void *file;
	int r;

	if (q->w > 0)
		return mk_image_new(im, q->w, q->h, &re->e) == -1 || mk_io_recv(fd, im->px, q->n) != 1
			? -1 : 1;
	if ((file = malloc(q->n + 1)) == NULL)
		return -1;
	r = mk_io_recv(fd, file, q->n) == 1 ? 0 : -1;
	if (r == 0)
		r = mk_image_decode(file, q->n, q->name, im, &re->e) == 0;
	free(file);
	return r;
}

static void
limit_cpu(int ms)
{
	const struct itimerval t = { .it_value = { ms / 1000, ms % 1000 * 1000L } };

	(void)setitimer(ITIMER_PROF, &t, NULL);
}

static void
child_loop(int fd)
{
	static const struct mk_scan none;
	struct request q;
	struct reply re;
	struct mk_image im;
	int r;

	while (mk_io_recv(fd, &q, sizeof q) == 1) {
		/* an engine without a limit of its own is ended by SIGPROF */
		limit_cpu((q.want.ms > 0 ? q.want.ms : 200) + CPU_MORE_MS);
		memset(&re, 0, reply_size(&none));
		if ((r = recv_picture(fd, &q, &im, &re)) == -1)
			return;
		re.scan.best = -1;
		re.none = r == 0 && re.e.code != MK_ENOMEM;
		if (r == 0)
			re.r = -1;
		else if ((re.r = mk_scan_image(&im, &q.want, &re.scan, &re.e)) == -1)
			re.scan.codes = 0;
		if (r == 1 && q.send_back) {
			re.w = im.w;
			re.h = im.h;
		}
		r = mk_io_send(fd, &re, reply_size(&re.scan));
		if (r == 0 && re.w > 0)
			r = mk_io_send(fd, im.px, (size_t)re.w * (size_t)re.h);
		mk_image_clear(&im);
		if (r == -1)
			return;
	}
}

static _Noreturn void
child(int fd, pid_t parent)
{
	const struct rlimit no_core = {0};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_NAME, "mk-verify read");
	/* an assert that fails in there is reported by us, not by a core and a line */
	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)signal(SIGINT, SIG_IGN);
	/* what the tool has open (a camera, a port, its pipes) is not held open in here */
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 4);
	if (null != -1 && fd != -1 && dup2(null, STDIN_FILENO) != -1 && dup2(null, STDOUT_FILENO) != -1 &&
	    dup2(null, STDERR_FILENO) != -1 && dup2(fd, 3) != -1 && getppid() == parent) {
		closefrom(4);
		child_loop(3);
	}
	_exit(0);
}

/* ---- the parent ---- */

static int
start(struct mk_reader *r, struct mk_err *e)
{
	pid_t parent = getpid();
	int sp[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sp) == -1)
		return mk_err_sys(e, MK_EIO, "no socket for the reader's process");
	r->pid = fork();
	if (r->pid == -1) {
		mk_err_sys(e, MK_EIO, "no process for the reader");
		(void)close(sp[0]);
		(void)close(sp[1]);
		return -1;
	}
	if (r->pid == 0) {
		(void)close(sp[0]);
		child(sp[1], parent);
	}
	(void)close(sp[1]);
	r->fd = sp[0];
	return 0;
}

/* End the child; the signal that had ended it, or SIGKILL. */
static int
stop(struct mk_reader *r)
{
	int status = 0;
	pid_t k;

	if (r->pid == -1)
		return 0;
	(void)close(r->fd);
	(void)kill(r->pid, SIGKILL);
	do
		k = waitpid(r->pid, &status, 0);
	while (k == -1 && errno == EINTR);
	r->pid = -1;
	r->fd = -1;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int
mk_reader_new(struct mk_reader **out, int hard_ms, struct mk_err *e)
{
	struct mk_reader *r = calloc(1, sizeof *r);

	if (r == NULL)
		return mk_err_nomem(e);
	r->pid = r->fd = -1;
	r->hard_ms = hard_ms > 0 ? hard_ms : HARD_MS;
	if (start(r, e) == -1) {
		free(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
mk_reader_free(struct mk_reader *r)
{
	if (r == NULL)
		return;
	(void)stop(r);
	free(r);
}

pid_t
mk_reader_pid(const struct mk_reader *r)
{
	return r->pid;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Move n bytes one way before the deadline. */
static enum mk_read_end
move(struct mk_reader *r, short dir, char *p, size_t n, int64_t deadline)
{
	struct pollfd fd = { .fd = r->fd, .events = dir };
	int64_t left;
	ssize_t k;

	while (n > 0) {
		left = deadline - now_ms();
		if (left <= 0)
			return MK_READ_TIMEOUT;
		if (poll(&fd, 1, (int)left) <= 0)
			continue;
		k = dir == POLLOUT ? send(r->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT)
			: recv(r->fd, p, n, MSG_DONTWAIT);
		if (k == 0 || (k == -1 && errno != EINTR && errno != EAGAIN))
			return MK_READ_CRASH;
		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
	return MK_READ_DONE;
}

/* The pixels behind a reply. */
static enum mk_read_end
take_pixels(struct mk_reader *r, const struct reply *re, struct mk_image *im, int64_t deadline)
{
	enum mk_read_end end;
	struct mk_err e;

	if (re->w == 0)
		return MK_READ_DONE;
	if (mk_image_new(im, re->w, re->h, &e) == -1)
		return MK_READ_CRASH;
	end = move(r, POLLIN, (char *)im->px, (size_t)im->w * (size_t)im->h, deadline);
	if (end != MK_READ_DONE)
		mk_image_clear(im);
	return end;
}

static enum mk_read_end
ask(struct mk_reader *r, const struct mk_picture *pic, const struct mk_scan_want *want,
	struct reply *re)
{
	const size_t head = offsetof(struct reply, scan) + offsetof(struct mk_scan, code);
	int64_t deadline = now_ms() + r->hard_ms;
	const void *px = pic->file;
	struct request q;
	enum mk_read_end end;

	memset(&q, 0, sizeof q);
	if (pic->im != NULL) {
		q.w = pic->im->w;
		q.h = pic->im->h;
		px = pic->im->px;
	}
	q.n = pic->im == NULL ? pic->n : (size_t)q.w * (size_t)q.h;
	(void)snprintf(q.name, sizeof q.name, "%s", pic->name == NULL ? "picture" : pic->name);
	q.send_back = pic->im == NULL && pic->unpacked != NULL;
	q.want = *want;
	end = move(r, POLLOUT, (char *)&q, sizeof q, deadline);
	if (end == MK_READ_DONE)
		end = move(r, POLLOUT, (char *)(uintptr_t)px, q.n, deadline);
	if (end == MK_READ_DONE)
		end = move(r, POLLIN, (char *)re, head, deadline);
	if (end == MK_READ_DONE && (re->scan.codes < 0 || re->scan.codes > MK_SCAN_CODES))
		end = MK_READ_CRASH;
	if (end == MK_READ_DONE)
		end = move(r, POLLIN, (char *)re + head, reply_size(&re->scan) - head, deadline);
	if (end == MK_READ_DONE && q.send_back)
		end = take_pixels(r, re, pic->unpacked, deadline);
	return end;
}

/* A child that died while it was idle is no fault of the next picture. */
static void
see_if_alive(struct mk_reader *r)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN | POLLRDHUP };

	if (r->pid != -1 && poll(&p, 1, 0) > 0)
		(void)stop(r);
}

int
mk_reader_scan(struct mk_reader *r, const struct mk_picture *pic,
	const struct mk_scan_want *want, struct mk_scan *out, enum mk_read_end *end,
	struct mk_err *e)
{
	struct reply re;

	memset(out, 0, offsetof(struct mk_scan, code));
	out->best = -1;
	see_if_alive(r);
	if (r->pid == -1 && start(r, e) == -1)
		return -1;
	*end = ask(r, pic, want, &re);
	if (*end != MK_READ_DONE) {
		if (stop(r) == SIGPROF)
			*end = MK_READ_TIMEOUT;
		return 0;
	}
	if (re.r == -1) {
		*e = re.e;
		*end = re.none ? MK_READ_NONE : *end;
		return re.none ? 0 : -1;
	}
	memcpy(out, &re.scan, reply_size(&re.scan) - offsetof(struct reply, scan));
	return 0;
}
