#include "trace/yield.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const more_names[] = { "step", "hour", "date", "week", "month", "result",
	"reason" };

const char *
mk_by_name(int key)
{
	return key < MK_DIM_N ? mk_dim_name[key] : more_names[key - MK_DIM_N];
}

int
mk_by_parse(const char *list, struct mk_by *by, struct mk_err *e)
{
	const char *p, *comma;
	int k;

	by->n = 0;
	for (p = list; *p != '\0'; p = comma + (*comma == ',')) {
		comma = strchrnul(p, ',');
		for (k = 0; k <= MK_BY_REASON; k++)
			if (strlen(mk_by_name(k)) == (size_t)(comma - p) &&
			    memcmp(mk_by_name(k), p, (size_t)(comma - p)) == 0)
				break;
		if (k > MK_BY_REASON)
			return mk_err(e, MK_EUSAGE, "--by '%.*s': it is by site, line, station, "
				"machine, operator, shift, day, lot, part, recipe, purpose, step, "
				"hour, date, week, month, result or reason", (int)(comma - p), p);
		if (by->n == MK_BY_MAX)
			return mk_err(e, MK_EUSAGE, "--by takes at most %d", MK_BY_MAX);
		by->key[by->n++] = k;
	}
	return 0;
}

const char *
mk_row_key(const struct mk_row *row, size_t i)
{
	const char *p = row->key;

	while (i-- > 0)
		p += strlen(p) + 1;
	return p;
}

/* ---- rows, found by their keys ---- */

static uint64_t
hash(const char *p, size_t n)
{
	uint64_t h = 14695981039346656037u;

	while (n-- > 0)
		h = (h ^ (unsigned char)*p++) * 1099511628211u;
	return h ^ h >> 29;
}

static size_t
slot_of(const struct mk_yield *y, const char *key, size_t n)
{
	size_t i = (size_t)hash(key, n) & (y->nslot - 1);

	while (y->slot[i] != 0) {
		const struct mk_row *r = &y->row[y->slot[i] - 1];

		if (r->nkey == n && memcmp(r->key, key, n) == 0)
			break;
		i = (i + 1) & (y->nslot - 1);
	}
	return i;
}

static int
grow(struct mk_yield *y, struct mk_err *e)
{
	size_t i, cap = y->cap == 0 ? 64 : y->cap * 2;
	struct mk_row *row = realloc(y->row, cap * sizeof *row);
	uint32_t *slot;

	if (row == NULL)
		return mk_err_nomem(e);
	y->row = row;
	if ((slot = calloc(cap * 2, sizeof *slot)) == NULL)
		return mk_err_nomem(e);
	free(y->slot);
	y->slot = slot;
	y->cap = cap;
	y->nslot = cap * 2;
	for (i = 0; i < y->n; i++)
		y->slot[slot_of(y, row[i].key, row[i].nkey)] = (uint32_t)i + 1;
	return 0;
}

static struct mk_row *
row_of(struct mk_yield *y, const char *key, size_t n, struct mk_err *e)
{
	size_t i;
	struct mk_row *r;

	if (y->n == y->cap && grow(y, e) == -1)
		return NULL;
	i = slot_of(y, key, n);
	if (y->slot[i] != 0)
		return &y->row[y->slot[i] - 1];
	r = &y->row[y->n];
	*r = (struct mk_row){ .key = malloc(n + 1), .nkey = n, .since = INT64_MAX };
	if (r->key == NULL) {
		mk_err_nomem(e);
		return NULL;
	}
	memcpy(r->key, key, n);
	y->slot[i] = (uint32_t)++y->n;
	return r;
}

/* ---- tallies ---- */

static int
time_key(int64_t ms, int key, struct mk_buf *out, struct mk_err *e)
{
	static const char *const fmt[] = { "%Y-%m-%dT%H", "%Y-%m-%d", "%G-W%V", "%Y-%m" };
	time_t s = (time_t)(ms / 1000);
	struct tm tm = {0};
	char text[32];

	(void)localtime_r(&s, &tm);
	return mk_buf_add(out, text, strftime(text, sizeof text, fmt[key - MK_BY_HOUR], &tm), e);
}

static const char *
value(int key, const struct mk_tally *t, const struct mk_ctx *c)
{
	switch (key) {
	case MK_BY_STEP: return t->step;
	case MK_BY_RESULT: return t->result;
	case MK_BY_REASON: return t->reason;
	default: return key < MK_DIM_N ? c->dim[key] : "";
	}
}

static int
key_of(struct mk_yield *y, const struct mk_tally *t, const struct mk_ctx *c, struct mk_err *e)
{
	size_t i;
	int r = 0;

	y->scratch.n = 0;
	for (i = 0; r == 0 && i < y->by.n; i++) {
		int k = y->by.key[i];

		r = k >= MK_BY_HOUR && k <= MK_BY_MONTH ? time_key(t->hour, k, &y->scratch, e) :
			mk_buf_adds(&y->scratch, value(k, t, c), e);
		if (r == 0)
			r = mk_buf_addc(&y->scratch, '\0', e);
	}
	return r;
}

/* Whether a step makes or judges parts, so that it has a yield: the site's own do. */
bool
mk_yield_step(const char *step)
{
	static const char *const not[] = { "issue", "load", "unload", "pack", "unpack", "remove",
		"move", "scrap", "ship", "receive", "hold", "release", "void", "replace", "setup",
		"calibrate", "resolve", "correct", "observe", "rework" };
	size_t i;

	for (i = 0; i < sizeof not / sizeof *not; i++)
		if (strcmp(not[i], step) == 0)
			return false;
	return true;
}

static int
on_tally(void *arg, const struct mk_tally *t, struct mk_err *e)
{
	struct mk_yield *y = arg;
	const struct mk_ctx *c;
	struct mk_row *row;
	size_t i;
	bool ok = strcmp(t->result, "ok") == 0;
	int r;

	if ((y->judged && !mk_yield_step(t->step)) || *t->result == '\0' ||
	    strcmp(t->result, "refused") == 0)
		return 0;
	if ((r = mk_ask_ctx(y->st, t->ctx, &c, e)) != 1)
		return r;
	for (i = 0; i < y->nonly; i++)
		if ((strcmp(value(y->only[i].key, t, c), y->only[i].val) == 0) ==
		    y->only[i].turned)
			return 0;
	if (key_of(y, t, c, e) == -1 ||
	    (row = row_of(y, y->scratch.p == NULL ? "" : y->scratch.p, y->scratch.n, e)) == NULL)
		return -1;
	if (t->hour < row->since)
		row->since = t->hour;
	if (*c->dim[MK_DIM_PURPOSE] != '\0') {
		row->setup += t->n;
		return 0;
	}
	row->all += t->n;
	row->first += t->first;
	if (ok) {
		row->all_ok += t->n;
		row->first_ok += t->first;
	}
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	const struct mk_row *x = a, *y = b;
	size_t n = x->nkey < y->nkey ? x->nkey : y->nkey;
	int d = n == 0 ? 0 : memcmp(x->key, y->key, n);

	return d != 0 ? d : x->nkey < y->nkey ? -1 : x->nkey > y->nkey;
}

int
mk_yield(struct mk_yield *y, struct mk_err *e)
{
	const char *step = NULL;
	size_t i;

	for (i = 0; i < y->nonly; i++)
		if (y->only[i].key == MK_BY_STEP && !y->only[i].turned)
			step = y->only[i].val;
	if (mk_ask_tallies(y->st, y->when.from, y->when.to, step, on_tally, y, e) == -1)
		return -1;
	if (y->n > 0)
		qsort(y->row, y->n, sizeof *y->row, by_key);
	return 0;
}

void
mk_yield_clear(struct mk_yield *y)
{
	size_t i;

	for (i = 0; i < y->n; i++)
		free(y->row[i].key);
	free(y->row);
	free(y->slot);
	mk_buf_clear(&y->scratch);
	y->row = NULL;
	y->slot = NULL;
	y->n = y->cap = y->nslot = 0;
}
