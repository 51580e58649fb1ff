/* The site's configuration, mk.conf(5), and the context that every event bears. */
#ifndef MK_CONF_H
#define MK_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

/* Where and by whom something happens; NULL: not said. */
enum mk_ctx_key {
	MK_CTX_SITE, MK_CTX_LINE, MK_CTX_STATION, MK_CTX_MACHINE, MK_CTX_OPERATOR,
	MK_CTX_SHIFT, MK_CTX_DAY, MK_CTX_N
};
extern const char *const mk_ctx_name[MK_CTX_N];	/* "site", "line", … */

struct mk_setting {		/* "key=value" of a device line */
	const char *key, *val;
};

struct mk_device {
	const char *name;	/* sim, grbl, lmc, … */
	struct mk_setting *set;
	size_t n;
	long line;		/* where it stands in the configuration */
};

enum {				/* `rules`: what add holds and may refuses */
	MK_RULE_UNKNOWN = 1, MK_RULE_ROUTE = 2, MK_RULE_SHIPPED = 4, MK_RULE_HELD = 8,
	MK_RULE_FAILED = 16
};

struct mk_route {		/* the steps that a part type goes through, in their order */
	const char *part;
	const char **step;
	size_t n;
};

enum mk_network {		/* `network-down`: what may says when the centre is silent */
	MK_NETWORK_ANY,		/* nobody asks */
	MK_NETWORK_STOP, MK_NETWORK_ALLOW
};

struct mk_conf {
	char *path;			/* NULL if there is no file */
	const char *ctx[MK_CTX_N];	/* what the file says */
	const char *env[MK_CTX_N];	/* what $MK_SITE … say; borrowed */
	const char *opt[MK_CTX_N];	/* what options say; borrowed, set by the caller */
	const char *context;		/* file read again for each part */
	const char *store, *state;	/* NULL: not said; $MK_STORE and $MK_STATE win */
	bool clock_trusted;		/* `clock trust`: it need not be synchronised */
	struct mk_shifts shifts;
	struct mk_device *dev;
	size_t ndev;
	const char **step;		/* the site's own steps */
	size_t nstep;
	const char **gcp;		/* the site's GS1 company prefixes */
	size_t ngcp;
	unsigned rules;			/* MK_RULE_ */
	struct mk_route *route;
	size_t nroute;
	enum mk_network network;
	unsigned network_minutes;	/* that the last pull may be old */
	struct mk_arena arena;
};

/* Load path, or, if it is NULL, $MK_CONF, else ~/.config/mk/mk.conf, else
 * /etc/mk/mk.conf; without any of the last two the configuration is empty. */
int mk_conf_load(struct mk_conf *c, const char *path, struct mk_err *e);
void mk_conf_clear(struct mk_conf *c);

/* The first device line of that name, or NULL; NULL for name: the first line. */
const struct mk_device *mk_conf_device(const struct mk_conf *c, const char *name);

/* The value of a device's setting, or NULL. d may be NULL. */
const char *mk_device_get(const struct mk_device *d, const char *key);

/* The context now: mk.conf, its context file, environment, options, each over
 * the one before; shift and day from the calendar at t unless they were said.
 * The strings live in c or in arena. The file's "field KEY VALUE" lines are
 * given to each if it is not NULL. */
typedef int mk_context_field(void *ctx, const char *key, const char *val, struct mk_err *e);
int mk_conf_context(const struct mk_conf *c, const struct mk_time *t, const char *ctx[MK_CTX_N],
	struct mk_arena *arena, mk_context_field *each, void *arg, struct mk_err *e);

#endif
