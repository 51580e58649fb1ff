/* Inside mk-verify: its verbs, and what they share. */
#ifndef VERIFY_H
#define VERIFY_H

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/mk-verify/grade.h"
#include "vision/camera.h"
#include "vision/reader.h"
#include "vision/smart.h"

/* ---- look.c: how a picture comes, and what is read in it ---- */

extern const char *opt_camera, *opt_reader, *opt_limit, *opt_roi, *opt_all;
#define OPT_CAMERA { "camera", 'c', "SPEC", &opt_camera, \
	"where pictures come from: aravis:NAME, dir:PATH or cmd:COMMAND" }
#define OPT_READER { "reader", 'r', "PROFILE[@PLACE]", &opt_reader, \
	"a reader that decodes by itself: keyence-sr, cognex-dmcc, scanner, or a file" }
#define OPTS_LOOK \
	{ "time-limit", 0, "MS", &opt_limit, "CPU time to look for the code, 10..60000 (200)" }, \
	{ "roi", 0, "X,Y,W,H", &opt_roi, "look at this part of the picture only, in pixels" }, \
	{ "all", 0, NULL, &opt_all, "look for every code in the picture" }, \
	OPTS_GRADE

struct look {
	struct mk_reader *reader;
	struct mk_camera *camera;	/* NULL without -c */
	struct mk_smart *smart;		/* NULL without -r */
	bool no_aim;			/* it did not say what kind of code it was */
	struct grader *grader;		/* NULL: nothing is graded */
	struct mk_image unpacked;	/* the pixels of a picture file, for grading */
	struct mk_scan_want want;	/* as the options say */
	struct mk_scan_want asked;	/* as the last look_scan was told */
	struct mk_shot shot;		/* the picture */
	struct mk_scan scan;		/* what is in it */
	enum mk_read_end end;
	struct mk_err why;		/* of MK_READ_NONE */
};

/* By the options; look_close in any case. */
int look_open(struct cmd *c, struct look *l);
void look_close(struct look *l);

/* Forget the last picture. */
void look_reset(struct look *l);

/* A picture: from a file, or the camera. 1; 0 if there is none, as l->why says; -1
 * with c->err. */
int look_file(struct cmd *c, struct look *l, const char *path);
int look_grab(struct cmd *c, struct look *l);

/* Read it: l->scan and l->end. -1 with c->err. */
int look_scan(struct cmd *c, struct look *l, const struct mk_scan_want *want);

/* Both at once, from the file, the camera or the reader, whichever is there. 1; 0 if
 * that gave nothing, as l->why says, and a file is read as one that is no picture. */
int look_next(struct cmd *c, struct look *l, const char *path, const struct mk_scan_want *want);

/* What speaks against the picture itself, as a reason, or NULL; *text for people. */
const char *look_fault(const struct look *l, const char **text);

/* The code that counts, or NULL. */
const struct mk_code *look_code(const struct look *l);

/* Fields of the code (symbol, engine …), of its grade, and of the picture (exposure, gain),
 * each with the prefix before its name. A drawing that cannot be written is told: status 3. */
int look_describe(struct cmd *c, const struct look *l, struct mk_rec *rec, const char *prefix);

/* ---- filter.c: records in, records with a verdict out ---- */
extern const struct cmd_opt opts_filter[];
int run_filter(struct cmd *c);

/* ---- read.c: pictures without records ---- */
extern const struct cmd_opt opts_read[], opts_now[];
int run_read(struct cmd *c);
int run_now(struct cmd *c);

#endif
