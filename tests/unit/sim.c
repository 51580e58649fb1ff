/* The simulated laser: energy, darkness, pictures, names. */
#include <limits.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc.h"
#include "image/image.h"
#include "laser/beam.h"
#include "laser/laser.h"
#include "laser/metal.h"
#include "laser/picture.h"
#include "laser/rng.h"
#include "tests/ecc200.h"
#include "tests/tap.h"

#define W 100
#define H 80

static struct mk_err e;
static uint16_t dark[W * H];

static void
numbers(void)
{
	uint32_t k[65], i, sum;
	struct mk_rng r = mk_rng_of(1, 2), s = mk_rng_of(1, 2);
	double worst = 0, mean = 0, var = 0;
	int radius, v;

	for (i = 0; i < 24u << 16; i += 37)
		worst = fmax(worst, fabs(mk_beam_exp(i) / 1073741824.0 - exp(-(double)i / 65536)));
	ok(worst < 1.0 / (1 << 20), "exp is good to %.2g", worst);
	ok(mk_beam_exp(0) == 1u << 30 && mk_beam_exp(UINT32_MAX) == 0, "and right at its ends");
	radius = mk_beam_kernel(512, 64, k);
	for (i = 1, sum = k[0]; i <= (uint32_t)radius; i++)
		sum += 2 * k[i];
	ok(radius == 8 && sum == 65536 && fabs(k[0] / 65536.0 - 0.19953) < 0.001 &&
		fabs(k[2] / (double)k[0] - exp(-0.5)) < 0.002, "the kernel of sigma 2");
	ok(mk_beam_kernel(0, 64, k) == 1 && k[0] == 65536 && k[1] == 0, "no sigma, no blur");
	for (i = 0; i < 100000; i++) {
		v = mk_rng_normal(&r);
		mean += v / 1e5;
		var += (double)v * v / 1e5;
	}
	ok(fabs(mean) < 3 && fabs(sqrt(var) - MK_RNG_SIGMA) < 3, "noise: mean %.1f, sigma %.1f",
		mean, sqrt(var));
	for (i = 0, sum = 0; i < 100000; i++)
		sum += mk_rng_normal(&s) < -MK_RNG_SIGMA;
	ok(sum > 15000 && sum < 16700, "about 16 %% of it is below one sigma: %u", sum);
}

/* ---- energy ---- */

static const struct mk_beam view = { .w = W, .h = H, .px = 20, .beam_um = 80, .percent = 100 };

/* A horizontal line over the picture's centre, from -1 to 1 mm, at height y µm. */
static void
line(struct mk_job *j, uint32_t power, int32_t y)
{
	const struct mk_pen pen = { power, 30000, 1000, 0 };

	(void)mk_job_pen(j, &pen, &e);
	(void)mk_job_jump(j, -1000, y, &e);
	(void)mk_job_mark(j, 1000, y, &e);
}

static int
burnt(struct mk_job *j, const struct mk_beam *b, int x, int y)
{
	int r = mk_beam_burn(j, b, dark, NULL, NULL, &e);

	mk_job_clear(j);
	return r == -1 ? -1 : dark[y * W + x];
}

static void
energy(void)
{
	struct mk_job j = {0};
	struct mk_beam b = view;
	int one, two, ten, half, dot, i, y, bad = 0;

	line(&j, 400, 0);
	one = burnt(&j, &view, 50, 40);
	for (y = 1; y < 10; y++)
		bad += dark[(40 - y) * W + 50] != dark[(39 + y) * W + 50] ||
			dark[(39 + y) * W + 50] > dark[(38 + y) * W + 50];
	ok(one > MK_DARK_ONE / 10 && bad == 0, "a line is dark, less so to both sides alike");
	ok(dark[40 * W + 30] > one / 3 && dark[40 * W + 69] > one / 3 && dark[40 * W + 28] == 0 &&
		dark[40 * W + 71] == 0 && dark[0] == 0, "and ends where it ends");
	line(&j, 400, 1000);
	one = burnt(&j, &view, 50, 19);
	ok(one > 0 && dark[61 * W + 50] == 0, "y is up");
	line(&j, 200, 25);
	half = burnt(&j, &view, 50, 39);
	line(&j, 200, 25);
	line(&j, 200, 25);
	two = burnt(&j, &view, 50, 39);
	line(&j, 400, 25);
	one = burnt(&j, &view, 50, 39);
	ok(abs(one - two) <= 2 && two > 2 * half && half > 0, "energies add: %d, twice the half %d, the half %d",
		one, two, half);
	for (i = 0; i < 100; i++)
		line(&j, 1000, 25);
	ten = burnt(&j, &view, 50, 39);
	ok(ten > 32700 && ten <= MK_DARK_ONE, "darkness saturates: %d", ten);
	for (i = -20; i <= 20; i++)
		line(&j, 400, i * 50);
	one = burnt(&j, &view, 50, 40);
	ok(abs(one - (int)(MK_DARK_ONE * (1 - exp(-2.56)))) < MK_DARK_ONE / 50,
		"the example's pen, hatched, gives %.2f", one / (double)MK_DARK_ONE);
	b.percent = 15;
	for (i = -20; i <= 20; i++)
		line(&j, 400, i * 50);
	one = burnt(&j, &b, 50, 40);
	ok(one > 0 && one < MK_DARK_ONE / 12, "15 %% of its power nearly nothing: %.3f",
		one / (double)MK_DARK_ONE);
	line(&j, 0, 0);
	ok(burnt(&j, &view, 50, 40) == 0, "no power, no mark");
	(void)mk_job_pen(&j, &(struct mk_pen){ 400, 30000, 1000, 0 }, &e);
	(void)mk_job_jump(&j, 0, 0, &e);
	(void)mk_job_add(&j, &(struct mk_op){ .kind = 'D', .u.us = 200 }, &e);
	dot = burnt(&j, &view, 50, 40);
	ok(dot > MK_DARK_ONE / 4 && dark[40 * W + 55] == 0, "a dot: %d", dot);
}

/* The same mark, coarse or fine: the darkness of an area does not hang on the
 * pixels that it is looked at with. */
static void
resolutions(void)
{
	static const int px[] = { 5, 10, 20, 40, 80 };
	struct mk_job j = {0};
	struct mk_beam b = view;
	int i, k, v, bad = 0;

	for (k = 0; k < 5; k++) {
		b.px = px[k];
		for (i = -30; i <= 30; i++)
			line(&j, 250, i * 50);
		(void)burnt(&j, &b, 50, 40);
		for (i = 0, v = 0; i < 64; i++)
			v += dark[(36 + i / 8) * W + 46 + i % 8];
		v /= 64;
		printf("# %d px/mm: %d\n", px[k], v);
		bad += abs(v - MK_DARK_ONE * 632 / 1000) > MK_DARK_ONE / 25;
	}
	ok(bad == 0, "at 5 to 80 px/mm, E = E0 gives 1 - 1/e");
}

static void
edges(void)
{
	struct mk_job j = {0};
	struct mk_beam b = view;

	(void)mk_job_pen(&j, &(struct mk_pen){ 1000, 1, 1, 0 }, &e);
	(void)mk_job_jump(&j, -10000000, -10000000, &e);
	(void)mk_job_mark(&j, 10000000, 10000000, &e);
	(void)mk_job_mark(&j, -10000000, 9999999, &e);
	ok(burnt(&j, &view, 50, 40) > MK_DARK_ONE / 2, "a stroke from end to end of the world");
	line(&j, 400, 0);
	b.cx = 500000;
	ok(burnt(&j, &b, 50, 40) == 0, "a job beside the picture");
	b = view;
	b.beam_um = 1;
	line(&j, 400, 25);
	ok(burnt(&j, &b, 50, 39) > 0, "a beam finer than any cell");
	b.beam_um = 2000;
	line(&j, 1000, 0);
	ok(burnt(&j, &b, 50, 40) >= 0, "and one wider than the picture");
}

static void
skipping(void)
{
	struct mk_job j = {0};
	struct mk_beam b = view;
	int i, lines = 0;

	for (i = 0; i < 10; i++)
		line(&j, 1000, 1500 - i * 300);
	b.skip_from = 8;
	b.skip_n = 4;
	(void)mk_beam_burn(&j, &b, dark, NULL, NULL, &e);
	mk_job_clear(&j);
	for (i = 0; i < 10; i++)
		lines += dark[(10 + i * 6) * W + 50] > MK_DARK_ONE / 10;
	ok(lines == 6, "four of ten strokes are left out: %d are there", lines);
	ok(dark[10 * W + 50] == 0 && dark[16 * W + 50] == 0 && dark[22 * W + 50] > 0 &&
		dark[52 * W + 50] > 0 && dark[58 * W + 50] == 0, "in a row, around the end");
}

/* ---- the device ---- */

static void
job_line(struct mk_buf *b, const char *id)
{
	struct mk_job j = {0};
	struct ecc s;

	b->n = 0;
	(void)ecc_make(&s, "A12", 3, 0, 10);
	(void)ecc_job(&s, 400, 400, &j, &e);
	(void)mk_buf_addf(b, &e, "id:%s\tjob:", id);
	(void)mk_job_write(&j, b, &e);
	mk_job_clear(&j);
}

/* The CRC of the picture that a device makes of the job; 0 if it fails. */
static uint32_t
picture_of(const char *device, const char *id)
{
	struct mk_conf conf = {0};
	struct mk_laser *l = NULL;
	struct mk_buf b = {0};
	struct mk_burn burn;
	struct mk_image im = {0};
	uint32_t crc = 0;

	job_line(&b, id);
	if (mk_laser_open(&l, device, &conf, &e) == 0 &&
	    mk_laser_burn(l, b.p, b.n, NULL, &burn, &e) == 1 &&
	    mk_png_read(burn.image, &im, &e) == 0)
		crc = mk_crc32(0, im.px, (size_t)im.w * (size_t)im.h);
	else
		printf("# %s\n", e.msg);
	mk_image_clear(&im);
	mk_buf_clear(&b);
	mk_laser_close(l);
	return crc;
}

static void
pictures(void)
{
	uint32_t a = picture_of("sim:p", "one"), b;

	/* the whole chain is whole numbers: no compiler and no library changes it */
	ok(a == 0x993d4063u, "the picture of seed 1: %08x", a);
	ok(picture_of("sim:p", "one") == a && access("p/one-2.png", F_OK) == 0,
		"the same again, under another name");
	b = picture_of("sim:p?seed=2", "two");
	ok(b != 0 && b != a, "another seed, another picture");
	ok(picture_of("sim:p?weak=1:50", "three") != a && picture_of("sim:p?weak=2:50", "four") == a,
		"a fault strikes its own job only");
	ok(picture_of("sim:p?size=64x48&px=5&noise=0&blur=0", "five") != 0, "a small one");
	ok(picture_of("sim:p?fail=1", "six") == 0 && e.code == MK_EDEV, "a failing device: %s", e.msg);
	ok(access("p/six.png", F_OK) == -1, "makes no picture");
}

static void
refused(const char *device, int code, const char *want)
{
	struct mk_conf conf = {0};
	struct mk_laser *l = NULL;

	ok(mk_laser_open(&l, device, &conf, &e) == -1 && e.code == code && l == NULL,
		"refused: %s", device);
	/* a '*' at the end stands for the rest */
	if (want[strlen(want) - 1] == '*')
		ok(strncmp(e.msg, want, strlen(want) - 1) == 0, "says so: %s", e.msg);
	else
		is(e.msg, want, "says so");
}

static void
arguments(void)
{
	struct mk_conf conf = {0};
	struct mk_laser *a = NULL, *b = NULL;
	char path[PATH_MAX];

	refused("sim", MK_EUSAGE, "device 'sim': no such kind of device: there is sim:*");
	refused("lsr:usb", MK_EUSAGE, "device 'lsr:usb': no such kind of device: there is sim:*");
	refused("sim:", MK_EUSAGE, "device 'sim:': the place is missing: sim:PLACE");
	refused("sim:d?colour=3", MK_EUSAGE, "device sim:d: colour=3: no such setting: there is "
		"seed, size, material, px, beam, blur, noise, glare, defocus, tilt, turn, pace, weak, "
		"skip, fail, hang");
	refused("sim:d?seed", MK_EUSAGE, "device 'sim:d?seed': 'seed': a setting is KEY=VALUE");
	refused("sim:d?", MK_EUSAGE, "device 'sim:d?': '': a setting is KEY=VALUE");
	refused("sim:d?px=20&px=20", MK_EUSAGE, "device 'sim:d?px=20&px=20': px was given twice");
	refused("sim:d?px=0", MK_EUSAGE, "device sim:d: px=0: 0 is out of range: 1 to 200");
	refused("sim:d?size=640", MK_EUSAGE, "device sim:d: size=640: '640' is not AxB");
	refused("sim:d?weak=5", MK_EUSAGE, "device sim:d: weak=5: '5': expected JOB:PERCENT");
	refused("sim:d?weak=5:15+", MK_EUSAGE, "device sim:d: weak=5:15+: nothing behind the last '+'");
	refused("sim:d?hang=5:1", MK_EUSAGE, "device sim:d: hang=5:1: '5:1': expected the number of a job");
	ok(access("d", F_OK) == -1, "nothing was made for a wrong argument");
	refused("sim:/dev/null", MK_EDEV, "sim:/dev/null: cannot use this folder: Not a directory");
	ok(mk_laser_open(&a, "sim:lock", &conf, &e) == 0, "a device");
	(void)snprintf(path, sizeof path, "sim:./lock: sim, process %ld, is using this device: "
		"end it first (mk-laser stop)", (long)getpid());
	refused("sim:./lock", MK_EDEV, path);
	ok(realpath("lock", path) != NULL && strncmp(mk_laser_name(a), "sim:", 4) == 0 &&
		strcmp(mk_laser_name(a) + 4, path) == 0, "its name is its true place");
	mk_laser_close(a);
	ok(mk_laser_open(&b, "sim:lock?seed=4", &conf, &e) == 0, "once it is closed, it is free");
	is(mk_laser_name(b) + 4, path, "its name has no settings");
	mk_laser_close(b);
	mk_laser_close(NULL);
}

/* Nothing reaches the beam that is not whole: the child checks for itself. */
static void
whole(void)
{
	struct mk_conf conf = {0};
	struct mk_laser *l = NULL;
	struct mk_burn burn;
	struct mk_buf b = {0};
	char beam[5] = "";
	int fd;

	job_line(&b, "cut");
	ok(mk_laser_open(&l, "sim:whole", &conf, &e) == 0 && mk_laser_ready(l, &e) == 0, "a device");
	b.p[b.n - 1] ^= 1;
	ok(mk_laser_burn(l, b.p, b.n, NULL, &burn, &e) == -1 && burn.ops == 0,
		"a damaged job is not begun: %s", e.msg);
	ok(mk_laser_ready(l, &e) == -1 && e.code == MK_EDEV &&
		mk_laser_burn(l, b.p, b.n, NULL, &burn, &e) == -1, "and the device takes no more");
	mk_laser_close(l);
	fd = open("whole/.beam", O_RDONLY);
	ok(fd != -1 && read(fd, beam, 4) == 4 && strcmp(beam, "off\n") == 0, "its beam is off");
	(void)close(fd);
	mk_buf_clear(&b);
}

static void
named(const char *text, const char *want)
{
	struct mk_rec rec = {0};
	char name[MK_PICTURE_NAME_MAX];
	size_t column;

	ok(mk_rec_parse(&rec, text, strlen(text), &column, &e) == 0 &&
		mk_picture_name(&rec, name, &e) == 0, "a name for %.20s", text);
	is(name, want, "it is");
	mk_rec_clear(&rec);
}

static void
names(void)
{
	char longid[600];

	named("id:(01)09506000134352(21)000000001", "01_09506000134352_21_000000001");
	named("id:A-1.b_C\top:face B", "A-1.b_C-face_B");
	named("id:../../etc/passwd", "etc_passwd");
	named("id:.beam", "beam");
	named("id:--x", "x");
	named("id:\xc3\xa4\xc3\xb6", "part");
	named("id:a\\nb\\x00c//d  e", "a_b_c_d_e");
	named("op:2", "part-2");
	named("id:x\top:/", "x");
	(void)snprintf(longid, sizeof longid, "id:%0300d\top:%0200d", 7, 8);
	named(longid, "0000000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000-00000000000000000000000000000000000000000000000000000000"
		"00000000000000000000000000000000000000000000");
}

int
main(void)
{
	char dir[] = "/tmp/mk-sim.XXXXXX", cmd[64];

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 99;
	numbers();
	energy();
	resolutions();
	edges();
	skipping();
	pictures();
	arguments();
	whole();
	names();
	(void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	ok(chdir("/") == 0 && system(cmd) == 0, "nothing is left behind");
	return done();
}
