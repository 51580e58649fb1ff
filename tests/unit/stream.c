/* Records from and to file descriptors: places in messages, long lines, cut ends,
 * the flush before a read. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/rec.h"
#include "tests/tap.h"

static struct mk_err e;

static int
file_of(const void *p, size_t n)
{
	int fd = memfd_create("t", MFD_CLOEXEC);

	if (fd == -1 || write(fd, p, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)
		exit(99);
	return fd;
}

/* Read all; the number of records, and the message of the end in e (code 0: clean). */
static int
read_all(const void *p, size_t n)
{
	int fd = file_of(p, n), r, count = 0;
	struct mk_rec rec = {0};
	struct mk_rdr in;

	memset(&e, 0, sizeof e);
	mk_rdr_init(&in, fd, "f");
	while ((r = mk_rec_read(&in, &rec, &e)) == 1)
		count++;
	if (r == 0)
		ok(mk_rec_read(&in, &rec, &e) == 0, "the end stays the end");
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	(void)close(fd);
	return count;
}

static void
ends(void)
{
	ok(read_all("", 0) == 0 && e.code == 0, "an empty stream is one");
	ok(read_all("a:1\nb:2\n", 8) == 2 && e.code == 0, "two records");
	ok(read_all("a:1\nb:2", 7) == 1 && e.code == MK_ESYNTAX, "an unterminated last line");
	is(e.msg, "f:2:4: the last line does not end: the tool before this one was cut short",
		"is named");
	ok(read_all("a:1\n\n", 5) == 1 && strncmp(e.msg, "f:2:1: empty line", 17) == 0,
		"an empty line: %s", e.msg);
	ok(read_all("a:1\na:1\tB:2\nc:3\n", 16) == 1 && strncmp(e.msg, "f:2:5: no key", 13) == 0,
		"what comes after a fault is not delivered: %s", e.msg);
	ok(mk_err_status(&e) == 2, "exit 2");
}

/* A line of n bytes with its LF. */
static void
long_line(size_t n, int want)
{
	char *p = malloc(n + 4);
	int got;

	if (p == NULL)
		exit(99);
	memset(p, 'x', n);
	memcpy(p, "a:", 2);
	p[n - 1] = '\n';
	memcpy(p + n, "b:2\n", 4);
	got = read_all(p, n + 4);
	ok(got == want, "a line of %zu bytes: %d records, %s", n, got, e.msg);
	if (want == 0)
		ok(e.code == MK_ESYNTAX && strncmp(e.msg, "f:1: a line over 16 MiB", 23) == 0,
			"named");
	free(p);
}

static int ties;

static int
tie(void *arg, struct mk_err *err)
{
	ties++;
	return *(int *)arg == 0 ? 0 : mk_err(err, MK_EIO, "tied");
}

static void
blocking(void)
{
	struct mk_rec rec = {0};
	struct mk_rdr in;
	int p[2], fail = 0;

	if (pipe(p) == -1 || write(p[1], "a:1\nb:2\nc:", 10) != 10)
		exit(99);
	mk_rdr_init(&in, p[0], "pipe");
	in.tie = tie;
	in.tie_arg = &fail;
	ok(!mk_rdr_ready(&in), "nothing is ready before the first read");
	ok(mk_rec_read(&in, &rec, &e) == 1 && ties == 1, "the first read flushes before it");
	ok(mk_rdr_ready(&in), "the second record is there");
	ok(mk_rec_read(&in, &rec, &e) == 1 && ties == 1, "and needs no read");
	ok(!mk_rdr_ready(&in), "half a record is not ready");
	if (write(p[1], "3\n", 2) != 2)
		exit(99);
	ok(mk_rec_read(&in, &rec, &e) == 1 && ties == 2 && mk_rec_is(&rec, "c", "3"),
		"a record in two pieces");
	fail = 1;
	ok(mk_rec_read(&in, &rec, &e) == -1 && strcmp(e.msg, "tied") == 0,
		"an output that fails ends the reading");
	(void)close(p[1]);
	fail = 0;
	ok(mk_rec_read(&in, &rec, &e) == 0, "the end");
	(void)close(p[0]);
	ok(in.eof, "is known");
	mk_rdr_clear(&in);
	mk_rdr_init(&in, p[0], "closed");
	ok(mk_rec_read(&in, &rec, &e) == -1 && e.code == MK_EIO && e.sys == EBADF,
		"a read that fails: %s", e.msg);
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
}

static void
writing(void)
{
	struct mk_rec rec = {0};
	struct mk_wtr out;
	int p[2], fd, i;
	char got[64];
	char *big = calloc(1, MK_REC_MAX);

	if (pipe(p) == -1 || big == NULL)
		exit(99);
	mk_wtr_init(&out, p[1], "out");
	ok(mk_wtr_rec(&out, &rec, &e) == -1 && e.code == MK_EBUG, "an empty record: %s", e.msg);
	ok(mk_rec_set(&rec, "a", "1", 1, &e) == 0 && mk_wtr_rec(&out, &rec, &e) == 0 &&
		mk_wtr_rec(&out, &rec, &e) == 0 && mk_wtr_flush(&out, &e) == 0, "two written");
	ok(read(p[0], got, sizeof got) == 8 && memcmp(got, "a:1\na:1\n", 8) == 0, "and there");
	memset(big, 'x', MK_REC_MAX);
	ok(mk_rec_set(&rec, "a", big, MK_REC_MAX - 2, &e) == 0 &&
		mk_wtr_rec(&out, &rec, &e) == -1 && e.code == MK_EDATA && out.buf.n == 0,
		"a record that nobody could read is not written: %s", e.msg);
	free(big);
	(void)close(p[0]);
	(void)signal(SIGPIPE, SIG_IGN);
	ok(mk_rec_set(&rec, "a", "1", 1, &e) == 0 && mk_wtr_rec(&out, &rec, &e) == 0 &&
		mk_wtr_flush(&out, &e) == -1 && e.code == MK_EPIPE, "the reader is gone: %s", e.msg);
	ok(mk_wtr_flush(&out, &e) == 0, "what failed is not written again");
	mk_wtr_clear(&out);
	(void)close(p[1]);
	fd = open("/dev/full", O_WRONLY);
	mk_wtr_init(&out, fd, "out");
	for (i = 0; i < 100000 && mk_wtr_rec(&out, &rec, &e) == 0; i++)
		;
	ok(i > 1000 && i < 100000 && e.code == MK_EIO && e.sys == ENOSPC && mk_err_status(&e) == 3,
		"a full disk is seen by a large buffer, at record %d: %s", i, e.msg);
	(void)close(fd);
	mk_wtr_clear(&out);
	mk_rec_clear(&rec);
}

int
main(void)
{
	ends();
	long_line(200000, 2);
	long_line(MK_REC_MAX, 2);
	long_line(MK_REC_MAX + 1, 0);
	long_line(MK_REC_MAX + 300000, 0);
	blocking();
	writing();
	return done();
}
