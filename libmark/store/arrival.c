/* In which order the events of several origins came in. */
#include <stdlib.h>
#include <string.h>

#include "store/events.h"

int
mk_arrival_note(struct mk_store *st, const struct mk_chain *c, int64_t seq, struct mk_err *e)
{
	if (st->arriving == c->id)
		return 0;
	st->arriving = c->id;
	return mk_db_run(st->db, NULL, e, "INSERT INTO arrival(origin, first) SELECT "
		"CAST(? AS BIGINT), CAST(? AS BIGINT) WHERE NOT EXISTS (SELECT 1 FROM arrival WHERE "
		"no = (SELECT MAX(no) FROM arrival) AND origin = ?)", "iii", c->id, seq, c->id);
}

/* The stretch behind no: 1, 0 there is none, -1. */
static int
next(struct mk_store *st, int64_t *no, int64_t *origin, int64_t *first, struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT no, origin, first FROM arrival WHERE no > ? "
	    "ORDER BY no LIMIT 1", "i", *no) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		*no = mk_rows_int(&rows, 0);
		*origin = mk_rows_int(&rows, 1);
		*first = mk_rows_int(&rows, 2);
	}
	mk_rows_done(&rows);
	return r;
}

int
mk_arrival_each(struct mk_store *st, mk_arrival_stretch *each, void *arg, struct mk_err *e)
{
	int64_t no = 0, origin = 0, first = 0, behind;
	int r, more;

	/* each stretch ends where the next one of its origin begins: all is there if the
	 * first events are */
	if (mk_db_value(st->db, &behind, e, "SELECT COUNT(*) FROM origin o WHERE o.seq > 0 AND "
	    "NOT EXISTS (SELECT 1 FROM arrival a WHERE a.origin = o.id AND a.first = 1)", "") == -1)
		return -1;
	if (behind > 0)
		return mk_err(e, MK_EINTEGRITY, "the store has lost in which order its origins came: "
			"take its backup, or add the origins' own exports to a new one");
	while ((r = next(st, &no, &origin, &first, e)) == 1) {
		more = mk_db_value(st->db, &behind, e, "SELECT first FROM arrival WHERE no > ? AND "
			"origin = ? ORDER BY no LIMIT 1", "ii", no, origin);
		if (more == 0)
			behind = MK_EVENT_SEQ(-1);
		if (more == -1 || each(arg, MK_EVENT_ID(origin, first), MK_EVENT_ID(origin, behind) - 1,
		    e) == -1)
			return -1;
	}
	return r;
}
