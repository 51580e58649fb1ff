/* Inside mk-verify: verbs that judge what is known already. */
#ifndef REPLAY_H
#define REPLAY_H

#include "cmd/cmd.h"

extern const struct cmd_opt opts_replay[], opts_challenge[];
int run_replay(struct cmd *c);
int run_challenge(struct cmd *c);

#endif
