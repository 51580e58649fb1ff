/* A part's events, as records. */
#include "store/index.h"

struct handler {
	mk_store_each *each;
	void *arg;
	struct mk_rec rec;
	int n;
};

static int
one_event(void *arg, const struct mk_event *ev, struct mk_err *e)
{
	struct handler *h = arg;
	size_t column;

	if (mk_rec_parse(&h->rec, ev->line, ev->n, &column, e) == -1)
		return mk_err(e, MK_EINTEGRITY, "event %s/%lld is no record: mk-trace audit",
			ev->origin, (long long)ev->seq);
	h->n++;
	return h->each(h->arg, &h->rec, e);
}

static int
history(struct mk_store *st, int64_t item, mk_store_each *each, void *arg, struct mk_err *e)
{
	struct handler h = { .each = each, .arg = arg };
	int r = mk_ask_history(st, item, one_event, &h, e);

	mk_rec_clear(&h.rec);
	return r == -1 ? -1 : h.n;
}

int
mk_store_history(struct mk_store *st, const char *name, size_t n, mk_store_each *each,
	void *arg, struct mk_err *e)
{
	int64_t id;
	int r = mk_item_id(st, name, n, false, &id, e);

	return r == 1 ? history(st, id, each, arg, e) : r;
}
