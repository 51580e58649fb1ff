#!/bin/sh
# A migration from version 1 that is killed, or told that the disk is full or broken, at
# any writing system call: the store is the old one, or refused until migrate has gone on
# with it; and then it is what an undisturbed migration makes.
. "${0%/*}/../lib.sh"
have_strace || { skip 'kills' 'no strace here'; plan; exit 0; }

# The store of version 1; in full with so many events more that it takes several pieces.
sed "s|@STATE@|$scratch/state/v1|" "$top/tests/cli/store-v1.sql" | sqlite3 v1.db >/dev/null
more=${MK_TORTURE:+510}; more=${more:-3}
origin=$(sqlite3 v1.db 'SELECT name FROM origin WHERE id = 1')
last=$(sqlite3 -separator "$T" v1.db 'SELECT seq, lower(hex(head)) FROM origin WHERE id = 1')
seq=${last%"$T"*} head=${last#*"$T"}
{
	echo 'BEGIN;'
	end=$((seq + more))
	while [ "$seq" -lt "$end" ]; do
		seq=$((seq + 1)) when=$(printf '2026-11-24T%02d:%02d:%02d.000+03:00' $((seq / 3600)) $((seq / 60 % 60)) $((seq % 60)))
		line="id:P2${T}observe_time:$when${T}observe_result:ok"
		echo "INSERT INTO event SELECT $seq, 1, $seq, item, '', 4, 0, '$when', X'$head', '$line' FROM event WHERE id = 3;"
		head=$(printf '%s\tevent_origin:%s\tevent_seq:%d\tevent_recorded:%s\tevent_prev:%s' \
			"$line" "$origin" "$seq" "$when" "$head" | sha256sum | cut -c 1-64)
	done
	echo "INSERT INTO step VALUES(4, 'observe'); UPDATE origin SET seq = $seq, head = X'$head'; COMMIT;"
} >more.sql
sqlite3 v1.db <more.sql

cp v1.db whole.db
run 'undisturbed' 0 '' '' mk-trace migrate --store whole.db
run 'its chain is whole' 0 "$seq events, 0 seals and anchors: nothing was altered" '' mk-trace audit --store whole.db
mk-trace export --store whole.db >want
derived() { sqlite3 "$1" "SELECT * FROM state; SELECT * FROM run; SELECT * FROM tally; SELECT * FROM loaded; SELECT * FROM mark; SELECT * FROM arrival; SELECT * FROM counter"; }
derived whole.db >want.derived

: >errors
once() {
	rm -f m.db-wal m.db-shm
	cp v1.db m.db
	under mk-trace migrate --store m.db >/dev/null 2>&1
	version=$(sqlite3 m.db "SELECT value FROM meta WHERE key = 'version'")
	case $version in
	1 | 2 | '1>2') mk-trace history P1 --store m.db >/dev/null 2>&1 && echo "not refused after $call $when" ;;
	3) ;;
	*) echo "version $version after $call $when" ;;
	esac
	mk-trace migrate --store m.db >/dev/null 2>got.err || cat got.err
	mk-trace export --store m.db | cmp - want
	derived m.db | cmp - want.derived
} >>errors 2>&1
sweep once pwrite64 fdatasync unlink ftruncate
ok "killed $kills times" test "$kills" -gt 20
is 'the next migrate finished it each time' "$(head -6 errors)" ''
struck='INJECTED'
for fault in ${MK_TORTURE:+error=ENOSPC error=EIO}; do
	sweep once pwrite64 fdatasync
	ok "$fault: $kills times" test "$kills" -gt 20
	is "$fault: the next one finished it" "$(head -6 errors)" ''
done
plan
