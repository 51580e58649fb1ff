/* Damaged marks are never taken for others: what libdmtx says is believed only with the
 * guard's consent. MK_TORTURE=1 for the full counts. */
#include <stdio.h>

#include "tests/sim/plain.h"
#include "tests/tap.h"
#include "vision/dmtx.h"

struct tally {
	int right, wrong, none;
};

static void
count(struct tally *t, int r, const struct mk_scan *got, const char *text, size_t n)
{
	if (r != 1)
		t->none++;
	else if (says(got, text, n))
		t->right++;
	else
		t->wrong++;
}

static void
damaged(int marks)
{
	static const struct { const char *text; int side; } of[] = {
		{ "A12", 10 }, { "B1234", 12 }, { "C123456", 14 }
	};
	struct tally bare = {0}, guarded = {0};
	struct mk_scan_want want = {0};
	struct mk_scan got;
	struct mk_image im;
	struct ecc s;
	int i, k, r;

	for (i = 0; i < marks; i++) {
		const char *text = of[i % 3].text;

		(void)ecc_make(&s, text, strlen(text), 0, of[i % 3].side);
		want.rows = want.cols = s.side;
		/* the finder stays: damage there is no read at all */
		for (k = 1 + (i / 3) % 12; k > 0; k--) {
			int row = 1 + (int)rnd((unsigned)s.side - 2), col = 1 + (int)rnd((unsigned)s.side - 2);

			s.m[row][col] ^= 1;
		}
		render(&s, 5, 40, 200, 0, &im);
		memset(&got, 0, sizeof got);
		r = mk_dmtx_scan(&im, &want, 100, false, &got, &e);
		count(&bare, r, &got, text, strlen(text));
		memset(&got, 0, sizeof got);
		r = mk_dmtx_scan(&im, &want, 100, true, &got, &e);
		count(&guarded, r, &got, text, strlen(text));
		mk_image_clear(&im);
	}
	printf("# %d damaged marks: libdmtx alone %d right, %d wrong, %d none; guarded %d, %d, %d\n",
		marks, bare.right, bare.wrong, bare.none, guarded.right, guarded.wrong, guarded.none);
	ok(bare.wrong > marks / 20, "libdmtx alone reads damaged marks wrong");
	ok(guarded.wrong == 0, "guarded, none is read wrong");
	/* data may be right by luck in what is no codeword */
	ok(guarded.right >= bare.right - marks / 50 && guarded.right > marks / 10,
		"and what was read right still is");
}

/* The whole search, every engine and way, on damaged marks: never another text. */
static void
damaged_search(int marks)
{
	static const struct { const char *text; int side; } of[] = {
		{ "A12", 10 }, { "B1234", 12 }, { "C123456", 14 }, { "D1234567890", 16 }
	};
	struct mk_scan_want want = { .kinds = MK_DATAMATRIX, .ms = 60 };
	struct tally t = {0};
	struct mk_scan got;
	struct mk_image im;
	struct ecc s;
	int i, k;

	for (i = 0; i < marks; i++) {
		const char *text = of[i % 4].text;

		(void)ecc_make(&s, text, strlen(text), 0, of[i % 4].side);
		for (k = 1 + (i / 4) % 12; k > 0; k--)
			s.m[1 + rnd((unsigned)s.side - 2)][1 + rnd((unsigned)s.side - 2)] ^= 1;
		render(&s, 5, 40, 200, 0, &im);
		count(&t, mk_scan_image(&im, &want, &got, &e) == 0 && got.best >= 0 && !got.conflict, &got,
			text, strlen(text));
		mk_image_clear(&im);
	}
	printf("# %d damaged marks, all engines and ways: %d right, %d wrong, %d none\n", marks, t.right,
		t.wrong, t.none);
	ok(t.wrong == 0 && t.right > marks / 10, "none is read wrong by all that is tried");
}

/* A finder around random modules: no symbol at all. */
static void
noise(int marks)
{
	struct mk_scan_want want = { .rows = 10, .cols = 10 };
	struct mk_scan got;
	struct mk_image im;
	struct ecc s;
	int i, r, c, bare = 0, guarded = 0;

	for (i = 0; i < marks; i++) {
		(void)ecc_make(&s, "A12", 3, 0, 10);
		for (r = 1; r < 9; r++)
			for (c = 1; c < 9; c++)
				s.m[r][c] = (unsigned char)rnd(2);
		render(&s, 5, 40, 200, 0, &im);
		memset(&got, 0, sizeof got);
		bare += mk_dmtx_scan(&im, &want, 100, false, &got, &e) == 1;
		memset(&got, 0, sizeof got);
		guarded += mk_dmtx_scan(&im, &want, 100, true, &got, &e) == 1;
		mk_image_clear(&im);
	}
	printf("# %d pictures of noise in a finder: libdmtx alone reads %d, guarded %d\n",
		marks, bare, guarded);
	ok(bare > marks / 5, "libdmtx alone reads noise");
	ok(guarded == 0, "guarded, none");
}

int
main(void)
{
	bool all = getenv("MK_TORTURE") != NULL;

	damaged(all ? 6000 : 600);
	noise(all ? 2000 : 200);
	damaged_search(all ? 2000 : 200);
	return done();
}
