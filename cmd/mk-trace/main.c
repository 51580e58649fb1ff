/* mk-trace: store and answer. */
#include "cmd/mk-trace/ask.h"
#include "cmd/mk-trace/trace.h"

#define ASKS (CMD_CONF | CMD_STORE | CMD_OUTPUT)

int
trace_open(struct cmd *c, struct mk_store **st)
{
	const char *path = cmd_store(c);

	*st = NULL;
	if (path == NULL || mk_store_open(st, path, &c->conf, &c->err) == -1)
		return -1;
	cmd_exposed(c, mk_store_exposed(*st));
	return 0;
}

static const char *opt_distributed;

static const struct cmd_opt init_opts[] = {
	{ "distributed", 0, NULL, &opt_distributed, "in a server: tables that can be spread over "
	  "machines; print what tells it to" },
	{0}
};

static int
run_init(struct cmd *c)
{
	const char *path = cmd_store(c);
	struct mk_buf script = {0};
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "init takes no argument");
	if (path == NULL)
		return -1;
	r = mk_store_init(path, c->conf.state, opt_distributed != NULL ? &script : NULL, &c->err);
	if (r == 0 && script.n > 0)
		r = cmd_puts(c, "%.*s", (int)script.n, script.p);
	mk_buf_clear(&script);
	return r;
}

#define WRITES (CMD_CONF | CMD_STORE | CMD_OUTPUT | CMD_CONTEXT)

static const struct cmd_verb verbs[] = {
	{ "init", "", "make a store and its high-water file", init_opts, CMD_CONF | CMD_STORE, NULL,
	  run_init },
	{ "add", "", "store what happened; print each record once it is durable", trace_add_opts,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT,
	  "id,mark_result,mark_reason,verify_result,verify_reason,hold_reason", trace_add },
	{ "push", "", "send what is stored to a central store, once and in order", trace_push_opts,
	  CMD_CONF | CMD_STORE, NULL, trace_push },
	{ "pull", "", "read from a central store what happened to parts elsewhere", trace_pull_opts,
	  CMD_CONF | CMD_STORE, NULL, trace_pull },
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
	{ "schema", "", "the tables that sql may ask", ask_schema_opts, ASKS, NULL, ask_schema },
	{ "log", "STEP ID... [KEY=VALUE...]", "say that a step was done to parts", trace_write_opts,
	  WRITES, NULL, trace_log },
	{ "set", "KEY=VALUE...", "set the lot, the operator … of the parts to come", NULL,
	  WRITES, NULL, trace_set },
	{ "assemble", "CHILD... [KEY=VALUE...]", "parts went into another", trace_into_opts,
	  WRITES, NULL, trace_write },
	{ "remove", "CHILD... [KEY=VALUE...]", "parts were taken out of another", trace_from_opts,
	  WRITES, NULL, trace_write },
	{ "consume", "ID... [KEY=VALUE...]", "parts took something of a lot", trace_from_opts,
	  WRITES, NULL, trace_write },
	{ "load", "LOT... [KEY=VALUE...]", "a lot is at a station from now on", trace_at_opts,
	  WRITES, NULL, trace_write },
	{ "unload", "LOT... [KEY=VALUE...]", "it is there no more", trace_at_opts,
	  WRITES, NULL, trace_write },
	{ "setup", "ID... [KEY=VALUE...]", "a station or tool was set up", trace_write_opts,
	  WRITES, NULL, trace_write },
	{ "calibrate", "ID... [KEY=VALUE...]", "it was calibrated", trace_write_opts,
	  WRITES, NULL, trace_write },
	{ "pack", "ID... [KEY=VALUE...]", "parts went into a box", trace_into_opts,
	  WRITES, NULL, trace_write },
	{ "unpack", "[ID...] [KEY=VALUE...]", "they, or all, came out of it", trace_from_opts,
	  WRITES, NULL, trace_write },
	{ "ship", "ID... [KEY=VALUE...]", "parts or boxes left to a customer", trace_ship_opts,
	  WRITES, NULL, trace_write },
	{ "receive", "ID... [KEY=VALUE...]", "they came, or came back", trace_at_opts,
	  WRITES, NULL, trace_write },
	{ "move", "ID... [KEY=VALUE...]", "they are at another place", trace_move_opts,
	  WRITES, NULL, trace_write },
	{ "hold", "ID... [KEY=VALUE...]", "nothing may be done to them", trace_reason_opts,
	  WRITES, NULL, trace_write },
	{ "release", "ID... [KEY=VALUE...]", "it may again", trace_reason_opts,
	  WRITES, NULL, trace_write },
	{ "rework", "ID... [KEY=VALUE...]", "they are put right", trace_reason_opts,
	  WRITES, NULL, trace_write },
	{ "scrap", "ID... [KEY=VALUE...]", "they are destroyed", trace_reason_opts,
	  WRITES, NULL, trace_write },
	{ "void", "ID... [KEY=VALUE...]", "their identities are no longer good", trace_reason_opts,
	  WRITES, NULL, trace_write },
	{ "replace", "OLD [KEY=VALUE...]", "a part goes on under a new identity", trace_replace_opts,
	  WRITES, NULL, trace_write },
	{ "alias", "ID OTHER", "another name of a part", trace_write_opts,
	  WRITES, NULL, trace_alias },
	{ "resolve", "ID... [KEY=VALUE...]", "whether a part in doubt is marked", trace_resolve_opts,
	  WRITES, NULL, trace_write },
	{ "correct", "EVENT KEY=VALUE...", "what an event should have said", trace_reason_opts,
	  WRITES, NULL, trace_correct },
	{ "may", "STEP ID", "whether the rules let a step be done: 0 yes, 1 no, and why", NULL,
	  CMD_CONF | CMD_STORE, NULL, trace_may },
	{ "export", "", "every event, as add takes it in again", trace_export_opts,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT, NULL, trace_export },
	{ "seal", "", "sign all events up to now; print the seal for keeping elsewhere",
	  trace_seal_opts, CMD_CONF | CMD_STORE | CMD_OUTPUT, "seal_size,seal_time,seal_root", trace_seal },
	{ "audit", "", "whether anything was altered, and what first", trace_audit_opts,
	  CMD_CONF | CMD_STORE, NULL, trace_audit },
	{ "proof", "ID", "the proof of a part's sealed events", NULL, CMD_CONF | CMD_STORE, NULL,
	  trace_proof },
	{ "check-proof", "FILE", "check a proof or certificate, without any store", trace_check_opts,
	  CMD_CONF | CMD_OUTPUT, NULL, trace_check_proof },
	{ "cert", "ID", "a certificate of a part, with its proof inside", trace_cert_opts,
	  CMD_CONF | CMD_STORE, NULL, trace_cert },
	{ "backup", "FILE", "copy the store while it is in use", NULL, CMD_CONF | CMD_STORE, NULL,
	  trace_backup },
	{ "rebuild", "", "prove that all that is derived follows from the events", trace_rebuild_opts,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT, NULL, trace_rebuild },
	{ "migrate", "", "bring a store of an older version to this one", NULL, CMD_CONF | CMD_STORE,
	  NULL, trace_migrate },
	{ "analyze", "", "count what is there, for quicker answers", NULL, CMD_CONF | CMD_STORE, NULL,
	  trace_analyze },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = { "mk-trace", "Stores the history of parts and answers "
		"questions about it.", verbs };

	return cmd_main(&tool, argc, argv);
}
