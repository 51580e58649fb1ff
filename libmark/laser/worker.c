#include "laser/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"

#define GRACE_MS 2000	/* for a child to abort by itself before it is killed */

struct shared {
	atomic_uint ops, done, jobs;
};

struct mk_worker {
	const struct mk_driver *drv;
	void *dev;
	const char *name;
	pid_t pid;		/* -1: dead and waited for */
	int status;		/* how it ended */
	int fd;
	struct shared *shared;
	volatile sig_atomic_t busy, ending;	/* in the child; for its handler */
};

struct reply {
	int r;
	struct mk_burn b;
	struct mk_err e;
};

/* ---- the child ---- */

/* A handler can be given nothing: what it must turn off stands here, set once in
 * the child, before its handler. */
static struct mk_worker *self;

static void
abort_beam(int sig)
{
	(void)sig;
	self->ending = 1;
	if (self->drv->stop == NULL)
		self->drv->off(self->dev);
	else if (self->busy) {
		self->drv->stop(self->dev);
		return;
	}
	_exit(0);
}

static int
child_signals(void)
{
	static const int ignored[] = {
		SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU
	};
	struct sigaction sa;
	sigset_t none;
	size_t i;

	memset(&sa, 0, sizeof sa);
	(void)sigemptyset(&sa.sa_mask);
	sa.sa_handler = SIG_IGN;
	for (i = 0; i < sizeof ignored / sizeof *ignored; i++)
		if (sigaction(ignored[i], &sa, NULL) == -1)
			return -1;
	sa.sa_handler = abort_beam;
	(void)sigemptyset(&none);
	if (sigaction(SIGTERM, &sa, NULL) == -1 || sigprocmask(SIG_SETMASK, &none, NULL) == -1)
		return -1;
	return prctl(PR_SET_PDEATHSIG, SIGTERM) == -1 ? -1 : 0;
}

static int
child_files(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1 || dup2(fd, STDIN_FILENO) == -1 || dup2(fd, STDOUT_FILENO) == -1)
		return -1;
	if (fd > STDERR_FILENO)
		(void)close(fd);
	return 0;
}

/* Check once more what came over the socket, then burn it. */
static int
burn(struct mk_worker *w, const char *line, size_t n, struct mk_burn *b, struct mk_err *e)
{
	struct mk_rec rec = {0};
	struct mk_job job = {0};
	struct mk_job_limits lim;
	struct mk_laser_task t = { .rec = &rec, .job = &job, .ops = &w->shared->ops,
		.done = &w->shared->done };
	const struct mk_field *f;
	size_t column;
	int r = -1;

	if (mk_rec_parse(&rec, line, n, &column, e) == -1)
		goto out;
	if (!w->drv->text) {
		t.number = atomic_load(&w->shared->jobs);
			w->drv->limits(w->dev, &lim);
		if ((f = mk_rec_get(&rec, "job")) == NULL) {
			mk_err(e, MK_EBUG, "%s: a record without a job", w->name);
			goto out;
		}
		if (mk_job_read(&job, f->val, f->vlen, &t.crc, e) == -1 ||
		    mk_job_check(&job, &lim, e) == -1)
			goto out;
	}
	r = w->drv->burn(w->dev, &t, b, e);
out:
	mk_job_clear(&job);
	mk_rec_clear(&rec);
	return r;
}

/* Work that a signal does not end at once, but soon. */
static void
busy(struct mk_worker *w, bool on)
{
	w->busy = on;
	if (!on && w->ending) {
		w->drv->off(w->dev);
		_exit(0);
	}
}

/* n bytes from the parent. Others may ask at any time, also the parent itself, who asks
 * for its interlocks while it sends. 1, 0 at the end of the stream, -1. */
static int
take(struct mk_worker *w, void *p, size_t n)
{
	struct pollfd f[2] = { { .fd = w->fd, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
	char *c = p;
	size_t got = 0;
	ssize_t r;

	while (got < n) {
		f[0].revents = f[1].revents = 0;
		if (w->drv->idlefd != NULL)
			f[1].fd = w->drv->idlefd(w->dev);
		(void)poll(f, 2, -1);
		if (f[1].revents != 0) {
			busy(w, true);
			w->drv->idle(w->dev);
			busy(w, false);
		}
		if (f[0].revents == 0)
			continue;
		r = mk_io_read(w->fd, c + got, n - got);
		if (r <= 0)
			return r == 0 && got == 0 ? 0 : -1;
		got += (size_t)r;
	}
	return 1;
}

static void
child_loop(struct mk_worker *w)
{
	struct reply re;
	size_t n;
	char *line;

	for (;;) {
		if (take(w, &n, sizeof n) != 1 || n > MK_REC_MAX ||
		    (line = malloc(n + 1)) == NULL)
			return;
		if (take(w, line, n) != 1) {
			free(line);
			return;
		}
		memset(&re, 0, sizeof re);
		busy(w, true);
		re.r = burn(w, line, n, &re.b, &re.e);
		free(line);
		if (re.r == -1)
			w->drv->off(w->dev);
		busy(w, false);
		re.b.ops = atomic_load(&w->shared->ops);
		if (mk_io_send(w->fd, &re, sizeof re) == -1)
			return;
	}
}

static _Noreturn void
child(struct mk_worker *w, pid_t parent)
{
	self = w;
	if (child_signals() == -1 || child_files() == -1)
		_exit(1);
	(void)prctl(PR_SET_NAME, "mk-laser beam");
	if (w->drv->child != NULL)
		w->drv->child(w->dev);
	/* the parent may have died before the kernel was told to tell us */
	if (getppid() == parent)
		child_loop(w);
	w->drv->off(w->dev);
	_exit(0);
}

/* ---- the parent ---- */

/* The child, and the socket to it. */
static int
spawn(struct mk_worker *w, struct mk_err *e)
{
	pid_t parent = getpid();
	int sp[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sp) == -1)
		return mk_err_sys(e, MK_EDEV, "%s: no socket for the driver's process", w->name);
	w->pid = fork();
	if (w->pid == -1) {
		mk_err_sys(e, MK_EDEV, "%s: no process for the driver", w->name);
		(void)close(sp[0]);
		(void)close(sp[1]);
		return -1;
	}
	if (w->pid == 0) {
		(void)close(sp[0]);
		w->fd = sp[1];
		child(w, parent);
	}
	(void)close(sp[1]);
	w->fd = sp[0];
	return 0;
}

int
mk_worker_start(struct mk_worker **out, const struct mk_driver *drv, void *dev,
	const char *name, struct mk_err *e)
{
	struct mk_worker *w = calloc(1, sizeof *w);

	if (w == NULL)
		return mk_err_nomem(e);
	w->drv = drv;
	w->dev = dev;
	w->name = name;
	w->shared = mmap(NULL, sizeof *w->shared, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->shared == MAP_FAILED) {
		free(w);
		return mk_err_nomem(e);
	}
	if (spawn(w, e) == -1) {
		(void)munmap(w->shared, sizeof *w->shared);
		free(w);
		return -1;
	}
	*out = w;
	return 0;
}

int
mk_worker_again(struct mk_worker *w, struct mk_err *e)
{
	if (w->pid != -1)
		return mk_err(e, MK_EBUG, "%s: the driver's process is alive", w->name);
	(void)close(w->fd);
	w->fd = -1;
	return spawn(w, e);
}

/* See the child dead, then turn the beam off from here: before, it could turn it
 * on again. A child that is to end by itself gets a while for it. */
static void
bury(struct mk_worker *w, int sig, int grace_ms)
{
	struct pollfd p = { .fd = w->fd, .events = POLLRDHUP };
	pid_t r;

	if (w->pid == -1)
		return;
	if (sig != 0)
		(void)kill(w->pid, sig);
	if (grace_ms > 0)
		(void)poll(&p, 1, grace_ms);
	/* a child that is on its way out keeps its own status */
	(void)kill(w->pid, SIGKILL);
	do
		r = waitpid(w->pid, &w->status, 0);
	while (r == -1 && errno == EINTR);
	w->pid = -1;
	w->drv->off(w->dev);
}

/* The child is gone, or going: its socket is closed. */
static int
lost(struct mk_worker *w, struct mk_err *e)
{
	bury(w, 0, 0);
	if (WIFSIGNALED(w->status))
		return mk_err(e, MK_EDEV, "%s: the driver's process was killed by signal %d: "
			"look at the device, then start again", w->name, WTERMSIG(w->status));
	return mk_err(e, MK_EDEV, "%s: the driver's process ended (status %d): "
		"look at the device, then start again", w->name, WEXITSTATUS(w->status));
}

int
mk_worker_ready(struct mk_worker *w, struct mk_err *e)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN | POLLRDHUP };

	/* an idle child has nothing to say */
	return w->pid != -1 && poll(&p, 1, 0) <= 0 ? 0 : lost(w, e);
}

/* What one job's exchange needs all along. */
struct talk {
	const struct mk_laser_watch *watch;
	int64_t end;		/* of its time, ms of the monotonic clock; 0: none */
	struct mk_burn *b;
	struct mk_err *e;
};

static int64_t
clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whether the job must end now: 0, -1 (too long), or 1: it may go on. */
static int
may_go_on(struct mk_worker *w, const struct talk *t)
{
	const struct mk_laser_watch *v = t->watch;

	if (v->stop != NULL && *v->stop != 0) {
		t->b->end = MK_BURN_STOPPED;
		return 0;
	}
	if (v->period_ms > 0 && !v->look(v->arg)) {
		t->b->end = MK_BURN_WATCHED;
		return 0;
	}
	if (t->end == 0 || clock_ms() < t->end)
		return 1;
	t->b->end = MK_BURN_TIMEOUT;
	return mk_err(t->e, MK_EDEV, "%s: not ready after %g s: look at the device, then start "
		"again", w->name, v->timeout_ms / 1000.0);
}

/* Wait for the socket. 1 ready, 0 told to stop, -1. */
static int
wait_for(struct mk_worker *w, short events, const struct talk *t)
{
	struct pollfd p = { .fd = w->fd, .events = events };
	int r;

	for (;;) {
		int64_t ms = t->watch->period_ms > 0 ? t->watch->period_ms : -1, left;
		struct timespec ts;

		if ((r = may_go_on(w, t)) != 1)
			return r;
		if (t->end != 0) {
			left = t->end - clock_ms();
			left = left < 0 ? 0 : left;
			ms = ms == -1 || left < ms ? left : ms;
		}
		ts = (struct timespec){ (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
		r = ppoll(&p, 1, ms == -1 ? NULL : &ts, t->watch->mask);
		if (r > 0)
			return 1;
		if (r == -1 && errno != EINTR)
			return mk_err_sys(t->e, MK_EDEV, "%s: poll", w->name);
	}
}

/* 1 sent, 0 told to stop, -1. */
static int
send_job(struct mk_worker *w, const void *p, size_t n, const struct talk *t)
{
	const char *c = p;
	ssize_t k;
	int r;

	while (n > 0) {
		if ((r = wait_for(w, POLLOUT, t)) != 1)
			return r;
		k = send(w->fd, c, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k == -1 && errno != EINTR && errno != EAGAIN)
			return lost(w, t->e);
		if (k > 0) {
			c += k;
			n -= (size_t)k;
		}
	}
	return 1;
}

int
mk_worker_run(struct mk_worker *w, const char *line, size_t n,
	const struct mk_laser_watch *watch, struct mk_burn *b, struct mk_err *e)
{
	static const struct mk_laser_watch none = {0};
	struct talk t = { .watch = watch == NULL ? &none : watch, .b = b, .e = e };
	struct reply re;
	int r;

	memset(b, 0, sizeof *b);
	b->end = MK_BURN_FAILED;
	if (w->pid == -1)
		return lost(w, e);
	if (t.watch->timeout_ms > 0)
		t.end = clock_ms() + t.watch->timeout_ms;
	atomic_store(&w->shared->ops, 0);
	atomic_store(&w->shared->done, 0);
	atomic_fetch_add(&w->shared->jobs, 1);
	if ((r = send_job(w, &n, sizeof n, &t)) == 1 && (r = send_job(w, line, n, &t)) == 1 &&
	    (r = wait_for(w, POLLIN, &t)) == 1) {
		if (mk_io_recv(w->fd, &re, sizeof re) != 1)
			r = lost(w, e);
		else if (re.r == -1) {
			b->dark = re.b.dark;
			*e = re.e;
			r = -1;
		}
	}
	if (r == 1) {
		*b = re.b;
		b->end = MK_BURN_DONE;
		return 1;
	}
	bury(w, SIGTERM, GRACE_MS);
	b->ops = atomic_load(&w->shared->ops);
	b->done = atomic_load(&w->shared->done);
	/* it tells that before it triggers */
	b->dark = b->dark || (w->drv->text && b->ops == 0);
	return r;
}

void
mk_worker_end(struct mk_worker *w)
{
	if (w == NULL)
		return;
	if (w->fd != -1) {
		(void)shutdown(w->fd, SHUT_WR);
		bury(w, 0, GRACE_MS);
		(void)close(w->fd);
	}
	(void)munmap(w->shared, sizeof *w->shared);
	free(w);
}
