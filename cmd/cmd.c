#include "cmd/cmd.h"

#include <errno.h>
#include <popt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"

static const char *opt_help, *opt_usage, *opt_version;
static const char *opt_conf, *opt_store, *opt_state, *opt_format, *opt_columns;
static const char *opt_ctx[MK_CTX_N];

static const struct cmd_opt opts_help[] = {
	{ "help", 'h', NULL, &opt_help, "show this help" },
	{ "usage", 0, NULL, &opt_usage, "show a short usage message" },
	{ "version", 0, NULL, &opt_version, "show the version" },
	{0}
};
static const struct cmd_opt opts_conf[] = {
	{ "conf", 0, "FILE", &opt_conf, "configuration instead of $MK_CONF or mk.conf" },
	{0}
};
static const struct cmd_opt opts_store[] = {
	{ "store", 0, "FILE", &opt_store, "store instead of $MK_STORE or that of mk.conf" },
	{ "state", 0, "DIR", &opt_state, "folder of the high-water file, at init" },
	{0}
};
static const struct cmd_opt opts_context[] = {
	{ "site", 0, "NAME", &opt_ctx[MK_CTX_SITE], "stamp this site" },
	{ "line", 0, "NAME", &opt_ctx[MK_CTX_LINE], "stamp this line" },
	{ "station", 0, "NAME", &opt_ctx[MK_CTX_STATION], "stamp this station" },
	{ "machine", 0, "NAME", &opt_ctx[MK_CTX_MACHINE], "stamp this machine" },
	{ "operator", 0, "NAME", &opt_ctx[MK_CTX_OPERATOR], "stamp this operator" },
	{ "shift", 0, "NAME", &opt_ctx[MK_CTX_SHIFT], "stamp this shift, not the calendar's" },
	{ "day", 0, "DATE", &opt_ctx[MK_CTX_DAY], "stamp this production day" },
	{0}
};
static const struct cmd_opt opts_output[] = {
	{ "output", 'o', "ltsv|tsv|csv|json|table|html", &opt_format,
	  "output format; a table on a terminal, else ltsv" },
	{ "columns", 0, "KEY,...", &opt_columns, "only these fields, in this order" },
	{0}
};

static const struct {
	unsigned flag;
	const struct cmd_opt *opts;
} common[] = {
	{ CMD_CONF, opts_conf },
	{ CMD_STORE, opts_store },
	{ CMD_CONTEXT, opts_context },
	{ CMD_OUTPUT, opts_output },
	{ 0, opts_help }
};
#define NCOMMON (sizeof common / sizeof *common)

/* Where a common option's own table begins: at 32 per group. */
#define GROUP 64

/* popt's tables for one verb, made from ours. val is 1 + group * GROUP + index. */
struct table {
	struct poptOption own[GROUP], common[GROUP], top[4];
	const struct cmd_opt *opt[(NCOMMON + 1) * GROUP];
	char *got[(NCOMMON + 1) * GROUP];
};

/* "SIGNAL...": the option may be given again. */
static bool
repeats(const struct cmd_opt *o)
{
	size_t n = o->arg == NULL ? 0 : strlen(o->arg);

	return n > 3 && strcmp(o->arg + n - 3, "...") == 0;
}

/* The arguments of an option that was given again, one a line; both are freed. */
static char *
both(char *was, char *more)
{
	size_t n = strlen(was) + strlen(more) + 2;
	char *s = malloc(n);

	if (s != NULL)
		(void)snprintf(s, n, "%s\n%s", was, more);
	free(was);
	free(more);
	return s;
}

/* "[FLOOR]": the argument may be left out. */
static bool
optional(const struct cmd_opt *o)
{
	return o->arg != NULL && *o->arg == '[';
}

static size_t
fill(struct table *t, struct poptOption *to, size_t at, const struct cmd_opt *o, size_t group)
{
	size_t i;

	for (i = 0; o != NULL && o[i].name != NULL; i++, at++) {
		struct poptOption *p = &to[at];

		p->longName = o[i].name;
		p->shortName = o[i].c;
		p->argInfo = o[i].arg == NULL ? POPT_ARG_NONE : POPT_ARG_STRING;
		if (optional(&o[i]))
			p->argInfo |= POPT_ARGFLAG_OPTIONAL;
		p->val = (int)(1 + group * GROUP + i);
		p->descrip = o[i].help;
		p->argDescrip = o[i].arg;
		t->opt[group * GROUP + i] = &o[i];
	}
	return at;
}

static void
tables(struct table *t, const struct cmd_verb *v)
{
	static const struct poptOption end = POPT_TABLEEND;
	size_t g, n;

	memset(t, 0, sizeof *t);
	n = fill(t, t->own, 0, v->opts, 0);
	t->own[n] = end;
	n = 0;
	for (g = 0; g < NCOMMON; g++)
		if (common[g].flag == 0 || (v->flags & common[g].flag) != 0)
			n = fill(t, t->common, n, common[g].opts, g + 1);
	t->common[n] = end;
	n = 0;
	if (v->opts != NULL && v->opts[0].name != NULL) {
		t->top[n].argInfo = POPT_ARG_INCLUDE_TABLE;
		t->top[n].arg = t->own;
		t->top[n++].descrip = "Options:";
	}
	t->top[n].argInfo = POPT_ARG_INCLUDE_TABLE;
	t->top[n].arg = t->common;
	t->top[n++].descrip = "Common options:";
	t->top[n] = end;
}

void
cmd_warn(const struct cmd *c, const char *fmt, ...)
{
	char text[2048], out[sizeof text * 4], *p = text;
	size_t n = 0;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	/* what it quotes may hold anything: nothing of it commands the terminal */
	for (; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			n += (size_t)snprintf(out + n, sizeof out - n, "\\x%02x", (unsigned char)*p);
		else
			out[n++] = *p;
	(void)fprintf(stderr, "%s: %.*s\n", c->tool->name, (int)n, out);
}

void
cmd_exposed(struct cmd *c, bool exposed)
{
	if (exposed && !c->exposed)
		cmd_warn(c, "store: what goes to this server and comes from it can be read and altered on "
			"the way: add ?sslmode=verify-full to its name, see mk-central(7)");
	c->exposed = c->exposed || exposed;
}

void
cmd_status(struct cmd *c, int status)
{
	if (status > c->status)
		c->status = status;
}

int
cmd_usage(struct cmd *c, const char *fmt, ...)
{
	va_list ap;
	char what[160];
	const char *verb = c->verb == NULL ? NULL : c->verb->name;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return mk_err(&c->err, MK_EUSAGE, "%s: see %s %s%s--help", what, c->tool->name,
		verb == NULL ? "" : verb, verb == NULL ? "" : " ");
}

const char *
cmd_store(struct cmd *c)
{
	if (c->conf.store == NULL)
		mk_err(&c->err, MK_EUSAGE, "no store: say --store FILE, set MK_STORE, or write "
			"'store FILE' in mk.conf (mk-trace init makes one)");
	return c->conf.store;
}

/* The verbs that have names, if any. */
static void
list_verbs(const struct cmd_tool *tool)
{
	const struct cmd_verb *v = tool->verbs;

	if (v->name == NULL && (++v)->run == NULL)
		return;
	(void)printf("\nVerbs:\n");
	for (; v->run != NULL; v++)
		(void)printf("  %-10s %s\n", v->name, v->help);
	(void)printf("\n%s VERB --help shows a verb's options; %s(1) tells all.\n",
		tool->name, tool->name);
}

/* Take the options of one verb. 0 to go on, 1 if help was given, -1. */
static int
options(struct cmd *c, poptContext con, struct table *t)
{
	int val;
	const char **rest;
	char *more;

	while ((val = poptGetNextOpt(con)) > 0) {
		size_t i = (size_t)val - 1;
		const struct cmd_opt *o = t->opt[i];

		if (*o->to != NULL && !repeats(o))
			return cmd_usage(c, "--%s was given twice", o->name);
		if (o->arg == NULL) {
			*o->to = "";
			continue;
		}
		more = poptGetOptArg(con);
		if (more != NULL && t->got[i] != NULL)
			more = both(t->got[i], more);
		*o->to = t->got[i] = more;
		if (t->got[i] == NULL && optional(o))
			*o->to = "";
		else if (t->got[i] == NULL)
			return mk_err_nomem(&c->err);
	}
	if (val < -1)
		return cmd_usage(c, "%s: %s", poptBadOption(con, 0), poptStrerror(val));
	rest = poptGetArgs(con);
	for (c->arg = rest, c->narg = 0; rest != NULL && rest[c->narg] != NULL; c->narg++)
		;
	if (opt_help != NULL || opt_usage != NULL) {
		if (opt_help != NULL) {
			poptPrintHelp(con, stdout, 0);
			if (c->verb->name == NULL)
				list_verbs(c->tool);
		} else
			poptPrintUsage(con, stdout, 0);
		return 1;
	}
	if (opt_version != NULL) {
		(void)printf("%s %s\n", c->tool->name, PACKAGE_VERSION);
		return 1;
	}
	return 0;
}

static int
prepare(struct cmd *c)
{
	if ((c->verb->flags & CMD_CONF) != 0) {
		if (mk_conf_load(&c->conf, opt_conf, &c->err) == -1)
			return -1;
		memcpy(c->conf.opt, opt_ctx, sizeof opt_ctx);
		if (opt_store != NULL)
			c->conf.store = opt_store;
		if (opt_state != NULL)
			c->conf.state = opt_state;
	}
	return cmd_out_open(c, opt_format, opt_columns);
}

/* Close stdout with a check: what was written there may not have arrived. */
static int
close_stdout(struct cmd *c)
{
	if (fflush(stdout) == EOF || fclose(stdout) == EOF)
		return mk_err_sys(&c->err, MK_EIO, "standard output");
	return 0;
}

static void
report(struct cmd *c)
{
	if (c->err.code == MK_EPIPE) {
		cmd_status(c, c->epipe);
		return;
	}
	cmd_warn(c, "%s", c->err.msg);
	cmd_status(c, mk_err_status(&c->err));
}

static void
run_verb(struct cmd *c, int argc, const char **argv)
{
	struct table t;
	poptContext con;
	char name[64], args[128];
	int r;
	size_t i;

	tables(&t, c->verb);
	/* popt shows argv[0] as the command's name */
	(void)snprintf(name, sizeof name, "%s%s%s", c->tool->name, c->verb->name == NULL ? "" :
		" ", c->verb->name == NULL ? "" : c->verb->name);
	argv[0] = name;
	con = poptGetContext(c->tool->name, argc, argv, t.top, 0);
	if (con == NULL) {
		mk_err_nomem(&c->err);
		report(c);
		return;
	}
	(void)snprintf(args, sizeof args, "[OPTION...]%s%s", *c->verb->args == '\0' ? "" : " ",
		c->verb->args);
	poptSetOtherOptionHelp(con, args);
	r = options(c, con, &t);
	if (r == 0) {
		r = prepare(c);
		if (r == 0)
			r = c->verb->run(c);
		if (r == -1)
			report(c);
		if (cmd_out_close(c) == -1)
			report(c);
	} else if (r == -1)
		report(c);
	poptFreeContext(con);
	for (i = 0; i < sizeof t.got / sizeof *t.got; i++)
		free(t.got[i]);
	mk_conf_clear(&c->conf);
}

static void
run_tool(struct cmd *c, int argc, char **argv)
{
	const char *w = argc > 1 ? argv[1] : "";
	const struct cmd_verb *v = c->tool->verbs;

	if (v->name == NULL)
		c->verb = v++;
	for (; v->run != NULL; v++)
		if (strcmp(v->name, w) == 0) {
			c->verb = v;
			run_verb(c, argc - 1, (const char **)argv + 1);
			return;
		}
	if (c->verb != NULL) {
		run_verb(c, argc, (const char **)argv);
		return;
	}
	if (strcmp(w, "--help") == 0 || strcmp(w, "-h") == 0 || strcmp(w, "--usage") == 0) {
		(void)printf("Usage: %s VERB [OPTION...] [ARGUMENT...]\n%s\n", c->tool->name,
			c->tool->help);
		list_verbs(c->tool);
	} else if (strcmp(w, "--version") == 0) {
		(void)printf("%s %s\n", c->tool->name, PACKAGE_VERSION);
	} else {
		if (*w == '\0')
			cmd_usage(c, "no verb");
		else
			cmd_usage(c, "'%s' is no verb", w);
		report(c);
	}
}

int
cmd_main(const struct cmd_tool *tool, int argc, char **argv)
{
	struct cmd c = { .tool = tool };

	(void)signal(SIGPIPE, SIG_IGN);
	run_tool(&c, argc, argv);
	if (close_stdout(&c) == -1)
		report(&c);
	return c.status;
}
