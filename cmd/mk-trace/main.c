/* mk-trace: store and answer. */
#include "cmd/mk-trace/ask.h"
#include "cmd/mk-trace/trace.h"

#define ASKS (CMD_CONF | CMD_STORE | CMD_OUTPUT)

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
	{ "push", "", "send what is stored to a central store, once and in order", trace_push_opts,
	  CMD_CONF | CMD_STORE, NULL, trace_push },
	{ "status", "", "one screen: what runs here, how fast, what is in doubt", NULL, ASKS,
	  NULL, ask_status },
	{ "last", "", "the parts that something happened to last", ask_last_opts, ASKS,
	  "time,id,lot,step,result,reason,station,operator", ask_last },
	{ "why", "ID|-...", "a sentence about a part, and what to do next", NULL, ASKS, "id,why",
	  ask_why },
	{ "where", "ID|-...", "where a part is", NULL, ASKS,
	  "id,state,in,outermost,place,station,customer,document,hold", ask_where },
	{ "history", "ID|-...", "what happened to a part and what it is in, in the order of time",
	  ask_history_opts, ASKS | CMD_DOT, "time,step,result,reason,station,operator,shift,details",
	  ask_history },
	{ "find", "[TERM|-]...", "the parts of which all terms hold", ask_find_opts, ASKS,
	  "id,lot,mark_time,mark_result,mark_reason,verify_result,verify_reason", ask_find },
	{ "count", "[TERM|-]...", "how many those are", ask_count_opts, ASKS, NULL, ask_count },
	{ "made-from", "ID|-...", "what a part is made of, to any depth", ask_made_opts,
	  ASKS | CMD_DOT, "depth,id,how,since,until,part,lot", ask_made_from },
	{ "used-in", "ID|-...", "what a part, lot or tool went into, to any depth", ask_used_opts,
	  ASKS | CMD_DOT, "depth,id,how,since,until,part,lot", ask_used_in },
	{ "recall", "TERM|-...", "all that is at risk, and where it is", ask_recall_opts,
	  ASKS | CMD_CONTEXT, NULL, ask_recall },
	{ "stock", "[TERM|-]...", "what is here, by place, part and lot", ask_stock_opts, ASKS,
	  "place,part,lot,hold,n", ask_stock },
	{ "shipments", "[TERM]...", "what was shipped, by customer and document",
	  ask_shipments_opts, ASKS, "customer,document,first,last,n", ask_shipments },
	{ "reconcile", "[TERM]...", "issued, begun, marked, verified: who is missing where",
	  ask_reconcile_opts, ASKS, NULL, ask_reconcile },
	{ "yield", "[TERM]...", "first-pass and rolled throughput yield", ask_yield_opts, ASKS,
	  NULL, ask_yield },
	{ "pareto", "[TERM]...", "why parts fail, the most frequent first", ask_pareto_opts, ASKS,
	  NULL, ask_pareto },
	{ "spc", "p|u|c [TERM]...", "a control chart", ask_spc_opts, ASKS, NULL, ask_spc },
	{ "compare", "ID ID", "two parts as they were built", NULL, ASKS, "of,field,a,b",
	  ask_compare },
	{ "sql", "QUERY", "a question in SQL, read-only", NULL, ASKS, NULL, ask_sql },
	{ "schema", "", "the tables that sql may ask", NULL, ASKS, NULL, ask_schema },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = { "mk-trace", "Stores the history of parts and answers "
		"questions about it.", verbs };

	return cmd_main(&tool, argc, argv);
}
