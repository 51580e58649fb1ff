/* A BJJCZ LMCV4 board as its host sees it: commands, lists, status, and what the
 * beam draws. It believes nothing: what a board would take without a word, and
 * mark wrongly, is a "fault" in its log. No USB here (usbfs.c).
 *
 * The log, a line per thing:
 *   cmd OPCODE P1 … P5        a single command, hexadecimal
 *   list N                    a list packet, the Nth of its job; its ops follow
 *   op OPCODE P1 … P5         (padding is left out)
 *   beam on | beam off        execution with light began, ended
 *   jump Y X                  what the execution did, in counts
 *   mark Y0 X0 Y1 X1 POWER PERIOD SPEED WIDTH
 *   dot Y X 10US POWER
 *   fault TEXT
 *   end beam=B mo=M port=P    B: it is on, or what still executes would turn it on
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BOARD_CMD 12
#define BOARD_LIST 3072
#define BOARD_REPLY 8

struct board_state {		/* of one execution */
	uint16_t y, x, power, period, ratio, mark_speed, jump_speed, width, dx, dy;
	uint16_t from_y, from_x;
	bool moved, co2;
};

struct board {
	FILE *log;
	/* what can be set */
	unsigned memory;	/* list packets that fit, 0: no limit */
	unsigned ingest;	/* polls until a packet is taken in */
	unsigned chunk;		/* ops executed per poll */
	uint16_t input;		/* what ReadPort says … */
	unsigned toggle, reads;	/* … or, of every 2 * toggle times, in the second half only */
	uint16_t steady;	/* bits that are high … */
	bool drop, was_lit;	/* … or fall with the first light */
	uint16_t serial;
	/* what it is doing */
	bool started, cor_on, enabled, ended, executing, mo, lit, replied;
	unsigned cor_lines, packets, ingesting;
	uint16_t port;
	uint16_t (*op)[6];	/* the list */
	size_t nop, cap, at;
	double mark_ms;
	struct board_state s;
	uint8_t reply[BOARD_REPLY];
};

void board_init(struct board *b, FILE *log);
void board_out(struct board *b, const uint8_t *p, size_t n);	/* on the bulk OUT endpoint */
bool board_in(struct board *b, uint8_t out[BOARD_REPLY]);	/* a reply is there: take it */
void board_end(struct board *b);				/* the log's last line */

#endif
