/* Which ports and boards are here. */
#include <stdio.h>

#include "laser/laser.h"
#include "laser/lmc.h"
#include "port/access.h"
#include "port/port.h"
#include "port/usb.h"

struct listing {
	mk_laser_each *each;
	void *arg;
	const char *what;
};

static int
board(void *arg, const struct mk_usb_found *u, struct mk_err *e)
{
	const struct listing *l = arg;
	char device[MK_USB_PATH_MAX + 8], state[MK_ACCESS_MAX];
	const struct mk_laser_found f = { device, l->what, u->node, state };

	(void)snprintf(device, sizeof device, "lmc:usb:%s", u->path);
	(void)mk_access(u->node, state);
	return l->each(l->arg, &f, e);
}

/* A line that a controller may be on: which kind it is, only the user knows. */
static int
line(void *arg, const struct mk_port_info *p, struct mk_err *e)
{
	const struct listing *l = arg;
	char device[128];
	const struct mk_laser_found f = { device, p->what[0] == '\0' ? "serial port" : p->what,
		p->place, p->why == NULL ? "ok" : p->why };

	(void)snprintf(device, sizeof device, "serial:%s", p->place);
	return l->each(l->arg, &f, e);
}

int
mk_laser_list(mk_laser_each *each, void *arg, struct mk_err *left_out, struct mk_err *e)
{
	struct listing l = { each, arg, "BJJCZ LMCV4 galvo controller" };
	int r = mk_usb_list(MK_LMC_VID, MK_LMC_PID, board, &l, e);

	if (r == -1 && e->code == MK_EUSAGE) {
		*left_out = *e;
		r = 0;
	}
	return r == -1 ? -1 : mk_port_list(line, &l, e);
}
