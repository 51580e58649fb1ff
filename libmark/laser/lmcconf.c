/* What a user says of an LMC board: mk-laser(1), "lmc:". */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "laser/lmc.h"

enum kind { FIX, FLAG, WHOLE, SOURCE, PAIR, TEXT };

struct key {
	const char *name;
	enum kind kind;
	size_t at;		/* in struct mk_lmc_conf */
	int64_t min, max;	/* FIX, PAIR: 1/1000 */
};

#define AT(field) offsetof(struct mk_lmc_conf, field)
static const struct key keys[] = {
	{ "lens", FIX, AT(lens_mm), 1000, 2000000 },
	{ "field", PAIR, AT(field_w), 1, 2000000 },
	{ "cor", TEXT, AT(cor), 0, 0 },
	{ "source", SOURCE, AT(source), 0, 0 },
	{ "swap", FLAG, AT(swap), 0, 0 },
	{ "flip_x", FLAG, AT(flip_x), 0, 0 },
	{ "flip_y", FLAG, AT(flip_y), 0, 0 },
	{ "rotate", FIX, AT(rotate), -360000, 360000 },
	{ "offset", PAIR, AT(offset_x), -2000000, 2000000 },
	{ "jump", FIX, AT(jump), 1000, 100000000 },
	{ "jump_us", FIX, AT(jump_us), 0, 600000000 },
	{ "on_us", FIX, AT(on_us), -65535000, 65535000 },
	{ "off_us", FIX, AT(off_us), -65535000, 65535000 },
	{ "corner_us", FIX, AT(corner_us), 0, 600000000 },
	{ "round_us", FIX, AT(round_us), 0, 600000000 },
	{ "mo_ms", FIX, AT(mo_ms), 0, 600000 },
	{ "ns", WHOLE, AT(ns), 1, 65535 },
	{ "red", FIX, AT(red), 1000, 100000000 },
	{ "gate", WHOLE, AT(gate), 0, 15 },
	{ "red_bit", WHOLE, AT(red_bit), 0, 15 },
	{ "timeout", WHOLE, AT(timeout_ms), 10, 60000 },
};
#define NKEYS (sizeof keys / sizeof *keys)

static int
flag(const char *v, bool *to, struct mk_err *e)
{
	if (strcmp(v, "yes") != 0 && strcmp(v, "no") != 0)
		return mk_err(e, MK_EUSAGE, "'%s' is neither yes nor no", v);
	*to = *v == 'y';
	return 0;
}

static int
source(const char *v, enum mk_lmc_source *to, struct mk_err *e)
{
	static const char *const names[] = { "fiber", "mopa", "co2", "uv" };
	size_t i;

	for (i = 0; i < 4; i++)
		if (strcmp(v, names[i]) == 0) {
			*to = (enum mk_lmc_source)i;
			return 0;
		}
	return mk_err(e, MK_EUSAGE, "'%s' is no source: fiber, mopa, co2, uv", v);
}

static int
fix(const struct key *k, const char *v, size_t n, double *to, struct mk_err *e)
{
	int64_t x;

	if (mk_num_fix(v, n, 3, k->min, k->max, &x, e) == -1)
		return -1;
	*to = (double)x / 1000;
	return 0;
}

static int
pair(const struct key *k, const char *v, double *to, struct mk_err *e)
{
	const char *comma = strchr(v, ',');

	if (comma == NULL)
		return mk_err(e, MK_EUSAGE, "'%s' is not X,Y", v);
	return fix(k, v, (size_t)(comma - v), to, e) == -1 ? -1
		: fix(k, comma + 1, strlen(comma + 1), to + 1, e);
}

static int
text(const char *v, char **to, struct mk_err *e)
{
	char *s = strdup(v);

	if (s == NULL)
		return mk_err_nomem(e);
	free(*to);
	*to = s;
	return 0;
}

static int
unknown(struct mk_err *e)
{
	return mk_err(e, MK_EUSAGE, "no such setting: there is lens, field, cor, source, swap, flip_x, "
		"flip_y, rotate, offset, jump, jump_us, on_us, off_us, corner_us, round_us, mo_ms, "
		"ns, red, gate, red_bit, timeout");
}

static int
set(struct mk_lmc_conf *c, const struct mk_setting *s, struct mk_err *e)
{
	const struct key *k = keys;
	void *to;
	uint64_t u;

	while (k < keys + NKEYS && strcmp(k->name, s->key) != 0)
		k++;
	if (k == keys + NKEYS)
		return unknown(e);
	to = (char *)c + k->at;
	switch (k->kind) {
	case FLAG: return flag(s->val, to, e);
	case SOURCE: return source(s->val, to, e);
	case PAIR: return pair(k, s->val, to, e);
	case TEXT: return text(s->val, to, e);
	case FIX: return fix(k, s->val, strlen(s->val), to, e);
	case WHOLE: break;
	}
	if (mk_num_u64(s->val, strlen(s->val), (uint64_t)k->min, (uint64_t)k->max, &u, e) == -1)
		return -1;
	*(unsigned *)to = (unsigned)u;
	return 0;
}

int
mk_lmc_conf(struct mk_lmc_conf *c, const struct mk_laser_arg *arg, struct mk_err *e)
{
	const struct mk_device *d = mk_conf_device(arg->conf, "lmc");
	size_t i;

	*c = (struct mk_lmc_conf){ .jump = 4000, .jump_us = 80, .on_us = 100, .off_us = 150,
		.corner_us = 100, .mo_ms = 8, .red = 2000, .red_bit = 8, .timeout_ms = 1000 };
	for (i = 0; d != NULL && i < d->n; i++)
		if (set(c, &d->set[i], e) == -1) {
			e->code = MK_ECONF;
			return mk_err_at(e, "%s:%ld: device lmc: %s=%s", arg->conf->path, d->line,
				d->set[i].key, d->set[i].val);
		}
	for (i = 0; i < arg->nset; i++)
		if (set(c, &arg->set[i], e) == -1) {
			e->code = MK_EUSAGE;
			return mk_err_at(e, "device %s: %s=%s", arg->name, arg->set[i].key,
				arg->set[i].val);
		}
	return 0;
}

void
mk_lmc_conf_clear(struct mk_lmc_conf *c)
{
	free(c->cor);
	c->cor = NULL;
}
