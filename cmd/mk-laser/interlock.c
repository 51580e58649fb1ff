#include "cmd/mk-laser/interlock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/io.h"

int
interlock_open(struct cmd *c, struct interlock *l, const char *list)
{
	bool high;

	if (list == NULL)
		return 0;
	if (mk_signals_new(&l->set, &c->err) == -1)
		return -1;
	while (*list != '\0') {
		size_t n = strcspn(list, "\n");

		if (l->n == INTERLOCKS_MAX)
			return cmd_usage(c, "more than %d interlocks", INTERLOCKS_MAX);
		if ((l->spec[l->n] = strndup(list, n)) == NULL)
			return mk_err_nomem(&c->err);
		if (mk_signal_open(l->set, l->spec[l->n], MK_SIGNAL_IN, &l->s[l->n], &c->err) == -1)
			return mk_err_at(&c->err, "--interlock");
		/* what never has a level is no interlock; what has none now is low */
		if (mk_signal_level(l->s[l->n], &high, &c->err) == -1 && c->err.code == MK_EUSAGE)
			return mk_err_at(&c->err, "--interlock");
		memset(&c->err, 0, sizeof c->err);
		l->n++;
		list += n + (list[n] == '\n');
	}
	return 0;
}

void
interlock_close(struct interlock *l)
{
	size_t i;

	mk_signals_free(l->set);
	for (i = 0; i < INTERLOCKS_MAX; i++)
		free(l->spec[i]);
	free(l->latch);
}

bool
interlock_well(struct interlock *l)
{
	struct mk_err e;
	bool high;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (mk_signal_level(l->s[i], &high, &e) == -1 || !high) {
			l->dropped = l->spec[i];
			return false;
		}
	return true;
}

/* ---- the latch ---- */

/* STORE.stopped.HASH, one of each device. */
static int
name(struct cmd *c, struct interlock *l, const char *store, const char *device)
{
	unsigned char sum[MK_SHA256_LEN];
	char hex[2 * MK_SHA256_LEN + 1];
	size_t n = strlen(store) + 32;

	if (mk_sha256(device, strlen(device), sum, &c->err) == -1)
		return -1;
	mk_hex(sum, 8, hex);
	if ((l->latch = malloc(n)) == NULL)
		return mk_err_nomem(&c->err);
	(void)snprintf(l->latch, n, "%s.stopped.%s", store, hex);
	return 0;
}

int
interlock_latch(struct cmd *c, struct interlock *l, const char *store, const char *device,
	bool reset)
{
	struct mk_buf b = {0};
	int r = 0;

	if (store == NULL)
		return 0;
	if (name(c, l, store, device) == -1)
		return -1;
	if (reset) {
		if (unlink(l->latch) == -1 && errno != ENOENT)
			return mk_err_sys(&c->err, MK_EIO, "%s: cannot remove", l->latch);
		return mk_io_syncdir(l->latch, &c->err);
	}
	if (access(l->latch, F_OK) == -1)
		return 0;
	if (mk_io_slurp(l->latch, 4096, &b, &c->err) == -1 || mk_buf_str(&b, &c->err) == NULL)
		r = -1;
	else
		r = mk_err(&c->err, MK_EDEV, "%s: it was stopped with its beam on by %.*s: look at the "
			"machine and at the part, then start with --reset", device, (int)strcspn(b.p, "\n"),
			b.p);
	mk_buf_clear(&b);
	return r;
}

int
interlock_set(struct interlock *l, const char *device, struct mk_err *e)
{
	struct mk_buf b = {0};
	int r;

	if (l->latch == NULL)
		return 0;
	r = mk_buf_addf(&b, e, "%s\n%s\n", l->dropped, device);
	if (r == 0)
		r = mk_io_replace(l->latch, b.p, b.n, e);
	mk_buf_clear(&b);
	return r;
}
