/* mk-verify: read each part's mark back and compare it with what it should say. */
#include "cmd/mk-verify/replay.h"
#include "cmd/mk-verify/verify.h"

static const struct cmd_verb verbs[] = {
	{ NULL, "", "", opts_filter, CMD_CONF | CMD_STORE | CMD_CONTEXT | CMD_OUTPUT, NULL, run_filter },
	{ "read", "FILE...", "what the codes in pictures say", opts_read, CMD_OUTPUT,
	  "image,code,symbol,engine", run_read },
	{ "now", "", "what a camera sees", opts_now, CMD_OUTPUT,
	  "image,code,symbol,engine,exposure,gain", run_now },
	{ "replay", "DIR", "judge pictures that were kept by other rules", opts_replay,
	  CMD_CONF | CMD_CONTEXT | CMD_OUTPUT, "id,kept_result,kept_reason,verify_result,verify_reason",
	  run_replay },
	{ "challenge", "SET", "known good and bad parts: is each judged as it should be?", opts_challenge,
	  CMD_CONF | CMD_CONTEXT | CMD_OUTPUT, NULL, run_challenge },
	{0}
};

static const struct cmd_tool tool = {
	"mk-verify", "read each part's mark back and compare it with its code", verbs
};

int
main(int argc, char **argv)
{
	return cmd_main(&tool, argc, argv);
}
