#!/bin/sh
# A store that has the events of several lines, which touch the same parts: what it says
# follows from the order in which they came, also when it is derived or exported again;
# the audit goes through each of them.
# (both kinds of store)
. "${0%/*}/../lib.sh"
: >mk.conf
MK_CONF=$scratch/mk.conf
export MK_CONF

# a line has a file; the centre may be in a server
for l in a b; do mk-trace init --store $l.db; done
line() { l=$1; shift; mk-trace "$@" --store "$l.db"; }
ev() { # LINE ID STEP MINUTE REST...
	l=$1 i=$2 s=$3 t=$4; shift 4
	printf 'id:%s\tpart:A\tlot:L1\t%s_time:2026-11-22T09:%02d:00.000+03:00' "$i" "$s" "$t"
	for f; do printf '\t%s_%s' "$s" "$f"; done
	echo
}
# give LINE FROM: what the line has stored behind its FROM-th, to the centre
give() { line "$1" export --after "$2" | mk-trace add -q --store "$store"; }
place centre; init_store
for n in 1 2 3; do ev a P$n mark $n result:fail station:A1; done | line a add -q
give a 0
# line b repairs what a made, marks it again, packs and ships it
for n in 1 2 3; do ev b P$n mark $((n + 10)) result:ok station:B1 operator:ayşe; done | line b add -q
ev b P1 assemble 20 into:U1 result:ok | line b add -q
ev b P2 assemble 20 into:U1 result:ok | line b add -q
ev b P3 hold 21 reason:scratch result:ok | line b add -q
give b 0
# a: one is swapped, what b held is released, one is marked late
ev a P2 remove 30 from:U1 result:ok | line a add -q
ev a P3 release 31 result:ok | line a add -q
ev a P4 mark 4 result:ok station:A1 | line a add -q
give a 3
ev b P4 mark 40 result:fail station:B1 | line b add -q
ev b U1 ship 41 to:ACME doc:D1 result:ok | line b add -q
give b 6
MK_STORE=$store; export MK_STORE

rebuilt() { sed -n 's/^table:\([a-z_]*\).*wrong:\([0-9]*\)	missing:\([0-9]*\)$/\1 \2 \3/p' out | grep -v ' 0 0$'; }
where() { mk-trace where P1 P2 P3 -o tsv --columns id,state,customer,hold --store "$1" | tail -n +2 | tr '\t\n' ' ;'; }
first() { mk-trace yield --columns step,units,ok_at_first -o tsv --store "$1" | grep mark; }
try mk-trace rebuild
is 'rebuild: what is derived is what came, in that order' "$st $err $(rebuilt)" '0  '
is 'a part of both lines is as the last event left it' "$(where "$store")" \
	'P1 shipped ACME \N;P2 stock \N \N;P3 stock \N \N;'
is 'and its first attempt is one, on whichever line' "$(first "$store")" "mark${T}4${T}1"

# all of it into an empty store: the same chains, the same answers
centre=$store
mk-trace export >all
place again; init_store
mk-trace add -q --store "$store" <all
is 'export | add: the same events in the same order' "$(mk-trace export --store "$store" | cmp - all; echo $?)" 0
is 'the same answers' "$(where "$store")$(first "$store")" "$(where "$centre")$(first "$centre")"
try mk-trace rebuild --store "$store"
is 'and derived alike' "$st $err $(rebuilt)" '0  '

# the same events, one line after the other, are another history
place sorted; init_store
line a export | mk-trace add -q --store "$store"
line b export | mk-trace add -q --store "$store"
is 'another order: released before it was held' "$(where "$store")" \
	'P1 shipped ACME \N;P2 shipped ACME \N;P3 stock \N scratch;'
try mk-trace rebuild --store "$store"
is 'rebuild goes by that one' "$st $err $(rebuilt)" '0  '

# the audit: the chain of each, and what the lines sealed
for l in a b; do line $l seal >$l.seal; done
cat a.seal b.seal >anchors
run 'audit: every origin, and the seals of both lines' 0 '14 events, 2 seals and anchors: nothing was altered' '' \
	mk-trace audit --anchor anchors
ev b P5 mark 50 result:ok | line b add -q
line b seal >b.seal
b=$(field seal_origin "$(cat b.seal)") a=$(field seal_origin "$(cat a.seal)")
try mk-trace audit --anchor b.seal
like 'a line that knows more than has come' "$st $out $err" \
	"4  mk-trace: event $b/9: the tail was cut off, or has not come here yet: the anchor of * knows 9 events, 8 are here"
run 'an anchor of a line that is not here' 2 '' \
	"mk-trace: the anchor is of another store ($a, this is $b, and nothing of that one is here)" \
	mk-trace audit --anchor a.seal --store b.db
ask centre "UPDATE event SET line = replace(line, 'ayşe', 'ali') WHERE id = (SELECT MIN(e.id) FROM event e JOIN origin o ON o.id = e.id >> 40 WHERE o.name = '$b')"
try mk-trace audit
like 'an event of a line that was altered' "$st $out $err" "4  mk-trace: event $b/1: it was altered *"
plan
