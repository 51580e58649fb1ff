/* Pools: the rule by which numbers become identities (mkpool(5)). */
#ifndef MK_POOL_H
#define MK_POOL_H

#include <stdint.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/rec.h"
#include "base/subst.h"
#include "ident/ident.h"
#include "store/store.h"

struct mk_pool {
	char *name, *pattern;
	enum mk_scheme scheme;
	uint64_t from, to, step;
	uint64_t total;		/* how many numbers there are */
	struct mk_subst subst;
	char hash[MK_HASH_LEN + 1];	/* of the definition's canonical form */
	struct mk_arena arena;
};

/* Parse and check a definition. g is the dictionary, or NULL if the scheme needs
 * none. Errors are MK_ECONF, "file:line:column: …". */
int mk_pool_parse(struct mk_pool *p, const char *file, const char *text, size_t n,
	const struct mk_gs1 *g, struct mk_err *e);
void mk_pool_clear(struct mk_pool *p);

/* Whether a definition's scheme needs the GS1 dictionary, without checking it. */
bool mk_pool_needs_gs1(const char *text, size_t n);

/* What a pattern may draw on beside the number. */
struct mk_pool_at {
	struct mk_time time;
	const char *shift, *day;	/* "" if there is no calendar */
};

/* Set in rec the identity of the number with that index: id and what follows from
 * it, pool and n. {FIELD} is taken from fields, which may be rec itself. MK_EDATA:
 * a field is missing, or the identity is not one of the scheme. */
int mk_pool_fill(const struct mk_pool *p, uint64_t index, const struct mk_pool_at *at,
	const struct mk_gs1 *g, const struct mk_rec *fields, struct mk_rec *rec,
	struct mk_err *e);

#endif
