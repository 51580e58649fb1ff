/* Steps, their groups, and the head of an event. */
#include <stdlib.h>

#include "base/step.h"
#include "tests/tap.h"

static struct mk_err e;
static const char *own[] = { "deburr", "leak2" };
static struct mk_conf conf = { .step = own, .nstep = 2 };

static struct mk_rec
rec_of(const char *line)
{
	struct mk_rec rec = {0};
	size_t column;

	if (mk_rec_parse(&rec, line, strlen(line), &column, &e) == -1)
		exit(99);
	return rec;
}

static void
line_is(const struct mk_rec *rec, const char *want, const char *what)
{
	struct mk_buf b = {0};

	if (mk_rec_line(rec, &b, &e) == 0)
		isn(b.p == NULL ? "" : b.p, b.n, want, what);
	mk_buf_clear(&b);
}

static void
names(void)
{
	static const char all[] = "issue lay check mark verify inspect consume assemble remove replace "
		"pack unpack rework hold release scrap void move ship receive load unload setup calibrate "
		"resolve correct observe ";
	const char *p, *sp;
	int bad = 0, n = 0;

	for (p = all; (sp = strchr(p, ' ')) != NULL; p = sp + 1, n++)
		bad += !mk_step_known(NULL, p, (size_t)(sp - p));
	ok(bad == 0 && n == 27, "the 27 steps of mkrec(5)");
	ok(!mk_step_known(NULL, "leak", 4) && !mk_step_known(NULL, "marks", 5) &&
		!mk_step_known(NULL, "mar", 3) && !mk_step_known(NULL, "", 0), "others are none");
	ok(mk_step_known(&conf, "deburr", 6) && !mk_step_known(NULL, "deburr", 6) &&
		mk_step_known(&conf, "mark", 4), "a site adds its own");
	ok(mk_step_len(NULL, "mark_time", 9) == 4 && mk_step_len(&conf, "leak2_x_y", 9) == 5,
		"a key of a step");
	ok(mk_step_len(NULL, "mark", 4) == 0 && mk_step_len(NULL, "mark_", 5) == 0 &&
		mk_step_len(NULL, "leak_time", 9) == 0 && mk_step_len(NULL, "remark_x", 8) == 0 &&
		mk_step_len(NULL, "id", 2) == 0, "keys of none");
}

static void
failed(const char *line, const struct mk_conf *c, const char *except, const char *want)
{
	struct mk_rec rec = rec_of(line);
	const struct mk_field *f = mk_step_failed(c, &rec, except);

	if (want == NULL)
		ok(f == NULL, "whole: %s", line);
	else
		ok(f != NULL && f->klen == strlen(want) && memcmp(f->key, want, f->klen) == 0,
			"%s: %s", want, line);
	mk_rec_clear(&rec);
}

static void
drop(void)
{
	struct mk_rec rec = rec_of("id:1\tmark_time:x\tmarks:1\tmark:2\tremark_x:3\tmark_a_b:4\tjob:j");

	mk_step_drop(&rec, "verify");
	ok(rec.line != NULL, "nothing to drop, nothing changed");
	mk_step_drop(&rec, "mark");
	line_is(&rec, "id:1\tmarks:1\tmark:2\tremark_x:3\tjob:j", "a group, and nothing else, is dropped");
	mk_rec_clear(&rec);
}

static void
stamp(void)
{
	struct mk_rec rec = rec_of("id:1\tmark_time:old\tjob:j");
	struct mk_time t = { 1795327200123, 180 };
	struct mk_conf c = { .ctx = { "s1", "L3", NULL, NULL, "o'b\ty" }, .nstep = 0 };

	ok(mk_shifts_add(&c.shifts, "A@06:00", &e) == 0, "a calendar");
	mk_step_drop(&rec, "mark");
	ok(mk_step_stamp(&rec, "mark", &c, &t, "fail", "device", &e) == 0, "stamped");
	line_is(&rec, "id:1\tmark_time:2026-11-22T09:00:00.123+03:00\tmark_result:fail\tmark_reason:device"
		"\tmark_site:s1\tmark_line:L3\tmark_operator:o'b\\ty\tmark_shift:A\tmark_day:2026-11-22\tjob:j",
		"time, result, reason, context; job last");
	mk_step_drop(&rec, "mark");
	c.shifts.n = 0;
	memset(c.ctx, 0, sizeof c.ctx);
	ok(mk_step_stamp(&rec, "mark", &c, &t, "ok", NULL, &e) == 0, "without a reason");
	line_is(&rec, "id:1\tmark_time:2026-11-22T09:00:00.123+03:00\tmark_result:ok"
		"\tmark_day:2026-11-22\tjob:j", "and without context");
	mk_rec_clear(&rec);
}

int
main(void)
{
	names();
	failed("id:1", NULL, NULL, NULL);
	failed("id:1\tmark_result:ok\tverify_result:ok", NULL, NULL, NULL);
	failed("id:1\tmark_result:ok\tverify_result:fail", NULL, NULL, "verify_result");
	failed("mark_result:refused\tverify_result:fail", NULL, NULL, "mark_result");
	failed("mark_result:refused\tverify_result:fail", NULL, "mark", "verify_result");
	failed("mark_result:fail", NULL, "mark", NULL);
	failed("mark_result:", NULL, NULL, "mark_result");
	failed("mark_result:okay", NULL, NULL, "mark_result");
	failed("mark_result:OK", NULL, NULL, "mark_result");
	failed("leak_result:pass\tresult:fail\tmark_results:x\tmark_a_result:fail", NULL, NULL, NULL);
	failed("deburr_result:fail", NULL, NULL, NULL);
	failed("deburr_result:fail", &conf, NULL, "deburr_result");
	drop();
	stamp();
	return done();
}
