/* marks synth | photos FOLDER…: how many marks are read, right and wrong, and the CPU
 * time of one, beside dmtxread and ZXingReader (whole processes, so that theirs has a
 * start in it). synth: 21 kinds of laser marks, 20 of each. photos: every picture of the
 * folders that has a NAME.txt (or NAME.bin) beside it, turned by 0, 90, 180, 270 degrees. */
#include <dirent.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "ident/symbol.h"
#include "image/image.h"
#include "tests/sim/mark.h"
#include "vision/engine.h"
#include "vision/scan.h"

enum { OURS, DMTX, ZXING, UNION, WHO };
struct tally {
	int n, right[WHO], wrong[WHO];
	double ms[WHO][8192];
};
static struct mk_err e;
static char png[] = "/tmp/mk-marks.XXXXXX.png";

static int
by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, by_number);
	return n == 0 ? 0 : v[n / 2];
}

/* What a command prints, its CPU time in ms. */
static size_t
ask(char *const *cmd, char *out, size_t size, double *ms)
{
	int fd[2], status, null;
	struct rusage u;
	size_t n = 0;
	ssize_t k;
	pid_t pid;

	if (pipe(fd) == -1 || (pid = fork()) == -1)
		abort();
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		(void)dup2(fd[1], 1);
		(void)dup2(null, 2);
		execvp(cmd[0], cmd);
		_exit(127);
	}
	(void)close(fd[1]);
	while ((k = read(fd[0], out + n, size - n)) > 0)
		n += (size_t)k;
	(void)close(fd[0]);
	(void)wait4(pid, &status, 0, &u);
	*ms = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
		(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
	return n;
}

/* Whether the bytes are the text in one of the character sets that codes are in. */
static bool
converts(const unsigned char *got, size_t n, const struct mk_buf *want)
{
	static const char *const from[] = { "SHIFT_JIS", "CP932", "GB18030", "BIG5", "EUC-JP", "EUC-KR",
		"UTF-16BE", "CP1251", "CP437", "ISO-8859-2", "ISO-8859-5" };
	static char out[65536];
	size_t i;

	for (i = 0; i < sizeof from / sizeof *from; i++) {
		iconv_t cd = iconv_open("UTF-8", from[i]);
		char *in = (char *)(uintptr_t)got, *to = out;
		size_t left = n, room = sizeof out, r = (size_t)-1;

		if (cd == (iconv_t)-1)
			continue;
		r = iconv(cd, &in, &left, &to, &room);
		(void)iconv_close(cd);
		if (r != (size_t)-1 && (size_t)(to - out) == want->n && memcmp(out, want->p, want->n) == 0)
			return true;
	}
	return false;
}

/* Text and codes are compared as UTF-8; what a code holds may be Latin-1. */
static bool
same(const unsigned char *got, size_t n, const struct mk_buf *want)
{
	size_t i, k = 0;

	if (n == want->n && memcmp(got, want->p, n) == 0)
		return true;
	for (i = 0; i < n; i++) {
		unsigned char two[2] = { (unsigned char)(0xc0 | got[i] >> 6), (unsigned char)(0x80 | (got[i] & 63)) };
		size_t m = got[i] < 128 ? 1 : 2;

		if (k + m > want->n || memcmp(want->p + k, m == 1 ? &got[i] : two, m) != 0)
			return converts(got, n, want);
		k += m;
	}
	return k == want->n;
}

static bool
count(struct tally *t, int who, bool found, bool good, double ms)
{
	t->ms[who][t->n] = ms;
	t->right[who] += found && good;
	t->wrong[who] += found && !good;
	return found && good;
}

/* The bytes that ZXingReader shows behind "Bytes:", in hexadecimal. */
static size_t
zxing_bytes(char *text, unsigned char *out)
{
	char *p = strstr(text, "\nBytes:"), *end;
	size_t n = 0;

	if (p == NULL)
		return 0;
	for (p += 7; n < MK_SCAN_DATA_MAX; p = end) {
		unsigned long v;

		while (*p == ' ')
			p++;
		if (*p == '\n')
			break;
		v = strtoul(p, &end, 16);
		if (end != p + 2)
			break;
		out[n++] = (unsigned char)v;
	}
	return n;
}

static void
try(struct tally *t, const struct mk_image *im, const struct mk_buf *want, unsigned kinds, const char *what)
{
	static char out[65536];
	static unsigned char bytes[MK_SCAN_DATA_MAX];
	char *dmtx[] = { "dmtxread", "-m200", "-N1", "-G29", png, NULL };
	char *zxing[] = { "ZXingReader", png, NULL };
	struct mk_scan_want any = { .kinds = kinds };
	static struct mk_scan s;
	double ms = mk_cpu_ms();
	int fd = open(png, O_WRONLY | O_CREAT | O_TRUNC, 0600), r;
	bool one, two = false, ours;
	size_t n;

	r = mk_scan_image(im, &any, &s, &e);
	ms = mk_cpu_ms() - ms;
	ours = r == 0 && s.best >= 0 && !s.conflict;
	one = count(t, OURS, ours, ours && same(s.code[s.best].data, s.code[s.best].n, want), ms);
	if (getenv("MARKS_SHOW") != NULL && !one)
		printf("# %s: %s\n", what, ours ? "WRONG" : "not read");
	if (fd == -1 || mk_png_write(fd, png, im, &e) == -1 || close(fd) == -1)
		abort();
	if ((kinds & MK_DATAMATRIX) != 0) {
		n = ask(dmtx, out, sizeof out, &ms);
		if (n > 0 && out[0] == 29)	/* the leading FNC1 */
			two = count(t, DMTX, true, same((unsigned char *)out + 1, n - 1, want), ms);
		else
			two = count(t, DMTX, n > 0, same((unsigned char *)out, n, want), ms);
	}
	n = ask(zxing, out, sizeof out - 1, &ms);
	out[n] = '\0';
	n = zxing_bytes(out, bytes);
	two = count(t, ZXING, n > 0, same(bytes, n, want), ms) || two;
	t->right[UNION] += two;
	t->n++;
}

static void
show(const char *name, struct tally *t)
{
	printf("%-24s %4d   mk-verify %4d/%d %6.1f ms   dmtxread %4d/%d %6.1f   ZXingReader %4d/%d %6.1f   either %4d\n",
		name, t->n, t->right[OURS], t->wrong[OURS], median(t->ms[OURS], t->n), t->right[DMTX],
		t->wrong[DMTX], median(t->ms[DMTX], t->n), t->right[ZXING], t->wrong[ZXING],
		median(t->ms[ZXING], t->n), t->right[UNION]);
	(void)fflush(stdout);
}

static void
add(struct tally *sum, const struct tally *t)
{
	int i;

	for (i = 0; i < WHO; i++) {
		memcpy(sum->ms[i] + sum->n, t->ms[i], (size_t)t->n * sizeof **t->ms);
		sum->right[i] += t->right[i];
		sum->wrong[i] += t->wrong[i];
	}
	sum->n += t->n;
}

/* ---- marks of a laser ---- */

static const struct {
	const char *name;
	struct sim s;
} kinds[] = {
	{ "clean, 8 px/module", { .px = 8, .light = .8, .dark = .15 } },
	{ "5 px/module", { .px = 5, .light = .8, .dark = .15 } },
	{ "3 px/module", { .px = 3, .light = .8, .dark = .15 } },
	{ "turned by 13 degrees", { .px = 7, .light = .8, .dark = .15, .angle = 13 } },
	{ "turned by 45 degrees", { .px = 7, .light = .8, .dark = .15, .angle = 45 } },
	{ "keystone", { .px = 7, .light = .8, .dark = .15, .persp_x = .1, .persp_y = .05 } },
	{ "contrast 40 levels", { .px = 7, .light = .6, .dark = .443, .noise = 3 } },
	{ "contrast 25 levels", { .px = 7, .light = .6, .dark = .502, .noise = 3 } },
	{ "noise 12 levels", { .px = 7, .light = .7, .dark = .3, .noise = 12 } },
	{ "noise 25 levels", { .px = 7, .light = .7, .dark = .3, .noise = 25 } },
	{ "specular stripes", { .px = 7, .light = .7, .dark = .2, .noise = 3, .stripe = 1, .stripe_add = .35 } },
	{ "dots of 0.9 X", { .px = 8, .light = .75, .dark = .2, .dot = .9, .noise = 3 } },
	{ "dots of 0.8 X, turned", { .px = 8, .light = .75, .dark = .2, .dot = .8, .angle = 9, .noise = 3 } },
	{ "dots of 0.7 X", { .px = 8, .light = .75, .dark = .2, .dot = .7, .noise = 3 } },
	{ "dots of 0.5 X, soft", { .px = 8, .light = .75, .dark = .2, .dot = .5, .blur = .6, .noise = 2 } },
	{ "light on dark", { .px = 7, .light = .7, .dark = .2, .invert = true, .noise = 3 } },
	{ "mirrored", { .px = 7, .light = .7, .dark = .2, .mirror = true, .noise = 3 } },
	{ "mirrored, light on dark", { .px = 7, .light = .7, .dark = .2, .mirror = true, .invert = true, .noise = 3 } },
	{ "soft, 0.5 X", { .px = 7, .light = .7, .dark = .2, .blur = .5, .noise = 3 } },
	{ "burnt wide", { .px = 7, .light = .7, .dark = .2, .grow = .2, .noise = 3 } },
	{ "stretched by 1.15", { .px = 7, .light = .7, .dark = .2, .stretch = 1.15, .noise = 3 } }
};
#define KINDS (sizeof kinds / sizeof *kinds)

static void
synth(struct tally *sum)
{
	struct mk_symbol_ask how = { .type = mk_symbol_type("datamatrix"), .any = true };
	static struct tally t;
	struct mk_symbol *enc = NULL;
	struct mk_matrix m;
	struct mk_image im;
	struct sim_view v;
	size_t k;
	int i;

	if (mk_symbol_new(&enc, &e) == -1)
		abort();
	for (k = 0; k < KINDS; k++) {
		memset(&t, 0, sizeof t);
		for (i = 0; i < 20; i++) {
			struct sim s = kinds[k].s;
			struct mk_buf want = {0};

			if (mk_buf_addf(&want, &e, "PART-%06d-%c", (int)k * 1000 + i * 37, 'A' + i) == -1 ||
			    mk_symbol_encode(enc, &how, want.p, want.n, &m, &e) == -1)
				abort();
			s.rows = m.rows;
			s.cols = m.cols;
			s.on = m.dark;
			s.angle += i * .4;
			s.shift_x = i * .13;
			s.seed = (uint32_t)(k * 100) + (uint32_t)i;
			s.w = s.h = 320;
			if (sim_render(&s, &v, &im, &e) == -1)
				abort();
			try(&t, &im, &want, MK_DATAMATRIX, kinds[k].name);
			mk_image_clear(&im);
			mk_buf_clear(&want);
		}
		show(kinds[k].name, &t);
		add(sum, &t);
	}
	mk_symbol_free(enc);
}

/* ---- photographs ---- */

static void
turn(struct mk_image *im)
{
	struct mk_image out;
	int x, y;

	if (mk_image_new(&out, im->h, im->w, &e) == -1)
		abort();
	for (y = 0; y < im->h; y++)
		for (x = 0; x < im->w; x++)
			out.px[x * out.w + out.w - 1 - y] = im->px[y * im->w + x];
	mk_image_clear(im);
	*im = out;
}

static unsigned
kinds_of(const char *folder)
{
	const char *base = strrchr(folder, '/');

	base = base == NULL ? folder : base + 1;
	return strncmp(base, "datamatrix", 10) == 0 ? MK_DATAMATRIX : strncmp(base, "qrcode", 6) == 0
		? MK_QR : strncmp(base, "code128", 7) == 0 ? MK_CODE128 : 0;
}

/* Codes in several character sets, by ECI: their bytes are no text of one. */
static bool
no_text(const char *path)
{
	return strncmp(strrchr(path, '/') + 1, "eci", 3) == 0;
}

static void
photos(const char *folder, struct tally *sum)
{
	struct dirent **d = NULL;
	static struct tally t;
	int n = scandir(folder, &d, NULL, alphasort), i, k;

	memset(&t, 0, sizeof t);
	for (i = 0; i < n; i++) {
		struct mk_buf file = {0}, want = {0};
		char path[1024], answer[1100], *dot;
		struct mk_image im;

		(void)snprintf(path, sizeof path, "%s/%s", folder, d[i]->d_name);
		(void)snprintf(answer, sizeof answer, "%s", path);
		if ((dot = strrchr(answer, '.')) == NULL || strcmp(dot, ".txt") == 0 || dot[-1] == '.')
			continue;
		strcpy(dot, ".bin");
		if (access(answer, F_OK) != 0)
			strcpy(dot, ".txt");
		if (no_text(path))
			continue;
		if (access(answer, F_OK) != 0 || mk_io_slurp(answer, 100000, &want, &e) == -1 ||
		    mk_io_slurp(path, 100000000, &file, &e) == -1 ||
		    mk_image_decode(file.p, file.n, path, &im, &e) == -1)
			continue;
		for (k = 0; k < 4; k++, turn(&im))
			try(&t, &im, &want, kinds_of(folder), path);
		mk_image_clear(&im);
		mk_buf_clear(&file);
		mk_buf_clear(&want);
		free(d[i]);
	}
	free(d);
	show(strrchr(folder, '/') == NULL ? folder : strrchr(folder, '/') + 1, &t);
	add(sum, &t);
}

int
main(int argc, char **argv)
{
	static struct tally sum;
	int i, fd = mkstemps(png, 4);

	if (fd == -1 || argc < 2)
		return 2;
	(void)close(fd);
	if (strcmp(argv[1], "synth") == 0)
		synth(&sum);
	for (i = 2; i < argc; i++)
		photos(argv[i], &sum);
	show("all", &sum);
	(void)unlink(png);
	return sum.wrong[OURS] > 0;
}
