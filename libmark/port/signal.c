#include "port/signal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/num.h"
#include "port/control.h"
#include "port/port.h"

#define PERIOD_MS 5		/* between two looks at a level */
#define DEBOUNCE_MS 10
#define BOARD_MS 10000		/* how long mk-laser may take to get its board */

enum kind { SERIAL, LMC, ENTER, NONE, CMD };

struct port {			/* a serial port in use */
	char *name;		/* as it was spelt */
	struct mk_port *port;
	struct port *next;
};

struct mk_signal {
	enum kind kind;
	enum mk_signal_use use;
	char *spec;
	struct mk_port *port;	/* SERIAL: borrowed from the set's */
	unsigned line;		/* enum mk_line or mk_line_out; LMC: the bit */
	int fd;			/* LMC, ENTER: a descriptor; CMD: one of its process; -1 */
	bool own_fd;
	const char *command;	/* in spec */
	pid_t child;		/* 0: it does not run */
	bool high;		/* OUT: what it was set to */
	/* arrivals of a level */
	int debounce;
	bool known, stable, raw;	/* has it been seen; as it lasts; as it was last */
	int64_t since;		/* when raw became so */
	bool kept;		/* one came unasked */
	bool armed;
	size_t lines;		/* of ENTER: read, not yet told */
	bool over;
	struct mk_signal *next;
};

struct mk_signals {
	struct port *port;
	struct mk_signal *signal;
};

int
mk_signals_new(struct mk_signals **set, struct mk_err *e)
{
	*set = calloc(1, sizeof **set);
	return *set == NULL ? mk_err_nomem(e) : 0;
}

static void
stop_command(struct mk_signal *s)
{
	if (s->child > 0) {
		(void)kill(-s->child, SIGTERM);
		while (waitpid(s->child, NULL, 0) == -1 && errno == EINTR)
			;
	}
	s->child = 0;
	if (s->kind == CMD && s->fd != -1)
		(void)close(s->fd);
	if (s->kind == CMD)
		s->fd = -1;
}

static void
free_signal(struct mk_signal *s)
{
	struct mk_err no;

	if (s->use == MK_SIGNAL_OUT && s->high)
		(void)mk_signal_set(s, false, &no);
	stop_command(s);
	if (s->own_fd && s->fd != -1)
		(void)close(s->fd);
	free(s->spec);
	free(s);
}

void
mk_signals_free(struct mk_signals *set)
{
	struct mk_signal *s;
	struct port *p;

	if (set == NULL)
		return;
	while ((s = set->signal) != NULL) {
		set->signal = s->next;
		free_signal(s);
	}
	while ((p = set->port) != NULL) {
		set->port = p->next;
		mk_port_close(p->port);
		free(p->name);
		free(p);
	}
	free(set);
}

/* ---- opening ---- */

static int
no_signal(const char *spec, enum mk_signal_use use, struct mk_err *e)
{
	return mk_err(e, MK_EUSAGE, "'%s' is no signal: %s", spec, use == MK_SIGNAL_IN
		? "write serial:PORT:cts (or dsr, dcd, ri), lmc:N, enter, none or cmd:COMMAND"
		: "write serial:PORT:rts (or dtr), lmc:N or cmd:COMMAND");
}

/* The port of that name, opened at its first use. */
static int
use_port(struct mk_signals *set, const char *name, struct mk_port **out, struct mk_err *e)
{
	const struct mk_port_conf conf = { .quiet = true };
	const struct mk_wait now = { .until = 0 };
	struct port *p;
	int lock;

	for (p = set->port; p != NULL; p = p->next)
		if (strcmp(p->name, name) == 0) {
			*out = p->port;
			return 0;
		}
	if ((p = calloc(1, sizeof *p)) == NULL || (p->name = strdup(name)) == NULL) {
		free(p);
		return mk_err_nomem(e);
	}
	p->next = set->port;
	if (mk_port_open(&p->port, name, &conf, &now, e) == -1) {
		free(p->name);
		free(p);
		return -1;
	}
	set->port = p;
	if ((lock = mk_port_lockfd(p->port, e)) == -1)
		return -1;
	if (flock(lock, LOCK_EX | LOCK_NB) == -1)
		return mk_err(e, MK_EDEV, "%s: another process has this port: a port has one owner",
			name);
	*out = p->port;
	return 0;
}

/* serial:PORT:LINE; the port's name may hold colons. */
static int
open_serial(struct mk_signals *set, struct mk_signal *s, struct mk_err *e)
{
	static const struct {
		const char *name;
		enum mk_signal_use use;
		unsigned line;
	} lines[] = {
		{ "cts", MK_SIGNAL_IN, MK_CTS }, { "dsr", MK_SIGNAL_IN, MK_DSR },
		{ "dcd", MK_SIGNAL_IN, MK_DCD }, { "ri", MK_SIGNAL_IN, MK_RI },
		{ "rts", MK_SIGNAL_OUT, MK_RTS }, { "dtr", MK_SIGNAL_OUT, MK_DTR }
	};
	char *name = s->spec + strlen("serial:"), *colon = strrchr(name, ':');
	size_t i;
	int r;

	for (i = 0; colon != NULL && i < sizeof lines / sizeof *lines; i++)
		if (strcmp(colon + 1, lines[i].name) == 0 && lines[i].use == s->use) {
			s->line = lines[i].line;
			*colon = '\0';
			r = use_port(set, name, &s->port, e);
			*colon = ':';
			return r;
		}
	return no_signal(s->spec, s->use, e);
}

static int
open_lmc(struct mk_signal *s, struct mk_err *e)
{
	const char *bit = s->spec + strlen("lmc:");
	uint64_t n;

	if (mk_num_u64(bit, strlen(bit), 0, MK_CONTROL_BITS - 1, &n, e) == -1) {
		e->code = MK_EUSAGE;
		return mk_err_at(e, "%s", s->spec);
	}
	s->line = (unsigned)n;
	s->own_fd = true;
	return mk_control_open(&s->fd, BOARD_MS, e);
}

/* Standard input, or the terminal where that is nothing that one can type into. */
static int
open_enter(struct mk_signal *s, struct mk_err *e)
{
	struct stat st;

	s->fd = STDIN_FILENO;
	if (fstat(STDIN_FILENO, &st) == 0 && (!S_ISCHR(st.st_mode) || isatty(STDIN_FILENO)))
		return 0;
	s->own_fd = true;
	if ((s->fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)) == -1)
		return mk_err_sys(e, MK_EDEV, "/dev/tty: no terminal to press enter on");
	return 0;
}

static int
open_kind(struct mk_signals *set, struct mk_signal *s, struct mk_err *e)
{
	const char *spec = s->spec;

	if (strncmp(spec, "serial:", 7) == 0) {
		s->kind = SERIAL;
		if (open_serial(set, s, e) == -1)
			return -1;
	} else if (strncmp(spec, "lmc:", 4) == 0) {
		s->kind = LMC;
		if (open_lmc(s, e) == -1)
			return -1;
	} else if (strncmp(spec, "cmd:", 4) == 0 && spec[4] != '\0') {
		s->kind = CMD;
		s->command = spec + 4;
	} else if (strcmp(spec, "enter") == 0 && s->use == MK_SIGNAL_IN) {
		s->kind = ENTER;
		return open_enter(s, e);
	} else if (strcmp(spec, "none") == 0 && s->use == MK_SIGNAL_IN) {
		s->kind = NONE;
	} else
		return no_signal(spec, s->use, e);
	return s->use == MK_SIGNAL_OUT ? mk_signal_set(s, false, e) : 0;
}

int
mk_signal_open(struct mk_signals *set, const char *spec, enum mk_signal_use use,
	struct mk_signal **out, struct mk_err *e)
{
	struct mk_signal *s = calloc(1, sizeof *s);

	if (s == NULL || (s->spec = strdup(spec)) == NULL) {
		free(s);
		return mk_err_nomem(e);
	}
	s->fd = -1;
	s->use = use;
	s->debounce = DEBOUNCE_MS;
	s->next = set->signal;
	set->signal = s;
	*out = s;
	return open_kind(set, s, e);
}

/* ---- commands ---- */

/* Start the command, its output among the messages; arg, if any, is its $1. */
static int
start(struct mk_signal *s, const char *arg, struct mk_err *e)
{
	sigset_t none;
	int null;

	if ((s->child = fork()) == -1) {
		s->child = 0;
		return mk_err_sys(e, MK_EDEV, "%s: cannot start it", s->spec);
	}
	if (s->child == 0) {
		(void)setpgid(0, 0);
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);	/* whatever becomes of us */
		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		(void)signal(SIGPIPE, SIG_DFL);
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (null != -1 && dup2(null, STDIN_FILENO) == STDIN_FILENO)
			(void)execl("/bin/sh", "sh", "-c", s->command, "sh", arg, (char *)NULL);
		_exit(127);
	}
	(void)setpgid(s->child, s->child);
	if ((s->fd = pidfd_open(s->child, 0)) == -1) {
		mk_err_sys(e, MK_EDEV, "%s: cannot watch it", s->spec);
		stop_command(s);
		return -1;
	}
	return 0;
}

/* How the command ended, once it has: its status 0 or 1. */
static int
ended(struct mk_signal *s, int *status, struct mk_err *e)
{
	pid_t pid;
	int st;

	do
		pid = waitpid(s->child, &st, 0);
	while (pid == -1 && errno == EINTR);
	s->child = 0;
	stop_command(s);
	if (pid == -1)
		return mk_err_sys(e, MK_EDEV, "%s", s->spec);
	if (WIFSIGNALED(st))
		return mk_err(e, MK_EDEV, "%s: it was killed by signal %d", s->spec, WTERMSIG(st));
	*status = WEXITSTATUS(st);
	return *status <= 1 ? 0 : mk_err(e, MK_EDEV, "%s: it ended with status %d", s->spec, *status);
}

/* ---- levels ---- */

int
mk_signal_level(struct mk_signal *s, bool *high, struct mk_err *e)
{
	unsigned lines;
	int status;

	switch (s->kind) {
	case SERIAL:
		if (mk_port_lines(s->port, &lines, e) == -1)
			return -1;
		*high = (lines & s->line) != 0;
		return 0;
	case LMC:
		return mk_control_in(s->fd, (int)s->line, high, e);
	case CMD:
		if (start(s, NULL, e) == -1 || ended(s, &status, e) == -1)
			return -1;
		*high = status == 0;
		return 0;
	default:
		return mk_err(e, MK_EUSAGE, "%s: this signal has no level: name a serial line, lmc:N "
			"or cmd:COMMAND", s->spec);
	}
}

int
mk_signal_set(struct mk_signal *s, bool high, struct mk_err *e)
{
	int status, r;

	switch (s->kind) {
	case SERIAL:
		r = mk_port_raise(s->port, (enum mk_line_out)s->line, high, e);
		break;
	case LMC:
		r = mk_control_out(s->fd, (int)s->line, high, e);
		break;
	default:
		r = start(s, high ? "1" : "0", e);
		if (r == 0 && (r = ended(s, &status, e)) == 0 && status != 0)
			r = mk_err(e, MK_EDEV, "%s: it ended with status 1", s->spec);
	}
	if (r == 0)
		s->high = high;
	return r;
}

/* ---- arrivals ---- */

void
mk_signal_debounce(struct mk_signal *s, int ms)
{
	s->debounce = ms;
}

int
mk_signal_arm(struct mk_signal *s, struct mk_err *e)
{
	s->armed = true;
	if (s->kind == CMD)
		return start(s, NULL, e);
	if (s->kind == ENTER && isatty(s->fd))
		(void)tcflush(s->fd, TCIFLUSH);
	return 0;
}

/* Whether the level has risen for good. */
static int
rose(struct mk_signal *s, struct mk_err *e)
{
	int64_t now = mk_port_now();
	bool high;

	if (mk_signal_level(s, &high, e) == -1)
		return -1;
	if (!s->known || high != s->raw) {
		if (!s->known)
			s->stable = high;	/* what is there already has not come */
		s->known = true;
		s->raw = high;
		s->since = now;
	}
	if (s->raw == s->stable || now - s->since < s->debounce)
		return 0;
	s->stable = s->raw;
	return s->stable;
}

static int
look_level(struct mk_signal *s, struct mk_err *e)
{
	int r = rose(s, e);
	bool kept = s->kept;

	if (r == -1)
		return -1;
	s->kept = r == 1 || kept;
	if (r == 1 && kept)	/* the one before has gone by */
		return MK_SEEN_MISSED;
	if (!s->armed || !s->kept)
		return MK_SEEN_NOTHING;
	s->armed = s->kept = false;
	return MK_SEEN_PART;
}

static int
look_enter(struct mk_signal *s, struct mk_err *e)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	char buf[256];
	ssize_t got, i;

	if (!s->armed)
		return MK_SEEN_NOTHING;
	if (s->lines == 0 && !s->over && poll(&p, 1, 0) == 1) {
		got = read(s->fd, buf, sizeof buf);
		if (got == -1 && errno != EAGAIN && errno != EINTR)
			return mk_err_sys(e, MK_EDEV, "enter: cannot read");
		s->over = got == 0;
		for (i = 0; i < got; i++)
			s->lines += buf[i] == '\n';
	}
	if (s->lines > 0) {
		s->lines--;
		s->armed = false;
		return MK_SEEN_PART;
	}
	return s->over ? MK_SEEN_END : MK_SEEN_NOTHING;
}

static int
look_cmd(struct mk_signal *s, struct mk_err *e)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	int status;

	if (s->child == 0 || poll(&p, 1, 0) != 1)
		return MK_SEEN_NOTHING;
	if (ended(s, &status, e) == -1)
		return -1;
	s->armed = false;
	return status == 0 ? MK_SEEN_PART : MK_SEEN_END;
}

int
mk_signal_look(struct mk_signal *s, struct mk_err *e)
{
	switch (s->kind) {
	case ENTER:
		return look_enter(s, e);
	case CMD:
		return look_cmd(s, e);
	case NONE:
		return s->armed ? MK_SEEN_PART : MK_SEEN_NOTHING;
	default:
		return look_level(s, e);
	}
}

int
mk_signal_fd(const struct mk_signal *s)
{
	return (s->kind == ENTER && s->armed) || s->kind == CMD ? s->fd : -1;
}

int
mk_signal_period(const struct mk_signal *s)
{
	return s->kind == SERIAL || s->kind == LMC ? PERIOD_MS : -1;
}
