/* Inside mk-verify: the pictures behind verdicts. */
#ifndef KEEP_H
#define KEEP_H

#include "base/clock.h"
#include "cmd/cmd.h"
#include "vision/camera.h"

extern const char *opt_keep, *opt_keep_dir, *opt_keep_days, *opt_keep_size;
#define OPTS_KEEP \
	{ "keep", 0, "all|fail|none", &opt_keep, "keep the pictures of these parts (none)" }, \
	{ "keep-dir", 0, "DIR", &opt_keep_dir, "in this folder" }, \
	{ "keep-days", 0, "N", &opt_keep_days, "for so many days" }, \
	{ "keep-size", 0, "MB", &opt_keep_size, "as long as they are not more than this" }

struct keep;
int keep_open(struct cmd *c, struct keep **k);
void keep_close(struct keep *k);	/* NULL is allowed */

/* Keep the picture of a part that failed or not, taken at t, and set verify_image and
 * verify_image_sha256. Files are DIR/ID.TIME.png (or as the file came), and beside
 * each DIR/ID.TIME.rec: the record, by keep_record. 1 kept, 0 not asked for, -1. */
int keep_picture(struct cmd *c, struct keep *k, struct mk_rec *rec, const struct mk_shot *s,
	const struct mk_time *t, bool failed);
int keep_record(struct cmd *c, struct keep *k, const struct mk_rec *rec);

#endif
