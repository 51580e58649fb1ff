/* pgproxy LISTEN SERVER SEED SHARE: a network between clients and a PostgreSQL server
 * that fails. LISTEN and SERVER are Unix sockets. Of SHARE of 100 connections each gets
 * one fault, drawn from the seed and the connection's number, said on standard output
 * when it happens:
 *
 *   cut     both sides are closed after so many of the client's messages
 *   half    the same in the middle of a message
 *   before  a COMMIT is not passed on, and both sides are closed
 *   ack     a COMMIT is passed on, and both sides are closed instead of its answer
 *
 * Messages are a type and a length (PostgreSQL manual, 55.7); only a client's first has
 * no type. Over a Unix socket nothing is encrypted. It runs until it is killed; a
 * server that is away closes the connection. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum kind { NONE, CUT, HALF, BEFORE, ACK };
static const char *const names[] = { "none", "cut", "half", "before", "ack" };

struct side {
	int fd;
	unsigned char in[1 << 16];	/* read, and not passed on yet */
	size_t n, seen;			/* of it: how much was looked at */
	size_t left;			/* bytes of the message at hand that are to come */
	unsigned char head[5], start[16];	/* what is known of it */
	size_t nhead, nstart;
	bool typed;
};

struct plan {
	enum kind kind;
	unsigned at;			/* at which message, or COMMIT */
	unsigned messages, commits;
	bool committing;
};

static uint32_t
draw(uint64_t *rng)
{
	*rng = *rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*rng >> 33);
}

static int
open_socket(const char *path, bool listening)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	if (fd == -1 || strlen(path) >= sizeof a.sun_path)
		return -1;
	memcpy(a.sun_path, path, strlen(path) + 1);
	if (listening)
		r = bind(fd, (const struct sockaddr *)&a, sizeof a) == -1 ? -1 : listen(fd, 64);
	else
		r = connect(fd, (const struct sockaddr *)&a, sizeof a);
	if (r == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static bool
write_all(int fd, const unsigned char *p, size_t n)
{
	ssize_t k;

	for (; n > 0; p += k, n -= (size_t)k)
		if ((k = send(fd, p, n, MSG_NOSIGNAL)) <= 0 && errno != EINTR)
			return false;
		else if (k < 0)
			k = 0;
	return true;
}

static void
say(const struct plan *p)
{
	char line[32];
	int n = snprintf(line, sizeof line, "%s\n", names[p->kind]);

	if (write(1, line, (size_t)n) != n)
		_exit(1);
}

/* Whether the message at hand, whose beginning is known, ends the connection here. */
static bool
strikes(struct plan *p, const struct side *s, bool client)
{
	if (client) {
		p->messages++;
		if (s->head[0] == 'Q' && s->nstart >= 7 && memcmp(s->start, "COMMIT", 7) == 0) {
			p->commits++;
			p->committing = true;
			return p->kind == BEFORE && p->commits == p->at;
		}
		return (p->kind == CUT || p->kind == HALF) && p->messages == p->at;
	}
	return p->kind == ACK && p->committing && p->commits == p->at && s->head[0] == 'C' &&
		s->nstart >= 7 && memcmp(s->start, "COMMIT", 7) == 0;
}

/* Take in one byte more of a side's stream: whether a message is whole. */
static bool
advance(struct side *s, unsigned char c)
{
	size_t need = s->typed ? 5 : 4;
	uint32_t len;

	if (s->nhead < need) {
		s->head[s->nhead++] = c;
		if (s->nhead < need)
			return false;
		len = (uint32_t)s->head[need - 4] << 24 | (uint32_t)s->head[need - 3] << 16 |
			(uint32_t)s->head[need - 2] << 8 | s->head[need - 1];
		s->left = len < 4 ? 0 : len - 4;
		s->nstart = 0;
		return s->left == 0;
	}
	if (s->nstart < sizeof s->start)
		s->start[s->nstart++] = c;
	return --s->left == 0;
}

/* Pass on what came, message by message: false at the end. */
static bool
pass(struct side *from, int to, struct plan *p, bool client)
{
	size_t i, sent = 0;

	for (i = from->seen; i < from->n; i++) {
		if (!advance(from, from->in[i]))
			continue;
		if (strikes(p, from, client)) {
			if (p->kind == HALF)
				(void)write_all(to, from->in + sent, (i - sent) / 2);
			else if (p->kind == CUT)
				(void)write_all(to, from->in + sent, i + 1 - sent);
			say(p);
			return false;
		}
		from->nhead = 0;
		from->typed = true;
		if (!write_all(to, from->in + sent, i + 1 - sent))
			return false;
		sent = i + 1;
	}
	/* what is left of a long message goes on; of a short one it waits for its end */
	if (from->n - sent > sizeof from->in / 2) {
		if (!write_all(to, from->in + sent, from->n - sent))
			return false;
		sent = from->n;
	}
	memmove(from->in, from->in + sent, from->n - sent);
	from->n -= sent;
	from->seen = from->n;
	return true;
}

static void
serve(int client, const char *path, struct plan *p)
{
	static struct side s[2];
	struct pollfd pfd[2];
	ssize_t k;
	int i;

	s[0].fd = client;
	s[1].fd = open_socket(path, false);
	s[1].typed = true;
	while (s[1].fd != -1) {
		for (i = 0; i < 2; i++)
			pfd[i] = (struct pollfd){ .fd = s[i].fd, .events = POLLIN };
		if (poll(pfd, 2, -1) == -1 && errno != EINTR)
			return;
		for (i = 0; i < 2; i++) {
			if (pfd[i].revents == 0)
				continue;
			k = read(s[i].fd, s[i].in + s[i].n, sizeof s[i].in - s[i].n);
			if (k <= 0)
				return;
			s[i].n += (size_t)k;
			if (!pass(&s[i], s[1 - i].fd, p, i == 0))
				return;
		}
	}
}

int
main(int argc, char **argv)
{
	struct plan p;
	uint64_t rng;
	unsigned no = 0, share;
	int fd, c;

	if (argc != 5 || (fd = open_socket(argv[1], true)) == -1) {
		(void)fprintf(stderr, "pgproxy LISTEN SERVER SEED SHARE\n");
		return 2;
	}
	(void)signal(SIGCHLD, SIG_IGN);
	share = (unsigned)atoi(argv[4]);
	for (;; no++) {
		if ((c = accept(fd, NULL, NULL)) == -1)
			continue;
		rng = strtoull(argv[3], NULL, 10) * 1000003u + no;
		(void)draw(&rng);
		memset(&p, 0, sizeof p);
		if (draw(&rng) % 100 < share)
			p.kind = (enum kind)(1 + draw(&rng) % 4);
		p.at = p.kind == BEFORE || p.kind == ACK ? 1 + draw(&rng) % 2 : 1 + draw(&rng) % 60;
		if (fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)close(fd);
			serve(c, argv[2], &p);
			_exit(0);
		}
		(void)close(c);
	}
}
