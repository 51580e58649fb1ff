/* Search terms: what is one, and which events have what they ask for. */
#include <stdlib.h>

#include "tests/tap.h"
#include "trace/term.h"

static struct mk_conf conf;
static struct mk_time now;

static const char line[] = "id:P1\tlot:L42\tnote:a\\tb\tsize:-3.5\tverify_time:2026-11-22T09:00:00Z\t"
	"verify_result:fail\tverify_station:ST3\tverify_grade:1.9";

/* Whether the one term of word holds in the event of line. */
static bool
holds(const char *word)
{
	struct mk_terms t;
	struct mk_rec rec = {0};
	struct mk_time at;
	struct mk_err e = {0};
	size_t column;
	bool yes = false;

	(void)mk_time_parse("2026-11-22T09:00:00Z", 20, &at, &e);
	if (mk_terms_parse(&t, &word, 1, &conf, &now, &e) == 0 &&
	    mk_rec_parse(&rec, line, sizeof line - 1, &column, &e) == 0)
		yes = mk_term_holds(&t.term[0], &rec, "verify", at.ms);
	else
		printf("# %s\n", e.msg);
	mk_rec_clear(&rec);
	mk_terms_clear(&t);
	return yes;
}

static void
values(void)
{
	static const char *const yes[] = { "id:P1", "lot:L42", "lot:L4*", "lot:*", "lot:!L43",
		"lot:=L42", "station:ST3", "verify_station:ST3", "result:fail", "grade:<2",
		"grade:<=1.9", "grade:>1.8", "grade:>=1.9", "grade:1..2", "grade:1.9..2", "grade:..2",
		"grade:1..", "size:<0", "size:-4..-3", "step:verify", "step:ver*", "step:!mark",
		"date:2026-11-22", "date:2026-11..", "date:2026-11-22T09:00:00Z..2026-11-22T09:00:01Z",
		"verify_time:2026-11-22", "time:2026-11-22", "shift:2026-11-22/1", "note:a\\tb",
		"note:a\tb" };
	static const char *const no[] = { "id:P", "lot:L4", "lot:L43", "lot:!L42", "lot:=L4*",
		"station:ST", "mark_station:ST3", "grade:<1.9", "grade:>1.9", "grade:1..1.9",
		"grade:2..", "lot:<5", "step:mark", "date:2026-11-21", "mark_time:2026-11-22",
		"date:..2026-11-22T09:00:00Z", "shift:2026-11-22/2", "shift:A", "gone:*", "note:a" };
	size_t i;

	for (i = 0; i < sizeof yes / sizeof *yes; i++)
		ok(holds(yes[i]), "holds: %s", yes[i]);
	for (i = 0; i < sizeof no / sizeof *no; i++)
		ok(!holds(no[i]), "does not: %s", no[i]);
}

static void
wrong(const char *a, const char *b, const char *c, const char *want)
{
	const char *word[] = { a, b, c, NULL };
	struct mk_terms t;
	struct mk_err e = {0};
	size_t n = 0;

	while (word[n] != NULL)
		n++;
	ok(mk_terms_parse(&t, word, n, &conf, &now, &e) == -1 && e.code == MK_EUSAGE, "no terms: %s",
	    a);
	is(e.msg, want, "and it says so");
	mk_terms_clear(&t);
}

static void
groups(void)
{
	const char *word[] = { "lot:L1", "not", "result:ok", "or", "date:today", "and", "x:1" };
	struct mk_terms t;
	struct mk_err e;

	ok(mk_terms_parse(&t, word, 7, &conf, &now, &e) == 0, "a question of two groups");
	ok(t.ngroup == 2 && t.end[0] == 2 && t.end[1] == 4, "two terms in each");
	ok(!t.term[0].turned && t.term[1].turned && !t.term[2].turned, "the second is turned");
	ok(!t.term[0].event && t.term[1].event && t.term[2].event && !t.term[3].event,
	    "which tell of one happening");
	mk_terms_clear(&t);
	ok(mk_terms_parse(&t, word, 0, &conf, &now, &e) == 0 && t.ngroup == 0, "no terms");
	mk_terms_clear(&t);
	wrong("lot", NULL, NULL, "'lot' is no term: write key:value");
	wrong("Lot:1", NULL, NULL, "'Lot:1' is no term: write key:value");
	wrong("or", "a:1", NULL, "'or' stands between two terms");
	wrong("a:1", "or", NULL, "'or' stands between two terms");
	wrong("not", NULL, NULL, "'not' stands before a term");
	wrong("not", "or", "a:1", "'or' stands between two terms");
	wrong("a:<x", NULL, NULL, "'a:<x' asks for no number: write a:<2, or a:=<x for the text");
	wrong("date:soon", NULL, NULL, "date: 'soon' is no time: write 2026-11-22T09:00:00+03:00, "
		"2026-11-22, 2026-W48, today, mon, now, -2h, shift:2026-11-22/2, or A..B");
}

int
main(void)
{
	struct mk_err e;

	(void)setenv("TZ", "UTC", 1);
	(void)mk_time_parse("2026-11-24T15:30:00.500Z", 24, &now, &e);
	(void)mk_shifts_add(&conf.shifts, "A@06:00", &e);
	(void)mk_shifts_add(&conf.shifts, "B@14:00", &e);
	values();
	groups();
	return done();
}
