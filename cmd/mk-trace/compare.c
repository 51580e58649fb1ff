/* mk-trace compare, sql, schema. */
#include <stdlib.h>
#include <string.h>

#include "cmd/mk-trace/ask.h"
#include "store/person.h"
#include "store/roles.h"
#include "trace/family.h"

/* ---- compare: two parts as they are built now ---- */

struct built {
	int64_t item;
	struct mk_rec rec;
	struct mk_family f;
	char **child;		/* "PART (LOT)" of each component, sorted */
	size_t n;
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What a component is, whatever its number: its part and lot; its name if it has none. */
static char *
describe(struct ask *a, int64_t item)
{
	const struct mk_ctx *c = NULL;
	struct mk_buf b = {0};
	const char *name = ask_name(a, item);
	int r = ask_made(a, item, &c);

	if (r == -1 || name == NULL)
		return NULL;
	if (c != NULL && *c->dim[MK_DIM_PART] != '\0')
		r = mk_buf_addf(&b, &a->c->err, "%s%s%s", c->dim[MK_DIM_PART],
			*c->dim[MK_DIM_LOT] == '\0' ? "" : " lot ", c->dim[MK_DIM_LOT]);
	else
		r = mk_buf_adds(&b, name, &a->c->err);
	if (r == -1 || mk_buf_str(&b, &a->c->err) == NULL) {
		mk_buf_clear(&b);
		return NULL;
	}
	return b.p;
}

static int
look(struct ask *a, const char *arg, struct built *b)
{
	size_t i;
	int r = ask_id(a, arg, &b->item);

	if (r != 1)
		return r;
	if (mk_query_part(a->st, &a->c->conf, b->item, &b->rec, &a->c->err) == -1)
		return -1;
	b->f.st = a->st;
	b->f.at = MK_FAMILY_NOW;
	if (mk_ask_begin(a->st, &a->c->err) == -1)
		return -1;
	r = mk_family_walk(&b->f, &b->item, 1, &a->c->err);
	mk_ask_end(a->st);
	if (r == -1 || (b->child = calloc(b->f.node.n + 1, sizeof *b->child)) == NULL)
		return r == -1 ? -1 : mk_err_nomem(&a->c->err);
	for (i = 1; i < b->f.node.n; i++)
		if ((b->child[b->n++] = describe(a, b->f.node.id[i])) == NULL)
			return a->c->err.code != 0 ? -1 : mk_err_nomem(&a->c->err);
	qsort(b->child, b->n, sizeof *b->child, by_text);
	return 1;
}

static void
forget(struct built *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		free(b->child[i]);
	free(b->child);
	mk_family_clear(&b->f);
	mk_rec_clear(&b->rec);
}

static int
put_field(struct ask *a, const char *of, const char *name, size_t n, const struct mk_field *x,
	const struct mk_field *y)
{
	struct mk_field cell = { "field", name, 5, (uint32_t)n };

	if (ask_set(a, "of", of) == -1 || mk_rec_copy(&a->row, &cell, &a->c->err) == -1)
		return -1;
	if (x != NULL) {
		cell = *x;
		cell.key = "a";
		cell.klen = 1;
		if (mk_rec_copy(&a->row, &cell, &a->c->err) == -1)
			return -1;
	}
	if (y != NULL) {
		cell = *y;
		cell.key = "b";
		cell.klen = 1;
		if (mk_rec_copy(&a->row, &cell, &a->c->err) == -1)
			return -1;
	}
	return ask_put(a);
}

/* What differs from part to part by its nature says nothing. */
static bool
own(const struct mk_field *f)
{
	static const char *const ends[] = { "_time", "_ms", "_image", "_crc", "_read" };
	static const char *const keys[] = { "id", "code", "hri", "n", "sn", "arrival" };
	size_t i, n;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strlen(keys[i]) == f->klen && memcmp(keys[i], f->key, f->klen) == 0)
			return true;
	for (i = 0; i < sizeof ends / sizeof *ends; i++) {
		n = strlen(ends[i]);
		if (f->klen > n && memcmp(f->key + f->klen - n, ends[i], n) == 0)
			return true;
	}
	return false;
}

static const struct mk_field *
same_key(const struct mk_rec *rec, const struct mk_field *f)
{
	size_t i;

	for (i = 0; i < rec->n; i++)
		if (rec->f[i].klen == f->klen && memcmp(rec->f[i].key, f->key, f->klen) == 0)
			return &rec->f[i];
	return NULL;
}

static int
compare_fields(struct ask *a, const struct mk_rec *x, const struct mk_rec *y, size_t *n)
{
	size_t i;

	for (i = 0; i < x->n; i++) {
		const struct mk_field *f = &x->f[i], *g = same_key(y, f);

		if (own(f) || (g != NULL && g->vlen == f->vlen && memcmp(g->val, f->val, f->vlen) == 0))
			continue;
		if (put_field(a, "part", f->key, f->klen, f, g) == -1)
			return -1;
		++*n;
	}
	for (i = 0; i < y->n; i++) {
		const struct mk_field *f = &y->f[i];

		if (own(f) || same_key(x, f) != NULL)
			continue;
		if (put_field(a, "part", f->key, f->klen, NULL, f) == -1)
			return -1;
		++*n;
	}
	return 0;
}

/* Components that only one of them has: both lists are sorted. */
static int
compare_children(struct ask *a, const struct built *x, const struct built *y, size_t *n)
{
	size_t i = 0, k = 0;

	while (i < x->n || k < y->n) {
		int d = i == x->n ? 1 : k == y->n ? -1 : strcmp(x->child[i], y->child[k]);
		const char *of = d < 0 ? x->child[i] : y->child[k];
		struct mk_field has = { "", of, 0, (uint32_t)strlen(of) };

		if (d == 0) {
			i++;
			k++;
			continue;
		}
		if (put_field(a, "component", "has", 3, d < 0 ? &has : NULL, d < 0 ? NULL : &has) == -1)
			return -1;
		++*n;
		i += d < 0;
		k += d > 0;
	}
	return 0;
}

int
ask_compare(struct cmd *c)
{
	struct ask a;
	struct built x = {0}, y = {0};
	size_t n = 0;
	int r;

	if (c->narg != 2)
		return cmd_usage(c, "compare takes two IDs");
	r = ask_open(&a, c);
	if (r == 0)
		r = look(&a, c->arg[0], &x);
	if (r == 1)
		r = look(&a, c->arg[1], &y);
	if (r == 1) {
		r = compare_fields(&a, &x.rec, &y.rec, &n);
		if (r == 0)
			r = compare_children(&a, &x, &y, &n);
		if (r == 0 && n > 0)	/* as diff(1) does */
			cmd_status(c, CMD_FAILED);
	}
	forget(&x);
	forget(&y);
	ask_close(&a);
	return r == -1 ? -1 : 0;
}

/* ---- sql, schema ---- */

static const char *opt_roles;

struct result {
	struct cmd *c;
	struct mk_buf columns;
	size_t n;
};

static int
on_row(void *arg, struct mk_rec *rec, struct mk_err *e)
{
	struct result *r = arg;

	if ((r->n++ == 0 && (mk_buf_str(&r->columns, e) == NULL ||
	    cmd_columns(r->c, r->columns.p) == -1)) || cmd_put(r->c, rec) == -1) {
		*e = r->c->err;
		return -1;
	}
	return 0;
}

int
ask_sql(struct cmd *c)
{
	struct ask a;
	struct result res = { .c = c };
	int r;

	if (c->narg != 1)
		return cmd_usage(c, "sql takes one SELECT as one argument");
	r = ask_open(&a, c);
	if (r == 0)
		r = mk_store_sql(a.st, c->arg[0], &res.columns, on_row, &res, &c->err);
	if (r == 0 && res.n == 0)
		cmd_status(c, CMD_FAILED);
	mk_buf_clear(&res.columns);
	ask_close(&a);
	return r;
}

static int
on_table(void *arg, struct mk_rec *rec, struct mk_err *e)
{
	struct cmd *c = arg;
	struct mk_buf b = {0};
	int r = 0;

	if (!cmd_is_lines(c))
		r = cmd_put(c, rec);
	else if (mk_rec_bytes(rec, "sql", &b, e) == 1)
		r = cmd_puts(c, "%.*s;\n", (int)b.n, b.p);
	mk_buf_clear(&b);
	if (r == -1)
		*e = c->err;
	return r;
}

const struct cmd_opt ask_schema_opts[] = {
	{ "roles", 0, NULL, &opt_roles, "of a server: instead, who may do what, as a script for psql" },
	{0}
};

int
ask_schema(struct cmd *c)
{
	struct ask a;
	struct mk_buf script = {0};
	int r;

	if (c->narg > 0)
		return cmd_usage(c, "schema takes no argument");
	r = ask_open(&a, c);
	if (r == 0 && opt_roles != NULL) {
		r = mk_store_roles(a.st, &script, &c->err);
		if (r == 0)
			r = cmd_puts(c, "%.*s", (int)script.n, script.p);
		mk_buf_clear(&script);
	} else if (r == 0)
		r = mk_store_tables(a.st, on_table, c, &c->err);
	ask_close(&a);
	return r;
}
