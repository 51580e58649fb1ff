/* replay PATH…: run a fuzz target on each file, and on each file in each folder,
 * that is given. TAP; a target that finds a fault aborts. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int count;

static void
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n = 0, cap = 1u << 16;
	char *all = malloc(cap);
	uint8_t *exact;

	while (f != NULL && all != NULL) {
		n += fread(all + n, 1, cap - n, f);
		if (n < cap)
			break;
		all = realloc(all, cap *= 2);
	}
	/* a copy of just the right size, so that the sanitizers see each byte too far */
	if (f == NULL || all == NULL || ferror(f) || (exact = malloc(n > 0 ? n : 1)) == NULL) {
		(void)printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	(void)fclose(f);
	memcpy(exact, all, n);
	free(all);
	(void)LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	(void)printf("ok %d - %s\n", ++count, path);
	(void)fflush(stdout);
}

static int
visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void
replay_dir(const char *dir)
{
	struct dirent **d;
	char path[4096];
	int i, n = scandir(dir, &d, visible, alphasort);

	if (n == -1 && errno == ENOTDIR) {
		replay(dir);
		return;
	}
	if (n == -1) {
		(void)printf("Bail out! %s: %s\n", dir, strerror(errno));
		exit(1);
	}
	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, d[i]->d_name);
		replay(path);
		free(d[i]);
	}
	free(d);
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		replay_dir(argv[i]);
	(void)printf("1..%d\n", count);
	return count == 0;
}
