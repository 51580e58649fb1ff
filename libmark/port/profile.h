/* Profiles: how to talk to a device in messages of text, mkprofile(5). A profile is
 * a file of named states; each sends a message, expects answers, and takes from them
 * what it needs. It serves markers that hold the template (mk-laser -d text:) and
 * readers (mk-verify -r):
 *
 *   mk_profile_load → mk_port_open(mk_profile_place, mk_profile_conf) → mk_talk_new
 *   for each part: mk_talk_fill (checks every field), then mk_talk_do(state)… and
 *   mk_talk_get for what was captured
 *
 * Names of states: of a marker connect select set readback ready trigger done stop,
 * of a reader connect read stop; mk_profile_has says whether there is one. */
#ifndef MK_PROFILE_H
#define MK_PROFILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rec.h"
#include "port/port.h"

struct mk_profile;

enum mk_profile_kind { MK_PROFILE_MARKER, MK_PROFILE_READER };

/* Load a profile: the file name, or, if name has no '/' and is no file here, one that
 * comes with the tools, NAME.profile. MK_ECONF: "file:line:column: what: how to mend
 * it"; a profile of another kind is refused. */
int mk_profile_load(struct mk_profile **p, const char *name, enum mk_profile_kind kind,
	struct mk_err *e);
void mk_profile_free(struct mk_profile *p);	/* NULL is allowed */

bool mk_profile_has(const struct mk_profile *p, const char *state);
const char *mk_profile_place(const struct mk_profile *p);	/* of its "port", or NULL */
const struct mk_port_conf *mk_profile_conf(const struct mk_profile *p);	/* of its "serial" */

/* ---- the exchange ---- */

struct mk_talk;

enum mk_answer {
	MK_ANSWER_OK,		/* all it was to do is done; captures are there */
	MK_ANSWER_NONE,		/* the device answered that there is nothing (no read) */
	MK_ANSWER_ERR,		/* the device refused, or failed; e has its words */
	MK_ANSWER_BAD,		/* an answer that nothing expects, or a wrong echo; e */
	MK_ANSWER_LATE,		/* no answer in time, or busy for too long; e */
	MK_ANSWER_STOPPED,	/* *stop was set; e */
	MK_ANSWER_GONE		/* the port failed, or we are out of memory; e */
};

/* p and port (borrowed) must outlive it; port may be NULL until mk_talk_port. */
int mk_talk_new(struct mk_talk **t, const struct mk_profile *p, struct mk_port *port,
	struct mk_err *e);
void mk_talk_free(struct mk_talk *t);	/* NULL is allowed */
void mk_talk_port(struct mk_talk *t, struct mk_port *port);	/* another port; what came in is dropped */

/* Fill the profile's fields from a record. What a field may not hold (its charset),
 * too long or too short a text, and a field that the record has not, are MK_EDATA:
 * nothing is cut, nothing replaced, and nothing was sent. */
int mk_talk_fill(struct mk_talk *t, const struct mk_rec *rec, struct mk_err *e);

/* Do all states of that name, in their order, until one is not OK; a name that the
 * profile has not is OK at once. Signals: mask lets them through while waiting, *stop
 * ends it (both may be NULL). After LATE it is not known whether the device got it. */
enum mk_answer mk_talk_do(struct mk_talk *t, const char *state, const sigset_t *mask,
	const volatile sig_atomic_t *stop, struct mk_err *e);

/* Set *flag (borrowed; NULL: none) to 1 right before anything is sent, for others to
 * see, whatever becomes of this process. */
void mk_talk_watch(struct mk_talk *t, atomic_uint *flag);

/* Whether the last do sent anything at all: if not, the device cannot have acted. */
bool mk_talk_sent(const struct mk_talk *t);

/* The bytes of a field, or of what {name} matched last, or NULL. They live until the
 * next fill or do. mk_talk_name gives the names, i from 0, NULL behind the last. */
const struct mk_buf *mk_talk_get(const struct mk_talk *t, const char *name);
const char *mk_talk_name(const struct mk_talk *t, size_t i);

/* Append what a state sends, framed, as it stands before any fill: for a handler that
 * must stop a device (mk_port_shout). Nothing if there is no such state. */
int mk_talk_text(struct mk_talk *t, const char *state, struct mk_buf *out, struct mk_err *e);

#endif
