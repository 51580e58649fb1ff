#include "vision/smart.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/profile.h"

#define CONNECT_MS 5000

struct mk_smart {
	struct mk_profile *profile;
	struct mk_port *port;
	struct mk_talk *talk;
	char spec[128];
};

static int
connect_to(struct mk_smart *s, const char *place, struct mk_err *e)
{
	struct mk_wait w = { .until = mk_port_now() + CONNECT_MS };

	if (place == NULL && (place = mk_profile_place(s->profile)) == NULL)
		return mk_err(e, MK_EUSAGE, "the profile names no port: say PROFILE@PLACE, such as "
			"keyence-sr@tcp:192.168.100.100:9004");
	if (mk_port_open(&s->port, place, mk_profile_conf(s->profile), &w, e) == -1 ||
	    mk_talk_new(&s->talk, s->profile, s->port, e) == -1)
		return -1;
	if (mk_talk_do(s->talk, "connect", NULL, NULL, e) != MK_ANSWER_OK) {
		e->code = e->code == MK_ENOMEM ? MK_ENOMEM : MK_EDEV;
		return -1;
	}
	return 0;
}

int
mk_smart_open(struct mk_smart **out, const char *spec, struct mk_err *e)
{
	struct mk_smart *s = calloc(1, sizeof *s);
	char *name = strdup(spec), *at;
	int r = -1;

	if (s == NULL || name == NULL) {
		free(s);
		free(name);
		return mk_err_nomem(e);
	}
	(void)snprintf(s->spec, sizeof s->spec, "%s", spec);
	if ((at = strrchr(name, '@')) != NULL)
		*at++ = '\0';
	if (mk_profile_load(&s->profile, name, MK_PROFILE_READER, e) == 0) {
		if ((r = connect_to(s, at, e)) == -1)
			mk_err_at(e, "reader %s", spec);
	}
	free(name);
	if (r == -1)
		mk_smart_close(s);
	else
		*out = s;
	return r;
}

void
mk_smart_close(struct mk_smart *s)
{
	if (s == NULL)
		return;
	mk_talk_free(s->talk);
	mk_port_close(s->port);
	mk_profile_free(s->profile);
	free(s);
}

/* ISO/IEC 15424: ]c and a modifier. What we have no kind for is left as 0. */
static void
identify(struct mk_code *k, char c, char m)
{
	static const struct { char c; enum mk_kind kind; const char *gs1; } of[] = {
		{ 'd', MK_DATAMATRIX, "25" }, { 'Q', MK_QR, "34" }, { 'C', MK_CODE128, "1" },
		{ 'z', MK_AZTEC, "1" }, { 'L', MK_PDF417, "" }, { 'A', MK_CODE39, "" },
		{ 'G', MK_CODE93, "" }, { 'I', MK_ITF, "" }, { 'E', MK_EAN13, "" }
	};
	size_t i;

	for (i = 0; i < sizeof of / sizeof *of; i++)
		if (of[i].c == c) {
			k->kind = of[i].kind;
			k->fnc1 = m != '\0' && strchr(of[i].gs1, m) != NULL;
		}
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int
take(const struct mk_smart *s, struct mk_scan *out, bool *known, struct mk_err *e)
{
	const struct mk_buf *code = mk_talk_get(s->talk, "code"), *aim = mk_talk_get(s->talk, "aim");
	const char *p = code == NULL ? NULL : code->p;
	struct mk_code *k = &out->code[0];
	size_t n = code == NULL ? 0 : code->n, skip;

	*known = false;
	if (n == 0)
		return 0;
	memset(k, 0, sizeof *k);
	if (aim != NULL && aim->n >= 2) {
		skip = aim->p[0] == ']';
		if (aim->n >= skip + 2)
			identify(k, aim->p[skip], aim->p[skip + 1]);
		*known = k->kind != 0;
	} else if (n >= 3 && p[0] == ']' && is_word(p[1]) && is_word(p[2])) {
		identify(k, p[1], p[2]);
		*known = k->kind != 0;
		p += *known ? 3 : 0;
		n -= *known ? 3 : 0;
	}
	if (n > sizeof k->data)
		return mk_err(e, MK_EDEV, "it sent %zu bytes, more than any code holds", n);
	memcpy(k->data, p, n);
	k->n = n;
	memcpy(k->engine, "reader", sizeof "reader");
	memcpy(k->way, "asis", sizeof "asis");
	out->codes = 1;
	out->best = 0;
	return 0;
}

int
mk_smart_read(struct mk_smart *s, struct mk_scan *out, bool *known, struct mk_err *e)
{
	static const struct mk_rec none;
	enum mk_answer a;
	struct mk_err ignored;

	out->codes = 0;
	out->best = -1;
	out->conflict = false;
	*known = false;
	e->sys = 0;
	/* what the last part said is forgotten */
	if (mk_talk_fill(s->talk, &none, e) == -1)
		return mk_err_at(e, "reader %s", s->spec);
	a = mk_talk_do(s->talk, "read", NULL, NULL, e);
	if (a == MK_ANSWER_NONE)
		return 0;
	if (a == MK_ANSWER_OK)
		return take(s, out, known, e) == -1 ? mk_err_at(e, "reader %s", s->spec) : 0;
	if (e->code == MK_ENOMEM)
		return -1;
	mk_err_at(e, "reader %s", s->spec);
	e->code = MK_EDEV;
	if (a == MK_ANSWER_LATE) {
		e->sys = ETIMEDOUT;
		(void)mk_talk_do(s->talk, "stop", NULL, NULL, &ignored);
	}
	return -1;
}

int
mk_smart_fields(const struct mk_smart *s, struct mk_rec *rec, const char *prefix,
	struct mk_err *e)
{
	char key[MK_KEY_MAX + 1];
	const struct mk_buf *b;
	const char *name;
	size_t i;

	for (i = 0; (name = mk_talk_name(s->talk, i)) != NULL; i++) {
		if (strcmp(name, "code") == 0 || strcmp(name, "aim") == 0 ||
		    (b = mk_talk_get(s->talk, name)) == NULL)
			continue;
		(void)snprintf(key, sizeof key, "%s%s", prefix, name);
		if (mk_key_ok(key, strlen(key)) && mk_rec_set(rec, key, b->p, b->n, e) == -1)
			return -1;
	}
	return 0;
}
