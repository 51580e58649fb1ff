#include "laser/grblask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 700		/* for the first answer, before it is asked again */
#define START_MS 8000		/* for a controller that starts up */
#define LONGEST_MS 20000	/* for an answer of many lines */
#define QUIET_MS 100		/* of silence: all has been said */
#define LATE_MS 1500		/* the same, while answers are due */
#define AGAIN_MS 250		/* the same, behind a banner: what was asked before is lost */
#define RX_DEFAULT 128

static const struct { const char *key; size_t at; } wanted[] = {
	{ "$30=", offsetof(struct mk_grbl_facts, s_max) },
	{ "$31=", offsetof(struct mk_grbl_facts, s_min) },
	{ "$32=", offsetof(struct mk_grbl_facts, laser) },
	{ "$110=", offsetof(struct mk_grbl_facts, x_rate) },
	{ "$111=", offsetof(struct mk_grbl_facts, y_rate) },
	{ "$130=", offsetof(struct mk_grbl_facts, x_max) },
	{ "$131=", offsetof(struct mk_grbl_facts, y_max) }
};
#define WANTED (sizeof wanted / sizeof *wanted)

/* A line of the answers to $I and $$. */
static void
learn(struct mk_grbl_facts *f, const char *line)
{
	unsigned long blocks, rx;
	size_t i, n;

	if (strncmp(line, "[VER:", 5) == 0) {
		(void)snprintf(f->version, sizeof f->version, "%.*s", (int)strcspn(line + 5, "]"),
			line + 5);
	} else if (strncmp(line, "[OPT:", 5) == 0) {
		n = strcspn(line + 5, ",]");
		(void)snprintf(f->options, sizeof f->options, "%.*s", (int)n, line + 5);
		if (sscanf(line + 5 + n, ",%lu,%lu", &blocks, &rx) == 2) {
			f->blocks = blocks;
			f->rx = rx;
		}
	}
	for (i = 0; i < WANTED; i++) {
		char *end;
		double v;

		n = strlen(wanted[i].key);
		if (strncmp(line, wanted[i].key, n) != 0)
			continue;
		/* libmark sets no locale: the point is a point */
		v = strtod(line + n, &end);
		if (end != line + n && v >= 0 && v < 1e9) {
			memcpy((char *)f + wanted[i].at, &v, sizeof v);
			f->seen |= 1u << i;
		}
	}
}

int
mk_grbl_missing(const struct mk_grbl_facts *f, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < WANTED; i++)
		if ((f->seen >> i & 1) == 0 && strcmp(wanted[i].key, "$31=") != 0)
			return mk_err(e, MK_EDEV, "it does not tell its setting %.*s: GRBL 1.1 or grblHAL with "
				"a variable spindle is needed", (int)strlen(wanted[i].key) - 1, wanted[i].key);
	return 0;
}

int
mk_grbl_ask(struct mk_grbl_io *io, struct mk_grbl_facts *f, const char *question, int ms,
	struct mk_err *e)
{
	const struct mk_wait w = { .until = mk_port_now() + ms };
	int64_t until = w.until, last = until + LONGEST_MS;
	enum mk_grbl_answer a = MK_GRBL_TEXT;
	bool reset = false;
	int r = mk_port_write(io->port, question, strlen(question), &w, NULL, e);

	mk_grbl_expect(io, 0);
	while (r == 1 && a != MK_GRBL_OK && a != MK_GRBL_ERROR) {
		a = mk_grbl_hear(io, until, e);
		if (a == MK_GRBL_TEXT) {
			learn(f, io->line);
			until = mk_port_now() + ms < last ? mk_port_now() + ms : last;
		} else if (a == MK_GRBL_ALARM && strcmp(question, "$I\n") != 0)
			r = mk_err(e, MK_EDEV, "%.32s: see to the machine", io->line);
		else if (a == MK_GRBL_GONE)
			r = -1;
		else if (a == MK_GRBL_NOTHING)
			r = reset ? 2 : 0;
		else if (a == MK_GRBL_RESET) {
			/* did the question reach it before, or after? */
			reset = true;
			until = mk_port_now() + AGAIN_MS;
			mk_grbl_io_reset(io);
			mk_grbl_expect(io, 0);
		}
	}
	return r;
}

int
mk_grbl_hear_out(struct mk_grbl_io *io, struct mk_grbl_facts *f, struct mk_err *e)
{
	for (;;) {
		int64_t until = mk_port_now() + (io->npending > 0 ? LATE_MS : QUIET_MS);
		enum mk_grbl_answer a = mk_grbl_hear(io, until, e);

		if (a == MK_GRBL_GONE)
			return -1;
		if (a == MK_GRBL_NOTHING)
			break;
		if (a == MK_GRBL_RESET)
			mk_grbl_io_reset(io);
		if (a == MK_GRBL_TEXT)
			learn(f, io->line);
	}
	mk_grbl_io_reset(io);
	return 0;
}

int
mk_grbl_greet(struct mk_grbl_io *io, struct mk_grbl_facts *f, struct mk_err *e)
{
	int64_t end = mk_port_now() + START_MS;
	int r;

	memset(f, 0, sizeof *f);
	f->rx = RX_DEFAULT;
	mk_grbl_io_reset(io);
	do {
		if ((r = mk_grbl_ask(io, f, "$I\n", ANSWER_MS, e)) == 1)
			return mk_grbl_hear_out(io, f, e);
		if (r == 2)
			mk_grbl_io_reset(io);
	} while (r != -1 && mk_port_now() < end);
	return r == -1 ? -1 : mk_err(e, MK_EDEV, "no answer: is this GRBL 1.1 or grblHAL, its power on, "
		"and the baud rate right?");
}
