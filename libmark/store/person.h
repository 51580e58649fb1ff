/* SQL that a person wrote. */
#ifndef MK_PERSON_H
#define MK_PERSON_H

#include "store/store.h"

/* Run one SELECT: columns gets the fields' names, with commas between them, then each
 * sees one record per row. Names that are no keys are made some; a value that is NULL
 * is no field. All rows are read before the first is seen, so that a slow reader does
 * not keep the store. Anything but reading is MK_EUSAGE. */
int mk_store_sql(struct mk_store *st, const char *sql, struct mk_buf *columns,
	mk_store_each *each, void *arg, struct mk_err *e);

/* The definitions of the tables, a statement to a record (field sql). */
int mk_store_tables(struct mk_store *st, mk_store_each *each, void *arg, struct mk_err *e);

#endif
