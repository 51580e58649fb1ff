#include "store/schema.h"

/* Names and values are stored as they are spelt on a record's line (escaped), so
 * that they are always text. Times are milliseconds since 1970 UTC; *_off are the
 * local offsets in minutes. mk_db_schema gives the words in capitals that are no SQL
 * (ROWKEY, BYTES, CLUSTERED; ITEMKEY, NAMEKEY, EVENTKEY, EVENTEND: the keys that are
 * others where tables are spread over machines) the engine's spelling.
 *
 * What is kept:
 * arrival     from `first` on, the events of an origin came behind those of the row
 *             before: what follows from them depends on the order
 * item.tail   the last 8 bytes of the name: finds unique endings, and grows at its
 *             end while serial numbers do
 * event.id    origin * 2^40 + seq
 * event.line  id, op, item fields in their order, one group; never its own hash
 * event.ctx, result  follow from the line: numbers of ctx and word
 * event.prev  SHA-256 of the exported line before it, of the same origin
 * mark        one row for each (item, op) whose mark was ever begun
 * seal, node  signed tree heads; hashes of whole subtrees (RFC 6962)
 * pool        epoch: the restore that this pool was told of; skip: where counters of
 *             periods up to skip_until begin
 * counter     the index of the next number of a period ("" without reset)
 * issue       what was reserved, by range: all that an identity is made of but its
 *             number is stem; equal ranges that touch are one row
 * listed      imported numbers; those from list_total on are not yet active
 * alloc       of a centre: the next index to lend
 * lease       what was lent: to others, or (own origin, with base) to this store
 * lease_ask   the token of the ask that has no answer yet, and the last lease */
const char mk_schema_kept[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) CLUSTERED;"
	"CREATE TABLE origin(id ROWKEY, name TEXT NOT NULL UNIQUE,"
	" seq BIGINT NOT NULL, head BYTES NOT NULL);"
	"CREATE TABLE arrival(no ROWKEY, origin BIGINT NOT NULL, first BIGINT NOT NULL);"
	"CREATE TABLE item(id ITEMKEY, name TEXT NOT NULL NAMEKEY, tail TEXT NOT NULL);"
	"CREATE INDEX item_tail ON item(tail);"
	"CREATE TABLE step(id ROWKEY, name TEXT NOT NULL UNIQUE);"
	"CREATE TABLE mark(item BIGINT NOT NULL, op TEXT NOT NULL, device TEXT NOT NULL,"
	" state TEXT NOT NULL, time TEXT NOT NULL, line TEXT NOT NULL,"
	" PRIMARY KEY(item, op)) CLUSTERED;"
	"CREATE INDEX mark_open ON mark(device) WHERE state = 'open';"
	"CREATE TABLE seal(origin BIGINT NOT NULL, size BIGINT NOT NULL, time TEXT NOT NULL,"
	" root BYTES NOT NULL, head BYTES NOT NULL, pubkey BYTES NOT NULL, sig BYTES NOT NULL,"
	" PRIMARY KEY(origin, size)) CLUSTERED;"
	"CREATE TABLE node(origin BIGINT NOT NULL, level BIGINT NOT NULL, pos BIGINT NOT NULL,"
	" hash BYTES NOT NULL, PRIMARY KEY(origin, level, pos)) CLUSTERED;"
	"CREATE TABLE pool(id ROWKEY, name TEXT NOT NULL UNIQUE, hash TEXT NOT NULL,"
	" text TEXT NOT NULL, epoch BIGINT NOT NULL, skip BIGINT NOT NULL,"
	" skip_until TEXT NOT NULL);"
	"CREATE TABLE counter(pool BIGINT NOT NULL, period TEXT NOT NULL, next BIGINT NOT NULL,"
	" PRIMARY KEY(pool, period)) CLUSTERED;"
	"CREATE TABLE issue(id ROWKEY, pool BIGINT NOT NULL, period TEXT NOT NULL,"
	" first BIGINT NOT NULL, count BIGINT NOT NULL, stem TEXT NOT NULL,"
	" fields TEXT NOT NULL, time TEXT NOT NULL, last TEXT NOT NULL, once TEXT);"
	"CREATE INDEX issue_pool ON issue(pool, period, first);"
	"CREATE UNIQUE INDEX issue_once ON issue(pool, once) WHERE once IS NOT NULL;"
	"CREATE TABLE pool_day(pool BIGINT NOT NULL, day TEXT NOT NULL, count BIGINT NOT NULL,"
	" PRIMARY KEY(pool, day)) CLUSTERED;"
	"CREATE TABLE listed(pool BIGINT NOT NULL, n BIGINT NOT NULL, value TEXT NOT NULL,"
	" PRIMARY KEY(pool, n)) CLUSTERED;"
	"CREATE UNIQUE INDEX listed_value ON listed(pool, value);"
	"CREATE TABLE list_total(pool BIGINT PRIMARY KEY, total BIGINT NOT NULL);"
	"CREATE TABLE alloc(pool BIGINT PRIMARY KEY, next BIGINT NOT NULL);"
	"CREATE TABLE lease(pool BIGINT NOT NULL, origin TEXT NOT NULL, no BIGINT NOT NULL,"
	" epoch BIGINT NOT NULL, first BIGINT NOT NULL, count BIGINT NOT NULL,"
	" base BIGINT NOT NULL, returned BIGINT NOT NULL, token TEXT NOT NULL,"
	" time TEXT NOT NULL, PRIMARY KEY(pool, origin, no)) CLUSTERED;"
	"CREATE TABLE lease_ask(pool BIGINT PRIMARY KEY, token TEXT NOT NULL,"
	" last BIGINT NOT NULL);";

/* The log. */
const char mk_schema_event[] =
	"CREATE TABLE event(id EVENTKEY, item BIGINT NOT NULL, op TEXT NOT NULL,"
	" step BIGINT NOT NULL, time BIGINT NOT NULL, time_off BIGINT NOT NULL,"
	" ctx BIGINT NOT NULL, result BIGINT NOT NULL, recorded BIGINT NOT NULL,"
	" recorded_off BIGINT NOT NULL, prev BYTES NOT NULL, line TEXT NOT NULL EVENTEND);"
	"CREATE INDEX event_item ON event(item, step, time);";

/* What follows from the log, and is made anew by mk-trace rebuild:
 * alias      other names of items
 * word, run  in which stretches of events key:value came up: from first to last at
 *            most MK_GAP events lie between two of them. Keys are bare (station for
 *            mark_station); "@hour" is the event's hour.
 * wordkey    how many words a key has; from event `until` on it is not kept any more
 *            (0: it is)
 * ctx        what events have in common, each once
 * tally      how many events of an hour, ctx, step, result and reason; first: of them
 *            the first attempt of their item at the step
 * state      where an item stands; seen: bit n, step n happened
 * edge_up, edge_down  the same edges by child and by parent; until 2^63-1: open
 * loaded     lots at places */
const char mk_schema_derived[] =
	"CREATE TABLE alias(name TEXT NOT NULL, item BIGINT NOT NULL,"
	" PRIMARY KEY(name, item)) CLUSTERED;"
	"CREATE INDEX alias_item ON alias(item);"
	"CREATE TABLE wordkey(id ROWKEY, name TEXT NOT NULL UNIQUE,"
	" words BIGINT NOT NULL, until BIGINT NOT NULL);"
	"CREATE TABLE word(id ROWKEY, key BIGINT NOT NULL, value TEXT NOT NULL,"
	" UNIQUE(key, value));"
	"CREATE TABLE run(word BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,"
	" PRIMARY KEY(word, first)) CLUSTERED;"
	"CREATE TABLE ctx(id ROWKEY, site TEXT NOT NULL, line TEXT NOT NULL,"
	" station TEXT NOT NULL, machine TEXT NOT NULL, operator TEXT NOT NULL,"
	" shift TEXT NOT NULL, day TEXT NOT NULL, lot TEXT NOT NULL, part TEXT NOT NULL,"
	" recipe TEXT NOT NULL, purpose TEXT NOT NULL, UNIQUE(site, line, station, machine,"
	" operator, shift, day, lot, part, recipe, purpose));"
	"CREATE TABLE tally(hour BIGINT NOT NULL, step BIGINT NOT NULL, ctx BIGINT NOT NULL,"
	" result BIGINT NOT NULL, reason BIGINT NOT NULL, n BIGINT NOT NULL,"
	" first BIGINT NOT NULL, PRIMARY KEY(hour, step, ctx, result, reason)) CLUSTERED;"
	"CREATE TABLE state(item ROWKEY, seen BIGINT NOT NULL, n BIGINT NOT NULL,"
	" first BIGINT NOT NULL, last BIGINT NOT NULL, time BIGINT NOT NULL,"
	" ctx BIGINT NOT NULL, step BIGINT NOT NULL, result BIGINT NOT NULL,"
	" place BIGINT NOT NULL, customer BIGINT NOT NULL, document BIGINT NOT NULL,"
	" hold BIGINT NOT NULL, gone BIGINT NOT NULL, doubt BIGINT NOT NULL,"
	" successor BIGINT NOT NULL);"
	"CREATE INDEX state_hold ON state(item) WHERE hold <> 0;"
	"CREATE INDEX state_doubt ON state(item) WHERE doubt <> 0;"
	"CREATE TABLE edge_up(child BIGINT NOT NULL, parent BIGINT NOT NULL,"
	" event BIGINT NOT NULL, kind BIGINT NOT NULL, since BIGINT NOT NULL,"
	" until BIGINT NOT NULL, ended BIGINT NOT NULL, PRIMARY KEY(child, parent, event)) CLUSTERED;"
	"CREATE TABLE edge_down(parent BIGINT NOT NULL, child BIGINT NOT NULL,"
	" event BIGINT NOT NULL, kind BIGINT NOT NULL, since BIGINT NOT NULL,"
	" until BIGINT NOT NULL, ended BIGINT NOT NULL, PRIMARY KEY(parent, child, event)) CLUSTERED;"
	"CREATE TABLE loaded(lot BIGINT NOT NULL, event BIGINT NOT NULL, place TEXT NOT NULL,"
	" since BIGINT NOT NULL, until BIGINT NOT NULL, ended BIGINT NOT NULL,"
	" PRIMARY KEY(lot, event)) CLUSTERED;"
	"CREATE INDEX loaded_place ON loaded(place, since);";

/* What others have stored, from a central store (since version 3):
 * pull       how far each origin was read
 * pulled     of each part and step the latest event, refusals apart; old ones are dropped */
const char mk_schema_pulled[] =
	"CREATE TABLE pull(origin TEXT PRIMARY KEY, seq BIGINT NOT NULL) CLUSTERED;"
	"CREATE TABLE pulled(name TEXT NOT NULL, step TEXT NOT NULL, time BIGINT NOT NULL,"
	" result TEXT NOT NULL, note TEXT NOT NULL, part TEXT NOT NULL, origin TEXT NOT NULL,"
	" PRIMARY KEY(name, step)) CLUSTERED;"
	"CREATE INDEX pulled_time ON pulled(time);";

/* Where tables are spread over machines: item by its name, what belongs to an item by
 * its number, edges by where they are looked for from; small tables are everywhere.
 * What a line's role may do besides reading: no event is ever altered, nothing deleted. */
const struct mk_table mk_schema_tables[] = {
	{ "meta", NULL, NULL },
	{ "origin", NULL, "INSERT, UPDATE(seq, head)" },
	{ "arrival", NULL, "INSERT" },
	{ "step", NULL, "INSERT" },
	{ "seal", NULL, "INSERT" },
	{ "pool", NULL, NULL },
	{ "counter", NULL, NULL },
	{ "issue", NULL, NULL },
	{ "pool_day", NULL, NULL },
	{ "listed", NULL, NULL },
	{ "list_total", NULL, NULL },
	{ "alloc", NULL, "INSERT, UPDATE(next)" },
	{ "lease", NULL, "INSERT, UPDATE(returned, token)" },
	{ "lease_ask", NULL, NULL },
	{ "wordkey", NULL, "INSERT, UPDATE(words, until)" },
	{ "word", NULL, "INSERT" },
	{ "ctx", NULL, "INSERT" },
	{ "pull", NULL, NULL },
	{ "pulled", NULL, NULL },
	{ "item", "name", "INSERT" },
	{ "alias", "name", "INSERT" },
	{ "event", "item", "INSERT" },
	{ "mark", "item", "INSERT, UPDATE(state)" },
	{ "state", "item", "INSERT, UPDATE" },
	{ "edge_up", "child", "INSERT, UPDATE(until, ended)" },
	{ "edge_down", "parent", "INSERT, UPDATE(until, ended)" },
	{ "loaded", "lot", "INSERT, UPDATE(until, ended)" },
	{ "node", "pos", NULL },
	{ "run", "word", "INSERT, UPDATE(last)" },
	{ "tally", "hour", "INSERT, UPDATE(n, first)" },
	{ NULL, NULL, NULL }
};
const char mk_schema_spread_more[] =
	"CREATE INDEX item_id ON item(id);"
	"CREATE INDEX event_id ON event(id);";
