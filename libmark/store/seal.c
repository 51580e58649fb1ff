/* Exports, seals, proofs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/num.h"
#include "store/events.h"
#include "store/seal.h"

#define PIECE 2000
#define NODE_LEVEL 8	/* subtrees from 256 leaves on are kept */

/* ---- exports ---- */

struct piece {
	struct mk_buf text;
	struct {
		int64_t id;
		size_t n;
	} ev[PIECE];
	size_t n;
};

/* Read events from *id (inclusive) on to last into p. */
static int
read_piece(struct mk_store *st, struct piece *p, int64_t from, int64_t last, const char *origin,
	struct mk_err *e)
{
	unsigned char prev[MK_SHA256_LEN];
	char recorded[MK_TIME_LEN];
	struct mk_rows rows;
	struct mk_time t;
	const char *s, *h;
	size_t n, hn, at;
	int r = -1;

	p->n = p->text.n = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT id, recorded, recorded_off, prev, line FROM event "
	    "WHERE id >= ? AND id <= ? ORDER BY id LIMIT 2000", "ii", from, last) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			t.ms = mk_rows_int(&rows, 1);
			t.off = (int)mk_rows_int(&rows, 2);
			h = mk_rows_text(&rows, 3, &hn);
			memset(prev, 0, sizeof prev);
			memcpy(prev, h, hn < sizeof prev ? hn : sizeof prev);
			s = mk_rows_text(&rows, 4, &n);
			mk_time_format(&t, recorded);
			p->ev[p->n].id = mk_rows_int(&rows, 0);
			at = p->text.n;
			if (mk_event_export(&p->text, s, n, origin, MK_EVENT_SEQ(p->ev[p->n].id), recorded,
			    prev, e) == -1) {
				r = -1;
				break;
			}
			p->ev[p->n++].n = p->text.n - at;
			if (p->text.n > 8u << 20)
				break;
		}
	mk_rows_done(&rows);
	return r == -1 ? -1 : 0;
}

/* Each event of one origin in [from, to]. */
static int
export_range(struct mk_store *st, const char *origin, int64_t from, int64_t to,
	mk_export_each *each, void *arg, struct mk_err *e)
{
	struct piece *p = calloc(1, sizeof *p);
	const char *s;
	size_t i;
	int r = 0;

	if (p == NULL)
		return mk_err_nomem(e);
	while (r == 0 && from <= to && (r = read_piece(st, p, from, to, origin, e)) == 0 && p->n > 0) {
		for (i = 0, s = p->text.p; r == 0 && i < p->n; s += p->ev[i++].n)
			r = each(arg, p->ev[i].id, s, p->ev[i].n, e);
		from = p->ev[p->n - 1].id + 1;
	}
	mk_buf_clear(&p->text);
	free(p);
	return r;
}

struct exporting {
	struct mk_store *st;
	mk_export_each *each;
	void *arg;
};

static int
export_stretch(void *arg, int64_t first, int64_t last, struct mk_err *e)
{
	struct exporting *x = arg;
	char name[MK_ORIGIN_LEN + 1];
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(x->st->db, &rows, e, "SELECT name FROM origin WHERE id = ?", "i",
	    MK_EVENT_ORIGIN(first)) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		(void)snprintf(name, sizeof name, "%.*s", (int)n, s);
	}
	mk_rows_done(&rows);
	return r != 1 ? r : export_range(x->st, name, first, last, x->each, x->arg, e);
}

int
mk_store_export(struct mk_store *st, int64_t after, mk_export_each *each, void *arg,
	struct mk_err *e)
{
	struct exporting x = { st, each, arg };

	if (after != 0)
		return export_stretch(&x, after + 1, MK_EVENT_ID(MK_EVENT_ORIGIN(after) + 1, 0) - 1, e);
	return mk_arrival_each(st, export_stretch, &x, e);
}

/* ---- the tree ---- */

static int
get_node(struct mk_store *st, int level, uint64_t pos, mk_hash out, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT hash FROM node WHERE origin = 1 AND level = ? AND "
	    "pos = ?", "ii", (int64_t)level, (int64_t)pos) == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		if (n == sizeof(mk_hash))
			memcpy(out, s, n);
		else
			r = 0;
	}
	mk_rows_done(&rows);
	return r;
}

static int
grow(void *arg, int64_t id, const char *line, size_t n, struct mk_err *e)
{
	mk_hash leaf;

	(void)id;
	if (mk_merkle_leaf(line, n, leaf, e) == -1)
		return -1;
	return mk_merkle_add(arg, leaf, NULL, NULL, e);
}

/* mk_merkle_get over the store: kept nodes, and what lies below them from the events. */
static int
subtree(void *arg, int level, uint64_t pos, mk_hash out, struct mk_err *e)
{
	struct mk_store *st = arg;
	struct mk_merkle t = {0};
	int64_t first = (int64_t)(pos << level) + 1, last = first + ((int64_t)1 << level) - 1;
	int r;

	if (level >= NODE_LEVEL) {
		r = get_node(st, level, pos, out, e);
		return r == 0 ? mk_err(e, MK_EINTEGRITY, "the store has lost a node of its seals") :
			r == 1 ? 0 : -1;
	}
	if (export_range(st, st->origin, MK_EVENT_ID(1, first), MK_EVENT_ID(1, last), grow, &t, e) == -1)
		return -1;
	if (t.size != (uint64_t)1 << level)
		return mk_err(e, MK_EINTEGRITY, "events are missing: mk-trace audit");
	return mk_merkle_root(&t, out, e);
}

struct growth {
	struct mk_store *st;
	struct mk_merkle tree;
	mk_hash head;
	int pending;	/* nodes in the open transaction */
};

static int
keep_node(void *arg, int level, uint64_t pos, const mk_hash h, struct mk_err *e)
{
	struct growth *g = arg;

	if (level < NODE_LEVEL)
		return 0;
	if (g->pending == 0 && mk_db_begin(g->st->db, e) == -1)
		return -1;
	if (mk_db_run(g->st->db, NULL, e, "INSERT INTO node(origin, level, pos, hash) VALUES(1, ?, ?, ?) "
	    "ON CONFLICT(origin, level, pos) DO UPDATE SET hash = excluded.hash", "iib",
	    (int64_t)level, (int64_t)pos, h, sizeof(mk_hash)) == -1) {
		mk_db_rollback(g->st->db);
		return -1;
	}
	g->pending++;
	return 0;
}

static int
grow_kept(void *arg, int64_t id, const char *line, size_t n, struct mk_err *e)
{
	struct growth *g = arg;
	mk_hash leaf;

	(void)id;
	if (mk_merkle_leaf(line, n, leaf, e) == -1 || mk_sha256(line, n, g->head, e) == -1 ||
	    mk_merkle_add(&g->tree, leaf, keep_node, g, e) == -1)
		return -1;
	/* nodes are few; none is left open while events are read */
	if (g->pending > 0) {
		g->pending = 0;
		return mk_db_commit(g->st->db, e);
	}
	return 0;
}

/* The tree of the first `size` (a multiple of 256) events, from kept nodes. */
static int
regrow(struct mk_store *st, struct mk_merkle *t, uint64_t size, struct mk_err *e)
{
	uint64_t at = 0;
	int level, r;

	memset(t, 0, sizeof *t);
	for (level = 62; level >= NODE_LEVEL; level--)
		if ((size >> level & 1) != 0) {
			r = get_node(st, level, at >> level, t->peak[t->n], e);
			if (r != 1)
				return r == -1 ? -1 : mk_err(e, MK_EINTEGRITY,
					"the store has lost a node of its seals");
			t->n++;
			at += (uint64_t)1 << level;
		}
	t->size = size;
	return 0;
}

/* ---- seals ---- */

static int
signed_text(const struct mk_seal *s, struct mk_buf *out, struct mk_err *e)
{
	char root[2 * sizeof(mk_hash) + 1], head[2 * sizeof(mk_hash) + 1];

	mk_hex(s->root, sizeof s->root, root);
	mk_hex(s->head, sizeof s->head, head);
	return mk_buf_addf(out, e, "seal_origin:%s\tseal_size:%lld\tseal_time:%s\tseal_root:%s\t"
		"seal_head:%s", s->origin, (long long)s->size, s->time, root, head);
}

int
mk_seal_line(const struct mk_seal *s, struct mk_buf *out, struct mk_err *e)
{
	char key[2 * MK_KEY_LEN + 1], sig[2 * MK_SIG_LEN + 1];

	mk_hex(s->key, sizeof s->key, key);
	mk_hex(s->sig, sizeof s->sig, sig);
	if (signed_text(s, out, e) == -1)
		return -1;
	return mk_buf_addf(out, e, "\tseal_key:%s\tseal_sig:%s", key, sig);
}

static int
hex_field(const struct mk_rec *rec, const char *key, unsigned char *out, size_t n)
{
	const struct mk_field *f = mk_rec_get(rec, key);

	return f != NULL && f->vlen == 2 * n ? mk_unhex(f->val, n, out) : -1;
}

int
mk_seal_read(struct mk_seal *s, const char *line, size_t n, struct mk_err *e)
{
	const struct mk_field *origin, *size, *time;
	struct mk_buf again = {0};
	struct mk_rec rec = {0};
	struct mk_err no;
	size_t column;
	int r = -1;

	memset(s, 0, sizeof *s);
	if (mk_rec_parse(&rec, line, n, &column, &no) == -1 ||
	    (origin = mk_rec_get(&rec, "seal_origin")) == NULL || origin->vlen != MK_ORIGIN_LEN ||
	    (size = mk_rec_get(&rec, "seal_size")) == NULL ||
	    mk_num_i64(size->val, size->vlen, 1, INT64_MAX, &s->size, &no) == -1 ||
	    (time = mk_rec_get(&rec, "seal_time")) == NULL || time->vlen >= sizeof s->time ||
	    hex_field(&rec, "seal_root", s->root, sizeof s->root) == -1 ||
	    hex_field(&rec, "seal_head", s->head, sizeof s->head) == -1 ||
	    hex_field(&rec, "seal_key", s->key, sizeof s->key) == -1 ||
	    hex_field(&rec, "seal_sig", s->sig, sizeof s->sig) == -1) {
		mk_err(e, MK_EDATA, "no seal: a line of mk-trace seal is wanted");
		goto out;
	}
	memcpy(s->origin, origin->val, MK_ORIGIN_LEN);
	memcpy(s->time, time->val, time->vlen);
	if (signed_text(s, &again, e) == -1)
		goto out;
	r = mk_verify(s->key, again.p, again.n, s->sig, e);
	if (r == 0)
		mk_err(e, MK_EINTEGRITY, "the seal's signature is not good: it was altered");
	r = r == 1 ? 0 : -1;
out:
	mk_rec_clear(&rec);
	mk_buf_clear(&again);
	return r;
}

int
mk_store_last_seal(struct mk_store *st, struct mk_seal *s, struct mk_err *e)
{
	struct mk_rows rows;
	int i, r = -1;

	memset(s, 0, sizeof *s);
	memcpy(s->origin, st->origin, MK_ORIGIN_LEN);
	if (mk_db_query(st->db, &rows, e, "SELECT size, time, root, head, pubkey, sig FROM seal WHERE "
	    "origin = 1 ORDER BY size DESC LIMIT 1", "") == 0 && (r = mk_rows_next(&rows, e)) == 1) {
		unsigned char *to[] = { s->root, s->head, s->key, s->sig };
		const size_t len[] = { sizeof s->root, sizeof s->head, sizeof s->key, sizeof s->sig };
		const char *p;
		size_t n;

		s->size = mk_rows_int(&rows, 0);
		p = mk_rows_text(&rows, 1, &n);
		memcpy(s->time, p, n < sizeof s->time ? n : sizeof s->time - 1);
		for (i = 0; i < 4; i++) {
			p = mk_rows_text(&rows, 2 + i, &n);
			memcpy(to[i], p, n < len[i] ? n : len[i]);
		}
	}
	mk_rows_done(&rows);
	return r;
}

static int
own_size(struct mk_store *st, int64_t *seq, struct mk_err *e)
{
	return mk_db_value(st->db, seq, e, "SELECT seq FROM origin WHERE id = 1", "") == 1 ? 0 : -1;
}

int
mk_store_seal(struct mk_store *st, const unsigned char key[MK_KEY_LEN], const struct mk_time *t,
	struct mk_seal *s, struct mk_err *e)
{
	struct growth g = { .st = st };
	struct mk_buf text = {0};
	int64_t seq, from;
	int r = mk_store_last_seal(st, s, e);

	if (r == -1 || own_size(st, &seq, e) == -1)
		return -1;
	if (seq == s->size)
		return 0;
	from = s->size >> NODE_LEVEL << NODE_LEVEL;
	if (regrow(st, &g.tree, (uint64_t)from, e) == -1 || export_range(st, st->origin,
	    MK_EVENT_ID(1, from + 1), MK_EVENT_ID(1, seq), grow_kept, &g, e) == -1)
		return -1;
	if (g.tree.size != (uint64_t)seq)
		return mk_err(e, MK_EINTEGRITY, "events are missing: mk-trace audit");
	s->size = seq;
	mk_time_format(t, s->time);
	memcpy(s->head, g.head, sizeof g.head);
	r = -1;
	if (mk_merkle_root(&g.tree, s->root, e) == 0 && mk_sign_public(key, s->key, e) == 0 &&
	    signed_text(s, &text, e) == 0 && mk_sign(key, text.p, text.n, s->sig, e) == 0 &&
	    mk_db_run(st->db, NULL, e, "INSERT INTO seal(origin, size, time, root, head, pubkey, sig) "
	    "VALUES(1, ?, ?, ?, ?, ?, ?)", "isbbbb", s->size, s->time, s->root, sizeof s->root,
	    s->head, sizeof s->head, s->key, sizeof s->key, s->sig, sizeof s->sig) == 0)
		r = 1;
	mk_buf_clear(&text);
	return r;
}

int
mk_seal_path(struct mk_store *st, struct mk_buf *out, struct mk_err *e)
{
	if (*st->hiwater == '\0' && mk_state_file(st->conf->state, st->origin, out, e) == -1)
		return -1;
	return mk_buf_addf(out, e, "%s.key", st->hiwater);
}

int
mk_seal_key(const char *path, bool make, unsigned char key[MK_KEY_LEN], struct mk_err *e)
{
	char hex[2 * MK_KEY_LEN + 2];
	struct mk_buf b = {0};
	struct stat s;
	int fd, r = -1;

	if (make && access(path, F_OK) == -1) {
		if (mk_random(key, MK_KEY_LEN, e) == -1)
			return -1;
		mk_hex(key, MK_KEY_LEN, hex);
		hex[2 * MK_KEY_LEN] = '\n';
		if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) == -1)
			return mk_err_sys(e, MK_EIO, "%s: cannot make the key", path);
		r = mk_io_write(fd, hex, 2 * MK_KEY_LEN + 1, path, e);
		if (r == 0 && fsync(fd) == -1)
			r = mk_err_sys(e, MK_EIO, "%s: cannot sync", path);
		(void)close(fd);
		return r == 0 ? mk_io_syncdir(path, e) : -1;
	}
	if (stat(path, &s) == -1)
		return mk_err_sys(e, errno == ENOENT ? MK_EUSAGE : MK_EIO, "%s: no key", path);
	if ((s.st_mode & 077) != 0)
		return mk_err(e, MK_EUSAGE, "%s: others may read the key: chmod 600 it, and think about "
			"a new one", path);
	if (mk_io_slurp(path, 4096, &b, e) == 0 && (b.n != 2 * MK_KEY_LEN + 1 ||
	    mk_unhex(b.p, MK_KEY_LEN, key) == -1))
		mk_err(e, MK_EUSAGE, "%s: no key: 64 hexadecimal digits", path);
	else if (b.n > 0)
		r = 0;
	mk_buf_clear(&b);
	return r;
}

/* ---- proofs ---- */

/* The numbers of an item's own-origin events, in the store's order. */
static int
own_events(struct mk_store *st, int64_t item, int64_t **out, size_t *n, struct mk_err *e)
{
	struct mk_rows rows;
	int64_t *p = NULL, *q;
	int r = -1;

	*n = 0;
	if (mk_db_query(st->db, &rows, e, "SELECT id FROM event WHERE item = ? AND id < ? ORDER BY id",
	    "ii", item, MK_EVENT_ID(2, 0)) == 0)
		while ((r = mk_rows_next(&rows, e)) == 1) {
			if ((q = realloc(p, (*n + 1) * sizeof *p)) == NULL) {
				r = mk_err_nomem(e);
				break;
			}
			p = q;
			p[(*n)++] = mk_rows_int(&rows, 0);
		}
	mk_rows_done(&rows);
	*out = p;
	return r == -1 ? -1 : 0;
}

static int
add_line(void *arg, int64_t id, const char *line, size_t n, struct mk_err *e)
{
	(void)id;
	return mk_buf_add(arg, line, n, e) == -1 ? -1 : mk_buf_addc(arg, '\n', e);
}

static int
prove_one(struct mk_store *st, int64_t id, int64_t size, struct mk_buf *out, struct mk_err *e)
{
	char hex[2 * sizeof(mk_hash) + 1];
	mk_hash path[64];
	int i, len = mk_merkle_path((uint64_t)MK_EVENT_SEQ(id) - 1, (uint64_t)size, subtree, st, path, e);

	if (len == -1 || mk_buf_addf(out, e, "proof_seq:%lld\tproof_path:",
	    (long long)MK_EVENT_SEQ(id)) == -1)
		return -1;
	for (i = 0; i < len; i++) {
		mk_hex(path[i], sizeof path[i], hex);
		if (mk_buf_addf(out, e, "%s%s", i > 0 ? "," : "", hex) == -1)
			return -1;
	}
	if (mk_buf_addc(out, '\n', e) == -1)
		return -1;
	return export_range(st, st->origin, id, id, add_line, out, e);
}

int
mk_store_proof(struct mk_store *st, const char *name, size_t n, struct mk_buf *out, int *open,
	struct mk_err *e)
{
	struct mk_seal s;
	int64_t item, *id = NULL;
	size_t k = 0, i;
	int r, proved = 0;

	*open = 0;
	if ((r = mk_item_id(st, name, n, false, &item, e)) != 1)
		return r;
	r = mk_store_last_seal(st, &s, e);
	if (r == 1 && (mk_seal_line(&s, out, e) == -1 || mk_buf_addc(out, '\n', e) == -1))
		r = -1;
	if (r == -1 || own_events(st, item, &id, &k, e) == -1)
		r = -1;
	for (i = 0; r != -1 && i < k; i++) {
		if (MK_EVENT_SEQ(id[i]) > s.size) {
			++*open;
			continue;
		}
		if (prove_one(st, id[i], s.size, out, e) == -1)
			r = -1;
		proved++;
	}
	free(id);
	return r == -1 ? -1 : proved;
}
