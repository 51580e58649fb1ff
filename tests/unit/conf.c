/* mk.conf(5), and the context that events bear. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/io.h"
#include "tests/tap.h"

static struct mk_err e;
static char dir[] = "/tmp/mk-conf.XXXXXX";

static void
file(const char *name, const char *text)
{
	if (mk_io_replace(name, text, strlen(text), &e) == -1) {
		printf("Bail out! %s\n", e.msg);
		exit(99);
	}
}

static void
bad(const char *text, const char *place, const char *says)
{
	struct mk_conf c;
	char want[64];

	(void)snprintf(want, sizeof want, "bad.conf:%s: ", place);
	file("bad.conf", text);
	if (mk_conf_load(&c, "bad.conf", &e) == 0) {
		ok(0, "'%s' is taken", text);
		mk_conf_clear(&c);
		return;
	}
	ok(e.code == MK_ECONF && strncmp(e.msg, want, strlen(want)) == 0 && strstr(e.msg, says) != NULL,
		"'%s': %s", text, e.msg);
}

static void
load(void)
{
	struct mk_conf c;
	const struct mk_device *d;

	file("mk.conf", "# site\nsite ankara-1\nline L3\nstation ST40\nmachine \"laser 2\"\noperator o1\n"
		"shifts A@06:00 B@14:00\nshifts C@22:00\nstore /srv/mk/line3.db\nstate /var/lib/x\n"
		"step deburr\nstep leak2\ndevice lmc jump=4000 serial=\ndevice sim field=110,110\n"
		"device lmc jump=1\n");
	ok(mk_conf_load(&c, "mk.conf", &e) == 0, "loaded");
	is(c.path, "mk.conf", "its path");
	is(c.ctx[MK_CTX_SITE], "ankara-1", "site");
	is(c.ctx[MK_CTX_LINE], "L3", "line");
	is(c.ctx[MK_CTX_STATION], "ST40", "station");
	is(c.ctx[MK_CTX_MACHINE], "laser 2", "machine");
	is(c.ctx[MK_CTX_OPERATOR], "o1", "operator");
	is(c.store, "/srv/mk/line3.db", "store");
	is(c.state, "/var/lib/x", "state");
	ok(c.shifts.n == 3 && c.shifts.s[2].start == 1320, "shifts from two lines");
	ok(c.nstep == 2 && strcmp(c.step[1], "leak2") == 0, "own steps");
	d = mk_conf_device(&c, "lmc");
	ok(d != NULL && d->line == 13 && d == mk_conf_device(&c, NULL), "the first device of that name");
	is(mk_device_get(d, "jump"), "4000", "a setting");
	is(mk_device_get(d, "serial"), "", "an empty one");
	ok(mk_device_get(d, "none") == NULL && mk_device_get(NULL, "jump") == NULL &&
		mk_conf_device(&c, "grbl") == NULL, "what is not there");
	mk_conf_clear(&c);
}

static void
wrong(void)
{
	bad("gcp", "1:4", "gcp needs one or more GS1 company prefixes");
	bad("gcp 0614141 123", "1:13", "a GS1 company prefix is of 4 to 12 digits");
	bad("gcp 061414x", "1:5", "a GS1 company prefix is of 4 to 12 digits");
	bad("site", "1:5", "needs a value");
	bad("\n site a b", "2:9", "takes one value");
	bad("site a\nsite b", "2:1", "set before");
	bad("store a\nstore b", "2:1", "set before");
	bad("Site a", "1:1", "unknown word 'Site'");
	bad("shift A", "1:1", "unknown word");
	bad("day 2026-01-01", "1:1", "unknown word");
	bad("field a b", "1:1", "unknown word");
	bad("shifts", "1:7", "NAME@HH:MM");
	bad("shifts A@06:00 B@5", "1:16", "is no shift");
	bad("shifts B@14:00\nshifts A@06:00", "2:8", "list shifts by their start");
	bad("device", "1:7", "needs a name");
	bad("device sim jump", "1:12", "key=value");
	bad("device sim =1", "1:12", "key=value");
	bad("device sim a=1 a=2", "1:16", "was given before");
	bad("step", "1:5", "needs a value");
	bad("step Leak", "1:6", "named by a-z");
	bad("step leak_test", "1:6", "named by a-z");
	bad("step a23456789012345678901234567890123", "1:6", "at most 32");
	bad("store \"a", "1:7", "quote");
}

static void
places(void)
{
	struct mk_conf c;

	(void)mkdir("home", 0777);
	(void)setenv("HOME", "home", 1);
	if (access("/etc/mk/mk.conf", F_OK) != 0) {
		ok(mk_conf_load(&c, NULL, &e) == 0 && c.path == NULL && c.store == NULL, "no file at all");
		mk_conf_clear(&c);
	}
	if (mk_io_mkdirs("home/.config/mk", &e) == -1)
		exit(99);
	file("home/.config/mk/mk.conf", "site home\nstore h.db\n");
	ok(mk_conf_load(&c, NULL, &e) == 0 && strcmp(c.ctx[MK_CTX_SITE], "home") == 0, "~/.config");
	mk_conf_clear(&c);
	(void)setenv("MK_CONF", "mk.conf", 1);
	ok(mk_conf_load(&c, NULL, &e) == 0 && strcmp(c.ctx[MK_CTX_SITE], "ankara-1") == 0, "$MK_CONF over it");
	mk_conf_clear(&c);
	ok(mk_conf_load(&c, "home/.config/mk/mk.conf", &e) == 0 && strcmp(c.ctx[MK_CTX_SITE], "home") == 0,
		"a path over that");
	mk_conf_clear(&c);
	(void)setenv("MK_STORE", "env.db", 1);
	(void)setenv("MK_STATE", "env", 1);
	ok(mk_conf_load(&c, NULL, &e) == 0 && strcmp(c.store, "env.db") == 0 && strcmp(c.state, "env") == 0,
		"$MK_STORE and $MK_STATE over the file");
	mk_conf_clear(&c);
	(void)setenv("MK_STORE", "", 1);
	ok(mk_conf_load(&c, NULL, &e) == 0 && strcmp(c.store, "/srv/mk/line3.db") == 0, "empty is not said");
	mk_conf_clear(&c);
	(void)setenv("MK_CONF", "none.conf", 1);
	ok(mk_conf_load(&c, NULL, &e) == -1 && mk_err_status(&e) == 2, "a file said but missing: %s", e.msg);
	(void)setenv("MK_CONF", "", 1);
	ok(mk_conf_load(&c, NULL, &e) == 0 && strcmp(c.ctx[MK_CTX_SITE], "home") == 0, "empty MK_CONF");
	mk_conf_clear(&c);
}

static struct mk_buf fields;

static int
each(void *arg, const char *key, const char *val, struct mk_err *err)
{
	return mk_buf_addf(arg, err, "%s=%s ", key, val);
}

static int
ctx_of(const struct mk_conf *c, const char *time, const char *ctx[MK_CTX_N], struct mk_arena *a)
{
	struct mk_time t;

	fields.n = 0;
	if (mk_time_parse(time, strlen(time), &t, &e) == -1)
		exit(99);
	return mk_conf_context(c, &t, ctx, a, each, &fields, &e);
}

static void
context(void)
{
	static const char t[] = "2026-11-23T01:00:00+03:00";
	const char *ctx[MK_CTX_N];
	struct mk_conf c;
	struct mk_arena a = {0};

	file("mk.conf", "site s\nstation ST40\noperator o1\nshifts A@06:00 C@22:00\ncontext now.txt\n");
	file("now.txt", "# who is here\noperator o2\nmachine m7\nfield lot L2611\nfield note \"two words\"\n");
	(void)setenv("MK_MACHINE", "env7", 1);
	(void)setenv("MK_OPERATOR", "", 1);
	ok(mk_conf_load(&c, "mk.conf", &e) == 0, "loaded");
	ok(ctx_of(&c, t, ctx, &a) == 0, "a context");
	is(ctx[MK_CTX_SITE], "s", "from the configuration");
	is(ctx[MK_CTX_OPERATOR], "o2", "the file over it");
	is(ctx[MK_CTX_MACHINE], "env7", "the environment over the file");
	is(ctx[MK_CTX_SHIFT], "C", "the calendar's shift");
	is(ctx[MK_CTX_DAY], "2026-11-22", "the day on which it began");
	ok(ctx[MK_CTX_LINE] == NULL, "what nobody said");
	ok(isn(fields.p, fields.n, "lot=L2611 note=two words ", "fields of the file"), "fields");
	c.opt[MK_CTX_MACHINE] = "opt7";
	file("now.txt", "shift B\nday 2026-11-21\noperator o3\n");
	ok(ctx_of(&c, t, ctx, &a) == 0, "the file changed");
	is(ctx[MK_CTX_MACHINE], "opt7", "an option over the environment");
	is(ctx[MK_CTX_OPERATOR], "o3", "read again");
	is(ctx[MK_CTX_SHIFT], "B", "a shift that was said");
	is(ctx[MK_CTX_DAY], "2026-11-21", "a day that was said");
	file("now.txt", "\nstore x\n");
	ok(ctx_of(&c, t, ctx, &a) == -1 && strncmp(e.msg, "now.txt:2:1: unknown word 'store'", 33) == 0,
		"a wrong word: %s", e.msg);
	file("now.txt", "field Lot x\n");
	ok(ctx_of(&c, t, ctx, &a) == -1 && strncmp(e.msg, "now.txt:1:7: field", 18) == 0, "%s", e.msg);
	(void)unlink("now.txt");
	ok(ctx_of(&c, t, ctx, &a) == -1 && mk_err_status(&e) == 2, "a file that is not there: %s", e.msg);
	mk_arena_clear(&a);
	mk_conf_clear(&c);
	mk_buf_clear(&fields);
}

int
main(void)
{
	static const char *const env[] = { "MK_CONF", "MK_STORE", "MK_STATE", "MK_SITE", "MK_LINE",
		"MK_STATION", "MK_MACHINE", "MK_OPERATOR", "MK_SHIFT", "MK_DAY" };
	char cmd[64];
	size_t i;

	for (i = 0; i < sizeof env / sizeof *env; i++)
		(void)unsetenv(env[i]);
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 99;
	load();
	wrong();
	places();
	context();
	(void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	ok(chdir("/") == 0 && system(cmd) == 0, "nothing is left behind");
	return done();
}
