/* each LABEL N LIMIT COMMAND [ARGUMENT…]: run COMMAND once to warm up, then N times
 * with its output thrown away, and print the CPU time of one run, user and system, of
 * the whole process: the median in ms. LIMIT is the target in ms, 0 for none. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double
once(char **cmd)
{
	struct rusage u;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		if (null == -1 || dup2(null, 1) == -1)
			_exit(126);
		execvp(cmd[0], cmd);
		_exit(127);
	}
	if (pid == -1 || wait4(pid, &status, 0, &u) == -1 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > 1) {
		(void)fprintf(stderr, "each: %s failed\n", cmd[0]);
		exit(1);
	}
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
		(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	int i, n = argc > 4 ? atoi(argv[2]) : 0;
	double *ms = n > 0 ? calloc((size_t)n, sizeof *ms) : NULL, limit;

	if (ms == NULL) {
		(void)fprintf(stderr, "usage: each LABEL N LIMIT COMMAND...\n");
		return 2;
	}
	limit = atof(argv[3]);
	(void)once(argv + 4);
	for (i = 0; i < n; i++)
		ms[i] = once(argv + 4);
	qsort(ms, (size_t)n, sizeof *ms, ascending);
	(void)printf("%-44s %9.2f ms", argv[1], ms[n / 2]);
	if (limit > 0)
		(void)printf("   target %g ms%s", limit, ms[n / 2] > limit ? ", missed" : "");
	(void)putchar('\n');
	free(ms);
	return 0;
}
