#include "tests/sim/board/board.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NOP 0x8002
#define COR_LINES (65 * 65)

static void
fault(struct board *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fputs("fault ", b->log);
	(void)vfprintf(b->log, fmt, ap);
	(void)fputc('\n', b->log);
	va_end(ap);
	(void)fflush(b->log);
}

void
board_init(struct board *b, FILE *log)
{
	memset(b, 0, sizeof *b);
	b->log = log;
	b->ingest = 1;
	b->chunk = 256;
	b->serial = 0x1234;
	b->s.y = b->s.x = 0x8000;
}

/* ---- what the beam does ---- */

static void
light(struct board *b, bool on)
{
	if (b->lit == on)
		return;
	b->lit = on;
	b->was_lit = b->was_lit || on;
	(void)fprintf(b->log, "beam %s\n", on ? "on" : "off");
	(void)fflush(b->log);
}

/* The step from where the beam is: its length and its turn, as they were told. */
static void
check_step(struct board *b, const uint16_t *op, double dy, double dx)
{
	struct board_state *s = &b->s;
	double length = hypot(dy, dx), turn = 0;
	double py = (double)s->y - s->from_y, px = (double)s->x - s->from_x;

	if (fabs(length - op[4]) > 1)
		fault(b, "op %zu: distance %u, it is %.1f", b->at, op[4], length);
	if (s->moved && length > 0 && hypot(py, px) > 0)
		turn = fabs(atan2(py * dx - px * dy, py * dy + px * dx)) * 65536 / M_PI;
	if (turn > 65535)
		turn = 65535;
	if (fabs(turn - op[3]) > 1)
		fault(b, "op %zu: angle %u, it is %.1f", b->at, op[3], turn);
}

static void
step(struct board *b, const uint16_t *op)
{
	struct board_state *s = &b->s;
	double dy = (double)op[1] - s->y, dx = (double)op[2] - s->x;

	check_step(b, op, dy, dx);
	if (dy != 0 || dx != 0) {
		s->from_y = s->y;
		s->from_x = s->x;
		s->moved = true;
	}
	s->y = op[1];
	s->x = op[2];
}

static void
mark(struct board *b, const uint16_t *op)
{
	struct board_state *s = &b->s;
	uint16_t y = s->y, x = s->x;

	if (!b->mo && !s->co2)
		fault(b, "op %zu: a mark with the MO closed", b->at);
	if ((b->port & 1) == 0)
		fault(b, "op %zu: a mark with the gate closed", b->at);
	if (s->mark_speed == 0 || s->period == 0)
		fault(b, "op %zu: a mark without speed or frequency", b->at);
	light(b, true);
	step(b, op);
	(void)fprintf(b->log, "mark %u %u %u %u %u %u %u %u\n", y, x, s->y, s->x,
		s->co2 ? s->ratio : s->power, s->period, s->mark_speed, s->width);
	if (s->mark_speed > 0)
		b->mark_ms += ceil(op[4] / (double)s->mark_speed * 10) / 10;
}

static void
jump(struct board *b, const uint16_t *op)
{
	step(b, op);
	(void)fprintf(b->log, "jump %u %u\n", b->s.y, b->s.x);
	b->mark_ms += 0.08 + (b->s.jump_speed > 0 ? op[4] / (double)b->s.jump_speed : 0);
}

static void
execute(struct board *b, const uint16_t *op)
{
	struct board_state *s = &b->s;

	switch (op[0]) {
	case 0x8001: jump(b, op); break;
	case 0x8005: mark(b, op); break;
	case 0x8003:
		light(b, true);
		(void)fprintf(b->log, "dot %u %u %u %u\n", s->y, s->x, op[1], s->power);
		b->mark_ms += op[1] / 100.0;
		break;
	case 0x8004: b->mark_ms += op[1] / 100.0; break;
	case 0x8006: s->jump_speed = op[1]; break;
	case 0x800c: s->mark_speed = op[1]; break;
	case 0x8012: s->power = op[1]; break;
	case 0x801b: s->period = op[1]; break;
	case 0x800a: s->period = op[1]; s->co2 = true; break;
	case 0x800b: s->ratio = op[1]; break;
	case 0x8026: s->width = op[1]; break;
	case 0x8021: b->mo = op[1] != 0; break;
	case 0x8011: b->port = op[1]; break;
	case 0x8051: case NOP: case 0x8007: case 0x8008: case 0x800d: case 0x800f: case 0x801e:
	case 0x8022:
		break;
	default:
		fault(b, "op %zu: %04x is none", b->at, op[0]);
	}
}

/* Some more of the list; the beam is off behind its end. */
static void
run(struct board *b)
{
	unsigned n;

	for (n = 0; n < b->chunk && b->at < b->nop; n++, b->at++)
		execute(b, b->op[b->at]);
	if (b->at == b->nop) {
		b->executing = false;
		light(b, false);
	}
}

/* ---- lists ---- */

static unsigned
held(const struct board *b)
{
	return b->packets - (unsigned)(b->at / 256);
}

static bool
ready(const struct board *b)
{
	return b->ingesting == 0 && (b->memory == 0 || held(b) < b->memory);
}

static void
list(struct board *b, const uint8_t *p)
{
	size_t i;
	int k;

	if (!b->started || !b->enabled)
		fault(b, "a list before the start-up");
	if (!ready(b))
		fault(b, "a list while not ready");
	if (b->packets > 0 && !b->ended)
		fault(b, "a list, and no end of the one before");
	b->ended = false;
	b->packets++;
	b->ingesting = b->ingest;
	if (b->nop + 256 > b->cap) {
		b->cap = b->cap == 0 ? 4096 : 2 * b->cap;
		b->op = realloc(b->op, b->cap * sizeof *b->op);
		if (b->op == NULL)
			abort();
	}
	(void)fprintf(b->log, "list %u\n", b->packets);
	for (i = 0; i < 256; i++) {
		uint16_t *op = b->op[b->nop++];

		for (k = 0; k < 6; k++)
			op[k] = (uint16_t)(p[12 * i + 2 * (size_t)k] | p[12 * i + 2 * (size_t)k + 1] << 8);
		if (op[0] != NOP)
			(void)fprintf(b->log, "op %04x %04x %04x %04x %04x %04x\n",
				op[0], op[1], op[2], op[3], op[4], op[5]);
	}
	if (b->packets == 1 && b->op[0][0] != 0x8051)
		fault(b, "a job that does not begin with the ready-mark");
	(void)fflush(b->log);
}

static void
reset_list(struct board *b)
{
	b->packets = b->ingesting = 0;
	b->nop = b->at = 0;
	b->ended = b->executing = false;
	b->mark_ms = 0;
	b->s.moved = false;
	light(b, false);
}

/* ---- single commands ---- */

static uint16_t
status(struct board *b)
{
	return (uint16_t)(0x0200 | (ready(b) ? 0x20 : 0) | (b->executing ? 0x04 : 0));
}

static void
answer(struct board *b, uint16_t w0, uint16_t w1, uint16_t w2)
{
	const uint16_t w[4] = { w0, w1, w2, status(b) };
	int i;

	for (i = 0; i < 4; i++) {
		b->reply[2 * i] = (uint8_t)w[i];
		b->reply[2 * i + 1] = (uint8_t)(w[i] >> 8);
	}
	b->replied = true;
}

static void
cor_line(struct board *b)
{
	if (!b->cor_on)
		fault(b, "a correction line with the table off");
	b->cor_lines++;
}

static void
command(struct board *b, const uint16_t *c)
{
	uint16_t w1 = 0, w2 = 0;

	switch (c[0]) {
	case 0x10: cor_line(b); return;		/* no reply */
	case 0x09: w1 = b->serial; break;
	case 0x15: b->cor_on = c[1] != 0; b->cor_lines = 0; b->started = true; break;
	case 0x04:
		if (b->cor_on && b->cor_lines != COR_LINES)
			fault(b, "%u correction lines", b->cor_lines);
		b->enabled = true;
		break;
	case 0x12: reset_list(b); break;
	case 0x19:
		b->ended = true;
		break;
	case 0x05:
		if (b->packets == 0 || b->executing || !b->ended)
			fault(b, "execute: %u packets, executing %d, ended %d", b->packets,
				b->executing, b->ended);
		b->executing = true;
		break;
	case 0x1f: b->executing = false; light(b, false); break;
	case 0x21: b->port = c[1]; break;
	case 0x33: b->mo = c[1] != 0; break;
	case 0x25:
		w1 = b->toggle > 0 && b->reads++ / b->toggle % 2 == 0 ? 0 : b->input;
		w1 |= b->drop && b->was_lit ? 0 : b->steady;
		break;
	case 0x0c: w1 = b->s.y; w2 = b->s.x; break;
	case 0x0d: b->s.y = c[1]; b->s.x = c[2]; break;
	case 0x41: w1 = (uint16_t)lround(b->mark_ms * 100); break;
	case 0x07:				/* time goes by with each poll */
		if (b->executing)
			run(b);
		if (b->ingesting > 0)
			b->ingesting--;
		break;
	case 0x03: case 0x06: case 0x16: case 0x17: case 0x1a: case 0x1b: case 0x1c:
	case 0x1d: case 0x1e: case 0x22: case 0x2e: case 0x32: case 0x34: case 0x3a:
		break;
	default:
		fault(b, "%04x is no command", c[0]);
	}
	answer(b, c[0], w1, w2);
}

void
board_out(struct board *b, const uint8_t *p, size_t n)
{
	uint16_t c[6];
	size_t i;

	if (n == BOARD_LIST) {
		list(b, p);
		return;
	}
	if (n != BOARD_CMD) {
		fault(b, "a transfer of %zu bytes", n);
		return;
	}
	for (i = 0; i < 6; i++)
		c[i] = (uint16_t)(p[2 * i] | p[2 * i + 1] << 8);
	(void)fprintf(b->log, "cmd %04x %04x %04x %04x %04x %04x\n", c[0], c[1], c[2], c[3],
		c[4], c[5]);
	(void)fflush(b->log);
	if (b->replied && c[0] != 0x1f)
		fault(b, "a command, and the reply before was not read");
	command(b, c);
}

bool
board_in(struct board *b, uint8_t out[BOARD_REPLY])
{
	if (!b->replied)
		return false;
	memcpy(out, b->reply, BOARD_REPLY);
	b->replied = false;
	return true;
}

void
board_end(struct board *b)
{
	bool marks = false;

	for (; b->executing && b->at < b->nop; b->at++)
		marks = marks || b->op[b->at][0] == 0x8005 || b->op[b->at][0] == 0x8003;
	(void)fprintf(b->log, "end beam=%d mo=%d port=%u\n", marks || b->lit, b->mo, b->port);
	(void)fflush(b->log);
	free(b->op);
}
