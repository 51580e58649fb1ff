/* mk-trace add: store what happened, print it once it is durable. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "cmd/mk-trace/trace.h"

static const char *opt_quiet, *opt_expect;

const struct cmd_opt trace_add_opts[] = {
	{ "quiet", 'q', NULL, &opt_quiet, "store, print nothing" },
	{ "expect", 0, "N", &opt_expect, "exit with 1 if fewer than N records came" },
	{0}
};

/* How many records a file has, by what n of them take: guessed. 0 for a pipe. */
static uint64_t
guess(uint64_t n)
{
	struct stat s;
	off_t at;

	if (fstat(STDIN_FILENO, &s) == -1 || !S_ISREG(s.st_mode) ||
	    (at = lseek(STDIN_FILENO, 0, SEEK_CUR)) <= 0)
		return 0;
	return at >= s.st_size ? n : (uint64_t)((double)n * (double)s.st_size / (double)at);
}

int
trace_add(struct cmd *c)
{
	struct trace_batch b = { .quiet = opt_quiet != NULL };
	struct trace_progress bar;
	struct mk_rdr in;
	struct mk_rec rec = {0};
	struct mk_err why;
	uint64_t expect = 0;
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "add reads standard input and takes no argument");
	if (opt_expect != NULL && mk_num_u64(opt_expect, strlen(opt_expect), 0, UINT64_MAX, &expect,
	    &c->err) == -1)
		return mk_err_at(&c->err, "--expect");
	c->epipe = CMD_DEVICE;
	if (trace_open(c, &b.st) == -1)
		return -1;
	mk_rdr_init(&in, STDIN_FILENO, "stdin");
	trace_progress_start(&bar, c, 0);
	if (!b.quiet && isatty(STDOUT_FILENO) == 1)
		bar.start = -1;	/* the records themselves are seen */
	while ((r = mk_rec_read(&in, &rec, &c->err)) == 1) {
		if ((r = trace_put(c, &b, &rec, mk_rdr_ready(&in))) == -1) {
			mk_err_at(&c->err, "stdin:%ld", in.lineno);
			break;
		}
		if (in.lineno % 1024 == 0 && bar.start != -1) {
			bar.total = guess((uint64_t)in.lineno);
			trace_progress(&bar, (uint64_t)in.lineno);
		}
	}
	trace_progress_end(&bar);
	if (r == -1 && b.n > 0) {	/* the input is wrong further on: keep what came */
		why = c->err;
		if (trace_commit(c, &b) == 0)
			c->err = why;
	}
	if (r == 0 && b.deaf) {
		c->err = b.why;
		r = -1;
	}
	if (b.total < expect) {
		cmd_warn(c, "%llu records came, %llu were expected", (unsigned long long)b.total,
			(unsigned long long)expect);
		cmd_status(c, CMD_FAILED);
	}
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	trace_batch_clear(&b);
	return r;
}
