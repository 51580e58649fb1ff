#include "laser/holder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define STEP_MS 10
#define PATIENCE_MS 10000

/* The process that took the flock(2) of this file, or 0 if the kernel does not
 * show one: /proc/locks, "N: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE …". */
static long
holder(int fd)
{
	struct stat st;
	FILE *f;
	char line[256];
	unsigned major_, minor_;
	unsigned long ino;
	long pid, found = 0;

	if (fstat(fd, &st) == -1 || (f = fopen("/proc/locks", "re")) == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "%*d: FLOCK ADVISORY WRITE %ld %x:%x:%lu", &pid, &major_,
		    &minor_, &ino) == 4 && ino == st.st_ino && major_ == major(st.st_dev) &&
		    minor_ == minor(st.st_dev) && pid > 0)
			found = pid;
	(void)fclose(f);
	return found;
}

static void
name_of(long pid, char *name, size_t size)
{
	char path[64];
	FILE *f;

	*name = '\0';
	(void)snprintf(path, sizeof path, "/proc/%ld/comm", pid);
	if ((f = fopen(path, "re")) == NULL)
		return;
	if (fgets(name, (int)size, f) != NULL)
		name[strcspn(name, "\n")] = '\0';
	(void)fclose(f);
}

int
mk_holder_err(int fd, const char *name, struct mk_err *e)
{
	char who[64] = "";
	long pid = holder(fd);

	if (pid != 0)
		name_of(pid, who, sizeof who);
	if (*who != '\0')
		return mk_err(e, MK_EDEV, "%s: %s, process %ld, is using this device: "
			"end it first (mk-laser stop)", name, who, pid);
	return mk_err(e, MK_EDEV, "%s: another process is using this device: end it first "
		"(mk-laser stop)", name);
}

int
mk_holder_end(int fd, const char *name, long *pid, struct mk_err *e)
{
	char who[64] = "";
	int waited;

	*pid = holder(fd);
	if (*pid != 0)
		name_of(*pid, who, sizeof who);
	if (strcmp(who, "mk-laser") != 0)
		return mk_err(e, MK_EDEV, "%s: held by a process that is no mk-laser%s%s: "
			"end it yourself", name, *who == '\0' ? "" : ": ", who);
	if (kill((pid_t)*pid, SIGTERM) == -1) {
		if (errno == EPERM)
			return mk_err(e, MK_EDEV, "%s: process %ld, which has it, is another user's: "
				"end it as that one, or as root", name, *pid);
		if (errno != ESRCH)
			return mk_err_sys(e, MK_EDEV, "%s: cannot end process %ld", name, *pid);
	}
	for (waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		(void)poll(NULL, 0, STEP_MS);
	}
	return mk_err(e, MK_EDEV, "%s: process %ld was told to end and has not: press the "
		"emergency stop, then kill -KILL %ld", name, *pid, *pid);
}
