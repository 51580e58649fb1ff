/* The control socket of a marking board: mk-laser holds the board, the mk-line tools of
 * its pipe ask it for the board's inputs and outputs. A socket of the process group, so
 * that it is that of the same pipe: mk-lmc.PGID in $XDG_RUNTIME_DIR, else in
 * /tmp/mk-UID, a folder of this user alone.
 *
 * What a client has set high goes low when it hangs up.
 * Lines of text, each answered by one: "in N" by "0" or "1"; "out N 0|1" by "ok";
 * anything else, and what fails, by "error TEXT". */
#ifndef MK_CONTROL_H
#define MK_CONTROL_H

#include <stdbool.h>

#include "base/err.h"

#define MK_CONTROL_BITS 16

/* ---- the board's side ---- */

struct mk_control;
int mk_control_listen(struct mk_control **c, struct mk_err *e);
void mk_control_close(struct mk_control *c);	/* removes the socket; NULL is allowed */

/* What to poll for POLLIN: it is readable whenever a client wants something. */
int mk_control_fd(const struct mk_control *c);

/* Read or set one bit of the board's port: 0, or -1 with e, which the client is told. */
struct mk_control_board {
	int (*in)(void *arg, int bit, bool *high, struct mk_err *e);
	int (*out)(void *arg, int bit, bool high, struct mk_err *e);
	void *arg;
};
/* Answer what there is, without waiting. Only the socket itself can fail. */
int mk_control_serve(struct mk_control *c, const struct mk_control_board *b, struct mk_err *e);

/* ---- the other side ---- */

/* Connect; waits up to ms for the board's side to be there. *fd is the caller's. */
int mk_control_open(int *fd, int ms, struct mk_err *e);
int mk_control_in(int fd, int bit, bool *high, struct mk_err *e);
int mk_control_out(int fd, int bit, bool high, struct mk_err *e);

#endif
