/* Why a device node cannot be opened, and what to do about it. */
#ifndef MK_ACCESS_H
#define MK_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#define MK_ACCESS_MAX 200

/* Whether this process may read and write the node, by its permissions: it is not
 * opened, which could raise a line or wake a board. why gets "ok", or what is
 * wrong and how to mend it: the group to join or, if the node belongs to root
 * alone, the udev rule that is missing. */
bool mk_access(const char *node, char why[MK_ACCESS_MAX]);

#endif
