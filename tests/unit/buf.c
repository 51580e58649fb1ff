/* Buffers, arenas, errors. */
#include <errno.h>
#include <stdint.h>

#include "base/buf.h"
#include "tests/tap.h"

static struct mk_err e;

static void
buffers(void)
{
	struct mk_buf b = {0};
	size_t i, cap;
	int r = 0;

	ok(mk_buf_add(&b, NULL, 0, &e) == 0 && b.p == NULL, "nothing added");
	ok(mk_buf_adds(&b, "ab", &e) == 0 && mk_buf_addc(&b, 'c', &e) == 0 &&
		mk_buf_addf(&b, &e, "%03d%s", 7, "x") == 0, "added");
	isn(b.p, b.n, "abc007x", "and there");
	is(mk_buf_str(&b, &e), "abc007x", "as a string");
	ok(b.n == 7, "its NUL is not counted");
	ok(mk_buf_addf(&b, &e, "%s", "") == 0 && b.n == 7, "an empty format");
	cap = b.cap;
	ok(mk_buf_grow(&b, SIZE_MAX, &e) == -1 && e.code == MK_ENOMEM && b.n == 7 && b.cap == cap,
		"too much is an error, and changes nothing");
	for (i = 0; i < 100000; i++)
		r |= mk_buf_addc(&b, (char)('a' + i % 26), &e);
	ok(r == 0 && b.n == 100007 && b.p[100006] == 'a' + 99999 % 26, "it grows");
	mk_buf_clear(&b);
	ok(b.p == NULL && b.n == 0 && b.cap == 0, "cleared");
}

static void
arenas(void)
{
	struct mk_arena a = {0};
	char *p[500], want[16];
	int i, bad = 0;

	ok(mk_arena_alloc(&a, SIZE_MAX, &e) == NULL && e.code == MK_ENOMEM, "too much");
	for (i = 0; i < 500; i++) {
		(void)snprintf(want, sizeof want, "piece %d", i);
		p[i] = mk_arena_dup(&a, want, strlen(want), &e);
		bad += p[i] == NULL || (uintptr_t)p[i] % sizeof(void *) != 0;
	}
	for (i = 0; i < 500; i++) {
		(void)snprintf(want, sizeof want, "piece %d", i);
		bad += strcmp(p[i], want) != 0;
	}
	ok(bad == 0, "pieces stay where and as they are, aligned");
	ok(mk_arena_alloc(&a, 1000000, &e) != NULL, "a large one");
	mk_arena_reset(&a);
	mk_arena_reset(&a);
	is(mk_arena_dup(&a, "xyz", 2, &e), "xy", "used again after a reset");
	is(mk_arena_dup(&a, NULL, 0, &e), "", "an empty piece");
	mk_arena_clear(&a);
	mk_arena_clear(&a);
	mk_arena_reset(&a);
	ok(a.blocks == NULL, "cleared");
}

static void
errors(void)
{
	static const int status[] = { 0, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4 };
	char longest[400];
	int i, bad = 0;

	for (i = 0; i <= MK_EBUG; i++) {
		e.code = i;
		bad += mk_err_status(&e) != status[i];
	}
	ok(bad == 0, "every code has its exit status");
	errno = ENOENT;
	ok(mk_err_sys(&e, MK_EIO, "%s: cannot open", "f") == -1 && e.sys == ENOENT && e.code == MK_EIO,
		"errno is taken");
	is(e.msg, "f: cannot open: No such file or directory", "and told");
	errno = EPIPE;
	ok(mk_err_sys(&e, MK_EIO, "out") == -1 && e.code == MK_EPIPE, "EPIPE has a code of its own");
	ok(mk_err(&e, MK_EDATA, "x") == -1 && e.sys == 0, "an error without errno");
	ok(mk_err_at(&e, "f:%d", 3) == -1 && e.code == MK_EDATA, "a place before it");
	is(e.msg, "f:3: x", "reads so");
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	mk_err(&e, MK_EDATA, "%s", longest);
	(void)mk_err_at(&e, "%s", longest);
	errno = EIO;
	ok(strlen(e.msg) == sizeof e.msg - 1 && mk_err_sys(&e, MK_EIO, "%s", longest) == -1 &&
		strlen(e.msg) == sizeof e.msg - 1, "a long message is cut");
}

int
main(void)
{
	buffers();
	arenas();
	errors();
	return done();
}
