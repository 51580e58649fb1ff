/* Records in, records out. */
#include <unistd.h>

#include "cmd/cmd.h"

static int
flush_before_read(void *arg, struct mk_err *e)
{
	struct cmd *c = arg;

	if (cmd_flush(c) == 0)
		return 0;
	*e = c->err;
	return -1;
}

void
cmd_stdin(struct cmd *c, struct mk_rdr *in)
{
	mk_rdr_init(in, STDIN_FILENO, "stdin");
	in->tie = flush_before_read;
	in->tie_arg = c;
}

int
cmd_filter(struct cmd *c, bool every, cmd_each *each, void *arg)
{
	struct mk_rdr in;
	struct mk_rec rec = {0};
	int r;

	cmd_stdin(c, &in);
	while ((r = mk_rec_read(&in, &rec, &c->err)) == 1) {
		r = each(c, &rec, arg);
		if (r == -1 || ((r == 1 || r == CMD_LAST) && cmd_put(c, &rec) == -1) ||
		    ((every || r > 1) && cmd_flush(c) == -1)) {
			r = -1;
			break;
		}
		if (r > 1) {
			r = 0;
			break;
		}
	}
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	return r;
}
