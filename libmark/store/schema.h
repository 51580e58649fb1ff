/* Inside store/: the tables (sqlite and every engine alike) and the handle. */
#ifndef MK_SCHEMA_H
#define MK_SCHEMA_H

#include "base/crypt.h"
#include "store/db.h"
#include "store/ask.h"
#include "store/store.h"

#define MK_SCHEMA_VERSION 3
/* Four parts: what is kept, the log, what follows from the log, what was pulled. */
extern const char mk_schema_kept[], mk_schema_event[], mk_schema_derived[], mk_schema_pulled[];

/* Every table of a server's store (a name NULL ends it). column: by which one it is
 * spread over machines (mk_db_spread), NULL: a copy on each; line: what the role
 * mk_line may do besides reading. And what spread tables have besides. */
struct mk_table {
	const char *name, *column, *line;
};
extern const struct mk_table mk_schema_tables[];
extern const char mk_schema_spread_more[];

/* Bytes of what is looked for by an index: a server's takes about 2700. */
#define MK_NAME_MAX 2000
/* what: of an item, …. 0, MK_EDATA. */
int mk_name_fits(const char *what, size_t n, struct mk_err *e);

#define MK_ORIGIN_LEN 16	/* lower-case hex digits */
#define MK_EVENT_ID(origin, seq) ((int64_t)(origin) << 40 | (seq))
#define MK_EVENT_ORIGIN(id) ((id) >> 40)
#define MK_EVENT_SEQ(id) ((id) & (((int64_t)1 << 40) - 1))

/* The end of an origin's chain. */
struct mk_chain {
	int64_t id;			/* number of the origin; 1 is the store's own */
	char name[MK_ORIGIN_LEN + 1];	/* "": none */
	int64_t seq;
	unsigned char head[MK_SHA256_LEN];
	bool moved;			/* since it was read */
};

/* How far each origin is, by its number. */
struct mk_replay {
	int64_t *upto;
	size_t n;
};

struct mk_store {
	struct mk_db *db;
	const struct mk_conf *conf;
	char origin[MK_ORIGIN_LEN + 1];
	char *hiwater;		/* path of the high-water file */
	struct mk_buf line, out;	/* scratch of events.c */
	struct mk_scratch *scratch;
	/* inside a write transaction: its own chain, and the one that is taken in */
	struct mk_chain own, other;
	int64_t known;		/* own.seq when our last transaction ended, if it added to no
				 * other chain; else -1 */
	struct mk_chain left[2];	/* own and other as it left them; no name: not known */
	int64_t arriving;	/* the origin of the event before, in this transaction; 0 */
	const struct mk_replay *replay;	/* keep.c: events that were not derived again yet are
				 * as if they were not there; NULL */
	bool made_one;		/* names.c: the last item asked for was new */
	struct mk_current *cur, *one;	/* state.c: the item at hand; one that is not held */
	struct mk_states *states;	/* state.c: those held */
	struct mk_ahead *ahead;	/* ahead.c */
	struct mk_index *ix;	/* index.c */
	struct mk_asking *asking;	/* ask.c */
	struct mk_soon *soon;	/* soon.c */
};

/* mk_store_open whatever the version, which is appended. */
int mk_store_open_any(struct mk_store **st, const char *path, const struct mk_conf *conf,
	struct mk_buf *version, struct mk_err *e);

/* meta: text values by key. 1, 0 if there is none, -1. */
int mk_meta_get(struct mk_db *db, const char *key, struct mk_buf *out, struct mk_err *e);

/* Spell the tables as the store has them; whether the server has the extension Citus: 1,
 * 0, -1. */
int mk_schema_kind(struct mk_store *st, struct mk_err *e);
int mk_schema_citus(struct mk_db *db, struct mk_err *e);

/* Tables were made anew: the roles may do with them what they could (roles.c). */
int mk_roles_again(struct mk_store *st, struct mk_err *e);

/* Set a key of meta to a number, and get one: 0, -1 (also if it is not there). */
int mk_meta_set_int(struct mk_db *db, const char *key, int64_t val, struct mk_err *e);
int mk_meta_get_int(struct mk_db *db, const char *key, int64_t *val, struct mk_err *e);

/* ---- names.c ---- */

/* The number of the item that is named so; made if make. 1, 2 if it was made just now,
 * 0 if there is none, -1. */
int mk_item_id(struct mk_store *st, const char *name, size_t n, bool make, int64_t *id,
	struct mk_err *e);

/* The names of n items, by number; those that are not there are left out. */
int mk_item_names(struct mk_store *st, const int64_t *item, size_t n, mk_ask_item_each *each,
	void *arg, struct mk_err *e);

/* The last bytes of a name that are whole characters, blanks before them: always
 * MK_TAIL bytes, so that tails compare place by place. */
#define MK_TAIL 8
void mk_item_tail(const char *name, size_t n, char out[MK_TAIL]);

/* Whether the item was ever made void: 1, 0, -1. */
int mk_item_voided(struct mk_store *st, int64_t item, struct mk_err *e);

/* Make b the least text behind all that begin with it, in the order of bytes: 1, 0 if
 * there is none, -1. */
int mk_text_behind(struct mk_buf *b, struct mk_err *e);

/* Append to out the name (escaped) under which rec is stored: its id, else its
 * arrival. MK_EDATA if it has neither. */
int mk_item_name(const struct mk_rec *rec, struct mk_buf *out, struct mk_err *e);

/* Append a value as it is spelt on a line: if it could stand there it is itself. */
int mk_spell(const char *s, size_t n, struct mk_buf *out, struct mk_err *e);

/* ---- events.c ---- */

/* Store the event of one step of rec, inside the caller's transaction. 1: stored,
 * 0: was there already, 2: stored, and in conflict with another of the same
 * time, -1. */
int mk_event_put(struct mk_store *st, const struct mk_rec *rec, const char *step,
	const struct mk_time *now, struct mk_err *e);

/* Append an event as it is exported and hashed, without LF. */
int mk_event_export(struct mk_buf *out, const char *line, size_t n, const char *origin,
	int64_t seq, const char *recorded, const unsigned char prev[MK_SHA256_LEN],
	struct mk_err *e);

/* Free what asking holds. */
void mk_asking_free(struct mk_store *st);

/* ---- the high-water file: how many reservations were ever committed, and how many
 * numbers they were ---- */

/* Append the path that it has, or would have; its folder is made. */
int mk_state_file(const char *state, const char *origin, struct mk_buf *out, struct mk_err *e);

struct mk_hiwater {
	uint64_t reservations, numbers;
};

/* Make it, holding h. The path must not be there. */
int mk_hiwater_make(const char *path, const char *origin, const struct mk_hiwater *h,
	struct mk_err *e);
/* Open it under an exclusive lock and read it. The descriptor, or -1. */
int mk_hiwater_lock(const char *path, const char *origin, struct mk_hiwater *h,
	struct mk_err *e);
/* Write h and sync it. */
int mk_hiwater_write(int fd, const char *path, const char *origin, const struct mk_hiwater *h,
	struct mk_err *e);

#endif
