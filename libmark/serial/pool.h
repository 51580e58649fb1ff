/* Pools: the rule by which numbers become identities (mkpool(5)). */
#ifndef MK_POOL_H
#define MK_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/rec.h"
#include "base/subst.h"
#include "ident/ident.h"
#include "serial/ff1.h"
#include "store/lease.h"

enum mk_order { MK_ORDER_SEQUENTIAL, MK_ORDER_RANDOM, MK_ORDER_LIST };
enum mk_reset {
	MK_RESET_NEVER, MK_RESET_DAY, MK_RESET_SHIFT, MK_RESET_WEEK, MK_RESET_MONTH,
	MK_RESET_YEAR, MK_RESET_FIELD
};

struct mk_pool {
	char *name, *pattern;
	enum mk_scheme scheme;
	enum mk_order order;
	uint64_t from, to, step, beat;
	enum mk_reset reset;
	char *reset_field;	/* of MK_RESET_FIELD */
	bool reset_by_day;	/* the period is of {day}, the production day, not of {date} */
	const char *alphabet;	/* digits of {n} where it names none */
	char *key_file;
	double guess;		/* issued / total may not go beyond it; 1: no bound */
	uint64_t warn_days, warn_left, stop;
	bool setup;		/* kind setup */
	bool central;		/* source centre: it issues what was lent to it, and nothing else */
	bool dated;		/* the pattern has a date or a day: the clock matters */
	bool beat_in_id;	/* the pattern has {beat} */
	uint64_t total;		/* indices of a period; of a list the caller sets both */
	uint64_t domain;	/* the same, but of a pool that was lent to: of the whole pool */
	struct mk_lease *lease;	/* what was lent to it, in their order; NULL: it is its own */
	size_t nlease;
	struct mk_subst subst;
	char hash[MK_HASH_LEN + 1];	/* of the canonical form, the key included */
	struct mk_ff1 *ff1;	/* of MK_ORDER_RANDOM, for ff1_period */
	char *ff1_period;
	unsigned char key[32];
	size_t nkey;
	struct mk_arena arena;
};

/* Parse and check a definition. g is the dictionary, or NULL if the scheme needs
 * none. secret: the key file of a random pool is read, too, MK_ECONF if others may
 * read it; without it there are no hash and no numbers of a random order.
 * Errors are "file:line:column: …". */
int mk_pool_parse(struct mk_pool *p, const char *file, const char *text, size_t n,
	const struct mk_gs1 *g, bool secret, struct mk_err *e);
void mk_pool_clear(struct mk_pool *p);

/* The pool issues what was lent to it: n > 0 leases, allocated, owned by p from now
 * on. Its indices are those of the lessee (store/lease.h). */
void mk_pool_lent(struct mk_pool *p, struct mk_lease *l, size_t n);

/* Whether a definition's scheme needs the GS1 dictionary, without checking it. */
bool mk_pool_needs_gs1(const char *text, size_t n);

/* What a pattern may draw on beside the number. */
struct mk_pool_at {
	struct mk_time time;
	const char *shift, *day;	/* "" if there is no calendar */
};

/* The pattern with all but the number filled in, as a pattern of its own: what the
 * identities taken at one time for equal fields have in common. fields gives
 * {FIELD}; period gets what the pool's counter restarts with ("" if never). Both
 * are appended with a NUL that does not count. MK_EDATA: a field is missing. */
int mk_pool_stem(const struct mk_pool *p, const struct mk_pool_at *at,
	const struct mk_rec *fields, struct mk_buf *stem, struct mk_buf *period,
	struct mk_err *e);

/* The period alone. */
int mk_pool_period(const struct mk_pool *p, const struct mk_pool_at *at,
	const struct mk_rec *fields, struct mk_buf *period, struct mk_err *e);

/* Whether the pattern draws on that field. */
bool mk_pool_uses(const struct mk_pool *p, const char *key, size_t n);

/* A stem at work. */
struct mk_stem {
	struct mk_subst subst;
	const char *period;	/* borrowed */
};
int mk_stem_init(struct mk_stem *s, const char *stem, const char *period, struct mk_err *e);
void mk_stem_clear(struct mk_stem *s);

/* The numbers with the k indices from first on: of random ones, k at a time is far
 * quicker than one by one. Not for lists. */
int mk_pool_numbers(struct mk_pool *p, const char *period, uint64_t first, size_t k,
	uint64_t *number, struct mk_err *e);

/* The way back: the first index (of its beats) of a number: 1; 0 if the pool has no
 * such number; -1. Not for lists. */
int mk_pool_index(struct mk_pool *p, const char *period, uint64_t number, uint64_t *index,
	struct mk_err *e);

/* Set in rec the identity of one number: id and what follows from it, pool, n, and
 * with a beat of more than one either {beat} in the id or op. listed is the
 * number's own text in a list, else NULL. MK_EDATA: it is none of the scheme, or
 * rec says something else. */
int mk_pool_fill(const struct mk_pool *p, const struct mk_stem *s, uint64_t index,
	uint64_t number, const char *listed, const struct mk_gs1 *g, struct mk_rec *rec,
	struct mk_err *e);

/* The period that is the last to count on a restore: MK_RESET_FIELD has no order. */
const char *mk_pool_until(const struct mk_pool *p, const char *period);

/* inside serial/: pattern.c */

/* Check what the pattern holds, and that it tells the periods of reset apart. */
int mk_pattern_check(struct mk_pool *p, struct mk_err *e);
/* Append the form of one number's identity, as mk_pool_fill takes it. */
int mk_pattern_id(const struct mk_pool *p, const struct mk_stem *s, uint64_t index,
	uint64_t number, const char *listed, struct mk_buf *id, struct mk_err *e);
/* inside serial/: lent.c */

/* The index in the whole pool of one that the lessee counts. MK_EINTEGRITY: it was
 * not lent. */
int mk_lent_index(const struct mk_pool *p, uint64_t i, uint64_t *index, struct mk_err *e);
/* And back, in place: 1, 0 if it was not lent. */
int mk_lessee_index(const struct mk_pool *p, uint64_t *index);

/* The digits of that name. */
const char *mk_alphabet(const char *name, size_t n);	/* NULL: no such one */

#endif
