/* Serial lines by libserialport. */
#include "port/serial.h"

#include <errno.h>
#include <libserialport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port/access.h"

struct mk_serial {
	struct sp_port *port;
	const char *path;	/* borrowed */
};

/* Why a device node cannot be opened, as err (an errno) says, and what to do. */
static void
why_not(const char *path, int err, char *out, size_t n)
{
	char access_why[MK_ACCESS_MAX];

	if (err == ENOENT)
		(void)snprintf(out, n, "there is no such port: is it plugged in? mk-laser list shows "
			"what there is");
	else if (err == EACCES && !mk_access(path, access_why))
		(void)snprintf(out, n, "%s", access_why);
	else if (err == EBUSY)
		(void)snprintf(out, n, "another program has it to itself: end that one first");
	else
		(void)snprintf(out, n, "cannot open: %s", strerror(err));
}

/* libserialport leaves the cause in errno. */
static int
fail(const struct mk_serial *s, enum sp_return r, const char *what, struct mk_err *e)
{
	int err = errno;

	if (r == SP_ERR_MEM)
		return mk_err_nomem(e);
	if (r == SP_ERR_ARG || r == SP_ERR_SUPP)
		return mk_err(e, MK_EDEV, "%s: %s: this is no serial port, or it cannot do that: "
			"mk-laser list shows what there is", s->path, what);
	mk_err(e, MK_EDEV, "%s: %s: %s", s->path, what, strerror(err));
	e->sys = err;
	return -1;
}

static enum sp_return
configure(struct sp_port *port, const struct mk_port_conf *c)
{
	static const enum sp_flowcontrol flow[] = {
		SP_FLOWCONTROL_NONE, SP_FLOWCONTROL_RTSCTS, SP_FLOWCONTROL_XONXOFF
	};
	enum sp_parity parity = c->parity == 'e' ? SP_PARITY_EVEN
		: c->parity == 'o' ? SP_PARITY_ODD : SP_PARITY_NONE;
	struct sp_port_config *conf;
	enum sp_return r = sp_new_config(&conf);

	if (r != SP_OK)
		return r;
	(void)sp_set_config_baudrate(conf, c->baud == 0 ? 9600 : (int)c->baud);
	(void)sp_set_config_bits(conf, c->bits == 0 ? 8 : c->bits);
	(void)sp_set_config_parity(conf, parity);
	(void)sp_set_config_stopbits(conf, c->stop == 0 ? 1 : c->stop);
	(void)sp_set_config_flowcontrol(conf, flow[c->flow]);
	if (c->flow != MK_FLOW_RTSCTS)
		(void)sp_set_config_rts(conf, c->quiet ? SP_RTS_OFF : SP_RTS_ON);
	(void)sp_set_config_dtr(conf, c->quiet ? SP_DTR_OFF : SP_DTR_ON);
	r = sp_set_config(port, conf);
	sp_free_config(conf);
	return r;
}

int
mk_serial_open(struct mk_serial **out, const char *path, const struct mk_port_conf *c,
	int *fd, struct mk_err *e)
{
	struct mk_serial *s = calloc(1, sizeof *s);
	enum sp_return r;
	char why[MK_ACCESS_MAX];

	if (s == NULL)
		return mk_err_nomem(e);
	s->path = path;
	/* asked beforehand: the library tells a port that is missing from nothing else */
	if (access(path, R_OK | W_OK) == -1) {
		why_not(path, errno, why, sizeof why);
		mk_err(e, MK_EDEV, "%s: %s", path, why);
		goto error;
	}
	if ((r = sp_get_port_by_name(path, &s->port)) != SP_OK) {
		fail(s, r, "cannot open", e);
		goto error;
	}
	if ((r = sp_open(s->port, SP_MODE_READ_WRITE)) != SP_OK) {
		if (r != SP_ERR_FAIL) {
			fail(s, r, "cannot open", e);
		} else {
			why_not(path, errno, why, sizeof why);
			mk_err(e, MK_EDEV, "%s: %s", path, why);
		}
		goto error;
	}
	if ((r = configure(s->port, c)) != SP_OK) {
		fail(s, r, "cannot set it up", e);
		(void)sp_close(s->port);
		goto error;
	}
	if ((r = sp_get_port_handle(s->port, fd)) != SP_OK) {
		fail(s, r, "no descriptor", e);
		(void)sp_close(s->port);
		goto error;
	}
	*out = s;
	return 0;
error:
	if (s->port != NULL)
		sp_free_port(s->port);
	free(s);
	return -1;
}

void
mk_serial_close(struct mk_serial *s)
{
	if (s == NULL)
		return;
	(void)sp_close(s->port);
	sp_free_port(s->port);
	free(s);
}

int
mk_serial_lines(struct mk_serial *s, unsigned *lines, struct mk_err *e)
{
	enum sp_signal now;
	enum sp_return r = sp_get_signals(s->port, &now);

	if (r != SP_OK)
		return fail(s, r, "cannot read its lines", e);
	*lines = ((now & SP_SIG_CTS) != 0 ? MK_CTS : 0u) | ((now & SP_SIG_DSR) != 0 ? MK_DSR : 0u) |
		((now & SP_SIG_DCD) != 0 ? MK_DCD : 0u) | ((now & SP_SIG_RI) != 0 ? MK_RI : 0u);
	return 0;
}

int
mk_serial_raise(struct mk_serial *s, enum mk_line_out line, bool high, struct mk_err *e)
{
	enum sp_return r = line == MK_RTS ? sp_set_rts(s->port, high ? SP_RTS_ON : SP_RTS_OFF)
		: sp_set_dtr(s->port, high ? SP_DTR_ON : SP_DTR_OFF);

	return r == SP_OK ? 0 : fail(s, r, line == MK_RTS ? "cannot set RTS" : "cannot set DTR", e);
}

int
mk_port_list(mk_port_each *each, void *arg, struct mk_err *e)
{
	struct sp_port **list;
	enum sp_return r = sp_list_ports(&list);
	int k = 0;
	size_t i;

	if (r != SP_OK)
		return r == SP_ERR_MEM ? mk_err_nomem(e)
			: mk_err_sys(e, MK_EDEV, "cannot list the serial ports");
	for (i = 0; k == 0 && list[i] != NULL; i++) {
		struct mk_port_info info = { .place = sp_get_port_name(list[i]) };
		const char *what = sp_get_port_description(list[i]);
		const char *serial = sp_get_port_usb_serial(list[i]);
		char why[MK_ACCESS_MAX];

		info.what = what == NULL ? "" : what;
		info.serial = serial == NULL ? "" : serial;
		if (sp_get_port_usb_vid_pid(list[i], &info.vid, &info.pid) != SP_OK)
			info.vid = info.pid = 0;
		if (access(info.place, R_OK | W_OK) == -1) {
			why_not(info.place, errno, why, sizeof why);
			info.why = why;
		}
		k = each(arg, &info, e);
	}
	sp_free_port_list(list);
	return k;
}
