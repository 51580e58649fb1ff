/* Profiles: what they may say, and an exchange with a peer in the same process. */
#include "port/profile.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/tap.h"

static struct mk_err e;
static char path[] = "/tmp/mk-profile.XXXXXX";

/* A text on one line, for the names of tests. */
static const char *
flat(const char *text)
{
	static char out[512];
	size_t i;

	for (i = 0; text[i] != '\0' && i < sizeof out - 1; i++)
		out[i] = text[i] == '\n' ? ';' : text[i];
	out[i] = '\0';
	return out;
}

static struct mk_profile *
load(const char *text, enum mk_profile_kind kind)
{
	struct mk_profile *p = NULL;
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		return NULL;
	e = (struct mk_err){0};
	return mk_profile_load(&p, path, kind, &e) == 0 ? p : NULL;
}

#define READER "kind reader\nframe \"{body}\\r\"\n"
#define MARKER "kind marker\nframe \"{body}\\r\"\nfield text {hri} max=8\n"
#define BARE MARKER "without select set readback ready done\n"

static void
bad(const char *text, const char *want)
{
	struct mk_profile *p = load(text, MK_PROFILE_MARKER);
	size_t n = strlen(path);

	ok(p == NULL && e.code == MK_ECONF, "refused: %s", flat(text));
	is(strncmp(e.msg, path, n) == 0 ? e.msg + n : e.msg, want, "it says where and why");
	mk_profile_free(p);
}

static void
test_bad(void)
{
	bad("", ": no kind: say 'kind marker' or 'kind reader'");
	bad("kind thing\n", ":1:6: 'thing': a profile is of a marker or of a reader");
	bad("  sort marker\n", ":1:3: 'sort': no such setting (mkprofile(5))");
	bad("send x\n", ":1:1: 'send' belongs into a state: first say 'state NAME'");
	bad("state set\n", ":1:1: first say 'kind marker|reader' and 'frame \"{body}\\r\"'");
	bad("frame x\n", ":1:7: a frame needs {body}, where the message stands");
	bad("frame {body}{crc}\n", ":1:7: {crc}: a frame is START{body}END, with {xor8} or {sum8} behind {body} if there is a checksum");
	bad("frame \"{body}\\q\"\n", ":1:7: '\\q' is no escape: there is \\r \\n \\t \\\\ \\xHH");
	bad("serial baud=1x\n", ":1:8: baud=1x: '1x' is not a whole number");
	bad("serial speed=9\n", ":1:8: 'speed': there is baud, bits, parity, stop, flow");
	bad("charset z-a\n", ":1:9: a range that runs backwards: the lower byte first");
	bad("field a b c\n", ":1:11: 'c': there is min=, max=, charset=, escape=");
	bad("field a {b\n", ":1:9: column 1: a { that does not close: write {{ for the character");
	bad("field a b escape=,\n", ":1:11: ',' is not escape=CHARACTER>TEXT");
	bad("field a b\nfield a c\n", ":2:7: field a: there is one already");
	bad("without trigger\n", ":1:9: 'trigger': a marker can be without select, set, readback, ready, done");
	bad(MARKER "state read\n", ":4:7: 'read': the states of a marker are connect, select, set, readback, ready, trigger, done, stop");
	bad(MARKER "state set\nport x\n", ":5:1: 'port' stands before the first state");
	bad(MARKER "state set\nsend {what}\n", ":5:6: {what}: no field has that name, and nothing before captures it");
	bad(MARKER "state set\nsend a\nsend b\n", ":6:1: one send a state: write another state set behind this one");
	bad(MARKER "state set\nexpect yes a\n", ":5:8: 'yes': expect ok, err, busy, none or skip");
	bad(MARKER "state set\nexpect ok {a}{b}\n", ":5:11: {a}{b}: where does the first one end? put a text between them, or give it a charset");
	bad(MARKER "state trigger\nretry 1\n", ":5:1: a trigger is never sent twice: without an answer the part is in doubt");
	bad(MARKER "state trigger\nexpect busy x\n", ":5:8: a trigger is never sent twice: ask in state ready whether the marker is busy");
	bad(MARKER "state set\n", ":4: state set: it does nothing: write send, await or expect");
	bad(MARKER "state readback\nsend x\n", ":4: state readback: what was read back must be compared: write 'compare CAPTURE FIELD'");
	bad(MARKER "state trigger\nsend x\n", ": no state select: write it, or, if the marker has no such thing, 'without' it");
	bad(BARE, ": no state trigger: write it, or, if the marker has no such thing, 'without' it");
	bad(BARE "state trigger\nsend x\nstate set\nsend y\n", ": there is a state set, and it says 'without' it");
	bad(BARE "state trigger\nsend x\nstate trigger\nsend y\n", ": one state triggers, not 2");
	bad("kind marker\nframe {body}\nwithout select set readback ready done\nstate trigger\nsend x\n",
		": where does an answer end? Put its terminator behind {body} in frame, or say 'gap MS'");
	bad(READER, ": a reader needs a state read");
	bad(READER "state read\nsend LON\n", ": this profile is of a reader, not of a marker");
	bad("field a b min=9 \"x\n", ":1:17: a quote that does not close");
}

static void
test_fields(void)
{
	struct mk_profile *p = load("kind marker\nframe \"\\x02{body}\\r\"\n"
		"field text {hri} max=6 min=2 charset=\"A-Z,0-9\\r-\" escape=,>\\\\x2c escape=0>OO\n"
		"without select set readback ready done\nstate trigger\nsend \"T={text}\"\n", MK_PROFILE_MARKER);
	static const char *const line[] = { "hri:AB,01", "hri:A", "hri:ABCDEFG", "hri:Ab", "x:1", "hri:AB\\r" };
	static const char *const why[] = { "", "field text: 1 bytes, but at least 2: it is not padded",
		"field text: 7 bytes, and at most 6: it is not cut",
		"field text: byte 2 (0x62) is not in its charset: it cannot be marked",
		"field text: the record has no field 'hri'", "field text: it holds what ends a message: it cannot be sent" };
	struct mk_talk *t = NULL;
	struct mk_rec rec = {0};
	struct mk_buf b = {0};
	size_t i, col;

	if (!ok(p != NULL, "a profile: %s", e.msg) || mk_talk_new(&t, p, NULL, &e) == -1)
		return;
	for (i = 0; i < 6; i++) {
		char where[80];
		int r;

		e = (struct mk_err){0};
		ok(mk_rec_parse(&rec, line[i], strlen(line[i]), &col, &e) == 0, "%s", line[i]);
		r = mk_talk_fill(t, &rec, &e);
		ok(r == (i == 0 ? 0 : -1) && e.code == (i == 0 ? 0 : MK_EDATA), "is filled in, or is not");
		(void)snprintf(where, sizeof where, "%s:3: ", path);
		is(strncmp(e.msg, where, strlen(where)) == 0 ? e.msg + strlen(where) : e.msg, why[i], "and why");
		if (i > 0)
			continue;
		ok(mk_talk_text(t, "trigger", &b, &e) == 0, "composed");
		isn(b.p, b.n, "\x02T=AB\\x2cOO1\r", "escapes and frame");
		isn(mk_talk_get(t, "text")->p, 5, "AB,01", "the text itself is kept");
	}
	mk_buf_clear(&b);
	mk_rec_clear(&rec);
	mk_talk_free(t);
	mk_profile_free(p);
}

/* ---- an exchange ---- */

struct script {		/* what the peer waits for, and what it says then */
	const char *want, *say;
};
struct peer {
	int fd;
	const struct script *s;
	int heard;
};

static void *
play(void *arg)
{
	struct peer *p = arg;
	char in[256];
	size_t n = 0, k;
	ssize_t r;

	for (; p->s->want != NULL; p->s++) {
		for (k = strlen(p->s->want); n < k; n += (size_t)r)
			if ((r = read(p->fd, in + n, sizeof in - n)) <= 0)
				return NULL;
		if (memcmp(in, p->s->want, k) != 0) {
			printf("# peer wanted %s got %.*s\n", p->s->want, (int)n, in);
			return NULL;
		}
		memmove(in, in + k, n - k);
		n -= k;
		p->heard++;
		if (write(p->fd, p->s->say, strlen(p->s->say)) == -1)
			return NULL;
	}
	while (read(p->fd, in, sizeof in) > 0)
		p->heard++;
	return NULL;
}

/* Do a state of a profile against a script; the talk lives on for the caller to look
 * into (*t), and p's port is closed. */
static enum mk_answer
exchange(const char *text, const char *state, const struct script *s, struct mk_talk **t,
	struct mk_profile **p, int *heard)
{
	struct peer peer = { .s = s };
	struct mk_port *server = NULL, *port = NULL;
	struct mk_wait w = { .until = mk_port_now() + 5000 };
	static int next;
	char place[64];
	pthread_t th;
	enum mk_answer a;

	*p = load(text, MK_PROFILE_READER);
	if (*p == NULL) {
		printf("# %s\n", e.msg);
		return MK_ANSWER_GONE;
	}
	for (next += next == 0 ? 20000 + getpid() % 20000 : 1; server == NULL; next++) {
		(void)snprintf(place, sizeof place, "listen:%d", next);
		(void)mk_port_open(&server, place, NULL, &w, &e);
	}
	(void)snprintf(place, sizeof place, "tcp:127.0.0.1:%d", next - 1);
	if (mk_port_open(&port, place, NULL, &w, &e) == -1 || mk_port_wait(server, &w, &e) != 1 ||
	    mk_talk_new(t, *p, port, &e) == -1)
		return MK_ANSWER_GONE;
	peer.fd = dup(mk_port_fd(server));
	(void)fcntl(peer.fd, F_SETFL, 0);
	(void)pthread_create(&th, NULL, play, &peer);
	e = (struct mk_err){0};
	a = mk_talk_do(*t, state, NULL, NULL, &e);
	mk_port_close(port);
	(void)pthread_join(th, NULL);
	mk_port_close(server);
	(void)close(peer.fd);
	*heard = peer.heard;
	return a;
}

static void
talks(const char *text, const struct script *s, enum mk_answer want, int want_heard,
	const char *code, const char *msg)
{
	struct mk_talk *t = NULL;
	struct mk_profile *p = NULL;
	const struct mk_buf *b;
	int heard = 0;
	enum mk_answer a = exchange(text, "read", s, &t, &p, &heard);

	ok(a == want && heard == want_heard, "%s: answer %d, heard %d", flat(text), (int)a, heard);
	if (a != MK_ANSWER_OK)
		is(e.msg, msg, "its message");
	if (code != NULL && ok(t != NULL && (b = mk_talk_get(t, "code")) != NULL, "a code"))
		isn(b->p, b->n, code, "which is");
	mk_talk_free(t);
	mk_profile_free(p);
}

#define KEYENCE READER "state read\nsend LON\nexpect none ERROR\nexpect err ER,{any},{n:0-9}\n" \
	"expect ok {code}\ntimeout 100\n"

static void
test_talk(void)
{
	static const struct script good[] = { { "LON\r", "0109\x1d" "10A\r" }, {0} };
	static const struct script none[] = { { "LON\r", "ERROR\r" }, {0} };
	static const struct script refused[] = { { "LON\r", "ER,LON,05\r" }, {0} };
	static const struct script silent[] = { { "LON\r", "0109" }, {0} };
	static const struct script second[] = { { "LON\r", "" }, { "LON\r", "X\r" }, {0} };
	static const struct script dmcc[] = { { "||>TRIGGER ON\r\n", "||0:1[0]\r\nABC\r\n" }, {0} };
	static const struct script gap[] = { { "T\r", "ABC" }, {0} };
	static const struct script busy[] = { { "T\r", "B\r" }, { "T\r", "B\r" }, { "T\r", "R7\r" }, {0} };
	static const struct script sum[] = { { "\x02T56\r", "\n\x02OK9C\r" }, {0} };
	/* the example of Panasonic's LP-GS Serial Communication Command Manual, 2-3 */
	static const struct script panasonic[] = { { "\x02" "FNOS204705\r", "\x06" "0066\r" }, {0} };
	static const struct script wrong[] = { { "\x02T56\r", "\x02OK9D\r" }, {0} };
	static const struct script xor8[] = { { "T*54\r\n", "AB*03\r\n" }, {0} };
	static const struct script two[] = { { "A\r", "1=x7\r" }, { "Bx7\r", "ok q\r" }, {0} };

	talks(KEYENCE, good, MK_ANSWER_OK, 1, "0109\x1d" "10A", "");
	talks(KEYENCE, none, MK_ANSWER_NONE, 1, NULL, "");
	talks(KEYENCE, refused, MK_ANSWER_ERR, 1, NULL, "state read: the device says 'ER,LON,05'");
	talks(KEYENCE, silent, MK_ANSWER_LATE, 1, NULL, "state read: no answer in time");
	talks(KEYENCE "retry 1\n", second, MK_ANSWER_OK, 2, "X", "");
	talks("kind reader\nframe \"||>{body}\\r\\n\" \"{body}\\r\\n\"\nstate read\nsend \"TRIGGER ON\"\n"
		"expect skip ||{any}:{any}[0]\nexpect ok {code}\n", dmcc, MK_ANSWER_OK, 1, "ABC", "");
	talks("kind reader\nframe \"{body}\\r\" {body}\ngap 30\nstate read\nsend T\nexpect ok {code}\n",
		gap, MK_ANSWER_OK, 1, "ABC", "");
	talks(READER "state read\nsend T\nexpect busy B\nexpect ok R{code:0-9}\npoll 5\n", busy,
		MK_ANSWER_OK, 3, "7", "");
	talks(READER "state read\nsend T\nexpect ok R{code:0-9}\n", busy, MK_ANSWER_BAD, 1, NULL,
		"state read: an answer that the profile does not expect: 'B'");
	talks(READER "state read\nsend T\nexpect busy B\npoll 5\nwithin 1\n", busy, MK_ANSWER_LATE, 1,
		NULL, "state read: still busy: 'B'");
	talks("kind reader\nframe \"\\x02{body}{sum8}\\r\"\nstate read\nsend T\nexpect ok {code}\n", sum,
		MK_ANSWER_OK, 1, "OK", "");
	talks("kind reader\nframe \"\\x02{body}{sum8}\\r\"\nstate read\nsend T\nexpect ok {code}\n", wrong,
		MK_ANSWER_BAD, 1, NULL, "state read: an answer with a wrong checksum");
	talks("kind reader\nframe \"\\x02{body}{sum8}\\r\" \"\\x06{body}{sum8}\\r\"\nstate read\nsend FNOS2047\n"
		"expect ok {code}\n", panasonic, MK_ANSWER_OK, 1, "00", "");
	talks("kind reader\nframe \"{body}*{xor8:body}\\r\\n\"\nstate read\nsend T\nexpect ok {code}\n", xor8,
		MK_ANSWER_OK, 1, "AB", "");
	talks(READER "field k y\nstate read\nsend A\nexpect ok 1={v}\nstate read\nsend B{v}\n"
		"expect ok \"ok {code}\"\n", two, MK_ANSWER_OK, 2, "q", "");
	talks(READER "field k y\nstate read\nsend A\nexpect ok 1={code}\ncompare code k\n", two,
		MK_ANSWER_BAD, 1, NULL, "state read: the device holds 'x7', not ''");
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd == -1)
		return 1;
	(void)close(fd);
	test_bad();
	test_fields();
	test_talk();
	(void)unlink(path);
	return done();
}
