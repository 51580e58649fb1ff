/* mk-trace may: whether the rules let a step be done, asked before it. */
#include <string.h>

#include "cmd/mk-trace/trace.h"
#include "trace/name.h"
#include "trace/rules.h"

/* What network-down says where the rules have nothing against it. */
static int
silent(struct cmd *c, struct mk_store *st, const char **why, struct mk_buf *detail)
{
	struct mk_time now;
	int r = mk_time_now(&now, &c->err);

	if (r == 0)
		r = mk_trace_silent(st, &c->conf, c->arg[0], &now, detail, &c->err);
	if (r != 1)
		return r;
	if (c->conf.network == MK_NETWORK_STOP) {
		*why = "network";
		return mk_buf_adds(detail, ": mk-trace pull, or network-down allow in mk.conf",
			&c->err);
	}
	cmd_warn(c, "%.*s: network-down allows it", (int)detail->n, detail->p);
	return 0;
}

int
trace_may(struct cmd *c)
{
	struct mk_buf name = {0}, detail = {0};
	const char *why = NULL;
	struct mk_store *st;
	int r;

	if (c->narg != 2)
		return cmd_usage(c, "may takes a step and an identity");
	if (!mk_step_known(&c->conf, c->arg[0], strlen(c->arg[0])))
		return mk_err(&c->err, MK_EUSAGE, "%s: no step: see mkrec(5)", c->arg[0]);
	if (trace_open(c, &st) == -1)
		return -1;
	r = mk_trace_known(st, c->arg[1], &name, &c->err);
	if (r == 0)
		r = mk_store_spell(c->arg[1], &name, &c->err);
	if (r != -1)
		r = mk_trace_may(st, &c->conf, c->arg[0], name.p, name.n, NULL, &why, &detail, &c->err);
	if (r == 0 && why == NULL)
		r = silent(c, st, &why, &detail);
	if (r == 0 && why != NULL) {
		r = cmd_puts(c, "%s: %.*s\n", why, (int)detail.n, detail.p);
		cmd_status(c, CMD_FAILED);
	}
	mk_store_close(st);
	mk_buf_clear(&name);
	mk_buf_clear(&detail);
	return r == -1 ? -1 : 0;
}
