/* The verbs parse and check of mk-serial. */
#ifndef MK_SERIAL_PARSE_H
#define MK_SERIAL_PARSE_H

#include "cmd/cmd.h"

extern const struct cmd_opt serial_parse_opts[], serial_check_opts[];

int serial_parse(struct cmd *c);
int serial_check(struct cmd *c);

#endif
