/* powercut LOG FROM TO CUT SEED: the disk after the power went off behind the CUT-th
 * entry of a log of disk-shim.c. The file FROM (and FROM-wal) as it was at the start
 * becomes TO: what was synced is there; of what was written and not synced, each
 * write, or some 512-byte sectors of it, may be or not, as SEED draws; SEED 0 loses
 * all of it. What had been printed goes to standard output. Exits 3 if the log is
 * shorter. With $DISK_LIES set nothing was ever synced. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512

struct file {
	const char *name;	/* "" and "-wal" */
	char *disk;		/* as it is on the platter */
	size_t ndisk;
	int gone;
};

struct op {
	char kind;
	int file;
	long long at;
	size_t n;
	const char *p;
};

static uint64_t rng;

static uint32_t
draw(void)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rng >> 33);
}

static char *
slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *p = NULL;
	size_t cap = 0, got;

	*n = 0;
	if (f == NULL)
		return NULL;
	do {
		cap += 1 << 20;
		if ((p = realloc(p, cap)) == NULL)
			exit(2);
		got = fread(p + *n, 1, cap - *n, f);
		*n += got;
	} while (got > 0);
	(void)fclose(f);
	return p;
}

static void
spew(const char *path, const char *p, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0)
		exit(2);
}

/* Bytes at a place of a growing image. */
static void
place(char **img, size_t *n, long long at, const char *p, size_t len)
{
	size_t end = (size_t)at + len;

	if (end > *n) {
		if ((*img = realloc(*img, end + 1)) == NULL)
			exit(2);
		memset(*img + *n, 0, end - *n);
		*n = end;
	}
	memcpy(*img + at, p, len);
}

static void
apply(struct file *f, const struct op *o, int torn)
{
	size_t i, k;

	if (o->kind == 'T') {
		if ((size_t)o->at < f->ndisk)
			f->ndisk = (size_t)o->at;
		return;
	}
	if (o->kind == 'U') {
		f->gone = 1;
		f->ndisk = 0;
		return;
	}
	f->gone = 0;
	for (i = 0; i < o->n; i += k) {
		k = o->n - i < SECTOR ? o->n - i : SECTOR;
		if (!torn || draw() % 2 == 0)
			place(&f->disk, &f->ndisk, o->at + (long long)i, o->p + i, k);
	}
}

int
main(int argc, char **argv)
{
	static struct file file[2] = { { .name = "" }, { .name = "-wal" } };
	static struct op *op;
	static char *log;
	size_t nlog, nop = 0, i, from[2] = {0};
	char *p, *end, path[4096];
	long cut, k;

	if (argc != 6 || (log = slurp(argv[1], &nlog)) == NULL)
		return 2;
	cut = atol(argv[4]);
	rng = strtoull(argv[5], NULL, 10);
	for (i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof path, "%s%s", argv[2], file[i].name);
		file[i].disk = slurp(path, &file[i].ndisk);
		file[i].gone = file[i].disk == NULL;
	}
	end = log + nlog;
	for (p = log, k = 0; p < end && k < cut; k++) {
		char *lf = memchr(p, '\n', (size_t)(end - p)), name[4096] = "";
		struct op o = { .kind = *p };
		int wal;

		if (lf == NULL)
			return 2;
		*lf = '\0';
		if (o.kind == 'P')
			(void)sscanf(p, "P %lld %zu", &o.at, &o.n);
		else
			(void)sscanf(p, "%*c %4095s %lld %zu", name, &o.at, &o.n);
		*lf = '\n';
		o.p = lf + 1;
		p = lf + 1 + (o.kind == 'W' || o.kind == 'P' ? o.n : 0);
		wal = strlen(name) > 4 && strcmp(name + strlen(name) - 4, "-wal") == 0;
		o.file = wal;
		if (o.kind == 'P')
			(void)fwrite(o.p, 1, o.n, stdout);
		else if (o.kind == 'S' && getenv("DISK_LIES") != NULL)
			continue;
		else if (o.kind == 'S') {
			for (i = from[wal]; i < nop; i++)
				if (op[i].file == wal && op[i].kind != 0) {
					apply(&file[wal], &op[i], 0);
					op[i].kind = 0;
				}
			from[wal] = nop;
		} else {
			if ((op = realloc(op, (nop + 1) * sizeof *op)) == NULL)
				return 2;
			op[nop++] = o;
		}
	}
	if (k < cut)
		return 3;
	for (i = 0; rng != 0 && i < nop; i++)
		if (op[i].kind != 0 && draw() % 2 == 0)
			apply(&file[op[i].file], &op[i], draw() % 4 == 0);
	for (i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof path, "%s%s", argv[3], file[i].name);
		(void)unlink(path);
		if (!file[i].gone)
			spew(path, file[i].disk, file[i].ndisk);
	}
	return 0;
}
