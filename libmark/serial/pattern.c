/* Patterns of pools: what they may hold, and what it stands for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/num.h"
#include "ident/check.h"
#include "serial/pool.h"

#define DIGITS_MAX 64
#define TWEAK 8		/* bytes that keep pools and periods of one key apart */
#define LAST "\xf4\x8f\xbf\xbf"	/* U+10FFFF: behind every field's value */

const char *
mk_alphabet(const char *name, size_t n)
{
	static const struct {
		const char *name, *digits;
	} all[] = {
		{ "base10", "0123456789" },
		{ "base16", "0123456789ABCDEF" },
		{ "base32", "0123456789ABCDEFGHJKMNPQRSTVWXYZ" },	/* no I L O U */
		{ "base33", "0123456789ABCDEFGHJKLMNPRSTUVWXYZ" },	/* no I O Q */
		{ "base36", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" }
	};
	size_t i;

	for (i = 0; i < sizeof all / sizeof *all; i++)
		if (strlen(all[i].name) == n && memcmp(all[i].name, name, n) == 0)
			return all[i].digits;
	return NULL;
}

/* ---- what a pattern may hold ---- */

static int
no_format(const struct mk_subst_part *part, struct mk_err *e)
{
	return mk_err(e, MK_ECONF, "column %d: {%s:%s}: no such format", part->col, part->name,
		part->text);
}

/* {n} {n:WIDTH} {n:WIDTH:ALPHABET}. */
static int
number_format(const struct mk_pool *p, const struct mk_subst_part *part, unsigned *width,
	const char **alphabet, struct mk_err *e)
{
	const char *colon = strchr(part->text, ':');
	size_t n = colon == NULL ? part->n : (size_t)(colon - part->text);
	uint64_t w = 0;

	*alphabet = colon == NULL ? p->alphabet : mk_alphabet(colon + 1, part->n - n - 1);
	if (*alphabet == NULL || (n > 0 && mk_num_u64(part->text, n, 1, DIGITS_MAX - 1, &w, e) == -1))
		return mk_err(e, MK_ECONF, "column %d: {n:%s}: write {n}, {n:WIDTH} or "
			"{n:WIDTH:base33}", part->col, part->text);
	*width = (unsigned)w;
	return 0;
}

/* The digits of v, least last, with at least width of them; how many. */
static unsigned
digits(uint64_t v, const char *alphabet, unsigned width, char out[DIGITS_MAX])
{
	unsigned base = (unsigned)strlen(alphabet), n = 0, i;
	char tmp[DIGITS_MAX];

	do
		tmp[n++] = alphabet[v % base];
	while ((v /= base) > 0);
	while (n < width)
		tmp[n++] = alphabet[0];
	for (i = 0; i < n; i++)
		out[i] = tmp[n - 1 - i];
	return n;
}

static int
check_number(const struct mk_pool *p, const struct mk_subst_part *part, struct mk_err *e)
{
	const char *alphabet;
	char out[DIGITS_MAX];
	unsigned width;

	if (p->order == MK_ORDER_LIST)
		return part->n == 0 ? 0 : mk_err(e, MK_ECONF, "column %d: {n:%s}: numbers of a list "
			"stand as they are: write {n}", part->col, part->text);
	if (number_format(p, part, &width, &alphabet, e) == -1)
		return -1;
	if (width > 0 && digits(p->to, alphabet, 0, out) > width)
		return mk_err(e, MK_ECONF, "column %d: {n:%s} is too narrow for %" PRIu64
			", the pool's last number", part->col, part->text, p->to);
	if (width == 0 && p->alphabet[0] != '0')
		return mk_err(e, MK_ECONF, "column %d: {n} needs a width with an alphabet that does "
			"not begin with 0", part->col);
	return 0;
}

static int
check_part(struct mk_pool *p, const struct mk_subst_part *part, size_t i, struct mk_err *e)
{
	const char *name = part->name;

	if (strcmp(name, "n") == 0)
		return check_number(p, part, e);
	if (strcmp(name, "beat") == 0) {
		p->beat_in_id = true;
		return part->n == 0 ? 0 : no_format(part, e);
	}
	if (strcmp(name, "check") == 0) {
		if (mk_check_find(part->text) == -1)
			return mk_err(e, MK_ECONF, "column %d: {check:%s}: no such check characters: "
				"see mkpool(5)", part->col, part->text);
		return i > 0 ? 0 : mk_err(e, MK_ECONF, "column %d: nothing is before {check:%s}",
			part->col, part->text);
	}
	if (strcmp(name, "date") == 0 || strcmp(name, "day") == 0) {
		p->dated = true;
		if (part->n == 0 && name[2] == 't')
			return mk_err(e, MK_ECONF, "column %d: {date} needs a format such as "
				"{date:%%y%%V}", part->col);
		return part->n == 0 || strchr(part->text, '%') != NULL ? 0 : no_format(part, e);
	}
	if (strcmp(name, "shift") == 0)
		return part->n == 0 ? 0 : no_format(part, e);
	return part->n == 0 || strchr(part->text, '%') != NULL ? 0 : no_format(part, e);
}

/* ---- periods ---- */

enum { HAS_Y = 1, HAS_G = 2, HAS_M = 4, HAS_D = 8, HAS_J = 16, HAS_V = 32, HAS_U = 64 };

/* What the {date} or {day} parts of a pattern tell of the time. */
static unsigned
told(const struct mk_pool *p, const char *source)
{
	static const struct {
		char code;
		unsigned flag;
	} codes[] = {
		{ 'Y', HAS_Y }, { 'y', HAS_Y }, { 'G', HAS_G }, { 'g', HAS_G }, { 'm', HAS_M },
		{ 'b', HAS_M }, { 'B', HAS_M }, { 'o', HAS_M }, { 'd', HAS_D }, { 'j', HAS_J },
		{ 'V', HAS_V }, { 'u', HAS_U }
	};
	unsigned flags = 0;
	size_t i, k, c;

	for (i = 0; i < p->subst.n; i++) {
		const struct mk_subst_part *part = &p->subst.part[i];

		if (part->name == NULL || strcmp(part->name, source) != 0)
			continue;
		if (part->n == 0)	/* {day}: 2026-11-22 */
			flags |= HAS_Y | HAS_M | HAS_D;
		for (k = 0; k + 1 < part->n; k++)
			if (part->text[k] == '%') {
				k++;
				for (c = 0; c < sizeof codes / sizeof *codes; c++)
					if (codes[c].code == part->text[k])
						flags |= codes[c].flag;
			}
	}
	return flags;
}

static bool
all(unsigned flags, unsigned want)
{
	return (flags & want) == want;
}

/* Whether what is told tells two periods of that kind apart, for a century. */
static bool
tells(enum mk_reset reset, unsigned f)
{
	switch (reset) {
	case MK_RESET_DAY:
	case MK_RESET_SHIFT:
		return all(f, HAS_Y | HAS_J) || all(f, HAS_Y | HAS_M | HAS_D) ||
			all(f, HAS_G | HAS_V | HAS_U);
	case MK_RESET_WEEK:
		return all(f, HAS_G | HAS_V) || tells(MK_RESET_DAY, f);
	case MK_RESET_MONTH:
		return all(f, HAS_Y | HAS_M) || tells(MK_RESET_DAY, f);
	default:
		return (f & HAS_Y) != 0 || tells(MK_RESET_DAY, f);
	}
}

static bool
has_part(const struct mk_pool *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->subst.n; i++)
		if (p->subst.part[i].name != NULL && strcmp(p->subst.part[i].name, name) == 0 &&
		    p->subst.part[i].n == 0)
			return true;
	return false;
}

static int
check_reset(struct mk_pool *p, struct mk_err *e)
{
	static const char *const how[] = {
		"", "{day} or {date:%y%j}", "{shift} and {day} or {day:%y%j}", "{date:%g%V}",
		"{date:%y%m}", "{date:%y}"
	};

	if (p->reset == MK_RESET_NEVER)
		return 0;
	if (p->reset == MK_RESET_FIELD)
		return has_part(p, p->reset_field) ? 0 : mk_err(e, MK_ECONF, "column 1: numbers begin "
			"anew with each %s, so the pattern needs {%s}", p->reset_field, p->reset_field);
	p->reset_by_day = tells(p->reset, told(p, "day"));
	if (p->reset_by_day ? p->reset != MK_RESET_SHIFT || has_part(p, "shift")
	    : p->reset != MK_RESET_SHIFT && tells(p->reset, told(p, "date")))
		return 0;
	return mk_err(e, MK_ECONF, "column 1: numbers begin anew, so the pattern must tell the periods "
		"apart: put %s into it (%%1, %%v and %%i come again after some years)",
		how[p->reset]);
}

int
mk_pattern_check(struct mk_pool *p, struct mk_err *e)
{
	size_t i;
	int numbers = 0;

	for (i = 0; i < p->subst.n; i++) {
		const struct mk_subst_part *part = &p->subst.part[i];

		if (part->name == NULL)
			continue;
		numbers += strcmp(part->name, "n") == 0;
		if (check_part(p, part, i, e) == -1)
			return -1;
	}
	if (numbers != 1)
		return mk_err(e, MK_ECONF, "column 1: the pattern needs {n} exactly once: it is "
			"what makes identities differ");
	if (p->beat_in_id && p->beat == 1)
		return mk_err(e, MK_ECONF, "column 1: {beat} needs a beat of 2 or more");
	return check_reset(p, e);
}

bool
mk_pool_uses(const struct mk_pool *p, const char *key, size_t n)
{
	size_t i;

	for (i = 0; i < p->subst.n; i++) {
		const char *name = p->subst.part[i].name;

		if (name != NULL && strlen(name) == n && memcmp(name, key, n) == 0)
			return true;
	}
	return false;
}

/* ---- stems ---- */

/* The production day as a time, at its midnight. */
static int
day_time(const struct mk_pool_at *at, struct mk_time *t, struct mk_err *e)
{
	char text[MK_DAY_LEN + 16];

	(void)snprintf(text, sizeof text, "%sT00:00:00Z", at->day);
	return mk_time_parse(text, strlen(text), t, e);
}

/* What a part other than the number stands for. */
static int
value(const struct mk_pool_at *at, const struct mk_rec *fields, const struct mk_subst_part *part,
	struct mk_buf *out, struct mk_err *e)
{
	struct mk_time t = at->time;

	if (strcmp(part->name, "shift") == 0)
		return *at->shift != '\0' ? mk_buf_adds(out, at->shift, e) : mk_err(e, MK_EDATA,
			"{shift}: no shift is known: write 'shifts' in mk.conf or set MK_SHIFT");
	if (strcmp(part->name, "day") == 0) {
		if (day_time(at, &t, e) == -1)
			return mk_err_at(e, "{day}");
		return part->n == 0 ? mk_buf_adds(out, at->day, e)
			: mk_time_codes(&t, part->text, part->n, out, e);
	}
	if (strcmp(part->name, "date") == 0)
		return mk_time_codes(&t, part->text, part->n, out, e);
	return mk_subst_rec((void *)(uintptr_t)fields, part, out, e);
}

static int
add_literal(struct mk_buf *out, const char *s, size_t n, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (mk_buf_addc(out, s[i], e) == -1 ||
		    ((s[i] == '{' || s[i] == '}') && mk_buf_addc(out, s[i], e) == -1))
			return -1;
	return 0;
}

static bool
of_number(const char *name)
{
	return strcmp(name, "n") == 0 || strcmp(name, "beat") == 0 || strcmp(name, "check") == 0;
}

static int
stem_part(const struct mk_pool *p, const struct mk_pool_at *at, const struct mk_rec *fields,
	const struct mk_subst_part *part, struct mk_buf *out, struct mk_err *e)
{
	struct mk_buf val = {0}, quoted = {0};
	int r = -1;

	if (part->name == NULL)
		return add_literal(out, part->text, part->n, e);
	if (of_number(part->name))
		return mk_buf_addf(out, e, part->n == 0 ? "{%s}" : "{%s:%s}", part->name, part->text);
	if (value(at, fields, part, &val, e) == 0 &&
	    mk_ident_quote(&quoted, p->scheme, val.p, val.n, e) == 0)
		r = add_literal(out, quoted.p, quoted.n, e);
	mk_buf_clear(&val);
	mk_buf_clear(&quoted);
	return r;
}

int
mk_pool_period(const struct mk_pool *p, const struct mk_pool_at *at, const struct mk_rec *fields,
	struct mk_buf *out, struct mk_err *e)
{
	static const char *const fmt[] = { "", "%Y-%m-%d", "%Y-%m-%d/", "%G-W%V", "%Y-%m", "%Y" };
	struct mk_time t = at->time;
	int r = 0;

	if (p->reset == MK_RESET_FIELD) {
		const struct mk_field *f = mk_rec_get(fields, p->reset_field);

		if (f == NULL)
			return mk_err(e, MK_EDATA, "the record has no field '%s'", p->reset_field);
		r = mk_buf_add(out, f->val, f->vlen, e);
		return r == -1 || mk_buf_str(out, e) == NULL ? -1 : 0;
	}
	if (p->reset == MK_RESET_NEVER)
		return mk_buf_str(out, e) == NULL ? -1 : 0;
	if (p->reset_by_day)
		r = day_time(at, &t, e);
	if (r == 0)
		r = mk_time_codes(&t, fmt[p->reset], strlen(fmt[p->reset]), out, e);
	if (r == 0 && p->reset == MK_RESET_SHIFT)
		r = mk_buf_adds(out, at->shift, e);
	return r == 0 && mk_buf_str(out, e) == NULL ? -1 : r;
}

int
mk_pool_stem(const struct mk_pool *p, const struct mk_pool_at *at, const struct mk_rec *fields,
	struct mk_buf *stem, struct mk_buf *period, struct mk_err *e)
{
	struct mk_buf raw = {0};
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < p->subst.n; i++)
		r = stem_part(p, at, fields, &p->subst.part[i], &raw, e);
	if (r == 0)	/* text, whatever the fields hold */
		r = mk_escape(stem, raw.p, raw.n, e);
	mk_buf_clear(&raw);
	if (r == -1 || mk_pool_period(p, at, fields, period, e) == -1)
		return -1;
	return mk_buf_str(stem, e) == NULL ? -1 : 0;
}

const char *
mk_pool_until(const struct mk_pool *p, const char *period)
{
	return p->reset == MK_RESET_FIELD ? LAST : period;
}

int
mk_stem_init(struct mk_stem *s, const char *stem, const char *period, struct mk_err *e)
{
	struct mk_buf raw = {0};
	int r = mk_unescape(&raw, stem, strlen(stem), e);

	s->period = period;
	if (r == 0)
		r = mk_subst_parse(&s->subst, raw.p, raw.n, e);
	mk_buf_clear(&raw);
	return r;
}

void
mk_stem_clear(struct mk_stem *s)
{
	mk_subst_clear(&s->subst);
}

/* ---- numbers and identities ---- */

/* The permutation of a period. */
static int
key_up(struct mk_pool *p, const char *period, struct mk_err *e)
{
	unsigned char sum[MK_SHA256_LEN];
	struct mk_buf b = {0};
	int r;

	if (p->ff1 != NULL && strcmp(p->ff1_period, period) == 0)
		return 0;
	mk_ff1_free(p->ff1);
	free(p->ff1_period);
	p->ff1 = NULL;
	if ((p->ff1_period = strdup(period)) == NULL)
		return mk_err_nomem(e);
	r = mk_buf_addf(&b, e, "%s\n%s", p->name, period);
	if (r == 0)
		r = mk_sha256(b.p, b.n, sum, e);
	if (r == 0)
		r = mk_ff1_new_range(&p->ff1, p->key, p->nkey, sum, TWEAK, p->domain / p->beat, e);
	mk_buf_clear(&b);
	return r;
}

int
mk_pool_numbers(struct mk_pool *p, const char *period, uint64_t first, size_t k,
	uint64_t *number, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < k; i++) {
		if (mk_lent_index(p, first + i, &number[i], e) == -1)
			return -1;
		number[i] /= p->beat;
	}
	if (p->order == MK_ORDER_RANDOM && (key_up(p, period, e) == -1 ||
	    mk_ff1_permute(p->ff1, number, k, e) == -1))
		return -1;
	for (i = 0; i < k; i++)
		number[i] = p->from + number[i] * p->step;
	return 0;
}

int
mk_pool_index(struct mk_pool *p, const char *period, uint64_t number, uint64_t *index,
	struct mk_err *e)
{
	if (number < p->from || number > p->to || (number - p->from) % p->step != 0)
		return 0;
	*index = (number - p->from) / p->step;
	if (p->order == MK_ORDER_RANDOM && (key_up(p, period, e) == -1 ||
	    mk_ff1_origin(p->ff1, index, e) == -1))
		return -1;
	*index *= p->beat;
	return mk_lessee_index(p, index);
}

/* Where what {check} covers begins: in GS1 the value of its element. */
static size_t
covered(enum mk_scheme scheme, const struct mk_buf *id)
{
	size_t i = id->n;

	if (scheme != MK_SCHEME_GS1)
		return 0;
	while (i > 0 && (id->p[i - 1] != ')' || (i > 1 && id->p[i - 2] == '\\')))
		i--;
	return i;
}

/* Check characters of what id covers so far. */
static int
check_chars(const struct mk_pool *p, int alg, const struct mk_buf *id, struct mk_buf *chars,
	struct mk_err *e)
{
	size_t from = covered(p->scheme, id);

	return mk_check_append(alg, id->p + from, id->n - from, chars, e);
}

/* A check character whose place is inside what follows (a vehicle's) is put in when
 * all is there; until then a 0 stands for it. */
struct hole {
	int alg;	/* -1: there is none */
	size_t at;
};

static int
add_check(const struct mk_pool *p, const char *name, struct mk_buf *id, struct hole *hole,
	struct mk_err *e)
{
	struct mk_buf chars = {0};
	int r, alg = mk_check_find(name);

	if (mk_check_place(alg) >= 0) {
		hole->alg = alg;
		hole->at = id->n;
		return mk_buf_addc(id, '0', e);
	}
	r = check_chars(p, alg, id, &chars, e);
	if (r == 0)
		r = mk_buf_add(id, chars.p, chars.n, e);
	mk_buf_clear(&chars);
	return r;
}

static int
fill_hole(const struct mk_pool *p, const struct hole *hole, struct mk_buf *id, struct mk_err *e)
{
	struct mk_buf chars = {0};
	int place = mk_check_place(hole->alg), r;

	if (hole->at - covered(p->scheme, id) != (size_t)place)
		return mk_err(e, MK_EDATA, "{check:%s} must stand at place %d",
			mk_check_name(hole->alg), place + 1);
	r = check_chars(p, hole->alg, id, &chars, e);
	if (r == 0)
		id->p[hole->at] = *chars.p;
	mk_buf_clear(&chars);
	return r;
}

static int
add_number(const struct mk_pool *p, const struct mk_subst_part *part, uint64_t number,
	const char *listed, struct mk_buf *id, struct mk_err *e)
{
	const char *alphabet;
	char text[DIGITS_MAX];
	unsigned width;

	if (listed != NULL)
		return mk_ident_quote(id, p->scheme, listed, strlen(listed), e);
	if (number_format(p, part, &width, &alphabet, e) == -1)
		return -1;
	return mk_ident_quote(id, p->scheme, text, digits(number, alphabet, width, text), e);
}

int
mk_pattern_id(const struct mk_pool *p, const struct mk_stem *s, uint64_t index, uint64_t number,
	const char *listed, struct mk_buf *id, struct mk_err *e)
{
	struct hole hole = { -1, 0 };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < s->subst.n; i++) {
		const struct mk_subst_part *part = &s->subst.part[i];

		if (part->name == NULL)
			r = mk_buf_add(id, part->text, part->n, e);
		else if (*part->name == 'n')
			r = add_number(p, part, number, listed, id, e);
		else if (*part->name == 'b')
			r = mk_buf_addf(id, e, "%" PRIu64, index % p->beat + 1);
		else
			r = add_check(p, part->text, id, &hole, e);
	}
	return r == 0 && hole.alg != -1 ? fill_hole(p, &hole, id, e) : r;
}

static int
set_number(struct mk_rec *rec, const char *key, uint64_t v, struct mk_err *e)
{
	char text[DIGITS_MAX];

	return mk_rec_set(rec, key, text, digits(v, "0123456789", 0, text), e);
}

int
mk_pool_fill(const struct mk_pool *p, const struct mk_stem *s, uint64_t index, uint64_t number,
	const char *listed, const struct mk_gs1 *g, struct mk_rec *rec, struct mk_err *e)
{
	struct mk_buf id = {0};
	int r = mk_pattern_id(p, s, index, number, listed, &id, e);

	if (r == 0)
		r = mk_ident_set(rec, p->scheme, g, id.p, id.n, e);
	if (r == 0)
		r = mk_rec_set(rec, "pool", p->name, strlen(p->name), e);
	if (r == 0)
		r = set_number(rec, "n", listed != NULL ? index + 1 : number, e);
	if (r == 0 && p->beat > 1)
		r = set_number(rec, p->beat_in_id ? "beat" : "op", index % p->beat + 1, e);
	if (r == 0 && p->setup)
		r = mk_rec_set(rec, "kind", "setup", 5, e);
	mk_buf_clear(&id);
	return r;
}
