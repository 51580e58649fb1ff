/* mk-layout: records get their vector job (mk-layout(1)). */
#include <string.h>

#include "base/clock.h"
#include "base/step.h"
#include "cmd/mk-layout/layout.h"

static const char *opt_template, *opt_device, *opt_svg, *opt_png, *opt_strict, *opt_lint;

static const struct cmd_opt opts[] = {
	{ "template", 't', "FILE", &opt_template, "what to mark, mklay(5)" },
	{ "device", 0, "NAME", &opt_device, "time model of this device of mk.conf, not the first" },
	{ "svg", 0, "FILE", &opt_svg, "draw the first job as SVG" },
	{ "png", 0, "FILE", &opt_png, "draw the first job as PNG" },
	{ "strict", 0, NULL, &opt_strict, "stop at a record that cannot be laid out" },
	{ "lint", 0, NULL, &opt_lint, "check the template with sample values; read no records" },
	{0}
};

struct run {
	struct mk_layout *l;
	long n;			/* records read: one a line */
	struct drawing draw;
};

int
device_of(struct cmd *c, const char *name, const struct mk_device **d)
{
	*d = mk_conf_device(&c->conf, name);
	if (*d == NULL && name != NULL)
		return cmd_usage(c, "--device %s: mk.conf has no such device line", name);
	return 0;
}

static int
draw(struct cmd *c, struct run *r)
{
	const double *line;
	const struct mk_job *j;
	size_t n;

	j = mk_layout_job(r->l, &line, &n);
	return drawing_make(c, &r->draw, j, line, n);
}

/* "bracket.lay:4: (01)…: what": which line of the template, which record. */
static void
place(struct cmd *c, const struct run *r, const struct mk_rec *rec, const struct mk_refusal *why)
{
	const struct mk_field *id = mk_rec_get(rec, "id");

	if (id != NULL && id->vlen > 0 && id->vlen <= 80)
		mk_err_at(&c->err, "%s:%ld: %.*s", opt_template, why->line, (int)id->vlen, id->val);
	else
		mk_err_at(&c->err, "%s:%ld: stdin:%ld", opt_template, why->line, r->n);
}

static int
refused(struct cmd *c, const struct run *r, struct mk_rec *rec, const struct mk_refusal *why)
{
	struct mk_time now;

	place(c, r, rec, why);
	if (opt_strict != NULL)
		return -1;
	cmd_warn(c, "%s", c->err.msg);
	memset(&c->err, 0, sizeof c->err);
	cmd_status(c, CMD_FAILED);
	mk_rec_del(rec, "job");
	mk_step_drop(rec, "lay");
	if (mk_time_now(&now, &c->err) == -1 ||
	    mk_step_stamp(rec, "lay", &c->conf, &now, "refused", why->word, &c->err) == -1)
		return -1;
	return 1;
}

static int
each(struct cmd *c, struct mk_rec *rec, void *arg)
{
	struct run *r = arg;
	struct mk_refusal why;
	int got;

	r->n++;
	if (mk_step_failed(&c->conf, rec, "lay") != NULL)
		return 1;
	got = mk_layout_rec(r->l, rec, &why, &c->err);
	if (got == 0)
		return refused(c, r, rec, &why);
	if (got == 1 && !r->draw.done && draw(c, r) == -1)
		return -1;
	return got;
}

/* ---- the template alone ---- */

static int
tell(void *arg, bool fault, const char *msg, struct mk_err *e)
{
	struct cmd *c = arg;

	if (!fault)
		return cmd_puts(c, "%s:%s\n", opt_template, msg) == -1 ? (*e = c->err, -1) : 0;
	cmd_warn(c, "%s:%s", opt_template, msg);
	cmd_status(c, CMD_USAGE);
	return 0;
}

static int
run(struct cmd *c)
{
	const struct mk_device *d;
	struct run r = { .draw = { .svg = opt_svg, .png = opt_png } };
	bool drawing, out;
	int got;

	if (c->narg > 0)
		return cmd_usage(c, "'%s': records are read from standard input", c->arg[0]);
	if (opt_template == NULL)
		return cmd_usage(c, "no template: say -t FILE");
	if ((got = drawing_check(c, &r.draw, &out)) == -1 || device_of(c, opt_device, &d) == -1)
		return -1;
	drawing = got == 1;
	if (out)
		return cmd_usage(c, "standard output is the records': name a file");
	r.draw.done = !drawing;
	if (mk_layout_new(&r.l, opt_template, d, &c->err) == -1)
		return -1;
	if (opt_lint != NULL)
		got = mk_layout_lint(r.l, tell, c, &c->err) == -1 ? -1 : 0;
	else
		got = cmd_filter(c, false, each, &r);
	if (got == 0 && drawing && opt_lint == NULL && !r.draw.done)
		cmd_warn(c, "--%s %s: not written: no record got a job", opt_svg != NULL ? "svg" : "png",
			opt_svg != NULL ? opt_svg : opt_png);
	mk_layout_free(r.l);
	return got;
}

static const struct cmd_verb verbs[] = {
	{ NULL, "< records > records", "", opts, CMD_CONF | CMD_CONTEXT | CMD_OUTPUT,
	  "id,recipe,lay_symbol,lay_strokes,lay_mark_mm,lay_ms,lay_result,lay_reason", run },
	{ "show", "[ID] < records", "draw jobs, and list what their time is made of", show_opts,
	  CMD_CONF | CMD_OUTPUT, "id,share,line,pen,power,freq,speed,strokes,mark_mm,jump_mm,ms", show_run },
	{0}
};

int
main(int argc, char **argv)
{
	static const struct cmd_tool tool = {
		"mk-layout", "Adds to each record the vector job that marks it.", verbs
	};

	return cmd_main(&tool, argc, argv);
}
