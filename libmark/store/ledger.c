/* Reserving numbers. Order: commit, sync the high-water file, and only then is a
 * number the caller's. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "store/pools.h"
#include "store/schema.h"

/* Where a pool stands. */
struct standing {
	int64_t id, epoch, skip;
	bool skips;	/* the period is one whose counter begins at skip */
};

/* 1, 0 if there is no such pool, -1. */
static int
find_pool(struct mk_store *st, const char *name, const char *period, struct standing *p,
	struct mk_err *e)
{
	struct mk_rows rows;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT id, epoch, skip, ? <= skip_until FROM pool "
	    "WHERE name = ?", "ss", period, name) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		p->id = mk_rows_int(&rows, 0);
		p->epoch = mk_rows_int(&rows, 1);
		p->skip = mk_rows_int(&rows, 2);
		p->skips = mk_rows_int(&rows, 3) != 0;
	}
	mk_rows_done(&rows);
	return r == 0 ? mk_err(e, MK_EUSAGE, "no pool '%s': mk-serial define makes one", name) : r;
}

/* The next index of a period; *fresh: it has no counter yet. */
static int
next_of(struct mk_store *st, const struct standing *p, const char *period, int64_t *next,
	bool *fresh, struct mk_err *e)
{
	int r = mk_db_value(st->db, next, e, "SELECT next FROM counter WHERE pool = ? AND "
		"period = ?", "is", p->id, period);

	*fresh = r == 0;
	if (r == 0)
		*next = p->skips ? p->skip : 0;
	return r == -1 ? -1 : 0;
}

int
mk_store_pool_next(struct mk_store *st, const char *name, const char *period, uint64_t *next,
	struct mk_err *e)
{
	struct standing p;
	int64_t n;
	bool fresh;

	if (find_pool(st, name, period, &p, e) == -1 ||
	    next_of(st, &p, period, &n, &fresh, e) == -1)
		return -1;
	*next = (uint64_t)n;
	return 0;
}

/* An order that had its numbers: they are given again. 1, 0 if it had none, -1. */
static int
had_before(struct mk_store *st, const struct standing *p, struct mk_reserve *r, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int got, i;

	if (r->once == NULL)
		return 0;
	if (mk_db_query(st->db, &rows, e, "SELECT first, count, stem, fields, period FROM issue "
	    "WHERE pool = ? AND once = ?", "is", p->id, r->once) == -1)
		return -1;
	got = mk_rows_next(&rows, e);
	if (got == 1) {
		r->first = (uint64_t)mk_rows_int(&rows, 0);
		r->count = (uint64_t)mk_rows_int(&rows, 1);
		r->again = true;
		r->text.n = 0;
		for (i = 2; got == 1 && i < 5; i++) {
			s = mk_rows_text(&rows, i, &n);
			if (mk_buf_add(&r->text, s, n, e) == -1 ||
			    mk_buf_addc(&r->text, '\0', e) == -1)
				got = -1;
		}
	}
	mk_rows_done(&rows);
	return got;
}

/* Record the range: it goes into the row before it if they touch and are equal. */
static int
record(struct mk_store *st, const struct standing *p, const struct mk_reserve *r,
	const char *time, struct mk_err *e)
{
	int64_t changed = 0, first = (int64_t)r->first, count = (int64_t)r->count;

	if (r->once == NULL && mk_db_run(st->db, &changed, e, "UPDATE issue SET "
	    "count = count + ?, last = ? WHERE id = (SELECT id FROM issue WHERE pool = ? AND "
	    "period = ? AND first < ? ORDER BY first DESC LIMIT 1) AND first + count = ? AND "
	    "stem = ? AND fields = ? AND once IS NULL", "isisiiss", count, time, p->id, r->period,
	    first, first, r->stem, r->fields) == -1)
		return -1;
	if (changed == 1)
		return 0;
	return mk_db_run(st->db, NULL, e, "INSERT INTO issue(pool, period, first, count, stem, "
		"fields, time, last, once) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r->once == NULL ? "isiissssn" : "isiisssss", p->id, r->period, first, count, r->stem,
		r->fields, time, time, r->once);
}

/* Inside a transaction: one range. 1 if numbers were taken, 0, -1. */
static int
take(struct mk_store *st, struct mk_reserve *r, const char *time, const char *day,
	int64_t epoch, struct mk_err *e)
{
	struct standing p;
	int64_t next;
	bool fresh;
	int had;

	if (find_pool(st, r->pool, r->period, &p, e) == -1)
		return -1;
	if ((had = had_before(st, &p, r, e)) != 0)
		return had == 1 ? 0 : -1;
	if (p.epoch < epoch)
		return mk_err(e, MK_EINTEGRITY, "pool %s: the store was restored and this pool was "
			"not told where to go on: see --after-restore in mk-serial(1)", r->pool);
	if (next_of(st, &p, r->period, &next, &fresh, e) == -1)
		return -1;
	r->first = (uint64_t)next;
	if (r->first > r->total || r->count > r->total - r->first)
		return mk_err(e, MK_EDATA, "pool %s: %" PRIu64 " numbers are asked for, %" PRIu64
			" of %" PRIu64 " are left", r->pool, r->count,
			r->first > r->total ? 0 : r->total - r->first, r->total);
	if (r->first + r->count > r->most)
		return mk_err(e, MK_EDATA, "pool %s: %" PRIu64 " numbers are asked for, %" PRIu64
			" are left before %s", r->pool, r->count,
			r->first > r->most ? 0 : r->most - r->first, r->why);
	if (mk_db_run(st->db, NULL, e, "INSERT INTO counter(pool, period, next) VALUES(?, ?, ?) "
	    "ON CONFLICT(pool, period) DO UPDATE SET next = excluded.next", "isi", p.id, r->period,
	    next + (int64_t)r->count) == -1 ||
	    mk_db_run(st->db, NULL, e, "INSERT INTO pool_day(pool, day, count) VALUES(?, ?, ?) "
	    "ON CONFLICT(pool, day) DO UPDATE SET count = count + excluded.count", "isi", p.id, day,
	    (int64_t)r->count) == -1 || record(st, &p, r, time, e) == -1)
		return -1;
	return 1;
}

/* What the store has committed. */
static int
committed(struct mk_store *st, struct mk_hiwater *h, struct mk_err *e)
{
	int64_t a, b;

	if (mk_meta_get_int(st->db, "reservations", &a, e) == -1 ||
	    mk_meta_get_int(st->db, "numbers", &b, e) == -1)
		return -1;
	h->reservations = (uint64_t)a;
	h->numbers = (uint64_t)b;
	return 0;
}

static int
commit_counts(struct mk_store *st, const struct mk_hiwater *h, struct mk_err *e)
{
	if (mk_meta_set_int(st->db, "reservations", (int64_t)h->reservations, e) == -1)
		return -1;
	return mk_meta_set_int(st->db, "numbers", (int64_t)h->numbers, e);
}

static int
behind(const struct mk_hiwater *now, const struct mk_hiwater *file, struct mk_err *e)
{
	return mk_err(e, MK_EINTEGRITY, "the store is behind its high-water file (%" PRIu64 " of %"
		PRIu64 " reservations): it was copied back from earlier, numbers would be issued "
		"twice: see --after-restore in mk-serial(1)", now->reservations, file->reservations);
}

/* Inside a transaction: all ranges, and the counts that the file will get. */
static int
take_all(struct mk_store *st, struct mk_reserve *r, size_t n, const struct mk_time *t,
	const char *day, const struct mk_hiwater *file, struct mk_hiwater *now, struct mk_err *e)
{
	char time[MK_TIME_LEN];
	int64_t epoch;
	size_t i;
	int got;

	mk_time_format(t, time);
	if (committed(st, now, e) == -1 || mk_meta_get_int(st->db, "epoch", &epoch, e) == -1)
		return -1;
	if (now->reservations < file->reservations)
		return behind(now, file, e);
	for (i = 0; i < n; i++) {
		if ((got = take(st, &r[i], time, day, epoch, e)) == -1)
			return -1;
		now->numbers += got == 1 ? r[i].count : 0;
	}
	now->reservations++;
	return commit_counts(st, now, e);
}

int
mk_store_reserve(struct mk_store *st, struct mk_reserve *r, size_t n, const struct mk_time *t,
	const char *day, struct mk_err *e)
{
	struct mk_hiwater file, now;
	int k = -1, fd;

	if (*st->hiwater == '\0')
		return mk_err(e, MK_EUSAGE, "a central store issues nothing, it lends (mk-serial alloc): "
			"name the line's own store");
	fd = mk_hiwater_lock(st->hiwater, st->origin, &file, e);
	if (fd == -1)
		return -1;
	if (mk_db_begin(st->db, e) == 0) {
		k = take_all(st, r, n, t, day, &file, &now, e);
		if (k == 0)
			k = mk_db_commit(st->db, e);
		mk_db_rollback(st->db);
	}
	if (k == 0)
		k = mk_hiwater_write(fd, st->hiwater, st->origin, &now, e);
	(void)close(fd);
	return k;
}

int
mk_store_hiwater(struct mk_store *st, const char **path, struct mk_err *e)
{
	struct mk_hiwater file, now;
	int fd, r;

	*path = *st->hiwater == '\0' ? NULL : st->hiwater;
	if (*path == NULL)
		return 0;
	if ((fd = mk_hiwater_lock(*path, st->origin, &file, e)) == -1)
		return -1;
	if ((r = committed(st, &now, e)) == 0 && now.reservations < file.reservations)
		r = behind(&now, &file, e);
	(void)close(fd);
	return r;
}

/* ---- after a restore ---- */

/* The store is behind, or the file was gone: a new epoch, in which every pool must be
 * told anew. lost: how many numbers, -1 if nobody knows. */
static int
new_epoch(struct mk_store *st, int64_t lost, struct mk_err *e)
{
	int64_t epoch;

	if (mk_meta_get_int(st->db, "epoch", &epoch, e) == -1 ||
	    mk_meta_set_int(st->db, "epoch", epoch + 1, e) == -1)
		return -1;
	return mk_meta_set_int(st->db, "lost", lost, e);
}

/* Let one pool go on. */
static int
tell(struct mk_store *st, const char *name, int64_t floor, const char *until, struct mk_err *e)
{
	int64_t epoch, lost;
	struct standing p;

	if (find_pool(st, name, "", &p, e) == -1 ||
	    mk_meta_get_int(st->db, "epoch", &epoch, e) == -1 ||
	    mk_meta_get_int(st->db, "lost", &lost, e) == -1)
		return -1;
	if (floor < 0 && p.epoch == epoch)
		return 0;	/* nothing was lost since it was told */
	if (floor < 0 && lost < 0)
		return mk_err(e, MK_EUSAGE, "pool %s: the high-water file was gone, so nobody knows "
			"how many numbers are lost: say --after-restore=FLOOR, a number beyond all "
			"that were ever issued", name);
	if (floor < 0) {
		if (mk_db_run(st->db, NULL, e, "UPDATE counter SET next = next + ? WHERE pool = ?",
		    "ii", lost, p.id) == -1)
			return -1;
		floor = lost;
	} else if (mk_db_run(st->db, NULL, e, "UPDATE counter SET next = ? WHERE next < ? "
	    "AND pool = ? AND period <= ?", "iiis", floor, floor, p.id, until) == -1)
		return -1;
	return mk_db_run(st->db, NULL, e, "UPDATE pool SET epoch = ?, skip = ?, skip_until = ? "
		"WHERE id = ?", "iisi", epoch, floor, until, p.id);
}

static int
restore(struct mk_store *st, const char *name, int64_t floor, const char *until, bool gone,
	const struct mk_hiwater *file, struct mk_hiwater *now, struct mk_err *e)
{
	if (committed(st, now, e) == -1)
		return -1;
	if (gone) {
		if (new_epoch(st, -1, e) == -1)
			return -1;
	} else if (now->reservations < file->reservations) {
		if (new_epoch(st, (int64_t)(file->numbers - now->numbers), e) == -1)
			return -1;
		*now = *file;
	}
	now->reservations++;
	if (commit_counts(st, now, e) == -1)
		return -1;
	return tell(st, name, floor, until, e);
}

int
mk_store_after_restore(struct mk_store *st, const char *name, int64_t floor, const char *until,
	struct mk_err *e)
{
	struct mk_hiwater file = {0}, now;
	bool gone = access(st->hiwater, F_OK) == -1;
	int r = -1, fd;

	if (gone && floor < 0)
		return mk_err(e, MK_EUSAGE, "%s: the high-water file is gone, so nobody knows how many "
			"numbers are lost: say --after-restore=FLOOR, a number beyond all that were "
			"ever issued", st->hiwater);
	/* the new file comes last: until it is there, every take is refused */
	fd = gone ? -1 : mk_hiwater_lock(st->hiwater, st->origin, &file, e);
	if (!gone && fd == -1)
		return -1;
	if (mk_db_begin(st->db, e) == 0) {
		r = restore(st, name, floor, until, gone, &file, &now, e);
		if (r == 0)
			r = mk_db_commit(st->db, e);
		mk_db_rollback(st->db);
	}
	if (r == 0)
		r = gone ? mk_hiwater_make(st->hiwater, st->origin, &now, e)
			: mk_hiwater_write(fd, st->hiwater, st->origin, &now, e);
	if (fd != -1)
		(void)close(fd);
	return r;
}
