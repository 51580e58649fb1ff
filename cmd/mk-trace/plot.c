#include "cmd/mk-trace/plot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"

static bool
ends(const char *s, const char *with)
{
	size_t n = strlen(s), k = strlen(with);

	return n > k && strcmp(s + n - k, with) == 0;
}

int
plot_check(struct plot *p)
{
	const char *s;

	if (!ends(p->file, ".svg") && !ends(p->file, ".png"))
		return cmd_usage(p->c, "--plot %s: name a file.svg or file.png", p->file);
	for (s = p->file; *s != '\0'; s++)
		if (*s == '\'' || *s == '\n')
			return cmd_usage(p->c, "--plot %s: a quote or a line end in a file's name",
				p->file);
	return 0;
}

void
plot_clear(struct plot *p)
{
	mk_buf_clear(&p->data);
}

/* A label in double quotes: nothing in it may be a command, a new row, or mark-up. */
static int
quoted(struct plot *p, const char *s)
{
	struct mk_err *e = &p->c->err;
	int r = mk_buf_addc(&p->data, '"', e);

	for (; r == 0 && *s != '\0'; s++)
		r = mk_buf_addc(&p->data, *s == '"' || *s == '\\' || (*s & 0xe0) == 0 ? '_' : *s, e);
	return r == 0 ? mk_buf_addc(&p->data, '"', e) : r;
}

int
plot_bar(struct plot *p, const char *label, double n, double sum)
{
	p->n++;
	return quoted(p, label) == -1 ? -1 : mk_buf_addf(&p->data, &p->c->err, " %.0f %.6f\n", n,
		100 * sum);
}

int
plot_point(struct plot *p, const char *label, const struct mk_spc_point *pt, double centre)
{
	p->n++;
	if (quoted(p, label) == -1)
		return -1;
	return mk_buf_addf(&p->data, &p->c->err, " %zu %.9g %.9g %.9g %.9g %d\n", p->n, pt->value,
		pt->lcl, centre, pt->ucl, pt->rules != 0);
}

/* Give gnuplot a script on its standard input, and wait for it. */
static int
run(struct plot *p, const struct mk_buf *script)
{
	struct cmd *c = p->c;
	int fd[2], status, r;
	pid_t pid;

	if (cmd_flush(c) == -1)
		return -1;
	if (pipe2(fd, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		return mk_err_sys(&c->err, MK_EIO, "gnuplot");
	if (pid == 0) {
		(void)signal(SIGPIPE, SIG_DFL);
		if (dup2(fd[0], STDIN_FILENO) != -1 && dup2(STDERR_FILENO, STDOUT_FILENO) != -1)
			(void)execlp("gnuplot", "gnuplot", (char *)NULL);
		_exit(errno == ENOENT ? 127 : 126);
	}
	(void)close(fd[0]);
	r = mk_io_write(fd[1], script->p, script->n, "gnuplot", &c->err);
	(void)close(fd[1]);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return mk_err(&c->err, MK_EDEV, "--plot: there is no gnuplot: install gnuplot-nox");
	if (r == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return mk_err(&c->err, MK_EDEV, "--plot %s: gnuplot failed", p->file);
	return 0;
}

static int
start(struct plot *p, struct mk_buf *b)
{
	return mk_buf_addf(b, &p->c->err, "set terminal %s noenhanced %s\nset output '%s'\n"
		"$d << EOD_OF_DATA\n%.*sEOD_OF_DATA\n"
		"set xtics rotate by -45\nset key outside below\nset grid ytics\nset border 3\n",
		ends(p->file, ".svg") ? "svg size 900,480" : "pngcairo size 900,480",
		ends(p->file, ".svg") ? "background 'white'" : "", p->file, (int)p->data.n,
		p->data.p);
}

int
plot_pareto(struct plot *p)
{
	struct mk_buf b = {0};
	int r = start(p, &b);

	if (r == 0)
		r = mk_buf_adds(&b, "set style fill solid 0.7\nset boxwidth 0.8\nset yrange [0:*]\n"
			"set ylabel 'n'\nset y2range [0:105]\nset y2tics\nset y2label '%'\n"
			"plot $d using 0:2:xtic(1) with boxes title 'n', "
			"$d using 0:3 axes x1y2 with linespoints pt 7 title 'sum %'\n", &p->c->err);
	if (r == 0)
		r = run(p, &b);
	mk_buf_clear(&b);
	return r;
}

int
plot_chart(struct plot *p, const char *kind)
{
	struct mk_buf b = {0};
	int r = start(p, &b);

	if (r == 0)
		r = mk_buf_addf(&b, &p->c->err, "set title '%s chart'\nset yrange [0:*]\n"
			"set xrange [0.5:%zu.5]\n"
			"plot $d using 2:6 with steps lc 'red' title 'upper limit', "
			"$d using 2:5 with lines lc 'gray' title 'centre', "
			"$d using 2:4 with steps lc 'red' title 'lower limit', "
			"$d using 2:3:xtic(1) with linespoints pt 7 lc 'blue' title 'value', "
			"$d using 2:($7 > 0 ? $3 : NaN) with points pt 6 ps 2 lw 2 lc 'red' title 'violates'\n",
			kind, p->n);
	if (r == 0)
		r = run(p, &b);
	mk_buf_clear(&b);
	return r;
}
