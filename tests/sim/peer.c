/* peer HOW FILE SCRIPT: a device that follows a script (peer.h has HOW and FILE). Its
 * lines, with \r \n \t \xHH:
 *
 *   expect "BYTES"    these and no others come next, or it ends with status 1
 *   send "BYTES"      at once
 *   trickle "BYTES"   byte by byte, a moment between
 *   pause MS          a slow device
 *   hangup            closes the line
 *   again             from the first line on
 *
 * Then it listens until the tool closes the line. What comes beyond the script, and
 * what came instead of what was expected, is printed: "extra BYTES", "wanted BYTES got
 * BYTES". "done" is printed at the end of the script. */
#include <stdbool.h>

#include "base/buf.h"
#include "base/rec.h"
#include "base/words.h"
#include "port/spec.h"
#include "tests/sim/peer.h"

static struct mk_err e;
static struct mk_buf in;
static bool opened;
static int fd;

static void
show(const char *label, const char *p, size_t n)
{
	struct mk_buf b = {0};

	if (mk_escape(&b, p, n, &e) == -1 || mk_buf_str(&b, &e) == NULL)
		exit(9);
	printf("%s %s\n", label, n == 0 ? "" : b.p);
	mk_buf_clear(&b);
}

/* At least n bytes in the buffer; false at the end of the line. */
static bool
have(size_t n)
{
	while (in.n < n) {
		ssize_t r;

		if (mk_buf_grow(&in, 4096, &e) == -1)
			exit(9);
		r = peer_read(fd, in.p + in.n, 4096, &opened, -1);
		if (r <= 0)
			return false;
		in.n += (size_t)r;
	}
	return true;
}

static void
expect(const char *p, size_t n)
{
	size_t i;

	for (i = 1; i <= n; i++)
		if (!have(i) || in.p[i - 1] != p[i - 1]) {
			/* the rest of its line, to see what it was */
			while (in.n > 0 && in.p[in.n - 1] != '\r' && in.p[in.n - 1] != '\n' && have(in.n + 1))
				;
			show("wanted", p, n);
			show("got", in.p, in.n);
			exit(1);
		}
	memmove(in.p, in.p + n, in.n - n);
	in.n -= n;
}

/* false: again */
static bool
line(struct mk_words *w, struct mk_arena *a)
{
	const char *cmd = w->w[0].s, *p = "";
	size_t n = 0, i;

	if (w->n > 1 && mk_spec_bytes(a, w->w[1].s, &p, &n, &e) == -1) {
		fprintf(stderr, "%s:%ld: %s\n", w->name, w->line, e.msg);
		exit(9);
	}
	if (strcmp(cmd, "expect") == 0)
		expect(p, n);
	else if (strcmp(cmd, "send") == 0)
		peer_write(fd, p, n);
	else if (strcmp(cmd, "trickle") == 0)
		for (i = 0; i < n; i++) {
			peer_write(fd, p + i, 1);
			peer_ms(3);
		}
	else if (strcmp(cmd, "pause") == 0)
		peer_ms(atoi(p));
	else if (strcmp(cmd, "hangup") == 0)
		(void)close(fd);
	else
		return strcmp(cmd, "again") != 0;
	return true;
}

int
main(int argc, char **argv)
{
	struct mk_arena a = {0};
	struct mk_words w;
	bool again;

	if (argc != 4)
		return 9;
	setvbuf(stdout, NULL, _IOLBF, 0);
	fd = peer_open(argv[1], argv[2]);
	do {
		if (mk_words_open(&w, argv[3], &e) == -1) {
			fprintf(stderr, "%s\n", e.msg);
			return 9;
		}
		again = false;
		while (!again && mk_words_next(&w, &e) == 1)
			again = !line(&w, &a);
		mk_words_close(&w);
	} while (again && have(1));
	puts("done");
	while (have(in.n + 1))
		;
	if (in.n > 0)
		show("extra", in.p, in.n);
	mk_arena_clear(&a);
	mk_buf_clear(&in);
	return 0;
}
