#!/bin/sh
# What lines have stored gets into a central store in PostgreSQL, each event once and
# in order: whoever is killed, whatever is cut. Copies and old states are refused.
. "${0%/*}/../lib.sh"
. "$top/tests/pg.sh"
pg_start
cp "$top"/scripts/examples/* .
MK_CONF=$scratch/mk.conf
export MK_CONF
centre=$(pg_uri centre)
run 'a store in a server' 0 '' '' mk-trace init --store "$centre"
try mk-trace init --store "$centre"
is 'is made once' "$st ${err##*: }" '2 there is a store already'

line() { l=$1; shift; MK_STORE=$l.db MK_STATE=$scratch/$l.state "$@"; }
# events LINE FROM TO: an inspection for each number
events() {
	seq -f "id:$1-%06.0f${T}lot:L$1${T}inspect_time:2026-11-24T10:00:00.000+03:00${T}inspect_result:ok" "$2" "$3" |
		line "$1" mk-trace add -q
}
push() { l=$1; shift; line "$l" mk-trace push --to "$centre" "$@"; }
chain_of() { line "$1" sqlite3 "$1.db" 'SELECT id & 1099511627775, recorded, hex(prev), line FROM event ORDER BY id'; }
origin_of() { sqlite3 "$1.db" 'SELECT name FROM origin WHERE id = 1'; }
chain_there() {
	pg_sql centre "SELECT e.id & 1099511627775, recorded, upper(encode(prev, 'hex')), line FROM event e
		JOIN origin o ON o.id = e.id >> 40 WHERE o.name = '$(origin_of "$1")' ORDER BY e.id"
}
same() { chain_of "$1" >mine; chain_there "$1" >theirs; cmp mine theirs; }
for l in a b; do line $l mk-trace init; done
events a 1 50; events b 1 20
run 'a line pushes' 0 '' '' push a
run 'and again: nothing is new' 0 '' '' push a
ok 'all is there, byte for byte' same a
run 'another line, in batches of 7' 0 '' '' push b --batch 7
ok 'and that' same b
is 'the centre answers about both' "$(mk-trace count lot:La lot:Lb --store "$centre"; mk-trace find lot:Lb --store "$centre" | wc -l)" "0
20"
is 'the same as the line does' "$(mk-trace history a-000017 --store "$centre" -o table)" \
	"$(line a mk-trace history a-000017 -o table)"

# ---- what follows from events is the same there, however the batches fall ----
ev() { printf 'id:%s\tpart:P1%s\t%s_time:2026-11-24T11:%02d:00.000+03:00\t%s_result:%s%s\n' "$1" "${5-}" "$2" "$3" "$2" "$4" "${6-}"; }
line c mk-trace init
for i in 1 2 3 4 5 6; do
	ev C$i mark 1 fail "${T}code:X$i"; ev C$i mark 2 ok "${T}code:X$i"; ev C$i mark 2 ok "${T}op:B" ; ev C$i mark 3 ok "${T}op:B"
	ev C$i verify 3 refused; ev C$i verify 4 ok
	ev C$i assemble 5 ok '' "${T}assemble_into:U$((i / 3))"
	[ $i -ne 3 ] || ev box:1 move 6 ok '' "${T}move_to:WH1"
	ev C$i consume 4 ok '' "${T}consume_from:lot:A$((i % 2))"
	[ $i -ne 4 ] || { ev U1 pack 7 ok '' "${T}pack_into:box:1"; ev box:1 ship 8 ok '' "${T}ship_to:ACME"; ev box:1 receive 9 ok '' "${T}receive_at:D"; }
	[ $i -ne 5 ] || { ev C4 hold 10 fail '' "${T}hold_reason:crack"; ev C4 remove 11 ok '' "${T}remove_from:U1"; ev C3 replace 12 ok '' "${T}replace_by:C3b"; ev U1 unpack 13 ok '' "${T}unpack_from:box:1"; }
done | line c mk-trace add -q
states='SELECT i.name, s.seen, s.n, s.time, s.gone, s.doubt, (SELECT value FROM word WHERE word.id = s.place) AS place FROM state s JOIN item i ON i.id = s.item'
for size in 1 2 3 5 7 11 5000; do
	mk-trace init --store "$(pg_uri b$size)"
	try line c mk-trace push --to "postgresql://mk@/b$size?host=$pg_dir" --batch $size
	echo "$st$out$err $(mk-trace rebuild --store "postgresql://mk@/b$size?host=$pg_dir" | grep -cv 'wrong:0.missing:0') $(
		pg_sql b$size "$states" | sort | sha256sum | cut -c 1-12)"
done >out
is 'batches of 1 to 5000: what was derived is right' "$(sort -u out)" "0 0 $(sqlite3 c.db "$states" | sort | sha256sum | cut -c 1-12)"

# ---- killed at each message that it sends ----
have_strace || { skip 'kills' 'no strace here'; plan; exit 0; }
next=51
: >errors
once() {
	events a $next $((next + 2)); next=$((next + 3))
	line a under mk-trace push --to "$centre" --batch 2 >/dev/null 2>&1
	push a 2>>errors
	same a || echo "differ after $call $when" >>errors
}
sweep once sendto pwrite64
ok "killed $kills times" test "$kills" -gt 15
is 'each time the next push went on, and all is there once' "$(cat errors)" ''

# ---- the server is away ----
events a 900 950
pg_down
try push a
is 'a server that is away: status' "$st$out" 3
like 'and it was tried again' "$err" "mk-trace: * trying again*"
pg_up
run 'it is back' 0 '' '' push a
ok 'and nothing is missing' same a
# connections that end in the middle: the server throws everybody out
events a 1000 1400
(i=0; while [ $i -lt 40 ] && [ ! -e stop ]; do i=$((i + 1))
	pg_sql postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'centre'" >/dev/null; done) &
try push a --batch 5
: >stop
wait
[ "$st" = 0 ] || push a
ok 'thrown out again and again: all is there once' same a

is 'what was derived meanwhile is right' "$(mk-trace rebuild --store "$centre" | grep -v 'wrong:0.missing:0')" ''

# ---- copies and old states ----
sqlite3 a.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
cp a.db old.db; mkdir -p old.state; cp -r a.state/. old.state/
events a 2000 2009; push a
run 'a store that was copied back' 4 '' \
	"mk-trace: the other store has $(chain_of a | wc -l) events of $(origin_of a), this one $(chain_of old | wc -l): this one was copied back from earlier: bring it up to date from there (mk-trace export, add)" \
	push old
events old 3000 3019
try push old
like 'a copy that was written to' "$st $err" '4 mk-trace: event */* is another one in the other store: this store is a copy, or has one that was written to: stop one of the two'
ok 'nothing of it got in' same a

mk-trace init --store "$(pg_uri other)"
run 'another centre' 0 '' '' line a mk-trace push --to "postgresql://mk@/other?host=$pg_dir"
push a
pg_sql postgres 'CREATE DATABASE back TEMPLATE centre'
events a 3500 3503; push a; had=$(chain_of a | wc -l)
run 'a centre that was restored: what it lacks is sent' 0 '' \
	"mk-trace: of $had events that had arrived there 4 are not there any more: it was restored from an earlier copy: they are sent again; numbers that it lends may have been lent before: see mk-central(7)" \
	line a mk-trace push --to "postgresql://mk@/back?host=$pg_dir"
run 'and that was said' 0 '' '' line a mk-trace push --to "postgresql://mk@/back?host=$pg_dir"

# ---- what will not get better by itself is not tried again ----
base="connection to server on socket \"$pg_dir/.s.PGSQL.5432\" failed: FATAL: "
refused='the server is there and refuses: see mk-central(7)'
run 'no database' 3 '' "mk-trace: $base database \"nodb\" does not exist: $refused" line a mk-trace push --to "postgresql://mk@/nodb?host=$pg_dir"
run 'no user' 3 '' "mk-trace: $base role \"nobody\" does not exist: $refused" line a mk-trace push --to "postgresql://nobody@/centre?host=$pg_dir"
run 'no kind of store' 2 '' 'mk-trace: mysql://x/y: no kind of store that is known: a store is a file, or postgresql://user@host/database' line a mk-trace push --to mysql://x/y
run 'no name' 2 '' 'mk-trace: --to STORE is missing: see mk-trace push --help' line a mk-trace push --to ''
pg_sql centre 'CREATE USER reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader'
events a 4000 4001
run 'no rights' 3 '' "mk-trace: postgresql://$pg_dir/centre: permission denied for table origin: this user's role may not do that: see mk-central(7)" \
	line a mk-trace push --to "postgresql://reader@/centre?host=$pg_dir"
pg_sql centre "UPDATE meta SET value = '9' WHERE key = 'version'"
like 'a newer centre' "$(push a 2>&1; echo $?)" "mk-trace: *: a store of version 9, this program knows 3: use the program that wrote it
2"
pg_sql centre "UPDATE meta SET value = '3' WHERE key = 'version'"
inject='-e trace=pwrite64 -e inject=pwrite64:error=ENOSPC'
try line a under mk-trace push --to "$centre"
like 'a full disk here' "$st $err" '3 mk-trace: a.db: disk I/O error: *room*'
run 'with room again' 0 '' '' push a
ok 'and nothing is missing' same a

run 'into itself' 2 '' 'mk-trace: a store is not pushed into itself, nor into a copy of it' \
	line a mk-trace push --to a.db
run 'a store in a file will do' 0 '' '' sh -c 'MK_STORE=f.db mk-trace init && MK_STORE=b.db mk-trace push --to f.db && MK_STORE=f.db mk-trace count lot:Lb >/dev/null'
run 'no place' 2 '' 'mk-trace: --to STORE is missing: see mk-trace push --help' line a mk-trace push
plan
