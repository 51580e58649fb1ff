/* The LMC board's files: correction tables, where points come to lie, what a job
 * becomes. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "laser/lmc.h"
#include "tests/tap.h"

static struct mk_err e;

/* ---- correction tables ---- */

static void
le(uint8_t *p, uint64_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		*p++ = (uint8_t)v;
}

static void
le_double(uint8_t *p, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, 8);
	le(p, bits, 8);
}

static void
title(uint8_t *p, const char *s)
{
	size_t i;

	for (i = 0; i < 11; i++)
		le(p + 2 * i, (uint8_t)s[i], 2);
}

static void
save(const char *path, const uint8_t *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ok(fd != -1 && write(fd, p, n) == (ssize_t)n, "a table in a file");
	(void)close(fd);
}

#define POINTS (2 * (size_t)MK_LMC_COR)

static void
cor_doubles(const char *path)
{
	static uint8_t f[0x210 + 8 * POINTS];
	struct mk_lmc_cor cor;
	size_t i;

	title(f, "LMC1COR_1.0");
	le_double(f + 0x170, 595.78);
	for (i = 0; i < POINTS; i++)
		le_double(f + 0x210 + 8 * i, (double)i - 3000.4);
	le_double(f + 0x210 + 8 * 3000, -0.4);
	save(path, f, sizeof f);
	ok(mk_lmc_cor_read(&cor, path, &e) == 0, "a table of doubles");
	ok(fabs(cor.scale - 595.78) < 1e-9, "its scale is the 44th double");
	ok(cor.line[0][0] == 0x8000 + 3000 && cor.line[0][1] == 0x8000 + 2999,
		"negative: the sign's bit and the magnitude");
	ok(cor.line[2000][0] == 1000 && cor.line[2000][1] == 1001, "positive: as it is");
	ok(cor.line[1500][0] == 0 || cor.line[1500][0] == 0x8000, "nothing is nothing");
	save(path, f, sizeof f - 1);
	ok(mk_lmc_cor_read(&cor, path, &e) == -1 && e.code == MK_ECONF, "cut short: %s", e.msg);
	le_double(f + 0x210 + 8 * 7, 40000);
	save(path, f, sizeof f);
	ok(mk_lmc_cor_read(&cor, path, &e) == -1 && e.code == MK_ECONF, "too much: %s", e.msg);
	le_double(f + 0x210 + 8 * 7, (double)NAN);
	save(path, f, sizeof f);
	ok(mk_lmc_cor_read(&cor, path, &e) == -1 && e.code == MK_ECONF, "no number: %s", e.msg);
}

static void
cor_ints(const char *path)
{
	static uint8_t f[0x24 + 4 * POINTS];
	struct mk_lmc_cor cor;
	size_t i;

	title(f, "JCZ_COR_2_1");
	le_double(f + 0x1c, 374.49);
	for (i = 0; i < POINTS; i++)
		le(f + 0x24 + 4 * i, (uint64_t)(int64_t)((int)i - 4225), 4);
	save(path, f, sizeof f);
	ok(mk_lmc_cor_read(&cor, path, &e) == 0, "a table of whole numbers");
	ok(fabs(cor.scale - 374.49) < 1e-9, "its scale");
	ok(cor.line[0][0] == 0x8000 + 4225 && cor.line[0][1] == 0x8000 + 4224 &&
		cor.line[4224][1] == 4224, "its corrections");
	ok(mk_lmc_cor_read(&cor, "/nowhere/x.cor", &e) == -1, "none: %s", e.msg);
}

/* ---- where points come to lie ---- */

static const struct mk_lmc_conf base = { .lens_mm = 100, .jump = 4000, .jump_us = 80,
	.on_us = 100, .off_us = 150, .corner_us = 100, .mo_ms = 8, .red = 2000, .red_bit = 8,
	.timeout_ms = 1000 };

static void
at(const struct mk_lmc_conf *c, int32_t x, int32_t y, int w1, int w2, const char *what)
{
	uint16_t p, q;

	ok(mk_lmc_point(c, x, y, &p, &q, &e) == 0 && p == w1 && q == w2, "%s", what);
}

static void
transforms(void)
{
	struct mk_lmc_conf c = base;
	uint16_t a, b;

	at(&c, 0, 0, 0x8000, 0x8000, "the centre");
	at(&c, 10000, 20000, 0x8000 + 13107, 0x8000 + 6554, "w1 is Y, w2 is X, 655.35 counts a mm");
	at(&c, -50000, -50000, 1, 1, "the lower edge, half a count inside");
	at(&c, 50000, 50000, 65535, 65535, "the upper edge");
	ok(mk_lmc_point(&c, 50001, 0, &a, &b, &e) == -1 && e.code == MK_EDATA, "outside: %s", e.msg);
	ok(mk_lmc_point(&c, 0, -50002, &a, &b, &e) == -1 && e.code == MK_EDATA, "and below");
	c.flip_x = true;
	at(&c, 10000, 20000, 0x8000 + 13107, 0x8000 - 6553, "x turned round");
	c.flip_y = true;
	at(&c, 10000, 20000, 0x8000 - 13107, 0x8000 - 6553, "and y");
	c.swap = true;
	at(&c, 10000, 20000, 0x8000 - 6553, 0x8000 - 13107, "axes exchanged");
	c = base;
	c.rotate = 90;
	at(&c, 10000, 20000, 0x8000 + 6554, 0x8000 - 13107, "a quarter counter-clockwise");
	c.offset_x = 1;
	c.offset_y = -2;
	at(&c, 10000, 20000, 0x8000 + 5243, 0x8000 - 12452, "then shifted");
	c = base;
	c.rotate = 45;
	ok(mk_lmc_point(&c, 50000, 50000, &a, &b, &e) == -1, "a corner turned out of the field");
}

/* ---- lists ---- */

static struct mk_job job;
static struct mk_lmc_list list;

static unsigned
w(size_t op, int k)
{
	const uint8_t *p = list.p + 12 * op + 2 * (size_t)k;

	return p[0] | (unsigned)p[1] << 8;
}

/* The index of the nth op of that code, or SIZE_MAX. */
static size_t
nth(unsigned code, size_t n)
{
	size_t i;

	for (i = 0; i < list.n * MK_LMC_OPS; i++)
		if (w(i, 0) == code && n-- == 0)
			return i;
	return SIZE_MAX;
}

static int
made(const struct mk_lmc_conf *c)
{
	int r = mk_lmc_job(&list, c, &job, 0, &e);

	job.n = 0;
	return r;
}

static void
pen(uint32_t power, uint32_t hz, uint32_t speed, uint32_t ns)
{
	struct mk_pen p = { power, hz, speed, ns };

	if (mk_job_pen(&job, &p, &e) == -1)
		abort();
}

static void
go(char kind, int32_t x, int32_t y)
{
	if ((kind == 'M' ? mk_job_jump : mk_job_mark)(&job, x, y, &e) == -1)
		abort();
}

static void
lasts(char kind, uint32_t us)
{
	struct mk_op op = { .kind = kind };

	op.u.us = us;
	if (mk_job_add(&job, &op, &e) == -1) {
		printf("# %s\n", e.msg);
		abort();
	}
}

static void
one_is(unsigned code, size_t n, unsigned a, unsigned b, const char *what)
{
	size_t i = nth(code, n);

	ok(i != SIZE_MAX && w(i, 1) == a && w(i, 2) == b, "%s", what);
	if (i != SIZE_MAX && (w(i, 1) != a || w(i, 2) != b))
		printf("# %04x: %u %u\n", code, w(i, 1), w(i, 2));
}

static void
settings(void)
{
	struct mk_lmc_conf c = base;

	c.lens_mm = 110;
	c.on_us = -100;
	pen(500, 30000, 1000, 0);
	go('M', 0, 0);
	go('L', 1000, 0);
	pen(1000, 30000, 1500, 0);
	go('L', 0, 0);
	ok(made(&c) == 0, "a job");
	ok(w(0, 0) == 0x8051, "the ready-mark is first");
	one_is(0x800c, 0, 595, 0, "1000 mm/s at 110 mm: 595.77 counts per ms, cut off");
	one_is(0x800c, 1, 893, 0, "1500 mm/s: 893.66");
	one_is(0x8006, 0, 2383, 0, "jumps of 4000 mm/s: 2383.09");
	one_is(0x8007, 0, 100, 0x8000, "laser on 100 us early");
	one_is(0x8008, 0, 150, 0, "laser off 150 us late");
	one_is(0x800d, 0, 8, 0, "80 us behind jumps, in units of 10");
	one_is(0x800f, 0, 10, 0, "100 us at corners, in units of 10");
	one_is(0x8012, 0, 0x7ff, 0, "50 %% is 0x7ff, as from EZCAD");
	one_is(0x8012, 1, 0xfff, 0, "100 %% is 0xfff");
	one_is(0x801b, 0, 667, 0, "30 kHz: 666.67 units of 50 ns");
	ok(nth(0x801b, 1) == SIZE_MAX, "what stays is not said again");
	ok(nth(0x8021, 0) < nth(0x8005, 0) && w(nth(0x8021, 0), 1) == 1 &&
		w(nth(0x8021, 0) + 1, 1) == 800, "the oscillator opens, and 8 ms pass, before light");
	one_is(0x8021, 1, 0, 0, "it is closed behind it");
	ok(list.n == 1 && w(255, 0) == 0x8002, "one packet, padded");
}

static void
angles(void)
{
	static const struct { int32_t x, y; unsigned angle; } way[] = {
		{ 10000, 0, 0 }, { 20000, 0, 0 }, { 20000, 10000, 32768 }, { 10000, 0, 49152 },
		{ 20000, 10000, 65535 }, { 20000, 10000, 0 }, { 20000, 20000, 16384 },
	};
	size_t i, k;

	pen(500, 30000, 1000, 0);
	go('M', 0, 0);
	for (i = 0; i < sizeof way / sizeof *way; i++)
		go('L', way[i].x, way[i].y);
	ok(made(&base) == 0, "a way with turns");
	ok(w(nth(0x8001, 0), 3) == 0, "the first step has no angle");
	for (i = 0; i < sizeof way / sizeof *way; i++) {
		k = nth(0x8005, i);
		ok(abs((int)w(k, 3) - (int)way[i].angle) <= 4, "turn %zu: %u of 65536 halves of a circle",
			i, w(k, 3));
	}
	ok(w(nth(0x8005, 0), 4) == 6554 && w(nth(0x8005, 3), 4) == 9268, "distances in counts");
	ok(w(nth(0x8005, 5), 4) == 0, "a step to where it is has none");
}

static void
sources(void)
{
	struct mk_lmc_conf c = base;

	c.source = MK_LMC_CO2;
	pen(500, 5000, 300, 0);
	go('M', 0, 0);
	go('L', 1, 1);
	ok(made(&c) == 0, "co2");
	one_is(0x800a, 0, 2000, 0, "5 kHz: 10000 / kHz");
	one_is(0x800b, 0, 2000, 0, "50 %% of it: 200 * %% / kHz");
	one_is(0x801e, 0, 400, 0, "first pulse killer: 2000 / kHz");
	ok(nth(0x8021, 0) == SIZE_MAX && nth(0x8012, 0) == SIZE_MAX && nth(0x801b, 0) == SIZE_MAX,
		"and nothing of fibre");
	c.source = MK_LMC_MOPA;
	pen(500, 30000, 300, 200);
	go('M', 0, 0);
	go('L', 1, 1);
	pen(500, 30000, 300, 4);
	go('L', 9, 9);
	ok(made(&c) == 0, "mopa");
	one_is(0x8026, 0, 200, 0, "200 ns");
	ok(nth(0x8026, 0) < nth(0x8021, 0), "before the oscillator opens");
	one_is(0x8026, 1, 4, 0, "4 ns");
	ok(w(nth(0x8026, 1) - 1, 0) == 0x8021 && w(nth(0x8026, 1) - 1, 1) == 0 &&
		w(nth(0x8026, 1) + 2, 0) == 0x8021, "while it is closed for that");
	pen(500, 30000, 300, 200);
	go('M', 0, 0);
	go('L', 1, 1);
	ok(made(&base) == -1 && e.code == MK_EDATA, "a pulse width for fibre: %s", e.msg);
}

static void
bad_pen(uint32_t hz, uint32_t speed, const char *what)
{
	pen(500, hz, speed, 0);
	go('M', 0, 0);
	go('L', 1, 1);
	ok(made(&base) == -1 && e.code == MK_EDATA && list.n == 0, "%s: %s", what, e.msg);
}

static void
limits(void)
{
	struct mk_lmc_conf c = base;

	bad_pen(30000, 1, "too slow");
	bad_pen(30000, 200000, "too fast");
	bad_pen(300, 1000, "too few pulses");
	pen(500, 30000, 1000, 0);
	go('M', 0, 0);
	go('L', 50000, 0);
	go('L', 50100, 0);
	ok(made(&base) == -1 && list.n == 0, "one point outside: no list at all: %s", e.msg);
	pen(500, 30000, 1000, 0);
	go('M', 0, 0);
	lasts('D', 1000000);
	lasts('W', 3);
	c.mo_ms = 0;
	ok(made(&c) == 0, "dots and waits");
	one_is(0x8003, 0, 60000, 0, "a second of light: 60000 units");
	one_is(0x8003, 1, 40000, 0, "and 40000");
	ok(w(nth(0x8003, 1) + 1, 0) == 0x8004 && w(nth(0x8003, 1) + 1, 1) == 1 &&
		w(nth(0x8003, 1) + 2, 1) == 30, "3 us are a unit");
}

/* What the list draws is the job: as many marks, each within half a count. */
static void
drawing(void)
{
	struct mk_job copy = {0};
	const struct mk_op *op;
	unsigned seed = 7;
	size_t i, k = 0, bad = 0;
	int n;

	pen(500, 30000, 1000, 0);
	go('M', 0, 0);
	for (n = 0; n < 20000; n++) {
		seed = seed * 1103515245 + 12345;
		go(seed % 7 == 0 ? 'M' : 'L', (int32_t)(seed >> 8 & 0xffff) - 32768,
			(int32_t)(seed >> 3 & 0xffff) - 32768);
	}
	for (i = 0; i < job.n; i++)
		(void)mk_job_add(&copy, &job.op[i], &e);
	ok(made(&base) == 0 && list.n == (20000 + 2 + 17 + 255) / 256, "20000 ops, %zu packets", list.n);
	for (i = 0; i < list.n * MK_LMC_OPS; i++) {
		unsigned code = w(i, 0);

		if (code != 0x8001 && code != 0x8005)
			continue;
		while ((op = &copy.op[k++])->kind == 'P')
			;
		if (code != (op->kind == 'M' ? 0x8001 : 0x8005) ||
		    fabs(op->u.to.y * 0.65535 + 0x8000 - w(i, 1)) > 0.5 + 1e-6 ||
		    fabs(op->u.to.x * 0.65535 + 0x8000 - w(i, 2)) > 0.5 + 1e-6)
			bad++;
	}
	ok(bad == 0 && k == copy.n, "each step within half a count (%zu are not)", bad);
	mk_job_clear(&copy);
}

static void
frame(void)
{
	static const int32_t box[4] = { -1000, -2000, 3000, 4000 }, out[4] = { 0, 0, 60000, 0 };

	ok(mk_lmc_frame(&list, &base, box, 3, 0, &e) == 0, "the red dot's frame");
	one_is(0x8011, 0, 1 << 8, 0, "lights the red dot");
	ok(nth(0x8005, 0) == SIZE_MAX && nth(0x8021, 0) == SIZE_MAX, "and no laser");
	ok(nth(0x8001, 12) != SIZE_MAX && nth(0x8001, 13) == SIZE_MAX, "three times round");
	ok(mk_lmc_frame(&list, &base, out, 3, 0, &e) == -1, "outside: %s", e.msg);
	ok(mk_lmc_nothing(&list, &e) == 0 && list.n == 1 && w(0, 0) == 0x8051 && w(1, 0) == 0x8002,
		"a list that does nothing");
}

int
main(void)
{
	char path[] = "/tmp/mk-lmc.XXXXXX";
	int fd = mkstemp(path);

	ok(fd != -1, "a scratch file");
	(void)close(fd);
	cor_doubles(path);
	cor_ints(path);
	(void)unlink(path);
	transforms();
	settings();
	angles();
	sources();
	limits();
	drawing();
	frame();
	mk_job_clear(&job);
	mk_lmc_list_clear(&list);
	done();
	return 0;
}
