/* Between the files of mk-laser. */
#ifndef MK_LASER_VERBS_H
#define MK_LASER_VERBS_H

#include "cmd/cmd.h"

extern const struct cmd_opt laser_burn_opts[], laser_test_opts[], laser_stop_opts[], laser_red_opts[];

int laser_burn(struct cmd *c);
int laser_list(struct cmd *c);
int laser_test(struct cmd *c);
int laser_stop(struct cmd *c);
int laser_red(struct cmd *c);

#endif
