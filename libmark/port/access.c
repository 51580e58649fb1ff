#include "port/access.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RULE "70-mk-laser.rules"

/* The name of the group that may read and write, or false if there is none. */
static bool
group_of(const struct stat *st, char *name, size_t size)
{
	struct group g, *found = NULL;
	char buf[4096];

	if ((st->st_mode & (S_IRGRP | S_IWGRP)) != (S_IRGRP | S_IWGRP) || st->st_gid == 0)
		return false;
	if (getgrgid_r(st->st_gid, &g, buf, sizeof buf, &found) == 0 && found != NULL)
		(void)snprintf(name, size, "%s", g.gr_name);
	else
		(void)snprintf(name, size, "%lu", (unsigned long)st->st_gid);
	return true;
}

bool
mk_access(const char *node, char why[MK_ACCESS_MAX])
{
	struct stat st;
	char group[64];
	int err;

	if (access(node, R_OK | W_OK) == 0) {
		(void)snprintf(why, MK_ACCESS_MAX, "ok");
		return true;
	}
	err = errno;
	if (err != EACCES || stat(node, &st) == -1)
		(void)snprintf(why, MK_ACCESS_MAX, "%s", strerror(err));
	else if (group_of(&st, group, sizeof group))
		(void)snprintf(why, MK_ACCESS_MAX, "no permission: it is for the group %s: "
			"adduser YOU %s, then log in again", group, group);
	else
		(void)snprintf(why, MK_ACCESS_MAX, "no permission: it is for root alone: copy "
			RULE " to /etc/udev/rules.d, udevadm control --reload, then plug it in again");
	return false;
}
