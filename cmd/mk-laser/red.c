/* The verb red: where a job will lie, before it is burnt. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "cmd/mk-laser/verbs.h"
#include "job/job.h"
#include "laser/laser.h"

static const char *opt_device, *opt_seconds;

const struct cmd_opt laser_red_opts[] = {
	{ "device", 'd', "KIND:PLACE[?KEY=VALUE&...]", &opt_device, "the device, such as lmc:usb" },
	{ "seconds", 0, "N", &opt_seconds, "end after so long, not at an interrupt only" },
	{0}
};

static volatile sig_atomic_t caught;

static void
on_signal(int sig)
{
	caught = sig;
}

/* The job of the one record that is read. */
static int
read_job(struct cmd *c, struct mk_job *job)
{
	const struct mk_field *f;
	struct mk_rec rec = {0};
	struct mk_rdr rdr;
	int r;

	mk_rdr_init(&rdr, STDIN_FILENO, "stdin");
	r = mk_rec_read(&rdr, &rec, &c->err);
	if (r == 0)
		r = mk_err(&c->err, MK_EDATA, "stdin: no record: give it one with a job (mk-layout)");
	else if (r == 1 && (f = mk_rec_get(&rec, "job")) == NULL)
		r = mk_err(&c->err, MK_EDATA, "stdin:1: no job: run it through mk-layout");
	else if (r == 1)
		r = mk_job_read(job, f->val, f->vlen, NULL, &c->err);
	mk_rec_clear(&rec);
	mk_rdr_clear(&rdr);
	return r == -1 ? -1 : 0;
}

static int
show(struct cmd *c, const struct mk_job *job, uint64_t seconds)
{
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa, old[3];
	size_t i;
	int r;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = on_signal;
	(void)sigemptyset(&sa.sa_mask);
	for (i = 0; i < 3; i++)
		(void)sigaction(sigs[i], &sa, &old[i]);
	r = mk_laser_red(opt_device, &c->conf, job, (int64_t)seconds * 1000, &caught, &c->err);
	for (i = 0; i < 3; i++)
		(void)sigaction(sigs[i], &old[i], NULL);
	return r;
}

int
laser_red(struct cmd *c)
{
	struct mk_job job = {0};
	uint64_t seconds = 0;
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "%s: no argument expected", c->arg[0]);
	if (opt_device == NULL)
		return cmd_usage(c, "no device: say -d KIND:PLACE, such as -d lmc:usb");
	if (opt_seconds != NULL &&
	    mk_num_u64(opt_seconds, strlen(opt_seconds), 1, 86400, &seconds, &c->err) == -1)
		return mk_err_at(&c->err, "--seconds");
	r = read_job(c, &job);
	if (r == 0)
		r = show(c, &job, seconds);
	mk_job_clear(&job);
	if (caught != 0)
		(void)raise(caught);
	return r;
}
