/* mk-laser: burn jobs, and look after the devices that burn them. */
#include "cmd/mk-laser/verbs.h"

static const struct cmd_verb verbs[] = {
	{ NULL, "", "", laser_burn_opts, CMD_CONF | CMD_STORE | CMD_CONTEXT | CMD_OUTPUT, NULL,
	  laser_burn },
	{ "list", "", "the boards and ports that are here, and why one cannot be opened", NULL,
	  CMD_OUTPUT, "device,what,state", laser_list },
	{ "test", "", "open a device, ask it what it is; no light", laser_test_opts,
	  CMD_CONF | CMD_OUTPUT, NULL, laser_test },
	{ "stop", "", "end the mk-laser that holds a device, and turn its beam off",
	  laser_stop_opts, CMD_CONF | CMD_OUTPUT, NULL, laser_stop },
	{ "red", "", "trace the rectangle of a job with the red dot; no laser", laser_red_opts,
	  CMD_CONF, NULL, laser_red },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = {
		"mk-laser", "burn each record's job on a device", verbs
	};

	return cmd_main(&tool, argc, argv);
}
