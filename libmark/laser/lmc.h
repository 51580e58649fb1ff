/* The BJJCZ LMCV4 board ("JCZ", EZCAD2): what its files share. Inside
 * libmark/laser only.
 *
 * The host sends single commands of 12 bytes (an opcode and five parameters, 16
 * bits each, little-endian), which the board answers with four words, the last its
 * status; and lists of 256 such ops, 3072 bytes, which it only stores until it is
 * told to execute them. Sequences and formulas are those of EZCAD2 as captured,
 * or, where no capture tells, of the open drivers for the same board. */
#ifndef MK_LMC_H
#define MK_LMC_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "job/job.h"
#include "laser/driver.h"
#include "port/usb.h"

#define MK_LMC_VID 0x9588
#define MK_LMC_PID 0x9899

#define MK_LMC_OPS 256		/* in a list packet */
#define MK_LMC_PACKET (12 * MK_LMC_OPS)
#define MK_LMC_CENTRE 0x8000

/* ---- how it is set up: lmcconf.c ---- */

enum mk_lmc_source { MK_LMC_FIBER, MK_LMC_MOPA, MK_LMC_CO2, MK_LMC_UV };

#define MK_LMC_COR (65 * 65)
struct mk_lmc_cor {		/* correction table, row by row as in the file */
	uint16_t line[MK_LMC_COR][2];	/* dx, dy as sent: sign and magnitude */
	double scale;		/* counts per mm that it was made for; 0: not said */
};

struct mk_lmc_conf {
	enum mk_lmc_source source;
	double lens_mm;		/* width of the square field of 65536 counts */
	double field_w, field_h;	/* mm: what jobs may use of it; 0: all */
	bool swap, flip_x, flip_y;
	double rotate;		/* degrees, counter-clockwise, about the centre */
	double offset_x, offset_y;	/* mm, after the rotation */
	double jump;		/* mm/s */
	double jump_us, on_us, off_us, corner_us;	/* delays; on and off may be negative */
	double round_us;	/* of the time model only */
	double mo_ms;		/* from opening the master oscillator to the first light */
	uint32_t ns;		/* MOPA: pulse width of pens that say none; 0: the source's */
	double red;		/* mm/s of the red dot */
	unsigned gate, red_bit;	/* bits of the output port */
	unsigned timeout_ms;	/* for one transfer; ten times that for a list to be taken */
	char *cor;		/* the table's file, or NULL; owned */
};

/* From the device line "lmc" of mk.conf, then the argument's settings over it.
 * MK_ECONF, MK_EUSAGE. mk_lmc_conf_clear in any case. */
int mk_lmc_conf(struct mk_lmc_conf *c, const struct mk_laser_arg *arg, struct mk_err *e);
void mk_lmc_conf_clear(struct mk_lmc_conf *c);

/* ---- correction tables: lmccor.c ---- */

/* Read a .cor file of either format: "LMC1COR_1.0" with doubles, or 32-bit whole
 * numbers. MK_ECONF if it is none, is cut short, or has a value over 32767. */
int mk_lmc_cor_read(struct mk_lmc_cor *cor, const char *path, struct mk_err *e);

/* ---- a job becomes lists: lmclist.c ---- */

struct mk_lmc_list {
	uint8_t *p;		/* packets of MK_LMC_PACKET bytes, the last one padded */
	unsigned *ops;		/* of each: how many of the job's ops were begun at its end */
	size_t n, cap;		/* packets */
	size_t at;		/* ops in the last packet */
	/* where the beam will be, and where it came from; counts */
	int y, x, dy, dx;
	bool moved;
};

void mk_lmc_list_clear(struct mk_lmc_list *l);

/* The whole list of a job, from the ready-mark on; the beam starts at the centre.
 * port: the output bits that stay as they are. MK_EDATA, and no list, for what the
 * board cannot do: a point outside 0..65535 counts, a speed under a count per ms or
 * over 65535, a frequency out of range, a pulse width where the source has none.
 *
 * distance = hypot of the step; angle = trunc(turn in degrees * 65536 / 180), of
 * the turn from the step before, 0 for the first; speed = trunc(mm/s * counts/mm /
 * 1000); power = trunc(% * 4095 / 100); period = 20000 / kHz (fibre), 10000 / kHz
 * (CO2, UV), rounded. */
int mk_lmc_job(struct mk_lmc_list *l, const struct mk_lmc_conf *c, const struct mk_job *job,
	uint16_t port, struct mk_err *e);

/* The red dot's way, times over, around the rectangle (µm): no laser. */
int mk_lmc_frame(struct mk_lmc_list *l, const struct mk_lmc_conf *c, const int32_t box[4],
	unsigned times, uint16_t port, struct mk_err *e);

/* A list that does nothing: ready-mark and padding. */
int mk_lmc_nothing(struct mk_lmc_list *l, struct mk_err *e);

/* Where a point (µm) comes to lie. -1, MK_EDATA if outside. */
int mk_lmc_point(const struct mk_lmc_conf *c, int32_t x_um, int32_t y_um, uint16_t *w1,
	uint16_t *w2, struct mk_err *e);

/* ---- talking to it: lmcwire.c ---- */

struct mk_lmc_wire {
	struct mk_usb *usb;
	const char *name;
	const struct mk_lmc_conf *conf;
	const volatile sig_atomic_t *stop;	/* 1 once a signal says so; may be NULL */
	void (*idle)(void *arg);	/* called between polls; may be NULL */
	void *arg;
	uint16_t port;		/* output bits, without the gate's and the red dot's */
};

#define MK_LMC_READY 0x20
#define MK_LMC_BUSY 0x04

/* 1, 0 stopped, -1 (MK_EDEV). reply (may be NULL) gets the four words. */
int mk_lmc_command(const struct mk_lmc_wire *w, uint16_t op, const uint16_t param[5],
	uint16_t reply[4], struct mk_err *e);

/* EZCAD2's start-up; cor NULL: the table is off. 1, 0, -1. */
int mk_lmc_start(const struct mk_lmc_wire *w, const struct mk_lmc_cor *cor, struct mk_err *e);

/* Run a list to its end. The board gets all of it before it is told to execute, as
 * from EZCAD2: no job starts that is not whole in the board. A board without room
 * for all is told once it takes no more (and has had three packets), and gets the
 * rest while it executes. *ops counts the job's ops in the packets that it was given,
 * each before it goes out; *ms is the time that the board says it took. 1, 0, -1. */
int mk_lmc_run(const struct mk_lmc_wire *w, const struct mk_lmc_list *l, atomic_uint *ops,
	double *ms, struct mk_err *e);

/* Beam off, whatever the board is doing; errors are not told, each step is tried.
 * Bytes of an answer that somebody else asked for are read away. */
void mk_lmc_abort(const struct mk_lmc_wire *w);

/* Whether the board executes nothing: 1, 0 it does, -1. */
int mk_lmc_idle(const struct mk_lmc_wire *w, struct mk_err *e);

#endif
