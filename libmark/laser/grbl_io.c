#include "laser/grbl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MS 500		/* of silence, before the state is asked for */
#define DEAF 4			/* questions without an answer: nobody is there */
#define LOST 4			/* times Idle while answers are due: they were lost */
#define POLL_MS 200		/* between questions */
#define WRITE_MS 5000		/* for a port that takes nothing */

#define ABORT_MS 1500		/* for a move to come to a stand */
#define ABORT_QUIET 2		/* questions without an answer, of POLL_MS each */
#define ABORT_AGAIN_MS 40	/* behind something else than an answer */

#define LEAVE_MS 500		/* for the first word after a reset */
#define LEAVE_QUIET_MS 100	/* of silence behind it */
#define LEAVE_MAX_MS 1000

void
mk_grbl_io_clear(struct mk_grbl_io *g)
{
	mk_buf_clear(&g->in);
}

void
mk_grbl_io_reset(struct mk_grbl_io *g)
{
	g->flying = g->npending = 0;
	g->dwell_ms = 0;
}

void
mk_grbl_expect(struct mk_grbl_io *g, size_t n)
{
	g->pending[(g->first + g->npending++) % MK_GRBL_PENDING] = (uint16_t)n;
	g->flying += n;
}

/* ---- answers ---- */

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* "<Idle|MPos:0.000,0.000,0.000|Bf:15,128|FS:0,0>" */
static void
status(struct mk_grbl_io *g)
{
	static const struct { const char *name; enum mk_grbl_state state; } states[] = {
		{ "Idle", MK_GRBL_IDLE }, { "Run", MK_GRBL_BUSY }, { "Hold", MK_GRBL_BUSY },
		{ "Jog", MK_GRBL_BUSY }, { "Home", MK_GRBL_BUSY }, { "Check", MK_GRBL_CHECK }
	};
	const char *bf = strstr(g->line, "|Bf:");
	unsigned long blocks, bytes;
	size_t i;

	(void)snprintf(g->state_name, sizeof g->state_name, "%.*s",
		(int)strcspn(g->line + 1, "|>"), g->line + 1);
	g->state = MK_GRBL_STUCK;
	for (i = 0; i < sizeof states / sizeof *states; i++)
		if (starts(g->state_name, states[i].name)) {
			g->state = states[i].state;
			break;
		}
	if (bf != NULL && sscanf(bf, "|Bf:%lu,%lu", &blocks, &bytes) == 2)
		g->rx_free = bytes;
}

/* Take the oldest line off what is pending. false: nothing was asked. */
static bool
answered(struct mk_grbl_io *g)
{
	if (g->npending == 0)
		return false;
	g->flying -= g->pending[g->first];
	g->first = (g->first + 1) % MK_GRBL_PENDING;
	g->npending--;
	return true;
}

static enum mk_grbl_answer
classify(struct mk_grbl_io *g)
{
	const char *s = g->line;
	size_t n = strlen(s);

	if (strcmp(s, "ok") == 0)
		return answered(g) ? MK_GRBL_OK : MK_GRBL_NOISE;
	if (starts(s, "error:"))
		return answered(g) ? MK_GRBL_ERROR : MK_GRBL_NOISE;
	if (starts(s, "ALARM:"))
		return MK_GRBL_ALARM;
	if (starts(s, "Grbl ") || starts(s, "GrblHAL ") || starts(s, "grblHAL ")) {
		g->was_reset = true;
		return MK_GRBL_RESET;
	}
	if (n >= 2 && s[0] == '<' && s[n - 1] == '>') {
		status(g);
		return MK_GRBL_STATUS;
	}
	/* messages, settings, start-up lines that were run, nothing */
	return n == 0 || (s[0] == '[' && s[n - 1] == ']') || (s[0] == '$' && n > 1) || s[0] == '>'
		? MK_GRBL_TEXT : MK_GRBL_NOISE;
}

/* The first line that came in, without its end. false: none is whole. */
static bool
take_line(struct mk_grbl_io *g)
{
	char *lf = g->in.n == 0 ? NULL : memchr(g->in.p, '\n', g->in.n);
	size_t n = lf == NULL ? g->in.n : (size_t)(lf - g->in.p), k = n;

	if (lf == NULL && n < MK_GRBL_LINE)
		return false;
	while (k > 0 && g->in.p[k - 1] == '\r')
		k--;
	if (k >= MK_GRBL_LINE)
		k = MK_GRBL_LINE - 1;
	memcpy(g->line, g->in.p, k);
	g->line[k] = '\0';
	/* a NUL is noise, and so is what cannot be seen */
	if (strlen(g->line) != k)
		(void)snprintf(g->line, sizeof g->line, "\x01");
	n += lf != NULL;
	memmove(g->in.p, g->in.p + n, g->in.n - n);
	g->in.n -= n;
	return true;
}

enum mk_grbl_answer
mk_grbl_hear(struct mk_grbl_io *g, int64_t until, struct mk_err *e)
{
	const struct mk_wait w = { .until = until };

	while (!take_line(g)) {
		ssize_t n;

		if (mk_buf_grow(&g->in, 512, e) == -1)
			return MK_GRBL_GONE;
		n = mk_port_read(g->port, g->in.p + g->in.n, 512, &w, e);
		if (n <= 0)
			return n == 0 ? MK_GRBL_NOTHING : MK_GRBL_GONE;
		g->in.n += (size_t)n;
	}
	return classify(g);
}

/* ---- sending ---- */

static int
put(struct mk_grbl_io *g, const void *p, size_t n, struct mk_err *e)
{
	const struct mk_wait w = { .until = mk_port_now() + WRITE_MS };
	int r = mk_port_write(g->port, p, n, &w, NULL, e);

	return r == 1 ? 0 : r == -1 ? -1
		: mk_err(e, MK_EDEV, "the controller takes nothing: is flow control set as it is there?");
}

int
mk_grbl_now(struct mk_grbl_io *g, unsigned char byte, struct mk_err *e)
{
	return put(g, &byte, 1, e);
}

/* A text of the controller's, fit for a message. */
static const char *
shown(const char *line, char out[64])
{
	size_t i;

	for (i = 0; i < 60 && line[i] != '\0'; i++)
		out[i] = line[i] >= ' ' && line[i] < 127 ? line[i] : '?';
	out[i] = '\0';
	return out;
}

/* What an answer means to a job: 0 go on, -1 stop. */
static int
judge(struct mk_grbl_io *g, enum mk_grbl_answer a, struct mk_err *e)
{
	char text[64];

	switch (a) {
	case MK_GRBL_ERROR:
		return mk_err(e, MK_EDEV, "the controller refused a line: %s", shown(g->line, text));
	case MK_GRBL_ALARM:
		return mk_err(e, MK_EDEV, "%s: the controller is locked: see to the machine, then home "
			"it ($H) or unlock it ($X)", shown(g->line, text));
	case MK_GRBL_RESET:
		return mk_err(e, MK_EDEV, "the controller was reset in the middle: look at its supply and "
			"its cable");
	case MK_GRBL_NOISE:
		return mk_err(e, MK_EDEV, "noise instead of an answer: '%s': is the baud rate right, and "
			"the cable shielded?", shown(g->line, text));
	case MK_GRBL_STATUS:
		if (g->state == MK_GRBL_STUCK)
			return mk_err(e, MK_EDEV, "the controller's state is %s: see to the machine%s",
				shown(g->state_name, text), starts(g->state_name, "Alarm") ?
				", then home it ($H, or home=yes) or unlock it ($X)" : "");
		return 0;
	case MK_GRBL_GONE:
		return -1;
	default:
		return 0;
	}
}

/* How patient somebody is who waits. */
struct patience {
	int deaf, idle;
};

/* Wait for one answer that is worth something; ask for the state when it is silent.
 * 0 with *a, or -1. */
static int
attend(struct mk_grbl_io *g, struct patience *p, enum mk_grbl_answer *a, struct mk_err *e)
{
	*a = mk_grbl_hear(g, mk_port_now() + ASK_MS, e);
	if (*a == MK_GRBL_NOTHING) {
		if (p->deaf++ == DEAF)
			return mk_err(e, MK_EDEV, "the controller fell silent: is its cable in, and its "
				"power on?");
		return mk_grbl_now(g, '?', e);
	}
	p->deaf = 0;
	if (judge(g, *a, e) == -1)
		return -1;
	/* nothing to do, and yet it owes answers: they were lost on the way */
	p->idle = *a == MK_GRBL_STATUS && g->state == MK_GRBL_IDLE ? p->idle + 1 : 0;
	return p->idle < LOST + g->dwell_ms / ASK_MS ? 0
		: mk_err(e, MK_EDEV, "answers of the controller were lost: is the cable good?");
}

int
mk_grbl_settle(struct mk_grbl_io *g, struct mk_err *e)
{
	struct patience p = {0};
	enum mk_grbl_answer a;

	while (g->npending > 0)
		if (attend(g, &p, &a, e) == -1)
			return -1;
	g->dwell_ms = 0;
	return 0;
}

/* Take what has come in already, without waiting. */
static int
glance(struct mk_grbl_io *g, struct mk_err *e)
{
	enum mk_grbl_answer a;

	while ((a = mk_grbl_hear(g, 0, e)) != MK_GRBL_NOTHING)
		if (judge(g, a, e) == -1)
			return -1;
	return 0;
}

int
mk_grbl_send(struct mk_grbl_io *g, const char *line, size_t n, struct mk_err *e)
{
	struct patience p = {0};
	enum mk_grbl_answer a;

	if (n > g->window)
		return mk_err(e, MK_EDEV, "the controller's buffer of %zu bytes is too small for a line of "
			"%zu", g->window, n);
	if (glance(g, e) == -1)
		return -1;
	while (g->flying + n > g->window || g->npending == MK_GRBL_PENDING)
		if (attend(g, &p, &a, e) == -1)
			return -1;
	if (starts(line, "G4P"))
		g->dwell_ms += strtod(line + 3, NULL) * 1000;
	mk_grbl_expect(g, n);
	return put(g, line, n, e);
}

int
mk_grbl_line(struct mk_grbl_io *g, const char *line, struct mk_err *e)
{
	return mk_grbl_settle(g, e) == -1 || mk_grbl_send(g, line, strlen(line), e) == -1 ? -1
		: mk_grbl_settle(g, e);
}

int
mk_grbl_idle(struct mk_grbl_io *g, struct mk_err *e)
{
	int deaf = 0;

	for (;;) {
		int64_t next = mk_port_now() + POLL_MS;
		enum mk_grbl_answer a;

		if (mk_grbl_now(g, '?', e) == -1)
			return -1;
		g->state = MK_GRBL_UNKNOWN;
		while ((a = mk_grbl_hear(g, next, e)) != MK_GRBL_NOTHING) {
			if (judge(g, a, e) == -1)
				return -1;
			if (a == MK_GRBL_STATUS && g->state == MK_GRBL_IDLE)
				return 0;
			if (a == MK_GRBL_STATUS && g->state == MK_GRBL_CHECK)
				return mk_err(e, MK_EDEV, "the controller is in check mode: reset it");
		}
		deaf = g->state == MK_GRBL_UNKNOWN ? deaf + 1 : 0;
		if (deaf > DEAF * ASK_MS / POLL_MS)
			return mk_err(e, MK_EDEV, "the controller does not tell its state: is it GRBL 1.1 or "
				"grblHAL?");
	}
}

/* ---- lines ---- */

void
mk_grbl_compact(struct mk_buf *b)
{
	size_t i, n = 0;
	bool point = false;

	for (i = 0; i < b->n; i++) {
		char c = b->p[i];
		bool digit = c >= '0' && c <= '9';

		if (point && !digit) {
			while (b->p[n - 1] == '0')
				n--;
			if (b->p[n - 1] == '.')
				n--;
			point = false;
		}
		if (c == '.')
			point = true;
		if (c != ' ')
			b->p[n++] = c;
	}
	b->n = n;
}

/* ---- the abort ---- */

/* Look for a state in a piece of what the controller says; *name keeps what a piece
 * before began. true: it stands still, or cannot be held. */
static bool
stands(const char *s, size_t n, char name[8], size_t *at)
{
	static const char *const still[] = { "Hold:0", "Idle", "Alarm", "Check", "Door:0", "Sleep" };
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (s[i] == '<') {
			*at = 1;
			continue;
		}
		if (*at == 0)
			continue;
		if (s[i] != '|' && s[i] != '>' && *at < 8) {
			name[*at - 1] = s[i];
			++*at;
			continue;
		}
		for (k = 0; k < sizeof still / sizeof *still; k++)
			if (strlen(still[k]) <= *at - 1 && memcmp(still[k], name, strlen(still[k])) == 0)
				return true;	/* "Alarm:11", too */
		*at = 0;
	}
	return false;
}

void
mk_grbl_abort(const struct mk_port *port)
{
	int64_t end = mk_port_now() + ABORT_MS;
	char in[256], name[8];
	size_t n, at = 0;
	int quiet = 0;

	mk_port_shout(port, "!?", 2);
	while (mk_port_now() < end && quiet < ABORT_QUIET) {
		int64_t next = mk_port_now() + POLL_MS, left;
		bool heard = false;

		while ((left = (next < end ? next : end) - mk_port_now()) > 0 &&
		    (n = mk_port_hear(port, in, sizeof in, (int)left)) > 0) {
			heard = true;
			if (stands(in, n, name, &at))
				goto still;
			/* its banner: the question was lost with the reset before */
			next = mk_port_now() + ABORT_AGAIN_MS;
		}
		quiet = heard ? 0 : quiet + 1;
		mk_port_shout(port, "?", 1);
	}
still:
	mk_port_shout(port, "\x18", 1);
}

void
mk_grbl_leave(const struct mk_port *port)
{
	int64_t now = mk_port_now(), end = now + LEAVE_MAX_MS;
	char in[256];
	int ms = LEAVE_MS;

	while (now < end && mk_port_hear(port, in, sizeof in, ms) > 0) {
		ms = LEAVE_QUIET_MS;
		now = mk_port_now();
	}
}
