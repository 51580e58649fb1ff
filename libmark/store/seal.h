/* The ledger: exports, seals, proofs, the audit.
 *
 * Every event's exported line ends in the SHA-256 of the line before it (of its
 * origin). A seal is an RFC 6962 tree head over the exported lines of all events of
 * this store's own origin up to one of them, signed with Ed25519. As a line:
 *
 *     seal_origin:… seal_size:… seal_time:… seal_root:… seal_head:…   (this is signed)
 *     seal_key:…    seal_sig:…
 *
 * seal_head is the SHA-256 of the last event's line. A seal that was printed or sent
 * elsewhere is an anchor: nobody can alter what it covers unnoticed, not even who
 * holds the store and the key. */
#ifndef MK_SEAL_H
#define MK_SEAL_H

#include "store/merkle.h"
#include "store/store.h"

/* ---- exports ---- */

/* Each event in the order of its arrival, as it is exported (no LF); or, with `after`, those
 * of one origin behind that number. Nothing is open while the callback runs. */
typedef int mk_export_each(void *arg, int64_t id, const char *line, size_t n, struct mk_err *e);
int mk_store_export(struct mk_store *st, int64_t after, mk_export_each *each, void *arg,
	struct mk_err *e);

/* ---- seals ---- */

struct mk_seal {
	char origin[17];
	int64_t size;
	char time[MK_TIME_LEN];
	mk_hash root, head;
	unsigned char key[MK_KEY_LEN], sig[MK_SIG_LEN];
};

int mk_seal_line(const struct mk_seal *s, struct mk_buf *out, struct mk_err *e);	/* appends, no LF */
/* Read a line of one: 0; MK_EDATA if it is none, or its signature is not good. */
int mk_seal_read(struct mk_seal *s, const char *line, size_t n, struct mk_err *e);

/* Seal all events up to now with a private key. 1; 0: nothing happened since the last
 * seal, which *s is (size 0: there is none, and no event); -1. */
int mk_store_seal(struct mk_store *st, const unsigned char key[MK_KEY_LEN], const struct mk_time *t,
	struct mk_seal *s, struct mk_err *e);
/* The newest seal: 1, 0, -1. */
int mk_store_last_seal(struct mk_store *st, struct mk_seal *s, struct mk_err *e);

/* The seal's private key: read from path, or made there (0600) if make. A file that
 * others may read is MK_EUSAGE. */
int mk_seal_key(const char *path, bool make, unsigned char key[MK_KEY_LEN], struct mk_err *e);
/* Where it is kept unless somebody says: beside the high-water file; a server's store
 * has none: where the file would be on this PC. */
int mk_seal_path(struct mk_store *st, struct mk_buf *out, struct mk_err *e);

/* ---- proofs ---- */

/* Append the proof of an item's events that are under the newest seal: the seal's line,
 * then for each event a line "proof_seq:… proof_path:HASH,HASH…" and its exported
 * line. How many events, and in *open how many are not sealed yet. No seal: 0. */
int mk_store_proof(struct mk_store *st, const char *name, size_t n, struct mk_buf *out,
	int *open, struct mk_err *e);

/* Check such a text without any store: each gets each event that is proved. The number
 * of them; MK_EINTEGRITY says what is wrong. *s is the seal. */
typedef int mk_proof_each(void *arg, const char *line, size_t n, struct mk_err *e);
int mk_proof_check(const char *text, size_t n, struct mk_seal *s, mk_proof_each *each, void *arg,
	struct mk_err *e);

/* ---- the audit ---- */

struct mk_audit {
	/* to be said: sees how far it is; NULL */
	int (*tick)(void *arg, int64_t done, int64_t all, struct mk_err *e);
	void *arg;

	int64_t events, seals;
	struct mk_buf wrong;	/* what is wrong first, one sentence; empty: nothing */
};
/* Check every event of every origin, the chains, the seals, and the anchors (n lines of
 * seals). 0 also if something is wrong; -1 if the audit itself failed. */
int mk_store_audit(struct mk_store *st, const struct mk_seal *anchor, size_t n, struct mk_audit *a,
	struct mk_err *e);

#endif
