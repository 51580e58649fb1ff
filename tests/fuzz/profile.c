/* Profiles: what loads can be asked and composed; what does not names its place. The
 * input is the file, taken as a marker's and as a reader's. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "port/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define must(c) do { if (!(c)) abort(); } while (0)

static void
use(const struct mk_profile *p)
{
	static const char line[] = "id:X\thri:ABC\tsn:1\tlot:L\trecipe:r";
	static const char *const states[] = { "select", "set", "readback", "ready", "trigger", "done",
		"connect", "read", "stop" };
	struct mk_talk *t;
	struct mk_rec rec = {0};
	struct mk_buf b = {0};
	struct mk_err e;
	size_t i, column;

	must(mk_talk_new(&t, p, NULL, &e) == 0);
	must(mk_rec_parse(&rec, line, sizeof line - 1, &column, &e) == 0);
	must(mk_talk_fill(t, &rec, &e) == 0 || e.code == MK_EDATA);
	for (i = 0; i < sizeof states / sizeof *states; i++) {
		b.n = 0;
		if (mk_talk_text(t, states[i], &b, &e) == -1)
			must(e.code == MK_EDATA);
		else
			must(b.n == 0 || mk_profile_has(p, states[i]));
	}
	mk_rec_clear(&rec);
	mk_buf_clear(&b);
	mk_talk_free(t);
}

static void
load(const char *path, enum mk_profile_kind kind)
{
	struct mk_profile *p = NULL;
	struct mk_err e = {0};

	if (mk_profile_load(&p, path, kind, &e) == 0) {
		use(p);
		mk_profile_free(p);
		return;
	}
	must(p == NULL && e.code == MK_ECONF && strncmp(e.msg, path, strlen(path)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	int fd = memfd_create("profile", MFD_CLOEXEC);
	char path[64];

	must(fd != -1 && write(fd, p, n) == (ssize_t)n);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	load(path, MK_PROFILE_MARKER);
	load(path, MK_PROFILE_READER);
	(void)close(fd);
	return 0;
}
