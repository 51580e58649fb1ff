/* The line discipline of GRBL 1.1 and grblHAL, below the driver grbl.c. Inside
 * libmark/laser only. The controller has a buffer of so many bytes; what was sent and
 * not yet answered never exceeds it ("character counting"). Every line gets one answer,
 * ok or error:N. */
#ifndef MK_GRBL_H
#define MK_GRBL_H

#include "base/buf.h"
#include "base/err.h"
#include "port/port.h"

#define MK_GRBL_PENDING 1024	/* lines without an answer */
#define MK_GRBL_LINE 1024	/* bytes of an answer */

enum mk_grbl_answer {
	MK_GRBL_NOTHING,	/* time is up */
	MK_GRBL_OK,
	MK_GRBL_ERROR,		/* error:N */
	MK_GRBL_ALARM,		/* ALARM:N */
	MK_GRBL_RESET,		/* the start-up banner */
	MK_GRBL_STATUS,		/* <State|…>: state and rx_free are new */
	MK_GRBL_TEXT,		/* […], $N=V, an empty line …: look at line */
	MK_GRBL_NOISE,		/* none of these */
	MK_GRBL_GONE		/* the port failed; e */
};

enum mk_grbl_state {
	MK_GRBL_UNKNOWN, MK_GRBL_IDLE, MK_GRBL_BUSY, MK_GRBL_CHECK,
	MK_GRBL_STUCK		/* Alarm, Door, Sleep … */
};

struct mk_grbl_io {
	struct mk_port *port;
	struct mk_buf in;		/* bytes that are no line yet */
	char line[MK_GRBL_LINE];	/* the last answer, NUL-terminated */
	enum mk_grbl_state state;	/* of the last status */
	char state_name[24];
	bool was_reset;			/* set by its banner */
	unsigned long rx_free;		/* of the last status that has Bf, or 0 */
	size_t window;			/* bytes that may be under way */
	size_t flying;			/* bytes that are */
	uint16_t pending[MK_GRBL_PENDING];	/* the lengths of their lines, a ring */
	size_t first, npending;
	double dwell_ms;		/* of the dwells among them: it is Idle meanwhile */
};

void mk_grbl_io_clear(struct mk_grbl_io *g);

/* Forget all that is under way: the controller was reset. */
void mk_grbl_io_reset(struct mk_grbl_io *g);

/* A line of n bytes is under way, and one answer due. */
void mk_grbl_expect(struct mk_grbl_io *g, size_t n);

/* The next answer, until a time. OK and ERROR take their line off what is pending. */
enum mk_grbl_answer mk_grbl_hear(struct mk_grbl_io *g, int64_t until, struct mk_err *e);

/* Blanks and zeros that say nothing cost time on the line: "G1 X10.500 Y3.000" becomes
 * "G1X10.5Y3". In place. */
void mk_grbl_compact(struct mk_buf *b);

/* Send one line (with its \n), waiting for room first, and taking answers as they come.
 * 0, or -1 with e: the controller refused a line, alarmed, was reset, fell silent,
 * spoke noise, or is gone. Nothing more must be sent then. */
int mk_grbl_send(struct mk_grbl_io *g, const char *line, size_t n, struct mk_err *e);

/* Wait until every line is answered; as mk_grbl_send. A controller that works on long
 * moves may take its time: it is asked for its state, and must tell. */
int mk_grbl_settle(struct mk_grbl_io *g, struct mk_err *e);

/* One line by itself: settle, send, settle. */
int mk_grbl_line(struct mk_grbl_io *g, const char *line, struct mk_err *e);

/* Ask for the state (at most five times a second) until it is Idle; as mk_grbl_send. */
int mk_grbl_idle(struct mk_grbl_io *g, struct mk_err *e);

/* A real-time byte: not counted, at once. */
int mk_grbl_now(struct mk_grbl_io *g, unsigned char byte, struct mk_err *e);

/* For signal handlers: hold, wait until it stands still, reset. The beam is off then,
 * and the position known; a controller that says nothing is reset at once. */
void mk_grbl_abort(const struct mk_port *port);

/* Before the port is closed: hear what it says to its reset. A program that plays a
 * controller behind TCP may die of a line that nobody takes, and who opens a serial
 * line next would read it. */
void mk_grbl_leave(const struct mk_port *port);

#endif
