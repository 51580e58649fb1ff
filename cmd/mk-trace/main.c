/* mk-trace: store and answer. */
#include "cmd/mk-trace/trace.h"

int
trace_open(struct cmd *c, struct mk_store **st)
{
	const char *path = cmd_store(c);

	*st = NULL;
	return path == NULL ? -1 : mk_store_open(st, path, &c->conf, &c->err);
}

static int
run_init(struct cmd *c)
{
	const char *path = cmd_store(c);

	if (c->narg > 0)
		return cmd_usage(c, "init takes no argument");
	return path == NULL ? -1 : mk_store_init(path, c->conf.state, &c->err);
}

static const struct cmd_verb verbs[] = {
	{ "init", "", "make a store and its high-water file", NULL, CMD_CONF | CMD_STORE, NULL,
	  run_init },
	{ "add", "", "store what happened; print each record once it is durable", trace_add_opts,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT,
	  "id,mark_result,mark_reason,verify_result,verify_reason,hold_reason", trace_add },
	{ "history", "ID", "what happened to a part, in the order of time", NULL,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT, "time,step,result,reason,station,operator,shift,details",
	  trace_history },
	{ "find", "KEY:VALUE...", "the parts that bore all these words", NULL,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT,
	  "id,lot,mark_time,mark_result,mark_reason,verify_result,verify_reason", trace_find },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = { "mk-trace", "Stores the history of parts and answers "
		"questions about it.", verbs };

	return cmd_main(&tool, argc, argv);
}
