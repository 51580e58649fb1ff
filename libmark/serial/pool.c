/* Definitions of pools. */
#include "serial/pool.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/io.h"
#include "base/num.h"
#include "base/words.h"

#define NUMBER_MAX UINT64_C(999999999999999999)

static const char *const orders[] = { "sequential", "random", "list" };
static const char *const resets[] = { "never", "day", "shift", "week", "month", "year" };

void
mk_pool_clear(struct mk_pool *p)
{
	mk_ff1_free(p->ff1);
	free(p->ff1_period);
	free(p->lease);
	mk_subst_clear(&p->subst);
	mk_arena_clear(&p->arena);
	memset(p, 0, sizeof *p);
}

/* ---- the words ---- */

enum word {
	W_NAME, W_SCHEME, W_PATTERN, W_ORDER, W_FROM, W_TO, W_STEP, W_BEAT, W_RESET,
	W_ALPHABET, W_KEY, W_GUESS, W_WARN, W_STOP, W_SOURCE, W_KIND, W_N
};
static const char *const words[W_N] = {
	"name", "scheme", "pattern", "order", "from", "to", "step", "beat", "reset",
	"alphabet", "key", "guess", "warn", "stop", "source", "kind"
};

struct given {
	long line[W_N];		/* where each word was, 0 if it was not */
	struct mk_word at[W_N];	/* its value */
};

/* The place of a value that proves wrong only when all is read. */
static int
err_at(const struct mk_words *l, const struct given *g, enum word w, struct mk_err *e)
{
	struct mk_words at = { .name = l->name, .line = g->line[w], .n = 1 };

	at.w[0] = g->at[w];
	return mk_words_err_at(&at, 0, e);
}

static int
wrong(const struct mk_words *l, const struct given *g, enum word w, struct mk_err *e,
	const char *what)
{
	mk_err(e, MK_ECONF, "%s", what);
	return err_at(l, g, w, e);
}

static int
number(const struct mk_words *l, uint64_t min, uint64_t *out, struct mk_err *e)
{
	if (mk_num_u64(l->w[1].s, l->w[1].n, min, NUMBER_MAX, out, e) == -1)
		return mk_words_err_at(l, 1, e);
	return 0;
}

static int
keep(struct mk_pool *p, const struct mk_words *l, char **to, struct mk_err *e)
{
	*to = mk_arena_dup(&p->arena, l->w[1].s, l->w[1].n, e);
	return *to == NULL ? -1 : 0;
}

static int
set_name(struct mk_pool *p, const struct mk_words *l, struct mk_err *e)
{
	const char *s = l->w[1].s;

	if (strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
	    l->w[1].n || *s == '-' || l->w[1].n > 64)
		return mk_words_err(l, 1, e, "a pool's name is of letters, digits, '.', '_' and "
			"'-', at most 64");
	return keep(p, l, &p->name, e);
}

static int
set_scheme(struct mk_pool *p, const struct mk_words *l, struct mk_err *e)
{
	int scheme = mk_scheme_find(l->w[1].s);

	if (scheme == -1)
		return mk_words_err(l, 1, e, "scheme '%s' is not known: see mkpool(5)", l->w[1].s);
	p->scheme = (enum mk_scheme)scheme;
	return 0;
}

static int
set_order(struct mk_pool *p, const struct mk_words *l, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < sizeof orders / sizeof *orders; i++)
		if (strcmp(l->w[1].s, orders[i]) == 0) {
			p->order = (enum mk_order)i;
			return 0;
		}
	return mk_words_err(l, 1, e, "order '%s' is not known: sequential, random and list are",
		l->w[1].s);
}

static int
set_reset(struct mk_pool *p, const struct mk_words *l, struct mk_err *e)
{
	size_t i;

	for (i = 0; i < sizeof resets / sizeof *resets; i++)
		if (strcmp(l->w[1].s, resets[i]) == 0) {
			p->reset = (enum mk_reset)i;
			return 0;
		}
	if (!mk_key_ok(l->w[1].s, l->w[1].n))
		return mk_words_err(l, 1, e, "reset takes never, day, shift, week, month, year or a "
			"field's name");
	p->reset = MK_RESET_FIELD;
	return keep(p, l, &p->reset_field, e);
}

static int
set_alphabet(struct mk_pool *p, const struct mk_words *l, struct mk_err *e)
{
	const char *s = l->w[1].s;
	size_t i, k, n = l->w[1].n;
	char *own;

	if ((p->alphabet = mk_alphabet(s, n)) != NULL)
		return 0;
	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			if (s[i] == s[k])
				return mk_words_err(l, 1, e, "'%c' is twice in the alphabet", s[i]);
	if (n < 2 || n > 64)
		return mk_words_err(l, 1, e, "an alphabet has 2 to 64 characters, or is one of "
			"base10 base16 base32 base33 base36");
	if (keep(p, l, &own, e) == -1)
		return -1;
	p->alphabet = own;
	return 0;
}

static int
set_guess(struct mk_pool *p, const struct mk_words *l, struct mk_err *e)
{
	const char *s = l->w[1].s, *slash = strchr(s, '/');
	uint64_t a, b;
	int64_t fix;

	if (slash != NULL) {
		if (mk_num_u64(s, (size_t)(slash - s), 1, 1000000000, &a, e) == -1 ||
		    mk_num_u64(slash + 1, strlen(slash + 1), 1, NUMBER_MAX, &b, e) == -1)
			return mk_words_err_at(l, 1, e);
		p->guess = (double)a / (double)b;
	} else {
		if (mk_num_fix(s, l->w[1].n, 9, 1, 1000000000, &fix, e) == -1)
			return mk_words_err_at(l, 1, e);
		p->guess = (double)fix / 1e9;
	}
	return p->guess <= 1 ? 0 : mk_words_err(l, 1, e, "a probability is at most 1");
}

/* warn 3d: days that are left; warn 5000: numbers. */
static int
set_warn(struct mk_pool *p, const struct mk_words *l, struct mk_err *e)
{
	size_t n = l->w[1].n;
	bool days = n > 1 && l->w[1].s[n - 1] == 'd';
	uint64_t *to = days ? &p->warn_days : &p->warn_left;

	if (mk_num_u64(l->w[1].s, days ? n - 1 : n, 1, NUMBER_MAX, to, e) == -1)
		return mk_words_err_at(l, 1, e);
	return 0;
}

static int
set_key(struct mk_pool *p, const struct mk_words *l, struct mk_err *e)
{
	if (*l->w[1].s != '/')
		return mk_words_err(l, 1, e, "write the whole path of the key file, from '/' on");
	return keep(p, l, &p->key_file, e);
}

static int
setting(struct mk_pool *p, const struct mk_words *l, enum word w, struct mk_err *e)
{
	switch (w) {
	case W_NAME:
		return set_name(p, l, e);
	case W_SCHEME:
		return set_scheme(p, l, e);
	case W_PATTERN:
		if (mk_subst_parse(&p->subst, l->w[1].s, l->w[1].n, e) == -1)
			return mk_words_err_at(l, 1, e);
		return keep(p, l, &p->pattern, e);
	case W_ORDER:
		return set_order(p, l, e);
	case W_FROM:
		return number(l, 0, &p->from, e);
	case W_TO:
		return number(l, 0, &p->to, e);
	case W_STEP:
		return number(l, 1, &p->step, e);
	case W_BEAT:
		return number(l, 1, &p->beat, e);
	case W_RESET:
		return set_reset(p, l, e);
	case W_ALPHABET:
		return set_alphabet(p, l, e);
	case W_KEY:
		return set_key(p, l, e);
	case W_GUESS:
		return set_guess(p, l, e);
	case W_WARN:
		return set_warn(p, l, e);
	case W_STOP:
		return number(l, 1, &p->stop, e);
	case W_SOURCE:
		if (strcmp(l->w[1].s, "centre") != 0)
			return mk_words_err(l, 1, e, "source takes one value, centre");
		p->central = true;
		return 0;
	default:
		if (strcmp(l->w[1].s, "setup") != 0)
			return mk_words_err(l, 1, e, "kind takes one value, setup");
		p->setup = true;
		return 0;
	}
}

static int
line(struct mk_pool *p, const struct mk_words *l, struct given *g, struct mk_err *e)
{
	int w;

	for (w = 0; w < W_N && strcmp(l->w[0].s, words[w]) != 0; w++)
		;
	if (w == W_N)
		return mk_words_err(l, 0, e, "unknown word '%s': see mkpool(5)", l->w[0].s);
	if (g->line[w] != 0)
		return mk_words_err(l, 0, e, "%s was set in line %ld: keep one of the two", words[w],
			g->line[w]);
	if (l->n < 2)
		return mk_words_err(l, 1, e, "%s needs a value", words[w]);
	if (l->n > 2)
		return mk_words_err(l, 2, e, "%s takes one value: quote it if it has blanks",
			words[w]);
	g->line[w] = l->line;
	g->at[w] = l->w[1];
	return setting(p, l, (enum word)w, e);
}

/* ---- the whole ---- */

/* The key: 16, 24 or 32 bytes in hexadecimal, in a file that nobody else can read. */
static int
read_key(struct mk_pool *p, struct mk_err *e)
{
	struct mk_buf b = {0};
	struct stat st;
	unsigned byte;
	size_t i;
	int r = -1;

	if (stat(p->key_file, &st) == -1)
		return mk_err_sys(e, MK_ECONF, "%s: cannot read the key", p->key_file);
	if ((st.st_mode & 077) != 0 || (st.st_uid != geteuid() && st.st_uid != 0))
		return mk_err(e, MK_ECONF, "%s: others can read this key: chmod 600 it, and let it "
			"belong to who runs mk-serial", p->key_file);
	if (mk_io_slurp(p->key_file, 1024, &b, e) == -1 || mk_buf_str(&b, e) == NULL)
		goto out;
	while (b.n > 0 && strchr("\r\n \t", b.p[b.n - 1]) != NULL)
		b.n--;
	if ((b.n != 32 && b.n != 48 && b.n != 64) ||
	    strspn(b.p, "0123456789abcdefABCDEF") < b.n) {
		mk_err(e, MK_ECONF, "%s: a key is 32, 48 or 64 hexadecimal digits", p->key_file);
		goto out;
	}
	for (i = 0; i < b.n / 2; i++) {
		(void)sscanf(b.p + 2 * i, "%2x", &byte);
		p->key[i] = (unsigned char)byte;
	}
	p->nkey = b.n / 2;
	r = 0;
out:
	if (b.p != NULL)
		explicit_bzero(b.p, b.cap);
	mk_buf_clear(&b);
	return r;
}

/* The definition without what does not matter (warn, stop, guess, where the key lies), with
 * what the key is, hashed. */
static int
hash(struct mk_pool *p, struct mk_err *e)
{
	unsigned char sum[MK_SHA256_LEN];
	char key[2 * MK_SHA256_LEN + 1] = "";
	struct mk_buf b = {0};
	int r = 0;

	if (p->nkey > 0 && (r = mk_sha256(p->key, p->nkey, sum, e)) == 0)
		mk_hex(sum, sizeof sum, key);
	if (r == 0)
		r = mk_buf_addf(&b, e, "%s\n%d\n%s\n%s\n%" PRIu64 "\n%" PRIu64 "\n%" PRIu64 "\n%" PRIu64
			"\n%d\n%s\n%s\n%s\n%d\n", p->name, (int)p->scheme, p->pattern,
			orders[p->order], p->from, p->to, p->step, p->beat, (int)p->reset,
			p->reset_field == NULL ? "" : p->reset_field, p->alphabet, key, p->setup);
	if (r == 0)
		r = mk_sha256(b.p, b.n, sum, e);
	if (r == 0)
		mk_hex(sum, sizeof sum, p->hash);
	mk_buf_clear(&b);
	return r;
}

/* What is known at take only: a field, a shift, a number of a list. A field's text is
 * put into unknown; one that must be a time gets one. */
static int
unknowns(const struct mk_pool *p, struct mk_rec *unknown, size_t *n, struct mk_err *e)
{
	static const char text[] = { MK_GS1_UNKNOWN };
	static const char time[] = "2001-09-09T00:00:00Z";
	size_t i;

	for (i = *n = 0; i < p->subst.n; i++) {
		const struct mk_subst_part *part = &p->subst.part[i];

		if (part->name == NULL || strcmp(part->name, "date") == 0 ||
		    strcmp(part->name, "day") == 0 || strcmp(part->name, "check") == 0 ||
		    strcmp(part->name, "beat") == 0 ||
		    (strcmp(part->name, "n") == 0 && p->order != MK_ORDER_LIST))
			continue;
		++*n;
		if ((part->n > 0 ? mk_rec_set(unknown, part->name, time, strlen(time), e)
		    : mk_rec_set(unknown, part->name, text, 1, e)) == -1)
			return -1;
	}
	return 0;
}

/* What can be known of one identity where not all can. */
static int
try_known(const struct mk_pool *p, const struct mk_stem *s, uint64_t number,
	const struct mk_gs1 *g, struct mk_err *e)
{
	static const char listed[] = { MK_GS1_UNKNOWN, '\0' };
	struct mk_buf form = {0};
	int r = mk_pattern_id(p, s, 0, number, p->order == MK_ORDER_LIST ? listed : NULL, &form, e);

	if (r == -1 && e->code == MK_EDATA)
		r = 0;	/* check characters of what is not known */
	else if (r == 0)
		r = mk_ident_known(p->scheme, g, form.p, form.n, e);
	mk_buf_clear(&form);
	return r;
}

static int
try_one(const struct mk_pool *p, const struct mk_stem *s, bool whole, uint64_t number,
	const struct mk_gs1 *g, struct mk_err *e)
{
	struct mk_rec rec = {0};
	int r = whole ? mk_pool_fill(p, s, 0, number, NULL, g, &rec, e)
		: try_known(p, s, number, g, e);

	mk_rec_clear(&rec);
	return r;
}

/* The first and last identity are tried, as far as they can be known. */
static int
try_ends(struct mk_pool *p, const struct mk_gs1 *g, struct mk_err *e)
{
	static const char shift[] = { MK_GS1_UNKNOWN, '\0' };
	const struct mk_pool_at at = { { INT64_C(1000000000000), 0 }, shift, "2001-09-09" };
	struct mk_buf stem = {0}, period = {0};
	struct mk_stem s = {0};
	struct mk_rec unknown = {0};
	uint64_t last = p->from + (p->to - p->from) / p->step * p->step;
	size_t n;
	int r = -1;

	if (unknowns(p, &unknown, &n, e) == 0 &&
	    mk_pool_stem(p, &at, &unknown, &stem, &period, e) == 0 &&
	    mk_stem_init(&s, stem.p, "", e) == 0 &&
	    try_one(p, &s, n == 0, p->from, g, e) == 0)
		r = p->order == MK_ORDER_LIST ? 0 : try_one(p, &s, n == 0, last, g, e);
	mk_stem_clear(&s);
	mk_rec_clear(&unknown);
	mk_buf_clear(&stem);
	mk_buf_clear(&period);
	return r;
}

static int
ranges(struct mk_pool *p, const struct mk_words *l, const struct given *g, struct mk_err *e)
{
	uint64_t numbers;

	if (p->central && (p->order == MK_ORDER_LIST || p->reset != MK_RESET_NEVER))
		return wrong(l, g, W_SOURCE, e, "only a pool in sequence or at random, without reset, "
			"can be lent to");
	if (p->order == MK_ORDER_LIST) {
		if (g->line[W_TO] != 0 || g->line[W_FROM] != 0 || g->line[W_STEP] != 0 ||
		    p->reset != MK_RESET_NEVER || p->beat > 1)
			return mk_err(e, MK_ECONF, "%s: a list has its own numbers: leave out from, to, "
				"step, beat and reset", l->name);
		return 0;
	}
	if (g->line[W_TO] == 0)
		return mk_err(e, MK_ECONF, "%s: a pool needs name, pattern and to: to is missing",
			l->name);
	if (p->to < p->from)
		return wrong(l, g, W_TO, e, "to is below from");
	numbers = (p->to - p->from) / p->step + 1;
	if (numbers > NUMBER_MAX / p->beat)
		return wrong(l, g, W_BEAT, e, "beat times the numbers is too large");
	p->total = p->domain = numbers * p->beat;
	if (p->stop >= p->total)
		return wrong(l, g, W_STOP, e, "stop keeps more numbers than there are");
	return 0;
}

static int
whole(struct mk_pool *p, const struct mk_words *l, const struct given *g,
	const struct mk_gs1 *gs1, bool secret, struct mk_err *e)
{
	if (g->line[W_NAME] == 0 || g->line[W_PATTERN] == 0)
		return mk_err(e, MK_ECONF, "%s: a pool needs name, pattern and to: %s is missing",
			l->name, g->line[W_NAME] == 0 ? "name" : "pattern");
	if (ranges(p, l, g, e) == -1)
		return -1;
	if (p->order == MK_ORDER_RANDOM && p->key_file == NULL)
		return wrong(l, g, W_ORDER, e, "a random order needs a key: key FILE");
	if (p->order != MK_ORDER_RANDOM && (p->key_file != NULL || g->line[W_GUESS] != 0))
		return wrong(l, g, p->key_file != NULL ? W_KEY : W_GUESS, e,
			"only a random order has a key and a guess");
	if ((double)p->total * p->guess < 1 && p->order == MK_ORDER_RANDOM)
		return wrong(l, g, W_GUESS, e, "of so few numbers not one may be issued: let to be "
			"larger");
	if (mk_pattern_check(p, e) == -1)
		return err_at(l, g, W_PATTERN, e);
	if (secret && p->key_file != NULL && read_key(p, e) == -1)
		return err_at(l, g, W_KEY, e);
	if (try_ends(p, gs1, e) == -1)
		return err_at(l, g, W_PATTERN, e);
	return secret ? hash(p, e) : 0;
}

int
mk_pool_parse(struct mk_pool *p, const char *file, const char *text, size_t n,
	const struct mk_gs1 *g, bool secret, struct mk_err *e)
{
	struct given given = {0};
	struct mk_words l;
	int r;

	memset(p, 0, sizeof *p);
	p->from = p->step = p->beat = 1;
	p->guess = 1;
	p->alphabet = mk_alphabet("base10", 6);
	r = mk_words_text(&l, file, text, n, e);
	while (r != -1 && (r = mk_words_next(&l, e)) == 1)
		if (line(p, &l, &given, e) == -1)
			r = -1;
	if (r == 0)
		r = whole(p, &l, &given, g, secret, e);
	mk_words_close(&l);
	if (r == -1)
		mk_pool_clear(p);
	return r;
}

bool
mk_pool_needs_gs1(const char *text, size_t n)
{
	struct mk_words l;
	struct mk_err no;
	bool yes = false;
	int scheme;

	if (mk_words_text(&l, "", text, n, &no) == 0)
		while (!yes && mk_words_next(&l, &no) == 1)
			yes = l.n == 2 && strcmp(l.w[0].s, "scheme") == 0 &&
				(scheme = mk_scheme_find(l.w[1].s)) != -1 &&
				mk_scheme_needs_gs1((enum mk_scheme)scheme);
	mk_words_close(&l);
	return yes;
}
