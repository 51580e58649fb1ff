/* Between the files of mk-line. */
#ifndef MK_LINE_H
#define MK_LINE_H

#include "cmd/cmd.h"

/* Open the token's FIFO, which is made if it is not there: a descriptor, or -1. */
int line_token(struct cmd *c, const char *path, int flags);

/* A number of milliseconds that an option gives, if it was given. */
int line_ms(struct cmd *c, const char *name, const char *opt, uint64_t max, int *ms);

extern const struct cmd_opt line_wait_opts[], line_gate_opts[], line_doctor_opts[];
int line_wait(struct cmd *c);
int line_gate(struct cmd *c);
int line_doctor(struct cmd *c);

#endif
