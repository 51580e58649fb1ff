/* ask in BIT | out BIT 0|1 …: what mk-line asks of the mk-laser that holds the board
 * in this process group (port/control.h), one question after the other; prints what
 * comes in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/control.h"

static int
fail(const struct mk_err *e)
{
	(void)fprintf(stderr, "ask: %s\n", e->msg);
	return 1;
}

int
main(int argc, char **argv)
{
	struct mk_err e;
	bool high;
	int fd, i;

	if (mk_control_open(&fd, 10000, &e) == -1)
		return fail(&e);
	for (i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "in") == 0) {
			if (mk_control_in(fd, atoi(argv[i + 1]), &high, &e) == -1)
				return fail(&e);
			(void)printf("%d\n", high);
			continue;
		}
		if (i + 2 >= argc || mk_control_out(fd, atoi(argv[i + 1]), argv[i + 2][0] == '1', &e) == -1)
			return fail(&e);
		i++;
	}
	return 0;
}
