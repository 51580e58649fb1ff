/* Ports: places, a pty through libserialport (with the shim), TCP both ways. */
#include "port/port.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tap.h"

static struct mk_err e;

static struct mk_wait
within(int ms)
{
	return (struct mk_wait){ .until = mk_port_now() + ms };
}

static void
bad(const char *place, const char *want)
{
	struct mk_wait w = within(2000);
	struct mk_port *p = NULL;

	e = (struct mk_err){0};
	ok(mk_port_open(&p, place, NULL, &w, &e) == -1, "'%s' is no port", place);
	is(e.msg, want, "and it says why");
}

static void
settings(void)
{
	struct mk_port_conf c = {0};

	ok(mk_port_setting(&c, "baud", "115200", &e) == 1 && c.baud == 115200, "a baud rate");
	ok(mk_port_setting(&c, "parity", "odd", &e) == 1 && c.parity == 'o', "a parity");
	ok(mk_port_setting(&c, "flow", "xonxoff", &e) == 1 && c.flow == MK_FLOW_XONXOFF, "a flow control");
	ok(mk_port_setting(&c, "bits", "7", &e) == 1 && c.bits == 7, "data bits");
	ok(mk_port_setting(&c, "stop", "2", &e) == 1 && c.stop == 2, "stop bits");
	ok(mk_port_setting(&c, "lens", "7", &e) == 0, "a key of another");
	ok(mk_port_setting(&c, "parity", "mark", &e) == -1, "a parity that there is not");
	is(e.msg, "parity=mark: it is none, even or odd", "says what there is");
	ok(mk_port_setting(&c, "baud", "fast", &e) == -1 && e.code == MK_EUSAGE, "no baud rate");
	is(e.msg, "baud=fast: 'fast' is not a whole number", "says so");
}

static void
tty(void)
{
	struct mk_wait w;
	struct mk_port *p = NULL;
	struct mk_buf b = {0};
	char name[64], in[64], place[80];
	int master, slave;
	unsigned lines = 99;
	size_t n = 0, k;

	if (openpty(&master, &slave, name, NULL, NULL) == -1) {
		ok(0, "openpty");
		return;
	}
	(void)snprintf(place, sizeof place, "serial:%s", name);
	w = within(2000);
	if (!ok(mk_port_open(&p, place, &(struct mk_port_conf){ .baud = 115200, .quiet = true }, &w, &e) == 0,
	    "a pty is opened: %s", e.msg))
		return;
	(void)close(slave);
	ok(mk_port_place(p, &b, &e) == 0, "it has a place");
	isn(b.p, b.n, name, "which is the device's name");
	ok(mk_port_write(p, "hello\n\xff", 7, &w, NULL, &e) == 1, "written");
	for (k = 0; k < 7; k += (size_t)read(master, in + k, sizeof in - k))
		;
	ok(k == 7 && memcmp(in, "hello\n\xff", 7) == 0, "every byte comes through as it is");
	ok(write(master, "a\r\nb\x11\x03", 6) == 6, "the peer answers");
	while (n < 6) {
		ssize_t r = mk_port_read(p, in + n, sizeof in - n, &w, &e);

		if (r <= 0)
			break;
		n += (size_t)r;
	}
	ok(n == 6 && memcmp(in, "a\r\nb\x11\x03", 6) == 0, "and the answer, too");
	w = within(20);
	ok(mk_port_read(p, in, sizeof in, &w, &e) == 0 && mk_port_now() >= w.until, "silence: time is up");
	mk_port_shout(p, "!", 1);
	ok(read(master, in, 1) == 1 && in[0] == '!', "a shout");
	ok(write(master, "<", 1) == 1 && mk_port_hear(p, in, sizeof in, 1000) == 1 && in[0] == '<', "heard");
	ok(mk_port_hear(p, in, sizeof in, 1) == 0, "nothing heard");
	ok(mk_port_lines(p, &lines, &e) == 0 && lines == 0, "no line is high");
	ok(mk_port_raise(p, MK_RTS, true, &e) == 0, "RTS can be raised");
	ok(mk_port_lockfd(p, &e) == mk_port_fd(p), "the line itself is locked");
	ok(write(master, "xyz", 3) == 3, "noise");
	mk_port_flush(p);
	w = within(0);
	ok(mk_port_read(p, in, sizeof in, &w, &e) == 0, "is thrown away");
	(void)close(master);
	w = within(2000);
	ok(mk_port_read(p, in, sizeof in, &w, &e) == -1 && e.code == MK_EDEV, "unplugged: %s", e.msg);
	ok(strstr(e.msg, ": the device is gone: is its cable in, and its power on?") != NULL, "says what to do");
	ok(mk_port_write(p, "x", 1, &w, NULL, &e) == -1 && e.code == MK_EDEV, "no more writing either");
	mk_port_close(p);
	mk_buf_clear(&b);
}

static void
put_file(const char *dir, const char *pts, const char *what, const char *text)
{
	char path[200];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s.%s", dir, pts, what);
	if ((f = fopen(path, "w")) != NULL) {
		(void)fputs(text, f);
		(void)fclose(f);
	}
}

/* Modem lines, as the shim plays them. */
static void
modem(void)
{
	struct mk_wait w = within(2000);
	char dir[] = "/tmp/mk-lines.XXXXXX", name[64], path[200], out[64] = "";
	struct mk_port *p = NULL;
	const char *pts;
	int master, slave, fd;
	unsigned lines = 0;

	if (mkdtemp(dir) == NULL || openpty(&master, &slave, name, NULL, NULL) == -1) {
		ok(0, "openpty");
		return;
	}
	pts = strrchr(name, '/') + 1;
	(void)setenv("MK_PTY_LINES", dir, 1);
	put_file(dir, pts, "in", "cts ri");
	ok(mk_port_open(&p, name, &(struct mk_port_conf){ .quiet = true }, &w, &e) == 0, "opened quietly");
	ok(mk_port_lines(p, &lines, &e) == 0 && lines == (MK_CTS | MK_RI), "CTS and RI are high");
	put_file(dir, pts, "in", "dsr dcd");
	ok(mk_port_lines(p, &lines, &e) == 0 && lines == (MK_DSR | MK_DCD), "now DSR and DCD");
	ok(mk_port_raise(p, MK_RTS, true, &e) == 0 && mk_port_raise(p, MK_RTS, false, &e) == 0 &&
		mk_port_raise(p, MK_DTR, true, &e) == 0, "lines are raised and lowered");
	mk_port_close(p);
	(void)snprintf(path, sizeof path, "%s/%s.out", dir, pts);
	if ((fd = open(path, O_RDONLY)) != -1)
		ok(read(fd, out, sizeof out - 1) > 0, "the far end saw them");
	is(out, "rts 0\ndtr 0\nrts 1\nrts 0\ndtr 1\n", "both low from the start, then as told");
	(void)close(fd);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s/%s.in", dir, pts);
	(void)unlink(path);
	(void)rmdir(dir);
	(void)unsetenv("MK_PTY_LINES");
	(void)close(master);
	(void)close(slave);
}

static volatile sig_atomic_t stop;

static void
on_alarm(int sig)
{
	stop = sig;
}

/* A wait is left by a signal that only the wait lets through. */
static void
stopped(struct mk_port *p)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	sigset_t block, before;
	struct mk_wait w = { MK_FOREVER, &before, &stop };
	char c;

	(void)sigemptyset(&block);
	(void)sigaddset(&block, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &block, &before);
	(void)sigaction(SIGUSR1, &sa, NULL);
	(void)kill(getpid(), SIGUSR1);
	ok(stop == 0, "a signal waits");
	ok(mk_port_read(p, &c, 1, &w, &e) == 0 && stop == SIGUSR1, "it ends the read");
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

/* A server of ours and a client of ours. */
static void
tcp(void)
{
	struct mk_wait w = within(5000), soon = within(0);
	struct mk_port *s = NULL, *c = NULL;
	struct mk_buf b = {0};
	char place[64], want[160], in[64], *big;
	size_t done = 0;
	int port, fd, fd2;

	for (port = 20000 + (int)(getpid() % 20000); port < 60000; port++) {
		(void)snprintf(place, sizeof place, "listen:%d", port);
		if (mk_port_open(&s, place, NULL, &w, &e) == 0)
			break;
	}
	if (!ok(s != NULL, "a server listens"))
		return;
	ok(mk_port_place(s, &b, &e) == 0 && strncmp(b.p, "listen:127.0.0.1:", 17) == 0, "to this machine only");
	ok(mk_port_fd(s) == -1 && mk_port_wait(s, &soon, &e) == 0, "nobody has come yet");
	(void)snprintf(place, sizeof place, "tcp:127.0.0.1:%d", port);
	ok(mk_port_open(&c, place, NULL, &w, &e) == 0, "a client connects");
	ok(mk_port_write(c, "ping", 4, &w, NULL, &e) == 1, "writes");
	ok(mk_port_read(s, in, sizeof in, &w, &e) == 4 && memcmp(in, "ping", 4) == 0, "the server reads");
	ok(mk_port_write(s, "pong", 4, &w, NULL, &e) == 1, "and answers");
	ok(mk_port_read(c, in, sizeof in, &w, &e) == 4 && memcmp(in, "pong", 4) == 0, "that arrives");
	stopped(c);
	ok((big = calloc(1, 8000000)) != NULL, "much");
	w = within(30);
	ok(mk_port_write(c, big, 8000000, &w, &done, &e) == 0 && done > 0 && done < 8000000,
		"a peer that does not read: time is up in the middle");
	free(big);
	ok(mk_port_lines(c, &(unsigned){0}, &e) == -1 && e.code == MK_EUSAGE, "no modem lines");
	fd = mk_port_lockfd(c, &e);
	ok(fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == 0, "its address is locked");
	w = within(5000);
	mk_port_hangup(s);
	while (mk_port_read(c, in, sizeof in, &w, &e) > 0)
		;
	ok(e.code == MK_EDEV && strstr(e.msg, ": the far end hung up") != NULL, "hung up: %s", e.msg);
	mk_port_close(c);
	ok(mk_port_open(&c, place, NULL, &w, &e) == 0, "it comes again");
	fd2 = mk_port_lockfd(c, &e);
	ok(fd2 != -1 && flock(fd2, LOCK_EX | LOCK_NB) == 0, "the lock went with its port");
	ok(mk_port_write(c, "again", 5, &w, NULL, &e) == 1 && mk_port_read(s, in, sizeof in, &w, &e) == 5,
		"and the server takes it");
	mk_port_close(c);
	ok(mk_port_read(s, in, sizeof in, &w, &e) == -1 && mk_port_fd(s) == -1, "until it goes");
	mk_port_close(s);
	(void)snprintf(want, sizeof want, "%s: cannot connect: Connection refused: is the device on, "
		"and this its address and port?", place);
	bad(place, want);
	mk_buf_clear(&b);
}

static int
count(void *arg, const struct mk_port_info *info, struct mk_err *err)
{
	(void)err;
	*(int *)arg += info->place[0] == '/';
	return 0;
}

int
main(int argc, char **argv)
{
	char shim[4096], *slash = strrchr(argv[0], '/');
	int ports = 0;

	(void)argc;
	/* libserialport opens no pty without the shim; asan wants to come first */
	if (getenv("LD_PRELOAD") == NULL && slash != NULL) {
		(void)snprintf(shim, sizeof shim, "%.*s/../sim/pty-shim.so", (int)(slash - argv[0]), argv[0]);
		(void)setenv("LD_PRELOAD", shim, 1);
		(void)setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
		(void)execv(argv[0], argv);
	}
	bad("ttyS0", "'ttyS0': a port is /dev/NAME, tcp:HOST:PORT or listen:PORT");
	bad("tcp:here", "'tcp:here': say tcp:HOST:PORT");
	bad("tcp:here:0", "'tcp:here:0': the port '0': 0 is out of range: 1 to 65535");
	bad("listen::9", "'listen::9': say listen:PORT or listen:HOST:PORT");
	bad("/dev/ttyNONE", "/dev/ttyNONE: there is no such port: is it plugged in? mk-laser list shows what there is");
	bad("/dev/null", "/dev/null: cannot open: this is no serial port, or it cannot do that: "
		"mk-laser list shows what there is");
	settings();
	tty();
	modem();
	tcp();
	ok(mk_port_list(count, &ports, &e) == 0, "%d serial ports are listed", ports);
	return done();
}
