#include "trace/name.h"

#include <string.h>

#include "ident/ident.h"
#include "store/ask.h"
#include "store/pull.h"

static int
count(void *arg, const struct mk_elsewhere *w, struct mk_err *e)
{
	(void)arg;
	(void)w;
	(void)e;
	return 0;
}

/* Whether something was pulled of the part of that id, which becomes name: 2, 0, -1. */
static int
by_others(struct mk_store *st, const char *id, size_t n, struct mk_buf *name, struct mk_err *e)
{
	int r = mk_store_elsewhere(st, id, n, count, NULL, e);

	if (r <= 0)
		return r;
	name->n = 0;
	return mk_buf_add(name, id, n, e) == -1 ? -1 : 2;
}

/* The item whose id a scan makes: 1, 2 known from elsewhere (if far), 0, -1. */
static int
by_scan(struct mk_store *st, const struct mk_gs1 *g, const char *s, size_t n, bool fnc1, bool far,
	struct mk_buf *name, struct mk_err *e)
{
	struct mk_buf form = {0};
	struct mk_rec rec = {0};
	enum mk_scheme scheme;
	const struct mk_field *f;
	struct mk_err no;
	int64_t item;
	size_t at;
	int r = mk_ident_parse(g, -1, fnc1, s, n, &form, &scheme, &at, &no);

	if (r == 1 && scheme != MK_SCHEME_PLAIN &&
	    mk_ident_set(&rec, scheme, g, form.p, form.n, &no) == 0 &&
	    (f = mk_rec_get(&rec, "id")) != NULL) {
		r = mk_ask_item(st, f->val, f->vlen, &item, e);
		name->n = 0;
		if (r == 1 && mk_ask_name(st, item, name, e) == -1)
			r = -1;
		if (r == 0 && far)
			r = by_others(st, f->val, f->vlen, name, e);
	} else
		r = 0;
	mk_rec_clear(&rec);
	mk_buf_clear(&form);
	return r;
}

/* As mk_trace_known, if far; as mk_trace_resolve. */
static int
resolve(struct mk_store *st, const char *arg, bool far, struct mk_buf *name, struct mk_err *e)
{
	struct mk_gs1 *g = NULL;
	struct mk_buf raw = {0};
	struct mk_err no;
	int r = mk_store_resolve(st, arg, name, e);
	const char *s;
	size_t n;

	if (r == 0 && far && mk_store_spell(arg, &raw, e) == 0)
		r = by_others(st, raw.p, raw.n, name, e);
	raw.n = 0;
	if (r != 0 || strlen(arg) < 4) {
		mk_buf_clear(&raw);
		return r;
	}
	/* a scan that was pasted from a record has \x1d for the separator; one that was not
	 * may have a backslash that is one */
	if (mk_unescape(&raw, arg, strlen(arg), &no) == -1)
		r = mk_buf_add(&raw, arg, strlen(arg), e);
	if (r == -1 || mk_gs1_load(&g, NULL, e) == -1)
		r = -1;
	s = raw.p;
	n = raw.n;
	if (r == 0)
		r = by_scan(st, g, s, n, false, far, name, e);
	if (r == 0 && n > 3 && *s == ']')
		r = by_scan(st, g, s + 3, n - 3, strchr("Cde", s[1]) != NULL, far, name, e);
	mk_gs1_free(g);
	mk_buf_clear(&raw);
	return r;
}

int
mk_trace_resolve(struct mk_store *st, const char *arg, struct mk_buf *name, struct mk_err *e)
{
	return resolve(st, arg, false, name, e);
}

int
mk_trace_known(struct mk_store *st, const char *arg, struct mk_buf *name, struct mk_err *e)
{
	return resolve(st, arg, true, name, e);
}
