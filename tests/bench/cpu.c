/* cpu LABEL FILE RECORDS COMMAND [ARGUMENT…]: run COMMAND five times (RUNS in the
 * environment) with FILE as standard input, reading what it prints from a pipe, and
 * print the best run's throughput per second of CPU time (user and system), and the
 * highest peak of resident memory. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static double
seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static void
child(const char *file, const int fd[2], char **cmd)
{
	int in = open(file, O_RDONLY);

	if (in == -1 || dup2(in, 0) == -1 || dup2(fd[1], 1) == -1)
		_exit(126);
	(void)close(fd[0]);
	(void)close(fd[1]);
	execvp(cmd[0], cmd);
	_exit(127);
}

/* CPU seconds of one run, or -1. */
static double
once(const char *file, char **cmd, long *peak)
{
	static char drain[1 << 16];
	struct rusage u;
	int status, fd[2];
	pid_t pid;

	if (pipe(fd) == -1)
		return -1;
	if ((pid = fork()) == 0)
		child(file, fd, cmd);
	(void)close(fd[1]);
	while (read(fd[0], drain, sizeof drain) > 0)
		;
	(void)close(fd[0]);
	if (pid == -1 || wait4(pid, &status, 0, &u) == -1 || status != 0)
		return -1;
	if (u.ru_maxrss > *peak)
		*peak = u.ru_maxrss;
	return seconds(&u.ru_utime) + seconds(&u.ru_stime);
}

int
main(int argc, char **argv)
{
	struct stat st;
	const char *runs = getenv("RUNS");
	double t, best = -1;
	long peak = 0;
	int i;

	if (argc < 5 || stat(argv[2], &st) == -1) {
		(void)fprintf(stderr, "usage: cpu LABEL FILE RECORDS COMMAND...\n");
		return 2;
	}
	for (i = 0; i < (runs == NULL ? 5 : atoi(runs)); i++) {
		if ((t = once(argv[2], argv + 4, &peak)) < 0) {
			(void)fprintf(stderr, "cpu: %s failed\n", argv[4]);
			return 1;
		}
		if (best < 0 || t < best)
			best = t;
	}
	(void)printf("%-28s %8.0f MB/s %12.0f records/s %8.3f CPU s %6.1f MB peak\n",
		argv[1], (double)st.st_size / 1e6 / best, atof(argv[3]) / best, best,
		(double)peak / 1024);
	return 0;
}
