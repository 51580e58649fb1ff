/* The high-water file: it lies outside the store's folder, so that a store that
 * was copied back is seen to be behind it.
 *
 * Two slots of one line, 512 bytes apart; each count goes to the slot of its
 * parity, so that a torn write spoils the older one at most:
 *     mk-state ORIGIN RESERVATIONS(20 digits) NUMBERS(20 digits) CRC(8 hex) LF */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/io.h"
#include "base/num.h"
#include "store/schema.h"

#define SLOT 512
#define LINE (9 + MK_ORIGIN_LEN + 1 + 20 + 1 + 20 + 1 + 8 + 1)

static void
format(const char *origin, const struct mk_hiwater *h, char out[LINE + 1])
{
	uint32_t crc;

	(void)snprintf(out, LINE + 1, "mk-state %s %020" PRIu64 " %020" PRIu64, origin,
		h->reservations, h->numbers);
	crc = mk_crc32(0, out, strlen(out));
	(void)snprintf(out + strlen(out), LINE + 1 - strlen(out), " %08x\n", crc);
}

int
mk_hiwater_write(int fd, const char *path, const char *origin, const struct mk_hiwater *h,
	struct mk_err *e)
{
	char line[LINE + 1];
	ssize_t r;

	format(origin, h, line);
	do
		r = pwrite(fd, line, LINE, (off_t)(h->reservations & 1) * SLOT);
	while (r == -1 && errno == EINTR);
	if (r != LINE || fdatasync(fd) == -1)
		return mk_err_sys(e, MK_EIO, "%s: cannot write the high-water mark", path);
	return 0;
}

int
mk_hiwater_make(const char *path, const char *origin, const struct mk_hiwater *h,
	struct mk_err *e)
{
	int r, fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0660);

	if (fd == -1)
		return mk_err_sys(e, MK_EIO, "%s: cannot make the high-water file", path);
	r = mk_hiwater_write(fd, path, origin, h, e);
	(void)close(fd);
	return r == -1 ? -1 : mk_io_syncdir(path, e);
}

static int
lock(int fd)
{
	int r;

	do
		r = flock(fd, LOCK_EX);
	while (r == -1 && errno == EINTR);
	return r;
}

/* Whether the slot at s holds a whole line of this origin. */
static bool
read_slot(const char *s, const char *origin, struct mk_hiwater *h)
{
	char want[LINE + 1];
	struct mk_err no;

	if (mk_num_u64(s + 10 + MK_ORIGIN_LEN, 20, 0, UINT64_MAX, &h->reservations, &no) == -1 ||
	    mk_num_u64(s + 31 + MK_ORIGIN_LEN, 20, 0, UINT64_MAX, &h->numbers, &no) == -1)
		return false;
	format(origin, h, want);
	return memcmp(s, want, LINE) == 0;
}

int
mk_hiwater_lock(const char *path, const char *origin, struct mk_hiwater *h, struct mk_err *e)
{
	char text[SLOT + LINE];
	struct mk_hiwater one;
	ssize_t got;
	int i, good = 0, fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd == -1)
		return mk_err_sys(e, errno == ENOENT ? MK_EINTEGRITY : MK_EIO,
			"%s: cannot open the high-water file: without it numbers could be issued "
			"twice: put it back, or see --after-restore in mk-serial(1)", path);
	if (lock(fd) == -1) {
		mk_err_sys(e, MK_EIO, "%s: cannot lock", path);
		goto fail;
	}
	got = pread(fd, text, sizeof text, 0);
	for (i = 0; i < 2; i++) {
		if (got < i * SLOT + LINE || !read_slot(text + i * SLOT, origin, &one))
			continue;
		if (good++ == 0 || one.reservations > h->reservations)
			*h = one;
	}
	if (good > 0)
		return fd;
	mk_err(e, MK_EINTEGRITY, "%s: not this store's high-water file, or damaged: put the right "
		"one back, or see --after-restore in mk-serial(1)", path);
fail:
	(void)close(fd);
	return -1;
}
