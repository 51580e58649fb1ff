#include "cmd/mk-trace/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "base/num.h"

#define TRIES 6			/* by cron; one that follows never gives up */
#define WAIT_MS 250		/* after the first failure; twice as long after each */
#define WAIT_MOST_MS 30000
#define LOOK_MS 500		/* how often one that follows looks for more */

static volatile sig_atomic_t stop;

static void
on_stop(int sig)
{
	stop = sig;
}

int
link_arguments(struct cmd *c, struct link *l, const char *place, const char *option,
	const char *batch, size_t n)
{
	uint64_t most = n;

	if (c->narg > 0)
		return cmd_usage(c, "%s takes no argument", l->verb);
	if (place == NULL || *place == '\0')
		return cmd_usage(c, "%s STORE is missing", option);
	if (batch != NULL && mk_num_u64(batch, strlen(batch), 1, 10000, &most, &c->err) == -1) {
		c->err.code = MK_EUSAGE;
		return mk_err_at(&c->err, "--batch");
	}
	l->place = place;
	l->batch = (size_t)most;
	return 0;
}

/* The lock is a file beside the store, with the number of who holds it. */
static int
hold(struct cmd *c, struct link *l, const char *store)
{
	char path[4096], pid[24];
	ssize_t n;

	l->lock = -1;
	if (strstr(store, "://") != NULL)	/* no file to lie beside */
		return 0;
	(void)snprintf(path, sizeof path, "%s-%s", store, l->verb);
	if ((l->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660)) == -1)
		return mk_err_sys(&c->err, MK_ESTORE, "%s", path);
	if (flock(l->lock, LOCK_EX | LOCK_NB) == 0) {
		n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
		if (ftruncate(l->lock, 0) == -1 || pwrite(l->lock, pid, (size_t)n, 0) != n)
			return mk_err_sys(&c->err, MK_ESTORE, "%s", path);
		return 0;
	}
	if (errno != EWOULDBLOCK)
		return mk_err_sys(&c->err, MK_ESTORE, "%s", path);
	n = pread(l->lock, pid, sizeof pid - 1, 0);
	pid[n < 0 ? 0 : n] = '\0';
	pid[strcspn(pid, "\n")] = '\0';
	return mk_err(&c->err, MK_ESTORE, "%s: process %s is at %s already: let it be, or end it",
		store, *pid == '\0' ? "?" : pid, l->verb);
}

/* Sleep, unless a signal comes. */
static void
sleep_ms(int ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };
	sigset_t all, was;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &was);
	if (stop == 0)
		(void)ppoll(NULL, 0, &t, &was);
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
}

/* After a failure: whether to try again. */
static bool
again(struct cmd *c, struct link *l)
{
	int ms = WAIT_MS, i;

	if (!(c->err.retry || (l->follow && c->err.code == MK_ESTORE)) ||
	    (!l->follow && l->failures + 1 >= TRIES))
		return false;
	if (l->failures == 0)
		cmd_warn(c, "%s: trying again", c->err.msg);
	for (i = 0; i < l->failures && ms < WAIT_MOST_MS; i++)
		ms *= 2;
	l->failures++;
	mk_store_close(l->centre);
	l->centre = NULL;
	memset(&c->err, 0, sizeof c->err);
	sleep_ms(ms < WAIT_MOST_MS ? ms : WAIT_MOST_MS);
	return true;
}

static int
turn(struct cmd *c, struct link *l, link_each *each, void *arg)
{
	int r;

	if (l->centre == NULL && mk_store_open(&l->centre, l->place, &c->conf, &c->err) == -1)
		return -1;
	cmd_exposed(c, mk_store_exposed(l->centre));
	r = each(c, l, arg);
	if (r != -1 && l->failures > 0 && l->follow)
		cmd_warn(c, "%s goes on", l->verb);
	if (r != -1)
		l->failures = 0;
	return r;
}

int
link_run(struct cmd *c, struct link *l, link_each *each, void *arg)
{
	struct sigaction sa = { .sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND };
	const char *store = cmd_store(c);
	int r = store == NULL ? -1 : trace_open(c, &l->st);

	l->lock = -1;
	if (r == 0)
		r = hold(c, l, store);
	if (r == 0 && l->follow) {	/* the second one ends it at once */
		(void)sigaction(SIGTERM, &sa, NULL);
		(void)sigaction(SIGINT, &sa, NULL);
		(void)sigaction(SIGHUP, &sa, NULL);
	}
	while (r != -1 && stop == 0) {
		r = turn(c, l, each, arg);
		if (r == -1 && stop == 0 && again(c, l))
			r = 1;
		else if (r == 0 && !l->follow)
			break;
		else if (r == 0)
			sleep_ms(LOOK_MS);
	}
	mk_store_close(l->centre);
	mk_store_close(l->st);
	if (l->lock != -1)
		(void)close(l->lock);
	if (stop != 0) {
		(void)signal(stop, SIG_DFL);
		(void)raise(stop);
	}
	return r == -1 ? -1 : 0;
}
