/* What all tools share: options (popt stays inside cmd.c), messages, standard
 * input and output with their checks, exit codes.
 *
 * A tool is a table of verbs and a line in main (HACKING). A run function
 * returns 0 or -1 with c->err filled; statuses that are no errors (a failed
 * part, nothing found) go through cmd_status. */
#ifndef CMD_H
#define CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/rec.h"

enum cmd_status {
	CMD_OK = 0,
	CMD_FAILED = 1,		/* some part failed, or nothing found */
	CMD_USAGE = 2,		/* usage, configuration or data */
	CMD_DEVICE = 3,		/* device, store or I/O: a retry may help */
	CMD_BROKEN = 4		/* internal or integrity failure */
};

/* An option: to points at a string that gets its argument, or, if arg is NULL
 * (a flag), "". Giving one twice is an error, unless arg ends in "...": then to gets
 * all of them, one a line. A table ends with {0}. */
struct cmd_opt {
	const char *name;
	char c;			/* short name, or 0 */
	const char *arg;	/* what help calls the argument; "[…]": it may be left out */
	const char **to;
	const char *help;
};

enum {				/* groups of common options, mk(7) */
	CMD_CONF = 1,		/* --conf; mk.conf is loaded */
	CMD_STORE = 2,		/* --store, --state; with CMD_CONF */
	CMD_CONTEXT = 4,	/* --site … --operator, --shift, --day; with CMD_CONF */
	CMD_OUTPUT = 8,		/* -o, --columns */
	CMD_DOT = 16		/* with CMD_OUTPUT: also -o dot, which the verb writes by cmd_puts */
};

struct cmd;
struct cmd_verb {
	const char *name;	/* NULL: what the tool does without a verb; comes first */
	const char *args;	/* what usage shows behind the options; "" if none */
	const char *help;	/* one line */
	const struct cmd_opt *opts;	/* may be NULL */
	unsigned flags;
	const char *columns;	/* of a table unless --columns says; NULL: all fields */
	int (*run)(struct cmd *c);
};

struct cmd_tool {
	const char *name, *help;
	const struct cmd_verb *verbs;	/* ends with {0} (run is NULL) */
};

struct cmd_out;
struct cmd {
	const struct cmd_tool *tool;
	const struct cmd_verb *verb;
	const char **arg;	/* operands, NULL at the end */
	size_t narg;
	struct mk_conf conf;
	struct mk_err err;
	int status;		/* the highest said so far */
	bool exposed;		/* cmd_exposed has warned */
	int epipe;		/* the status if our reader is gone; 0 unless the tool says */
	struct cmd_out *out;
};

int cmd_main(const struct cmd_tool *tool, int argc, char **argv);

/* "mk-tool: …" to standard error. */
void cmd_warn(const struct cmd *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cmd_status(struct cmd *c, int status);	/* raises c->status */

/* Fail with MK_EUSAGE: "…: see mk-tool verb --help". Returns -1. */
int cmd_usage(struct cmd *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Warn, once a run, if a store's connection is exposed. */
void cmd_exposed(struct cmd *c, bool exposed);

/* The store's place: --store, $MK_STORE, mk.conf. NULL with c->err if not said. */
const char *cmd_store(struct cmd *c);

/* ---- output: ltsv, tsv, csv, json, table or html ---- */

/* Put a record out; cmd_flush brings what was put to its reader. -1 with c->err. */
int cmd_put(struct cmd *c, const struct mk_rec *rec);
int cmd_flush(struct cmd *c);
bool cmd_is_table(const struct cmd *c);	/* a person reads: rows may be made for the eye */
bool cmd_is_dot(const struct cmd *c);
bool cmd_is_lines(const struct cmd *c);	/* nobody said -o: sentences may be plain lines */
bool cmd_is_rows(const struct cmd *c);	/* csv or tsv: one header, rows of one kind */
/* The columns of a table from here on, and of rows, unless --columns said others;
 * what else records bear is not in it. */
int cmd_columns(struct cmd *c, const char *list);
/* Lines of text that are no records (help, definitions), into the same stream. */
int cmd_puts(struct cmd *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Standard input as records; output is flushed before each read that may block. The
 * caller clears in. */
void cmd_stdin(struct cmd *c, struct mk_rdr *in);

/* Read records from standard input to its end; output is flushed before each
 * read that may block, and, if every, after each record. each returns 1 to put
 * the record out, CMD_LAST to put it out and end there, 0 not to, CMD_END to end
 * without it, -1 with c->err to stop. */
enum { CMD_LAST = 2, CMD_END = 3 };
typedef int cmd_each(struct cmd *c, struct mk_rec *rec, void *arg);
int cmd_filter(struct cmd *c, bool every, cmd_each *each, void *arg);

/* inside cmd/: out.c */
int cmd_out_open(struct cmd *c, const char *format, const char *columns);
int cmd_out_close(struct cmd *c);	/* the rest, and a checked close of stdout */

#endif
