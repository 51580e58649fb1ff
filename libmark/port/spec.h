/* What a profile says, parsed. Inside port only. Everything lives in the arena. */
#ifndef MK_SPEC_H
#define MK_SPEC_H

#include <stdint.h>

#include "base/subst.h"
#include "port/profile.h"

struct mk_set {			/* of bytes */
	uint32_t in[8];
};

struct mk_piece {
	const char *name;	/* NULL: literal text */
	const char *text;	/* the literal */
	size_t n;
	bool any;		/* {any}: matches, is not kept */
	const struct mk_set *set;	/* what a capture may hold; NULL: anything */
};

#define MK_PIECES_MAX 32
struct mk_text {		/* a template to send, or a pattern to match */
	struct mk_piece *piece;
	size_t n;
};

enum mk_sum { MK_SUM_NONE, MK_SUM_XOR8, MK_SUM_SUM8 };

/* start BODY mid SUM end; the sum is two hex digits, over all before it or BODY only */
struct mk_frame {
	struct mk_piece start, mid, end;	/* literals */
	enum mk_sum sum;
	bool sum_body;
};

struct mk_escape {
	unsigned char from;
	const char *to;
	size_t n;
	struct mk_escape *next;
};

struct mk_fieldspec {
	const char *name;
	const char *where;	/* "file:line", for messages */
	struct mk_subst value;
	size_t min, max;
	struct mk_set set;
	struct mk_escape *escape;
	struct mk_fieldspec *next;
};

enum mk_outcome {
	MK_OUT_OK, MK_OUT_ERR, MK_OUT_BUSY, MK_OUT_NONE, MK_OUT_SKIP, MK_OUT_N
};

struct mk_expect {
	enum mk_outcome outcome;
	struct mk_text pattern;
	struct mk_expect *next;
};

struct mk_compare {
	const char *capture, *field;
	struct mk_compare *next;
};

struct mk_state {
	const char *name;
	long line;
	struct mk_text *await, *send;	/* NULL: none */
	struct mk_expect *expect;
	struct mk_compare *compare;
	int timeout, poll, within;	/* ms */
	int retry;
	struct mk_state *next;
};

struct mk_profile {
	const char *path;
	enum mk_profile_kind kind;
	bool has_kind;
	const char *place;
	struct mk_port_conf conf;
	struct mk_frame out, in;
	int gap;		/* ms of silence that end a message; 0: none do */
	struct mk_set skip;	/* bytes dropped between messages */
	struct mk_set set;	/* of fields that say none */
	struct mk_fieldspec *field;
	struct mk_state *state;
	unsigned without;	/* bits by place in the list of a marker's steps */
	bool awaits;		/* some state waits for the device to speak first */
	struct mk_arena arena;
};

static inline bool
mk_set_has(const struct mk_set *s, unsigned char c)
{
	return (s->in[c / 32] >> c % 32 & 1) != 0;
}

/* ---- spec.c: the small languages; errors without a place (MK_ECONF) ---- */

/* \r \n \t \xHH decoded; s gets n bytes and a NUL. */
int mk_spec_bytes(struct mk_arena *a, const char *text, const char **s, size_t *n,
	struct mk_err *e);
/* "a-zA-Z0-9-\x20": a '-' that is first or last is itself. */
int mk_spec_set(const char *text, struct mk_set *set, struct mk_err *e);
/* "text {name} {name:SET} {any}" */
int mk_spec_text(struct mk_arena *a, const char *text, struct mk_text *t, struct mk_err *e);
int mk_spec_frame(struct mk_arena *a, const char *text, struct mk_frame *f, struct mk_err *e);

/* Whether the pattern matches s whole; each capture is as short as can be, and holds a
 * byte at least ({any}: none). len, of MK_PIECES_MAX, gets the length of each piece. */
bool mk_text_match(const struct mk_text *x, const char *s, size_t n, size_t *len);

/* The two hex digits of a sum over n bytes. */
void mk_sum_hex(enum mk_sum sum, const void *p, size_t n, char hex[2]);

#endif
