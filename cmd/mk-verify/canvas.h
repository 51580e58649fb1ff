/* Inside mk-verify: a picture in colour to draw on. */
#ifndef CANVAS_H
#define CANVAS_H

#include "base/err.h"

struct canvas {
	int w, h;
	unsigned char *rgb;	/* w * h * 3 bytes */
};
struct colour {
	unsigned char r, g, b;
};

/* Coordinates are pixels, y down; what is outside is cut off. */
void canvas_fill(struct canvas *c, int x, int y, int w, int h, struct colour k);
void canvas_line(struct canvas *c, double x0, double y0, double x1, double y1, double width,
	struct colour k);

/* One line of text, single strokes; its baseline begins at x, y, capitals are height
 * high. 0, or -1 with e. */
int canvas_text(struct canvas *c, double x, double y, double height, struct colour k,
	const char *text, struct mk_err *e);

#endif
