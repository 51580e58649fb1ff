/* Out of memory at every allocation in turn: an ordinary error each time, and
 * success once there is enough. glibc's own allocator stands behind ours; under
 * the address sanitizer, which has its own, there is nothing to test. */
#include <stdlib.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/io.h"
#include "base/rec.h"
#include "base/subst.h"
#include "base/words.h"
#include "ident/ident.h"
#include "port/profile.h"
#include "tests/tap.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define SANITIZED
#endif

#ifdef SANITIZED
int
main(void)
{
	printf("1..0 # SKIP the sanitizer has an allocator of its own\n");
	return 0;
}
#else

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t k, size_t n);
void *__libc_realloc(void *p, size_t n);

static long left = -1;	/* allocations that still succeed; -1: all */
static long live;	/* allocated and not freed */

static int
refuse(void)
{
	return left >= 0 && left-- == 0 ? (left = 0, 1) : 0;
}

void *
malloc(size_t n)
{
	void *p = refuse() ? NULL : __libc_malloc(n);

	live += p != NULL;
	return p;
}

void *
calloc(size_t k, size_t n)
{
	void *p = refuse() ? NULL : __libc_calloc(k, n);

	live += p != NULL;
	return p;
}

void *
realloc(void *old, size_t n)
{
	void *p = refuse() ? NULL : __libc_realloc(old, n);

	live += p != NULL && old == NULL;
	return p;
}

void __libc_free(void *p);

void
free(void *p)
{
	live -= p != NULL;
	__libc_free(p);
}

static int
records(struct mk_err *e)
{
	static const char line[] = "id:x\tcode:a\\x1db\tnote:n\tjob:v1";
	struct mk_rec rec = {0};
	struct mk_wtr w;
	struct mk_buf b = {0};
	size_t column;
	int i, r;

	mk_wtr_init(&w, -1, "w");
	r = mk_rec_parse(&rec, line, sizeof line - 1, &column, e);
	for (i = 0; r == 0 && i < 40; i++) {
		char key[8];

		(void)snprintf(key, sizeof key, "k%d", i);
		r = mk_rec_setf(&rec, e, key, "%0100d", i);
	}
	if (r == 0)
		r = mk_rec_set(&rec, "note", "\t\x1d", 2, e);
	if (r == 0 && (r = mk_rec_bytes(&rec, "code", &b, e)) == 1)
		r = mk_wtr_rec(&w, &rec, e);
	mk_rec_clear(&rec);
	mk_wtr_clear(&w);
	mk_buf_clear(&b);
	return r;
}

/* Identities of all schemes, from payloads to records; the dictionary is loaded before. */
static struct mk_gs1 *gs1;

static int
identities(struct mk_err *e)
{
	static const char *const payloads[] = { "010950600013435210AB\x1d" "2112A",
		"urn:epc:id:sgtin:0614141.712345.32a%2Fb", "+A99912345/$$52001510X33",
		"https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122",
		"[)>\x1e" "06\x1d" "17V0CVA5\x1d" "1P1234\x1dS674A36458\x1e\x04",
		"[)>\x1e" "05\x1d" "0109506000134352\x1e\x04", "station:ST40" };
	struct mk_buf form = {0};
	struct mk_rec rec = {0};
	enum mk_scheme found;
	size_t i, at;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof payloads / sizeof *payloads; i++) {
		form.n = 0;
		mk_rec_reset(&rec);
		r = mk_ident_parse(gs1, -1, false, payloads[i], strlen(payloads[i]), &form, &found,
			&at, e);
		if (r == 1)
			r = mk_ident_set(&rec, found, gs1, form.p, form.n, e);
	}
	form.n = 0;
	if (r == 0)
		r = mk_gs1_lost(gs1, false, "010950600013435210AB21123", 25, &form, e) == 1 ? 0 : -1;
	mk_buf_clear(&form);
	mk_rec_clear(&rec);
	return r;
}

static int
dictionary(struct mk_err *e)
{
	struct mk_gs1 *g;
	int r = mk_gs1_load(&g, "libmark/ident/gs1-syntax-dictionary.txt", e);

	mk_gs1_free(g);
	return r;
}

static int
reading(struct mk_err *e)
{
	struct mk_rec rec = {0};
	struct mk_rdr in;
	int p[2], r;

	if (pipe(p) == -1 || write(p[1], "a:1\nb:2\n", 8) != 8)
		exit(99);
	(void)close(p[1]);
	mk_rdr_init(&in, p[0], "pipe");
	while ((r = mk_rec_read(&in, &rec, e)) == 1)
		;
	(void)close(p[0]);
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	return r;
}

static int
substitution(struct mk_err *e)
{
	static const char line[] = "n:5\tday:2026-11-22";
	struct mk_rec rec = {0};
	struct mk_subst s = {0};
	struct mk_buf b = {0};
	size_t column;
	int r;

	r = mk_rec_parse(&rec, line, sizeof line - 1, &column, e);
	if (r == 0 && (r = mk_subst_parse(&s, "a{n}b{day:%Y}c{n}d{n}e{n}f", 26, e)) == 0)
		r = mk_subst_eval(&s, mk_subst_rec, &rec, &b, e);
	mk_subst_clear(&s);
	mk_rec_clear(&rec);
	mk_buf_clear(&b);
	return r;
}

static int
profiles(struct mk_err *e)
{
	static const char line[] = "id:x\thri:AB";
	struct mk_profile *p = NULL;
	struct mk_talk *t = NULL;
	struct mk_rec rec = {0};
	struct mk_buf b = {0};
	size_t column;
	int r = mk_profile_load(&p, "tests/fuzz/corpus/profile/escape", MK_PROFILE_MARKER, e);

	if (r == 0)
		r = mk_rec_parse(&rec, line, sizeof line - 1, &column, e);
	if (r == 0 && (r = mk_talk_new(&t, p, NULL, e)) == 0 && (r = mk_talk_fill(t, &rec, e)) == 0)
		r = mk_talk_text(t, "trigger", &b, e);
	mk_talk_free(t);
	mk_profile_free(p);
	mk_rec_clear(&rec);
	mk_buf_clear(&b);
	return r;
}

static int
configuration(struct mk_err *e)
{
	static const char text[] = "site s\nstore \"a b\"\nstep deburr\ndevice sim a=1 b=2\ndevice lmc\n"
		"gcp 0614141 95060\ngcp 8690\ncontext nomem.ctx\n";
	const char *ctx[MK_CTX_N];
	struct mk_time t = { 0, 0 };
	struct mk_arena a = {0};
	struct mk_conf c;
	int r;

	r = mk_io_replace("nomem.conf", text, sizeof text - 1, e);
	if (r == 0)
		r = mk_io_replace("nomem.ctx", "station ST1\n", 12, e);
	if (r == 0 && (r = mk_conf_load(&c, "nomem.conf", e)) == 0) {
		r = mk_conf_context(&c, &t, ctx, &a, NULL, NULL, e);
		mk_conf_clear(&c);
	}
	mk_arena_clear(&a);
	return r;
}

static void
sweep(const char *what, int (*fn)(struct mk_err *))
{
	struct mk_err e;
	long n, before = live, other = 0, leaked = 0;
	int r = -1;

	for (n = 0; n < 10000 && r != 0; n++) {
		memset(&e, 0, sizeof e);
		left = n;
		r = fn(&e);
		left = -1;
		other += r != 0 && (r != -1 || e.code != MK_ENOMEM);
		leaked += live != before;
	}
	ok(r == 0 && n > 2, "%s: works with %ld allocations", what, n - 1);
	ok(other == 0, "%s: with fewer, each time the error is that", what);
	ok(leaked == 0, "%s: nothing leaks", what);
}

int
main(void)
{
	char dir[] = "/tmp/mk-nomem.XXXXXX";
	struct mk_err e;

	printf("# glibc\n");	/* standard output allocates now, not in a sweep */
	(void)fflush(stdout);
	sweep("dictionary", dictionary);
	if (mk_gs1_load(&gs1, "libmark/ident/gs1-syntax-dictionary.txt", &e) == -1)
		return 99;
	sweep("identities", identities);
	sweep("profiles", profiles);
	mk_gs1_free(gs1);
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 99;
	sweep("records", records);
	sweep("reading", reading);
	sweep("substitution", substitution);
	sweep("configuration", configuration);
	ok(unlink("nomem.conf") == 0 && unlink("nomem.ctx") == 0 && chdir("/") == 0 && rmdir(dir) == 0,
		"nothing is left behind");
	return done();
}
#endif
