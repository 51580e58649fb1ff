/* The control socket: a board's side in a process of its own, asked by this one and by
 * mk-line. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "port/control.h"
#include "tests/tap.h"

static struct seen {
	volatile int high[MK_CONTROL_BITS], rises[MK_CONTROL_BITS], served;
} *seen;
static struct mk_err e;

static int
in(void *arg, int bit, bool *high, struct mk_err *err)
{
	(void)arg;
	if (bit == 15)
		return mk_err(err, MK_EDEV, "the board is on fire");
	*high = bit == 3;
	return 0;
}

static int
out(void *arg, int bit, bool high, struct mk_err *err)
{
	(void)arg;
	if (bit == 15)
		return mk_err(err, MK_EDEV, "the board is on fire");
	seen->rises[bit] += high && !seen->high[bit];
	seen->high[bit] = high;
	return 0;
}

/* Be the board until killed. */
static pid_t
board(void)
{
	const struct mk_control_board b = { .in = in, .out = out };
	struct mk_control *c;
	struct mk_err err;
	struct pollfd p = { .events = POLLIN };
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mk_control_listen(&c, &err) == -1)
		_exit(1);
	p.fd = mk_control_fd(c);
	while (poll(&p, 1, -1) == 1 && mk_control_serve(c, &b, &err) == 0)
		seen->served++;
	_exit(2);
}

static void
kill_board(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* What it says of raw requests, up to so many bytes. */
static const char *
raw(int fd, const char *line, size_t want)
{
	static char answer[400];
	ssize_t got;
	size_t n = 0;

	if (write(fd, line, strlen(line)) == -1)
		return "";
	while (n < want && (got = read(fd, answer + n, sizeof answer - 1 - n)) > 0)
		n += (size_t)got;
	answer[n] = '\0';
	return answer;
}

/* The status of mk-line gate --ok lmc:N, given one good part. */
static int
gate(const char *tool, const char *ok)
{
	int p[2], st, null;
	pid_t pid;

	if (pipe(p) == -1 || (pid = fork()) == -1)
		return -1;
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		(void)dup2(p[0], 0);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
		(void)close(p[1]);
		(void)execl(tool, tool, "gate", "--ok", ok, "--pulse", "1", (char *)NULL);
		_exit(127);
	}
	(void)close(p[0]);
	st = write(p[1], "id:A\tmark_result:ok\n", 20) == 20 ? 0 : -1;
	(void)close(p[1]);
	(void)waitpid(pid, &st, 0);
	return WEXITSTATUS(st);
}

static void
asked(void)
{
	bool high = false;
	int fd = -1, i;

	ok(mk_control_open(&fd, 10000, &e) == 0, "it is found: %s", fd == -1 ? e.msg : "");
	ok(mk_control_in(fd, 3, &high, &e) == 0 && high, "a bit that is high");
	ok(mk_control_in(fd, 2, &high, &e) == 0 && !high, "one that is low");
	ok(mk_control_out(fd, 4, true, &e) == 0 && seen->high[4] == 1, "one is raised");
	ok(mk_control_out(fd, 4, false, &e) == 0 && seen->high[4] == 0, "and lowered");
	ok(mk_control_in(fd, 15, &high, &e) == -1 && e.code == MK_EDEV, "the board fails");
	is(e.msg, "the board is on fire", "and says why");
	ok(mk_control_out(fd, 15, true, &e) == -1, "on the way out, too");
	is(raw(fd, "in 16\n", 1), "error no such request: in N, or out N 0|1, of 0 to 15\n", "no such bit");
	is(raw(fd, "out 4\n", 1), "error no such request: in N, or out N 0|1, of 0 to 15\n", "no level");
	is(raw(fd, "in 3\nin 2\n", 4), "1\n0\n", "two requests at once");
	ok(mk_control_out(fd, 5, true, &e) == 0 && seen->high[5] == 1, "one is left high");
	(void)close(fd);
	for (i = 0; i < 5000 && seen->high[5] == 1; i++)
		(void)poll(NULL, 0, 2);
	ok(seen->high[5] == 0, "and falls with its owner");
}

int
main(int argc, char **argv)
{
	char dir[] = "/tmp/mk-control.XXXXXX", tool[4096], *slash = strrchr(argv[0], '/');
	struct mk_control *c = NULL;
	pid_t pid;
	int fd;

	seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (argc != 1 || slash == NULL || seen == MAP_FAILED || mkdtemp(dir) == NULL ||
	    setpgid(0, 0) == -1)
		return 1;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)alarm(60);	/* nothing here takes as long */
	(void)setenv("XDG_RUNTIME_DIR", dir, 1);
	(void)snprintf(tool, sizeof tool, "%.*s/../../mk-line", (int)(slash - argv[0]), argv[0]);
	ok(mk_control_open(&fd, 0, &e) == -1 && e.code == MK_EDEV, "nobody is there");
	is(e.msg, "no mk-laser of this pipe holds a board whose port can be asked: it must run with "
		"-d lmc:...", "told");
	pid = board();
	asked();
	ok(mk_control_listen(&c, &e) == -1 && e.code == MK_EDEV, "one board for a pipe: %s", e.msg);
	ok(gate(tool, "lmc:6") == 0 && seen->rises[6] == 1 && seen->high[6] == 0,
		"mk-line gate pulses a bit of it");
	ok(gate(tool, "lmc:15") == 3, "and ends with 3 if that fails");
	(void)mk_control_open(&fd, 0, &e);
	kill_board(pid);
	ok(mk_control_out(fd, 1, true, &e) == -1 && e.code == MK_EDEV, "killed: %s", e.msg);
	(void)close(fd);
	ok(mk_control_listen(&c, &e) == 0, "what a killed one left is no hindrance");
	mk_control_close(c);
	ok(rmdir(dir) == 0, "nothing is left");
	return done();
}
