/* mk-verify: read each part's mark back and compare it with what it should say. */
#include "cmd/mk-verify/verify.h"

static const struct cmd_verb verbs[] = {
	{ NULL, "", "", opts_filter, CMD_CONF | CMD_CONTEXT | CMD_OUTPUT, NULL, run_filter },
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
