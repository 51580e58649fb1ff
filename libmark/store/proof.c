/* Checking a proof: no store is at hand. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "store/seal.h"

static int
wrong(struct mk_err *e, long line, const char *what)
{
	return mk_err(e, MK_EINTEGRITY, "line %ld: %s", line, what);
}

/* "proof_seq:N<TAB>proof_path:…" */
static int
read_path(const char *s, size_t n, uint64_t *seq, mk_hash path[64], int *len)
{
	const struct mk_field *q, *p;
	struct mk_rec rec = {0};
	struct mk_err no;
	size_t column, at;
	int r = -1;

	*len = 0;
	if (mk_rec_parse(&rec, s, n, &column, &no) == 0 &&
	    (q = mk_rec_get(&rec, "proof_seq")) != NULL &&
	    mk_num_u64(q->val, q->vlen, 1, INT64_MAX, seq, &no) == 0 &&
	    (p = mk_rec_get(&rec, "proof_path")) != NULL) {
		r = p->vlen % 65 == 64 || p->vlen == 0 ? 0 : -1;
		for (at = 0; r == 0 && at < p->vlen && *len < 64; at += 65) {
			if (at > 0 && p->val[at - 1] != ',')
				r = -1;
			else
				r = mk_unhex(p->val + at, sizeof(mk_hash), path[(*len)++]);
		}
	}
	mk_rec_clear(&rec);
	return r;
}

static bool
says(const char *line, size_t n, const char *origin, uint64_t seq)
{
	struct mk_rec rec = {0};
	struct mk_err no;
	size_t column;
	uint64_t got = 0;
	const struct mk_field *f;
	bool yes = mk_rec_parse(&rec, line, n, &column, &no) == 0 &&
		mk_rec_is(&rec, "event_origin", origin) && (f = mk_rec_get(&rec, "event_seq")) != NULL &&
		mk_num_u64(f->val, f->vlen, 1, INT64_MAX, &got, &no) == 0 && got == seq;

	mk_rec_clear(&rec);
	return yes;
}

int
mk_proof_check(const char *text, size_t n, struct mk_seal *s, mk_proof_each *each, void *arg,
	struct mk_err *e)
{
	const char *end = text + n, *lf;
	mk_hash path[64], leaf, root;
	uint64_t seq = 0;
	long line = 0;
	int len = -1, proved = 0;

	memset(s, 0, sizeof *s);
	for (; text < end; text = lf + 1) {
		line++;
		if ((lf = memchr(text, '\n', (size_t)(end - text))) == NULL)
			return wrong(e, line, "the proof was cut short");
		n = (size_t)(lf - text);
		if (s->size == 0) {
			if (mk_seal_read(s, text, n, e) == -1)
				return mk_err_at(e, "line %ld", line);
		} else if (len == -1) {
			if (read_path(text, n, &seq, path, &len) == -1)
				return wrong(e, line, "no path of a proof");
		} else {
			if (!says(text, n, s->origin, seq))
				return wrong(e, line, "not the event that its path is for");
			if (mk_merkle_leaf(text, n, leaf, e) == -1)
				return -1;
			if (mk_merkle_climb(seq - 1, (uint64_t)s->size, leaf, path, len, root, e) == -1 ||
			    memcmp(root, s->root, sizeof root) != 0)
				return wrong(e, line, "this event is not what was sealed: it, its path or "
					"the seal was altered");
			if (each != NULL && each(arg, text, n, e) == -1)
				return -1;
			proved++;
			len = -1;
		}
	}
	if (len != -1 || proved == 0)
		return wrong(e, line + 1, "the proof was cut short");
	return proved;
}
