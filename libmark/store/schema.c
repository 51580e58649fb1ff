#include "store/schema.h"

/* Names and values are stored as they are spelt on a record's line (escaped), so
 * that they are always text. Times are milliseconds since 1970 UTC.
 *
 * item.tail  the last 12 bytes of the name, reversed: finds unique endings
 * event.line id, op, item fields in their order, one group; never its own hash
 * event.prev SHA-256 of the exported line before it, of the same origin
 * item_word  which items ever bore key:value
 * mark       one row for each (item, op) whose mark was ever begun
 * pool       epoch: the restore that this pool was told of; skip: where counters of
 *            periods up to skip_until begin
 * counter    the index of the next number of a period ("" without reset)
 * issue      what was reserved, by range: all that an identity is made of but its
 *            number is stem; equal ranges that touch are one row
 * listed     imported numbers; those from list_total on are not yet active */
const char mk_schema[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, tail TEXT NOT NULL);"
	"CREATE INDEX item_tail ON item(tail);"
	"CREATE TABLE step(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
	"CREATE TABLE origin(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" seq INTEGER NOT NULL, head BLOB NOT NULL);"
	"CREATE TABLE event(id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" item INTEGER NOT NULL, op TEXT NOT NULL, step INTEGER NOT NULL, time INTEGER NOT NULL,"
	" recorded TEXT NOT NULL, prev BLOB NOT NULL, line TEXT NOT NULL, UNIQUE(origin, seq));"
	"CREATE INDEX event_item ON event(item, step, time);"
	"CREATE TABLE word(id INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL,"
	" UNIQUE(key, value));"
	"CREATE TABLE item_word(word INTEGER NOT NULL, item INTEGER NOT NULL,"
	" PRIMARY KEY(word, item)) WITHOUT ROWID;"
	"CREATE TABLE mark(item INTEGER NOT NULL, op TEXT NOT NULL, device TEXT NOT NULL,"
	" state TEXT NOT NULL, time TEXT NOT NULL, line TEXT NOT NULL,"
	" PRIMARY KEY(item, op)) WITHOUT ROWID;"
	"CREATE INDEX mark_open ON mark(device) WHERE state = 'open';"
	"CREATE TABLE pool(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, hash TEXT NOT NULL,"
	" text TEXT NOT NULL, epoch INTEGER NOT NULL, skip INTEGER NOT NULL,"
	" skip_until TEXT NOT NULL);"
	"CREATE TABLE counter(pool INTEGER NOT NULL, period TEXT NOT NULL, next INTEGER NOT NULL,"
	" PRIMARY KEY(pool, period)) WITHOUT ROWID;"
	"CREATE TABLE issue(id INTEGER PRIMARY KEY, pool INTEGER NOT NULL, period TEXT NOT NULL,"
	" first INTEGER NOT NULL, count INTEGER NOT NULL, stem TEXT NOT NULL,"
	" fields TEXT NOT NULL, time TEXT NOT NULL, last TEXT NOT NULL, once TEXT);"
	"CREATE INDEX issue_pool ON issue(pool, period, first);"
	"CREATE UNIQUE INDEX issue_once ON issue(pool, once) WHERE once IS NOT NULL;"
	"CREATE TABLE pool_day(pool INTEGER NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL,"
	" PRIMARY KEY(pool, day)) WITHOUT ROWID;"
	"CREATE TABLE listed(pool INTEGER NOT NULL, n INTEGER NOT NULL, value TEXT NOT NULL,"
	" PRIMARY KEY(pool, n)) WITHOUT ROWID;"
	"CREATE UNIQUE INDEX listed_value ON listed(pool, value);"
	"CREATE TABLE list_total(pool INTEGER PRIMARY KEY, total INTEGER NOT NULL);";
