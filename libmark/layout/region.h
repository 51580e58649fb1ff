/* Regions bounded by closed strokes (glyphs, shapes, logos), and lines that fill them. */
#ifndef MK_REGION_H
#define MK_REGION_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "layout/stroke.h"

struct mk_region_fill {
	double angle;		/* degrees, of the lines to the x axis of the strokes */
	double pitch;		/* µm between lines, at most 6 % over it */
	double line;		/* µm, width of a line: they stay half of it inside; 0: not known */
	bool evenodd;		/* else a point is inside if the outlines go round it */
	bool turns;		/* lines become meanders where the next one is near */
};

/* Scratch memory; {0} at first. */
struct mk_region {
	struct mk_buf edges, cross, runs, here, there, work;
};
void mk_region_clear(struct mk_region *r);

/* Append to out the lines that fill the closed strokes first up to (not with) end of
 * in; others of them are left alone. *empty (may be NULL) tells that the region is
 * too thin for any line of that width. in and out may not be the same. */
int mk_region_hatch(struct mk_region *r, const struct mk_strokes *in, size_t first, size_t end,
	const struct mk_region_fill *f, struct mk_strokes *out, bool *empty, struct mk_err *e);

#endif
