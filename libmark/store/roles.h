/* Who may do what in a store that is in a server. */
#ifndef MK_ROLES_H
#define MK_ROLES_H

#include "store/store.h"

/* Append a script for psql that makes three roles and says what each may do: mk_line
 * (push, and borrow numbers: append, never alter an event nor delete anything),
 * mk_reader (ask), mk_admin (owns the tables). It may be run again. MK_EUSAGE: the
 * store is a file. */
int mk_store_roles(struct mk_store *st, struct mk_buf *out, struct mk_err *e);

#endif
