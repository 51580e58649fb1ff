/* The reader of profiles. */
#include "port/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "port/parse.h"

int
mk_parse_find(const char *const *list, const char *name)
{
	int i;

	for (i = 0; list[i] != NULL; i++)
		if (strcmp(list[i], name) == 0)
			return i;
	return -1;
}

/* Word i is wrong: *e says what, this says where. */
int
mk_parse_at(struct mk_parser *q, size_t i)
{
	q->e->code = q->e->code == MK_ENOMEM ? MK_ENOMEM : MK_ECONF;
	return mk_words_err_at(&q->w, i, q->e);
}

int
mk_parse_words(struct mk_parser *q, size_t min, size_t max, const char *what)
{
	if (q->w.n - 1 < min || q->w.n - 1 > max)
		return mk_words_err(&q->w, q->w.n - 1 < min ? q->w.n : max + 1, q->e,
			"write: %s %s", q->w.w[0].s, what);
	return 0;
}

int
mk_parse_number(struct mk_parser *q, size_t i, const char *text, uint64_t min, uint64_t max, int *to)
{
	uint64_t n;

	if (mk_num_u64(text, strlen(text), min, max, &n, q->e) == -1)
		return mk_parse_at(q, i);
	*to = (int)n;
	return 0;
}

/* ---- lines before the states ---- */

static int
on_kind(struct mk_parser *q)
{
	static const char *const kinds[] = { "marker", "reader", NULL };
	int k;

	if (mk_parse_words(q, 1, 1, "marker|reader") == -1)
		return -1;
	if ((k = mk_parse_find(kinds, q->w.w[1].s)) == -1)
		return mk_words_err(&q->w, 1, q->e, "'%s': a profile is of a marker or of a reader",
			q->w.w[1].s);
	q->p->kind = (enum mk_profile_kind)k;
	q->p->has_kind = true;
	return 0;
}

static int
on_port(struct mk_parser *q)
{
	if (mk_parse_words(q, 1, 1, "/dev/NAME | tcp:HOST:PORT | listen:PORT") == -1)
		return -1;
	q->p->place = mk_arena_dup(&q->p->arena, q->w.w[1].s, q->w.w[1].n, q->e);
	return q->p->place == NULL ? -1 : 0;
}

static int
on_serial(struct mk_parser *q)
{
	size_t i;

	for (i = 1; i < q->w.n; i++) {
		char *val = strchr(q->w.w[i].s, '=');
		int r;

		if (val == NULL)
			return mk_words_err(&q->w, i, q->e, "'%s' is not KEY=VALUE", q->w.w[i].s);
		*val++ = '\0';
		r = mk_port_setting(&q->p->conf, q->w.w[i].s, val, q->e);
		if (r == 0)
			mk_err(q->e, MK_ECONF, "'%s': there is " MK_PORT_KEYS, q->w.w[i].s);
		if (r != 1)
			return mk_parse_at(q, i);
	}
	return 0;
}

static int
on_frame(struct mk_parser *q)
{
	if (mk_parse_words(q, 1, 2, "OUT [IN]") == -1)
		return -1;
	if (mk_spec_frame(&q->p->arena, q->w.w[1].s, &q->p->out, q->e) == -1)
		return mk_parse_at(q, 1);
	q->p->in = q->p->out;
	q->has_frame = true;
	if (q->w.n == 3 && mk_spec_frame(&q->p->arena, q->w.w[2].s, &q->p->in, q->e) == -1)
		return mk_parse_at(q, 2);
	return 0;
}

static int
on_gap(struct mk_parser *q)
{
	return mk_parse_words(q, 1, 1, "MS") == -1 ? -1 : mk_parse_number(q, 1, q->w.w[1].s, 1, 60000, &q->p->gap);
}

static int
on_skip(struct mk_parser *q)
{
	if (mk_parse_words(q, 1, 1, "SET") == -1)
		return -1;
	return mk_spec_set(q->w.w[1].s, &q->p->skip, q->e) == -1 ? mk_parse_at(q, 1) : 0;
}

static int
on_charset(struct mk_parser *q)
{
	if (mk_parse_words(q, 1, 1, "SET") == -1)
		return -1;
	return mk_spec_set(q->w.w[1].s, &q->p->set, q->e) == -1 ? mk_parse_at(q, 1) : 0;
}

/* "escape=FROM>TO" */
static int
add_escape(struct mk_parser *q, struct mk_fieldspec *f, const char *v, size_t i)
{
	struct mk_escape *x = mk_arena_alloc(&q->p->arena, sizeof *x, q->e);
	const char *sep = *v == '\0' ? NULL : strchr(v + 1, '>'), *from;
	struct mk_buf b = {0};
	size_t n;
	int r = -1;

	if (x == NULL)
		return -1;
	if (sep == NULL)
		return mk_words_err(&q->w, i, q->e, "'%s' is not escape=CHARACTER>TEXT", v);
	if (mk_buf_add(&b, v, (size_t)(sep - v), q->e) == 0 && mk_buf_str(&b, q->e) != NULL &&
	    mk_spec_bytes(&q->p->arena, b.p, &from, &n, q->e) == 0 &&
	    mk_spec_bytes(&q->p->arena, sep + 1, &x->to, &x->n, q->e) == 0) {
		if (n == 1) {
			x->from = (unsigned char)from[0];
			x->next = f->escape;
			f->escape = x;
			r = 0;
		} else {
			mk_err(q->e, MK_ECONF, "'%s': one character stands before the >", v);
		}
	}
	mk_buf_clear(&b);
	return r == -1 ? mk_parse_at(q, i) : 0;
}

static int
field_option(struct mk_parser *q, struct mk_fieldspec *f, size_t i)
{
	const struct mk_word *w = &q->w.w[i];
	const char *v;
	int n = 0, r;

	if ((v = mk_word_val(w, "max")) != NULL) {
		r = mk_parse_number(q, i, v, 1, 65535, &n);
		f->max = (size_t)n;
		return r;
	}
	if ((v = mk_word_val(w, "min")) != NULL) {
		r = mk_parse_number(q, i, v, 0, 65535, &n);
		f->min = (size_t)n;
		return r;
	}
	if ((v = mk_word_val(w, "charset")) != NULL)
		return mk_spec_set(v, &f->set, q->e) == -1 ? mk_parse_at(q, i) : 0;
	if ((v = mk_word_val(w, "escape")) != NULL)
		return add_escape(q, f, v, i);
	return mk_words_err(&q->w, i, q->e, "'%s': there is min=, max=, charset=, escape=", w->s);
}

/* "field NAME VALUE [min=N] [max=N] [charset=SET] [escape=C>TEXT]" */
static int
on_field(struct mk_parser *q)
{
	struct mk_fieldspec *f = mk_arena_alloc(&q->p->arena, sizeof *f, q->e), *g;
	const struct mk_word *name = &q->w.w[1];
	char where[512];
	size_t i;

	if (f == NULL || mk_parse_words(q, 2, MK_WORDS_MAX, "NAME VALUE [min=N] [max=N] [charset=SET] "
	    "[escape=C>TEXT]") == -1)
		return -1;
	if (!mk_key_ok(name->s, name->n) || strcmp(name->s, "any") == 0)
		return mk_words_err(&q->w, 1, q->e, "'%s' is no name: lower-case letters, digits, _, "
			"and not 'any'", name->s);
	for (g = q->p->field; g != NULL; g = g->next)
		if (strcmp(g->name, name->s) == 0)
			return mk_words_err(&q->w, 1, q->e, "field %s: there is one already", name->s);
	*f = (struct mk_fieldspec){ .min = 1, .max = 255, .set = q->p->set };
	(void)snprintf(where, sizeof where, "%s:%ld", q->p->path, q->w.line);
	f->name = mk_arena_dup(&q->p->arena, name->s, name->n, q->e);
	f->where = mk_arena_dup(&q->p->arena, where, strlen(where), q->e);
	if (f->name == NULL || f->where == NULL)
		return -1;
	for (i = 3; i < q->w.n; i++)
		if (field_option(q, f, i) == -1)
			return -1;
	if (mk_subst_parse(&f->value, q->w.w[2].s, q->w.w[2].n, q->e) == -1)
		return mk_parse_at(q, 2);
	*q->field = f;
	q->field = &f->next;
	return 0;
}

static int
on_without(struct mk_parser *q)
{
	size_t i;
	int k;

	if (mk_parse_words(q, 1, MK_WORDS_MAX, "STEP...") == -1)
		return -1;
	for (i = 1; i < q->w.n; i++) {
		if ((k = mk_parse_find(mk_steps, q->w.w[i].s)) == -1 || k >= MK_STEPS_NEEDED || k == MK_STEP_TRIGGER)
			return mk_words_err(&q->w, i, q->e, "'%s': a marker can be without select, set, "
				"readback, ready, done", q->w.w[i].s);
		q->p->without |= 1u << k;
	}
	return 0;
}

/* ---- the file ---- */

static const struct { const char *word; int (*on)(struct mk_parser *); } table[] = {
	{ "kind", on_kind }, { "port", on_port }, { "serial", on_serial }, { "frame", on_frame },
	{ "gap", on_gap }, { "skip", on_skip }, { "charset", on_charset }, { "field", on_field },
	{ "without", on_without }
};

static int
on_line(struct mk_parser *q)
{
	const char *word = q->w.w[0].s;
	size_t i;
	int r;

	if (strcmp(word, "state") == 0)
		return mk_parse_state(q);
	for (i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].word, word) == 0)
			return q->state == NULL ? table[i].on(q) : mk_words_err(&q->w, 0, q->e,
				"'%s' stands before the first state", word);
	if ((r = mk_parse_in_state(q)) == 0)
		return mk_words_err(&q->w, 0, q->e, "'%s': no such setting (mkprofile(5))", word);
	return r == 1 ? 0 : -1;
}

/* Whether the whole makes sense. */
static int
check(const struct mk_profile *p, struct mk_err *e)
{
	int i;

	if (!p->has_kind)
		return mk_err(e, MK_ECONF, "%s: no kind: say 'kind marker' or 'kind reader'", p->path);
	if (mk_parse_check_states(p, e) == -1)
		return -1;
	if (p->in.end.n == 0 && p->gap == 0 && p->state != NULL)
		return mk_err(e, MK_ECONF, "%s: where does an answer end? Put its terminator behind "
			"{body} in frame, or say 'gap MS'", p->path);
	if (p->kind == MK_PROFILE_READER)
		return mk_profile_has(p, "read") ? 0
			: mk_err(e, MK_ECONF, "%s: a reader needs a state read", p->path);
	for (i = 0; i < MK_STEPS_NEEDED; i++) {
		bool has = mk_profile_has(p, mk_steps[i]), without = (p->without >> i & 1) != 0;

		if (has == without)
			return mk_err(e, MK_ECONF, has ? "%s: there is a state %s, and it says 'without' "
				"it" : "%s: no state %s: write it, or, if the marker has no such thing, "
				"'without' it", p->path, mk_steps[i]);
	}
	return 0;
}

static int
parse(struct mk_profile *p, struct mk_err *e)
{
	struct mk_parser q = { .p = p, .field = &p->field, .e = e };
	int r;

	if (mk_words_open(&q.w, p->path, e) == -1)
		return -1;
	while ((r = mk_words_next(&q.w, e)) == 1)
		if ((r = on_line(&q)) == -1)
			break;
	mk_words_close(&q.w);
	return r == -1 ? -1 : check(p, e);
}

/* The file of that name, or the one that comes with the tools. */
static const char *
find_file(struct mk_profile *p, const char *name, struct mk_err *e)
{
	const char *dir = getenv("MK_DATA");
	struct mk_buf b = {0};
	char *path = NULL;

	if (strchr(name, '/') != NULL || access(name, F_OK) == 0)
		return mk_arena_dup(&p->arena, name, strlen(name), e);
	if (mk_buf_addf(&b, e, "%s/%s.profile", dir == NULL ? MK_DATADIR : dir, name) == 0 &&
	    mk_buf_str(&b, e) != NULL) {
		if (access(b.p, F_OK) == 0)
			path = mk_arena_dup(&p->arena, b.p, b.n, e);
		else
			mk_err(e, MK_ECONF, "%s: no such file here, and no profile of that name in %s",
				name, dir == NULL ? MK_DATADIR : dir);
	}
	mk_buf_clear(&b);
	return path;
}

int
mk_profile_load(struct mk_profile **out, const char *name, enum mk_profile_kind kind,
	struct mk_err *e)
{
	struct mk_profile *p = calloc(1, sizeof *p);
	int r = -1;

	if (p == NULL)
		return mk_err_nomem(e);
	(void)mk_spec_set("\\x20-\\x7e", &p->set, e);
	if ((p->path = find_file(p, name, e)) != NULL)
		r = parse(p, e);
	if (r == 0 && p->kind != kind)
		r = mk_err(e, MK_ECONF, "%s: this profile is of a %s, not of a %s", p->path,
			p->kind == MK_PROFILE_READER ? "reader" : "marker",
			kind == MK_PROFILE_READER ? "reader" : "marker");
	if (r == -1) {
		mk_profile_free(p);
		return -1;
	}
	*out = p;
	return 0;
}

void
mk_profile_free(struct mk_profile *p)
{
	struct mk_fieldspec *f;

	if (p == NULL)
		return;
	for (f = p->field; f != NULL; f = f->next)
		mk_subst_clear(&f->value);
	mk_arena_clear(&p->arena);
	free(p);
}

bool
mk_profile_has(const struct mk_profile *p, const char *state)
{
	const struct mk_state *s;

	for (s = p->state; s != NULL; s = s->next)
		if (strcmp(s->name, state) == 0)
			return true;
	return false;
}

const char *
mk_profile_place(const struct mk_profile *p)
{
	return p->place;
}

const struct mk_port_conf *
mk_profile_conf(const struct mk_profile *p)
{
	return &p->conf;
}
