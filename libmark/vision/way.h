/* Ways to make a picture clearer for an engine. Inside libmark/vision only. */
#ifndef MK_WAY_H
#define MK_WAY_H

#include "vision/scan.h"

struct mk_way {
	const char *name;
	int reduce;	/* first: to so many pixels of the longer side, at most; 0: not */
	int (*make)(const struct mk_image *in, struct mk_image *out, struct mk_err *e);	/* may be NULL */
	bool flips, inverts;
};

/* Whether the way is one for this picture: it is not made smaller than it is. */
bool mk_way_suits(const struct mk_way *way, const struct mk_image *im);

/* The picture made clearer; not for the first way, which does nothing. */
int mk_way_make(const struct mk_way *way, const struct mk_image *in, struct mk_image *out,
	struct mk_err *e);

/* The ways, the most promising first; NULL behind the last. */
const struct mk_way *mk_way(size_t i);

/* Put a code that was read in made, which a way made of a picture of w pixels'
 * width, back into that picture. */
void mk_way_back(const struct mk_way *way, int w, int made_w, struct mk_code *c);

#endif
