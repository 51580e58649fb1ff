/* Vector jobs: what mk-layout hands to mk-laser in the field "job" (mkjob(5)).
 *
 *   job = "v1" SP "n=" count SP "crc=" 8hexlower 1*( SP op )
 *
 * Coordinates are absolute, in µm, origin at the field's centre, y up. */
#ifndef MK_JOB_H
#define MK_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define MK_JOB_OPS_MAX 1000000u
#define MK_JOB_XY_MAX 10000000	/* µm: 10 m, more than any field */

struct mk_pen {
	uint32_t power;		/* 0.1 %, 0..1000 */
	uint32_t hz;		/* pulse frequency */
	uint32_t speed;		/* mm/s, at least 1 */
	uint32_t ns;		/* pulse width, 0: the source's default */
};

struct mk_op {
	char kind;		/* P M L D A Z W, as in the job's text */
	char axis;		/* of A: a letter A-Z */
	union {
		struct mk_pen pen;		/* P */
		struct { int32_t x, y; } to;	/* M jump, L mark: µm */
		uint32_t us;			/* D dot, W wait */
		int32_t value;			/* A: 0.001 degree or µm; Z: µm */
	} u;
};

struct mk_job {
	struct mk_op *op;
	size_t n, cap;
};

void mk_job_clear(struct mk_job *j);	/* frees; {0} is an empty job */

/* Append one op. Out of range values are MK_EDATA. */
int mk_job_add(struct mk_job *j, const struct mk_op *op, struct mk_err *e);
int mk_job_pen(struct mk_job *j, const struct mk_pen *pen, struct mk_err *e);
int mk_job_jump(struct mk_job *j, int32_t x, int32_t y, struct mk_err *e);
int mk_job_mark(struct mk_job *j, int32_t x, int32_t y, struct mk_err *e);

/* Parse the text of a job field, strictly: version, count, CRC, numbers in
 * their one spelling, a P and an M before the first L or D. j is emptied first.
 * *crc (may be NULL) gets the checked CRC. Errors (MK_ESYNTAX, MK_EDATA) name
 * the op by its number from 1. */
int mk_job_read(struct mk_job *j, const char *text, size_t n, uint32_t *crc, struct mk_err *e);

/* Append the text of a job. A job that mk_job_read would refuse is MK_EDATA. */
int mk_job_write(const struct mk_job *j, struct mk_buf *out, struct mk_err *e);

struct mk_job_stats {
	size_t strokes;		/* runs of L after an M, and dots */
	size_t vectors;		/* L ops and dots */
	double mark_mm, jump_mm;	/* beam on, beam off; the way from the origin counts */
	int32_t x0, y0, x1, y1;	/* µm, all points that ops name */
	int32_t mx0, my0, mx1, my1;	/* µm, all points where the beam is on */
};

void mk_job_stats(const struct mk_job *j, struct mk_job_stats *s);

/* Every point of the job inside a field of w by h µm around the origin; ops that
 * the device has not (A, Z: has_axes, has_focus; D: no_dots), and pens that it
 * cannot do, are refused. -1, MK_EDATA, names the first offending op. */
struct mk_job_limits {
	int32_t w, h;
	int has_axes, has_focus;
	int no_dots;
	uint32_t speed_max;	/* mm/s; 0: any */
	uint32_t power_min;	/* 0.1 %: the least that a pen with any power can have */
};
int mk_job_check(const struct mk_job *j, const struct mk_job_limits *lim, struct mk_err *e);

/* The device's time model, mk.conf(5) `device NAME jump=… `. */
struct mk_timing {
	double jump;		/* mm/s */
	double jump_us, on_us, off_us, corner_us;	/* per jump, stroke, stroke, inner corner */
	double round_us;	/* what each vector's time is rounded up to a multiple of; 0: not */
};

/* Milliseconds that the job takes: jumps (distance over speed, plus jump_us
 * each), strokes (distance over the pen's speed, rounded up to round_us for each
 * vector, plus on_us and off_us each, plus corner_us for each vertex inside a stroke),
 * dots, waits. An LMCV4 board: round_us 100, corner_us 100, jump_us 80. */
double mk_job_ms(const struct mk_job *j, const struct mk_timing *t);

/* The same sums op by op, for those who want to know whose they are. */
struct mk_job_walk {
	int32_t x, y;		/* where the beam is */
	bool on;		/* inside a stroke */
	double speed;
	size_t strokes;		/* begun so far */
	double mark_mm, jump_mm, ms;
};
#define MK_JOB_WALK { .speed = 1 }
void mk_job_walk(struct mk_job_walk *w, const struct mk_op *op, const struct mk_timing *t);

#endif
