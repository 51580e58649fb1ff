/* cpu LABEL FILE RECORDS COMMAND [ARGUMENT…]: run COMMAND five times with FILE as
 * standard input and /dev/null as standard output, and print the best run's
 * throughput per second of CPU time (user and system). */
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

/* CPU seconds of one run, or -1. */
static double
once(const char *file, char **cmd)
{
	struct rusage u;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int in = open(file, O_RDONLY), out = open("/dev/null", O_WRONLY);

		if (in == -1 || out == -1 || dup2(in, 0) == -1 || dup2(out, 1) == -1)
			_exit(126);
		execvp(cmd[0], cmd);
		_exit(127);
	}
	if (pid == -1 || wait4(pid, &status, 0, &u) == -1 || status != 0)
		return -1;
	return seconds(&u.ru_utime) + seconds(&u.ru_stime);
}

int
main(int argc, char **argv)
{
	struct stat st;
	double t, best = -1;
	int i;

	if (argc < 5 || stat(argv[2], &st) == -1) {
		(void)fprintf(stderr, "usage: cpu LABEL FILE RECORDS COMMAND...\n");
		return 2;
	}
	for (i = 0; i < 5; i++) {
		if ((t = once(argv[2], argv + 4)) < 0) {
			(void)fprintf(stderr, "cpu: %s failed\n", argv[4]);
			return 1;
		}
		if (best < 0 || t < best)
			best = t;
	}
	(void)printf("%-28s %8.0f MB/s %12.0f records/s %8.3f CPU s\n", argv[1],
		(double)st.st_size / 1e6 / best, atof(argv[3]) / best, best);
	return 0;
}
