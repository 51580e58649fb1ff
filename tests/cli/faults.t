#!/bin/sh
# Ten lines push at once into one server, two are lent numbers, one pulls, while the server is
# stopped and started, connections are cut in the middle of a batch, before a COMMIT,
# and after it, before its answer, and pushers are killed: afterwards the centre has
# each event once, in order, no number was lent or issued twice, and what was pulled is
# what it would be without all that. MK_FAULTS says how
# many faults there are to be: 40, or 240 if MK_TORTURE is set.
. "${0%/*}/../lib.sh"
. "$top/tests/pg.sh"
pg_start
seed=${MK_SEED:-2611}
want=${MK_FAULTS:-40}
[ -z "${MK_TORTURE-}" ] || want=${MK_FAULTS:-240}
centre=$(pg_uri centre)
mk-trace init --store "$centre"
printf 'name seq\npattern S{n:7}\nto 9999999\nstop 100\n' >seq.pool
MK_STORE=$centre mk-serial define seq.pool
mkdir net
"$MK_BUILD/tests/sim/pgproxy" net/.s.PGSQL.5432 "$pg_dir/.s.PGSQL.5432" "$seed" 35 >net.log & proxy=$!
trap 'touch stop; kill $proxy 2>/dev/null; wait; pg_ctl -m immediate stop; cd /; rm -rf "$scratch"' EXIT
far="postgresql://mk@/centre?host=$scratch/net"
lines='a b c d e f g h i j'
for l in $lines x y z new; do MK_STORE=$l.db MK_STATE=$scratch/$l.state mk-trace init; done
for l in x y; do MK_STORE=$l.db MK_STATE=$scratch/$l.state mk-serial define seq.pool; done

# A process that may be killed; its number is in LINE.pid while it runs.
mortal() { # LINE COMMAND…
	l=$1; shift
	MK_STORE=$l.db MK_STATE=$scratch/$l.state "$@" 2>>"$l.err" & echo $! >"$l.pid"
	wait $!
	: >"$l.pid"
}
pusher() {
	k=0
	while [ ! -e stop ]; do
		k=$((k + 1))
		for e in 1 2 3 4 5 6; do
			printf 'id:%s-%05d\tlot:L%s\tmark_time:2026-11-24T10:00:0%d.000+03:00\tmark_result:ok\n' "$1" $((k * 4 + e)) "$1" $e
		done | MK_STORE=$1.db MK_STATE=$scratch/$1.state mk-trace add -q
		mortal "$1" mk-trace push --to "$far" --batch 4
	done
}
lender() {
	while [ ! -e stop ]; do
		mortal "$1" mk-serial alloc seq --size 5 --blocks 1 --from "$far"
		for e in 1 2 3; do MK_STORE=$1.db MK_STATE=$scratch/$1.state mk-serial take seq; done 2>/dev/null | cut -f 1 >>"$1.ids"
	done
}
puller() { while [ ! -e stop ]; do mortal z mk-trace pull --from "$far" --batch 7; done; }
puller 2>/dev/null & workers=$!
for l in $lines; do pusher $l 2>/dev/null & workers="$workers $!"; done
for l in x y; do
	MK_STORE=$l.db MK_STATE=$scratch/$l.state mk-serial alloc seq --size 5 --blocks 1 --from "$centre"
	: >$l.ids
	lender $l 2>/dev/null & workers="$workers $!"
done

kills=0 downs=0 turn=0
faults() { echo $(($(wc -l <net.log) + kills + downs)); }
# the next line that runs something is killed
strike() {
	set -- $lines x y z
	shift $((turn % 13))
	victim=$(cat "$1.pid" 2>/dev/null)
	[ -n "$victim" ] && kill -KILL "$victim" 2>/dev/null && kills=$((kills + 1))
	turn=$((turn + 1))
}
while [ "$(faults)" -lt "$want" ] || [ $kills -le 3 ] || [ $downs -le 1 ]; do
	pg_sql postgres 'SELECT pg_sleep(0.2)' >/dev/null 2>&1
	strike
	[ $((turn % 4)) -ne 0 ] || {
		downs=$((downs + 1))
		[ $((downs % 2)) -eq 0 ] && pg_down fast || pg_down immediate
		pg_up
	}
done
: >stop
total=$(faults)
# shellcheck disable=SC2086
wait $workers 2>/dev/null
said=$(sort net.log | uniq -c | awk '{ printf "%s %s, ", $1, $2 }')
echo "# seed $seed: ${said}$kills killed, $downs times down: $total faults"
ok "$want faults" test "$total" -ge "$want"
for kind in cut half before ack; do ok "$kind was among them" grep -q "^$kind$" net.log; done
ok 'so were kills, and a server that was down' test "$kills" -gt 3 -a "$downs" -gt 1

# ---- the dust settles ----
for l in $lines; do MK_STORE=$l.db MK_STATE=$scratch/$l.state mk-trace push --to "$centre" || echo "$l"; done >left 2>&1
is 'each line can push what is left' "$(cat left)" ''
chain_of() { sqlite3 "$1.db" 'SELECT id & 1099511627775, recorded, hex(prev), line FROM event ORDER BY id'; }
chain_there() {
	pg_sql centre "SELECT e.id & 1099511627775, recorded, upper(encode(prev, 'hex')), line FROM event e
		JOIN origin o ON o.id = e.id >> 40 WHERE o.name = '$1' ORDER BY e.id"
}
sum=0
for l in $lines; do
	chain_of $l >mine; chain_there "$(sqlite3 $l.db 'SELECT name FROM origin WHERE id = 1')" >theirs
	cmp mine theirs || echo "$l differs"
	sum=$((sum + $(wc -l <mine)))
	echo "$sum" >sum
done >differ 2>&1
is 'each line is there, event by event, in order' "$(cat differ)" ''
is 'and nothing else is' "$(pg_sql centre 'SELECT count(*) FROM event')" "$(cat sum)"
run 'every chain is whole' 0 "$(cat sum) events, 0 seals and anchors: nothing was altered" '' mk-trace audit --store "$centre"
is 'what follows from the events is right' "$(mk-trace rebuild --store "$centre" | grep -v 'wrong:0.missing:0')" ''
is 'none gave up but for the network' "$(cat ?.err | grep -v ': trying again$' | grep -v -e 'connection' -e 'server' -e 'database system' | sort | uniq -c | head -5)" ''

# ---- what was pulled ----
for l in z new; do
	MK_STORE=$l.db MK_STATE=$scratch/$l.state mk-trace pull --from "$centre"
	sqlite3 $l.db 'SELECT * FROM pulled ORDER BY name, step; SELECT * FROM pull ORDER BY origin' >$l.pulled
done
ok 'pulled under fire and at once: the same' cmp z.pulled new.pulled
ok 'and not nothing' test "$(wc -l <z.pulled)" -gt 20

# ---- numbers ----
for l in x y; do
	MK_STORE=$l.db MK_STATE=$scratch/$l.state mk-serial alloc seq --size 5 --blocks 1 --from "$centre"
	MK_STORE=$l.db MK_STATE=$scratch/$l.state mk-serial take seq -n 2 | cut -f 1 >>$l.ids
done
ok 'both were lent to' test "$(wc -l <x.ids)" -gt 5 -a "$(wc -l <y.ids)" -gt 5
is 'no number was issued twice' "$(sort x.ids y.ids | uniq -d)" ''
is 'none was lent twice' "$(MK_STORE=$centre mk-serial leases -o tsv --columns first,count |
	sed 1d | sort -n | awk '$1 < end { print "overlap at", $1 } { end = $1 + $2 }')" ''
plan
