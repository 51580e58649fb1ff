#include <math.h>
#include <string.h>

#include "base/crc.h"
#include "job/gcode.h"
#include "job/job.h"
#include "job/timing.h"
#include "tests/tap.h"

static struct mk_err e;

/* The whole job for ops, with a right count and CRC. */
static void
whole(struct mk_buf *b, const char *ops)
{
	size_t n = 1;
	const char *p;

	for (p = ops; *p != '\0'; p++)
		n += *p == ' ';
	b->n = 0;
	if (mk_buf_addf(b, &e, "v1 n=%zu crc=%08lx %s", n,
	    (unsigned long)mk_crc32(0, ops, strlen(ops)), ops) == -1)
		b->n = 0;
}

static void
round_trip(const char *ops)
{
	struct mk_buf in = {0}, out = {0};
	struct mk_job j = {0};
	int good;

	whole(&in, ops);
	good = mk_job_read(&j, in.p, in.n, NULL, &e) == 0 && mk_job_write(&j, &out, &e) == 0 &&
		in.n == out.n && memcmp(in.p, out.p, in.n) == 0;
	ok(good, "comes back as it was: %s", ops);
	if (!good)
		printf("# %s\n", e.msg);
	mk_job_clear(&j);
	mk_buf_clear(&in);
	mk_buf_clear(&out);
}

static void
refused(const char *text, size_t n, int code, const char *msg)
{
	struct mk_job j = {0};

	e.code = 0;
	ok(mk_job_read(&j, text, n, NULL, &e) == -1 && e.code == code, "refused: %.*s",
		(int)n, text);
	is(e.msg, msg, "  and says why");
	mk_job_clear(&j);
}

static void
bad_ops(const char *ops, int code, const char *msg)
{
	struct mk_buf b = {0};

	whole(&b, ops);
	refused(b.p, b.n, code, msg);
	mk_buf_clear(&b);
}

static void
bad_text(const char *text, int code, const char *msg)
{
	refused(text, strlen(text), code, msg);
}

static void
test_spelling(void)
{
	static const char *const malformed[] = {
		"M0,0 ", "M0,0  M1,1", "M-0,0", "M+1,0", "M01,0", "M0,00", "M0, 0", "M0", "M0,",
		"M,0", "M0,0,0", "m0,0", "X1", "P400,30000", "P400,30000,1000,0",
		"P400,30000,1000,", "P400,30000,1000,20,1", "P040,1,1", "P-1,1,1", "D", "D-1",
		"D1.5", "A1,5", "AU5", "A,5", "Z", "W", "M99999999999,0", "M0,0\tM1,1", "M0;0"
	};
	struct mk_buf b = {0};
	struct mk_job j = {0};
	size_t i;

	for (i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		whole(&b, malformed[i]);
		e.code = 0;
		ok(mk_job_read(&j, b.p, b.n, NULL, &e) == -1 &&
			(e.code == MK_ESYNTAX || e.code == MK_EDATA), "malformed: '%s'", malformed[i]);
	}
	mk_job_clear(&j);
	mk_buf_clear(&b);
}

static void
test_refusals(void)
{
	struct mk_buf b = {0};

	bad_ops("M0,0 L1,1", MK_EDATA,
		"job: op 2: L: no P before it: the beam would go on with an unknown power");
	bad_ops("P1,1,1 D5", MK_EDATA,
		"job: op 2: D: no M before it: the beam would go on at an unknown place");
	bad_ops("P1001,1,1", MK_EDATA, "job: op 1: P: a power over 1000 (0.1 %)");
	bad_ops("P1,1,0", MK_EDATA, "job: op 1: P: a speed that is not 1 to 1000000 mm/s");
	bad_ops("M0,0 M10000001,0", MK_EDATA, "job: op 2: M: a coordinate beyond 10 m");
	bad_ops("M0,0 D0", MK_EDATA, "job: op 2: D: a dot that is not 1 to 60000000 µs");
	bad_ops("Aa,1", MK_EDATA, "job: op 1: A: an axis that is not A to Z");
	bad_ops("M0,0 Lx", MK_ESYNTAX, "job: op 2: 'Lx' is malformed");
	bad_text("", MK_ESYNTAX,
		"job: does not begin with \"v1 \": it is no job, or one of another version");
	bad_text("v2 n=1 crc=00000000 M0,0", MK_ESYNTAX,
		"job: does not begin with \"v1 \": it is no job, or one of another version");
	bad_text("v1 n=01 crc=00000000 M0,0", MK_ESYNTAX, "job: no n=COUNT behind v1");
	bad_text("v1 n=0 crc=00000000 ", MK_EDATA, "job: n=0: a job has 1 to 1000000 ops");
	bad_text("v1 n=1 crc=00000000", MK_ESYNTAX,
		"job: no crc= of eight digits 0-9a-f behind n=");
	bad_text("v1 n=1 crc=ABCDEF00 M0,0", MK_ESYNTAX,
		"job: no crc= of eight digits 0-9a-f behind n=");
	bad_text("v1 n=1 crc=00000000 M0,0", MK_EDATA,
		"job: crc=00000000, but its ops have 73b9e16e: it was cut or changed on its way");
	whole(&b, "M0,0 M1,1");
	b.p[5] = '3';
	refused(b.p, b.n, MK_EDATA, "job: n=3, but it has 2 ops");
	mk_buf_clear(&b);
}

/* Every cut and every changed byte of a job is noticed. */
static void
test_damage(void)
{
	struct mk_buf b = {0};
	struct mk_job j = {0};
	size_t i, cut = 0, flip = 0;

	whole(&b, "P400,30000,1000 M-4000,3800 L4000,3800 M4000,3700 L-4000,3700 D20 W5");
	for (i = 0; i < b.n; i++) {
		cut += mk_job_read(&j, b.p, i, NULL, &e) == -1;
		b.p[i] ^= 1;
		flip += mk_job_read(&j, b.p, b.n, NULL, &e) == -1;
		b.p[i] ^= 1;
	}
	ok(cut == b.n && flip == b.n, "a job cut or changed anywhere is refused");
	mk_job_clear(&j);
	mk_buf_clear(&b);
}

static void
test_build(void)
{
	struct mk_pen pen = { 400, 30000, 1000, 200 };
	struct mk_op op = { .kind = 'L' };
	struct mk_job j = {0};
	struct mk_buf b = {0};

	ok(mk_job_write(&j, &b, &e) == -1 && e.code == MK_EDATA && b.n == 0,
		"an empty job is not written");
	ok(mk_job_mark(&j, 1, 1, &e) == 0 && mk_job_write(&j, &b, &e) == -1 && b.n == 0,
		"nor one that marks from nowhere");
	is(e.msg, "job: op 1: no P before it: the beam would go on with an unknown power",
		"  and says why");
	j.n = 0;
	ok(mk_job_pen(&j, &pen, &e) == 0 && mk_job_jump(&j, -5, 7, &e) == 0 &&
		mk_job_mark(&j, 10000000, -10000000, &e) == 0 && mk_job_write(&j, &b, &e) == 0,
		"a job is built");
	isn(b.p, b.n, "v1 n=3 crc=eca19534 P400,30000,1000,200 M-5,7 L10000000,-10000000",
		"  and written");
	op.u.to.x = 10000001;
	ok(mk_job_add(&j, &op, &e) == -1 && e.code == MK_EDATA && j.n == 3,
		"a coordinate out of range is not added");
	j.op[1].u.to.x = INT32_MIN;
	ok(mk_job_write(&j, &b, &e) == -1 && e.code == MK_EDATA,
		"nor written by one who put it there");
	mk_job_clear(&j);
	mk_buf_clear(&b);
}

static void
read_ops(struct mk_job *j, const char *ops)
{
	struct mk_buf b = {0};

	whole(&b, ops);
	ok(mk_job_read(j, b.p, b.n, NULL, &e) == 0, "read %s", ops);
	mk_buf_clear(&b);
}

static int
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void
test_stats(void)
{
	struct mk_timing t = { 4000, 80, 100, 150, 100, 0 };
	struct mk_job_stats s;
	struct mk_job j = {0};

	read_ops(&j, "P400,30000,1000 M-3000,4000 L0,4000 L0,1000 M50000,1000 M0,0 D500 W2000");
	mk_job_stats(&j, &s);
	ok(s.strokes == 2 && s.vectors == 3, "strokes and vectors");
	ok(near(s.mark_mm, 6), "mark_mm");
	ok(near(s.jump_mm, 5 + 50 + sqrt(50 * 50 + 1)), "jump_mm, the way from the origin counted");
	ok(s.x0 == -3000 && s.y0 == 0 && s.x1 == 50000 && s.y1 == 4000, "box of all points");
	ok(s.mx0 == -3000 && s.my0 == 0 && s.mx1 == 0 && s.my1 == 4000, "box of the mark");
	ok(near(mk_job_ms(&j, &t), s.jump_mm / 4 + 3 * 0.08 + 6 + 2 * 0.25 + 0.1 + 0.5 + 2),
		"the time model");
	read_ops(&j, "M7,-7");
	mk_job_stats(&j, &s);
	ok(s.strokes == 0 && s.mx0 == 0 && s.mx1 == 0 && s.x0 == 7 && s.y1 == -7,
		"a job without a mark");
	read_ops(&j, "P1,1,1 M0,0 L5,0 P2,1,1 L9,0");
	mk_job_stats(&j, &s);
	ok(s.strokes == 2, "a change of pen parts a stroke");
	mk_job_clear(&j);
}

static void
test_check(void)
{
	struct mk_job_limits lim = { .w = 110000, .h = 70000 };
	struct mk_job j = {0};

	read_ops(&j, "P1,1,1 M-55000,-35000 L55000,35000");
	ok(mk_job_check(&j, &lim, &e) == 0, "the field's corners are inside");
	read_ops(&j, "P1,1,1 M0,0 L0,-35001");
	ok(mk_job_check(&j, &lim, &e) == -1 && e.code == MK_EDATA, "a µm outside is not");
	is(e.msg, "job: op 3: L0,-35001 is outside the field of 110 x 70 mm", "  and says where");
	read_ops(&j, "M0,0 AU,90000");
	ok(mk_job_check(&j, &lim, &e) == -1, "no axes");
	is(e.msg, "job: op 2: A: this device has no axes", "  and says so");
	read_ops(&j, "Z-100");
	ok(mk_job_check(&j, &lim, &e) == -1, "no focus");
	lim.has_axes = lim.has_focus = 1;
	ok(mk_job_check(&j, &lim, &e) == 0, "with a focus");
	read_ops(&j, "P0,0,60 P100,0,60 M0,0 D5");
	lim.speed_max = 60;
	lim.power_min = 100;
	ok(mk_job_check(&j, &lim, &e) == 0, "pens that the device can do, and a dark one");
	lim.speed_max = 59;
	ok(mk_job_check(&j, &lim, &e) == -1, "too fast");
	is(e.msg, "job: op 1: P: 60 mm/s is over the 59 mm/s that this device can do", "  and says so");
	lim.speed_max = 60;
	lim.power_min = 101;
	ok(mk_job_check(&j, &lim, &e) == -1, "too weak");
	is(e.msg, "job: op 2: P: 10 % is under the 10.1 % that is this device's least", "  and says so");
	lim.power_min = 0;
	lim.no_dots = 1;
	ok(mk_job_check(&j, &lim, &e) == -1, "no dots");
	is(e.msg, "job: op 4: D: this device marks no dots: draw lines", "  and says so");
	mk_job_clear(&j);
}

static void
test_timing(void)
{
	struct mk_setting set[] = { { "field", "1,1" }, { "jump", "2500.5" }, { "on_us", "0" } };
	struct mk_device d = { "lmc", set, 3, 7 };
	struct mk_timing t;
	struct mk_job j = {0};

	ok(mk_timing_conf(&t, NULL, &e) == 0 && near(t.jump, 4000) && near(t.jump_us, 80) &&
		near(t.on_us, 100) && near(t.off_us, 150) && near(t.corner_us, 100), "defaults");
	ok(mk_timing_conf(&t, &d, &e) == 0 && near(t.jump, 2500.5) && near(t.on_us, 0) &&
		near(t.off_us, 150), "settings over defaults");
	/* an LMC's: 226.6 ms were reckoned so for a capture of 226.42 */
	read_ops(&j, "P500,30000,1000 M0,0 L1000,0 L1000,1010 M0,0 L2000,0");
	t = (struct mk_timing){ 4000, 80, 0, 0, 100, 100 };
	ok(near(mk_job_ms(&j, &t), 0.08 + 1.0 + 1.1 + 0.1 + sqrt(1000. * 1000 + 1010. * 1010) / 4000
		+ 0.08 + 2.0), "vectors take whole steps");
	set[2] = (struct mk_setting){ "on_us", "-50" };
	ok(mk_timing_conf(&t, &d, &e) == 0 && near(t.on_us, 0), "a negative delay takes no time");
	mk_job_clear(&j);
	set[1].val = "0";
	ok(mk_timing_conf(&t, &d, &e) == -1 && e.code == MK_ECONF, "a jump speed of 0");
	is(e.msg, "mk.conf:7: device lmc: jump: 0 is out of range: 0.001 to 1000000",
		"  names the line");
}

static void
test_gcode(void)
{
	struct mk_job j = {0};
	struct mk_buf b = {0};

	read_ops(&j, "P405,30000,1000 M-4000,3800 L4000,3801 Z-100 W2500 AU,90000 M1,0");
	ok(mk_gcode_job(&j, 255, &b, &e) == 0 && mk_buf_str(&b, &e) != NULL, "a job as G-code");
	is(b.p, "G21\nG90\nG94\nM5\nM4 S103.275 F60000\nG0 X-4.000 Y3.800\nG1 X4.000 Y3.801\n"
		"G0 Z-0.100\nG4 P0.002500\nG0 U90.000\nG0 X0.001 Y0.000\nM5\n", "  line by line");
	read_ops(&j, "P1,1,1 M0,0 D70");
	ok(mk_gcode_job(&j, 255, &b, &e) == -1 && e.code == MK_EDATA, "a dot is refused");
	is(e.msg, "op 3: a dot (D) has no G-code that is safe: mark it with fill=hatch",
		"  and says which");
	mk_job_clear(&j);
	mk_buf_clear(&b);
}

/* The walk's sums are the job's. */
static void
test_walk(void)
{
	const struct mk_timing t = { 4000, 80, 100, 150, 100, 0 };
	struct mk_job_walk w = MK_JOB_WALK;
	struct mk_job j = {0};
	struct mk_job_stats s;
	size_t i;

	read_ops(&j, "P400,30000,1000 M-4000,3800 L4000,3800 L4000,3700 M0,0 D500 W1000 M5,5 L6,6");
	for (i = 0; i < j.n; i++)
		mk_job_walk(&w, &j.op[i], &t);
	mk_job_stats(&j, &s);
	ok(w.strokes == 3 && s.strokes == 3 && near(w.mark_mm, s.mark_mm) &&
		near(w.jump_mm, s.jump_mm), "op by op: the same strokes and ways");
	/* 8.1014 mm marked, 10.9684 jumped; 3 jumps, 3 strokes, 1 corner, 0.5 + 1 ms */
	ok(near(w.ms, 8.1 + 0.001 * sqrt(2) + (sqrt(16 + 3.8 * 3.8) + sqrt(16 + 3.7 * 3.7) +
		0.005 * sqrt(2)) / 4 + 0.24 + 0.75 + 0.1 + 1.5), "and their time");
	mk_job_clear(&j);
}

int
main(void)
{
	round_trip("M0,0");
	round_trip("P400,30000,1000 M-4000,3800 L4000,3800 M4000,3700 L-4000,3700");
	round_trip("P1000,1000000000,1000000,1000000000 M10000000,-10000000 D60000000");
	round_trip("P0,0,1,1 AU,-360000 Z-50 W3600000000 M1,2 L3,4 L5,6 D7 L8,9");
	test_spelling();
	test_refusals();
	test_damage();
	test_build();
	test_stats();
	test_check();
	test_timing();
	test_gcode();
	test_walk();
	return done();
}
