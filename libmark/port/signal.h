/* Signals of one bit between a line and its machines: what tells that a part is there,
 * what says OK. A SIGNAL is
 *
 *   serial:PORT:cts|dsr|dcd|ri   in   a modem line of a serial port, high or low
 *   serial:PORT:rts|dtr          out
 *   lmc:N                        in, out   bit N of the marking board's port; the board
 *                                belongs to the mk-laser of this pipe (control.h)
 *   enter                        in   a line on standard input or, if that is closed or
 *                                /dev/null, on the terminal
 *   none                         in   a part is always there
 *   cmd:COMMAND                  in   run by sh; as a level, status 0 is high and 1 low;
 *                                of arrivals, 0 is one and 1 says that no more will come
 *                                out  run by sh with the level, 1 or 0, as its $1
 *
 * Errors: MK_EUSAGE for what is no such signal, MK_EDEV when the device is lost. */
#ifndef MK_SIGNAL_H
#define MK_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Signals of one process: lines of the same port share it. */
struct mk_signals;
struct mk_signal;	/* belongs to its mk_signals */

int mk_signals_new(struct mk_signals **set, struct mk_err *e);
void mk_signals_free(struct mk_signals *set);	/* outputs go low; NULL is allowed */

/* Open one. A port is locked, so that no other process has it too, and the outputs
 * of the set are low from then on (the kernel raises RTS and DTR for an instant when
 * it opens a port: what is to be seen must be longer than that). */
enum mk_signal_use { MK_SIGNAL_IN, MK_SIGNAL_OUT };
int mk_signal_open(struct mk_signals *set, const char *spec, enum mk_signal_use use,
	struct mk_signal **s, struct mk_err *e);

/* ---- in ---- */

/* The level now; none and enter have none (MK_EUSAGE). A command is waited for. */
int mk_signal_level(struct mk_signal *s, bool *high, struct mk_err *e);

/* Arrivals: of a level each rise that lasts for the debounce time (ms), one that is
 * high from the beginning must fall first. What rises while nobody asks is kept, but
 * once only. */
void mk_signal_debounce(struct mk_signal *s, int ms);

/* From now on a part is expected: a command is started, and what was typed on the
 * terminal before is forgotten. */
int mk_signal_arm(struct mk_signal *s, struct mk_err *e);

/* Look whether one has arrived, without waiting. Call it when the descriptor is
 * readable and every mk_signal_period ms, armed or not; each is told once. */
enum mk_seen {
	MK_SEEN_NOTHING,
	MK_SEEN_PART,		/* one has arrived */
	MK_SEEN_END,		/* no more will come */
	MK_SEEN_MISSED		/* one that came unasked has gone: another is in its place */
};
int mk_signal_look(struct mk_signal *s, struct mk_err *e);

int mk_signal_fd(const struct mk_signal *s);	/* to poll for POLLIN, or -1 */
int mk_signal_period(const struct mk_signal *s);	/* ms, -1: no need */

/* ---- out ---- */

int mk_signal_set(struct mk_signal *s, bool high, struct mk_err *e);

#endif
