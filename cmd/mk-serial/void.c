/* mk-serial void: identities that were issued and will not be marked. */
#include <string.h>

#include "base/step.h"
#include "cmd/mk-serial/serial.h"
#include "ident/wedge.h"

static const char *opt_reason;

const struct cmd_opt void_opts[] = {
	{ "reason", 0, "TEXT", &opt_reason, "why; it is kept" },
	{0}
};

/* ---- which pool issued it ---- */

#define DIGITS_MAX 63

struct search {
	struct cmd *c;
	struct taking t;	/* of one pool after the other, in the same store */
	const char *id;		/* raw bytes */
	size_t n;
	struct mk_rec want, rec;
	struct mk_err why;	/* a pool that could not be asked */
	bool found;
};

/* The index of a value of a list that a piece of the identity is; backslashes that the
 * scheme put into it go. 1, 0, -1. */
static int
listed_index(struct search *s, const char *piece, size_t n, uint64_t *index)
{
	struct mk_buf value = {0}, quoted = {0};
	struct mk_err *e = &s->c->err;
	bool quotes;
	size_t i;
	int r = mk_ident_quote(&quoted, s->t.pool.scheme, "\\", 1, e);

	quotes = quoted.n > 1;
	for (i = 0; r == 0 && i < n; i++) {
		if (quotes && piece[i] == '\\' && i + 1 < n)
			i++;
		r = mk_buf_addc(&value, piece[i], e);
	}
	if (r == 0)
		r = mk_store_listed_index(s->t.st, s->t.pool.name, value.p, value.n, index, e);
	mk_buf_clear(&value);
	mk_buf_clear(&quoted);
	return r;
}

/* The index of the number, or of the value of a list, that a piece of the identity
 * may be: 1, 0, -1. */
static int
piece_index(struct search *s, const struct mk_stem *stem, const char *alphabet, size_t at,
	size_t len, uint64_t *index)
{
	uint64_t v = 0, base = strlen(alphabet);
	size_t i;

	if (s->t.pool.order == MK_ORDER_LIST)
		return listed_index(s, s->id + at, len, index);
	for (i = at; i < at + len; i++) {
		const char *digit = s->id[i] == '\0' ? NULL : strchr(alphabet, s->id[i]);

		if (digit == NULL || v > UINT64_MAX / base - 1)
			return 0;
		v = v * base + (uint64_t)(digit - alphabet);
	}
	return mk_pool_index(&s->t.pool, stem->period, v, index, &s->c->err);
}

/* Whether one of the beats from index on, as the range issued it, is the identity. */
static int
is_issued(struct search *s, const struct mk_stem *stem, uint64_t index, const struct mk_issue *i)
{
	const struct mk_pool *p = &s->t.pool;
	const struct mk_field *id, *want = mk_rec_get(&s->want, "id");
	uint64_t k = index < i->first ? i->first : index;
	uint64_t end = index + p->beat < i->first + i->count ? index + p->beat : i->first + i->count;

	for (; !s->found && k < end; k++) {
		mk_rec_reset(&s->rec);
		if (taking_one(&s->t, stem, k, NULL, &s->rec, &s->c->err) == -1)
			return -1;
		id = mk_rec_get(&s->rec, "id");
		s->found = id->vlen == want->vlen && memcmp(id->val, want->val, id->vlen) == 0;
		if (!p->beat_in_id)
			break;
	}
	return 0;
}

/* Try each piece of the identity that may be the number. */
static int
try_pieces(struct search *s, const struct mk_stem *stem, const struct mk_issue *i)
{
	const struct mk_subst_part *part = stem->subst.part;
	const struct mk_pool *p = &s->t.pool;
	const char *alphabet = p->alphabet, *colon;
	size_t from = 0, to = s->n, most = p->order == MK_ORDER_LIST ? s->n : DIGITS_MAX, at, len, k;
	uint64_t index;
	int r;

	/* a UII is not the text that the pattern makes */
	if (p->scheme != MK_SCHEME_IUID && part->name == NULL) {
		if (part->n >= s->n || memcmp(part->text, s->id, part->n) != 0)
			return 0;
		from = part->n;
	}
	for (k = 0; k < stem->subst.n; k++)
		if (part[k].name != NULL && strcmp(part[k].name, "n") == 0) {
			if (p->scheme != MK_SCHEME_IUID && (k == 0 || (k == 1 && from > 0)))
				to = from + 1;
			if ((colon = strchr(part[k].text, ':')) != NULL)
				alphabet = mk_alphabet(colon + 1, strlen(colon + 1));
		}
	for (at = from; at < to; at++)
		for (len = 1; len <= most && at + len <= s->n && !s->found; len++) {
			r = piece_index(s, stem, alphabet, at, len, &index);
			if (r == -1 || (r == 1 && is_issued(s, stem, index, i) == -1))
				return -1;
		}
	return 0;
}

static int
in_range(void *arg, const struct mk_issue *i, struct mk_err *e)
{
	struct search *s = arg;
	struct mk_stem stem = {0};
	int r = s->found ? 0 : mk_stem_init(&stem, i->stem, i->period, e);

	if (r == 0 && !s->found && (r = try_pieces(s, &stem, i)) == -1)
		*e = s->c->err;
	mk_stem_clear(&stem);
	return r;
}

static int
in_pool(void *arg, const struct mk_pool_use *u, const char *text, size_t n, struct mk_err *e)
{
	struct search *s = arg;
	struct mk_store *st = s->t.st;
	int r = 0;

	(void)text;
	(void)n;
	if (s->found)
		return 0;
	if (taking_pool(s->c, &s->t, u->name) == -1)
		s->why = s->c->err;	/* its key may be away: another may have issued it */
	else if ((r = mk_store_issues(st, u->name, in_range, s, e)) > 0)
		r = 0;
	s->t.st = NULL;
	taking_close(&s->t);
	s->t = (struct taking){ .st = st };
	return r;
}

/* Whether a pool of this store issued the identity that is in s->want: 1, 0, -1. */
static int
issued(struct search *s)
{
	struct mk_buf raw = {0};
	int r = mk_rec_bytes(&s->want, "id", &raw, &s->c->err);

	s->id = raw.p;
	s->n = raw.n;
	if (r == 1)
		r = mk_store_pools(s->t.st, "", "", in_pool, s, &s->c->err);
	mk_buf_clear(&raw);
	return r == -1 ? -1 : s->found;
}

/* What a scanner read becomes the identity in s->want: 1, 0 if it is none, -1. */
static int
scanned(struct search *s, const struct mk_gs1 *g, const char *text)
{
	struct mk_buf payload = {0}, form = {0};
	enum mk_scheme found;
	char aim[3];
	size_t at;
	int r = mk_wedge_clean(text, strlen(text), &payload, aim, &s->c->err);

	if (r == 0) {
		r = mk_ident_parse(g, -1, mk_wedge_gs1(aim), payload.p, payload.n, &form, &found,
			&at, &s->c->err);
		mk_rec_reset(&s->want);
		if (r == 1)
			r = mk_ident_set(&s->want, found, g, form.p, form.n, &s->c->err) == 0;
		if (r != 1)
			r = s->c->err.code == MK_ENOMEM ? -1 : 0;
	}
	mk_buf_clear(&payload);
	mk_buf_clear(&form);
	return r;
}

/* The identity that the text names, in s->want: 1, 0 if none was issued, -1. */
static int
named(struct search *s, const struct mk_gs1 *g, const char *text)
{
	int r;

	s->found = false;
	mk_rec_reset(&s->want);
	if (mk_rec_set(&s->want, "id", text, strlen(text), &s->c->err) == -1)
		return -1;
	if ((r = issued(s)) == 0 && (r = scanned(s, g, text)) == 1)
		r = issued(s);
	if (r != 0 || s->why.code == 0)
		return r;
	s->c->err = s->why;	/* a pool could not be asked */
	return mk_err_at(&s->c->err, "%s", text);
}

/* ---- void ---- */

static int
no_void(struct cmd *c, const char *id, const char *why)
{
	cmd_warn(c, "%s: %s", id, why);
	cmd_status(c, CMD_FAILED);
	return 0;
}

/* Inside a transaction: 1 it is void now, 0 it cannot be, -1. */
static int
make_void(struct cmd *c, struct mk_store *st, const char *name, struct mk_rec *rec)
{
	const struct mk_field *id = mk_rec_get(rec, "id");
	struct mk_id_state state;
	struct mk_time now;

	if (mk_time_now(&now, &c->err) == -1 ||
	    mk_store_id_state(st, id->val, id->vlen, &state, &c->err) == -1)
		return -1;
	if (state.begun)
		return no_void(c, name, "its mark was begun, so it cannot be made void: its history "
			"goes on (mk-trace history)");
	if (state.voided)
		return no_void(c, name, "it is void already");
	if (mk_step_stamp(rec, "void", &c->conf, &now, "ok", opt_reason, &c->err) == -1 ||
	    mk_store_add(st, rec, &now, &c->err) == -1)
		return -1;
	return 1;
}

static int
void_one(struct cmd *c, struct search *s, const struct mk_gs1 *g, const char *name)
{
	struct mk_rec rec = {0};
	int r;

	if (*name == '\0')
		return cmd_usage(c, "an empty identity");
	if ((r = named(s, g, name)) != 1)
		return r == -1 ? -1 : no_void(c, name, "no pool of this store has issued it");
	if ((r = mk_rec_copy(&rec, mk_rec_get(&s->want, "id"), &c->err)) == 0 &&
	    (r = mk_store_begin(s->t.st, &c->err)) == 0) {
		if ((r = make_void(c, s->t.st, name, &rec)) == 1)
			r = mk_store_commit(s->t.st, &c->err) == -1 ? -1 : 1;
		if (r != 1)
			mk_store_rollback(s->t.st);
	}
	if (r == 1)
		r = cmd_put(c, &rec);
	mk_rec_clear(&rec);
	return r;
}

int
run_void(struct cmd *c)
{
	struct search s = { .c = c };
	struct mk_gs1 *g = NULL;
	size_t i;
	int r = 0;

	if (c->narg == 0)
		return cmd_usage(c, "void takes one or more identities");
	if (opt_reason == NULL || *opt_reason == '\0')
		return cmd_usage(c, "void needs a --reason");
	if (serial_store(c, &s.t.st) == -1 || mk_gs1_load(&g, NULL, &c->err) == -1)
		r = -1;
	for (i = 0; r == 0 && i < c->narg; i++)
		r = void_one(c, &s, g, c->arg[i]);
	mk_store_close(s.t.st);
	mk_gs1_free(g);
	mk_rec_clear(&s.want);
	mk_rec_clear(&s.rec);
	return r;
}
