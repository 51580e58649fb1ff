#include "store/push.h"

#include <stdio.h>
#include <string.h>

#include "store/ahead.h"
#include "store/events.h"

/* An origin of this store: where its chain ends. */
static int
here(struct mk_store *st, int64_t after, struct mk_chain *c, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT id, name, seq, head FROM origin WHERE id > ? "
	    "ORDER BY id LIMIT 1", "i", after) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		c->id = mk_rows_int(&rows, 0);
		s = mk_rows_text(&rows, 1, &n);
		(void)snprintf(c->name, sizeof c->name, "%.*s", (int)n, s);
		c->seq = mk_rows_int(&rows, 2);
		s = mk_rows_text(&rows, 3, &n);
		if (n == sizeof c->head)
			memcpy(c->head, s, n);
		else
			r = mk_err(e, MK_EINTEGRITY, "the store has lost the head of the chain %s",
				c->name);
	}
	mk_rows_done(&rows);
	return r;
}

/* How far the other side is with it; nothing is held. */
static int
there(struct mk_store *to, const char *name, struct mk_chain *c, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	memset(c, 0, sizeof *c);
	if (mk_db_query(to->db, &rows, e, "SELECT seq, head FROM origin WHERE name = ?", "s",
	    name) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		c->seq = mk_rows_int(&rows, 0);
		s = mk_rows_text(&rows, 1, &n);
		if (n == sizeof c->head)
			memcpy(c->head, s, n);
	}
	mk_rows_done(&rows);
	return r == -1 ? -1 : 0;
}

/* Whether what the other side has is what this store once was. */
static int
agree(struct mk_store *from, const struct mk_chain *mine, const struct mk_chain *theirs,
	struct mk_err *e)
{
	const unsigned char *head = mine->head;
	struct mk_rows rows;
	size_t n = sizeof mine->head;
	int r = 1;

	if (theirs->seq > mine->seq)
		return mk_err(e, MK_EINTEGRITY, "the other store has %lld events of %s, this one %lld: "
			"this one was copied back from earlier: bring it up to date from there "
			"(mk-trace export, add)", (long long)theirs->seq, mine->name,
			(long long)mine->seq);
	rows.stmt = NULL;
	if (theirs->seq < mine->seq) {
		r = -1;
		if (mk_db_query(from->db, &rows, e, "SELECT prev FROM event WHERE id = ?", "i",
		    MK_EVENT_ID(mine->id, theirs->seq + 1)) == 0 &&
		    (r = mk_rows_next(&rows, e)) == 1)
			head = (const unsigned char *)mk_rows_text(&rows, 0, &n);
		if (r == 0)
			r = mk_err(e, MK_EINTEGRITY, "event %s/%lld is gone from this store", mine->name,
				(long long)theirs->seq + 1);
	}
	if (r == 1 && (n != sizeof theirs->head || memcmp(head, theirs->head, n) != 0))
		r = mk_err(e, MK_EINTEGRITY, "event %s/%lld is another one in the other store: this "
			"store is a copy, or has one that was written to: stop one of the two",
			mine->name, (long long)theirs->seq);
	if (rows.stmt != NULL)
		mk_rows_done(&rows);
	return r == -1 ? -1 : 0;
}

/* n events behind seq, as they are exported, each with its LF. The number, or -1. */
static int
gather(struct mk_store *from, const struct mk_chain *mine, int64_t seq, size_t n,
	struct mk_buf *out, struct mk_err *e)
{
	char recorded[MK_TIME_LEN];
	struct mk_rows rows;
	struct mk_time t;
	const char *line, *prev;
	size_t len, plen;
	int r = -1, got = 0;

	if (mk_db_query(from->db, &rows, e, "SELECT line, prev, recorded, recorded_off FROM event "
	    "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", "iii", MK_EVENT_ID(mine->id, seq),
	    MK_EVENT_ID(mine->id, mine->seq), (int64_t)n) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			line = mk_rows_text(&rows, 0, &len);
			prev = mk_rows_text(&rows, 1, &plen);
			t.ms = mk_rows_int(&rows, 2);
			t.off = (int)mk_rows_int(&rows, 3);
			mk_time_format(&t, recorded);
			if (plen != MK_SHA256_LEN) {
				r = mk_err(e, MK_EINTEGRITY, "event %s/%lld has lost its chain",
					mine->name, (long long)seq + got + 1);
				break;
			}
			if (mk_event_export(out, line, len, mine->name, seq + got + 1, recorded,
			    (const unsigned char *)prev, e) == -1 || mk_buf_addc(out, '\n', e) == -1) {
				r = -1;
				break;
			}
			got++;
		}
	mk_rows_done(&rows);
	return r == -1 ? -1 : got;
}

/* Store them there, inside a transaction. */
static int
deliver(struct mk_store *to, const struct mk_buf *lines, struct mk_err *e)
{
	const char *p = lines->p, *lf;
	struct mk_rec rec = {0};
	struct mk_time never = {0};
	size_t column, left = lines->n;
	int r = 0;

	while (r != -1 && left > 0 && (lf = memchr(p, '\n', left)) != NULL) {
		r = mk_rec_parse(&rec, p, (size_t)(lf - p), &column, e);
		if (r != -1)
			r = mk_store_add(to, &rec, &never, e);
		left -= (size_t)(lf - p) + 1;
		p = lf + 1;
	}
	mk_rec_clear(&rec);
	return r == -1 ? -1 : 0;
}

/* Whether the other side once had more of this store's own events. */
static int
lost(struct mk_store *from, const struct mk_store *to, const struct mk_chain *theirs,
	struct mk_push *p, struct mk_err *e)
{
	struct mk_buf b = {0};
	int64_t seq = 0;
	int r = mk_meta_get(from->db, "pushed_to", &b, e);

	if (r == 1 && b.n == MK_ORIGIN_LEN && memcmp(b.p, to->origin, b.n) == 0)
		r = mk_meta_get_int(from->db, "pushed", &seq, e);
	mk_buf_clear(&b);
	if (r != -1 && seq > theirs->seq && p->lost_of == 0) {
		p->lost_of = seq;
		p->lost = seq - theirs->seq;
	}
	return r == -1 ? -1 : 0;
}

/* One batch of one origin: the number of events. */
static int
push_origin(struct mk_store *from, struct mk_store *to, const struct mk_chain *mine, size_t n,
	struct mk_push *p, int64_t *behind, struct mk_err *e)
{
	struct mk_chain theirs, now;
	struct mk_buf lines = {0};
	int r, got;

	if (there(to, mine->name, &theirs, e) == -1 || agree(from, mine, &theirs, e) == -1)
		return -1;
	if (strcmp(mine->name, from->origin) == 0 && lost(from, to, &theirs, p, e) == -1)
		return -1;
	*behind = mine->seq - theirs.seq;
	got = *behind == 0 ? 0 : gather(from, mine, theirs.seq, n, &lines, e);
	if (got <= 0) {
		mk_buf_clear(&lines);
		return got;
	}
	r = mk_store_begin(to, e);
	if (r == 0)
		r = there(to, mine->name, &now, e);
	if (r == 0 && (now.seq != theirs.seq || memcmp(now.head, theirs.head, sizeof now.head) != 0)) {
		/* somebody else pushes this origin: look again */
		mk_store_rollback(to);
		mk_buf_clear(&lines);
		return (int)n;
	}
	if (r == 0)
		r = mk_ahead_ask(to, &lines, e);
	if (r == 0)
		r = deliver(to, &lines, e);
	if (r == 0)
		r = mk_store_commit(to, e);
	if (r == -1)
		mk_store_rollback(to);
	else
		*behind -= got;
	mk_buf_clear(&lines);
	return r == -1 ? -1 : got;
}

/* ---- seals ---- */

/* Those of one origin that the other side has not; it has what they seal. */
static int
push_seals(struct mk_store *from, struct mk_store *to, const struct mk_chain *mine, struct mk_err *e)
{
	struct mk_rows rows;
	const char *b[4], *time;
	size_t n[4], tn;
	int64_t number, size = 0;
	int i, r = mk_db_value(to->db, &number, e, "SELECT id FROM origin WHERE name = ?", "s", mine->name);

	if (r != 1)
		return r;
	if (mk_db_value(to->db, &size, e, "SELECT COALESCE(MAX(size), 0) FROM seal WHERE origin = ?", "i",
	    number) == -1)
		return -1;
	r = -1;
	if (mk_db_query(from->db, &rows, e, "SELECT size, time, root, head, pubkey, sig FROM seal WHERE "
	    "origin = ? AND size > ? ORDER BY size", "ii", mine->id, size) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			time = mk_rows_text(&rows, 1, &tn);
			for (i = 0; i < 4; i++)
				b[i] = mk_rows_text(&rows, 2 + i, &n[i]);
			if (mk_db_run(to->db, NULL, e, "INSERT INTO seal(origin, size, time, root, head, pubkey, "
			    "sig) VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(origin, size) DO NOTHING", "iitbbbb",
			    number, mk_rows_int(&rows, 0), time, tn, b[0], n[0], b[1], n[1], b[2], n[2], b[3],
			    n[3]) == -1) {
				r = -1;
				break;
			}
		}
	mk_rows_done(&rows);
	return r;
}

static int
all_seals(struct mk_store *from, struct mk_store *to, struct mk_push *p, struct mk_err *e)
{
	struct mk_chain mine = {0};
	int64_t have = 0;
	int r = mk_db_value(from->db, &have, e, "SELECT COUNT(*) FROM seal", "");

	if (r == -1 || have == p->seals)
		return r == -1 ? -1 : 0;
	while ((r = here(from, mine.id, &mine, e)) == 1)
		if (strcmp(mine.name, to->origin) != 0 && push_seals(from, to, &mine, e) == -1)
			return -1;
	if (r == 0)
		p->seals = have;
	return r;
}

int
mk_store_push(struct mk_store *from, struct mk_store *to, size_t n, struct mk_push *p,
	struct mk_err *e)
{
	struct mk_chain mine = {0};
	int64_t behind;
	int r, got, more = 0;

	if (strcmp(from->origin, to->origin) == 0)
		return mk_err(e, MK_EUSAGE, "a store is not pushed into itself, nor into a copy of it");
	p->behind = 0;
	while ((r = here(from, mine.id, &mine, e)) == 1) {
		if (strcmp(mine.name, to->origin) == 0)
			continue;
		if ((got = push_origin(from, to, &mine, n, p, &behind, e)) == -1)
			return -1;
		p->sent += got;
		p->behind += behind;
		if (strcmp(mine.name, from->origin) == 0)
			p->seq = mine.seq - behind;
		more = more || behind > 0;
	}
	if (r == 0 && !more)
		r = all_seals(from, to, p, e);
	return r == -1 ? -1 : more;
}

/* ---- what this store remembers of it ---- */

int
mk_store_pushed(struct mk_store *from, const struct mk_store *to, int64_t seq,
	const struct mk_time *t, struct mk_err *e)
{
	int r;

	if (mk_db_begin(from->db, e) == -1)
		return -1;
	r = mk_db_run(from->db, NULL, e, "INSERT INTO meta(key, value) VALUES('pushed_to', ?) "
		"ON CONFLICT(key) DO UPDATE SET value = excluded.value", "s", to->origin);
	if (r == 0)
		r = mk_meta_set_int(from->db, "pushed", seq, e);
	if (r == 0)
		r = mk_meta_set_int(from->db, "pushed_ms", t->ms, e);
	if (r == 0)
		r = mk_db_commit(from->db, e);
	mk_db_rollback(from->db);
	return r;
}

int
mk_store_push_state(struct mk_store *from, int64_t *behind, struct mk_time *at, struct mk_err *e)
{
	struct mk_buf b = {0};
	struct mk_chain mine = {0};
	int64_t seq;
	int r = mk_meta_get(from->db, "pushed", &b, e);

	mk_buf_clear(&b);
	if (r != 1)
		return r;
	if (mk_meta_get_int(from->db, "pushed", &seq, e) == -1 ||
	    mk_meta_get_int(from->db, "pushed_ms", &at->ms, e) == -1 ||
	    here(from, 0, &mine, e) != 1)
		return -1;
	at->off = 0;
	*behind = mine.seq - seq;
	return 1;
}
