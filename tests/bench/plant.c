/* plant STORE [PARTS [SEED]]: make a store (and its high-water file beside it) with a
 * plant in it, from a seed: the same seed, the same store but for its origin and the
 * times of storing. 20000 parts by default; 5000000 make about 15.6 million events and
 * 10.5 million edges.
 *
 * Part i, from 0, is P%09d. It is marked at 2026-01-01T06:00:00Z + i seconds at
 * station:ST1 … ST4 (in turn), under lot:L%05d (i / 3000), with an operator for each
 * shift of each day (op0 … op8) and shifts A 06-14, B 14-22, C 22-06. 1 in 50 marks
 * fails for contrast, in shift C 3 in 50; what fails is marked again 5 s later and is
 * good then. The part consumes from lot:ADH%06d (i / 576), but of every 720000 parts
 * the first 72000 from lot:RESIN%03d (i / 720000). Ten parts are assembled into a unit
 * (U1-%09d, i / 10), ten of those into the next (U2-…), up to U4-…; each unit is
 * marked before. A lot of 576 touches about 640 items, one of 72000 about 80000.
 * Every second U4 is packed into box:%07d and shipped to ACME, BOLT or CRUX (in turn),
 * document D%07d; the others are moved to WH1 or WH2. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/store.h"

#define START 1767247200000	/* 2026-01-01T06:00:00Z */
#define BATCH 2000

struct plant {
	struct mk_store *st;
	struct mk_rec rec;
	struct mk_err e;
	struct mk_time now;
	uint64_t rng, events, edges;
	int open;
};

static uint32_t
draw(struct plant *p)
{
	p->rng = p->rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(p->rng >> 33);
}

static void
die(const struct plant *p, const char *what)
{
	(void)fprintf(stderr, "plant: %s: %s\n", what, p->e.msg);
	exit(1);
}

static void
put(struct plant *p, const char *line, int n)
{
	size_t column;
	int r;

	if (p->open == 0 && mk_store_begin(p->st, &p->e) == -1)
		die(p, "begin");
	if (mk_rec_parse(&p->rec, line, (size_t)n, &column, &p->e) == -1 ||
	    (r = mk_store_add(p->st, &p->rec, &p->now, &p->e)) == -1)
		die(p, line);
	p->events += (uint64_t)r;
	if (++p->open == BATCH) {
		if (mk_store_commit(p->st, &p->e) == -1)
			die(p, "commit");
		p->open = 0;
	}
}

/* "<step>_time … _day" of second s, 30 bytes of time at once. */
static int
head(char *out, size_t room, const char *step, int64_t s, int ms, int station, const char *result)
{
	int64_t t = START + s * 1000 + ms, shift0 = (s / 28800) % 3;
	time_t sec = (time_t)(t / 1000), day = (time_t)((START + s * 1000) / 1000 - 21600);
	struct tm tm, d;

	(void)gmtime_r(&sec, &tm);
	(void)gmtime_r(&day, &d);
	return snprintf(out, room, "\t%s_time:%04d-%02d-%02dT%02d:%02d:%02d.%03d+00:00\t%s_result:%s"
		"\t%s_site:plant\t%s_line:L3\t%s_station:ST%d\t%s_operator:op%d\t%s_shift:%c"
		"\t%s_day:%04d-%02d-%02d", step, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		tm.tm_min, tm.tm_sec, (int)(t % 1000), step, result, step, step, step, station, step,
		(int)(s / 28800 % 9), step, "ABC"[shift0], step, d.tm_year + 1900, d.tm_mon + 1, d.tm_mday);
}

static void
mark(struct plant *p, const char *id, const char *part, int64_t s, int64_t lot, int station)
{
	char line[1024];
	int n = snprintf(line, sizeof line, "id:%s\tpart:%s\tlot:L%05" PRId64 "\trecipe:bracket", id, part,
		lot), k = n;
	bool fails = draw(p) % 50 < (s / 28800 % 3 == 2 ? 3u : 1u);

	n += head(line + n, sizeof line - (size_t)n, "mark", s, 0, station, fails ? "fail" : "ok");
	n += snprintf(line + n, sizeof line - (size_t)n, "%s\tmark_ms:%u\tmark_vectors:%u",
		fails ? "\tmark_reason:contrast" : "", 900 + draw(p) % 100, 1500 + draw(p) % 300);
	put(p, line, n);
	if (!fails)
		return;
	k += head(line + k, sizeof line - (size_t)k, "mark", s + 5, 0, station, "ok");
	k += snprintf(line + k, sizeof line - (size_t)k, "\tmark_attempt:2\tmark_ms:%u", 900 + draw(p) % 100);
	put(p, line, k);
}

static void
edge(struct plant *p, const char *id, const char *step, const char *how, const char *to, int64_t s,
	int station)
{
	char line[1024];
	int n = snprintf(line, sizeof line, "id:%s", id);

	n += head(line + n, sizeof line - (size_t)n, step, s, 500, station, "ok");
	n += snprintf(line + n, sizeof line - (size_t)n, "\t%s_%s:%s", step, how, to);
	put(p, line, n);
	p->edges++;
}

static void
leaves(struct plant *p, const char *id, int64_t k, int64_t s)
{
	static const char *const customer[] = { "ACME", "BOLT", "CRUX" };
	char box[32], line[1024];
	int n;

	(void)snprintf(box, sizeof box, "box:%07" PRId64, k);
	if (k % 2 == 0) {
		edge(p, id, "pack", "into", box, s, 7);
		n = snprintf(line, sizeof line, "id:%s", box);
		n += head(line + n, sizeof line - (size_t)n, "ship", s + 60, 0, 7, "ok");
		n += snprintf(line + n, sizeof line - (size_t)n, "\tship_to:%s\tship_doc:D%07" PRId64,
			customer[k / 2 % 3], k);
	} else {
		n = snprintf(line, sizeof line, "id:%s", id);
		n += head(line + n, sizeof line - (size_t)n, "move", s, 0, 7, "ok");
		n += snprintf(line + n, sizeof line - (size_t)n, "\tmove_to:WH%d", k / 2 % 2 == 0 ? 1 : 2);
	}
	put(p, line, n);
}

static void
one(struct plant *p, int64_t i)
{
	char id[32], other[32];
	int64_t k;
	int level;

	(void)snprintf(id, sizeof id, "P%09" PRId64, i);
	mark(p, id, "P-100", i, i / 3000, 1 + (int)(i % 4));
	if (i % 720000 < 72000)
		(void)snprintf(other, sizeof other, "lot:RESIN%03" PRId64, i / 720000);
	else
		(void)snprintf(other, sizeof other, "lot:ADH%06" PRId64, i / 576);
	edge(p, id, "consume", "from", other, i + 10, 5);
	for (level = 1; level <= 4; level++) {
		k = i;
		for (int l = 0; l < level - 1; l++)
			k /= 10;
		/* the unit is there from its first child on */
		(void)snprintf(other, sizeof other, "U%d-%09" PRId64, level, k / 10);
		if (level == 1) {
			if (k % 10 == 0)
				mark(p, other, "U-100", i, k / 3000, 6);
			edge(p, id, "assemble", "into", other, i + 20, 6);
		} else {
			if (k % 10 == 0)
				mark(p, other, level == 2 ? "U-200" : level == 3 ? "U-300" : "U-400", i, k / 300, 6);
			edge(p, id, "assemble", "into", other, i + 30, 6);
		}
		(void)snprintf(id, sizeof id, "%s", other);
		/* go up only from the last child */
		if (k % 10 != 9)
			return;
	}
	leaves(p, id, i / 10000, i + 120);
}

int
main(int argc, char **argv)
{
	struct plant p = {0};
	int64_t i, n = argc > 2 ? strtoll(argv[2], NULL, 10) : 20000;
	char state[4096];

	if (argc < 2 || argc > 4 || n < 1) {
		(void)fprintf(stderr, "usage: plant STORE [PARTS [SEED]]\n");
		return 2;
	}
	p.rng = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	(void)snprintf(state, sizeof state, "%s.state", argv[1]);
	if (mk_store_init(argv[1], state, NULL, &p.e) == -1 ||
	    mk_store_open(&p.st, argv[1], NULL, &p.e) == -1)
		die(&p, argv[1]);
	for (i = 0; i < n; i++) {
		if (p.open == 0 && mk_time_now(&p.now, &p.e) == -1)
			die(&p, "now");
		one(&p, i);
	}
	if (p.open > 0 && mk_store_commit(p.st, &p.e) == -1)
		die(&p, "commit");
	mk_store_close(p.st);
	mk_rec_clear(&p.rec);
	(void)printf("%" PRId64 " parts, %" PRIu64 " events, %" PRIu64 " edges\n", n, p.events, p.edges);
	return 0;
}
