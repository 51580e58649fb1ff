#!/bin/sh
# mk-trace: init, add, history, find.
# (both kinds of store)
. "${0%/*}/../lib.sh"
setup_store
rec() { printf '%b\n' "$1"; }
a='id:(01)0950(21)A7\tcode:010950\\x1d21A7\thri:(01)0950(21)A7\tlot:L1\tmark_time:2026-11-22T09:00:00.123+03:00\tmark_result:ok\tmark_station:ST40\tmark_ms:12.5\tverify_time:2026-11-22T09:00:01.000+03:00\tverify_result:fail\tverify_reason:noread'
b='id:P2\tlot:L1\tx_free:1\tmark_time:2026-11-22T09:00:02.000+03:00\tmark_result:ok'

rec "$a" >a; rec "$b" >b; cat a b >ab
run "add prints what it stored" 0 "$(cat ab)" "" sh -c 'mk-trace add <ab'
run "add again: it is there already" 0 "$(cat a)" "" sh -c 'mk-trace add <a'
run "-q prints nothing" 0 "" "" sh -c 'mk-trace add -q <a'
run "history: an event a line, stored once" 0 "$(rec 'id:(01)0950(21)A7\tcode:010950\\x1d21A7\thri:(01)0950(21)A7\tlot:L1\tmark_time:2026-11-22T09:00:00.123+03:00\tmark_result:ok\tmark_station:ST40\tmark_ms:12.5')
$(rec 'id:(01)0950(21)A7\tcode:010950\\x1d21A7\thri:(01)0950(21)A7\tlot:L1\tverify_time:2026-11-22T09:00:01.000+03:00\tverify_result:fail\tverify_reason:noread')" "" \
	mk-trace history '(01)0950(21)A7'
for way in 'A7' '21)A7' '010950\x1d21A7' ']d2010950\x1d21A7' "$(printf '010950\03521A7')" '(01)0950(21)A7'; do
	run "history by $(printf %s "$way" | tr '\035' '~')" 0 2 "" sh -c 'mk-trace history "$1" | wc -l' - "$way"
done
run "history for a person" 0 "(01)0950(21)A7
time                           step    result  reason  station  operator  shift  details
2026-11-22T09:00:00.123+03:00  mark    ok              ST40                      ms=12.5
2026-11-22T09:00:01.000+03:00  verify  fail    noread" "" mk-trace history A7 -o table
run "history: not there" 1 "" "mk-trace: Q: no such part in the store" mk-trace history Q
rec 'id:XA7\tlot:L2\tmove_time:2026-11-22T09:00:02.000+03:00' | mk-trace add -q
try mk-trace history A7
is "history: an ending that two share" "$st" 2
like "and it names one" "$err" "mk-trace: A7: several parts are meant, one of them *A7: give more of its id"

run "find by one word" 0 "id:(01)0950(21)A7
id:P2" "" mk-trace find lot:L1 --columns id
run "find by two: all of them must hold" 0 "id:(01)0950(21)A7" "" mk-trace find lot:L1 verify_reason:noread --columns id
run "find by what is not indexed" 0 "id:(01)0950(21)A7" "" mk-trace find mark_ms:12.5 --columns id
run "find gives the part as a record" 0 "$(cat b)" "" mk-trace find x_free:1
run "find none" 1 "" "" mk-trace find lot:L9
run "find none of both" 1 "" "" mk-trace find lot:L2 mark_result:ok
run "find what is no term" 2 "" "mk-trace: 'lot' is no term: write key:value" mk-trace find lot
run "find nothing" 2 "" "mk-trace: find takes one or more key:value: see mk-trace find --help" mk-trace find
run "json" 0 '{"id":"P2","lot":"L1"}' "" mk-trace find x_free:1 -o json --columns id,lot
run "tsv" 0 "id	lot	gone
P2	L1	\\N" "" mk-trace find x_free:1 -o tsv --columns id,lot,gone
if ! served; then	# a server may take a moment for the first, whose line is then printed by itself
try sh -c 'cat b a | mk-trace add -o tsv'
is "tsv: the fields of all records" "$st $err $(head -1 out)
$(sed -n 2p out | cut -f 1-6)" "0  $(rec 'id\tlot\tx_free\tmark_time\tmark_result\tcode\thri\tmark_station\tmark_ms\tverify_time\tverify_result\tverify_reason')
$(rec 'P2\tL1\t1\t2026-11-22T09:00:02.000+03:00\tok')${T}\N"
fi
seq -f "id:R%g${T}lot:L9${T}mark_time:2026-11-22T10:00:00Z${T}mark_result:ok" 1001 >many
printf 'id:R0\tlate:1\tmark_time:2026-11-22T10:00:00Z\tmark_result:ok\n' >>many
try sh -c 'mk-trace add -o csv <many'
is "csv: a field that is new after a thousand records" "$st $(wc -l <out) $err" "2 1002 mk-trace: csv: a record has fields that the header, made from the first 1000, lacks: say --columns KEY,..."
run "no such format" 2 "" "mk-trace: -o xml: no such format: see mk-trace find --help" mk-trace find a:b -o xml

# The same key and time with another group: stored, and the part is held.
try sh -c 'sed "s/mark_result:ok/mark_result:unknown/" b | mk-trace add'
is "a contradiction is stored and held" "$st $(field hold_result "$out") $(field hold_reason "$out")" "0 fail conflict"
run "three events now" 0 "mark_result:ok
mark_result:unknown
hold_result:fail" "" sh -c 'mk-trace history P2 --columns mark_result,hold_result'

# Parts without an id go by their arrival.
run "by arrival" 0 "id:arrival:0a/3	arrival:0a/3	issue_result:fail" "" sh -c \
	"printf 'arrival:0a/3\tissue_time:2026-11-22T09:00:02Z\tissue_result:fail\n' | mk-trace add -q; mk-trace history arrival:0a/3 --columns id,arrival,issue_result"

# Wrong records: what came before is stored and printed.
wrong() { # NAME MESSAGE RECORD
	printf 'id:W\tmove_time:2026-11-22T09:00:00Z\n%b' "$3" >in
	run "$1" 2 "id:W	move_time:2026-11-22T09:00:00Z" "mk-trace: stdin:2$2" sh -c 'mk-trace add <in'
}
wrong "neither id nor arrival" ": neither id nor arrival: a part without a name cannot be stored" 'move_time:2026-11-22T09:00:00Z\n'
wrong "no event" ": no event: nothing happened to this part (a field such as observe_time makes one)" 'id:P3\n'
wrong "no time" ": move_time: 'noon' is not a time: write 2026-11-22T09:00:00.123+03:00" 'id:P3\tmove_time:noon\n'
wrong "a field of the store" ": event_seq: event_ fields are the store's own: leave them out, or give all four as mk-trace export does" 'id:P3\tevent_seq:1\tmove_time:2026-11-22T09:00:00Z\n'
wrong "an unterminated last line" ":6: the last line does not end: the tool before this one was cut short" 'id:P3'
wrong "a key twice" ":7: this key was there before: keep one of the two" 'id:P3\tid:P4\n'
# Whatever is looked for by an index fits a server's, too; else it is told before it is stored.
T1=2026-11-22T09:00:00Z
long=$(awk 'BEGIN { srand(7); for (i = 0; i < 2000; i++) printf "%c", 97 + int(26 * rand()) }')
for f in "id:$long${T}move_time:$T1" "id:X1${T}op:$long${T}mark_time:$T1${T}mark_result:ok" "id:X2${T}move_time:$T1${T}move_to:$long" \
	"id:X3${T}lot:$long${T}code:$long${T}hri:$long${T}move_time:$T1" "id:X4${T}assemble_time:$T1${T}assemble_into:$long" \
	"id:lot:X5${T}load_time:$T1${T}load_at:$long" "id:X6${T}hold_time:$T1${T}hold_result:$long${T}hold_reason:$long"; do
	printf '%s\n' "$f" >in
	run "2000 bytes: $(printf %.30s "$f")" 0 "$f" "" sh -c 'mk-trace add <in'
	sed "s/$long/&&/" in >in2
	try sh -c 'mk-trace add <in2'
	case $f in
	*lot:$long*) is "4000 in lot, code and hri" "$st $err" "0 " ;;
	*) like "one more: $(printf %.30s "$f")" "$st$out $err" "2 mk-trace: stdin:1: * of 4000 bytes: more than 2000 cannot be looked for: shorten it" ;;
	esac
done
run "none of these is stored" 1 "" "mk-trace: P3: no such part in the store" mk-trace history P3
run "--expect met" 0 "" "" sh -c 'mk-trace add -q --expect 2 <ab'
run "--expect short" 1 "" "mk-trace: 2 records came, 3 were expected" sh -c 'mk-trace add -q --expect 3 <ab'

# A reader that goes away: all is stored, status 3.
i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); printf 'id:E%d\tmove_time:2026-11-22T09:00:00Z\tmove_to:X\n' $i; done >many
{ mk-trace add <many; echo $? >st; } | head -1 >/dev/null
is "a reader killed mid-stream: status 3" "$(cat st)" 3
is "and all is stored" "$(mk-trace find move_to:X | wc -l)" 3000

if served; then
	try mk-trace init
	is "init: a store is there" "$st ${err##*: }" "2 there is a store already"
else
	run "init: a store is there" 2 "" "mk-trace: $scratch/line.db: cannot make the store: File exists" mk-trace init
fi
echo garbage >garbage.db
try mk-trace find a:b --store garbage.db
is "what is no store" "$st $err" "4 mk-trace: garbage.db: file is not a database: is this a store?"
run "no store there" 2 "" "mk-trace: nix.db: no store (mk-trace init makes one): No such file or directory" mk-trace find a:b --store nix.db
plan
