/* What smart readers answer: the first line of the input names a profile that comes with
 * the tools, or is empty, and a profile follows, up to a line "--"; the rest is what the
 * reader sends when it is asked. A peer on TCP sends it and hangs up. What comes out as a
 * code was sent so, and what fails says why. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vision/smart.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define must(c) do { if (!(c)) abort(); } while (0)

static const uint8_t *answer;
static size_t answer_n;
static bool asked;		/* it sends when it is asked, not before */
static int listener = -1, port;

/* One client: to its end. */
static void *
peer(void *arg)
{
	const struct linger now = { 1, 0 };	/* thousands of ports are not to wait for late packets */
	int fd = accept(listener, NULL, NULL);
	char c;

	(void)arg;
	must(fd != -1);
	if (asked)	/* or else a profile says send, but never does */
		(void)poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 50);
	(void)send(fd, answer, answer_n, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	while (read(fd, &c, 1) > 0)
		;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	(void)close(fd);
	return NULL;
}

static void
serve(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;

	if (listener != -1)
		return;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(listener != -1 && bind(listener, (struct sockaddr *)&a, sizeof a) == 0 &&
		listen(listener, 4) == 0 && getsockname(listener, (struct sockaddr *)&a, &len) == 0);
	port = ntohs(a.sin_port);
}

static void
fields(const struct mk_smart *s)
{
	struct mk_rec rec = {0}, back = {0};
	struct mk_buf b = {0};
	struct mk_err e;
	size_t column;

	must(mk_smart_fields(s, &rec, "verify_", &e) == 0);
	must(mk_rec_line(&rec, &b, &e) == 0);
	must(rec.n == 0 || mk_rec_parse(&back, b.p, b.n - (b.p[b.n - 1] == '\n'), &column, &e) == 0);
	mk_rec_clear(&rec);
	mk_rec_clear(&back);
	mk_buf_clear(&b);
}

static void
read_one(struct mk_smart *s)
{
	static struct mk_scan out;
	struct mk_err e = {0};
	bool known = true;

	if (mk_smart_read(s, &out, &known, &e) == -1) {
		must(e.code == MK_EDEV && strncmp(e.msg, "reader ", 7) == 0 && out.best == -1);
		return;
	}
	must(out.best == -1 ? out.codes == 0 : out.best == 0 && out.codes == 1);
	if (out.codes == 1)
		must(out.code[0].n <= MK_SCAN_DATA_MAX && answer_n > 0 &&
			memmem(answer, answer_n, out.code[0].data, out.code[0].n) != NULL);
	must(!known || out.code[0].kind != 0);
	fields(s);
}

static void
talk(const char *profile)
{
	struct mk_smart *s = NULL;
	struct mk_err e = {0};
	pthread_t t;
	char spec[128];

	serve();
	(void)snprintf(spec, sizeof spec, "%s@tcp:127.0.0.1:%d", profile, port);
	must(pthread_create(&t, NULL, peer, NULL) == 0);
	if (mk_smart_open(&s, spec, &e) == 0)
		read_one(s);
	else {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

		/* let the peer go, which nobody called */
		must(e.code == MK_ECONF || e.code == MK_EDEV || e.code == MK_EDATA);
		(void)connect(fd, (struct sockaddr *)&a, sizeof a);
		(void)close(fd);
	}
	mk_smart_close(s);
	must(pthread_join(t, NULL) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const known[] = { "cognex-dmcc", "keyence-sr", "scanner" };
	const uint8_t *end = memchr(p, '\n', n), *rest;
	char path[64] = "";
	int fd = -1;
	size_t i;

	if (end == NULL)
		return 0;
	for (i = 0; i < 3; i++)
		if (strlen(known[i]) == (size_t)(end - p) && memcmp(known[i], p, (size_t)(end - p)) == 0)
			(void)snprintf(path, sizeof path, "%s", known[i]);
	rest = end + 1;
	asked = path[0] != '\0' && path[0] != 's';
	if (path[0] == '\0') {
		const uint8_t *cut = memmem(rest, n - (size_t)(rest - p), "\n--\n", 4);

		if (end != p || cut == NULL || memmem(rest, (size_t)(cut - rest), "await", 5) != NULL)
			return 0;
		fd = memfd_create("profile", MFD_CLOEXEC);
		must(fd != -1 && write(fd, rest, (size_t)(cut + 1 - rest)) == cut + 1 - rest);
		(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		asked = memmem(rest, (size_t)(cut - rest), "send", 4) != NULL;
		rest = cut + 4;
	}
	answer = rest;
	answer_n = n - (size_t)(rest - p);
	talk(path);
	if (fd != -1)
		(void)close(fd);
	return 0;
}
