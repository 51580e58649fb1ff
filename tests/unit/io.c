/* Checked input and output. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "tests/tap.h"

static struct mk_err e;
static char dir[] = "/tmp/mk-io.XXXXXX";

static void
content(const char *path, const char *want, const char *what)
{
	struct mk_buf b = {0};

	if (mk_io_slurp(path, 1000, &b, &e) == -1)
		ok(0, "%s: %s", what, e.msg);
	else
		isn(b.p, b.n, want, what);
	mk_buf_clear(&b);
}

static void
files(void)
{
	struct mk_buf b = {0};
	struct stat st;

	ok(mk_io_replace("f", "one\n", 4, &e) == 0, "a new file");
	content("f", "one\n", "holds its bytes");
	ok(mk_io_replace("f", "", 0, &e) == 0, "replaced");
	content("f", "", "by nothing");
	ok(mk_io_replace("none/f", "x", 1, &e) == -1 && e.code == MK_EIO, "no such folder: %s", e.msg);
	ok(mkdir("d", 0777) == 0 && mk_io_replace("d", "x", 1, &e) == -1, "a folder is in the way: %s", e.msg);
	ok(system("ls -a | grep -q tmp") != 0, "no temporary file is left");
	ok(mk_buf_adds(&b, "0123", &e) == 0 && mk_io_replace("g", "456", 3, &e) == 0 &&
		mk_io_slurp("g", 3, &b, &e) == 0 && isn(b.p, b.n, "0123456", "appended"), "slurp appends");
	ok(mk_io_slurp("g", 2, &b, &e) == -1 && e.code == MK_EDATA, "too large: %s", e.msg);
	ok(mk_io_slurp("none", 2, &b, &e) == -1 && e.code == MK_ECONF, "not there: %s", e.msg);
	mk_buf_clear(&b);
	ok(mk_io_mkdirs("a/b//c/", &e) == 0 && stat("a/b/c", &st) == 0 && S_ISDIR(st.st_mode), "folders");
	ok(mk_io_mkdirs("a/b/c", &e) == 0, "that are there");
	ok(mk_io_mkdirs("f/x", &e) == -1 && e.code == MK_EIO, "a file is in the way: %s", e.msg);
	ok(mk_io_mkdirs("", &e) == -1, "no name: %s", e.msg);
	ok(mk_io_syncdir("f", &e) == 0 && mk_io_syncdir("/f", &e) == 0 && mk_io_syncdir("a/b", &e) == 0,
		"folders are synced");
	ok(mk_io_syncdir("none/f", &e) == -1 && e.code == MK_EIO, "if they exist: %s", e.msg);
}

static void
nothing(int sig)
{
	(void)sig;
}

/* A write of more than a pipe holds, to a slow reader, under signals. */
static void
pipes(void)
{
	struct sigaction sa = { .sa_handler = nothing };
	static char big[1 << 20], got[1 << 20];
	size_t n = 0;
	ssize_t r;
	int p[2], status;
	pid_t kid;

	(void)sigaction(SIGUSR1, &sa, NULL);	/* no SA_RESTART: calls end with EINTR */
	memset(big, 'q', sizeof big);
	if (pipe(p) == -1)
		exit(99);
	if ((kid = fork()) == 0) {
		(void)close(p[0]);
		_exit(mk_io_write(p[1], big, sizeof big, "pipe", &e) == -1);
	}
	(void)close(p[1]);
	while ((r = mk_io_read(p[0], got + n, 999)) > 0) {
		n += (size_t)r;
		(void)kill(kid, SIGUSR1);
	}
	ok(waitpid(kid, &status, 0) == kid && status == 0, "all written, signals or not");
	ok(n == sizeof big && memcmp(big, got, n) == 0, "all arrived");
	(void)close(p[0]);
	ok(mk_io_write(-1, "x", 1, "closed", &e) == -1 && e.code == MK_EIO, "a bad descriptor: %s", e.msg);
	ok(mk_io_write(-1, "x", 0, "closed", &e) == 0, "nothing to write is no error");
	p[1] = open("/dev/full", O_WRONLY);
	ok(mk_io_write(p[1], "x", 1, "disk", &e) == -1 && strncmp(e.msg, "disk: cannot write: No space", 28) == 0,
		"a full disk: %s", e.msg);
	(void)close(p[1]);
}

int
main(void)
{
	char cmd[64];

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 99;
	files();
	pipes();
	(void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	ok(chdir("/") == 0 && system(cmd) == 0, "nothing is left behind");
	return done();
}
