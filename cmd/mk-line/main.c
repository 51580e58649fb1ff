/* mk-line: the two ends of a line, and its nurse. wait lets one part in at a time, gate
 * lets it out; between them goes a token through a FIFO, so that no pipe's buffer ever
 * holds a second part.
 *
 * gate writes one byte at its start and one per record; wait takes one per part
 * and one after the last. wait takes the byte only after its record is out, and locks
 * the FIFO as long as it lives: if a byte is left or the lock is held when gate
 * reaches the end of its input, gate knows that this was no proper end. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "cmd/mk-line/line.h"

int
line_token(struct cmd *c, const char *path, int flags)
{
	struct stat st;
	int fd;

	if (mkfifo(path, 0600) == -1 && errno != EEXIST)
		return mk_err_sys(&c->err, MK_EIO, "%s: cannot make the FIFO", path);
	fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return mk_err_sys(&c->err, MK_EIO, "%s: cannot open the FIFO", path);
	if (fstat(fd, &st) == -1 || !S_ISFIFO(st.st_mode) || st.st_uid != geteuid()) {
		(void)close(fd);
		return mk_err(&c->err, MK_EUSAGE, "%s: not a FIFO of this user: name another",
			path);
	}
	return fd;
}

int
line_ms(struct cmd *c, const char *name, const char *opt, uint64_t max, int *ms)
{
	uint64_t v;

	if (opt == NULL)
		return 0;
	if (mk_num_u64(opt, strlen(opt), 1, max, &v, &c->err) == -1)
		return mk_err_at(&c->err, "--%s", name);
	*ms = (int)v;
	return 0;
}

static const struct cmd_verb verbs[] = {
	{ "wait", "[KEY=VALUE...]", "let parts in, one at a time", line_wait_opts,
	  CMD_CONF | CMD_OUTPUT, NULL, line_wait },
	{ "gate", "", "let parts out, and the next one in", line_gate_opts, CMD_CONF | CMD_OUTPUT,
	  NULL, line_gate },
	{ "doctor", "", "what the line needs, and what to do", line_doctor_opts,
	  CMD_CONF | CMD_STORE | CMD_OUTPUT, "check,state,what,do", line_doctor },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = { "mk-line", "The two ends of a line, and its nurse.", verbs };

	return cmd_main(&tool, argc, argv);
}
