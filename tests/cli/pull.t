#!/bin/sh
# What happened to parts elsewhere comes down to a line: holds, releases, steps of the
# route, shipments. What the line has stored itself is not touched, nor its chain.
. "${0%/*}/../lib.sh"
. "$top/tests/pg.sh"
pg_start
cat >mk.conf <<'EOF'
rules unknown route shipped held failed
route bracket mark verify assemble
network-down stop 30 minutes
EOF
sed 's/stop/allow/' mk.conf >allow.conf
grep -v network mk.conf >plain.conf
MK_CONF=$scratch/plain.conf
export MK_CONF
centre=$(pg_uri centre)
mk-trace init --store "$centre"
for l in a b; do eval "$l() { MK_STORE=$l.db MK_STATE=$scratch/$l.state \"\$@\"; }"; $l mk-trace init; done
push() { $1 mk-trace push --to "$centre"; }
pull() { l=$1; shift; [ $# -gt 0 ] || set -- --days 0; $l mk-trace pull --from "$centre" "$@"; }
may() { l=$1; shift; try $l mk-trace may "$@"; echo "$st $out$err"; }
# event LINE ID STEP MINUTE [RESULT [FIELD…]]
event() {
	l=$1 id=$2 step=$3 min=$4 res=${5:-ok}; shift 4; [ $# -eq 0 ] || shift
	f=; for x in "$@"; do f="$f$T$x"; done
	printf 'id:%s\tpart:bracket\t%s_time:2026-11-24T10:%02d:00.000+03:00\t%s_result:%s%s\n' \
		"$id" "$step" "$min" "$step" "$res" "$f" | $l mk-trace add -q
}

# ---- what is known ----
event a P1 mark 1; event a P1 verify 2
event a P2 mark 1; event a P2 verify 2; event a P2 hold 5 fail hold_reason:scratch
event a P3 mark 1; event a P3 verify 2 fail verify_reason:missing
event a P4 mark 1; event a P4 ship 9 ok ship_to:ACME
event a '(01)09506000134352(21)7' mark 1; event a '(01)09506000134352(21)7' verify 2
event b B1 mark 1
is 'before: of a part made elsewhere nothing is known' "$(may b assemble P1)" \
	"1 unknown: nothing is known of this part"
ex=$(b mk-trace export | sha256sum)
push a
run 'pull' 0 '' '' pull b
run 'again: nothing is new' 0 '' '' pull b
is 'a part whose step before was done elsewhere' "$(may b assemble P1)" '0 '
is 'one on hold elsewhere' "$(may b assemble P2)" '1 held: it is on hold (scratch): release it first'
is 'may be looked at' "$(may b inspect P2)" '0 '
is 'one that failed' "$(may b assemble P3)" '1 failed: its last verify failed: rework or scrap it'
is 'one that was shipped' "$(may b verify P4)" '1 shipped: it was shipped to ACME: receive it first'
is 'one that nobody knows' "$(may b verify P9)" '1 unknown: nothing is known of this part'
is 'one that is scanned' "$(may b assemble ']d20109506000134352217')" '0 '
is 'one of its own' "$(may b verify B1)" '0 '
is 'its own events are as they were' "$(b mk-trace export | sha256sum)" "$ex"
is 'nothing was altered' "$(b mk-trace audit)" '1 events, 0 seals and anchors: nothing was altered'
try b mk-trace rebuild
is 'and all that is derived follows from them' "$st$err" 0
event b P1 assemble 20 ok assemble_into:BOX
is 'add lets it through' "$(b mk-trace find hold_reason:route | wc -l)" 0
event b P3 assemble 21
is 'and holds what failed elsewhere' "$(b mk-trace find hold_reason:failed --columns id)" 'id:P3'

# ---- whoever speaks last ----
b mk-trace release P2 --reason inspected --operator o1 -q
is 'released here' "$(may b assemble P2)" '0 '
event a P2 inspect 30
push a; pull b
is 'the old hold does not come back' "$(may b assemble P2)" '0 '
push b; pull a
is 'and there it is released too' "$(may a assemble P2)" '0 '
a mk-trace hold P1 --reason crack --operator o2 -q
push a; pull b
is 'a new hold' "$(may b verify P1)" '0 '
is 'which is told' "$(may b pack P1)" '1 held: it is on hold (crack): release it first'
MK_STORE=$centre mk-trace release P1 --reason checked --operator o3 -q
pull b
is 'released at the centre' "$(may b pack P1)" '0 '
# the same moment: hold wins
event a P5 mark 1; event a P5 verify 2; event a P5 hold 10 fail hold_reason:x
push a; pull b
event b P5 release 10 ok release_reason:y
is 'hold and release at once are a hold' "$(may b assemble P5)" '1 held: it is on hold (x): release it first'
event b P5 release 11 ok release_reason:y
is 'a minute later it is released' "$(may b assemble P5)" '0 '
event b P4 receive 12
is 'what was shipped there is received here' "$(may b verify P4)" '0 '

# ---- what is old ----
# aged LINE ID STEP DAYS [RESULT FIELD]
aged() {
	printf 'id:%s\t%s_time:%s\t%s_result:%s%s\n' "$2" "$3" "$(date -d "$4 days ago" +%Y-%m-%dT%H:%M:%S.000Z)" \
		"$3" "${5:-ok}" "${6:+$T$6}" | $1 mk-trace add -q
}
aged a N1 mark 2
aged a O1 mark 40
aged a O2 mark 40; aged a O2 hold 40 fail hold_reason:old
aged a O3 mark 40; aged a O3 hold 40 fail hold_reason:old; aged a O3 release 39
aged a O4 hold 40 fail hold_reason:old; aged a O4 release 5
aged a O5 hold 41 fail hold_reason:old; aged a O5 release 40; aged a O5 hold 39 fail hold_reason:again
push a
known() { sqlite3 "$1.db" "SELECT name, group_concat(step, ' ') FROM (SELECT name, step FROM pulled
	WHERE name IN ('N1', 'O1', 'O2', 'O3', 'O4', 'O5') ORDER BY name, step) GROUP BY name" | tr '\n' ,; }
for l in e f; do eval "$l() { MK_STORE=$l.db MK_STATE=$scratch/$l.state \"\$@\"; }"; $l mk-trace init; done
pull e --days 30
is 'what is old is not brought, but for holds' "$(known e)" 'N1|mark,O2|hold,O4|release,O5|hold,'
is 'and is held' "$(may e pack O2)" '1 held: it is on hold (old): release it first'
pull f
is 'all of it' "$(known f)" 'N1|mark,O1|mark,O2|hold mark,O3|hold mark release,O4|hold release,O5|hold release,'
pull f --days 30
is 'it is dropped, but for holds' "$(known f)" 'N1|mark,O2|hold,O4|release,O5|hold,'
run 'wrong days' 2 '' "mk-trace: --days: 'soon' is not a whole number" f mk-trace pull --from "$centre" --days soon

# ---- the centre is silent ----
MK_CONF=$scratch/mk.conf
is 'a pull that is young' "$(may b assemble P1)" '0 '
old() { sqlite3 "$1.db" "UPDATE meta SET value = value - $2 * 60000 WHERE key = 'pulled_ms'"; }
old b 29
is '29 minutes' "$(may b assemble P1)" '0 '
old b 2
like '31: stop' "$(may b assemble P1)" '1 network: what other lines did is known as of 20*, and not since: mk-trace pull, or network-down allow in mk.conf'
is 'to look is no harm' "$(may b inspect P1)" '0 '
MK_CONF=$scratch/allow.conf
like 'allow' "$(may b assemble P1)" '0 mk-trace: what other lines did is known as of 20*, and not since: network-down allows it'
MK_CONF=$scratch/mk.conf
pull b
is 'and pulled again' "$(may b assemble P1)" '0 '
c() { MK_STORE=c.db MK_STATE=$scratch/c.state "$@"; }
c mk-trace init
is 'never pulled' "$(may c mark N1)" '1 network: what other lines did was never pulled: mk-trace pull, or network-down allow in mk.conf'
MK_CONF=$scratch/plain.conf
for bad in 'network-down' 'network-down maybe 3 minutes' 'network-down stop soon minutes' 'network-down stop 0 minutes' \
	'network-down stop 30' 'network-down stop 30 hours'; do echo "$bad" >bad.conf
	try mk-trace may mark X --conf bad.conf --store b.db; echo "$st ${err#mk-trace: bad.conf:}"; done >bad
is 'wrong lines' "$(cat bad)" "2 1:13: network-down is stop or allow, then a number of minutes
2 1:14: network-down is stop or allow, then a number of minutes
2 1:19: network-down needs minutes, 1 to 525600
2 1:19: network-down needs minutes, 1 to 525600
2 1:21: the number of network-down is followed by minutes
2 1:22: the number of network-down is followed by minutes"

# ---- status ----
old b 10
like 'status tells' "$(b mk-trace status -o ltsv)" "*${T}not_pushed:* events${T}push_age:*${T}pull_age:10 min"

# ---- it follows ----
MK_STORE=b.db MK_STATE=$scratch/b.state mk-trace pull --days 0 --from "$centre" -f 2>follow.err & puller=$!
await grep -q "^$puller\$" b.db-pull
try b mk-trace pull --from "$centre"
is 'one at a time' "$st $err" "3 mk-trace: b.db: process $puller is at pull already: let it be, or end it"
event a F1 mark 1; event a F1 verify 2; event a F1 hold 3 fail hold_reason:late
push a
held() { may b assemble F1 | grep -q late; }
ok 'what comes in is there' await held
pg_down
event a F2 mark 1
await test -s follow.err
pg_up
push a
seen() { [ "$(may b verify F2)" = '0 ' ]; }
ok 'the server was away, and it goes on' await seen
kill -TERM $puller; wait $puller 2>/dev/null
is 'SIGTERM ends it' $? 143
like 'it said so once' "$(cat follow.err)" "mk-trace: *: trying again
mk-trace: pull goes on"

# ---- what is refused ----
run 'no place' 2 '' 'mk-trace: --from STORE is missing: see mk-trace pull --help' b mk-trace pull
run 'from itself' 2 '' 'mk-trace: a store pulls nothing from itself, nor from a copy of it' b mk-trace pull --from b.db
cp b.db v2.db
sqlite3 v2.db "DROP TABLE arrival; DROP TABLE pull; DROP TABLE pulled; UPDATE meta SET value = '2' WHERE key = 'version'"
run 'a store of version 2' 2 '' 'mk-trace: v2.db: a store of version 2: mk-trace migrate brings it to version 3' mk-trace pull --store v2.db --from "$centre"
cp v2.db v2b.db
run 'migrated' 0 '' '' mk-trace migrate --store v2.db
run 'it pulls' 0 '' '' mk-trace pull --store v2.db --from "$centre"

# ---- killed at every writing call ----
have_strace || { skip 'kills' 'no strace here'; plan; exit 0; }
i=100
: >errors
all() { sqlite3 "$1" 'SELECT name, step, time, result, note, part, origin FROM pulled ORDER BY 1, 2; SELECT * FROM pull ORDER BY 1'; }
once() {
	i=$((i + 1))
	for k in 1 2 3; do event a K$i-$k mark $k; done
	push a
	b under mk-trace pull --days 0 --from "$centre" --batch 2 >/dev/null 2>&1
	pull b 2>>errors
	[ "$(sqlite3 b.db "SELECT count(*) FROM pulled WHERE name LIKE 'K$i-%'")" = 3 ] || echo "missing after $call $when" >>errors
}
sweep once pwrite64 fdatasync sendto
ok "killed $kills times while it pulled" test "$kills" -gt 15
is 'each time the next pull went on' "$(cat errors)" ''
pull v2.db >/dev/null 2>&1
d() { MK_STORE=d.db MK_STATE=$scratch/d.state "$@"; }
d mk-trace init; pull d; push b; pull d
b mk-trace push --to d.db 2>/dev/null
all b.db | grep -v "$(sqlite3 b.db 'SELECT name FROM origin WHERE id = 1')" >mine
all d.db | grep -v "$(sqlite3 b.db 'SELECT name FROM origin WHERE id = 1')" | grep -v "$(sqlite3 d.db 'SELECT name FROM origin WHERE id = 1')" >theirs
ok 'all is as if it had been pulled at once' test -s mine
grep '|mark|' mine | grep '^K' | cut -d '|' -f 1-6 >m; grep '|mark|' theirs | grep '^K' | cut -d '|' -f 1-6 >t
is 'of every part' "$(cmp m t 2>&1; wc -l <m)" "$(wc -l <t)"
once() {
	cp v2b.db m.db
	under mk-trace migrate --store m.db >/dev/null 2>&1
	mk-trace migrate --store m.db >/dev/null 2>>errors || echo "not migrated after $call $when" >>errors
	mk-trace pull --days 0 --store m.db --from "$centre" 2>>errors
}
sweep once pwrite64 fdatasync unlink
ok "killed $kills times while it was migrated" test "$kills" -gt 3
is 'each migration was done' "$(grep -v 'newest version already' errors)" ''
plan
