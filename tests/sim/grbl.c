/* grbl HOW FILE [KEY=VALUE…]: a GRBL 1.1 or grblHAL controller with a laser (peer.h has
 * HOW and FILE). It checks byte by byte that its buffer is never overrun, executes what
 * it is told, and says on standard output what light it gave:
 *
 *   on / off WHY               the beam; WHY: move, end, hold, reset
 *   burn X0 Y0 X1 Y1 S F       a vector with light, when it begins
 *   reset / reset moving       0x18; the second loses the position (ALARM:3)
 *   overrun N                  N bytes for a buffer of fewer
 *   hangup on|off              the line was closed, the beam as it was
 *   unheard                    it had more to say when the line was closed
 *   end max=N sent=N line=P    at the end: the fullest buffer, bytes, and how many per
 *                              cent of the line's time were used, first to last G1
 *
 * Keys: rx=128 plan=15 hal=0 bf=1 pace=BAUD speed=TIMES keep=0 laser=1 smax=1000 smin=0
 * rate=6000 travel=200 banner=MS (-1: never) late=MS split=0; and what goes wrong at the
 * Nth G1 line: error= alarm= silent= reset= noise= lost= unplug= door=; refuse= does so
 * in check mode, too. mute=1: says nothing at all, ever. locked=1: it must be homed;
 * homing=0: it cannot; homing=2: it tries, and fails. boot=MS: it reads nothing before.
 * opt=0: it does not tell its buffers. drop=N: it has no setting $N.
 *
 * As in the firmware: what comes within 2 ms after 0x18 is lost; $I, $$, $C want it
 * idle; a hold while it is idle is Hold:0; behind an alarm of a switch only 0x18 is
 * heard; grblHAL executes nothing after an error, and asks to be homed by ALARM:11. */
#include <stdbool.h>

#include <math.h>

#include "tests/sim/peer.h"

#define US 1000000LL
#define RESET_US 2000		/* between 0x18 and its main loop's taking notice */

static struct {
	long rx, plan, hal, bf, pace, speed, keep, laser, smax, smin, rate, travel, banner, late, split;
	long error, alarm, silent, reset, noise, lost, unplug, door, refuse, mute, locked, homing;
	long boot, opt, drop;
} set = { .rx = 128, .plan = 15, .bf = 1, .speed = 1, .laser = 1, .smax = 1000, .rate = 6000,
	.travel = 200, .homing = 1, .opt = 1 };

static const struct { const char *key; long *to; } keys[] = {
	{ "rx", &set.rx }, { "plan", &set.plan }, { "hal", &set.hal }, { "bf", &set.bf },
	{ "pace", &set.pace }, { "speed", &set.speed }, { "keep", &set.keep }, { "laser", &set.laser },
	{ "smax", &set.smax }, { "smin", &set.smin }, { "rate", &set.rate },
	{ "travel", &set.travel }, { "banner", &set.banner }, { "late", &set.late },
	{ "split", &set.split }, { "error", &set.error }, { "alarm", &set.alarm },
	{ "silent", &set.silent }, { "reset", &set.reset }, { "noise", &set.noise },
	{ "lost", &set.lost }, { "unplug", &set.unplug }, { "door", &set.door }, { "refuse", &set.refuse },
	{ "mute", &set.mute }, { "locked", &set.locked }, { "homing", &set.homing },
	{ "boot", &set.boot }, { "opt", &set.opt }, { "drop", &set.drop }
};

enum { IDLE, RUN, HOLD, HELD, ALARM, CHECK, DOOR };
static const char *const names[] = { "Idle", "Run", "Hold:1", "Hold:0", "Alarm", "Check", "Door:1" };

struct block {
	double x0, y0, x1, y1, s, f;
	bool lit;
	int64_t us;
};

static struct {
	int fd, state;
	bool opened, quiet;
	char rx[8192];			/* bytes not taken */
	size_t n, max;
	struct block q[256];
	size_t first, blocks;
	int64_t end, dwell_us, dwell_end;	/* of the running block, of the dwell; 0: none */
	bool dwell, beam;
	double x, y, s, f;
	bool m4, g1;
	long motion, checked;		/* G1 lines taken, and looked at */
	struct { char text[160]; int64_t due; } out[512];
	size_t ofirst, nout, oat;
	int64_t hold_end, banner_at, flush_at, boot_at, now;
	bool critical;			/* it hears nothing but 0x18 */
	unsigned reports, last_error;
	int64_t budget_at, first_us, last_us;	/* of the line; of the G1 lines */
	size_t sent, first_byte, last_byte;
} c;

static int64_t
clock_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * US + t.tv_nsec / 1000;
}

static void
say(const char *fmt, double a, double b, double d, double e, double s, double f)
{
	printf(fmt, a, b, d, e, s, f);
	putchar('\n');
	(void)fflush(stdout);
}

static void
beam(bool on, const char *why)
{
	if (c.beam == on)
		return;
	c.beam = on;
	printf(on ? "on\n" : "off %s\n", why);
	(void)fflush(stdout);
}

static void
reply(const char *text)
{
	if (c.quiet || set.mute)
		return;
	if (c.nout == 512) {
		puts("output lost");
		exit(1);
	}
	(void)snprintf(c.out[(c.ofirst + c.nout) % 512].text, 160, "%s\r\n", text);
	c.out[(c.ofirst + c.nout++) % 512].due = c.now + set.late * 1000;
}

static void
banner(void)
{
	reply("");
	reply(set.hal ? "GrblHAL 1.1f ['$' or '$HELP' for help]" : "Grbl 1.1h ['$' for help]");
}

/* Behind the banner: it is locked. */
static void
tell_lock(void)
{
	if (c.state != ALARM)
		return;
	if (set.hal && set.locked)
		reply("ALARM:11");
	reply(set.hal && set.locked ? "[MSG:Homing cycle is required, '$H']" : "[MSG:'$H'|'$X' to unlock]");
}

static void
error(unsigned n)
{
	char s[32];

	(void)snprintf(s, sizeof s, "error:%u", n);
	reply(s);
	c.last_error = n;
}

static void
reset(void)
{
	bool moving = c.state == RUN || c.state == HOLD;

	printf("reset%s\n", moving && c.blocks > 0 ? " moving" : "");
	beam(false, "reset");
	c.n = c.blocks = c.first = 0;
	c.end = c.hold_end = c.dwell_end = 0;
	c.dwell = c.m4 = c.g1 = c.critical = false;
	c.s = c.f = 0;
	c.last_error = 0;
	c.flush_at = c.now + RESET_US;
	/* answers that were due are gone; a line that is half out is finished */
	if (c.nout > 1)
		c.nout = c.oat > 0 ? 1 : 0;
	if (moving && c.blocks > 0) {
		c.state = ALARM;
		reply("ALARM:3");
	} else if (c.state != ALARM) {
		c.state = IDLE;
	}
	if (set.banner >= 0)
		c.banner_at = c.now + RESET_US + set.banner * 1000;
}

static void
report(void)
{
	char s[160], bf[40] = "";
	static const char *const more[10] = { "|WCO:0.000,0.000,0.000", "|Ov:100,100,100" };
	const char *now = more[c.reports++ % 10];

	if (set.bf)
		(void)snprintf(bf, sizeof bf, "|Bf:%ld,%zu", set.plan - (long)c.blocks,
			(size_t)(set.rx - (set.hal ? 1 : 0)) - c.n);
	(void)snprintf(s, sizeof s, "<%s%s|MPos:%.3f,%.3f,0.000%s|FS:%.0f,%.0f%s>", names[c.state],
		c.state == ALARM && set.hal ? ":11" : "", c.x, c.y, bf, c.beam ? c.f : 0, c.s, now == NULL ? "" : now);
	reply(s);
}

static void
settings(void)
{
	char s[64];
	long v[][2] = { { 10, 3 }, { 13, 0 }, { 30, set.smax }, { 31, set.smin }, { 32, set.laser },
		{ 110, set.rate }, { 111, set.rate }, { 112, 500 }, { 130, set.travel },
		{ 131, set.travel }, { 132, 200 } };
	size_t i;

	for (i = 0; i < sizeof v / sizeof *v; i++) {
		if (v[i][0] == set.drop)
			continue;
		(void)snprintf(s, sizeof s, v[i][0] >= 30 && v[i][0] != 32 ? "$%ld=%ld.000" : "$%ld=%ld",
			v[i][0], v[i][1]);
		reply(s);
	}
	reply("ok");
}

static void
tell_build(void)
{
	char s[160];

	reply(set.hal ? "[VER:1.1f.20250813:]" : "[VER:1.1h.20190830:]");
	if (!set.opt)
		reply("[OPT:]");
	else {
		(void)snprintf(s, sizeof s, set.hal ? "[OPT:VNML+,%ld,%ld,3,0]" : "[OPT:V,%ld,%ld]",
			set.plan, set.rx);
		reply(s);
	}
	if (set.hal)
		reply("[AXS:3:XYZ]\r\n[NEWOPT:ENUMS,RT-,HOME,TC,SED]\r\n[FIRMWARE:grblHAL]\r\n[DRIVER:Simulator]");
	reply("ok");
}

static void
home(void)
{
	if (set.homing == 0) {
		error(5);
	} else if (set.homing == 2) {
		c.state = IDLE;
		reset();
		c.state = ALARM;
		reply("ALARM:8");
	} else {
		c.state = IDLE;
		set.locked = 0;
		reply("ok");
	}
}

static void
system_line(const char *l)
{
	bool ready = c.state == IDLE || c.state == ALARM;

	c.last_error = 0;
	if (strcmp(l, "$I") == 0 && (ready || set.hal)) {
		tell_build();
	} else if (strcmp(l, "$$") == 0 && (ready || c.state == CHECK)) {
		settings();
	} else if (strcmp(l, "$C") == 0 && c.state == CHECK) {
		reset();
		reply("[MSG:Disabled]");
		reply("ok");
	} else if (strcmp(l, "$C") == 0 && c.state == IDLE) {
		c.state = CHECK;
		reply("[MSG:Enabled]");
		reply("ok");
	} else if (strcmp(l, "$H") == 0 && ready) {
		home();
	} else if (strcmp(l, "$X") == 0) {
		if (c.state == ALARM)
			reply("[MSG:Caution: Unlocked]");
		c.state = c.state == ALARM ? IDLE : c.state;
		reply("ok");
	} else {
		error(strchr("I$CH", l[1]) != NULL && l[2] == '\0' ? 8 : 3);
	}
}

/* What goes wrong on order at this G1. true: nothing more of the line. */
static bool
fault(void)
{
	if (c.motion++ == 0) {
		c.first_us = c.now;
		c.first_byte = c.sent;
	}
	c.last_us = c.now;
	c.last_byte = c.sent;
	if (c.motion == set.error || c.motion == set.refuse) {
		error(20);
		return true;
	}
	if (c.motion == set.alarm) {
		c.state = ALARM;
		c.critical = true;
		c.blocks = 0;
		c.end = 0;
		beam(false, "end");
		reply("ALARM:1");
		reply("[MSG:Reset to continue]");
		return true;
	}
	if (c.motion == set.silent)
		c.quiet = true;
	if (c.motion == set.reset) {
		c.state = IDLE;
		reset();
		return true;
	}
	if (c.motion == set.noise)
		reply("o\xfe\x81k\x02");
	if (c.motion == set.lost)
		return true;
	if (c.motion == set.unplug) {
		printf("unplugged %s\n", c.beam ? "on" : "off");
		exit(0);
	}
	if (c.motion == set.door)
		c.state = DOOR;
	return false;
}

static double
number(const char *p, const char *end)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%.*s", (int)(end - p), p);
	return strtod(text, NULL);
}

/* A line of G-code whose words were parsed. */
static void
gcode(const char *l)
{
	double x = c.x, y = c.y, v;
	bool move = false, g1 = c.g1, m5 = false;
	const char *p, *end;

	for (p = l; *p != '\0'; p = end) {
		end = p + 1 + strspn(p + 1, "-.0123456789");
		/* "0X1" is no number here, but to strtod */
		v = number(p + 1, end);
		if (end == p + 1) {
			error(1);
			return;
		}
		switch (*p) {
		case 'G':
			if (v == 0 || v == 1)
				g1 = v == 1;
			c.dwell = c.dwell || v == 4;
			break;
		case 'M': c.m4 = v == 4; m5 = v == 5; break;
		case 'X': x = v; move = true; break;
		case 'Y': y = v; move = true; break;
		case 'S': c.s = v; break;
		case 'F': c.f = v; break;
		case 'P': c.dwell_us = (int64_t)(v * US); break;
		default: error(20); return;
		}
	}
	if (c.dwell)
		return;
	c.g1 = g1;
	if (m5)
		c.s = 0;
	if (move && g1 && c.f <= 0) {
		error(22);
		return;
	}
	if (move && g1 && c.state == CHECK && ++c.checked == set.refuse) {
		error(20);
		return;
	}
	if (move && g1 && c.state != CHECK && fault())
		return;
	if (move && c.state != CHECK) {
		struct block *b = &c.q[(c.first + c.blocks++) % 256];
		double f = g1 ? c.f : (double)set.rate;

		*b = (struct block){ c.x, c.y, x, y, c.s, f, g1 && c.m4 && c.s > 0 && set.laser == 1, 0 };
		b->us = (int64_t)(hypot(x - c.x, y - c.y) / f * 60 * US / (double)set.speed);
	}
	if (c.state != CHECK) {
		c.x = x;
		c.y = y;
	}
	reply("ok");
}

/* Whether the line at the head of the buffer can be taken now. */
static bool
can_take(const char *l)
{
	bool sync = l[0] == 'M' || strncmp(l, "G4", 2) == 0 || l[0] == '$';

	if (c.dwell)
		return false;
	if (c.state == ALARM && l[0] != '$')
		return true;
	return sync ? c.blocks == 0 : (long)c.blocks < set.plan && c.state != HOLD && c.state != HELD;
}

static void
take_lines(void)
{
	char l[512], *lf;

	while (c.flush_at == 0 && !c.critical && (lf = memchr(c.rx, '\n', c.n)) != NULL) {
		size_t n = (size_t)(lf - c.rx);

		(void)snprintf(l, sizeof l, "%.*s", (int)n, c.rx);
		if (!can_take(l))
			return;
		memmove(c.rx, lf + 1, c.n - n - 1);
		c.n -= n + 1;
		if (n >= (set.hal ? 256 : 80))
			error(11);
		else if (l[0] == '$')
			system_line(l);
		else if (c.state == ALARM)
			error(9);
		else if (set.hal && c.last_error != 0)
			error(c.last_error);
		else
			gcode(l);
	}
}

static void
byte(unsigned char b)
{
	size_t window = (size_t)set.rx - 1;

	if (b != 0x18 && (c.flush_at != 0 || (c.critical && !set.hal)) && (b == '?' || b == '!' || b == '~'))
		return;
	switch (b) {
	case '?': report(); return;
	case '!':
		if (c.state == IDLE)
			c.state = HELD;
		else if (c.state == RUN) {
			c.state = HOLD;
			c.hold_end = c.now + 20000;
		}
		return;
	case '~':
		c.state = c.state == HELD ? IDLE : c.state;
		return;
	case 0x18: reset(); return;
	}
	if (b >= 0x80)
		return;
	if (c.n == sizeof c.rx || c.n + 1 > window) {
		printf("overrun %zu\n", c.n + 1);
		exit(1);
	}
	c.rx[c.n++] = (char)b;
	if (c.n > c.max)
		c.max = c.n;
	c.sent++;
}

/* Let the machine run up to now. */
static void
machine(void)
{
	if (c.flush_at != 0 && c.now >= c.flush_at) {
		c.flush_at = 0;
		c.n = 0;
	}
	if (c.banner_at != 0 && c.now >= c.banner_at) {
		c.banner_at = 0;
		banner();
		tell_lock();
	}
	if (c.state == HOLD && c.now >= c.hold_end) {
		c.state = HELD;
		beam(false, "hold");
	}
	while (c.blocks > 0 && (c.state == RUN || c.state == IDLE)) {
		struct block *b = &c.q[c.first];

		if (c.end == 0) {
			c.end = c.now + b->us;
			c.state = RUN;
			beam(b->lit, "move");
			if (b->lit)
				say("burn %.3f %.3f %.3f %.3f %.10g %.10g", b->x0, b->y0, b->x1, b->y1, b->s, b->f);
		}
		if (c.now < c.end)
			return;
		c.first = (c.first + 1) % 256;
		c.blocks--;
		c.end = 0;
		take_lines();
	}
	if (c.blocks == 0 && c.state == RUN) {
		c.state = IDLE;
		beam(false, "end");
	}
	if (c.dwell && c.blocks == 0) {
		c.dwell_end = c.dwell_end == 0 ? c.now + (c.state == CHECK ? 0 : c.dwell_us) : c.dwell_end;
		if ((c.dwell = c.now < c.dwell_end))
			return;
		c.dwell_end = 0;
		reply("ok");
	}
}

static void
answers(void)
{
	while (c.nout > 0 && c.out[c.ofirst].due <= c.now) {
		const char *s = c.out[c.ofirst].text;
		size_t n = strlen(s);

		peer_write(c.fd, s + c.oat, set.split ? 1 : n);
		if (set.split) {
			if (++c.oat < n) {
				c.out[c.ofirst].due = c.now + 200;
				return;
			}
		}
		c.oat = 0;
		c.ofirst = (c.ofirst + 1) % 512;
		c.nout--;
	}
}

/* How many bytes the line may bring now, at its baud rate. */
static size_t
allowed(void)
{
	int64_t n = c.now < c.boot_at ? 0 : set.pace == 0 ? 4096 : (c.now - c.budget_at) * set.pace / 10 / US;

	return n > 4096 ? 4096 : (size_t)n;
}

/* false: the line was closed, and that is the end. */
static bool
line(void)
{
	char in[4096];
	size_t want = allowed(), i;
	ssize_t n = want == 0 ? -2 : peer_read(c.fd, in, want, &c.opened, 0);

	if (n == 0) {
		printf("hangup %s\n%s", c.beam || (c.blocks > 0 && c.state == RUN) ? "on" : "off",
			c.nout > 0 || c.banner_at != 0 ? "unheard\n" : "");
		(void)fflush(stdout);
		c.opened = false;
		if (!set.keep)
			return false;
	}
	/* a line that ran dry saves nothing up */
	if (want > 0 && n != (ssize_t)want)
		c.budget_at = c.now;
	else if (n > 0 && set.pace != 0)
		c.budget_at += n * 10 * US / set.pace;
	for (i = 0; n > 0 && i < (size_t)n; i++) {
		byte((unsigned char)in[i]);
		take_lines();
	}
	return true;
}

int
main(int argc, char **argv)
{
	size_t k;
	int i;

	if (argc < 3)
		return 9;
	for (i = 3; i < argc; i++) {
		for (k = 0; k < sizeof keys / sizeof *keys; k++)
			if (strncmp(argv[i], keys[k].key, strlen(keys[k].key)) == 0 &&
			    argv[i][strlen(keys[k].key)] == '=')
				*keys[k].to = atol(strchr(argv[i], '=') + 1);
	}
	c.state = set.locked ? ALARM : IDLE;
	c.fd = peer_open(argv[1], argv[2]);
	c.budget_at = c.now = clock_us(), c.boot_at = c.now + set.boot * 1000;
	if (set.banner >= 0)
		c.banner_at = c.now + set.banner * 1000 + 1;
	do {
		struct pollfd p = { .fd = c.fd, .events = POLLIN };
		const struct timespec t = { 0, set.pace != 0 ? 300000 : c.blocks > 0 || c.nout > 0 ||
			c.banner_at != 0 || c.flush_at != 0 || c.state == HOLD ? 200000 : 5000000 };

		(void)ppoll(&p, set.pace != 0 || !c.opened || c.now < c.boot_at ? 0 : 1, &t, NULL);
		c.now = clock_us();
		machine();
		take_lines();
		machine();
		answers();
	} while (line());
	printf("end max=%zu sent=%zu line=%.1f\n", c.max, c.sent, c.last_us > c.first_us && set.pace != 0
		? 1e9 * (double)(c.last_byte - c.first_byte) / (double)set.pace /
		(double)(c.last_us - c.first_us) : 0);
	return 0;
}
